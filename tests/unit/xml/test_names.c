/* test_names.c - which characters may stand in names and text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "xml/names.h"

struct row {
    const char *name;
    const char *text;
    bool ncname;
    bool is_text;
};

static void test_strings(void **state)
{
    static const struct row rows[] = {
        {.name = "empty", .text = "", .ncname = false, .is_text = true},
        {.name = "ascii", .text = "a-b_c.9", .ncname = true, .is_text = true},
        {.name = "underscore", .text = "_", .ncname = true, .is_text = true},
        {.name = "digit first", .text = "9a", .ncname = false, .is_text = true},
        {.name = "hyphen first", .text = "-a", .ncname = false, .is_text = true},
        {.name = "colon", .text = "a:b", .ncname = false, .is_text = true},
        {.name = "space", .text = "a b", .ncname = false, .is_text = true},
        {.name = "accented", .text = "\xC3\xA9t\xC3\xA9", .ncname = true, .is_text = true},
        {.name = "multiplication sign", .text = "\xC3\x97", .ncname = false, .is_text = true},
        {.name = "combining first", .text = "\xCC\x81", .ncname = false, .is_text = true},
        {.name = "combining later", .text = "e\xCC\x81", .ncname = true, .is_text = true},
        {.name = "middle dot later", .text = "l\xC2\xB7l", .ncname = true, .is_text = true},
        {.name = "ideograph", .text = "\xE4\xB8\xAD", .ncname = true, .is_text = true},
        {.name = "emoji", .text = "\xF0\x9F\x98\x80", .ncname = true, .is_text = true},
        {.name = "plane 16", .text = "\xF4\x8F\xBF\xBD", .ncname = false, .is_text = true},
        {.name = "tab", .text = "\t\r\n", .ncname = false, .is_text = true},
        {.name = "control", .text = "a\x02", .ncname = false, .is_text = false},
        {.name = "FFFF", .text = "\xEF\xBF\xBF", .ncname = false, .is_text = false},
        {.name = "surrogate", .text = "\xED\xBF\xBF", .ncname = false, .is_text = false},
        {.name = "cut short", .text = "a\xE4\xB8", .ncname = false, .is_text = false},
        {.name = "lead alone", .text = "\xC3", .ncname = false, .is_text = false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (xfed_xml_is_ncname(rows[i].text) != rows[i].ncname ||
            xfed_xml_is_text(rows[i].text) != rows[i].is_text)
            fail_msg("%s", rows[i].name);
    }
}

/* The edges of the ranges of XML 1.0, productions 4 and 4a. */
static void test_codes(void **state)
{
    (void)state;
    assert_false(xfed_xml_is_name_start(0xBF));
    assert_true(xfed_xml_is_name_start(0xC0));
    assert_false(xfed_xml_is_name_start(0xF7));
    assert_true(xfed_xml_is_name_start(0x2FF));
    assert_false(xfed_xml_is_name_start(0x300));
    assert_true(xfed_xml_is_name_char(0x300));
    assert_false(xfed_xml_is_name_start(0x37E));
    assert_false(xfed_xml_is_name_char(0x37E));
    assert_true(xfed_xml_is_name_char(0x203F));
    assert_false(xfed_xml_is_name_start(0x203F));
    assert_true(xfed_xml_is_name_start(0xEFFFF));
    assert_false(xfed_xml_is_name_start(0xF0000));
    assert_false(xfed_xml_is_name_start(':'));
    assert_false(xfed_xml_is_name_char(':'));
    assert_true(xfed_xml_is_space('\r'));
    assert_false(xfed_xml_is_space(0xA0));
    assert_false(xfed_xml_is_space(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
