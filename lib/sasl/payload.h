/* payload.h - SASL payloads as element text: absent, "=" for empty, else strict base64. */
#ifndef XFED_SASL_PAYLOAD_H
#define XFED_SASL_PAYLOAD_H

#include <xmppfed/context.h>

/*
 * Reads the text of an <auth/>, <response/> or <success/> (RFC 6120 6.4.2). No text gives data
 * NULL,
 * "=" an empty slice with data. *ret_owned is freed by the caller with xfed_free (may be NULL).
 * Errors: XMPPFED_ERR_SASL_MALFORMED, XMPPFED_ERR_NOMEM.
 */
int xfed_sasl_payload_read(xmppfed_context *ctx, const char *text, xmppfed_slice *ret,
                           char **ret_owned) XMPPFED_MUST_CHECK;

/* The text for a payload: "" for data NULL, "=" for an empty one. Freed with xfed_free. */
int xfed_sasl_payload_write(xmppfed_context *ctx, xmppfed_slice payload,
                            char **ret) XMPPFED_MUST_CHECK;

#endif
