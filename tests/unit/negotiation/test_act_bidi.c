/* test_act_bidi.c - streams that carry stanzas both ways: who may ask, and what then passes. */
#include <stdio.h>

#include "fixture.h"

#define S XMPPFED_METHOD_EXTERNAL
#define TLS_DB XMPPFED_METHOD_DIALBACK_TLS

#define BIDI "<bidi xmlns='urn:xmpp:bidi'/>"
#define OFFER "<bidi xmlns='urn:xmpp:features:bidi'/>"
#define EXTERNAL                                            \
    "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" \
    "<mechanism>EXTERNAL</mechanism></mechanisms>"
#define DIALBACK "<dialback xmlns='urn:xmpp:features:dialback'/>"
#define AUTH "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>"
#define FROM_PEER "<message from='a@fabrikam.example' to='b@contoso.example'/>"

static bool said(struct fixture *f, const char *xml)
{
    bool found = strstr(f->ports.log, xml) != NULL;

    f->ports.log[0] = '\0';
    return found;
}

/* ---- our own stream ---------------------------------------------------------------------- */

/* When we ask. */
static void test_asking(void **state)
{
    static const struct {
        const char *name;
        const char *features;
        uint32_t methods;
        int bidi;
        int prove_rc;
        bool verify_only;
        bool asks;
        const char *next;
    } rows[] = {
        {"offered", OFFER EXTERNAL, S, XMPPFED_BIDI_CERTIFICATE, 0, false, true, "I_AUTH"},
        {"any proof is wider", OFFER EXTERNAL, S, XMPPFED_BIDI_ANY_PROOF, 0, false, true, "I_AUTH"},
        {"before a key, the certificate proves the peer", OFFER DIALBACK, S | TLS_DB,
         XMPPFED_BIDI_CERTIFICATE, 0, false, true, "I_DIALBACK"},
        {"not offered", EXTERNAL, S, XMPPFED_BIDI_CERTIFICATE, 0, false, false, "I_AUTH"},
        {"offered in another namespace", BIDI EXTERNAL, S, XMPPFED_BIDI_CERTIFICATE, 0, false,
         false, "I_AUTH"},
        {"never", OFFER EXTERNAL, S, XMPPFED_BIDI_NEVER, 0, false, false, "I_AUTH"},
        {"a key, no certificate", OFFER DIALBACK, S | TLS_DB, XMPPFED_BIDI_CERTIFICATE,
         XMPPFED_ERR_TLS_CERTIFICATE, false, false, "I_DIALBACK"},
        {"nor with any proof: who answers us has proved nothing", OFFER DIALBACK, S | TLS_DB,
         XMPPFED_BIDI_ANY_PROOF, XMPPFED_ERR_TLS_CERTIFICATE, false, false, "I_DIALBACK"},
        {"the record takes no certificate", OFFER DIALBACK, TLS_DB, XMPPFED_BIDI_ANY_PROOF, 0,
         false, false, "I_DIALBACK"},
        {"a stream for checks", OFFER EXTERNAL DIALBACK, S | TLS_DB, XMPPFED_BIDI_CERTIFICATE, 0,
         true, false, "I_VERIFY"},
        {"no method to go on with", OFFER, S, XMPPFED_BIDI_CERTIFICATE, 0, false, false, "CLOSED"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;
        char features[512];

        print_message("# %s\n", rows[i].name);
        fixture_open(&f, XFED_INITIATOR, rows[i].methods);
        f.ports.partners[0].bidi = rows[i].bidi;
        f.ports.prove_rc = rows[i].prove_rc;
        f.n.verify_only = rows[i].verify_only;
        fixture_jump(&f, XFED_STATE_I_TLS_FEATURES, true);
        f.n.dialback_offered = false;
        snprintf(features, sizeof(features), "<stream:features>%s</stream:features>",
                 rows[i].features);
        (void)fixture_receive(&f, features);
        assert_state(&f, rows[i].next);
        assert_int_equal(f.n.bidi, rows[i].asks);
        /* First of all that is sent (XEP-0288 2.2). */
        assert_int_equal(strncmp(f.ports.log, "send " BIDI, strlen("send " BIDI)) == 0,
                         rows[i].asks);
        fixture_close(&f);
    }
}

static void test_not_asked_without_tls(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
    f.ports.partners[0].bidi = XMPPFED_BIDI_ANY_PROOF;
    f.ports.prove_rc = 0;
    fixture_jump(&f, XFED_STATE_I_FEATURES, false);
    assert_int_equal(fixture_receive(&f, "<stream:features>" OFFER DIALBACK "</stream:features>"),
                     0);
    assert_state(&f, "I_DIALBACK");
    assert_false(said(&f, BIDI));
    fixture_close(&f);
}

/* A refused EXTERNAL leaves what was asked for as it is: the certificate proves the peer still. */
static void test_asked_once(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, S | TLS_DB);
    f.ports.partners[0].bidi = XMPPFED_BIDI_CERTIFICATE;
    f.ports.prove_rc = 0;
    fixture_jump(&f, XFED_STATE_I_TLS_FEATURES, true);
    assert_int_equal(
        fixture_receive(&f, "<stream:features>" OFFER EXTERNAL DIALBACK "</stream:features>"), 0);
    assert_true(said(&f, AUTH));
    assert_int_equal(fixture_receive(&f, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"), 0);
    assert_state(&f, "I_DIALBACK");
    assert_false(said(&f, BIDI));
    assert_int_equal(
        fixture_receive(&f,
                        "<db:result from='fabrikam.example' to='contoso.example' type='valid'/>"),
        0);
    assert_true(said(&f, "up contoso.example fabrikam.example 2"));
    assert_int_equal(fixture_receive(&f, FROM_PEER), 0);
    fake_ports_expect(&f.ports, "stanza contoso.example fabrikam.example\n");
    fixture_close(&f);
}

/* Opens a stream of ours that goes both ways. */
static void open_up(struct fixture *f, bool bidi)
{
    fixture_open(f, XFED_INITIATOR, S | TLS_DB);
    fake_ports_host(&f->ports, "second.example");
    f->ports.partners[0].bidi = XMPPFED_BIDI_CERTIFICATE;
    f->ports.prove_rc = 0;
    fixture_jump(f, XFED_STATE_I_AUTH_FEATURES, true);
    f->n.method = S;
    f->n.bidi = bidi;
    assert_int_equal(fixture_receive(f, "<stream:features/>"), 0);
    f->ports.log[0] = '\0';
    assert_state(f, "I_UP");
}

/* What the peer may send on a stream that we have opened. */
static void test_stanzas_on_our_stream(void **state)
{
    static const struct {
        const char *name;
        const char *xml;
        bool asked;
        int bidi;         /* of the record by then */
        uint32_t methods; /* ... */
        int prove_rc;     /* under the rule of purposes by then */
        int code;
    } rows[] = {
        {"asked and proved", FROM_PEER, true, XMPPFED_BIDI_CERTIFICATE, S, 0, 0},
        {"never asked for", FROM_PEER, false, XMPPFED_BIDI_CERTIFICATE, S, 0,
         XMPPFED_ERR_STREAM_NOT_AUTHORIZED},
        {"another domain", "<message from='a@evil.example' to='b@contoso.example'/>", true,
         XMPPFED_BIDI_CERTIFICATE, S, 0, XMPPFED_ERR_STREAM_INVALID_FROM},
        {"a subdomain", "<message from='a@x.fabrikam.example' to='b@contoso.example'/>", true,
         XMPPFED_BIDI_CERTIFICATE, S, 0, XMPPFED_ERR_STREAM_INVALID_FROM},
        {"in our own name", "<message from='a@contoso.example' to='b@contoso.example'/>", true,
         XMPPFED_BIDI_CERTIFICATE, S, 0, XMPPFED_ERR_STREAM_INVALID_FROM},
        {"to another domain of ours", "<message from='a@fabrikam.example' to='b@second.example'/>",
         true, XMPPFED_BIDI_CERTIFICATE, S, 0, XMPPFED_ERR_STREAM_INVALID_FROM},
        {"the record says never by now", FROM_PEER, true, XMPPFED_BIDI_NEVER, S, 0,
         XMPPFED_ERR_STREAM_NOT_AUTHORIZED},
        {"the record takes no certificate by now", FROM_PEER, true, XMPPFED_BIDI_ANY_PROOF, TLS_DB,
         0, XMPPFED_ERR_STREAM_NOT_AUTHORIZED},
        {"the certificate is no proof by now", FROM_PEER, true, XMPPFED_BIDI_CERTIFICATE, S,
         XMPPFED_ERR_TLS_CERTIFICATE, XMPPFED_ERR_STREAM_NOT_AUTHORIZED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;

        print_message("# %s\n", rows[i].name);
        open_up(&f, rows[i].asked);
        f.ports.partners[0].bidi = rows[i].bidi;
        f.ports.partners[0].methods = rows[i].methods;
        f.ports.partners[0].eku = rows[i].prove_rc < 0 ? XMPPFED_EKU_STRICT_ROLE : 0;
        f.ports.prove_rc = rows[i].prove_rc;
        assert_int_equal(fixture_receive(&f, rows[i].xml), rows[i].code);
        fake_ports_expect(&f.ports,
                          rows[i].code == 0 ? "stanza contoso.example fabrikam.example\n" : "");
        fixture_close(&f);
    }
}

/* A record that asks for a later TLS by now takes back what it gave under the one there is. */
static void test_version_on_our_stream(void **state)
{
    struct fixture f;

    (void)state;
    for (int minimum = XMPPFED_TLS_1_2; minimum <= XMPPFED_TLS_1_3; minimum++) {
        bool enough = minimum == XMPPFED_TLS_1_2;

        open_up(&f, true);
        f.ports.tls_version = XMPPFED_TLS_1_2;
        f.ports.partners[0].tls_minimum = minimum;
        assert_int_equal(fixture_receive(&f, FROM_PEER),
                         enough ? 0 : XMPPFED_ERR_STREAM_NOT_AUTHORIZED);
        fake_ports_expect(&f.ports, enough ? "stanza contoso.example fabrikam.example\n" : "");
        fixture_close(&f);
    }
}

/* The host may have given a domain of its own away while the stream stands. */
static void test_domain_given_away(void **state)
{
    struct fixture f;

    (void)state;
    open_up(&f, true);
    for (size_t i = 0; i < FAKE_DOMAINS; i++)
        f.ports.hosted[i] = NULL;
    assert_int_equal(fixture_receive(&f, FROM_PEER), XMPPFED_ERR_STREAM_INVALID_FROM);
    fake_ports_expect(&f.ports, "");
    fixture_close(&f);
}

/* XEP-0288 2.2: the peer may offer keys for more pairs. It gets an error, not the stream's end. */
static void test_dialback_on_our_stream(void **state)
{
    static const char key[] =
        "<db:result from='x.fabrikam.example' to='contoso.example'>k</db:result>";
    struct fixture f;

    (void)state;
    open_up(&f, true);
    assert_int_equal(fixture_receive(&f, key), 0);
    assert_true(said(&f, "type='error'"));
    assert_int_equal(fixture_receive(&f, "<db:verify from='fabrikam.example' to='contoso.example' "
                                         "id='1'>k</db:verify>"),
                     0);
    assert_true(said(&f, "type='invalid'"));
    assert_int_equal(f.n.checks.count, 0);
    fixture_close(&f);
    open_up(&f, false);
    assert_int_equal(fixture_receive(&f, key), XMPPFED_ERR_STREAM_UNEXPECTED);
    fixture_close(&f);
}

/* ---- a stream of the peer's -------------------------------------------------------------- */

static void test_offering(void **state)
{
    static const struct {
        const char *name;
        uint32_t methods;
        int bidi;
        int prove_rc;
        bool tls;
        bool offers;
    } rows[] = {
        {"a certificate", S, XMPPFED_BIDI_CERTIFICATE, 0, true, true},
        {"no certificate", S | TLS_DB, XMPPFED_BIDI_CERTIFICATE, XMPPFED_ERR_TLS_CERTIFICATE, true,
         false},
        {"no certificate, any proof", S | TLS_DB, XMPPFED_BIDI_ANY_PROOF,
         XMPPFED_ERR_TLS_CERTIFICATE, true, true},
        {"a certificate that the record does not take", TLS_DB, XMPPFED_BIDI_CERTIFICATE, 0, true,
         false},
        {"never", S, XMPPFED_BIDI_NEVER, 0, true, false},
        {"no TLS", ALL_METHODS, XMPPFED_BIDI_ANY_PROOF, 0, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;

        print_message("# %s\n", rows[i].name);
        fixture_open(&f, XFED_RECEIVER, rows[i].methods);
        f.ports.partners[0].bidi = rows[i].bidi;
        f.ports.prove_rc = rows[i].prove_rc;
        f.n.state = rows[i].tls ? XFED_STATE_R_TLS_HEADER : XFED_STATE_R_HEADER;
        f.n.tls_on = rows[i].tls;
        assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true), 0);
        assert_int_equal(said(&f, OFFER), rows[i].offers);
        /* What was not offered cannot be asked for. */
        assert_int_equal(fixture_receive(&f, BIDI),
                         rows[i].offers ? 0 : XMPPFED_ERR_STREAM_UNEXPECTED);
        assert_int_equal(f.n.bidi, rows[i].offers);
        fixture_close(&f);
    }
}

/* Only between the features and the method, and once. */
static void test_asked_at_another_time(void **state)
{
    static const struct {
        unsigned state;
        bool tls;
        bool asked;
        int code;
    } rows[] = {
        {XFED_STATE_R_HEADER, false, false, XMPPFED_ERR_STREAM_UNEXPECTED},
        {XFED_STATE_R_OPEN, false, false, XMPPFED_ERR_STREAM_UNEXPECTED},
        {XFED_STATE_R_TLS_HEADER, true, false, XMPPFED_ERR_STREAM_UNEXPECTED},
        {XFED_STATE_R_TLS_OPEN, true, false, 0},
        {XFED_STATE_R_TLS_OPEN, true, true, XMPPFED_ERR_STREAM_UNEXPECTED},
        {XFED_STATE_R_AUTH, true, false, XMPPFED_ERR_STREAM_UNEXPECTED},
        {XFED_STATE_R_AUTH_HEADER, true, false, XMPPFED_ERR_STREAM_UNEXPECTED},
        {XFED_STATE_R_UP, true, false, XMPPFED_ERR_STREAM_UNEXPECTED},
        {XFED_STATE_I_UP, true, true, XMPPFED_ERR_STREAM_UNEXPECTED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;

        print_message("# %s\n", xfed_state_name(rows[i].state));
        fixture_open(&f, rows[i].state == XFED_STATE_I_UP ? XFED_INITIATOR : XFED_RECEIVER,
                     ALL_METHODS);
        f.ports.partners[0].bidi = XMPPFED_BIDI_ANY_PROOF;
        f.ports.prove_rc = 0;
        fixture_jump(&f, rows[i].state, rows[i].tls);
        f.n.bidi = rows[i].asked;
        assert_int_equal(fixture_receive(&f, BIDI), rows[i].code);
        fixture_close(&f);
    }
}

/* What we may send on a stream that the peer has opened. */
static void test_sending_on_a_received_stream(void **state)
{
    static const struct {
        const char *name;
        int bidi;
        int prove_rc;
        int method; /* by which the pair was proved; 0: it was not */
        const char *local;
        const char *remote;
        bool asked;
        bool may;
    } rows[] = {
        {"a certificate", XMPPFED_BIDI_CERTIFICATE, 0, S, "contoso.example", "fabrikam.example",
         true, true},
        {"not asked for", XMPPFED_BIDI_CERTIFICATE, 0, S, "contoso.example", "fabrikam.example",
         false, false},
        {"never", XMPPFED_BIDI_NEVER, 0, S, "contoso.example", "fabrikam.example", true, false},
        {"no pair", XMPPFED_BIDI_CERTIFICATE, 0, 0, "contoso.example", "fabrikam.example", true,
         false},
        {"the peer asked for another domain of ours", XMPPFED_BIDI_CERTIFICATE, 0, S,
         "second.example", "fabrikam.example", true, false},
        {"another peer", XMPPFED_BIDI_CERTIFICATE, 0, S, "contoso.example", "evil.example", true,
         false},
        {"dialback", XMPPFED_BIDI_CERTIFICATE, XMPPFED_ERR_TLS_CERTIFICATE, TLS_DB,
         "contoso.example", "fabrikam.example", true, false},
        {"dialback beside a certificate", XMPPFED_BIDI_CERTIFICATE, 0, TLS_DB, "contoso.example",
         "fabrikam.example", true, true},
        {"dialback, any proof", XMPPFED_BIDI_ANY_PROOF, XMPPFED_ERR_TLS_CERTIFICATE, TLS_DB,
         "contoso.example", "fabrikam.example", true, true},
        {"dialback without TLS is no proof of this record", XMPPFED_BIDI_ANY_PROOF,
         XMPPFED_ERR_TLS_CERTIFICATE, XMPPFED_METHOD_DIALBACK_TCP, "contoso.example",
         "fabrikam.example", true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;

        print_message("# %s\n", rows[i].name);
        fixture_open(&f, XFED_RECEIVER, S | TLS_DB);
        fixture_jump(&f, XFED_STATE_R_UP, true);
        f.ports.partners[0].bidi = rows[i].bidi;
        f.ports.prove_rc = rows[i].prove_rc;
        f.n.bidi = rows[i].asked;
        if (rows[i].method)
            assert_int_equal(
                xfed_pairs_add(&f.n.proved, "contoso.example", "fabrikam.example", rows[i].method),
                0);
        assert_int_equal(xfed_negotiation_may_send(&f.n, rows[i].local, rows[i].remote),
                         rows[i].may);
        f.n.state = XFED_STATE_R_TLS_OPEN;
        assert_false(xfed_negotiation_may_send(&f.n, rows[i].local, rows[i].remote));
        fixture_close(&f);
    }
}

/* The certificate of the stream's own peer says nothing for a domain that a key has proved. */
static void test_certificate_of_another_domain(void **state)
{
    static const int bidi[] = {XMPPFED_BIDI_CERTIFICATE, XMPPFED_BIDI_ANY_PROOF};

    (void)state;
    for (size_t i = 0; i < sizeof(bidi) / sizeof(bidi[0]); i++) {
        struct xfed_partner *other;
        struct fixture f;

        fixture_open(&f, XFED_RECEIVER, S | TLS_DB);
        fixture_jump(&f, XFED_STATE_R_UP, true);
        f.ports.partners[0].bidi = XMPPFED_BIDI_CERTIFICATE;
        other = fake_ports_partner(&f.ports, "northwind.example", S | TLS_DB);
        other->bidi = bidi[i];
        f.ports.prove_rc = 0;
        f.n.bidi = true;
        assert_int_equal(xfed_pairs_add(&f.n.proved, "contoso.example", "fabrikam.example", S), 0);
        assert_int_equal(
            xfed_pairs_add(&f.n.proved, "contoso.example", "northwind.example", TLS_DB), 0);
        assert_true(xfed_negotiation_may_send(&f.n, "contoso.example", "fabrikam.example"));
        assert_int_equal(xfed_negotiation_may_send(&f.n, "contoso.example", "northwind.example"),
                         bidi[i] == XMPPFED_BIDI_ANY_PROOF);
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asking),
        cmocka_unit_test(test_not_asked_without_tls),
        cmocka_unit_test(test_asked_once),
        cmocka_unit_test(test_stanzas_on_our_stream),
        cmocka_unit_test(test_version_on_our_stream),
        cmocka_unit_test(test_domain_given_away),
        cmocka_unit_test(test_dialback_on_our_stream),
        cmocka_unit_test(test_offering),
        cmocka_unit_test(test_asked_at_another_time),
        cmocka_unit_test(test_sending_on_a_received_stream),
        cmocka_unit_test(test_certificate_of_another_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
