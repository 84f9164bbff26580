/* test_trust.c - loading anchors and revocation lists, and finding an issuer among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "support/context.h"
#include "support/certs.h"
#include "tls/trust.h"

static void test_load(void **state)
{
    static const struct {
        const char *name;
        const char *anchors;
        const char *crls;
        int code;
        const char *says;
    } rows[] = {
        {"one anchor", "ca.pem", NULL, 0, ""},
        {"several anchors", "fabrikam-chain.pem", NULL, 0, ""},
        {"an anchor and a list", "ca.pem", "crl.pem", 0, ""},
        {"nothing", NULL, NULL, XMPPFED_ERR_TLS_CREDENTIALS, "at least one"},
        {"a key for an anchor", "ca.key", NULL, XMPPFED_ERR_TLS_CREDENTIALS, "anchors"},
        {"a list for an anchor", "crl.pem", NULL, XMPPFED_ERR_TLS_CREDENTIALS, "anchors"},
        {"an anchor for a list", "ca.pem", "ca.pem", XMPPFED_ERR_TLS_CREDENTIALS, "revocation"},
    };
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_slice none = {NULL, 0};
        xmppfed_slice anchors = rows[i].anchors ? test_data_read(rows[i].anchors) : none;
        xmppfed_slice crls = rows[i].crls ? test_data_read(rows[i].crls) : none;
        xmppfed_trust *t = NULL;
        xmppfed_problem why = {0, ""};
        int rc = xmppfed_trust_new(ctx, anchors, crls, &why, &t);

        if (rc != rows[i].code || why.code != rc || !strstr(why.text, rows[i].says))
            fail_msg("%s: %d, \"%s\"", rows[i].name, rc, why.text);
        assert_true((rc == 0) == (t != NULL));
        xmppfed_trust_unref(t);
        test_data_free(anchors);
        test_data_free(crls);
    }
    xmppfed_context_unref(ctx);
}

static gnutls_x509_crt_t read_certificate(const char *file)
{
    xmppfed_slice pem = test_data_read(file);
    gnutls_datum_t data = {(unsigned char *)(uintptr_t)pem.data, (unsigned int)pem.len};
    gnutls_x509_crt_t certificate;

    assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
    assert_int_equal(gnutls_x509_crt_import(certificate, &data, GNUTLS_X509_FMT_PEM), 0);
    test_data_free(pem);
    return certificate;
}

static void test_issuer(void **state)
{
    gnutls_x509_crt_t known = read_certificate("fabrikam.pem");
    gnutls_x509_crt_t unknown = read_certificate("fabrikam-unknownca.pem");
    xmppfed_context *ctx = test_context();
    xmppfed_trust *t;

    (void)state;
    t = test_trust(ctx);
    assert_ptr_equal(xfed_tls_trust_issuer(t, known, TEST_TIME), t->anchors[0]);
    /* An anchor outside its dates is still named, so that the sentence can say so. */
    assert_ptr_equal(xfed_tls_trust_issuer(t, known, 0), t->anchors[0]);
    assert_null(xfed_tls_trust_issuer(t, unknown, TEST_TIME));
    xmppfed_trust_unref(t);
    xmppfed_context_unref(ctx);
    gnutls_x509_crt_deinit(known);
    gnutls_x509_crt_deinit(unknown);
}

static void test_references(void **state)
{
    xmppfed_slice none = {NULL, 0};
    xmppfed_context *ctx = test_context();
    xmppfed_trust *t = NULL;

    (void)state;
    assert_int_equal(xmppfed_trust_new(NULL, none, none, NULL, &t), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_trust_new(ctx, none, none, NULL, NULL), XMPPFED_ERR_ARGUMENT);
    assert_null(xmppfed_trust_ref(NULL));
    xmppfed_trust_unref(NULL);
    t = test_trust(ctx);
    assert_ptr_equal(xmppfed_trust_ref(t), t);
    xmppfed_trust_unref(t);
    /* The store keeps the context. */
    xmppfed_context_unref(ctx);
    assert_int_equal(t->anchor_count, 1);
    xmppfed_trust_unref(t);
}

static void test_out_of_memory(void **state)
{
    struct alloc_fail counter;
    xmppfed_slice anchors = test_data_read("ca.pem");
    xmppfed_slice none = {NULL, 0};
    xmppfed_problem why = {0, ""};
    xmppfed_context *ctx = test_context_counted(&counter);
    xmppfed_trust *t = NULL;

    (void)state;
    counter.calls = 0;
    counter.fail_at = 1;
    assert_int_equal(xmppfed_trust_new(ctx, anchors, none, &why, &t), XMPPFED_ERR_NOMEM);
    assert_int_equal(why.code, XMPPFED_ERR_NOMEM);
    assert_null(t);
    assert_int_equal(counter.live, 1);
    xmppfed_context_unref(ctx);
    test_data_free(anchors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_issuer),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
