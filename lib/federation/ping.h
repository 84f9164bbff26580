/* ping.h - pings between servers (XEP-0199), of which the host sees nothing. */
#ifndef XFED_FEDERATION_PING_H
#define XFED_FEDERATION_PING_H

#include <stdbool.h>

#include "federation/federation.h"

/* Whether a stanza is a ping to a domain itself: no user and no resource (XEP-0199 4.2). */
bool xfed_ping_is_for_domain(const xmppfed_element *stanza);
/* The answer to a ping; NULL when out of memory. The caller frees. */
xmppfed_element *xfed_ping_answer(xmppfed_context *ctx, const xmppfed_element *ping);
/* Takes an answer to a ping of ours that went over another stream (XEP-0199 4.3); true if ev is
 * one.
 */
bool xfed_ping_take_answer(xmppfed_federation *fed, const xmppfed_event *ev, xmppfed_time now);

#endif
