/* test_writer.c - what is written, and that parsing it gives the same tree again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/slice.h"
#include "support/context.h"
#include "xml/gate.h"
#include "xml/parse.h"
#include "xml/tree.h"
#include "xml/writer.h"

#define HEADER                                                                             \
    "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'" \
    " xmlns:db='jabber:server:dialback'>"
#define COMPONENT_HEADER                             \
    "<stream:stream xmlns='jabber:component:accept'" \
    " xmlns:stream='http://etherx.jabber.org/streams'>"

struct fixture {
    struct alloc_fail counter;
    xmppfed_context *ctx;
    struct xfed_account account;
    struct xfed_buffer out;
    struct xfed_xml_scope *scope;
};

static void set_up(struct fixture *f, const char *header)
{
    xmppfed_element *e = NULL;
    memset(f, 0, sizeof(*f));
    f->ctx = test_context_counted(&f->counter);
    xfed_account_init(&f->account, f->ctx, SIZE_MAX);
    xfed_buffer_init(&f->out, &f->account, SIZE_MAX);
    assert_int_equal(xfed_xml_parse_header(f->ctx, xmppfed_slice_of(header), &e, &f->scope), 0);
    xmppfed_element_free(e);
}

static void tear_down(struct fixture *f)
{
    xfed_buffer_fini(&f->out);
    xfed_xml_scope_free(f->scope);
    test_context_counted_free(f->ctx, &f->counter);
}

static bool same_attributes(const xmppfed_element *a, const xmppfed_element *b)
{
    const struct xfed_tree_attribute *x = a->attributes;
    const struct xfed_tree_attribute *y = b->attributes;
    for (; x && y; x = x->next, y = y->next) {
        if (strcmp(x->name, y->name) != 0 || strcmp(x->ns, y->ns) != 0 ||
            strcmp(x->value, y->value) != 0)
            return false;
    }
    return x == y;
}

/* Node by node, the order of text and children included. */
static bool same_tree(const xmppfed_element *a, const xmppfed_element *b)
{
    if (!xmppfed_element_is(a, b->name, b->ns) || !same_attributes(a, b))
        return false;
    struct xfed_tree_node *x = a->first;
    struct xfed_tree_node *y = b->first;
    for (; x && y; x = x->next, y = y->next) {
        if (!x->text != !y->text)
            return false;
        if (x->text ? strcmp(x->text, y->text) != 0
                    : !same_tree(xfed_tree_of_node(x), xfed_tree_of_node(y)))
            return false;
    }
    return x == y;
}

/* Whether the gate takes bytes as exactly one unit. */
static bool gate_takes(struct fixture *f, xmppfed_slice bytes)
{
    size_t used = 0;
    struct xfed_gate *g = xfed_gate_new(&f->account, &xfed_xml_limits_after);
    bool ok = xfed_gate_feed(g, "<s>", 3, &used) == XFED_GATE_HEADER &&
              xfed_gate_feed(g, bytes.data, bytes.len, &used) == XFED_GATE_UNIT &&
              used == bytes.len;
    xfed_gate_free(g);
    return ok;
}

struct row {
    const char *name;
    const char *in;
    const char *out; /* NULL: as in */
};

static void run_row(struct fixture *f, const struct row *row, const char *content_ns)
{
    xmppfed_element *e = NULL;
    xmppfed_element *again = NULL;
    if (xfed_xml_parse_unit(f->ctx, f->scope, xmppfed_slice_of(row->in), &e) < 0)
        fail_msg("%s: does not parse", row->name);
    xfed_buffer_clear(&f->out);
    assert_int_equal(xfed_xml_write(&f->out, e, content_ns), 0);
    xmppfed_slice bytes = xfed_buffer_bytes(&f->out);
    if (!xfed_slice_is(bytes, row->out ? row->out : row->in))
        fail_msg("%s: %.*s", row->name, (int)bytes.len, bytes.data);
    if (!gate_takes(f, bytes))
        fail_msg("%s: the gate refuses it", row->name);
    if (xfed_xml_parse_unit(f->ctx, f->scope, bytes, &again) < 0 || !same_tree(e, again))
        fail_msg("%s: parses to another tree", row->name);
    xmppfed_element_free(again);
    xmppfed_element_free(e);
}

static void test_round_trip(void **state)
{
    static const struct row rows[] = {
        {.name = "empty", .in = "<a/>"},
        {.name = "empty pair", .in = "<a></a>", .out = "<a/>"},
        {.name = "stanza",
         .in = "<message from=\"a@b\" to='c@d' type='chat'><body>Hello</body></message>",
         .out = "<message from='a@b' to='c@d' type='chat'><body>Hello</body></message>"},
        {.name = "emoji",
         .in = "<a b='\xF0\x9F\x98\x80'>\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80</a>"},
        {.name = "xml:lang", .in = "<a xml:lang='en'><b xml:lang='de' lang='x'/></a>"},
        {.name = "white space in values", .in = "<a b='&#9;&#10;&#13; '/>"},
        {.name = "white space in text", .in = "<a>\t\n &#13;</a>"},
        {.name = "line ends are one", .in = "<a>x\r\ny\rz</a>", .out = "<a>x\ny\nz</a>"},
        {.name = "special in text", .in = "<a>&lt;&amp;&gt;\"'</a>"},
        {.name = "end of cdata", .in = "<a>]]&gt;</a>"},
        {.name = "cdata", .in = "<a><![CDATA[<b>&]]></a>", .out = "<a>&lt;b&gt;&amp;</a>"},
        {.name = "special in values",
         .in = "<a b=\"'&quot;&lt;&amp;>\"/>",
         .out = "<a b='&apos;\"&lt;&amp;&gt;'/>"},
        {.name = "mixed", .in = "<a>one<b>two</b>three<c/><d/>four</a>"},
        {.name = "other default", .in = "<a xmlns='urn:x'><b/><c xmlns='urn:y'><d/></c><e/></a>"},
        {.name = "back to content", .in = "<a><b xmlns='urn:x'><c xmlns='jabber:server'/></b></a>"},
        {.name = "no namespace", .in = "<a><b xmlns=''><c/></b></a>"},
        {.name = "prefixes",
         .in = "<x:a xmlns:x='urn:x'><x:b><c/></x:b></x:a>",
         .out = "<a xmlns='urn:x'><b><c xmlns='jabber:server'/></b></a>"},
        {.name = "redeclared prefix",
         .in = "<x:a xmlns:x='urn:x'><x:b xmlns:x='urn:y'/><x:c/></x:a>",
         .out = "<a xmlns='urn:x'><b xmlns='urn:y'/><c/></a>"},
        {.name = "stream prefix redeclared",
         .in = "<stream:a xmlns:stream='urn:x'/>",
         .out = "<a xmlns='urn:x'/>"},
        {.name = "stream prefix", .in = "<stream:error><a xmlns='urn:x'/></stream:error>"},
        {.name = "stream namespace as default",
         .in = "<error xmlns='http://etherx.jabber.org/streams'><a/></error>",
         .out = "<stream:error><stream:a/></stream:error>"},
        {.name = "prefixed between defaults",
         .in = "<a xmlns='urn:x'><stream:b><c/><d xmlns='urn:y'/></stream:b></a>"},
        {.name = "dialback", .in = "<db:result from='a' to='b'>key</db:result>"},
        {.name = "dialback without prefix",
         .in = "<verify xmlns='jabber:server:dialback' id='1'/>",
         .out = "<db:verify id='1'/>"},
        {.name = "namespaced attributes",
         .in = "<a xmlns:x='urn:x' xmlns:y='urn:y' x:b='1' b='2' y:b='3' x:c='4'/>",
         .out = "<a xmlns:ns1='urn:x' ns1:b='1' b='2' xmlns:ns3='urn:y' ns3:b='3' ns1:c='4'/>"},
        {.name = "attribute in the default namespace",
         .in = "<x:a xmlns:x='urn:x' x:b='1'/>",
         .out = "<a xmlns='urn:x' xmlns:ns1='urn:x' ns1:b='1'/>"},
        {.name = "namespace with quote",
         .in = "<a xmlns=\"'&amp;\"/>",
         .out = "<a xmlns='&apos;&amp;'/>"},
        {.name = "xml element", .in = "<xml:a/>"},
        {.name = "stanza in stanza",
         .in = "<message><result xmlns='urn:xmpp:mam:2'><forwarded xmlns='urn:xmpp:forward:0'>"
               "<message xmlns='jabber:client'><body>x</body></message></forwarded></result>"
               "</message>"},
    };
    struct fixture f;

    (void)state;
    set_up(&f, HEADER);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run_row(&f, &rows[i], "jabber:server");
    tear_down(&f);
}

/* Where the header does not declare "db", the element does. */
static void test_component_stream(void **state)
{
    static const struct row rows[] = {
        {.name = "dialback",
         .in = "<x:result xmlns:x='jabber:server:dialback'><x:y/></x:result>",
         .out = "<db:result xmlns:db='jabber:server:dialback'>"
                "<db:y xmlns:db='jabber:server:dialback'/></db:result>"},
        {.name = "content", .in = "<message><body>x</body></message>"},
        {.name = "server content", .in = "<message xmlns='jabber:server'><body>x</body></message>"},
    };
    struct fixture f;

    (void)state;
    set_up(&f, COMPONENT_HEADER);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run_row(&f, &rows[i], "jabber:component:accept");
    tear_down(&f);
}

static void test_public_write(void **state)
{
    struct fixture f;
    char *text = NULL;
    size_t len = 7;

    (void)state;
    set_up(&f, HEADER);
    xmppfed_element *e = xmppfed_element_new(f.ctx, "message", "jabber:server");
    xmppfed_element_add_text(xmppfed_element_add_child(e, "body", "jabber:server"), "a\rb");
    assert_int_equal(xmppfed_element_write(NULL, "", &text, &len), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_element_write(e, NULL, &text, &len), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_element_write(e, "", NULL, &len), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_element_write(e, "", &text, NULL), XMPPFED_ERR_ARGUMENT);
    assert_null(text);
    assert_int_equal(len, 7);
    assert_int_equal(xmppfed_element_write(e, "", &text, &len), 0);
    assert_string_equal(text, "<message xmlns='jabber:server'><body>a&#13;b</body></message>");
    assert_int_equal(len, strlen(text));
    xmppfed_element_free_text(f.ctx, text);
    xmppfed_element_free_text(f.ctx, NULL);

    /* A child is written as if it stood in the stream itself. */
    assert_int_equal(xmppfed_element_write(xmppfed_element_first(e), "urn:x", &text, &len), 0);
    assert_string_equal(text, "<body xmlns='jabber:server'>a&#13;b</body>");
    xmppfed_element_free_text(f.ctx, text);

    text = NULL;
    for (size_t n = 1; !text; n++) {
        f.counter.calls = 0;
        f.counter.fail_at = n;
        int rc = xmppfed_element_write(e, "", &text, &len);
        assert_int_equal(rc, text ? 0 : XMPPFED_ERR_NOMEM);
    }
    xmppfed_element_free_text(f.ctx, text);
    xmppfed_element_free(e);
    tear_down(&f);
}

static void test_bounded_buffer(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, HEADER);
    xmppfed_element *e = xmppfed_element_new(f.ctx, "message", "jabber:server");
    f.out.max = 10;
    assert_int_equal(xfed_xml_write(&f.out, e, "jabber:server"), 0);
    xfed_buffer_clear(&f.out);
    f.out.max = 9;
    assert_int_equal(xfed_xml_write(&f.out, e, "jabber:server"), XMPPFED_ERR_LIMIT_SIZE);
    xmppfed_element_add_text(e, "\x01");
    assert_int_equal(xfed_xml_write(&f.out, e, "jabber:server"), XMPPFED_ERR_ARGUMENT);
    xmppfed_element_free(e);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_component_stream),
        cmocka_unit_test(test_public_write),
        cmocka_unit_test(test_bounded_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
