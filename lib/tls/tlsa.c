/* tlsa.c - which TLSA records can be used at all, and which of them count (RFC 6698 4.1). */
#include "tls/tlsa.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "tls/certificate.h"

enum { SHA256_SIZE = 32, SHA512_SIZE = 64 };

/* Whether a certificate or key that is given in full can be read at all. */
static bool is_readable(const xmppfed_tlsa *r)
{
    gnutls_datum_t data = {(unsigned char *)(uintptr_t)r->data.data, (unsigned int)r->data.len};
    gnutls_x509_crt_t certificate = NULL;
    gnutls_pubkey_t key = NULL;
    bool good;

    if (r->data.len == 0 || r->data.len > XFED_TLS_CERTIFICATE_MAX)
        return false;
    if (r->selector == XFED_TLSA_CERTIFICATE) {
        if (gnutls_x509_crt_init(&certificate) < 0)
            return false;
        good = gnutls_x509_crt_import(certificate, &data, GNUTLS_X509_FMT_DER) == 0;
        gnutls_x509_crt_deinit(certificate);
        return good;
    }
    if (gnutls_pubkey_init(&key) < 0)
        return false;
    good = gnutls_pubkey_import(key, &data, GNUTLS_X509_FMT_DER) == 0;
    gnutls_pubkey_deinit(key);
    return good;
}

/*
 * RFC 6698 4.1: a record with an unknown number or malformed data is unusable, as if it were not
 * there. Usage 0 is of that kind here: RFC 7671 5.4 gives it no advantage over the others.
 */
static bool is_usable(const xmppfed_tlsa *r)
{
    if (r->usage < XFED_TLSA_PKIX_EE || r->usage > XFED_TLSA_DANE_EE || r->selector > XFED_TLSA_KEY)
        return false;
    switch (r->matching) {
    case XFED_TLSA_FULL:
        return is_readable(r);
    case XFED_TLSA_SHA256:
        return r->data.len == SHA256_SIZE;
    case XFED_TLSA_SHA512:
        return r->data.len == SHA512_SIZE;
    default:
        return false;
    }
}

/* Whether a record is outdone by a stronger digest of the same thing (RFC 7671 9). */
static bool is_outdone(const xmppfed_tlsa *records, size_t count, const bool *usable,
                       const xmppfed_tlsa *r)
{
    for (size_t i = 0; i < count && r->matching != XFED_TLSA_FULL; i++)
        if (usable[i] && records[i].usage == r->usage && records[i].selector == r->selector &&
            records[i].matching > r->matching)
            return true;
    return false;
}

size_t xfed_tlsa_choose(const xmppfed_tlsa *records, size_t count, bool used[XFED_TLSA_MAX])
{
    bool usable[XFED_TLSA_MAX];
    size_t chosen = 0;

    if (count > XFED_TLSA_MAX)
        count = XFED_TLSA_MAX;
    for (size_t i = 0; i < count; i++)
        usable[i] = is_usable(&records[i]);
    for (size_t i = 0; i < count; i++) {
        used[i] = usable[i] && !is_outdone(records, count, usable, &records[i]);
        chosen += used[i];
    }
    return chosen;
}
