/* refusals.c - partners that refused our certificate a while ago, to whom dialback goes first. */
#include "federation/refusals.h"

#include <stdio.h>
#include <string.h>
#include <xmppfed/address.h>

#include "base/memory.h"

#define KEY_SIZE (2 * XMPPFED_DOMAIN_SIZE)

struct refusal {
    struct xfed_node node;
    xmppfed_credentials *own; /* what was refused; a reference, so that no other has its address */
    enum xfed_refused what;
    xmppfed_time until;
    char key[];
};

/* No domain has a space in it. */
static void key_of(const char *local, const char *remote, char ret[KEY_SIZE])
{
    (void)snprintf(ret, KEY_SIZE, "%s %s", local, remote);
}

static void drop(struct xfed_refusals *r, struct refusal *refusal)
{
    xfed_list_remove(&refusal->node);
    xfed_map_remove_text(&r->known, refusal->key);
    xmppfed_credentials_unref(refusal->own);
    xfed_free(r->known.ctx, refusal);
}

static struct refusal *oldest(const struct xfed_refusals *r)
{
    return xfed_list_empty(&r->order) ? NULL : XFED_CONTAINER(r->order.next, struct refusal, node);
}

void xfed_refusals_init(struct xfed_refusals *r, xmppfed_context *ctx, uint64_t seed)
{
    xfed_map_init(&r->known, ctx, seed);
    xfed_list_init(&r->order);
}

void xfed_refusals_fini(struct xfed_refusals *r)
{
    struct refusal *refusal;

    while ((refusal = oldest(r)) != NULL)
        drop(r, refusal);
    xfed_map_fini(&r->known);
}

static enum xfed_refused held(const struct refusal *refusal, const xmppfed_credentials *own,
                              xmppfed_time now)
{
    bool holds = refusal && refusal->own == own && refusal->until > now;

    return holds ? refusal->what : XFED_REFUSED_NOTHING;
}

bool xfed_refusals_note(struct xfed_refusals *r, const char *local, const char *remote,
                        xmppfed_credentials *own, enum xfed_refused what, xmppfed_time now)
{
    struct refusal *refusal;
    char key[KEY_SIZE];
    size_t size;

    key_of(local, remote, key);
    refusal = xfed_map_get_text(&r->known, key);
    if (held(refusal, own, now) >= what)
        return false;
    if (refusal)
        drop(r, refusal);
    if (r->known.count >= XFED_REFUSALS_MAX)
        drop(r, oldest(r));
    size = strlen(key) + 1;
    refusal = xfed_zalloc(r->known.ctx, sizeof(*refusal) + size);
    if (!refusal)
        return false;
    memcpy(refusal->key, key, size);
    if (xfed_map_put_text(&r->known, refusal->key, refusal) < 0) {
        xfed_free(r->known.ctx, refusal);
        return false;
    }
    refusal->own = xmppfed_credentials_ref(own);
    refusal->what = what;
    refusal->until = now + (xmppfed_time)XFED_REFUSAL_MINUTES * 60 * 1000;
    xfed_list_append(&r->order, &refusal->node);
    return true;
}

enum xfed_refused xfed_refusals_of(const struct xfed_refusals *r, const char *local,
                                   const char *remote, const xmppfed_credentials *own,
                                   xmppfed_time now)
{
    char key[KEY_SIZE];

    key_of(local, remote, key);
    return held(xfed_map_get_text(&r->known, key), own, now);
}
