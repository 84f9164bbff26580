/* share.h - pairs of domains that share a stream of ours with its first one (XEP-0220 2.6). */
#ifndef XFED_FEDERATION_SHARE_H
#define XFED_FEDERATION_SHARE_H

#include "federation/route.h"

/*
 * A route without a stream asks for its pair on one of ours to the same domain. False if there is
 * none that it may share: then it looks for servers.
 */
bool xfed_share_domain(struct xfed_route *route, xmppfed_time now);
/* The same on a stream of ours to one of the best servers that were found for the route. */
bool xfed_share_server(struct xfed_route *route, xmppfed_time now);

/* Whether what a link tells is about another pair than the one that it was dialled for. */
bool xfed_share_is_further(const struct xfed_link *link, const xmppfed_event *ev);
/* The peer has taken a pair: the route that asked for it, and still waits, flows into the stream.
 */
void xfed_share_granted(struct xfed_link *link, const xmppfed_event *ev);
/*
 * The pair has to do without this stream; the host is told. The route dials one of its own where
 * that may help, and fails with the peer's error where not.
 */
void xfed_share_refused(struct xfed_link *link, const xmppfed_event *ev, xmppfed_time now);
/* There is no answer, and no stream any more to wait for it on: the route dials one of its own. */
void xfed_share_go_on(struct xfed_route *route, xmppfed_time now);

#endif
