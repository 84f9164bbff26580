/* arena.c - many small objects freed in one call, charged to the context's byte budget. */
#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

/* Chunks double from the first size to the last: small units stay small, large ones few. */
enum { FIRST_CHUNK = 1024, LAST_CHUNK = 32768 };

struct xfed_arena_chunk {
    struct xfed_arena_chunk *next;
    size_t size; /* of data */
    size_t used;
    alignas(max_align_t) char data[];
};

void xfed_arena_init(struct xfed_arena *a, xmppfed_context *ctx)
{
    a->ctx = ctx;
    a->chunks = NULL;
    a->total = 0;
}

static struct xfed_arena_chunk *chunk_new(struct xfed_arena *a, size_t size)
{
    struct xfed_arena_chunk *chunk;
    size_t bytes;

    if (!xfed_size_add(sizeof(*chunk), size, &bytes) || xfed_budget_take(a->ctx, bytes) < 0)
        return NULL;
    chunk = xfed_alloc(a->ctx, bytes);
    if (!chunk) {
        xfed_budget_give(a->ctx, bytes);
        return NULL;
    }
    chunk->next = NULL;
    chunk->size = size;
    chunk->used = 0;
    a->total += bytes;
    return chunk;
}

static size_t next_chunk_size(const struct xfed_arena *a)
{
    size_t size = FIRST_CHUNK;

    while (size < LAST_CHUNK && size <= a->total)
        size *= 2;
    return size - sizeof(struct xfed_arena_chunk);
}

/* Adds a chunk with room for size bytes. */
static struct xfed_arena_chunk *extend(struct xfed_arena *a, size_t size)
{
    size_t usual = next_chunk_size(a);
    struct xfed_arena_chunk *chunk = chunk_new(a, size > usual ? size : usual);

    /* Near the limit of the budget what is needed may still fit. */
    if (!chunk && size < usual)
        chunk = chunk_new(a, size);
    if (!chunk)
        return NULL;
    if (a->chunks && size > usual) {
        /* A large object has its chunk to itself; the rest of the first one stays in use. */
        chunk->next = a->chunks->next;
        a->chunks->next = chunk;
    } else {
        chunk->next = a->chunks;
        a->chunks = chunk;
    }
    return chunk;
}

void *xfed_arena_alloc(struct xfed_arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct xfed_arena_chunk *chunk = a->chunks;
    void *p;

    if (!xfed_size_add(size ? size : 1, align - 1, &size))
        return NULL;
    size -= size % align;
    if (!chunk || size > chunk->size - chunk->used)
        chunk = extend(a, size);
    if (!chunk)
        return NULL;
    p = chunk->data + chunk->used;
    chunk->used += size;
    return p;
}

char *xfed_arena_strndup(struct xfed_arena *a, const char *text, size_t len)
{
    size_t size;
    char *copy;

    if (!xfed_size_add(len, 1, &size))
        return NULL;
    copy = xfed_arena_alloc(a, size);
    if (!copy)
        return NULL;
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

void xfed_arena_fini(struct xfed_arena *a)
{
    while (a->chunks) {
        struct xfed_arena_chunk *next = a->chunks->next;

        xfed_free(a->ctx, a->chunks);
        a->chunks = next;
    }
    if (a->total > 0)
        xfed_budget_give(a->ctx, a->total);
    a->total = 0;
}
