/* pbkdf2.h - a key of a secret, slow on purpose: PBKDF2 with HMAC-SHA-256 (RFC 8018 5.2). */
#ifndef XFED_CRYPTO_PBKDF2_H
#define XFED_CRYPTO_PBKDF2_H

#include "crypto/digest.h"

/*
 * Derives a key of secret and salt in so many iterations, which take 3 milliseconds for 4096.
 * XMPPFED_ERR_ARGUMENT for none, XMPPFED_ERR_INTERNAL when GnuTLS refuses (FIPS mode).
 */
int xfed_pbkdf2_sha256(xmppfed_slice secret, xmppfed_slice salt, unsigned iterations,
                       uint8_t ret[XFED_SHA256_SIZE]) XMPPFED_MUST_CHECK;

#endif
