/* acks.h - the counters of stream management (XEP-0198 4): what was sent, acknowledged, handled. */
#ifndef XFED_NEGOTIATION_ACKS_H
#define XFED_NEGOTIATION_ACKS_H

#include <stdbool.h>
#include <stdint.h>

/* Counts are modulo 2^32: only differences between them mean anything. */
struct xfed_acks {
    bool wanted;      /* the owner of the stream makes use of acks */
    bool offered;     /* by the features that hold: initiator: the peer's; receiver: ours */
    bool on;          /* <enable/> and <enabled/> have passed */
    uint32_t sent;    /* our stanzas since then */
    uint32_t acked;   /* those that the peer says it has handled */
    uint32_t handled; /* the peer's stanzas that we have handled */
    uint32_t claimed; /* the peer's h that could not be */
};

/* Acks begin: all counters at zero. */
void xfed_acks_begin(struct xfed_acks *a);
/* A stanza of ours went to the stream; its number, while acks are on. */
uint32_t xfed_acks_sent(struct xfed_acks *a);
/* A stanza of the peer was handled. */
void xfed_acks_handled(struct xfed_acks *a);
/* A stanza that was counted as handled is not: it was dropped with its stream. */
void xfed_acks_unhandled(struct xfed_acks *a);
/*
 * Goes on with the counts of a session whose peer has handled h; what it has not is sent anew. False
 * if it can not have handled so many: then the counts say why (XEP-0198 5, 6).
 */
bool xfed_acks_resume(struct xfed_acks *a, const struct xfed_acks *before, uint32_t h);
/* Takes the peer's h; false if it is none that it can have: higher than sent, or going back. */
bool xfed_acks_take(struct xfed_acks *a, uint32_t h);
/* How many of our stanzas the peer has not acknowledged. */
uint32_t xfed_acks_open(const struct xfed_acks *a);
/* Whether the peer has acknowledged the stanza with that number. */
bool xfed_acks_covers(const struct xfed_acks *a, uint32_t number);

#endif
