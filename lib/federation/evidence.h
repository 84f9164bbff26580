/* evidence.h - what can be found about a peer that dials in and is not proved by its certificate.
 */
#ifndef XFED_FEDERATION_EVIDENCE_H
#define XFED_FEDERATION_EVIDENCE_H

#include <stdbool.h>

#include "federation/posh.h"
#include "federation/timer.h"
#include <xmppfed/federation.h>

struct xfed_link;

/* The wait of a stream, on its link. Each source of evidence has a bit, and what it needs here. */
struct xfed_evidence {
    bool waits;              /* the stream was not answered yet */
    uint32_t open;           /* enum xmppfed_evidence: which sources are still at it */
    uint64_t lookup;         /* TLSA: of the resolver; 0 for none */
    struct xfed_posh_asker posh;
    char remote[XMPPFED_DOMAIN_SIZE]; /* whom the stream says it is from */
    struct xfed_timer timer;          /* the wait ends with what is there */
};

void xfed_evidence_init(struct xfed_link *link);
/* What can be got now, for xmppfed_connection_set_evidence(). */
uint32_t xfed_evidence_kinds(const xmppfed_federation *fed);
/* A stream asks: begins the search, or answers at once that nothing is found. */
void xfed_evidence_ask(struct xfed_link *link, const xmppfed_event *ev, xmppfed_time now);
/* A source has handed over all that it has; the stream goes on when the last one says so. */
void xfed_evidence_found(struct xfed_link *link, uint32_t kind);
/* Ends the search without a word to the stream. */
void xfed_evidence_drop(struct xfed_link *link);

#endif
