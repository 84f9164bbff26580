/* test_connection.c - the life of one stream, and the calls of its host. */
#include "fixture.h"

#include <stdio.h>

static void test_new_initiator(void **state)
{
    static const struct {
        const char *name;
        const char *local;
        const char *remote;
        int purpose;
        int rc;
    } rows[] = {
        {"prepared", "CONTOSO.example", "Fabrikam.Example", XMPPFED_PURPOSE_VERIFY, 0},
        {"local is none", "a b", FABRIKAM, XMPPFED_PURPOSE_STANZAS, XMPPFED_ERR_ADDRESS},
        {"remote is none", CONTOSO, "a@b", XMPPFED_PURPOSE_STANZAS, XMPPFED_ERR_ADDRESS},
        {"not hosted", "other.example", FABRIKAM, XMPPFED_PURPOSE_STANZAS,
         XMPPFED_ERR_UNKNOWN_HANDLE},
        {"not listed", CONTOSO, "evil.example", XMPPFED_PURPOSE_STANZAS,
         XMPPFED_ERR_POLICY_UNKNOWN_PARTNER},
        {"no purpose", CONTOSO, FABRIKAM, 0, XMPPFED_ERR_ARGUMENT},
        {"no local", NULL, FABRIKAM, XMPPFED_PURPOSE_STANZAS, XMPPFED_ERR_ARGUMENT},
    };
    struct fixture f;

    (void)state;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_connection *c = NULL;
        int rc = xmppfed_connection_new_initiator(f.site, rows[i].local, rows[i].remote,
                                                  rows[i].purpose, 0, &c);

        if (rc != rows[i].rc || (c != NULL) != (rc == 0))
            fail_msg("%s: %s", rows[i].name, xmppfed_error_name(rc));
        if (c)
            assert_string_equal(c->negotiation.remote, FABRIKAM);
        xmppfed_connection_free(c);
    }
    assert_int_equal(xmppfed_connection_new_receiver(NULL, 0, &f.c), XMPPFED_ERR_ARGUMENT);
    /* Direct TLS: this site has no certificate, and its record of the partner says no TLS. */
    assert_int_equal(xmppfed_connection_new_receiver_direct(NULL, 0, &f.c), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_new_receiver_direct(f.site, 0, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_new_receiver_direct(f.site, 0, &f.c),
                     XMPPFED_ERR_TLS_UNAVAILABLE);
    assert_int_equal(xmppfed_connection_new_initiator_direct(f.site, CONTOSO, FABRIKAM,
                                                             XMPPFED_PURPOSE_STANZAS, 0, &f.c),
                     XMPPFED_ERR_TLS_UNAVAILABLE);
    assert_null(f.c);
    xmppfed_connection_free(NULL);
    fixture_close(&f);
}

/* Without memory there is no connection, or, if less was enough, one with a whole header. */
static void test_new_without_memory(void **state)
{
    struct fixture f;
    int rc;

    (void)state;
    fixture_open(&f);
    for (size_t n = 1; n <= 3; n++) {
        f.memory.fail_at = f.memory.calls + n;
        rc = xmppfed_connection_new_initiator(f.site, CONTOSO, FABRIKAM, XMPPFED_PURPOSE_STANZAS, 0,
                                              &f.c);
        assert_int_equal(rc, n == 1 || !f.c ? XMPPFED_ERR_NOMEM : 0);
        if (f.c)
            assert_true(fixture_sent(&f, "version='1.0'>"));
        xmppfed_connection_free(f.c);
        f.c = NULL;
    }
    fixture_close(&f);
}

static void test_feed(void **state)
{
    static char much[256 * 1024 + 1];
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    assert_int_equal(xmppfed_connection_feed(NULL, "x", 1), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_feed(f.c, NULL, 1), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_feed(f.c, NULL, 0), 0);
    assert_int_equal(xmppfed_connection_feed(f.c, much, sizeof(much)), XMPPFED_ERR_LIMIT_SIZE);
    xmppfed_connection_close(f.c, 0, NULL);
    assert_int_equal(xmppfed_connection_feed(f.c, "x", 1), XMPPFED_ERR_STREAM_CLOSED);
    fixture_close(&f);
}

static void test_send(void **state)
{
    static const struct {
        const char *name;
        const char *from;
        const char *to;
        int rc;
    } rows[] = {
        {"domains", CONTOSO, FABRIKAM, 0},
        {"users", "a@" CONTOSO "/x", "b@FABRIKAM.example", 0},
        {"another from", "a@other.example", FABRIKAM, XMPPFED_ERR_STREAM_ADDRESSING},
        {"another to", CONTOSO, "b@sub." FABRIKAM, XMPPFED_ERR_STREAM_ADDRESSING},
        {"no from", NULL, FABRIKAM, XMPPFED_ERR_STREAM_ADDRESSING},
        {"no to", CONTOSO, NULL, XMPPFED_ERR_STREAM_ADDRESSING},
        {"bad from", "@", FABRIKAM, XMPPFED_ERR_STREAM_ADDRESSING},
        {"the wrong way round", FABRIKAM, CONTOSO, XMPPFED_ERR_STREAM_ADDRESSING},
    };
    struct fixture f;

    (void)state;
    fixture_open_initiator(&f);
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), XMPPFED_ERR_STATE);
    fixture_bring_up(&f);
    (void)fixture_sent(&f, "");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int rc = fixture_send(&f, rows[i].from, rows[i].to, NULL);

        if (rc != rows[i].rc || fixture_sent(&f, "<message") != (rc == 0))
            fail_msg("%s: %s", rows[i].name, xmppfed_error_name(rc));
    }
    assert_int_equal(xmppfed_connection_send(f.c, NULL, NULL), XMPPFED_ERR_ARGUMENT);
    xmppfed_connection_close(f.c, 0, NULL);
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), XMPPFED_ERR_STATE);
    fixture_close(&f);
}

/* Streams carry stanzas one way: from who opened them. */
static void test_send_on_a_received_stream(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    fixture_bring_up(&f);
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), XMPPFED_ERR_STATE);
    assert_int_equal(xmppfed_connection_verify(f.c, CONTOSO, FABRIKAM, "i", "k"),
                     XMPPFED_ERR_STATE);
    fixture_close(&f);
}

/* A stream that is up with a peer that can refuse one pair alone. */
static void bring_up_with_errors(struct fixture *f)
{
    fixture_open_initiator(f);
    assert_int_equal(xmppfed_site_set_domain(f->site, "im." CONTOSO, NULL), 0);
    assert_null(fixture_receive(f, HEADER "<stream:features><dialback "
                                          "xmlns='urn:xmpp:features:dialback'><errors/></dialback>"
                                          "</stream:features>"));
    assert_int_equal(xmppfed_event_kind(fixture_receive(f, VALID)), XMPPFED_EVENT_STREAM_UP);
    (void)fixture_sent(f, "");
}

static void test_further_pair(void **state)
{
    const xmppfed_event *ev;
    struct fixture f;

    (void)state;
    fixture_open_initiator(&f);
    assert_int_equal(xmppfed_connection_add_pair(f.c, "im." CONTOSO, FABRIKAM), XMPPFED_ERR_STATE);
    fixture_bring_up(&f); /* a peer without features */
    assert_int_equal(xmppfed_connection_add_pair(f.c, CONTOSO, "im." FABRIKAM),
                     XMPPFED_ERR_POLICY_NO_METHOD);
    fixture_close(&f);

    bring_up_with_errors(&f);
    assert_int_equal(xmppfed_connection_add_pair(f.c, NULL, FABRIKAM), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_add_pair(f.c, "@", FABRIKAM), XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_connection_add_pair(f.c, CONTOSO, FABRIKAM),
                     XMPPFED_ERR_POLICY_NO_METHOD);
    /* In whatever letters it is written. */
    assert_int_equal(xmppfed_connection_add_pair(f.c, "IM." CONTOSO, FABRIKAM), 0);
    assert_true(fixture_sent(&f, "<db:result from='im.contoso.example' to='fabrikam.example'>"));
    ev = fixture_receive(&f, "<db:result from='fabrikam.example' to='im.contoso.example' "
                             "type='error'><error type='wait'><resource-constraint "
                             "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></db:result>");
    assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_PAIR_REFUSED);
    assert_string_equal(xmppfed_event_name(xmppfed_event_kind(ev)), "PAIR_REFUSED");
    assert_string_equal(xmppfed_event_local(ev), "im.contoso.example");
    assert_string_equal(xmppfed_event_remote(ev), FABRIKAM);
    assert_int_equal(xmppfed_event_code(ev), XMPPFED_ERR_DIALBACK_REFUSED);
    assert_string_equal(xmppfed_event_text(ev), "resource-constraint");
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), 0);
    xmppfed_connection_close(f.c, 0, NULL);
    assert_int_equal(xmppfed_connection_add_pair(f.c, "im." CONTOSO, FABRIKAM), XMPPFED_ERR_STATE);
    fixture_close(&f);
}

static void test_bound_of_further_pairs(void **state)
{
    struct fixture f;
    char name[64];

    (void)state;
    bring_up_with_errors(&f);
    for (int i = 0; i < XFED_PAIRS_MAX; i++) {
        snprintf(name, sizeof(name), "n%d." CONTOSO, i);
        assert_int_equal(xmppfed_site_set_domain(f.site, name, NULL), 0);
        assert_int_equal(xmppfed_connection_add_pair(f.c, name, FABRIKAM), 0);
    }
    assert_int_equal(xmppfed_connection_add_pair(f.c, "im." CONTOSO, FABRIKAM),
                     XMPPFED_ERR_LIMIT_PENDING);
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), 0);
    fixture_close(&f);
}

static void test_checked(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    assert_null(fixture_receive(&f, HEADER));
    assert_int_equal(xmppfed_connection_checked(f.c, CONTOSO, FABRIKAM, 0, NULL),
                     XMPPFED_ERR_UNKNOWN_HANDLE);
    assert_int_equal(xmppfed_event_kind(fixture_receive(&f, KEY)), XMPPFED_EVENT_DIALBACK_CHECK);
    assert_int_equal(xmppfed_connection_checked(f.c, CONTOSO, "evil.example", 0, NULL),
                     XMPPFED_ERR_UNKNOWN_HANDLE);
    assert_int_equal(xmppfed_connection_checked(f.c, NULL, FABRIKAM, 0, NULL),
                     XMPPFED_ERR_ARGUMENT);
    xmppfed_connection_close(f.c, 0, NULL);
    assert_int_equal(xmppfed_connection_checked(f.c, CONTOSO, FABRIKAM, 0, NULL),
                     XMPPFED_ERR_UNKNOWN_HANDLE);
    fixture_close(&f);
}

/* The partner was taken from the policy between the key and the verdict. */
static void test_checked_after_a_reload(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    assert_null(fixture_receive(&f, HEADER));
    assert_int_equal(xmppfed_event_kind(fixture_receive(&f, KEY)), XMPPFED_EVENT_DIALBACK_CHECK);
    xmppfed_site_set_policy(f.site, NULL);
    assert_int_equal(xmppfed_connection_checked(f.c, CONTOSO, FABRIKAM, 0, NULL), 0);
    assert_null(fixture_next(&f));
    assert_true(fixture_sent(&f, "policy-violation"));
    fixture_close(&f);
}

/* An event is told whole or not at all; the stream then ends for want of memory. */
static void test_half_an_event(void **state)
{
    struct fixture f;
    const xmppfed_event *ev;
    bool told = false;

    (void)state;
    for (size_t n = 1; !told; n++) {
        fixture_open_receiver(&f);
        assert_null(fixture_receive(&f, HEADER));
        (void)fixture_sent(&f, "");
        assert_int_equal(xmppfed_connection_feed(f.c, KEY, strlen(KEY)), 0);
        f.memory.fail_at = f.memory.calls + n;
        ev = fixture_next(&f);
        if (xmppfed_event_kind(ev) == XMPPFED_EVENT_DIALBACK_CHECK) {
            assert_string_equal(xmppfed_event_key(ev), "k");
            assert_true(xmppfed_event_id(ev)[0] != '\0');
            told = true;
        } else if (ev) {
            assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_STREAM_DOWN);
        }
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_initiator),
        cmocka_unit_test(test_new_without_memory),
        cmocka_unit_test(test_feed),
        cmocka_unit_test(test_send),
        cmocka_unit_test(test_send_on_a_received_stream),
        cmocka_unit_test(test_further_pair),
        cmocka_unit_test(test_bound_of_further_pairs),
        cmocka_unit_test(test_checked),
        cmocka_unit_test(test_checked_after_a_reload),
        cmocka_unit_test(test_half_an_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
