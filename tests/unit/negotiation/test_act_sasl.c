/* test_act_sasl.c - actions of SASL: EXTERNAL and SCRAM. */
#include "fixture.h"

#define NS "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define AUTH "<auth " NS " mechanism='EXTERNAL'>=</auth>"

static void open_receiver(struct fixture *f)
{
    fixture_open(f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(f, XFED_STATE_R_TLS_OPEN, true);
    f->ports.prove_rc = 0;
}

/* What SASL says, what the peer is told, and where that leaves the stream. */
static void test_failures(void **state)
{
    static const struct {
        const char *name;
        int rc;
        const char *condition;
    } rows[] = {
        {"refused", XMPPFED_ERR_SASL_REFUSED, "not-authorized"},
        {"another identity", XMPPFED_ERR_SASL_AUTHZID, "invalid-authzid"},
        {"bad base64", XMPPFED_ERR_SASL_MALFORMED, "incorrect-encoding"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;

        open_receiver(&f);
        f.ports.sasl_step_rc = rows[i].rc;
        if (fixture_receive(&f, AUTH) != 0 || !strstr(f.ports.log, rows[i].condition) ||
            f.n.state != XFED_STATE_R_TLS_OPEN)
            fail_msg("%s: %s", rows[i].name, f.ports.log);
        fixture_close(&f);
    }
}

static void test_other_mechanisms(void **state)
{
    struct fixture f;

    (void)state;
    open_receiver(&f);
    assert_int_equal(fixture_receive(&f, "<auth " NS " mechanism='PLAIN'>AGEAYg==</auth>"), 0);
    fake_ports_expect(&f.ports, "sasl end\nsend <failure " NS "><invalid-mechanism/></failure>\n");
    assert_int_equal(fixture_receive(&f, "<auth " NS "/>"), 0);
    fake_ports_expect(&f.ports, "sasl end\nsend <failure " NS "><invalid-mechanism/></failure>\n");
    assert_state(&f, "R_TLS_OPEN");
    fixture_close(&f);
}

/* RFC 6120 6.4.5: a peer has a few tries, not more. */
static void test_tries(void **state)
{
    struct fixture f;

    (void)state;
    open_receiver(&f);
    f.ports.sasl_step_rc = XMPPFED_ERR_SASL_REFUSED;
    for (int i = 0; i < XFED_SASL_TRIES; i++)
        assert_int_equal(fixture_receive(&f, AUTH), 0);
    assert_int_equal(fixture_receive(&f, AUTH), XMPPFED_ERR_SASL_TRIES);
    fixture_close(&f);
}

static void test_challenge_and_response(void **state)
{
    struct fixture f;

    (void)state;
    open_receiver(&f);
    f.ports.sasl_step_rc = 0;
    f.ports.sasl_text = "bW9yZQ==";
    assert_int_equal(fixture_receive(&f, "<auth " NS " mechanism='EXTERNAL'/>"), 0);
    fake_ports_expect(&f.ports, "sasl receiver fabrikam.example\nstep ''\n"
                                "send <challenge " NS ">bW9yZQ==</challenge>\n");
    assert_state(&f, "R_AUTH");
    f.ports.sasl_step_rc = 1;
    f.ports.sasl_text = NULL;
    assert_int_equal(fixture_receive(&f, "<response " NS "/>"), 0);
    assert_non_null(strstr(f.ports.log, "<success"));
    assert_state(&f, "R_AUTH_HEADER");
    fixture_close(&f);
}

static void test_abort(void **state)
{
    struct fixture f;

    (void)state;
    open_receiver(&f);
    f.ports.sasl_step_rc = 0;
    assert_int_equal(fixture_receive(&f, AUTH), 0);
    f.ports.log[0] = '\0';
    assert_int_equal(fixture_receive(&f, "<abort " NS "/>"), 0);
    fake_ports_expect(&f.ports, "sasl end\nsend <failure " NS "><aborted/></failure>\n");
    assert_state(&f, "R_TLS_OPEN");
    fixture_close(&f);
}

/* Bytes behind <auth/> were sent by somebody who could not know the answer: no <success/>. */
static void test_injection(void **state)
{
    struct fixture f;

    (void)state;
    open_receiver(&f);
    f.ports.restart_rc = XMPPFED_ERR_STREAM_LEFTOVER;
    assert_int_equal(fixture_receive(&f, AUTH), XMPPFED_ERR_STREAM_LEFTOVER);
    assert_null(strstr(f.ports.log, "success"));
    assert_false(xfed_negotiation_is_up(&f.n));
    fixture_close(&f);
}

static void open_initiator(struct fixture *f, uint32_t methods)
{
    fixture_open(f, XFED_INITIATOR, methods);
    fixture_jump(f, XFED_STATE_I_AUTH, true);
    f->ports.prove_rc = 0;
}

static void test_initiator_is_refused(void **state)
{
    struct fixture f;

    (void)state;
    open_initiator(&f, ALL_METHODS);
    assert_int_equal(fixture_receive(&f, "<failure " NS "><not-authorized/></failure>"), 0);
    assert_non_null(strstr(f.ports.log, "<db:result"));
    assert_state(&f, "I_DIALBACK");
    fixture_close(&f);
    open_initiator(&f, XMPPFED_METHOD_EXTERNAL);
    assert_int_equal(fixture_receive(&f, "<failure " NS "><not-authorized/></failure>"),
                     XMPPFED_ERR_SASL_REFUSED);
    assert_string_equal(f.ports.log, "");
    fixture_close(&f);
}

static void test_initiator_is_challenged(void **state)
{
    struct fixture f;

    (void)state;
    open_initiator(&f, ALL_METHODS);
    for (int i = 0; i < XFED_SASL_TRIES; i++) {
        assert_int_equal(fixture_receive(&f, "<challenge " NS "/>"), 0);
        fake_ports_expect(&f.ports, "send <response " NS "/>\n");
    }
    assert_int_equal(fixture_receive(&f, "<challenge " NS "/>"), XMPPFED_ERR_SASL_TRIES);
    fixture_close(&f);
}

/* ---- SCRAM ------------------------------------------------------------------------------ */

#define SCRAM "SCRAM-SHA-256-PLUS"
#define FEATURES                                                                   \
    "<features xmlns='http://etherx.jabber.org/streams'><mechanisms " NS ">"       \
    "<mechanism>EXTERNAL</mechanism><mechanism>" SCRAM "</mechanism></mechanisms>" \
    "<dialback xmlns='urn:xmpp:features:dialback'/></features>"
#define ANY_METHOD (ALL_METHODS | XMPPFED_METHOD_SCRAM)

/* Up to the first message, which is sent. */
static void open_scram_initiator(struct fixture *f, uint32_t methods)
{
    fixture_open(f, XFED_INITIATOR, methods);
    fixture_jump(f, XFED_STATE_I_TLS_FEATURES, true);
    f->ports.prove_rc = 0;
    f->ports.sasl_step_rc = 0;
    f->ports.sasl_text = "Zmlyc3Q=";
    assert_int_equal(fixture_receive(f, FEATURES), 0);
    fake_ports_expect(&f->ports, "sasl scram initiator contoso.example\nstep '-'\n"
                                 "send <auth " NS " mechanism='" SCRAM "'>Zmlyc3Q=</auth>\n");
    assert_state(f, "I_AUTH");
}

static void answer_challenge(struct fixture *f)
{
    f->ports.sasl_text = "ZmluYWw=";
    assert_int_equal(fixture_receive(f, "<challenge " NS ">c2FsdA==</challenge>"), 0);
    fake_ports_expect(&f->ports, "step 'c2FsdA=='\nsend <response " NS ">ZmluYWw=</response>\n");
}

static void test_scram_initiator(void **state)
{
    struct fixture f;

    (void)state;
    open_scram_initiator(&f, ANY_METHOD);
    answer_challenge(&f);
    f.ports.sasl_step_rc = 1;
    f.ports.sasl_text = NULL;
    assert_int_equal(fixture_receive(&f, "<success " NS ">cHJvb2Y=</success>"), 0);
    assert_memory_equal(f.ports.log, "step 'cHJvb2Y='\nsasl end\nrestart\nheader ", 40);
    assert_state(&f, "I_AUTH_HEADER");
    assert_int_equal(f.n.method, XMPPFED_METHOD_SCRAM);
    assert_int_equal(f.n.tried, XMPPFED_METHOD_SCRAM);
    fixture_close(&f);
}

/* Its proof may come as one challenge more, which is answered by an empty response. */
static void test_scram_proof_as_challenge(void **state)
{
    struct fixture f;

    (void)state;
    open_scram_initiator(&f, ANY_METHOD);
    answer_challenge(&f);
    f.ports.sasl_step_rc = 1;
    f.ports.sasl_text = "";
    assert_int_equal(fixture_receive(&f, "<challenge " NS ">cHJvb2Y=</challenge>"), 0);
    fake_ports_expect(&f.ports, "step 'cHJvb2Y='\nsend <response " NS "/>\n");
    assert_int_equal(fixture_receive(&f, "<success " NS "/>"), 0);
    assert_memory_equal(f.ports.log, "sasl end\nrestart\n", 17);
    assert_state(&f, "I_AUTH_HEADER");
    fixture_close(&f);
}

struct unproved_row {
    const char *name;
    int rc; /* what SASL says to what comes with <success/> */
    const char *xml;
};

/* A peer that does not prove itself is not the partner, whatever it says of us. */
static void test_scram_unproved(void **state)
{
    static const struct unproved_row unproved[] = {
        {"nothing", XMPPFED_ERR_SASL_MALFORMED, "<success " NS "/>"},
        {"a wrong proof", XMPPFED_ERR_SASL_REFUSED, "<success " NS ">cHJvb2Y=</success>"},
        {"half of it", 0, "<success " NS ">c2FsdA==</success>"},
        {"a bad challenge", XMPPFED_ERR_SASL_REFUSED, "<challenge " NS ">c2FsdA==</challenge>"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(unproved) / sizeof(unproved[0]); i++) {
        struct fixture f;
        int rc;

        open_scram_initiator(&f, ANY_METHOD);
        f.ports.sasl_step_rc = unproved[i].rc;
        rc = fixture_receive(&f, unproved[i].xml);
        if (rc != XMPPFED_ERR_SASL_MUTUAL || strstr(f.ports.log, "header") ||
            strstr(f.ports.log, "send"))
            fail_msg("%s: %d %s", unproved[i].name, rc, f.ports.log);
        fixture_close(&f);
    }
}

/* Dialback would be open, and goes on after a refused EXTERNAL. */
static void test_scram_is_refused(void **state)
{
    struct fixture f;

    (void)state;
    open_scram_initiator(&f, ANY_METHOD);
    assert_int_equal(fixture_receive(&f, "<failure " NS "><not-authorized/></failure>"),
                     XMPPFED_ERR_SASL_REFUSED);
    assert_string_equal(f.ports.log, "");
    assert_non_null(strstr(f.n.fault.text, "(not-authorized); both sides must have the same"));
    fixture_close(&f);
}

/* Without a secret it is what it was before. */
static void test_scram_without_secret(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, ANY_METHOD);
    fixture_jump(&f, XFED_STATE_I_TLS_FEATURES, true);
    f.ports.prove_rc = 0;
    f.ports.secret_rc = XMPPFED_ERR_POLICY_NO_METHOD;
    assert_int_equal(fixture_receive(&f, FEATURES), 0);
    assert_non_null(strstr(f.ports.log, "mechanism='EXTERNAL'"));
    fixture_close(&f);
    fixture_open(&f, XFED_INITIATOR, XMPPFED_METHOD_SCRAM);
    fixture_jump(&f, XFED_STATE_I_TLS_FEATURES, true);
    f.ports.prove_rc = 0;
    f.ports.secret_rc = XMPPFED_ERR_POLICY_NO_METHOD;
    assert_int_equal(fixture_receive(&f, FEATURES), XMPPFED_ERR_POLICY_NO_METHOD);
    assert_non_null(strstr(f.n.fault.text, "there is no secret for fabrikam.example"));
    fixture_close(&f);
}

static void open_scram_receiver(struct fixture *f, uint32_t methods)
{
    fixture_open(f, XFED_RECEIVER, methods);
    fixture_jump(f, XFED_STATE_R_TLS_OPEN, true);
    f->n.scram_offered = true;
    f->ports.prove_rc = 0;
}

static void test_scram_receiver(void **state)
{
    struct fixture f;

    (void)state;
    open_scram_receiver(&f, XMPPFED_METHOD_SCRAM);
    f.ports.sasl_step_rc = 0;
    f.ports.sasl_text = "c2FsdA==";
    assert_int_equal(fixture_receive(&f, "<auth " NS " mechanism='" SCRAM "'>Zmlyc3Q=</auth>"), 0);
    fake_ports_expect(&f.ports, "sasl scram receiver fabrikam.example\nstep 'Zmlyc3Q='\n"
                                "send <challenge " NS ">c2FsdA==</challenge>\n");
    f.ports.sasl_step_rc = 1;
    f.ports.sasl_text = "cHJvb2Y=";
    assert_int_equal(fixture_receive(&f, "<response " NS ">ZmluYWw=</response>"), 0);
    fake_ports_expect(&f.ports, "step 'ZmluYWw='\nrestart\nsasl end\n"
                                "send <success " NS ">cHJvb2Y=</success>\n");
    f.ports.log[0] = '\0';
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true), 0);
    assert_non_null(strstr(f.ports.log, "up contoso.example fabrikam.example 8"));
    assert_int_equal(xfed_negotiation_method_of(&f.n, "contoso.example", "fabrikam.example"),
                     XMPPFED_METHOD_SCRAM);
    /* The secret is another one by now: what it has proved stands no longer. */
    f.ports.secret_rc = XMPPFED_ERR_POLICY_NO_METHOD;
    assert_int_equal(xfed_negotiation_method_of(&f.n, "contoso.example", "fabrikam.example"), 0);
    assert_false(xfed_negotiation_stands(&f.n));
    fixture_close(&f);
}

/* The secret is taken away between the last message and the verdict on it. */
static void test_scram_taken_away(void **state)
{
    struct fixture f;

    (void)state;
    open_scram_receiver(&f, XMPPFED_METHOD_SCRAM);
    f.ports.sasl_step_rc = 0;
    assert_int_equal(fixture_receive(&f, "<auth " NS " mechanism='" SCRAM "'>Zmlyc3Q=</auth>"), 0);
    f.ports.sasl_step_rc = 1;
    f.ports.secret_rc = XMPPFED_ERR_POLICY_NO_METHOD;
    f.ports.log[0] = '\0';
    assert_int_equal(fixture_receive(&f, "<response " NS ">ZmluYWw=</response>"),
                     XMPPFED_ERR_POLICY_NO_METHOD);
    assert_null(strstr(f.ports.log, "success"));
    fixture_close(&f);
}

/* One mechanism is no way to another: each must be open itself. */
static void test_one_for_the_other(void **state)
{
    struct fixture f;

    (void)state;
    open_scram_receiver(&f, XMPPFED_METHOD_SCRAM);
    assert_int_equal(fixture_receive(&f, AUTH), 0);
    fake_ports_expect(&f.ports, "sasl end\nsend <failure " NS "><invalid-mechanism/></failure>\n");
    fixture_close(&f);
    open_scram_receiver(&f, ALL_METHODS);
    assert_int_equal(fixture_receive(&f, "<auth " NS " mechanism='" SCRAM "'>Zmlyc3Q=</auth>"), 0);
    fake_ports_expect(&f.ports, "sasl end\nsend <failure " NS "><invalid-mechanism/></failure>\n");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_other_mechanisms),
        cmocka_unit_test(test_tries),
        cmocka_unit_test(test_challenge_and_response),
        cmocka_unit_test(test_abort),
        cmocka_unit_test(test_injection),
        cmocka_unit_test(test_initiator_is_refused),
        cmocka_unit_test(test_initiator_is_challenged),
        cmocka_unit_test(test_scram_initiator),
        cmocka_unit_test(test_scram_proof_as_challenge),
        cmocka_unit_test(test_scram_unproved),
        cmocka_unit_test(test_scram_is_refused),
        cmocka_unit_test(test_scram_without_secret),
        cmocka_unit_test(test_scram_receiver),
        cmocka_unit_test(test_scram_taken_away),
        cmocka_unit_test(test_one_for_the_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
