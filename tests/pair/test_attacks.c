/* test_attacks.c - bytes behind STARTTLS, foreign stanzas, broken TLS: between two connections. */
#include "ends.h"

#define HEADER                                                                     \
    "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/" \
    "streams' xmlns:db='jabber:server:dialback' version='1.0' id='x' "
#define STARTTLS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

/* CVE-2011-0411: plaintext behind <starttls/> must not be taken for what comes inside TLS. */
static void test_injection_at_the_receiver(void **state)
{
    static const char *const tails[] = {"<message/>", "\x16\x03\x01", "x", " <"};

    (void)state;
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        char bytes[256];
        struct ends s;

        ends_init_rows(&s, "contoso", 7, "fabrikam", 7);
        ends_start(&s, false);
        ends_feed(&s, s.pair.receiver, &s.pair.at_receiver,
                  HEADER "from='contoso.example' to='fabrikam.example'>");
        snprintf(bytes, sizeof(bytes), "%s%s", STARTTLS, tails[i]);
        ends_feed(&s, s.pair.receiver, &s.pair.at_receiver, bytes);
        if (seen_down_code(&s.pair.at_receiver) != XMPPFED_ERR_STREAM_LEFTOVER ||
            !ends_output_has(s.pair.receiver, "policy-violation") ||
            ends_output_has(s.pair.receiver, "<proceed"))
            fail_msg("tail %zu: %s", i, xmppfed_error_name(seen_down_code(&s.pair.at_receiver)));
        ends_fini(&s);
    }
}

static void test_injection_at_the_initiator(void **state)
{
    struct ends s;

    (void)state;
    ends_init_rows(&s, "contoso", 7, "fabrikam", 7);
    ends_start(&s, false);
    ends_feed(&s, s.pair.initiator, &s.pair.at_initiator,
              HEADER "from='fabrikam.example' to='contoso.example'><stream:features>" STARTTLS
                     "</stream:features>");
    ends_feed(&s, s.pair.initiator, &s.pair.at_initiator,
              "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><stream:features/>");
    assert_int_equal(seen_down_code(&s.pair.at_initiator), XMPPFED_ERR_STREAM_LEFTOVER);
    ends_fini(&s);
}

/* A line break behind <starttls/> is no injection: some servers put one after each element. */
static void test_white_space_is_no_injection(void **state)
{
    struct ends s;

    (void)state;
    ends_init_rows(&s, "contoso", 7, "fabrikam", 7);
    ends_start(&s, false);
    ends_feed(&s, s.pair.receiver, &s.pair.at_receiver,
              HEADER "from='contoso.example' to='fabrikam.example'>");
    ends_feed(&s, s.pair.receiver, &s.pair.at_receiver, STARTTLS "\r\n");
    assert_true(ends_output_has(s.pair.receiver, "<proceed"));
    ends_fini(&s);
}

/* A proved peer speaks for its own domain alone, with or without TLS. */
static void test_foreign_from(void **state)
{
    static const unsigned rows[] = {8, 13, 17};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_element *e;
        struct ends s;

        ends_init_and_dial(&s, rows[i]);
        assert_int_equal(ends_send(&s, "a@evil.example", "b@" FABRIKAM, NULL),
                         XMPPFED_ERR_STREAM_ADDRESSING);
        assert_int_equal(ends_send(&s, "a@" CONTOSO, "b@evil.example", NULL),
                         XMPPFED_ERR_STREAM_ADDRESSING);
        /* A peer whose own checks are broken. */
        e = ends_message(&s, "a@evil.example", "b@" FABRIKAM);
        assert_int_equal(xfed_connection_write(s.pair.initiator, e), 0);
        xmppfed_element_free(e);
        stream_pair_run(&s.pair);
        assert_null(seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STANZA));
        assert_int_equal(seen_down_code(&s.pair.at_receiver), XMPPFED_ERR_STREAM_INVALID_FROM);
        assert_non_null(strstr(seen_find(&s.pair.at_initiator, XMPPFED_EVENT_STREAM_DOWN)->text,
                               "invalid-from"));
        ends_fini(&s);
    }
}

/* A close_notify without a closing tag ends the stream, once, and does not spin. */
static void test_tls_closed_without_closing_tag(void **state)
{
    struct ends s;

    (void)state;
    ends_init_and_dial(&s, 8);
    xmppfed_tls_session_close(s.pair.initiator->tls);
    stream_pair_run(&s.pair);
    assert_int_equal(seen_down_code(&s.pair.at_receiver), XMPPFED_ERR_STREAM_CLOSED);
    ends_fini(&s);
}

static void test_broken_record(void **state)
{
    struct ends s;

    (void)state;
    ends_init_and_dial(&s, 8);
    ends_feed(&s, s.pair.receiver, &s.pair.at_receiver, "<message>in plaintext</message>");
    assert_int_equal(seen_down_code(&s.pair.at_receiver), XMPPFED_ERR_TLS_RECORD);
    ends_fini(&s);
}

static void test_no_handshake(void **state)
{
    struct ends s;

    (void)state;
    ends_init_rows(&s, "contoso", 8, "fabrikam", 8);
    ends_start(&s, false);
    ends_feed(&s, s.pair.receiver, &s.pair.at_receiver,
              HEADER "from='contoso.example' to='fabrikam.example'>" STARTTLS);
    ends_feed(&s, s.pair.receiver, &s.pair.at_receiver, "<stream:stream>");
    assert_int_equal(seen_down_code(&s.pair.at_receiver), XMPPFED_ERR_TLS_HANDSHAKE);
    assert_false(ends_output_has(s.pair.receiver, "stream:error"));
    ends_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_injection_at_the_receiver),
        cmocka_unit_test(test_injection_at_the_initiator),
        cmocka_unit_test(test_white_space_is_no_injection),
        cmocka_unit_test(test_foreign_from),
        cmocka_unit_test(test_tls_closed_without_closing_tag),
        cmocka_unit_test(test_broken_record),
        cmocka_unit_test(test_no_handshake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
