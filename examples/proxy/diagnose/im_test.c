/* im_test.c - a message sent the whole way to a partner's user, and what comes back of it. */
#include "proxy/diagnose/im_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <xmppfed/stream.h>

#include "proxy/addresses.h"
#include "proxy/admin/commands.h"
#include "proxy/diagnose/diagnose.h"

#define NS_PING "urn:xmpp:ping"
#define NS_RECEIPTS "urn:xmpp:receipts"
#define NS_STANZA_ERRORS "urn:ietf:params:xml:ns:xmpp-stanzas"
/* What is sent to such a resource ends here, also late, and also what another edge has asked for.
 */
#define RESOURCE "xmppfed-test-"
/* Cookies of stanzas of tests; those of hosts are small numbers. */
#define COOKIE_BIT ((uint64_t)1 << 63)
#define NONCE_SIZE 33 /* 128 bits, so that nobody can guess it */
/* An error may come behind the proof that the message has arrived. */
#define GRACE_MS 1000
/* How many tests that have ended are remembered for what comes late. */
#define ENDED_MAX 64

/* What tells stanzas of a test from all others. */
struct mark {
    uint64_t number; /* 0: none */
    char local[XMPPFED_BARE_SIZE];
    char remote[XMPPFED_BARE_SIZE];
    char nonce[NONCE_SIZE];
};

struct im_test {
    struct proxy *proxy;
    im_test_fn done;
    void *user;
    struct mark mark;
    uv_timer_t timer; /* the time limit, then the grace */
    uint64_t began;
    uint64_t give_up_at;
    bool handed;
    bool learning; /* the event that the user has written is still to come */
    bool ping_over;
    bool grace;
    struct diagnosis *diagnosis;
    struct im_seen seen;
    struct im_test *next;
};

struct im_tests {
    struct im_test *running;
    size_t count;
    uint64_t last_number;
    struct mark ended[ENDED_MAX]; /* a ring */
    size_t next_ended;
};

/* ---- the end ----------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void im_test_cancel(struct im_test *t)
{
    struct im_tests *all = t->proxy->im_tests;
    struct im_test **at = &all->running;

    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    all->count--;
    all->ended[all->next_ended] = t->mark;
    all->next_ended = (all->next_ended + 1) % ENDED_MAX;
    if (t->diagnosis)
        diagnose_cancel(t->diagnosis);
    uv_close((uv_handle_t *)&t->timer, on_closed);
}

void im_tests_free(struct proxy *p)
{
    free(p->im_tests);
    p->im_tests = NULL;
}

static uint64_t elapsed(const struct im_test *t)
{
    return uv_now(t->proxy->loop) - t->began;
}

static void report(struct im_test *t)
{
    struct im_seen *s = &t->seen;

    s->streams =
        admin_streams_between(t->proxy, address_domain(s->local), address_domain(s->remote));
    t->done(im_test_report(s), t->user);
    json_decref(s->streams);
    im_test_cancel(t);
}

static void on_diagnosis(json_t *diagnosis, void *user)
{
    struct im_test *t = user;

    t->diagnosis = NULL;
    t->seen.diagnosis = diagnosis;
    report(t);
    json_decref(diagnosis);
}

/* Codes that are about this stanza or this proxy: a trial of the partner would explain nothing. */
static bool is_of_partner(int code)
{
    return code != XMPPFED_ERR_POLICY_REFUSED && code != XMPPFED_ERR_LIMIT_QUEUE &&
           code != XMPPFED_ERR_SHUTDOWN && code != XMPPFED_ERR_NOMEM;
}

/* Once: what comes later changes nothing. */
static void fail(struct im_test *t, enum im_end end)
{
    struct im_seen *s = &t->seen;
    struct complaint ignored;

    s->end = end;
    s->milliseconds = elapsed(t);
    uv_timer_stop(&t->timer);
    if (end == IM_END_NOT_SENT && is_of_partner(s->code))
        t->diagnosis = diagnose_start(t->proxy, address_domain(s->remote), address_domain(s->local),
                                      DIAGNOSE_SECONDS, on_diagnosis, t, &ignored);
    if (!t->diagnosis)
        report(t);
}

static void succeed(struct im_test *t)
{
    t->seen.end = IM_END_WELL;
    report(t);
}

/* What went wrong with the partner while the message waited, for want of an end of its own. */
static void take_last_failure(struct im_test *t)
{
    const struct failure *f = failures_of(&t->proxy->failures, address_domain(t->seen.remote));
    int64_t since = (int64_t)time(NULL) - (int64_t)(elapsed(t) / 1000) - 1;

    if (f && f->last.time >= since)
        snprintf(t->seen.text, sizeof(t->seen.text), "%s", f->last.text);
}

static void on_time(uv_timer_t *timer)
{
    struct im_test *t = timer->data;

    if (t->seen.proofs) {
        succeed(t);
    } else if (t->handed) {
        fail(t, IM_END_UNANSWERED);
    } else {
        take_last_failure(t);
        fail(t, IM_END_NOT_SENT);
    }
}

/* Whether there is more to wait for: an answer of the user's client ends it at once. */
static void go_on(struct im_test *t)
{
    uint64_t now = uv_now(t->proxy->loop);
    uint64_t left = t->give_up_at > now ? t->give_up_at - now : 0;

    if (t->seen.proofs & IM_PROOF_ANSWER) {
        succeed(t);
    } else if (t->seen.proofs && t->ping_over && !t->grace) {
        t->grace = true;
        uv_timer_start(&t->timer, on_time, left < GRACE_MS ? left : GRACE_MS, 0);
    }
}

static void prove(struct im_test *t, uint32_t proof)
{
    if (t->seen.proofs == 0)
        t->seen.milliseconds = elapsed(t);
    t->seen.proofs |= proof;
    t->handed = true;
}

/* ---- what comes back --------------------------------------------------------------------- */

static void take_outcome(struct im_test *t, const xmppfed_event *ev, bool ping)
{
    int outcome = xmppfed_event_outcome(ev);
    bool fine = outcome == XMPPFED_OUTCOME_HANDED || outcome == XMPPFED_OUTCOME_ACKNOWLEDGED;

    if (ping) {
        t->ping_over = t->ping_over || !fine;
    } else if (fine) {
        t->handed = true;
        if (outcome == XMPPFED_OUTCOME_ACKNOWLEDGED)
            prove(t, IM_PROOF_ACKNOWLEDGED);
    } else {
        t->seen.code = xmppfed_event_code(ev);
        snprintf(t->seen.text, sizeof(t->seen.text), "%s", xmppfed_event_text(ev));
        fail(t, t->seen.code == XMPPFED_ERR_STREAM_UNACKNOWLEDGED ? IM_END_LOST : IM_END_NOT_SENT);
        return;
    }
    go_on(t);
}

/* Notes condition and text of an error (RFC 6120 8.3.2); without them it is an undefined one. */
static void read_error(const xmppfed_element *stanza, struct im_seen *s)
{
    const xmppfed_element *error = xmppfed_element_child(stanza, "error", XMPPFED_NS_SERVER);
    const xmppfed_element *e;

    snprintf(s->condition, sizeof(s->condition), "undefined-condition");
    for (e = error ? xmppfed_element_first(error) : NULL; e; e = xmppfed_element_next(e)) {
        if (strcmp(xmppfed_element_ns(e), NS_STANZA_ERRORS) != 0)
            continue;
        if (strcmp(xmppfed_element_name(e), "text") == 0)
            snprintf(s->text, sizeof(s->text), "%s", xmppfed_element_text(e));
        else
            snprintf(s->condition, sizeof(s->condition), "%s", xmppfed_element_name(e));
    }
}

static bool is_type(const xmppfed_element *stanza, const char *type)
{
    const char *there = xmppfed_element_attribute(stanza, "type");

    return there && strcmp(there, type) == 0;
}

static bool has_id(const xmppfed_element *e, const char *id)
{
    const char *there = e ? xmppfed_element_attribute(e, "id") : NULL;

    return there && strcmp(there, id) == 0;
}

static const xmppfed_element *receipt_of(const xmppfed_element *stanza)
{
    return xmppfed_element_child(stanza, "received", NS_RECEIPTS);
}

/* An error to the ping is an answer, too: a server need not know XEP-0199, and must say so. */
static void take_stanza(struct im_test *t, const xmppfed_element *stanza)
{
    const char *name = xmppfed_element_name(stanza);
    bool ours = has_id(stanza, t->mark.nonce);

    if (t->diagnosis)
        return;
    if (strcmp(name, "iq") == 0 && ours &&
        (is_type(stanza, "result") || is_type(stanza, "error"))) {
        t->ping_over = true;
        prove(t, IM_PROOF_PING);
    } else if (strcmp(name, "message") == 0 && is_type(stanza, "error")) {
        if (!ours)
            return;
        read_error(stanza, &t->seen);
        fail(t, IM_END_REFUSED);
        return;
    } else if (strcmp(name, "message") == 0 &&
               (!receipt_of(stanza) || has_id(receipt_of(stanza), t->mark.nonce))) {
        prove(t, IM_PROOF_ANSWER);
    }
    go_on(t);
}

/* ---- which test an event is about -------------------------------------------------------- */

/* What follows the prefix in the resource of the addressee; NULL if it is no test's. */
static const char *nonce_of(const xmppfed_element *stanza)
{
    const char *to = xmppfed_element_attribute(stanza, "to");
    const char *slash = to ? strchr(to, '/') : NULL;

    return slash && strncmp(slash + 1, RESOURCE, strlen(RESOURCE)) == 0
               ? slash + 1 + strlen(RESOURCE)
               : NULL;
}

/* To the resource of a test, or in answer to its message, which a client may send to the user. */
static bool is_of(const struct mark *m, const xmppfed_event *ev)
{
    const xmppfed_element *stanza = xmppfed_event_element(ev);
    const char *nonce = nonce_of(stanza);

    return m->number &&
           ((nonce && strcmp(nonce, m->nonce) == 0) || has_id(stanza, m->nonce) ||
            has_id(receipt_of(stanza), m->nonce)) &&
           strcmp(address_domain(xmppfed_event_remote(ev)), address_domain(m->remote)) == 0;
}

/* A request must be answered (RFC 6120 8.2.3): as by a client that knows nothing. */
static void answer_request(struct proxy *p, const xmppfed_element *stanza)
{
    xmppfed_element *error = NULL;

    if (is_type(stanza, "get") || is_type(stanza, "set"))
        error = xmppfed_stanza_error(stanza, "service-unavailable", NULL);
    if (error) {
        (void)!xmppfed_federation_send(p->fed, error, 0, xmppfed_uv_now(p->edge));
        xmppfed_uv_wake(p->edge);
    }
    xmppfed_element_free(error);
}

static struct im_test *running_of(const struct im_tests *all, const xmppfed_event *ev)
{
    struct im_test *t = all ? all->running : NULL;

    while (t && !is_of(&t->mark, ev))
        t = t->next;
    return t;
}

static bool has_ended(const struct im_tests *all, const xmppfed_event *ev)
{
    size_t i;

    for (i = 0; all && i < ENDED_MAX; i++)
        if (is_of(&all->ended[i], ev))
            return true;
    return false;
}

static bool stanza_arrived(struct proxy *p, const xmppfed_event *ev)
{
    const xmppfed_element *stanza = xmppfed_event_element(ev);
    struct im_test *t = running_of(p->im_tests, ev);

    if (!t && !nonce_of(stanza) && !has_ended(p->im_tests, ev))
        return false;
    answer_request(p, stanza);
    if (t)
        take_stanza(t, stanza);
    return true;
}

/* The last bit of a cookie tells the ping from the message. */
static bool outcome_known(struct proxy *p, const xmppfed_event *ev)
{
    uint64_t cookie = xmppfed_event_token(ev);
    struct im_test *t;

    if (!(cookie & COOKIE_BIT))
        return false;
    for (t = p->im_tests ? p->im_tests->running : NULL; t; t = t->next) {
        if (t->mark.number == (cookie & ~COOKIE_BIT) >> 1 && !t->diagnosis) {
            take_outcome(t, ev, cookie & 1);
            break;
        }
    }
    return true;
}

/* A test is no reason to let a stranger write from then on. */
static bool contact_learnt(struct proxy *p, const xmppfed_event *ev)
{
    struct im_test *t;

    for (t = p->im_tests ? p->im_tests->running : NULL; t; t = t->next) {
        if (t->learning && xmppfed_event_contact(ev) == XMPPFED_CONTACT_MESSAGED &&
            strcmp(t->mark.local, xmppfed_event_local(ev)) == 0 &&
            strcmp(t->mark.remote, xmppfed_event_remote(ev)) == 0) {
            t->learning = false;
            return true;
        }
    }
    return false;
}

bool im_test_take(struct proxy *p, const xmppfed_event *ev)
{
    switch (xmppfed_event_kind(ev)) {
    case XMPPFED_EVENT_STANZA:
        return stanza_arrived(p, ev);
    case XMPPFED_EVENT_OUTCOME:
        return outcome_known(p, ev);
    case XMPPFED_EVENT_CONTACT_LEARNT:
        return contact_learnt(p, ev);
    default:
        return false;
    }
}

int im_test_contact(const struct proxy *p, const char *local, const char *remote, int contact)
{
    const struct im_test *t;

    if (contact != XMPPFED_CONTACT_NONE && contact != XMPPFED_CONTACT_PENDING)
        return contact;
    for (t = p->im_tests ? p->im_tests->running : NULL; t; t = t->next) {
        if (strcmp(local, t->mark.local) == 0 && strcmp(remote, t->mark.remote) == 0)
            return XMPPFED_CONTACT_MESSAGED;
        if (strcmp(local, address_domain(t->mark.local)) == 0 &&
            strcmp(remote, address_domain(t->mark.remote)) == 0)
            return XMPPFED_CONTACT_ADDED;
    }
    return contact;
}

/* ---- sending ----------------------------------------------------------------------------- */

static xmppfed_element *new_stanza(const struct im_test *t, const char *name, const char *type,
                                   const char *from, const char *to)
{
    xmppfed_element *e = xmppfed_element_new(t->proxy->ctx, name, XMPPFED_NS_SERVER);
    char full[XMPPFED_BARE_SIZE + sizeof("/" RESOURCE) + NONCE_SIZE];

    snprintf(full, sizeof(full), "%s/" RESOURCE "%s", from, t->mark.nonce);
    xmppfed_element_set_attribute(e, "type", type);
    xmppfed_element_set_attribute(e, "from", full);
    xmppfed_element_set_attribute(e, "to", to);
    xmppfed_element_set_attribute(e, "id", t->mark.nonce);
    return e;
}

/* Sends a stanza, which it frees; 0 or an error code. */
static int send_stanza(struct im_test *t, xmppfed_element *stanza, int contact, bool ping)
{
    struct proxy *p = t->proxy;
    uint64_t cookie = COOKIE_BIT | t->mark.number << 1 | (ping ? 1 : 0);
    int rc = xmppfed_element_status(stanza);

    if (rc == 0)
        rc = xmppfed_federation_send_knowing(p->fed, stanza, contact, cookie,
                                             xmppfed_uv_now(p->edge));
    xmppfed_element_free(stanza);
    return rc;
}

static int send_message(struct im_test *t, int contact)
{
    xmppfed_element *m = new_stanza(t, "message", "chat", t->mark.local, t->mark.remote);
    char body[256 + 2 * XMPPFED_DOMAIN_SIZE];

    snprintf(body, sizeof(body),
             "This is a test of the connection from %s to %s, sent by its administrator. You need "
             "not answer.",
             address_domain(t->mark.local), address_domain(t->mark.remote));
    xmppfed_element_add_text(xmppfed_element_add_child(m, "body", XMPPFED_NS_SERVER), body);
    xmppfed_element_add_child(m, "request", NS_RECEIPTS);
    return send_stanza(t, m, contact, false);
}

/* By our domain to theirs, which are nobody's contacts; by the user where only users may send. */
static const char *who_pings(const struct im_test *t)
{
    const char *domain = address_domain(t->mark.local);
    const xmppfed_question q = {.direction = XMPPFED_OUTBOUND,
                                .action = XMPPFED_ACTION_IQ,
                                .contact = XMPPFED_CONTACT_NONE,
                                .local = domain,
                                .remote = address_domain(t->mark.remote),
                                .time = (int64_t)time(NULL)};
    xmppfed_decision d;

    if (xmppfed_policy_decide(t->proxy->loaded->policy, &q, &d) == 0 &&
        d.verdict == XMPPFED_VERDICT_ALLOW)
        return domain;
    return t->mark.local;
}

static int send_ping(struct im_test *t)
{
    xmppfed_element *iq = new_stanza(t, "iq", "get", who_pings(t), address_domain(t->mark.remote));

    xmppfed_element_add_child(iq, "ping", NS_PING);
    return send_stanza(t, iq, XMPPFED_CONTACT_NONE, true);
}

/* ---- the beginning ----------------------------------------------------------------------- */

static bool make_nonce(char ret[NONCE_SIZE])
{
    unsigned char bytes[NONCE_SIZE / 2];
    size_t i;

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return false;
    for (i = 0; i < sizeof(bytes); i++)
        snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

static bool stream_is_up(const struct proxy *p, const char *local, const char *remote)
{
    json_t *streams = admin_streams_between(p, address_domain(local), address_domain(remote));
    bool up = json_array_size(streams) > 0;

    json_decref(streams);
    return up;
}

static struct im_test *make(struct proxy *p, const struct im_test_plan *plan, im_test_fn done,
                            void *user, struct complaint *why)
{
    struct im_tests *all = p->im_tests ? p->im_tests : calloc(1, sizeof(*all));
    struct im_test *t = all ? calloc(1, sizeof(*t)) : NULL;

    p->im_tests = all;
    if (!t) {
        complain(why, "out of memory");
        return NULL;
    }
    *t = (struct im_test){.proxy = p,
                          .done = done,
                          .user = user,
                          .mark = {.number = ++all->last_number},
                          .began = uv_now(p->loop),
                          .learning = plan->contact != XMPPFED_CONTACT_MESSAGED};
    snprintf(t->mark.local, sizeof(t->mark.local), "%s", plan->local);
    snprintf(t->mark.remote, sizeof(t->mark.remote), "%s", plan->remote);
    t->seen = (struct im_seen){.local = t->mark.local,
                               .remote = t->mark.remote,
                               .seconds = plan->seconds,
                               .stream_was_up = stream_is_up(p, plan->local, plan->remote)};
    t->give_up_at = t->began + (uint64_t)plan->seconds * 1000;
    if (make_nonce(t->mark.nonce))
        return t;
    complain(why, "the system gives no random numbers; try again");
    free(t);
    return NULL;
}

struct im_test *im_test_start(struct proxy *p, const struct im_test_plan *plan, im_test_fn done,
                              void *user, struct complaint *why)
{
    struct im_test *t;
    int rc;

    if (p->im_tests && p->im_tests->count >= IM_TESTS_MAX) {
        complain(why, "%d tests are under way already; wait for the end of one", IM_TESTS_MAX);
        return NULL;
    }
    t = make(p, plan, done, user, why);
    if (!t)
        return NULL;
    rc = send_message(t, plan->contact);
    if (rc < 0) {
        complain(why, "the message cannot be sent: %s", xmppfed_error_sentence(rc));
        free(t);
        return NULL;
    }
    /* Without a ping there is an acknowledgement, or a receipt, or no proof. */
    t->ping_over = send_ping(t) < 0;
    t->next = p->im_tests->running;
    p->im_tests->running = t;
    p->im_tests->count++;
    uv_timer_init(p->loop, &t->timer);
    t->timer.data = t;
    uv_timer_start(&t->timer, on_time, (uint64_t)plan->seconds * 1000, 0);
    xmppfed_uv_wake(p->edge);
    return t;
}
