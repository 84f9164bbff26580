/* certs.h - the fixed certificates of tests/data, loaded by name. */
#ifndef TESTS_SUPPORT_CERTS_H
#define TESTS_SUPPORT_CERTS_H

#include <xmppfed/tls.h>

/* 2025-11-21 in Unix seconds, the time at which the certificates are judged. */
#define TEST_TIME INT64_C(1763683200)

/* A file of tests/data (environment TEST_DATA); fails the test if it is not there. Free data. */
xmppfed_slice test_data_read(const char *file);
void test_data_free(xmppfed_slice data);

/* Credentials of <name>.pem and <name>.key. */
xmppfed_credentials *test_credentials(xmppfed_context *ctx, const char *name);

/* A trust store that holds ca.pem alone. */
xmppfed_trust *test_trust(xmppfed_context *ctx);

/* A trust store of another anchor, and with a revocation list if crl is not NULL. */
xmppfed_trust *test_trust_of(xmppfed_context *ctx, const char *anchor, const char *crl);

#endif
