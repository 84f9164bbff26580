/* move.h - back to a better server: a stream to it beside the one that stands, then its place. */
#ifndef XFED_FEDERATION_MOVE_H
#define XFED_FEDERATION_MOVE_H

#include "federation/timer.h"

struct xfed_link;
struct xfed_route;

struct xfed_move {
    struct xfed_timer timer; /* when better servers are tried again */
    struct xfed_link *next;  /* stands and waits until the stream before it has drained; or NULL */
    uint16_t priority;       /* of the server that the stream is with (RFC 2782) */
    bool trying;             /* looks for a better server, or dials it */
};

void xfed_move_init(struct xfed_move *move);
/* A stream stands with a candidate: if the round knew better ones, they are tried again later. */
void xfed_move_watch(struct xfed_route *route, size_t candidate, xmppfed_time now);
/* Candidates were found anew: dials those that are better than the server of the stream. */
void xfed_move_found(struct xfed_route *route, xmppfed_time now);
/* No better server was reached; the next attempt follows after a rest. */
void xfed_move_over(struct xfed_route *route, xmppfed_time now);
/* Whether what waits is for a better stream than that of this link, so that its order is kept. */
bool xfed_move_leaves(const struct xfed_link *link);
/* Closes a stream that has a better one behind it, once all that it has sent is acknowledged. */
void xfed_move_leave(struct xfed_route *route);
/* A stream to a better server was proved: the one before it is closed and drains. */
void xfed_move_to(struct xfed_route *route, struct xfed_link *link);
/* The stream before is over: the better one takes its place. False if there is none. */
bool xfed_move_finish(struct xfed_route *route);
/* There is no stream any more that could be moved. */
void xfed_move_stop(struct xfed_route *route);

#endif
