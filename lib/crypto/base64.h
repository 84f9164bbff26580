/* base64.h - strict base64 (RFC 4648 section 4), as SASL and XMPP use it (RFC 6120 6.4.2). */
#ifndef XFED_CRYPTO_BASE64_H
#define XFED_CRYPTO_BASE64_H

#include <xmppfed/context.h>

/* Writes the base64 text of bytes to *ret, owned (xfed_free). XMPPFED_ERR_NOMEM, else 0. */
int xfed_base64_encode(xmppfed_context *ctx, xmppfed_slice bytes, char **ret) XMPPFED_MUST_CHECK;

/*
 * Decodes to *ret, owned (xfed_free) and NUL-terminated beyond *ret_len. White space, missing
 * padding and non-zero trailing bits are XMPPFED_ERR_SASL_MALFORMED; else XMPPFED_ERR_NOMEM or 0.
 */
int xfed_base64_decode(xmppfed_context *ctx, xmppfed_slice text, uint8_t **ret,
                       size_t *ret_len) XMPPFED_MUST_CHECK;

#endif
