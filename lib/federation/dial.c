/* dial.c - finding the servers of a partner and trying them in order, in rounds with rests. */
#include "federation/dial.h"

#include "base/fault.h"
#include "base/slice.h"
#include "crypto/random.h"
#include "federation/dialback.h"
#include "federation/failure.h"
#include "federation/link.h"
#include "federation/share.h"
#include "policy/partner.h"
#include "policy/reach.h"

enum {
    DEFAULT_PORT = 5269,
    FIRST_REST = 1000, /* milliseconds */
    LONGEST_REST = 30000,
    DEAD_TIME = 5000
};

static void plan_nothing(struct xfed_route *route)
{
    xfed_endpoints_clear(&route->endpoints);
    route->endpoint_next = 0;
}

/* Whether only open federation lets us dial: then all about the peer is of the peer's own choice.
 */
static bool is_stranger(const struct xfed_route *route)
{
    const xmppfed_policy *policy = xmppfed_site_policy(route->fed->site);
    const struct xfed_partner *partner = policy ? xfed_policy_find(policy, route->remote) : NULL;

    return !partner || (partner->domain[0] == '\0' && partner->proxy_fqdn[0] == '\0');
}

/* Whether the record of the partner lets us speak TLS, and so dial direct TLS (XEP-0368). */
static bool allows_tls(const struct xfed_route *route)
{
    const xmppfed_policy *policy = xmppfed_site_policy(route->fed->site);
    const struct xfed_partner *partner = policy ? xfed_policy_find(policy, route->remote) : NULL;

    return partner && partner->tls != XMPPFED_NOT_SUPPORTED;
}

/* Plans what DNS has found, without what DNS must not make us dial and what the record rules out.
 */
static int plan_found(struct xfed_route *route, const xmppfed_dns_result *result)
{
    bool stranger = is_stranger(route);
    bool tls = allows_tls(route);
    int rc = 0;

    plan_nothing(route);
    for (size_t i = 0; i < result->count && rc == 0; i++)
        if (xfed_reach_allows(result->endpoints[i].address, stranger) &&
            (tls || !result->endpoints[i].direct_tls))
            rc = xfed_endpoints_add(&route->endpoints, &result->endpoints[i], result->tlsa);
    if (rc == 0 && route->endpoints.count == 0)
        rc = XMPPFED_ERR_DNS_NO_SERVICE;
    return rc;
}

static int plan_fixed(struct xfed_route *route, const struct xfed_partner *partner)
{
    int rc = 0;

    plan_nothing(route);
    for (size_t i = 0; i < partner->address_count && rc == 0; i++) {
        /* The administrator lists the better ones first. */
        xmppfed_endpoint fixed = {.port = partner->addresses[i].port, .priority = (uint16_t)i};

        (void)xfed_text_copy(fixed.host, sizeof(fixed.host), route->remote);
        (void)xfed_text_copy(fixed.address, sizeof(fixed.address), partner->addresses[i].address);
        rc = xfed_endpoints_add(&route->endpoints, &fixed, NULL);
    }
    return rc;
}

xmppfed_time xfed_dial_jitter(const xmppfed_federation *fed, xmppfed_time rest)
{
    uint32_t extra;

    if (xfed_random_below(fed->ctx, (uint32_t)(rest / 2 + 1), &extra) < 0)
        extra = (uint32_t)(rest / 2);
    return rest / 2 + extra;
}

void xfed_dial_rest(struct xfed_route *route, xmppfed_time now)
{
    route->backoff = route->backoff == 0 ? FIRST_REST : route->backoff * 2;
    if (route->backoff > LONGEST_REST)
        route->backoff = LONGEST_REST;
    route->state = XFED_ROUTE_RESTING;
    xfed_timer_set(&route->fed->timers, &route->rest,
                   now + xfed_dial_jitter(route->fed, route->backoff));
}

void xfed_dial_round_failed(struct xfed_route *route, xmppfed_time now)
{
    bool check = route->purpose == XMPPFED_PURPOSE_VERIFY;

    plan_nothing(route);
    route->alone = false;
    if (!check && !route->final) {
        xfed_dial_rest(route, now);
        return;
    }
    /*
     * An asker does not wait for another round, and a final failure stays one for a while: that
     * keeps a peer from making us dial again and again (doc/threat-model.md, row 27).
     */
    route->state = XFED_ROUTE_DEAD;
    xfed_timer_set(&route->fed->timers, &route->rest, now + DEAD_TIME);
    if (check)
        xfed_dialback_unreachable(route);
    else
        xfed_route_bounce(route, route->why.code, route->why.text);
}

/* Ends a round before it has begun. */
static void cannot_start(struct xfed_route *route, int code, xmppfed_time now)
{
    xfed_fault_set(&route->why, code, "%s: %s", route->remote, xmppfed_error_sentence(code));
    route->final = xfed_failure_is_final(code);
    xfed_dial_round_failed(route, now);
}

int xfed_dial_look_up(xmppfed_federation *fed, const struct xfed_partner *partner,
                      const char *remote, xmppfed_time now, uint64_t *ret)
{
    return partner->proxy_fqdn[0] ? xmppfed_resolver_start_host(fed->resolver, partner->proxy_fqdn,
                                                                DEFAULT_PORT, now, ret)
                                  : xmppfed_resolver_start(fed->resolver, remote, now, ret);
}

static int look_up(struct xfed_route *route, const struct xfed_partner *partner, xmppfed_time now)
{
    xmppfed_federation *fed = route->fed;
    int rc = xfed_dial_look_up(fed, partner, route->remote, now, &route->lookup);

    if (rc < 0)
        return rc;
    rc = xfed_map_put(&fed->lookups, xfed_id_key(&route->lookup), route);
    if (rc < 0) {
        xmppfed_resolver_cancel(fed->resolver, route->lookup);
        return rc;
    }
    if (!route->link)
        route->state = XFED_ROUTE_RESOLVING;
    return 0;
}

/*
 * Tries what was found: for want of a stream, or to have a better one. What the partner publishes
 * about its certificate has to be known before (RFC 7711 5).
 */
static void try_found(struct xfed_route *route, xmppfed_time now)
{
    route->found = xfed_list_linked(&route->posh.node);
    if (route->found)
        return;
    if (route->link)
        xfed_move_found(route, now);
    else if (!xfed_share_server(route, now))
        xfed_race_begin(route, now);
}

static void on_posh(struct xfed_posh_asker *asker, xmppfed_time now)
{
    struct xfed_route *route = XFED_CONTAINER(asker, struct xfed_route, posh);

    if (route->found)
        try_found(route, now);
}

/* Asks beside the look-up for what the partner publishes, if its record takes that for a proof. */
static void ask_posh(struct xfed_route *route, const struct xfed_partner *partner, xmppfed_time now)
{
    route->posh.known = on_posh;
    if (partner->posh && route->purpose == XMPPFED_PURPOSE_STANZAS)
        (void)xfed_posh_ask(route->fed, route->remote, &route->posh, now);
}

/* Finds the servers of the partner, at once or by a look-up. */
static int search(struct xfed_route *route, xmppfed_time now)
{
    const xmppfed_policy *policy = xmppfed_site_policy(route->fed->site);
    const struct xfed_partner *partner = policy ? xfed_policy_find(policy, route->remote) : NULL;
    int rc;

    xfed_dial_cancel(route);
    route->final = true;
    if (!partner)
        return XMPPFED_ERR_POLICY_UNKNOWN_PARTNER;
    ask_posh(route, partner, now);
    if (partner->address_count == 0)
        return look_up(route, partner, now);
    rc = plan_fixed(route, partner);
    if (rc == 0 && !route->link)
        route->state = XFED_ROUTE_RESOLVING;
    if (rc == 0)
        try_found(route, now);
    return rc;
}

void xfed_dial_start(struct xfed_route *route, xmppfed_time now)
{
    int rc;

    xfed_timer_stop(&route->fed->timers, &route->rest);
    route->peer_condition[0] = '\0';
    if (xfed_share_domain(route, now))
        return;
    rc = search(route, now);
    if (rc < 0)
        cannot_start(route, rc, now);
}

void xfed_dial_better(struct xfed_route *route, xmppfed_time now)
{
    if (search(route, now) < 0)
        xfed_move_over(route, now);
}

void xfed_dial_resolved(struct xfed_route *route, const xmppfed_dns_result *result,
                        xmppfed_time now)
{
    int code = result->code;

    (void)xfed_map_remove(&route->fed->lookups, xfed_id_key(&route->lookup));
    route->lookup = 0;
    if (code == 0 && result->count == 0)
        code = XMPPFED_ERR_DNS_NO_DOMAIN;
    xfed_counts_looked_up(&route->fed->counts, code);
    if (code < 0 && route->link) {
        xfed_move_over(route, now);
        return;
    }
    if (code < 0) {
        xfed_fault_set(&route->why, code, "%s",
                       result->text && result->text[0] ? result->text
                                                       : xmppfed_error_sentence(code));
        route->final = xfed_failure_is_final(code);
        xfed_dial_round_failed(route, now);
        return;
    }
    code = plan_found(route, result);
    if (code == 0)
        try_found(route, now);
    else if (route->link)
        xfed_move_over(route, now);
    else
        cannot_start(route, code, now);
}

void xfed_dial_cancel(struct xfed_route *route)
{
    bool waits = route->lookup != 0 || route->found;

    xfed_posh_leave(&route->posh);
    route->found = false;
    if (route->lookup != 0) {
        xmppfed_resolver_cancel(route->fed->resolver, route->lookup);
        (void)xfed_map_remove(&route->fed->lookups, xfed_id_key(&route->lookup));
        route->lookup = 0;
    }
    if (waits && route->state == XFED_ROUTE_RESOLVING)
        route->state = XFED_ROUTE_IDLE;
}

void xfed_dial_rest_over(struct xfed_route *route)
{
    xfed_dial_cancel(route);
    xfed_timer_stop(&route->fed->timers, &route->rest);
    route->state = XFED_ROUTE_IDLE;
}
