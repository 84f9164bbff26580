/* pending.c - dialback requests that wait for an answer, correlated by stream object. */
#include "dialback/pending.h"

#include "base/slice.h"

enum { SHARE_MIN = 4 };

/*
 * A list is enough: its length is bounded by max, and looking through it is nothing beside the
 * round trip that it counts.
 */

static struct xfed_dialback_check *check_of(struct xfed_node *node)
{
    return XFED_CONTAINER(node, struct xfed_dialback_check, node);
}

static void check_free(xmppfed_context *ctx, struct xfed_dialback_check *c)
{
    xfed_free(ctx, c->id);
    xfed_free(ctx, c->key);
    xfed_free(ctx, c);
}

static bool is_pair(const struct xfed_dialback_check *c, const char *local, const char *remote)
{
    return xfed_text_equal(c->local, local) && xfed_text_equal(c->remote, remote);
}

void xfed_dialback_pending_init(struct xfed_dialback_pending *p, xmppfed_context *ctx, size_t max)
{
    p->ctx = ctx;
    xfed_list_init(&p->checks);
    p->count = 0;
    p->max = max;
}

void xfed_dialback_pending_fini(struct xfed_dialback_pending *p)
{
    while (!xfed_list_empty(&p->checks))
        xfed_dialback_pending_remove(p, check_of(p->checks.next));
}

/* Whether this stream asked for this pair already and has no answer yet. */
static bool is_open(const struct xfed_dialback_pending *p, uint64_t asker, const char *local,
                    const char *remote)
{
    for (struct xfed_node *n = p->checks.next; n != &p->checks; n = n->next) {
        const struct xfed_dialback_check *c = check_of(n);

        if (c->asker == asker && is_pair(c, local, remote))
            return true;
    }
    return false;
}

/*
 * Whether one remote domain has its share of the table, a quarter. A domain whose servers are
 * silent would otherwise, claimed often enough by anybody, keep all others from being proved.
 */
static bool has_its_share(const struct xfed_dialback_pending *p, const char *remote)
{
    size_t share = p->max / 4 < SHARE_MIN ? SHARE_MIN : p->max / 4;
    size_t count = 0;

    for (struct xfed_node *n = p->checks.next; n != &p->checks; n = n->next)
        count += xfed_text_equal(check_of(n)->remote, remote);
    return count >= share;
}

int xfed_dialback_pending_add(struct xfed_dialback_pending *p, uint64_t asker, const char *local,
                              const char *remote, const char *id, const char *key,
                              xmppfed_time deadline, struct xfed_dialback_check **ret)
{
    struct xfed_dialback_check *c;

    if (is_open(p, asker, local, remote))
        return XMPPFED_ERR_DUPLICATE;
    if (p->count >= p->max || has_its_share(p, remote))
        return XMPPFED_ERR_LIMIT_PENDING;
    c = xfed_zalloc(p->ctx, sizeof(*c));
    if (!c)
        return XMPPFED_ERR_NOMEM;
    c->id = xfed_strdup(p->ctx, id);
    c->key = xfed_strdup(p->ctx, key);
    if (!c->id || !c->key) {
        check_free(p->ctx, c);
        return XMPPFED_ERR_NOMEM;
    }
    /* Prepared domains fit by their type. */
    if (!xfed_text_copy(c->local, sizeof(c->local), local) ||
        !xfed_text_copy(c->remote, sizeof(c->remote), remote)) {
        check_free(p->ctx, c);
        return XMPPFED_ERR_INTERNAL;
    }
    c->asker = asker;
    c->deadline = deadline;
    xfed_list_append(&p->checks, &c->node);
    p->count++;
    *ret = c;
    return 0;
}

struct xfed_dialback_check *xfed_dialback_pending_find(struct xfed_dialback_pending *p,
                                                       uint64_t verifier, const char *local,
                                                       const char *remote, const char *id)
{
    /* 0 marks a check that no link carries yet: nobody can answer that one. */
    if (verifier == 0)
        return NULL;
    for (struct xfed_node *n = p->checks.next; n != &p->checks; n = n->next) {
        struct xfed_dialback_check *c = check_of(n);

        /* All four, on this stream: XEP-0220 2.1.2 and 3.1. */
        if (c->verifier == verifier && is_pair(c, local, remote) && xfed_text_equal(c->id, id))
            return c;
    }
    return NULL;
}

struct xfed_dialback_check *xfed_dialback_pending_next(struct xfed_dialback_pending *p,
                                                       const struct xfed_dialback_check *prev)
{
    struct xfed_node *node = prev ? prev->node.next : p->checks.next;

    return node == &p->checks ? NULL : check_of(node);
}

void xfed_dialback_pending_remove(struct xfed_dialback_pending *p, struct xfed_dialback_check *c)
{
    xfed_list_remove(&c->node);
    p->count--;
    check_free(p->ctx, c);
}

xmppfed_time xfed_dialback_pending_deadline(const struct xfed_dialback_pending *p)
{
    xmppfed_time earliest = XMPPFED_TIME_NEVER;

    for (struct xfed_node *n = p->checks.next; n != &p->checks; n = n->next) {
        const struct xfed_dialback_check *c = check_of(n);

        if (c->deadline < earliest)
            earliest = c->deadline;
    }
    return earliest;
}
