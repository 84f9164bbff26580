/* timer.c - a pairing heap of deadlines. */
#include "federation/timer.h"

/* Makes the later of two roots the first child of the earlier one. */
static struct xfed_timer *meld(struct xfed_timer *a, struct xfed_timer *b)
{
    if (!a)
        return b;
    if (!b)
        return a;
    if (b->deadline < a->deadline) {
        struct xfed_timer *swap = a;

        a = b;
        b = swap;
    }
    b->prev = a;
    b->next = a->child;
    if (a->child)
        a->child->prev = b;
    a->child = b;
    return a;
}

/* Makes one heap of a list of siblings: melds them in pairs, then the pairs from the right. */
static struct xfed_timer *combine(struct xfed_timer *first)
{
    struct xfed_timer *pairs = NULL;
    struct xfed_timer *root = NULL;

    while (first) {
        struct xfed_timer *a = first;
        struct xfed_timer *b = a->next;

        first = b ? b->next : NULL;
        a->next = NULL;
        a->prev = NULL;
        if (b) {
            b->next = NULL;
            b->prev = NULL;
        }
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs) {
        struct xfed_timer *next = pairs->next;

        pairs->next = NULL;
        root = meld(root, pairs);
        pairs = next;
    }
    return root;
}

void xfed_timer_init(struct xfed_timer *t, xfed_timer_fn fire)
{
    *t = (struct xfed_timer){.deadline = XMPPFED_TIME_NEVER, .fire = fire};
}

void xfed_timer_stop(struct xfed_timers *all, struct xfed_timer *t)
{
    if (!t->armed)
        return;
    if (t == all->root) {
        all->root = combine(t->child);
    } else {
        if (t->prev->child == t)
            t->prev->child = t->next;
        else
            t->prev->next = t->next;
        if (t->next)
            t->next->prev = t->prev;
        all->root = meld(all->root, combine(t->child));
    }
    t->child = NULL;
    t->next = NULL;
    t->prev = NULL;
    t->armed = false;
}

void xfed_timer_set(struct xfed_timers *all, struct xfed_timer *t, xmppfed_time deadline)
{
    if (t->armed && t->deadline == deadline)
        return;
    xfed_timer_stop(all, t);
    if (deadline == XMPPFED_TIME_NEVER)
        return;
    t->deadline = deadline;
    t->armed = true;
    all->root = meld(all->root, t);
}

xmppfed_time xfed_timers_deadline(const struct xfed_timers *all)
{
    return all->root ? all->root->deadline : XMPPFED_TIME_NEVER;
}

struct xfed_timer *xfed_timers_due(struct xfed_timers *all, xmppfed_time now)
{
    struct xfed_timer *t = all->root;

    if (!t || t->deadline > now)
        return NULL;
    xfed_timer_stop(all, t);
    return t;
}
