/* test_reader.c - plaintext bytes, cut anywhere, become a header, elements and the close. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "stream/reader.h"
#include "support/context.h"
#include "xml/ns.h"

#define HEADER                                                   \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' " \
    "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback'>"
#define HEADER_LINE "H stream http://etherx.jabber.org/streams\n"

struct row {
    const char *name;
    const char *xml;
    const char *items; /* a line each: kind, local name, namespace */
    int rc;            /* of the last call */
};

static const struct row rows[] = {
    {.name = "nothing", .xml = "", .items = ""},
    {.name = "header", .xml = HEADER, .items = HEADER_LINE},
    {.name = "half an element", .xml = HEADER "<message><body>x</bo", .items = HEADER_LINE},
    {.name = "elements and keep-alives",
     .xml = HEADER " \n<message/>\n\n<db:result from='a' to='b'>k</db:result> <stream:features/>",
     .items = HEADER_LINE "E message jabber:server\nE result jabber:server:dialback\n"
                          "E features http://etherx.jabber.org/streams\n"},
    {.name = "close, and later bytes",
     .xml = HEADER "<iq><x xmlns='urn:x'/></iq></stream:stream><iq/>\xff",
     .items = HEADER_LINE "E iq jabber:server\nC\n"},
    {.name = "two bytes a character",
     .xml = HEADER "<message><body>B\xc3\xbc"
                   "cher</body></message>",
     .items = HEADER_LINE "E message jabber:server\n"},
    {.name = "not UTF-8",
     .xml = HEADER "<message><body>\xc0\xaf</body></message>",
     .items = HEADER_LINE,
     .rc = XMPPFED_ERR_XML_ENCODING},
    {.name = "a comment",
     .xml = HEADER "<message/><!-- x -->",
     .items = HEADER_LINE "E message jabber:server\n",
     .rc = XMPPFED_ERR_XML_RESTRICTED},
    {.name = "not well-formed",
     .xml = HEADER "<message></presence>",
     .items = HEADER_LINE,
     .rc = XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {.name = "unbound prefix",
     .xml = HEADER "<message><foo:body/></message><iq/>",
     .items = HEADER_LINE,
     .rc = XMPPFED_ERR_XML_NOT_WELL_FORMED},
};

struct fixture {
    struct alloc_fail memory;
    xmppfed_context *ctx;
    struct xfed_account account;
};

static int setup(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    f.ctx = test_context_counted(&f.memory);
    xfed_account_init(&f.account, f.ctx, 1 << 20);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(f->account.used, 0);
    test_context_counted_free(f->ctx, &f->memory);
    return 0;
}

static void note(char *items, size_t size, int kind, const xmppfed_element *e)
{
    size_t len = strlen(items);

    if (kind == XFED_READER_CLOSE)
        snprintf(items + len, size - len, "C\n");
    else
        snprintf(items + len, size - len, "%c %s %s\n", kind == XFED_READER_HEADER ? 'H' : 'E',
                 xmppfed_element_name(e), xmppfed_element_ns(e));
}

/* Feeds pieces of a size, and what is left of a piece after an item; the last return code. */
static int run(struct xfed_reader *r, const char *xml, size_t piece, char *items, size_t size)
{
    size_t len = strlen(xml);
    size_t at = 0;
    int rc = 0;

    items[0] = '\0';
    while (at < len) {
        size_t end = at + piece < len ? at + piece : len;

        while (at < end) {
            xmppfed_element *e = NULL;
            size_t used = 0;

            rc = xfed_reader_feed(r, xml + at, end - at, &used, &e);
            if (rc < 0)
                return rc;
            assert_true(used <= end - at);
            assert_true(rc == XFED_READER_MORE ? used == end - at : true);
            assert_int_equal(e != NULL, rc == XFED_READER_HEADER || rc == XFED_READER_ELEMENT);
            at += used;
            if (rc == XFED_READER_CLOSE) {
                note(items, size, rc, e);
                return 0;
            }
            if (rc != XFED_READER_MORE)
                note(items, size, rc, e);
            xmppfed_element_free(e);
        }
        assert_int_equal(xfed_reader_offset(r), at);
    }
    return rc < 0 ? rc : 0;
}

/* Whole, byte by byte, and in every size between. */
static void test_rows(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];

        for (size_t piece = 1; piece <= strlen(row->xml); piece++) {
            struct xfed_reader *r = xfed_reader_new(&f->account, &xfed_xml_limits_before);
            char items[512];
            int rc = run(r, row->xml, piece, items, sizeof(items));

            if (rc != row->rc || strcmp(items, row->items) != 0)
                fail_msg("%s in pieces of %zu: %d\n%s", row->name, piece, rc, items);
            if (rc < 0) { /* for ever */
                size_t used;
                xmppfed_element *e;

                assert_int_equal(xfed_reader_feed(r, "<iq/>", 5, &used, &e), rc);
            }
            xfed_reader_free(r);
        }
    }
}

/* What follows <proceed/> belongs to the next layer, not to us. */
static void test_boundary(void **state)
{
    static const char xml[] = HEADER "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\x16\x03";
    struct fixture *f = *state;
    struct xfed_reader *r = xfed_reader_new(&f->account, &xfed_xml_limits_before);
    xmppfed_element *e;
    size_t header;
    size_t used;

    assert_int_equal(xfed_reader_feed(r, xml, sizeof(xml) - 1, &header, &e), XFED_READER_HEADER);
    assert_int_equal(header, strlen(HEADER));
    xmppfed_element_free(e);
    assert_int_equal(xfed_reader_feed(r, xml + header, sizeof(xml) - 1 - header, &used, &e),
                     XFED_READER_ELEMENT);
    assert_int_equal(header + used, sizeof(xml) - 3);
    assert_false(xfed_reader_pending(r));
    xmppfed_element_free(e);
    xfed_reader_free(r);
}

static void test_header_facts(void **state)
{
    static const char plain[] = "<s:stream xmlns='urn:c' xmlns:s='urn:s' xmlns:db='urn:x'>";
    struct fixture *f = *state;
    struct xfed_reader *r = xfed_reader_new(&f->account, &xfed_xml_limits_before);
    xmppfed_element *e;
    size_t used;

    assert_string_equal(xfed_reader_prefix(r), "");
    assert_string_equal(xfed_reader_default_ns(r), "");
    assert_false(xfed_reader_declares_dialback(r));
    assert_false(xfed_reader_pending(r));
    assert_int_equal(xfed_reader_feed(r, HEADER, 10, &used, &e), XFED_READER_MORE);
    assert_true(xfed_reader_pending(r));
    assert_int_equal(xfed_reader_feed(r, HEADER + 10, strlen(HEADER) - 10, &used, &e),
                     XFED_READER_HEADER);
    xmppfed_element_free(e);
    assert_string_equal(xfed_reader_prefix(r), "stream");
    assert_string_equal(xfed_reader_default_ns(r), XFED_NS_SERVER);
    assert_true(xfed_reader_declares_dialback(r));
    xfed_reader_free(r);

    r = xfed_reader_new(&f->account, &xfed_xml_limits_before);
    assert_int_equal(xfed_reader_feed(r, plain, strlen(plain), &used, &e), XFED_READER_HEADER);
    xmppfed_element_free(e);
    assert_string_equal(xfed_reader_prefix(r), "s");
    assert_string_equal(xfed_reader_default_ns(r), "urn:c");
    assert_false(xfed_reader_declares_dialback(r));
    xfed_reader_free(r);
    xfed_reader_free(NULL);
}

/* 10 KiB before, 256 KiB after. */
static void test_limits(void **state)
{
    static const char start[] = "<message><body>";
    static const char end[] = "</body></message>";
    static char xml[100000];
    struct fixture *f = *state;

    memset(xml, 'x', sizeof(xml));
    memcpy(xml, start, sizeof(start) - 1);
    memcpy(xml + sizeof(xml) - sizeof(end), end, sizeof(end));
    for (int trusted = 0; trusted < 2; trusted++) {
        struct xfed_reader *r = xfed_reader_new(&f->account, &xfed_xml_limits_before);
        xmppfed_element *e;
        size_t used;
        int rc;

        assert_int_equal(xfed_reader_feed(r, HEADER, strlen(HEADER), &used, &e),
                         XFED_READER_HEADER);
        xmppfed_element_free(e);
        e = NULL;
        if (trusted)
            xfed_reader_set_limits(r, &xfed_xml_limits_after);
        rc = xfed_reader_feed(r, xml, strlen(xml), &used, &e);
        assert_int_equal(rc, trusted ? XFED_READER_ELEMENT : XMPPFED_ERR_LIMIT_SIZE);
        xmppfed_element_free(e);
        xfed_reader_free(r);
    }
}

/* A whole stream; 0 or the error. */
static int read_all(void *user)
{
    static const char xml[] = HEADER "<message><body>x</body></message></stream:stream>";
    struct fixture *f = user;
    struct xfed_reader *r = xfed_reader_new(&f->account, &xfed_xml_limits_before);
    char items[512];
    int rc = r ? run(r, xml, 7, items, sizeof(items)) : XMPPFED_ERR_NOMEM;

    xfed_reader_free(r);
    return rc;
}

/* The n-th allocation fails, for every n: that is either made up for or reported, and nothing
 * leaks. */
static void test_out_of_memory(void **state)
{
    struct fixture *f = *state;

    assert_true(alloc_fail_each(&f->memory, read_all, f) > 2);
}

static void test_out_of_budget(void **state)
{
    static const char xml[] = HEADER "<message><body>x</body></message></stream:stream>";
    struct fixture *f = *state;
    size_t live = f->memory.live;
    size_t failures = 0;
    int rc = -1;

    for (size_t budget = 0; rc != 0; budget += 16) {
        struct xfed_reader *r;
        char items[512];

        xmppfed_context_set_memory_budget(f->ctx, budget);
        r = xfed_reader_new(&f->account, &xfed_xml_limits_before);
        assert_non_null(r);
        rc = run(r, xml, 7, items, sizeof(items));
        if (rc != 0 && rc != XMPPFED_ERR_NOMEM && rc != XMPPFED_ERR_LIMIT_MEMORY)
            fail_msg("budget %zu: %d", budget, rc);
        failures += rc != 0;
        xfed_reader_free(r);
        assert_int_equal(f->memory.live, live);
        assert_int_equal(xmppfed_context_memory_used(f->ctx), 0);
    }
    assert_true(failures > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_boundary, setup, teardown),
        cmocka_unit_test_setup_teardown(test_header_facts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_out_of_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_out_of_budget, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
