/* tls_pair.h - two TLS sessions of the library joined in memory. */
#ifndef TESTS_SUPPORT_TLS_PAIR_H
#define TESTS_SUPPORT_TLS_PAIR_H

#include <stdbool.h>
#include <xmppfed/tls.h>

struct tls_pair {
    xmppfed_tls_session *client;
    xmppfed_tls_session *server;
    size_t chunk; /* bytes carried at a time; 0: all there is */
};

/* Starts both ends; client_name NULL: a client without a certificate. */
void tls_pair_init(struct tls_pair *p, xmppfed_context *ctx, const char *client_name,
                   const char *server_name);
void tls_pair_fini(struct tls_pair *p);

/* Carries up to chunk bytes one way; whether there were any. */
bool tls_pair_carry(const struct tls_pair *p, xmppfed_tls_session *from, xmppfed_tls_session *to);
/* Completes the handshake of both ends; fails the test if it does not. */
void tls_pair_handshake(const struct tls_pair *p);

#endif
