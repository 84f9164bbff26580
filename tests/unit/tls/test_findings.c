/* test_findings.c - what is found about the own certificate, in which order, and when it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "support/certs.h"
#include "support/context.h"

/* The last second of fabrikam-expired. */
#define EXPIRY INT64_C(1735776000)
#define DAY 86400

static const struct {
    const char *name;
    const char *certificate;
    int64_t time;
    const char *says[3]; /* in order */
} rows[] = {
    {"good", "fabrikam", TEST_TIME, {NULL}},
    {"no purposes", "fabrikam-noeku", TEST_TIME, {NULL}},
    {"31 days left", "fabrikam-expired", EXPIRY - 31 * DAY, {NULL}},
    {"30 days left", "fabrikam-expired", EXPIRY - 30 * DAY, {NULL}},
    {"a second less", "fabrikam-expired", EXPIRY - 30 * DAY + 1, {"expires on 2025-01-02"}},
    {"the last second", "fabrikam-expired", EXPIRY, {"expires on 2025-01-02"}},
    {"expired", "fabrikam-expired", EXPIRY + 1, {"expired on 2025-01-02"}},
    {"its issuer", "fabrikam-chain-expired", EXPIRY - DAY, {"an issuing certificate"}},
    {"server only", "fabrikam-serverauth", TEST_TIME, {"ejabberd 23.01"}},
    {"client only", "fabrikam-clientauth", TEST_TIME, {"is not for serverAuth"}},
    {"no name", "fabrikam-cnonly", TEST_TIME, {"does not cover fabrikam.example"}},
    {"soon, and server only",
     "fabrikam-serverauth",
     INT64_C(2840140800) - DAY,
     {"expires on 2060-01-01", "ejabberd 23.01"}},
};

static void test_rows(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_credentials *c = test_credentials(ctx, rows[i].certificate);
        xmppfed_problem found = {0, ""};
        size_t n = 0;

        for (; xmppfed_credentials_finding(c, "fabrikam.example", rows[i].time, n, &found) == 1;
             n++)
            if (!rows[i].says[n] || !strstr(found.text, rows[i].says[n]) || found.code >= 0)
                fail_msg("%s: finding %zu is %d '%s'", rows[i].name, n, found.code, found.text);
        if (rows[i].says[n])
            fail_msg("%s: no finding %zu", rows[i].name, n);
        xmppfed_credentials_unref(c);
    }
    xmppfed_context_unref(ctx);
}

static void test_arguments(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_credentials *c = test_credentials(ctx, "fabrikam");
    xmppfed_problem found;

    (void)state;
    assert_int_equal(xmppfed_credentials_finding(NULL, "a.example", 0, 0, &found),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_credentials_finding(c, NULL, 0, 0, &found), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_credentials_finding(c, "a.example", 0, 0, NULL), XMPPFED_ERR_ARGUMENT);
    xmppfed_credentials_unref(c);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_arguments)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
