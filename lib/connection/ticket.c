/* ticket.c - coming back to a server with the TLS session of an earlier stream. */
#include "connection/connection.h"

enum { SESSION_SECONDS = 24 * 60 * 60 }; /* one is kept no longer (federation/sessions.c) */

void xfed_saved_session_free(xmppfed_context *ctx, struct xfed_saved_session *saved)
{
    if (saved->data)
        xfed_wipe(saved->data, saved->len);
    xfed_free(ctx, saved->data);
    *saved = (struct xfed_saved_session){NULL, 0};
}

void xfed_connection_use_session(xmppfed_connection *c, struct xfed_saved_session *saved)
{
    xfed_saved_session_free(c->ctx, &c->offer);
    c->offer = *saved;
    *saved = (struct xfed_saved_session){NULL, 0};
    /* Direct TLS has its session from the start (XEP-0368). */
    if (c->tls)
        xfed_connection_offer_session(c);
}

/* The ticket goes with the offer: who sees it twice knows that it is us (RFC 8446 C.4). */
void xfed_connection_offer_session(xmppfed_connection *c)
{
    if (!c->offer.data)
        return;
    xfed_tls_session_offer(c->tls, (xmppfed_slice){c->offer.data, c->offer.len});
    xfed_saved_session_free(c->ctx, &c->offer);
}

/*
 * A certificate or staple that ends before the session could be used for the last time: the next
 * handshake is to show the renewed one.
 */
static bool ends_soon(const xmppfed_connection *c)
{
    return c->negotiation.certificate == XFED_CERTIFICATE_PKIX &&
           c->proof_until < xfed_site_wall(c->site, c->now) + SESSION_SECONDS;
}

struct xfed_saved_session xfed_connection_save_session(xmppfed_connection *c)
{
    struct xfed_saved_session saved = {NULL, 0};
    enum xfed_certificate worth = c->negotiation.certificate;

    /* What proves nothing is not worth keeping: the next handshake may show a better certificate.
     */
    if (c->negotiation.role != XFED_INITIATOR || !c->tls ||
        (worth != XFED_CERTIFICATE_PKIX && worth != XFED_CERTIFICATE_DANE) || ends_soon(c))
        return saved;
    if (xfed_tls_session_save(c->tls, &saved.data, &saved.len) < 1)
        return (struct xfed_saved_session){NULL, 0};
    return saved;
}
