/* test_describe.c - certificates for people: names of each type, dates, purposes, ill intent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "support/certs.h"
#include "support/context.h"
#include "tls/credentials.h"
#include "tls/describe.h"

static const struct {
    const char *certificate;
    const char *names; /* at the beginning */
    int for_server;
    int for_client;
    int64_t not_after; /* 0: not looked at */
} rows[] = {
    {"fabrikam", "DNS:fabrikam.example", 1, 1, 0},
    {"fabrikam-serverauth", "DNS:fabrikam.example", 1, 0, INT64_C(2840140800)},
    {"fabrikam-clientauth", "DNS:fabrikam.example", 0, 1, 0},
    {"fabrikam-noeku", "DNS:fabrikam.example", 1, 1, 0},
    {"fabrikam-srvname", "SRV:_xmpp-server.fabrikam.example", 1, 1, 0},
    {"fabrikam-xmppaddr", "XMPP:fabrikam.example", 1, 1, 0},
    {"fabrikam-wildcard", "DNS:*.", 1, 1, 0},
    {"fabrikam-cnonly", "", 1, 1, 0},
    {"fabrikam-nul", "DNS:fabrikam.example?", 1, 1, 0},
    {"fabrikam-expired", "DNS:fabrikam.example", 1, 1, INT64_C(1735776000)},
};

static void test_rows(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_credentials *c = test_credentials(ctx, rows[i].certificate);
        xmppfed_certificate seen = {.size = sizeof(seen)};

        assert_int_equal(xmppfed_credentials_certificate(c, &seen), 0);
        if (strncmp(seen.names, rows[i].names, strlen(rows[i].names)) != 0 ||
            (!*rows[i].names && *seen.names) || seen.for_server != rows[i].for_server ||
            seen.for_client != rows[i].for_client ||
            (rows[i].not_after && seen.not_after != rows[i].not_after))
            fail_msg("%s: '%s' server %d client %d until %lld", rows[i].certificate, seen.names,
                     seen.for_server, seen.for_client, (long long)seen.not_after);
        assert_true(seen.not_before < seen.not_after);
        assert_non_null(strstr(seen.subject, "CN="));
        assert_non_null(strstr(seen.issuer, "CN="));
        xmppfed_credentials_unref(c);
    }
    xmppfed_context_unref(ctx);
}

/* More names than fit are cut, and what is shown still ends in a NUL. */
static void test_many_names(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_credentials *c = test_credentials(ctx, "fabrikam-manynames");
    xmppfed_certificate seen = {.size = sizeof(seen)};
    int rc = xmppfed_credentials_certificate(c, &seen);

    (void)state;
    if (rc == 0)
        assert_int_equal(strlen(seen.names), sizeof(seen.names) - 1);
    else
        assert_int_equal(rc, XMPPFED_ERR_TLS_CERTIFICATE);
    xmppfed_credentials_unref(c);
    xmppfed_context_unref(ctx);
}

static void test_misuse(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_credentials *c = test_credentials(ctx, "fabrikam");
    xmppfed_certificate seen = {.size = sizeof(seen) - 1};
    unsigned char noise[] = "no certificate";
    const gnutls_datum_t der = {noise, sizeof(noise)};

    (void)state;
    assert_int_equal(xmppfed_credentials_certificate(c, &seen), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(seen.size, sizeof(seen) - 1);
    seen.size = sizeof(seen);
    assert_int_equal(xmppfed_credentials_certificate(NULL, &seen), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_credentials_certificate(c, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xfed_tls_describe(ctx, &der, &seen), XMPPFED_ERR_TLS_CERTIFICATE);
    xmppfed_credentials_unref(c);
    xmppfed_context_unref(ctx);
}

static void test_no_memory(void **state)
{
    struct alloc_fail memory;
    xmppfed_context *ctx = test_context_counted(&memory);
    xmppfed_credentials *c = test_credentials(ctx, "fabrikam");
    xmppfed_certificate seen = {.size = sizeof(seen)};
    size_t n = 0;
    int rc;

    (void)state;
    do {
        memory.fail_at = memory.calls + ++n;
        rc = xmppfed_credentials_certificate(c, &seen);
        assert_true(rc == 0 || rc == XMPPFED_ERR_NOMEM);
        assert_true(rc == 0 || !*seen.names);
    } while (rc != 0);
    assert_true(n > 1);
    memory.fail_at = 0;
    xmppfed_credentials_unref(c);
    test_context_counted_free(ctx, &memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows), cmocka_unit_test(test_many_names),
        cmocka_unit_test(test_misuse), cmocka_unit_test(test_no_memory)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
