/* context.h - the contexts of tests: a plain one, and one that must be given back whole. */
#ifndef TESTS_SUPPORT_CONTEXT_H
#define TESTS_SUPPORT_CONTEXT_H

#include "support/alloc_fail.h"

/* A context of the default allocator, for xmppfed_context_unref(); fails the test without one. */
xmppfed_context *test_context(void);

/* A context over alloc_fail_allocator(memory), which is zeroed first; never NULL. */
xmppfed_context *test_context_counted(struct alloc_fail *memory);

/*
 * Unrefs a counted context that must hold no budget any more; fails the test unless every block
 * was freed with it.
 */
void test_context_counted_free(xmppfed_context *ctx, const struct alloc_fail *memory);

/* Fixture of tests or groups whose state is a plain context. */
int test_context_setup(void **state);
int test_context_teardown(void **state);

#endif
