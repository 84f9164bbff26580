/* counts.c - how often something has happened, for hosts that watch how a federation fares. */
#include "federation/counts.h"

#include <stddef.h>

#include "federation/federation.h"

static bool exists(int direction, int action)
{
    return (direction == XMPPFED_INBOUND || direction == XMPPFED_OUTBOUND) &&
           action >= XMPPFED_ACTION_ADD && action < XFED_COUNTS_ACTIONS;
}

/* The place of a code; XFED_COUNTS_LOOKUPS for one that is not of DNS. */
static size_t lookup_place(int code)
{
    const int first = XMPPFED_ERR_DNS_NO_DOMAIN;

    if (code == 0)
        return 0;
    if (code > first || code <= first - (XFED_COUNTS_LOOKUPS - 1))
        return XFED_COUNTS_LOOKUPS;
    return 1 + (size_t)(first - code);
}

void xfed_counts_decided(struct xfed_counts *counts, int direction, int action, bool allowed)
{
    if (exists(direction, action))
        counts->decided[direction - XMPPFED_INBOUND][action][allowed]++;
}

void xfed_counts_looked_up(struct xfed_counts *counts, int code)
{
    size_t at = lookup_place(code);

    if (at < XFED_COUNTS_LOOKUPS)
        counts->lookups[at]++;
}

uint64_t xmppfed_federation_decided(const xmppfed_federation *fed, int direction, int action,
                                    int verdict)
{
    if (!fed || !exists(direction, action) ||
        (verdict != XMPPFED_VERDICT_ALLOW && verdict != XMPPFED_VERDICT_REFUSE))
        return 0;
    return fed->counts
        .decided[direction - XMPPFED_INBOUND][action][verdict == XMPPFED_VERDICT_ALLOW];
}

uint64_t xmppfed_federation_looked_up(const xmppfed_federation *fed, int code)
{
    size_t at = lookup_place(code);

    return fed && at < XFED_COUNTS_LOOKUPS ? fed->counts.lookups[at] : 0;
}
