/* arena.h - many small objects freed in one call, charged to the context's byte budget. */
#ifndef XFED_BASE_ARENA_H
#define XFED_BASE_ARENA_H

#include "base/memory.h"

struct xfed_arena_chunk;

struct xfed_arena {
    xmppfed_context *ctx;
    struct xfed_arena_chunk *chunks;
    size_t total; /* bytes taken from the allocator */
};

void xfed_arena_init(struct xfed_arena *a, xmppfed_context *ctx);
/* Aligned for any object, not zeroed; NULL when out of memory or budget. */
void *xfed_arena_alloc(struct xfed_arena *a, size_t size);
char *xfed_arena_strndup(struct xfed_arena *a, const char *text, size_t len);
void xfed_arena_fini(struct xfed_arena *a);

#endif
