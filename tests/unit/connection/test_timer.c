/* test_timer.c - the deadlines of one stream. */
#include "fixture.h"

static void test_before_and_after_up(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    assert_int_equal(xmppfed_connection_deadline(f.c), 61000);
    f.now = 2000;
    fixture_bring_up(&f);
    assert_int_equal(xmppfed_connection_deadline(f.c), 302000); /* the peer's keep-alive */
    f.now = 3000;
    assert_null(fixture_receive(&f, " "));
    assert_int_equal(xmppfed_connection_deadline(f.c), 303000);
    fixture_close(&f);
    fixture_open_initiator(&f);
    fixture_bring_up(&f);
    assert_int_equal(xmppfed_connection_deadline(f.c), 151000); /* ours, twice as often */
    fixture_close(&f);
}

/* White space keeps a stream alive, but not for ever: only stanzas count as activity. */
static void test_inactivity(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    fixture_bring_up(&f);
    for (f.now = 201000; f.now < 601000; f.now += 200000)
        assert_null(fixture_receive(&f, " "));
    assert_int_equal(xmppfed_connection_deadline(f.c), 601000);
    f.now = 500000;
    assert_int_equal(xmppfed_event_kind(fixture_receive(
                         &f, "<message from='fabrikam.example' to='contoso.example'/>")),
                     XMPPFED_EVENT_STANZA);
    assert_int_equal(xmppfed_connection_deadline(f.c), 800000);
    xmppfed_connection_tick(f.c, 800000);
    assert_int_equal(xmppfed_event_code(fixture_next(&f)), XMPPFED_ERR_TIMEOUT_IDLE);
    assert_int_equal(xmppfed_connection_deadline(f.c), XMPPFED_TIME_NEVER);
    fixture_close(&f);
}

static void test_without_keep_alive(void **state)
{
    struct test_partner partner = test_matrix_row(FABRIKAM, 17);
    xmppfed_policy *policy;
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    partner.no_keep_alive = true;
    policy = test_policy(f.ctx, &partner, 1);
    xmppfed_site_set_policy(f.site, policy);
    xmppfed_policy_unref(policy);
    fixture_bring_up(&f);
    assert_int_equal(xmppfed_connection_deadline(f.c), 601000);
    fixture_close(&f);
}

static void test_keep_alive_is_sent(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_initiator(&f);
    fixture_bring_up(&f);
    (void)fixture_sent(&f, "");
    xmppfed_connection_tick(f.c, 150999);
    assert_false(xfed_connection_has_output(f.c));
    xmppfed_connection_tick(f.c, 151000);
    assert_int_equal(xmppfed_connection_output(f.c).len, 1);
    assert_true(fixture_sent(&f, " "));
    assert_int_equal(xmppfed_connection_deadline(f.c), 301000);
    fixture_close(&f);
}

/* Where there is no memory for a blank, the deadline must not stay in the past. */
static void test_keep_alive_without_memory(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_initiator(&f);
    fixture_bring_up(&f);
    (void)fixture_sent(&f, "");
    f.memory.fail_at = f.memory.calls + 1;
    xmppfed_connection_tick(f.c, 151000);
    assert_true(xmppfed_connection_deadline(f.c) > 151000);
    fixture_close(&f);
}

/* A site without policy refuses everybody, and waits for nobody for ever. */
static void test_without_policy(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    xmppfed_site_set_policy(f.site, NULL);
    assert_int_equal(xmppfed_connection_deadline(f.c), 61000);
    xmppfed_connection_tick(f.c, 61000);
    assert_int_equal(xmppfed_event_code(fixture_next(&f)), XMPPFED_ERR_TIMEOUT_ESTABLISH);
    fixture_close(&f);
    assert_int_equal(xmppfed_connection_deadline(NULL), XMPPFED_TIME_NEVER);
    xmppfed_connection_tick(NULL, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before_and_after_up),       cmocka_unit_test(test_inactivity),
        cmocka_unit_test(test_without_keep_alive),        cmocka_unit_test(test_keep_alive_is_sent),
        cmocka_unit_test(test_keep_alive_without_memory), cmocka_unit_test(test_without_policy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
