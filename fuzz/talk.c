/* talk.c - one connection driven past TLS without TLS, and what must always hold for it. */
#include "talk.h"

#include <string.h>

#include "base/slice.h"
#include "base/utf8.h"
#include "connection/connection.h"
#include "stream/stanza.h"
#include "xml/ns.h"

/* ---- the null TLS ------------------------------------------------------------------------ */

/* The ports get the connection as user, which knows nothing of these. */
static bool certificate_proves;
static bool have_certificate;

static bool usable(void *user, const char *local, bool server)
{
    (void)user;
    (void)local;
    return have_certificate || !server;
}

/* An action may name the event that follows it: the handshake is over as soon as it begins. */
static int start(void *user, const char *local, const char *remote, bool server)
{
    xmppfed_connection *c = user;

    (void)local;
    (void)remote;
    (void)server;
    c->negotiation.tls_on = true;
    return XFED_EVENT_TLS_UP;
}

static enum xfed_certificate prove(void *user, const char *domain,
                                   const struct xfed_partner *partner, xmppfed_problem *why)
{
    const xmppfed_connection *c = user;

    (void)partner;
    *why = (xmppfed_problem){0, ""};
    if (c->evidence_known && strcmp(domain, TALK_REMOTE) == 0)
        return XFED_CERTIFICATE_DANE;
    return certificate_proves && strcmp(domain, TALK_REMOTE) == 0 ? XFED_CERTIFICATE_PKIX
                                                                  : XFED_CERTIFICATE_FAILS;
}

static bool bound(void *user, const struct xfed_partner *partner)
{
    (void)user;
    (void)partner;
    return false;
}

static uint32_t evidence(void *user, const char *domain, const struct xfed_partner *partner)
{
    const xmppfed_connection *c = user;

    FUZZ_CHECK(!certificate_proves || strcmp(domain, TALK_REMOTE) != 0);
    return partner->dane == XMPPFED_DANE_OFF ? 0 : c->evidence;
}

static bool proves_other(void *user, const char *domain, const struct xfed_partner *partner,
                         struct xfed_pair_proof *proof)
{
    (void)user;
    (void)domain;
    (void)partner;
    proof->valid = false; /* the certificate has one name */
    return false;
}

static uint64_t epoch(void *user)
{
    const xmppfed_connection *c = user;

    return c->evidence_known;
}

static int version(void *user)
{
    (void)user;
    return XMPPFED_TLS_1_3;
}

static const struct xfed_tls_port null_tls = {usable, start,    prove, proves_other,
                                              bound,  evidence, epoch, version};

/* ---- beginning and end ------------------------------------------------------------------- */

struct settings {
    int tls;
    int sasl;
    bool dialback;
    bool plaintext;
    bool strict;
    bool direct;
    bool evidence;
    int purpose;
};

static int negotiation_of(char letter, const char *letters, int otherwise)
{
    const char *found = strchr(letters, letter);

    return found && *found ? XMPPFED_REQUIRED + (int)(found - letters) : otherwise;
}

static struct settings read_settings(struct talk *t, xmppfed_slice line)
{
    struct settings s = {
        XMPPFED_REQUIRED,       XMPPFED_OPTIONAL, false, false, false, false, false,
        XMPPFED_PURPOSE_STANZAS};

    certificate_proves = false;
    have_certificate = true;
    for (size_t i = 0; i < line.len; i++) {
        char letter = line.data[i];

        s.tls = negotiation_of(letter, "RON", s.tls);
        s.sasl = negotiation_of(letter, "ron", s.sasl);
        s.dialback = s.dialback || letter == 'd';
        s.plaintext = s.plaintext || letter == 'p';
        s.strict = s.strict || letter == 's';
        s.direct = s.direct || letter == 't';
        s.evidence = s.evidence || letter == 'e';
        s.purpose = letter == 'v' ? XMPPFED_PURPOSE_VERIFY : s.purpose;
        certificate_proves = certificate_proves || letter == 'c';
        have_certificate = have_certificate && letter != 'u';
        if (!letter || !strchr("RONrondpscuvte", letter))
            t->cut = fuzz_cut((uint8_t)letter);
    }
    return s;
}

/* Gives the site a policy with one partner record, unless the settings contradict each other. */
static void set_policy(struct talk *t, const struct settings *s)
{
    xmppfed_policy_builder *b;
    xmppfed_policy *policy;
    xmppfed_partner *p;

    FUZZ_CHECK(xmppfed_policy_builder_new(t->ctx, &b) == 0);
    xmppfed_policy_builder_set_federation(b, 1);
    xmppfed_policy_builder_set_strict(b, s->strict);
    FUZZ_CHECK(xmppfed_policy_builder_add_partner(b, TALK_REMOTE, NULL, &p) == 0);
    FUZZ_CHECK(xmppfed_partner_add_domain(p, "research." TALK_REMOTE, NULL) == 0);
    FUZZ_CHECK(xmppfed_partner_set_tls(p, s->tls) == 0);
    FUZZ_CHECK(xmppfed_partner_set_sasl(p, s->sasl) == 0);
    xmppfed_partner_set_dialback(p, s->dialback);
    xmppfed_partner_set_allow_plaintext(p, s->plaintext);
    if (xmppfed_policy_builder_finish(b, NULL, &policy) == 0) {
        xmppfed_site_set_policy(t->site, policy);
        xmppfed_policy_unref(policy);
    }
    xmppfed_policy_builder_free(b);
}

void talk_begin(struct talk *t, struct fuzz_input *in, int direction)
{
    struct settings s;

    memset(t, 0, sizeof(*t));
    t->ctx = fuzz_context();
    t->now = 1000;
    t->cut = fuzz_cut('0');
    s = read_settings(t, fuzz_until(in, '\n'));
    FUZZ_CHECK(xmppfed_site_new(t->ctx, &t->site) == 0);
    FUZZ_CHECK(xmppfed_site_set_domain(t->site, TALK_LOCAL, NULL) == 0);
    FUZZ_CHECK(xmppfed_site_set_domain(t->site, "sales." TALK_LOCAL, NULL) == 0);
    FUZZ_CHECK(xmppfed_site_set_dialback_secret(
                   t->site, xmppfed_slice_of("the secret of a pool of edges")) == 0);
    set_policy(t, &s);
    if (direction == XMPPFED_INBOUND)
        FUZZ_CHECK(xmppfed_connection_new_receiver(t->site, t->now, &t->connection) == 0);
    else if (xmppfed_connection_new_initiator(t->site, TALK_LOCAL, TALK_REMOTE, s.purpose, t->now,
                                              &t->connection) < 0)
        t->connection = NULL;
    if (!t->connection)
        return;
    t->connection->negotiation.ports.tls = &null_tls;
    if (s.evidence && direction == XMPPFED_INBOUND)
        FUZZ_CHECK(xmppfed_connection_set_evidence(t->connection, XMPPFED_EVIDENCE_TLSA) == 0);
    /* Of an initiator the first header is out already; inside of TLS it is sent once more. */
    if (s.direct && xfed_connection_begin_direct(t->connection) < 0)
        xfed_connection_end(t->connection);
}

void talk_end(struct talk *t)
{
    xmppfed_connection_free(t->connection);
    xmppfed_stream_free(t->written);
    xmppfed_site_unref(t->site);
    fuzz_context_end(t->ctx);
}

/* ---- what must hold ---------------------------------------------------------------------- */

static struct talk_pair *find(struct talk_pairs *pairs, const char *local, const char *remote)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (strcmp(pairs->items[i].local, local) == 0 &&
            strcmp(pairs->items[i].remote, remote) == 0)
            return &pairs->items[i];
    return NULL;
}

/* Remembers a pair; there are four of them in all. */
static void remember(struct talk_pairs *pairs, const xmppfed_event *ev, int kind)
{
    const char *local = xmppfed_event_local(ev);
    const char *remote = xmppfed_event_remote(ev);
    struct talk_pair *pair = find(pairs, local, remote);

    if (!pair && pairs->count < TALK_PAIRS)
        pair = &pairs->items[pairs->count++];
    FUZZ_CHECK(pair);
    FUZZ_CHECK(xfed_text_copy(pair->local, sizeof(pair->local), local));
    FUZZ_CHECK(xfed_text_copy(pair->remote, sizeof(pair->remote), remote));
    pair->kind = kind;
}

/* A pair is proved only by a method that its record allows, and by evidence that this host saw. */
static void on_up(struct talk *t, const xmppfed_event *ev)
{
    const xmppfed_proof *proof = xmppfed_event_proof(ev);
    const char *remote = xmppfed_event_remote(ev);
    const xmppfed_policy *policy = xmppfed_site_policy(t->site);
    uint32_t methods = policy ? xmppfed_policy_methods(policy, remote, NULL) : 0;
    bool inbound = xmppfed_event_direction(ev) == XMPPFED_INBOUND;
    bool tls = t->connection->negotiation.tls_on;
    const struct talk_pair *check = find(&t->checks, xmppfed_event_local(ev), remote);

    FUZZ_CHECK(proof && xmppfed_site_hosts(t->site, xmppfed_event_local(ev)));
    switch (proof->kind) {
    case XMPPFED_PROOF_PKIX:
        FUZZ_CHECK(tls && certificate_proves && strcmp(remote, TALK_REMOTE) == 0);
        FUZZ_CHECK(methods & XMPPFED_METHOD_EXTERNAL);
        break;
    case XMPPFED_PROOF_DANE:
        FUZZ_CHECK(tls && inbound && t->connection->evidence_known);
        FUZZ_CHECK(strcmp(remote, TALK_REMOTE) == 0 && (methods & XMPPFED_METHOD_EXTERNAL));
        break;
    case XMPPFED_PROOF_DIALBACK_TLS:
        FUZZ_CHECK(tls && (methods & XMPPFED_METHOD_DIALBACK_TLS));
        FUZZ_CHECK(!inbound || (check && check->kind == 1));
        break;
    default:
        FUZZ_CHECK(proof->kind == XMPPFED_PROOF_DIALBACK_TCP);
        FUZZ_CHECK(!tls && (methods & XMPPFED_METHOD_DIALBACK_TCP));
        FUZZ_CHECK(!inbound || (check && check->kind == 1));
    }
    remember(&t->up, ev, proof->kind);
    t->proof_of_outbound = inbound ? 0 : proof->kind;
}

/*
 * A stream of ours is up only after we have asked for that very method: what a peer says unasked
 * proves nothing. Asked once what we wrote was read.
 */
static void check_asked(struct talk *t)
{
    int kind = t->proof_of_outbound;

    FUZZ_CHECK(kind != XMPPFED_PROOF_PKIX || t->wrote_auth);
    FUZZ_CHECK((kind != XMPPFED_PROOF_DIALBACK_TLS && kind != XMPPFED_PROOF_DIALBACK_TCP) ||
               t->wrote_key);
    t->proof_of_outbound = 0;
}

/* A stanza is for a pair that was proved, or from a domain that its certificate proved. */
static void on_stanza(struct talk *t, const xmppfed_event *ev)
{
    const char *remote = xmppfed_event_remote(ev);
    bool proved = find(&t->up, xmppfed_event_local(ev), remote);

    for (size_t i = 0; i < t->up.count; i++)
        proved = proved || ((t->up.items[i].kind == XMPPFED_PROOF_PKIX ||
                             t->up.items[i].kind == XMPPFED_PROOF_DANE) &&
                            strcmp(t->up.items[i].remote, remote) == 0);
    FUZZ_CHECK(proved && xmppfed_event_direction(ev) == XMPPFED_INBOUND);
    FUZZ_CHECK(xmppfed_event_element(ev));
    FUZZ_CHECK(xmppfed_site_hosts(t->site, xmppfed_event_local(ev)));
}

static void on_event(struct talk *t, const xmppfed_event *ev)
{
    FUZZ_CHECK(!t->down);
    switch (xmppfed_event_kind(ev)) {
    case XMPPFED_EVENT_STREAM_UP:
        on_up(t, ev);
        break;
    case XMPPFED_EVENT_STANZA:
        on_stanza(t, ev);
        break;
    case XMPPFED_EVENT_DIALBACK_CHECK:
        FUZZ_CHECK(*xmppfed_event_id(ev) && *xmppfed_event_key(ev));
        remember(&t->checks, ev, 0);
        break;
    case XMPPFED_EVENT_EVIDENCE_WANTED:
        FUZZ_CHECK(xmppfed_event_evidence(ev) && !t->connection->evidence_known);
        FUZZ_CHECK(xmppfed_connection_evidence_known(t->connection) == 0);
        break;
    case XMPPFED_EVENT_STREAM_DOWN:
        FUZZ_CHECK(xfed_utf8_valid(xmppfed_slice_of(xmppfed_event_text(ev))));
        t->down = true;
        break;
    default:
        FUZZ_CHECK(xmppfed_event_direction(ev) == XMPPFED_OUTBOUND);
    }
}

/* ---- going on ---------------------------------------------------------------------------- */

/* Nothing of ours carries stanzas before the stream is up, and a key is asked about once it is out.
 */
static void note_written(struct talk *t, const xmppfed_element *e)
{
    if (!e)
        return;
    t->wrote_auth = t->wrote_auth || xmppfed_element_is(e, "auth", XFED_NS_SASL);
    t->wrote_key = t->wrote_key || xmppfed_element_is(e, "result", XFED_NS_DIALBACK);
    FUZZ_CHECK(xfed_stanza_kind_of(e, XFED_NS_SERVER) == XFED_STANZA_NONE || t->up.count > 0);
}

/* What we write is a stream that we could read; each declaration begins a new one. */
static void read_written(struct talk *t, xmppfed_slice bytes)
{
    xmppfed_stream_item item;
    int rc = 0;

    if (bytes.len > 5 && memcmp(bytes.data, "<?xml", 5) == 0) {
        xmppfed_stream_free(t->written);
        FUZZ_CHECK(xmppfed_stream_new(t->ctx, XMPPFED_NS_SERVER, &t->written) == 0);
    }
    FUZZ_CHECK(t->written && xmppfed_stream_feed(t->written, bytes.data, bytes.len) == 0);
    while ((rc = xmppfed_stream_next(t->written, &item)) == 1) {
        xmppfed_stream_set_trusted(t->written, 1);
        note_written(t, item.element);
        xmppfed_element_free(item.element);
    }
    FUZZ_CHECK(rc == 0);
}

static size_t length_of_stream(xmppfed_slice bytes)
{
    for (size_t i = 5; i + 5 <= bytes.len; i++)
        if (memcmp(bytes.data + i, "<?xml", 5) == 0)
            return i;
    return bytes.len;
}

static void take_output(struct talk *t)
{
    xmppfed_slice out = xmppfed_connection_output(t->connection);

    while (out.len > 0) {
        size_t len = length_of_stream(out);

        read_written(t, (xmppfed_slice){out.data, len});
        xmppfed_connection_sent(t->connection, len);
        out = xmppfed_connection_output(t->connection);
    }
}

static void take_events(struct talk *t)
{
    const xmppfed_event *ev;

    while (xmppfed_connection_next_event(t->connection, t->now, &ev) == 1)
        on_event(t, ev);
    take_output(t);
    check_asked(t);
}

static void answer_check(struct talk *t, int code)
{
    struct talk_pair *check = t->checks.count ? &t->checks.items[t->checks.count - 1] : NULL;

    if (!check)
        return;
    check->kind = code == 0;
    /* A check that the restart of the stream has forgotten is unknown, and that is fine. */
    (void)!xmppfed_connection_checked(t->connection, check->local, check->remote, code,
                                      "remote-server-not-found");
}

/* The first reload leaves SASL over TLS alone, the second nobody. */
static void reload(struct talk *t)
{
    const struct settings only_external = {
        XMPPFED_REQUIRED, XMPPFED_REQUIRED, false, false, false, false, XMPPFED_PURPOSE_STANZAS};

    if (t->reloads++ == 0)
        set_policy(t, &only_external);
    else
        xmppfed_site_set_policy(t->site, NULL);
}

static void send_stanza(struct talk *t)
{
    xmppfed_element *e = xmppfed_element_new(t->ctx, "message", XMPPFED_NS_SERVER);

    xmppfed_element_set_attribute(e, "from", "alice@" TALK_LOCAL);
    xmppfed_element_set_attribute(e, "to", "bob@" TALK_REMOTE);
    FUZZ_CHECK(xmppfed_connection_send(t->connection, e, NULL) < 0 || t->up.count > 0);
    xmppfed_element_free(e);
}

/* What our host does of itself, between two pieces of what the peer sends. */
static void act(struct talk *t, uint8_t order)
{
    switch (order) {
    case 1: /* the authoritative server says of the last key: valid */
        answer_check(t, 0);
        break;
    case 2: /* ... invalid */
        answer_check(t, XMPPFED_ERR_DIALBACK_INVALID);
        break;
    case 3: /* ... or it cannot be asked */
        answer_check(t, XMPPFED_ERR_DNS_TIMEOUT);
        break;
    case 4: /* a minute goes by */
        t->now += 61000;
        xmppfed_connection_tick(t->connection, t->now);
        break;
    case 5:
        reload(t);
        break;
    case 6:
        send_stanza(t);
        break;
    case 7:
        (void)!xmppfed_connection_verify(t->connection, TALK_LOCAL, TALK_REMOTE, "an id", "a key");
        break;
    case 8:
        xmppfed_connection_close(t->connection, 0, NULL);
        break;
    case 0: /* the transport ends */
        xmppfed_connection_transport_closed(t->connection);
        break;
    default: /* the peer waits for us, as it has to before a new header */
        break;
    }
    take_events(t);
}

/* None of these bytes may stand in XML. */
static bool is_order(char c)
{
    return (uint8_t)c < 9 || c == '\v';
}

void talk_go_on(struct talk *t, struct fuzz_input *in)
{
    xmppfed_slice piece;

    if (!t->connection)
        return;
    take_events(t);
    while (in->len > 0) {
        xmppfed_slice sent = {in->data, 0};

        while (sent.len < in->len && !is_order(sent.data[sent.len]))
            sent.len++;
        in->data += sent.len;
        in->len -= sent.len;
        while (fuzz_piece(&t->cut, &sent, &piece)) {
            int rc = xmppfed_connection_feed(t->connection, piece.data, piece.len);

            FUZZ_CHECK(rc == (t->down ? XMPPFED_ERR_STREAM_CLOSED : 0));
            take_events(t);
        }
        if (in->len > 0)
            act(t, fuzz_byte(in));
    }
    FUZZ_CHECK(xmppfed_connection_deadline(t->connection) != XMPPFED_TIME_NEVER || t->down);
}
