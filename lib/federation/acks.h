/* acks.h - what acknowledgements (XEP-0198) mean for the queue of a pair of domains. */
#ifndef XFED_FEDERATION_ACKS_H
#define XFED_FEDERATION_ACKS_H

#include "federation/link.h"
#include "federation/route.h"

/* Whether stanzas that the stream of a link has got wait for acks. */
bool xfed_acks_open_on(const struct xfed_link *link);
/* Ends the stanzas that the peer has acknowledged; a link without acks is fine. */
void xfed_acks_settle(struct xfed_link *link);
/*
 * The stream of a link is over and the transport takes no more. What the peer may have got without
 * saying so waits until the session is resumed, or bounces: sent again it could be there twice
 * (XEP-0198 4). What it cannot have got stays in the queue.
 */
void xfed_acks_lost(struct xfed_link *link);
/* Bounces the stanzas of which nobody can say whether the peer has them. */
void xfed_acks_bounce(struct xfed_route *route);
/*
 * Whether the oldest stanza of a route was handed over and only its ack is missing, for which the
 * stream has a deadline of its own: then it gets more time.
 */
bool xfed_acks_awaits(struct xfed_route *route, xmppfed_time now);

#endif
