/* transport.c - what carries a component stream: plain bytes, or mutual TLS. */
#include "component/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define READ_SIZE 16384

static int say(xmppfed_problem *why, int code)
{
    why->code = code;
    snprintf(why->text, sizeof(why->text), "%s", xmppfed_error_sentence(code));
    return code;
}

int transport_init(struct transport *t, const struct component_options *options)
{
    bool client = options->role == COMPONENT_CLIENT;

    memset(t, 0, sizeof(*t));
    t->ready = options->trust == NULL;
    if (t->ready)
        return 0;
    t->trust = xmppfed_trust_ref(options->trust);
    return xmppfed_tls_session_new(options->ctx, client ? XMPPFED_TLS_CLIENT : XMPPFED_TLS_SERVER,
                                   options->credentials, NULL, &t->tls);
}

void transport_fini(struct transport *t)
{
    xmppfed_tls_session_free(t->tls);
    xmppfed_trust_unref(t->trust);
    free(t->out);
}

/*
 * The certificates prove that both ends belong to the same installation; which domain a host may
 * serve is what its secret proves. So no name is asked for, and either key usage will do.
 */
static int secure(struct transport *t, xmppfed_problem *why)
{
    int rc = xmppfed_tls_session_handshake(t->tls, why);

    if (rc == 1) {
        rc = xmppfed_tls_session_verify(t->tls, t->trust, XMPPFED_EKU_ANY, (int64_t)time(NULL),
                                        NULL, why);
        t->ready = rc == 0;
    }
    return rc < 0 ? rc : 0;
}

static int decrypt(struct transport *t, xmppfed_stream *into, xmppfed_problem *why)
{
    char plain[READ_SIZE];
    int rc;

    while ((rc = xmppfed_tls_session_read(t->tls, plain, sizeof(plain))) > 0) {
        rc = xmppfed_stream_feed(into, plain, (size_t)rc);
        if (rc < 0)
            break;
    }
    return rc < 0 ? say(why, rc) : 0;
}

int transport_feed(struct transport *t, xmppfed_stream *into, const void *data, size_t len,
                   xmppfed_problem *why)
{
    int rc;

    if (!t->tls) {
        rc = xmppfed_stream_feed(into, data, len);
        return rc < 0 ? say(why, rc) : 0;
    }
    rc = xmppfed_tls_session_feed(t->tls, data, len);
    if (rc < 0)
        return say(why, rc);
    if (!t->ready) {
        rc = secure(t, why);
        if (rc < 0 || !t->ready)
            return rc;
    }
    return decrypt(t, into, why);
}

static int append(struct transport *t, const char *data, size_t len)
{
    if (t->out_size - t->out_len < len) {
        size_t size = 2 * (t->out_len + len);
        char *bigger = realloc(t->out, size);

        if (!bigger)
            return XMPPFED_ERR_NOMEM;
        t->out = bigger;
        t->out_size = size;
    }
    memcpy(t->out + t->out_len, data, len);
    t->out_len += len;
    return 0;
}

int transport_write(struct transport *t, const char *data, size_t len)
{
    if (!t->ready)
        return XMPPFED_ERR_STATE;
    return t->tls ? xmppfed_tls_session_write(t->tls, data, len) : append(t, data, len);
}

void transport_close(struct transport *t)
{
    if (t->tls && t->ready)
        xmppfed_tls_session_close(t->tls);
    t->ready = false;
}

xmppfed_slice transport_output(const struct transport *t)
{
    if (t->tls)
        return xmppfed_tls_session_output(t->tls);
    return (xmppfed_slice){t->out, t->out_len};
}

void transport_sent(struct transport *t, size_t len)
{
    if (t->tls) {
        xmppfed_tls_session_sent(t->tls, len);
        return;
    }
    t->out_len -= len;
    if (t->out_len > 0) {
        memmove(t->out, t->out + len, t->out_len);
        return;
    }
    free(t->out);
    t->out = NULL;
    t->out_size = 0;
}
