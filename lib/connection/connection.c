/* connection.c - the life of one stream, and the calls of its host. */
#include "connection/connection.h"

#include "address/domain.h"
#include "base/slice.h"
#include "connection/recording.h"
#include "dialback/message.h"
#include "tls/session.h"

#define OUTPUT_MAX ((size_t)1024 * 1024)
/* Beyond this many waiting bytes no further stanza is taken: the queue of the pair holds it. */
#define BACKLOG_MAX ((size_t)256 * 1024)

static int new_connection(xmppfed_site *site, enum xfed_role role, const char *local,
                          const char *remote, xmppfed_time now, xmppfed_connection **ret)
{
    const struct xfed_ports ports = {&xfed_connection_tls_port, &xfed_connection_sasl_port,
                                     &xfed_connection_stream_port, NULL};
    xmppfed_connection *c = xfed_zalloc(site->ctx, sizeof(*c));

    if (!c)
        return XMPPFED_ERR_NOMEM;
    c->ctx = xmppfed_context_ref(site->ctx);
    c->site = xmppfed_site_ref(site);
    xfed_account_init(&c->account, c->ctx,
                      (size_t)site->before.all.values[XMPPFED_LIMIT_BUFFER_BYTES]);
    xfed_negotiation_init(&c->negotiation, c->ctx, role, local, remote, &ports);
    c->negotiation.ports.user = c;
    xfed_event_queue_init(&c->events);
    xfed_buffer_init(&c->in, &c->account, SIZE_MAX);
    xfed_buffer_init(&c->plain, &c->account, OUTPUT_MAX);
    xfed_buffer_init(&c->wire, &c->account, OUTPUT_MAX);
    c->now = now;
    c->opened_at = now;
    c->last_read = now;
    c->last_write = now;
    c->last_stanza = now;
    c->heard_at = now;
    c->ping_at = XMPPFED_TIME_NEVER;
    c->unit_since = XMPPFED_TIME_NEVER;
    c->proof_until = INT64_MAX;
    *ret = c;
    return 0;
}

int xmppfed_connection_new_receiver(xmppfed_site *site, xmppfed_time now, xmppfed_connection **ret)
{
    int rc;

    if (!site || !ret)
        return XMPPFED_ERR_ARGUMENT;
    rc = new_connection(site, XFED_RECEIVER, "", "", now, ret);
    if (rc == 0)
        xfed_recording_begin(*ret, "receiver");
    return rc;
}

int xmppfed_connection_new_receiver_direct(xmppfed_site *site, xmppfed_time now,
                                           xmppfed_connection **ret)
{
    xmppfed_connection *c;
    int rc;

    if (!site || !ret)
        return XMPPFED_ERR_ARGUMENT;
    rc = new_connection(site, XFED_RECEIVER, "", "", now, &c);
    if (rc < 0)
        return rc;
    xfed_recording_begin(c, "receiver-direct");
    rc = xfed_connection_begin_direct(c);
    if (rc < 0)
        xmppfed_connection_free(c);
    else
        *ret = c;
    return rc;
}

static const char *start_word(int purpose, bool direct)
{
    if (purpose == XMPPFED_PURPOSE_VERIFY)
        return direct ? "verifier-direct" : "verifier";
    return direct ? "initiator-direct" : "initiator";
}

static int new_initiator(xmppfed_site *site, const char *local, const char *remote, int purpose,
                         bool direct, xmppfed_time now, xmppfed_connection **ret)
{
    char our_domain[XMPPFED_DOMAIN_SIZE];
    char their_domain[XMPPFED_DOMAIN_SIZE];
    const struct xfed_partner *partner;
    xmppfed_connection *c;
    int rc;

    if (!site || !local || !remote || !ret)
        return XMPPFED_ERR_ARGUMENT;
    if (purpose != XMPPFED_PURPOSE_STANZAS && purpose != XMPPFED_PURPOSE_VERIFY)
        return XMPPFED_ERR_ARGUMENT;
    rc = xmppfed_domain_prepare(local, our_domain);
    if (rc == 0)
        rc = xmppfed_domain_prepare(remote, their_domain);
    if (rc < 0)
        return rc;
    if (!xfed_site_hosts(site, our_domain))
        return XMPPFED_ERR_UNKNOWN_HANDLE;
    partner = site->policy ? xfed_policy_find(site->policy, their_domain) : NULL;
    if (!partner)
        return XMPPFED_ERR_POLICY_UNKNOWN_PARTNER;
    if (partner->methods == 0)
        return XMPPFED_ERR_POLICY_NO_METHOD;
    rc = new_connection(site, XFED_INITIATOR, our_domain, their_domain, now, &c);
    if (rc < 0)
        return rc;
    c->negotiation.verify_only = purpose == XMPPFED_PURPOSE_VERIFY;
    xfed_recording_begin(c, start_word(purpose, direct));
    rc = direct ? xfed_connection_begin_direct(c) : xfed_negotiation_begin(&c->negotiation);
    if (rc < 0) {
        xmppfed_connection_free(c);
        return rc;
    }
    *ret = c;
    return 0;
}

int xmppfed_connection_new_initiator(xmppfed_site *site, const char *local, const char *remote,
                                     int purpose, xmppfed_time now, xmppfed_connection **ret)
{
    return new_initiator(site, local, remote, purpose, false, now, ret);
}

int xmppfed_connection_new_initiator_direct(xmppfed_site *site, const char *local,
                                            const char *remote, int purpose, xmppfed_time now,
                                            xmppfed_connection **ret)
{
    return new_initiator(site, local, remote, purpose, true, now, ret);
}

void xmppfed_connection_free(xmppfed_connection *c)
{
    xmppfed_context *ctx;

    if (!c)
        return;
    ctx = c->ctx;
    xfed_event_queue_fini(&c->events);
    xmppfed_element_free(c->item);
    xfed_reader_free(c->reader);
    xmppfed_tls_session_free(c->tls);
    xfed_sasl_free(c->sasl);
    xfed_negotiation_fini(&c->negotiation);
    xfed_buffer_fini(&c->in);
    xfed_buffer_fini(&c->plain);
    xfed_buffer_fini(&c->wire);
    xfed_free(ctx, c->flushes);
    xfed_connection_forget_dns(c);
    xfed_saved_session_free(ctx, &c->offer);
    xfed_connection_forget_posh(c);
    xfed_recording_free(c);
    xmppfed_site_unref(c->site);
    xfed_free(ctx, c);
    xmppfed_context_unref(ctx);
}

int xmppfed_connection_feed(xmppfed_connection *c, const void *data, size_t len)
{
    size_t waiting;
    uint64_t max;

    if (!c || (!data && len > 0))
        return XMPPFED_ERR_ARGUMENT;
    if (c->down)
        return XMPPFED_ERR_STREAM_CLOSED;
    waiting = xfed_buffer_length(&c->in) + (c->tls ? xfed_tls_session_waiting(c->tls) : 0);
    max = xfed_connection_limit(c, XMPPFED_LIMIT_PENDING_BYTES);
    if (waiting > max || len > max - waiting)
        return XMPPFED_ERR_LIMIT_SIZE;
    c->fed = c->fed || len > 0;
    return c->tls ? xmppfed_tls_session_feed(c->tls, data, len)
                  : xfed_buffer_append(&c->in, data, len);
}

int xmppfed_connection_next_event(xmppfed_connection *c, xmppfed_time now,
                                  const xmppfed_event **ret)
{
    const xmppfed_event *ev;

    if (!c || !ret)
        return 0;
    c->now = now;
    xfed_connection_time_ack(c);
    if (c->fed) {
        c->last_read = now;
        xfed_connection_heard(c, now);
        c->fed = false;
    }
    if (c->down && !c->down_queued)
        xfed_connection_requeue_down(c);
    while (!(ev = xfed_event_queue_pop(&c->events)))
        if (!xfed_connection_work(c))
            return 0;
    xfed_recording_event(c, ev);
    *ret = ev;
    return 1;
}

static bool domain_of(const xmppfed_element *stanza, const char *attribute,
                      char ret[XMPPFED_DOMAIN_SIZE])
{
    const char *text = xmppfed_element_attribute(stanza, attribute);
    xmppfed_jid jid;

    return text && xmppfed_jid_split(text, &jid) == 0 &&
           xfed_domain_prepare_slice(jid.domain, ret) == 0;
}

/* Whether the stream carries stanzas of the pair at all: its own, or one proved on it (XEP-0288).
 */
static bool serves(const xmppfed_connection *c, const char *local, const char *remote)
{
    const struct xfed_negotiation *n = &c->negotiation;

    if (n->role == XFED_RECEIVER)
        return xfed_pairs_find(&n->proved, local, remote) != NULL;
    return xfed_negotiation_carries(n, local, remote) != 0;
}

/*
 * Whether a stanza may go, asked at the moment of sending and not when the stream came up
 * (doc/threat-model.md, row 8). XMPPFED_ERR_STATE, _STREAM_ADDRESSING, or 0.
 */
static int may_go(xmppfed_connection *c, const xmppfed_element *stanza)
{
    char local[XMPPFED_DOMAIN_SIZE];
    char remote[XMPPFED_DOMAIN_SIZE];

    if (c->down || !xfed_negotiation_is_up(&c->negotiation))
        return XMPPFED_ERR_STATE;
    if (!domain_of(stanza, "from", local) || !domain_of(stanza, "to", remote) ||
        !serves(c, local, remote))
        return XMPPFED_ERR_STREAM_ADDRESSING;
    return xfed_negotiation_may_send(&c->negotiation, local, remote) ? 0 : XMPPFED_ERR_STATE;
}

/* Whether the peer has said that it takes no stanza of this size (XEP-0478 4). */
static bool too_large(const xmppfed_connection *c, size_t bytes)
{
    return c->negotiation.peer_max_bytes > 0 && bytes > c->negotiation.peer_max_bytes;
}

int xmppfed_connection_send(xmppfed_connection *c, const xmppfed_element *stanza,
                            uint64_t *ret_mark)
{
    size_t before;
    int rc;

    if (!c || !stanza)
        return XMPPFED_ERR_ARGUMENT;
    if (xmppfed_element_status(stanza) < 0)
        return XMPPFED_ERR_ARGUMENT;
    rc = may_go(c, stanza);
    if (rc < 0)
        return rc;
    if (xfed_connection_backlog(c) > BACKLOG_MAX)
        return XMPPFED_ERR_LIMIT_QUEUE;
    before = xfed_buffer_length(&c->plain);
    rc = xfed_connection_write(c, stanza);
    if (rc == 0 && too_large(c, xfed_buffer_length(&c->plain) - before))
        rc = XMPPFED_ERR_LIMIT_SIZE;
    if (rc < 0) {
        xfed_buffer_truncate(&c->plain, before); /* nothing of it has been sent */
        return rc;
    }
    (void)xfed_acks_sent(&c->negotiation.acks);
    if (!xfed_connection_is_upkeep(stanza))
        c->last_stanza = c->now;
    c->last_write = c->now;
    if (ret_mark)
        *ret_mark = c->plain_total + xfed_buffer_length(&c->plain);
    return 0;
}

int xmppfed_connection_verify(xmppfed_connection *c, const char *local, const char *remote,
                              const char *id, const char *key)
{
    xmppfed_element *e;
    int rc;

    if (!c || !local || !remote || !id || !key)
        return XMPPFED_ERR_ARGUMENT;
    if (c->down ||
        (c->negotiation.state != XFED_STATE_I_UP && c->negotiation.state != XFED_STATE_I_VERIFY))
        return XMPPFED_ERR_STATE;
    e = xfed_dialback_verify(c->ctx, local, remote, id, key);
    if (!e)
        return XMPPFED_ERR_NOMEM;
    xfed_recording_call(c, "verify %s %s %s masked", local, remote, id);
    rc = xfed_connection_write(c, e);
    xmppfed_element_free(e);
    if (rc < 0)
        xfed_connection_fail(c, rc, xmppfed_error_sentence(rc)); /* as in send */
    return rc;
}

int xmppfed_connection_add_pair(xmppfed_connection *c, const char *local, const char *remote)
{
    char ours[XMPPFED_DOMAIN_SIZE];
    char theirs[XMPPFED_DOMAIN_SIZE];
    struct xfed_negotiation *n;
    int rc;

    if (!c || !local || !remote)
        return XMPPFED_ERR_ARGUMENT;
    rc = xmppfed_domain_prepare(local, ours);
    if (rc == 0)
        rc = xmppfed_domain_prepare(remote, theirs);
    if (rc < 0)
        return rc;
    n = &c->negotiation;
    if (c->down || n->state != XFED_STATE_I_UP)
        return XMPPFED_ERR_STATE;
    if (n->further.count >= XFED_PAIRS_MAX)
        return XMPPFED_ERR_LIMIT_PENDING;
    if (!xfed_negotiation_takes_pair(n, ours, theirs))
        return XMPPFED_ERR_POLICY_NO_METHOD;
    xfed_recording_call(c, "pair %s %s", ours, theirs);
    rc = xfed_negotiation_run(n, XFED_EVENT_PAIR_WANTED,
                              &(struct xfed_input){.local = ours, .remote = theirs});
    if (rc < 0)
        xfed_connection_end(c);
    return rc < 0 ? rc : 0;
}

int xmppfed_connection_checked(xmppfed_connection *c, const char *local, const char *remote,
                               int code, const char *condition)
{
    const struct xfed_input in = {
        .local = local, .remote = remote, .code = code, .condition = condition};

    if (!c || !local || !remote)
        return XMPPFED_ERR_ARGUMENT;
    if (c->down || !xfed_pairs_find(&c->negotiation.checks, local, remote))
        return XMPPFED_ERR_UNKNOWN_HANDLE;
    xfed_recording_call(c, "checked %s %s %s%s%s", local, remote,
                        code ? xmppfed_error_name(code) : "OK", condition ? " " : "",
                        condition ? condition : "");
    if (xfed_negotiation_run(&c->negotiation,
                             code == 0 ? XFED_EVENT_CHECK_VALID : XFED_EVENT_CHECK_FAILED, &in) < 0)
        xfed_connection_end(c);
    return 0;
}
