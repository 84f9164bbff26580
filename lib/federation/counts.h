/* counts.h - how often something has happened, for hosts that watch how a federation fares. */
#ifndef XFED_FEDERATION_COUNTS_H
#define XFED_FEDERATION_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

/* Room for enum xmppfed_action, and for the codes of look-ups: 0 and the band of DNS. */
enum { XFED_COUNTS_ACTIONS = 15, XFED_COUNTS_LOOKUPS = 11 };

/* Only grows; zeroed is a good beginning. */
struct xfed_counts {
    uint64_t decided[2][XFED_COUNTS_ACTIONS]
                    [2]; /* by direction, action and whether it was allowed */
    uint64_t lookups[XFED_COUNTS_LOOKUPS];
};

/* Counts a decision of policy about a stanza. */
void xfed_counts_decided(struct xfed_counts *counts, int direction, int action, bool allowed);
/* Counts a look-up of a partner's servers by its end: 0, or an error of the class DNS. */
void xfed_counts_looked_up(struct xfed_counts *counts, int code);

#endif
