/* timer.h - deadlines of links and pairs in a heap that lives inside them and allocates nothing. */
#ifndef XFED_FEDERATION_TIMER_H
#define XFED_FEDERATION_TIMER_H

#include <stdbool.h>
#include <xmppfed/common.h>

struct xfed_timer;

/* What a passed deadline does; the timer is not armed any more and may be armed again. */
typedef void (*xfed_timer_fn)(struct xfed_timer *t, xmppfed_time now);

struct xfed_timer {
    xmppfed_time deadline;
    xfed_timer_fn fire;
    bool armed;
    struct xfed_timer *child;
    struct xfed_timer *next;
    struct xfed_timer *prev; /* the sibling before, or the parent of a first child */
};

/* All armed timers: a pairing heap, so that 10 000 links cost no more a call than ten. */
struct xfed_timers {
    struct xfed_timer *root;
};

void xfed_timer_init(struct xfed_timer *t, xfed_timer_fn fire);
/* Arms a timer, or moves an armed one; XMPPFED_TIME_NEVER stops it. */
void xfed_timer_set(struct xfed_timers *all, struct xfed_timer *t, xmppfed_time deadline);
/* Takes a timer out; one that is not armed stays as it is. */
void xfed_timer_stop(struct xfed_timers *all, struct xfed_timer *t);
/* The earliest deadline, or XMPPFED_TIME_NEVER. */
xmppfed_time xfed_timers_deadline(const struct xfed_timers *all);
/* Takes out and returns the earliest timer whose deadline has passed, or NULL. */
struct xfed_timer *xfed_timers_due(struct xfed_timers *all, xmppfed_time now);

#endif
