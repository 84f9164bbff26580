/*
 * dialback.c - the receiving server's part of dialback: asking the authoritative server.
 *
 * A check leads from the stream that sent a key (the asker) to a stream of ours to the domain that
 * the key speaks for (the verifier). XEP-0220 2.1.2 and 2.4; doc/threat-model.md, rows 1 and 27.
 */
#include "federation/dialback.h"

#include "base/slice.h"
#include "federation/dial.h"
#include "federation/failure.h"
#include "federation/link.h"
#include "federation/race.h"
#include "federation/route.h"

enum {
    CHECK_TIME = 30000, /* milliseconds from the key to the verdict */
    IDLE_TIME = 5000    /* how long a stream for checks stands without one */
};

static void arm(xmppfed_federation *fed)
{
    xfed_timer_set(&fed->timers, &fed->check_timer, xfed_dialback_pending_deadline(&fed->checks));
}

/* Tells a peer the verdict on its key. */
static void tell(struct xfed_link *asker, const char *local, const char *remote, int code,
                 const char *condition)
{
    int rc;

    if (!asker || asker->state != XFED_LINK_OPEN)
        return;
    rc = xmppfed_connection_checked(asker->connection, local, remote, code, condition);
    /* A check that the stream does not know any more is settled; other failures leave it hanging.
     */
    if (rc < 0 && rc != XMPPFED_ERR_UNKNOWN_HANDLE)
        xfed_link_close(asker, rc, NULL);
    xfed_link_touch(asker);
}

/* Ends a check with a verdict. */
static void settle(xmppfed_federation *fed, struct xfed_dialback_check *check, int code,
                   const char *condition)
{
    tell(xfed_link_find(fed, check->asker), check->local, check->remote, code, condition);
    xfed_dialback_pending_remove(&fed->checks, check);
    arm(fed);
}

/* Sends a check on a stream that can carry it. */
static void carry(struct xfed_link *verifier, struct xfed_dialback_check *check)
{
    int rc = xmppfed_connection_verify(verifier->connection, check->local, check->remote, check->id,
                                       check->key);

    xfed_link_touch(verifier); /* also after a failure, which is the end of the stream */
    if (rc < 0) {
        settle(verifier->fed, check, XMPPFED_ERR_DIALBACK_REFUSED,
               xfed_failure_dialback_condition(rc, ""));
        return;
    }
    check->verifier = verifier->id;
    xfed_timer_stop(&verifier->fed->timers, &verifier->route->rest);
}

/* Whether checks may go out on a link; on those that peers have opened they never do. */
static bool can_carry(const struct xfed_link *link)
{
    return link && link->route && link->can_verify && link->state == XFED_LINK_OPEN;
}

/* A standing stream of the pair's domains that can carry a check, or NULL. */
static struct xfed_link *standing(const xmppfed_federation *fed, const char *local,
                                  const char *remote)
{
    static const int purposes[] = {XMPPFED_PURPOSE_STANZAS, XMPPFED_PURPOSE_VERIFY};

    struct xfed_link *link;

    for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
        const struct xfed_route *route = xfed_route_find(fed, purposes[i], local, remote);

        if (!route)
            continue;
        if (can_carry(route->link))
            return route->link;
        if (route->visiting && can_carry(route->host))
            return route->host;
        link = xfed_race_carrier(route);
        if (link)
            return link;
    }
    return NULL;
}

/* Finds a way for a check: a stream that stands, or a new one for checks only. */
static void find_way(xmppfed_federation *fed, struct xfed_dialback_check *check, xmppfed_time now)
{
    struct xfed_link *link = standing(fed, check->local, check->remote);
    struct xfed_route *route;

    check->verifier = 0;
    if (link) {
        carry(link, check);
        return;
    }
    route = xfed_route_get(fed, XMPPFED_PURPOSE_VERIFY, check->local, check->remote);
    if (!route)
        settle(fed, check, XMPPFED_ERR_DIALBACK_REFUSED, "resource-constraint");
    else if (route->state == XFED_ROUTE_DEAD)
        /* Not reached a moment ago. A key judged invalid leaves no such mark: anyone can send one.
         */
        xfed_dialback_unreachable(route);
    else if (route->state == XFED_ROUTE_IDLE)
        xfed_dial_start(route, now);
}

void xfed_dialback_check(struct xfed_link *asker, const xmppfed_event *ev, xmppfed_time now)
{
    xmppfed_federation *fed = asker->fed;
    const char *local = xmppfed_event_local(ev);
    const char *remote = xmppfed_event_remote(ev);
    const xmppfed_policy *policy = xmppfed_site_policy(fed->site);
    uint32_t methods = policy ? xmppfed_policy_methods(policy, remote, NULL) : 0;
    struct xfed_dialback_check *check;
    int rc;

    /* Never dial for a domain that could not be proved this way anyhow. */
    if (!(methods & (XMPPFED_METHOD_DIALBACK_TLS | XMPPFED_METHOD_DIALBACK_TCP))) {
        tell(asker, local, remote, XMPPFED_ERR_POLICY_REFUSED, "policy-violation");
        return;
    }
    /* Each key may cost a look-up and a connection: nobody gets them as fast as it can ask. */
    if (!xfed_bucket_take(&asker->checks, now)) {
        tell(asker, local, remote, XMPPFED_ERR_LIMIT_PENDING, "resource-constraint");
        return;
    }
    rc = xfed_dialback_pending_add(&fed->checks, asker->id, local, remote, xmppfed_event_id(ev),
                                   xmppfed_event_key(ev), now + CHECK_TIME, &check);
    if (rc == XMPPFED_ERR_DUPLICATE)
        return;
    if (rc < 0) {
        tell(asker, local, remote, rc, "resource-constraint");
        return;
    }
    arm(fed);
    find_way(fed, check, now);
}

static bool is_of_pair(const struct xfed_dialback_check *check, const struct xfed_route *route)
{
    return xfed_text_equal(check->local, route->local) &&
           xfed_text_equal(check->remote, route->remote);
}

static bool waits_for(const struct xfed_dialback_check *check, const struct xfed_route *route)
{
    return check->verifier == 0 && is_of_pair(check, route);
}

/*
 * The first check that waits for a route, or NULL. Telling a verdict changes the table, therefore
 * who works on several asks again for each.
 */
static struct xfed_dialback_check *first_waiting(const struct xfed_route *route)
{
    struct xfed_dialback_pending *all = &route->fed->checks;
    struct xfed_dialback_check *check = NULL;

    while ((check = xfed_dialback_pending_next(all, check)) != NULL)
        if (waits_for(check, route))
            return check;
    return NULL;
}

/* The first check that a link carries, or NULL. */
static struct xfed_dialback_check *first_carried(const struct xfed_link *link)
{
    struct xfed_dialback_pending *all = &link->fed->checks;
    struct xfed_dialback_check *check = NULL;

    while ((check = xfed_dialback_pending_next(all, check)) != NULL)
        if (check->verifier == link->id)
            return check;
    return NULL;
}

bool xfed_dialback_waits(const struct xfed_route *route)
{
    return first_waiting(route) != NULL;
}

/* Sets the clock of a stream for checks that carries none. */
static void rest(struct xfed_link *verifier, xmppfed_time now)
{
    struct xfed_route *route = verifier->route;

    if (route->purpose == XMPPFED_PURPOSE_VERIFY && !first_carried(verifier))
        xfed_timer_set(&route->fed->timers, &route->rest, now + IDLE_TIME);
}

void xfed_dialback_carry(struct xfed_link *verifier, xmppfed_time now)
{
    struct xfed_dialback_check *check;

    if (!verifier->route)
        return;
    while ((check = first_waiting(verifier->route)) != NULL)
        carry(verifier, check);
    rest(verifier, now);
}

void xfed_dialback_answer(struct xfed_link *verifier, const xmppfed_event *ev, xmppfed_time now)
{
    xmppfed_federation *fed = verifier->fed;
    struct xfed_dialback_check *check;
    int code = xmppfed_event_code(ev);

    check = xfed_dialback_pending_find(&fed->checks, verifier->id, xmppfed_event_local(ev),
                                       xmppfed_event_remote(ev), xmppfed_event_id(ev));
    if (!check)
        return;
    if (code == 0 || code == XMPPFED_ERR_DIALBACK_INVALID)
        settle(fed, check, code, NULL);
    else /* XEP-0220 2.5: a must, whatever the error in step 3 is */
        settle(fed, check, XMPPFED_ERR_DIALBACK_REFUSED, "remote-server-not-found");
    rest(verifier, now);
}

/*
 * Whether the checks of a stream that went down try another way. A stream for stanzas may have gone
 * for reasons of its own; one for checks has its time, however busy it is. In any other case the
 * peer could make us dial without end.
 */
static bool may_retry(const struct xfed_link *link, int code)
{
    return link->route->purpose == XMPPFED_PURPOSE_STANZAS ||
           (link->can_verify && code == XMPPFED_ERR_TIMEOUT_ESTABLISH);
}

/*
 * What a check ends with whose stream is over: the server was reached, and left without a word
 * about the key, or does not know the domain (XEP-0220 2.5).
 */
static const char *condition_without_verdict(const struct xfed_link *link)
{
    return xfed_text_equal(link->route->peer_condition, "host-unknown") ? "remote-server-not-found"
                                                                        : "remote-server-timeout";
}

void xfed_dialback_link_down(struct xfed_link *link, int code, xmppfed_time now)
{
    struct xfed_dialback_pending *all = &link->fed->checks;
    struct xfed_dialback_check *check = xfed_dialback_pending_next(all, NULL);

    while (check) {
        struct xfed_dialback_check *next = xfed_dialback_pending_next(all, check);

        if (check->asker == link->id)
            xfed_dialback_pending_remove(all, check);
        check = next;
    }
    arm(link->fed);
    if (!link->route)
        return;
    while ((check = first_carried(link)) != NULL) {
        if (may_retry(link, code))
            find_way(link->fed, check, now);
        else
            settle(link->fed, check, XMPPFED_ERR_DIALBACK_REFUSED, condition_without_verdict(link));
    }
}

void xfed_dialback_unreachable(struct xfed_route *route)
{
    const char *condition = xfed_failure_dialback_condition(route->why.code, route->peer_condition);
    struct xfed_dialback_check *check;

    while ((check = first_waiting(route)) != NULL)
        settle(route->fed, check, XMPPFED_ERR_DIALBACK_REFUSED, condition);
}

void xfed_dialback_idle(struct xfed_route *route)
{
    if (!first_carried(route->link))
        xfed_link_close(route->link, 0, NULL);
}

/* A check whose time has passed, or NULL. */
static struct xfed_dialback_check *first_late(xmppfed_federation *fed, xmppfed_time now)
{
    struct xfed_dialback_check *check = NULL;

    while ((check = xfed_dialback_pending_next(&fed->checks, check)) != NULL)
        if (check->deadline <= now)
            return check;
    return NULL;
}

void xfed_dialback_expire(struct xfed_timer *t, xmppfed_time now)
{
    xmppfed_federation *fed = XFED_CONTAINER(t, xmppfed_federation, check_timer);
    struct xfed_dialback_check *check;

    while ((check = first_late(fed, now)) != NULL) {
        struct xfed_link *verifier = xfed_link_find(fed, check->verifier);

        settle(fed, check, XMPPFED_ERR_DIALBACK_REFUSED, "remote-server-timeout");
        if (verifier && verifier->route)
            rest(verifier, now);
    }
    arm(fed);
}
