/* test_act_sasl.c - actions of SASL EXTERNAL. */
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
