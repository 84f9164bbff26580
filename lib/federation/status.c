/* status.c - looking on: what each link is like at the moment, and closing one. */
#include <string.h>

#include "connection/connection.h"
#include "federation/link.h"
#include "federation/route.h"

static int state_of(const struct xfed_link *link)
{
    switch (link->state) {
    case XFED_LINK_OPEN:
        return link->up ? XMPPFED_LINK_UP : XMPPFED_LINK_NEGOTIATING;
    case XFED_LINK_DOWN:
        return XMPPFED_LINK_CLOSING;
    case XFED_LINK_WANTED:
    case XFED_LINK_DIALLING:
    case XFED_LINK_RESERVE:
        break;
    }
    return XMPPFED_LINK_DIALLING;
}

/* How many further pairs the peer has taken. */
static size_t further(const struct xfed_negotiation *n)
{
    size_t count = 0;

    for (size_t i = 0; i < n->further.count; i++)
        count += n->further.items[i].method > 0;
    return count;
}

/*
 * A peer need not say in its header who it is (RFC 6120 4.7.1): then the first pair that it has
 * proved speaks for it, or that it wants to prove by a key.
 */
static void describe_pair(const struct xfed_negotiation *n, xmppfed_link_info *ret)
{
    const struct xfed_pairs *pairs = n->proved.count > 0 ? &n->proved : &n->checks;

    ret->local = n->local;
    ret->remote = n->remote;
    if (n->remote[0] || pairs->count == 0)
        return;
    ret->local = pairs->items[0].local;
    ret->remote = pairs->items[0].remote;
}

/* What the stream knows; one that is draining still knows whom it was with. */
static void describe_stream(const xmppfed_connection *c, xmppfed_link_info *ret)
{
    describe_pair(&c->negotiation, ret);
    ret->pairs = c->negotiation.proved.count;
    if (!c->up)
        return;
    ret->proof = &c->proof;
    /* One that we initiated serves the pair for which it was made, and those that share it. */
    if (ret->direction == XMPPFED_OUTBOUND)
        ret->pairs = 1 + further(&c->negotiation);
}

static void describe_route(const struct xfed_route *route, xmppfed_link_info *ret)
{
    ret->purpose = route->purpose;
    ret->local = route->local;
    ret->remote = route->remote;
    ret->queued = route->queue.count;
    ret->queued_bytes = route->queue.bytes;
}

/* A link has the queues of others too that flow into its stream (guest.h). */
static void describe_guests(const struct xfed_link *link, xmppfed_link_info *ret)
{
    struct xfed_node *node = link->guests.next;

    for (; node != &link->guests; node = node->next) {
        const struct xfed_route *route = XFED_CONTAINER(node, const struct xfed_route, guest);

        if (!route->visiting)
            continue;
        ret->queued += route->queue.count;
        ret->queued_bytes += route->queue.bytes;
    }
}

size_t xmppfed_federation_list_links(const xmppfed_federation *fed, uint64_t *ret, size_t max)
{
    struct xfed_map_cursor cursor = {0};
    size_t count = 0;
    void *value;

    while (fed && count < max && xfed_map_next(&fed->links, &cursor, NULL, &value))
        ret[count++] = ((const struct xfed_link *)value)->id;
    return count;
}

int xmppfed_federation_link_info(const xmppfed_federation *fed, uint64_t id, xmppfed_link_info *ret)
{
    const struct xfed_link *link = fed ? xfed_link_find(fed, id) : NULL;
    xmppfed_link_info info = {.size = sizeof(info), .purpose = XMPPFED_PURPOSE_STANZAS};

    /* The first version of the struct is the only one; a later host may ask for more. */
    if (!ret || ret->size < sizeof(info))
        return XMPPFED_ERR_ARGUMENT;
    if (!link || link->state == XFED_LINK_WANTED)
        return XMPPFED_ERR_UNKNOWN_HANDLE;
    info.link = id;
    info.direction = link->direction;
    info.state = state_of(link);
    info.peer = link->peer;
    info.since = link->since;
    info.local = "";
    info.remote = "";
    if (link->connection)
        describe_stream(link->connection, &info);
    if (link->route)
        describe_route(link->route, &info);
    describe_guests(link, &info);
    memcpy(ret, &info, sizeof(info));
    return 0;
}

xmppfed_slice xmppfed_federation_recording(const xmppfed_federation *fed, uint64_t id)
{
    const struct xfed_link *link = fed ? xfed_link_find(fed, id) : NULL;

    return xmppfed_connection_recording(link ? link->connection : NULL);
}

size_t xmppfed_federation_queued(const xmppfed_federation *fed)
{
    struct xfed_map_cursor cursor = {0};
    size_t count = 0;
    void *value;

    while (fed && xfed_map_next(&fed->routes, &cursor, NULL, &value))
        count += ((const struct xfed_route *)value)->queue.count;
    return count;
}

int xmppfed_federation_close_link(xmppfed_federation *fed, uint64_t id)
{
    struct xfed_link *link = fed ? xfed_link_find(fed, id) : NULL;

    if (!link || link->state == XFED_LINK_WANTED)
        return XMPPFED_ERR_UNKNOWN_HANDLE;
    /* Only a stream can end well; an attempt to connect that is given up has failed. */
    if (link->state == XFED_LINK_DIALLING || link->state == XFED_LINK_RESERVE)
        xfed_link_close(link, XMPPFED_ERR_DIAL_FAILED, "given up on request");
    else
        xfed_link_close(link, 0, NULL);
    return 0;
}
