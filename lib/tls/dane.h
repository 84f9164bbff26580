/* dane.h - whether a peer's chain is the one that TLSA records promise (RFC 6698, 7671, 7673). */
#ifndef XFED_TLS_DANE_H
#define XFED_TLS_DANE_H

#include "tls/tlsa.h"
#include "tls/verify.h"

struct xfed_dane_question {
    struct xfed_tls_question tls; /* domain is for sentences; trust is for usage 1 only */
    const char *const *names;     /* prepared; the certificate must have one, except in usage 3 */
    size_t name_count;
};

/*
 * Compares validated TLSA records with certificates in DER, leaf first: a verdict, or
 * XMPPFED_ERR_NOMEM. Usage 1 needs PKIX as well, usage 2 a chain to the certificate it names, usage
 * 3 looks at neither names nor dates (RFC 7671 5.1). With XFED_DANE_MATCH *ret_record is the record
 * that decided, else *why has a sentence. Threads: any.
 */
int xfed_dane_match(const struct xfed_dane_question *q, const xmppfed_tlsa *records, size_t count,
                    const gnutls_datum_t *der, size_t der_count, size_t *ret_record,
                    xmppfed_problem *why);

#endif
