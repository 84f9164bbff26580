/* test_html.c - HTML as plain text and XHTML-IM: what survives, and what must not. */
#include "translate/fixture.h"

#include "translate/html.h"

static const struct {
    const char *name;
    const char *html;
    const char *plain; /* NULL: there is no text */
    const char *xhtml; /* inside of its body; NULL: it is the plain text */
} rows[] = {
    {"text", "Neither, fair saint", "Neither, fair saint", NULL},
    {"blanks are one", " a \r\n\t b  ", "a b", NULL},
    {"a whole page", "<!DOCTYPE html><html><head><title>x</title></head><body>a</body></html>", "a",
     NULL},
    {"emphasis", "a<b>b</b><I>c</I>d", "abcd", "a<strong>b</strong><em>c</em>d"},
    {"blanks beside it", "a <b>b</b> c", "a b c", "a <strong>b</strong> c"},
    {"paragraphs", "<p>a</p><p>b</p>", "a\nb", "<p>a</p><p>b</p>"},
    {"paragraphs that do not end", "<p>a<p>b", "a\nb", "<p>a</p><p>b</p>"},
    {"lines", "a<br>b<br/>c", "a\nb\nc", "a<br/>b<br/>c"},
    {"a list", "<ul><li>a<li>b</ul>c", "a\nb\nc", "<ul><li>a</li><li>b</li></ul>c"},
    {"references", "&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&#xfc;", "<&>\"'AB\xc3\xbc", NULL},
    {"references that are none", "a&b &x; &#; &#xx; &#0; &#x110000; &", "a&b &x; &#; &#xx; &#0; &",
     NULL},
    {"a link", "<a href=\"https://example.com/?a=b\">x</a>", "x",
     "<a href='https://example.com/?a=b'>x</a>"},
    {"a link with a reference", "<a href=https://example.com/?a=1&amp;b=2&c>x</a>", "x",
     "<a href='https://example.com/?a=1&amp;b=2&amp;c'>x</a>"},
    {"a link with a blank", "<a href='https://example.com/ x'>x</a>", "x", "<a>x</a>"},
    {"references to what XML cannot carry", "a&#1;&#xD800;&#x1FFFFF;&#xFFFE;b", "ab", NULL},
    {"a link by script", "<a href='javascript:alert(1)'>x</a>", "x", "<a>x</a>"},
    {"a link by hidden script", "<a href=' java&#115;cript:x'>x</a>", "x", "<a>x</a>"},
    {"no other attribute", "<span style='background:url(x)' onclick=x>y</span>", "y",
     "<span>y</span>"},
    {"a script", "a<script>if (1<2) b</script>c", "ac", NULL},
    {"a script that does not end", "a<script>b", "a", NULL},
    {"a style", "<style>a{}</STYLE>b", "b", NULL},
    {"what is not listed", "<table><tr><td>a</td></tr></table><img src=x>", "a", NULL},
    {"a comment", "a<!-- <b> -->b", "ab", NULL},
    {"a comment that does not end", "a<!-- b", "a", NULL},
    {"no tag", "1 < 2 <3", "1 < 2 <3", NULL},
    {"wrong order", "<b><i>a</b>b</i>c", "abc", "<strong><em>a</em></strong>bc"},
    {"an end of nothing", "</b>a</p>", "a", NULL},
    {"a quoted end", "<span title='>'>a</span>", "a", "<span>a</span>"},
    {"a tag that does not end", "a<b", "a", "a<strong/>"},
    {"nothing", "", NULL, NULL},
    {"no text", "<p> <br></p><script>x</script>", NULL, NULL},
};

static void expect_row(struct fixture *f, size_t i)
{
    xmppfed_element *m = xmppfed_element_new(f->setup.context, "message", XMPPFED_NS_SERVER);
    xmppfed_element *want;
    int rc = translate_html_add(xmppfed_slice_of(rows[i].html), &f->text, m, &f->problem);
    char xml[1024];

    expect_code(rows[i].name, &f->problem, rc, rows[i].plain ? 1 : 0);
    if (rc == 0) {
        expect_xml(rows[i].name, m, "<message/>");
        return;
    }
    expect_text(
        rows[i].name, "the plain text",
        xmppfed_slice_of(xmppfed_element_text(xmppfed_element_child(m, "body", XMPPFED_NS_SERVER))),
        rows[i].plain);
    want = xmppfed_element_child(xmppfed_element_child(m, "html", TRANSLATE_NS_XHTML_IM), "body",
                                 TRANSLATE_NS_XHTML);
    if (!rows[i].xhtml) {
        expect_text(rows[i].name, "the XHTML", xmppfed_slice_of(xmppfed_element_text(want)),
                    rows[i].plain);
        assert_null(xmppfed_element_first(want));
        xmppfed_element_free(m);
        return;
    }
    snprintf(xml, sizeof(xml), "<body xmlns='%s'>%s</body>", TRANSLATE_NS_XHTML, rows[i].xhtml);
    want = xmppfed_element_copy(want);
    expect_xml(rows[i].name, want, xml);
    xmppfed_element_free(m);
}

static void test_rows(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        expect_row(*state, i);
}

/* However deep the tags are, the tree is not. */
static void test_depth(void **state)
{
    struct fixture *f = *state;
    xmppfed_element *m = xmppfed_element_new(f->setup.context, "message", XMPPFED_NS_SERVER);
    const xmppfed_element *e;
    char html[3010];
    size_t depth = 0;

    for (size_t i = 0; i < 1000; i++)
        memcpy(html + 3 * i, "<b>", 3);
    snprintf(html + 3000, 10, "a");
    assert_int_equal(translate_html_add(xmppfed_slice_of(html), &f->text, m, &f->problem), 1);
    for (e = xmppfed_element_child(m, "html", TRANSLATE_NS_XHTML_IM); e;
         e = xmppfed_element_first(e))
        depth++;
    assert_int_equal(depth, 25);
    xmppfed_element_free(m);
}

/* Each prefix of a text is read without a fault. */
static void test_cut(void **state)
{
    static const char html[] =
        "<!-- a --><p class=\"x\">b &amp; &#x42; <a href='https://e/'>c</a><script>d</script><br/>";
    struct fixture *f = *state;

    for (size_t len = 0; len < sizeof(html); len++) {
        xmppfed_element *m = xmppfed_element_new(f->setup.context, "message", XMPPFED_NS_SERVER);
        xmppfed_slice cut = {html, len};

        assert_true(translate_html_add(cut, &f->text, m, &f->problem) >= 0);
        assert_int_equal(xmppfed_element_status(m), 0);
        xmppfed_element_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_rows),
        fixture_test(test_depth),
        fixture_test(test_cut),
    };

    return cmocka_run_group_tests_name("translate/html", tests, NULL, NULL);
}
