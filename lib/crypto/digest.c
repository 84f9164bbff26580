/* digest.c - SHA-256, HMAC-SHA-256 and hexadecimal text. */
#include "crypto/digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/memory.h"

int xfed_sha256(const void *data, size_t len, uint8_t ret[XFED_SHA256_SIZE])
{
    uint8_t digest[XFED_SHA256_SIZE];

    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, data, len, digest) < 0)
        return XMPPFED_ERR_INTERNAL;
    memcpy(ret, digest, sizeof(digest));
    return 0;
}

int xfed_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                     uint8_t ret[XFED_SHA256_SIZE])
{
    uint8_t mac[XFED_SHA256_SIZE];

    if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, key_len, data, len, mac) < 0)
        return XMPPFED_ERR_INTERNAL;
    memcpy(ret, mac, sizeof(mac));
    xfed_wipe(mac, sizeof(mac));
    return 0;
}

void xfed_hex(const uint8_t *data, size_t len, char *ret)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        ret[2 * i] = digits[data[i] >> 4];
        ret[2 * i + 1] = digits[data[i] & 0x0F];
    }
    ret[2 * len] = '\0';
}
