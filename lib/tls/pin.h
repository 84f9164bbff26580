/* pin.h - whether a peer's certificate has one of the keys that a partner record pins. */
#ifndef XFED_TLS_PIN_H
#define XFED_TLS_PIN_H

#include <gnutls/x509.h>
#include <stdbool.h>
#include <xmppfed/error.h>

enum { XFED_TLS_PIN_SIZE = 32 };

/* Pinned keys: SHA-256 digests of a SubjectPublicKeyInfo (RFC 7469 2.4), one behind the other. */
struct xfed_tls_pins {
    const uint8_t *digests;
    size_t count;
};

/*
 * 0 if the leaf, in DER, has one of the keys; XMPPFED_ERR_TLS_PIN with a sentence that names the
 * key it has, XMPPFED_ERR_TLS_CERTIFICATE for one that cannot be read, XMPPFED_ERR_NOMEM. domain
 * (NULL: not known) is for the sentence.
 */
int xfed_tls_pins_check(const struct xfed_tls_pins *pins, const char *domain,
                        const gnutls_datum_t *leaf, xmppfed_problem *why) XMPPFED_MUST_CHECK;

#endif
