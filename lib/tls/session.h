/* session.h - what the connection layer needs of a TLS session beyond the public calls. */
#ifndef XFED_TLS_SESSION_H
#define XFED_TLS_SESSION_H

#include "base/memory.h"
#include <stdbool.h>
#include <xmppfed/tls.h>

/*
 * As xmppfed_tls_session_new, with the session's buffers charged to account (which must outlive
 * it). The public call uses an account of the session's own.
 */
int xfed_tls_session_new(struct xfed_account *account, int role, xmppfed_credentials *credentials,
                         const char *server_name, xmppfed_tls_session **ret) XMPPFED_MUST_CHECK;

/* Evidence about a finished handshake; texts are static or borrowed from the session. */
struct xfed_tls_facts {
    const char *version;     /* "TLS1.3" */
    const char *cipher;      /* "AES-128-GCM" */
    bool has_certificate;    /* the peer sent one */
    uint8_t fingerprint[32]; /* SHA-256 of its DER; zero without one */
    int64_t not_after;       /* Unix seconds until which the leaf is valid */
};
/* Received bytes that were not decrypted yet. */
size_t xfed_tls_session_waiting(const xmppfed_tls_session *s);
/* Gathers the evidence; only after the handshake. */
void xfed_tls_session_facts(const xmppfed_tls_session *s, struct xfed_tls_facts *ret);

#endif
