/* test_stream_error.c - stream errors, written and read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <xmppfed/error.h>

#include "stream/stream_error.h"
#include "support/budget.h"
#include "support/context.h"
#include "xml/ns.h"

/* RFC 6120 4.9.3, in the order of the sections. */
static const char *const defined[] = {
    "bad-format",
    "bad-namespace-prefix",
    "conflict",
    "connection-timeout",
    "host-gone",
    "host-unknown",
    "improper-addressing",
    "internal-server-error",
    "invalid-from",
    "invalid-namespace",
    "invalid-xml",
    "not-authorized",
    "not-well-formed",
    "policy-violation",
    "remote-connection-failed",
    "reset",
    "resource-constraint",
    "restricted-xml",
    "see-other-host",
    "system-shutdown",
    "undefined-condition",
    "unsupported-encoding",
    "unsupported-feature",
    "unsupported-stanza-type",
    "unsupported-version",
};

static void test_known(void **state)
{
    static const char *const unknown[] = {
        "", "text", "xml-not-well-formed", "invalid-id", "Conflict", "forbidden", NULL,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(defined) / sizeof(defined[0]); i++) {
        if (!xfed_stream_error_known(defined[i]))
            fail_msg("%s", defined[i]);
    }
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        if (xfed_stream_error_known(unknown[i]))
            fail_msg("%s", unknown[i]);
    }
}

/* The one table of error codes names only conditions that exist. */
static void test_codes(void **state)
{
    static const char *const named[] = {
#define CONDITION(name, value, condition, sentence) condition,
        XMPPFED_ERROR_MAP(CONDITION)
#undef CONDITION
    };

    (void)state;
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        if (named[i][0] != '\0' && !xfed_stream_error_known(named[i]))
            fail_msg("%s", named[i]);
    }
}

static void test_round_trip(void **state)
{
    for (size_t i = 0; i < sizeof(defined) / sizeof(defined[0]); i++) {
        const char *sent = i % 2 ? "Why <not>?" : NULL;
        xmppfed_element *e = xfed_stream_error_write(*state, defined[i], sent);
        const char *condition = NULL;
        const char *text = NULL;

        assert_non_null(e);
        assert_true(xmppfed_element_is(e, "error", XFED_NS_STREAM));
        assert_true(xfed_stream_error_read(e, &condition, &text));
        assert_string_equal(condition, defined[i]);
        assert_string_equal(text, sent ? sent : "");
        xmppfed_element_free(e);
    }
}

/* Beside the condition, before or after it; never the text (RFC 6120 4.9.4). */
static void test_application(void **state)
{
    xmppfed_element *e = xfed_stream_error_write(*state, "conflict", "Why?");

    assert_null(xfed_stream_error_application(e));
    assert_non_null(xmppfed_element_add_child(e, "busy", "urn:example:app"));
    assert_string_equal(xmppfed_element_name(xfed_stream_error_application(e)), "busy");
    assert_string_equal(xmppfed_element_ns(xfed_stream_error_application(e)), "urn:example:app");
    xmppfed_element_free(e);
}

struct read_row {
    const char *name;
    const char *element; /* in the stream namespace */
    const char *first;   /* children, NULL: none */
    const char *first_ns;
    const char *second;
    const char *condition; /* NULL: not a stream error */
};

static const struct read_row read_rows[] = {
    {.name = "empty", .element = "error", .condition = "undefined-condition"},
    {.name = "not an error", .element = "features"},
    {.name = "unknown",
     .element = "error",
     .first = "new-in-2040",
     .first_ns = XFED_NS_STREAM_ERROR,
     .condition = "undefined-condition"},
    {.name = "only an application condition",
     .element = "error",
     .first = "conflict",
     .first_ns = "urn:x",
     .condition = "undefined-condition"},
    {.name = "application condition first",
     .element = "error",
     .first = "reset",
     .first_ns = "urn:x",
     .second = "conflict",
     .condition = "conflict"},
    {.name = "text first",
     .element = "error",
     .first = "text",
     .first_ns = XFED_NS_STREAM_ERROR,
     .second = "conflict",
     .condition = "conflict"},
    {.name = "name of RFC 3920",
     .element = "error",
     .first = "xml-not-well-formed",
     .first_ns = XFED_NS_STREAM_ERROR,
     .condition = "not-well-formed"},
};

static void test_read(void **state)
{
    for (size_t i = 0; i < sizeof(read_rows) / sizeof(read_rows[0]); i++) {
        const struct read_row *row = &read_rows[i];
        xmppfed_element *e = xmppfed_element_new(*state, row->element, XFED_NS_STREAM);
        const char *condition = NULL;
        const char *text = NULL;

        if (row->first)
            xmppfed_element_add_child(e, row->first, row->first_ns);
        if (row->second)
            xmppfed_element_add_child(e, row->second, XFED_NS_STREAM_ERROR);
        if (xfed_stream_error_read(e, &condition, &text) != (row->condition != NULL))
            fail_msg("%s", row->name);
        if (row->condition && strcmp(condition, row->condition) != 0)
            fail_msg("%s: %s", row->name, condition);
        xmppfed_element_free(e);
    }
}

static xmppfed_element *build(xmppfed_context *ctx, const void *condition)
{
    return xfed_stream_error_write(ctx, condition, "text");
}

static void test_out_of_memory(void **state)
{
    (void)state;
    budget_each("conflict", build, "conflict");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),      cmocka_unit_test(test_codes),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_application),
        cmocka_unit_test(test_read),       cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, test_context_setup, test_context_teardown);
}
