/* posh.c - whether a peer's certificate is one of those that its domain publishes (RFC 7711). */
#include "tls/posh.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "base/fault.h"
#include "tls/certificate.h"

enum { SHA256_SIZE = 32, SHA512_SIZE = 64 };

/* The digests of a certificate, by every hash function that we know. */
struct digests {
    uint8_t sha256[SHA256_SIZE];
    uint8_t sha512[SHA512_SIZE];
};

static bool matches(const xmppfed_fingerprint *f, const struct digests *have)
{
    switch (f->hash) {
    case XMPPFED_HASH_SHA256:
        return memcmp(f->octets, have->sha256, SHA256_SIZE) == 0;
    case XMPPFED_HASH_SHA512:
        return memcmp(f->octets, have->sha512, SHA512_SIZE) == 0;
    default:
        return false;
    }
}

/* What the domain publishes says nothing about dates: those of the certificate hold (RFC 7711 6).
 */
static int check_dates(const gnutls_datum_t *leaf, const char *domain, int64_t unix_seconds,
                       int64_t *ret_until, xmppfed_problem *why)
{
    struct xfed_tls_chain chain;
    char date[XFED_TLS_DATE_SIZE];
    enum xfed_tls_validity validity;
    int64_t until;

    if (xfed_tls_chain_import(leaf, 1, &chain) != XFED_TLS_CHAIN_OK)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                              "certificate of %.128s cannot be read; its operator must replace it",
                              domain);
    validity = xfed_tls_certificate_validity(chain.certificates[0], unix_seconds, date);
    until = (int64_t)gnutls_x509_crt_get_expiration_time(chain.certificates[0]);
    xfed_tls_chain_fini(&chain);
    if (validity != XFED_TLS_VALID)
        return xfed_fault_set(
            why, XMPPFED_ERR_TLS_CERTIFICATE,
            "certificate of %.128s is the one that its domain publishes by POSH, "
            "but is %s %s; its operator must replace it",
            domain, validity == XFED_TLS_EXPIRED ? "expired since" : "not valid before", date);
    *ret_until = until;
    return 0;
}

int xfed_posh_match(const xmppfed_fingerprint *list, size_t count, const gnutls_datum_t *leaf,
                    const char *domain, int64_t unix_seconds, int64_t *ret_until,
                    xmppfed_problem *why)
{
    struct digests have;

    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, leaf->data, leaf->size, have.sha256) < 0 ||
        gnutls_hash_fast(GNUTLS_DIG_SHA512, leaf->data, leaf->size, have.sha512) < 0)
        return xfed_fault_code(why, XMPPFED_ERR_INTERNAL);
    for (size_t i = 0; i < count; i++) {
        if (matches(&list[i], &have))
            return check_dates(leaf, domain, unix_seconds, ret_until, why);
    }
    return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                          "certificate of %.128s is none of those that its domain publishes by "
                          "POSH; its operator must publish it, or somebody is in between",
                          domain);
}
