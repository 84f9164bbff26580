/* resume.c - a stream that was lost with stanzas unacknowledged, and the one that goes on for it.
 */
#include "federation/resume.h"

#include "connection/connection.h"
#include "federation/acks.h"
#include "federation/link.h"
#include "federation/race.h"
#include "federation/route.h"
#include "federation/kept.h"

bool xfed_resume_waits(const struct xfed_route *route)
{
    return route->resume.id != NULL;
}

void xfed_resume_fini(struct xfed_route *route)
{
    xfed_free(route->fed->ctx, route->resume.id);
    route->resume = (struct xfed_resume){.id = NULL};
}

/* The peer keeps a session no longer than it has said, and we no longer than the option has it. */
static xmppfed_time time_for(const struct xfed_link *link)
{
    xmppfed_time theirs = (xmppfed_time)link->connection->negotiation.session_seconds * 1000;
    xmppfed_time ours = link->fed->resume_time;

    return theirs > 0 && theirs < ours ? theirs : ours;
}

bool xfed_resume_keep(struct xfed_route *route, const struct xfed_link *link)
{
    const struct xfed_negotiation *n = &link->connection->negotiation;
    uint64_t taken = xmppfed_connection_acked(link->connection);
    const struct xfed_queued *last = xfed_queue_unsend_after(&route->queue, taken);

    if (!last)
        return false;
    if (n->session && link->fed->resume_time > 0 && !link->fed->closing && !route->move.next)
        route->resume.id = xfed_strdup(link->fed->ctx, n->session);
    if (!route->resume.id)
        return false;
    route->resume.acks = n->acks;
    route->resume.acks.sent = last->number; /* more than the transport took it cannot have */
    route->resume.until = link->connection->now + time_for(link);
    return true;
}

/* Ends the stanzas that the peer has by its own word; those that it has not are sent again. */
static void settle(struct xfed_route *route)
{
    const struct xfed_acks *acks = &route->resume.acks;
    struct xfed_queued *s;

    while ((s = xfed_queue_first(&route->queue)) != NULL && xfed_queue_is_sent(&route->queue, s) &&
           xfed_acks_covers(acks, s->number))
        xfed_route_end_stanza(route, s, XMPPFED_OUTCOME_ACKNOWLEDGED, 0, NULL, NULL);
    xfed_resume_fini(route);
    xfed_queue_unsend(&route->queue);
    xfed_route_moved(route);
}

void xfed_resume_give_up(struct xfed_route *route)
{
    if (!xfed_resume_waits(route))
        return;
    xfed_resume_fini(route);
    xfed_acks_bounce(route);
}

/* ---- the port ------------------------------------------------------------------------------ */

/*
 * The stream that asks is proved. By asking it has won the race: two that resume one session would
 * end each other.
 */
static const char *left(void *user, struct xfed_acks *ret)
{
    struct xfed_link *link = user;
    struct xfed_route *route = link->route;
    xmppfed_time now = link->connection->now;

    if (!route || !xfed_resume_waits(route) || now >= route->resume.until ||
        (route->link && route->link != link) || !xfed_race_won(link, now))
        return NULL;
    *ret = route->resume.acks;
    return route->resume.id;
}

static void resumed(void *user, uint32_t h)
{
    struct xfed_route *route = ((struct xfed_link *)user)->route;

    if (route && xfed_resume_waits(route) && xfed_acks_take(&route->resume.acks, h))
        settle(route);
}

static void ended(void *user, const uint32_t *h)
{
    struct xfed_route *route = ((struct xfed_link *)user)->route;

    if (!route || !xfed_resume_waits(route))
        return;
    if (h && xfed_acks_take(&route->resume.acks, *h))
        settle(route);
    else
        xfed_resume_give_up(route);
}

static int open_session(void *user, char *ret_id, size_t size, uint32_t *ret_seconds)
{
    return xfed_kept_open(user, ret_id, size, ret_seconds);
}

static void take_session(void *user, const struct xfed_management *resume,
                         struct xfed_session_answer *ret)
{
    xfed_kept_take(user, resume, ret);
}

const struct xfed_session_port xfed_resume_port = {left, resumed, ended, open_session,
                                                   take_session};
