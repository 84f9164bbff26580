/* test_escape.c - text and values as XML: what is replaced, and in which of the two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/slice.h"
#include "support/context.h"
#include "xml/writer.h"

struct row {
    const char *in;
    const char *text;
    const char *value;
};

static void test_rows(void **state)
{
    static const struct row rows[] = {
        {.in = "", .text = "", .value = ""},
        {.in = "plain \xF0\x9F\x98\x80",
         .text = "plain \xF0\x9F\x98\x80",
         .value = "plain \xF0\x9F\x98\x80"},
        {.in = "<&>", .text = "&lt;&amp;&gt;", .value = "&lt;&amp;&gt;"},
        {.in = "'\"", .text = "'\"", .value = "&apos;\""},
        {.in = "\t\n\r", .text = "\t\n&#13;", .value = "&#9;&#10;&#13;"},
        {.in = "]]>", .text = "]]&gt;", .value = "]]&gt;"},
        {.in = "&amp;", .text = "&amp;amp;", .value = "&amp;amp;"},
    };
    xmppfed_context *ctx = test_context();
    struct xfed_account account;
    struct xfed_buffer out;

    (void)state;
    xfed_account_init(&account, ctx, SIZE_MAX);
    xfed_buffer_init(&out, &account, SIZE_MAX);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(xfed_xml_write_text(&out, rows[i].in), 0);
        if (!xfed_slice_is(xfed_buffer_bytes(&out), rows[i].text))
            fail_msg("text %s", rows[i].text);
        xfed_buffer_clear(&out);
        assert_int_equal(xfed_xml_write_value(&out, rows[i].in), 0);
        if (!xfed_slice_is(xfed_buffer_bytes(&out), rows[i].value))
            fail_msg("value %s", rows[i].value);
        xfed_buffer_clear(&out);
    }
    out.max = 4;
    assert_int_equal(xfed_xml_write_text(&out, "&"), XMPPFED_ERR_LIMIT_SIZE);
    assert_int_equal(xfed_xml_write_value(&out, "12345"), XMPPFED_ERR_LIMIT_SIZE);
    xfed_buffer_fini(&out);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
