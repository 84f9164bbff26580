/* posh.c - fingerprints that a peer's domain publishes over HTTPS (RFC 7711), kept and compared. */
#include "connection/connection.h"

#include <string.h>

#include "base/fault.h"
#include "tls/session.h"

enum { FINGERPRINTS_MAX = 32 };

/* One allocation, charged to the stream's account. */
struct xfed_connection_posh {
    size_t size;
    int64_t until; /* Unix seconds: what the domain has published holds no longer */
    size_t count;
    xmppfed_fingerprint list[];
};

void xfed_connection_forget_posh(xmppfed_connection *c)
{
    if (!c->posh)
        return;
    xfed_account_give(&c->account, c->posh->size);
    xfed_free(c->ctx, c->posh);
    c->posh = NULL;
}

int xmppfed_connection_set_fingerprints(xmppfed_connection *c, const xmppfed_fingerprint *list,
                                        size_t count, uint32_t seconds)
{
    struct xfed_connection_posh *posh;
    size_t size;
    int rc;

    if (!c || (!list && count > 0))
        return XMPPFED_ERR_ARGUMENT;
    if (!xfed_connection_takes_evidence(c))
        return XMPPFED_ERR_STATE;
    if (count > FINGERPRINTS_MAX)
        count = FINGERPRINTS_MAX;
    size = sizeof(*posh) + count * sizeof(*list);
    rc = xfed_account_take(&c->account, size);
    if (rc < 0)
        return rc;
    posh = xfed_zalloc(c->ctx, size);
    if (!posh) {
        xfed_account_give(&c->account, size);
        return XMPPFED_ERR_NOMEM;
    }
    posh->size = size;
    posh->until = xfed_site_wall(c->site, c->now) + seconds;
    posh->count = count;
    if (count > 0)
        memcpy(posh->list, list, count * sizeof(*list));
    xfed_connection_forget_posh(c);
    c->posh = posh;
    return 0;
}

bool xfed_connection_is_published(xmppfed_connection *c, const char *domain,
                                  const struct xfed_partner *partner, xmppfed_problem *why)
{
    int64_t wall = xfed_site_wall(c->site, c->now);
    int64_t until = 0;

    /* RFC 7711 3.1: what holds for no time at all proves nothing. */
    if (!partner->posh || !c->posh || c->posh->count == 0 || wall >= c->posh->until)
        return false;
    if (xfed_tls_session_published(c->tls, c->posh->list, c->posh->count, domain, wall, &until,
                                   why) < 0)
        return false;
    c->proof_until = until < c->posh->until ? until : c->posh->until - 1;
    return true;
}
