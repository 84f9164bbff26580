/* rate.h - a token bucket that lets a peer run into debt and says when the debt is paid. */
#ifndef XFED_BASE_RATE_H
#define XFED_BASE_RATE_H

#include <stdbool.h>
#include <xmppfed/common.h>

/* Start with {0}: nothing spent. */
struct xfed_rate {
    uint64_t spent; /* thousandths of a token, less what time has given back */
    xmppfed_time at;
};

/* Spends tokens, whether they are there or not: what has been read has been read. */
void xfed_rate_spend(struct xfed_rate *r, uint64_t tokens);
/*
 * When a further token may be spent: now, or when enough of those spent beyond burst have come
 * back at per_second. Both are positive.
 */
xmppfed_time xfed_rate_ready(struct xfed_rate *r, uint64_t per_second, uint64_t burst,
                             xmppfed_time now);

#endif
