/* transport.h - the two memory buffers that GnuTLS takes for a socket. */
#ifndef XFED_TLS_TRANSPORT_H
#define XFED_TLS_TRANSPORT_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "base/buffer.h"

/* A record is 16 KiB at most; a host that feeds more than this has not read for a long time. */
enum { XFED_TLS_INPUT_MAX = 256 * 1024, XFED_TLS_OUTPUT_MAX = 4 * 1024 * 1024 };

struct xfed_tls_transport {
    gnutls_session_t session;
    struct xfed_buffer input;  /* from the peer, still encrypted */
    struct xfed_buffer output; /* for the peer, encrypted */
    bool starved;              /* GnuTLS asked for input when there was none */
    int error;                 /* why output could not be kept; 0: none */
};

/* Sets up empty buffers charged to account and makes session use them. t must not move after. */
void xfed_tls_transport_init(struct xfed_tls_transport *t, struct xfed_account *account,
                             gnutls_session_t session);
/* Frees both buffers. */
void xfed_tls_transport_fini(struct xfed_tls_transport *t);

#endif
