/* test_parser.c - each limit of headers and elements, at the limit and one beyond it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "connection/site.h"
#include "stream/reader.h"
#include "support/context.h"
#include "text.h"

#define HEADER \
    "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'"

/* ---- one shape a limit: what is counted, n times ----------------------------------------- */

static void header_bytes(struct text *t, size_t n)
{
    size_t begin = t->len;

    text_add(t, HEADER);
    text_fill(t, ' ', n - (t->len - begin) - 1);
    text_add(t, ">");
}

static void unit_bytes(struct text *t, size_t n)
{
    text_add(t, "<a>");
    text_fill(t, 'x', n - 7);
    text_add(t, "</a>");
}

static void depth(struct text *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        text_add(t, "<a>");
    for (size_t i = 0; i < n; i++)
        text_add(t, "</a>");
}

static void elements(struct text *t, size_t n)
{
    text_add(t, "<r>");
    for (size_t i = 1; i < n; i++)
        text_add(t, "<a/>");
    text_add(t, "</r>");
}

static void attributes(struct text *t, size_t n)
{
    text_add(t, "<a");
    for (size_t i = 0; i < n; i++)
        text_add_number(t, " b", i, "=''");
    text_add(t, "/>");
}

static void attribute_bytes(struct text *t, size_t n)
{
    text_add(t, "<a b='");
    text_fill(t, 'x', n);
    text_add(t, "'/>");
}

static void namespaces(struct text *t, size_t n)
{
    text_add(t, "<r>");
    for (size_t i = 0; i < n; i++)
        text_add(t, "<b xmlns='u'/>");
    text_add(t, "</r>");
}

static void name_bytes(struct text *t, size_t n)
{
    text_add(t, "<");
    text_fill(t, 'x', n);
    text_add(t, "/>");
}

static const struct row {
    const char *name;
    int limit;
    void (*shape)(struct text *t, size_t n);
    bool is_header;
} rows[] = {
    {"HEADER_BYTES", XMPPFED_LIMIT_HEADER_BYTES, header_bytes, true},
    {"UNIT_BYTES", XMPPFED_LIMIT_UNIT_BYTES, unit_bytes, false},
    {"DEPTH", XMPPFED_LIMIT_DEPTH, depth, false},
    {"ELEMENTS", XMPPFED_LIMIT_ELEMENTS, elements, false},
    {"ATTRIBUTES", XMPPFED_LIMIT_ATTRIBUTES, attributes, false},
    {"ATTRIBUTE_BYTES", XMPPFED_LIMIT_ATTRIBUTE_BYTES, attribute_bytes, false},
    {"NAMESPACES", XMPPFED_LIMIT_NAMESPACES, namespaces, false},
    {"NAME_BYTES", XMPPFED_LIMIT_NAME_BYTES, name_bytes, false},
};

/* ---- playing them ------------------------------------------------------------------------ */

struct scene {
    struct alloc_fail memory;
    xmppfed_context *ctx;
    xmppfed_site *site;
    struct text text;
};

static void open_scene(struct scene *s)
{
    memset(s, 0, sizeof(*s));
    s->ctx = test_context_counted(&s->memory);
    assert_int_equal(xmppfed_site_new(s->ctx, &s->site), 0);
    text_init(&s->text);
}

static void close_scene(struct scene *s)
{
    text_fini(&s->text);
    xmppfed_site_unref(s->site);
    test_context_counted_free(s->ctx, &s->memory);
}

/* Reads the whole text, in pieces of a size; the first error, or the last item. */
static int read_all(struct scene *s, const struct xfed_xml_limits *limits, size_t piece)
{
    struct xfed_account account;
    struct xfed_reader *r;
    int rc = 0;

    xfed_account_init(&account, s->ctx, SIZE_MAX);
    r = xfed_reader_new(&account, limits);
    assert_non_null(r);
    for (size_t at = 0; at < s->text.len && rc >= 0;) {
        size_t len = s->text.len - at < piece ? s->text.len - at : piece;
        xmppfed_element *e = NULL;
        size_t used = 0;

        rc = xfed_reader_feed(r, s->text.bytes + at, len, &used, &e);
        xmppfed_element_free(e);
        at += used;
    }
    xfed_reader_free(r);
    assert_int_equal(account.used, 0);
    return rc;
}

static int play(struct scene *s, const struct row *row, const struct xfed_xml_limits *limits,
                size_t n, size_t piece)
{
    s->text.len = 0;
    if (!row->is_header)
        text_add(&s->text, HEADER ">");
    row->shape(&s->text, n);
    return read_all(s, limits, piece);
}

static void check(struct scene *s, const struct row *row, int when, size_t piece)
{
    const struct xfed_xml_limits *limits =
        when == XMPPFED_LIMIT_BEFORE ? &s->site->before.xml : &s->site->after.xml;
    size_t n = (size_t)xmppfed_site_limit(s->site, row->limit, when);
    int at = play(s, row, limits, n, piece);
    int beyond = play(s, row, limits, n + 1, piece);

    if (at != (row->is_header ? XFED_READER_HEADER : XFED_READER_ELEMENT))
        fail_msg("%s: %zu is refused: %s", row->name, n, xmppfed_error_name(at));
    if (beyond != xmppfed_limit_error(row->limit))
        fail_msg("%s: %zu gives %s", row->name, n + 1, xmppfed_error_name(beyond));
}

static void test_defaults(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check(&s, &rows[i], XMPPFED_LIMIT_BEFORE, SIZE_MAX);
        check(&s, &rows[i], XMPPFED_LIMIT_AFTER, SIZE_MAX);
        check(&s, &rows[i], XMPPFED_LIMIT_BEFORE, 1);
    }
    close_scene(&s);
}

/* Each option does something, for strangers and for partners. */
static void test_options(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int when = XMPPFED_LIMIT_BEFORE; when <= XMPPFED_LIMIT_AFTER; when++) {
            uint64_t value = xmppfed_limit_default(rows[i].limit, when) - 1;
            struct scene s;

            open_scene(&s);
            assert_int_equal(xmppfed_site_set_limit(s.site, rows[i].limit, when, value), 0);
            assert_int_equal(xmppfed_site_limit(s.site, rows[i].limit, when), value);
            check(&s, &rows[i], when, 1000);
            close_scene(&s);
        }
    }
}

static void test_wrong_arguments(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    assert_int_equal(xmppfed_site_set_limit(NULL, XMPPFED_LIMIT_DEPTH, XMPPFED_LIMIT_AFTER, 9),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_site_set_limit(s.site, XMPPFED_LIMIT_DEPTH, 0, 9),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_site_set_limit(s.site, 0, XMPPFED_LIMIT_AFTER, 9),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_site_limit(NULL, XMPPFED_LIMIT_DEPTH, XMPPFED_LIMIT_AFTER), 0);
    assert_int_equal(xmppfed_site_limit(s.site, XMPPFED_LIMIT_DEPTH, 3), 0);
    assert_int_equal(xmppfed_site_worst_case(NULL, XMPPFED_LIMIT_AFTER), 0);
    assert_int_equal(xmppfed_site_worst_case(s.site, 0), 0);
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
