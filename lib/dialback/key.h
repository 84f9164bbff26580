/* key.h - dialback keys (XEP-0185): stateless, bound to both domains and the stream id. */
#ifndef XFED_DIALBACK_KEY_H
#define XFED_DIALBACK_KEY_H

#include <stdbool.h>
#include <xmppfed/context.h>

/* Lower-case hex of HMAC-SHA256 with its NUL. */
#define XFED_DIALBACK_KEY_SIZE 65

/*
 * key = HMAC-SHA256(hex(SHA256(secret)), "receiving originating id") in hex. XEP-0185 3.
 * XMPPFED_ERR_INTERNAL if the crypto library fails, XMPPFED_ERR_NOMEM.
 */
int xfed_dialback_key_make(xmppfed_context *ctx, xmppfed_slice secret, const char *receiving,
                           const char *originating, const char *stream_id,
                           char ret[XFED_DIALBACK_KEY_SIZE]) XMPPFED_MUST_CHECK;

/* Whether a key received is the one that we would have made; in constant time. */
bool xfed_dialback_key_check(xmppfed_context *ctx, xmppfed_slice secret, const char *receiving,
                             const char *originating, const char *stream_id, const char *key);

#endif
