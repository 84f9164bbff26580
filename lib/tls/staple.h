/* staple.h - what an OCSP response that came in a TLS handshake says of a certificate. */
#ifndef XFED_TLS_STAPLE_H
#define XFED_TLS_STAPLE_H

#include <gnutls/x509.h>
#include <stdbool.h>
#include <xmppfed/error.h>

/*
 * Bounds on what a peer can make us look at: a responder sends one status of 100 octets, and the
 * certificate of who signs for the authority.
 */
enum { XFED_STAPLE_MAX = 16 * 1024, XFED_STAPLE_STATUSES_MAX = 16 };

enum xfed_staple_verdict {
    XFED_STAPLE_NONE,
    XFED_STAPLE_GOOD,
    XFED_STAPLE_REVOKED,
    XFED_STAPLE_UNUSABLE /* as if there were none */
};

struct xfed_staple {
    enum xfed_staple_verdict verdict;
    int64_t until;      /* the last second (Unix) in which it is good */
    const char *reason; /* of UNUSABLE, to follow "the OCSP response"; static */
};

/*
 * Judges a response in DER about leaf, which issuer has issued (RFC 6960 3.2): signed by issuer or
 * by whom it has let sign, about this certificate, made before and good at unix_seconds. With
 * issuer NULL the signature is not asked about. Threads: any that does not use the certificates
 * elsewhere.
 */
struct xfed_staple xfed_staple_judge(const gnutls_datum_t *der, gnutls_x509_crt_t leaf,
                                     gnutls_x509_crt_t issuer, int64_t unix_seconds);

/* Whether the certificate is good only with a staple: its TLS feature is status_request (RFC 7633).
 */
bool xfed_staple_is_must(gnutls_x509_crt_t certificate);

#endif
