/* budget.h - building a tree with every amount of memory from none to enough. */
#ifndef TESTS_SUPPORT_BUDGET_H
#define TESTS_SUPPORT_BUDGET_H

#include <xmppfed/element.h>

/* Builds the tree that row describes; NULL when there is no memory. */
typedef xmppfed_element *(*budget_build_fn)(xmppfed_context *ctx, const void *row);

/*
 * Calls build with budgets from 0 up, until it gives a tree: a budget stops the n-th piece of a
 * tree, whatever the arena makes of one failed allocation. Fails the test, with the name, when a
 * failure keeps a block or when 8 or fewer budgets are too small.
 */
void budget_each(const char *name, budget_build_fn build, const void *row);

#endif
