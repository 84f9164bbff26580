/* certificate.h - reading X.509: a chain within limits, its typed names, dates and purposes. */
#ifndef XFED_TLS_CERTIFICATE_H
#define XFED_TLS_CERTIFICATE_H

#include <gnutls/x509.h>

#include "base/arena.h"
#include "tls/names.h"

/*
 * The work that a peer can cause by its certificates is bounded before any is verified
 * (CVE-2024-12243, CVE-2025-14831): real chains have three certificates of 2 KiB.
 */
enum {
    XFED_TLS_CHAIN_MAX = 10,
    XFED_TLS_CERTIFICATE_MAX = 16 * 1024,
    XFED_TLS_NAMES_MAX = 256,
    XFED_TLS_PURPOSES_MAX = 32
};

/* Certificates as sent, leaf first. */
struct xfed_tls_chain {
    gnutls_x509_crt_t certificates[XFED_TLS_CHAIN_MAX];
    size_t count;
};

enum xfed_tls_chain_fault {
    XFED_TLS_CHAIN_OK,
    XFED_TLS_CHAIN_TOO_LONG,
    XFED_TLS_CHAIN_TOO_LARGE,
    XFED_TLS_CHAIN_UNREADABLE
};

/* Imports DER certificates; on success the caller ends ret with xfed_tls_chain_fini(). */
enum xfed_tls_chain_fault xfed_tls_chain_import(const gnutls_datum_t *der, size_t count,
                                                struct xfed_tls_chain *ret);
void xfed_tls_chain_fini(struct xfed_tls_chain *chain);

/* The names of a certificate, held by the arena that they were read into. */
struct xfed_tls_name_list {
    struct xfed_tls_name *names;
    size_t count;
};

/*
 * Reads the names that can stand for a domain. XMPPFED_ERR_TLS_CERTIFICATE when the extension is
 * damaged or holds more than XFED_TLS_NAMES_MAX names of any kind, XMPPFED_ERR_NOMEM; else 0.
 */
int xfed_tls_certificate_names(gnutls_x509_crt_t certificate, struct xfed_arena *arena,
                               struct xfed_tls_name_list *ret);

/* What a certificate may be used for by its extended key usages; without any, for everything. */
struct xfed_tls_purposes {
    bool server;
    bool client;
};

/* XMPPFED_ERR_TLS_CERTIFICATE when they cannot be read or are too many, XMPPFED_ERR_NOMEM. */
int xfed_tls_certificate_purposes(gnutls_x509_crt_t certificate, struct xfed_tls_purposes *ret);

/* Whether the certificate limits the names under it (RFC 5280 4.2.1.10). */
bool xfed_tls_certificate_constrains(gnutls_x509_crt_t certificate);

enum xfed_tls_validity { XFED_TLS_VALID, XFED_TLS_EXPIRED, XFED_TLS_NOT_YET_VALID };

enum { XFED_TLS_DATE_SIZE = 32 };

/* Judges the dates against Unix seconds, and writes the date that matters as YYYY-MM-DD. */
enum xfed_tls_validity xfed_tls_certificate_validity(gnutls_x509_crt_t certificate,
                                                     int64_t unix_seconds,
                                                     char date[XFED_TLS_DATE_SIZE]);

enum { XFED_TLS_DN_SIZE = 128 };

/*
 * Writes the subject or the issuer as text for people, cut to the size; "?" when there is none.
 * Nothing is ever decided by this text.
 */
void xfed_tls_certificate_subject(gnutls_x509_crt_t certificate, char ret[XFED_TLS_DN_SIZE]);
void xfed_tls_certificate_issuer(gnutls_x509_crt_t certificate, char ret[XFED_TLS_DN_SIZE]);

#endif
