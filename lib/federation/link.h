/* link.h - one transport connection, from DIAL or accept to CLOSE, and the stream on it. */
#ifndef XFED_FEDERATION_LINK_H
#define XFED_FEDERATION_LINK_H

#include "federation/answer.h"
#include "federation/evidence.h"
#include "federation/federation.h"

struct xfed_route;
struct xfed_quota;
struct xfed_kept;

#define XFED_PEER_SIZE 48 /* any IP address as text */

enum xfed_link_state {
    XFED_LINK_WANTED = 1, /* the host does not know of it yet */
    XFED_LINK_DIALLING,   /* the host was asked to connect */
    XFED_LINK_RESERVE,    /* connected, while another server negotiates */
    XFED_LINK_OPEN,       /* there is a stream */
    XFED_LINK_DOWN        /* the stream is over; what remains of the output drains */
};

struct xfed_link {
    struct xfed_node ready;
    struct xfed_node runner; /* while it is in the race of its route */
    xmppfed_federation *fed;
    uint64_t id;
    enum xfed_link_state state;
    int direction;
    char peer[XFED_PEER_SIZE];      /* IP address; "" until there is one */
    uint16_t port;                  /* outbound: of the server that the host was asked to dial */
    xmppfed_time since;             /* accepted, or the host was asked to dial */
    xmppfed_time connected;         /* outbound: the transport stood */
    xmppfed_time heard;             /* the last byte came; 0: none yet */
    xmppfed_time keys_proved;       /* of the TLS session that it is to resume */
    xmppfed_connection *connection; /* NULL until connected */
    struct xfed_route *route;       /* whom it serves; NULL: inbound, or too late in its race */
    size_t candidate;               /* ... and where to: its place in the route's endpoints */
    struct xfed_node guests;        /* other routes that may use its stream (guest.h) */
    struct xfed_quota *quota;       /* NULL until the peer is known */
    struct xfed_kept *kept;         /* inbound: what another stream may go on with, or NULL */
    struct xfed_quota *stranger;    /* inbound: counted by address until a domain is proved */
    struct xfed_timer timer;        /* of the connection; of dialling; of draining */
    bool host_knows;                /* by DIAL or accept: then it is told CLOSE */
    bool direct;                    /* outbound: dialled by direct TLS (XEP-0368) */
    bool transport_gone;
    bool output_told; /* the host knows that bytes wait */
    bool can_verify;  /* dialback checks may go out on it */
    bool up;
    int proof; /* enum xmppfed_proof_kind by which it came up first */
    struct xfed_evidence evidence;
    /* A stanza that waits for the host's word about a contact; the stream waits behind it. */
    xmppfed_event *held;
    int held_action;
    uint64_t held_token;
    struct xfed_timer held_timer;
    struct xfed_bucket answers; /* how many refusals may still be answered */
    struct xfed_bucket checks;  /* how many dialback keys may still be looked into */
};

/*
 * Adds a link. route is NULL for an inbound one. XMPPFED_ERR_LIMIT_CONNECTIONS over the gateway's
 * or the partner's limit, XMPPFED_ERR_POLICY_UNKNOWN_PARTNER, XMPPFED_ERR_NOMEM; else 0.
 */
int xfed_link_new(xmppfed_federation *fed, struct xfed_route *route,
                  struct xfed_link **ret) XMPPFED_MUST_CHECK;
/* Puts a stream on a link whose transport stands; the link owns it. */
void xfed_link_open(struct xfed_link *link, xmppfed_connection *connection, xmppfed_time now);
/* Begins the stream of an outbound link whose transport stands. */
void xfed_link_begin(struct xfed_link *link, xmppfed_time now);
/* Frees a link without a word to anybody. */
void xfed_link_free(struct xfed_link *link);
/* The link with this number, or NULL. */
struct xfed_link *xfed_link_find(const xmppfed_federation *fed, uint64_t id);
/* The first link that may have something to say, or NULL. */
struct xfed_link *xfed_link_first_ready(const xmppfed_federation *fed);
/* Says that something happened to a link: the pump will look at it, its deadline is set anew. */
void xfed_link_touch(struct xfed_link *link);
/* Closes the stream of a link, or gives up dialling. */
void xfed_link_close(struct xfed_link *link, int code, const char *text);
/*
 * Does the next thing for a link that is ready. True when the transport event is filled; else the
 * host's queue may have got events, and the link is ready no more if there was nothing to do.
 */
bool xfed_link_step(struct xfed_link *link, xmppfed_time now);

#endif
