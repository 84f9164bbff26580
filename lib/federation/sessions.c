/* sessions.c - TLS sessions with servers of partners, to be resumed when we come back. */
#include "federation/sessions.h"

#include <stdio.h>
#include <string.h>

/*
 * Milliseconds for which one resumption may follow another: a server's new certificate, or the loss
 * of its key, does not go unseen for longer.
 */
#define CHAIN_TIME ((xmppfed_time)24 * 60 * 60 * 1000)

#define KEY_SIZE (3 * XMPPFED_DOMAIN_SIZE + 48 + 8)

struct session {
    struct xfed_node node;
    xmppfed_credentials *own;
    xmppfed_time since;
    struct xfed_saved_session saved;
    char key[];
};

/* No domain, host or address has a space in it. */
static void key_of(const struct xfed_session_peer *peer, char ret[KEY_SIZE])
{
    (void)snprintf(ret, KEY_SIZE, "%s %s %s %s %u", peer->local, peer->remote, peer->at->host,
                   peer->at->address, (unsigned)peer->at->port);
}

static void drop(struct xfed_sessions *s, struct session *session)
{
    s->bytes -= session->saved.len;
    xfed_list_remove(&session->node);
    xfed_map_remove_text(&s->known, session->key);
    xfed_saved_session_free(s->known.ctx, &session->saved);
    xmppfed_credentials_unref(session->own);
    xfed_free(s->known.ctx, session);
}

static struct session *oldest(const struct xfed_sessions *s)
{
    return xfed_list_empty(&s->order) ? NULL : XFED_CONTAINER(s->order.next, struct session, node);
}

void xfed_sessions_init(struct xfed_sessions *s, xmppfed_context *ctx, uint64_t seed)
{
    xfed_map_init(&s->known, ctx, seed);
    xfed_list_init(&s->order);
    s->bytes = 0;
}

void xfed_sessions_fini(struct xfed_sessions *s)
{
    struct session *session;

    while ((session = oldest(s)) != NULL)
        drop(s, session);
    xfed_map_fini(&s->known);
}

/* An entry without a session in it; NULL when out of memory. */
static struct session *add(struct xfed_sessions *s, const char *key)
{
    size_t size = strlen(key) + 1;
    struct session *session = xfed_zalloc(s->known.ctx, sizeof(*session) + size);

    if (!session)
        return NULL;
    memcpy(session->key, key, size);
    if (xfed_map_put_text(&s->known, session->key, session) < 0) {
        xfed_free(s->known.ctx, session);
        return NULL;
    }
    xfed_list_append(&s->order, &session->node);
    return session;
}

static bool is_full(const struct xfed_sessions *s, size_t len)
{
    return s->known.count >= XFED_SESSIONS_MAX || s->bytes + len > XFED_SESSIONS_BYTES_MAX;
}

void xfed_sessions_keep(struct xfed_sessions *s, const struct xfed_session_peer *peer,
                        struct xfed_saved_session *saved, xmppfed_time since)
{
    struct session *session;
    char key[KEY_SIZE];

    key_of(peer, key);
    session = xfed_map_get_text(&s->known, key);
    if (session)
        drop(s, session);
    while (is_full(s, saved->len))
        drop(s, oldest(s));
    session = add(s, key);
    if (!session) {
        xfed_saved_session_free(s->known.ctx, saved);
        return;
    }
    session->saved = *saved;
    session->since = since;
    session->own = xmppfed_credentials_ref(peer->own);
    s->bytes += saved->len;
    *saved = (struct xfed_saved_session){NULL, 0};
}

bool xfed_sessions_take(struct xfed_sessions *s, const struct xfed_session_peer *peer,
                        xmppfed_time now, struct xfed_saved_session *ret, xmppfed_time *ret_since)
{
    struct session *session;
    char key[KEY_SIZE];
    bool good;

    key_of(peer, key);
    session = xfed_map_get_text(&s->known, key);
    if (!session)
        return false;
    /* A server that resumes goes on to judge the certificate which it was shown at first. */
    good = session->own == peer->own && now - session->since <= CHAIN_TIME;
    if (good) {
        *ret = session->saved;
        *ret_since = session->since;
        s->bytes -= session->saved.len;
        session->saved = (struct xfed_saved_session){NULL, 0};
    }
    drop(s, session);
    return good;
}
