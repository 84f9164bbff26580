/* sessions.h - TLS sessions with servers of partners, to be resumed when we come back. */
#ifndef XFED_FEDERATION_SESSIONS_H
#define XFED_FEDERATION_SESSIONS_H

#include "base/list.h"
#include "base/map.h"
#include "connection/connection.h"

enum {
    XFED_SESSIONS_MAX = 4096, /* kept in all; the oldest goes first */
    XFED_SESSIONS_BYTES_MAX = 16 * 1024 * 1024
};

struct xfed_sessions {
    struct xfed_map known;  /* our domain, theirs, host, address and port -> struct session */
    struct xfed_node order; /* the one kept last at the end */
    size_t bytes;
};

/* With whom a session is: it is never offered to anybody else, nor in another name of ours. */
struct xfed_session_peer {
    const char *local;  /* prepared */
    const char *remote; /* prepared */
    const xmppfed_endpoint *at;
    xmppfed_credentials *own; /* what we have shown; NULL: nothing */
};

void xfed_sessions_init(struct xfed_sessions *s, xmppfed_context *ctx, uint64_t seed);
void xfed_sessions_fini(struct xfed_sessions *s);
/*
 * Keeps a session (of XFED_TLS_SAVED_MAX bytes at most) in place of the one known. It owns saved
 * from here on, also where it does not keep it. since: when the last handshake was made in which
 * both ends proved their keys.
 */
void xfed_sessions_keep(struct xfed_sessions *s, const struct xfed_session_peer *peer,
                        struct xfed_saved_session *saved, xmppfed_time since);
/*
 * Hands out a session, once: an attempt that fails is followed by a whole handshake. False if there
 * is none, our certificate is another by now, or the keys were proved too long ago.
 */
bool xfed_sessions_take(struct xfed_sessions *s, const struct xfed_session_peer *peer,
                        xmppfed_time now, struct xfed_saved_session *ret, xmppfed_time *ret_since);

#endif
