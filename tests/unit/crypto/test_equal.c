/* test_equal.c - comparing secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "crypto/equal.h"

static void test_equal(void **state)
{
    (void)state;
    assert_true(xfed_equal_constant_time("abc", 3, "abc", 3));
    assert_true(xfed_equal_constant_time(NULL, 0, "", 0));
    assert_false(xfed_equal_constant_time("abc", 3, "abd", 3));
    assert_false(xfed_equal_constant_time("abc", 3, "bbc", 3));
    assert_false(xfed_equal_constant_time("abc", 3, "abcd", 4));
    assert_false(xfed_equal_constant_time("abc", 3, "", 0));
    assert_false(xfed_equal_constant_time("a\0b", 3, "a\0c", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_equal)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
