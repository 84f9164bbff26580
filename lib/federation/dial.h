/* dial.h - finding the servers of a partner and trying them in order, in rounds with rests. */
#ifndef XFED_FEDERATION_DIAL_H
#define XFED_FEDERATION_DIAL_H

#include "federation/route.h"

struct xfed_partner;

/* Starts a round for an idle route: the fixed addresses, the named server, or a look-up. */
void xfed_dial_start(struct xfed_route *route, xmppfed_time now);
/* The same for a route that has a stream: looks for servers that are better than its own. */
void xfed_dial_better(struct xfed_route *route, xmppfed_time now);
/* Between half and all of a rest, by chance, so that many pairs do not come back as one. */
xmppfed_time xfed_dial_jitter(const xmppfed_federation *fed, xmppfed_time rest);
/* Takes the result of a look-up. */
void xfed_dial_resolved(struct xfed_route *route, const xmppfed_dns_result *result,
                        xmppfed_time now);
/* Nothing is left to try in this round; route->why says how it ended. */
void xfed_dial_round_failed(struct xfed_route *route, xmppfed_time now);
/* Asks DNS for the servers of a domain whose record is partner. Errors: those of the resolver. */
int xfed_dial_look_up(xmppfed_federation *fed, const struct xfed_partner *partner,
                      const char *remote, xmppfed_time now, uint64_t *ret) XMPPFED_MUST_CHECK;
/* Ends what is on its way, quietly. */
void xfed_dial_cancel(struct xfed_route *route);
/* Rests, a random while longer each time, and tries again after that. */
void xfed_dial_rest(struct xfed_route *route, xmppfed_time now);

/* Gives up finding a way, and the rest after a failure: there is a stream after all. */
void xfed_dial_rest_over(struct xfed_route *route);

#endif
