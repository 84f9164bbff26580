/* limits.h - the values of the limits of xmppfed/limits.h at one site. */
#ifndef XFED_BASE_LIMITS_H
#define XFED_BASE_LIMITS_H

#include <xmppfed/limits.h>

enum {
#define XFED_LIMIT_COUNT_ONE(name, before, after, min, max, error, text) +1
    XFED_LIMIT_COUNT = 1 XMPPFED_LIMIT_MAP(XFED_LIMIT_COUNT_ONE)
#undef XFED_LIMIT_COUNT_ONE
};

/* The values for one of enum xmppfed_limit_when, by enum xmppfed_limit. */
struct xfed_limits {
    uint64_t values[XFED_LIMIT_COUNT];
};

/* Fills in the defaults for one of enum xmppfed_limit_when. */
void xfed_limits_init(struct xfed_limits *l, int when);
/* Sets one; XMPPFED_ERR_ARGUMENT if it is unknown, does not apply then or is out of range. */
int xfed_limits_set(struct xfed_limits *l, int limit, int when, uint64_t value) XMPPFED_MUST_CHECK;

#endif
