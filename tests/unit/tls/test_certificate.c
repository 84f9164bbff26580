/* test_certificate.c - names, purposes, dates and texts as read from real certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/slice.h"
#include "support/certs.h"
#include "support/context.h"
#include "tls/certificate.h"

static gnutls_x509_crt_t read_certificate(const char *name)
{
    gnutls_x509_crt_t certificate;
    gnutls_datum_t data;
    xmppfed_slice pem;
    char file[128];

    snprintf(file, sizeof(file), "%s.pem", name);
    pem = test_data_read(file);
    data.data = (unsigned char *)(uintptr_t)pem.data;
    data.size = (unsigned int)pem.len;
    assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
    assert_int_equal(gnutls_x509_crt_import(certificate, &data, GNUTLS_X509_FMT_PEM), 0);
    test_data_free(pem);
    return certificate;
}

static void test_names(void **state)
{
    static const struct {
        const char *certificate;
        size_t index;
        enum xfed_tls_name_type type;
        xmppfed_slice value;
        size_t count;
    } rows[] = {
        {"fabrikam", 0, XFED_TLS_NAME_DNS, {"fabrikam.example", 16}, 1},
        {"fabrikam-srvname", 0, XFED_TLS_NAME_SRV, {"_xmpp-server.fabrikam.example", 29}, 1},
        {"fabrikam-xmppaddr", 0, XFED_TLS_NAME_XMPP_ADDR, {"fabrikam.example", 16}, 1},
        {"fabrikam-nul", 0, XFED_TLS_NAME_DNS, {"fabrikam.example\0.evil.example", 30}, 1},
        {"fabrikam-chain-slipped", 0, XFED_TLS_NAME_DNS, {"contoso.example", 15}, 3},
        {"fabrikam-chain-slipped", 2, XFED_TLS_NAME_XMPP_ADDR, {"fabrikam.example", 16}, 3},
        {"fabrikam-cnonly", 0, XFED_TLS_NAME_DNS, {NULL, 0}, 0},
        {"ca", 0, XFED_TLS_NAME_DNS, {NULL, 0}, 0},
    };
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        gnutls_x509_crt_t certificate = read_certificate(rows[i].certificate);
        struct xfed_tls_name_list list;
        struct xfed_arena arena;

        xfed_arena_init(&arena, ctx);
        assert_int_equal(xfed_tls_certificate_names(certificate, &arena, &list), 0);
        if (list.count != rows[i].count)
            fail_msg("%s: %zu names", rows[i].certificate, list.count);
        if (list.count > 0 && (list.names[rows[i].index].type != rows[i].type ||
                               !xfed_slice_equal(list.names[rows[i].index].value, rows[i].value)))
            fail_msg("%s: name %zu is wrong", rows[i].certificate, rows[i].index);
        xfed_arena_fini(&arena);
        gnutls_x509_crt_deinit(certificate);
    }
    assert_int_equal(xmppfed_context_memory_used(ctx), 0);
    xmppfed_context_unref(ctx);
}

static void test_too_many_names(void **state)
{
    gnutls_x509_crt_t certificate = read_certificate("fabrikam-manynames");
    struct xfed_tls_name_list list = {NULL, 7};
    struct xfed_arena arena;
    xmppfed_context *ctx = test_context();

    (void)state;
    xfed_arena_init(&arena, ctx);
    assert_int_equal(xfed_tls_certificate_names(certificate, &arena, &list),
                     XMPPFED_ERR_TLS_CERTIFICATE);
    assert_int_equal(list.count, 7);
    xfed_arena_fini(&arena);
    gnutls_x509_crt_deinit(certificate);
    xmppfed_context_unref(ctx);
}

static void test_purposes_and_constraints(void **state)
{
    static const struct {
        const char *certificate;
        bool server, client, constrains;
    } rows[] = {
        {"fabrikam", true, true, false},
        {"fabrikam-serverauth", true, false, false},
        {"fabrikam-clientauth", false, true, false},
        {"fabrikam-noeku", true, true, false},
        {"fabrikam-anyeku", true, true, false},
        {"sub-ca-clientauth", false, true, false},
        {"sub-ca-constrained", true, true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        gnutls_x509_crt_t certificate = read_certificate(rows[i].certificate);
        struct xfed_tls_purposes purposes;

        assert_int_equal(xfed_tls_certificate_purposes(certificate, &purposes), 0);
        if (purposes.server != rows[i].server || purposes.client != rows[i].client ||
            xfed_tls_certificate_constrains(certificate) != rows[i].constrains)
            fail_msg("%s: server %d, client %d", rows[i].certificate, purposes.server,
                     purposes.client);
        gnutls_x509_crt_deinit(certificate);
    }
}

static void test_dates_and_texts(void **state)
{
    gnutls_x509_crt_t certificate = read_certificate("fabrikam-expired");
    char date[XFED_TLS_DATE_SIZE], name[XFED_TLS_DN_SIZE];

    (void)state;
    assert_int_equal(xfed_tls_certificate_validity(certificate, TEST_TIME, date), XFED_TLS_EXPIRED);
    assert_string_equal(date, "2025-01-02");
    assert_int_equal(xfed_tls_certificate_validity(certificate, 0, date), XFED_TLS_NOT_YET_VALID);
    assert_string_equal(date, "2020-01-01");
    assert_int_equal(xfed_tls_certificate_validity(certificate, INT64_C(1577836800), date),
                     XFED_TLS_VALID);
    xfed_tls_certificate_subject(certificate, name);
    assert_string_equal(name, "CN=fabrikam.example");
    xfed_tls_certificate_issuer(certificate, name);
    assert_string_equal(name, "CN=Test Root CA");
    gnutls_x509_crt_deinit(certificate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_too_many_names),
        cmocka_unit_test(test_purposes_and_constraints),
        cmocka_unit_test(test_dates_and_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
