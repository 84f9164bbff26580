/* trust.h - the inside of a trust store, for the verification of chains. */
#ifndef XFED_TLS_TRUST_H
#define XFED_TLS_TRUST_H

#include <gnutls/x509.h>
#include <stdatomic.h>
#include <stddef.h>
#include <xmppfed/tls.h>

struct xmppfed_trust {
    xmppfed_context *ctx;
    atomic_size_t references;
    gnutls_x509_trust_list_t list; /* owns the anchors and the revocation lists */
    gnutls_x509_crt_t *anchors;    /* gnutls_malloc'ed array; the elements belong to list */
    size_t anchor_count;
};

/*
 * The anchor that issued the certificate, one within its dates if there is a choice; NULL without
 * any. Names and key identifiers are compared, signatures are for the verification to check.
 */
gnutls_x509_crt_t xfed_tls_trust_issuer(const struct xmppfed_trust *t,
                                        gnutls_x509_crt_t certificate, int64_t unix_seconds);

#endif
