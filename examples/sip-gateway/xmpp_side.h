/*
 * xmpp_side.h - the gateway's link with the proxy: kept up, with a growing pause between attempts.
 *
 * Reports of failures wait here while the link is down, so that none is lost with it.
 */
#ifndef SIP_GATEWAY_XMPP_SIDE_H
#define SIP_GATEWAY_XMPP_SIDE_H

#include <uv.h>

#include "component/link.h"
#include "proxy/settings/complaint.h"
#include "sip-gateway/settings.h"

struct xmpp_side;

struct xmpp_side_calls {
    /* A stanza, which belongs to the function. */
    void (*on_stanza)(xmppfed_element *stanza, void *user);
    /* The link came up, or went down; why is NULL for up. */
    void (*on_link)(const char *why, void *user);
    void *user;
};

/* Reads the files and begins to connect; false with a sentence. */
bool xmpp_side_new(uv_loop_t *loop, xmppfed_context *ctx, const struct settings *settings,
                   const struct xmpp_side_calls *calls, struct xmpp_side **ret,
                   struct complaint *why);
/* After xmpp_side_close(), when libuv's loop has ended. */
void xmpp_side_free(struct xmpp_side *x);

/* Whether stanzas can be sent. */
bool xmpp_side_is_up(const struct xmpp_side *x);
/* As component_send(). */
int xmpp_side_send(struct xmpp_side *x, const xmppfed_element *stanza);
/*
 * Sends a report, now or when the link is up again, and takes it. One that finds too many waiting,
 * or that could not be built, is told on stderr.
 */
void xmpp_side_report(struct xmpp_side *x, xmppfed_element *stanza);
/* Closes the link in order and connects no more. */
void xmpp_side_close(struct xmpp_side *x);

#endif
