/*
 * xmppfed/tls.h - certificates and keys, trust, and TLS sessions over memory.
 *
 * Purpose: what a host gives the library so that streams can be protected (RFC 6120 5, RFC 7590),
 * and a TLS session without sockets for the host's own links (the proxy's inside listener). The
 * library reads no files: PEM text goes in as bytes.
 *
 *     xmppfed_problem why;
 *     xmppfed_credentials *own;
 *     if (xmppfed_credentials_new(ctx, chain_pem, key_pem, &why, &own) < 0)
 *         fprintf(stderr, "%s\n", why.text);
 *
 * TLS 1.2 and 1.3 only, AEAD ciphers with forward secrecy only, no compression, no renegotiation,
 * no early data.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_TLS_H
#define XMPPFED_TLS_H

#include <xmppfed/common.h>
#include <xmppfed/context.h>

XMPPFED_BEGIN_DECLS

/* A certificate chain with its key, perhaps with a staple. Immutable, shared by reference count,
 * usable by any thread. */
typedef struct xmppfed_credentials xmppfed_credentials;
/* Trust anchors and revocation lists. Immutable, shared by reference count, usable by any thread.
 */
typedef struct xmppfed_trust xmppfed_trust;
/* One TLS session over memory buffers. Belongs to one thread at a time. */
typedef struct xmppfed_tls_session xmppfed_tls_session;

/* Which key usage of a peer's certificate is asked for; both ends of a federation are servers. */
enum xmppfed_eku_rule {
    XMPPFED_EKU_SERVER = 0,     /* serverAuth in both directions (default) */
    XMPPFED_EKU_ANY = 1,        /* serverAuth or clientAuth */
    XMPPFED_EKU_STRICT_ROLE = 2 /* serverAuth of who accepted, clientAuth of who dialled */
};

/*
 * What is asked of the OCSP response that a peer sends with its certificate (RFC 6066 8, a staple).
 * One past its end, about another certificate or not signed by its issuer is as if there were none.
 */
enum xmppfed_ocsp_rule {
    /* A revoked certificate is refused, and one that demands a staple (RFC 7633) without a good
     * one (default). */
    XMPPFED_OCSP_USE = 0,
    XMPPFED_OCSP_IGNORE = 1, /* staples are not looked at */
    XMPPFED_OCSP_REQUIRE = 2 /* every certificate must come with a good one */
};

/* What came with a peer's certificate that was accepted. */
enum xmppfed_staple {
    XMPPFED_STAPLE_NONE = 0, /* nothing, or it was not looked at */
    XMPPFED_STAPLE_GOOD = 1,
    XMPPFED_STAPLE_UNUSABLE = 2 /* an OCSP response that says nothing of it, see above */
};

/* Versions that a partner record can ask for. */
enum xmppfed_tls_version { XMPPFED_TLS_1_2 = 12, XMPPFED_TLS_1_3 = 13 };

/* Hash functions of fingerprints. */
enum xmppfed_hash { XMPPFED_HASH_SHA256 = 1, XMPPFED_HASH_SHA512 = 2 };

/* The digest of a certificate in DER, as its domain publishes it (RFC 7711 3.1). */
typedef struct xmppfed_fingerprint {
    int hash;           /* enum xmppfed_hash; any other matches nothing */
    uint8_t octets[64]; /* 32 of SHA-256, 64 of SHA-512 */
} xmppfed_fingerprint;

/*
 * One TLSA record (RFC 6698 2.1), as validated by DNSSEC: which certificate or key a server has.
 * data and base borrow from whatever the record came with.
 */
typedef struct xmppfed_tlsa {
    uint8_t usage;      /* 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE; others are of no use (RFC 7673) */
    uint8_t selector;   /* 0 the whole certificate, 1 its public key */
    uint8_t matching;   /* 0 in full, 1 SHA-256, 2 SHA-512 */
    xmppfed_slice data; /* octets, not text */
    const char *base;   /* the host whose record it is: a name that its certificate may have */
    uint32_t ttl;       /* seconds for which it holds; 0: that is not known */
} xmppfed_tlsa;

/*
 * What a certificate says, for people; nothing is decided by these texts. Set size to
 * sizeof(xmppfed_certificate); the library fills in no more than that and sets size to what it
 * filled in.
 */
typedef struct xmppfed_certificate {
    size_t size;
    char subject[128]; /* cut if longer, as the next two; bytes that do not print are '?' */
    char issuer[128];
    char names[512];    /* "DNS:a.example, SRV:_xmpp-server.a.example, XMPP:a.example" */
    int64_t not_before; /* Unix seconds */
    int64_t not_after;
    int for_server; /* 1: serverAuth, or no purposes are named */
    int for_client;
    uint8_t fingerprint[32]; /* SHA-256 */
} xmppfed_certificate;

/* Who speaks first in the handshake. */
enum xmppfed_tls_role { XMPPFED_TLS_CLIENT = 0, XMPPFED_TLS_SERVER = 1 };

/*
 * Makes credentials of a PEM chain (leaf first) and its unencrypted PEM key.
 * Errors, with a sentence in why (may be NULL): XMPPFED_ERR_TLS_CREDENTIALS (unreadable, empty, key
 * and certificate do not match), XMPPFED_ERR_NOMEM. Ownership: *ret holds one reference.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_credentials_new(xmppfed_context *ctx, xmppfed_slice chain_pem, xmppfed_slice key_pem,
                        xmppfed_problem *why, xmppfed_credentials **ret);
/*
 * Makes the same credentials with an OCSP response in DER (RFC 6960) that goes out with the
 * certificate wherever the peer asks for it: to clients, and in TLS 1.3 to servers as well (RFC
 * 8446 4.4.2.1). Responses end after some days: do this again with a newer one in time, and give
 * the site what comes of it; streams that stand are left alone. What has ended is not sent:
 * connections go by the site's clock, a session of one's own by that of the machine. Credentials
 * that have a staple get another. Errors, with a sentence in why (may be NULL):
 * XMPPFED_ERR_TLS_STAPLE (not good at that time, in Unix seconds; unreadable, about another
 * certificate, or not signed by the issuer in the chain or whom it has let sign),
 * XMPPFED_ERR_TLS_REVOKED (the own certificate was revoked), XMPPFED_ERR_ARGUMENT, _NOMEM.
 * Ownership: *ret holds one reference.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_credentials_staple(xmppfed_credentials *c, xmppfed_slice response_der, int64_t unix_seconds,
                           xmppfed_problem *why, xmppfed_credentials **ret);
/* One more reference; NULL stays NULL. Threads: any. */
XMPPFED_API xmppfed_credentials *xmppfed_credentials_ref(xmppfed_credentials *c);
/* One reference less; NULL is fine. Threads: any. */
XMPPFED_API void xmppfed_credentials_unref(xmppfed_credentials *c);

/*
 * Checks the own certificate as a peer would: 0 if it covers the domain at that time (Unix seconds)
 * and may serve in both roles, else XMPPFED_ERR_TLS_IDENTITY (no dNSName, SRVName or xmppAddr for
 * it) or XMPPFED_ERR_TLS_CERTIFICATE (expired, not yet valid, no serverAuth), with a sentence.
 * Other errors: XMPPFED_ERR_ADDRESS (domain is none), XMPPFED_ERR_ARGUMENT, XMPPFED_ERR_NOMEM.
 */
XMPPFED_API int xmppfed_credentials_check(const xmppfed_credentials *c, const char *domain,
                                          int64_t unix_seconds, xmppfed_problem *why);

/*
 * Looks at the own certificate for what an administrator should know, now or soon: finding number
 * index, from 0 on. 1 with *ret (a code and a sentence), 0 past the last. Found are: what check()
 * finds; an end within 30 days, of the leaf or of an issuer; a staple that has ended or ends within
 * a day, or that the certificate demands (RFC 7633) and does not have; a certificate without
 * clientAuth, which old peers refuse of who dials. Errors: XMPPFED_ERR_ARGUMENT, XMPPFED_ERR_NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_credentials_finding(const xmppfed_credentials *c,
                                                               const char *domain,
                                                               int64_t unix_seconds, size_t index,
                                                               xmppfed_problem *ret);

/*
 * Tells what the own certificate says. Errors: XMPPFED_ERR_ARGUMENT (also a size that is too
 * small), _TLS_CERTIFICATE (it cannot be read), _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_credentials_certificate(const xmppfed_credentials *c,
                                                                   xmppfed_certificate *ret);

/*
 * Makes a trust store of PEM anchors and, if not empty, PEM revocation lists. The lists are taken
 * on the host's word, and one past its next update goes on to revoke. Errors:
 * XMPPFED_ERR_TLS_CREDENTIALS (unreadable, no anchor), XMPPFED_ERR_NOMEM. Ownership: *ret holds one
 * reference.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_trust_new(xmppfed_context *ctx,
                                                     xmppfed_slice anchors_pem,
                                                     xmppfed_slice crls_pem, xmppfed_problem *why,
                                                     xmppfed_trust **ret);
/* One more reference; NULL stays NULL. Threads: any. */
XMPPFED_API xmppfed_trust *xmppfed_trust_ref(xmppfed_trust *t);
/* One reference less; NULL is fine. Threads: any. */
XMPPFED_API void xmppfed_trust_unref(xmppfed_trust *t);

/*
 * Starts a session. A server needs credentials and asks for a client certificate without requiring
 * one; a client may have none. server_name is the SNI of a client, NULL for none.
 * Errors: XMPPFED_ERR_ARGUMENT, XMPPFED_ERR_NOMEM, XMPPFED_ERR_TLS_CREDENTIALS.
 * Ownership: the caller frees *ret; the session keeps a reference to the credentials.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_tls_session_new(xmppfed_context *ctx, int role,
                                                           xmppfed_credentials *credentials,
                                                           const char *server_name,
                                                           xmppfed_tls_session **ret);
/* Frees a session; NULL is fine. */
XMPPFED_API void xmppfed_tls_session_free(xmppfed_tls_session *s);

/*
 * Hands over received bytes, which count until they are read. Bytes after the end of the session
 * are dropped. Errors: XMPPFED_ERR_LIMIT_SIZE (over 256 KiB unread), _LIMIT_MEMORY, _NOMEM,
 * _ARGUMENT.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_tls_session_feed(xmppfed_tls_session *s,
                                                            const void *data, size_t len);

/*
 * Goes on with the handshake: 1 when it is done (also later), 0 when more bytes are needed.
 * Errors, all final: XMPPFED_ERR_TLS_HANDSHAKE with a sentence in why, and an alert may then wait
 * in the output; XMPPFED_ERR_LIMIT_SIZE, _LIMIT_MEMORY, _NOMEM when the answer could not be kept.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_tls_session_handshake(xmppfed_tls_session *s,
                                                                 xmppfed_problem *why);

/*
 * Reads up to size decrypted bytes: a count, or 0 when more input is needed.
 * Errors: XMPPFED_ERR_TLS_CLOSED (close_notify), XMPPFED_ERR_TLS_RECORD (bad record, also a
 * renegotiation), XMPPFED_ERR_STATE (handshake not done).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_tls_session_read(xmppfed_tls_session *s, void *ret,
                                                            size_t size);

/*
 * Encrypts bytes into the output, all or none. Errors: XMPPFED_ERR_STATE (handshake not done, or
 * closed), XMPPFED_ERR_LIMIT_SIZE (4 MiB of output wait; send some and try again); final ones:
 * XMPPFED_ERR_TLS_RECORD, _LIMIT_MEMORY, _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_tls_session_write(xmppfed_tls_session *s,
                                                             const void *data, size_t len);

/* Puts a close_notify into the output; writing is over. */
XMPPFED_API void xmppfed_tls_session_close(xmppfed_tls_session *s);

/* Bytes for the transport; borrowed until the next call on the session. */
XMPPFED_API xmppfed_slice xmppfed_tls_session_output(const xmppfed_tls_session *s);
/* Drops the first len bytes of the output, as taken by the transport. */
XMPPFED_API void xmppfed_tls_session_sent(xmppfed_tls_session *s, size_t len);

/*
 * Whether the peer's certificate chains to trust at that time and covers domain (dNSName with one
 * left wildcard label, SRVName _xmpp-server, xmppAddr; never the CN): 0, or
 * XMPPFED_ERR_TLS_CERTIFICATE, _TLS_REVOKED, _TLS_STAPLE (by XMPPFED_OCSP_USE) or _TLS_IDENTITY
 * with a sentence. domain NULL: only the chain. RFC 6120 13.7, RFC 6125. eku: one of enum
 * xmppfed_eku_rule. trust NULL trusts nothing.
 * Other errors: XMPPFED_ERR_STATE (handshake not done), XMPPFED_ERR_ADDRESS (domain is none),
 * XMPPFED_ERR_ARGUMENT, _NOMEM.
 */
XMPPFED_API int xmppfed_tls_session_verify(xmppfed_tls_session *s, xmppfed_trust *trust, int eku,
                                           int64_t unix_seconds, const char *domain,
                                           xmppfed_problem *why);

XMPPFED_END_DECLS

#endif
