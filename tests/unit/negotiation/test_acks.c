/* test_acks.c - the counters of stream management, at both ends of their range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "negotiation/acks.h"

static const struct {
    const char *name;
    uint32_t acked, sent, h;
    bool taken;
} rows[] = {
    {"nothing new", 5, 5, 5, true},
    {"all", 0, 8, 8, true},
    {"some", 3, 8, 5, true},
    {"one too many", 0, 8, 9, false},
    {"back by one", 3, 8, 2, false},
    {"far away", 3, 8, 0x80000003u, false},
    {"up to the last number", UINT32_MAX - 2, UINT32_MAX, UINT32_MAX, true},
    {"over the end", UINT32_MAX - 2, 2, 0, true},
    {"over the end, all", UINT32_MAX - 2, 2, 2, true},
    {"over the end, one too many", UINT32_MAX - 2, 2, 3, false},
    {"over the end, back", UINT32_MAX - 2, 2, UINT32_MAX - 3, false},
};

static void test_take(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct xfed_acks a = {.on = true, .acked = rows[i].acked, .sent = rows[i].sent};

        if (xfed_acks_take(&a, rows[i].h) != rows[i].taken ||
            a.acked != (rows[i].taken ? rows[i].h : rows[i].acked) ||
            a.claimed != (rows[i].taken ? 0 : rows[i].h) || xfed_acks_open(&a) != a.sent - a.acked)
            fail_msg("%s", rows[i].name);
    }
}

static void test_numbers(void **state)
{
    struct xfed_acks a = {.wanted = true};

    (void)state;
    assert_int_equal(xfed_acks_sent(&a), 0); /* acks are off: nothing is counted */
    xfed_acks_handled(&a);
    assert_int_equal(a.handled, 0);
    a.handled = a.sent = 7;
    xfed_acks_begin(&a);
    assert_true(a.on && a.handled == 0 && a.sent == 0);
    a.handled = UINT32_MAX;
    xfed_acks_handled(&a);
    assert_int_equal(a.handled, 0); /* XEP-0198 4: from 2^32-1 back to zero */
    a.sent = a.acked = UINT32_MAX - 1;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t number = xfed_acks_sent(&a);

        assert_int_equal(number, (uint32_t)(UINT32_MAX + i));
        assert_false(xfed_acks_covers(&a, number));
    }
    assert_true(xfed_acks_take(&a, 0));
    assert_true(xfed_acks_covers(&a, UINT32_MAX));
    assert_true(xfed_acks_covers(&a, 0));
    assert_false(xfed_acks_covers(&a, 1));
    assert_int_equal(xfed_acks_open(&a), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_take), cmocka_unit_test(test_numbers)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
