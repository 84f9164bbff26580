/* test_precis.c - the UsernameCaseMapped profile as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "address/precis.h"
#include "support/code_point.h"

/* expected NULL: XMPPFED_ERR_ADDRESS. */
static const struct row {
    const char *name;
    const char *text;
    const char *expected;
} rows[] = {
    {"ASCII", "Juliet", "juliet"},
    {"all punctuation", "!#$%()*+,-.;=?[\\]^_`{|}~", "!#$%()*+,-.;=?[\\]^_`{|}~"},
    {"space", "foo bar", NULL},
    {"no-break space",
     "foo\xc2\xa0"
     "bar",
     NULL},
    {"tab", "foo\tbar", NULL},
    {"empty", "", NULL},
    {"latin upper case", "\xc3\x84rger", "\xc3\xa4rger"},
    {"decomposed", "a\xcc\x88rger", "\xc3\xa4rger"},
    {"upper case and decomposed", "A\xcc\x88rger", "\xc3\xa4rger"},
    {"fullwidth", "\xef\xbc\xa1\xef\xbd\x82", "ab"},
    {"halfwidth katakana", "\xef\xbd\xb6", "\xe3\x82\xab"},
    {"last capital sigma", "\xce\x91\xce\xa3", "\xce\xb1\xcf\x83"},
    {"ligature", "\xef\xac\x81", NULL},
    {"Kelvin sign", "\xe2\x84\xaa", NULL},
    {"emoji", "\xf0\x9f\x98\x80", NULL},
    {"soft hyphen",
     "a\xc2\xad"
     "b",
     NULL},
    {"unassigned", "\xf3\xa1\x80\x80", NULL},
    {"private use", "\xee\x80\x80", NULL},
    {"byte order mark",
     "\xef\xbb\xbf"
     "a",
     NULL},
    {"Catalan", "paral\xc2\xb7lel", "paral\xc2\xb7lel"},
    {"Catalan upper case", "PARAL\xc2\xB7LEL", "paral\xc2\xb7lel"},
    {"middle dot alone",
     "a\xc2\xb7"
     "b",
     NULL},
    {"Hebrew", "\xd7\x90\xd7\x91", "\xd7\x90\xd7\x91"},
    {"Hebrew and Latin",
     "\xd7\x90"
     "a",
     NULL},
    {"Hangul", "\xed\x95\x9c", "\xed\x95\x9c"},
    {"old jamo", "\xe1\x84\x92\xe1\x85\xa1", NULL},
    {"invalid UTF-8", "\xc3(", NULL},
};

static void test_username(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char got[XMPPFED_PART_SIZE] = "untouched";
        int rc = xfed_precis_username(xmppfed_slice_of(rows[i].text), got);
        const char *expected = rows[i].expected ? rows[i].expected : "untouched";

        if (rc != (rows[i].expected ? 0 : XMPPFED_ERR_ADDRESS) || strcmp(got, expected) != 0)
            fail_msg("%s: rc %d, got \"%s\"", rows[i].name, rc, got);
    }
}

/* U+023A is two octets, its lower case U+2C65 three. */
static void test_grows_beyond(void **state)
{
    char text[1024];
    char got[XMPPFED_PART_SIZE];

    (void)state;
    for (size_t i = 0; i < 1022; i += 2)
        memcpy(text + i, "\xc8\xba", 2);
    assert_int_equal(xfed_precis_username((xmppfed_slice){text, 682}, got), 0);
    assert_int_equal(strlen(got), 1023);
    assert_int_equal(xfed_precis_username((xmppfed_slice){text, 684}, got), XMPPFED_ERR_ADDRESS);
}

/* U+0958 has no composed form: one code point of three octets becomes two of six. */
static void test_normalization_grows_beyond(void **state)
{
    char text[1023];
    char got[XMPPFED_PART_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(text); i += 3)
        memcpy(text + i, "\xe0\xa5\x98", 3);
    assert_int_equal(xfed_precis_username((xmppfed_slice){text, sizeof(text)}, got),
                     XMPPFED_ERR_ADDRESS);
}

/* RFC 8264 section 7: preparing what is prepared must change nothing. */
static void test_stable(void **state)
{
    size_t accepted = 0;

    (void)state;
    for (uint32_t code = 1; code < 0x10000; code++) {
        char text[4];
        char once[XMPPFED_PART_SIZE];
        char twice[XMPPFED_PART_SIZE];
        size_t len = code_point_encode(code, text);

        if (xfed_precis_username((xmppfed_slice){text, len}, once) != 0)
            continue;
        accepted++;
        if (xfed_precis_username(xmppfed_slice_of(once), twice) != 0 || strcmp(once, twice) != 0)
            fail_msg("U+%04X is not stable", (unsigned)code);
    }
    assert_true(accepted > 40000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_username),
        cmocka_unit_test(test_grows_beyond),
        cmocka_unit_test(test_normalization_grows_beyond),
        cmocka_unit_test(test_stable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
