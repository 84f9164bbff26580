/* test_random.c - the sources of randomness and what is made of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "crypto/random.h"
#include "support/context.h"
#include "support/test_random.h"

static xmppfed_context *new_context(xmppfed_random_fn fn, void *user)
{
    xmppfed_context *ctx = test_context();

    xmppfed_context_set_random(ctx, fn, user);
    return ctx;
}

static void test_default_source(void **state)
{
    xmppfed_context *ctx = new_context(NULL, NULL);
    uint8_t a[32] = {0};
    uint8_t b[32] = {0};

    (void)state;
    assert_int_equal(xfed_random(ctx, a, sizeof(a)), 0);
    assert_int_equal(xfed_random(ctx, b, sizeof(b)), 0);
    assert_memory_not_equal(a, b, sizeof(a));
    xmppfed_context_unref(ctx);
}

static void test_seeded_source(void **state)
{
    uint64_t seed_a = 7;
    uint64_t seed_b = 7;
    xmppfed_context *a = new_context(test_random, &seed_a);
    xmppfed_context *b = new_context(test_random, &seed_b);
    char token_a[XFED_RANDOM_TOKEN_SIZE];
    char token_b[XFED_RANDOM_TOKEN_SIZE];

    (void)state;
    assert_int_equal(xfed_random_token(a, token_a, sizeof(token_a)), 0);
    assert_int_equal(xfed_random_token(b, token_b, sizeof(token_b)), 0);
    assert_string_equal(token_a, token_b);
    assert_int_equal(xfed_random_token(a, token_a, sizeof(token_a)), 0);
    assert_string_not_equal(token_a, token_b);
    xmppfed_context_unref(a);
    xmppfed_context_unref(b);
}

static void test_failing_source(void **state)
{
    xmppfed_context *ctx = new_context(test_random_failing, NULL);
    uint32_t number = 5;
    char token[8];

    (void)state;
    assert_int_equal(xfed_random(ctx, token, sizeof(token)), XMPPFED_ERR_INTERNAL);
    assert_int_equal(xfed_random_u32(ctx, &number), XMPPFED_ERR_INTERNAL);
    assert_int_equal(xfed_random_below(ctx, 10, &number), XMPPFED_ERR_INTERNAL);
    assert_int_equal(xfed_random_token(ctx, token, sizeof(token)), XMPPFED_ERR_INTERNAL);
    assert_int_equal(number, 5);
    xmppfed_context_unref(ctx);
}

/* Gives the numbers of an array, four bytes each, the first byte the most significant. */
static int scripted(void *out, size_t size, void *user)
{
    const uint32_t **next = user;
    uint8_t *bytes = out;

    assert_int_equal(size, 4);
    for (size_t i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(**next >> (24 - 8 * i));
    (*next)++;
    return 0;
}

static void test_below(void **state)
{
    /* 2^32 mod 10 is 6: the numbers 0 to 5 are drawn again. */
    static const uint32_t numbers[] = {0, 5, 6, 15, UINT32_MAX, 3, 3};
    const uint32_t *next = numbers;
    xmppfed_context *ctx = new_context(scripted, &next);
    uint32_t number = 99;

    (void)state;
    assert_int_equal(xfed_random_below(ctx, 10, &number), 0);
    assert_int_equal(number, 6);
    assert_ptr_equal(next, numbers + 3);
    assert_int_equal(xfed_random_below(ctx, 10, &number), 0);
    assert_int_equal(number, 5);
    assert_int_equal(xfed_random_below(ctx, 10, &number), 0);
    assert_int_equal(number, 5);
    assert_int_equal(xfed_random_below(ctx, 1, &number), 0);
    assert_int_equal(number, 0);
    number = 99;
    assert_int_equal(xfed_random_below(ctx, 0, &number), 0);
    assert_int_equal(number, 0);
    assert_ptr_equal(next, numbers + 6);
    xmppfed_context_unref(ctx);
}

static void test_token(void **state)
{
    static const size_t sizes[] = {1, 2, 33, 34, 64, 65, 66, 200};
    uint64_t seed = 1;
    xmppfed_context *ctx = new_context(test_random, &seed);
    char token[201];

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        memset(token, '!', sizeof(token));
        assert_int_equal(xfed_random_token(ctx, token, sizes[i]), 0);
        assert_int_equal(strlen(token), sizes[i] - 1);
        assert_int_equal(strspn(token, "0123456789abcdef"), sizes[i] - 1);
        assert_int_equal(token[sizes[i]], '!');
    }
    assert_int_equal(xfed_random_token(ctx, token, 0), XMPPFED_ERR_ARGUMENT);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_source), cmocka_unit_test(test_seeded_source),
        cmocka_unit_test(test_failing_source), cmocka_unit_test(test_below),
        cmocka_unit_test(test_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
