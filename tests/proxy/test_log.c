/* test_log.c - lines that no value can forge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/observe/log.h"

static const struct {
    const char *name;
    const char *value;
    const char *text;
    const char *json;
} rows[] = {
    {"plain", "alice@contoso.example/x", "key=alice@contoso.example/x",
     "\"alice@contoso.example/x\""},
    {"space", "a b", "key=\"a b\"", "\"a b\""},
    {"quote", "a\"b", "key=\"a\\\"b\"", "\"a\\\"b\""},
    {"backslash", "a\\b", "key=\"a\\\\b\"", "\"a\\\\b\""},
    {"equals", "a=b", "key=\"a=b\"", "\"a=b\""},
    {"new line", "a\nevent=FORGED", "key=\"a\\u000aevent=FORGED\"", "\"a\\u000aevent=FORGED\""},
    {"escape", "\x1b[31m", "key=\"\\u001b[31m\"", "\"\\u001b[31m\""},
    {"UTF-8", "b\xc3\xbc", "key=\"b\xc3\xbc\"", "\"b\xc3\xbc\""},
    {"Latin-1", "b\xfc!", "key=\"b?!\"", "\"b?!\""},
    {"C1 control",
     "a\xc2\x85"
     "b",
     "key=\"a\\u0085b\"", "\"a\\u0085b\""},
};

/* One line as written; freed by the caller. */
static char *line(enum log_format format, enum log_level least, const char *value)
{
    char *text = NULL;
    size_t size = 0;
    struct log log = {.format = format, .level = least};

    log.out = open_memstream(&text, &size);
    assert_non_null(log.out);
    log_event(&log, EVENT_READY, LOG_TEXT("key", value), LOG_TEXT("gone", ""),
              LOG_NUMBER("port", 5269));
    fclose(log.out);
    return text;
}

static void values_are_escaped(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *text = line(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, rows[i].value);
        char *json = line(LOG_FORMAT_JSON, LOG_LEVEL_INFO, rows[i].value);
        char wanted[128];

        print_message("# row '%s'\n", rows[i].name);
        snprintf(wanted, sizeof(wanted), "Z info event=READY %s port=5269\n", rows[i].text);
        assert_string_equal(strchr(text, 'Z'), wanted);
        snprintf(wanted, sizeof(wanted),
                 "Z\",\"level\":\"info\",\"event\":\"READY\",\"key\":%s,\"port\":5269}\n",
                 rows[i].json);
        assert_string_equal(strchr(json, 'Z'), wanted);
        free(text);
        free(json);
    }
}

static void lower_levels_are_left_out_but_counted(void **state)
{
    uint64_t counts[EVENT_COUNT] = {0};
    struct log log = {.level = LOG_LEVEL_ERROR, .format = LOG_FORMAT_TEXT, .counts = counts};
    char *text = NULL;
    size_t size = 0;

    (void)state;
    log.out = open_memstream(&text, &size);
    assert_non_null(log.out);
    log_event(&log, EVENT_READY, LOG_TEXT("outside", "x"));
    log_write(&log, EVENT_STORE_BACK, NULL);
    log_event(&log, EVENT_STORE_LOST, LOG_TEXT("text", "gone"));
    fclose(log.out);
    assert_string_equal(strchr(text, 'Z'), "Z error event=STORE_LOST text=gone\n");
    assert_int_equal(counts[EVENT_READY], 1);
    assert_int_equal(counts[EVENT_STORE_BACK], 1);
    assert_int_equal(counts[EVENT_STORE_LOST], 1);
    assert_int_equal(counts[EVENT_ADMIN], 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_escaped),
        cmocka_unit_test(lower_levels_are_left_out_but_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
