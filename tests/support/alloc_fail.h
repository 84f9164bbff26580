/* alloc_fail.h - an allocator that counts what is live and fails when it is told to. */
#ifndef TESTS_SUPPORT_ALLOC_FAIL_H
#define TESTS_SUPPORT_ALLOC_FAIL_H

#include <xmppfed/context.h>

/* Start with {0}; set fail_at to make one call fail (1: the next one after calls is 0). */
struct alloc_fail {
    size_t live;    /* blocks allocated and not freed */
    size_t calls;   /* malloc and realloc calls so far */
    size_t fail_at; /* the number of the call that fails; 0: none */
};

/* An allocator over the C library's; state must outlive every context made with it. */
xmppfed_allocator alloc_fail_allocator(struct alloc_fail *state);

/*
 * Calls run once for each of its allocations, which fails, and once without a failure. Fails the
 * test unless run gives 0 or XMPPFED_ERR_NOMEM, 0 in the end, and keeps no block. How many calls
 * gave XMPPFED_ERR_NOMEM: fewer than there are allocations where a smaller block heals a failure.
 */
size_t alloc_fail_each(struct alloc_fail *state, int (*run)(void *user), void *user);

#endif
