/* test_timer.c - deadlines come in their order, whatever was armed, moved and stopped. */
#include "support.h"

#include "federation/timer.h"
#include "support/test_random.h"

enum { COUNT = 200 };

static void never(struct xfed_timer *t, xmppfed_time now)
{
    (void)t;
    (void)now;
    fail_msg("nobody fires here");
}

static uint32_t random_below(uint64_t *seed, uint32_t bound)
{
    uint32_t number;

    (void)test_random(&number, sizeof(number), seed);
    return number % bound;
}

/* The earliest deadline the plain way. */
static xmppfed_time earliest(const struct xfed_timer *timers)
{
    xmppfed_time first = XMPPFED_TIME_NEVER;

    for (size_t i = 0; i < COUNT; i++)
        if (timers[i].armed && timers[i].deadline < first)
            first = timers[i].deadline;
    return first;
}

static void test_against_a_plain_list(void **state)
{
    struct xfed_timer timers[COUNT];
    struct xfed_timers all = {NULL};
    uint64_t seed = 7;
    (void)state;

    for (size_t i = 0; i < COUNT; i++)
        xfed_timer_init(&timers[i], never);
    for (int step = 0; step < 20000; step++) {
        struct xfed_timer *t = &timers[random_below(&seed, COUNT)];
        uint32_t what = random_below(&seed, 10);

        if (what < 6) {
            xfed_timer_set(&all, t, random_below(&seed, 1000));
            assert_true(t->armed);
        } else if (what < 8) {
            xfed_timer_stop(&all, t);
            assert_false(t->armed);
        } else if (what < 9) {
            xfed_timer_set(&all, t, XMPPFED_TIME_NEVER);
            assert_false(t->armed);
        } else {
            xmppfed_time first = earliest(timers);

            t = xfed_timers_due(&all, 500);
            assert_int_equal(t != NULL, first <= 500);
            if (t) {
                assert_true(t->deadline == first);
                assert_false(t->armed);
            }
        }
        assert_true(xfed_timers_deadline(&all) == earliest(timers));
    }
}

static void test_drain_in_order(void **state)
{
    struct xfed_timer timers[COUNT];
    struct xfed_timers all = {NULL};
    struct xfed_timer *t;
    xmppfed_time last = 0;
    size_t count = 0;
    uint64_t seed = 8;
    (void)state;

    for (size_t i = 0; i < COUNT; i++) {
        xfed_timer_init(&timers[i], never);
        xfed_timer_set(&all, &timers[i], random_below(&seed, 50));
    }
    while ((t = xfed_timers_due(&all, 1000)) != NULL) {
        assert_true(t->deadline >= last);
        last = t->deadline;
        count++;
    }
    assert_int_equal(count, COUNT);
    assert_true(xfed_timers_deadline(&all) == XMPPFED_TIME_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_a_plain_list),
        cmocka_unit_test(test_drain_in_order),
    };

    return cmocka_run_group_tests_name("federation/timer", tests, NULL, NULL);
}
