/* test_builder.c - building, copying and changing trees, and the status that sticks. */
#include "fixture.h"

#include <string.h>

#include <xmppfed/element.h>

static void assert_written(const xmppfed_element *e, const char *expected)
{
    char *text = NULL;
    size_t len = 0;
    assert_int_equal(xmppfed_element_write(e, "jabber:server", &text, &len), 0);
    assert_string_equal(text, expected);
    assert_int_equal(len, strlen(expected));
    xmppfed_element_free_text(ctx, text);
}

static xmppfed_element *sample(void)
{
    xmppfed_element *e = xmppfed_element_new(ctx, "message", "jabber:server");
    xmppfed_element_set_attribute(e, "to", "a@b.example");
    xmppfed_element *body = xmppfed_element_add_child(e, "body", "jabber:server");
    xmppfed_element_set_attribute_ns(body, "lang", XMPPFED_NS_XML, "en");
    xmppfed_element_add_text(body, "hi ");
    xmppfed_element_add_child(body, "b", "urn:x");
    xmppfed_element_add_text(body, " there");
    xmppfed_element_add_child(e, "last", "jabber:server");
    return e;
}

#define SAMPLE_INSIDE "<body xml:lang='en'>hi <b xmlns='urn:x'/> there</body><last/>"
#define SAMPLE "<message to='a@b.example'>" SAMPLE_INSIDE "</message>"

static void test_build(void **state)
{
    (void)state;
    xmppfed_element *e = sample();
    assert_written(e, SAMPLE);
    xmppfed_element_free(e);
}

static void test_attributes(void **state)
{
    (void)state;
    xmppfed_element *e = xmppfed_element_new(ctx, "a", "jabber:server");
    xmppfed_element_set_attribute(e, "b", "1");
    xmppfed_element_set_attribute(e, "c", "2");
    xmppfed_element_set_attribute(e, "d", "3");
    xmppfed_element_set_attribute(e, "c", "4");
    assert_written(e, "<a b='1' c='4' d='3'/>");
    xmppfed_element_set_attribute(e, "b", NULL);
    xmppfed_element_set_attribute(e, "b", NULL);
    assert_written(e, "<a c='4' d='3'/>");
    xmppfed_element_set_attribute_ns(e, "c", "urn:x", "5");
    xmppfed_element_set_attribute(e, "c", NULL);
    assert_written(e, "<a d='3' xmlns:ns2='urn:x' ns2:c='5'/>");
    xmppfed_element_free(e);
}

static void test_remove(void **state)
{
    (void)state;
    xmppfed_element *e = sample();
    xmppfed_element *body = xmppfed_element_first(e);
    xmppfed_element_remove(xmppfed_element_first(body));
    assert_written(e, "<message to='a@b.example'><body xml:lang='en'>hi  there</body><last/>"
                      "</message>");
    assert_string_equal(xmppfed_element_text(body), "hi  there");
    xmppfed_element_remove(xmppfed_element_next(body));
    xmppfed_element_add_child(e, "new", "jabber:server");
    xmppfed_element_remove(body);
    xmppfed_element_remove(body);
    xmppfed_element_remove(e);
    xmppfed_element_remove(NULL);
    assert_written(e, "<message to='a@b.example'><new/></message>");
    /* What was taken out can still be read and copied back. */
    xmppfed_element_add_copy(e, body);
    assert_int_equal(xmppfed_element_status(e), 0);
    assert_string_equal(xmppfed_element_text(xmppfed_element_child(e, "body", "jabber:server")),
                        "hi  there");
    xmppfed_element_free(e);
}

static void test_copy(void **state)
{
    (void)state;
    xmppfed_element *e = sample();
    xmppfed_element *whole = xmppfed_element_copy(e);
    xmppfed_element *part = xmppfed_element_copy(xmppfed_element_first(e));
    xmppfed_element_free(e);
    assert_written(whole, SAMPLE);
    assert_written(part, "<body xml:lang='en'>hi <b xmlns='urn:x'/> there</body>");
    xmppfed_element *added = xmppfed_element_add_copy(part, whole);
    assert_ptr_equal(xmppfed_element_next(xmppfed_element_first(part)), added);
    assert_written(part, "<body xml:lang='en'>hi <b xmlns='urn:x'/> there" SAMPLE "</body>");
    xmppfed_element_free(whole);
    xmppfed_element_free(part);
    assert_null(xmppfed_element_copy(NULL));
}

static void test_copy_into_itself(void **state)
{
    (void)state;
    xmppfed_element *e = sample();
    xmppfed_element *last = xmppfed_element_child(e, "last", "jabber:server");
    assert_non_null(xmppfed_element_add_copy(last, e));
    assert_written(e, "<message to='a@b.example'><body xml:lang='en'>hi <b xmlns='urn:x'/> there"
                      "</body><last>" SAMPLE "</last></message>");
    assert_non_null(xmppfed_element_add_copy(e, e));
    assert_int_equal(xmppfed_element_status(e), 0);
    xmppfed_element_free(e);
}

static void test_change_ns(void **state)
{
    (void)state;
    xmppfed_element *e = sample();
    xmppfed_element_change_ns(e, "jabber:server", "jabber:component:accept");
    assert_written(e, "<message xmlns='jabber:component:accept' to='a@b.example'>" SAMPLE_INSIDE
                      "</message>");
    xmppfed_element_change_ns(xmppfed_element_first(e), "jabber:component:accept", "");
    assert_string_equal(xmppfed_element_ns(xmppfed_element_first(e)), "");
    assert_string_equal(xmppfed_element_ns(e), "jabber:component:accept");
    xmppfed_element_free(e);
}

/* A deep tree is copied, written and changed without recursion. */
static void test_deep(void **state)
{
    (void)state;
    xmppfed_element *root = xmppfed_element_new(ctx, "e", "jabber:server");
    xmppfed_element *e = root;
    for (int i = 0; i < 50000; i++)
        e = xmppfed_element_add_child(e, "e", "jabber:server");
    xmppfed_element *copy = xmppfed_element_copy(root);
    xmppfed_element_change_ns(copy, "jabber:server", "urn:x");
    char *text;
    size_t len;
    assert_int_equal(xmppfed_element_write(copy, "urn:x", &text, &len), 0);
    assert_int_equal(len, 50000 * 7 + 4);
    xmppfed_element_free_text(ctx, text);
    xmppfed_element_free(copy);
    xmppfed_element_free(root);
}

struct refusal {
    const char *name;
    const char *element;
    const char *ns;
    const char *attribute;
    const char *attribute_ns;
    const char *value;
    const char *text;
};

/* Nothing that a host passes on can break out of its place in the XML. */
static void test_refusals(void **state)
{
    static const struct refusal rows[] = {
        {.name = "empty name", .element = ""},
        {.name = "space in name", .element = "a b"},
        {.name = "tag in name", .element = "a><b"},
        {.name = "prefix in name", .element = "a:b"},
        {.name = "digit first", .element = "1a"},
        {.name = "name cut short", .element = "a\xC3"},
        {.name = "control in namespace", .element = "a", .ns = "\x01"},
        {.name = "xmlns namespace", .element = "a", .ns = "http://www.w3.org/2000/xmlns/"},
        {.name = "attribute name", .attribute = "a='b' c", .value = ""},
        {.name = "declaration as attribute", .attribute = "xmlns", .value = "x"},
        {.name = "control in value", .attribute = "a", .value = "\x0B"},
        {.name = "value not utf-8", .attribute = "a", .value = "\xFF"},
        {.name = "attribute in xmlns",
         .attribute = "a",
         .attribute_ns = "http://www.w3.org/2000/xmlns/",
         .value = ""},
        {.name = "text not utf-8", .text = "\xC0\xAF"},
        {.name = "text cut short", .text = "a\xE4\xB8"},
        {.name = "surrogate", .text = "\xED\xA0\x80"},
        {.name = "control in text", .text = "a\x08"},
        {.name = "FFFE", .text = "\xEF\xBF\xBE"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct refusal *row = &rows[i];
        xmppfed_element *e = xmppfed_element_new(ctx, "root", "");
        if (row->element) {
            const char *ns = row->ns ? row->ns : "";
            assert_null(xmppfed_element_new(ctx, row->element, ns));
            assert_null(xmppfed_element_add_child(e, row->element, ns));
        }
        if (row->attribute)
            xmppfed_element_set_attribute_ns(
                e, row->attribute, row->attribute_ns ? row->attribute_ns : "", row->value);
        if (row->text)
            xmppfed_element_add_text(e, row->text);
        if (xmppfed_element_status(e) != XMPPFED_ERR_ARGUMENT)
            fail_msg("%s: status %d", row->name, xmppfed_element_status(e));

        /* The status sticks: nothing is added, nothing is written, nothing is copied. */
        assert_null(xmppfed_element_add_child(e, "ok", ""));
        char *text;
        size_t len;
        assert_int_equal(xmppfed_element_write(e, "", &text, &len), XMPPFED_ERR_ARGUMENT);
        assert_null(xmppfed_element_copy(e));
        xmppfed_element_free(e);
    }
}

static void test_null_building(void **state)
{
    (void)state;
    assert_null(xmppfed_element_add_child(NULL, "a", ""));
    assert_null(xmppfed_element_add_copy(NULL, NULL));
    xmppfed_element_add_text(NULL, "x");
    xmppfed_element_set_attribute(NULL, "a", "b");
    xmppfed_element_change_ns(NULL, "a", "b");
    xmppfed_element *e = xmppfed_element_new(ctx, "a", "");
    assert_null(xmppfed_element_add_copy(e, NULL));
    assert_int_equal(xmppfed_element_status(e), XMPPFED_ERR_ARGUMENT);
    xmppfed_element_free(e);
}

/* Builds, changes and copies; what the end of the builder says. */
static int build_and_copy(void *user)
{
    (void)user;
    static char big[3000];
    memset(big, 'x', sizeof(big) - 1);

    xmppfed_element *e = sample();
    xmppfed_element_add_text(e, big);
    xmppfed_element_set_attribute(e, "big", big);
    xmppfed_element_add_text(xmppfed_element_add_child(e, "big", big), big);
    xmppfed_element_change_ns(e, big, "urn:other");
    xmppfed_element_add_copy(e, e);
    xmppfed_element *copy = xmppfed_element_copy(e);
    int status = xmppfed_element_status(copy);
    assert_true(xmppfed_element_status(e) == 0 || status < 0);
    xmppfed_element_free(copy);
    xmppfed_element_free(e);
    return status;
}

/* Every allocation fails once. A failed large request may be healed by a smaller one. */
static void test_no_memory(void **state)
{
    (void)state;
    assert_true(alloc_fail_each(&counter, build_and_copy, NULL) >= 1);
}

/* The budget ends at every place in turn: to a builder that is the end of memory. */
static void test_budget(void **state)
{
    unsigned failures = 0;
    int status = -1;

    (void)state;
    for (size_t budget = 0; status < 0; budget += 16) {
        xmppfed_context_set_memory_budget(ctx, budget);
        status = build_and_copy(NULL);
        assert_true(status == 0 || status == XMPPFED_ERR_NOMEM);
        assert_int_equal(xmppfed_context_memory_used(ctx), 0);
        failures += status < 0;
    }
    assert_true(failures > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_build, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_attributes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_remove, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_copy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_copy_into_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_change_ns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deep, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_null_building, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_budget, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
