/* dns.c - carries DNS messages to the name servers, each over a socket of its own. */
#include "adapter.h"

#include <stdlib.h>
#include <string.h>

/* The resolver has long given up by then; the socket only waited for a late answer. */
#define LATE_MS 15000
#define PREFIX_SIZE 2 /* RFC 1035 4.2.2 */
#define HEADER_SIZE 12

/* One message on its way. The port of its socket is of the kernel's random choice (RFC 5452). */
struct xfed_uv_query {
    xmppfed_uv *edge;
    uint64_t token;
    union {
        uv_handle_t handle;
        uv_udp_t udp;
        uv_tcp_t tcp;
    } socket;
    uv_udp_send_t send;
    uv_connect_t connect;
    uv_write_t write;
    uint8_t *answer; /* TCP: prefix and message as far as received */
    size_t answer_len;
    xmppfed_time give_up_at;
    bool closing;
    struct xfed_uv_query *next;
    size_t len;
    uint8_t data[]; /* with the prefix for TCP */
};

/* ---- closing ----------------------------------------------------------------------------- */

static void on_query_closed(uv_handle_t *handle)
{
    struct xfed_uv_query *q = handle->data;
    xmppfed_uv *edge = q->edge;

    free(q->answer);
    free(q);
    xfed_uv_handle_closed(edge);
}

static void close_query(struct xfed_uv_query *q)
{
    struct xfed_uv_query **at;

    if (q->closing)
        return;
    for (at = &q->edge->queries; *at; at = &(*at)->next) {
        if (*at == q) {
            *at = q->next;
            break;
        }
    }
    q->closing = true;
    uv_close(&q->socket.handle, on_query_closed);
}

static void fail(struct xfed_uv_query *q)
{
    if (q->closing)
        return;
    close_query(q);
    xmppfed_federation_dns_failed(q->edge->fed, q->token, xmppfed_uv_now(q->edge));
}

bool xfed_uv_dns_sweep(xmppfed_uv *edge)
{
    struct xfed_uv_query *q = edge->queries;

    while (q) {
        struct xfed_uv_query *next = q->next;

        if (q->give_up_at <= xmppfed_uv_now(edge))
            close_query(q);
        q = next;
    }
    return edge->queries != NULL;
}

void xfed_uv_dns_close_all(xmppfed_uv *edge)
{
    while (edge->queries)
        close_query(edge->queries);
}

/* ---- answers ----------------------------------------------------------------------------- */

/* An answer carries our id and the response bit; anything else is noise, and the wait goes on. */
static bool is_answer(const uint8_t *message, const uint8_t *data, size_t len)
{
    return len >= HEADER_SIZE && memcmp(message, data, 2) == 0 && (data[2] & 0x80) != 0;
}

static void deliver(struct xfed_uv_query *q, const uint8_t *data, size_t len)
{
    xmppfed_uv *edge = q->edge;
    uint64_t token = q->token;

    xmppfed_federation_dns_answer(edge->fed, token, data, len, xmppfed_uv_now(edge));
    close_query(q);
    xfed_uv_pump(edge);
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    struct xfed_uv_query *q = handle->data;

    (void)wanted;
    xfed_uv_lend_buffer(q->edge, ret);
}

/* ---- UDP --------------------------------------------------------------------------------- */

static void on_datagram(uv_udp_t *udp, ssize_t count, const uv_buf_t *buf,
                        const struct sockaddr *from, unsigned flags)
{
    struct xfed_uv_query *q = udp->data;
    const uint8_t *data = (const uint8_t *)buf->base;

    (void)from; /* the socket is connected: only the asked server gets through */
    (void)flags;
    if (q->closing || count == 0)
        return;
    if (count > 0) {
        if (is_answer(q->data, data, (size_t)count))
            deliver(q, data, (size_t)count);
        return;
    }
    fail(q);
    xfed_uv_pump(q->edge);
}

static void on_sent(uv_udp_send_t *req, int status)
{
    struct xfed_uv_query *q = req->data;

    if (status == 0 || q->closing)
        return;
    fail(q);
    xfed_uv_pump(q->edge);
}

static int start_udp(struct xfed_uv_query *q, const struct sockaddr *server)
{
    uv_buf_t buf = uv_buf_init((char *)q->data, (unsigned)q->len);
    int rc = uv_udp_connect(&q->socket.udp, server);

    if (rc == 0)
        rc = uv_udp_recv_start(&q->socket.udp, on_alloc, on_datagram);
    if (rc == 0)
        rc = uv_udp_send(&q->send, &q->socket.udp, &buf, 1, NULL, on_sent);
    return rc;
}

/* ---- TCP --------------------------------------------------------------------------------- */

/* Collects the length prefix, then the message; true once a whole one is there. */
static bool collect(struct xfed_uv_query *q, const uint8_t *data, size_t len, size_t *ret_len)
{
    uint8_t *bigger = realloc(q->answer, q->answer_len + len);

    if (!bigger) {
        fail(q);
        return false;
    }
    memcpy(bigger + q->answer_len, data, len);
    q->answer = bigger;
    q->answer_len += len;
    if (q->answer_len < PREFIX_SIZE)
        return false;
    *ret_len = (size_t)q->answer[0] << 8 | q->answer[1];
    return q->answer_len - PREFIX_SIZE >= *ret_len;
}

static void on_stream_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct xfed_uv_query *q = stream->data;
    xmppfed_uv *edge = q->edge;
    size_t len = 0;

    if (q->closing || count == 0)
        return;
    if (count < 0) {
        fail(q);
    } else if (collect(q, (const uint8_t *)buf->base, (size_t)count, &len)) {
        if (is_answer(q->data + PREFIX_SIZE, q->answer + PREFIX_SIZE, len)) {
            deliver(q, q->answer + PREFIX_SIZE, len);
            return;
        }
        fail(q);
    }
    xfed_uv_pump(edge);
}

static void on_query_written(uv_write_t *req, int status)
{
    struct xfed_uv_query *q = req->data;

    if (status == 0 || q->closing)
        return;
    fail(q);
    xfed_uv_pump(q->edge);
}

static void on_server_connected(uv_connect_t *req, int status)
{
    struct xfed_uv_query *q = req->data;
    uv_stream_t *stream = (uv_stream_t *)&q->socket.tcp;
    uv_buf_t buf = uv_buf_init((char *)q->data, (unsigned)q->len);

    if (q->closing)
        return;
    if (status == 0)
        status = uv_write(&q->write, stream, &buf, 1, on_query_written);
    if (status == 0)
        status = uv_read_start(stream, on_alloc, on_stream_read);
    if (status == 0)
        return;
    fail(q);
    xfed_uv_pump(q->edge);
}

static int start_tcp(struct xfed_uv_query *q, const struct sockaddr *server)
{
    return uv_tcp_connect(&q->connect, &q->socket.tcp, server, on_server_connected);
}

/* ---- sending ----------------------------------------------------------------------------- */

static struct xfed_uv_query *new_query(xmppfed_uv *edge, const xmppfed_dns_query *asked)
{
    size_t prefix = asked->tcp ? PREFIX_SIZE : 0;
    struct xfed_uv_query *q = calloc(1, sizeof(*q) + prefix + asked->len);

    if (!q)
        return NULL;
    q->edge = edge;
    q->token = asked->token;
    q->send.data = q;
    q->connect.data = q;
    q->write.data = q;
    q->len = prefix + asked->len;
    if (prefix) {
        q->data[0] = (uint8_t)(asked->len >> 8);
        q->data[1] = (uint8_t)asked->len;
    }
    memcpy(q->data + prefix, asked->data, asked->len);
    q->give_up_at = xmppfed_uv_now(edge) + LATE_MS;
    if (asked->tcp)
        uv_tcp_init(edge->loop, &q->socket.tcp);
    else
        uv_udp_init(edge->loop, &q->socket.udp);
    q->socket.handle.data = q;
    xfed_uv_handle_opened(edge);
    q->next = edge->queries;
    edge->queries = q;
    return q;
}

void xfed_uv_dns_send(xmppfed_uv *edge, const xmppfed_dns_query *asked)
{
    bool fits = asked->len >= HEADER_SIZE && asked->len <= UINT16_MAX;
    bool tcp = asked->tcp != 0;
    const struct sockaddr *server;
    struct xfed_uv_query *q;

    if (edge->server_count == 0 || !fits || (q = new_query(edge, asked)) == NULL) {
        xmppfed_federation_dns_failed(edge->fed, asked->token, xmppfed_uv_now(edge));
        return;
    }
    server = (const struct sockaddr *)&edge->servers[asked->server % edge->server_count];
    xfed_uv_need_sweep(edge);
    if ((tcp ? start_tcp(q, server) : start_udp(q, server)) < 0)
        fail(q);
}
