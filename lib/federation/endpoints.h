/* endpoints.h - the candidates of one round: where a partner may be reached, in order of trying. */
#ifndef XFED_FEDERATION_ENDPOINTS_H
#define XFED_FEDERATION_ENDPOINTS_H

#include <xmppfed/resolver.h>

#include "base/memory.h"

#define XFED_ENDPOINTS_MAX 16 /* more would only lengthen a round */

/* One place to connect to, with what DNS says about the certificate there. */
struct xfed_candidate {
    xmppfed_endpoint endpoint; /* its tlsa_first is 0 */
    xmppfed_tlsa *tlsa;        /* endpoint.tlsa_count records, their data behind them; or NULL */
};

struct xfed_endpoints {
    xmppfed_context *ctx;
    struct xfed_candidate *items;
    size_t count;
};

void xfed_endpoints_init(struct xfed_endpoints *e, xmppfed_context *ctx);
/* Forgets all candidates; more may be added again. Also the end of the object. */
void xfed_endpoints_clear(struct xfed_endpoints *e);
/*
 * Adds a deep copy at the end; tlsa is what the endpoint's tlsa_first counts from, and may be NULL
 * if it has no records. What is over XFED_ENDPOINTS_MAX is left out. XMPPFED_ERR_NOMEM, else 0.
 */
int xfed_endpoints_add(struct xfed_endpoints *e, const xmppfed_endpoint *endpoint,
                       const xmppfed_tlsa *tlsa) XMPPFED_MUST_CHECK;
/* Forgets the candidates that are no better than this priority (RFC 2782: lower is better). */
void xfed_endpoints_keep_better(struct xfed_endpoints *e, uint16_t priority);
/* A candidate, borrowed; NULL past the end. */
const xmppfed_endpoint *xfed_endpoints_at(const struct xfed_endpoints *e, size_t index);
/* Its TLSA records, borrowed, and how many; NULL and 0 if it has none. */
const xmppfed_tlsa *xfed_endpoints_tlsa(const struct xfed_endpoints *e, size_t index,
                                        size_t *ret_count);

#endif
