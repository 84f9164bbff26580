/* findings.c - what peers would not like about our own certificate, one finding after another. */
#include <gnutls/x509.h>

#include "base/fault.h"
#include "tls/certificate.h"
#include "tls/credentials.h"
#include "tls/staple.h"

enum { SOON = 30 * 24 * 3600, STAPLE_SOON = 24 * 3600 }; /* seconds */

/* What a look at the certificate yields: 0, or a code with a sentence. */
typedef int (*look_fn)(const xmppfed_credentials *c, const char *domain, int64_t unix_seconds,
                       xmppfed_problem *ret);

static int look_at_expiry(const xmppfed_credentials *c, const char *domain, int64_t unix_seconds,
                          xmppfed_problem *ret)
{
    struct xfed_tls_chain chain;
    char now[XFED_TLS_DATE_SIZE];
    char soon[XFED_TLS_DATE_SIZE];
    int rc = 0;

    if (xfed_tls_chain_import(c->chain, c->chain_count, &chain) != XFED_TLS_CHAIN_OK)
        return 0; /* that it is too large was found before */
    for (size_t i = 0; i < chain.count && rc == 0; i++) {
        gnutls_x509_crt_t one = chain.certificates[i];

        if (xfed_tls_certificate_validity(one, unix_seconds, now) == XFED_TLS_VALID &&
            xfed_tls_certificate_validity(one, unix_seconds + SOON, soon) == XFED_TLS_EXPIRED)
            rc =
                xfed_fault_set(ret, XMPPFED_ERR_TLS_CERTIFICATE,
                               "%s for %.128s expires on %s, in less than 30 days; renew it",
                               i == 0 ? "own certificate" : "an issuing certificate", domain, soon);
    }
    xfed_tls_chain_fini(&chain);
    return rc;
}

/* A staple is renewed days before it ends, so that one with less has been forgotten. */
static int look_at_staple(const xmppfed_credentials *c, const char *domain, int64_t unix_seconds,
                          xmppfed_problem *ret)
{
    struct xfed_tls_chain chain;
    bool must;

    if (c->bare && unix_seconds > c->staple_until)
        return xfed_fault_set(ret, XMPPFED_ERR_TLS_STAPLE,
                              "OCSP response of the own certificate for %.128s is out of date and "
                              "is not sent; get a newer one",
                              domain);
    if (c->bare && unix_seconds > c->staple_until - STAPLE_SOON)
        return xfed_fault_set(ret, XMPPFED_ERR_TLS_STAPLE,
                              "OCSP response of the own certificate for %.128s ends in less than a "
                              "day; get a newer one",
                              domain);
    if (c->bare || xfed_tls_chain_import(c->chain, c->chain_count, &chain) != XFED_TLS_CHAIN_OK)
        return 0;
    must = xfed_staple_is_must(chain.certificates[0]);
    xfed_tls_chain_fini(&chain);
    if (!must)
        return 0;
    return xfed_fault_set(ret, XMPPFED_ERR_TLS_STAPLE,
                          "own certificate for %.128s says that an OCSP response is sent beside it "
                          "(RFC 7633), and there is none; peers will refuse it",
                          domain);
}

/* Peers that ask the client purpose of who dials; public authorities issue it no more. */
static int look_at_client_purpose(const xmppfed_credentials *c, const char *domain,
                                  int64_t unix_seconds, xmppfed_problem *ret)
{
    struct xfed_tls_purposes purposes = {true, true};
    struct xfed_tls_chain chain;

    (void)unix_seconds;
    if (xfed_tls_chain_import(c->chain, c->chain_count, &chain) != XFED_TLS_CHAIN_OK)
        return 0;
    (void)!xfed_tls_certificate_purposes(chain.certificates[0], &purposes);
    xfed_tls_chain_fini(&chain);
    if (purposes.client || !purposes.server)
        return 0;
    return xfed_fault_set(
        ret, XMPPFED_ERR_TLS_CERTIFICATE,
        "own certificate for %.128s is not for clientAuth; old peers, as ejabberd "
        "23.01, refuse it for SASL EXTERNAL when we dial them: let dialback stand "
        "in for it in their records",
        domain);
}

int xmppfed_credentials_finding(const xmppfed_credentials *c, const char *domain,
                                int64_t unix_seconds, size_t index, xmppfed_problem *ret)
{
    static const look_fn looks[] = {xmppfed_credentials_check, look_at_expiry, look_at_staple,
                                    look_at_client_purpose};
    xmppfed_problem found;

    if (!c || !domain || !ret || c->chain_count == 0)
        return XMPPFED_ERR_ARGUMENT;
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        int rc = looks[i](c, domain, unix_seconds, &found);

        if (rc == XMPPFED_ERR_NOMEM)
            return rc;
        if (rc < 0 && index-- == 0) {
            *ret = found;
            return 1;
        }
    }
    return 0;
}
