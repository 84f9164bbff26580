/* base64.c - strict base64 (RFC 4648 section 4). Not GnuTLS's: that one skips what is not base64.
 */
#include "crypto/base64.h"

#include "base/memory.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int xfed_base64_encode(xmppfed_context *ctx, xmppfed_slice bytes, char **ret)
{
    const uint8_t *in = (const uint8_t *)bytes.data;
    size_t groups = bytes.len / 3 + (bytes.len % 3 != 0);
    size_t size;
    char *text;
    char *out;

    if (!xfed_size_mul(groups, 4, &size) || !xfed_size_add(size, 1, &size))
        return XMPPFED_ERR_NOMEM;
    text = xfed_alloc(ctx, size);
    if (!text)
        return XMPPFED_ERR_NOMEM;

    out = text;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t have = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t group = (uint32_t)in[i] << 16;

        if (have > 1)
            group |= (uint32_t)in[i + 1] << 8;
        if (have > 2)
            group |= in[i + 2];
        *out++ = alphabet[group >> 18];
        *out++ = alphabet[group >> 12 & 0x3F];
        *out++ = have > 1 ? alphabet[group >> 6 & 0x3F] : '=';
        *out++ = have > 2 ? alphabet[group & 0x3F] : '=';
    }
    *out = '\0';
    *ret = text;
    return 0;
}

/* The six bits of a character, or -1. */
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* How many '=' end the text: 0 to 2. */
static size_t padding_of(xmppfed_slice text)
{
    if (text.len == 0 || text.data[text.len - 1] != '=')
        return 0;
    return text.data[text.len - 2] == '=' ? 2 : 1;
}

/* Decodes text without its padding; false if it has a stray character or trailing bits. */
static bool decode(const char *text, size_t len, uint8_t *out)
{
    uint32_t bits = 0;
    unsigned count = 0; /* of bits not yet written */

    for (size_t i = 0; i < len; i++) {
        int value = value_of(text[i]);

        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            *out++ = (uint8_t)(bits >> count);
            bits &= (1U << count) - 1;
        }
    }
    /* One text for one value: RFC 4648 section 3.5 lets us refuse bits that say nothing. */
    return bits == 0;
}

int xfed_base64_decode(xmppfed_context *ctx, xmppfed_slice text, uint8_t **ret, size_t *ret_len)
{
    size_t padding;
    size_t len;
    uint8_t *out;

    if (text.len % 4 != 0)
        return XMPPFED_ERR_SASL_MALFORMED;
    padding = padding_of(text);
    len = text.len / 4 * 3 - padding;
    out = xfed_alloc(ctx, len + 1);
    if (!out)
        return XMPPFED_ERR_NOMEM;
    if (!decode(text.data, text.len - padding, out)) {
        xfed_wipe(out, len);
        xfed_free(ctx, out);
        return XMPPFED_ERR_SASL_MALFORMED;
    }
    out[len] = 0;
    *ret = out;
    *ret_len = len;
    return 0;
}
