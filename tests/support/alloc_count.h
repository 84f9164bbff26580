/* alloc_count.h - an allocator that counts calls and bytes, live and at the most. */
#ifndef TESTS_SUPPORT_ALLOC_COUNT_H
#define TESTS_SUPPORT_ALLOC_COUNT_H

#include <xmppfed/context.h>

/* Start with {0}. Bytes are those asked for, without what the C library adds. */
struct alloc_count {
    size_t calls; /* of malloc and realloc */
    size_t total; /* bytes ever asked for */
    size_t live;
    size_t most; /* the largest live so far; may be set back to live */
};

/* An allocator over the C library's; state must outlive every context made with it. */
xmppfed_allocator alloc_count_allocator(struct alloc_count *state);

#endif
