/* link.c - one transport connection, from DIAL or accept to CLOSE, and the stream on it. */
#include "federation/link.h"

#include "base/fault.h"
#include "base/slice.h"
#include "connection/connection.h"
#include "federation/acks.h"
#include "federation/contact.h"
#include "federation/dialback.h"
#include "federation/guest.h"
#include "federation/inbound.h"
#include "federation/kept.h"
#include "federation/race.h"
#include "federation/route.h"
#include "federation/quota.h"
#include "federation/resume.h"
#include "federation/share.h"

enum {
    DIAL_TIME = 15000, /* milliseconds for the host to connect to one address */
    DRAIN_TIME = 5000  /* ... and for the transport to take what is left of a closed stream */
};

static void on_timer(struct xfed_timer *t, xmppfed_time now);

int xfed_link_new(xmppfed_federation *fed, struct xfed_route *route, struct xfed_link **ret)
{
    struct xfed_link *link;
    int rc;

    if (!xfed_quota_total(fed))
        return XMPPFED_ERR_LIMIT_CONNECTIONS;
    link = xfed_zalloc(fed->ctx, sizeof(*link));
    if (!link)
        return XMPPFED_ERR_NOMEM;
    link->fed = fed;
    link->route = route;
    link->direction = route ? XMPPFED_OUTBOUND : XMPPFED_INBOUND;
    link->state = XFED_LINK_WANTED;
    link->id = ++fed->last_id;
    xfed_list_init(&link->guests);
    xfed_timer_init(&link->timer, on_timer);
    xfed_contact_init(link);
    xfed_evidence_init(link);
    /* Streams for checks are few and short; counted, a partner at its limit could never be proved.
     */
    rc = route && route->purpose == XMPPFED_PURPOSE_STANZAS
             ? xfed_quota_take(fed, route->remote, &link->quota)
             : 0;
    if (rc == 0)
        rc = xfed_map_put(&fed->links, xfed_id_key(&link->id), link);
    if (rc < 0) {
        xfed_quota_give(fed, link->quota);
        xfed_free(fed->ctx, link);
        return rc;
    }
    xfed_list_append(&fed->ready, &link->ready);
    *ret = link;
    return 0;
}

void xfed_link_open(struct xfed_link *link, xmppfed_connection *connection, xmppfed_time now)
{
    xmppfed_connection_set_acks(connection, link->fed->acks);
    connection->sees_pongs = true; /* inbound.c */
    if (link->fed->resume_time > 0) {
        connection->negotiation.ports.session = &xfed_resume_port;
        connection->negotiation.ports.session_user = link;
    }
    link->connection = connection;
    link->state = XFED_LINK_OPEN;
    link->host_knows = true;
    xfed_bucket_init(&link->answers, now);
    xfed_bucket_init(&link->checks, now);
    xfed_link_touch(link);
}

/* Tells a stream what DNSSEC has proved of the server at its other end. */
static int tell_proved(const struct xfed_link *link, xmppfed_connection *connection)
{
    const struct xfed_endpoints *all = &link->route->endpoints;
    const xmppfed_endpoint *e = xfed_endpoints_at(all, link->candidate);
    size_t count;
    const xmppfed_tlsa *tlsa = xfed_endpoints_tlsa(all, link->candidate, &count);

    if (!e || !(e->secure & XMPPFED_SECURE_NAME))
        return 0;
    return xmppfed_connection_set_tlsa(connection, e->host, tlsa, count);
}

/* With whom the TLS session of a runner is; the endpoint is NULL if its round is over. */
static struct xfed_session_peer session_peer(const struct xfed_link *link)
{
    const struct xfed_route *route = link->route;

    return (struct xfed_session_peer){
        .local = route->local,
        .remote = route->remote,
        .at = xfed_endpoints_at(&route->endpoints, link->candidate),
        .own = xfed_site_credentials(link->fed->site, route->local),
    };
}

/* Lets a stream come back to a server with the TLS session of the one before. */
static void warm_up(struct xfed_link *link, xmppfed_connection *connection, xmppfed_time now)
{
    struct xfed_session_peer peer = session_peer(link);
    struct xfed_saved_session saved;

    if (link->route->purpose == XMPPFED_PURPOSE_STANZAS && peer.at &&
        xfed_sessions_take(&link->fed->sessions, &peer, now, &saved, &link->keys_proved))
        xfed_connection_use_session(connection, &saved);
}

/* Keeps the TLS session of a runner that was proved, for the stream after it. */
static void keep_warm(struct xfed_link *link, const xmppfed_event *up, xmppfed_time now)
{
    struct xfed_session_peer peer = session_peer(link);
    struct xfed_saved_session saved;

    if (!peer.at || !xfed_list_linked(&link->runner))
        return;
    saved = xfed_connection_save_session(link->connection);
    if (saved.data)
        xfed_sessions_keep(&link->fed->sessions, &peer, &saved,
                           up->proof.resumed ? link->keys_proved : now);
}

/* A partner that has refused our certificate is not shown it again for a while. */
static void heed_refusal(struct xfed_link *link, xmppfed_connection *c, xmppfed_time now)
{
    const struct xfed_route *route = link->route;

    switch (xfed_refusals_of(&link->fed->refusals, route->local, route->remote,
                             xfed_site_credentials(link->fed->site, route->local), now)) {
    case XFED_REFUSED_CERTIFICATE:
        xfed_connection_hide_certificate(c);
        break;
    case XFED_REFUSED_EXTERNAL:
        xfed_connection_prefer_dialback(c);
        break;
    case XFED_REFUSED_NOTHING:
        break;
    }
}

void xfed_link_begin(struct xfed_link *link, xmppfed_time now)
{
    const struct xfed_route *route = link->route;
    xmppfed_connection *connection = NULL;
    int rc =
        (link->direct ? xmppfed_connection_new_initiator_direct : xmppfed_connection_new_initiator)(
            link->fed->site, route->local, route->remote, route->purpose, now, &connection);

    if (rc == 0)
        rc = tell_proved(link, connection);
    if (rc == 0)
        xfed_posh_tell(link->fed, route->remote, connection, now);
    if (rc == 0) {
        heed_refusal(link, connection, now);
        warm_up(link, connection, now);
        xfed_link_open(link, connection, now);
        return;
    }
    /* The host need not care: it gets CLOSE for the link like after any other failure. */
    xmppfed_connection_free(connection);
    xfed_link_close(link, rc, NULL);
}

void xfed_link_free(struct xfed_link *link)
{
    xmppfed_federation *fed = link->fed;
    struct xfed_node guests;

    xfed_race_leave(link);
    if (link->route && link->route->move.next == link)
        link->route->move.next = NULL;
    xfed_guests_take(link, &guests);
    while (!xfed_list_empty(&guests))
        xfed_guest_detach(XFED_CONTAINER(guests.next, struct xfed_route, guest));
    xfed_contact_drop(link);
    xfed_evidence_drop(link);
    xfed_kept_drop(link);
    xfed_timer_stop(&fed->timers, &link->timer);
    xfed_list_remove(&link->ready);
    (void)xfed_map_remove(&fed->links, xfed_id_key(&link->id));
    xfed_quota_give(fed, link->quota);
    xfed_quota_give_stranger(fed, link->stranger);
    xmppfed_connection_free(link->connection);
    xfed_free(fed->ctx, link);
}

struct xfed_link *xfed_link_find(const xmppfed_federation *fed, uint64_t id)
{
    return xfed_map_get(&fed->links, xfed_id_key(&id));
}

struct xfed_link *xfed_link_first_ready(const xmppfed_federation *fed)
{
    return xfed_list_empty(&fed->ready) ? NULL
                                        : XFED_CONTAINER(fed->ready.next, struct xfed_link, ready);
}

void xfed_link_touch(struct xfed_link *link)
{
    if (!xfed_list_linked(&link->ready))
        xfed_list_append(&link->fed->ready, &link->ready);
    if (link->state == XFED_LINK_OPEN)
        xfed_timer_set(&link->fed->timers, &link->timer,
                       xmppfed_connection_deadline(link->connection));
}

/* Tells the host that a stream is over; the words may be lost when memory is short. */
static void tell_down(struct xfed_link *link, const char *local, const char *remote, int code,
                      const char *text)
{
    xmppfed_event *ev = xfed_event_new(link->fed->ctx, XMPPFED_EVENT_STREAM_DOWN, local, remote);

    if (!ev)
        return;
    ev->link = link->id;
    ev->direction = link->direction;
    ev->code = code;
    (void)xfed_event_set(ev, &ev->text, text);
    xfed_event_queue_push(&link->fed->events, ev);
}

/* An attempt to connect has failed: there is no stream and nothing to send. */
static void dial_over(struct xfed_link *link, int code, const char *text)
{
    struct xfed_route *route = link->route;

    if (route) {
        xfed_fault_set(&route->why, code, "%s: %s", route->remote,
                       text ? text : xmppfed_error_sentence(code));
        tell_down(link, route->local, route->remote, code, route->why.text);
    }
    link->state = XFED_LINK_DOWN;
    link->transport_gone = true;
    xfed_timer_stop(&link->fed->timers, &link->timer);
    xfed_link_touch(link);
}

void xfed_link_close(struct xfed_link *link, int code, const char *text)
{
    switch (link->state) {
    case XFED_LINK_WANTED:
    case XFED_LINK_DIALLING:
    case XFED_LINK_RESERVE:
        dial_over(link, code, text);
        break;
    case XFED_LINK_OPEN:
        /* Nobody is to wait for a word about a stanza of a stream that is being closed. */
        xfed_contact_drop(link);
        xmppfed_connection_close(link->connection, code, text);
        xfed_link_touch(link);
        break;
    case XFED_LINK_DOWN:
        break;
    }
}

static void on_timer(struct xfed_timer *t, xmppfed_time now)
{
    struct xfed_link *link = XFED_CONTAINER(t, struct xfed_link, timer);

    switch (link->state) {
    case XFED_LINK_WANTED:
        break;
    case XFED_LINK_DIALLING:
    case XFED_LINK_RESERVE:
        dial_over(link, XMPPFED_ERR_DIAL_FAILED, "no connection in time");
        break;
    case XFED_LINK_OPEN:
        xmppfed_connection_tick(link->connection, now);
        xfed_link_touch(link);
        /* What the tick has put off to next_event must not keep the clock busy until then. */
        if (link->timer.armed && link->timer.deadline <= now)
            xfed_timer_set(&link->fed->timers, &link->timer, now + 1);
        break;
    case XFED_LINK_DOWN:
        link->transport_gone = true;
        xfed_link_touch(link);
        break;
    }
}

/* Whether another stream has won the race that this one was in: what it still says is nobody's. */
static bool is_late(const struct xfed_link *link)
{
    return link->direction == XMPPFED_OUTBOUND && !link->route;
}

/* Tells the host that a pair was proved. */
static void tell_up(const struct xfed_link *link, const xmppfed_event *up)
{
    xmppfed_event *ev =
        xfed_event_new(link->fed->ctx, XMPPFED_EVENT_STREAM_UP, up->local, up->remote);

    if (!ev)
        return;
    ev->link = link->id;
    ev->direction = link->direction;
    ev->has_proof = up->has_proof;
    ev->proof = up->proof;
    xfed_event_queue_push(&link->fed->events, ev);
}

static void on_up(struct xfed_link *link, const xmppfed_event *up, xmppfed_time now)
{
    xmppfed_federation *fed = link->fed;
    int rc = 0;

    link->can_verify = link->route != NULL;
    if (link->route)
        keep_warm(link, up, now);
    if (link->route && !xfed_race_won(link, now))
        return;
    if (link->direction == XMPPFED_INBOUND && !link->quota)
        rc = xfed_quota_take(fed, xmppfed_event_remote(up), &link->quota);
    /* The method alone does not tell PKIX from DANE: what came of it is judged here as well. */
    if (rc == 0 && up->has_proof &&
        !xfed_federation_proof_suffices(fed, xmppfed_event_remote(up), up->proof.kind))
        rc = XMPPFED_ERR_POLICY_NO_METHOD;
    if (rc < 0) {
        xfed_link_close(link, rc, NULL);
        return;
    }
    if (!link->up && up->has_proof)
        link->proof = up->proof.kind;
    xfed_quota_give_stranger(fed, link->stranger);
    link->stranger = NULL;
    link->up = true;
    tell_up(link, up);
    if (link->route) {
        xfed_dialback_carry(link, now);
        xfed_route_flush(link->route);
    } else {
        xfed_guest_welcome(link, up->local, up->remote);
    }
}

static enum xfed_refused what_was_refused(const struct xfed_link *link)
{
    if (xfed_connection_certificate_refused(link->connection))
        return XFED_REFUSED_CERTIFICATE;
    return xfed_connection_external_refused(link->connection) ? XFED_REFUSED_EXTERNAL
                                                              : XFED_REFUSED_NOTHING;
}

/*
 * A partner that refuses our certificate by ending the stream or TLS (old servers want another key
 * usage) is dialled again, by dialback, which its record allows: that is no final failure.
 */
static void remember_refusal(struct xfed_link *link, xmppfed_time now)
{
    struct xfed_route *route = link->route;
    enum xfed_refused what = route ? what_was_refused(link) : XFED_REFUSED_NOTHING;
    xmppfed_problem reason;

    if (what == XFED_REFUSED_NOTHING ||
        !xfed_refusals_note(&link->fed->refusals, route->local, route->remote,
                            xfed_site_credentials(link->fed->site, route->local), what, now))
        return;
    reason = route->why;
    (void)xfed_fault_set(
        &route->why, reason.code,
        "%s refused our certificate, and is proved to by dialback over TLS for the "
        "next %d minutes: %.200s",
        route->remote, XFED_REFUSAL_MINUTES, reason.text);
    route->final = false;
}

/* Keeps the stream error of the peer beside the sentence about it. */
static void note_condition(const struct xfed_link *link)
{
    struct xfed_route *route = link->route;

    route->peer_condition[0] = '\0';
    if (route->why.code == XMPPFED_ERR_STREAM_ERROR_RECEIVED)
        (void)xfed_text_copy(route->peer_condition, sizeof(route->peer_condition),
                             link->connection->negotiation.peer_condition);
}

/* The stream is over: the host and all who counted on it are told, what is left drains. */
static void go_down(struct xfed_link *link, const char *local, const char *remote, int down_code,
                    const char *down_text, xmppfed_time now)
{
    struct xfed_route *route = link->route;
    int code = down_code < 0 ? down_code : XMPPFED_ERR_STREAM_CLOSED;
    const char *text = down_text && down_text[0] ? down_text : xmppfed_error_sentence(code);

    if (route) {
        xfed_fault_set(&route->why, code, "%s", text);
        note_condition(link);
    }
    remember_refusal(link, now);
    if (!is_late(link))
        tell_down(link, route ? route->local : local, route ? route->remote : remote, down_code,
                  route ? route->why.text : text);
    link->state = XFED_LINK_DOWN;
    xfed_timer_set(&link->fed->timers, &link->timer, now + DRAIN_TIME);
    xfed_evidence_drop(link);
    xfed_dialback_link_down(link, down_code, now);
}

/* The streams of a route that only wants checks carried are good as soon as they can. */
static void on_can_verify(struct xfed_link *link, xmppfed_time now)
{
    link->can_verify = true;
    if (link->route && link->route->purpose == XMPPFED_PURPOSE_VERIFY)
        (void)xfed_race_won(link, now);
    xfed_dialback_carry(link, now);
}

static void react(struct xfed_link *link, const xmppfed_event *ev, xmppfed_time now)
{
    if (is_late(link) && ev->kind != XMPPFED_EVENT_STREAM_DOWN)
        return;
    switch (ev->kind) {
    case XMPPFED_EVENT_STREAM_UP:
        if (xfed_share_is_further(link, ev)) {
            tell_up(link, ev);
            xfed_share_granted(link, ev);
        } else {
            on_up(link, ev, now);
        }
        break;
    case XMPPFED_EVENT_PAIR_REFUSED:
        xfed_share_refused(link, ev, now);
        break;
    case XMPPFED_EVENT_STREAM_DOWN:
        go_down(link, ev->local, ev->remote, ev->code, ev->text, now);
        break;
    case XMPPFED_EVENT_STANZA:
        xfed_inbound_stanza(link, now);
        break;
    case XMPPFED_EVENT_CAN_VERIFY:
        on_can_verify(link, now);
        break;
    case XMPPFED_EVENT_DIALBACK_CHECK:
        xfed_dialback_check(link, ev, now);
        break;
    case XMPPFED_EVENT_EVIDENCE_WANTED:
        xfed_evidence_ask(link, ev, now);
        break;
    case XMPPFED_EVENT_DIALBACK_ANSWER:
        xfed_dialback_answer(link, ev, now);
        break;
    default:
        break;
    }
}

/* Asks the host to connect. */
static bool ask_to_dial(struct xfed_link *link, xmppfed_time now)
{
    const struct xfed_route *route = link->route;
    xmppfed_event *ev = &link->fed->transport;

    xfed_list_remove(&link->ready);
    link->state = XFED_LINK_DIALLING;
    link->host_knows = true;
    xfed_timer_set(&link->fed->timers, &link->timer, now + DIAL_TIME);
    xfed_federation_transport(link->fed, XMPPFED_EVENT_DIAL, link->id);
    ev->has_endpoint = true;
    ev->endpoint = *xfed_endpoints_at(&route->endpoints, link->candidate);
    link->direct = ev->endpoint.direct_tls != 0;
    link->since = now;
    (void)xfed_text_copy(link->peer, sizeof(link->peer), ev->endpoint.address);
    link->port = ev->endpoint.port;
    xfed_race_asked(link, now);
    return true;
}

/* The link is over and nothing is left to send: the host may close the socket. */
static bool finish(struct xfed_link *link, xmppfed_time now)
{
    xmppfed_federation *fed = link->fed;
    struct xfed_route *route = link->route;
    uint64_t id = link->id;
    bool known = link->host_knows;
    bool served = route && route->link == link;
    bool ran = xfed_list_linked(&link->runner);
    size_t candidate = link->candidate;
    struct xfed_node guests;

    xfed_acks_lost(link);
    xfed_kept_lost(link, now);
    xfed_guests_take(link, &guests);
    xfed_link_free(link); /* first: what goes on may need its place among the connections */
    xfed_guests_go_on(&guests, now);
    if (served)
        xfed_route_unlinked(route, now);
    else if (ran)
        xfed_race_lost(route, candidate, now);
    if (known)
        xfed_federation_transport(fed, XMPPFED_EVENT_CLOSE, id);
    return known;
}

/* Speaks of bytes that wait, or of the end; then the link rests until it is touched. */
static bool step_transport(struct xfed_link *link, xmppfed_time now)
{
    bool waits =
        link->connection && !link->transport_gone && xfed_connection_has_output(link->connection);

    if (!waits && link->state == XFED_LINK_DOWN)
        return finish(link, now);
    xfed_link_touch(link);
    xfed_list_remove(&link->ready);
    if (!waits || link->output_told)
        return false;
    link->output_told = true;
    xfed_federation_transport(link->fed, XMPPFED_EVENT_OUTPUT, link->id);
    return true;
}

/* Works on what the stream has got; false if there is nothing left. */
static bool step_stream(struct xfed_link *link, xmppfed_time now)
{
    const xmppfed_event *ev;

    if (xmppfed_connection_next_event(link->connection, now, &ev) == 1) {
        /* To the end of the line: a busy stream does not starve the others. */
        xfed_list_remove(&link->ready);
        xfed_list_append(&link->fed->ready, &link->ready);
        react(link, ev, now);
        return true;
    }
    if (!link->connection->down)
        return false;
    /* There was no memory for the event itself. */
    go_down(link, NULL, NULL, link->connection->down_code, NULL, now);
    return true;
}

bool xfed_link_step(struct xfed_link *link, xmppfed_time now)
{
    if (link->state == XFED_LINK_WANTED)
        return ask_to_dial(link, now);
    if (link->state == XFED_LINK_DIALLING || link->state == XFED_LINK_RESERVE) {
        xfed_list_remove(&link->ready);
        return false;
    }
    if (link->state == XFED_LINK_OPEN && !link->held && step_stream(link, now))
        return false;
    xfed_acks_settle(link);
    return step_transport(link, now);
}
