/* test_stanza_error.c - the table of stanza errors, and answers made with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "stream/stanza.h"
#include "support/context.h"
#include "xml/ns.h"

/* RFC 6120 8.3.3, written down a second time: the order of the sections. */
static const struct xfed_stanza_error defined[] = {
    {"bad-request", "modify"},
    {"conflict", "cancel"},
    {"feature-not-implemented", "cancel"},
    {"forbidden", "auth"},
    {"gone", "cancel"},
    {"internal-server-error", "cancel"},
    {"item-not-found", "cancel"},
    {"jid-malformed", "modify"},
    {"not-acceptable", "modify"},
    {"not-allowed", "cancel"},
    {"not-authorized", "auth"},
    {"policy-violation", "modify"},
    {"recipient-unavailable", "wait"},
    {"redirect", "modify"},
    {"registration-required", "auth"},
    {"remote-server-not-found", "cancel"},
    {"remote-server-timeout", "wait"},
    {"resource-constraint", "wait"},
    {"service-unavailable", "cancel"},
    {"subscription-required", "auth"},
    {"undefined-condition", "cancel"},
    {"unexpected-request", "wait"},
};

static xmppfed_element *stanza(xmppfed_context *ctx, const char *name, const char *id)
{
    xmppfed_element *e = xmppfed_element_new(ctx, name, XFED_NS_SERVER);

    xmppfed_element_set_attribute(e, "from", "a@contoso.example/x");
    xmppfed_element_set_attribute(e, "to", "b@fabrikam.example");
    xmppfed_element_set_attribute(e, "id", id);
    xmppfed_element_set_attribute_ns(e, "lang", XMPPFED_NS_XML, "de");
    xmppfed_element_add_text(xmppfed_element_add_child(e, "body", XFED_NS_SERVER), "private");
    return e;
}

static void check_text(const char *what, const char *got, const char *want)
{
    bool same = got && want ? strcmp(got, want) == 0 : got == want;

    if (!same)
        fail_msg("%s: %s, not %s", what, got ? got : "nothing", want ? want : "nothing");
}

static void test_table(void **state)
{
    static const char *const unknown[] = {"text", "", "Bad-Request", "bad-requests", "reset", NULL};

    (void)state;
    for (size_t i = 0; i < sizeof(defined) / sizeof(defined[0]); i++) {
        const struct xfed_stanza_error *row = xfed_stanza_error_find(defined[i].condition);

        if (!row)
            fail_msg("%s is missing", defined[i].condition);
        check_text(defined[i].condition, row->condition, defined[i].condition);
        check_text(defined[i].condition, row->type, defined[i].type);
    }
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        assert_null(xfed_stanza_error_find(unknown[i]));
}

static void test_answer(void **state)
{
    for (size_t i = 0; i < sizeof(defined) / sizeof(defined[0]); i++) {
        const char *condition = defined[i].condition;
        xmppfed_element *e = stanza(*state, "message", "m1");
        xmppfed_element *answer = xfed_stanza_error_answer(e, condition, NULL);
        const xmppfed_element *error;

        xmppfed_element_free(e); /* the answer lives by itself */
        assert_non_null(answer);
        assert_true(xmppfed_element_is(answer, "message", XFED_NS_SERVER));
        check_text(condition, xmppfed_element_attribute(answer, "from"), "b@fabrikam.example");
        check_text(condition, xmppfed_element_attribute(answer, "to"), "a@contoso.example/x");
        check_text(condition, xmppfed_element_attribute(answer, "id"), "m1");
        check_text(condition, xmppfed_element_attribute(answer, "type"), "error");
        error = xmppfed_element_first(answer);
        assert_true(xmppfed_element_is(error, "error", XFED_NS_SERVER));
        assert_null(xmppfed_element_next(error));
        check_text(condition, xmppfed_element_attribute(error, "type"), defined[i].type);
        assert_true(
            xmppfed_element_is(xmppfed_element_first(error), condition, XFED_NS_STANZA_ERROR));
        assert_null(xmppfed_element_next(xmppfed_element_first(error)));
        check_text(condition, xfed_stanza_error_condition(answer), condition);
        assert_false(xfed_stanza_may_bounce(answer));
        xmppfed_element_free(answer);
    }
}

static void test_text_and_bad_condition(void **state)
{
    xmppfed_element *e = stanza(*state, "presence", NULL);
    xmppfed_element *answer = xfed_stanza_error_answer(e, "forbidden", "Not <you>.");
    const xmppfed_element *text;

    text = xmppfed_element_child(xmppfed_element_first(answer), "text", XFED_NS_STANZA_ERROR);
    check_text("text", xmppfed_element_text(text), "Not <you>.");
    check_text("lang", xmppfed_element_attribute_ns(text, "lang", XMPPFED_NS_XML), "en");
    check_text("id", xmppfed_element_attribute(answer, "id"), NULL);
    assert_null(xfed_stanza_error_answer(e, "no-such-condition", NULL));
    xmppfed_element_free(answer);
    xmppfed_element_free(e);
}

/* Peers leave out what they must send. */
static void test_bare_iq(void **state)
{
    xmppfed_element *e = xmppfed_element_new(*state, "iq", XMPPFED_NS_COMPONENT);
    xmppfed_element *answer = xfed_stanza_error_answer(e, "bad-request", NULL);

    assert_true(xmppfed_element_is(answer, "iq", XMPPFED_NS_COMPONENT));
    check_text("id", xmppfed_element_attribute(answer, "id"), "");
    check_text("from", xmppfed_element_attribute(answer, "from"), NULL);
    check_text("to", xmppfed_element_attribute(answer, "to"), NULL);
    assert_true(xmppfed_element_is(xmppfed_element_first(answer), "error", XMPPFED_NS_COMPONENT));
    xmppfed_element_free(answer);
    xmppfed_element_free(e);
}

struct condition_row {
    const char *name;
    const char *error_ns; /* NULL: no <error/> */
    const char *first;    /* NULL: none */
    const char *second;
    const char *condition_ns;
    const char *condition;
};

static const struct condition_row condition_rows[] = {
    {.name = "no error", .condition = "undefined-condition"},
    {.name = "empty error", .error_ns = XFED_NS_SERVER, .condition = "undefined-condition"},
    {.name = "unknown",
     .error_ns = XFED_NS_SERVER,
     .first = "new-in-2040",
     .condition_ns = XFED_NS_STANZA_ERROR,
     .condition = "undefined-condition"},
    {.name = "other namespace",
     .error_ns = XFED_NS_SERVER,
     .first = "forbidden",
     .condition_ns = "urn:x",
     .condition = "undefined-condition"},
    {.name = "error of another namespace",
     .error_ns = "urn:x",
     .first = "forbidden",
     .condition_ns = XFED_NS_STANZA_ERROR,
     .condition = "undefined-condition"},
    {.name = "after the text",
     .error_ns = XFED_NS_SERVER,
     .first = "text",
     .second = "gone",
     .condition_ns = XFED_NS_STANZA_ERROR,
     .condition = "gone"},
};

static void test_condition(void **state)
{
    for (size_t i = 0; i < sizeof(condition_rows) / sizeof(condition_rows[0]); i++) {
        const struct condition_row *row = &condition_rows[i];
        xmppfed_element *e = xmppfed_element_new(*state, "message", XFED_NS_SERVER);
        xmppfed_element *error = NULL;

        if (row->error_ns)
            error = xmppfed_element_add_child(e, "error", row->error_ns);
        if (row->first)
            xmppfed_element_add_child(error, row->first, row->condition_ns);
        if (row->second)
            xmppfed_element_add_child(error, row->second, row->condition_ns);
        assert_int_equal(xmppfed_element_status(e), 0);
        check_text(row->name, xfed_stanza_error_condition(e), row->condition);
        xmppfed_element_free(e);
    }
}

/* What is read of an error beside its condition (RFC 6120 8.3.2, 8.3.4). */
static void test_text_and_application(void **state)
{
    xmppfed_element *e = stanza(*state, "message", "m1");
    xmppfed_element *answer = xfed_stanza_error_answer(e, "conflict", "Why?");
    xmppfed_element *error;

    check_text("no error", xfed_stanza_error_text(e), "");
    assert_null(xfed_stanza_error_application(e));
    check_text("text", xfed_stanza_error_text(answer), "Why?");
    assert_null(xfed_stanza_error_application(answer));
    xmppfed_element_free(answer);
    error = xmppfed_element_add_child(e, "error", xmppfed_element_ns(e));
    xmppfed_element_add_child(error, "conflict", XFED_NS_STANZA_ERROR);
    xmppfed_element_add_child(error, "busy", "urn:example:app");
    check_text("no text", xfed_stanza_error_text(e), "");
    check_text("application", xmppfed_element_name(xfed_stanza_error_application(e)), "busy");
    xmppfed_element_free(e);
}

/*
 * Every amount of memory from none to enough: a budget stops the n-th piece of a tree, whatever the
 * arena makes of one failed allocation.
 */
static void test_out_of_memory(void **state)
{
    struct alloc_fail memory;
    xmppfed_context *ctx = test_context_counted(&memory);
    xmppfed_element *e;
    xmppfed_element *answer = NULL;
    size_t live;
    size_t failures = 0;

    (void)state;
    e = stanza(ctx, "message", "m1");
    live = memory.live;
    for (size_t budget = xmppfed_context_memory_used(ctx); !answer; budget += 16) {
        xmppfed_context_set_memory_budget(ctx, budget);
        answer = xfed_stanza_error_answer(e, "forbidden", "text");
        if (!answer) {
            assert_int_equal(memory.live, live);
            failures++;
        }
    }
    assert_true(failures > 8);
    xmppfed_element_free(answer);
    xmppfed_element_free(e);
    test_context_counted_free(ctx, &memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_text_and_bad_condition),
        cmocka_unit_test(test_bare_iq),
        cmocka_unit_test(test_condition),
        cmocka_unit_test(test_text_and_application),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, test_context_setup, test_context_teardown);
}
