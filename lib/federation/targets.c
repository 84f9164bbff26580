/* targets.c - servers that failed a while ago, which are tried after those that did not. */
#include "federation/targets.h"

#include <stdio.h>
#include <string.h>

#include "crypto/random.h"

enum {
    FIRST_TIME = 30 * 1000, /* milliseconds for which one failure counts */
    LONGEST_TIME = 10 * 60 * 1000,
    FORGET_TIME = 10 * 60 * 1000 /* after that the count begins anew */
};

#define KEY_SIZE (XMPPFED_DOMAIN_SIZE + 48 + 8)

struct target {
    struct xfed_node node;
    xmppfed_time rest; /* what the last failure cost, before chance */
    xmppfed_time avoid_until;
    char key[KEY_SIZE];
};

/* Neither a host nor an address has a space in it. */
static void key_of(const xmppfed_endpoint *at, char ret[KEY_SIZE])
{
    (void)snprintf(ret, KEY_SIZE, "%s %s %u", at->host, at->address, (unsigned)at->port);
}

static struct target *find(const struct xfed_targets *t, const xmppfed_endpoint *at)
{
    char key[KEY_SIZE];

    key_of(at, key);
    return xfed_map_get_text(&t->known, key);
}

static void drop(struct xfed_targets *t, struct target *target)
{
    xfed_list_remove(&target->node);
    xfed_map_remove_text(&t->known, target->key);
    xfed_free(t->known.ctx, target);
}

static struct target *oldest(const struct xfed_targets *t)
{
    return xfed_list_empty(&t->order) ? NULL : XFED_CONTAINER(t->order.next, struct target, node);
}

void xfed_targets_init(struct xfed_targets *t, xmppfed_context *ctx, uint64_t seed)
{
    xfed_map_init(&t->known, ctx, seed);
    xfed_list_init(&t->order);
}

void xfed_targets_fini(struct xfed_targets *t)
{
    struct target *target;

    while ((target = oldest(t)) != NULL)
        drop(t, target);
    xfed_map_fini(&t->known);
}

/* The server, remembered from now on; NULL when out of memory. */
static struct target *learn(struct xfed_targets *t, const xmppfed_endpoint *at)
{
    struct target *target = find(t, at);

    if (target) {
        xfed_list_remove(&target->node);
        xfed_list_append(&t->order, &target->node);
        return target;
    }
    if (t->known.count >= XFED_TARGETS_MAX)
        drop(t, oldest(t));
    target = xfed_zalloc(t->known.ctx, sizeof(*target));
    if (!target)
        return NULL;
    key_of(at, target->key);
    if (xfed_map_put_text(&t->known, target->key, target) < 0) {
        xfed_free(t->known.ctx, target);
        return NULL;
    }
    xfed_list_append(&t->order, &target->node);
    return target;
}

void xfed_targets_failed(struct xfed_targets *t, const xmppfed_endpoint *at, xmppfed_time now)
{
    struct target *target = learn(t, at);
    uint32_t extra;

    if (!target)
        return;
    if (now > target->avoid_until + FORGET_TIME)
        target->rest = 0;
    target->rest = target->rest == 0 ? FIRST_TIME : target->rest * 2;
    if (target->rest > LONGEST_TIME)
        target->rest = LONGEST_TIME;
    if (xfed_random_below(t->known.ctx, (uint32_t)target->rest / 2 + 1, &extra) < 0)
        extra = 0;
    target->avoid_until = now + target->rest / 2 + extra;
}

void xfed_targets_worked(struct xfed_targets *t, const xmppfed_endpoint *at)
{
    struct target *target = find(t, at);

    if (target)
        drop(t, target);
}

bool xfed_targets_avoids(const struct xfed_targets *t, const xmppfed_endpoint *at, xmppfed_time now)
{
    const struct target *target = find(t, at);

    return target && target->avoid_until > now;
}

void xfed_targets_order(const struct xfed_targets *t, struct xfed_endpoints *e, xmppfed_time now)
{
    struct xfed_candidate avoided[XFED_ENDPOINTS_MAX];
    size_t kept = 0;
    size_t late = 0;

    for (size_t i = 0; i < e->count; i++) {
        if (xfed_targets_avoids(t, &e->items[i].endpoint, now))
            avoided[late++] = e->items[i];
        else
            e->items[kept++] = e->items[i];
    }
    if (late > 0)
        memcpy(&e->items[kept], avoided, late * sizeof(avoided[0]));
}
