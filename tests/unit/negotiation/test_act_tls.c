/* test_act_tls.c - actions of STARTTLS. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_injection),
        cmocka_unit_test(test_start_fails),
        cmocka_unit_test(test_not_available),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
