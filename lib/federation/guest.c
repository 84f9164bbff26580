/*
 * guest.c - routes whose stanzas go over the stream of another: one that the peer has opened
 * (XEP-0288), or one of ours for another pair (share.c).
 *
 * A route flows into one stream at a time, so that its order holds: into its own if that is up,
 * else into the newest other one that takes it. It changes over only when the stream that it flows
 * into is gone, and takes along what that has not handed over.
 */
#include "federation/guest.h"

#include "connection/connection.h"
#include "federation/dial.h"
#include "federation/link.h"
#include "federation/share.h"

static struct xfed_route *route_of(struct xfed_node *node)
{
    return XFED_CONTAINER(node, struct xfed_route, guest);
}

/* Whether the other's stream still holds stanzas of the route that are not handed over. */
static bool in_flight(const struct xfed_route *route)
{
    const struct xfed_queued *first = xfed_queue_first(&route->queue);

    return route->visiting && first && xfed_queue_is_sent(&route->queue, first);
}

void xfed_guest_detach(struct xfed_route *route)
{
    xfed_list_remove(&route->guest);
    route->host = NULL;
    route->visiting = false;
}

void xfed_guest_attach(struct xfed_route *route, struct xfed_link *link)
{
    xfed_guest_detach(route);
    route->host = link;
    xfed_list_append(&link->guests, &route->guest);
}

void xfed_guest_welcome(struct xfed_link *link, const char *local, const char *remote)
{
    struct xfed_negotiation *n = &link->connection->negotiation;
    struct xfed_route *route;

    if (link->direction != XMPPFED_INBOUND || !xfed_negotiation_may_send(n, local, remote))
        return;
    route = xfed_route_get(link->fed, XMPPFED_PURPOSE_STANZAS, local, remote);
    /* Without memory the pair is dialled as ever; with bytes under way the older stream stays. */
    if (!route || in_flight(route))
        return;
    xfed_guest_attach(route, link);
    if (!route->link && route->race.count == 0)
        xfed_dial_rest_over(route);
    xfed_route_flush(route);
}

void xfed_guest_enter(struct xfed_route *route)
{
    /* What waits for its session comes first, on a stream of the route's own. */
    if (!route->link && !xfed_resume_waits(route) && route->host &&
        route->state != XFED_ROUTE_ASKING && route->host->state == XFED_LINK_OPEN)
        route->visiting = true;
}

void xfed_guests_acked(struct xfed_link *link)
{
    struct xfed_node *node = link->guests.next;

    while (node != &link->guests) {
        struct xfed_route *route = route_of(node);

        node = node->next;
        if (route->visiting)
            xfed_route_acked(route);
    }
}

bool xfed_guests_wait(const struct xfed_link *link)
{
    struct xfed_node *node = link->guests.next;

    if (link->route && link->route->link == link && xfed_queue_unsent(&link->route->queue))
        return true;
    for (; node != &link->guests; node = node->next)
        if (route_of(node)->visiting && xfed_queue_unsent(&route_of(node)->queue))
            return true;
    return false;
}

bool xfed_guests_allowed(const struct xfed_link *link)
{
    struct xfed_node *node = link->guests.next;

    for (; node != &link->guests; node = node->next)
        if (route_of(node)->state != XFED_ROUTE_ASKING &&
            !xfed_negotiation_may_send(&link->connection->negotiation, route_of(node)->local,
                                       route_of(node)->remote))
            return false;
    return true;
}

void xfed_guests_take(struct xfed_link *link, struct xfed_node *ret_guests)
{
    xfed_list_init(ret_guests);
    while (!xfed_list_empty(&link->guests)) {
        struct xfed_route *route = route_of(link->guests.next);

        xfed_list_remove(&route->guest);
        route->host = NULL;
        xfed_list_append(ret_guests, &route->guest);
    }
}

void xfed_guests_go_on(struct xfed_node *guests, xmppfed_time now)
{
    while (!xfed_list_empty(guests)) {
        struct xfed_route *route = route_of(guests->next);
        bool used = route->visiting;

        xfed_guest_detach(route);
        if (used)
            xfed_route_stranded(route, now);
        else if (route->state == XFED_ROUTE_ASKING)
            xfed_share_go_on(route, now);
        else
            xfed_route_release(route);
    }
}
