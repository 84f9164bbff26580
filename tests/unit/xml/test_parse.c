/* test_parse.c - headers and units become trees; namespaces are judged here and nowhere else. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>

#include "base/slice.h"
#include "xml/parse.h"

#define HEADER                                                                                  \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' from='a.example' version='1.0' " \
    "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' "        \
    "xml:lang='de' to='b.example'>"

static struct xfed_xml_scope *scope_of(const char *header)
{
    struct xfed_xml_scope *scope = NULL;
    xmppfed_element *e = NULL;
    assert_int_equal(xfed_xml_parse_header(ctx, xmppfed_slice_of(header), &e, &scope), 0);
    xmppfed_element_free(e);
    return scope;
}

static void test_header(void **state)
{
    struct xfed_xml_scope *scope = NULL;
    xmppfed_element *e = NULL;

    (void)state;
    assert_int_equal(xfed_xml_parse_header(ctx, XFED_LITERAL(HEADER), &e, &scope), 0);
    assert_int_equal(xmppfed_element_is(e, "stream", "http://etherx.jabber.org/streams"), 1);
    assert_string_equal(xmppfed_element_attribute(e, "from"), "a.example");
    assert_string_equal(xmppfed_element_attribute(e, "to"), "b.example");
    assert_string_equal(xmppfed_element_attribute_ns(e, "lang", XMPPFED_NS_XML), "de");
    assert_null(xmppfed_element_attribute(e, "xmlns"));
    assert_null(xmppfed_element_first(e));
    assert_string_equal(xfed_xml_scope_prefix(scope), "stream");
    assert_string_equal(xfed_xml_scope_default_ns(scope), "jabber:server");
    xmppfed_element_free(e);
    xfed_xml_scope_free(scope);
    xfed_xml_scope_free(NULL);

    scope = scope_of("<stream xmlns='http://etherx.jabber.org/streams'>");
    assert_string_equal(xfed_xml_scope_prefix(scope), "");
    assert_string_equal(xfed_xml_scope_default_ns(scope), "http://etherx.jabber.org/streams");
    xfed_xml_scope_free(scope);
    scope = scope_of("<?xml version='1.0'?>\n<a>");
    assert_string_equal(xfed_xml_scope_default_ns(scope), "");
    xfed_xml_scope_free(scope);
}

struct row {
    const char *name;
    const char *in;
    int error;
};

static void test_header_errors(void **state)
{
    enum { BAD = XMPPFED_ERR_XML_NOT_WELL_FORMED, ENCODING = XMPPFED_ERR_XML_ENCODING };
    static const struct row rows[] = {
        {.name = "nothing", .in = "", .error = BAD},
        {.name = "only a declaration", .in = "<?xml version='1.0'?>", .error = BAD},
        {.name = "unfinished", .in = "<stream xmlns='x'", .error = BAD},
        {.name = "closes itself", .in = "<stream/>", .error = BAD},
        {.name = "closed", .in = "<stream></stream>", .error = BAD},
        {.name = "with a child", .in = "<stream><a>", .error = BAD},
        {.name = "with text", .in = "<stream>text", .error = BAD},
        {.name = "undeclared prefix", .in = "<stream:stream to='a'>", .error = BAD},
        {.name = "undeclared attribute prefix", .in = "<stream a:to='a'>", .error = BAD},
        {.name = "xml bound elsewhere", .in = "<a xmlns:xml='urn:x'>", .error = BAD},
        {.name = "prefix undeclared again", .in = "<a xmlns:b=''>", .error = BAD},
        {.name = "latin 1", .in = "<?xml version='1.0' encoding='latin1'?><a>", .error = ENCODING},
        {.name = "version", .in = "<?xml version='3'?><a>", .error = BAD},
        {.name = "comment", .in = "<!-- --><aaaa>", .error = XMPPFED_ERR_XML_RESTRICTED},
        {.name = "instruction", .in = "<?go on?><aaaa>", .error = XMPPFED_ERR_XML_RESTRICTED},
        {.name = "doctype", .in = "<!DOCTYPE a><aaaa>", .error = XMPPFED_ERR_XML_RESTRICTED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct xfed_xml_scope *scope = NULL;
        xmppfed_element *e = NULL;
        int rc = xfed_xml_parse_header(ctx, xmppfed_slice_of(rows[i].in), &e, &scope);
        if (rc != rows[i].error || e || scope)
            fail_msg("%s: %d", rows[i].name, rc);
    }
}

static void test_unit(void **state)
{
    static const char in[] =
        "<message to='b' s='&lt;&#10;&amp;&quot;'><body xml:lang='fr'>a&amp;b<![CDATA[<c>]]>\r\n"
        "\xF0\x9F\x98\x80&#x1F600;</body><stream:x/><db:y/><x:z xmlns:x='urn:z' x:q='1' q='2'>"
        "<x:z/><z xmlns=''/></x:z></message>";
    struct xfed_xml_scope *scope = scope_of(HEADER);
    xmppfed_element *e = NULL;

    (void)state;
    assert_int_equal(xfed_xml_parse_unit(ctx, scope, XFED_LITERAL(in), &e), 0);
    assert_int_equal(xmppfed_element_is(e, "message", "jabber:server"), 1);
    assert_string_equal(xmppfed_element_attribute(e, "s"), "<\n&\"");
    assert_null(xmppfed_element_attribute_ns(e, "lang", XMPPFED_NS_XML));
    xmppfed_element *child = xmppfed_element_first(e);
    assert_int_equal(xmppfed_element_is(child, "body", "jabber:server"), 1);
    assert_string_equal(xmppfed_element_attribute_ns(child, "lang", XMPPFED_NS_XML), "fr");
    assert_string_equal(xmppfed_element_text(child), "a&b<c>\n\xF0\x9F\x98\x80\xF0\x9F\x98\x80");
    child = xmppfed_element_next(child);
    assert_int_equal(xmppfed_element_is(child, "x", "http://etherx.jabber.org/streams"), 1);
    child = xmppfed_element_next(child);
    assert_int_equal(xmppfed_element_is(child, "y", "jabber:server:dialback"), 1);
    child = xmppfed_element_next(child);
    assert_int_equal(xmppfed_element_is(child, "z", "urn:z"), 1);
    assert_string_equal(xmppfed_element_attribute_ns(child, "q", "urn:z"), "1");
    assert_string_equal(xmppfed_element_attribute(child, "q"), "2");
    assert_non_null(xmppfed_element_child(child, "z", "urn:z"));
    assert_non_null(xmppfed_element_child(child, "z", ""));
    assert_null(xmppfed_element_next(child));
    xmppfed_element_free(e);
    xfed_xml_scope_free(scope);
}

/* What the header declares holds for its own units only, whatever its form. */
static void test_scopes(void **state)
{
    struct xfed_xml_scope *bare = scope_of("<stream xmlns='http://etherx.jabber.org/streams'>");
    struct xfed_xml_scope *odd =
        scope_of("<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns='a&apos;&lt;&amp;'"
                 " xmlns:scope='urn:s'>");
    xmppfed_element *e = NULL;

    (void)state;
    assert_int_equal(xfed_xml_parse_unit(ctx, bare, XFED_LITERAL("<features/>"), &e), 0);
    assert_int_equal(xmppfed_element_is(e, "features", "http://etherx.jabber.org/streams"), 1);
    xmppfed_element_free(e);
    assert_int_equal(xfed_xml_parse_unit(ctx, odd, XFED_LITERAL("<x/>"), &e), 0);
    assert_int_equal(xmppfed_element_is(e, "x", "a'<&"), 1);
    xmppfed_element_free(e);
    assert_int_equal(xfed_xml_parse_unit(ctx, odd, XFED_LITERAL("<scope:x></scope:x>"), &e), 0);
    assert_int_equal(xmppfed_element_is(e, "x", "urn:s"), 1);
    xmppfed_element_free(e);
    assert_int_equal(xfed_xml_parse_unit(ctx, bare, XFED_LITERAL("<s:x/>"), &e),
                     XMPPFED_ERR_XML_NOT_WELL_FORMED);
    xfed_xml_scope_free(bare);
    xfed_xml_scope_free(odd);
}

static void test_unit_errors(void **state)
{
    enum { BAD = XMPPFED_ERR_XML_NOT_WELL_FORMED, FORBIDDEN = XMPPFED_ERR_XML_RESTRICTED };
    static const struct row rows[] = {
        {.name = "nothing", .in = "", .error = BAD},
        {.name = "unfinished", .in = "<a><b/>", .error = BAD},
        {.name = "two", .in = "<a/><b/>", .error = BAD},
        {.name = "text before", .in = "x<a/>", .error = BAD},
        {.name = "text after", .in = "<a/>x", .error = BAD},
        {.name = "ends the seed", .in = "</scope><scope>", .error = BAD},
        {.name = "ends the seed after a unit", .in = "<a/></scope>", .error = BAD},
        {.name = "mismatch", .in = "<a></b>", .error = BAD},
        {.name = "undeclared prefix", .in = "<foo:a/>", .error = BAD},
        {.name = "undeclared prefix inside", .in = "<a><foo:a/></a>", .error = BAD},
        {.name = "undeclared attribute prefix", .in = "<a foo:b=''/>", .error = BAD},
        {.name = "out of scope", .in = "<a><b xmlns:c='x'/><c:d/></a>", .error = BAD},
        {.name = "attribute twice by namespace",
         .in = "<a xmlns:b='x' xmlns:c='x' b:d='' c:d=''/>",
         .error = BAD},
        {.name = "xml prefix rebound", .in = "<a xmlns:xml='x'/>", .error = BAD},
        {.name = "xmlns prefix bound", .in = "<a xmlns:xmlns='x'/>", .error = BAD},
        {.name = "xmlns prefix used", .in = "<xmlns:a/>", .error = BAD},
        {.name = "xml namespace as default",
         .in = "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
         .error = BAD},
        {.name = "xmlns namespace bound",
         .in = "<a xmlns:b='http://www.w3.org/2000/xmlns/'/>",
         .error = BAD},
        {.name = "prefix undeclared again", .in = "<a xmlns:b=''/>", .error = BAD},
        {.name = "comment", .in = "<a><!-- --></a>", .error = FORBIDDEN},
        {.name = "instruction", .in = "<a><?b c?></a>", .error = FORBIDDEN},
        {.name = "entity", .in = "<a>&b;</a>", .error = BAD},
        {.name = "a URI that is none", .in = "<a xmlns='not a uri' xmlns:b='::'/>", .error = 0},
        {.name = "a relative URI", .in = "<a xmlns='b/c'/>", .error = 0},
        {.name = "odd xml:lang and xml:space", .in = "<a xml:lang='?' xml:space='x'/>", .error = 0},
        {.name = "xml:id twice", .in = "<a xml:id='1'><b xml:id='1'/></a>", .error = 0},
    };
    struct xfed_xml_scope *scope = scope_of(HEADER);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_element *e = NULL;
        int rc = xfed_xml_parse_unit(ctx, scope, xmppfed_slice_of(rows[i].in), &e);
        if (rc != rows[i].error || (rc == 0) != (e != NULL))
            fail_msg("%s: %d", rows[i].name, rc);
        xmppfed_element_free(e);
    }
    xfed_xml_scope_free(scope);
}

/* Wherever they stand, line ends are line feeds, and those of a value are spaces. */
static void test_line_ends(void **state)
{
    static const struct {
        const char *name;
        const char *in;
        const char *text;
    } rows[] = {
        {.name = "text", .in = "<a>b\r\nc\rd\r\r\n\ne</a>", .text = "b\nc\nd\n\n\ne"},
        {.name = "CDATA",
         .in = "<a><![CDATA[b\r\nc\rd\r\r\n\ne\r]]></a>",
         .text = "b\nc\nd\n\n\ne\n"},
        {.name = "two sections",
         .in = "<a><![CDATA[\r]]><![CDATA[\n]]>\r<![CDATA[\n]]></a>",
         .text = "\n\n\n\n"},
        {.name = "references", .in = "<a>&#13;\r&#10;&#xD;\n</a>", .text = "\r\n\n\r\n"},
        {.name = "in a tag", .in = "<a\r\nx='1'\r>b</a\r\n>", .text = "b"},
    };
    struct xfed_xml_scope *scope = scope_of(HEADER);
    xmppfed_element *e = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int rc = xfed_xml_parse_unit(ctx, scope, xmppfed_slice_of(rows[i].in), &e);
        if (rc < 0 || strcmp(xmppfed_element_text(e), rows[i].text) != 0)
            fail_msg("%s: %d", rows[i].name, rc);
        xmppfed_element_free(e);
    }
    assert_int_equal(xfed_xml_parse_unit(ctx, scope, XFED_LITERAL("<a b='\r\n\r\n\n'/>"), &e), 0);
    assert_string_equal(xmppfed_element_attribute(e, "b"), "   ");
    xmppfed_element_free(e);
    xfed_xml_scope_free(scope);
}

/* Text beyond what libxml2 hands over at once, in a unit beyond one piece. */
static void test_long_text(void **state)
{
    static char in[200000];
    struct xfed_xml_scope *scope = scope_of(HEADER);
    xmppfed_element *e = NULL;
    size_t len = 0;

    (void)state;
    len += (size_t)snprintf(in, sizeof(in), "<a b='");
    while (len < 90000)
        len += (size_t)snprintf(in + len, sizeof(in) - len, "\xE4\xB8\xAD>");
    len += (size_t)snprintf(in + len, sizeof(in) - len, "'>");
    while (len < 190000)
        len += (size_t)snprintf(in + len, sizeof(in) - len, "\xE4\xB8\xAD&amp;");
    len += (size_t)snprintf(in + len, sizeof(in) - len, "</a>");
    assert_int_equal(xfed_xml_parse_unit(ctx, scope, xfed_slice(in, len), &e), 0);
    assert_int_equal(strlen(xmppfed_element_attribute(e, "b")) % 4, 0);
    const char *text = xmppfed_element_text(e);
    assert_int_equal(strlen(text), strspn(text, "\xE4\xB8\xAD&"));
    assert_int_equal(strlen(text) / 4, (190000 - 90008) / 8 + 1);
    xmppfed_element_free(e);
    xfed_xml_scope_free(scope);
}

/* One long namespace named by very many elements is held once (peers may send that). */
static void test_namespace_held_once(void **state)
{
    static char in[60000];
    struct xfed_xml_scope *scope = scope_of(HEADER);
    xmppfed_element *e = NULL;
    size_t len;

    (void)state;
    len = (size_t)snprintf(in, sizeof(in), "<a xmlns:n='");
    memset(in + len, 'u', 20000);
    len += 20000;
    len += (size_t)snprintf(in + len, sizeof(in) - len, "'>");
    for (int i = 0; i < 2000; i++)
        len += (size_t)snprintf(in + len, sizeof(in) - len, "<n:a n:b=''/><c/>");
    len += (size_t)snprintf(in + len, sizeof(in) - len, "</a>");
    assert_int_equal(xfed_xml_parse_unit(ctx, scope, xfed_slice(in, len), &e), 0);
    assert_true(xmppfed_context_memory_used(ctx) < 2 * 1000 * 1000);
    xmppfed_element *copy = xmppfed_element_copy(e);
    assert_non_null(copy);
    assert_true(xmppfed_context_memory_used(ctx) < 4 * 1000 * 1000);
    xmppfed_element_free(copy);
    xmppfed_element_free(e);
    xfed_xml_scope_free(scope);
}

/* A header and a unit, all or nothing. */
static int parse_both(void *user)
{
    (void)user;
    struct xfed_xml_scope *scope = NULL;
    xmppfed_element *header = NULL;
    xmppfed_element *unit = NULL;
    int rc = xfed_xml_parse_header(ctx, XFED_LITERAL(HEADER), &header, &scope);
    if (rc == 0)
        rc = xfed_xml_parse_unit(
            ctx, scope, XFED_LITERAL("<a b='c'>x<d xmlns='e'/>y<f x:y='' xmlns:x='e'/></a>"),
            &unit);
    assert_true((rc == 0) == (unit != NULL));
    assert_true((header != NULL) == (scope != NULL));
    xmppfed_element_free(unit);
    xmppfed_element_free(header);
    xfed_xml_scope_free(scope);
    return rc;
}

/* A unit that libxml2 complains about itself, as the gate knows no namespaces. */
static void stumble(void)
{
    struct xfed_xml_scope *scope = scope_of(HEADER);
    xmppfed_element *e = NULL;

    assert_int_equal(xfed_xml_parse_unit(ctx, scope, XFED_LITERAL("<no:prefix/>"), &e),
                     XMPPFED_ERR_XML_NOT_WELL_FORMED);
    xfed_xml_scope_free(scope);
}

/* What libxml2 tells a host last is not ours, but its own from before. */
static void test_last_error(void **state)
{
    (void)state;
    xmlResetLastError();
    stumble();
    assert_null(xmlGetLastError());

    assert_null(
        xmlReadMemory("<a>", 3, "of-the-host.xml", NULL, XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
    stumble();
    assert_non_null(xmlGetLastError());
    assert_int_equal(xmlGetLastError()->code, XML_ERR_TAG_NOT_FINISHED);
    assert_string_equal(xmlGetLastError()->file, "of-the-host.xml");
    xmlResetLastError();
}

/* Every allocation of ours fails once. A failed large request may be healed by a smaller one. */
static void test_no_memory(void **state)
{
    (void)state;
    assert_true(alloc_fail_each(&counter, parse_both, NULL) >= 1);
}

/* The budget ends at every place in turn, and stays at its end. */
static void test_budget(void **state)
{
    unsigned failures = 0;
    int rc = -1;

    (void)state;
    for (size_t budget = 0; rc < 0; budget += 8) {
        xmppfed_context_set_memory_budget(ctx, budget);
        rc = parse_both(NULL);
        assert_true(rc == 0 || rc == XMPPFED_ERR_NOMEM || rc == XMPPFED_ERR_LIMIT_MEMORY);
        assert_int_equal(xmppfed_context_memory_used(ctx), 0);
        failures += rc < 0;
    }
    assert_true(failures > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_header, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_header_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scopes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unit_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_line_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_namespace_held_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_last_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_budget, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
