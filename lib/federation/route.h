/* route.h - the way from a domain of ours to a remote one: who waits for it, and its stream. */
#ifndef XFED_FEDERATION_ROUTE_H
#define XFED_FEDERATION_ROUTE_H

#include "federation/endpoints.h"
#include "federation/federation.h"
#include "federation/move.h"
#include "federation/queue.h"
#include "federation/race.h"
#include "federation/resume.h"

struct xfed_link;

enum xfed_route_state {
    XFED_ROUTE_IDLE = 1,  /* wants nothing */
    XFED_ROUTE_RESOLVING, /* asks DNS where the partner is */
    XFED_ROUTE_ASKING,    /* has sent a key on a stream of ours that it may share (share.c) */
    XFED_ROUTE_LINKED,    /* has a stream, or attempts at one */
    XFED_ROUTE_RESTING,   /* failed; tries again when its timer passes */
    XFED_ROUTE_DEAD       /* failed for good; until its timer passes nothing new is tried */
};

/*
 * One pair of domains and one purpose: to send stanzas (then there is a queue), or to ask the
 * authoritative server about dialback keys (then the checks wait in the federation's table).
 */
struct xfed_route {
    xmppfed_federation *fed;
    int purpose; /* enum xmppfed_purpose */
    char local[XMPPFED_DOMAIN_SIZE];
    char remote[XMPPFED_DOMAIN_SIZE];
    enum xfed_route_state state;
    struct xfed_queue queue;
    struct xfed_link *link;      /* the stream that serves it, until it has drained; or NULL */
    struct xfed_race race;       /* attempts at one */
    struct xfed_move move;       /* to a better server than that of link */
    struct xfed_link *host;      /* another's stream that takes ours too, or is asked to */
    struct xfed_node guest;      /* in the list of that link */
    bool visiting;               /* the queue flows into it, not into .link (guest.c) */
    bool alone;                  /* no stream of ours was to be shared: it dials one of its own */
    struct xfed_resume resume;   /* what a lost stream has left */
    uint64_t lookup;             /* in state RESOLVING */
    struct xfed_posh_asker posh; /* what the partner publishes is asked for beside it */
    bool found;                  /* the look-up is over, and waits for that */
    struct xfed_endpoints endpoints; /* of this round */
    size_t endpoint_next;            /* the first that was not tried */
    bool final;                      /* every failure of this round was final */
    bool hurried;                    /* redialled at once since a stanza was last handed over */
    unsigned backoff;                /* milliseconds of the last rest; 0 after a success */
    struct xfed_timer rest;          /* ends RESTING and DEAD, and a check stream without checks */
    struct xfed_timer expiry;        /* of the oldest stanza */
    xmppfed_problem why;             /* the last failure */
    char peer_condition[32];         /* ... the stream error that the peer sent, "" for none */
};

/* The route, or NULL if there is none. */
struct xfed_route *xfed_route_find(const xmppfed_federation *fed, int purpose, const char *local,
                                   const char *remote);
/* The route, made if there is none; NULL when out of memory. */
struct xfed_route *xfed_route_get(xmppfed_federation *fed, int purpose, const char *local,
                                  const char *remote);
/* Frees a route with its queue; nobody is told. */
void xfed_route_free(struct xfed_route *route);
/* Frees a route that wants nothing and remembers nothing. */
void xfed_route_release(struct xfed_route *route);

/*
 * Queues a stanza and sees to it that it goes. The queue owns s on success; it may end at once (the
 * partner is known to be out of reach). XMPPFED_ERR_LIMIT_QUEUE, XMPPFED_ERR_NOMEM; else 0.
 */
int xfed_route_send(xmppfed_federation *fed, const char *local, const char *remote,
                    struct xfed_queued *s, xmppfed_time now) XMPPFED_MUST_CHECK;
/* The link into whose stream the queue flows, or NULL. */
struct xfed_link *xfed_route_carrier(const struct xfed_route *route);
/* Gives waiting stanzas to the stream, as many as it takes. */
void xfed_route_flush(struct xfed_route *route);
/* Tells the end of those stanzas that the transport has taken. */
void xfed_route_acked(struct xfed_route *route);
/* The stream of the route is over and its link freed. */
void xfed_route_unlinked(struct xfed_route *route, xmppfed_time now);
/* Ends a route of a federation that shuts down, and frees it. */
void xfed_route_end(struct xfed_route *route);
/* The stream of another into which the route flowed is gone: goes on with what it left behind. */
void xfed_route_stranded(struct xfed_route *route, xmppfed_time now);
/* Whether a stream of its own is of use: stanzas wait, or a session that we can resume. */
bool xfed_route_wants_stream(const struct xfed_route *route);
/* Lets what waits go on: by a stream that stands or is coming, or by a new one; may free it. */
void xfed_route_go_on(struct xfed_route *route, xmppfed_time now);
/* The queue has changed: sets the time at which something in it ends. */
void xfed_route_rearm(struct xfed_route *route);
/* A stanza has reached the peer: what comes next need not wait as after a failure. */
void xfed_route_moved(struct xfed_route *route);
/* Takes a stanza out of the queue and tells its end; condition is that of xfed_answer_outcome(). */
void xfed_route_end_stanza(struct xfed_route *route, struct xfed_queued *s, int outcome, int code,
                           const char *text, const char *condition);
/* Ends all stanzas of the route. */
void xfed_route_bounce(struct xfed_route *route, int code, const char *text);
/*
 * All routes are to end: stanzas that no stream could take are bounced, streams that stand take
 * what is left and are closed.
 */
void xfed_routes_shutdown(xmppfed_federation *fed);

#endif
