/* test_text.c - texts, slices, language tags and the parameters of headers. */
#include "translate/fixture.h"

#include "translate/language.h"
#include "translate/sip.h"

/* Texts stay where they are while others are written, and have a NUL behind them. */
static void test_texts(void **state)
{
    struct fixture *f = *state;
    xmppfed_slice texts[100];

    for (size_t i = 0; i < COUNT(texts); i++) {
        for (size_t k = 0; k < i * 3; k++)
            translate_text_byte(&f->text, (char)('a' + i % 26));
        assert_int_equal(translate_text_peek(&f->text).len, i * 3);
        texts[i] = translate_text_end(&f->text);
    }
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_int_equal(texts[i].len, i * 3);
        assert_int_equal(texts[i].data[i * 3], '\0');
        for (size_t k = 0; k < i * 3; k++)
            assert_int_equal(texts[i].data[k], 'a' + i % 26);
    }
    translate_text_string(&f->text, "forgotten");
    translate_text_drop(&f->text);
    translate_text_number(&f->text, 0);
    translate_text_string(&f->text, "-");
    translate_text_number(&f->text, 18446744073709551615UL);
    expect_text("numbers", "the text", translate_text_end(&f->text), "0-18446744073709551615");
    assert_int_equal(translate_text_status(&f->text), 0);
}

/* After a failure nothing is written any more, and the status says so. */
static void test_failure(void **state)
{
    struct fixture *f = *state;
    xmppfed_slice huge = {"x", SIZE_MAX - 3};

    translate_text_add(&f->text, huge);
    assert_int_equal(translate_text_status(&f->text), XMPPFED_ERR_NOMEM);
    assert_null(translate_text_copy(&f->text, xmppfed_slice_of("x")).data);
    translate_text_fini(&f->text);
    expect_text("afterwards", "the text", translate_text_copy(&f->text, xmppfed_slice_of("x")),
                "x");
}

static void test_xml_text(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool fine;
    } rows[] = {
        {"", 0, true},
        {"a\t\r\n\x7f", 5, true},
        {"\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbd\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 18, true},
        {"a\0b", 3, false},
        {"\x1f", 1, false},
        {"\x80", 1, false},
        {"\xc3", 1, false},
        {"\xc0\x80", 2, false},
        {"\xe0\x9f\xbf", 3, false},
        {"\xed\xa0\x80", 3, false},
        {"\xef\xbf\xbe", 3, false},
        {"\xf0\x8f\xbf\xbf", 4, false},
        {"\xf4\x90\x80\x80", 4, false},
        {"\xf8\x88\x80\x80\x80", 5, false},
        {"\xe4\xb8"
         "a",
         3, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        xmppfed_slice bytes = {rows[i].bytes, rows[i].len};

        if (translate_slice_is_xml_text(bytes) != rows[i].fine)
            fail_msg("row %zu", i);
    }
}

static void test_slices(void **state)
{
    xmppfed_slice text = xmppfed_slice_of(" a b\r\n");
    xmppfed_slice none = {NULL, 0};

    (void)state;
    assert_true(translate_slice_is(translate_slice_trim(text), "a b"));
    assert_true(translate_slice_is(translate_slice_from(text, 99), ""));
    assert_true(translate_slice_is(translate_slice_until(text, 2), " a"));
    assert_int_equal(translate_slice_find(text, 'b'), 3);
    assert_int_equal(translate_slice_find(text, 'x'), text.len);
    assert_int_equal(translate_slice_find(none, 'x'), 0);
    assert_true(translate_slice_equal(none, xmppfed_slice_of("")));
    assert_true(translate_slice_is_nocase(xmppfed_slice_of("ReaSon"), "rEason"));
    assert_false(translate_slice_is_nocase(xmppfed_slice_of("[\\"), "{|"));
    assert_false(translate_slice_is_nocase(xmppfed_slice_of("reaso"), "reason"));
}

/* RFC 5646 2.1, as far as its form goes. */
static void test_tags(void **state)
{
    static const struct {
        const char *tag;
        bool fine;
    } rows[] = {
        {"en", true},     {"zh-Hant-TW", true}, {"i-klingon", true},
        {"x-1", true},    {"", false},          {"-en", false},
        {"en-", false},   {"en--us", false},    {"en_US", false},
        {"en us", false}, {"en\r\n", false},    {"abcdefghijklmnopqrstuvwxyz-0123456789", false}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (translate_language_valid(xmppfed_slice_of(rows[i].tag)) != rows[i].fine)
            fail_msg("\"%s\"", rows[i].tag);
}

static void test_headers(void **state)
{
    static const struct {
        const char *value;
        const char *type;
        const char *charset;
        const char *first;
    } rows[] = {
        {"text/plain", "text/plain", "", "text/plain"},
        {" text/plain ; x=y; Charset = \"utf-8\" ", "text/plain", "utf-8", "text/plain"},
        {"active;charset=a;charset=b", "active", "a", "active"},
        {"en, fr;q=1", "en, fr", "", "en"},
        {"a;charset", "a", "", "a"},
        {";;charset=", "", "", ""},
        {"a;charset=\"", "a", "\"", "a"},
        {"", "", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        xmppfed_slice value = xmppfed_slice_of(rows[i].value);

        if (!translate_slice_is(translate_sip_media_type(value), rows[i].type) ||
            !translate_slice_is(translate_sip_parameter(value, "charset"), rows[i].charset) ||
            !translate_slice_is(translate_sip_first(value), rows[i].first))
            fail_msg("\"%s\"", rows[i].value);
    }
}

/* What a peer sent is shown in sentences as printable ASCII, cut. */
static void test_show(void **state)
{
    char many[100];
    xmppfed_slice long_one = {many, sizeof(many)};

    (void)state;
    memset(many, 'x', sizeof(many));
    assert_string_equal(translate_show(xmppfed_slice_of("a\r\n\xc3\xbc b")).text, "a???? b");
    assert_int_equal(strlen(translate_show(long_one).text), 63);
    assert_string_equal(translate_show(long_one).text + 60, "...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_texts),      fixture_test(test_failure),  cmocka_unit_test(test_xml_text),
        cmocka_unit_test(test_slices), cmocka_unit_test(test_tags), cmocka_unit_test(test_headers),
        cmocka_unit_test(test_show),
    };

    return cmocka_run_group_tests_name("translate/text", tests, NULL, NULL);
}
