/* route.c - the way from a domain of ours to a remote one. */
#include "federation/route.h"

#include <string.h>

#include "base/slice.h"
#include "connection/connection.h"
#include "federation/acks.h"
#include "federation/answer.h"
#include "federation/dial.h"
#include "federation/dialback.h"
#include "federation/failure.h"
#include "federation/guest.h"
#include "federation/link.h"
#include "federation/share.h"

/* The map key of a route: purpose, local, NUL, remote. A domain has no NUL in it. */
struct key {
    char bytes[1 + 2 * XMPPFED_DOMAIN_SIZE];
    size_t len;
};

/* False if a domain is too long to be prepared. */
static bool key_of(int purpose, const char *local, const char *remote, struct key *ret)
{
    size_t middle = strlen(local) + 2;

    ret->bytes[0] = (char)purpose;
    if (!xfed_text_copy(ret->bytes + 1, XMPPFED_DOMAIN_SIZE, local) ||
        !xfed_text_copy(ret->bytes + middle, XMPPFED_DOMAIN_SIZE, remote))
        return false;
    ret->len = middle + strlen(remote);
    return true;
}

struct xfed_route *xfed_route_find(const xmppfed_federation *fed, int purpose, const char *local,
                                   const char *remote)
{
    struct key key;

    if (!key_of(purpose, local, remote, &key))
        return NULL;
    return xfed_map_get(&fed->routes, xfed_slice(key.bytes, key.len));
}

void xfed_route_rearm(struct xfed_route *route)
{
    bool resumes = xfed_resume_waits(route);
    const struct xfed_queued *first =
        resumes ? xfed_queue_unsent(&route->queue) : xfed_queue_first(&route->queue);
    xmppfed_time when = first ? first->expires : XMPPFED_TIME_NEVER;

    xfed_timer_set(&route->fed->timers, &route->expiry,
                   resumes && route->resume.until < when ? route->resume.until : when);
}

void xfed_route_end_stanza(struct xfed_route *route, struct xfed_queued *s, int outcome, int code,
                           const char *text, const char *condition)
{
    xfed_queue_remove(&route->queue, s);
    xfed_answer_outcome(route->fed, s, outcome, code, text, condition);
}

void xfed_route_moved(struct xfed_route *route)
{
    route->backoff = 0;
    route->hurried = false;
    xfed_route_rearm(route);
}

/* The oldest stanza that can expire: behind others that a stream has got none does. */
static struct xfed_queued *first_waiting(const struct xfed_route *route)
{
    struct xfed_queued *s = xfed_queue_unsent(&route->queue);

    return xfed_resume_waits(route) || s == xfed_queue_first(&route->queue) ? s : NULL;
}

/* Ends the waiting stanzas whose time has passed. */
static void expire_waiting(struct xfed_route *route, xmppfed_time now)
{
    struct xfed_queued *s;

    if (now >= route->resume.until)
        xfed_resume_give_up(route);
    while ((s = first_waiting(route)) != NULL && s->expires <= now)
        xfed_route_end_stanza(route, s, XMPPFED_OUTCOME_EXPIRED, XMPPFED_ERR_TIMEOUT_QUEUE,
                              route->why.text[0]
                                  ? route->why.text
                                  : xmppfed_error_sentence(XMPPFED_ERR_TIMEOUT_QUEUE),
                              "remote-server-timeout");
}

static void on_expiry(struct xfed_timer *t, xmppfed_time now)
{
    struct xfed_route *route = XFED_CONTAINER(t, struct xfed_route, expiry);
    const struct xfed_queued *first;
    bool waited = route->resume.theirs;

    expire_waiting(route, now);
    if (waited && !route->resume.theirs) {
        xfed_route_go_on(route, now); /* the peer has not come back */
        return;
    }
    first = xfed_queue_first(&route->queue);
    if (first && first->expires <= now && !xfed_resume_waits(route) &&
        !xfed_acks_awaits(route, now)) {
        /* The stream has had it all the time and the transport does not move: it is dead. */
        xmppfed_federation_closed(route->fed, xfed_route_carrier(route)->id,
                                  "the transport took no bytes", now);
        return;
    }
    xfed_route_rearm(route);
}

static void on_rest(struct xfed_timer *t, xmppfed_time now)
{
    struct xfed_route *route = XFED_CONTAINER(t, struct xfed_route, rest);

    if (route->state == XFED_ROUTE_LINKED) {
        xfed_dialback_idle(route);
        return;
    }
    if (route->state == XFED_ROUTE_ASKING) {
        xfed_guest_detach(route);
        xfed_share_go_on(route, now);
        return;
    }
    route->state = XFED_ROUTE_IDLE;
    if (xfed_route_wants_stream(route))
        xfed_dial_start(route, now);
    else
        xfed_route_release(route);
}

struct xfed_route *xfed_route_get(xmppfed_federation *fed, int purpose, const char *local,
                                  const char *remote)
{
    struct xfed_route *route = xfed_route_find(fed, purpose, local, remote);
    struct key key;

    if (route || !key_of(purpose, local, remote, &key))
        return route;
    route = xfed_zalloc(fed->ctx, sizeof(*route));
    if (!route)
        return NULL;
    route->fed = fed;
    route->purpose = purpose;
    route->state = XFED_ROUTE_IDLE;
    memcpy(route->local, local, strlen(local) + 1);
    memcpy(route->remote, remote, strlen(remote) + 1);
    xfed_queue_init(&route->queue, fed->ctx);
    xfed_endpoints_init(&route->endpoints, fed->ctx);
    xfed_race_init(&route->race);
    xfed_move_init(&route->move);
    xfed_timer_init(&route->rest, on_rest);
    xfed_timer_init(&route->expiry, on_expiry);
    if (xfed_map_put(&fed->routes, xfed_slice(key.bytes, key.len), route) < 0) {
        xfed_free(fed->ctx, route);
        return NULL;
    }
    return route;
}

void xfed_route_free(struct xfed_route *route)
{
    xmppfed_federation *fed = route->fed;
    struct key key;

    xfed_guest_detach(route);
    xfed_dial_cancel(route);
    xfed_timer_stop(&fed->timers, &route->rest);
    xfed_timer_stop(&fed->timers, &route->expiry);
    xfed_timer_stop(&fed->timers, &route->race.timer);
    xfed_timer_stop(&fed->timers, &route->move.timer);
    if (key_of(route->purpose, route->local, route->remote, &key))
        (void)xfed_map_remove(&fed->routes, xfed_slice(key.bytes, key.len));
    xfed_resume_fini(route);
    xfed_queue_fini(&route->queue);
    xfed_endpoints_clear(&route->endpoints);
    xfed_free(fed->ctx, route);
}

void xfed_route_release(struct xfed_route *route)
{
    if (route->state == XFED_ROUTE_IDLE && xfed_queue_empty(&route->queue) &&
        !xfed_resume_waits(route) && !route->host)
        xfed_route_free(route);
}

int xfed_route_send(xmppfed_federation *fed, const char *local, const char *remote,
                    struct xfed_queued *s, xmppfed_time now)
{
    struct xfed_route *route = xfed_route_get(fed, XMPPFED_PURPOSE_STANZAS, local, remote);
    int rc;

    if (!route)
        return XMPPFED_ERR_NOMEM;
    s->expires = now + fed->queue_time;
    rc = xfed_queue_add(&route->queue, s, fed->queue_stanzas, fed->queue_bytes);
    if (rc < 0) {
        xfed_route_release(route);
        return rc;
    }
    xfed_route_rearm(route);
    xfed_guest_enter(route);
    if (route->visiting)
        xfed_route_flush(route);
    else if (route->state == XFED_ROUTE_DEAD)
        xfed_route_bounce(route, route->why.code, route->why.text);
    else if (route->state == XFED_ROUTE_IDLE && !route->resume.theirs)
        xfed_dial_start(route, now);
    else
        xfed_route_flush(route);
    return 0;
}

/*
 * What a stanza ends with that the stream does not take, or NULL if it is to wait: for the
 * transport to take some bytes, or for a stream that is going down to be replaced. One that is too
 * large for the peer will not shrink (XEP-0478 4).
 */
static const char *refusal_condition(const struct xfed_link *link, int rc)
{
    if (rc == XMPPFED_ERR_STATE)
        return NULL;
    if (rc == XMPPFED_ERR_LIMIT_SIZE)
        return "policy-violation";
    if (xmppfed_error_class(rc) == XMPPFED_CLASS_LIMIT &&
        xfed_connection_has_output(link->connection))
        return NULL;
    return rc == XMPPFED_ERR_STREAM_ADDRESSING ? "jid-malformed" : "resource-constraint";
}

struct xfed_link *xfed_route_carrier(const struct xfed_route *route)
{
    return route->visiting ? route->host : route->link;
}

void xfed_route_flush(struct xfed_route *route)
{
    struct xfed_link *link;
    struct xfed_queued *s;

    if (route->resume.theirs)
        return; /* order: what the peer has to ask for comes first */
    xfed_guest_enter(route);
    link = xfed_route_carrier(route);
    if (!link || !link->up || link->state != XFED_LINK_OPEN)
        return;
    if (xfed_move_leaves(link))
        return;
    /* A stream that is up and has not resumed the session never will. */
    xfed_resume_give_up(route);
    while ((s = xfed_queue_unsent(&route->queue)) != NULL) {
        uint64_t mark = 0;
        int rc = xmppfed_connection_send(link->connection, s->stanza, &mark);
        const char *condition;

        if (rc == 0) {
            s->counted = link->connection->negotiation.acks.on;
            s->number = link->connection->negotiation.acks.sent;
            xfed_queue_sent(&route->queue, mark);
            continue;
        }
        condition = refusal_condition(link, rc);
        if (!condition)
            break;
        xfed_route_end_stanza(route, s, XMPPFED_OUTCOME_BOUNCED, rc, xmppfed_error_sentence(rc),
                              condition);
    }
    if (route->fed->closing && !xfed_queue_unsent(&route->queue) && !xfed_acks_open_on(link) &&
        !xfed_guests_wait(link))
        xfed_link_close(link, XMPPFED_ERR_SHUTDOWN, NULL);
    xfed_link_touch(link);
}

void xfed_route_acked(struct xfed_route *route)
{
    uint64_t acked = xmppfed_connection_acked(xfed_route_carrier(route)->connection);
    struct xfed_queued *s;

    if (xfed_resume_waits(route))
        return; /* the marks are those of another stream */
    /* With acks the transport's word is not the end. */
    while ((s = xfed_queue_handed(&route->queue, acked)) != NULL && !s->counted) {
        xfed_route_end_stanza(route, s, XMPPFED_OUTCOME_HANDED, 0, NULL, NULL);
        xfed_route_moved(route);
    }
    xfed_route_flush(route);
}

void xfed_route_bounce(struct xfed_route *route, int code, const char *text)
{
    struct xfed_queued *s;

    xfed_resume_give_up(route);
    while ((s = xfed_queue_first(&route->queue)) != NULL)
        xfed_route_end_stanza(route, s, XMPPFED_OUTCOME_BOUNCED, code, text,
                              xfed_failure_stanza_condition(code));
    xfed_route_rearm(route);
}

/* A stream that stood is over: goes on with what it has left behind. */
static void resume(struct xfed_route *route, xmppfed_time now)
{
    if (route->purpose == XMPPFED_PURPOSE_VERIFY) {
        if (xfed_dialback_waits(route))
            xfed_dial_start(route, now);
        else
            xfed_route_release(route);
        return;
    }
    if (route->resume.theirs)
        return;
    if (!xfed_route_wants_stream(route)) {
        xfed_route_release(route);
        return;
    }
    /*
     * At once the first time: the peer may have closed an idle stream just then. A stream that
     * ends again before it has carried anything is not worth the hurry.
     */
    if (route->hurried) {
        xfed_dial_rest(route, now);
        return;
    }
    route->hurried = true;
    xfed_dial_start(route, now);
}

bool xfed_route_wants_stream(const struct xfed_route *route)
{
    return route->resume.id || (!route->resume.theirs && !xfed_queue_empty(&route->queue));
}

void xfed_route_go_on(struct xfed_route *route, xmppfed_time now)
{
    xfed_route_rearm(route);
    xfed_route_flush(route);
    if (route->state == XFED_ROUTE_IDLE && !route->link && !route->visiting)
        resume(route, now);
}

void xfed_route_end(struct xfed_route *route)
{
    xfed_route_bounce(route, XMPPFED_ERR_SHUTDOWN, xmppfed_error_sentence(XMPPFED_ERR_SHUTDOWN));
    xfed_route_free(route);
}

/* What a stream has not handed over waits again; false if that is the end of the route. */
static bool take_back(struct xfed_route *route, xmppfed_time now)
{
    if (!xfed_resume_waits(route))
        xfed_queue_unsend(&route->queue);
    expire_waiting(route, now);
    xfed_route_rearm(route);
    if (!route->fed->closing)
        return true;
    if (!route->link && route->race.count == 0)
        xfed_route_end(route);
    return false;
}

void xfed_route_stranded(struct xfed_route *route, xmppfed_time now)
{
    if (!take_back(route, now))
        return;
    if (route->link || route->race.count > 0)
        xfed_route_flush(route); /* there is a stream, or the queue waits until one is up */
    else
        resume(route, now);
}

void xfed_route_unlinked(struct xfed_route *route, xmppfed_time now)
{
    route->link = NULL;
    route->state = XFED_ROUTE_IDLE;
    xfed_timer_stop(&route->fed->timers, &route->rest);
    if (!route->move.next)
        xfed_move_stop(route);
    if (!route->visiting) {
        if (!xfed_resume_waits(route))
            xfed_queue_unsend(&route->queue);
        expire_waiting(route, now);
        xfed_route_rearm(route);
    }
    if (xfed_move_finish(route) || route->race.count > 0) {
        /* The stream that waited, or the attempts at one, are the route's own from now on. */
        route->state = XFED_ROUTE_LINKED;
        xfed_route_flush(route);
        return;
    }
    if (route->visiting)
        return;
    if (route->fed->closing) {
        xfed_route_end(route);
        return;
    }
    xfed_route_flush(route);
    if (!route->visiting)
        resume(route, now);
}

static void shut_down(struct xfed_route *route)
{
    const struct xfed_link *carrier = xfed_route_carrier(route);

    if (route->resume.theirs)
        xfed_resume_give_up(route); /* nobody can come back to us any more */
    xfed_dial_cancel(route);
    xfed_move_stop(route);
    if (route->visiting && route->link)
        xfed_link_close(route->link, XMPPFED_ERR_SHUTDOWN, NULL);
    if (carrier && carrier->up) {
        xfed_race_close(route, XMPPFED_ERR_SHUTDOWN);
        xfed_route_flush(route);
        return;
    }
    xfed_timer_stop(&route->fed->timers, &route->rest);
    xfed_route_bounce(route, XMPPFED_ERR_SHUTDOWN, xmppfed_error_sentence(XMPPFED_ERR_SHUTDOWN));
    xfed_race_close(route, XMPPFED_ERR_SHUTDOWN);
    if (route->link)
        xfed_link_close(route->link, XMPPFED_ERR_SHUTDOWN, NULL);
    else if (route->race.count == 0)
        route->state = XFED_ROUTE_IDLE;
}

void xfed_routes_shutdown(xmppfed_federation *fed)
{
    struct xfed_map_cursor cursor = {0};
    void *value;

    while (xfed_map_next(&fed->routes, &cursor, NULL, &value))
        shut_down(value);
}
