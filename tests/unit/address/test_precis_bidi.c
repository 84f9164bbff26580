/* test_precis_bidi.c - the conditions of the Bidi Rule, each kept and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "address/precis.h"

enum { ALEF = 0x05D0, BEH = 0x0628, ARABIC_ONE = 0x0661, HEBREW_POINT = 0x05B0 };

/* codes end with 0. */
static const struct row {
    const char *name;
    uint32_t codes[6];
    bool holds;
} rows[] = {
    {"no right-to-left character", {'1', 'a', '-'}, true},
    {"empty", {0}, true},
    {"1: Hebrew", {ALEF, ALEF}, true},
    {"1: begins with a European digit", {'1', ALEF}, false},
    {"1: begins with an Arabic digit", {ARABIC_ONE, BEH}, false},
    {"1: begins with a mark", {HEBREW_POINT, ALEF}, false},
    {"2: Latin letter inside", {ALEF, 'a', ALEF}, false},
    {"2: hyphen inside", {ALEF, '-', ALEF}, true},
    {"3: ends with a hyphen", {ALEF, '-'}, false},
    {"3: ends with a digit", {ALEF, '1'}, true},
    {"3: ends with marks", {ALEF, HEBREW_POINT, HEBREW_POINT}, true},
    {"3: ends with a hyphen and a mark", {ALEF, '-', HEBREW_POINT}, false},
    {"4: both kinds of digits", {BEH, '1', ARABIC_ONE}, false},
    {"4: Arabic digits only", {BEH, ARABIC_ONE}, true},
    {"5: begins with Latin", {'a', ALEF}, false},
    {"5: Latin and an Arabic digit", {'a', ARABIC_ONE}, false},
};

static void test_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t count = 0;

        while (count < 6 && rows[i].codes[count] != 0)
            count++;
        if (xfed_precis_bidi_holds(rows[i].codes, count) != rows[i].holds)
            fail_msg("%s: not as expected", rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rule)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
