/* tlsa.c - TLSA records as an operator would publish them for a certificate of tests/data. */
#include "support/tlsa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>

#include "support/certs.h"

size_t test_chain_load(const char *name, gnutls_datum_t der[TEST_CHAIN])
{
    gnutls_x509_crt_t certificates[TEST_CHAIN];
    unsigned int count = TEST_CHAIN;
    xmppfed_slice pem;
    gnutls_datum_t data;
    char file[128];

    (void)snprintf(file, sizeof(file), "%s.pem", name);
    pem = test_data_read(file);
    data = (gnutls_datum_t){(unsigned char *)(uintptr_t)pem.data, (unsigned)pem.len};
    assert_true(gnutls_x509_crt_list_import(certificates, &count, &data, GNUTLS_X509_FMT_PEM, 0) >
                0);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(gnutls_x509_crt_export2(certificates[i], GNUTLS_X509_FMT_DER, &der[i]), 0);
        gnutls_x509_crt_deinit(certificates[i]);
    }
    test_data_free(pem);
    return count;
}

void test_chain_free(gnutls_datum_t *der, size_t count)
{
    for (size_t i = 0; i < count; i++)
        gnutls_free(der[i].data);
}

/* The key of a certificate as an operator would publish it, by another way than that under test. */
static size_t public_key(const gnutls_datum_t *der, uint8_t *ret, size_t size)
{
    gnutls_x509_crt_t certificate;
    gnutls_pubkey_t key;
    size_t len = size;

    assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
    assert_int_equal(gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER), 0);
    assert_int_equal(gnutls_pubkey_init(&key), 0);
    assert_int_equal(gnutls_pubkey_import_x509(key, certificate, 0), 0);
    assert_int_equal(gnutls_pubkey_export(key, GNUTLS_X509_FMT_DER, ret, &len), 0);
    gnutls_pubkey_deinit(key);
    gnutls_x509_crt_deinit(certificate);
    return len;
}

xmppfed_tlsa test_tlsa(const struct test_promise *p, uint8_t octets[TEST_TLSA_SIZE])
{
    gnutls_datum_t der[TEST_CHAIN];
    size_t count = test_chain_load(p->file, der);
    uint8_t whole[TEST_TLSA_SIZE];
    size_t len = der[p->second].size;

    assert_true(p->second < count && len <= sizeof(whole));
    memcpy(whole, der[p->second].data, len);
    if (p->selector == 1)
        len = public_key(&der[p->second], whole, sizeof(whole));
    memcpy(octets, whole, len);
    if (p->matching == 1 || p->matching == 2) {
        assert_int_equal(gnutls_hash_fast(p->matching == 1 ? GNUTLS_DIG_SHA256 : GNUTLS_DIG_SHA512,
                                          whole, len, octets),
                         0);
        len = p->matching == 1 ? 32 : 64;
    }
    if (p->spoiled == CHANGED)
        octets[len - 1] ^= 1;
    else if (p->spoiled == SHORT)
        len--;
    else if (p->spoiled == EMPTY)
        len = 0;
    test_chain_free(der, count);
    return (xmppfed_tlsa){.usage = (uint8_t)p->usage,
                          .selector = (uint8_t)p->selector,
                          .matching = (uint8_t)p->matching,
                          .data = {(const char *)octets, len}};
}
