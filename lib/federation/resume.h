/*
 * resume.h - a stream that was lost with stanzas unacknowledged, and the one that goes on for it.
 *
 * Only who has opened a stream can resume it (XEP-0198 5). On one that went both ways the other
 * end has stanzas of its own under way; these wait for the peer to come back.
 */
#ifndef XFED_FEDERATION_RESUME_H
#define XFED_FEDERATION_RESUME_H

#include "federation/federation.h"
#include "negotiation/ports.h"

struct xfed_link;
struct xfed_route;

/*
 * What a lost stream of a route has left (XEP-0198 5). While it waits, the stanzas of the queue
 * that count as sent are those of which only the peer can say whether it has them.
 */
struct xfed_resume {
    char *id;              /* we ask for it, by this; NULL: there is none, or ... */
    bool theirs;           /* ... the peer is to ask for it ... */
    struct xfed_node node; /* ... and is known to have it: in the list of struct xfed_kept */
    struct xfed_acks acks; /* as the stream has left them */
    xmppfed_time until;    /* after that the stanzas bounce */
};

/* The sessions of a federation, for a stream; its user is the link. */
extern const struct xfed_session_port xfed_resume_port;

/* Whether a lost session of the route waits to be resumed, by us or by the peer. */
bool xfed_resume_waits(const struct xfed_route *route);
/*
 * The stream that served a route is lost: keeps what the peer may have got without saying so for a
 * stream to come. False if that cannot be, or if there is nothing of the kind.
 */
bool xfed_resume_keep(struct xfed_route *route, const struct xfed_link *link);
/*
 * The peer says on the stream that resumes the session that it has handled h: ends the stanzas that
 * it has, and lets the others be sent again. False if it cannot have handled so many.
 */
bool xfed_resume_settle(struct xfed_route *route, uint32_t h);
/* Nobody will say any more what became of the stanzas that wait: they bounce. */
void xfed_resume_give_up(struct xfed_route *route);
/* Forgets what was left, without a word. */
void xfed_resume_fini(struct xfed_route *route);

#endif
