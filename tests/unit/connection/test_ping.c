/* test_ping.c - which silent peers are asked whether they are there, what answers, and the end. */
#include "fixture.h"

#include <stdio.h>

#include "support/parse_xml.h"

#define PING "><ping xmlns='urn:xmpp:ping'/></iq>"

/* An initiated stream that is up; the record says on which streams to ping. */
static void open_stream(struct fixture *f, int rule, bool both_ways, bool sees_pongs)
{
    struct test_partner partner = test_matrix_row(FABRIKAM, 17);
    xmppfed_policy *policy;

    fixture_open_initiator(f);
    partner.ping = rule;
    policy = test_policy(f->ctx, &partner, 1);
    xmppfed_site_set_policy(f->site, policy);
    xmppfed_policy_unref(policy);
    fixture_bring_up(f);
    (void)fixture_sent(f, "");
    f->c->negotiation.bidi = both_ways;
    f->c->sees_pongs = sees_pongs;
}

static void open_asked(struct fixture *f)
{
    open_stream(f, XMPPFED_PING_ON_STREAM, true, false);
    f->now = 151000;
    xmppfed_connection_tick(f->c, f->now);
    assert_true(fixture_sent(f, PING));
}

/* Writes a text in which % stands for something else. */
static void fill(char ret[512], const char *text, const char *something)
{
    size_t before = strcspn(text, "%");

    (void)snprintf(ret, 512, "%.*s%s%s", (int)before, text, text[before] ? something : "",
                   text[before] ? text + before + 1 : "");
}

static void tick(struct fixture *f, xmppfed_time now)
{
    f->now = now;
    xmppfed_connection_tick(f->c, now);
}

static void test_which_streams(void **state)
{
    (void)state;
    for (int rule = XMPPFED_PING_NEVER; rule <= XMPPFED_PING_ALWAYS; rule++) {
        for (int n = 0; n < 4; n++) {
            bool both_ways = n % 2 == 1, sees_pongs = n / 2 == 1;
            bool expected = (rule != XMPPFED_PING_NEVER && both_ways) ||
                            (rule == XMPPFED_PING_ALWAYS && sees_pongs);
            struct fixture f;

            open_stream(&f, rule, both_ways, sees_pongs);
            assert_int_equal(xmppfed_connection_deadline(f.c), 151000);
            tick(&f, 150999);
            assert_false(xfed_connection_has_output(f.c));
            tick(&f, 151000);
            if (fixture_sent(&f, PING) != expected)
                fail_msg("rule %d, both ways %d, sees pongs %d", rule, both_ways, sees_pongs);
            assert_int_equal(xmppfed_connection_deadline(f.c), expected ? 181000 : 301000);
            fixture_close(&f);
        }
    }
}

/* From domain to domain, with an id that nobody guesses and none like it. */
static void test_shape(void **state)
{
    char expected[256];
    struct fixture f;

    (void)state;
    open_stream(&f, XMPPFED_PING_ON_STREAM, true, false);
    for (unsigned n = 1; n < 3; n++) {
        tick(&f, n * 150000 + 1000);
        assert_int_equal(strlen(f.c->ping_prefix), XFED_RANDOM_TOKEN_SIZE - 1);
        snprintf(expected, sizeof(expected),
                 "<iq from='contoso.example' to='fabrikam.example' id='%s-%u' type='get'" PING,
                 f.c->ping_prefix, n);
        assert_true(fixture_sent(&f, expected));
        assert_null(fixture_receive(&f, " "));
    }
    fixture_close(&f);
}

/* What shows that somebody is there; % is the id of the ping. None of it is for the host. */
static const struct {
    const char *name;
    const char *bytes;
} lives[] = {
    {"a result", "<iq from='fabrikam.example' to='contoso.example' id='%' type='result'/>"},
    {"an error, for pings are not known there",
     "<iq from='fabrikam.example' to='contoso.example' id='%' type='error'><ping "
     "xmlns='urn:xmpp:ping'/><error type='cancel'><service-unavailable "
     "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"},
    {"white space", " "},
    {"half an element", "<mess"},
};

static void test_any_byte_is_life(void **state)
{
    char bytes[512], id[64];
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
        print_message("# %s\n", lives[i].name);
        open_asked(&f);
        f.now = 180999;
        snprintf(id, sizeof(id), "%s-1", f.c->ping_prefix);
        fill(bytes, lives[i].bytes, id);
        assert_null(fixture_receive(&f, bytes));
        tick(&f, 181000);
        assert_null(fixture_next(&f));
        assert_int_equal(f.c->ping_at, XMPPFED_TIME_NEVER);
        assert_int_equal(xfed_connection_ping_deadline(f.c, 150000), 330999);
        fixture_close(&f);
    }
}

/* A late answer, to whichever ping of the stream, is still ours. */
static void test_late_answer(void **state)
{
    char bytes[256];
    struct fixture f;

    (void)state;
    open_asked(&f);
    assert_null(fixture_receive(&f, " "));
    tick(&f, 301000);
    snprintf(bytes, sizeof(bytes),
             "<iq from='fabrikam.example' to='contoso.example' id='%s-1' type='result'/>",
             f.c->ping_prefix);
    assert_null(fixture_receive(&f, bytes));
    assert_null(fixture_receive(&f, bytes));
    assert_false(f.c->down);
    fixture_close(&f);
}

static void test_dead_peer(void **state)
{
    const xmppfed_event *ev;
    struct fixture f;

    (void)state;
    open_asked(&f);
    tick(&f, 180999);
    assert_null(fixture_next(&f));
    /* What we send is no sign of the peer. */
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), 0);
    assert_int_equal(xmppfed_connection_deadline(f.c), 181000);
    tick(&f, 181000);
    ev = fixture_next(&f);
    assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_STREAM_DOWN);
    assert_int_equal(xmppfed_event_code(ev), XMPPFED_ERR_TIMEOUT_PING);
    assert_non_null(strstr(xmppfed_event_text(ev), "fabrikam.example: nothing came after a ping"));
    assert_true(fixture_sent(&f, "<connection-timeout "));
    assert_int_equal(xmppfed_connection_deadline(f.c), XMPPFED_TIME_NEVER);
    fixture_close(&f);
}

/* Who takes what we send and says nothing is asked as well; who is heard only sees white space. */
static void test_silence_is_the_peers(void **state)
{
    struct fixture f;

    (void)state;
    open_stream(&f, XMPPFED_PING_ON_STREAM, true, false);
    tick(&f, 100000);
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, NULL), 0);
    (void)fixture_sent(&f, "");
    tick(&f, 151000);
    assert_true(fixture_sent(&f, PING));
    f.now = 160000;
    assert_null(fixture_receive(&f, " "));
    f.now = 250000;
    assert_null(fixture_receive(&f, " "));
    assert_int_equal(xmppfed_connection_deadline(f.c), 301000);
    tick(&f, 301000);
    assert_int_equal(xmppfed_connection_output(f.c).len, 1);
    fixture_close(&f);
}

/* Pings keep nothing up that nobody uses. */
static void test_answers_are_no_activity(void **state)
{
    const xmppfed_event *ev;
    char bytes[256];
    struct fixture f;

    (void)state;
    open_stream(&f, XMPPFED_PING_ON_STREAM, true, false);
    for (unsigned n = 1; n < 4; n++) {
        tick(&f, n * 150000 + 1000);
        assert_true(fixture_sent(&f, PING));
        snprintf(bytes, sizeof(bytes),
                 "<iq from='fabrikam.example' to='contoso.example' id='%s-%u' type='result'/>",
                 f.c->ping_prefix, n);
        assert_null(fixture_receive(&f, bytes));
    }
    assert_int_equal(xmppfed_connection_deadline(f.c), 601000);
    tick(&f, 601000);
    ev = fixture_next(&f);
    assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_STREAM_DOWN);
    assert_non_null(strstr(xmppfed_event_text(ev), "no stanza for the inactivity timeout"));
    fixture_close(&f);
}

/* Nor do those of the peer: its host may answer them, and the stream ends when nobody uses it. */
static void test_pings_are_no_activity(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    fixture_bring_up(&f);
    f.now = 500000;
    assert_int_equal(xmppfed_event_kind(fixture_receive(
                         &f, "<iq from='fabrikam.example' to='contoso.example' id='1' "
                             "type='get'><ping xmlns='urn:xmpp:ping'/></iq>")),
                     XMPPFED_EVENT_STANZA);
    assert_int_equal(xmppfed_connection_deadline(f.c), 601000);
    assert_int_equal(xmppfed_event_kind(fixture_receive(
                         &f, "<iq from='bob@fabrikam.example/x' to='contoso.example' id='2' "
                             "type='get'><ping xmlns='urn:xmpp:ping'/></iq>")),
                     XMPPFED_EVENT_STANZA);
    assert_int_equal(xmppfed_connection_deadline(f.c), 800000);
    fixture_close(&f);
}

/* What is not the answer stays somebody's stanza; % is what our ids begin with. */
static void test_what_is_no_answer(void **state)
{
    static const struct {
        const char *name;
        const char *xml;
        const char *remote;
        bool is_answer;
    } rows[] = {
        {"the answer", "<iq from='fabrikam.example' to='contoso.example' id='%-1' type='result'/>",
         FABRIKAM, true},
        {"another id", "<iq from='fabrikam.example' to='contoso.example' id='x' type='result'/>",
         FABRIKAM, false},
        {"no id", "<iq from='fabrikam.example' to='contoso.example' type='result'/>", FABRIKAM,
         false},
        {"a question", "<iq from='fabrikam.example' to='contoso.example' id='%-1' type='get'/>",
         FABRIKAM, false},
        {"of a user",
         "<iq from='bob@fabrikam.example/x' to='contoso.example' id='%-1' type='result'/>",
         FABRIKAM, false},
        {"to a user",
         "<iq from='fabrikam.example' to='alice@contoso.example' id='%-1' type='result'/>",
         FABRIKAM, false},
        {"of another domain",
         "<iq from='evil.example' to='contoso.example' id='%-1' type='result'/>", "evil.example",
         false},
        {"a message",
         "<message from='fabrikam.example' to='contoso.example' id='%-1' type='error'/>", FABRIKAM,
         false},
    };
    xmppfed_element *e;
    struct fixture f;
    char xml[512];

    (void)state;
    open_asked(&f);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fill(xml, rows[i].xml, f.c->ping_prefix);
        e = test_parse(f.ctx, xml);
        if (xfed_connection_is_pong(f.c, CONTOSO, rows[i].remote, e) != rows[i].is_answer)
            fail_msg("%s", rows[i].name);
        xmppfed_element_free(e);
    }
    fixture_close(&f);
    /* Before the first ping there is no answer, not even to an id that begins with nothing. */
    open_stream(&f, XMPPFED_PING_ON_STREAM, true, false);
    e = test_parse(f.ctx,
                   "<iq from='fabrikam.example' to='contoso.example' id='x' type='result'/>");
    assert_false(xfed_connection_is_pong(f.c, CONTOSO, FABRIKAM, e));
    xmppfed_element_free(e);
    fixture_close(&f);
}

/* With acks <r/> asks the same, and does not count as a stanza. */
static void test_acks_go_first(void **state)
{
    struct fixture f;

    (void)state;
    open_stream(&f, XMPPFED_PING_ALWAYS, true, true);
    f.c->negotiation.acks.on = true;
    tick(&f, 151000);
    assert_true(fixture_sent(&f, "<r xmlns='urn:xmpp:sm:3'/>"));
    assert_int_equal(f.c->ping_at, XMPPFED_TIME_NEVER);
    fixture_close(&f);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        const xmppfed_event *ev;
        struct fixture f;
        bool failed;

        open_stream(&f, XMPPFED_PING_ON_STREAM, true, false);
        f.memory.calls = 0;
        f.memory.fail_at = n;
        tick(&f, 151000);
        failed = f.memory.calls >= n;
        f.memory.fail_at = 0;
        ev = fixture_next(&f);
        /* Some get along with a smaller block; nothing else may be told. */
        assert_true(!ev || (failed && xmppfed_event_code(ev) == XMPPFED_ERR_NOMEM));
        assert_true(xmppfed_connection_deadline(f.c) > 151000);
        fixture_close(&f);
        if (!failed)
            break;
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_streams),
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_any_byte_is_life),
        cmocka_unit_test(test_late_answer),
        cmocka_unit_test(test_dead_peer),
        cmocka_unit_test(test_silence_is_the_peers),
        cmocka_unit_test(test_answers_are_no_activity),
        cmocka_unit_test(test_pings_are_no_activity),
        cmocka_unit_test(test_what_is_no_answer),
        cmocka_unit_test(test_acks_go_first),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
