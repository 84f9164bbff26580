/* guest.h - routes whose stanzas go over the stream of another (XEP-0288, XEP-0220 2.6). */
#ifndef XFED_FEDERATION_GUEST_H
#define XFED_FEDERATION_GUEST_H

#include "federation/route.h"

/*
 * A pair was proved on a received link. If its stream goes both ways, the route of the pair knows
 * it from now on, and uses it unless a stream of its own is up.
 */
void xfed_guest_welcome(struct xfed_link *link, const char *local, const char *remote);
/* A route knows a link whose stream may take its stanzas, in place of any that it knew. */
void xfed_guest_attach(struct xfed_route *route, struct xfed_link *link);
/* Lets a route flow into the stream of another that it knows, if it has nothing up of its own. */
void xfed_guest_enter(struct xfed_route *route);
/* Takes a route off the stream that it knows; what it left behind is the caller's. */
void xfed_guest_detach(struct xfed_route *route);

/* Tells the end of the guests' stanzas that the transport of a link has taken. */
void xfed_guests_acked(struct xfed_link *link);
/* Whether a guest, or the route that a link is for, has stanzas that the stream has not got yet. */
bool xfed_guests_wait(const struct xfed_link *link);
/* Whether policy still lets every guest send on the stream. */
bool xfed_guests_allowed(const struct xfed_link *link);
/* Moves the guests of a link that is about to be freed into a list; none knows it afterwards. */
void xfed_guests_take(struct xfed_link *link, struct xfed_node *ret_guests);
/* Lets each of the list go on: by a stream of its own, or it dials. */
void xfed_guests_go_on(struct xfed_node *guests, xmppfed_time now);

#endif
