/* rate.c - a token bucket that lets a peer run into debt and says when the debt is paid. */
#include "base/rate.h"

/* A token a second is a thousandth of a token a millisecond. */
#define THOUSANDTHS UINT64_C(1000)

void xfed_rate_spend(struct xfed_rate *r, uint64_t tokens)
{
    r->spent += tokens * THOUSANDTHS;
}

/* Gives back what has come since the last time. */
static void refill(struct xfed_rate *r, uint64_t per_second, xmppfed_time now)
{
    uint64_t elapsed = now > r->at ? now - r->at : 0;

    /* Divided, not multiplied: the clock may have stood for days. */
    if (elapsed > r->spent / per_second)
        r->spent = 0;
    else
        r->spent -= elapsed * per_second;
    r->at = now;
}

xmppfed_time xfed_rate_ready(struct xfed_rate *r, uint64_t per_second, uint64_t burst,
                             xmppfed_time now)
{
    uint64_t allowed = burst * THOUSANDTHS;

    refill(r, per_second, now);
    if (r->spent < allowed)
        return now;
    return now + (r->spent - allowed) / per_second + 1;
}
