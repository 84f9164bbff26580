/* recording.c - what one stream hears and says, as text that can be played again. */
#include "connection/recording.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "dialback/key.h"
#include "stream/stanza.h"
#include "tls/session.h"
#include "xml/ns.h"
#include "xml/writer.h"

enum { UNIT_MAX = 16384, LINE_MAX = 1000, DOMAINS_MAX = 1024 };

/* The secret of the example in XEP-0185: whoever plays a recording can make its keys. */
#define KNOWN_SECRET "s3cr3tf0rd14lb4ck"
#define MASKED "masked"
#define MASKED_SECRET "masked-shared-secret" /* long enough to be one */

struct xfed_recording {
    struct xfed_account account;
    struct xfed_buffer text;
    struct xfed_buffer unit;  /* of the peer, not whole yet */
    struct xfed_buffer cause; /* a line that waits for something to follow from it */
    xmppfed_time at;          /* to which the lines so far have come */
    xmppfed_time cause_at;    /* ... and come with that line */
    bool unit_lost;           /* it was too large */
    bool over;
};

/* ---- lines ------------------------------------------------------------------------------- */

static void put(struct xfed_recording *r, const char *data, size_t len)
{
    if (!r->over && xfed_buffer_append(&r->text, data, len) < 0)
        r->over = true;
}

static void put_text(struct xfed_recording *r, const char *text)
{
    put(r, text, strlen(text));
}

/* Begins a line, behind what has led to it. */
static void begin(struct xfed_recording *r, const char *word)
{
    xmppfed_slice cause = xfed_buffer_bytes(&r->cause);

    if (cause.len > 0) {
        put(r, cause.data, cause.len);
        r->at = r->cause_at;
    }
    xfed_buffer_clear(&r->cause);
    put_text(r, word);
}

/* Begins a line of what was done to the stream, at its time. */
static void begin_at(xmppfed_connection *c, const char *word)
{
    struct xfed_recording *r = c->recording;
    char line[40];

    begin(r, "");
    if (c->now > r->at) {
        snprintf(line, sizeof(line), "A: tick %llu\n", (unsigned long long)(c->now - r->at));
        put_text(r, line);
        r->at = c->now;
    }
    put_text(r, word);
}

static void put_byte(struct xfed_recording *r, unsigned char byte)
{
    char escaped[8];

    if (byte == '\n')
        put_text(r, "\\n");
    else if (byte < 0x20 || byte > 0x7e || byte == '\\' || byte == '%') {
        snprintf(escaped, sizeof(escaped), "\\x%02X", (unsigned)byte);
        put_text(r, escaped);
    } else
        put(r, (const char *)&byte, 1);
}

/* Bytes of the peer: lines of one piece. */
static void put_heard(struct xfed_recording *r, xmppfed_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (i > 0 && i % LINE_MAX == 0)
            put_text(r, "\nC: ");
        put_byte(r, (unsigned char)bytes.data[i]);
    }
    put_text(r, "\n");
}

/* Text of an element as written, with other text in its place. */
static void put_masked(struct xfed_recording *r, xmppfed_slice bytes, const char *text)
{
    const char *from = memchr(bytes.data, '>', bytes.len);
    size_t to = bytes.len;

    while (to > 0 && bytes.data[to - 1] != '<')
        to--;
    if (!from || to == 0 || bytes.data + to <= from) {
        put_text(r, MASKED); /* not what was meant to be masked: nothing of it is shown */
        return;
    }
    put(r, bytes.data, (size_t)(from - bytes.data) + 1);
    put_text(r, text);
    put(r, bytes.data + to - 1, bytes.len - to + 1);
}

static bool is_request(const xmppfed_element *e, const char *name)
{
    return xmppfed_element_is(e, name, XFED_NS_DIALBACK) && !xmppfed_element_attribute(e, "type");
}

/* Stanzas, and what counts them: after the proof there are many, and they tell nothing of it. */
static bool is_traffic(const xmppfed_element *e)
{
    return xfed_stanza_kind_of(e, XFED_NS_SERVER) != XFED_STANZA_NONE ||
           xmppfed_element_is(e, "r", XFED_NS_MANAGEMENT) ||
           xmppfed_element_is(e, "a", XFED_NS_MANAGEMENT);
}

/* Some servers repeat the key in their answer. */
static bool has_key(const xmppfed_element *e)
{
    return (xmppfed_element_is(e, "result", XFED_NS_DIALBACK) ||
            xmppfed_element_is(e, "verify", XFED_NS_DIALBACK)) &&
           *xmppfed_element_text(e);
}

/* ---- beginning and end ------------------------------------------------------------------- */

void xfed_recording_begin(xmppfed_connection *c, const char *how)
{
    struct xfed_recording *r;
    size_t max = c->site->recording_bytes;

    if (max == 0)
        return;
    r = xfed_zalloc(c->ctx, sizeof(*r));
    if (!r)
        return;
    xfed_account_init(&r->account, c->ctx, 4 * (max + UNIT_MAX)); /* growing holds two blocks */
    xfed_buffer_init(&r->text, &r->account, max);
    xfed_buffer_init(&r->unit, &r->account, UNIT_MAX);
    xfed_buffer_init(&r->cause, &r->account, UNIT_MAX);
    r->at = c->now;
    c->recording = r;
    put_text(r, "start ");
    put_text(r, how);
    if (c->negotiation.role == XFED_INITIATOR) {
        put_text(r, " ");
        put_text(r, c->negotiation.local);
        put_text(r, " ");
        put_text(r, c->negotiation.remote);
    }
    put_text(r, "\n");
}

void xfed_recording_free(xmppfed_connection *c)
{
    if (!c->recording)
        return;
    xfed_buffer_fini(&c->recording->text);
    xfed_buffer_fini(&c->recording->unit);
    xfed_buffer_fini(&c->recording->cause);
    xfed_free(c->ctx, c->recording);
    c->recording = NULL;
}

xmppfed_slice xmppfed_connection_recording(const xmppfed_connection *c)
{
    if (!c || !c->recording)
        return (xmppfed_slice){NULL, 0};
    return xfed_buffer_bytes(&c->recording->text);
}

/* ---- the site ---------------------------------------------------------------------------- */

static bool is_known(const struct xfed_recording *r, const char *line)
{
    xmppfed_slice text = xfed_buffer_bytes(&r->text);
    size_t len = strlen(line);

    for (size_t i = 0; i + len <= text.len; i++)
        if ((i == 0 || text.data[i - 1] == '\n') && memcmp(text.data + i, line, len) == 0)
            return true;
    return false;
}

static void put_once(struct xfed_recording *r, const char *line)
{
    if (!r->over && !is_known(r, line))
        put_text(r, line);
}

void xfed_recording_host(xmppfed_connection *c, const char *domain)
{
    char line[DOMAINS_MAX];

    if (!c->recording)
        return;
    snprintf(line, sizeof(line), "host %s%s\n", domain,
             xfed_site_credentials(c->site, domain) ? " own" : "");
    put_once(c->recording, line);
}

static const char *negotiation_word(int value)
{
    if (value == XMPPFED_REQUIRED)
        return "required";
    return value == XMPPFED_OPTIONAL ? "optional" : "not-supported";
}

void xfed_recording_partner(xmppfed_connection *c, const struct xfed_partner *partner,
                            const char *domain)
{
    char line[DOMAINS_MAX];

    if (!c->recording)
        return;
    snprintf(line, sizeof(line),
             "policy %s tls=%s sasl=%s dialback=%s allow-plaintext=%s%s%s%s%s\n", domain,
             negotiation_word(partner->tls), negotiation_word(partner->sasl),
             partner->dialback ? "true" : "false", partner->allow_plaintext ? "true" : "false",
             partner->eku == XMPPFED_EKU_SERVER ? ""
             : partner->eku == XMPPFED_EKU_ANY  ? " eku=any"
                                                : " eku=strict-role",
             partner->tls_minimum == XMPPFED_TLS_1_3 ? " tls-minimum=1.3" : "",
             partner->shared_secret ? " shared-secret=" MASKED_SECRET : "",
             partner->key_by_certificate ? " key-by-certificate=true" : "");
    put_once(c->recording, line);
}

void xfed_recording_evidence(xmppfed_connection *c)
{
    if (c->recording)
        put_once(c->recording, "evidence\n");
}

/* ---- the peer ---------------------------------------------------------------------------- */

void xfed_recording_heard(xmppfed_connection *c, xmppfed_slice bytes)
{
    struct xfed_recording *r = c->recording;

    if (r && !r->over && !r->unit_lost && xfed_buffer_append(&r->unit, bytes.data, bytes.len) < 0)
        r->unit_lost = true;
}

/* A key of ours that a peer asks about stays a good one; any other is nobody's business. */
static void put_verify(xmppfed_connection *c, xmppfed_slice bytes, const xmppfed_element *e)
{
    struct xfed_dialback_message m;
    char key[XFED_DIALBACK_KEY_SIZE] = MASKED;

    if (xfed_dialback_parse(e, &m) == 0 &&
        xfed_dialback_key_check(c->ctx, xfed_site_secret(c->site), m.from, m.to, m.id, m.key) &&
        xfed_dialback_key_make(c->ctx, xmppfed_slice_of(KNOWN_SECRET), m.from, m.to, m.id, key) < 0)
        c->recording->over = true;
    put_masked(c->recording, bytes, key);
    put_text(c->recording, "\n");
}

static void add_cause(struct xfed_recording *r, const char *text)
{
    if (xfed_buffer_append_text(&r->cause, text) < 0)
        r->over = true;
}

/* Who wrote to whom is enough to see why a stanza was not taken. */
static void reduce(struct xfed_recording *r, const xmppfed_element *e)
{
    static const char *const names[] = {"from", "to", "type", "h"};
    const char *ns = xmppfed_element_ns(e);

    xfed_buffer_clear(&r->cause);
    r->cause_at = r->at;
    add_cause(r, "C: <");
    add_cause(r, xmppfed_element_name(e));
    if (strcmp(ns, XFED_NS_SERVER) != 0) {
        add_cause(r, " xmlns='");
        add_cause(r, ns);
        add_cause(r, "'");
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = xmppfed_element_attribute(e, names[i]);

        if (!value || strpbrk(value, "<&'%\\\n"))
            continue;
        add_cause(r, " ");
        add_cause(r, names[i]);
        add_cause(r, "='");
        add_cause(r, value);
        add_cause(r, "'");
    }
    add_cause(r, "/>\n");
}

/*
 * The element with which SASL begins may carry a secret, unless its mechanism has none; and whoever
 * has all messages of SCRAM can try out secrets at leisure.
 */
static bool is_secret(const xmppfed_connection *c, const xmppfed_element *e)
{
    const char *mechanism = xmppfed_element_attribute(e, "mechanism");

    if (strcmp(xmppfed_element_ns(e), XFED_NS_SASL) != 0 || !*xmppfed_element_text(e))
        return false;
    if (xmppfed_element_is(e, "auth", XFED_NS_SASL))
        return !mechanism || strcmp(mechanism, "EXTERNAL") != 0;
    return c->negotiation.method == XMPPFED_METHOD_SCRAM;
}

static void put_unit(xmppfed_connection *c, const xmppfed_element *item)
{
    struct xfed_recording *r = c->recording;
    xmppfed_slice bytes = xfed_buffer_bytes(&r->unit);

    if (r->unit_lost || (!item && c->up)) {
        /* In error after the proof, it may be a stanza cut short. */
        begin_at(c, "# what the peer said here is left out\n");
        return;
    }
    begin_at(c, "C: ");
    if (item && is_request(item, "verify"))
        put_verify(c, bytes, item);
    else if (item && (has_key(item) || is_secret(c, item))) {
        put_masked(r, bytes, MASKED);
        put_text(r, "\n");
    } else
        put_heard(r, bytes);
}

void xfed_recording_unit(xmppfed_connection *c, const xmppfed_element *item)
{
    struct xfed_recording *r = c->recording;

    if (!r || r->over)
        return;
    if (item && is_traffic(item))
        reduce(r, item);
    else
        put_unit(c, item);
    xfed_buffer_clear(&r->unit);
    r->unit_lost = false;
}

/* What a player is to use for a certificate in place of the peer's. */
static const char *certificate_word(const xmppfed_connection *c)
{
    const char *remote = c->negotiation.remote;
    const struct xfed_partner *partner =
        remote[0] && c->site->policy ? xfed_policy_find(c->site->policy, remote) : NULL;
    const struct xfed_tls_demand demand = xfed_connection_demand(c, partner);
    struct xfed_tls_standing standing;
    struct xfed_tls_facts facts;

    xfed_tls_session_facts(c->tls, &facts);
    if (!facts.has_certificate)
        return "none";
    switch (xfed_tls_session_prove(c->tls, &demand, remote[0] ? remote : NULL, &standing, NULL)) {
    case 0:
        return "proves";
    case XMPPFED_ERR_TLS_IDENTITY:
        return "misnamed";
    default:
        return "fails";
    }
}

void xfed_recording_tls(xmppfed_connection *c, bool failed)
{
    if (c->recording)
        xfed_recording_call(c, "tls %s", failed ? "broken" : certificate_word(c));
}

/* ---- ourselves --------------------------------------------------------------------------- */

/* A header as it is but for the id, which the next play makes anew. */
static void put_header(struct xfed_recording *r, xmppfed_slice bytes, const char *id)
{
    size_t len = strlen(id);

    for (size_t i = 0; i + len <= bytes.len; i++) {
        if (len == 0 || memcmp(bytes.data + i, id, len) != 0)
            continue;
        put(r, bytes.data, i);
        put_text(r, "%id%");
        put(r, bytes.data + i + len, bytes.len - i - len);
        return;
    }
    put(r, bytes.data, bytes.len);
}

static void put_result(xmppfed_connection *c, xmppfed_slice bytes)
{
    const struct xfed_negotiation *n = &c->negotiation;
    char key[XFED_DIALBACK_KEY_SIZE] = MASKED;

    if (xfed_dialback_key_make(c->ctx, xmppfed_slice_of(KNOWN_SECRET), n->remote, n->local, n->id,
                               key) < 0)
        c->recording->over = true;
    put_masked(c->recording, bytes, key);
}

static bool is_blank(xmppfed_slice s)
{
    return s.len == 1 && s.data[0] == ' ';
}

void xfed_recording_said(xmppfed_connection *c, size_t before, const xmppfed_element *e,
                         const char *id)
{
    struct xfed_recording *r = c->recording;
    xmppfed_slice bytes = xfed_buffer_bytes(&c->plain);

    if (!r || r->over || bytes.len <= before || (e && is_traffic(e)))
        return;
    bytes.data += before;
    bytes.len -= before;
    if (is_blank(bytes)) /* a keep-alive */
        return;
    begin(r, "S: ");
    if (id)
        put_header(r, bytes, id);
    else if (e && is_request(e, "result"))
        put_result(c, bytes);
    else if (e && (has_key(e) || is_secret(c, e)))
        put_masked(r, bytes, MASKED);
    else
        put(r, bytes.data, bytes.len);
    put_text(r, "\n");
}

/* ---- the host ---------------------------------------------------------------------------- */

static void put_field(struct xfed_recording *r, const char *name, const char *value)
{
    if (!value[0])
        return;
    put_text(r, " ");
    put_text(r, name);
    put_text(r, "=");
    put_text(r, value);
}

void xfed_recording_event(xmppfed_connection *c, const xmppfed_event *ev)
{
    struct xfed_recording *r = c->recording;
    bool ours = c->negotiation.role == XFED_RECEIVER;

    if (!r || r->over || ev->kind == XMPPFED_EVENT_STANZA)
        return;
    begin(r, "E: ");
    put_text(r, xmppfed_event_name(ev->kind));
    put_field(r, "local", xmppfed_event_local(ev));
    put_field(r, "remote", xmppfed_event_remote(ev));
    put_field(r, "id", ours && *xmppfed_event_id(ev) ? "%id%" : xmppfed_event_id(ev));
    put_field(r, "key", *xmppfed_event_key(ev) ? MASKED : "");
    if (ev->has_proof)
        put_field(r, "proof", xmppfed_proof_name(ev->proof.kind));
    if (ev->code != 0)
        put_field(r, "code", xmppfed_error_name(ev->code));
    put_text(r, "\n");
}

void xfed_recording_call(xmppfed_connection *c, const char *format, ...)
{
    char words[DOMAINS_MAX];
    va_list args;

    if (!c->recording || c->recording->over)
        return;
    va_start(args, format);
    vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    begin_at(c, "A: ");
    put_text(c->recording, words);
    put_text(c->recording, "\n");
}

void xfed_recording_tick(xmppfed_connection *c)
{
    struct xfed_recording *r = c->recording;
    char line[40];

    if (!r || r->over || c->now < r->at)
        return;
    snprintf(line, sizeof(line), "A: tick %llu\n", (unsigned long long)(c->now - r->at));
    xfed_buffer_clear(&r->cause);
    add_cause(r, line);
    r->cause_at = c->now;
}

void xfed_recording_settled(xmppfed_connection *c)
{
    struct xfed_recording *r = c->recording;

    if (!r)
        return;
    if (c->down && !r->over)
        begin(r, "");
    xfed_buffer_clear(&r->cause);
}
