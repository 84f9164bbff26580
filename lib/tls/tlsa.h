/* tlsa.h - which TLSA records can be used, and what they say of a peer (RFC 6698, 7671, 7673). */
#ifndef XFED_TLS_TLSA_H
#define XFED_TLS_TLSA_H

#include <stdbool.h>
#include <xmppfed/tls.h>

/* More records than this of one server are not looked at: each may cost a digest a certificate. */
#define XFED_TLSA_MAX 32

enum xfed_tlsa_usage { XFED_TLSA_PKIX_EE = 1, XFED_TLSA_DANE_TA = 2, XFED_TLSA_DANE_EE = 3 };
enum xfed_tlsa_selector { XFED_TLSA_CERTIFICATE = 0, XFED_TLSA_KEY = 1 };
enum xfed_tlsa_matching { XFED_TLSA_FULL = 0, XFED_TLSA_SHA256 = 1, XFED_TLSA_SHA512 = 2 };

enum xfed_dane_verdict {
    XFED_DANE_MATCH,
    XFED_DANE_NO_MATCH, /* the server must be refused, whatever PKIX says */
    XFED_DANE_UNUSABLE  /* no record says anything that is understood: as if there were none */
};

/*
 * Chooses the records of one server that count, in whatever order they stand: those that are
 * understood, and of several digests of the same thing only the strongest (RFC 7671 9). Returns how
 * many there are.
 */
size_t xfed_tlsa_choose(const xmppfed_tlsa *records, size_t count, bool used[XFED_TLSA_MAX]);

#endif
