/* tlsa.h - TLSA records as an operator would publish them for a certificate of tests/data. */
#ifndef TESTS_SUPPORT_TLSA_H
#define TESTS_SUPPORT_TLSA_H

#include <gnutls/x509.h>
#include <stdint.h>
#include <xmppfed/tls.h>

enum { TEST_CHAIN = 4, TEST_TLSA_SIZE = 4096 };

/* A record of a certificate of tests/data: "1", or "2" for the second of its file. */
struct test_promise {
    unsigned usage, selector, matching;
    const char *file; /* NULL: the row has no more */
    unsigned second;  /* 1: of the second certificate in the file */
    enum { AS_IT_IS, CHANGED, SHORT, EMPTY } spoiled;
};

/* The certificates of a file in DER; free with test_chain_free(). */
size_t test_chain_load(const char *name, gnutls_datum_t der[TEST_CHAIN]);
void test_chain_free(gnutls_datum_t *der, size_t count);

/* Makes the record of a promise; octets must outlive it. */
xmppfed_tlsa test_tlsa(const struct test_promise *p, uint8_t octets[TEST_TLSA_SIZE]);

#endif
