/*
 * test_stanzas.c - header, features, 50 mixed stanzas and close while one allocation after another
 * fails: of the parser alone, and of a whole stream.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlmemory.h>

#include "support/context.h"
#include "unit/connection/fixture.h"
#include <xmppfed/stream.h>

#define FROM_TO " from='a@fabrikam.example/r' to='b@contoso.example'"

enum { STANZAS = 50 };

/* Of every kind that a stream sees: small, deep, wide, with references, CDATA and astral letters.
 */
static const char *const mixed[] = {
    "<message" FROM_TO " type='chat' id='1'><body>Hi &amp; bye</body></message>",
    "<presence" FROM_TO "/>",
    "<iq" FROM_TO " type='get' id='2'><ping xmlns='urn:xmpp:ping'/></iq> ",
    "<message" FROM_TO "><body><![CDATA[<b>]]>\xF0\x9F\x98\x80</body>"
    "<x:y xmlns:x='urn:x' x:z='1&#10;2'><x:w/></x:y></message>",
    "<presence" FROM_TO " type='subscribe' xml:lang='de'><status>da</status></presence>",
    "<iq" FROM_TO " type='error' id='3'><error type='cancel'><item-not-found "
    "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
    "<message" FROM_TO "><a><b><c><d><e><f>deep</f></e></d></c></b></a></message>",
};

static const char *stanza(size_t i)
{
    return mixed[i % (sizeof(mixed) / sizeof(mixed[0]))];
}

/* ---- the public parser ------------------------------------------------------------------- */

/* Feeds bytes and takes all items, written and freed; their number, or the error. */
static int parse(xmppfed_context *ctx, xmppfed_stream *s, const char *bytes)
{
    xmppfed_stream_item item;
    int rc = xmppfed_stream_feed(s, bytes, strlen(bytes));
    int count = 0;

    while (rc >= 0 && (rc = xmppfed_stream_next(s, &item)) == 1) {
        char *text = NULL;
        size_t len = 0;

        count++;
        if (item.element)
            rc = xmppfed_element_write(item.element, XMPPFED_NS_SERVER, &text, &len);
        xmppfed_element_free_text(ctx, text);
        xmppfed_element_free(item.element);
    }
    return rc < 0 ? rc : count;
}

/* The number of items of the whole stream, or the error that it ended with. */
static int play_parser(xmppfed_context *ctx)
{
    xmppfed_stream *s = NULL;
    int total = 0;
    int rc = xmppfed_stream_new(ctx, XMPPFED_NS_SERVER, &s);

    for (size_t i = 0; i < STANZAS + 3 && rc >= 0; i++) {
        rc = parse(ctx, s,
                   i == 0             ? HEADER
                   : i == 1           ? "<stream:features/>"
                   : i == STANZAS + 2 ? "</stream:stream>"
                                      : stanza(i));
        total += rc < 0 ? 0 : rc;
    }
    xmppfed_stream_free(s);
    return rc < 0 ? rc : total;
}

static void test_parser(void **state)
{
    size_t failures = 0;
    size_t n = 0;
    size_t calls;

    (void)state;
    do {
        struct alloc_fail memory;
        xmppfed_context *ctx = test_context_counted(&memory);
        int rc;

        memory.calls = 0;
        memory.fail_at = n++;
        rc = play_parser(ctx);
        calls = memory.calls;
        memory.fail_at = 0;
        if (rc != XMPPFED_ERR_NOMEM && rc != STANZAS + 3)
            fail_msg("allocation %zu: %d, %s", n - 1, rc, xmppfed_error_name(rc));
        failures += rc == XMPPFED_ERR_NOMEM;
        if (memory.live != 1)
            fail_msg("allocation %zu: %zu blocks are left", n - 1, memory.live - 1);
        xmppfed_context_unref(ctx);
    } while (n == 1 || n <= calls + 1);
    assert_true(n > 4 * STANZAS);
    assert_true(failures > STANZAS);
}

/* ---- libxml2's own memory ---------------------------------------------------------------- */

static struct alloc_fail library;
static xmppfed_allocator library_allocator;

static void *library_malloc(size_t size)
{
    return library_allocator.malloc_fn(size, library_allocator.user);
}

static void *library_realloc(void *old, size_t size)
{
    return library_allocator.realloc_fn(old, size, library_allocator.user);
}

static void library_free(void *old)
{
    library_allocator.free_fn(old, library_allocator.user);
}

static char *library_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = library_malloc(size);

    if (copy)
        memcpy(copy, text, size);
    return copy;
}

static void keep_silent(void *user, const char *format, ...)
{
    (void)user;
    (void)format;
}

/*
 * A host with one allocator for all has to expect these as well: the stream ends, and never is half
 * an element taken for a whole one. libxml2 2.9 takes some of its own failures for faults of the
 * document.
 */
static void test_library(void **state)
{
    xmppfed_context *ctx = test_context();
    size_t failures = 0;
    size_t calls;
    size_t live;
    size_t n = 0;

    (void)state;
    xmlSetGenericErrorFunc(NULL, keep_silent);
    assert_int_equal(play_parser(ctx), STANZAS + 3); /* what it keeps for ever is there now */
    live = library.live;
    do {
        int rc;

        library.calls = 0;
        library.fail_at = n++;
        rc = play_parser(ctx);
        calls = library.calls;
        library.fail_at = 0;
        if (rc != XMPPFED_ERR_NOMEM && rc != XMPPFED_ERR_XML_NOT_WELL_FORMED && rc != STANZAS + 3)
            fail_msg("allocation %zu: %d, %s", n - 1, rc, xmppfed_error_name(rc));
        failures += rc < 0;
        /* Each thread keeps the last complaint, in a few blocks that the next one replaces. */
        assert_in_range(library.live, 0, live + 4);
    } while (n == 1 || n <= calls + 1);
    assert_true(failures > 10 * STANZAS);
    xmppfed_context_unref(ctx);
}

/* ---- a received stream ------------------------------------------------------------------- */

struct tally {
    size_t stanzas;
    int down; /* the code of STREAM_DOWN, or 1 for a clean end; 0: none yet */
};

static void take(struct fixture *f, struct tally *t)
{
    const xmppfed_event *ev;

    while ((ev = fixture_next(f)) != NULL) {
        if (xmppfed_event_kind(ev) == XMPPFED_EVENT_STANZA) {
            assert_non_null(xmppfed_event_element(ev));
            t->stanzas++;
        }
        if (xmppfed_event_kind(ev) == XMPPFED_EVENT_STREAM_DOWN) {
            assert_int_equal(t->down, 0);
            t->down = xmppfed_event_code(ev) ? xmppfed_event_code(ev) : 1;
        }
        if (xmppfed_event_kind(ev) == XMPPFED_EVENT_DIALBACK_CHECK)
            (void)!xmppfed_connection_checked(f->c, CONTOSO, FABRIKAM, 0, NULL);
    }
    while (xmppfed_connection_output(f->c).len > 0)
        xmppfed_connection_sent(f->c, xmppfed_connection_output(f->c).len);
}

/* Bytes of the peer; a host that cannot hand them over gives the stream up. */
static void hear(struct fixture *f, struct tally *t, const char *bytes)
{
    int rc = xmppfed_connection_feed(f->c, bytes, strlen(bytes));

    if (rc < 0 && rc != XMPPFED_ERR_STREAM_CLOSED) {
        assert_true(rc == XMPPFED_ERR_NOMEM || rc == XMPPFED_ERR_LIMIT_MEMORY);
        xmppfed_connection_close(f->c, rc, NULL);
    }
    take(f, t);
}

static void play_stream(struct fixture *f, struct tally *t)
{
    if (xmppfed_connection_new_receiver(f->site, f->now, &f->c) < 0)
        return;
    hear(f, t, HEADER);
    hear(f, t, KEY);
    for (size_t i = 0; i < STANZAS; i++)
        hear(f, t, stanza(i));
    hear(f, t, "</stream:stream>");
}

static void test_stream(void **state)
{
    size_t n = 0;
    size_t total = 0;

    (void)state;
    do {
        struct tally t = {0};
        struct fixture f;
        size_t before;
        size_t live;

        fixture_open(&f);
        before = f.memory.calls;
        live = f.memory.live;
        f.memory.fail_at = n ? before + n : 0;
        play_stream(&f, &t);
        if (n == 0) {
            assert_int_equal(t.stanzas, STANZAS);
            assert_int_equal(t.down, 1);
            total = f.memory.calls - before;
        }
        f.memory.fail_at = 0;
        if (f.c) {
            xmppfed_connection_transport_closed(f.c);
            take(&f, &t);
            if (t.down == 0)
                fail_msg("allocation %zu: nobody is told of the end", n);
            if (t.down < 0 && t.down != XMPPFED_ERR_NOMEM && t.down != XMPPFED_ERR_LIMIT_MEMORY)
                fail_msg("allocation %zu: %s", n, xmppfed_error_name(t.down));
        }
        xmppfed_connection_free(f.c);
        f.c = NULL;
        if (f.memory.live != live)
            fail_msg("allocation %zu: %zu blocks are left", n, f.memory.live - live);
        fixture_close(&f);
    } while (n++ < total);
    assert_true(total > 4 * STANZAS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parser),
        cmocka_unit_test(test_library),
        cmocka_unit_test(test_stream),
    };

    library_allocator = alloc_fail_allocator(&library);
    if (xmlMemSetup(library_free, library_malloc, library_realloc, library_strdup) != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
