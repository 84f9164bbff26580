/* test_base64.c - vectors of RFC 4648 section 10, and what a strict decoder refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "crypto/base64.h"
#include "support/context.h"

static const struct row {
    const char *name;
    const char *bytes; /* NULL: the text is refused */
    size_t len;
    const char *text;
} rows[] = {
    {"RFC 4648, 1", "", 0, ""},
    {"RFC 4648, 2", "f", 1, "Zg=="},
    {"RFC 4648, 3", "fo", 2, "Zm8="},
    {"RFC 4648, 4", "foo", 3, "Zm9v"},
    {"RFC 4648, 5", "foob", 4, "Zm9vYg=="},
    {"RFC 4648, 6", "fooba", 5, "Zm9vYmE="},
    {"RFC 4648, 7", "foobar", 6, "Zm9vYmFy"},
    {"last letters", "\xfb\xff\xbf", 3, "+/+/"},
    {"zeros", "\0\0\0\0", 4, "AAAAAA=="},
    {"ones", "\xff\xff", 2, "//8="},
    {"no padding", NULL, 0, "Zg"},
    {"half the padding", NULL, 0, "Zg="},
    {"one letter", NULL, 0, "Z==="},
    {"only padding", NULL, 0, "===="},
    {"a single sign, as SASL writes empty", NULL, 0, "="},
    {"padding inside", NULL, 0, "Zg==Zg=="},
    {"padding before the end", NULL, 0, "Zm=v"},
    {"trailing bits, four", NULL, 0, "Zh=="},
    {"trailing bits, two", NULL, 0, "Zm9="},
    {"space", NULL, 0, "Zm 9"},
    {"newline at the end", NULL, 0, "Zm9vYmF\n"},
    {"URL alphabet", NULL, 0, "-_-_"},
    {"high byte", NULL, 0, "Zm9\xc3"},
};

static void test_encode(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && rows[i].bytes; i++) {
        char *text = NULL;

        assert_int_equal(
            xfed_base64_encode(ctx, (xmppfed_slice){rows[i].bytes, rows[i].len}, &text), 0);
        if (strcmp(text, rows[i].text) != 0)
            fail_msg("%s: got %s", rows[i].name, text);
        xfed_free(ctx, text);
    }
    xmppfed_context_unref(ctx);
}

static void test_decode(void **state)
{
    struct alloc_fail counter;
    xmppfed_context *ctx = test_context_counted(&counter);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t *bytes = NULL;
        size_t len = 99;
        int rc = xfed_base64_decode(ctx, xmppfed_slice_of(rows[i].text), &bytes, &len);

        if (rc != (rows[i].bytes ? 0 : XMPPFED_ERR_SASL_MALFORMED))
            fail_msg("%s: rc %d", rows[i].name, rc);
        if (!rows[i].bytes && (bytes || len != 99))
            fail_msg("%s: ret changed", rows[i].name);
        if (rows[i].bytes &&
            (len != rows[i].len || memcmp(bytes, rows[i].bytes, len) != 0 || bytes[len] != 0))
            fail_msg("%s: wrong bytes", rows[i].name);
        xfed_free(ctx, bytes);
    }
    test_context_counted_free(ctx, &counter);
}

static void test_round_trip(void **state)
{
    xmppfed_context *ctx = test_context();
    char data[256];

    (void)state;
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (char)(uint8_t)(i * 167 + 13);
    for (size_t len = 0; len <= sizeof(data); len++) {
        char *text = NULL;
        uint8_t *bytes = NULL;
        size_t got = 0;

        assert_int_equal(xfed_base64_encode(ctx, (xmppfed_slice){data, len}, &text), 0);
        assert_int_equal(xfed_base64_decode(ctx, xmppfed_slice_of(text), &bytes, &got), 0);
        assert_int_equal(got, len);
        assert_memory_equal(bytes, data, len);
        xfed_free(ctx, text);
        xfed_free(ctx, bytes);
    }
    xmppfed_context_unref(ctx);
}

static void test_exhaustion(void **state)
{
    struct alloc_fail counter;
    xmppfed_context *ctx = test_context_counted(&counter);
    char *text = NULL;
    uint8_t *bytes = NULL;
    size_t len = 0;

    (void)state;
    counter.fail_at = counter.calls + 1;
    assert_int_equal(xfed_base64_encode(ctx, (xmppfed_slice){"a", 1}, &text), XMPPFED_ERR_NOMEM);
    counter.fail_at = counter.calls + 1;
    assert_int_equal(xfed_base64_decode(ctx, (xmppfed_slice){"Zg==", 4}, &bytes, &len),
                     XMPPFED_ERR_NOMEM);
    assert_null(text);
    assert_null(bytes);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_exhaustion),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
