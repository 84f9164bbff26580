/* digest.h - SHA-256, HMAC-SHA-256 and hexadecimal text. */
#ifndef XFED_CRYPTO_DIGEST_H
#define XFED_CRYPTO_DIGEST_H

#include <xmppfed/common.h>
#include <xmppfed/error.h>

enum { XFED_SHA256_SIZE = 32, XFED_SHA256_HEX_SIZE = 65 };

/* The SHA-256 of data; XMPPFED_ERR_INTERNAL when GnuTLS refuses (FIPS self-test failed). */
int xfed_sha256(const void *data, size_t len, uint8_t ret[XFED_SHA256_SIZE]) XMPPFED_MUST_CHECK;

/* HMAC (RFC 2104) with SHA-256; fails as xfed_sha256(). */
int xfed_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                     uint8_t ret[XFED_SHA256_SIZE]) XMPPFED_MUST_CHECK;

/* Writes 2 * len lower-case hexadecimal digits and a NUL. */
void xfed_hex(const uint8_t *data, size_t len, char *ret);

#endif
