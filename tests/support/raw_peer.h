/* raw_peer.h - a peer that is plain GnuTLS, joined in memory to a session of the library. */
#ifndef TESTS_SUPPORT_RAW_PEER_H
#define TESTS_SUPPORT_RAW_PEER_H

#include <gnutls/gnutls.h>
#include <xmppfed/tls.h>

/* The caller sets the session of the library and the credentials; raw_peer_fini() frees all. */
struct raw_peer {
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    xmppfed_tls_session *other;
};

/* Makes the plain end, role GNUTLS_CLIENT or GNUTLS_SERVER, with a priority string of GnuTLS. */
void raw_peer_start(struct raw_peer *r, unsigned int role, const char *priority);
void raw_peer_fini(struct raw_peer *r);

#endif
