/* kept.h - sessions of peers, which outlive their streams for a while (XEP-0198 5). */
#ifndef XFED_FEDERATION_KEPT_H
#define XFED_FEDERATION_KEPT_H

#include "crypto/random.h"
#include "federation/federation.h"
#include "negotiation/ports.h"

struct xfed_link;

/*
 * It gives nobody a right: the stream that resumes it has proved the pair anew, and each stanza is
 * judged by what is proved on its own stream (doc/threat-model.md, row 31).
 */
struct xfed_kept {
    struct xfed_node lost; /* in the order in which the streams were lost */
    char id[XFED_RANDOM_TOKEN_SIZE];
    char local[XMPPFED_DOMAIN_SIZE];
    char remote[XMPPFED_DOMAIN_SIZE];
    int proof;                /* enum xmppfed_proof_kind; a weaker one does not resume it */
    struct xfed_link *link;   /* the stream on which it is, or NULL */
    struct xfed_node waiting; /* routes with stanzas on the lost one, which went both ways */
    struct xfed_acks acks;    /* as the lost stream has left them */
    xmppfed_time until;       /* resumed before that only */
    xmppfed_time forget;      /* until then the peer is still told what was handled */
};

void xfed_kept_init(xmppfed_federation *fed, uint64_t seed);
void xfed_kept_fini(xmppfed_federation *fed);
/* As open of struct xfed_session_port. Errors: XMPPFED_ERR_NOMEM, _INTERNAL. */
int xfed_kept_open(struct xfed_link *link, char *ret_id, size_t size,
                   uint32_t *ret_seconds) XMPPFED_MUST_CHECK;
/* As take of struct xfed_session_port. */
void xfed_kept_take(struct xfed_link *link, const struct xfed_management *resume,
                    struct xfed_session_answer *ret);
/* <resumed/> was sent: the routes that wait for the session go on, the peer having handled h. */
void xfed_kept_resumed(struct xfed_link *link, uint32_t h);
/* The stream of a link is over: its session waits, or ends with it. */
void xfed_kept_lost(struct xfed_link *link, xmppfed_time now);
/* Ends the session of a link, if it has one. */
void xfed_kept_drop(struct xfed_link *link);

#endif
