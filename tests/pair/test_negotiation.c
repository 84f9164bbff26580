/* test_negotiation.c - two connections negotiate in memory, with real TLS and SASL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "connection/connection.h"
#include "dialback/key.h"
#include "support/context.h"
#include "support/sites.h"
#include "support/stream_pair.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"
#define S XMPPFED_METHOD_EXTERNAL
#define TLS_DB XMPPFED_METHOD_DIALBACK_TLS
#define TCP_DB XMPPFED_METHOD_DIALBACK_TCP

/* Two sites whose records for each other are rows of the matrix. */
struct scene {
    xmppfed_context *ctx;
    xmppfed_site *contoso;
    xmppfed_site *fabrikam;
    struct stream_pair pair;
};

static void open_sites(struct scene *s, const char *contoso_cert, unsigned contoso_row,
                       const char *fabrikam_cert, unsigned fabrikam_row)
{
    memset(s, 0, sizeof(*s));
    s->ctx = test_context();
    s->contoso = test_site(s->ctx, CONTOSO, contoso_cert, test_matrix_row(FABRIKAM, contoso_row));
    s->fabrikam =
        test_site(s->ctx, FABRIKAM, fabrikam_cert, test_matrix_row(CONTOSO, fabrikam_row));
    s->pair.now = 1000;
}

static void close_scene(struct scene *s)
{
    stream_pair_stop(&s->pair);
    xmppfed_site_unref(s->contoso);
    xmppfed_site_unref(s->fabrikam);
    xmppfed_context_unref(s->ctx);
}

/* contoso.example dials fabrikam.example. */
static void dial(struct scene *s)
{
    stream_pair_start(&s->pair, s->ctx, s->contoso, s->fabrikam, XMPPFED_PURPOSE_STANZAS);
    stream_pair_run(&s->pair);
}

/* An open scene with the row on both sides, dialled. */
static void open_and_dial(struct scene *s, unsigned row)
{
    open_sites(s, "contoso", row, "fabrikam", row);
    dial(s);
}

/* How the initiator, and the receiver, came to be up; 0 if it did not. */
static int proof_of(const struct seen *seen)
{
    const struct seen_event *up = seen_find(seen, XMPPFED_EVENT_STREAM_UP);

    return up ? up->proof.kind : 0;
}

static int down_code(const struct seen *seen)
{
    const struct seen_event *down = seen_find(seen, XMPPFED_EVENT_STREAM_DOWN);

    return down ? down->code : 1;
}

static xmppfed_element *message(xmppfed_context *ctx, const char *from, const char *to,
                                const char *body)
{
    xmppfed_element *e = xmppfed_element_new(ctx, "message", XMPPFED_NS_SERVER);

    xmppfed_element_set_attribute(e, "from", from);
    xmppfed_element_set_attribute(e, "to", to);
    xmppfed_element_add_text(xmppfed_element_add_child(e, "body", XMPPFED_NS_SERVER), body);
    return e;
}

static int send_message(struct scene *s, const char *from, const char *to, uint64_t *ret_mark)
{
    xmppfed_element *e = message(s->ctx, from, to, "Wherefore art thou?");
    int rc = xmppfed_connection_send(s->pair.initiator, e, ret_mark);

    xmppfed_element_free(e);
    return rc;
}

static bool output_has(xmppfed_connection *c, const char *text)
{
    xmppfed_slice out = xmppfed_connection_output(c);
    size_t len = strlen(text);

    for (size_t i = 0; i + len <= out.len; i++)
        if (memcmp(out.data + i, text, len) == 0)
            return true;
    return false;
}

/* ---- the way of RFC 6120: STARTTLS, then EXTERNAL -------------------------------------------- */

static void check_external(struct scene *s)
{
    const struct seen_event *up = seen_find(&s->pair.at_receiver, XMPPFED_EVENT_STREAM_UP);
    const struct seen_event *stanza;

    assert_int_equal(proof_of(&s->pair.at_initiator), XMPPFED_PROOF_PKIX);
    assert_int_equal(proof_of(&s->pair.at_receiver), XMPPFED_PROOF_PKIX);
    assert_string_equal(up->local, FABRIKAM);
    assert_string_equal(up->remote, CONTOSO);
    assert_int_equal(up->direction, XMPPFED_INBOUND);
    assert_int_equal(send_message(s, "romeo@" CONTOSO "/x", "juliet@" FABRIKAM, NULL), 0);
    stream_pair_run(&s->pair);
    stanza = seen_find(&s->pair.at_receiver, XMPPFED_EVENT_STANZA);
    assert_non_null(stanza);
    assert_string_equal(stanza->body, "Wherefore art thou?");
    assert_string_equal(stanza->remote, CONTOSO);
    assert_memory_equal(&stanza->proof, &up->proof, sizeof(up->proof));
    xmppfed_connection_close(s->pair.initiator, 0, NULL);
    stream_pair_run(&s->pair);
    assert_int_equal(down_code(&s->pair.at_initiator), 0);
    assert_int_equal(down_code(&s->pair.at_receiver), 0);
}

static void run_external(enum carry carry, size_t cut, uint64_t seed, size_t ret_carried[2])
{
    struct scene s;

    open_sites(&s, "contoso", 8, "fabrikam", 8);
    s.pair.carry = carry;
    s.pair.cut = cut;
    s.pair.seed = seed;
    dial(&s);
    if (proof_of(&s.pair.at_receiver) != XMPPFED_PROOF_PKIX)
        fail_msg("carried by %d, cut at %zu, seed %u: not up", (int)carry, cut, (unsigned)seed);
    check_external(&s);
    memcpy(ret_carried, s.pair.carried, sizeof(s.pair.carried));
    close_scene(&s);
}

static void test_external(void **state)
{
    size_t carried[2];

    (void)state;
    run_external(CARRY_WHOLE, 0, 0, carried);
    assert_true(carried[0] > 1000);
    run_external(CARRY_BYTES, 0, 0, carried);
}

/* The plaintext part, header to <proceed/>, cut at every offset and some way into TLS. */
static void test_external_cut_anywhere(void **state)
{
    enum { PLAINTEXT_AND_MORE = 600 };
    size_t carried[2];

    (void)state;
    for (size_t cut = 1; cut < PLAINTEXT_AND_MORE; cut++)
        run_external(CARRY_CUT, cut, 0, carried);
}

static void test_external_in_random_pieces(void **state)
{
    size_t carried[2];

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++)
        run_external(CARRY_RANDOM, 0, seed, carried);
}

static void test_proof_contents(void **state)
{
    const struct seen_event *up;
    struct scene s;

    (void)state;
    open_and_dial(&s, 7);
    up = seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_UP);
    assert_string_equal(up->proof.tls_version, "TLS1.3");
    assert_true(up->proof.cipher[0] != '\0');
    assert_true(up->proof.has_certificate);
    assert_int_equal(up->proof.proved_at, 1000);
    assert_memory_not_equal(up->proof.fingerprint, (uint8_t[32]){0}, 32);
    assert_memory_not_equal(
        up->proof.fingerprint,
        seen_find(&s.pair.at_initiator, XMPPFED_EVENT_STREAM_UP)->proof.fingerprint, 32);
    close_scene(&s);
    open_and_dial(&s, 17);
    up = seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_UP);
    assert_int_equal(up->proof.kind, XMPPFED_PROOF_DIALBACK_TCP);
    assert_string_equal(up->proof.tls_version, "");
    assert_false(up->proof.has_certificate);
    close_scene(&s);
}

/* ---- certificates ------------------------------------------------------------------------------
 */

static const struct certificate {
    const char *name;
    int error; /* why it proves nothing; 0: it proves fabrikam.example */
} certificates[] = {
    {"fabrikam", 0},
    {"fabrikam-serverauth", 0},
    {"fabrikam-anyeku", 0},
    {"fabrikam-chain", 0},
    {"fabrikam-srvname", 0},
    {"fabrikam-xmppaddr", 0},
    {"fabrikam-clientauth", XMPPFED_ERR_TLS_CERTIFICATE},
    {"fabrikam-cnonly", XMPPFED_ERR_TLS_IDENTITY},
    {"fabrikam-wrongname", XMPPFED_ERR_TLS_IDENTITY},
    {"fabrikam-wildcard", XMPPFED_ERR_TLS_IDENTITY},
    {"fabrikam-expired", XMPPFED_ERR_TLS_CERTIFICATE},
    {"fabrikam-notyet", XMPPFED_ERR_TLS_CERTIFICATE},
    {"fabrikam-selfsigned", XMPPFED_ERR_TLS_CERTIFICATE},
    {"fabrikam-unknownca", XMPPFED_ERR_TLS_CERTIFICATE},
    {"fabrikam-expiredca", XMPPFED_ERR_TLS_CERTIFICATE},
};

enum { CERTIFICATES = sizeof(certificates) / sizeof(certificates[0]) };

/* fabrikam.example shows the certificate, as the one who dials or the one who is dialled. */
static void show(struct scene *s, const struct certificate *c, unsigned row, bool dials)
{
    open_sites(s, "contoso", row, c->name, row);
    if (!dials) {
        dial(s);
        return;
    }
    s->pair.first = FABRIKAM;
    s->pair.second = CONTOSO;
    stream_pair_start(&s->pair, s->ctx, s->fabrikam, s->contoso, XMPPFED_PURPOSE_STANZAS);
    stream_pair_run(&s->pair);
}

/* Row 7: what EXTERNAL cannot prove is proved by dialback inside TLS. */
static void test_certificates_or_dialback(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * CERTIFICATES; i++) {
        const struct certificate *c = &certificates[i / 2];
        int expected = c->error ? XMPPFED_PROOF_DIALBACK_TLS : XMPPFED_PROOF_PKIX;
        struct scene s;

        show(&s, c, 7, i % 2);
        if (proof_of(&s.pair.at_initiator) != expected || proof_of(&s.pair.at_receiver) != expected)
            fail_msg("%s, %s: %s and %s", c->name, i % 2 ? "dials" : "is dialled",
                     xmppfed_proof_name(proof_of(&s.pair.at_initiator)),
                     xmppfed_proof_name(proof_of(&s.pair.at_receiver)));
        close_scene(&s);
    }
}

/* Row 8: there is no other method, and the sentence says what is wrong with the certificate. */
static void test_certificates_or_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * CERTIFICATES; i++) {
        const struct certificate *c = &certificates[i / 2];
        const struct seen *judge;
        struct scene s;

        show(&s, c, 8, i % 2);
        judge = i % 2 ? &s.pair.at_receiver : &s.pair.at_initiator;
        if (proof_of(judge) != (c->error ? 0 : XMPPFED_PROOF_PKIX))
            fail_msg("%s, %s: %s", c->name, i % 2 ? "dials" : "is dialled",
                     xmppfed_proof_name(proof_of(judge)));
        if (c->error && (down_code(judge) != c->error ||
                         !strstr(seen_find(judge, XMPPFED_EVENT_STREAM_DOWN)->text, FABRIKAM)))
            fail_msg("%s, %s: %s", c->name, i % 2 ? "dials" : "is dialled",
                     xmppfed_error_name(down_code(judge)));
        if (c->error && proof_of(&s.pair.at_initiator) + proof_of(&s.pair.at_receiver) != 0)
            fail_msg("%s: somebody is up", c->name);
        close_scene(&s);
    }
}

static void test_who_dials_without_certificate(void **state)
{
    struct scene s;

    (void)state;
    open_sites(&s, NULL, 7, "fabrikam", 7);
    dial(&s);
    assert_int_equal(proof_of(&s.pair.at_receiver), XMPPFED_PROOF_DIALBACK_TLS);
    close_scene(&s);
    open_sites(&s, NULL, 8, "fabrikam", 8);
    dial(&s);
    assert_int_equal(proof_of(&s.pair.at_receiver), 0);
    assert_int_equal(down_code(&s.pair.at_receiver), XMPPFED_ERR_TLS_CERTIFICATE);
    assert_int_equal(down_code(&s.pair.at_initiator), XMPPFED_ERR_STREAM_ERROR_RECEIVED);
    close_scene(&s);
}

/* The rule of the record decides which key usage is asked of whom. */
static void test_key_usage_rules(void **state)
{
    static const struct {
        const char *name;
        int rule;
        bool proved;
    } rows[] = {
        {"fabrikam-clientauth", XMPPFED_EKU_SERVER, false},
        {"fabrikam-clientauth", XMPPFED_EKU_ANY, true},
        {"fabrikam-clientauth", XMPPFED_EKU_STRICT_ROLE, true},
        {"fabrikam-serverauth", XMPPFED_EKU_ANY, true},
        {"fabrikam-serverauth", XMPPFED_EKU_STRICT_ROLE, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct test_partner partner = test_matrix_row(FABRIKAM, 8);
        xmppfed_policy *policy;
        struct scene s;

        open_sites(&s, "contoso", 8, rows[i].name, 8);
        partner.eku = rows[i].rule;
        policy = test_policy(s.ctx, &partner, 1);
        xmppfed_site_set_policy(s.contoso, policy);
        xmppfed_policy_unref(policy);
        s.pair.first = FABRIKAM;
        s.pair.second = CONTOSO;
        stream_pair_start(&s.pair, s.ctx, s.fabrikam, s.contoso, XMPPFED_PURPOSE_STANZAS);
        stream_pair_run(&s.pair);
        if ((proof_of(&s.pair.at_receiver) == XMPPFED_PROOF_PKIX) != rows[i].proved)
            fail_msg("%s with rule %d", rows[i].name, rows[i].rule);
        close_scene(&s);
    }
}

/* ---- the matrix against itself -----------------------------------------------------------------
 */

/* The documented rows: which methods prove a partner, and whether TLS is spoken at all. */
static const struct matrix_row {
    unsigned number;
    unsigned methods;
    bool no_tls;
} matrix[] = {
    {1, S, false},
    {2, S, false},
    {3, S | TLS_DB | TCP_DB, false},
    {4, S, false},
    {5, TCP_DB, true},
    {7, S | TLS_DB, false},
    {8, S, false},
    {9, S | TLS_DB | TCP_DB, false},
    {10, S, false},
    {11, TCP_DB, true},
    {13, TLS_DB, false},
    {15, TLS_DB | TCP_DB, false},
    {17, TCP_DB, true},
};

enum { ROWS = sizeof(matrix) / sizeof(matrix[0]) };

/*
 * What the standards make of two records, with good certificates: TLS if both speak it (RFC 6120
 * 5.3.1), then EXTERNAL if both allow it (XEP-0178), else dialback if both allow it on the stream
 * as it is (XEP-0220), else nothing.
 */
static int oracle(const struct matrix_row *ours, const struct matrix_row *theirs)
{
    unsigned both = ours->methods & theirs->methods;

    if (ours->no_tls || theirs->no_tls)
        return both & TCP_DB ? XMPPFED_PROOF_DIALBACK_TCP : 0;
    if (both & S)
        return XMPPFED_PROOF_PKIX;
    return both & TLS_DB ? XMPPFED_PROOF_DIALBACK_TLS : 0;
}

static void test_matrix(void **state)
{
    (void)state;
    for (size_t i = 0; i < (size_t)ROWS * ROWS; i++) {
        const struct matrix_row *ours = &matrix[i / ROWS];
        const struct matrix_row *theirs = &matrix[i % ROWS];
        int expected = oracle(ours, theirs);
        struct scene s;

        open_sites(&s, "contoso", ours->number, "fabrikam", theirs->number);
        dial(&s);
        if (proof_of(&s.pair.at_initiator) != expected || proof_of(&s.pair.at_receiver) != expected)
            fail_msg("row %u to row %u: %s and %s, not %s", ours->number, theirs->number,
                     xmppfed_proof_name(proof_of(&s.pair.at_initiator)),
                     xmppfed_proof_name(proof_of(&s.pair.at_receiver)),
                     xmppfed_proof_name(expected));
        if (expected == 0 &&
            (down_code(&s.pair.at_initiator) >= 0 ||
             send_message(&s, "a@" CONTOSO, "b@" FABRIKAM, NULL) != XMPPFED_ERR_STATE))
            fail_msg("row %u to row %u: not closed", ours->number, theirs->number);
        if (expected != 0) {
            assert_int_equal(send_message(&s, "a@" CONTOSO, "b@" FABRIKAM, NULL), 0);
            stream_pair_run(&s.pair);
            assert_int_equal(seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STANZA)->proof.kind,
                             expected);
        }
        close_scene(&s);
    }
}

/* ---- attacks ------------------------------------------------------------------------------------
 */

static void feed(struct scene *s, xmppfed_connection *c, struct seen *seen, const char *text)
{
    assert_int_equal(xmppfed_connection_feed(c, text, strlen(text)), 0);
    stream_pair_take(&s->pair, c, seen);
}

#define HEADER                                                                     \
    "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/" \
    "streams' xmlns:db='jabber:server:dialback' version='1.0' id='x' "
#define STARTTLS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

/* CVE-2011-0411: plaintext behind <starttls/> must not be taken for what comes inside TLS. */
static void test_injection_at_the_receiver(void **state)
{
    static const char *const tails[] = {"<message/>", "\x16\x03\x01", "x", " <"};

    (void)state;
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        char bytes[256];
        struct scene s;

        open_sites(&s, "contoso", 7, "fabrikam", 7);
        stream_pair_start(&s.pair, s.ctx, s.contoso, s.fabrikam, XMPPFED_PURPOSE_STANZAS);
        feed(&s, s.pair.receiver, &s.pair.at_receiver,
             HEADER "from='contoso.example' to='fabrikam.example'>");
        snprintf(bytes, sizeof(bytes), "%s%s", STARTTLS, tails[i]);
        feed(&s, s.pair.receiver, &s.pair.at_receiver, bytes);
        if (down_code(&s.pair.at_receiver) != XMPPFED_ERR_STREAM_LEFTOVER ||
            !output_has(s.pair.receiver, "policy-violation") ||
            output_has(s.pair.receiver, "<proceed"))
            fail_msg("tail %zu: %s", i, xmppfed_error_name(down_code(&s.pair.at_receiver)));
        close_scene(&s);
    }
}

static void test_injection_at_the_initiator(void **state)
{
    struct scene s;

    (void)state;
    open_sites(&s, "contoso", 7, "fabrikam", 7);
    stream_pair_start(&s.pair, s.ctx, s.contoso, s.fabrikam, XMPPFED_PURPOSE_STANZAS);
    feed(&s, s.pair.initiator, &s.pair.at_initiator,
         HEADER "from='fabrikam.example' to='contoso.example'><stream:features>" STARTTLS
                "</stream:features>");
    feed(&s, s.pair.initiator, &s.pair.at_initiator,
         "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><stream:features/>");
    assert_int_equal(down_code(&s.pair.at_initiator), XMPPFED_ERR_STREAM_LEFTOVER);
    close_scene(&s);
}

/* A line break behind <starttls/> is no injection: some servers put one after each element. */
static void test_white_space_is_no_injection(void **state)
{
    struct scene s;

    (void)state;
    open_sites(&s, "contoso", 7, "fabrikam", 7);
    stream_pair_start(&s.pair, s.ctx, s.contoso, s.fabrikam, XMPPFED_PURPOSE_STANZAS);
    feed(&s, s.pair.receiver, &s.pair.at_receiver,
         HEADER "from='contoso.example' to='fabrikam.example'>");
    feed(&s, s.pair.receiver, &s.pair.at_receiver, STARTTLS "\r\n");
    assert_true(output_has(s.pair.receiver, "<proceed"));
    close_scene(&s);
}

/* A proved peer speaks for its own domain alone, with or without TLS. */
static void test_foreign_from(void **state)
{
    static const unsigned rows[] = {8, 13, 17};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_element *e;
        struct scene s;

        open_and_dial(&s, rows[i]);
        assert_int_equal(send_message(&s, "a@evil.example", "b@" FABRIKAM, NULL),
                         XMPPFED_ERR_STREAM_ADDRESSING);
        assert_int_equal(send_message(&s, "a@" CONTOSO, "b@evil.example", NULL),
                         XMPPFED_ERR_STREAM_ADDRESSING);
        /* A peer whose own checks are broken. */
        e = message(s.ctx, "a@evil.example", "b@" FABRIKAM, "hello");
        assert_int_equal(xfed_connection_write(s.pair.initiator, e), 0);
        xmppfed_element_free(e);
        stream_pair_run(&s.pair);
        assert_null(seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STANZA));
        assert_int_equal(down_code(&s.pair.at_receiver), XMPPFED_ERR_STREAM_INVALID_FROM);
        assert_non_null(strstr(seen_find(&s.pair.at_initiator, XMPPFED_EVENT_STREAM_DOWN)->text,
                               "invalid-from"));
        close_scene(&s);
    }
}

/* A close_notify without a closing tag ends the stream, once, and does not spin. */
static void test_tls_closed_without_closing_tag(void **state)
{
    struct scene s;

    (void)state;
    open_and_dial(&s, 8);
    xmppfed_tls_session_close(s.pair.initiator->tls);
    stream_pair_run(&s.pair);
    assert_int_equal(down_code(&s.pair.at_receiver), XMPPFED_ERR_STREAM_CLOSED);
    close_scene(&s);
}

static void test_broken_record(void **state)
{
    struct scene s;

    (void)state;
    open_and_dial(&s, 8);
    feed(&s, s.pair.receiver, &s.pair.at_receiver, "<message>in plaintext</message>");
    assert_int_equal(down_code(&s.pair.at_receiver), XMPPFED_ERR_TLS_RECORD);
    close_scene(&s);
}

static void test_no_handshake(void **state)
{
    struct scene s;

    (void)state;
    open_sites(&s, "contoso", 8, "fabrikam", 8);
    stream_pair_start(&s.pair, s.ctx, s.contoso, s.fabrikam, XMPPFED_PURPOSE_STANZAS);
    feed(&s, s.pair.receiver, &s.pair.at_receiver,
         HEADER "from='contoso.example' to='fabrikam.example'>" STARTTLS);
    feed(&s, s.pair.receiver, &s.pair.at_receiver, "<stream:stream>");
    assert_int_equal(down_code(&s.pair.at_receiver), XMPPFED_ERR_TLS_HANDSHAKE);
    assert_false(output_has(s.pair.receiver, "stream:error"));
    close_scene(&s);
}

/* ---- dialback
 * ------------------------------------------------------------------------------------ */

static void test_wrong_key(void **state)
{
    struct scene s;

    (void)state;
    open_sites(&s, "contoso", 13, "fabrikam", 13);
    s.pair.keep_checks = true;
    dial(&s);
    assert_non_null(seen_find(&s.pair.at_receiver, XMPPFED_EVENT_DIALBACK_CHECK));
    assert_int_equal(xmppfed_connection_checked(s.pair.receiver, FABRIKAM, CONTOSO,
                                                XMPPFED_ERR_DIALBACK_INVALID, NULL),
                     0);
    stream_pair_run(&s.pair);
    assert_int_equal(proof_of(&s.pair.at_initiator), 0);
    assert_int_equal(proof_of(&s.pair.at_receiver), 0);
    assert_int_equal(down_code(&s.pair.at_initiator), XMPPFED_ERR_DIALBACK_INVALID);
    assert_int_equal(down_code(&s.pair.at_receiver), XMPPFED_ERR_DIALBACK_INVALID);
    close_scene(&s);
}

/* The authoritative server's part, over a stream that is there for nothing else. */
static void test_verification_stream(void **state)
{
    static const unsigned rows[] = {7, 13, 17};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char key[XFED_DIALBACK_KEY_SIZE];
        const struct seen_event *answer;
        struct scene s;

        open_sites(&s, "contoso", rows[i], "fabrikam", rows[i]);
        stream_pair_start(&s.pair, s.ctx, s.contoso, s.fabrikam, XMPPFED_PURPOSE_VERIFY);
        assert_int_equal(xmppfed_connection_verify(s.pair.initiator, CONTOSO, FABRIKAM, "i", "k"),
                         XMPPFED_ERR_STATE);
        stream_pair_run(&s.pair);
        assert_non_null(seen_find(&s.pair.at_initiator, XMPPFED_EVENT_CAN_VERIFY));
        assert_int_equal(send_message(&s, "a@" CONTOSO, "b@" FABRIKAM, NULL), XMPPFED_ERR_STATE);
        assert_int_equal(xfed_dialback_key_make(s.ctx, xfed_site_secret(s.fabrikam), CONTOSO,
                                                FABRIKAM, "i1", key),
                         0);
        assert_int_equal(xmppfed_connection_verify(s.pair.initiator, CONTOSO, FABRIKAM, "i1", key),
                         0);
        stream_pair_run(&s.pair);
        answer = seen_find(&s.pair.at_initiator, XMPPFED_EVENT_DIALBACK_ANSWER);
        assert_int_equal(answer->code, 0);
        assert_string_equal(answer->id, "i1");
        assert_string_equal(answer->remote, FABRIKAM);
        assert_int_equal(xmppfed_connection_verify(s.pair.initiator, CONTOSO, FABRIKAM, "i2", key),
                         0);
        stream_pair_run(&s.pair);
        answer = seen_find(&s.pair.at_initiator, XMPPFED_EVENT_DIALBACK_ANSWER);
        assert_int_equal(answer->code, XMPPFED_ERR_DIALBACK_INVALID);
        assert_string_equal(answer->id, "i2");
        close_scene(&s);
    }
}

/* ---- time
 * ---------------------------------------------------------------------------------------- */

static void tick(struct scene *s, xmppfed_time now)
{
    s->pair.now = now;
    xmppfed_connection_tick(s->pair.initiator, now);
    xmppfed_connection_tick(s->pair.receiver, now);
    stream_pair_run(&s->pair);
}

static void test_establishment_timeout(void **state)
{
    struct scene s;

    (void)state;
    open_sites(&s, "contoso", 7, "fabrikam", 7);
    stream_pair_start(&s.pair, s.ctx, s.contoso, s.fabrikam, XMPPFED_PURPOSE_STANZAS);
    assert_int_equal(xmppfed_connection_deadline(s.pair.receiver), 1000 + 60000);
    xmppfed_connection_tick(s.pair.receiver, 60999);
    stream_pair_take(&s.pair, s.pair.receiver, &s.pair.at_receiver);
    assert_int_equal(s.pair.at_receiver.count, 0);
    xmppfed_connection_tick(s.pair.receiver, 61000);
    stream_pair_take(&s.pair, s.pair.receiver, &s.pair.at_receiver);
    assert_int_equal(down_code(&s.pair.at_receiver), XMPPFED_ERR_TIMEOUT_ESTABLISH);
    assert_true(output_has(s.pair.receiver, "connection-timeout"));
    assert_int_equal(xmppfed_connection_deadline(s.pair.receiver), XMPPFED_TIME_NEVER);
    close_scene(&s);
}

/* White space keeps the stream alive until nobody has had anything to say for too long. */
static void test_keep_alive_and_inactivity(void **state)
{
    struct test_partner partner = test_matrix_row(FABRIKAM, 8);
    xmppfed_policy *policy;
    struct scene s;

    (void)state;
    open_sites(&s, "contoso", 8, "fabrikam", 8);
    partner.ping = XMPPFED_PING_NEVER;
    policy = test_policy(s.ctx, &partner, 1);
    xmppfed_site_set_policy(s.contoso, policy);
    xmppfed_policy_unref(policy);
    dial(&s);
    assert_int_equal(xmppfed_connection_deadline(s.pair.initiator), 1000 + 150000);
    assert_int_equal(xmppfed_connection_deadline(s.pair.receiver), 1000 + 300000);
    for (xmppfed_time now = 151000; now < 601000; now += 150000) {
        tick(&s, now);
        assert_int_equal(down_code(&s.pair.at_receiver), 1);
        assert_int_equal(xmppfed_connection_deadline(s.pair.receiver),
                         now + 300000 < 601000 ? now + 300000 : 601000);
    }
    tick(&s, 601000);
    /* Our own idleness is no error of the peer: the stream is closed in order. */
    assert_int_equal(down_code(&s.pair.at_initiator), 0);
    close_scene(&s);
}

static void test_peer_without_keep_alive(void **state)
{
    struct scene s;

    (void)state;
    open_and_dial(&s, 8);
    s.pair.now = 301000;
    xmppfed_connection_tick(s.pair.receiver, 300999);
    stream_pair_take(&s.pair, s.pair.receiver, &s.pair.at_receiver);
    assert_int_equal(down_code(&s.pair.at_receiver), 1);
    xmppfed_connection_tick(s.pair.receiver, 301000);
    stream_pair_run(&s.pair);
    assert_int_equal(down_code(&s.pair.at_receiver), XMPPFED_ERR_TIMEOUT_IDLE);
    assert_int_equal(down_code(&s.pair.at_initiator), XMPPFED_ERR_STREAM_ERROR_RECEIVED);
    close_scene(&s);
}

/* ---- the end of stanzas and streams
 * -------------------------------------------------------------- */

static void test_marks(void **state)
{
    static const unsigned rows[] = {8, 17};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t first, second;
        struct scene s;
        xmppfed_slice out;

        open_and_dial(&s, rows[i]);
        assert_int_equal(send_message(&s, "a@" CONTOSO, "b@" FABRIKAM, &first), 0);
        (void)xmppfed_connection_output(s.pair.initiator);
        assert_int_equal(send_message(&s, "a@" CONTOSO, "b@" FABRIKAM, &second), 0);
        assert_true(xmppfed_connection_acked(s.pair.initiator) < first);
        assert_true(first < second);
        /* One byte short of all. */
        while ((out = xmppfed_connection_output(s.pair.initiator)).len > 1)
            xmppfed_connection_sent(s.pair.initiator, out.len - 1);
        assert_true(xmppfed_connection_acked(s.pair.initiator) < second);
        xmppfed_connection_sent(s.pair.initiator, 1);
        assert_true(xmppfed_connection_acked(s.pair.initiator) >= second);
        close_scene(&s);
    }
}

/* More records than the ring holds: nothing is lost, neither stanzas nor the closing tag. */
static void test_close_with_much_waiting(void **state)
{
    enum { STANZAS = 100 };
    size_t count = 0;
    struct scene s;

    (void)state;
    open_and_dial(&s, 8);
    for (int i = 0; i < STANZAS; i++) {
        assert_int_equal(send_message(&s, "a@" CONTOSO, "b@" FABRIKAM, NULL), 0);
        (void)xmppfed_connection_output(s.pair.initiator); /* a record of its own */
    }
    xmppfed_connection_close(s.pair.initiator, 0, NULL);
    for (bool moved = true; moved;) {
        xmppfed_slice out = xmppfed_connection_output(s.pair.initiator);
        struct seen seen = {0};

        moved = out.len > 0;
        if (moved && xmppfed_connection_feed(s.pair.receiver, out.data, out.len / 20 + 1) == 0)
            xmppfed_connection_sent(s.pair.initiator, out.len / 20 + 1);
        else if (moved)
            xmppfed_connection_sent(s.pair.initiator, out.len);
        stream_pair_take(&s.pair, s.pair.receiver, &seen);
        for (size_t i = 0; i < seen.count; i++)
            count += seen.events[i].kind == XMPPFED_EVENT_STANZA;
        if (seen_find(&seen, XMPPFED_EVENT_STREAM_DOWN))
            s.pair.at_receiver = seen;
    }
    assert_int_equal(count, STANZAS);
    assert_int_equal(down_code(&s.pair.at_receiver), 0);
    close_scene(&s);
}

static void test_transport_closed(void **state)
{
    struct scene s;

    (void)state;
    open_and_dial(&s, 8);
    xmppfed_connection_transport_closed(s.pair.receiver);
    stream_pair_take(&s.pair, s.pair.receiver, &s.pair.at_receiver);
    assert_int_equal(down_code(&s.pair.at_receiver), XMPPFED_ERR_STREAM_CLOSED);
    s.pair.at_receiver.count = 0;
    stream_pair_take(&s.pair, s.pair.receiver, &s.pair.at_receiver);
    assert_int_equal(s.pair.at_receiver.count, 0);
    assert_int_equal(xmppfed_connection_feed(s.pair.receiver, "x", 1), XMPPFED_ERR_STREAM_CLOSED);
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_external),
        cmocka_unit_test(test_external_cut_anywhere),
        cmocka_unit_test(test_external_in_random_pieces),
        cmocka_unit_test(test_proof_contents),
        cmocka_unit_test(test_certificates_or_dialback),
        cmocka_unit_test(test_certificates_or_nothing),
        cmocka_unit_test(test_who_dials_without_certificate),
        cmocka_unit_test(test_key_usage_rules),
        cmocka_unit_test(test_matrix),
        cmocka_unit_test(test_injection_at_the_receiver),
        cmocka_unit_test(test_injection_at_the_initiator),
        cmocka_unit_test(test_white_space_is_no_injection),
        cmocka_unit_test(test_foreign_from),
        cmocka_unit_test(test_tls_closed_without_closing_tag),
        cmocka_unit_test(test_broken_record),
        cmocka_unit_test(test_no_handshake),
        cmocka_unit_test(test_wrong_key),
        cmocka_unit_test(test_verification_stream),
        cmocka_unit_test(test_establishment_timeout),
        cmocka_unit_test(test_keep_alive_and_inactivity),
        cmocka_unit_test(test_peer_without_keep_alive),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_close_with_much_waiting),
        cmocka_unit_test(test_transport_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
