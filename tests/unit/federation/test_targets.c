/* test_targets.c - failed servers are avoided for a growing time, and the memory of it is bounded.
 */
#include "support.h"

#include <stdio.h>

#include "federation/targets.h"
#include "support/context.h"
#include "support/test_random.h"

struct fixture {
    struct alloc_fail memory;
    uint64_t seed;
    xmppfed_context *ctx;
    struct xfed_targets targets;
};

static void set_up(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    f->seed = 8305;
    f->ctx = test_context_counted(&f->memory);
    xmppfed_context_set_random(f->ctx, test_random, &f->seed);
    xfed_targets_init(&f->targets, f->ctx, 7);
}

static void tear_down(struct fixture *f)
{
    xfed_targets_fini(&f->targets);
    test_context_counted_free(f->ctx, &f->memory);
}

static xmppfed_endpoint server(unsigned number)
{
    xmppfed_endpoint e = {.port = (uint16_t)(number % 60000 + 1)};

    (void)snprintf(e.host, sizeof(e.host), "mx%u.fabrikam.example", number / 60000);
    (void)snprintf(e.address, sizeof(e.address), "192.0.2.1");
    return e;
}

/* For how long a server that has just failed is avoided, to a second. */
static xmppfed_time avoided_for(struct fixture *f, const xmppfed_endpoint *at, xmppfed_time now)
{
    xmppfed_time time = 0;

    while (xfed_targets_avoids(&f->targets, at, now + time))
        time += 1000;
    return time;
}

static void test_time_grows_and_is_forgotten(void **state)
{
    static const xmppfed_time longest[] = {30, 60, 120, 240, 480, 600, 600};
    const xmppfed_endpoint at = server(1);
    const xmppfed_endpoint other = server(2);
    xmppfed_time now = 1000;
    struct fixture f;
    (void)state;

    set_up(&f);
    for (size_t i = 0; i < sizeof(longest) / sizeof(longest[0]); i++) {
        xmppfed_time time;

        xfed_targets_failed(&f.targets, &at, now);
        time = avoided_for(&f, &at, now);
        assert_in_range(time, longest[i] * 500, longest[i] * 1000 + 1000);
        assert_false(xfed_targets_avoids(&f.targets, &other, now));
        now += time;
    }
    now += 10 * 60 * 1000 + 1000;
    xfed_targets_failed(&f.targets, &at, now);
    assert_in_range(avoided_for(&f, &at, now), 15000, 31000);
    xfed_targets_worked(&f.targets, &at);
    assert_false(xfed_targets_avoids(&f.targets, &at, now));
    assert_int_equal(f.targets.known.count, 0);
    xfed_targets_worked(&f.targets, &at);
    tear_down(&f);
}

static void test_each_part_of_the_name_counts(void **state)
{
    const xmppfed_endpoint at = {.host = "a.example", .address = "192.0.2.1", .port = 5269};
    const xmppfed_endpoint others[] = {
        {.host = "b.example", .address = "192.0.2.1", .port = 5269},
        {.host = "a.example", .address = "192.0.2.2", .port = 5269},
        {.host = "a.example", .address = "192.0.2.1", .port = 5270},
    };
    struct fixture f;
    (void)state;

    set_up(&f);
    xfed_targets_failed(&f.targets, &at, 0);
    assert_true(xfed_targets_avoids(&f.targets, &at, 0));
    for (size_t i = 0; i < 3; i++)
        assert_false(xfed_targets_avoids(&f.targets, &others[i], 0));
    tear_down(&f);
}

static void test_order(void **state)
{
    struct xfed_endpoints e;
    struct fixture f;
    static const uint16_t expected[] = {2, 4, 5, 1, 3};
    (void)state;

    set_up(&f);
    xfed_endpoints_init(&e, f.ctx);
    for (unsigned i = 0; i < 5; i++) {
        const xmppfed_endpoint at = server(i);

        assert_int_equal(xfed_endpoints_add(&e, &at, NULL), 0);
        if (i == 0 || i == 2)
            xfed_targets_failed(&f.targets, &at, 1000);
    }
    xfed_targets_order(&f.targets, &e, 1000);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(xfed_endpoints_at(&e, i)->port, expected[i]);
    xfed_endpoints_clear(&e);
    tear_down(&f);
}

static void test_bounded(void **state)
{
    const xmppfed_endpoint first = server(0);
    const xmppfed_endpoint second = server(1);
    const xmppfed_endpoint late = server(100000);
    struct fixture f;
    (void)state;

    set_up(&f);
    for (unsigned i = 0; i < XFED_TARGETS_MAX; i++) {
        const xmppfed_endpoint at = server(i);

        xfed_targets_failed(&f.targets, &at, 0);
    }
    xfed_targets_failed(&f.targets, &first, 0);
    xfed_targets_failed(&f.targets, &late, 0);
    assert_int_equal(f.targets.known.count, XFED_TARGETS_MAX);
    assert_true(xfed_targets_avoids(&f.targets, &first, 0));
    assert_false(xfed_targets_avoids(&f.targets, &second, 0));
    assert_true(xfed_targets_avoids(&f.targets, &late, 0));
    tear_down(&f);
}

static void test_without_memory(void **state)
{
    const xmppfed_endpoint at = server(1);
    struct fixture f;
    size_t failures = 0;
    (void)state;

    set_up(&f);
    while (f.targets.known.count == 0) {
        f.memory.fail_at = f.memory.calls + ++failures;
        xfed_targets_failed(&f.targets, &at, 0);
    }
    assert_true(failures > 2);
    assert_true(xfed_targets_avoids(&f.targets, &at, 0));
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_grows_and_is_forgotten),
        cmocka_unit_test(test_each_part_of_the_name_counts),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_without_memory),
    };

    return cmocka_run_group_tests_name("federation/targets", tests, NULL, NULL);
}
