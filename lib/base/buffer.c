/* buffer.c - a growable byte buffer with a hard cap, charged to an account. */
#include "base/buffer.h"

#include <string.h>

enum { SMALLEST_CAPACITY = 256 };

void xfed_buffer_init(struct xfed_buffer *b, struct xfed_account *account, size_t max)
{
    b->account = account;
    b->data = NULL;
    b->start = 0;
    b->end = 0;
    b->capacity = 0;
    b->max = max;
}

void xfed_buffer_fini(struct xfed_buffer *b)
{
    if (b->account)
        xfed_buffer_clear(b);
}

xmppfed_slice xfed_buffer_bytes(const struct xfed_buffer *b)
{
    if (!b->data)
        return (xmppfed_slice){NULL, 0};
    return (xmppfed_slice){b->data + b->start, b->end - b->start};
}

size_t xfed_buffer_length(const struct xfed_buffer *b)
{
    return b->end - b->start;
}

/* Moves the unconsumed bytes to the front. */
static void compact(struct xfed_buffer *b)
{
    size_t length = xfed_buffer_length(b);

    memmove(b->data, b->data + b->start, length);
    b->start = 0;
    b->end = length;
}

/*
 * Moves the unconsumed bytes to a larger block. The account is charged for both blocks while both
 * are there, so that its limit bounds what is really held.
 */
static int grow(struct xfed_buffer *b, size_t capacity)
{
    size_t length = xfed_buffer_length(b);
    char *data;
    int rc;

    rc = xfed_account_take(b->account, capacity);
    if (rc < 0)
        return rc;
    /* Not realloc: it would copy the consumed bytes as well. */
    data = xfed_alloc(b->account->ctx, capacity);
    if (!data) {
        xfed_account_give(b->account, capacity);
        return XMPPFED_ERR_NOMEM;
    }
    if (length > 0)
        memcpy(data, b->data + b->start, length);
    xfed_free(b->account->ctx, b->data);
    xfed_account_give(b->account, b->capacity);
    b->data = data;
    b->start = 0;
    b->end = length;
    b->capacity = capacity;
    return 0;
}

/* Twice the present capacity, so that appending costs a constant time a byte; within max. */
static size_t generous_capacity(const struct xfed_buffer *b, size_t needed)
{
    size_t capacity = b->capacity > SIZE_MAX / 2 ? SIZE_MAX : b->capacity * 2;

    if (capacity < SMALLEST_CAPACITY)
        capacity = SMALLEST_CAPACITY;
    if (capacity < needed)
        capacity = needed;
    return capacity > b->max ? b->max : capacity;
}

/* Apart from make_room, as nearly all that is appended is a few bytes that fit. */
static bool has_room(const struct xfed_buffer *b, size_t size)
{
    return size <= b->capacity - b->end && b->end - b->start + size <= b->max;
}

static int make_room(struct xfed_buffer *b, size_t size)
{
    size_t length = xfed_buffer_length(b);
    size_t capacity;
    int rc;

    if (length > b->max || size > b->max - length)
        return XMPPFED_ERR_LIMIT_SIZE;
    if (size <= b->capacity - b->end)
        return 0;
    /* Moving fewer bytes than were consumed is paid for by those. */
    if (length + size <= b->capacity && b->start >= length) {
        compact(b);
        return 0;
    }
    capacity = generous_capacity(b, length + size);
    rc = capacity > b->capacity ? grow(b, capacity) : XMPPFED_ERR_LIMIT_SIZE;
    if (rc < 0 && length + size <= b->capacity) {
        compact(b);
        return 0;
    }
    if (rc < 0 && length + size < capacity)
        rc = grow(b, length + size);
    return rc;
}

int xfed_buffer_append(struct xfed_buffer *b, const void *data, size_t size)
{
    int rc;

    if (size == 0)
        return 0;
    if (!has_room(b, size)) {
        rc = make_room(b, size);
        if (rc < 0)
            return rc;
    }
    memcpy(b->data + b->end, data, size);
    b->end += size;
    return 0;
}

int xfed_buffer_append_text(struct xfed_buffer *b, const char *text)
{
    return xfed_buffer_append(b, text, strlen(text));
}

char *xfed_buffer_reserve(struct xfed_buffer *b, size_t size)
{
    /* At least one byte, so that NULL always means failure. */
    if (make_room(b, size ? size : 1) < 0)
        return NULL;
    return b->data + b->end;
}

void xfed_buffer_commit(struct xfed_buffer *b, size_t size)
{
    b->end += size;
}

void xfed_buffer_consume(struct xfed_buffer *b, size_t size)
{
    b->start += size;
    /* Idle connections are many: an empty buffer holds nothing at all. */
    if (b->start >= b->end)
        xfed_buffer_clear(b);
}

void xfed_buffer_truncate(struct xfed_buffer *b, size_t size)
{
    if (size >= xfed_buffer_length(b))
        return;
    b->end = b->start + size;
    if (size == 0)
        xfed_buffer_clear(b);
}

char *xfed_buffer_detach(struct xfed_buffer *b)
{
    char *data = b->data;

    b->data = NULL;
    xfed_account_give(b->account, b->capacity);
    xfed_buffer_clear(b);
    return data;
}

void xfed_buffer_clear(struct xfed_buffer *b)
{
    if (b->data) {
        xfed_free(b->account->ctx, b->data);
        xfed_account_give(b->account, b->capacity);
    }
    b->data = NULL;
    b->start = 0;
    b->end = 0;
    b->capacity = 0;
}
