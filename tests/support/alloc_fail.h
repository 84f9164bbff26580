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

#endif
