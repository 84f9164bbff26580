/* test_recording.c - what is in the recording of a stream, and what must not be. */
#include "connection/recording.h"

#include <stdio.h>
#include <stdlib.h>

#include "dialback/key.h"
#include "fixture.h"

#define OUR_HEADER                                                                       \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "                         \
    "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' " \
    "from='contoso.example' to='fabrikam.example' "
#define POLICY                                                                    \
    "policy fabrikam.example tls=not-supported sasl=not-supported dialback=true " \
    "allow-plaintext=true\n"
#define LIMITS                                                                                \
    "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>262144</max-bytes><idle-seconds>300" \
    "</idle-seconds></limits>"
#define DIALBACK "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>"

/* The text so far; the caller frees it. */
static char *recording_of(const xmppfed_connection *c)
{
    xmppfed_slice text = xmppfed_connection_recording(c);
    char *copy = calloc(1, text.len + 1);

    assert_non_null(copy);
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    return copy;
}

static void check(const xmppfed_connection *c, const char *expected)
{
    char *text = recording_of(c);

    assert_string_equal(text, expected);
    free(text);
}

static void open_recorded(struct fixture *f, bool initiator, size_t bytes)
{
    fixture_open(f);
    xmppfed_site_set_recording(f->site, bytes);
    if (initiator)
        assert_int_equal(xmppfed_connection_new_initiator(f->site, CONTOSO, FABRIKAM,
                                                          XMPPFED_PURPOSE_STANZAS, f->now, &f->c),
                         0);
    else
        assert_int_equal(xmppfed_connection_new_receiver(f->site, f->now, &f->c), 0);
}

static void test_off_by_default(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    fixture_bring_up(&f);
    assert_null(f.c->recording);
    assert_int_equal(xmppfed_connection_recording(f.c).len, 0);
    assert_int_equal(xmppfed_connection_recording(NULL).len, 0);
    xmppfed_site_set_recording(NULL, 1);
    fixture_close(&f);
}

/* The key of the peer, the time between two bytes, and an element of two. */
static void test_receiver(void **state)
{
    struct fixture f;

    (void)state;
    open_recorded(&f, false, 65536);
    f.now += 5;
    assert_null(fixture_receive(&f, "<?xml version='1.0'?>\n"));
    fixture_bring_up(&f);
    check(f.c,
          "start receiver\n"
          "A: tick 5\n"
          "C: <?xml version='1.0'?>\\n" HEADER "\n" POLICY "host contoso.example\n"
          "S: " OUR_HEADER "id='%id%' xml:lang='en' version='1.0'>\n"
          "S: <stream:features>" DIALBACK LIMITS "</stream:features>\n"
          "C: <db:result from='fabrikam.example' to='contoso.example'>masked</db:result>\n"
          "E: DIALBACK_CHECK local=contoso.example remote=fabrikam.example id=%id% key=masked\n"
          "A: checked contoso.example fabrikam.example OK\n"
          "S: <db:result from='contoso.example' to='fabrikam.example' type='valid'/>\n"
          "E: STREAM_UP local=contoso.example remote=fabrikam.example proof=DIALBACK_TCP\n");
    fixture_close(&f);
}

/* Our key is that of XEP-0185's secret and not that of the site's. */
static void test_initiator(void **state)
{
    struct fixture f;

    (void)state;
    open_recorded(&f, true, 65536);
    fixture_bring_up(&f);
    assert_false(
        fixture_sent(&f, "a584ba67c3d463218fe4587a8d39f75b14be72e7c460bf2f1964f8844a215f62"));
    check(f.c,
          "start initiator contoso.example fabrikam.example\n"
          "S: " OUR_HEADER "version='1.0'>\n"
          "C: " HEADER "\n" POLICY "host contoso.example\n"
          "C: <stream:features><dialback xmlns='urn:xmpp:features:dialback'/></stream:features>\n"
          "S: <db:result from='contoso.example' to='fabrikam.example'>"
          "a584ba67c3d463218fe4587a8d39f75b14be72e7c460bf2f1964f8844a215f62</db:result>\n"
          "C: " VALID "\n"
          "E: STREAM_UP local=contoso.example remote=fabrikam.example proof=DIALBACK_TCP\n");
    fixture_close(&f);
}

/* A key that we are asked about: a right one goes on to be right, a wrong one is not shown. */
static void test_verify(void **state)
{
    char right[XFED_DIALBACK_KEY_SIZE];
    char element[512];
    char *text;
    struct fixture f;

    (void)state;
    open_recorded(&f, false, 65536);
    assert_null(fixture_receive(&f, HEADER));
    assert_int_equal(
        xfed_dialback_key_make(f.ctx, xfed_site_secret(f.site), FABRIKAM, CONTOSO, "1", right), 0);
    snprintf(element, sizeof(element),
             "<db:verify from='fabrikam.example' to='contoso.example' id='1'>%s</db:verify>",
             right);
    assert_null(fixture_receive(&f, element));
    assert_null(fixture_receive(
        &f, "<db:verify from='fabrikam.example' to='contoso.example' id='1'>wrong</db:verify>"));
    text = recording_of(f.c);
    assert_null(strstr(text, right));
    assert_null(strstr(text, "wrong"));
    assert_non_null(strstr(text,
                           "id='1'>edc52821c40e14faebf21e45069b03a13fb7368fc6f79c23cdbd1fd4cb194"
                           "dd7</db:verify>\nS: <db:verify from='contoso.example' id='1' "
                           "to='fabrikam.example' type='valid'/>\n"));
    assert_non_null(strstr(text, "id='1'>masked</db:verify>\nS: <db:verify from='contoso.example' "
                                 "id='1' to='fabrikam.example' type='invalid'/>\n"));
    free(text);
    fixture_close(&f);
}

/* Stanzas of a proved pair are nobody's business; one that ends the stream is named. */
static void test_stanzas(void **state)
{
    static const char good[] = "<message from='a@fabrikam.example' to='b@contoso.example'>"
                               "<body>secret</body></message>";
    static const char bad[] = "<message from='a@evil.example' to='b@contoso.example'>"
                              "<body>secret</body></message>";
    struct fixture f;
    size_t before;
    char *text;

    (void)state;
    open_recorded(&f, false, 65536);
    fixture_bring_up(&f);
    before = xmppfed_connection_recording(f.c).len;
    assert_int_equal(xmppfed_event_kind(fixture_receive(&f, good)), XMPPFED_EVENT_STANZA);
    assert_int_equal(xmppfed_connection_recording(f.c).len, before);
    assert_int_equal(xmppfed_event_kind(fixture_receive(&f, bad)), XMPPFED_EVENT_STREAM_DOWN);
    text = recording_of(f.c);
    assert_non_null(
        strstr(text, "\nC: <message from='a@evil.example' to='b@contoso.example'/>\nS: "));
    assert_null(strstr(text, "secret"));
    free(text);
    fixture_close(&f);
    /* What is cut short in the middle of one, too. */
    open_recorded(&f, false, 65536);
    fixture_bring_up(&f);
    assert_int_equal(xmppfed_event_kind(fixture_receive(&f, "<message><body>secret</message>")),
                     XMPPFED_EVENT_STREAM_DOWN);
    text = recording_of(f.c);
    assert_non_null(strstr(text, "\n# what the peer said here is left out\nS: <stream:error>"));
    assert_null(strstr(text, "secret"));
    free(text);
    fixture_close(&f);
}

/* What may carry a password is not shown, whatever it is called. */
static void test_sasl(void **state)
{
    struct fixture f;
    char *text;

    (void)state;
    open_recorded(&f, false, 65536);
    assert_null(fixture_receive(&f, HEADER));
    (void)fixture_receive(&f, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                              "mechanism='PLAIN'>AGEAc2VjcmV0</auth>");
    text = recording_of(f.c);
    assert_non_null(strstr(text, "mechanism='PLAIN'>masked</auth>"));
    free(text);
    fixture_close(&f);
}

/* A line says the time only if something came of it. */
static void test_ticks(void **state)
{
    struct fixture f;
    char *text;

    (void)state;
    open_recorded(&f, false, 65536);
    assert_null(fixture_receive(&f, HEADER));
    xmppfed_connection_tick(f.c, f.now += 10);
    xmppfed_connection_tick(f.c, f.now += 100000);
    assert_int_equal(xmppfed_event_kind(fixture_next(&f)), XMPPFED_EVENT_STREAM_DOWN);
    text = recording_of(f.c);
    assert_null(strstr(text, "A: tick 10\n"));
    assert_non_null(strstr(text, "\nA: tick 100010\nS: <stream:error>"));
    free(text);
    fixture_close(&f);
}

/* Whatever room there is, the stream is the same; what is recorded is whole up to its end. */
static void test_room(void **state)
{
    struct fixture f;

    (void)state;
    for (size_t bytes = 1; bytes < 1500; bytes += 7) {
        open_recorded(&f, false, bytes);
        fixture_bring_up(&f);
        assert_true(xmppfed_connection_recording(f.c).len <= bytes);
        fixture_close(&f);
    }
}

/* Failing memory may end a recording, and never leaks; a stream that fails says so. */
static void test_memory(void **state)
{
    (void)state;
    for (size_t n = 1; n < 200; n++) {
        struct fixture f;

        open_recorded(&f, false, 65536);
        f.memory.fail_at = f.memory.calls + n;
        if (xmppfed_connection_feed(f.c, HEADER KEY, sizeof(HEADER KEY) - 1) == 0)
            while (fixture_next(&f))
                ;
        f.memory.fail_at = 0;
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_off_by_default), cmocka_unit_test(test_receiver),
        cmocka_unit_test(test_initiator),      cmocka_unit_test(test_verify),
        cmocka_unit_test(test_stanzas),        cmocka_unit_test(test_sasl),
        cmocka_unit_test(test_ticks),          cmocka_unit_test(test_room),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
