/* credentials.h - the inside of credentials, for sessions. */
#ifndef XFED_TLS_CREDENTIALS_H
#define XFED_TLS_CREDENTIALS_H

#include <gnutls/gnutls.h>
#include <stdatomic.h>
#include <stddef.h>
#include <xmppfed/tls.h>

struct xmppfed_credentials {
    xmppfed_context *ctx;
    atomic_size_t references;
    /* Built once and then only read, so sessions of all threads share them. */
    gnutls_certificate_credentials_t certificate;
    gnutls_priority_t priority;
    gnutls_datum_t *chain; /* DER, leaf first */
    size_t chain_count;    /* 0: a client without a certificate */
    /* Of credentials with a staple: the same without, for when it is out of date; else NULL. */
    xmppfed_credentials *bare;
    int64_t staple_until; /* the last second (Unix) in which it is good */
};

/* Makes credentials without a certificate, for clients; XMPPFED_ERR_NOMEM, else 0. */
int xfed_tls_credentials_new_empty(xmppfed_context *ctx,
                                   xmppfed_credentials **ret) XMPPFED_MUST_CHECK;

#endif
