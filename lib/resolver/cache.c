/*
 * cache.c - answers that still hold, and for a while those that held, by name and type.
 *
 * An entry is the message itself as far as it was used; it is read again by the code that read it
 * first. So there is one reader, and an entry takes the size that the answer had.
 */
#include "resolver/cache.h"

#include <string.h>

#include "base/slice.h"

enum { KEY_SIZE = XMPPFED_DOMAIN_SIZE + 1, AUTHORITY_COUNT = 8, COUNTS_SIZE = 4 };

struct entry {
    struct xfed_node node;
    xmppfed_time expires;
    xmppfed_time forgotten; /* when it is of no use even as a stale one */
    bool stale;             /* it has helped out */
    uint8_t type;
    size_t len;  /* of the message, which is followed by the name it was asked for */
    size_t size; /* of the whole entry */
    uint8_t data[];
};

/* What a key is made of: the type in one octet, then the name. */
struct key {
    char bytes[KEY_SIZE];
    size_t len;
};

static xmppfed_slice make_key(struct key *k, const char *name, int type)
{
    k->bytes[0] = (char)type; /* all types that are asked for are below 256 */
    k->len = 1 + strlen(name);
    memcpy(k->bytes + 1, name, k->len - 1);
    return xfed_slice(k->bytes, k->len);
}

void xfed_cache_init(struct xfed_dns_cache *c, xmppfed_context *ctx, size_t limit, uint64_t seed)
{
    *c = (struct xfed_dns_cache){.ctx = ctx, .limit = limit};
    xfed_map_init(&c->entries, ctx, seed);
    xfed_list_init(&c->by_use);
}

static const char *name_of(const struct entry *e)
{
    return (const char *)e->data + e->len;
}

static void drop(struct xfed_dns_cache *c, struct entry *e)
{
    struct key k;

    (void)xfed_map_remove(&c->entries, make_key(&k, name_of(e), e->type));
    xfed_list_remove(&e->node);
    c->bytes -= e->size;
    xfed_budget_give(c->ctx, e->size);
    xfed_free(c->ctx, e);
}

/* Drops the least recently used entries beyond a number. */
static void shrink(struct xfed_dns_cache *c, size_t count)
{
    while (c->entries.count > count) {
        drop(c, XFED_CONTAINER(c->by_use.next, struct entry, node));
        c->evictions++;
    }
}

void xfed_cache_flush(struct xfed_dns_cache *c)
{
    while (!xfed_list_empty(&c->by_use))
        drop(c, XFED_CONTAINER(c->by_use.next, struct entry, node));
}

void xfed_cache_fini(struct xfed_dns_cache *c)
{
    xfed_cache_flush(c);
    xfed_map_fini(&c->entries);
}

void xfed_cache_set_limit(struct xfed_dns_cache *c, size_t limit)
{
    c->limit = limit;
    shrink(c, limit);
}

static bool is_absence(const struct xfed_dns_answer *a)
{
    return a->outcome == XFED_DNS_NO_NAME || a->outcome == XFED_DNS_NO_DATA;
}

static bool may_keep(const struct xfed_dns_answer *a)
{
    return a->lasts && a->used > 0 && a->used <= XFED_CACHE_ANSWER_MAX &&
           (is_absence(a) || a->outcome == XFED_DNS_RECORDS || a->outcome == XFED_DNS_ALIAS);
}

/* A copy of the header, the question and the answer section; NULL when out of memory. */
static struct entry *make_entry(struct xfed_dns_cache *c, const struct xfed_dns_asked *asked,
                                const uint8_t *data, size_t len)
{
    size_t name_size = strlen(asked->name) + 1;
    size_t size = sizeof(struct entry) + len + name_size;
    struct entry *e;

    if (xfed_budget_take(c->ctx, size) < 0)
        return NULL;
    e = xfed_zalloc(c->ctx, size);
    if (!e) {
        xfed_budget_give(c->ctx, size);
        return NULL;
    }
    e->type = (uint8_t)asked->type;
    e->len = len;
    e->size = size;
    memcpy(e->data, data, len);
    memcpy(e->data + len, asked->name, name_size);
    memset(e->data + AUTHORITY_COUNT, 0, COUNTS_SIZE);
    return e;
}

void xfed_cache_put(struct xfed_dns_cache *c, const struct xfed_dns_asked *asked,
                    const struct xfed_dns_answer *answer, const uint8_t *data, xmppfed_time now)
{
    uint32_t most = is_absence(answer) ? XFED_CACHE_ABSENCE_MAX : XFED_CACHE_TTL_MAX;
    uint32_t ttl = answer->ttl < most ? answer->ttl : most;
    struct entry *old;
    struct entry *e;
    struct key k;

    if (c->limit == 0 || !may_keep(answer))
        return;
    old = xfed_map_get(&c->entries, make_key(&k, asked->name, asked->type));
    if (old)
        drop(c, old);
    shrink(c, c->limit - 1);
    e = make_entry(c, asked, data, answer->used);
    if (!e)
        return;
    e->expires = now + (xmppfed_time)ttl * 1000;
    e->forgotten = e->expires;
    if (!is_absence(answer))
        e->forgotten += (xmppfed_time)XFED_CACHE_STALE_MAX * 1000;
    if (xfed_map_put(&c->entries, make_key(&k, asked->name, asked->type), e) < 0) {
        xfed_budget_give(c->ctx, e->size);
        xfed_free(c->ctx, e);
        return;
    }
    c->bytes += e->size;
    xfed_list_append(&c->by_use, &e->node);
}

/* Whether an entry may be used now; a stale one begins its short second life. */
static bool is_usable(struct entry *e, enum xfed_cache_age age, xmppfed_time now)
{
    if (now < e->expires)
        return true;
    if (age != XFED_CACHE_STALE || now >= e->forgotten)
        return false;
    e->stale = true;
    e->expires = now + XFED_CACHE_STALE_TTL * 1000;
    return true;
}

bool xfed_cache_get(struct xfed_dns_cache *c, const struct xfed_dns_asked *asked,
                    enum xfed_cache_age age, xmppfed_time now, struct xfed_dns_answer *ret)
{
    struct xfed_dns_asked as_kept = *asked;
    struct entry *e;
    struct key k;

    e = xfed_map_get(&c->entries, make_key(&k, asked->name, asked->type));
    if (!e || !is_usable(e, age, now))
        return false;
    /* The number and the letters are those of the query of then. */
    as_kept.id = (uint16_t)(e->data[0] << 8 | e->data[1]);
    as_kept.cases = NULL;
    if (xfed_wire_answer(&as_kept, e->data, e->len, ret) != 1)
        return false;
    ret->lasts = true;
    ret->ttl = (uint32_t)((e->expires - now) / 1000);
    ret->stale = e->stale;
    xfed_list_remove(&e->node);
    xfed_list_append(&c->by_use, &e->node);
    c->hits++;
    return true;
}
