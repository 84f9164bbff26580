/* test_stream.c - the public stream parser, and the bytes that its users write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <xmppfed/stream.h>

#include "support/context.h"

#define COMPONENT "jabber:component:accept"
/* XEP-0114 3, the server's answer. */
#define HEADER                                                        \
    "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' " \
    "xmlns='jabber:component:accept' from='plays.shakespeare.example' id='3BF96D32'>"

struct fixture {
    struct alloc_fail memory;
    xmppfed_context *ctx;
    xmppfed_stream *stream;
};

static int setup(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    f.ctx = test_context_counted(&f.memory);
    if (xmppfed_stream_new(f.ctx, COMPONENT, &f.stream) < 0)
        return -1;
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    xmppfed_stream_free(f->stream);
    test_context_counted_free(f->ctx, &f->memory);
    return 0;
}

static void feed(xmppfed_stream *s, const char *text)
{
    assert_int_equal(xmppfed_stream_feed(s, text, strlen(text)), 0);
}

/* Takes one item that must be there, by kind and name. */
static void expect(xmppfed_stream *s, int kind, const char *name)
{
    xmppfed_stream_item item = {0};

    assert_int_equal(xmppfed_stream_next(s, &item), 1);
    assert_int_equal(item.kind, kind);
    if (kind == XMPPFED_STREAM_CLOSE)
        assert_null(item.element);
    else
        assert_string_equal(xmppfed_element_name(item.element), name);
    xmppfed_element_free(item.element);
}

static void test_session(void **state)
{
    struct fixture *f = *state;
    xmppfed_stream_item item = {.kind = 77};

    assert_int_equal(xmppfed_stream_next(f->stream, &item), 0);
    feed(f->stream, HEADER "<handshake/> <mess");
    expect(f->stream, XMPPFED_STREAM_HEADER, "stream");
    expect(f->stream, XMPPFED_STREAM_ELEMENT, "handshake");
    assert_int_equal(xmppfed_stream_next(f->stream, &item), 0);
    feed(f->stream, "age to='a'/></stream:stream>");
    expect(f->stream, XMPPFED_STREAM_ELEMENT, "message");
    expect(f->stream, XMPPFED_STREAM_CLOSE, NULL);
    assert_int_equal(item.kind, 77);
    /* Nothing comes after the close, whatever is fed. */
    feed(f->stream, "<message/>\xff");
    assert_int_equal(xmppfed_stream_next(f->stream, &item), 0);
}

static void test_byte_by_byte(void **state)
{
    static const char xml[] = HEADER "<handshake/><iq id='1'><q xmlns='urn:x'/></iq>"
                                     "</stream:stream>";
    static const int kinds[] = {XMPPFED_STREAM_HEADER, XMPPFED_STREAM_ELEMENT,
                                XMPPFED_STREAM_ELEMENT, XMPPFED_STREAM_CLOSE};
    struct fixture *f = *state;
    size_t items = 0;

    for (size_t i = 0; i < sizeof(xml) - 1; i++) {
        xmppfed_stream_item item;
        int rc;

        assert_int_equal(xmppfed_stream_feed(f->stream, xml + i, 1), 0);
        rc = xmppfed_stream_next(f->stream, &item);
        assert_true(rc == 0 || rc == 1);
        if (rc == 1) {
            assert_true(items < 4);
            assert_int_equal(item.kind, kinds[items++]);
            xmppfed_element_free(item.element);
        }
    }
    assert_int_equal(items, 4);
}

static void test_element_outlives_parser(void **state)
{
    struct fixture *f = *state;
    xmppfed_stream_item item;

    feed(f->stream, HEADER);
    assert_int_equal(xmppfed_stream_next(f->stream, &item), 1);
    xmppfed_stream_free(f->stream);
    f->stream = NULL;
    assert_string_equal(xmppfed_element_attribute(item.element, "id"), "3BF96D32");
    xmppfed_element_free(item.element);
}

struct error_row {
    const char *name;
    const char *xml;
    int items; /* before the error */
    int rc;
};

static const struct error_row error_rows[] = {
    {.name = "other content namespace",
     .xml = "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
            "xmlns='jabber:server'><iq/>",
     .rc = XMPPFED_ERR_STREAM_NAMESPACE},
    {.name = "other stream namespace",
     .xml = "<stream:stream xmlns:stream='urn:x' xmlns='jabber:component:accept'>",
     .rc = XMPPFED_ERR_STREAM_NAMESPACE},
    {.name = "other prefix",
     .xml = "<s:stream xmlns:s='http://etherx.jabber.org/streams' "
            "xmlns='jabber:component:accept'>",
     .rc = XMPPFED_ERR_XML_BAD_PREFIX},
    {.name = "a document type",
     .xml = "<!DOCTYPE x><stream:stream>",
     .rc = XMPPFED_ERR_XML_RESTRICTED},
    {.name = "not well-formed",
     .xml = HEADER "<handshake/></handshake>",
     .items = 2,
     .rc = XMPPFED_ERR_XML_NOT_WELL_FORMED},
};

static void test_errors(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(error_rows) / sizeof(error_rows[0]); i++) {
        const struct error_row *row = &error_rows[i];
        xmppfed_stream *s;
        xmppfed_stream_item item;
        int items = 0;
        int rc;

        assert_int_equal(xmppfed_stream_new(f->ctx, COMPONENT, &s), 0);
        feed(s, row->xml);
        while ((rc = xmppfed_stream_next(s, &item)) == 1) {
            xmppfed_element_free(item.element);
            items++;
        }
        if (rc != row->rc || items != row->items)
            fail_msg("%s: %d after %d items", row->name, rc, items);
        /* Sticky: no input brings it back. */
        if (xmppfed_stream_feed(s, HEADER, strlen(HEADER)) != rc ||
            xmppfed_stream_next(s, &item) != rc)
            fail_msg("%s: came back", row->name);
        xmppfed_stream_free(s);
    }
}

static void test_limits(void **state)
{
    static const size_t size = 100000;
    struct fixture *f = *state;
    char *body = malloc(size + 1);
    xmppfed_stream_item item;

    assert_non_null(body);
    memset(body, 'x', size);
    body[size] = '\0';
    feed(f->stream, HEADER);
    expect(f->stream, XMPPFED_STREAM_HEADER, "stream");
    xmppfed_stream_set_trusted(f->stream, 1);
    feed(f->stream, "<message>");
    feed(f->stream, body);
    feed(f->stream, "</message>");
    expect(f->stream, XMPPFED_STREAM_ELEMENT, "message");
    /* The wait is bounded, and a feed that does not fit changes nothing. */
    for (size_t i = 0; i < 10; i++)
        feed(f->stream, body);
    assert_int_equal(xmppfed_stream_feed(f->stream, body, size), XMPPFED_ERR_LIMIT_SIZE);
    assert_int_equal(xmppfed_stream_next(f->stream, &item), XMPPFED_ERR_XML_NOT_WELL_FORMED);
    xmppfed_stream_set_trusted(NULL, 1);
    free(body);
}

static void test_untrusted_limit(void **state)
{
    struct fixture *f = *state;
    xmppfed_stream_item item;
    char body[1000];

    memset(body, 'x', sizeof(body) - 1);
    body[sizeof(body) - 1] = '\0';
    feed(f->stream, HEADER "<message>");
    expect(f->stream, XMPPFED_STREAM_HEADER, "stream");
    for (size_t i = 0; i < 11; i++)
        feed(f->stream, body);
    assert_int_equal(xmppfed_stream_next(f->stream, &item), XMPPFED_ERR_LIMIT_SIZE);
}

static void test_arguments(void **state)
{
    struct fixture *f = *state;
    xmppfed_stream *s = NULL;
    xmppfed_stream_item item;

    assert_int_equal(xmppfed_stream_new(NULL, COMPONENT, &s), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_stream_new(f->ctx, NULL, &s), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_stream_new(f->ctx, "", &s), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_stream_new(f->ctx, COMPONENT, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_stream_feed(NULL, "x", 1), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_stream_feed(f->stream, NULL, 1), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_stream_feed(f->stream, NULL, 0), 0);
    assert_int_equal(xmppfed_stream_next(f->stream, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_stream_next(NULL, &item), XMPPFED_ERR_ARGUMENT);
    xmppfed_stream_free(NULL);
    assert_null(s);
}

static void test_header_write(void **state)
{
    static const char want[] =
        "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
        "xmlns:stream='http://etherx.jabber.org/streams' from='a.example' id='1'>";
    struct fixture *f = *state;
    char *text = NULL;
    size_t len = 0;

    assert_int_equal(
        xmppfed_stream_header_write(f->ctx, COMPONENT, "a.example", NULL, "1", &text, &len), 0);
    assert_string_equal(text, want);
    assert_int_equal(len, strlen(want));
    xmppfed_element_free_text(f->ctx, text);
    text = NULL;
    assert_int_equal(
        xmppfed_stream_header_write(f->ctx, COMPONENT, "\xff", NULL, NULL, &text, &len),
        XMPPFED_ERR_ARGUMENT);
    assert_int_equal(
        xmppfed_stream_header_write(f->ctx, COMPONENT, NULL, NULL, "\x01", &text, &len),
        XMPPFED_ERR_ARGUMENT);
    assert_int_equal(
        xmppfed_stream_header_write(f->ctx, COMPONENT, NULL, "a\xc3", NULL, &text, &len),
        XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_stream_header_write(f->ctx, "", NULL, NULL, NULL, &text, &len),
                     XMPPFED_ERR_ARGUMENT);
    assert_null(text);
}

static void test_error_write(void **state)
{
    struct fixture *f = *state;
    xmppfed_stream_item item;
    char *text = NULL;
    size_t len = 0;

    assert_int_equal(
        xmppfed_stream_error_write(f->ctx, "conflict", "One <is> enough.", &text, &len), 0);
    assert_int_equal(len, strlen(text));
    /* It is what a peer's parser takes for a stream error. */
    feed(f->stream, HEADER);
    feed(f->stream, text);
    xmppfed_element_free_text(f->ctx, text);
    expect(f->stream, XMPPFED_STREAM_HEADER, "stream");
    assert_int_equal(xmppfed_stream_next(f->stream, &item), 1);
    assert_true(xmppfed_element_is(item.element, "error", "http://etherx.jabber.org/streams"));
    assert_non_null(
        xmppfed_element_child(item.element, "conflict", "urn:ietf:params:xml:ns:xmpp-streams"));
    assert_string_equal(xmppfed_element_text(xmppfed_element_child(
                            item.element, "text", "urn:ietf:params:xml:ns:xmpp-streams")),
                        "One <is> enough.");
    xmppfed_element_free(item.element);

    text = NULL;
    assert_int_equal(xmppfed_stream_error_write(f->ctx, "forbidden", NULL, &text, &len),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_stream_error_write(f->ctx, NULL, NULL, &text, &len),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_stream_error_write(f->ctx, "conflict", "\xff", &text, &len),
                     XMPPFED_ERR_ARGUMENT);
    assert_null(text);
}

static void test_stanza_error(void **state)
{
    static const struct {
        const char *name;
        const char *element;
        const char *type;
        const char *condition;
        bool answered;
    } stanza_rows[] = {
        {"a message", "message", NULL, "forbidden", true},
        {"an error", "message", "error", "forbidden", false},
        {"a result", "iq", "result", "forbidden", false},
        {"no such condition", "message", NULL, "sorry", false},
        {"no condition", "message", NULL, NULL, false},
        {"no stanza", "handshake", NULL, "forbidden", false},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(stanza_rows) / sizeof(stanza_rows[0]); i++) {
        xmppfed_element *e = xmppfed_element_new(f->ctx, stanza_rows[i].element, COMPONENT);
        xmppfed_element *answer;

        xmppfed_element_set_attribute(e, "type", stanza_rows[i].type);
        answer = xmppfed_stanza_error(e, stanza_rows[i].condition, NULL);
        if ((answer != NULL) != stanza_rows[i].answered)
            fail_msg("%s", stanza_rows[i].name);
        xmppfed_element_free(answer);
        xmppfed_element_free(e);
    }
    assert_null(xmppfed_stanza_error(NULL, "forbidden", NULL));
}

/* One session and one of each text; 0 or the error. */
static int scenario(void *user)
{
    xmppfed_context *ctx = user;
    static const char xml[] = HEADER "<handshake/></stream:stream>";
    xmppfed_stream *s = NULL;
    xmppfed_stream_item item;
    char *text = NULL;
    size_t len;
    int rc = xmppfed_stream_new(ctx, COMPONENT, &s);

    if (rc == 0)
        rc = xmppfed_stream_feed(s, xml, strlen(xml));
    while (rc == 0 && (rc = xmppfed_stream_next(s, &item)) == 1) {
        xmppfed_element_free(item.element);
        rc = 0;
        if (item.kind == XMPPFED_STREAM_CLOSE)
            break;
    }
    xmppfed_stream_free(s);
    if (rc == 0)
        rc = xmppfed_stream_header_write(ctx, COMPONENT, "a", "b", "c", &text, &len);
    xmppfed_element_free_text(ctx, text);
    text = NULL;
    if (rc == 0)
        rc = xmppfed_stream_error_write(ctx, "conflict", "text", &text, &len);
    xmppfed_element_free_text(ctx, text);
    return rc;
}

/* The n-th allocation fails, for every n: that is either made up for or reported, and nothing
 * leaks. */
static void test_out_of_memory(void **state)
{
    struct fixture *f = *state;

    assert_true(alloc_fail_each(&f->memory, scenario, f->ctx) > 8);
}

static void test_out_of_budget(void **state)
{
    struct fixture *f = *state;
    size_t live = f->memory.live;
    size_t failures = 0;
    int rc = -1;

    for (size_t budget = 0; rc != 0; budget += 16) {
        xmppfed_context_set_memory_budget(f->ctx, budget);
        rc = scenario(f->ctx);
        if (rc != 0 && rc != XMPPFED_ERR_NOMEM && rc != XMPPFED_ERR_LIMIT_MEMORY)
            fail_msg("budget %zu: %d", budget, rc);
        failures += rc != 0;
        assert_int_equal(f->memory.live, live);
    }
    assert_true(failures > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_session, setup, teardown),
        cmocka_unit_test_setup_teardown(test_byte_by_byte, setup, teardown),
        cmocka_unit_test_setup_teardown(test_element_outlives_parser, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_untrusted_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_arguments, setup, teardown),
        cmocka_unit_test_setup_teardown(test_header_write, setup, teardown),
        cmocka_unit_test_setup_teardown(test_error_write, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stanza_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_out_of_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_out_of_budget, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
