/* acks.c - what acknowledgements (XEP-0198) mean for the queue of a pair of domains. */
#include "federation/acks.h"

#include "connection/connection.h"
#include "federation/move.h"

/* Milliseconds after which a stanza that waits for its ack is looked at again. */
enum { LOOK_AGAIN = 5000 };

bool xfed_acks_on(const struct xfed_link *link)
{
    return link->route && link->route->link == link && link->connection &&
           link->connection->negotiation.acks.on;
}

bool xfed_acks_open_on(const struct xfed_link *link)
{
    return xfed_acks_on(link) && xfed_acks_open(&link->connection->negotiation.acks) > 0;
}

/* The oldest stanza of the queue if a stream has got it, or NULL. */
static struct xfed_queued *first_sent(const struct xfed_route *route)
{
    struct xfed_queued *s = xfed_queue_first(&route->queue);

    return s && xfed_queue_is_sent(&route->queue, s) ? s : NULL;
}

void xfed_acks_settle(struct xfed_link *link)
{
    struct xfed_route *route = link->route;
    const struct xfed_acks *acks;
    struct xfed_queued *s;
    bool moved = false;

    if (!xfed_acks_on(link))
        return;
    acks = &link->connection->negotiation.acks;
    while ((s = first_sent(route)) != NULL && xfed_acks_covers(acks, s->number)) {
        xfed_route_end_stanza(route, s, XMPPFED_OUTCOME_ACKNOWLEDGED, 0, NULL, NULL);
        moved = true;
    }
    if (!moved)
        return;
    xfed_route_moved(route);
    xfed_move_leave(route);
    xfed_route_flush(route);
}

void xfed_acks_lost(struct xfed_link *link)
{
    struct xfed_route *route = link->route;
    struct xfed_queued *s;
    uint64_t taken;

    if (!xfed_acks_on(link))
        return;
    xfed_acks_settle(link);
    taken = xmppfed_connection_acked(link->connection);
    while ((s = xfed_queue_handed(&route->queue, taken)) != NULL)
        xfed_route_end_stanza(route, s, XMPPFED_OUTCOME_BOUNCED, XMPPFED_ERR_STREAM_UNACKNOWLEDGED,
                              xmppfed_error_sentence(XMPPFED_ERR_STREAM_UNACKNOWLEDGED),
                              "remote-server-timeout");
}

bool xfed_acks_awaits(struct xfed_route *route, xmppfed_time now)
{
    const struct xfed_link *link = route->link;
    struct xfed_queued *s = first_sent(route);

    if (!s || !link || !xfed_acks_on(link) || link->state != XFED_LINK_OPEN ||
        s->mark > xmppfed_connection_acked(link->connection))
        return false;
    s->expires = now + LOOK_AGAIN;
    return true;
}
