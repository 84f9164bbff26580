/* test_act_management.c - actions of stream management. */
#include "fixture.h"

#include <stdio.h>

#define SM "xmlns='urn:xmpp:sm:3'"
#define ENABLE "<enable " SM "/>"
#define FAILED(condition)                                                        \
    "send <failed " SM "><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stan" \
    "zas'/></failed>\n"
#define STANZA "<message from='fabrikam.example' to='contoso.example'/>"

/* A received stream that is up, with acks offered or not. */
static void open_up(struct fixture *f, bool offered)
{
    fixture_open(f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(f, XFED_STATE_R_UP, true);
    f->n.acks.wanted = offered;
    f->n.acks.offered = offered;
    assert_int_equal(xfed_pairs_add(&f->n.proved, "contoso.example", "fabrikam.example",
                                    XMPPFED_METHOD_DIALBACK_TLS),
                     0);
}

static void test_receiver_counts(void **state)
{
    struct fixture f;

    (void)state;
    open_up(&f, true);
    assert_int_equal(fixture_receive(&f, STANZA), 0);
    assert_int_equal(fixture_receive(&f, ENABLE), 0);
    assert_int_equal(fixture_receive(&f, STANZA), 0);
    assert_int_equal(fixture_receive(&f, "<r " SM "/>"), 0);
    fake_ports_expect(&f.ports, "stanza contoso.example fabrikam.example\n"
                                "send <enabled " SM "/>\n"
                                "stanza contoso.example fabrikam.example\n"
                                "send <a " SM " h='1'/>\n");
    f.n.acks.handled = UINT32_MAX;
    assert_int_equal(fixture_receive(&f, STANZA), 0);
    assert_int_equal(fixture_receive(&f, "<r " SM "/>"), 0);
    fake_ports_expect(&f.ports, "stanza contoso.example fabrikam.example\n"
                                "send <a " SM " h='0'/>\n");
    assert_int_equal(fixture_receive(&f, ENABLE), XMPPFED_ERR_STREAM_UNEXPECTED);
    fixture_close(&f);
}

static void test_not_now(void **state)
{
    static const unsigned states[] = {XFED_STATE_R_OPEN, XFED_STATE_R_TLS_OPEN};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture f;

        fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
        fixture_jump(&f, states[i], i == 1);
        f.n.acks.wanted = f.n.acks.offered = true;
        assert_int_equal(fixture_receive(&f, ENABLE), 0);
        fake_ports_expect(&f.ports, FAILED("unexpected-request"));
        assert_int_equal(f.n.state, states[i]);
        assert_false(f.n.acks.on);
        fixture_close(&f);
    }
}

static void test_not_offered(void **state)
{
    struct fixture f;

    (void)state;
    open_up(&f, false);
    assert_int_equal(fixture_receive(&f, ENABLE), XMPPFED_ERR_STREAM_UNEXPECTED);
    fixture_close(&f);
}

static void test_unknown_session(void **state)
{
    struct fixture f;

    (void)state;
    open_up(&f, true);
    assert_int_equal(fixture_receive(&f, "<resume " SM " previd='x' h='1'/>"), 0);
    fake_ports_expect(&f.ports, FAILED("item-not-found"));
    assert_int_equal(fixture_receive(&f, ENABLE), 0);
    assert_true(f.n.acks.on);
    fixture_close(&f);
}

/* What the peer's features say when we are proved, and whether we want acks. */
static const struct {
    const char *name;
    bool offered, wanted;
    const char *log;
    const char *state;
} rows[] = {
    {"offered and wanted", true, true, "send <enable " SM "/>\n", "I_ENABLE"},
    {"not wanted", true, false, "up contoso.example fabrikam.example 0\n", "I_UP"},
    {"not offered", false, true, "up contoso.example fabrikam.example 0\n", "I_UP"},
};

static void test_initiator_asks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;

        print_message("# %s\n", rows[i].name);
        fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
        fixture_jump(&f, XFED_STATE_I_AUTH_FEATURES, true);
        f.n.acks.wanted = rows[i].wanted;
        assert_int_equal(fixture_receive(&f, rows[i].offered ? "<stream:features><sm " SM
                                                               "/></stream:features>"
                                                             : "<stream:features/>"),
                         0);
        fake_ports_expect(&f.ports, rows[i].log);
        assert_state(&f, rows[i].state);
        fixture_close(&f);
    }
}

static void test_initiator_is_answered(void **state)
{
    static const struct {
        const char *name, *answer;
        bool on;
    } answers[] = {{"enabled", "<enabled " SM "/>", true}, {"failed", "<failed " SM "/>", false}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture f;

        print_message("# %s\n", answers[i].name);
        fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
        fixture_jump(&f, XFED_STATE_I_ENABLE, true);
        f.n.acks.wanted = f.n.acks.offered = true;
        assert_int_equal(fixture_receive(&f, answers[i].answer), 0);
        assert_state(&f, "I_UP");
        assert_int_equal(f.n.acks.on, answers[i].on);
        fixture_close(&f);
    }
}

static void test_initiator_takes_acks(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_I_UP, true);
    xfed_acks_begin(&f.n.acks);
    f.n.acks.sent = f.n.acks.acked = UINT32_MAX;
    assert_int_equal(xfed_acks_sent(&f.n.acks), 0);
    assert_int_equal(fixture_receive(&f, "<a " SM " h='0'/>"), 0);
    assert_int_equal(f.n.acks.acked, 0);
    assert_int_equal(fixture_receive(&f, "<a " SM " h='1'/>"), XMPPFED_ERR_STREAM_ACK_TOO_HIGH);
    assert_int_equal(f.n.acks.claimed, 1);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_receiver_counts),      cmocka_unit_test(test_not_now),
        cmocka_unit_test(test_not_offered),          cmocka_unit_test(test_unknown_session),
        cmocka_unit_test(test_initiator_asks),       cmocka_unit_test(test_initiator_is_answered),
        cmocka_unit_test(test_initiator_takes_acks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
