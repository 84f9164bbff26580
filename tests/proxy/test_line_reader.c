/* test_line_reader.c - lines come out whole, however their bytes come in, and none is too long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "proxy/admin/line_reader.h"

/* Feeds bytes as the socket does and appends each whole line to out. */
static enum line_reader_result feed(struct line_reader *r, const char *data, size_t len, char *out)
{
    enum line_reader_result got = LINE_READER_MORE;

    while (len > 0) {
        size_t taken = 0;
        size_t used = strlen(out);

        got = line_reader_take(r, data, len, &taken);
        if (got == LINE_READER_TOO_LONG)
            return got;
        assert_int_not_equal(got, LINE_READER_NO_MEMORY);
        assert_in_range(taken, 1, len);
        if (got == LINE_READER_LINE) {
            memcpy(out + used, r->line, r->len);
            memcpy(out + used + r->len, "|", 2);
        }
        data += taken;
        len -= taken;
    }
    return got;
}

static void split_at_every_byte(void **state)
{
    static const char text[] = "first\n\nthird line\nlast\n";
    static const char expected[] = "first\n|\n|third line\n|last\n|";
    size_t at;

    (void)state;
    for (at = 0; at <= strlen(text); at++) {
        struct line_reader r = {NULL, 0, 0};
        char out[128] = "";

        (void)feed(&r, text, at, out);
        (void)feed(&r, text + at, strlen(text) - at, out);
        if (strcmp(out, expected) != 0)
            fail_msg("split at %zu: %s", at, out);
        line_reader_fini(&r);
    }
}

static void byte_by_byte(void **state)
{
    static const char text[] = "ab\ncd\n";
    struct line_reader r = {NULL, 0, 0};
    char out[64] = "";
    size_t i;

    (void)state;
    for (i = 0; i < strlen(text); i++)
        (void)feed(&r, text + i, 1, out);
    assert_string_equal(out, "ab\n|cd\n|");
    line_reader_fini(&r);
}

/* A line of exactly the limit passes, one byte more does not, in one piece or many. */
static void at_the_limit(void **state)
{
    static const size_t pieces[] = {1000, LINE_READER_MAX * 2};
    char *data = malloc(LINE_READER_MAX + 2);
    size_t p;

    (void)state;
    assert_non_null(data);
    for (p = 0; p < 2; p++) {
        size_t extra;

        for (extra = 0; extra < 2; extra++) {
            struct line_reader r = {NULL, 0, 0};
            size_t len = LINE_READER_MAX + extra;
            enum line_reader_result got = LINE_READER_MORE;
            size_t at = 0;

            memset(data, 'x', len);
            data[len - 1] = '\n';
            while (at < len && got == LINE_READER_MORE) {
                size_t piece = len - at < pieces[p] ? len - at : pieces[p];
                size_t taken = 0;

                got = line_reader_take(&r, data + at, piece, &taken);
                at += taken;
            }
            assert_int_equal(got, extra ? LINE_READER_TOO_LONG : LINE_READER_LINE);
            if (!extra)
                assert_int_equal(r.len, LINE_READER_MAX);
            line_reader_fini(&r);
        }
    }
    free(data);
}

static void without_end(void **state)
{
    struct line_reader r = {NULL, 0, 0};
    size_t i;
    size_t taken;
    enum line_reader_result got = LINE_READER_MORE;

    (void)state;
    for (i = 0; i < LINE_READER_MAX && got == LINE_READER_MORE; i++)
        got = line_reader_take(&r, "x", 1, &taken);
    assert_int_equal(got, LINE_READER_MORE);
    assert_int_equal(line_reader_take(&r, "x", 1, &taken), LINE_READER_TOO_LONG);
    line_reader_fini(&r);
    line_reader_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split_at_every_byte),
        cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(at_the_limit),
        cmocka_unit_test(without_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
