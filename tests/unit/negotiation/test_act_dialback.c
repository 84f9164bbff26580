/* test_act_dialback.c - actions of server dialback. */
#include "fixture.h"

#include <stdio.h>

#include "dialback/key.h"

#define PEER_KEY "<db:result from='fabrikam.example' to='contoso.example'>k1</db:result>"
#define ANSWER(type) "send <db:result from='contoso.example' to='fabrikam.example' type='" type "'"
#define ERROR(type, condition)                                                             \
    "><error type='" type "'><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>" \
    "</error></db:result>\n"

static void open_with_key(struct fixture *f, bool tls)
{
    fixture_open(f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(f, tls ? XFED_STATE_R_TLS_OPEN : XFED_STATE_R_OPEN, tls);
    assert_int_equal(fixture_receive(f, PEER_KEY), 0);
    fake_ports_expect(&f->ports, "check contoso.example fabrikam.example id0 k1\n");
}

static void test_verdicts(void **state)
{
    struct fixture f;

    (void)state;
    open_with_key(&f, true);
    assert_int_equal(fixture_checked(&f, 0, NULL), 0);
    fake_ports_expect(&f.ports, ANSWER("valid") "/>\nup contoso.example fabrikam.example 2\n");
    assert_state(&f, "R_UP");
    /* The check is settled: a second verdict is about nothing. */
    assert_int_equal(fixture_checked(&f, 0, NULL), 0);
    fake_ports_expect(&f.ports, "");
    fixture_close(&f);

    open_with_key(&f, false);
    assert_int_equal(fixture_checked(&f, 0, NULL), 0);
    fake_ports_expect(&f.ports, ANSWER("valid") "/>\nup contoso.example fabrikam.example 4\n");
    fixture_close(&f);

    open_with_key(&f, true);
    assert_int_equal(fixture_checked(&f, XMPPFED_ERR_DIALBACK_INVALID, NULL),
                     XMPPFED_ERR_DIALBACK_INVALID);
    fake_ports_expect(&f.ports, ANSWER("invalid") "/>\n");
    fixture_close(&f);

    open_with_key(&f, true);
    assert_int_equal(fixture_checked(&f, XMPPFED_ERR_DNS_TIMEOUT, "remote-server-timeout"), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("wait", "remote-server-timeout"));
    assert_state(&f, "R_TLS_OPEN");
    fixture_close(&f);
}

/* XEP-0220 2.2.1, 2.1.2: the stream lives on if other pairs live on it, at the peer's end too. */
static void test_invalid_beside_a_proved_pair(void **state)
{
    struct fixture f;

    (void)state;
    open_with_key(&f, true);
    f.n.state = XFED_STATE_R_UP;
    assert_int_equal(xfed_pairs_add(&f.n.proved, "contoso.example", "other.example",
                                    XMPPFED_METHOD_DIALBACK_TLS),
                     0);
    assert_int_equal(fixture_checked(&f, XMPPFED_ERR_DIALBACK_INVALID, NULL), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("auth", "forbidden"));
    assert_state(&f, "R_UP");
    fixture_close(&f);
}

/* XEP-0220 2.2.1: a must where nothing is proved, and a check that is open proves nothing. */
static void test_invalid_beside_an_open_check(void **state)
{
    struct fixture f;

    (void)state;
    open_with_key(&f, true);
    assert_int_equal(xfed_pairs_add(&f.n.checks, "contoso.example", "other.example", 0), 0);
    assert_int_equal(fixture_checked(&f, XMPPFED_ERR_DIALBACK_INVALID, NULL),
                     XMPPFED_ERR_DIALBACK_INVALID);
    fake_ports_expect(&f.ports, ANSWER("invalid") "/>\n");
    fixture_close(&f);
}

static void test_one_check_a_pair(void **state)
{
    struct fixture f;

    (void)state;
    open_with_key(&f, true);
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, "");
    assert_int_equal(f.n.checks.count, 1);
    fixture_close(&f);
}

static void test_bound_of_checks(void **state)
{
    struct fixture f;
    char name[64];

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_UP, true);
    for (int i = 0; i < XFED_PAIRS_MAX; i++) {
        snprintf(name, sizeof(name), "n%d.example", i);
        assert_int_equal(xfed_pairs_add(i % 2 ? &f.n.checks : &f.n.proved, "contoso.example", name,
                                        i % 2 ? 0 : XMPPFED_METHOD_DIALBACK_TLS),
                         0);
    }
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("wait", "resource-constraint"));
    fixture_close(&f);
}

/* Who has proved nothing yet has few checks open at a time. */
static void test_bound_of_a_stranger(void **state)
{
    struct fixture f;
    char name[64];

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_TLS_OPEN, true);
    for (int i = 0; i < XFED_CHECKS_OF_STRANGER; i++) {
        snprintf(name, sizeof(name), "n%d.example", i);
        assert_int_equal(xfed_pairs_add(&f.n.checks, "contoso.example", name, 0), 0);
    }
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("wait", "resource-constraint"));
    fixture_close(&f);
}

/* The key was for the stream before STARTTLS; its verdict must not prove the peer inside TLS. */
static void test_verdict_after_the_restart(void **state)
{
    struct fixture f;

    (void)state;
    open_with_key(&f, false);
    assert_int_equal(fixture_receive(&f, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), 0);
    assert_int_equal(fixture_happens(&f, XFED_EVENT_TLS_UP), 0);
    f.n.state = XFED_STATE_R_TLS_OPEN;
    f.ports.log[0] = '\0';
    /* A new key for the pair has to wait: the host could not tell the two verdicts apart. */
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("wait", "resource-constraint"));
    assert_int_equal(fixture_checked(&f, 0, NULL), 0);
    fake_ports_expect(&f.ports, "");
    assert_int_equal(f.n.proved.count, 0);
    assert_int_equal(f.n.checks.count, 0);
    assert_state(&f, "R_TLS_OPEN");
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    assert_int_equal(f.n.checks.count, 1);
    fixture_close(&f);
}

static void test_verdict_while_the_handshake_runs(void **state)
{
    static const unsigned states[] = {XFED_STATE_R_TLS, XFED_STATE_R_TLS_HEADER,
                                      XFED_STATE_R_AUTH_HEADER};

    (void)state;
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        struct fixture f;

        open_with_key(&f, false);
        f.n.checks.items[0].method = XFED_CHECK_STALE;
        f.n.state = states[i];
        if (fixture_checked(&f, i % 2 ? 0 : XMPPFED_ERR_DIALBACK_INVALID, NULL) != 0 ||
            f.n.state != states[i] || f.n.checks.count != 0)
            fail_msg("%s", xfed_state_name(states[i]));
        fake_ports_expect(&f.ports, "");
        fixture_close(&f);
    }
}

static void test_refused_keys(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, XMPPFED_METHOD_EXTERNAL);
    fixture_jump(&f, XFED_STATE_R_OPEN, false);
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("modify", "policy-violation"));
    fixture_jump(&f, XFED_STATE_R_TLS_OPEN, true);
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("auth", "not-authorized"));
    assert_int_equal(
        fixture_receive(&f, "<db:result from='fabrikam.example' to='x.example'>k</db:result>"), 0);
    fake_ports_expect(&f.ports, "send <db:result from='x.example' to='fabrikam.example' "
                                "type='error'" ERROR("cancel", "item-not-found"));
    assert_int_equal(
        fixture_receive(&f, "<db:result from='evil.example' to='contoso.example'>k</db:result>"),
        0);
    fake_ports_expect(&f.ports, "send <db:result from='contoso.example' to='evil.example' "
                                "type='error'" ERROR("modify", "policy-violation"));
    fixture_close(&f);
}

/* The authoritative server's part: yes to our own key, no to any other. */
static void test_verify(void **state)
{
    char key[XFED_DIALBACK_KEY_SIZE];
    char xml[512];
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_OPEN, false);
    assert_int_equal(xfed_dialback_key_make(f.ctx, xmppfed_slice_of("a secret of the tests"),
                                            "fabrikam.example", "contoso.example", "s9", key),
                     0);
    snprintf(xml, sizeof(xml),
             "<db:verify from='fabrikam.example' to='contoso.example' id='s9'>%s</db:verify>", key);
    assert_int_equal(fixture_receive(&f, xml), 0);
    fake_ports_expect(&f.ports, "send <db:verify from='contoso.example' id='s9' "
                                "to='fabrikam.example' type='valid'/>\n");
    snprintf(xml, sizeof(xml),
             "<db:verify from='fabrikam.example' to='contoso.example' id='s8'>%s</db:verify>", key);
    assert_int_equal(fixture_receive(&f, xml), 0);
    fake_ports_expect(&f.ports, "send <db:verify from='contoso.example' id='s8' "
                                "to='fabrikam.example' type='invalid'/>\n");
    assert_int_equal(fixture_receive(&f, "<db:verify from='fabrikam.example' to='x.example' "
                                         "id='s9'>k</db:verify>"),
                     0);
    fake_ports_expect(&f.ports, "send <db:verify from='x.example' id='s9' to='fabrikam.example' "
                                "type='error'><error type='cancel'><item-not-found "
                                "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
                                "</db:verify>\n");
    assert_int_equal(fixture_receive(&f, "<db:verify from='evil.example' to='contoso.example' "
                                         "id='s9'>k</db:verify>"),
                     0);
    fake_ports_expect(&f.ports, "send <db:verify from='contoso.example' id='s9' "
                                "to='evil.example' type='invalid'/>\n");
    fixture_close(&f);
}

static void test_pass_verify_answer(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_I_VERIFY, false);
    assert_int_equal(fixture_receive(&f, "<db:verify from='fabrikam.example' to='contoso.example' "
                                         "id='s9' type='invalid'/>"),
                     0);
    fake_ports_expect(&f.ports, "answer contoso.example fabrikam.example s9 2\n");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_invalid_beside_a_proved_pair),
        cmocka_unit_test(test_invalid_beside_an_open_check),
        cmocka_unit_test(test_one_check_a_pair),
        cmocka_unit_test(test_bound_of_checks),
        cmocka_unit_test(test_bound_of_a_stranger),
        cmocka_unit_test(test_verdict_after_the_restart),
        cmocka_unit_test(test_verdict_while_the_handshake_runs),
        cmocka_unit_test(test_refused_keys),
        cmocka_unit_test(test_verify),
        cmocka_unit_test(test_pass_verify_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
