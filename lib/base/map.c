/* map.c - a chained hash map from byte strings to pointers, keyed with SipHash-1-3. */
#include "base/map.h"

#include <string.h>

#include "base/slice.h"

enum { FIRST_BUCKETS = 8 };

struct xfed_map_entry {
    struct xfed_map_entry *next;
    uint64_t hash;
    void *value;
    size_t key_len;
    char key[];
};

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

/* Eight bytes as a number: in the machine's own order, as no hash leaves the process. */
static uint64_t load(const char *data)
{
    uint64_t word;

    memcpy(&word, data, sizeof(word));
    return word;
}

/* The last, at most seven bytes of a key, filled up with zeros and the length of the key. */
static uint64_t load_last(const char *data, size_t rest, size_t key_len)
{
    char bytes[8] = {0};

    memcpy(bytes, data, rest);
    bytes[7] = (char)key_len;
    return load(bytes);
}

/* SipHash-1-3 with a key spread from the seed: collisions cannot be made without knowing it. */
static uint64_t hash_key(uint64_t seed, xmppfed_slice key)
{
    const uint64_t k0 = seed;
    const uint64_t k1 = rotate(seed, 32) * UINT64_C(0x9E3779B97F4A7C15);
    uint64_t v[4] = {k0 ^ UINT64_C(0x736F6D6570736575), k1 ^ UINT64_C(0x646F72616E646F6D),
                     k0 ^ UINT64_C(0x6C7967656E657261), k1 ^ UINT64_C(0x7465646279746573)};
    const char *data = key.len > 0 ? key.data : "";
    size_t i = 0;

    for (;;) {
        bool last = key.len - i < 8;
        uint64_t word = last ? load_last(data + i, key.len - i, key.len) : load(data + i);

        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
        if (last)
            break;
        i += 8;
    }
    v[2] ^= 0xFF;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void xfed_map_init(struct xfed_map *m, xmppfed_context *ctx, uint64_t seed)
{
    m->ctx = ctx;
    m->buckets = NULL;
    m->bucket_count = 0;
    m->count = 0;
    m->seed = seed;
}

void xfed_map_fini(struct xfed_map *m)
{
    for (size_t i = 0; i < m->bucket_count; i++) {
        while (m->buckets[i]) {
            struct xfed_map_entry *next = m->buckets[i]->next;

            xfed_free(m->ctx, m->buckets[i]);
            m->buckets[i] = next;
        }
    }
    if (m->buckets)
        xfed_free(m->ctx, m->buckets);
    xfed_map_init(m, m->ctx, m->seed);
}

static struct xfed_map_entry **bucket_of(const struct xfed_map *m, uint64_t hash)
{
    return &m->buckets[hash & (m->bucket_count - 1)];
}

/* The link that points to the entry of the key, or to NULL at the end of its chain. */
static struct xfed_map_entry **find(const struct xfed_map *m, uint64_t hash, xmppfed_slice key)
{
    struct xfed_map_entry **link = bucket_of(m, hash);

    while (*link && ((*link)->hash != hash ||
                     !xfed_slice_equal(xfed_slice((*link)->key, (*link)->key_len), key)))
        link = &(*link)->next;
    return link;
}

void *xfed_map_get(const struct xfed_map *m, xmppfed_slice key)
{
    struct xfed_map_entry *entry;

    if (m->count == 0)
        return NULL;
    entry = *find(m, hash_key(m->seed, key), key);
    return entry ? entry->value : NULL;
}

void *xfed_map_get_text(const struct xfed_map *m, const char *key)
{
    return xfed_map_get(m, xmppfed_slice_of(key));
}

/* Doubles the buckets; false when out of memory. */
static bool grow(struct xfed_map *m)
{
    size_t old_count = m->bucket_count;
    struct xfed_map_entry **old = m->buckets;
    struct xfed_map_entry **buckets;
    size_t count = old_count ? old_count * 2 : FIRST_BUCKETS;
    size_t bytes;

    if (!xfed_size_mul(count, sizeof(*buckets), &bytes))
        return false;
    buckets = xfed_zalloc(m->ctx, bytes);
    if (!buckets)
        return false;
    m->buckets = buckets;
    m->bucket_count = count;
    for (size_t i = 0; i < old_count; i++) {
        while (old[i]) {
            struct xfed_map_entry *entry = old[i];
            struct xfed_map_entry **bucket = bucket_of(m, entry->hash);

            old[i] = entry->next;
            entry->next = *bucket;
            *bucket = entry;
        }
    }
    xfed_free(m->ctx, old);
    return true;
}

int xfed_map_put(struct xfed_map *m, xmppfed_slice key, void *value)
{
    uint64_t hash = hash_key(m->seed, key);
    struct xfed_map_entry **link;
    struct xfed_map_entry *entry;
    size_t bytes;

    /* A full map that cannot grow still works, with longer chains. */
    if (m->count >= m->bucket_count && !grow(m) && m->bucket_count == 0)
        return XMPPFED_ERR_NOMEM;
    link = find(m, hash, key);
    if (*link) {
        (*link)->value = value;
        return 0;
    }
    if (!xfed_size_add(sizeof(*entry), key.len, &bytes))
        return XMPPFED_ERR_NOMEM;
    entry = xfed_alloc(m->ctx, bytes);
    if (!entry)
        return XMPPFED_ERR_NOMEM;
    entry->next = NULL;
    entry->hash = hash;
    entry->value = value;
    entry->key_len = key.len;
    if (key.len > 0)
        memcpy(entry->key, key.data, key.len);
    *link = entry;
    m->count++;
    return 0;
}

int xfed_map_put_text(struct xfed_map *m, const char *key, void *value)
{
    return xfed_map_put(m, xmppfed_slice_of(key), value);
}

void *xfed_map_remove(struct xfed_map *m, xmppfed_slice key)
{
    struct xfed_map_entry **link;
    struct xfed_map_entry *entry;
    void *value;

    if (m->count == 0)
        return NULL;
    link = find(m, hash_key(m->seed, key), key);
    entry = *link;
    if (!entry)
        return NULL;
    value = entry->value;
    *link = entry->next;
    xfed_free(m->ctx, entry);
    m->count--;
    return value;
}

void *xfed_map_remove_text(struct xfed_map *m, const char *key)
{
    return xfed_map_remove(m, xmppfed_slice_of(key));
}

bool xfed_map_next(const struct xfed_map *m, struct xfed_map_cursor *cursor, xmppfed_slice *ret_key,
                   void **ret_value)
{
    const struct xfed_map_entry *entry = cursor->entry ? cursor->entry->next : NULL;

    /* cursor->bucket is the one to look at when the present chain ends. */
    while (!entry && cursor->bucket < m->bucket_count)
        entry = m->buckets[cursor->bucket++];
    cursor->entry = entry;
    if (!entry)
        return false;
    if (ret_key)
        *ret_key = xfed_slice(entry->key, entry->key_len);
    if (ret_value)
        *ret_value = entry->value;
    return true;
}
