/* buffer.h - a growable byte buffer with a hard cap, charged to an account. */
#ifndef XFED_BASE_BUFFER_H
#define XFED_BASE_BUFFER_H

#include "base/memory.h"

struct xfed_buffer {
    struct xfed_account *account;
    char *data;
    size_t start; /* bytes before it are consumed */
    size_t end;
    size_t capacity;
    size_t max; /* most bytes unconsumed at a time */
};

void xfed_buffer_init(struct xfed_buffer *b, struct xfed_account *account, size_t max);
void xfed_buffer_fini(struct xfed_buffer *b);

/* The bytes not yet consumed; borrowed until the next call that changes the buffer. */
xmppfed_slice xfed_buffer_bytes(const struct xfed_buffer *b);
size_t xfed_buffer_length(const struct xfed_buffer *b);

/* XMPPFED_ERR_LIMIT_SIZE beyond max, XMPPFED_ERR_LIMIT_MEMORY, XMPPFED_ERR_NOMEM; else 0. */
int xfed_buffer_append(struct xfed_buffer *b, const void *data, size_t size) XMPPFED_MUST_CHECK;
int xfed_buffer_append_text(struct xfed_buffer *b, const char *text) XMPPFED_MUST_CHECK;

/* Room for size more bytes; write there, then tell with _commit. NULL as append fails. */
char *xfed_buffer_reserve(struct xfed_buffer *b, size_t size);
void xfed_buffer_commit(struct xfed_buffer *b, size_t size);

/* Drops size bytes from the front. An emptied buffer gives its memory back. */
void xfed_buffer_consume(struct xfed_buffer *b, size_t size);
/* Drops what was appended beyond the first size unconsumed bytes. */
void xfed_buffer_truncate(struct xfed_buffer *b, size_t size);
void xfed_buffer_clear(struct xfed_buffer *b);
/*
 * Leaves the memory of a buffer, of which nothing was consumed, to the caller, who frees it with
 * xfed_free; the account is rid of it. NULL if it is empty.
 */
char *xfed_buffer_detach(struct xfed_buffer *b);

#endif
