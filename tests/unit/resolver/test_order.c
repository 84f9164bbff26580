/* test_order.c - RFC 2782: priority first, chance by weight; statistics with a fixed seed. */
#include "message.h"

#include <stdlib.h>

#include "resolver/order.h"
#include "support/context.h"
#include "support/test_random.h"

enum { DRAWS = 1000 };

static uint64_t seed;
static xmppfed_context *ctx;

static int make_context(void **state)
{
    (void)state;
    seed = 20130101;
    ctx = test_context();
    xmppfed_context_set_random(ctx, test_random, &seed);
    return 0;
}

static int drop_context(void **state)
{
    (void)state;
    xmppfed_context_unref(ctx);
    return 0;
}

static const struct row {
    const char *name;
    size_t count;
    unsigned weights[4];
    unsigned chances[4]; /* of standing first, in thousandths */
} rows[] = {
    {"one", 1, {7}, {1000}},
    {"all equal", 4, {5, 5, 5, 5}, {250, 250, 250, 250}},
    /* Numbers 0..100: 0..60 the first, 61..90 the second (the rest by order of standing). */
    {"sixty, thirty, ten", 3, {60, 30, 10}, {600, 300, 100}},
    {"all of weight 0", 4, {0, 0, 0, 0}, {250, 250, 250, 250}},
    {"a weight of 0 has a small chance", 2, {0, 99}, {10, 990}},
    {"the largest weights", 2, {65535, 65535}, {500, 500}},
};

/* Three sigma of a binomial count, and the rounding of the chance (one number of the sum). */
static bool is_near(unsigned count, unsigned chance)
{
    double p = chance / 1000.0;
    double off = (double)count - DRAWS * p;

    return off * off <= 9 * DRAWS * p * (1 - p) + 100;
}

static void test_weights(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        unsigned first[4] = {0};

        for (int draw = 0; draw < DRAWS; draw++) {
            struct xfed_srv srv[4] = {{0}};

            for (size_t k = 0; k < r->count; k++) {
                srv[k].weight = (uint16_t)r->weights[k];
                srv[k].port = (uint16_t)k;
            }
            assert_int_equal(xfed_srv_order(ctx, srv, r->count), 0);
            first[srv[0].port]++;
        }
        for (size_t k = 0; k < r->count; k++) {
            if (!is_near(first[k], r->chances[k]))
                fail_msg("%s: number %zu was first %u times", r->name, k, first[k]);
        }
    }
}

static void test_priorities_come_in_order_and_nothing_is_lost(void **state)
{
    static const unsigned priorities[] = {30, 10, 65535, 10, 0, 30, 20, 10};

    (void)state;
    for (int draw = 0; draw < 50; draw++) {
        struct xfed_srv srv[8] = {{0}};
        unsigned seen = 0;

        for (size_t k = 0; k < 8; k++) {
            srv[k].priority = (uint16_t)priorities[k];
            srv[k].weight = (uint16_t)(k * 10);
            srv[k].port = (uint16_t)k;
        }
        assert_int_equal(xfed_srv_order(ctx, srv, 8), 0);
        for (size_t k = 0; k < 8; k++) {
            assert_int_equal(srv[k].priority, priorities[srv[k].port]);
            if (k > 0)
                assert_true(srv[k].priority >= srv[k - 1].priority);
            seen |= 1U << srv[k].port;
        }
        assert_int_equal(seen, 0xFF);
    }
}

static void test_none(void **state)
{
    struct xfed_srv one = {.port = 1};

    (void)state;
    assert_int_equal(xfed_srv_order(ctx, &one, 0), 0);
    assert_int_equal(one.port, 1);
}

static void test_without_randomness(void **state)
{
    xmppfed_context *broken = test_context();
    struct xfed_srv srv[2] = {{0}};

    (void)state;
    xmppfed_context_set_random(broken, test_random_failing, NULL);
    assert_int_equal(xfed_srv_order(broken, srv, 2), XMPPFED_ERR_INTERNAL);
    xmppfed_context_unref(broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_priorities_come_in_order_and_nothing_is_lost),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_without_randomness),
    };

    return cmocka_run_group_tests(tests, make_context, drop_context);
}
