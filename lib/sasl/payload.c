/* payload.c - SASL payloads as element text: absent, "=" for empty, else strict base64. */
#include "sasl/payload.h"

#include "base/memory.h"
#include "base/slice.h"
#include "crypto/base64.h"

int xfed_sasl_payload_read(xmppfed_context *ctx, const char *text, xmppfed_slice *ret,
                           char **ret_owned)
{
    uint8_t *bytes;
    size_t len;
    int rc;

    if (!text || *text == '\0') {
        *ret = xfed_slice(NULL, 0);
        *ret_owned = NULL;
        return 0;
    }
    /* A present but empty payload, which is not the same as none: RFC 6120 6.4.2. */
    if (xfed_text_equal(text, "=")) {
        *ret = xfed_slice("", 0);
        *ret_owned = NULL;
        return 0;
    }
    rc = xfed_base64_decode(ctx, xmppfed_slice_of(text), &bytes, &len);
    if (rc < 0)
        return rc;
    *ret_owned = (char *)bytes;
    *ret = xfed_slice(*ret_owned, len);
    return 0;
}

int xfed_sasl_payload_write(xmppfed_context *ctx, xmppfed_slice payload, char **ret)
{
    char *text;

    if (payload.len > 0)
        return xfed_base64_encode(ctx, payload, ret);
    text = xfed_strdup(ctx, payload.data ? "=" : "");
    if (!text)
        return XMPPFED_ERR_NOMEM;
    *ret = text;
    return 0;
}
