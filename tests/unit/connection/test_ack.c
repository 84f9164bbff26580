/* test_ack.c - when the peer is asked what it has handled, and for how long we wait. */
#include "fixture.h"

#define SM "xmlns='urn:xmpp:sm:3'"
#define REQUEST "<r " SM "/>"

/* An initiated stream that is up, with acks. */
static void open_with_acks(struct fixture *f)
{
    fixture_open_initiator(f);
    xmppfed_connection_set_acks(f->c, 1);
    assert_null(fixture_receive(f, HEADER));
    assert_null(fixture_receive(f, "<stream:features><dialback xmlns='urn:xmpp:features:dialback'/>"
                                   "<sm " SM "/></stream:features>"));
    assert_null(fixture_receive(f, VALID));
    assert_true(fixture_sent(f, "<enable " SM "/>"));
    assert_int_equal(fixture_send(f, CONTOSO, FABRIKAM, NULL), XMPPFED_ERR_STATE);
    assert_int_equal(xmppfed_event_kind(fixture_receive(f, "<enabled " SM "/>")),
                     XMPPFED_EVENT_STREAM_UP);
}

static size_t unacknowledged(const struct fixture *f)
{
    size_t count = 99;

    assert_int_equal(xmppfed_connection_unacknowledged(f->c, &count), 0);
    return count;
}

static void test_one_request_waits(void **state)
{
    struct fixture f;

    (void)state;
    open_with_acks(&f);
    assert_false(fixture_sent(&f, REQUEST)); /* there is nothing to ask about */
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), 0);
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), 0);
    assert_true(fixture_sent(&f, "/><r "));
    assert_int_equal(unacknowledged(&f), 2);
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), 0);
    assert_false(fixture_sent(&f, REQUEST));
    assert_null(fixture_receive(&f, "<a " SM " h='2'/>"));
    assert_int_equal(unacknowledged(&f), 1);
    assert_true(fixture_sent(&f, REQUEST));
    assert_null(fixture_receive(&f, "<a " SM " h='3'/>"));
    assert_int_equal(unacknowledged(&f), 0);
    assert_false(fixture_sent(&f, REQUEST));
    fixture_close(&f);
}

/* The time counts from when it is known, however long the stream was idle before. */
static void test_dead_peer(void **state)
{
    struct fixture f;

    (void)state;
    open_with_acks(&f);
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), 0);
    assert_true(fixture_sent(&f, REQUEST));
    f.now = 100000;
    assert_true(xmppfed_connection_deadline(f.c) <= f.now);
    xmppfed_connection_tick(f.c, f.now);
    assert_int_equal(xmppfed_connection_deadline(f.c), 130000);
    xmppfed_connection_tick(f.c, 129999);
    assert_null(fixture_next(&f));
    xmppfed_connection_tick(f.c, 130000);
    assert_int_equal(xmppfed_event_code(fixture_next(&f)), XMPPFED_ERR_TIMEOUT_ACK);
    assert_true(fixture_sent(&f, "<connection-timeout "));
    fixture_close(&f);
}

/* An idle stream is kept by a question, and one that nobody answers is dead. */
static void test_keep_alive(void **state)
{
    struct fixture f;

    (void)state;
    open_with_acks(&f);
    (void)fixture_sent(&f, "");
    f.now = 151000;
    xmppfed_connection_tick(f.c, f.now);
    assert_true(fixture_sent(&f, REQUEST));
    assert_null(fixture_receive(&f, "<a " SM " h='0'/>"));
    assert_int_equal(xmppfed_connection_deadline(f.c), 301000);
    f.now = 301000;
    xmppfed_connection_tick(f.c, f.now);
    assert_true(fixture_sent(&f, REQUEST));
    assert_null(fixture_next(&f));
    assert_int_equal(xmppfed_connection_deadline(f.c), 331000);
    xmppfed_connection_tick(f.c, 331000);
    assert_int_equal(xmppfed_event_code(fixture_next(&f)), XMPPFED_ERR_TIMEOUT_ACK);
    fixture_close(&f);
}

static void test_last_word(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    xmppfed_connection_set_acks(f.c, 1);
    fixture_bring_up(&f);
    assert_null(fixture_receive(&f, "<enable " SM "/>"));
    assert_non_null(fixture_receive(&f, "<message from='fabrikam.example' to='contoso.example'/>"));
    assert_true(fixture_sent(&f, "<enabled " SM "/>"));
    xmppfed_connection_close(f.c, 0, NULL);
    assert_true(fixture_sent(&f, "<a " SM " h='1'/></stream:stream>"));
    fixture_close(&f);
}

static void test_without_acks(void **state)
{
    struct fixture f;
    size_t count = 0;

    (void)state;
    fixture_open_initiator(&f);
    fixture_bring_up(&f);
    assert_int_equal(xmppfed_connection_unacknowledged(f.c, &count), XMPPFED_ERR_STATE);
    assert_int_equal(xmppfed_connection_unacknowledged(f.c, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), 0);
    assert_false(fixture_sent(&f, REQUEST));
    xmppfed_connection_set_acks(NULL, 1);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_request_waits), cmocka_unit_test(test_dead_peer),
        cmocka_unit_test(test_keep_alive),        cmocka_unit_test(test_last_word),
        cmocka_unit_test(test_without_acks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
