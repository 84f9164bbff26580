/* session.h - what the connection layer needs of a TLS session beyond the public calls. */
#ifndef XFED_TLS_SESSION_H
#define XFED_TLS_SESSION_H

#include "base/memory.h"
#include "tls/pin.h"
#include "tls/tlsa.h"
#include "tls/verify.h"

/*
 * As xmppfed_tls_session_new, with the session's buffers charged to account (which must outlive
 * it). The public call uses an account of the session's own.
 */
int xfed_tls_session_new(struct xfed_account *account, int role, xmppfed_credentials *credentials,
                         const char *server_name, xmppfed_tls_session **ret) XMPPFED_MUST_CHECK;

/*
 * What of own credentials is to be shown at that time (Unix seconds): those, or without their
 * staple when it is out of date, for some refuse who shows such a one. Borrowed from c; NULL stays
 * NULL.
 */
xmppfed_credentials *xfed_tls_credentials_at(xmppfed_credentials *c, int64_t unix_seconds);

/* The secret under which a server's tickets are sealed (RFC 8446 4.6.1). */
enum { XFED_TLS_TICKET_KEY_SIZE = 64 };
/* Makes one; XMPPFED_ERR_INTERNAL without randomness. */
int xfed_tls_ticket_key_new(uint8_t ret[XFED_TLS_TICKET_KEY_SIZE]) XMPPFED_MUST_CHECK;

/* As whom a server speaks; both are borrowed. */
struct xfed_tls_identity {
    xmppfed_credentials *credentials;
    const uint8_t *ticket_key; /* NULL: no tickets */
};

/* The identity for a prepared domain that a client asks for by SNI; false: there is none. */
typedef bool (*xfed_tls_pick_fn)(void *user, const char *domain, struct xfed_tls_identity *ret);
/*
 * Makes a session that has not begun one of direct TLS (XEP-0368 3): a client says "xmpp-server" by
 * ALPN, a server refuses any other protocol (but not a client without ALPN) and takes the identity
 * that pick has for the SNI, refusing a name for which there is none; without SNI its own
 * credentials stay. pick is for servers and called during the handshake. XMPPFED_ERR_NOMEM, else 0.
 */
int xfed_tls_session_set_direct(xmppfed_tls_session *s, xfed_tls_pick_fn pick,
                                void *user) XMPPFED_MUST_CHECK;

/*
 * Lets clients of a session that has not begun come back without proving their certificate by its
 * key again (RFC 8446 2.2): TLS 1.3 alone, always with fresh Diffie-Hellman keys, never with early
 * data. Their certificates come with the ticket, so that they are judged anew, not the ticket.
 * XMPPFED_ERR_NOMEM, else 0. The key is copied.
 */
int xfed_tls_session_set_tickets(xmppfed_tls_session *s,
                                 const uint8_t key[XFED_TLS_TICKET_KEY_SIZE]) XMPPFED_MUST_CHECK;
/*
 * Offers what xfed_tls_session_save() gave to the same server again, before a client's handshake. A
 * server that does not take it is shown and shows certificates as ever. What cannot be read is let
 * go.
 */
void xfed_tls_session_offer(xmppfed_tls_session *s, xmppfed_slice saved);
/* Most bytes of a saved session; it holds the server's certificates. */
enum { XFED_TLS_SAVED_MAX = 16 * 1024 };
/*
 * What a client can come back with: 1 with *ret, secret bytes that the caller wipes and frees with
 * xfed_free; 0 if there is nothing (yet) or too much; XMPPFED_ERR_NOMEM.
 */
int xfed_tls_session_save(xmppfed_tls_session *s, char **ret, size_t *ret_len) XMPPFED_MUST_CHECK;

/*
 * Whether a server has ended the session because of the certificate that it was shown, and said so
 * inside TLS, as one of TLS 1.3 does: nobody else can have.
 */
bool xfed_tls_session_refused(const xmppfed_tls_session *s);
/* The alert by which the peer ended the session, in GnuTLS's words; NULL: none. Static text. */
const char *xfed_tls_session_alert(const xmppfed_tls_session *s);

/* Evidence about a finished handshake; texts are static or borrowed from the session. */
struct xfed_tls_facts {
    const char *version;     /* "TLS1.3" */
    const char *cipher;      /* "AES-128-GCM" */
    bool resumed;            /* the certificate is that of an earlier handshake */
    bool has_certificate;    /* the peer sent one */
    uint8_t fingerprint[32]; /* SHA-256 of its DER; zero without one */
    bool has_binding;        /* not in TLS 1.2 without extended master secret (RFC 9266 3) */
    uint8_t binding[32];     /* tls-exporter (RFC 9266 2), the same at both ends */
};

/* What a certificate must be like to prove a domain. */
struct xfed_tls_demand {
    xmppfed_trust *trust;
    int eku;  /* enum xmppfed_eku_rule */
    int ocsp; /* enum xmppfed_ocsp_rule */
    int64_t unix_seconds;
};
/* As xmppfed_tls_session_verify, and what more there is to say when the answer is 0 (verify.h). */
int xfed_tls_session_prove(xmppfed_tls_session *s, const struct xfed_tls_demand *demand,
                           const char *domain, struct xfed_tls_standing *ret,
                           xmppfed_problem *why) XMPPFED_MUST_CHECK;
/* Whether the peer's certificate has a pinned key: as xfed_tls_pins_check. */
int xfed_tls_session_check_pins(const xmppfed_tls_session *s, const struct xfed_tls_pins *pins,
                                const char *domain, xmppfed_problem *why) XMPPFED_MUST_CHECK;

/* Received bytes that were not decrypted yet. */
size_t xfed_tls_session_waiting(const xmppfed_tls_session *s);
/* enum xmppfed_tls_version of a finished handshake; else 0. */
int xfed_tls_session_version(const xmppfed_tls_session *s);
/* Gathers the evidence; only after the handshake. */
void xfed_tls_session_facts(const xmppfed_tls_session *s, struct xfed_tls_facts *ret);

/* What the peer's certificate says; XMPPFED_ERR_STATE without one, else as xfed_tls_describe. */
int xfed_tls_session_certificate(const xmppfed_tls_session *s,
                                 xmppfed_certificate *ret) XMPPFED_MUST_CHECK;
/* Whether the peer's certificate has one of the fingerprints: as xfed_posh_match (posh.h). */
int xfed_tls_session_published(const xmppfed_tls_session *s, const xmppfed_fingerprint *list,
                               size_t count, const char *domain, int64_t unix_seconds,
                               int64_t *ret_until, xmppfed_problem *why) XMPPFED_MUST_CHECK;

/* What TLSA records are compared with. */
struct xfed_tls_promise {
    const xmppfed_tlsa *records; /* of one server */
    size_t count;
    const char *const *names; /* prepared; the certificate must have one, except in usage 3 */
    size_t name_count;
    struct xfed_tls_demand demand; /* its trust is for usage 1 only */
    const char *domain;            /* for sentences */
};
/* The verdict on the peer's certificates (dane.h), after the handshake; or XMPPFED_ERR_NOMEM. */
int xfed_tls_session_match(const xmppfed_tls_session *s, const struct xfed_tls_promise *promise,
                           xmppfed_problem *why);

#endif
