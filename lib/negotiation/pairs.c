/* pairs.c - a small bounded set of domain pairs. */
#include "negotiation/pairs.h"

#include "base/slice.h"

#include <string.h>
#include <xmppfed/policy.h>

void xfed_pairs_init(struct xfed_pairs *p, xmppfed_context *ctx)
{
    *p = (struct xfed_pairs){.ctx = ctx};
}

void xfed_pairs_fini(struct xfed_pairs *p)
{
    xfed_free(p->ctx, p->items);
    p->items = NULL;
    p->count = 0;
}

static size_t find(const struct xfed_pairs *p, const char *local, const char *remote)
{
    size_t i = 0;

    while (i < p->count &&
           (strcmp(p->items[i].local, local) != 0 || strcmp(p->items[i].remote, remote) != 0))
        i++;
    return i;
}

static bool is_sasl(int method)
{
    return method == XMPPFED_METHOD_EXTERNAL || method == XMPPFED_METHOD_SCRAM;
}

int xfed_pairs_add(struct xfed_pairs *p, const char *local, const char *remote, int method)
{
    size_t at = find(p, local, remote);
    struct xfed_pair *grown;

    if (at < p->count) {
        /* Dialback later on adds nothing to SASL, which counts for all our domains. */
        if (!is_sasl(p->items[at].method))
            p->items[at].method = method;
        return 0;
    }
    if (p->count == XFED_PAIRS_MAX)
        return XMPPFED_ERR_LIMIT_PENDING;
    grown = xfed_realloc(p->ctx, p->items, (p->count + 1) * sizeof(*grown));
    if (!grown)
        return XMPPFED_ERR_NOMEM;
    p->items = grown;
    if (!xfed_text_copy(grown[at].local, sizeof(grown[at].local), local) ||
        !xfed_text_copy(grown[at].remote, sizeof(grown[at].remote), remote))
        return XMPPFED_ERR_ADDRESS;
    grown[at].method = method;
    grown[at].proof = (struct xfed_pair_proof){.valid = false};
    p->count++;
    return 0;
}

const struct xfed_pair *xfed_pairs_find(const struct xfed_pairs *p, const char *local,
                                        const char *remote)
{
    size_t at = find(p, local, remote);

    return at < p->count ? &p->items[at] : NULL;
}

const struct xfed_pair *xfed_pairs_find_sasl(const struct xfed_pairs *p, const char *remote)
{
    for (size_t i = 0; i < p->count; i++)
        if (is_sasl(p->items[i].method) && strcmp(p->items[i].remote, remote) == 0)
            return &p->items[i];
    return NULL;
}

void xfed_pairs_settle(struct xfed_pairs *p, const char *local, const char *remote, int method)
{
    size_t at = find(p, local, remote);

    if (at < p->count)
        p->items[at].method = method;
}

bool xfed_pairs_remove(struct xfed_pairs *p, const char *local, const char *remote)
{
    size_t at = find(p, local, remote);

    if (at == p->count)
        return false;
    p->items[at] = p->items[--p->count];
    return true;
}
