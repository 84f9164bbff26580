/*
 * share.c - pairs of domains that share a stream of ours with its first one (XEP-0220 2.6).
 *
 * Sender multiplexing is for another domain of ours with the same peer, target multiplexing for
 * another domain of the peer's server, which DNS says is at the same address and port. Either needs
 * a peer that can refuse one pair alone, and a record that is content with dialback. A pair that
 * may be proved by SASL gets a stream of its own, as no other can give it that proof,
 * unless the server has let us have dialback alone. The route of the pair is a guest of the link
 * (guest.c).
 */
#include "federation/share.h"

#include "base/fault.h"
#include "base/slice.h"
#include "connection/connection.h"
#include "federation/dial.h"
#include "federation/guest.h"
#include "federation/link.h"
#include "policy/partner.h"

enum {
    ASK_TIME = 20000, /* milliseconds for the peer to ask our servers about a key, and answer */
    SASL = XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_SCRAM
};

static const struct xfed_partner *partner_of(const struct xfed_route *route)
{
    const xmppfed_policy *policy = xmppfed_site_policy(route->fed->site);

    return policy ? xfed_policy_find(policy, route->remote) : NULL;
}

/* Whether the proof that sharing gives is as good as any that the route could have by itself. */
static bool proof_is_enough(const struct xfed_route *route, const struct xfed_negotiation *n)
{
    const struct xfed_partner *partner = partner_of(route);
    int proof = n->tls_on ? XMPPFED_PROOF_DIALBACK_TLS : XMPPFED_PROOF_DIALBACK_TCP;

    if (!partner || !xfed_federation_proof_suffices(route->fed, route->remote, proof))
        return false;
    return !(partner->methods & SASL) || !(n->method & SASL);
}

/* Whether a link is one of ours whose stream is there to stay and may take the pair of a route. */
static bool may_host(struct xfed_link *link, const struct xfed_route *route)
{
    const struct xfed_route *first = link->route;

    return link->state == XFED_LINK_OPEN && link->up && first && first->link == link &&
           first->purpose == XMPPFED_PURPOSE_STANZAS && !xfed_move_leaves(link) &&
           proof_is_enough(route, &link->connection->negotiation) &&
           xfed_negotiation_takes_pair(&link->connection->negotiation, route->local, route->remote);
}

/* Whether a route may share at all, now. */
static bool may_share(const struct xfed_route *route)
{
    return route->fed->shares && !route->fed->closing && !route->alone && !route->link &&
           route->purpose == XMPPFED_PURPOSE_STANZAS && !xfed_resume_waits(route) &&
           !xfed_queue_empty(&route->queue);
}

/* The link that may take the pair of a route and is with that server (NULL: that domain), or NULL.
 */
static struct xfed_link *find(const struct xfed_route *route, const xmppfed_endpoint *server)
{
    struct xfed_map_cursor cursor = {0};
    void *value;

    while (xfed_map_next(&route->fed->links, &cursor, NULL, &value)) {
        struct xfed_link *link = value;

        if (!link->route)
            continue;
        if (server ? !xfed_text_equal(link->peer, server->address) || link->port != server->port
                   : !xfed_text_equal(link->route->remote, route->remote))
            continue;
        if (may_host(link, route))
            return link;
    }
    return NULL;
}

/* Sends the key; false if the stream did not take it. */
static bool ask(struct xfed_route *route, struct xfed_link *link, xmppfed_time now)
{
    int rc = xmppfed_connection_add_pair(link->connection, route->local, route->remote);

    xfed_link_touch(link); /* also after a failure, which is the end of the stream */
    if (rc < 0)
        return false;
    xfed_guest_attach(route, link);
    route->state = XFED_ROUTE_ASKING;
    xfed_timer_set(&route->fed->timers, &route->rest, now + ASK_TIME);
    return true;
}

bool xfed_share_domain(struct xfed_route *route, xmppfed_time now)
{
    struct xfed_link *link = may_share(route) ? find(route, NULL) : NULL;

    return link && ask(route, link, now);
}

bool xfed_share_server(struct xfed_route *route, xmppfed_time now)
{
    const xmppfed_endpoint *best = xfed_endpoints_at(&route->endpoints, 0);
    const struct xfed_partner *partner = partner_of(route);
    const xmppfed_endpoint *e;

    if (!partner || !may_share(route))
        return false;
    for (size_t i = 0; (e = xfed_endpoints_at(&route->endpoints, i)) != NULL; i++) {
        struct xfed_link *link;

        if (e->priority != best->priority)
            break;
        /* The certificate there has to be judged for this domain (RFC 7673 4.2). */
        if (e->tlsa_count > 0 && partner->dane != XMPPFED_DANE_OFF)
            continue;
        link = find(route, e);
        if (link)
            return ask(route, link, now);
    }
    return false;
}

bool xfed_share_is_further(const struct xfed_link *link, const xmppfed_event *ev)
{
    return link->route && (!xfed_text_equal(ev->local, link->route->local) ||
                           !xfed_text_equal(ev->remote, link->route->remote));
}

/* The route that waits for an answer about this pair on this very link, or NULL. */
static struct xfed_route *asker(struct xfed_link *link, const xmppfed_event *ev)
{
    struct xfed_route *route = xfed_route_find(link->fed, XMPPFED_PURPOSE_STANZAS,
                                               xmppfed_event_local(ev), xmppfed_event_remote(ev));

    return route && route->state == XFED_ROUTE_ASKING && route->host == link ? route : NULL;
}

void xfed_share_granted(struct xfed_link *link, const xmppfed_event *ev)
{
    struct xfed_route *route = asker(link, ev);

    if (!route)
        return;
    xfed_timer_stop(&route->fed->timers, &route->rest);
    route->state = XFED_ROUTE_IDLE;
    xfed_route_flush(route);
}

/*
 * Whether a stream of its own may help the pair: the peer has room for no more pairs on this one
 * (XEP-0220 2.5), wants a certificate for that very domain, or is a server that shares its address
 * with others. Any other error would be the same there.
 */
static bool may_help(int code, const char *condition)
{
    return code == XMPPFED_ERR_POLICY_NO_METHOD ||
           xfed_text_equal(condition, "resource-constraint") ||
           xfed_text_equal(condition, "not-authorized") ||
           xfed_text_equal(condition, "item-not-found");
}

/* Tells the host, for its log. */
static void tell(const struct xfed_link *link, const xmppfed_event *refused)
{
    xmppfed_event *ev =
        xfed_event_new(link->fed->ctx, XMPPFED_EVENT_PAIR_REFUSED, refused->local, refused->remote);

    if (!ev)
        return;
    ev->link = link->id;
    ev->direction = XMPPFED_OUTBOUND;
    ev->code = refused->code;
    (void)xfed_event_set(ev, &ev->text, refused->text);
    xfed_event_queue_push(&link->fed->events, ev);
}

void xfed_share_refused(struct xfed_link *link, const xmppfed_event *ev, xmppfed_time now)
{
    struct xfed_route *route = asker(link, ev);
    int code = xmppfed_event_code(ev);
    const char *condition = xmppfed_event_text(ev);

    tell(link, ev);
    if (!route)
        return;
    xfed_guest_detach(route);
    xfed_timer_stop(&route->fed->timers, &route->rest);
    if (may_help(code, condition)) {
        xfed_share_go_on(route, now);
        return;
    }
    (void)xfed_fault_set(&route->why, code,
                         "%s did not take stanzas from %s on a stream that it shares: %s%s%s",
                         route->remote, route->local, xmppfed_error_sentence(code),
                         condition[0] ? ": " : "", condition);
    route->final = true;
    xfed_dial_round_failed(route, now);
}

void xfed_share_go_on(struct xfed_route *route, xmppfed_time now)
{
    route->state = XFED_ROUTE_IDLE;
    route->alone = true;
    if (xfed_route_wants_stream(route))
        xfed_dial_start(route, now);
    else
        xfed_route_release(route);
}
