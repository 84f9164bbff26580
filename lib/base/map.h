/* map.h - a hash map from byte strings to pointers; seeded, so that peers cannot aim at buckets. */
#ifndef XFED_BASE_MAP_H
#define XFED_BASE_MAP_H

#include "base/memory.h"

struct xfed_map_entry;

struct xfed_map {
    xmppfed_context *ctx;
    struct xfed_map_entry **buckets;
    size_t bucket_count; /* zero or a power of two */
    size_t count;
    uint64_t seed;
};

/* seed: random per map or per process; equal seeds give equal orders of iteration. */
void xfed_map_init(struct xfed_map *m, xmppfed_context *ctx, uint64_t seed);
/* Frees entries and keys, not the values. */
void xfed_map_fini(struct xfed_map *m);

/* The value of a key, or NULL. */
void *xfed_map_get(const struct xfed_map *m, xmppfed_slice key);
void *xfed_map_get_text(const struct xfed_map *m, const char *key);
/* Adds or replaces (the key is copied, value not NULL). XMPPFED_ERR_NOMEM, else 0. */
int xfed_map_put(struct xfed_map *m, xmppfed_slice key, void *value) XMPPFED_MUST_CHECK;
int xfed_map_put_text(struct xfed_map *m, const char *key, void *value) XMPPFED_MUST_CHECK;
/* Takes an entry out and returns its value, or NULL. */
void *xfed_map_remove(struct xfed_map *m, xmppfed_slice key);
void *xfed_map_remove_text(struct xfed_map *m, const char *key);

/* Where a walk through all entries is; starts as zeroes. */
struct xfed_map_cursor {
    size_t bucket;
    const struct xfed_map_entry *entry;
};
/* The next entry of a walk; false at the end. The map must not change meanwhile. */
bool xfed_map_next(const struct xfed_map *m, struct xfed_map_cursor *cursor, xmppfed_slice *ret_key,
                   void **ret_value);

#endif
