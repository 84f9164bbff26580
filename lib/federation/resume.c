/* resume.c - a stream that was lost with stanzas unacknowledged, and the one that goes on for it.
 */
#include "federation/resume.h"

#include "connection/connection.h"
#include "federation/acks.h"
#include "federation/link.h"
#include "federation/race.h"
#include "federation/route.h"
#include "federation/kept.h"

/*
 * How long stanzas wait for a peer that has to come back by itself: longer than a short break of
 * the network lasts, and less than others behind them can bear.
 */
enum { PEER_TIME = 15000 };

bool xfed_resume_waits(const struct xfed_route *route)
{
    return route->resume.id || route->resume.theirs;
}

void xfed_resume_fini(struct xfed_route *route)
{
    xfed_list_remove(&route->resume.node);
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

/*
 * Whether we go back to a lost stream with nothing of ours under way: it went both ways, so that
 * the peer may wait for us with what it has sent. One that was ended in order needs nobody.
 */
static bool owed(const struct xfed_link *link)
{
    int code = link->connection->down_code;

    return link->connection->negotiation.bidi &&
           (code == XMPPFED_ERR_STREAM_CLOSED || code == XMPPFED_ERR_TIMEOUT_ACK);
}

/*
 * The number of the last stanza that the transport has taken, of whichever pair: the peer counts
 * those of all. own is that of the pair that the session is for.
 */
static uint32_t last_taken(const struct xfed_link *link, uint32_t own, uint64_t taken)
{
    struct xfed_node *node = link->guests.next;

    for (; node != &link->guests; node = node->next) {
        const struct xfed_route *route = XFED_CONTAINER(node, const struct xfed_route, guest);
        const struct xfed_queued *s =
            route->visiting ? xfed_queue_last_taken(&route->queue, taken) : NULL;

        if (s && s->counted && s->number - own <= UINT32_MAX / 2)
            own = s->number;
    }
    return own;
}

/* A stream of ours: it is for us to ask for its session. */
static bool keep_own(struct xfed_route *route, const struct xfed_link *link,
                     const struct xfed_queued *last, uint64_t taken)
{
    const struct xfed_negotiation *n = &link->connection->negotiation;

    /* Those that share it have no part in its session. */
    if (route != link->route || !n->session || route->move.next || (!last && !owed(link)))
        return false;
    route->resume.id = xfed_strdup(link->fed->ctx, n->session);
    if (!route->resume.id)
        return false;
    route->resume.acks = n->acks;
    /* More than the transport took it cannot have. */
    route->resume.acks.sent = last_taken(link, last ? last->number : n->acks.acked, taken);
    route->resume.until = link->connection->now + time_for(link);
    return true;
}

/* A stream of the peer's: only the peer can come back to its session. */
static bool keep_theirs(struct xfed_route *route, const struct xfed_link *link,
                        const struct xfed_queued *last)
{
    xmppfed_time longest = link->fed->resume_time;

    if (!link->kept || link->connection->down_code == 0 || !last)
        return false;
    route->resume.theirs = true;
    route->resume.acks = link->connection->negotiation.acks;
    route->resume.until = link->connection->now + (longest < PEER_TIME ? longest : PEER_TIME);
    xfed_list_append(&link->kept->waiting, &route->resume.node);
    return true;
}

bool xfed_resume_keep(struct xfed_route *route, const struct xfed_link *link)
{
    uint64_t taken = xmppfed_connection_acked(link->connection);
    const struct xfed_queued *last = xfed_queue_unsend_after(&route->queue, taken);

    if (link->fed->resume_time == 0 || link->fed->closing)
        return false;
    return link->route ? keep_own(route, link, last, taken) : keep_theirs(route, link, last);
}

bool xfed_resume_settle(struct xfed_route *route, uint32_t h)
{
    const struct xfed_acks *acks = &route->resume.acks;
    struct xfed_queued *s;
    bool moved = false;

    if (!xfed_acks_take(&route->resume.acks, h))
        return false;
    while ((s = xfed_queue_first(&route->queue)) != NULL && xfed_queue_is_sent(&route->queue, s) &&
           xfed_acks_covers(acks, s->number)) {
        xfed_route_end_stanza(route, s, XMPPFED_OUTCOME_ACKNOWLEDGED, 0, NULL, NULL);
        moved = true;
    }
    xfed_resume_fini(route);
    xfed_queue_unsend(&route->queue);
    /* A peer that handles nothing and is lost again is not dialled in a hurry. */
    if (moved)
        xfed_route_moved(route);
    else
        xfed_route_rearm(route);
    return true;
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

    if (!route || !route->resume.id || now >= route->resume.until ||
        (route->link && route->link != link) || !xfed_race_won(link, now))
        return NULL;
    *ret = route->resume.acks;
    return route->resume.id;
}

static void resumed(void *user, uint32_t h)
{
    struct xfed_link *link = user;

    if (link->route && link->route->resume.id)
        (void)xfed_resume_settle(link->route, h);
    else if (link->kept)
        xfed_kept_resumed(link, h);
}

static void ended(void *user, const uint32_t *h)
{
    struct xfed_route *route = ((struct xfed_link *)user)->route;

    if (route && route->resume.id && !(h && xfed_resume_settle(route, *h)))
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
