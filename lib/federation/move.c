/* move.c - back to a better server: a stream to it beside the one that stands, then its place. */
#include "federation/move.h"
#include "federation/acks.h"

#include "federation/dial.h"
#include "federation/link.h"
#include "federation/route.h"

static void rest(struct xfed_route *route, xmppfed_time now)
{
    xmppfed_federation *fed = route->fed;

    xfed_timer_set(&fed->timers, &route->move.timer, now + xfed_dial_jitter(fed, fed->return_time));
}

static void on_timer(struct xfed_timer *t, xmppfed_time now)
{
    struct xfed_move *move = XFED_CONTAINER(t, struct xfed_move, timer);
    struct xfed_route *route = XFED_CONTAINER(move, struct xfed_route, move);

    if (route->fed->closing || !route->link || route->link->state != XFED_LINK_OPEN)
        return;
    move->trying = true;
    xfed_dial_better(route, now);
}

void xfed_move_init(struct xfed_move *move)
{
    *move = (struct xfed_move){.next = NULL};
    xfed_timer_init(&move->timer, on_timer);
}

void xfed_move_watch(struct xfed_route *route, size_t candidate, xmppfed_time now)
{
    const xmppfed_endpoint *e;

    route->move.trying = false;
    route->move.priority = xfed_endpoints_at(&route->endpoints, candidate)->priority;
    if (route->purpose != XMPPFED_PURPOSE_STANZAS)
        return;
    for (size_t i = 0; (e = xfed_endpoints_at(&route->endpoints, i)) != NULL; i++) {
        if (e->priority < route->move.priority) {
            rest(route, now);
            return;
        }
    }
}

void xfed_move_found(struct xfed_route *route, xmppfed_time now)
{
    xfed_endpoints_keep_better(&route->endpoints, route->move.priority);
    if (route->endpoints.count > 0)
        xfed_race_begin(route, now);
    else
        route->move.trying = false; /* DNS has changed: there is nothing better */
}

void xfed_move_over(struct xfed_route *route, xmppfed_time now)
{
    route->move.trying = false;
    rest(route, now);
}

void xfed_move_to(struct xfed_route *route, struct xfed_link *link)
{
    route->move.next = link;
    /* What the stream has got goes out on it; what waits is for the next one, so that the order of
     * the pair is kept. */
    xfed_move_leave(route);
}

bool xfed_move_leaves(const struct xfed_link *link)
{
    return link->route && link->route->link == link && link->route->move.next;
}

void xfed_move_leave(struct xfed_route *route)
{
    /* Closed before its acks are in, it would leave stanzas behind of which nobody can say. */
    if (route->move.next && !xfed_acks_open_on(route->link))
        xfed_link_close(route->link, 0, "a better server of the partner is back");
}

bool xfed_move_finish(struct xfed_route *route)
{
    if (!route->move.next)
        return false;
    route->link = route->move.next;
    route->move.next = NULL;
    return true;
}

void xfed_move_stop(struct xfed_route *route)
{
    xfed_timer_stop(&route->fed->timers, &route->move.timer);
    route->move.trying = false;
}
