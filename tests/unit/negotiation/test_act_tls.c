/* test_act_tls.c - actions of STARTTLS and of direct TLS. */
#include "fixture.h"

#define NS "xmlns='urn:ietf:params:xml:ns:xmpp-tls'"

/* CVE-2011-0411: bytes behind <starttls/> are refused before anything is promised. */
static void test_injection(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_OPEN, false);
    f.ports.restart_rc = XMPPFED_ERR_STREAM_LEFTOVER;
    assert_int_equal(fixture_receive(&f, "<starttls " NS "/>"), XMPPFED_ERR_STREAM_LEFTOVER);
    fake_ports_expect(&f.ports, "restart\n");
    assert_false(f.n.tls_on);
    fixture_close(&f);
    fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_I_PROCEED, false);
    f.ports.restart_rc = XMPPFED_ERR_STREAM_LEFTOVER;
    assert_int_equal(fixture_receive(&f, "<proceed " NS "/>"), XMPPFED_ERR_STREAM_LEFTOVER);
    fake_ports_expect(&f.ports, "restart\n");
    fixture_close(&f);
}

static void test_start_fails(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_OPEN, false);
    f.ports.tls_start_rc = XMPPFED_ERR_NOMEM;
    assert_int_equal(fixture_receive(&f, "<starttls " NS "/>"), XMPPFED_ERR_NOMEM);
    assert_false(f.n.tls_on);
    fixture_close(&f);
}

static void test_not_available(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_OPEN, false);
    f.ports.can_serve = false;
    assert_int_equal(fixture_receive(&f, "<starttls " NS "/>"), XMPPFED_ERR_TLS_UNAVAILABLE);
    fixture_close(&f);
    fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_I_PROCEED, false);
    assert_int_equal(fixture_receive(&f, "<failure " NS "/>"), XMPPFED_ERR_TLS_UNAVAILABLE);
    fixture_close(&f);
}

/* Neither header nor restart: the handshake is the first thing on the transport (XEP-0368 3). */
static void test_direct(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, XMPPFED_METHOD_EXTERNAL);
    f.ports.prove_rc = 0;
    assert_int_equal(fixture_happens(&f, XFED_EVENT_DIRECT_TLS), 0);
    fake_ports_expect(&f.ports, "tls server  \n");
    assert_state(&f, "R_TLS");
    assert_int_equal(fixture_happens(&f, XFED_EVENT_TLS_UP), 0);
    assert_int_equal(fixture_header(&f, "fabrikam.example", "contoso.example", true), 0);
    fake_ports_expect(&f.ports, "restart\nheader contoso.example fabrikam.example id1\n"
                                "send <stream:features>"
                                "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                                "<mechanism>EXTERNAL</mechanism></mechanisms>"
                                "</stream:features>\n");
    /* XEP-0368 3: STARTTLS must not be used over direct TLS. */
    assert_int_equal(fixture_receive(&f, "<starttls " NS "/>"), XMPPFED_ERR_STREAM_UNEXPECTED);
    fixture_close(&f);
    fixture_open(&f, XFED_INITIATOR, XMPPFED_METHOD_EXTERNAL);
    assert_int_equal(fixture_happens(&f, XFED_EVENT_DIRECT_TLS), 0);
    fake_ports_expect(&f.ports, "tls client contoso.example fabrikam.example\n");
    assert_int_equal(fixture_happens(&f, XFED_EVENT_TLS_UP), 0);
    fake_ports_expect(&f.ports, "restart\nheader contoso.example fabrikam.example -\n");
    assert_state(&f, "I_TLS_HEADER");
    fixture_close(&f);
}

static void test_direct_refused(void **state)
{
    static const struct {
        const char *name;
        enum xfed_role role;
        uint32_t methods;
        bool cannot_serve;
        unsigned from; /* the state in which it happens; 0: the first */
        int code;
    } rows[] = {
        {.name = "initiator, the record says no TLS",
         .role = XFED_INITIATOR,
         .methods = XMPPFED_METHOD_DIALBACK_TCP,
         .code = XMPPFED_ERR_TLS_UNAVAILABLE},
        {.name = "receiver without a certificate",
         .role = XFED_RECEIVER,
         .methods = ALL_METHODS,
         .cannot_serve = true,
         .code = XMPPFED_ERR_TLS_UNAVAILABLE},
        {.name = "receiver, on a stream that has begun",
         .role = XFED_RECEIVER,
         .methods = ALL_METHODS,
         .from = XFED_STATE_R_OPEN,
         .code = XMPPFED_ERR_STATE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;

        print_message("# %s\n", rows[i].name);
        fixture_open(&f, rows[i].role, rows[i].methods);
        f.ports.can_serve = !rows[i].cannot_serve;
        if (rows[i].from)
            fixture_jump(&f, rows[i].from, false);
        assert_int_equal(fixture_happens(&f, XFED_EVENT_DIRECT_TLS), rows[i].code);
        fake_ports_expect(&f.ports, "");
        assert_false(f.n.tls_on);
        fixture_close(&f);
    }
}

/* A certificate that TLSA records refute ends all: not a byte is said on that stream. */
static void test_refuted(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_I_TLS, true);
    assert_false(xfed_negotiation_refuted(&f.n));
    f.ports.bound = true;
    assert_true(xfed_negotiation_refuted(&f.n));
    assert_int_equal(fixture_happens(&f, XFED_EVENT_TLS_REFUTED), XMPPFED_ERR_TLS_CERTIFICATE);
    assert_string_equal(f.n.fault.text, "fabrikam.example: the certificate is not for "
                                        "fabrikam.example; no other method may take its place");
    fake_ports_expect(&f.ports, "");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_injection),      cmocka_unit_test(test_start_fails),
        cmocka_unit_test(test_not_available),  cmocka_unit_test(test_direct),
        cmocka_unit_test(test_direct_refused), cmocka_unit_test(test_refuted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
