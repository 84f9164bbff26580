/* test_precis_context.c - the nine contextual rules, each kept and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "address/precis.h"

/* codes end with 0. */
static const struct row {
    const char *name;
    uint32_t codes[6];
    size_t index;
    bool holds;
} rows[] = {
    {"A.1 after virama", {0x0915, 0x094D, 0x200C, 0x0937}, 2, true},
    {"A.1 between joining letters", {0x0628, 0x200C, 0x0628}, 1, true},
    {"A.1 through transparent marks", {0x0628, 0x064B, 0x200C, 0x064B, 0x0627}, 2, true},
    {"A.1 after a right-joining letter", {0x0627, 0x200C, 0x0628}, 1, false},
    {"A.1 before nothing", {0x0628, 0x200C}, 1, false},
    {"A.1 first", {0x200C, 0x0628}, 0, false},
    {"A.1 between Latin letters", {'a', 0x200C, 'b'}, 1, false},
    {"A.2 after virama", {0x0915, 0x094D, 0x200D}, 2, true},
    {"A.2 between joining letters", {0x0628, 0x200D, 0x0628}, 1, false},
    {"A.2 first", {0x200D, 'a'}, 0, false},
    {"A.3 between two l", {'l', 0x00B7, 'l'}, 1, true},
    {"A.3 last", {'l', 0x00B7}, 1, false},
    {"A.3 first", {0x00B7, 'l'}, 0, false},
    {"A.3 after another letter", {'a', 0x00B7, 'l'}, 1, false},
    {"A.4 before Greek", {0x0375, 0x03B1}, 0, true},
    {"A.4 before Latin", {0x0375, 'a'}, 0, false},
    {"A.4 last", {0x03B1, 0x0375}, 1, false},
    {"A.5 after Hebrew", {0x05D0, 0x05F3}, 1, true},
    {"A.5 after Latin", {'a', 0x05F3}, 1, false},
    {"A.6 after Hebrew", {0x05D0, 0x05F4}, 1, true},
    {"A.6 first", {0x05F4, 0x05D0}, 0, false},
    {"A.7 with Katakana", {0x30A2, 0x30FB}, 1, true},
    {"A.7 with Hiragana", {0x30FB, 0x3042}, 0, true},
    {"A.7 with Han", {'a', 0x30FB, 0x4E00}, 1, true},
    {"A.7 with Latin only", {'a', 0x30FB, 'b'}, 1, false},
    {"A.8 alone", {0x0628, 0x0661}, 1, true},
    {"A.8 with the other digits", {0x0661, 0x06F1}, 0, false},
    {"A.9 alone", {0x0628, 0x06F1}, 1, true},
    {"A.9 with the other digits", {0x0661, 0x06F1}, 1, false},
    {"no rule", {'a'}, 0, false},
};

static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t count = 0;

        while (count < 6 && rows[i].codes[count] != 0)
            count++;
        if (xfed_precis_context_holds(rows[i].codes, count, rows[i].index) != rows[i].holds)
            fail_msg("%s: not as expected", rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
