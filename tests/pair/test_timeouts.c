/* test_timeouts.c - how long a connection waits for its peer, and what keeps it alive. */
#include "ends.h"

static void tick(struct ends *s, xmppfed_time now)
{
    s->pair.now = now;
    xmppfed_connection_tick(s->pair.initiator, now);
    xmppfed_connection_tick(s->pair.receiver, now);
    stream_pair_run(&s->pair);
}

static void test_establishment_timeout(void **state)
{
    struct ends s;

    (void)state;
    ends_init_rows(&s, "contoso", 7, "fabrikam", 7);
    ends_start(&s, false);
    assert_int_equal(xmppfed_connection_deadline(s.pair.receiver), 1000 + 60000);
    xmppfed_connection_tick(s.pair.receiver, 60999);
    stream_pair_take(&s.pair, s.pair.receiver, &s.pair.at_receiver);
    assert_int_equal(s.pair.at_receiver.count, 0);
    xmppfed_connection_tick(s.pair.receiver, 61000);
    stream_pair_take(&s.pair, s.pair.receiver, &s.pair.at_receiver);
    assert_int_equal(seen_down_code(&s.pair.at_receiver), XMPPFED_ERR_TIMEOUT_ESTABLISH);
    assert_true(ends_output_has(s.pair.receiver, "connection-timeout"));
    assert_int_equal(xmppfed_connection_deadline(s.pair.receiver), XMPPFED_TIME_NEVER);
    ends_fini(&s);
}

/* White space keeps the stream alive until nobody has had anything to say for too long. */
static void test_keep_alive_and_inactivity(void **state)
{
    struct test_partner partner = test_matrix_row(FABRIKAM, 8);
    xmppfed_policy *policy;
    struct ends s;

    (void)state;
    ends_init_rows(&s, "contoso", 8, "fabrikam", 8);
    partner.ping = XMPPFED_PING_NEVER;
    policy = test_policy(s.ctx, &partner, 1);
    xmppfed_site_set_policy(s.contoso, policy);
    xmppfed_policy_unref(policy);
    ends_dial(&s, false);
    assert_int_equal(xmppfed_connection_deadline(s.pair.initiator), 1000 + 150000);
    assert_int_equal(xmppfed_connection_deadline(s.pair.receiver), 1000 + 300000);
    for (xmppfed_time now = 151000; now < 601000; now += 150000) {
        tick(&s, now);
        assert_int_equal(seen_down_code(&s.pair.at_receiver), 1);
        assert_int_equal(xmppfed_connection_deadline(s.pair.receiver),
                         now + 300000 < 601000 ? now + 300000 : 601000);
    }
    tick(&s, 601000);
    /* Our own idleness is no error of the peer: the stream is closed in order. */
    assert_int_equal(seen_down_code(&s.pair.at_initiator), 0);
    ends_fini(&s);
}

static void test_peer_without_keep_alive(void **state)
{
    struct ends s;

    (void)state;
    ends_init_and_dial(&s, 8);
    s.pair.now = 301000;
    xmppfed_connection_tick(s.pair.receiver, 300999);
    stream_pair_take(&s.pair, s.pair.receiver, &s.pair.at_receiver);
    assert_int_equal(seen_down_code(&s.pair.at_receiver), 1);
    xmppfed_connection_tick(s.pair.receiver, 301000);
    stream_pair_run(&s.pair);
    assert_int_equal(seen_down_code(&s.pair.at_receiver), XMPPFED_ERR_TIMEOUT_IDLE);
    assert_int_equal(seen_down_code(&s.pair.at_initiator), XMPPFED_ERR_STREAM_ERROR_RECEIVED);
    ends_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_establishment_timeout),
        cmocka_unit_test(test_keep_alive_and_inactivity),
        cmocka_unit_test(test_peer_without_keep_alive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
