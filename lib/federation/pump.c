/*
 * pump.c - the queue of events that the host pulls.
 *
 * It is lazy: a link is worked on only when all events so far are taken, so that the memory for
 * events stays small however much the peers have sent.
 */
#include <string.h>

#include "base/context.h"
#include "federation/dane.h"
#include "federation/dial.h"
#include "federation/federation.h"
#include "federation/link.h"

void xfed_federation_transport(xmppfed_federation *fed, int kind, uint64_t link)
{
    fed->transport = (xmppfed_event){.ctx = fed->ctx, .kind = kind, .link = link};
}

void xfed_federation_resolved(xmppfed_federation *fed, xmppfed_time now)
{
    const xmppfed_dns_result *result;

    while (xmppfed_resolver_next_result(fed->resolver, &result) == 1) {
        uint64_t lookup = result->lookup;
        struct xfed_route *route = xfed_map_get(&fed->lookups, xfed_id_key(&lookup));

        struct xfed_link *peer = xfed_map_get(&fed->peer_lookups, xfed_id_key(&lookup));

        if (route)
            xfed_dial_resolved(route, result, now);
        else if (peer)
            xfed_dane_resolved(peer, result);
    }
    xfed_timer_set(&fed->timers, &fed->dns_timer, xmppfed_resolver_deadline(fed->resolver));
}

bool xfed_federation_query(xmppfed_federation *fed, xmppfed_time now)
{
    xmppfed_dns_query query;

    while (xmppfed_resolver_next_query(fed->resolver, now, &query) == 1) {
        if (query.len > sizeof(fed->query)) {
            xmppfed_resolver_failed(fed->resolver, query.token, now);
            continue;
        }
        /* A copy, because any call may make the resolver forget its own before the host reads it.
         */
        memcpy(fed->query, query.data, query.len);
        xfed_federation_transport(fed, XMPPFED_EVENT_DNS, 0);
        fed->transport.token = query.token;
        fed->transport.has_query = true;
        fed->transport.query = query;
        fed->transport.query.data = fed->query;
        return true;
    }
    return false;
}

/* Does one thing that may lead to an event; false when there is nothing left to do. */
static bool step(xmppfed_federation *fed, xmppfed_time now, const xmppfed_event **ret)
{
    struct xfed_link *link;

    xfed_federation_resolved(fed, now);
    if (xfed_federation_query(fed, now)) {
        xfed_timer_set(&fed->timers, &fed->dns_timer, xmppfed_resolver_deadline(fed->resolver));
        *ret = &fed->transport;
        return true;
    }
    link = xfed_link_first_ready(fed);
    if (link && xfed_link_step(link, now))
        *ret = &fed->transport;
    return link != NULL;
}

int xmppfed_federation_next_event(xmppfed_federation *fed, xmppfed_time now,
                                  const xmppfed_event **ret)
{
    const xmppfed_event *transport = NULL;

    if (!fed || !ret)
        return 0;
    xfed_federation_reload(fed);
    for (;;) {
        const xmppfed_event *ev = xfed_event_queue_pop(&fed->events);

        if (ev) {
            *ret = ev;
            return 1;
        }
        if (!step(fed, now, &transport))
            return 0;
        if (transport) {
            *ret = transport;
            return 1;
        }
    }
}
