/* test_credentials.c - loading the own chain and key, and checking them as a peer would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "support/context.h"
#include "support/certs.h"
#include "tls/credentials.h"

static void test_load(void **state)
{
    static const struct {
        const char *name;
        const char *chain; /* a file, or NULL for nothing */
        const char *key;
        int code;
        const char *says;
    } rows[] = {
        {"P-256", "contoso.pem", "contoso.key", 0, ""},
        {"RSA-2048", "contoso-rsa.pem", "contoso-rsa.key", 0, ""},
        {"with an intermediate", "fabrikam-chain.pem", "fabrikam-chain.key", 0, ""},
        {"another's key", "contoso.pem", "fabrikam.key", XMPPFED_ERR_TLS_CREDENTIALS,
         "does not belong"},
        {"key of another kind", "contoso.pem", "contoso-rsa.key", XMPPFED_ERR_TLS_CREDENTIALS,
         "key"},
        {"encrypted key", "contoso.pem", "encrypted.key", XMPPFED_ERR_TLS_CREDENTIALS,
         "pass phrase"},
        {"no chain", NULL, "contoso.key", XMPPFED_ERR_TLS_CREDENTIALS, "chain cannot be read"},
        {"no key", "contoso.pem", NULL, XMPPFED_ERR_TLS_CREDENTIALS, "key cannot be read"},
        {"files exchanged", "contoso.key", "contoso.pem", XMPPFED_ERR_TLS_CREDENTIALS,
         "chain cannot be read"},
        {"text that is no PEM", "make-certs.sh", "contoso.key", XMPPFED_ERR_TLS_CREDENTIALS,
         "chain cannot be read"},
    };
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_slice none = {NULL, 0};
        xmppfed_slice chain = rows[i].chain ? test_data_read(rows[i].chain) : none;
        xmppfed_slice key = rows[i].key ? test_data_read(rows[i].key) : none;
        xmppfed_credentials *c = NULL;
        xmppfed_problem why = {0, ""};
        int rc = xmppfed_credentials_new(ctx, chain, key, &why, &c);

        if (rc != rows[i].code || why.code != rc || !strstr(why.text, rows[i].says))
            fail_msg("%s: %d, \"%s\"", rows[i].name, rc, why.text);
        assert_true((rc == 0) == (c != NULL));
        /* The sentence is optional. */
        if (rc < 0)
            assert_int_equal(xmppfed_credentials_new(ctx, chain, key, NULL, &c), rc);
        xmppfed_credentials_unref(c);
        test_data_free(chain);
        test_data_free(key);
    }
    xmppfed_context_unref(ctx);
}

static void test_check(void **state)
{
    static const struct {
        const char *name; /* also of the file */
        const char *domain;
        int64_t time;
        int code;
        const char *says;
    } rows[] = {
        {"contoso", "contoso.example", TEST_TIME, 0, ""},
        {"contoso", "CONTOSO.example", TEST_TIME, 0, ""},
        {"contoso", "fabrikam.example", TEST_TIME, XMPPFED_ERR_TLS_IDENTITY, "fabrikam.example"},
        {"contoso", "not a domain", TEST_TIME, XMPPFED_ERR_ADDRESS, "not a domain"},
        {"contoso", "contoso.example", 0, XMPPFED_ERR_TLS_CERTIFICATE, "before 2020-01-01"},
        {"contoso", "contoso.example", INT64_C(4000000000), XMPPFED_ERR_TLS_CERTIFICATE,
         "expired on 2060-01-01"},
        {"fabrikam-srvname", "fabrikam.example", TEST_TIME, 0, ""},
        {"fabrikam-xmppaddr", "fabrikam.example", TEST_TIME, 0, ""},
        {"fabrikam-wildcard", "a.fabrikam.example", TEST_TIME, 0, ""},
        {"fabrikam-serverauth", "fabrikam.example", TEST_TIME, 0, ""},
        {"fabrikam-noeku", "fabrikam.example", TEST_TIME, 0, ""},
        {"fabrikam-chain", "fabrikam.example", TEST_TIME, 0, ""},
        {"fabrikam-cnonly", "fabrikam.example", TEST_TIME, XMPPFED_ERR_TLS_IDENTITY, "dNSName"},
        {"fabrikam-clientauth", "fabrikam.example", TEST_TIME, XMPPFED_ERR_TLS_CERTIFICATE,
         "serverAuth"},
        {"fabrikam-expired", "fabrikam.example", TEST_TIME, XMPPFED_ERR_TLS_CERTIFICATE,
         "own certificate for fabrikam.example expired on 2025-01-02"},
        {"fabrikam-notyet", "fabrikam.example", TEST_TIME, XMPPFED_ERR_TLS_CERTIFICATE,
         "before 2050-01-01"},
        {"fabrikam-chain-expired", "fabrikam.example", TEST_TIME, XMPPFED_ERR_TLS_CERTIFICATE,
         "issuing certificate in the own chain"},
    };
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_credentials *c = test_credentials(ctx, rows[i].name);
        xmppfed_problem why = {0, ""};
        int rc = xmppfed_credentials_check(c, rows[i].domain, rows[i].time, &why);

        if (rc != rows[i].code || why.code != rc || !strstr(why.text, rows[i].says))
            fail_msg("%s, %s: %d, \"%s\"", rows[i].name, rows[i].domain, rc, why.text);
        xmppfed_credentials_unref(c);
    }
    xmppfed_context_unref(ctx);
}

static void test_arguments(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_slice none = {NULL, 0};
    xmppfed_credentials *c = NULL;

    (void)state;
    assert_int_equal(xmppfed_credentials_new(NULL, none, none, NULL, &c), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_credentials_new(ctx, none, none, NULL, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_credentials_check(NULL, "a.example", 0, NULL), XMPPFED_ERR_ARGUMENT);
    assert_null(xmppfed_credentials_ref(NULL));
    xmppfed_credentials_unref(NULL);

    c = test_credentials(ctx, "contoso");
    assert_int_equal(xmppfed_credentials_check(c, NULL, 0, NULL), XMPPFED_ERR_ARGUMENT);
    assert_ptr_equal(xmppfed_credentials_ref(c), c);
    xmppfed_credentials_unref(c);
    assert_int_equal(xmppfed_credentials_check(c, "contoso.example", TEST_TIME, NULL), 0);
    xmppfed_credentials_unref(c);
    xmppfed_context_unref(ctx);
}

/* Each allocation of ours fails once; nothing leaks and the error is told. */
static void test_out_of_memory(void **state)
{
    struct alloc_fail counter;
    xmppfed_slice chain = test_data_read("fabrikam-chain.pem");
    xmppfed_slice key = test_data_read("fabrikam-chain.key");
    xmppfed_context *ctx = test_context_counted(&counter);
    bool done = false;

    (void)state;
    for (size_t n = 1; !done; n++) {
        xmppfed_credentials *c = NULL;
        xmppfed_problem why = {0, ""};
        int rc;

        counter.calls = 0;
        counter.fail_at = n;
        rc = xmppfed_credentials_new(ctx, chain, key, &why, &c);
        if (rc == 0)
            rc = xmppfed_credentials_check(c, "fabrikam.example", TEST_TIME, &why);
        done = counter.calls < n;
        counter.fail_at = 0;
        /* Some get along with a smaller block; nothing else may be told. */
        assert_true(rc == 0 || (rc == XMPPFED_ERR_NOMEM && !done));
        assert_int_equal(why.code, rc);
        xmppfed_credentials_unref(c);
        assert_int_equal(counter.live, 1);
        assert_int_equal(xmppfed_context_memory_used(ctx), 0);
    }
    test_context_counted_free(ctx, &counter);
    test_data_free(chain);
    test_data_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
