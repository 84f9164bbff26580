/* random.c - random bytes, numbers and tokens from the context's source. */
#include "crypto/random.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/context.h"
#include "base/memory.h"

int xfed_random(xmppfed_context *ctx, void *out, size_t size)
{
    int rc;

    if (ctx->random_fn)
        rc = ctx->random_fn(out, size, ctx->random_user);
    else
        rc = gnutls_rnd(GNUTLS_RND_KEY, out, size);
    return rc < 0 ? XMPPFED_ERR_INTERNAL : 0;
}

int xfed_random_u32(xmppfed_context *ctx, uint32_t *ret)
{
    uint8_t bytes[4];
    int rc = xfed_random(ctx, bytes, sizeof(bytes));

    if (rc < 0)
        return rc;
    /* Byte by byte, so that a seeded run is the same on every machine. */
    *ret = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    return 0;
}

int xfed_random_below(xmppfed_context *ctx, uint32_t bound, uint32_t *ret)
{
    uint32_t surplus;
    uint32_t number;

    if (bound == 0) {
        *ret = 0;
        return 0;
    }
    /* 2^32 mod bound: numbers below it would favour the low results, so they are drawn again. */
    surplus = (uint32_t)(0 - bound) % bound;
    do {
        int rc = xfed_random_u32(ctx, &number);

        if (rc < 0)
            return rc;
    } while (number < surplus);
    *ret = number % bound;
    return 0;
}

int xfed_random_token(xmppfed_context *ctx, char *ret, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[32];
    size_t length = size > 0 ? size - 1 : 0;
    size_t i = 0;
    int rc = 0;

    if (size == 0)
        return XMPPFED_ERR_ARGUMENT;
    while (i < length) {
        rc = xfed_random(ctx, bytes, sizeof(bytes));
        if (rc < 0)
            goto out;
        for (size_t j = 0; j < 2 * sizeof(bytes) && i < length; j++)
            ret[i++] = digits[j % 2 == 0 ? bytes[j / 2] >> 4 : bytes[j / 2] & 0x0F];
    }
    ret[length] = '\0';

out:
    xfed_wipe(bytes, sizeof(bytes));
    return rc;
}
