/* transcript.c - playing a file of what a peer sends and what it gets back. */
#include "support/context.h"
#include "transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/certs.h"
#include "connection/connection.h"
#include "support/sites.h"
#include "support/tlsa.h"
#include <xmppfed/connection.h>

enum { TEXT_MAX = 256 * 1024, LINE_SIZE = 4096, PIECE_MAX = 64 * 1024, WORDS = 8, PARTNERS = 4 };

/* The first byte of a TLS handshake (RFC 8446 5.1). */
#define TLS_HANDSHAKE 0x16

struct transcript {
    char *text;
    size_t bytes; /* of the peer, over all pieces */
    struct alloc_fail memory;
    xmppfed_context *ctx;
    xmppfed_site *site;
    struct test_partner partners[PARTNERS];
    char domains[PARTNERS][64];
    size_t partner_count;
    uint32_t evidence; /* what the host can get */
    /* Of the play in progress. */
    xmppfed_connection *connection;
    xmppfed_tls_session *tls; /* the peer's end; NULL: plain text */
    bool tls_up;
    char hello[LINE_SIZE]; /* what our TLS said before the peer's began */
    size_t hello_len;
    bool resumes; /* an initiator that has a session to resume */
    bool peer_accepts;
    bool changed; /* the site is no more what the file says at its beginning */
    xmppfed_time now;
    char *out;   /* the text that is made */
    char id[64]; /* of our stream as it is now */
    char *piece; /* PIECE_MAX */
    size_t piece_len;
    size_t position; /* bytes of the peer so far */
    size_t cut;
};

/* ---- words ---------------------------------------------------------------------------------- */

/* Splits a line at its spaces, in place. */
static size_t split(char *line, char *ret_words[WORDS])
{
    size_t count = 0;

    for (char *at = line; *at && count < WORDS;) {
        while (*at == ' ')
            *at++ = '\0';
        if (!*at)
            break;
        ret_words[count++] = at;
        while (*at && *at != ' ')
            at++;
    }
    return count;
}

static int code_of(const char *name)
{
    if (strcmp(name, "OK") == 0)
        return 0;
    for (int code = -1; code > XMPPFED_ERR_LAST; code--)
        if (strcmp(xmppfed_error_name(code), name) == 0)
            return code;
    fail_msg("there is no error %s", name);
    return 0;
}

static int negotiation_of(const char *value)
{
    static const char *const values[] = {"required", "optional", "not-supported"};

    for (int i = 0; i < 3; i++)
        if (strcmp(values[i], value) == 0)
            return i + XMPPFED_REQUIRED;
    fail_msg("tls and sasl are not %s", value);
    return 0;
}

/* ---- the scene ------------------------------------------------------------------------------- */

/* The settings of a record, from the third word on. */
static void read_partner(char **words, size_t count, struct test_partner *p)
{
    for (size_t i = 2; i < count; i++) {
        char *value = strchr(words[i], '=');

        assert_non_null(value);
        *value++ = '\0';
        if (strcmp(words[i], "tls") == 0)
            p->tls = negotiation_of(value);
        else if (strcmp(words[i], "sasl") == 0)
            p->sasl = negotiation_of(value);
        else if (strcmp(words[i], "dialback") == 0)
            p->no_dialback = strcmp(value, "true") != 0;
        else if (strcmp(words[i], "allow-plaintext") == 0)
            p->plaintext = strcmp(value, "true") == 0;
        else if (strcmp(words[i], "shared-secret") == 0)
            p->secret = value;
        else if (strcmp(words[i], "key-by-certificate") == 0)
            p->key_by_certificate = strcmp(value, "true") == 0;
        else
            fail_msg("a partner has no %s", words[i]);
    }
}

static void add_partner(struct transcript *t, char *words[WORDS], size_t count)
{
    struct test_partner *p = &t->partners[t->partner_count];

    assert_true(t->partner_count < PARTNERS && count > 1);
    p->domain = t->domains[t->partner_count];
    snprintf(t->domains[t->partner_count++], sizeof(t->domains[0]), "%s", words[1]);
    read_partner(words, count, p);
    if (p->secret) /* words of a line that is gone when the policy is made of its records */
        assert_int_equal(
            xmppfed_site_set_partner_secret(t->site, p->domain, xmppfed_slice_of(p->secret)), 0);
    p->secret = p->secret ? "set" : NULL;
}

static void set_up(struct transcript *t, char *line)
{
    char *words[WORDS];
    size_t count = split(line, words);

    if (count == 0)
        return;
    if (strcmp(words[0], "policy") == 0) {
        add_partner(t, words, count);
    } else if (strcmp(words[0], "host") == 0) {
        xmppfed_credentials *own = count > 2 ? test_credentials(t->ctx, words[2]) : NULL;

        assert_int_equal(xmppfed_site_set_domain(t->site, words[1], own), 0);
        xmppfed_credentials_unref(own);
    } else if (strcmp(words[0], "evidence") == 0) {
        t->evidence = XMPPFED_EVIDENCE_TLSA;
    }
}

/* ---- what happened --------------------------------------------------------------------------- */

static void say(struct transcript *t, const char *format, ...) XMPPFED_PRINTF(2, 3);

static void say(struct transcript *t, const char *format, ...)
{
    size_t used = strlen(t->out);
    va_list args;

    va_start(args, format);
    if (vsnprintf(t->out + used, TEXT_MAX - used, format, args) >= (int)(TEXT_MAX - used))
        fail_msg("the transcript is too long");
    va_end(args);
}

static void say_field(struct transcript *t, const char *name, const char *value)
{
    if (value[0])
        say(t, " %s=%s", name, value);
}

static void say_event(struct transcript *t, const xmppfed_event *ev)
{
    const xmppfed_proof *proof = xmppfed_event_proof(ev);

    say(t, "E: %s", xmppfed_event_name(xmppfed_event_kind(ev)));
    say_field(t, "local", xmppfed_event_local(ev));
    say_field(t, "remote", xmppfed_event_remote(ev));
    say_field(t, "id", xmppfed_event_id(ev));
    say_field(t, "key", xmppfed_event_key(ev));
    if (proof)
        say_field(t, "proof", xmppfed_proof_name(proof->kind));
    if (xmppfed_event_code(ev))
        say_field(t, "code", xmppfed_error_name(xmppfed_event_code(ev)));
    say(t, "\n");
}

/* Keeps the id of a header of ours, and puts %id% in its place. */
static void hide_id(struct transcript *t, char *text)
{
    char *header = strstr(text, "<stream:stream ");
    char *id = header ? strstr(header, " id='") : NULL;
    char *end = id ? strchr(id + 5, '\'') : NULL;

    if (!end)
        return;
    snprintf(t->id, sizeof(t->id), "%.*s", (int)(end - (id + 5)), id + 5);
    assert_true(end - (id + 5) > 4);
    memmove(id + 5 + 4, end, strlen(end) + 1);
    memcpy(id + 5, "%id%", 4);
}

/* The same in what was already said: an event may name the id of a header that waits. */
static void hide_id_said(struct transcript *t)
{
    size_t len = strlen(t->id);
    char *at = t->out;

    while (len > 0 && (at = strstr(at, t->id)) != NULL) {
        memmove(at + 4, at + len, strlen(at + len) + 1);
        memcpy(at, "%id%", 4);
    }
}

/* Puts "masked" in place of what an element of ours says in SCRAM. */
static void hide_sasl(char *text, const char *begin)
{
    char *from = strstr(text, begin);
    char *to;

    if (!from)
        return;
    from += strlen(begin);
    to = strchr(from, '<');
    if (!to || to - from <= 6)
        return;
    memmove(from + 6, to, strlen(to) + 1);
    memcpy(from, "masked", 6);
}

/* Writes output with a line for each thing that is sent. */
static void say_output(struct transcript *t, char *text)
{
    static const char *const starts[] = {"<stream:", "</stream:stream", "<db:"};

    hide_id(t, text);
    hide_id_said(t);
    hide_sasl(text, "mechanism='SCRAM-SHA-256-PLUS'>");
    hide_sasl(text, "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>");
    if (strcmp(text, " ") == 0) { /* a keep-alive, made visible */
        say(t, "S: \\x20\n");
        return;
    }
    if (text[0])
        say(t, "S: ");
    for (char *at = text; *at; at++) {
        for (size_t i = 0; at > text && i < sizeof(starts) / sizeof(starts[0]); i++)
            if (strncmp(at, starts[i], strlen(starts[i])) == 0)
                say(t, "\nS: ");
        say(t, "%c", *at);
    }
    if (text[0])
        say(t, "\n");
}

/* Appends bytes to the text output of size bytes. */
static void append(char *output, size_t size, const char *data, size_t len)
{
    size_t used = strlen(output);

    assert_true(used + len < size);
    memcpy(output + used, data, len);
    output[used + len] = '\0';
}

/* What the peer's TLS makes of our bytes. */
static void decrypt(struct transcript *t, xmppfed_slice bytes, char *output, size_t size)
{
    char room[LINE_SIZE];
    int len;

    assert_int_equal(xmppfed_tls_session_feed(t->tls, bytes.data, bytes.len), 0);
    if (!t->tls_up)
        return;
    while ((len = xmppfed_tls_session_read(t->tls, room, sizeof(room))) > 0)
        append(output, size, room, (size_t)len);
    assert_true(len == 0 || len == XMPPFED_ERR_TLS_CLOSED);
}

static void keep_hello(struct transcript *t, xmppfed_slice bytes)
{
    assert_true(t->hello_len + bytes.len <= sizeof(t->hello));
    memcpy(t->hello + t->hello_len, bytes.data, bytes.len);
    t->hello_len += bytes.len;
}

/* Takes all events and output since the last time. */
static void settle(struct transcript *t, char *output, size_t size)
{
    const xmppfed_event *ev;
    xmppfed_slice bytes;

    while (xmppfed_connection_next_event(t->connection, t->now, &ev) == 1)
        say_event(t, ev);
    while ((bytes = xmppfed_connection_output(t->connection)).len > 0) {
        if (t->tls)
            decrypt(t, bytes, output, size);
        else if (bytes.data[0] == TLS_HANDSHAKE)
            keep_hello(t, bytes);
        else
            append(output, size, bytes.data, bytes.len);
        xmppfed_connection_sent(t->connection, bytes.len);
    }
}

/* ---- TLS of the peer -------------------------------------------------------------------- */

/* Carries what the peer's TLS has to send. */
static void carry(struct transcript *t)
{
    xmppfed_slice bytes = xmppfed_tls_session_output(t->tls);
    int rc = bytes.len > 0 ? xmppfed_connection_feed(t->connection, bytes.data, bytes.len) : 0;

    if (rc < 0 && rc != XMPPFED_ERR_STREAM_CLOSED)
        fail_msg("feed: %s", xmppfed_error_name(rc));
    xmppfed_tls_session_sent(t->tls, bytes.len);
}

/* The handshake, up to the first bytes of ours inside it. */
static void shake_hands(struct transcript *t, const char *certificate, char *output, size_t size)
{
    xmppfed_credentials *own =
        strcmp(certificate, "none") == 0 ? NULL : test_credentials(t->ctx, certificate);
    int done = 0;

    assert_int_equal(
        xmppfed_tls_session_new(t->ctx, t->peer_accepts ? XMPPFED_TLS_SERVER : XMPPFED_TLS_CLIENT,
                                own, NULL, &t->tls),
        0);
    xmppfed_credentials_unref(own);
    assert_int_equal(xmppfed_tls_session_feed(t->tls, t->hello, t->hello_len), 0);
    t->hello_len = 0;
    for (int turn = 0; turn < 8 && done == 0; turn++) {
        settle(t, output, size);
        done = xmppfed_tls_session_handshake(t->tls, NULL);
        carry(t);
    }
    assert_int_equal(done, 1);
    t->tls_up = true;
    decrypt(t, (xmppfed_slice){"", 0}, output, size);
    settle(t, output, size);
}

/* ---- what is done ----------------------------------------------------------------------- */

/* ---- sessions ------------------------------------------------------------------------------ */

static const char *session_left(void *user, struct xfed_acks *ret)
{
    const struct transcript *t = user;

    *ret = (struct xfed_acks){.sent = 5, .acked = 2};
    return t->resumes ? "kept" : NULL;
}

static void session_resumed(void *user, uint32_t h)
{
    say(user, "E: RESUMED h=%u\n", (unsigned)h);
}

static void session_ended(void *user, const uint32_t *h)
{
    if (h)
        say(user, "E: SESSION_ENDED h=%u\n", (unsigned)*h);
    else
        say(user, "E: SESSION_ENDED\n");
}

static int session_open(void *user, char *ret_id, size_t size, uint32_t *ret_seconds)
{
    (void)user;
    snprintf(ret_id, size, "new");
    *ret_seconds = 120;
    return 0;
}

static void session_take(void *user, const struct xfed_management *resume,
                         struct xfed_session_answer *ret)
{
    (void)user;
    ret->resumes = strcmp(resume->id, "kept") == 0;
    ret->known = ret->resumes || strcmp(resume->id, "past") == 0;
    ret->acks = (struct xfed_acks){.handled = 3};
}

static const struct xfed_session_port session_port = {session_left, session_resumed, session_ended,
                                                      session_open, session_take};

static void start_acks(struct transcript *t, const char *word)
{
    bool sessions = strcmp(word, "sessions") == 0;

    t->resumes = strcmp(word, "kept") == 0;
    xmppfed_connection_set_acks(t->connection, sessions || t->resumes || strcmp(word, "acks") == 0);
    if (!sessions && !t->resumes)
        return;
    t->connection->negotiation.ports.session = &session_port;
    t->connection->negotiation.ports.session_user = t;
}

static void start(struct transcript *t, char *words[WORDS], size_t count)
{
    int rc;

    assert_true(count > 1);
    t->peer_accepts = strncmp(words[1], "receiver", 8) != 0;
    if (!t->peer_accepts) {
        rc = (strcmp(words[1], "receiver-direct") == 0
                  ? xmppfed_connection_new_receiver_direct
                  : xmppfed_connection_new_receiver)(t->site, t->now, &t->connection);
        if (rc == 0)
            rc = xmppfed_connection_set_evidence(t->connection, t->evidence);
    } else {
        bool verifies = strncmp(words[1], "verifier", 8) == 0;
        bool direct = strstr(words[1], "-direct") != NULL;

        assert_true(count > 3);
        rc = (direct ? xmppfed_connection_new_initiator_direct : xmppfed_connection_new_initiator)(
            t->site, words[2], words[3],
            verifies ? XMPPFED_PURPOSE_VERIFY : XMPPFED_PURPOSE_STANZAS, t->now, &t->connection);
    }
    assert_int_equal(rc, 0);
    start_acks(t, words[count - 1]);
}

static int send_message(struct transcript *t, const char *from, const char *to)
{
    xmppfed_element *e = xmppfed_element_new(t->ctx, "message", XMPPFED_NS_SERVER);
    int rc;

    xmppfed_element_set_attribute(e, "from", from);
    xmppfed_element_set_attribute(e, "to", to);
    rc = xmppfed_connection_send(t->connection, e, NULL);
    xmppfed_element_free(e);
    return rc;
}

/* The host changes its site; the next play begins with that of the file again. */
static bool change_site(struct transcript *t, char *words[WORDS], size_t count)
{
    struct test_partner partner = {.domain = NULL};
    xmppfed_policy *policy;

    if (strcmp(words[1], "unhost") == 0 && count > 2) {
        assert_int_equal(xmppfed_site_remove_domain(t->site, words[2]), 0);
    } else if (strcmp(words[1], "host") == 0 && count > 2) {
        assert_int_equal(xmppfed_site_set_domain(t->site, words[2], NULL), 0);
    } else if (strcmp(words[1], "no-policy") == 0) {
        xmppfed_site_set_policy(t->site, NULL);
    } else if (strcmp(words[1], "policy") == 0 && count > 2) {
        partner.domain = words[2];
        read_partner(words + 1, count - 1, &partner);
        policy = test_policy(t->ctx, &partner, 1);
        xmppfed_site_set_policy(t->site, policy);
        xmppfed_policy_unref(policy);
    } else {
        return false;
    }
    t->changed = true;
    return true;
}

/* The key of a certificate, as DNS has it: DANE-EE (RFC 7671 5.1). */
static int find_tlsa(struct transcript *t, const char *certificate)
{
    const struct test_promise promise = {3, 1, 1, certificate};
    uint8_t octets[TEST_TLSA_SIZE];
    xmppfed_tlsa record = test_tlsa(&promise, octets);

    record.base = "xmpp.fabrikam.example";
    return xmppfed_connection_set_tlsa(t->connection, NULL, &record, 1);
}

static void act(struct transcript *t, char *words[WORDS], size_t count)
{
    xmppfed_connection *c = t->connection;
    int rc = 0;

    assert_true(count > 1);
    if (change_site(t, words, count))
        return;
    if (strcmp(words[1], "gone") == 0)
        xmppfed_connection_transport_closed(c);
    else if (strcmp(words[1], "close") == 0 && count > 2)
        xmppfed_connection_close(c, code_of(words[2]), NULL);
    else if (strcmp(words[1], "tick") == 0 && count > 2)
        xmppfed_connection_tick(c, t->now += strtoull(words[2], NULL, 10));
    else if (strcmp(words[1], "send") == 0 && count > 3)
        rc = send_message(t, words[2], words[3]);
    else if (strcmp(words[1], "verify") == 0 && count > 5)
        rc = xmppfed_connection_verify(c, words[2], words[3], words[4], words[5]);
    else if (strcmp(words[1], "acks") == 0)
        xmppfed_connection_set_acks(c, 1);
    else if (strcmp(words[1], "pair") == 0 && count > 3)
        rc = xmppfed_connection_add_pair(c, words[2], words[3]);
    else if (strcmp(words[1], "evidence") == 0)
        rc = xmppfed_connection_evidence_known(c);
    else if (strcmp(words[1], "tlsa") == 0 && count > 2)
        rc = find_tlsa(t, words[2]);
    else if (strcmp(words[1], "checked") == 0 && count > 4)
        rc = xmppfed_connection_checked(c, words[2], words[3], code_of(words[4]),
                                        count > 5 ? words[5] : NULL);
    else
        fail_msg("the host cannot %s", words[1]);
    if (rc < 0)
        say(t, "E: the call says %s\n", xmppfed_error_name(rc));
}

/* Adds a C line to the piece, without its escapes. */
static void collect(struct transcript *t, const char *line)
{
    for (const char *at = line; *at;) {
        unsigned long fill = 1;
        char byte = *at++;

        if (byte == '\\' && *at == 'n') {
            byte = '\n';
            at++;
        } else if (byte == '\\' && *at == 'x') {
            char digits[3] = {at[1], at[2], '\0'};

            byte = (char)strtoul(digits, NULL, 16);
            at += 3;
        } else if (byte == '%' && strncmp(at, "fill ", 5) == 0) {
            char *end;

            fill = strtoul(at + 5, &end, 10);
            byte = 'x';
            at = end + 1;
        }
        assert_true(t->piece_len + fill <= PIECE_MAX);
        memset(t->piece + t->piece_len, byte, fill);
        t->piece_len += fill;
    }
}

static void feed(struct transcript *t, size_t from, size_t to)
{
    int rc;

    if (t->tls) {
        assert_int_equal(xmppfed_tls_session_write(t->tls, t->piece + from, to - from), 0);
        carry(t);
        return;
    }
    rc = xmppfed_connection_feed(t->connection, t->piece + from, to - from);
    if (rc < 0 && rc != XMPPFED_ERR_STREAM_CLOSED)
        fail_msg("feed: %s", xmppfed_error_name(rc));
}

/* Hands over the piece that was collected, in parts. */
static void deliver(struct transcript *t)
{
    char output[LINE_SIZE] = "";
    size_t len = t->piece_len;
    size_t cut = t->cut > t->position && t->cut < t->position + len ? t->cut - t->position : len;

    if (len == 0)
        return;
    for (size_t from = 0; from < len;) {
        size_t to = t->cut == TRANSCRIPT_BYTES ? from + 1 : from < cut ? cut : len;

        feed(t, from, to);
        settle(t, output, sizeof(output));
        from = to;
    }
    say_output(t, output);
    t->position += len;
    t->piece_len = 0;
}

static void play_line(struct transcript *t, char *line)
{
    char output[LINE_SIZE] = "";
    char *words[WORDS];
    size_t count;

    if (strncmp(line, "C: ", 3) == 0) {
        say(t, "%s\n", line);
        collect(t, line + 3);
        return;
    }
    deliver(t);
    if (strncmp(line, "S: ", 3) == 0 || strncmp(line, "E: ", 3) == 0)
        return; /* what is said there has happened, or not */
    say(t, "%s\n", line);
    count = line[0] == '#' ? 0 : split(line, words);
    if (count > 0 && strcmp(words[0], "start") == 0)
        start(t, words, count);
    else if (count > 2 && strcmp(words[0], "A:") == 0 && strcmp(words[1], "tls") == 0)
        shake_hands(t, words[2], output, sizeof(output));
    else if (count > 0 && strcmp(words[0], "A:") == 0)
        act(t, words, count);
    else
        return;
    settle(t, output, sizeof(output));
    say_output(t, output);
}

/* Calls what for each line of the file, as a copy. */
static void each_line(struct transcript *t, void (*what)(struct transcript *t, char *line))
{
    char line[LINE_SIZE];

    for (const char *at = t->text; *at;) {
        size_t len = strcspn(at, "\n");

        assert_true(len < sizeof(line));
        memcpy(line, at, len);
        line[len] = '\0';
        what(t, line);
        at += len + (at[len] == '\n');
    }
}

/* The site of the file's first lines. */
static void make_site(struct transcript *t)
{
    xmppfed_policy *policy;
    xmppfed_trust *trust;

    xmppfed_site_unref(t->site);
    t->site = NULL;
    t->partner_count = 0;
    memset(t->partners, 0, sizeof(t->partners));
    t->changed = false;
    assert_int_equal(xmppfed_site_new(t->ctx, &t->site), 0);
    each_line(t, set_up);
    policy = test_policy(t->ctx, t->partners, t->partner_count);
    trust = test_trust(t->ctx);
    xmppfed_site_set_policy(t->site, policy);
    xmppfed_site_set_trust(t->site, trust);
    xmppfed_site_set_clock(t->site, TEST_TIME, 0);
    assert_int_equal(
        xmppfed_site_set_dialback_secret(t->site, xmppfed_slice_of("s3cr3tf0rd14lb4ck")), 0);
    xmppfed_policy_unref(policy);
    xmppfed_trust_unref(trust);
}

struct transcript *transcript_open(const char *path)
{
    struct transcript *t = calloc(1, sizeof(*t));
    FILE *f = fopen(path, "rb");

    if (!t || !f)
        fail_msg("cannot open %s", path);
    t->text = calloc(1, TEXT_MAX);
    t->piece = malloc(PIECE_MAX);
    assert_true(t->text && t->piece);
    assert_true(fread(t->text, 1, TEXT_MAX - 1, f) > 0);
    fclose(f);
    t->ctx = test_context_counted(&t->memory);
    make_site(t);
    return t;
}

void transcript_close(struct transcript *t)
{
    xmppfed_site_unref(t->site);
    test_context_counted_free(t->ctx, &t->memory);
    free(t->text);
    free(t->piece);
    free(t);
}

const char *transcript_text(const struct transcript *t)
{
    return t->text;
}

bool transcript_has_tls(const struct transcript *t)
{
    return strstr(t->text, "\nA: tls ") != NULL;
}

size_t transcript_bytes(const struct transcript *t)
{
    return t->bytes;
}

char *transcript_play(struct transcript *t, size_t cut)
{
    char *out = calloc(1, TEXT_MAX);
    size_t live;

    assert_non_null(out);
    t->out = out;
    t->cut = cut;
    t->now = 0;
    t->position = 0;
    t->id[0] = '\0';
    if (t->changed)
        make_site(t);
    live = t->memory.live;
    each_line(t, play_line);
    deliver(t);
    t->bytes = t->position;
    xmppfed_connection_free(t->connection);
    t->connection = NULL;
    xmppfed_tls_session_free(t->tls);
    t->tls = NULL;
    t->tls_up = false;
    t->hello_len = 0;
    t->out = NULL;
    /* A peer that leaves at any byte leaves nothing behind (CVE-2026-43506). */
    if (!t->changed)
        assert_int_equal(t->memory.live, live);
    return out;
}
