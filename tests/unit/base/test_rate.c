/* test_rate.c - the token bucket: bursts, the long run, debts and clocks that jump. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rate.h"

static void test_a_burst_passes(void **state)
{
    struct xfed_rate r = {0};

    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(xfed_rate_ready(&r, 2, 10, 0), 0);
        xfed_rate_spend(&r, 1);
    }
    /* The eleventh waits for the time of one at two a second. */
    assert_int_equal(xfed_rate_ready(&r, 2, 10, 0), 1);
    xfed_rate_spend(&r, 1);
    assert_int_equal(xfed_rate_ready(&r, 2, 10, 0), 501);
}

static void test_the_long_run(void **state)
{
    struct xfed_rate r = {0};
    unsigned passed = 0;

    (void)state;
    for (xmppfed_time now = 0; now < 100000; now++) {
        if (xfed_rate_ready(&r, 30, 10, now) == now) {
            xfed_rate_spend(&r, 1);
            passed++;
        }
    }
    /* 100 seconds at 30, and the burst. */
    assert_in_range(passed, 3000, 3011);
}

static void test_a_debt_is_paid(void **state)
{
    struct xfed_rate r = {0};
    xmppfed_time ready;

    (void)state;
    xfed_rate_spend(&r, 5000);
    ready = xfed_rate_ready(&r, 1000, 1000, 7);
    assert_in_range(ready, 4000, 4010);
    assert_int_equal(xfed_rate_ready(&r, 1000, 1000, ready - 1), ready);
    assert_int_equal(xfed_rate_ready(&r, 1000, 1000, ready), ready);
}

static void test_a_rest_gives_no_more_than_the_burst(void **state)
{
    struct xfed_rate r = {0};
    const xmppfed_time later = UINT64_MAX / 2;

    (void)state;
    xfed_rate_spend(&r, 100);
    assert_int_equal(xfed_rate_ready(&r, 1, 10, later), later);
    xfed_rate_spend(&r, 10);
    assert_true(xfed_rate_ready(&r, 1, 10, later) > later);
}

static void test_a_clock_that_runs_backwards(void **state)
{
    struct xfed_rate r = {0};

    (void)state;
    assert_int_equal(xfed_rate_ready(&r, 1, 1, 1000), 1000);
    xfed_rate_spend(&r, 2);
    assert_int_equal(xfed_rate_ready(&r, 1, 1, 500), 500 + 1001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_burst_passes),
        cmocka_unit_test(test_the_long_run),
        cmocka_unit_test(test_a_debt_is_paid),
        cmocka_unit_test(test_a_rest_gives_no_more_than_the_burst),
        cmocka_unit_test(test_a_clock_that_runs_backwards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
