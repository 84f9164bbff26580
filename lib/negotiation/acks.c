/* acks.c - the counters of stream management (XEP-0198 4): what was sent, acknowledged, handled. */
#include "negotiation/acks.h"

void xfed_acks_begin(struct xfed_acks *a)
{
    a->on = true;
    a->sent = 0;
    a->acked = 0;
    a->handled = 0;
}

uint32_t xfed_acks_sent(struct xfed_acks *a)
{
    if (a->on)
        a->sent++;
    return a->sent;
}

void xfed_acks_handled(struct xfed_acks *a)
{
    if (a->on)
        a->handled++;
}

void xfed_acks_unhandled(struct xfed_acks *a)
{
    if (a->on)
        a->handled--;
}

bool xfed_acks_resume(struct xfed_acks *a, const struct xfed_acks *before, uint32_t h)
{
    a->sent = before->sent;
    a->acked = before->acked;
    a->handled = before->handled;
    if (!xfed_acks_take(a, h))
        return false;
    a->sent = h;
    a->on = true;
    return true;
}

bool xfed_acks_take(struct xfed_acks *a, uint32_t h)
{
    if (h - a->acked > a->sent - a->acked) {
        a->claimed = h;
        return false;
    }
    a->acked = h;
    return true;
}

uint32_t xfed_acks_open(const struct xfed_acks *a)
{
    return a->sent - a->acked;
}

bool xfed_acks_covers(const struct xfed_acks *a, uint32_t number)
{
    /* Of all numbers only those after acked, up to sent, are open. */
    return a->sent - number >= xfed_acks_open(a);
}
