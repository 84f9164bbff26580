/* act_tls.c - actions of STARTTLS (RFC 6120 5.4) and of direct TLS (XEP-0368). */
#include "negotiation/actions.h"

#include "xml/ns.h"

int xfed_act_send_starttls(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    (void)row;
    (void)in;
    return xfed_negotiation_send(n, xmppfed_element_new(n->ctx, "starttls", XFED_NS_TLS));
}

static int start(struct xfed_negotiation *n, bool server)
{
    int rc = n->ports.tls->start(n->ports.user, n->local, n->remote, server);

    if (rc == 0)
        n->tls_on = true;
    return rc;
}

/*
 * The handshake begins with the byte after <proceed/>, so the restart, which refuses plaintext that
 * follows, comes first: a peer that injects is told the error, not to proceed.
 */
int xfed_act_start_tls(struct xfed_negotiation *n, const struct xfed_row *row,
                       const struct xfed_input *in)
{
    int rc = xfed_act_restart_wait(n, row, in);

    return rc < 0 ? rc : start(n, false);
}

int xfed_act_send_proceed(struct xfed_negotiation *n, const struct xfed_row *row,
                          const struct xfed_input *in)
{
    int rc = xfed_act_restart_wait(n, row, in);

    if (rc == 0)
        rc = xfed_negotiation_send(n, xmppfed_element_new(n->ctx, "proceed", XFED_NS_TLS));
    return rc < 0 ? rc : start(n, true);
}

/* There is no stream yet that would have to begin anew. */
int xfed_act_start_direct_tls(struct xfed_negotiation *n, const struct xfed_row *row,
                              const struct xfed_input *in)
{
    (void)row;
    (void)in;
    return start(n, n->role == XFED_RECEIVER);
}
