/* transport.c - GnuTLS's push and pull functions over two memory buffers. */
#include "tls/transport.h"

#include <errno.h>
#include <string.h>

/* Hands out what was fed; "try again" at its end, for only the connection layer knows of an EOF. */
static ssize_t pull(gnutls_transport_ptr_t pointer, void *ret, size_t size)
{
    struct xfed_tls_transport *t = pointer;
    xmppfed_slice bytes = xfed_buffer_bytes(&t->input);

    if (bytes.len == 0) {
        t->starved = true;
        gnutls_transport_set_errno(t->session, EAGAIN);
        return -1;
    }
    if (size > bytes.len)
        size = bytes.len;
    memcpy(ret, bytes.data, size);
    xfed_buffer_consume(&t->input, size);
    return (ssize_t)size;
}

/* GnuTLS asks whether a pull would block, in milliseconds that are never waited for. */
static int pull_timeout(gnutls_transport_ptr_t pointer, unsigned int milliseconds)
{
    const struct xfed_tls_transport *t = pointer;

    (void)milliseconds;
    return xfed_buffer_length(&t->input) > 0;
}

/* Keeps what GnuTLS sends. A failure is final: part of a record may have been kept already. */
static ssize_t push(gnutls_transport_ptr_t pointer, const giovec_t *parts, int count)
{
    struct xfed_tls_transport *t = pointer;
    size_t total = 0;

    for (int i = 0; i < count && t->error == 0; i++) {
        t->error = xfed_buffer_append(&t->output, parts[i].iov_base, parts[i].iov_len);
        total += parts[i].iov_len;
    }
    if (t->error < 0) {
        gnutls_transport_set_errno(t->session, EIO);
        return -1;
    }
    return (ssize_t)total;
}

void xfed_tls_transport_init(struct xfed_tls_transport *t, struct xfed_account *account,
                             gnutls_session_t session)
{
    t->session = session;
    t->starved = false;
    t->error = 0;
    xfed_buffer_init(&t->input, account, XFED_TLS_INPUT_MAX);
    xfed_buffer_init(&t->output, account, XFED_TLS_OUTPUT_MAX);
    gnutls_transport_set_ptr(session, t);
    gnutls_transport_set_pull_function(session, pull);
    gnutls_transport_set_pull_timeout_function(session, pull_timeout);
    gnutls_transport_set_vec_push_function(session, push);
}

void xfed_tls_transport_fini(struct xfed_tls_transport *t)
{
    xfed_buffer_fini(&t->input);
    xfed_buffer_fini(&t->output);
}
