/* session.h - what the connection layer needs of a TLS session beyond the public calls. */
#ifndef XFED_TLS_SESSION_H
#define XFED_TLS_SESSION_H

#include "base/memory.h"
#include "tls/pin.h"
#include "tls/tlsa.h"

/*
 * As xmppfed_tls_session_new, with the session's buffers charged to account (which must outlive
 * it). The public call uses an account of the session's own.
 */
int xfed_tls_session_new(struct xfed_account *account, int role, xmppfed_credentials *credentials,
                         const char *server_name, xmppfed_tls_session **ret) XMPPFED_MUST_CHECK;

/* The credentials for a prepared domain that a client asks for by SNI, borrowed; NULL: none. */
typedef xmppfed_credentials *(*xfed_tls_pick_fn)(void *user, const char *domain);
/*
 * Makes a session that has not begun one of direct TLS (XEP-0368 3): a client says "xmpp-server" by
 * ALPN, a server refuses any other protocol (but not a client without ALPN) and takes the
 * credentials that pick has for the SNI, refusing a name for which there are none; without SNI its
 * own stay. pick is for servers and called during the handshake. XMPPFED_ERR_NOMEM, else 0.
 */
int xfed_tls_session_set_direct(xmppfed_tls_session *s, xfed_tls_pick_fn pick,
                                void *user) XMPPFED_MUST_CHECK;

/* Evidence about a finished handshake; texts are static or borrowed from the session. */
struct xfed_tls_facts {
    const char *version;     /* "TLS1.3" */
    const char *cipher;      /* "AES-128-GCM" */
    bool has_certificate;    /* the peer sent one */
    uint8_t fingerprint[32]; /* SHA-256 of its DER; zero without one */
    bool has_binding;        /* not in TLS 1.2 without extended master secret (RFC 9266 3) */
    uint8_t binding[32];     /* tls-exporter (RFC 9266 2), the same at both ends */
};

/*
 * As xmppfed_tls_session_verify; *ret_until is the last second (Unix) in which the answer 0 can
 * stand.
 */
int xfed_tls_session_prove(xmppfed_tls_session *s, xmppfed_trust *trust, int eku,
                           int64_t unix_seconds, const char *domain, int64_t *ret_until,
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

/* What TLSA records are compared with. */
struct xfed_tls_promise {
    const xmppfed_tlsa *records; /* of one server */
    size_t count;
    const char *const *names; /* prepared; the certificate must have one, except in usage 3 */
    size_t name_count;
    xmppfed_trust *trust; /* for usage 1 only */
    int eku;              /* enum xmppfed_eku_rule */
    int64_t unix_seconds;
    const char *domain; /* for sentences */
};
/* The verdict on the peer's certificates (dane.h), after the handshake; or XMPPFED_ERR_NOMEM. */
int xfed_tls_session_match(const xmppfed_tls_session *s, const struct xfed_tls_promise *promise,
                           xmppfed_problem *why);

#endif
