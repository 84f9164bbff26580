/*
 * sasl.h - SASL exchanges as byte payloads; the mechanisms are a fixed allow-list of ours.
 *
 * A side knows nothing of XML: the negotiation puts payloads into <auth/>, <challenge/> and
 * <response/> with sasl/payload.h.
 */
#ifndef XFED_SASL_SASL_H
#define XFED_SASL_SASL_H

#include "sasl/scram.h"

/* Mechanisms; a set is an OR of the bits. SCRAM without "PLUS" is none of them. */
enum xfed_sasl_mechanism {
    XFED_SASL_NONE = 0,
    XFED_SASL_EXTERNAL = 1, /* RFC 4422 appendix A, XEP-0178 */
    XFED_SASL_SCRAM = 2     /* SCRAM-SHA-256-PLUS: RFC 5802, RFC 7677, bound by RFC 9266 */
};

/* "EXTERNAL", "SCRAM-SHA-256-PLUS", or NULL for NONE. */
const char *xfed_sasl_name(enum xfed_sasl_mechanism m);
/* The mechanism with exactly this registered name, or NONE: whatever is not listed does not exist.
 */
enum xfed_sasl_mechanism xfed_sasl_find(const char *name);

enum xfed_sasl_status {
    XFED_SASL_CONTINUE = 0, /* send the output and wait */
    XFED_SASL_DONE = 1      /* the exchange is complete on this side */
};

struct xfed_sasl; /* one exchange, either side */

/*
 * The initiating side of EXTERNAL. authzid NULL sends an empty authorization identity, which means
 * the stream's 'from' (RFC 6120 6.3.8). Errors: XMPPFED_ERR_NOMEM, XMPPFED_ERR_SASL_MECHANISM.
 */
int xfed_sasl_external_initiator(xmppfed_context *ctx, const char *authzid,
                                 struct xfed_sasl **ret) XMPPFED_MUST_CHECK;
/*
 * The receiving side of EXTERNAL. proved is the prepared domain that the certificate was found to
 * cover and the stream's 'from' names: EXTERNAL succeeds for it and nothing else. Errors: as above,
 * and XMPPFED_ERR_SASL_MECHANISM when proved is NULL or empty.
 */
int xfed_sasl_external_receiver(xmppfed_context *ctx, const char *proved,
                                struct xfed_sasl **ret) XMPPFED_MUST_CHECK;
/*
 * The initiating side of SCRAM: proves that own (prepared) knows the secret, over the TLS session
 * with this binding, and asks the same of the other side: XFED_SASL_DONE is both. The secret is
 * copied. Errors: XMPPFED_ERR_NOMEM, XMPPFED_ERR_SASL_MECHANISM (no domain, no secret).
 */
int xfed_sasl_scram_initiator(xmppfed_context *ctx, const char *own, xmppfed_slice secret,
                              const uint8_t binding[XFED_SCRAM_BINDING_SIZE],
                              struct xfed_sasl **ret) XMPPFED_MUST_CHECK;
/*
 * The receiving side of SCRAM, for the domain of the stream's 'from' and nobody else. The verifier
 * is copied. Errors as above.
 */
int xfed_sasl_scram_receiver(xmppfed_context *ctx, const char *from,
                             const struct xfed_scram_verifier *verifier,
                             const uint8_t binding[XFED_SCRAM_BINDING_SIZE],
                             struct xfed_sasl **ret) XMPPFED_MUST_CHECK;
/* Frees an exchange in any state, and wipes what it held of the secret; NULL is fine. */
void xfed_sasl_free(struct xfed_sasl *s);

/*
 * One step. input.data NULL means that the peer sent no payload at all (after the first step that
 * is an empty one), length 0 with data that it sent an empty one. *ret_output borrows until the
 * next step; data NULL means nothing to send, which never comes with XFED_SASL_CONTINUE.
 * Returns enum xfed_sasl_status. Errors (sticky): XMPPFED_ERR_SASL_MALFORMED (also more than a
 * kilobyte), _SASL_AUTHZID, _SASL_REFUSED (also after more than 8 steps, or a step after
 * XFED_SASL_DONE), _NOMEM.
 */
int xfed_sasl_step(struct xfed_sasl *s, xmppfed_slice input,
                   xmppfed_slice *ret_output) XMPPFED_MUST_CHECK;

#endif
