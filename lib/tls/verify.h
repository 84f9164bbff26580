/* verify.h - whether a peer's chain leads to an anchor, is in its dates and covers a domain. */
#ifndef XFED_TLS_VERIFY_H
#define XFED_TLS_VERIFY_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <xmppfed/tls.h>

#include "base/memory.h"

struct xfed_tls_question {
    xmppfed_context *ctx;
    const struct xmppfed_trust *trust; /* NULL: nothing is trusted */
    int eku;                           /* enum xmppfed_eku_rule */
    bool peer_accepted;                /* the peer is the TLS server */
    int64_t unix_seconds;
    const char *domain; /* prepared; NULL: only the chain is asked about */
};

/* The last second of a proof that nothing ends. */
#define XFED_TLS_FOREVER INT64_MAX

/*
 * Answers the question about certificates in DER, leaf first (RFC 5280 6, RFC 6120 13.7.2): 0,
 * XMPPFED_ERR_TLS_CERTIFICATE, XMPPFED_ERR_TLS_IDENTITY or XMPPFED_ERR_NOMEM, with a sentence.
 */
int xfed_tls_verify(const struct xfed_tls_question *q, const gnutls_datum_t *der, size_t count,
                    xmppfed_problem *why);
/* The same, and *ret_until is the last second (Unix) in which every certificate that led to the
 * answer 0 is within its dates. */
int xfed_tls_verify_until(const struct xfed_tls_question *q, const gnutls_datum_t *der,
                          size_t count, int64_t *ret_until, xmppfed_problem *why);

#endif
