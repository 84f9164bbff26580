/* test_advertised.c - XEP-0478: what we tell of our limits, and what we make of the peer's. */
#include "unit/connection/fixture.h"

#include <stdio.h>

#define FEATURES(limits)                                              \
    "<stream:features><dialback xmlns='urn:xmpp:features:dialback'/>" \
    "<limits xmlns='urn:xmpp:stream-limits:0'>" limits "</limits></stream:features>"

static void open_with(struct fixture *f, const char *features)
{
    fixture_open_initiator(f);
    assert_null(fixture_receive(f, HEADER));
    assert_null(fixture_receive(f, features));
    assert_int_equal(xmppfed_event_kind(fixture_receive(f, VALID)), XMPPFED_EVENT_STREAM_UP);
    (void)fixture_sent(f, "");
}

/* A message of exactly that many bytes on the wire. */
static xmppfed_element *message_of(struct fixture *f, size_t size)
{
    xmppfed_element *e = fixture_message(f, "a@" CONTOSO, "b@" FABRIKAM);
    char body[4096] = "";
    char *text = NULL;
    size_t len = 0;

    xmppfed_element_add_text(e, "x");
    assert_int_equal(xmppfed_element_write(e, XMPPFED_NS_SERVER, &text, &len), 0);
    xmppfed_element_free_text(f->ctx, text);
    assert_true(size >= len && size - len < sizeof(body));
    memset(body, 'x', size - len);
    xmppfed_element_add_text(e, body);
    return e;
}

static int send_of(struct fixture *f, size_t size)
{
    xmppfed_element *e = message_of(f, size);
    int rc = xmppfed_connection_send(f->c, e, NULL);

    xmppfed_element_free(e);
    return rc;
}

/* What is too large for the peer is never sent, and the stream goes on without it. */
static void test_peer_limit(void **state)
{
    struct fixture f;
    size_t waiting;

    (void)state;
    open_with(&f, FEATURES("<max-bytes>1000</max-bytes>"));
    assert_int_equal(send_of(&f, 1000), 0);
    waiting = xfed_connection_backlog(f.c);
    assert_int_equal(waiting, 1000);
    assert_int_equal(send_of(&f, 1001), XMPPFED_ERR_LIMIT_SIZE);
    assert_int_equal(xfed_connection_backlog(f.c), waiting);
    assert_int_equal(send_of(&f, 200), 0);
    assert_int_equal(xfed_connection_backlog(f.c), waiting + 200);
    assert_null(fixture_next(&f));
    fixture_close(&f);
}

/* The first one in an empty output, too. */
static void test_peer_limit_at_rest(void **state)
{
    struct fixture f;

    (void)state;
    open_with(&f, FEATURES("<max-bytes>1000</max-bytes>"));
    assert_int_equal(send_of(&f, 1001), XMPPFED_ERR_LIMIT_SIZE);
    assert_int_equal(xfed_connection_backlog(f.c), 0);
    assert_int_equal(xmppfed_connection_output(f.c).len, 0);
    assert_int_equal(send_of(&f, 1000), 0);
    fixture_close(&f);
}

static void test_no_limit_said(void **state)
{
    static const char *const said[] = {
        FEATURES(""),
        FEATURES("<idle-seconds>10</idle-seconds>"),
        FEATURES("<max-bytes>0</max-bytes>"),
        FEATURES("<max-bytes>many</max-bytes>"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        struct fixture f;

        open_with(&f, said[i]);
        assert_int_equal(send_of(&f, 4000), 0);
        fixture_close(&f);
    }
}

/* A stanza that the output cannot hold is refused alone as well. */
static void test_our_own_output(void **state)
{
    static char body[1024 * 1024 + 1];
    struct fixture f;
    xmppfed_element *e;

    (void)state;
    memset(body, 'x', sizeof(body) - 1);
    open_with(&f, FEATURES(""));
    e = fixture_message(&f, "a@" CONTOSO, "b@" FABRIKAM);
    xmppfed_element_add_text(e, body);
    assert_int_equal(xmppfed_connection_send(f.c, e, NULL), XMPPFED_ERR_LIMIT_SIZE);
    xmppfed_element_free(e);
    assert_int_equal(xfed_connection_backlog(f.c), 0);
    assert_int_equal(send_of(&f, 200), 0);
    assert_null(fixture_next(&f));
    fixture_close(&f);
}

/* We say what we do: the option itself, and the shorter of both timeouts. */
static void test_ours(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    assert_int_equal(
        xmppfed_site_set_limit(f.site, XMPPFED_LIMIT_UNIT_BYTES, XMPPFED_LIMIT_AFTER, 54321), 0);
    assert_null(fixture_receive(&f, HEADER));
    assert_true(fixture_sent(&f, "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>54321"
                                 "</max-bytes><idle-seconds>"));
    fixture_close(&f);
}

/* ---- the language of the stream (RFC 6120 4.7.4, 8.1.5) ---------------------------------- */

static const struct language {
    const char *name;
    const char *header; /* attribute of the header */
    const char *stanza; /* attribute of the stanza */
    const char *gives;
} languages[] = {
    {"none", "", "", NULL},
    {"the stream's", " xml:lang='de'", "", "de"},
    {"its own", " xml:lang='de'", " xml:lang='fr'", "fr"},
    {"its own alone", "", " xml:lang='fr'", "fr"},
    {"an empty one of its own", " xml:lang='de'", " xml:lang=''", ""},
    {"a silly one", " xml:lang='a-language-tag-that-no-registry-has-ever-seen'", "", NULL},
};

static void test_language(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
        const struct language *row = &languages[i];
        const xmppfed_event *ev;
        const char *lang;
        char text[512];
        struct fixture f;

        fixture_open_receiver(&f);
        snprintf(text, sizeof(text), "%.*s%s>", (int)strlen(HEADER) - 1, HEADER, row->header);
        assert_null(fixture_receive(&f, text));
        (void)fixture_receive(&f, KEY);
        assert_int_equal(xmppfed_connection_checked(f.c, CONTOSO, FABRIKAM, 0, NULL), 0);
        assert_non_null(fixture_next(&f));
        snprintf(text, sizeof(text),
                 "<message from='a@fabrikam.example' to='b@contoso.example'%s/>", row->stanza);
        ev = fixture_receive(&f, text);
        assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_STANZA);
        lang = xmppfed_element_attribute_ns(xmppfed_event_element(ev), "lang", XMPPFED_NS_XML);
        if (row->gives ? !lang || strcmp(lang, row->gives) != 0 : lang != NULL)
            fail_msg("%s: it is %s", row->name, lang ? lang : "none");
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peer_limit),    cmocka_unit_test(test_peer_limit_at_rest),
        cmocka_unit_test(test_no_limit_said), cmocka_unit_test(test_our_own_output),
        cmocka_unit_test(test_ours),          cmocka_unit_test(test_language),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
