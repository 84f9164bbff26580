/* test_secret.c - partners that share a secret: SCRAM-SHA-256-PLUS with two real ends. */
#include "ends.h"

#include "support/certs.h"

#define SECRET "correct-horse-battery"
#define OTHER "correct-horse-batterx"
#define PIN_FABRIKAM "eeeaf4eb82fce6d2bcbaa45b85daacde14ee14cfd1bc244291bff9fe33b5c39d"

/* ---- records on both sides ------------------------------------------------------------------- */

struct row {
    const char *name;
    struct test_partner at_contoso; /* who dials */
    struct test_partner at_fabrikam;
    const char *certificate; /* of fabrikam.example */
    int proof;               /* at both ends, or NONE */
    int code;                /* at contoso.example, if NONE */
    const char *why;         /* ... and words of its sentence */
};

#define GOOD XMPPFED_PROOF_SHARED_SECRET

static const struct row rows[] = {
    {.name = "both have it",
     .at_contoso = {.secret = SECRET},
     .at_fabrikam = {.secret = SECRET},
     .certificate = "fabrikam",
     .proof = GOOD},
    {.name = "no certificate is asked for",
     .at_contoso = {.secret = SECRET},
     .at_fabrikam = {.secret = SECRET},
     .certificate = "fabrikam-selfsigned",
     .proof = GOOD},
    {.name = "nor its dates",
     .at_contoso = {.secret = SECRET, .tls_minimum = XMPPFED_TLS_1_3},
     .at_fabrikam = {.secret = SECRET},
     .certificate = "fabrikam-expired",
     .proof = GOOD},
    {.name = "before a certificate, where both would do",
     .at_contoso = {.secret = SECRET, .minimum_proof = XMPPFED_PROOF_PKIX},
     .at_fabrikam = {.secret = SECRET, .minimum_proof = XMPPFED_PROOF_PKIX},
     .certificate = "fabrikam",
     .proof = GOOD},
    {.name = "with a pinned key",
     .at_contoso = {.secret = SECRET, .pin = PIN_FABRIKAM},
     .at_fabrikam = {.secret = SECRET},
     .certificate = "fabrikam",
     .proof = GOOD},
    {.name = "with another key than the pinned one",
     .at_contoso = {.secret = SECRET, .pin = PIN_FABRIKAM},
     .at_fabrikam = {.secret = SECRET},
     .certificate = "fabrikam-selfsigned",
     .code = XMPPFED_ERR_POLICY_NO_METHOD,
     .why = "pin"},
    {.name = "another secret",
     .at_contoso = {.secret = SECRET},
     .at_fabrikam = {.secret = OTHER},
     .certificate = "fabrikam",
     .code = XMPPFED_ERR_SASL_REFUSED,
     .why = "both sides must have the same"},
    {.name = "another secret, and dialback would do",
     .at_contoso = {.secret = SECRET, .minimum_proof = XMPPFED_PROOF_DIALBACK_TLS},
     .at_fabrikam = {.secret = OTHER, .minimum_proof = XMPPFED_PROOF_DIALBACK_TLS},
     .certificate = "fabrikam-selfsigned",
     .code = XMPPFED_ERR_SASL_REFUSED,
     .why = "not-authorized"},
    {.name = "they do not have it",
     .at_contoso = {.secret = SECRET},
     .at_fabrikam = {.domain = CONTOSO},
     .certificate = "fabrikam",
     .code = XMPPFED_ERR_POLICY_NO_METHOD,
     .why = "does not offer SCRAM-SHA-256-PLUS"},
    {.name = "they do not have it, and a certificate will do",
     .at_contoso = {.secret = SECRET, .minimum_proof = XMPPFED_PROOF_PKIX},
     .at_fabrikam = {.domain = CONTOSO},
     .certificate = "fabrikam",
     .proof = XMPPFED_PROOF_PKIX},
    {.name = "they do not have it, and dialback will do",
     .at_contoso = {.secret = SECRET, .minimum_proof = XMPPFED_PROOF_DIALBACK_TLS},
     .at_fabrikam = {.domain = CONTOSO},
     .certificate = "fabrikam-selfsigned",
     .proof = XMPPFED_PROOF_DIALBACK_TLS},
    {.name = "we do not have it",
     .at_contoso = {.domain = FABRIKAM},
     .at_fabrikam = {.secret = SECRET},
     .certificate = "fabrikam",
     .code = XMPPFED_ERR_DIALBACK_REFUSED},
    {.name = "we do not have it, and our certificate will do",
     .at_contoso = {.domain = FABRIKAM},
     .at_fabrikam = {.secret = SECRET, .minimum_proof = XMPPFED_PROOF_PKIX},
     .certificate = "fabrikam",
     .proof = XMPPFED_PROOF_PKIX},
};

static void check_row(const struct row *row)
{
    const struct seen_event *down;
    struct ends s;

    ends_init(&s, "contoso", row->at_contoso, row->certificate, row->at_fabrikam);
    ends_dial(&s, false);
    if (seen_proof(&s.pair.at_initiator) != row->proof ||
        seen_proof(&s.pair.at_receiver) != row->proof)
        fail_msg("%s: %d, %d", row->name, seen_proof(&s.pair.at_initiator),
                 seen_proof(&s.pair.at_receiver));
    if (row->proof == XMPPFED_PROOF_NONE && seen_down_code(&s.pair.at_initiator) != row->code)
        fail_msg("%s: %s", row->name, xmppfed_error_name(seen_down_code(&s.pair.at_initiator)));
    down = seen_find(&s.pair.at_initiator, XMPPFED_EVENT_STREAM_DOWN);
    if (row->why && !strstr(down->text, row->why))
        fail_msg("%s: %s", row->name, down->text);
    ends_fini(&s);
}

static void test_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_row(&rows[i]);
}

static void open_good(struct ends *s)
{
    ends_init(s, "contoso", (struct test_partner){.secret = SECRET}, "fabrikam-selfsigned",
              (struct test_partner){.secret = SECRET});
}

/* The record speaks of a secret that the host has not given. */
static void test_secret_not_given(void **state)
{
    const struct seen_event *down;
    struct ends s;

    (void)state;
    open_good(&s);
    assert_int_equal(xmppfed_site_set_partner_secret(s.contoso, FABRIKAM, (xmppfed_slice){NULL, 0}),
                     0);
    ends_dial(&s, false);
    assert_int_equal(seen_down_code(&s.pair.at_initiator), XMPPFED_ERR_POLICY_NO_METHOD);
    down = seen_find(&s.pair.at_initiator, XMPPFED_EVENT_STREAM_DOWN);
    assert_non_null(strstr(down->text, "the secret itself is not known here"));
    assert_null(seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_UP));
    ends_fini(&s);
}

/* ---- what the proof carries ------------------------------------------------------------- */

static int send(struct ends *s, xmppfed_connection *c, const char *from, const char *to)
{
    xmppfed_element *e = xmppfed_element_new(s->ctx, "message", XMPPFED_NS_SERVER);
    int rc;

    xmppfed_element_set_attribute(e, "from", from);
    xmppfed_element_set_attribute(e, "to", to);
    rc = xmppfed_connection_send(c, e, NULL);
    xmppfed_element_free(e);
    stream_pair_run(&s->pair);
    return rc;
}

/* Stanzas go both ways: each end has proved itself to the other. */
static void test_both_ways(void **state)
{
    const struct seen_event *stanza;
    struct ends s;

    (void)state;
    open_good(&s);
    ends_dial(&s, false);
    assert_int_equal(send(&s, s.pair.initiator, "romeo@" CONTOSO, "juliet@" FABRIKAM), 0);
    stanza = seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STANZA);
    assert_non_null(stanza);
    assert_int_equal(stanza->proof.kind, XMPPFED_PROOF_SHARED_SECRET);
    assert_true(stanza->proof.has_binding);
    assert_int_equal(send(&s, s.pair.receiver, "juliet@" FABRIKAM, "romeo@" CONTOSO), 0);
    stanza = seen_find(&s.pair.at_initiator, XMPPFED_EVENT_STANZA);
    assert_non_null(stanza);
    assert_int_equal(stanza->proof.kind, XMPPFED_PROOF_SHARED_SECRET);
    ends_fini(&s);
}

static void test_foreign_from(void **state)
{
    struct ends s;

    (void)state;
    open_good(&s);
    ends_dial(&s, false);
    /* The other end says what it likes; here the connection itself is asked to. */
    assert_int_equal(send(&s, s.pair.initiator, "romeo@other.example", "juliet@" FABRIKAM),
                     XMPPFED_ERR_STREAM_ADDRESSING);
    assert_null(seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STANZA));
    ends_fini(&s);
}

/* ---- a secret that changes -------------------------------------------------------------- */

static void check_change(const char *secret, bool stays)
{
    struct ends s;

    open_good(&s);
    ends_dial(&s, false);
    assert_int_equal(xmppfed_site_set_partner_secret(s.contoso, FABRIKAM, xmppfed_slice_of(secret)),
                     0);
    assert_int_equal(xfed_negotiation_stands(&s.pair.initiator->negotiation), stays);
    assert_int_equal(send(&s, s.pair.initiator, "romeo@" CONTOSO, "juliet@" FABRIKAM),
                     stays ? 0 : XMPPFED_ERR_STATE);
    xfed_connection_recheck(s.pair.initiator);
    stream_pair_run(&s.pair);
    assert_int_equal(seen_down_code(&s.pair.at_receiver), stays ? 1 : 0);
    ends_fini(&s);
}

static void test_change(void **state)
{
    (void)state;
    check_change(SECRET, true);
    check_change(OTHER, false);
    check_change("", false);
}

/* The proof is by the secret, so that the end of the certificate is not its end. */
static void test_outlives_the_certificate(void **state)
{
    struct ends s;

    (void)state;
    open_good(&s);
    ends_dial(&s, false);
    assert_int_equal(seen_proof(&s.pair.at_initiator), XMPPFED_PROOF_SHARED_SECRET);
    assert_true(xfed_connection_proof_end(s.pair.initiator) == XMPPFED_TIME_NEVER);
    assert_true(xfed_connection_proof_end(s.pair.receiver) == XMPPFED_TIME_NEVER);
    ends_fini(&s);
}

/* ---- somebody in the middle ------------------------------------------------------------- */

/* Direct TLS to each end, with a certificate of the middle's own; what they say is handed on. */
struct middle {
    xmppfed_connection *initiator;
    xmppfed_connection *receiver;
    xmppfed_tls_session *as_server; /* towards the initiator */
    xmppfed_tls_session *as_client;
    struct seen at_initiator;
    struct seen at_receiver;
};

/* Moves bytes between a connection and the middle's session with it; whether there were any. */
static bool exchange(xmppfed_connection *c, xmppfed_tls_session *s)
{
    xmppfed_slice out = xmppfed_connection_output(c);
    bool moved = out.len > 0;

    if (out.len > 0) {
        assert_int_equal(xmppfed_tls_session_feed(s, out.data, out.len), 0);
        xmppfed_connection_sent(c, out.len);
    }
    (void)!xmppfed_tls_session_handshake(s, NULL);
    out = xmppfed_tls_session_output(s);
    if (out.len > 0) {
        moved = true;
        (void)!xmppfed_connection_feed(c, out.data, out.len);
        xmppfed_tls_session_sent(s, out.len);
    }
    return moved;
}

/* Hands on what one end says inside TLS; whether there was anything. */
static bool hand_on(xmppfed_tls_session *from, xmppfed_tls_session *to)
{
    char text[4096];
    int len = xmppfed_tls_session_read(from, text, sizeof(text));

    if (len <= 0 || xmppfed_tls_session_handshake(to, NULL) != 1)
        return false;
    assert_int_equal(xmppfed_tls_session_write(to, text, (size_t)len), 0);
    return true;
}

static void run_middle(struct ends *s, struct middle *m)
{
    bool moved = true;

    while (moved) {
        stream_pair_take(&s->pair, m->initiator, &m->at_initiator);
        stream_pair_take(&s->pair, m->receiver, &m->at_receiver);
        moved = exchange(m->receiver, m->as_client);
        if (xmppfed_tls_session_handshake(m->as_client, NULL) == 1) {
            moved = exchange(m->initiator, m->as_server) || moved;
            moved = hand_on(m->as_server, m->as_client) || moved;
            moved = hand_on(m->as_client, m->as_server) || moved;
        }
    }
}

/*
 * Neither end looks at the certificate of the other, and the middle reads all they say; the proof
 * is about another TLS session than the one in which it arrives (RFC 5802 6, RFC 9266).
 */
static void test_relayed(void **state)
{
    struct middle m = {0};
    xmppfed_credentials *own;
    struct ends s;

    (void)state;
    open_good(&s);
    own = test_credentials(s.ctx, "fabrikam-unknownca");
    assert_int_equal(xmppfed_connection_new_initiator_direct(
                         s.contoso, CONTOSO, FABRIKAM, XMPPFED_PURPOSE_STANZAS, 1000, &m.initiator),
                     0);
    assert_int_equal(xmppfed_connection_new_receiver_direct(s.fabrikam, 1000, &m.receiver), 0);
    assert_int_equal(xmppfed_tls_session_new(s.ctx, XMPPFED_TLS_SERVER, own, NULL, &m.as_server),
                     0);
    assert_int_equal(
        xmppfed_tls_session_new(s.ctx, XMPPFED_TLS_CLIENT, own, FABRIKAM, &m.as_client), 0);
    run_middle(&s, &m);
    assert_null(seen_find(&m.at_initiator, XMPPFED_EVENT_STREAM_UP));
    assert_null(seen_find(&m.at_receiver, XMPPFED_EVENT_STREAM_UP));
    assert_int_equal(seen_down_code(&m.at_initiator), XMPPFED_ERR_SASL_REFUSED);
    /* It got as far as that: both were about to believe. */
    assert_int_equal(m.receiver->negotiation.sasl_tries, 1);
    assert_int_equal(m.initiator->negotiation.tried, XMPPFED_METHOD_SCRAM);
    xmppfed_connection_free(m.initiator);
    xmppfed_connection_free(m.receiver);
    xmppfed_tls_session_free(m.as_server);
    xmppfed_tls_session_free(m.as_client);
    xmppfed_credentials_unref(own);
    ends_fini(&s);
}

/* ---- bytes in pieces -------------------------------------------------------------------- */

static void test_pieces(void **state)
{
    static const enum carry ways[] = {CARRY_BYTES, CARRY_RANDOM};

    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct ends s;

        open_good(&s);
        s.pair.carry = ways[i];
        s.pair.seed = 7;
        ends_dial(&s, false);
        assert_int_equal(seen_proof(&s.pair.at_receiver), XMPPFED_PROOF_SHARED_SECRET);
        assert_int_equal(seen_proof(&s.pair.at_initiator), XMPPFED_PROOF_SHARED_SECRET);
        ends_fini(&s);
    }
}

/* ---- what is written down --------------------------------------------------------------- */

/* Whoever has all messages of the exchange could try secrets out at home. */
static void test_recording(void **state)
{
    struct ends s;
    xmppfed_slice text;

    (void)state;
    open_good(&s);
    xmppfed_site_set_recording(s.contoso, XMPPFED_RECORDING_MAX);
    xmppfed_site_set_recording(s.fabrikam, XMPPFED_RECORDING_MAX);
    ends_dial(&s, false);
    for (int end = 0; end < 2; end++) {
        char *copy;

        text = xmppfed_connection_recording(end ? s.pair.receiver : s.pair.initiator);
        copy = test_malloc(text.len + 1);
        memcpy(copy, text.data, text.len);
        copy[text.len] = '\0';
        assert_non_null(strstr(copy, "mechanism='SCRAM-SHA-256-PLUS'>masked</auth>"));
        assert_non_null(strstr(copy, ">masked</challenge>"));
        assert_non_null(strstr(copy, ">masked</response>"));
        assert_non_null(strstr(copy, ">masked</success>"));
        assert_non_null(strstr(copy, "shared-secret=masked-shared-secret"));
        assert_null(strstr(copy, SECRET));
        test_free(copy);
    }
    ends_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),   cmocka_unit_test(test_secret_not_given),
        cmocka_unit_test(test_both_ways), cmocka_unit_test(test_foreign_from),
        cmocka_unit_test(test_change),    cmocka_unit_test(test_outlives_the_certificate),
        cmocka_unit_test(test_relayed),   cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_recording),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
