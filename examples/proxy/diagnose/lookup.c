/* lookup.c - one look-up of a partner's servers, apart from live traffic. */
#include "proxy/diagnose/lookup.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX_SIZE 2 /* of a message over TCP (RFC 1035 4.2.2) */
#define HEADER_SIZE 12
#define MESSAGE_SIZE 512
#define ANSWER_SIZE (PREFIX_SIZE + 16384)

/* One message on its way, over a socket of its own. */
struct query {
    struct lookup *lookup; /* NULL once nobody waits for it */
    uint64_t token;
    bool tcp;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_udp_t udp;
        uv_tcp_t tcp;
    } socket;
    uv_connect_t connect;
    uv_write_t write;
    uv_udp_send_t send;
    struct query *next;
    size_t len;
    size_t answer_len;
    char message[PREFIX_SIZE + MESSAGE_SIZE];
    char answer[ANSWER_SIZE];
};

struct lookup {
    uv_loop_t *loop;
    uv_timer_t timer;
    xmppfed_resolver *resolver;
    const struct name_servers *servers;
    struct query *queries;
    lookup_fn found;
    void *user;
    bool over; /* the result was told: it borrows, so that the resolver is left alone */
};

static void pump(struct lookup *l);

/* ---- one message ------------------------------------------------------------------------- */

static void on_query_closed(uv_handle_t *handle)
{
    free(handle->data);
}

/* Takes a query out of its look-up and closes it. */
static void drop(struct query *q)
{
    struct query **at = &q->lookup->queries;

    while (*at != q)
        at = &(*at)->next;
    *at = q->next;
    q->lookup = NULL;
    uv_close(&q->socket.handle, on_query_closed);
}

static void end_query(struct query *q, const char *answer, size_t len)
{
    struct lookup *l = q->lookup;
    uint64_t token = q->token;

    if (l->over)
        return;
    if (answer)
        xmppfed_resolver_answer(l->resolver, token, answer, len, uv_now(l->loop));
    else
        xmppfed_resolver_failed(l->resolver, token, uv_now(l->loop));
    drop(q);
    pump(l);
}

/* An answer carries our id and the response bit; anything else is noise, and the wait goes on. */
static bool is_answer(const char *message, const char *data, size_t len)
{
    return len >= HEADER_SIZE && memcmp(message, data, 2) == 0 && ((unsigned char)data[2] & 0x80);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    struct query *q = handle->data;

    (void)suggested;
    *ret = uv_buf_init(q->answer + q->answer_len, (unsigned)(ANSWER_SIZE - q->answer_len));
}

static void on_datagram(uv_udp_t *udp, ssize_t count, const uv_buf_t *bytes,
                        const struct sockaddr *from, unsigned flags)
{
    struct query *q = udp->data;

    (void)flags;
    if (!q->lookup || (count == 0 && !from))
        return;
    if (count < 0)
        end_query(q, NULL, 0);
    else if (is_answer(q->message, bytes->base, (size_t)count))
        end_query(q, bytes->base, (size_t)count);
}

static void on_stream(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
    struct query *q = stream->data;
    const unsigned char *prefix = (const unsigned char *)q->answer;
    size_t len;

    (void)bytes;
    if (!q->lookup || count == 0)
        return;
    q->answer_len += count > 0 ? (size_t)count : 0;
    len = q->answer_len < PREFIX_SIZE ? ANSWER_SIZE : (size_t)prefix[0] << 8 | prefix[1];
    if (q->answer_len >= PREFIX_SIZE + len &&
        is_answer(q->message + PREFIX_SIZE, q->answer + PREFIX_SIZE, len))
        end_query(q, q->answer + PREFIX_SIZE, len);
    else if (count < 0 || q->answer_len >= PREFIX_SIZE + len || q->answer_len == ANSWER_SIZE)
        end_query(q, NULL, 0);
}

static void on_sent(uv_udp_send_t *request, int status)
{
    struct query *q = request->data;

    if (status < 0 && q->lookup)
        end_query(q, NULL, 0);
}

static void on_written(uv_write_t *request, int status)
{
    struct query *q = request->data;

    if (status < 0 && q->lookup)
        end_query(q, NULL, 0);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct query *q = request->data;
    uv_buf_t bytes = uv_buf_init(q->message, (unsigned)q->len);

    if (!q->lookup)
        return;
    if (status == 0)
        status = uv_write(&q->write, &q->socket.stream, &bytes, 1, on_written);
    if (status == 0)
        status = uv_read_start(&q->socket.stream, give_room, on_stream);
    if (status < 0)
        end_query(q, NULL, 0);
}

static int begin_udp(struct query *q, const struct sockaddr *server)
{
    uv_buf_t bytes = uv_buf_init(q->message, (unsigned)q->len);
    int rc = uv_udp_connect(&q->socket.udp, server);

    if (rc == 0)
        rc = uv_udp_recv_start(&q->socket.udp, give_room, on_datagram);
    return rc == 0 ? uv_udp_send(&q->send, &q->socket.udp, &bytes, 1, NULL, on_sent) : rc;
}

static struct query *new_query(struct lookup *l, const xmppfed_dns_query *asked)
{
    size_t prefix = asked->tcp ? PREFIX_SIZE : 0;
    struct query *q = asked->len <= MESSAGE_SIZE ? calloc(1, sizeof(*q)) : NULL;

    if (!q)
        return NULL;
    q->lookup = l;
    q->token = asked->token;
    q->connect.data = q;
    q->write.data = q;
    q->send.data = q;
    q->message[0] = (char)(asked->len >> 8);
    q->message[1] = (char)(asked->len & 0xff);
    memcpy(q->message + prefix, asked->data, asked->len);
    q->len = prefix + asked->len;
    if (asked->tcp)
        uv_tcp_init(l->loop, &q->socket.tcp);
    else
        uv_udp_init(l->loop, &q->socket.udp);
    q->socket.handle.data = q;
    q->next = l->queries;
    l->queries = q;
    return q;
}

/* Sends a message; false if that cannot even begin. */
static bool ask(struct lookup *l, const xmppfed_dns_query *asked)
{
    const struct name_servers *s = l->servers;
    const struct sockaddr *server;
    struct query *q = s->count > 0 ? new_query(l, asked) : NULL;
    int rc;

    if (!q)
        return false;
    server = (const struct sockaddr *)&s->at[asked->server % s->count];
    rc = asked->tcp ? uv_tcp_connect(&q->connect, &q->socket.tcp, server, on_connected)
                    : begin_udp(q, server);
    if (rc < 0)
        drop(q);
    return rc == 0;
}

/* ---- the look-up ------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer)
{
    struct lookup *l = timer->data;

    xmppfed_resolver_tick(l->resolver, uv_now(l->loop));
    pump(l);
}

/* Sends what is to be sent, then tells the result or sets the timer. May end the look-up. */
static void pump(struct lookup *l)
{
    const xmppfed_dns_result *result;
    xmppfed_dns_query asked;
    xmppfed_time now = uv_now(l->loop);
    xmppfed_time due;

    while (xmppfed_resolver_next_query(l->resolver, now, &asked) == 1)
        if (!ask(l, &asked))
            xmppfed_resolver_failed(l->resolver, asked.token, now);
    if (xmppfed_resolver_next_result(l->resolver, &result) == 1) {
        l->over = true;
        uv_timer_stop(&l->timer);
        l->found(result, l->user);
        return;
    }
    due = xmppfed_resolver_deadline(l->resolver);
    if (due != XMPPFED_TIME_NEVER)
        uv_timer_start(&l->timer, on_timer, due > now ? due - now : 1, 0);
}

static void on_begin(uv_timer_t *timer)
{
    pump(timer->data);
}

int lookup_start(uv_loop_t *loop, xmppfed_context *ctx, const struct name_servers *servers,
                 const char *name, uint16_t port, lookup_fn found, void *user, struct lookup **ret)
{
    struct lookup *l = calloc(1, sizeof(*l));
    uint64_t id;
    int rc;

    if (!l)
        return XMPPFED_ERR_NOMEM;
    *l = (struct lookup){.loop = loop, .servers = servers, .found = found, .user = user};
    rc = xmppfed_resolver_new(ctx, &l->resolver);
    if (rc < 0) {
        free(l);
        return rc;
    }
    xmppfed_resolver_set_trusted(l->resolver, servers->trusted);
    xmppfed_resolver_set_cache(l->resolver, 0);
    rc = port > 0 ? xmppfed_resolver_start_host(l->resolver, name, port, uv_now(loop), &id)
                  : xmppfed_resolver_start(l->resolver, name, uv_now(loop), &id);
    if (rc < 0) {
        xmppfed_resolver_free(l->resolver);
        free(l);
        return rc;
    }
    uv_timer_init(loop, &l->timer);
    l->timer.data = l;
    /* Not at once: a result that needs no question must not come before this call returns. */
    uv_timer_start(&l->timer, on_begin, 0, 0);
    *ret = l;
    return 0;
}

static void on_lookup_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void lookup_end(struct lookup *l)
{
    if (!l)
        return;
    while (l->queries)
        drop(l->queries);
    xmppfed_resolver_free(l->resolver);
    uv_close((uv_handle_t *)&l->timer, on_lookup_closed);
}
