/* posh.h - whether a peer's certificate is one of those that its domain publishes (RFC 7711). */
#ifndef XFED_TLS_POSH_H
#define XFED_TLS_POSH_H

#include <gnutls/x509.h>
#include <xmppfed/tls.h>

#include "base/memory.h"

/*
 * 0 if the leaf, in DER, has one of the fingerprints and is within its dates (RFC 7711 3.3, 6);
 * *ret_until is its last second. XMPPFED_ERR_TLS_CERTIFICATE with a sentence, or _INTERNAL. domain
 * is for the sentence.
 */
int xfed_posh_match(const xmppfed_fingerprint *list, size_t count, const gnutls_datum_t *leaf,
                    const char *domain, int64_t unix_seconds, int64_t *ret_until,
                    xmppfed_problem *why) XMPPFED_MUST_CHECK;

#endif
