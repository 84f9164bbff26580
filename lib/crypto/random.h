/* random.h - random bytes, numbers and tokens from the context's source. */
#ifndef XFED_CRYPTO_RANDOM_H
#define XFED_CRYPTO_RANDOM_H

#include <xmppfed/context.h>

/* Enough for a token of 32 hexadecimal digits, which carry 128 random bits. */
#define XFED_RANDOM_TOKEN_SIZE 33

/* Fills out with size bytes fit for keys; XMPPFED_ERR_INTERNAL when the source fails. */
int xfed_random(xmppfed_context *ctx, void *out, size_t size) XMPPFED_MUST_CHECK;

/* One number, all equally likely; fails as xfed_random(). */
int xfed_random_u32(xmppfed_context *ctx, uint32_t *ret) XMPPFED_MUST_CHECK;

/* One number below bound, all equally likely (0 for bound 0); fails as xfed_random(). */
int xfed_random_below(xmppfed_context *ctx, uint32_t bound, uint32_t *ret) XMPPFED_MUST_CHECK;

/*
 * Writes size - 1 random hexadecimal digits and a NUL, four bits each; fails as xfed_random(). For
 * stream ids, which must not be guessable (RFC 6120 4.7.3, XEP-0185), use XFED_RANDOM_TOKEN_SIZE.
 */
int xfed_random_token(xmppfed_context *ctx, char *ret, size_t size) XMPPFED_MUST_CHECK;

#endif
