/* test_precis_property.c - derived properties: one row for each branch of RFC 8264 section 8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "address/precis.h"

static const struct row {
    const char *name;
    uint32_t code;
    enum xfed_precis_property expected;
} rows[] = {
    {"exception: sharp s", 0x00DF, XFED_PRECIS_PVALID},
    {"exception: final sigma", 0x03C2, XFED_PRECIS_PVALID},
    {"exception: Sindhi ampersand", 0x06FD, XFED_PRECIS_PVALID},
    {"exception: ideographic zero", 0x3007, XFED_PRECIS_PVALID},
    {"exception: middle dot", 0x00B7, XFED_PRECIS_CONTEXTO},
    {"exception: Arabic-Indic nine", 0x0669, XFED_PRECIS_CONTEXTO},
    {"exception: extended zero", 0x06F0, XFED_PRECIS_CONTEXTO},
    {"exception: tatweel", 0x0640, XFED_PRECIS_DISALLOWED},
    {"exception: vertical kana mark", 0x3035, XFED_PRECIS_DISALLOWED},
    {"unassigned", 0x0378, XFED_PRECIS_UNASSIGNED},
    {"non-character", 0xFFFE, XFED_PRECIS_DISALLOWED},
    {"last code point", 0x10FFFF, XFED_PRECIS_DISALLOWED},
    {"first of ASCII7", 0x21, XFED_PRECIS_PVALID},
    {"last of ASCII7", 0x7E, XFED_PRECIS_PVALID},
    {"space", 0x20, XFED_PRECIS_FREE_PVAL},
    {"delete", 0x7F, XFED_PRECIS_DISALLOWED},
    {"control", 0x0A, XFED_PRECIS_DISALLOWED},
    {"C1 control", 0x85, XFED_PRECIS_DISALLOWED},
    {"zero width joiner", 0x200D, XFED_PRECIS_CONTEXTJ},
    {"zero width non-joiner", 0x200C, XFED_PRECIS_CONTEXTJ},
    {"jamo L", 0x1100, XFED_PRECIS_DISALLOWED},
    {"jamo T extended", 0xD7FB, XFED_PRECIS_DISALLOWED},
    {"Hangul syllable", 0xAC00, XFED_PRECIS_PVALID},
    {"soft hyphen", 0x00AD, XFED_PRECIS_DISALLOWED},
    {"variation selector", 0xFE0F, XFED_PRECIS_DISALLOWED},
    {"compatibility: roman four", 0x2163, XFED_PRECIS_FREE_PVAL},
    {"compatibility: longest", 0xFDFA, XFED_PRECIS_FREE_PVAL},
    {"letter Lu", 0x00C4, XFED_PRECIS_PVALID},
    {"letter Lo", 0x4E00, XFED_PRECIS_PVALID},
    {"digit Nd", 0x0966, XFED_PRECIS_PVALID},
    {"mark Mn", 0x0300, XFED_PRECIS_PVALID},
    {"enclosing mark Me", 0x0488, XFED_PRECIS_FREE_PVAL},
    {"letter number Nl", 0x16EE, XFED_PRECIS_FREE_PVAL},
    {"symbol So", 0x265A, XFED_PRECIS_FREE_PVAL},
    {"punctuation Po", 0x00A1, XFED_PRECIS_FREE_PVAL},
    {"line separator Zl", 0x2028, XFED_PRECIS_DISALLOWED},
    {"private use Co", 0xE000, XFED_PRECIS_DISALLOWED},
    {"format Cf", 0x0600, XFED_PRECIS_DISALLOWED},
};

static void test_property(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum xfed_precis_property got = xfed_precis_property_of(rows[i].code);

        if (got != rows[i].expected)
            fail_msg("%s: got %d, expected %d", rows[i].name, (int)got, (int)rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_property)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
