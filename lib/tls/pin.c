/* pin.c - whether a peer's certificate has one of the keys that a partner record pins. */
#include "tls/pin.h"

#include <gnutls/abstract.h>
#include <string.h>

#include "base/fault.h"
#include "crypto/digest.h"
#include "tls/certificate.h"

/* The digest of the key as the certificate carries it; a GnuTLS error code, or 0. */
static int digest_key(gnutls_x509_crt_t certificate, uint8_t ret[XFED_TLS_PIN_SIZE])
{
    gnutls_datum_t octets = {NULL, 0};
    gnutls_pubkey_t key = NULL;
    int rc = gnutls_pubkey_init(&key);

    if (rc < 0)
        return rc;
    rc = gnutls_pubkey_import_x509(key, certificate, 0);
    if (rc == 0)
        rc = gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &octets);
    if (rc == 0 && xfed_sha256(octets.data, octets.size, ret) < 0)
        rc = GNUTLS_E_HASH_FAILED;
    gnutls_free(octets.data);
    gnutls_pubkey_deinit(key);
    return rc;
}

static void write_hex(const uint8_t digest[XFED_TLS_PIN_SIZE], char ret[2 * XFED_TLS_PIN_SIZE + 1])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < XFED_TLS_PIN_SIZE; i++) {
        ret[2 * i] = digits[digest[i] >> 4];
        ret[2 * i + 1] = digits[digest[i] & 15];
    }
    ret[2 * XFED_TLS_PIN_SIZE] = '\0';
}

static int compare(const struct xfed_tls_pins *pins, const char *domain,
                   const uint8_t digest[XFED_TLS_PIN_SIZE], xmppfed_problem *why)
{
    char shown[2 * XFED_TLS_PIN_SIZE + 1];

    for (size_t i = 0; i < pins->count; i++) {
        if (memcmp(pins->digests + i * XFED_TLS_PIN_SIZE, digest, XFED_TLS_PIN_SIZE) == 0)
            return 0;
    }
    write_hex(digest, shown);
    return xfed_fault_set(why, XMPPFED_ERR_TLS_PIN,
                          "certificate of %.128s has the key %s, which its partner record does not "
                          "pin; add it there if the operator confirms that key, else somebody may "
                          "be in between",
                          domain ? domain : "the peer", shown);
}

int xfed_tls_pins_check(const struct xfed_tls_pins *pins, const char *domain,
                        const gnutls_datum_t *leaf, xmppfed_problem *why)
{
    struct xfed_tls_chain chain;
    uint8_t digest[XFED_TLS_PIN_SIZE];
    int rc;

    if (xfed_tls_chain_import(leaf, 1, &chain) != XFED_TLS_CHAIN_OK)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                              "certificate of %.128s cannot be read; its operator must replace it",
                              domain ? domain : "the peer");
    rc = digest_key(chain.certificates[0], digest);
    xfed_tls_chain_fini(&chain);
    if (rc == GNUTLS_E_MEMORY_ERROR)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    if (rc < 0)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                              "certificate of %.128s has a key that cannot be read (%s)",
                              domain ? domain : "the peer", gnutls_strerror(rc));
    return compare(pins, domain, digest, why);
}
