/* test_act_stream.c - actions on headers, features, stanzas and the end of a stream. */
#include "fixture.h"

/* The domains are those of the first header that names them. */
static void test_header_is_frozen(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    assert_int_equal(fixture_header(&f, "", "contoso.example", true), 0);
    assert_string_equal(f.n.local, "contoso.example");
    assert_string_equal(f.n.remote, "");
    f.n.state = XFED_STATE_R_TLS_HEADER;
    f.n.tls_on = true;
    assert_int_equal(fixture_header(&f, "fabrikam.example", "", true), 0);
    assert_string_equal(f.n.local, "contoso.example");
    assert_string_equal(f.n.remote, "fabrikam.example");
    f.n.state = XFED_STATE_R_TLS_HEADER;
    assert_int_equal(fixture_header(&f, "other.example", "", true), XMPPFED_ERR_STREAM_ADDRESSING);
    fixture_close(&f);
}

/* RFC 6120 4.7.5: no version, no features. */
static void test_features_need_a_version(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", false), 0);
    fake_ports_expect(&f.ports, "header contoso.example fabrikam.example id1\n");
    /* What was not offered cannot be taken up, though the certificate is good. */
    f.n.state = XFED_STATE_R_TLS_HEADER;
    f.n.tls_on = true;
    f.ports.prove_rc = 0;
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", false), 0);
    assert_false(f.n.external_offered);
    assert_int_equal(fixture_receive(&f, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                                         "mechanism='EXTERNAL'>=</auth>"),
                     0);
    assert_state(&f, "R_TLS_OPEN");
    fixture_close(&f);
}

static void test_restart_forgets(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_TLS, true);
    f.n.tls_offered = true;
    assert_int_equal(xfed_pairs_add(&f.n.checks, "contoso.example", "fabrikam.example", 0), 0);
    assert_int_equal(fixture_happens(&f, XFED_EVENT_TLS_UP), 0);
    assert_string_equal(f.n.id, "");
    assert_false(f.n.tls_offered);
    assert_false(f.n.dialback_offered);
    assert_int_equal(f.n.checks.items[0].method, XFED_CHECK_STALE);
    assert_string_equal(f.n.remote, "fabrikam.example");
    fixture_close(&f);
}

/* Where the certificate left no method, it is what the sentence is about. */
static void test_sentence_of_the_certificate(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, XMPPFED_METHOD_EXTERNAL);
    fixture_jump(&f, XFED_STATE_R_TLS_HEADER, true);
    f.ports.prove_rc = XMPPFED_ERR_TLS_IDENTITY;
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true),
                     XMPPFED_ERR_TLS_IDENTITY);
    assert_string_equal(f.n.fault.text,
                        "fabrikam.example: the certificate is not for fabrikam.example; the "
                        "partner record allows no other method on this stream");
    fixture_close(&f);
}

/* The answer to a header waits for evidence, and is asked about once more when it comes. */
static void test_evidence(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, XMPPFED_METHOD_EXTERNAL);
    fixture_jump(&f, XFED_STATE_R_TLS_HEADER, true);
    f.ports.evidence = XMPPFED_EVIDENCE_TLSA;
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true), 0);
    assert_state(&f, "R_TLS_EVIDENCE");
    fake_ports_expect(&f.ports, "evidence contoso.example fabrikam.example 1\n");
    f.ports.prove_rc = 0;
    f.ports.bound = true;
    f.ports.epoch++;
    assert_int_equal(fixture_happens(&f, XFED_EVENT_EVIDENCE_KNOWN), 0);
    assert_state(&f, "R_TLS_OPEN");
    assert_true(f.n.external_offered);
    assert_int_equal(f.n.certificate, XFED_CERTIFICATE_DANE);
    fixture_close(&f);
}

/* Without a version there will be no features, and without features no EXTERNAL to wait for. */
static void test_evidence_needs_a_version(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_TLS_HEADER, true);
    f.ports.evidence = XMPPFED_EVIDENCE_TLSA;
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", false), 0);
    assert_state(&f, "R_TLS_OPEN");
    fixture_close(&f);
}

static void test_sentence_of_the_dialback_error(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_I_DIALBACK, false);
    assert_int_equal(
        fixture_receive(&f, "<db:result from='fabrikam.example' to='contoso.example' type='error'>"
                            "<error type='cancel'><item-not-found "
                            "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></db:result>"),
        XMPPFED_ERR_DIALBACK_REFUSED);
    assert_string_equal(f.n.fault.text, "fabrikam.example: the peer answered the dialback request "
                                        "with an error: item-not-found");
    fixture_close(&f);
}

static void test_peer_error_is_kept(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_I_FEATURES, false);
    assert_int_equal(
        fixture_receive(&f, "<stream:error><host-unknown "
                            "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text "
                            "xmlns='urn:ietf:params:xml:ns:xmpp-streams'>no</text></stream:error>"),
        XMPPFED_ERR_STREAM_ERROR_RECEIVED);
    assert_string_equal(f.n.fault.text, "fabrikam.example ended the stream with host-unknown: no");
    fixture_close(&f);
}

static void test_verification_stream(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, XMPPFED_METHOD_DIALBACK_TCP);
    f.n.verify_only = true;
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true), 0);
    assert_int_equal(fixture_receive(&f, "<stream:features/>"), 0);
    fake_ports_expect(&f.ports, "can verify\n");
    assert_state(&f, "I_VERIFY");
    assert_false(xfed_negotiation_is_up(&f.n));
    fixture_close(&f);
}

static void test_stanza_of_another_domain(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_UP, true);
    assert_int_equal(
        xfed_pairs_add(&f.n.proved, "contoso.example", "fabrikam.example", XMPPFED_METHOD_EXTERNAL),
        0);
    assert_int_equal(fixture_receive(&f, "<message from='a@evil.example' to='b@contoso.example'/>"),
                     XMPPFED_ERR_STREAM_INVALID_FROM);
    fake_ports_expect(&f.ports, "");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_is_frozen),
        cmocka_unit_test(test_features_need_a_version),
        cmocka_unit_test(test_restart_forgets),
        cmocka_unit_test(test_sentence_of_the_certificate),
        cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_evidence_needs_a_version),
        cmocka_unit_test(test_sentence_of_the_dialback_error),
        cmocka_unit_test(test_peer_error_is_kept),
        cmocka_unit_test(test_verification_stream),
        cmocka_unit_test(test_stanza_of_another_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
