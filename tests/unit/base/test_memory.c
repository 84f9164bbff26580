/* test_memory.c - allocation, overflow checks, the budget and accounts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "support/context.h"

static void test_allocation(void **state)
{
    struct alloc_fail counter;
    xmppfed_context *ctx = test_context_counted(&counter);
    unsigned char *p;

    (void)state;
    p = xfed_zalloc(ctx, 16);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(p[i], 0);
    p = xfed_realloc(ctx, p, 32);
    assert_non_null(p);
    assert_int_equal(counter.live, 2);
    xfed_free(ctx, p);
    xfed_free(ctx, NULL);
    p = xfed_alloc(ctx, 0);
    assert_non_null(p);
    p = xfed_realloc(ctx, p, 0);
    assert_non_null(p);
    xfed_free(ctx, p);
    test_context_counted_free(ctx, &counter);
}

static void test_exhaustion(void **state)
{
    struct alloc_fail counter;
    xmppfed_context *ctx = test_context_counted(&counter);

    (void)state;
    counter.fail_at = counter.calls + 1;
    assert_null(xfed_alloc(ctx, 1));
    counter.fail_at = counter.calls + 1;
    assert_null(xfed_zalloc(ctx, 1));
    counter.fail_at = counter.calls + 1;
    assert_null(xfed_strdup(ctx, "text"));
    assert_null(xfed_strndup(ctx, "text", SIZE_MAX));
    assert_int_equal(counter.live, 1);
    xmppfed_context_unref(ctx);
}

static void test_copies(void **state)
{
    struct alloc_fail counter;
    xmppfed_context *ctx = test_context_counted(&counter);
    char *whole = xfed_strdup(ctx, "text");
    char *part = xfed_strndup(ctx, "text", 2);
    char *empty = xfed_strndup(ctx, "", 0);

    (void)state;
    assert_string_equal(whole, "text");
    assert_string_equal(part, "te");
    assert_string_equal(empty, "");
    assert_null(xfed_strdup(ctx, NULL));
    xfed_free(ctx, whole);
    xfed_free(ctx, part);
    xfed_free(ctx, empty);
    test_context_counted_free(ctx, &counter);
}

static void test_wipe(void **state)
{
    char secret[] = "0123456789";

    (void)state;
    xfed_wipe(secret + 1, 8);
    assert_memory_equal(secret,
                        "0\0\0\0\0\0\0\0\0"
                        "9",
                        sizeof(secret));
}

static void test_sizes(void **state)
{
    static const struct {
        const char *name;
        size_t a, b, sum, product;
        bool sum_fits, product_fits;
    } rows[] = {
        {"small", 3, 4, 7, 12, true, true},
        {"zero", 0, SIZE_MAX, SIZE_MAX, 0, true, true},
        {"sum at the limit", SIZE_MAX - 1, 1, SIZE_MAX, SIZE_MAX - 1, true, true},
        {"sum beyond", SIZE_MAX, 1, 99, SIZE_MAX, false, true},
        {"product at the limit", SIZE_MAX / 2, 2, SIZE_MAX / 2 + 2, SIZE_MAX - 1, true, true},
        {"product beyond", SIZE_MAX / 2 + 1, 2, SIZE_MAX / 2 + 3, 99, true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t sum = 99;
        size_t product = 99;

        if (xfed_size_add(rows[i].a, rows[i].b, &sum) != rows[i].sum_fits ||
            xfed_size_mul(rows[i].a, rows[i].b, &product) != rows[i].product_fits ||
            sum != rows[i].sum || product != rows[i].product)
            fail_msg("%s: sum %zu, product %zu", rows[i].name, sum, product);
    }
}

static void test_budget(void **state)
{
    struct alloc_fail counter;
    xmppfed_context *ctx = test_context_counted(&counter);

    (void)state;
    xmppfed_context_set_memory_budget(ctx, 100);
    assert_int_equal(xfed_budget_take(ctx, 60), 0);
    assert_int_equal(xfed_budget_take(ctx, 41), XMPPFED_ERR_LIMIT_MEMORY);
    assert_int_equal(xfed_budget_take(ctx, SIZE_MAX), XMPPFED_ERR_LIMIT_MEMORY);
    assert_int_equal(xfed_budget_take(ctx, 40), 0);
    assert_int_equal(xmppfed_context_memory_used(ctx), 100);
    /* A limit lowered below what is held refuses more and frees nothing. */
    xmppfed_context_set_memory_budget(ctx, 50);
    assert_int_equal(xfed_budget_take(ctx, 1), XMPPFED_ERR_LIMIT_MEMORY);
    xfed_budget_give(ctx, 100);
    assert_int_equal(xmppfed_context_memory_used(ctx), 0);
    xmppfed_context_unref(ctx);
}

static void test_account(void **state)
{
    struct alloc_fail counter;
    xmppfed_context *ctx = test_context_counted(&counter);
    struct xfed_account account;

    (void)state;
    xmppfed_context_set_memory_budget(ctx, 100);
    xfed_account_init(&account, ctx, 50);
    assert_int_equal(xfed_account_take(&account, 51), XMPPFED_ERR_LIMIT_MEMORY);
    assert_int_equal(xfed_account_take(&account, 50), 0);
    assert_int_equal(xfed_account_take(&account, 1), XMPPFED_ERR_LIMIT_MEMORY);
    assert_int_equal(xmppfed_context_memory_used(ctx), 50);
    account.limit = 40;
    assert_int_equal(xfed_account_take(&account, 1), XMPPFED_ERR_LIMIT_MEMORY);
    account.limit = 200;
    assert_int_equal(xfed_account_take(&account, 51), XMPPFED_ERR_LIMIT_MEMORY);
    assert_int_equal(account.used, 50);
    xfed_account_give(&account, 50);
    assert_int_equal(xmppfed_context_memory_used(ctx), 0);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocation), cmocka_unit_test(test_exhaustion),
        cmocka_unit_test(test_copies),     cmocka_unit_test(test_wipe),
        cmocka_unit_test(test_sizes),      cmocka_unit_test(test_budget),
        cmocka_unit_test(test_account),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
