/* ports.c - what the negotiation asks of TLS and the stream, done with this connection's. */
#include "connection/connection.h"

#include "connection/recording.h"
#include "crypto/random.h"
#include "tls/session.h"

/* ---- TLS --------------------------------------------------------------------------------- */

/* Credentials as they are to be shown now: a staple of theirs may have had its time. */
static xmppfed_credentials *of_now(const xmppfed_connection *c, xmppfed_credentials *credentials)
{
    return xfed_tls_credentials_at(credentials, xfed_site_wall(c->site, c->now));
}

static xmppfed_credentials *credentials_for(const xmppfed_connection *c, const char *local)
{
    return of_now(c, local[0] ? xfed_site_credentials(c->site, local)
                              : xfed_site_any_credentials(c->site));
}

/* What an initiator or receiver shows; NULL: no certificate. */
static xmppfed_credentials *shown_credentials(const xmppfed_connection *c, const char *local)
{
    return c->hides_certificate ? NULL : credentials_for(c, local);
}

static bool tls_usable(void *user, const char *local, bool server)
{
    const xmppfed_connection *c = user;

    return !server || credentials_for(c, local);
}

/* What direct TLS has for the SNI of a peer that has not sent a stream header yet. */
static bool identity_by_sni(void *user, const char *domain, struct xfed_tls_identity *ret)
{
    const xmppfed_connection *c = user;
    xmppfed_credentials *credentials = xfed_site_credentials(c->site, domain);

    if (!credentials)
        return false;
    ret->credentials = of_now(c, credentials);
    ret->ticket_key = xfed_site_ticket_key(c->site, domain, c->now);
    return true;
}

/*
 * Offers to resume, or lets the peer. In direct TLS the name that the peer asks for decides about
 * the key of the tickets; one that names none is not resumed.
 */
static int warm_up(xmppfed_connection *c, const char *local, bool server)
{
    const uint8_t *key;

    if (!server) {
        xfed_connection_offer_session(c);
        return 0;
    }
    key = local[0] ? xfed_site_ticket_key(c->site, local, c->now) : NULL;
    return key ? xfed_tls_session_set_tickets(c->tls, key) : 0;
}

static int tls_start(void *user, const char *local, const char *remote, bool server)
{
    xmppfed_connection *c = user;
    int rc = xfed_connection_flush(c); /* <proceed/> goes out before the first TLS byte */

    if (rc == 0)
        rc = xfed_tls_session_new(&c->account, server ? XMPPFED_TLS_SERVER : XMPPFED_TLS_CLIENT,
                                  shown_credentials(c, local), server ? NULL : remote, &c->tls);
    if (rc < 0)
        return rc;
    rc = warm_up(c, local, server);
    if (rc == 0 && c->direct)
        rc = xfed_tls_session_set_direct(c->tls, identity_by_sni, c);
    if (rc < 0) {
        xmppfed_tls_session_free(c->tls);
        c->tls = NULL;
    }
    return rc;
}

static enum xfed_certificate tls_prove(void *user, const char *domain,
                                       const struct xfed_partner *partner, xmppfed_problem *why)
{
    return xfed_connection_judge(user, domain, partner, why);
}

static bool tls_proves_other(void *user, const char *domain, const struct xfed_partner *partner,
                             struct xfed_pair_proof *proof)
{
    return xfed_connection_proves_other(user, domain, partner, proof);
}

static bool tls_bound(void *user, const struct xfed_partner *partner)
{
    return xfed_connection_is_bound(user, partner);
}

static uint32_t tls_evidence(void *user, const char *domain, const struct xfed_partner *partner)
{
    return xfed_connection_open_evidence(user, domain, partner);
}

static uint64_t tls_epoch(void *user)
{
    const xmppfed_connection *c = user;

    return c->site->generation * 4 + (c->evidence_known ? 2u : 0u) +
           (xfed_site_wall(c->site, c->now) > c->proof_until);
}

static int tls_version(void *user)
{
    const xmppfed_connection *c = user;

    return xfed_tls_session_version(c->tls);
}

const struct xfed_tls_port xfed_connection_tls_port = {tls_usable,       tls_start,  tls_prove,
                                                       tls_proves_other, tls_bound,  tls_evidence,
                                                       tls_epoch,        tls_version};

/* ---- the site ---------------------------------------------------------------------------- */

static bool hosts(void *user, const char *domain)
{
    xmppfed_connection *c = user;

    if (!xfed_site_hosts(c->site, domain))
        return false;
    xfed_recording_host(c, domain);
    return true;
}

static const struct xfed_partner *partner(void *user, const char *domain)
{
    xmppfed_connection *c = user;
    const struct xfed_partner *found =
        c->site->policy ? xfed_policy_find(c->site->policy, domain) : NULL;

    if (found)
        xfed_recording_partner(c, found, domain);
    return found;
}

static xmppfed_slice secret(void *user)
{
    const xmppfed_connection *c = user;

    return xfed_site_secret(c->site);
}

static int new_id(void *user, char *ret, size_t size)
{
    const xmppfed_connection *c = user;

    return xfed_random_token(c->ctx, ret,
                             size < XFED_RANDOM_TOKEN_SIZE ? size : XFED_RANDOM_TOKEN_SIZE);
}

static void limits(void *user, struct xfed_stream_features *offer)
{
    const xmppfed_connection *c = user;

    offer->max_bytes = c->site->after.xml.unit_bytes;
    offer->idle_seconds = xfed_connection_idle_seconds(c);
}

/* ---- the stream -------------------------------------------------------------------------- */

static int send_header(void *user, const char *from, const char *to, const char *id)
{
    return xfed_connection_write_header(user, from, to, id);
}

static int send(void *user, const xmppfed_element *e)
{
    return xfed_connection_write(user, e);
}

static bool is_blank(xmppfed_slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.data[i] != ' ' && s.data[i] != '\n' && s.data[i] != '\r' && s.data[i] != '\t')
            return false;
    return true;
}

/*
 * The peer must have waited for us here, so that bytes already received are an injection
 * (CVE-2011-0411 and its kin); white space is let go.
 */
static int restart(void *user)
{
    xmppfed_connection *c = user;

    if (!is_blank(xfed_buffer_bytes(&c->in)))
        return XMPPFED_ERR_STREAM_LEFTOVER;
    xfed_buffer_clear(&c->in);
    xfed_reader_free(c->reader);
    c->reader = NULL;
    c->header_sent = false; /* an error on the new stream needs a header of its own */
    return 0;
}

/* ---- the host ---------------------------------------------------------------------------- */

static xmppfed_event *make(xmppfed_connection *c, int kind, const char *local, const char *remote)
{
    xmppfed_event *ev = xfed_event_new(c->ctx, kind, local, remote);

    if (ev)
        ev->direction = c->negotiation.role == XFED_INITIATOR ? XMPPFED_OUTBOUND : XMPPFED_INBOUND;
    return ev;
}

/* Queues an event if it is whole: half of one, say an answer without its id, would tell a lie. */
static int push(xmppfed_connection *c, xmppfed_event *ev, bool whole)
{
    if (!ev || !whole) {
        xfed_event_free(ev);
        return XMPPFED_ERR_NOMEM;
    }
    xfed_event_queue_push(&c->events, ev);
    return 0;
}

static int up(void *user, const char *local, const char *remote, int method)
{
    xmppfed_connection *c = user;
    xmppfed_event *ev = make(c, XMPPFED_EVENT_STREAM_UP, local, remote);

    if (!ev)
        return XMPPFED_ERR_NOMEM;
    if (!c->up)
        xfed_connection_note_proof(c, remote, method);
    xfed_connection_attach_proof(c, method, ev);
    (void)push(c, ev, true);
    c->up = true;
    c->last_stanza = c->now;
    xfed_connection_trust(c);
    return 0;
}

static int can_verify(void *user)
{
    xmppfed_connection *c = user;

    return push(c, make(c, XMPPFED_EVENT_CAN_VERIFY, c->negotiation.local, c->negotiation.remote),
                true);
}

static int pair_refused(void *user, const char *local, const char *remote, int code,
                        const char *condition)
{
    xmppfed_event *ev = make(user, XMPPFED_EVENT_PAIR_REFUSED, local, remote);

    if (ev)
        ev->code = code;
    return push(user, ev, ev && xfed_event_set(ev, &ev->text, condition));
}

static int check(void *user, const char *local, const char *remote, const char *id, const char *key)
{
    xmppfed_event *ev = make(user, XMPPFED_EVENT_DIALBACK_CHECK, local, remote);

    return push(user, ev,
                ev && xfed_event_set(ev, &ev->id, id) && xfed_event_set(ev, &ev->key, key));
}

static int evidence_wanted(void *user, const char *local, const char *remote, uint32_t kinds)
{
    xmppfed_event *ev = make(user, XMPPFED_EVENT_EVIDENCE_WANTED, local, remote);

    if (ev)
        ev->evidence = kinds;
    return push(user, ev, true);
}

static int verify_answer(void *user, const struct xfed_dialback_message *answer)
{
    xmppfed_event *ev = make(user, XMPPFED_EVENT_DIALBACK_ANSWER, answer->to, answer->from);

    if (!ev)
        return XMPPFED_ERR_NOMEM;
    if (answer->verdict == XFED_DIALBACK_INVALID)
        ev->code = XMPPFED_ERR_DIALBACK_INVALID;
    else if (answer->verdict == XFED_DIALBACK_ERROR)
        ev->code = XMPPFED_ERR_DIALBACK_REFUSED;
    return push(user, ev,
                xfed_event_set(ev, &ev->id, answer->id) &&
                    xfed_event_set(ev, &ev->text, answer->condition));
}

static int stanza(void *user, const struct xfed_input *in)
{
    xmppfed_connection *c = user;
    const struct xfed_pairs *proved = &c->negotiation.proved;
    const struct xfed_pair *pair = xfed_pairs_find(proved, in->local, in->remote);
    xmppfed_event *ev = make(c, XMPPFED_EVENT_STANZA, in->local, in->remote);

    if (!ev)
        return XMPPFED_ERR_NOMEM;
    ev->direction = XMPPFED_INBOUND; /* of the stanza: its stream may be our own (XEP-0288) */
    if (!pair)
        pair = xfed_pairs_find_sasl(proved, in->remote);
    if (!c->up) /* before the answer to <enable/>, on a stream of ours that goes both ways */
        xfed_connection_note_proof(c, in->remote, pair ? pair->method : 0);
    xfed_connection_attach_proof(c, pair ? pair->method : 0, ev);
    ev->element = c->item;
    c->item = NULL;
    return push(c, ev, true);
}

const struct xfed_stream_port xfed_connection_stream_port = {
    .hosts = hosts,
    .partner = partner,
    .secret = secret,
    .new_id = new_id,
    .limits = limits,
    .send_header = send_header,
    .send = send,
    .restart = restart,
    .up = up,
    .can_verify = can_verify,
    .pair_refused = pair_refused,
    .check = check,
    .evidence_wanted = evidence_wanted,
    .verify_answer = verify_answer,
    .stanza = stanza,
};
