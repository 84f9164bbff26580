/* test_error.c - the error table: every code is named, classed and in its band. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include <xmppfed/error.h>

static const struct row {
    const char *name;
    int code;
    const char *condition;
} rows[] = {
#define ROW(name, value, condition, sentence) {#name, (value), (condition)},
    XMPPFED_ERROR_MAP(ROW)
#undef ROW
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        const char *sentence = xmppfed_error_sentence(row->code);

        if (strcmp(xmppfed_error_name(row->code), row->name) != 0 ||
            strcmp(xmppfed_error_condition(row->code), row->condition) != 0 ||
            strlen(sentence) < 10 || sentence[strlen(sentence) - 1] == '.' ||
            xmppfed_error_class(row->code) != -row->code / 100)
            fail_msg("%s: not as in the table", row->name);
        if (row->code > -100 || row->code <= XMPPFED_ERR_LAST)
            fail_msg("%s: %d is outside the bands", row->name, row->code);
    }
}

/* The conditions of RFC 6120 4.9.3, which are all that a peer may be told. */
static void test_conditions(void **state)
{
    static const char *const conditions[] = {
        "",
        "bad-format",
        "bad-namespace-prefix",
        "conflict",
        "connection-timeout",
        "host-gone",
        "host-unknown",
        "improper-addressing",
        "internal-server-error",
        "invalid-from",
        "invalid-namespace",
        "invalid-xml",
        "not-authorized",
        "not-well-formed",
        "policy-violation",
        "remote-connection-failed",
        "reset",
        "resource-constraint",
        "restricted-xml",
        "see-other-host",
        "system-shutdown",
        "undefined-condition",
        "unsupported-encoding",
        "unsupported-feature",
        "unsupported-stanza-type",
        "unsupported-version",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t j = 0;

        while (j < sizeof(conditions) / sizeof(conditions[0]) &&
               strcmp(conditions[j], rows[i].condition) != 0)
            j++;
        if (j == sizeof(conditions) / sizeof(conditions[0]))
            fail_msg("%s: no stream error is called \"%s\"", rows[i].name, rows[i].condition);
    }
}

static void test_others(void **state)
{
    (void)state;
    assert_string_equal(xmppfed_error_name(0), "OK");
    assert_string_equal(xmppfed_error_name(-999), "UNKNOWN");
    assert_string_equal(xmppfed_error_condition(0), "");
    assert_string_equal(xmppfed_error_condition(-999), "");
    assert_true(strlen(xmppfed_error_sentence(0)) > 0);
    assert_true(strlen(xmppfed_error_sentence(-999)) > 0);
    assert_int_equal(xmppfed_error_class(0), XMPPFED_CLASS_NONE);
    assert_int_equal(xmppfed_error_class(7), XMPPFED_CLASS_NONE);
    assert_int_equal(xmppfed_error_class(-1), XMPPFED_CLASS_FATAL);
    assert_int_equal(xmppfed_error_class(-999), XMPPFED_CLASS_FATAL);
    assert_int_equal(xmppfed_error_class(-2000), XMPPFED_CLASS_FATAL);
    assert_int_equal(xmppfed_error_class(INT32_MIN), XMPPFED_CLASS_FATAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
