/* test_slice.c - comparing and copying byte ranges and strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/slice.h"

static void test_slices(void **state)
{
    static const xmppfed_slice literal = {"abc", sizeof("abc") - 1};

    (void)state;
    assert_int_equal(XFED_LITERAL("abc").len, 3);
    assert_true(xfed_slice_equal(literal, XFED_LITERAL("abc")));
    assert_int_equal(xmppfed_slice_of("abc").len, 3);
    assert_null(xmppfed_slice_of(NULL).data);
    assert_int_equal(xmppfed_slice_of(NULL).len, 0);
    assert_true(xfed_slice_equal(xfed_slice(NULL, 0), xfed_slice("x", 0)));
    assert_false(xfed_slice_equal(xfed_slice("ab", 2), literal));
    assert_false(xfed_slice_equal(xfed_slice("abd", 3), literal));
    assert_true(xfed_slice_is(xfed_slice("abcd", 3), "abc"));
    assert_false(xfed_slice_is(xfed_slice("abcd", 4), "abc"));
    assert_false(xfed_slice_is(xfed_slice("abc\0", 4), "abc"));
}

static void test_text(void **state)
{
    static const struct {
        const char *a, *b;
        bool equal, equal_nocase;
    } rows[] = {
        {"abc", "abc", true, true},    {"abc", "ABC", false, true},
        {"abc", "abcd", false, false}, {"abcd", "abc", false, false},
        {"", "", true, true},          {"", "a", false, false},
        {NULL, NULL, true, true},      {NULL, "", false, false},
        {"", NULL, false, false},      {"@", "`", false, false},
        {"[", "{", false, false},      {"\xc3\x84", "\xc3\xa4", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (xfed_text_equal(rows[i].a, rows[i].b) != rows[i].equal ||
            xfed_text_equal_nocase(rows[i].a, rows[i].b) != rows[i].equal_nocase)
            fail_msg("row %zu: not as expected", i);
}

static void test_copy(void **state)
{
    char ret[4] = "old";

    (void)state;
    assert_false(xfed_text_copy(ret, sizeof(ret), "four"));
    assert_false(xfed_slice_copy(ret, 0, xfed_slice(NULL, 0)));
    assert_string_equal(ret, "old");
    assert_true(xfed_text_copy(ret, sizeof(ret), "new"));
    assert_string_equal(ret, "new");
    assert_true(xfed_slice_copy(ret, sizeof(ret), xfed_slice("abc", 2)));
    assert_string_equal(ret, "ab");
    assert_true(xfed_text_copy(ret, sizeof(ret), NULL));
    assert_string_equal(ret, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
