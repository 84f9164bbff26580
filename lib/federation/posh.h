/* posh.h - what domains publish about their certificates over HTTPS (RFC 7711), fetched by the
 * host.
 */
#ifndef XFED_FEDERATION_POSH_H
#define XFED_FEDERATION_POSH_H

#include <stdbool.h>

#include "base/list.h"
#include "base/map.h"
#include "federation/timer.h"
#include <xmppfed/federation.h>

struct xfed_posh_asker;

/* Called once the answer is there, or is not to be expected any more; it may ask anew. */
typedef void (*xfed_posh_fn)(struct xfed_posh_asker *asker, xmppfed_time now);

/* Who waits for a domain's document; it lies in the one who waits. */
struct xfed_posh_asker {
    struct xfed_node node; /* linked while it waits */
    xfed_posh_fn known;
};

/* What is known of domains, each with a question or its answer. */
struct xfed_posh {
    struct xfed_map domains; /* domain -> struct entry of posh.c */
    struct xfed_map open;    /* token -> the same, while the host has not answered */
    struct xfed_node by_age; /* entries, the oldest first */
};

void xfed_posh_init(struct xfed_posh *posh, xmppfed_context *ctx, uint64_t seed);
/* Forgets everything; nobody may wait any more. */
void xfed_posh_fini(xmppfed_federation *fed);
/*
 * Asks the host for a domain's document unless the answer is known; true if the asker waits now.
 * Where nothing can be asked nothing is known.
 */
bool xfed_posh_ask(xmppfed_federation *fed, const char *domain, struct xfed_posh_asker *asker,
                   xmppfed_time now);
/* The asker waits no more; one that does not wait is fine. */
void xfed_posh_leave(struct xfed_posh_asker *asker);
/* Hands what is known of a domain to a stream with it; nothing known is fine. */
void xfed_posh_tell(xmppfed_federation *fed, const char *domain, xmppfed_connection *connection,
                    xmppfed_time now);

#endif
