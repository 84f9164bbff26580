/* key.c - dialback keys (XEP-0185): stateless, bound to both domains and the stream id. */
#include "dialback/key.h"

#include <string.h>

#include "base/memory.h"
#include "crypto/digest.h"
#include "crypto/equal.h"

/* The bytes that the key signs, as text owned by the caller; NULL when out of memory. */
static char *signed_text(xmppfed_context *ctx, const char *receiving, const char *originating,
                         const char *stream_id, size_t *ret_len)
{
    const char *parts[] = {receiving, originating, stream_id};
    size_t lens[3];
    size_t size = sizeof(parts) / sizeof(parts[0]); /* two spaces and a NUL */
    char *text;
    char *out;

    for (size_t i = 0; i < 3; i++) {
        lens[i] = strlen(parts[i]);
        if (!xfed_size_add(size, lens[i], &size))
            return NULL;
    }
    text = xfed_alloc(ctx, size);
    if (!text)
        return NULL;
    out = text;
    for (size_t i = 0; i < 3; i++) {
        /*
         * The spaces keep "a.example" + "b" apart from "a" + ".exampleb". A domain has none, so
         * only the last part could, where it does no harm.
         */
        if (i > 0)
            *out++ = ' ';
        memcpy(out, parts[i], lens[i]);
        out += lens[i];
    }
    *out = '\0';
    *ret_len = size - 1;
    return text;
}

int xfed_dialback_key_make(xmppfed_context *ctx, xmppfed_slice secret, const char *receiving,
                           const char *originating, const char *stream_id,
                           char ret[XFED_DIALBACK_KEY_SIZE])
{
    uint8_t digest[XFED_SHA256_SIZE];
    char hmac_key[XFED_SHA256_HEX_SIZE];
    size_t len;
    char *text = signed_text(ctx, receiving, originating, stream_id, &len);
    int rc;

    if (!text)
        return XMPPFED_ERR_NOMEM;
    rc = xfed_sha256(secret.data, secret.len, digest);
    if (rc < 0)
        goto out;
    /* The key of the HMAC is the digest in hex, not its bytes: XEP-0185 2, last but one note. */
    xfed_hex(digest, sizeof(digest), hmac_key);
    rc = xfed_hmac_sha256(hmac_key, sizeof(hmac_key) - 1, text, len, digest);
    if (rc < 0)
        goto out;
    xfed_hex(digest, sizeof(digest), ret);

out:
    xfed_wipe(hmac_key, sizeof(hmac_key));
    xfed_wipe(digest, sizeof(digest));
    xfed_free(ctx, text);
    return rc;
}

bool xfed_dialback_key_check(xmppfed_context *ctx, xmppfed_slice secret, const char *receiving,
                             const char *originating, const char *stream_id, const char *key)
{
    char expected[XFED_DIALBACK_KEY_SIZE];
    bool equal;

    if (!key ||
        xfed_dialback_key_make(ctx, secret, receiving, originating, stream_id, expected) < 0)
        return false;
    equal = xfed_equal_constant_time(expected, sizeof(expected) - 1, key, strlen(key));
    xfed_wipe(expected, sizeof(expected));
    return equal;
}
