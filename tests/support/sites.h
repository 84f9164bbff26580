/* sites.h - a policy of a few partner records, and a site that uses it. */
#ifndef TESTS_SUPPORT_SITES_H
#define TESTS_SUPPORT_SITES_H

#include <stdbool.h>
#include <xmppfed/site.h>

/* A partner record; 0 in tls or sasl is the default of a record. */
struct test_partner {
    const char *domain; /* NULL: no such record */
    int tls;
    int sasl;
    bool no_dialback;
    bool plaintext;
    bool key_by_certificate;
    bool no_keep_alive;
    int eku;
    int dane;
    int bidi;
    const char *pin;
    bool pin_only;
    int tls_minimum;
    int ocsp;
    const char *secret; /* shared with this partner; test_site() knows it */
    int minimum_proof;
    int ping; /* enum xmppfed_ping_rule; 0: the default */
};

/* A policy of these records, all federated, everybody allowed. */
xmppfed_policy *test_policy(xmppfed_context *ctx, const struct test_partner *partners,
                            size_t count);
/* The same of one record under the reading that is wanted; what the builder says of it. */
int test_policy_read(xmppfed_context *ctx, struct test_partner partner, bool strict,
                     xmppfed_policy **ret);
/*
 * A site at TEST_TIME that hosts a domain with the certificate <cert> of tests/data (NULL: without
 * TLS), trusts ca.pem, has one partner (domain NULL: none), and a secret made of its domain.
 */
xmppfed_site *test_site(xmppfed_context *ctx, const char *domain, const char *cert,
                        struct test_partner partner);
/* The record that proves itself as row number 1..18 of the documented matrix says. */
struct test_partner test_matrix_row(const char *domain, unsigned number);

#endif
