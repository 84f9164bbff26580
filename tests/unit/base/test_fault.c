/* test_fault.c - recording an error with its sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/fault.h"

static void test_set(void **state)
{
    xmppfed_problem problem = {0};
    char longer[1000];

    (void)state;
    assert_int_equal(xfed_fault_set(&problem, XMPPFED_ERR_ADDRESS, "the domain %s", "a\nb"),
                     XMPPFED_ERR_ADDRESS);
    assert_int_equal(problem.code, XMPPFED_ERR_ADDRESS);
    assert_string_equal(problem.text, "the domain a?b");
    /* Two bytes each, one byte off: the cut falls inside a character, which then goes. */
    for (size_t i = 0; i + 2 < sizeof(longer); i += 2)
        memcpy(longer + i, "\xc3\xbc", 3);
    assert_int_equal(xfed_fault_set(&problem, XMPPFED_ERR_STATE, "%s", longer), XMPPFED_ERR_STATE);
    assert_int_equal(strlen(problem.text), sizeof(problem.text) - 2);
    assert_int_equal(xfed_fault_set(NULL, XMPPFED_ERR_STATE, "lost"), XMPPFED_ERR_STATE);
}

static void test_code(void **state)
{
    xmppfed_problem problem = {0};

    (void)state;
    assert_int_equal(xfed_fault_code(&problem, XMPPFED_ERR_NOMEM), XMPPFED_ERR_NOMEM);
    assert_string_equal(problem.text, xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    assert_int_equal(xfed_fault_code(NULL, XMPPFED_ERR_NOMEM), XMPPFED_ERR_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_set), cmocka_unit_test(test_code)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
