/* test_limits.c - the table of limits: every default is finite and within its range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

/* The smallest and largest value of each. */
static const struct {
    const char *name;
    uint64_t min;
    uint64_t max;
} ranges[XFED_LIMIT_COUNT] = {
#define RANGE(name, before, after, min, max, error, text) \
    [XMPPFED_LIMIT_##name] = {#name, min, max},
    XMPPFED_LIMIT_MAP(RANGE)
#undef RANGE
};

static void test_names(void **state)
{
    (void)state;
    for (int i = 1; i < XFED_LIMIT_COUNT; i++) {
        assert_string_equal(xmppfed_limit_name(i), ranges[i].name);
        assert_true(strlen(xmppfed_limit_text(i)) > 10);
    }
    assert_string_equal(xmppfed_limit_name(XMPPFED_LIMIT_NONE), "UNKNOWN");
    assert_string_equal(xmppfed_limit_name(XFED_LIMIT_COUNT), "UNKNOWN");
    assert_string_equal(xmppfed_limit_text(-1), "");
    assert_int_equal(xmppfed_limit_error(XMPPFED_LIMIT_UNIT_BYTES), XMPPFED_ERR_LIMIT_SIZE);
    assert_int_equal(xmppfed_limit_error(XMPPFED_LIMIT_RATE_BYTES), 0);
    assert_int_equal(xmppfed_limit_error(-1), 0);
}

static void test_defaults_are_finite(void **state)
{
    (void)state;
    for (int i = 1; i < XFED_LIMIT_COUNT; i++) {
        for (int when = XMPPFED_LIMIT_BEFORE; when <= XMPPFED_LIMIT_AFTER; when++) {
            uint64_t value = xmppfed_limit_default(i, when);

            if (i == XMPPFED_LIMIT_UNITS && when == XMPPFED_LIMIT_AFTER)
                assert_int_equal(value, 0); /* the rate goes on */
            else if (value < ranges[i].min || value > ranges[i].max)
                fail_msg("%s is out of its own range", ranges[i].name);
        }
    }
    assert_int_equal(xmppfed_limit_default(XMPPFED_LIMIT_DEPTH, 0), 0);
    assert_int_equal(xmppfed_limit_default(XMPPFED_LIMIT_DEPTH, 3), 0);
    assert_int_equal(xmppfed_limit_default(0, XMPPFED_LIMIT_AFTER), 0);
}

/* RFC 6120 13.12 and RFC 7622 3.1: what every peer may rely on. */
static void test_nobody_can_be_too_strict(void **state)
{
    (void)state;
    assert_true(ranges[XMPPFED_LIMIT_UNIT_BYTES].min >= 10000);
    assert_true(ranges[XMPPFED_LIMIT_ATTRIBUTE_BYTES].min > 3071);
    assert_true(ranges[XMPPFED_LIMIT_DEPTH].max < 256); /* libxml2's own limit, where it has one */
}

static void test_setting(void **state)
{
    struct xfed_limits l;

    (void)state;
    xfed_limits_init(&l, XMPPFED_LIMIT_BEFORE);
    for (int i = 1; i < XFED_LIMIT_COUNT; i++) {
        assert_int_equal(l.values[i], xmppfed_limit_default(i, XMPPFED_LIMIT_BEFORE));
        assert_int_equal(xfed_limits_set(&l, i, XMPPFED_LIMIT_BEFORE, ranges[i].min), 0);
        assert_int_equal(l.values[i], ranges[i].min);
        assert_int_equal(xfed_limits_set(&l, i, XMPPFED_LIMIT_BEFORE, ranges[i].max), 0);
        assert_int_equal(l.values[i], ranges[i].max);
        assert_int_equal(xfed_limits_set(&l, i, XMPPFED_LIMIT_BEFORE, ranges[i].min - 1),
                         XMPPFED_ERR_ARGUMENT);
        assert_int_equal(xfed_limits_set(&l, i, XMPPFED_LIMIT_BEFORE, ranges[i].max + 1),
                         XMPPFED_ERR_ARGUMENT);
        assert_int_equal(l.values[i], ranges[i].max);
    }
    assert_int_equal(xfed_limits_set(&l, XMPPFED_LIMIT_UNITS, XMPPFED_LIMIT_AFTER, 100),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xfed_limits_set(&l, XFED_LIMIT_COUNT, XMPPFED_LIMIT_AFTER, 100),
                     XMPPFED_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_defaults_are_finite),
        cmocka_unit_test(test_nobody_can_be_too_strict),
        cmocka_unit_test(test_setting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
