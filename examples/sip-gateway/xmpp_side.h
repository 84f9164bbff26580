/* xmpp_side.h - the gateway's link with the proxy: kept up, with a growing pause between attempts.
 */
#ifndef SIP_GATEWAY_XMPP_SIDE_H
#define SIP_GATEWAY_XMPP_SIDE_H

#include <uv.h>

#include "component/link.h"
#include "proxy/settings/complaint.h"
#include "sip-gateway/settings.h"

struct xmpp_side;

struct xmpp_side_calls {
    /* A stanza, which belongs to the function; it counts as handled when that returns. */
    void (*on_stanza)(xmppfed_element *stanza, void *user);
    /* The proxy has taken all stanzas up to this number. */
    void (*on_acknowledged)(uint64_t number, void *user);
    /* The link came up, or went down; why is NULL for up. */
    void (*on_link)(const char *why, void *user);
    void *user;
};

/* Reads the files and begins to connect; false with a sentence. */
bool xmpp_side_new(uv_loop_t *loop, xmppfed_context *ctx, const struct settings *settings,
                   const struct xmpp_side_calls *calls, struct xmpp_side **ret,
                   struct complaint *why);
/* After loops_run(). */
void xmpp_side_free(struct xmpp_side *x);

/* Sends a stanza: its number on this link, from 1. Errors: as link_send(), also without a link. */
int xmpp_side_send(struct xmpp_side *x, const xmppfed_element *stanza, uint64_t *ret_number);

/* Ends the stream, and takes what the proxy still says. The loop then ends. */
void xmpp_side_close(struct xmpp_side *x);

#endif
