/* fixture.c - what every test of translations includes. */
#include "translate/fixture.h"

#include <stdlib.h>

int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    translate_setup_init(&f->setup, test_context());
    translate_text_init(&f->text, NULL);
    *state = f;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *f = *state;

    translate_text_fini(&f->text);
    xmppfed_context_unref(f->setup.context);
    free(f);
    return 0;
}

void expect_text(const char *row, const char *what, xmppfed_slice got, const char *want)
{
    if (!translate_slice_is(got, want))
        fail_msg("%s: %s is \"%.*s\", not \"%s\"", row, what, (int)got.len,
                 got.data ? got.data : "", want);
    if (got.data && got.data[got.len] != '\0')
        fail_msg("%s: %s has no NUL behind it", row, what);
}

void expect_xml(const char *row, xmppfed_element *got, const char *want)
{
    xmppfed_context *ctx = test_context();
    xmppfed_element *parsed = test_parse(ctx, want);
    char *got_text = NULL, *want_text = NULL;
    size_t got_len, want_len;

    if (!got)
        fail_msg("%s: there is no tree", row);
    assert_int_equal(xmppfed_element_write(got, XMPPFED_NS_SERVER, &got_text, &got_len), 0);
    assert_int_equal(xmppfed_element_write(parsed, XMPPFED_NS_SERVER, &want_text, &want_len), 0);
    if (strcmp(got_text, want_text) != 0)
        fail_msg("%s:\n%s\nis not\n%s", row, got_text, want_text);
    xmppfed_element_free_text(ctx, got_text);
    xmppfed_element_free_text(ctx, want_text);
    xmppfed_element_free(parsed);
    xmppfed_element_free(got);
    xmppfed_context_unref(ctx);
}

void expect_code(const char *row, const struct translate_problem *problem, int rc, int want)
{
    if (rc != want)
        fail_msg("%s: %s, not %s (%s)", row, xmppfed_error_name(rc), xmppfed_error_name(want),
                 rc < 0 ? problem->text : "");
}
