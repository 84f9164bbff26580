/* scram.h - the secret that two partners share, and what SCRAM-SHA-256-PLUS makes of it. */
#ifndef XFED_SASL_SCRAM_H
#define XFED_SASL_SCRAM_H

#include "crypto/digest.h"
#include <stdbool.h>
#include <xmppfed/context.h>

enum {
    XFED_SCRAM_SECRET_MIN = 16,
    XFED_SCRAM_SECRET_MAX = 256,
    XFED_SCRAM_SALT_SIZE = 16,
    XFED_SCRAM_BINDING_SIZE = 32, /* tls-exporter: RFC 9266 2 */
    XFED_SCRAM_ITERATIONS = 10000,
    /* What we let a peer ask of us: never so few that they protect nothing (RFC 7677 4), and never
     * so many that an answer costs more than a tenth of a second. */
    XFED_SCRAM_ITERATIONS_MIN = 4096,
    XFED_SCRAM_ITERATIONS_MAX = 100000
};

/*
 * Whether a secret is one: 16 to 256 printable octets of ASCII without spaces. Such text is the
 * same before and after SASLprep, so that two implementations cannot read it differently.
 */
bool xfed_scram_secret_fits(xmppfed_slice secret);

/* What the receiving side checks a proof with; it takes in nobody elsewhere (RFC 5802 3). */
struct xfed_scram_verifier {
    uint8_t salt[XFED_SCRAM_SALT_SIZE];
    uint8_t stored_key[XFED_SHA256_SIZE];
    uint8_t server_key[XFED_SHA256_SIZE];
};

/*
 * Makes one with a new salt, once a secret, as it takes milliseconds. Its iterations are
 * XFED_SCRAM_ITERATIONS. Errors: XMPPFED_ERR_ARGUMENT (no secret), XMPPFED_ERR_INTERNAL.
 */
int xfed_scram_verifier_make(xmppfed_context *ctx, xmppfed_slice secret,
                             struct xfed_scram_verifier *ret) XMPPFED_MUST_CHECK;

/*
 * The SaltedPassword for what the other side asks in its first message, as text. XMPPFED_ERR_NOMEM,
 * XMPPFED_ERR_SASL_MALFORMED (salt), XMPPFED_ERR_SASL_REFUSED (iterations out of bounds).
 */
int xfed_scram_salt_secret(xmppfed_context *ctx, xmppfed_slice secret, const char *salt,
                           const char *iterations,
                           uint8_t ret[XFED_SHA256_SIZE]) XMPPFED_MUST_CHECK;

/*
 * Whether the first message of an initiating side begins as it must: bound to the TLS session by
 * tls-exporter, for the user that is a prepared domain, acting as that domain or as nobody. 0, or
 * XMPPFED_ERR_SASL_MALFORMED, _SASL_REFUSED (no binding, or another), _SASL_AUTHZID.
 */
int xfed_scram_check_first(xmppfed_slice message, const char *domain) XMPPFED_MUST_CHECK;

#endif
