/* pbkdf2.c - a key of a secret, slow on purpose: PBKDF2 with HMAC-SHA-256 (RFC 8018 5.2). */
#include "crypto/pbkdf2.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <limits.h>
#include <string.h>

#include "base/memory.h"

int xfed_pbkdf2_sha256(xmppfed_slice secret, xmppfed_slice salt, unsigned iterations,
                       uint8_t ret[XFED_SHA256_SIZE])
{
    /* GnuTLS only reads them; its type has no const. */
    const gnutls_datum_t key = {(unsigned char *)(uintptr_t)secret.data, (unsigned)secret.len};
    const gnutls_datum_t grain = {(unsigned char *)(uintptr_t)salt.data, (unsigned)salt.len};
    uint8_t derived[XFED_SHA256_SIZE];

    if (iterations == 0 || secret.len > UINT_MAX || salt.len > UINT_MAX)
        return XMPPFED_ERR_ARGUMENT;
    if (gnutls_pbkdf2(GNUTLS_MAC_SHA256, &key, &grain, iterations, derived, sizeof(derived)) < 0)
        return XMPPFED_ERR_INTERNAL;
    memcpy(ret, derived, sizeof(derived));
    xfed_wipe(derived, sizeof(derived));
    return 0;
}
