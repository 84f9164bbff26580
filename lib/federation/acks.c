/* acks.c - what acknowledgements (XEP-0198) mean for the queue of a pair of domains. */
#include "federation/acks.h"

#include "connection/connection.h"
#include "federation/move.h"
#include "federation/resume.h"

/* Milliseconds after which a stanza that waits for its ack is looked at again. */
enum { LOOK_AGAIN = 5000 };

static const struct xfed_acks *acks_of(const struct xfed_link *link)
{
    return &link->connection->negotiation.acks;
}

bool xfed_acks_open_on(const struct xfed_link *link)
{
    return link->connection && acks_of(link)->on && xfed_acks_open(acks_of(link)) > 0;
}

/* The oldest stanza of the queue if a stream has got it, or NULL. */
static struct xfed_queued *first_sent(const struct xfed_route *route)
{
    struct xfed_queued *s = xfed_queue_first(&route->queue);

    return s && xfed_queue_is_sent(&route->queue, s) ? s : NULL;
}

/* Calls a function for each route that flows into the stream of a link. */
static void for_each_route(struct xfed_link *link,
                           void (*call)(struct xfed_route *route, struct xfed_link *link))
{
    struct xfed_node *node = link->guests.next;

    if (!link->connection || !acks_of(link)->on)
        return;
    if (link->route && xfed_route_carrier(link->route) == link)
        call(link->route, link);
    while (node != &link->guests) {
        struct xfed_route *route = XFED_CONTAINER(node, struct xfed_route, guest);

        node = node->next;
        if (route->visiting)
            call(route, link);
    }
}

static void settle(struct xfed_route *route, struct xfed_link *link)
{
    struct xfed_queued *s;
    bool moved = false;

    while ((s = first_sent(route)) != NULL && s->counted &&
           xfed_acks_covers(acks_of(link), s->number)) {
        xfed_route_end_stanza(route, s, XMPPFED_OUTCOME_ACKNOWLEDGED, 0, NULL, NULL);
        moved = true;
    }
    if (!moved)
        return;
    xfed_route_moved(route);
    xfed_move_leave(link->route ? link->route : route);
    xfed_route_flush(route);
}

void xfed_acks_settle(struct xfed_link *link)
{
    for_each_route(link, settle);
}

void xfed_acks_bounce(struct xfed_route *route)
{
    struct xfed_queued *s;

    while ((s = first_sent(route)) != NULL)
        xfed_route_end_stanza(route, s, XMPPFED_OUTCOME_BOUNCED, XMPPFED_ERR_STREAM_UNACKNOWLEDGED,
                              xmppfed_error_sentence(XMPPFED_ERR_STREAM_UNACKNOWLEDGED),
                              "remote-server-timeout");
}

static void lose(struct xfed_route *route, struct xfed_link *link)
{
    settle(route, link);
    if (!xfed_resume_keep(route, link))
        xfed_acks_bounce(route);
}

void xfed_acks_lost(struct xfed_link *link)
{
    for_each_route(link, lose);
}

bool xfed_acks_awaits(struct xfed_route *route, xmppfed_time now)
{
    const struct xfed_link *link = xfed_route_carrier(route);
    struct xfed_queued *s = first_sent(route);

    if (!s || !link || !s->counted || link->state != XFED_LINK_OPEN ||
        s->mark > xmppfed_connection_acked(link->connection))
        return false;
    s->expires = now + LOOK_AGAIN;
    return true;
}
