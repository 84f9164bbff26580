/* test_context.c - the shared context, its hooks and the version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/context.h"
#include "support/alloc_fail.h"
#include "support/test_random.h"

static void test_new(void **state)
{
    struct alloc_fail counter = {.fail_at = 1};
    xmppfed_allocator allocator = alloc_fail_allocator(&counter);
    xmppfed_context *ctx = NULL;

    (void)state;
    assert_int_equal(xmppfed_context_new(NULL, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_context_new(&allocator, &ctx), XMPPFED_ERR_NOMEM);
    allocator.version = XMPPFED_ALLOCATOR_VERSION + 1;
    assert_int_equal(xmppfed_context_new(&allocator, &ctx), XMPPFED_ERR_ARGUMENT);
    allocator.version = XMPPFED_ALLOCATOR_VERSION;
    allocator.free_fn = NULL;
    assert_int_equal(xmppfed_context_new(&allocator, &ctx), XMPPFED_ERR_ARGUMENT);
    assert_null(ctx);
    assert_int_equal(xmppfed_context_new(NULL, &ctx), 0);
    assert_int_equal(xmppfed_context_memory_used(ctx), 0);
    xmppfed_context_unref(ctx);
}

static void test_references(void **state)
{
    struct alloc_fail counter = {0};
    const xmppfed_allocator allocator = alloc_fail_allocator(&counter);
    xmppfed_context *ctx = NULL;

    (void)state;
    assert_int_equal(xmppfed_context_new(&allocator, &ctx), 0);
    assert_ptr_equal(xmppfed_context_ref(ctx), ctx);
    xmppfed_context_unref(ctx);
    assert_int_equal(counter.live, 1);
    xmppfed_context_unref(ctx);
    assert_int_equal(counter.live, 0);
    assert_null(xmppfed_context_ref(NULL));
    xmppfed_context_unref(NULL);
}

static void test_null_context(void **state)
{
    (void)state;
    xmppfed_context_set_random(NULL, test_random, NULL);
    xmppfed_context_set_trace(NULL, NULL, NULL);
    xmppfed_context_set_memory_budget(NULL, 1);
    xfed_trace(NULL, "nobody listens");
    assert_int_equal(xmppfed_context_memory_used(NULL), 0);
}

static void keep_line(const char *line, void *user)
{
    memcpy(user, line, strlen(line) + 1);
}

static void test_trace(void **state)
{
    xmppfed_context *ctx = NULL;
    char kept[4096] = "";
    char longer[3000];

    (void)state;
    assert_int_equal(xmppfed_context_new(NULL, &ctx), 0);
    xfed_trace(ctx, "lost");
    xmppfed_context_set_trace(ctx, keep_line, kept);
    xfed_trace(ctx, "%s from %d", "peer\nforged", 7);
    assert_string_equal(kept, "peer?forged from 7");
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    kept[0] = '\0';
    xfed_trace(ctx, "%s", longer);
    assert_int_equal(strlen(kept), 1023);
    xmppfed_context_unref(ctx);
}

static void test_version(void **state)
{
    const char *version = xmppfed_version();
    size_t dots = 0;

    (void)state;
    for (size_t i = 0; version[i] != '\0'; i++) {
        dots += version[i] == '.';
        assert_true(version[i] == '.' || (version[i] >= '0' && version[i] <= '9'));
    }
    assert_int_equal(dots, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new),          cmocka_unit_test(test_references),
        cmocka_unit_test(test_null_context), cmocka_unit_test(test_trace),
        cmocka_unit_test(test_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
