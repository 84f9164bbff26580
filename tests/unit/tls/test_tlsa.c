/* test_tlsa.c - which TLSA records can be used, and which of several digests counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "support/tlsa.h"
#include "tls/tlsa.h"

enum { RECORDS = 4 };

static const struct row {
    const char *name;
    struct test_promise promises[RECORDS];
    const char *used; /* a letter a record: y or n */
} rows[] = {
    {"each usage", {{1, 1, 1, "ca"}, {2, 1, 1, "ca"}, {3, 1, 1, "ca"}, {0, 1, 1, "ca"}}, "yyyn"},
    {"each matching", {{3, 0, 0, "ca"}, {3, 1, 0, "ca"}, {3, 0, 2, "ca"}, {3, 1, 3, "ca"}}, "yyyn"},
    {"numbers out of range", {{4, 0, 1, "ca"}, {3, 2, 1, "ca"}, {255, 255, 255, "ca"}}, "nnn"},
    {"malformed data",
     {{3, 1, 1, "ca", .spoiled = SHORT},
      {3, 1, 2, "ca", .spoiled = EMPTY},
      {3, 0, 0, "ca", .spoiled = SHORT},
      {3, 1, 0, "ca", .spoiled = EMPTY}},
     "nnnn"},
    {"the stronger digest, first", {{3, 1, 2, "ca"}, {3, 1, 1, "ca"}}, "yn"},
    {"the stronger digest, last", {{3, 1, 1, "ca"}, {3, 1, 2, "ca"}}, "ny"},
    {"... of another usage", {{2, 1, 1, "ca"}, {3, 1, 2, "ca"}}, "yy"},
    {"... of another selector", {{3, 0, 1, "ca"}, {3, 1, 2, "ca"}}, "yy"},
    {"... that is malformed", {{3, 1, 1, "ca"}, {3, 1, 2, "ca", .spoiled = SHORT}}, "yn"},
    {"in full beside digests", {{3, 1, 0, "ca"}, {3, 1, 1, "ca"}, {3, 1, 2, "ca"}}, "yny"},
};

static void test_rows(void **state)
{
    static uint8_t octets[RECORDS][TEST_TLSA_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_tlsa records[RECORDS];
        bool used[XFED_TLSA_MAX];
        size_t count = strlen(rows[i].used);
        size_t expected = 0;
        size_t chosen;

        for (size_t k = 0; k < count; k++)
            records[k] = test_tlsa(&rows[i].promises[k], octets[k]);
        chosen = xfed_tlsa_choose(records, count, used);
        for (size_t k = 0; k < count; k++) {
            expected += rows[i].used[k] == 'y';
            if (used[k] != (rows[i].used[k] == 'y'))
                fail_msg("%s: record %zu", rows[i].name, k);
        }
        if (chosen != expected)
            fail_msg("%s: %zu are chosen", rows[i].name, chosen);
    }
}

static void test_no_more_than_the_limit(void **state)
{
    static uint8_t octets[TEST_TLSA_SIZE];
    xmppfed_tlsa records[XFED_TLSA_MAX + 1];
    bool used[XFED_TLSA_MAX];

    (void)state;
    assert_int_equal(xfed_tlsa_choose(NULL, 0, used), 0);
    for (size_t i = 0; i <= XFED_TLSA_MAX; i++)
        records[i] = test_tlsa(&(struct test_promise){3, 1, 1, "ca"}, octets);
    assert_int_equal(xfed_tlsa_choose(records, XFED_TLSA_MAX + 1, used), XFED_TLSA_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_no_more_than_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
