/* test_close.c - how a stream ends. */
#include "fixture.h"

/* What the peer is told, and what the host is told. */
static void test_codes(void **state)
{
    static const struct {
        const char *name;
        int code;
        const char *condition; /* NULL: no stream error */
    } rows[] = {
        {"in order", 0, NULL},
        {"shutdown", XMPPFED_ERR_SHUTDOWN, "<system-shutdown"},
        {"limit", XMPPFED_ERR_LIMIT_CONNECTIONS, "<resource-constraint"},
        {"nothing to tell", XMPPFED_ERR_DIAL_FAILED, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;
        const xmppfed_event *ev;

        fixture_open_receiver(&f);
        assert_null(fixture_receive(&f, HEADER));
        (void)fixture_sent(&f, "");
        xmppfed_connection_close(f.c, rows[i].code, "because");
        ev = fixture_next(&f);
        assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_STREAM_DOWN);
        assert_int_equal(xmppfed_event_code(ev), rows[i].code);
        assert_string_equal(xmppfed_event_text(ev), "because");
        assert_string_equal(xmppfed_event_remote(ev), FABRIKAM);
        assert_int_equal(xmppfed_event_direction(ev), XMPPFED_INBOUND);
        if (!fixture_sent(&f, rows[i].condition ? rows[i].condition : "</stream:stream>"))
            fail_msg("%s", rows[i].name);
        fixture_close(&f);
    }
}

static void test_only_once(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    xmppfed_connection_close(f.c, XMPPFED_ERR_SHUTDOWN, NULL);
    xmppfed_connection_close(f.c, XMPPFED_ERR_TIMEOUT_IDLE, NULL);
    xmppfed_connection_transport_closed(f.c);
    assert_int_equal(xmppfed_event_code(fixture_next(&f)), XMPPFED_ERR_SHUTDOWN);
    assert_null(fixture_next(&f));
    fixture_close(&f);
}

/* RFC 6120 4.9.1.2: an error before our header is preceded by a header. */
static void test_header_before_error(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    xmppfed_connection_close(f.c, XMPPFED_ERR_SHUTDOWN, NULL);
    assert_true(fixture_sent(&f, "<stream:stream"));
    fixture_close(&f);
}

static void test_nothing_is_said_to_who_is_gone(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    assert_null(fixture_receive(&f, HEADER));
    (void)fixture_sent(&f, "");
    xmppfed_connection_transport_closed(f.c);
    assert_int_equal(xmppfed_event_code(fixture_next(&f)), XMPPFED_ERR_STREAM_CLOSED);
    assert_false(xfed_connection_has_output(f.c));
    fixture_close(&f);
    xmppfed_connection_close(NULL, 0, NULL);
    xmppfed_connection_transport_closed(NULL);
}

/* What had arrived before the transport closed is still worked on. */
static void test_last_words(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    fixture_bring_up(&f);
    assert_int_equal(
        xmppfed_connection_feed(f.c, "<message from='fabrikam.example' to='contoso.example'/>", 55),
        0);
    xmppfed_connection_transport_closed(f.c);
    assert_int_equal(xmppfed_event_kind(fixture_next(&f)), XMPPFED_EVENT_STANZA);
    assert_int_equal(xmppfed_event_kind(fixture_next(&f)), XMPPFED_EVENT_STREAM_DOWN);
    fixture_close(&f);
}

/* Where there was no memory for STREAM_DOWN, it comes as soon as there is. */
static void test_down_without_memory(void **state)
{
    struct fixture f;
    bool late = false;

    (void)state;
    for (size_t n = 1; n <= 40; n++) {
        const xmppfed_event *ev;

        fixture_open_receiver(&f);
        assert_null(fixture_receive(&f, HEADER));
        f.memory.fail_at = f.memory.calls + n;
        xmppfed_connection_close(f.c, XMPPFED_ERR_SHUTDOWN, NULL);
        late = late || !f.c->down_queued;
        ev = fixture_next(&f);
        if (!ev) /* the failing one was this call's */
            ev = fixture_next(&f);
        if (xmppfed_event_kind(ev) != XMPPFED_EVENT_STREAM_DOWN ||
            xmppfed_event_code(ev) != XMPPFED_ERR_SHUTDOWN)
            fail_msg("allocation %zu: no STREAM_DOWN", n);
        assert_null(fixture_next(&f));
        fixture_close(&f);
    }
    assert_true(late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_only_once),
        cmocka_unit_test(test_header_before_error),
        cmocka_unit_test(test_nothing_is_said_to_who_is_gone),
        cmocka_unit_test(test_last_words),
        cmocka_unit_test(test_down_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
