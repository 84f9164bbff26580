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
    int ocsp;                          /* enum xmppfed_ocsp_rule */
    gnutls_datum_t staple;             /* OCSP response that came with the leaf; empty: none */
    bool peer_accepted;                /* the peer is the TLS server */
    int64_t unix_seconds;
    const char *domain; /* prepared; NULL: only the chain is asked about */
};

/* The last second of a proof that nothing ends. */
#define XFED_TLS_FOREVER INT64_MAX

/* What more there is to say of a chain that was accepted. */
struct xfed_tls_standing {
    int64_t until; /* the last second (Unix) in which all that led to the answer is good */
    int staple;    /* enum xmppfed_staple */
};

/*
 * Answers the question about certificates in DER, leaf first (RFC 5280 6, RFC 6120 13.7.2): 0,
 * XMPPFED_ERR_TLS_CERTIFICATE, _TLS_REVOKED, _TLS_STAPLE, _TLS_IDENTITY or _NOMEM, with a sentence.
 */
int xfed_tls_verify(const struct xfed_tls_question *q, const gnutls_datum_t *der, size_t count,
                    xmppfed_problem *why);
/* The same, and what more there is to say when the answer is 0. */
int xfed_tls_verify_standing(const struct xfed_tls_question *q, const gnutls_datum_t *der,
                             size_t count, struct xfed_tls_standing *ret, xmppfed_problem *why);

#endif
