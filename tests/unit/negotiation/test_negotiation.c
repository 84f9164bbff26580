/* test_negotiation.c - the engine, and whole negotiations over fake ports. */
#include <stdio.h>
#include "fixture.h"

#include "dialback/key.h"

#define TLS_NS "xmlns='urn:ietf:params:xml:ns:xmpp-tls'"
#define SASL_NS "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define LIMITS "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>262144</max-bytes></limits>"
#define EXTERNAL "<mechanisms " SASL_NS "><mechanism>EXTERNAL</mechanism></mechanisms>"

static void test_receiver_by_certificate(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, XMPPFED_METHOD_EXTERNAL);
    f.ports.prove_rc = 0;
    f.ports.max_bytes = 262144;
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true), 0);
    fake_ports_expect(&f.ports, "header contoso.example fabrikam.example id1\n"
                                "send <stream:features><starttls " TLS_NS
                                "><required/></starttls></stream:features>\n");
    assert_int_equal(fixture_receive(&f, "<starttls " TLS_NS "/>"), 0);
    fake_ports_expect(&f.ports, "restart\nsend <proceed " TLS_NS "/>\n"
                                "tls server contoso.example fabrikam.example\n");
    assert_int_equal(fixture_happens(&f, XFED_EVENT_TLS_UP), 0);
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true), 0);
    fake_ports_expect(&f.ports, "restart\nheader contoso.example fabrikam.example id2\n"
                                "send <stream:features>" EXTERNAL "</stream:features>\n");
    assert_false(xfed_negotiation_is_up(&f.n));
    assert_int_equal(fixture_receive(&f, "<auth " SASL_NS " mechanism='EXTERNAL'>=</auth>"), 0);
    fake_ports_expect(&f.ports, "sasl receiver fabrikam.example\nstep '='\nrestart\nsasl end\n"
                                "send <success " SASL_NS "/>\n");
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true), 0);
    fake_ports_expect(&f.ports, "header contoso.example fabrikam.example id3\n"
                                "send <stream:features>" LIMITS "</stream:features>\n"
                                "up contoso.example fabrikam.example 1\n");
    assert_true(xfed_negotiation_is_up(&f.n));
    assert_int_equal(fixture_receive(&f, "<message from='a@fabrikam.example' "
                                         "to='b@contoso.example'/>"),
                     0);
    fake_ports_expect(&f.ports, "stanza contoso.example fabrikam.example\n");
    assert_int_equal(fixture_happens(&f, XFED_EVENT_STREAM_CLOSE), XMPPFED_ERR_STREAM_CLOSED);
    assert_int_equal(f.n.fault.code, 0);
    fixture_close(&f);
}

static void test_initiator_by_certificate(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, XMPPFED_METHOD_EXTERNAL);
    f.ports.prove_rc = 0;
    f.ports.sasl_text = "=";
    assert_int_equal(xfed_negotiation_begin(&f.n), 0);
    fake_ports_expect(&f.ports, "header contoso.example fabrikam.example -\n");
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true), 0);
    assert_string_equal(f.n.id, "peer1");
    assert_int_equal(
        fixture_receive(&f, "<stream:features><starttls " TLS_NS "/></stream:features>"), 0);
    fake_ports_expect(&f.ports, "send <starttls " TLS_NS "/>\n");
    assert_int_equal(fixture_receive(&f, "<proceed " TLS_NS "/>"), 0);
    assert_int_equal(fixture_happens(&f, XFED_EVENT_TLS_UP), 0);
    fake_ports_expect(&f.ports, "restart\ntls client contoso.example fabrikam.example\nrestart\n"
                                "header contoso.example fabrikam.example -\n");
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true), 0);
    assert_int_equal(fixture_receive(&f, "<stream:features>" EXTERNAL "</stream:features>"), 0);
    fake_ports_expect(&f.ports, "sasl initiator contoso.example\nstep '-'\nsasl end\n"
                                "send <auth " SASL_NS " mechanism='EXTERNAL'>=</auth>\n");
    assert_int_equal(fixture_receive(&f, "<success " SASL_NS "/>"), 0);
    fake_ports_expect(&f.ports, "restart\nheader contoso.example fabrikam.example -\n");
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true), 0);
    assert_false(xfed_negotiation_is_up(&f.n));
    assert_int_equal(fixture_receive(&f, "<stream:features/>"), 0);
    fake_ports_expect(&f.ports, "up contoso.example fabrikam.example 1\n");
    assert_true(xfed_negotiation_is_up(&f.n));
    fixture_close(&f);
}

/* A header without version stands for features that offer dialback alone. */
static void test_initiator_by_dialback(void **state)
{
    char key[XFED_DIALBACK_KEY_SIZE];
    char log[256];
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, XMPPFED_METHOD_DIALBACK_TCP);
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", false), 0);
    assert_state(&f, "I_DIALBACK");
    assert_int_equal(xfed_dialback_key_make(f.ctx, xmppfed_slice_of("a secret of the tests"),
                                            "fabrikam.example", "contoso.example", "peer1", key),
                     0);
    snprintf(log, sizeof(log),
             "send <db:result from='contoso.example' to='fabrikam.example'>%s</db:result>\n", key);
    fake_ports_expect(&f.ports, log);
    assert_int_equal(
        fixture_receive(&f, "<db:result from='evil.example' to='contoso.example' type='valid'/>"),
        0);
    fake_ports_expect(&f.ports, "");
    assert_int_equal(fixture_receive(&f, "<db:result from='fabrikam.example' to='contoso.example' "
                                         "type='valid'/>"),
                     0);
    fake_ports_expect(&f.ports, "up contoso.example fabrikam.example 4\n");
    fixture_close(&f);
}

static void test_unlisted_event_ends_the_stream(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    assert_int_equal(fixture_happens(&f, XFED_EVENT_UNKNOWN), XMPPFED_ERR_STREAM_UNEXPECTED);
    assert_state(&f, "CLOSED");
    assert_int_equal(f.n.fault.code, XMPPFED_ERR_STREAM_UNEXPECTED);
    assert_string_equal(f.n.fault.text,
                        "a peer that did not name itself: an element was not allowed here (while "
                        "waiting for: receiver: the first stream header)");
    /* Nothing happens on a closed stream. */
    assert_int_equal(fixture_happens(&f, XFED_EVENT_STANZA), XMPPFED_ERR_STREAM_CLOSED);
    assert_int_equal(f.n.fault.code, XMPPFED_ERR_STREAM_UNEXPECTED);
    fixture_close(&f);
}

/* A failing port ends the stream with its own error, in whatever action it was asked. */
static void test_failing_ports(void **state)
{
    static const struct {
        const char *name;
        size_t port; /* offset of the answer */
    } rows[] = {
        {"new header", offsetof(struct fake_ports, send_header_rc)},
        {"features", offsetof(struct fake_ports, send_rc)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;
        int rc;

        fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
        *(int *)((char *)&f.ports + rows[i].port) = XMPPFED_ERR_LIMIT_MEMORY;
        rc = fixture_header(&f, "fabrikam.example", "contoso.example", true);
        if (rc != XMPPFED_ERR_LIMIT_MEMORY || f.n.fault.code != rc ||
            f.n.state != XFED_STATE_CLOSED)
            fail_msg("%s: %d, fault %d", rows[i].name, rc, f.n.fault.code);
        fixture_close(&f);
    }
}

/* Policy is asked when something is accepted, not when it was offered. */
static void test_policy_that_changes_meanwhile(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, XMPPFED_METHOD_EXTERNAL);
    f.ports.prove_rc = 0;
    fixture_jump(&f, XFED_STATE_R_TLS_OPEN, true);
    f.ports.partners[0].methods = XMPPFED_METHOD_DIALBACK_TLS;
    assert_int_equal(fixture_receive(&f, "<auth " SASL_NS " mechanism='EXTERNAL'>=</auth>"), 0);
    fake_ports_expect(&f.ports,
                      "sasl end\nsend <failure " SASL_NS "><invalid-mechanism/></failure>\n");
    assert_state(&f, "R_TLS_OPEN");
    f.ports.partners[0].domain = NULL;
    assert_int_equal(fixture_receive(&f, "<db:result from='fabrikam.example' "
                                         "to='contoso.example'>k</db:result>"),
                     0);
    fake_ports_expect(&f.ports,
                      "send <db:result from='contoso.example' to='fabrikam.example' type='error'>"
                      "<error type='modify'><policy-violation "
                      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></db:result>\n");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_receiver_by_certificate),
        cmocka_unit_test(test_initiator_by_certificate),
        cmocka_unit_test(test_initiator_by_dialback),
        cmocka_unit_test(test_unlisted_event_ends_the_stream),
        cmocka_unit_test(test_failing_ports),
        cmocka_unit_test(test_policy_that_changes_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
