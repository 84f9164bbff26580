/* socket.c - one TCP connection of a link: reading, writing, dialling, closing. */
#include "adapter.h"

#include <stdlib.h>
#include <string.h>

/* How long a closed stream may take to get its last bytes out and to hear the peer's end. */
#define DRAIN_MS 5000
/* Most bytes copied for libuv at a time; the rest waits in the library's bounded buffer. */
#define COPY_MAX ((size_t)256 * 1024)

/* A copy of bytes that the kernel did not take at once. */
struct pending_write {
    uv_write_t req;
    struct xfed_uv_socket *socket;
    size_t len;
    char data[];
};

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf);

/* ---- closing ----------------------------------------------------------------------------- */

static void on_socket_closed(uv_handle_t *handle)
{
    struct xfed_uv_socket *s = handle->data;
    xmppfed_uv *edge = s->edge;

    free(s);
    xfed_uv_handle_closed(edge);
}

static void leave_draining(struct xfed_uv_socket *s)
{
    struct xfed_uv_socket **at;

    for (at = &s->edge->draining; *at; at = &(*at)->next) {
        if (*at == s) {
            *at = s->next;
            return;
        }
    }
}

static void leave_resting(struct xfed_uv_socket *s)
{
    struct xfed_uv_socket **at;

    for (at = &s->edge->resting; s->resting && *at; at = &(*at)->next_resting) {
        if (*at == s) {
            *at = s->next_resting;
            s->resting = false;
            return;
        }
    }
}

static void close_socket(struct xfed_uv_socket *s)
{
    if (s->state == XFED_UV_CLOSING)
        return;
    leave_resting(s);
    if (s->state == XFED_UV_DRAINING)
        leave_draining(s);
    else
        xfed_uv_links_remove(&s->edge->links, s);
    s->state = XFED_UV_CLOSING;
    uv_close((uv_handle_t *)&s->tcp, on_socket_closed);
}

/* The transport is gone: the federation learns why. */
static void fail(struct xfed_uv_socket *s, const char *why)
{
    xmppfed_uv *edge = s->edge;
    uint64_t link = s->link;
    bool known = s->state == XFED_UV_CONNECTING || s->state == XFED_UV_OPEN;

    close_socket(s);
    if (known)
        xmppfed_federation_closed(edge->fed, link, why, xmppfed_uv_now(edge));
}

static void on_shutdown(uv_shutdown_t *req, int status)
{
    struct xfed_uv_socket *s = req->data;

    /* Closing with unread bytes would make the kernel reset the connection and lose what we have
     * just sent, so on success the peer's end is awaited (on_read, or the sweep). */
    if (status < 0)
        close_socket(s);
}

bool xfed_uv_socket_sweep(xmppfed_uv *edge)
{
    struct xfed_uv_socket *s = edge->draining;

    while (s) {
        struct xfed_uv_socket *next = s->next;

        if (s->give_up_at <= xmppfed_uv_now(edge))
            close_socket(s);
        s = next;
    }
    return edge->draining != NULL;
}

void xfed_uv_socket_close_all(xmppfed_uv *edge)
{
    struct xfed_uv_socket *s;

    while (edge->draining)
        close_socket(edge->draining);
    while ((s = xfed_uv_links_take(&edge->links)) != NULL)
        close_socket(s);
}

/* ---- writing ----------------------------------------------------------------------------- */

static void resume_reading(struct xfed_uv_socket *s);

static void on_written(uv_write_t *req, int status)
{
    struct pending_write *w = (struct pending_write *)(void *)req;
    struct xfed_uv_socket *s = w->socket;
    size_t len = w->len;

    free(w);
    if (s->state != XFED_UV_OPEN || s->edge->closing)
        return;
    if (status < 0) {
        fail(s, uv_strerror(status));
    } else {
        s->in_flight = 0;
        xmppfed_federation_sent(s->edge->fed, s->link, len, xmppfed_uv_now(s->edge));
        xfed_uv_socket_flush(s);
        resume_reading(s);
    }
    xfed_uv_pump(s->edge);
}

/* Gives libuv a copy of bytes; a negative number on failure. */
static int write_copy(struct xfed_uv_socket *s, const char *data, size_t len)
{
    struct pending_write *w = malloc(sizeof(*w) + len);
    uv_buf_t buf;
    int rc;

    if (!w)
        return UV_ENOMEM;
    w->socket = s;
    w->len = len;
    memcpy(w->data, data, len);
    buf = uv_buf_init(w->data, (unsigned)len);
    rc = uv_write(&w->req, (uv_stream_t *)&s->tcp, &buf, 1, on_written);
    if (rc < 0)
        free(w);
    return rc;
}

/* Offers bytes to the kernel at once: how many it took, or a negative number on failure. */
static int try_write(struct xfed_uv_socket *s, xmppfed_slice out)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)out.data,
                               (unsigned)(out.len < COPY_MAX ? out.len : COPY_MAX));
    int rc = uv_try_write((uv_stream_t *)&s->tcp, &buf, 1);

    return rc == UV_EAGAIN ? 0 : rc;
}

void xfed_uv_socket_flush(struct xfed_uv_socket *s)
{
    xmppfed_uv *edge = s->edge;
    xmppfed_slice out;
    int rc = 1;

    if (s->state != XFED_UV_OPEN || s->in_flight > 0)
        return;
    while (rc > 0) {
        out = xmppfed_federation_output(edge->fed, s->link);
        if (out.len == 0)
            return;
        rc = try_write(s, out);
        if (rc > 0)
            xmppfed_federation_sent(edge->fed, s->link, (size_t)rc, xmppfed_uv_now(edge));
    }
    if (rc == 0) {
        s->in_flight = out.len < COPY_MAX ? out.len : COPY_MAX;
        rc = write_copy(s, out.data, s->in_flight);
    }
    if (rc < 0) {
        fail(s, uv_strerror(rc));
        return;
    }
    /* A peer that does not take our bytes gets no more work done for it. */
    uv_read_stop((uv_stream_t *)&s->tcp);
    s->paused = true;
}

void xfed_uv_socket_finish(struct xfed_uv_socket *s)
{
    xmppfed_uv *edge = s->edge;
    xmppfed_slice out;

    xfed_uv_socket_flush(s);
    if (s->state != XFED_UV_OPEN) {
        close_socket(s);
        return;
    }
    out = xmppfed_federation_output(edge->fed, s->link);
    if (out.len > s->in_flight &&
        write_copy(s, out.data + s->in_flight, out.len - s->in_flight) < 0) {
        close_socket(s);
        return;
    }
    xfed_uv_links_remove(&edge->links, s);
    leave_resting(s);
    s->state = XFED_UV_DRAINING;
    s->give_up_at = xmppfed_uv_now(edge) + DRAIN_MS;
    s->next = edge->draining;
    edge->draining = s;
    xfed_uv_need_sweep(edge);
    resume_reading(s);
    s->shutdown.data = s;
    if (uv_shutdown(&s->shutdown, (uv_stream_t *)&s->tcp, on_shutdown) < 0)
        close_socket(s);
}

/* ---- reading ----------------------------------------------------------------------------- */

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    struct xfed_uv_socket *s = handle->data;

    (void)wanted;
    xfed_uv_lend_buffer(s->edge, ret);
}

static void feed(struct xfed_uv_socket *s, const char *data, size_t len)
{
    int rc = xmppfed_federation_feed(s->edge->fed, s->link, data, len, xmppfed_uv_now(s->edge));

    if (rc < 0)
        fail(s, xmppfed_error_sentence(rc));
}

/* A link that wants no input gets none: what its peer sends stays with the kernel, then the peer.
 */
static void rest(struct xfed_uv_socket *s)
{
    xmppfed_uv *edge = s->edge;

    if (s->state != XFED_UV_OPEN || edge->closing || s->resting ||
        xmppfed_federation_wants_input(edge->fed, s->link))
        return;
    uv_read_stop((uv_stream_t *)&s->tcp);
    s->paused = true;
    s->resting = true;
    s->next_resting = edge->resting;
    edge->resting = s;
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct xfed_uv_socket *s = stream->data;
    xmppfed_uv *edge = s->edge;

    if (count == 0 || s->state == XFED_UV_CLOSING)
        return;
    if (s->state == XFED_UV_DRAINING) {
        if (count < 0)
            close_socket(s);
        return;
    }
    if (count > 0)
        feed(s, buf->base, (size_t)count);
    else
        fail(s, count == UV_EOF ? "the peer closed the connection" : uv_strerror((int)count));
    xfed_uv_pump(edge);
    rest(s);
}

void xfed_uv_socket_wake_resting(xmppfed_uv *edge)
{
    struct xfed_uv_socket **at = &edge->resting;

    while (*at) {
        struct xfed_uv_socket *s = *at;

        if (!xmppfed_federation_wants_input(edge->fed, s->link)) {
            at = &s->next_resting;
            continue;
        }
        *at = s->next_resting;
        s->resting = false;
        resume_reading(s);
    }
}

static void resume_reading(struct xfed_uv_socket *s)
{
    if (!s->paused || s->resting || s->state == XFED_UV_CLOSING || s->in_flight > 0)
        return;
    s->paused = false;
    uv_read_start((uv_stream_t *)&s->tcp, on_alloc, on_read);
}

/* ---- opening ----------------------------------------------------------------------------- */

static struct xfed_uv_socket *new_socket(xmppfed_uv *edge)
{
    struct xfed_uv_socket *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->edge = edge;
    uv_tcp_init(edge->loop, &s->tcp);
    s->tcp.data = s;
    s->connect.data = s;
    s->paused = true; /* until it is open */
    xfed_uv_handle_opened(edge);
    return s;
}

static void opened(struct xfed_uv_socket *s)
{
    s->state = XFED_UV_OPEN;
    /* Negotiation is many small messages that wait for each other. */
    uv_tcp_nodelay(&s->tcp, 1);
    resume_reading(s);
}

static void peer_name(const uv_tcp_t *tcp, char *ret, size_t size)
{
    struct sockaddr_storage peer;
    int len = sizeof(peer);

    ret[0] = '\0';
    if (uv_tcp_getpeername(tcp, (struct sockaddr *)&peer, &len) == 0)
        uv_ip_name((const struct sockaddr *)&peer, ret, size);
}

void xfed_uv_socket_accept(xmppfed_uv *edge, uv_stream_t *listener, bool direct)
{
    struct xfed_uv_socket *s = new_socket(edge);
    char peer[64];
    int rc;

    if (!s)
        return;
    if (uv_accept(listener, (uv_stream_t *)&s->tcp) < 0) {
        close_socket(s);
        return;
    }
    peer_name(&s->tcp, peer, sizeof(peer));
    rc = (direct ? xmppfed_federation_accept_direct
                 : xmppfed_federation_accept)(edge->fed, peer, xmppfed_uv_now(edge), &s->link);
    if (rc < 0) {
        close_socket(s);
        return;
    }
    s->state = XFED_UV_OPEN;
    if (xfed_uv_links_add(&edge->links, s))
        opened(s);
    else
        fail(s, "out of memory");
}

static void on_connected(uv_connect_t *req, int status)
{
    struct xfed_uv_socket *s = req->data;
    xmppfed_uv *edge = s->edge;

    if (s->state != XFED_UV_CONNECTING)
        return;
    if (status < 0) {
        fail(s, uv_strerror(status));
    } else {
        opened(s);
        if (xmppfed_federation_connected(edge->fed, s->link, xmppfed_uv_now(edge)) < 0)
            close_socket(s);
    }
    xfed_uv_pump(edge);
}

void xfed_uv_socket_dial(xmppfed_uv *edge, uint64_t link, const xmppfed_endpoint *endpoint)
{
    struct xfed_uv_socket *s = new_socket(edge);
    struct sockaddr_storage to;
    int rc = UV_EINVAL;

    if (!s) {
        xmppfed_federation_closed(edge->fed, link, "out of memory", xmppfed_uv_now(edge));
        return;
    }
    s->link = link;
    s->state = XFED_UV_CONNECTING;
    if (!xfed_uv_links_add(&edge->links, s))
        rc = UV_ENOMEM;
    else if (xfed_uv_address(endpoint->address, endpoint->port, &to))
        rc = uv_tcp_connect(&s->connect, &s->tcp, (const struct sockaddr *)&to, on_connected);
    if (rc < 0)
        fail(s, uv_strerror(rc));
}
