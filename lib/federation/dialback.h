/* dialback.h - the receiving server's part of dialback: asking the authoritative server. */
#ifndef XFED_FEDERATION_DIALBACK_H
#define XFED_FEDERATION_DIALBACK_H

#include "federation/federation.h"

struct xfed_link;
struct xfed_route;

/* A peer has sent a key: finds or opens a stream to the domain that it claims. */
void xfed_dialback_check(struct xfed_link *asker, const xmppfed_event *ev, xmppfed_time now);
/* A stream can carry checks now: those that wait for its pair of domains go out. */
void xfed_dialback_carry(struct xfed_link *verifier, xmppfed_time now);
/* The authoritative server has answered; what was not asked on this very link is ignored. */
void xfed_dialback_answer(struct xfed_link *verifier, const xmppfed_event *ev, xmppfed_time now);
/*
 * A stream is over, with that code: its own checks end, those that it carried fail or look for
 * another way.
 */
void xfed_dialback_link_down(struct xfed_link *link, int code, xmppfed_time now);
/* No server of the route's domain can be reached: all who wait for it are told. */
void xfed_dialback_unreachable(struct xfed_route *route);
/* Whether checks wait for a stream of this route. */
bool xfed_dialback_waits(const struct xfed_route *route);
/* A stream for checks has carried none for a while: it is closed. */
void xfed_dialback_idle(struct xfed_route *route);
/* Checks whose time has passed fail. */
void xfed_dialback_expire(struct xfed_timer *t, xmppfed_time now);

#endif
