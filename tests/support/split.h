/* split.h - runs a byte-stream test whole, byte by byte, and cut in two at every offset. */
#ifndef TESTS_SUPPORT_SPLIT_H
#define TESTS_SUPPORT_SPLIT_H

#include <stdbool.h>
#include <xmppfed/common.h>

/*
 * The pieces of one way of cutting: cuts are count ascending offsets within the bytes. Take the
 * pieces with split_next() until it says false.
 */
struct split {
    xmppfed_slice bytes;
    const size_t *cuts;
    size_t count;
    size_t next; /* the piece that comes next */
};

bool split_next(struct split *s, xmppfed_slice *ret_piece);

/* Calls run for every way of cutting. */
void split_each(xmppfed_slice bytes, void (*run)(void *user, struct split *s), void *user);

#endif
