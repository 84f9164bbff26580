/* cache.h - answers that still hold, and for a while those that held, by name and type. */
#ifndef XFED_RESOLVER_CACHE_H
#define XFED_RESOLVER_CACHE_H

#include "base/list.h"
#include "base/map.h"
#include "resolver/wire.h"

enum {
    XFED_CACHE_ENTRIES = 4096,    /* by default */
    XFED_CACHE_ANSWER_MAX = 4096, /* octets of an answer that is kept */
    XFED_CACHE_TTL_MAX = 86400,   /* seconds; RFC 8767 4 asks for a cap */
    XFED_CACHE_ABSENCE_MAX = 900, /* ... of an absence (RFC 2308 5 says 3 h at most) */
    XFED_CACHE_STALE_MAX = 86400, /* ... for which an old answer helps out (RFC 8767 5: 1 to 3 d) */
    XFED_CACHE_STALE_TTL = 30     /* ... before it is asked for again (RFC 8767 5) */
};

struct xfed_dns_cache {
    xmppfed_context *ctx;
    struct xfed_map entries;
    struct xfed_node by_use; /* the least recently used one first */
    size_t limit;
    size_t bytes;  /* of all entries, charged to the context's budget */
    unsigned hits; /* for tests and figures */
    unsigned evictions;
};

/* An empty cache for at most limit answers; 0 keeps none. */
void xfed_cache_init(struct xfed_dns_cache *c, xmppfed_context *ctx, size_t limit, uint64_t seed);
void xfed_cache_fini(struct xfed_dns_cache *c);

/* Changes the limit and forgets what is beyond it. */
void xfed_cache_set_limit(struct xfed_dns_cache *c, size_t limit);
/* Forgets all answers. */
void xfed_cache_flush(struct xfed_dns_cache *c);

/*
 * Keeps a message that was read as this answer, if such an answer may be kept: records, aliases and
 * absences that say how long they last. Out of memory is no error, it is then asked for again.
 */
void xfed_cache_put(struct xfed_dns_cache *c, const struct xfed_dns_asked *asked,
                    const struct xfed_dns_answer *answer, const uint8_t *data, xmppfed_time now);

enum xfed_cache_age { XFED_CACHE_FRESH, XFED_CACHE_STALE };

/*
 * The kept answer to a question: true with *ret, whose ttl is the rest of its time. With
 * XFED_CACHE_STALE also one whose time is over, if it had records; it is then fresh again for
 * XFED_CACHE_STALE_TTL. The TLSA data of *ret borrow until the cache is changed.
 */
bool xfed_cache_get(struct xfed_dns_cache *c, const struct xfed_dns_asked *asked,
                    enum xfed_cache_age age, xmppfed_time now, struct xfed_dns_answer *ret);

#endif
