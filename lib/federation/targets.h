/* targets.h - servers that failed a while ago, which are tried after those that did not. */
#ifndef XFED_FEDERATION_TARGETS_H
#define XFED_FEDERATION_TARGETS_H

#include "base/list.h"
#include "base/map.h"
#include "federation/endpoints.h"

#define XFED_TARGETS_MAX 4096 /* remembered in all; the one that failed longest ago goes first */

struct xfed_targets {
    struct xfed_map known;  /* host, address and port -> struct target */
    struct xfed_node order; /* the one that failed last at the end */
};

void xfed_targets_init(struct xfed_targets *t, xmppfed_context *ctx, uint64_t seed);
void xfed_targets_fini(struct xfed_targets *t);
/*
 * An attempt failed: the server is avoided for a time, by chance between half and all of one that
 * doubles with each failure. Without memory for it nothing is remembered.
 */
void xfed_targets_failed(struct xfed_targets *t, const xmppfed_endpoint *at, xmppfed_time now);
/* A stream was proved there: nothing is held against the server any more. */
void xfed_targets_worked(struct xfed_targets *t, const xmppfed_endpoint *at);
/* Whether there is reason to try others first. */
bool xfed_targets_avoids(const struct xfed_targets *t, const xmppfed_endpoint *at,
                         xmppfed_time now);
/* Puts the candidates to be avoided behind the others; the order is kept otherwise. */
void xfed_targets_order(const struct xfed_targets *t, struct xfed_endpoints *e, xmppfed_time now);

#endif
