/* session_state.h - what a TLS session is made of; for the files of session.h alone. */
#ifndef XFED_TLS_SESSION_STATE_H
#define XFED_TLS_SESSION_STATE_H

#include <gnutls/gnutls.h>

#include "tls/session.h"
#include "tls/transport.h"

struct xmppfed_tls_session {
    xmppfed_context *ctx;
    struct xfed_account own_account; /* used when no other is given */
    xmppfed_credentials *credentials;
    gnutls_session_t gnutls;
    struct xfed_tls_transport transport;
    xfed_tls_pick_fn pick; /* server of direct TLS: credentials by SNI */
    void *pick_user;
    char *server_name; /* for sentences; NULL: not known */
    bool is_server;
    bool established;
    bool close_sent;
    bool close_received;
    bool refused;      /* client: by an alert about our certificate */
    const char *alert; /* the peer's last word; NULL: it said none */
    int failed;        /* the error that ended the session; 0: none */
};

#endif
