/* context.c - the contexts of tests: a plain one, and one that must be given back whole. */
#include "support/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

xmppfed_context *test_context(void)
{
    xmppfed_context *ctx;

    assert_int_equal(xmppfed_context_new(NULL, &ctx), 0);
    return ctx;
}

xmppfed_context *test_context_counted(struct alloc_fail *memory)
{
    xmppfed_allocator allocator = alloc_fail_allocator(memory);
    xmppfed_context *ctx;

    *memory = (struct alloc_fail){0};
    assert_int_equal(xmppfed_context_new(&allocator, &ctx), 0);
    return ctx;
}

void test_context_counted_free(xmppfed_context *ctx, const struct alloc_fail *memory)
{
    assert_int_equal(xmppfed_context_memory_used(ctx), 0);
    xmppfed_context_unref(ctx);
    assert_int_equal(memory->live, 0);
}

int test_context_setup(void **state)
{
    *state = test_context();
    return 0;
}

int test_context_teardown(void **state)
{
    xmppfed_context_unref(*state);
    return 0;
}
