/* test_element.c - reading a tree: names, attributes, children, joined text, NULL everywhere. */
#include "fixture.h"

#include <xmppfed/element.h>

static void test_null(void **state)
{
    (void)state;
    assert_int_equal(xmppfed_element_status(NULL), XMPPFED_ERR_NOMEM);
    assert_string_equal(xmppfed_element_name(NULL), "");
    assert_string_equal(xmppfed_element_ns(NULL), "");
    assert_string_equal(xmppfed_element_text(NULL), "");
    assert_int_equal(xmppfed_element_is(NULL, "", ""), 0);
    assert_null(xmppfed_element_attribute(NULL, "a"));
    assert_null(xmppfed_element_first(NULL));
    assert_null(xmppfed_element_next(NULL));
    assert_null(xmppfed_element_child(NULL, "a", "b"));
    xmppfed_element_free(NULL);
}

static void test_names_and_attributes(void **state)
{
    (void)state;
    xmppfed_element *e = xmppfed_element_new(ctx, "message", "jabber:server");
    assert_non_null(e);
    assert_string_equal(xmppfed_element_name(e), "message");
    assert_string_equal(xmppfed_element_ns(e), "jabber:server");
    assert_int_equal(xmppfed_element_is(e, "message", "jabber:server"), 1);
    assert_int_equal(xmppfed_element_is(e, "message", "jabber:client"), 0);
    assert_int_equal(xmppfed_element_is(e, "iq", "jabber:server"), 0);

    xmppfed_element_set_attribute(e, "lang", "none");
    xmppfed_element_set_attribute_ns(e, "lang", XMPPFED_NS_XML, "de");
    assert_string_equal(xmppfed_element_attribute(e, "lang"), "none");
    assert_string_equal(xmppfed_element_attribute_ns(e, "lang", XMPPFED_NS_XML), "de");
    assert_null(xmppfed_element_attribute(e, "to"));
    assert_null(xmppfed_element_attribute_ns(e, "lang", "other"));
    assert_int_equal(xmppfed_element_status(e), 0);
    xmppfed_element_free(e);
}

static void test_children_and_text(void **state)
{
    (void)state;
    xmppfed_element *e = xmppfed_element_new(ctx, "p", "");
    assert_string_equal(xmppfed_element_text(e), "");
    assert_null(xmppfed_element_first(e));
    xmppfed_element_add_text(e, "one ");
    assert_string_equal(xmppfed_element_text(e), "one ");
    assert_null(xmppfed_element_first(e));
    xmppfed_element *a = xmppfed_element_add_child(e, "a", "x");
    xmppfed_element_add_text(e, "two");
    xmppfed_element *b = xmppfed_element_add_child(e, "b", "x");
    xmppfed_element_add_text(a, "not this");

    assert_ptr_equal(xmppfed_element_first(e), a);
    assert_ptr_equal(xmppfed_element_next(a), b);
    assert_null(xmppfed_element_next(b));
    assert_ptr_equal(xmppfed_element_child(e, "b", "x"), b);
    assert_null(xmppfed_element_child(e, "b", "y"));
    assert_string_equal(xmppfed_element_text(e), "one two");
    assert_ptr_equal(xmppfed_element_text(e), xmppfed_element_text(e));
    xmppfed_element_add_text(e, "!");
    assert_string_equal(xmppfed_element_text(e), "one two!");
    assert_string_equal(xmppfed_element_text(a), "not this");
    xmppfed_element_free(a); /* a child is not freed */
    xmppfed_element_free(e);
}

/* Very many pieces of text between children cost one join, not one a piece. */
static void test_many_pieces(void **state)
{
    (void)state;
    xmppfed_element *e = xmppfed_element_new(ctx, "p", "");
    for (int i = 0; i < 20000; i++) {
        xmppfed_element_add_text(e, "x");
        xmppfed_element_add_child(e, "b", "");
    }
    assert_int_equal(xmppfed_element_status(e), 0);
    assert_true(xmppfed_context_memory_used(ctx) < 20000 * 512);
    const char *text = xmppfed_element_text(e);
    assert_int_equal(text[19999], 'x');
    assert_int_equal(text[20000], '\0');
    xmppfed_element_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_null, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_names_and_attributes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_children_and_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_pieces, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
