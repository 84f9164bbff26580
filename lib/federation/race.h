/* race.h - attempts at the candidates of a route, side by side, until one stream is proved. */
#ifndef XFED_FEDERATION_RACE_H
#define XFED_FEDERATION_RACE_H

#include "base/list.h"
#include "federation/timer.h"

struct xfed_link;
struct xfed_route;

/*
 * The links that try (RFC 8305 5). The first whose transport stands negotiates; one that stands
 * later is a reserve on which nothing is said, unless the first has fallen silent. The first stream
 * that is proved wins and the others are closed.
 */
struct xfed_race {
    struct xfed_node runners; /* by xfed_link.runner, the oldest first */
    size_t count;
    struct xfed_timer timer; /* when it goes on without being asked */
};

void xfed_race_init(struct xfed_race *race);
/* Tries the candidates of a route, those last that failed lately; the end of the round follows. */
void xfed_race_begin(struct xfed_route *route, xmppfed_time now);
/* The host was asked to dial for a runner: its time begins. */
void xfed_race_asked(struct xfed_link *link, xmppfed_time now);
/* The transport of a runner stands: it negotiates, or waits as a reserve. */
void xfed_race_connected(struct xfed_link *link, xmppfed_time now);
/*
 * A stream of ours serves its purpose. True if it is the one of its route now, or was it before;
 * false if it came too late, and is being closed.
 */
bool xfed_race_won(struct xfed_link *link, xmppfed_time now);
/* A runner of the route is over and freed; candidate is where it was headed, route->why is why. */
void xfed_race_lost(struct xfed_route *route, size_t candidate, xmppfed_time now);
/* Ends all runners, without a word to the host but CLOSE. */
void xfed_race_cancel(struct xfed_route *route, xmppfed_time now);
/* Ends all runners as failed attempts, of which the host is told. */
void xfed_race_close(struct xfed_route *route, int code);
/* A runner on which dialback checks may go out although it has not won, or NULL. */
struct xfed_link *xfed_race_carrier(const struct xfed_route *route);
/* Takes a link out of the race of its route, if it is in it. */
void xfed_race_leave(struct xfed_link *link);

#endif
