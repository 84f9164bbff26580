/* race.c - attempts at the candidates of a route, side by side, until one stream is proved. */
#include "federation/race.h"

#include "base/fault.h"
#include "federation/dial.h"
#include "federation/dialback.h"
#include "federation/failure.h"
#include "federation/link.h"
#include "federation/route.h"

enum {
    MAX_RUNNERS = 3,      /* each counts against the limits of connections */
    GIVE_UP_TIME = 2000,  /* milliseconds; the longest delay between attempts by RFC 8305 8 */
    STALL_TIME = 2000,    /* without a byte in the middle of a negotiation */
    NEGOTIATE_TIME = 8000 /* for which a negotiation that goes on keeps others waiting */
};

static struct xfed_link *runner_of(struct xfed_node *node)
{
    return XFED_CONTAINER(node, struct xfed_link, runner);
}

/* The runner after link, or the first one; NULL at the end. */
static struct xfed_link *next_runner(const struct xfed_route *route, struct xfed_link *link)
{
    struct xfed_node *node = link ? link->runner.next : route->race.runners.next;

    return node == &route->race.runners ? NULL : runner_of(node);
}

static xmppfed_time later(xmppfed_time a, xmppfed_time b)
{
    return a > b ? a : b;
}

static xmppfed_time earlier(xmppfed_time a, xmppfed_time b)
{
    return a < b ? a : b;
}

/*
 * Until when a runner keeps the next candidate waiting. A server that has taken the connection and
 * says nothing gets the time that connecting took on top: it may be far away.
 */
static xmppfed_time hold_until(const struct xfed_link *link)
{
    xmppfed_time delay = link->fed->race_delay;

    switch (link->state) {
    case XFED_LINK_WANTED:
        return XMPPFED_TIME_NEVER; /* until the host has been asked */
    case XFED_LINK_DIALLING:
        return link->since + delay;
    case XFED_LINK_OPEN:
        if (link->heard == 0)
            return link->connected + delay + (link->connected - link->since);
        return earlier(link->heard + STALL_TIME, link->connected + NEGOTIATE_TIME);
    case XFED_LINK_RESERVE:
    case XFED_LINK_DOWN:
        break;
    }
    return 0;
}

static xmppfed_time held_until(const struct xfed_route *route)
{
    struct xfed_link *link = NULL;
    xmppfed_time until = 0;

    while ((link = next_runner(route, link)) != NULL)
        until = later(until, hold_until(link));
    return until;
}

static struct xfed_link *first_in_state(const struct xfed_route *route, enum xfed_link_state state)
{
    struct xfed_link *link = NULL;

    while ((link = next_runner(route, link)) != NULL)
        if (link->state == state)
            return link;
    return NULL;
}

/* Whether a negotiation is under way that leaves no reason to try anything else. */
static bool is_negotiating(const struct xfed_route *route, xmppfed_time now)
{
    struct xfed_link *link = NULL;

    while ((link = next_runner(route, link)) != NULL)
        if (link->state == XFED_LINK_OPEN && hold_until(link) > now)
            return true;
    return false;
}

/* A round of dials for nobody would only serve as a reflector (doc/threat-model.md, row 27). */
static bool is_wanted(const struct xfed_route *route)
{
    if (route->fed->closing)
        return false;
    if (route->purpose == XMPPFED_PURPOSE_VERIFY)
        return xfed_dialback_waits(route);
    return !route->visiting && (route->move.trying || xfed_route_wants_stream(route));
}

/* ---- going on ---------------------------------------------------------------------------- */

static void step(struct xfed_route *route, xmppfed_time now);

static void on_timer(struct xfed_timer *t, xmppfed_time now)
{
    struct xfed_race *race = XFED_CONTAINER(t, struct xfed_race, timer);

    step(XFED_CONTAINER(race, struct xfed_route, race), now);
}

void xfed_race_init(struct xfed_race *race)
{
    xfed_list_init(&race->runners);
    race->count = 0;
    xfed_timer_init(&race->timer, on_timer);
}

/* Adds a runner; the pump will ask the host to dial. An error of xfed_link_new(), or 0. */
static int start_next(struct xfed_route *route)
{
    struct xfed_link *link;
    int rc = xfed_link_new(route->fed, route, &link);

    if (rc < 0)
        return rc;
    link->candidate = route->endpoint_next++;
    xfed_list_append(&route->race.runners, &link->runner);
    route->race.count++;
    route->state = XFED_ROUTE_LINKED;
    return 0;
}

static void wake_at(struct xfed_route *route, xmppfed_time when, xmppfed_time now)
{
    xfed_timer_set(&route->fed->timers, &route->race.timer, later(when, now + 1));
}

/*
 * There is no room for one more: the oldest makes place once it has had its time. One server that
 * swallows everything must not keep us from those that do not.
 */
static void make_room(struct xfed_route *route, xmppfed_time now)
{
    struct xfed_link *oldest = next_runner(route, NULL);
    xmppfed_time until = later(oldest->since + GIVE_UP_TIME, hold_until(oldest));

    if (oldest->state == XFED_LINK_DOWN)
        return; /* it makes place by itself */
    if (until > now)
        wake_at(route, until, now);
    else
        xfed_link_close(oldest, XMPPFED_ERR_DIAL_FAILED, "no answer in time, others are tried");
}

/* Nobody runs any more and nothing is left to try, or nobody waits. */
static void finish(struct xfed_route *route, xmppfed_time now)
{
    xfed_timer_stop(&route->fed->timers, &route->race.timer);
    if (route->race.count > 0)
        return;
    if (route->link) {
        xfed_move_over(route, now);
        return;
    }
    if (is_wanted(route)) {
        xfed_dial_round_failed(route, now);
        return;
    }
    route->state = XFED_ROUTE_IDLE;
    xfed_route_release(route);
}

/* Starts the next candidate, as far as the limits let us. */
static void start(struct xfed_route *route, xmppfed_time now)
{
    int rc = XMPPFED_ERR_LIMIT_CONNECTIONS;

    if (route->endpoint_next >= route->endpoints.count || !is_wanted(route)) {
        finish(route, now);
        return;
    }
    if (route->race.count < MAX_RUNNERS)
        rc = start_next(route);
    if (rc == 0)
        return;
    if (route->race.count > 0) {
        make_room(route, now);
        return;
    }
    xfed_timer_stop(&route->fed->timers, &route->race.timer);
    if (route->link) {
        xfed_move_over(route, now);
        return;
    }
    xfed_fault_set(&route->why, rc, "%s: no new connection: %s", route->remote,
                   xmppfed_error_sentence(rc));
    route->final = xfed_failure_is_final(rc);
    xfed_dial_round_failed(route, now);
}

/* Lets a runner whose transport stands negotiate. */
static void begin(struct xfed_link *link, xmppfed_time now)
{
    xfed_link_begin(link, now);
    wake_at(link->route, held_until(link->route), now);
}

/* Does what is due: a reserve takes over from one that has fallen silent, or the next one starts.
 */
static void step(struct xfed_route *route, xmppfed_time now)
{
    xmppfed_time until = held_until(route);
    struct xfed_link *reserve;

    if (until == XMPPFED_TIME_NEVER)
        return; /* ask_to_dial goes on */
    if (until > now) {
        wake_at(route, until, now);
        return;
    }
    reserve = first_in_state(route, XFED_LINK_RESERVE);
    if (reserve)
        begin(reserve, now);
    else
        start(route, now);
}

void xfed_race_begin(struct xfed_route *route, xmppfed_time now)
{
    xfed_targets_order(&route->fed->targets, &route->endpoints, now);
    start(route, now);
}

void xfed_race_asked(struct xfed_link *link, xmppfed_time now)
{
    step(link->route, now);
}

void xfed_race_connected(struct xfed_link *link, xmppfed_time now)
{
    link->connected = now;
    if (is_negotiating(link->route, now)) {
        link->state = XFED_LINK_RESERVE;
        return;
    }
    begin(link, now);
}

/* ---- ends -------------------------------------------------------------------------------- */

void xfed_race_leave(struct xfed_link *link)
{
    if (!xfed_list_linked(&link->runner))
        return;
    xfed_list_remove(&link->runner);
    link->route->race.count--;
}

/* Whether a server has kept us waiting for longer than others are made to wait for it. */
static bool is_overdue(const struct xfed_link *link, xmppfed_time now)
{
    return (link->state == XFED_LINK_DIALLING || link->state == XFED_LINK_OPEN) &&
           hold_until(link) <= now;
}

/* Takes a link from its route, quietly: neither the host nor the route is to hear of it again. */
static void dismiss(struct xfed_link *link, xmppfed_time now)
{
    xfed_race_leave(link);
    /* The host need not hear of one that it was never asked for. */
    if (link->state == XFED_LINK_WANTED) {
        xfed_link_free(link);
        return;
    }
    if (is_overdue(link, now))
        xfed_targets_failed(&link->fed->targets,
                            xfed_endpoints_at(&link->route->endpoints, link->candidate), now);
    xfed_dialback_link_down(link, 0, now);
    link->route = NULL;
    xfed_link_close(link, 0, NULL);
}

void xfed_race_cancel(struct xfed_route *route, xmppfed_time now)
{
    struct xfed_link *link;

    xfed_timer_stop(&route->fed->timers, &route->race.timer);
    while ((link = next_runner(route, NULL)) != NULL)
        dismiss(link, now);
}

void xfed_race_close(struct xfed_route *route, int code)
{
    struct xfed_link *link = NULL;

    xfed_timer_stop(&route->fed->timers, &route->race.timer);
    while ((link = next_runner(route, link)) != NULL)
        xfed_link_close(link, code, NULL);
}

bool xfed_race_won(struct xfed_link *link, xmppfed_time now)
{
    struct xfed_route *route = link->route;

    if (!route)
        return false;
    if (!xfed_list_linked(&link->runner))
        return true;
    xfed_race_leave(link);
    xfed_targets_worked(&route->fed->targets,
                        xfed_endpoints_at(&route->endpoints, link->candidate));
    route->alone = false;
    xfed_move_watch(route, link->candidate, now);
    if (route->link)
        xfed_move_to(route, link);
    else
        route->link = link;
    xfed_race_cancel(route, now);
    return true;
}

void xfed_race_lost(struct xfed_route *route, size_t candidate, xmppfed_time now)
{
    struct xfed_link *reserve;

    if (xfed_failure_is_of_server(route->why.code))
        xfed_targets_failed(&route->fed->targets, xfed_endpoints_at(&route->endpoints, candidate),
                            now);
    if (route->fed->closing) {
        if (route->race.count == 0 && !route->link && !route->visiting)
            xfed_route_end(route);
        return;
    }
    if (!xfed_failure_is_final(route->why.code))
        route->final = false;
    if (is_negotiating(route, now))
        return;
    reserve = first_in_state(route, XFED_LINK_RESERVE);
    if (reserve)
        begin(reserve, now);
    else
        start(route, now);
}

struct xfed_link *xfed_race_carrier(const struct xfed_route *route)
{
    struct xfed_link *link = NULL;

    while ((link = next_runner(route, link)) != NULL)
        if (link->can_verify && link->state == XFED_LINK_OPEN)
            return link;
    return NULL;
}
