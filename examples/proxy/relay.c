/* relay.c - carries stanzas between the federation outside and the hosts inside. */
#include "proxy/relay.h"

#include <string.h>
#include <time.h>

#include "component/link.h"
#include "proxy/addresses.h"
#include "proxy/blocking.h"
#include "proxy/diagnose/im_test.h"
#include "proxy/held.h"
#include "proxy/local_host.h"
#include "proxy/posh/posh.h"
#include "proxy/observe/recording.h"
#include "proxy/service/predecessor.h"
#include "proxy/service/successor.h"

/* How much is kept for hosts that come over from a predecessor, each domain by itself. */
static const struct waiting_limits waiting_limits = {1000, (size_t)16 * 1024 * 1024};

/* ---- to a host --------------------------------------------------------------------------- */

/*
 * Where its link is over the host has gone to a successor, or is on its way here from a
 * predecessor: so does the stanza, or it waits.
 */
static int send_now(struct proxy *p, struct link *l, const char *domain,
                    const xmppfed_element *stanza)
{
    int rc = XMPPFED_ERR_STATE;

    if (l)
        rc = link_send(l, stanza);
    else if (p->local)
        rc = p->local->take(stanza, p->local->user);
    if (rc == XMPPFED_ERR_STATE && (successor_send(p, stanza) ||
                                    (predecessor_sends_hosts(p) &&
                                     waiting_put(&p->waiting, domain, stanza, 0, &waiting_limits))))
        rc = 0;
    return rc;
}

/* The domain of whom a stanza is for, and in bare the prepared address; NULL if that is none. */
static const char *receiver(const xmppfed_element *stanza, char bare[XMPPFED_BARE_SIZE])
{
    const char *to = xmppfed_element_attribute(stanza, "to");

    if (!to || xmppfed_jid_prepare_bare(to, XMPPFED_STRICT, bare) < 0)
        return NULL;
    return address_domain(bare);
}

int relay_to_some_host(struct proxy *p, const char *domain, const xmppfed_element *stanza)
{
    char bare[XMPPFED_BARE_SIZE];
    const char *whom = receiver(stanza, bare) ? bare : domain;

    return send_now(p, route_pick(&p->routes, domain, whom), domain, stanza);
}

/* What is held goes first: no presence may be overtaken by a later one. */
static bool is_held_up(struct proxy *p, const char *domain, const xmppfed_element *stanza)
{
    if (p->held.count == 0 || held_is_answered(stanza))
        return false;
    held_send(p, domain);
    return held_waits(p, domain);
}

int relay_to_host(struct proxy *p, struct link *l, const char *domain,
                  const xmppfed_element *stanza)
{
    int rc = XMPPFED_ERR_STATE;

    if (!is_held_up(p, domain, stanza))
        rc = send_now(p, l, domain, stanza);
    if ((rc == XMPPFED_ERR_STATE || rc == XMPPFED_ERR_LIMIT_QUEUE) && !held_is_answered(stanza) &&
        held_put(p, domain, stanza))
        rc = 0;
    return rc;
}

/* ---- from a host to the federation ------------------------------------------------------- */

static const char *refusal_condition(int code)
{
    switch (code) {
    case XMPPFED_ERR_ADDRESS:
        return "jid-malformed";
    case XMPPFED_ERR_UNKNOWN_HANDLE:
        return "not-allowed";
    case XMPPFED_ERR_SHUTDOWN:
        return "service-unavailable";
    case XMPPFED_ERR_NOMEM:
        return "resource-constraint";
    default:
        return "bad-request";
    }
}

/* The host itself, by its name and, unless it is in this process, its link and its route. */
struct sender {
    struct link *link;
    const char *name;
    uint64_t id;
};

static void refuse_to_host(struct proxy *p, const struct sender *by, const xmppfed_element *stanza,
                           int code)
{
    xmppfed_element *error =
        xmppfed_stanza_error(stanza, refusal_condition(code), xmppfed_error_sentence(code));

    /* A host that does not take even this finds out by its own timeouts. */
    if (error)
        (void)relay_to_host(p, by->link, by->name, error);
    xmppfed_element_free(error);
}

static void learn(struct proxy *p, const char *local, const char *remote, int contact)
{
    struct complaint why;

    if (!store_learn(p->store, local, remote, contact, &why))
        log_event(&p->log, EVENT_STORE_FAILED, LOG_TEXT("text", why.text));
}

static bool is_presence(const xmppfed_element *stanza, const char *type)
{
    const char *there = xmppfed_element_attribute(stanza, "type");

    return strcmp(xmppfed_element_name(stanza), "presence") == 0 && there &&
           strcmp(there, type) == 0;
}

/* A request to be added is over: to ask again is a new invitation. */
static void forget_request(struct proxy *p, const char *local, const char *remote)
{
    if (store_contact(p->store, local, remote) == XMPPFED_CONTACT_PENDING)
        learn(p, local, remote, XMPPFED_CONTACT_NONE);
}

/*
 * What is kept of the two users of a stanza of ours, after an answer to a request to be added; an
 * address that is none has no contacts.
 */
static int contact_of(struct proxy *p, const xmppfed_element *stanza)
{
    const char *from = xmppfed_element_attribute(stanza, "from");
    const char *to = xmppfed_element_attribute(stanza, "to");
    char local[XMPPFED_BARE_SIZE];
    char remote[XMPPFED_BARE_SIZE];

    if (!from || !to || xmppfed_jid_prepare_bare(from, XMPPFED_STRICT, local) < 0 ||
        xmppfed_jid_prepare_bare(to, XMPPFED_LENIENT, remote) < 0)
        return XMPPFED_CONTACT_UNKNOWN;
    if (is_presence(stanza, "subscribed") || is_presence(stanza, "unsubscribed"))
        forget_request(p, local, remote);
    return store_contact(p->store, local, remote);
}

static void send_outside(struct proxy *p, const struct sender *by, const xmppfed_element *stanza)
{
    uint64_t began;
    int rc;

    if (blocking_is_for_us(stanza)) {
        blocking_answer(p, by->link, by->name, stanza);
        return;
    }
    bodies_log(&p->bodies, "out", stanza);
    began = uv_hrtime();
    rc = xmppfed_federation_send_knowing(p->fed, stanza, contact_of(p, stanza), by->id,
                                         xmppfed_uv_now(p->edge));
    counters_decided(&p->counters, XMPPFED_OUTBOUND, uv_hrtime() - began);
    if (rc < 0)
        refuse_to_host(p, by, stanza, rc);
    xmppfed_uv_wake(p->edge);
}

void relay_from_host(struct proxy *p, struct link *l, uint64_t id, const xmppfed_element *stanza)
{
    const struct sender by = {l, link_name(l), id};
    const char *from = xmppfed_element_attribute(stanza, "from");

    /* XEP-0114 3: the domain of 'from' must be that of the component. */
    if (address_is_of(from, by.name)) {
        send_outside(p, &by, stanza);
        return;
    }
    log_event(&p->log, EVENT_INSIDE_INVALID_FROM, LOG_TEXT("host", by.name),
              LOG_TEXT("from", from ? from : ""));
    link_close(l, "invalid-from", "a stanza was not from the host's own domain");
}

bool relay_from_local(struct proxy *p, const xmppfed_element *stanza)
{
    const struct config *c = p->loaded->config;
    const char *from = xmppfed_element_attribute(stanza, "from");
    struct sender by = {.link = NULL};
    size_t i;

    for (i = 0; i < c->domain_count && !by.name; i++)
        if (address_is_of(from, c->domains[i].name))
            by.name = c->domains[i].name;
    if (by.name)
        send_outside(p, &by, stanza);
    return by.name != NULL;
}

/* ---- from the federation to a host ------------------------------------------------------- */

static void answer_unreachable(struct proxy *p, const xmppfed_element *stanza,
                               const char *condition, const char *text)
{
    xmppfed_element *error = NULL;

    if (held_is_answered(stanza) && p->edge)
        error = xmppfed_stanza_error(stanza, condition, text);
    if (error) {
        counters_bounced(&p->counters, XMPPFED_INBOUND, condition);
        (void)!xmppfed_federation_send(p->fed, error, 0, xmppfed_uv_now(p->edge));
        xmppfed_uv_wake(p->edge);
    }
    xmppfed_element_free(error);
}

/* A stanza of a partner that no host takes. */
static void answer_failure(struct proxy *p, const xmppfed_element *stanza, int code)
{
    if (code == XMPPFED_ERR_LIMIT_QUEUE)
        answer_unreachable(p, stanza, "resource-constraint", "the server is busy");
    else
        answer_unreachable(p, stanza, "recipient-unavailable",
                           "the server of this user is not connected");
}

void relay_unacknowledged(struct proxy *p, const char *domain, const xmppfed_element *stanza)
{
    char bare[XMPPFED_BARE_SIZE];
    const char *whom = receiver(stanza, bare) ? bare : domain;

    /* RFC 6120 8.3.3.13: it might be delivered if it is sent again. */
    if (held_is_answered(stanza))
        answer_unreachable(p, stanza, "recipient-unavailable",
                           "the server of this user went away; it is not known whether this has "
                           "arrived");
    else
        (void)relay_to_host(p, route_pick(&p->routes, domain, whom), domain, stanza);
}

/* The host that serves the prepared bare address which the event is about. */
static struct link *host_of(const struct proxy *p, const xmppfed_event *ev)
{
    const char *bare = xmppfed_event_local(ev);

    return route_pick(&p->routes, address_domain(bare), bare);
}

/*
 * Who has asked to be added waits until our user answers, adds in turn, which the federation tells,
 * or is asked no more. It permits nothing; but asking again meanwhile is no new invitation.
 */
static void follow_request(struct proxy *p, const xmppfed_event *ev)
{
    const xmppfed_element *stanza = xmppfed_event_element(ev);

    if (is_presence(stanza, "subscribe"))
        learn(p, xmppfed_event_local(ev), xmppfed_event_remote(ev), XMPPFED_CONTACT_PENDING);
    else if (is_presence(stanza, "unsubscribe"))
        forget_request(p, xmppfed_event_local(ev), xmppfed_event_remote(ev));
}

static void on_stanza(struct proxy *p, const xmppfed_event *ev)
{
    const xmppfed_element *stanza = xmppfed_event_element(ev);
    struct link *l = host_of(p, ev);
    int rc = relay_to_host(p, l, address_domain(xmppfed_event_local(ev)), stanza);

    log_event(&p->log, EVENT_STANZA, LOG_TEXT("kind", xmppfed_element_name(stanza)),
              LOG_TEXT("local", xmppfed_event_local(ev)),
              LOG_TEXT("remote", xmppfed_event_remote(ev)),
              LOG_TEXT("code", rc < 0 ? xmppfed_error_name(rc) : ""));
    bodies_log(&p->bodies, "in", stanza);
    if (rc == 0)
        follow_request(p, ev);
    if (rc < 0)
        answer_failure(p, stanza, rc);
}

/* ---- while one process takes over from another ------------------------------------------- */

void relay_from_predecessor(struct proxy *p, const xmppfed_element *stanza)
{
    char bare[XMPPFED_BARE_SIZE];
    const char *domain = receiver(stanza, bare);
    int rc;

    if (!domain)
        return;
    rc = relay_to_host(p, route_pick(&p->routes, domain, bare), domain, stanza);
    if (rc < 0)
        answer_failure(p, stanza, rc);
}

void relay_host_up(struct proxy *p, const char *domain)
{
    xmppfed_element *stanza;

    while ((stanza = waiting_take(&p->waiting, domain)) != NULL) {
        relay_from_predecessor(p, stanza);
        xmppfed_element_free(stanza);
    }
    held_send(p, domain);
}

void relay_give_up(struct proxy *p)
{
    xmppfed_element *stanza;
    char bare[XMPPFED_BARE_SIZE];

    while ((stanza = waiting_take(&p->waiting, NULL)) != NULL) {
        const char *domain = receiver(stanza, bare);

        if (held_is_answered(stanza))
            answer_failure(p, stanza, XMPPFED_ERR_STATE);
        else if (domain)
            (void)held_put(p, domain, stanza);
        xmppfed_element_free(stanza);
    }
}

/* ---- contacts and outcomes --------------------------------------------------------------- */

static void on_contact_wanted(struct proxy *p, const xmppfed_event *ev)
{
    const char *local = xmppfed_event_local(ev);
    const char *remote = xmppfed_event_remote(ev);
    uint64_t began = uv_hrtime();
    int contact = im_test_contact(p, local, remote, store_contact(p->store, local, remote));

    xmppfed_federation_contact(p->fed, xmppfed_event_token(ev), contact, xmppfed_uv_now(p->edge));
    counters_decided(&p->counters, XMPPFED_INBOUND, uv_hrtime() - began);
}

static void on_contact_learnt(struct proxy *p, const xmppfed_event *ev)
{
    learn(p, xmppfed_event_local(ev), xmppfed_event_remote(ev), xmppfed_event_contact(ev));
}

static const char *code_name(const xmppfed_event *ev)
{
    int code = xmppfed_event_code(ev);

    return code < 0 ? xmppfed_error_name(code) : "";
}

/*
 * Remembers what went wrong with a domain. A stranger may claim to be anybody: what it did is kept
 * only for a domain that policy knows.
 */
static void note_failure(struct proxy *p, const xmppfed_event *ev)
{
    struct failure_note what = {
        .text = xmppfed_event_text(ev),
        .event = xmppfed_event_name(xmppfed_event_kind(ev)),
        .direction = xmppfed_event_direction(ev),
        .code = xmppfed_event_code(ev),
        .time = (int64_t)time(NULL),
    };
    const char *domain = address_domain(xmppfed_event_remote(ev));

    if (what.code >= 0 || !*domain)
        return;
    if (what.direction == XMPPFED_INBOUND &&
        xmppfed_policy_methods(xmppfed_site_policy(p->site), domain, NULL) == 0)
        return;
    failures_note(&p->failures, domain, &what);
}

static void on_undelivered(struct proxy *p, const xmppfed_event *ev)
{
    log_event(&p->log, EVENT_UNDELIVERED,
              LOG_TEXT("outcome", xmppfed_outcome_name(xmppfed_event_outcome(ev))),
              LOG_TEXT("local", xmppfed_event_local(ev)),
              LOG_TEXT("remote", xmppfed_event_remote(ev)), LOG_TEXT("code", code_name(ev)),
              LOG_TEXT("text", xmppfed_event_text(ev)));
    note_failure(p, ev);
}

static void on_outcome(struct proxy *p, const xmppfed_event *ev)
{
    const xmppfed_element *error = xmppfed_event_element(ev);
    int outcome = xmppfed_event_outcome(ev);
    bool fine = outcome == XMPPFED_OUTCOME_HANDED || outcome == XMPPFED_OUTCOME_ACKNOWLEDGED;
    struct link *l;

    counters_outcome(&p->counters, outcome, error);
    if (fine)
        log_event(&p->log, EVENT_OUTCOME, LOG_TEXT("outcome", xmppfed_outcome_name(outcome)),
                  LOG_TEXT("local", xmppfed_event_local(ev)),
                  LOG_TEXT("remote", xmppfed_event_remote(ev)));
    else
        on_undelivered(p, ev);
    if (!error)
        return;
    /* The host that sent the stanza knows what it was about; another one is better than none. */
    l = route_by_id(&p->routes, xmppfed_event_token(ev));
    if (!l)
        l = host_of(p, ev);
    (void)relay_to_host(p, l, address_domain(xmppfed_event_local(ev)), error);
}

/* ---- what the log is told --------------------------------------------------------------- */

static const char *failed_rule(const xmppfed_decision *decision)
{
    if (!decision || decision->reason_count == 0)
        return "";
    return xmppfed_rule_name(decision->reasons[decision->reason_count - 1].rule);
}

static const char *direction_name(int direction)
{
    if (direction == XMPPFED_INBOUND)
        return "in";
    return direction == XMPPFED_OUTBOUND ? "out" : "";
}

static void on_stream_up(struct proxy *p, const xmppfed_event *ev)
{
    const xmppfed_proof *proof = xmppfed_event_proof(ev);
    int direction = xmppfed_event_direction(ev);
    xmppfed_link_info info = {.size = sizeof(info)};

    if (proof)
        counters_proved(&p->counters, direction, proof);
    /* Of further pairs nobody knows when they were wished for. */
    if (xmppfed_federation_link_info(p->fed, xmppfed_event_link(ev), &info) == 0 && info.pairs == 1)
        counters_set_up(&p->counters, direction, xmppfed_uv_now(p->edge) - info.since);
    log_event(&p->log, EVENT_STREAM_UP,
              LOG_TEXT("direction", direction_name(xmppfed_event_direction(ev))),
              LOG_TEXT("local", xmppfed_event_local(ev)),
              LOG_TEXT("remote", xmppfed_event_remote(ev)),
              LOG_NUMBER("link", xmppfed_event_link(ev)),
              LOG_TEXT("proof", proof ? xmppfed_proof_name(proof->kind) : ""),
              LOG_TEXT("tls", proof ? proof->tls_version : ""),
              LOG_TEXT("resumed", proof && proof->resumed ? "yes" : "no"),
              LOG_TEXT("cipher", proof ? proof->cipher : ""));
}

static void on_stream_down(struct proxy *p, const xmppfed_event *ev)
{
    xmppfed_link_info info = {.size = sizeof(info)};
    int rc = xmppfed_federation_link_info(p->fed, xmppfed_event_link(ev), &info);

    /* What becomes of a dialback check is told by the stream that waits for it. */
    if (rc < 0 || info.purpose != XMPPFED_PURPOSE_VERIFY)
        counters_down(&p->counters, xmppfed_event_direction(ev), xmppfed_event_code(ev),
                      rc == 0 && info.proof);
    note_failure(p, ev);
    log_event(&p->log, EVENT_STREAM_DOWN,
              LOG_TEXT("direction", direction_name(xmppfed_event_direction(ev))),
              LOG_TEXT("local", xmppfed_event_local(ev)),
              LOG_TEXT("remote", xmppfed_event_remote(ev)),
              LOG_NUMBER("link", xmppfed_event_link(ev)), LOG_TEXT("code", code_name(ev)),
              LOG_TEXT("text", xmppfed_event_text(ev)));
    recording_write(p, ev);
}

static void on_pair_refused(struct proxy *p, const xmppfed_event *ev)
{
    note_failure(p, ev);
    log_event(&p->log, EVENT_PAIR_REFUSED, LOG_TEXT("local", xmppfed_event_local(ev)),
              LOG_TEXT("remote", xmppfed_event_remote(ev)),
              LOG_NUMBER("link", xmppfed_event_link(ev)), LOG_TEXT("code", code_name(ev)),
              LOG_TEXT("text", xmppfed_event_text(ev)));
}

static void on_refused(struct proxy *p, const xmppfed_event *ev)
{
    const xmppfed_decision *decision = xmppfed_event_decision(ev);

    /* Outbound ones come back with an OUTCOME. */
    if (decision && xmppfed_event_direction(ev) == XMPPFED_INBOUND)
        counters_bounced(&p->counters, XMPPFED_INBOUND, decision->condition);
    log_event(&p->log, EVENT_REFUSED,
              LOG_TEXT("direction", direction_name(xmppfed_event_direction(ev))),
              LOG_TEXT("local", xmppfed_event_local(ev)),
              LOG_TEXT("remote", xmppfed_event_remote(ev)), LOG_TEXT("code", code_name(ev)),
              LOG_TEXT("rule", failed_rule(decision)), LOG_TEXT("text", xmppfed_event_text(ev)));
}

/* ---- events ------------------------------------------------------------------------------ */

void relay_event(const xmppfed_event *ev, void *user)
{
    struct proxy *p = user;

    if (im_test_take(p, ev))
        return;
    switch (xmppfed_event_kind(ev)) {
    case XMPPFED_EVENT_STANZA:
        on_stanza(p, ev);
        break;
    case XMPPFED_EVENT_CONTACT_WANTED:
        on_contact_wanted(p, ev);
        break;
    case XMPPFED_EVENT_POSH_WANTED:
        posh_fetch(p, xmppfed_event_token(ev), xmppfed_event_remote(ev));
        break;
    case XMPPFED_EVENT_CONTACT_LEARNT:
        on_contact_learnt(p, ev);
        break;
    case XMPPFED_EVENT_OUTCOME:
        on_outcome(p, ev);
        break;
    case XMPPFED_EVENT_STREAM_DOWN:
        on_stream_down(p, ev);
        break;
    case XMPPFED_EVENT_STREAM_UP:
        on_stream_up(p, ev);
        break;
    case XMPPFED_EVENT_PAIR_REFUSED:
        on_pair_refused(p, ev);
        break;
    case XMPPFED_EVENT_REFUSED:
        on_refused(p, ev);
        break;
    default: /* a kind that this program does not know is to be ignored (event.h) */
        break;
    }
}
