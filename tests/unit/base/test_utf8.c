/* test_utf8.c - the strict decoder, against a second one and on all boundaries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/slice.h"
#include "base/utf8.h"
#include "support/code_point.h"

static const struct row {
    const char *name;
    xmppfed_slice bytes;
    bool valid;
} rows[] = {
    {"empty", {NULL, 0}, true},
    {"ASCII", {"plain text, longer than one word", 32}, true},
    {"NUL", {"\0", 1}, true},
    {"ASCII then two bytes", {"12345678\xc3\xbc", 10}, true},
    {"two bytes across the word",
     {"1234567\xc3\xbc"
      "12345678",
      17},
     true},
    {"ends within a sequence after a word", {"12345678\xc3", 9}, false},
    {"first of two", {"\xc2\x80", 2}, true},
    {"overlong two", {"\xc1\xbf", 2}, false},
    {"overlong NUL", {"\xc0\x80", 2}, false},
    {"first of three", {"\xe0\xa0\x80", 3}, true},
    {"overlong three", {"\xe0\x9f\xbf", 3}, false},
    {"before the surrogates", {"\xed\x9f\xbf", 3}, true},
    {"first surrogate", {"\xed\xa0\x80", 3}, false},
    {"after the surrogates", {"\xee\x80\x80", 3}, true},
    {"last of three", {"\xef\xbf\xbf", 3}, true},
    {"first of four", {"\xf0\x90\x80\x80", 4}, true},
    {"overlong four", {"\xf0\x8f\xbf\xbf", 4}, false},
    {"last code point", {"\xf4\x8f\xbf\xbf", 4}, true},
    {"beyond Unicode", {"\xf4\x90\x80\x80", 4}, false},
    {"five bytes", {"\xf8\x88\x80\x80\x80", 5}, false},
    {"tail alone", {"\x80", 1}, false},
    {"0xff", {"\xff", 1}, false},
    {"cut", {"\xe2\x82", 2}, false},
    {"ASCII in the middle",
     {"\xe2\x82"
      "a",
      3},
     false},
    {"lead in the middle", {"\xe2\xc3\xbc", 3}, false},
};

static void test_valid(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (xfed_utf8_valid(rows[i].bytes) != rows[i].valid)
            fail_msg("%s: not as expected", rows[i].name);
}

static void test_every_code_point(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x120000; code++) {
        bool legal = code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
        struct xfed_utf8 u = {0};
        enum xfed_utf8_step step = XFED_UTF8_MORE;
        char bytes[4];
        size_t len = code_point_encode(code, bytes);

        for (size_t i = 0; i < len && step == XFED_UTF8_MORE; i++)
            step = xfed_utf8_feed(&u, (uint8_t)bytes[i]);
        if (legal != (step == XFED_UTF8_CODE) || (legal && u.code != code))
            fail_msg("U+%04X: step %d, code %04X", (unsigned)code, (int)step, (unsigned)u.code);
    }
}

static void test_xml_char(void **state)
{
    static const struct {
        uint32_t code;
        bool allowed;
    } codes[] = {
        {0x0, false},    {0x8, false},    {0x9, true},      {0xA, true},       {0xB, false},
        {0xD, true},     {0x1F, false},   {0x20, true},     {0x7F, true},      {0xD7FF, true},
        {0xD800, false}, {0xDFFF, false}, {0xE000, true},   {0xFFFD, true},    {0xFFFE, false},
        {0xFFFF, false}, {0x10000, true}, {0x10FFFF, true}, {0x110000, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (xfed_utf8_is_xml_char(codes[i].code) != codes[i].allowed)
            fail_msg("U+%04X: not as expected", (unsigned)codes[i].code);
}

static void test_scrub(void **state)
{
    static const struct {
        const char *name, *text, *expected;
    } texts[] = {
        {"plain",
         "b\xc3\xbc"
         "cher",
         "b\xc3\xbc"
         "cher"},
        {"empty", "", ""},
        {"newline", "a\r\nb", "a??b"},
        {"escape", "\x1b[2J", "?[2J"},
        {"C1",
         "a\xc2\x9b"
         "b",
         "a??b"},
        {"line separator",
         "a\xe2\x80\xa8"
         "b",
         "a???b"},
        {"stray tail",
         "a\x80"
         "b",
         "a?b"},
        {"cut by a letter",
         "\xe2\x82"
         "a",
         "??a"},
        {"cut by a sequence", "\xe2\x82\xc3\xbc", "??\xc3\xbc"},
        {"cut by the end", "a\xe2\x82", "a"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char got[32];

        assert_true(xfed_text_copy(got, sizeof(got), texts[i].text));
        xfed_utf8_scrub(got);
        if (strcmp(got, texts[i].expected) != 0)
            fail_msg("%s: got \"%s\"", texts[i].name, got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_xml_char),
        cmocka_unit_test(test_scrub),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
