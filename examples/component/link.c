/* link.c - a component stream on a socket of a libuv loop. */
#include "component/link.h"

#include <stdlib.h>
#include <string.h>

/* How long a link may take to become a stream that is up, and to get its last bytes out. */
#define SET_UP_MS 30000
#define DRAIN_MS 3000
/* A host that wants acknowledgements says so within this time, or what it got before is its own. */
#define EARLY_MS 1000
/* A host that is refused hears it only then: else it might come back a thousand times a second. */
#define REFUSAL_MS 1000
#define KEEP_ALIVE_SECONDS 60
#define READ_SIZE 65536
#define COPY_MAX ((size_t)256 * 1024)

struct link {
    struct component *component;
    link_item_fn on_item;
    void *user;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } socket;
    uv_timer_t timer;
    uv_prepare_t turn; /* gathers what one turn of the loop sends */
    uv_connect_t connect;
    uv_shutdown_t shutdown;
    uv_write_t write;
    char *copy; /* bytes that libuv is writing */
    size_t copy_len;
    int handles;
    bool server;
    bool was_up;
    bool wants_acks; /* client: the server has not agreed to them yet */
    bool refusing;   /* the stream is over before it was up; the peer does not know it yet */
    struct component_item refusal;
    bool told_down;
    bool broken;    /* nothing can be written any more */
    bool ending;    /* the peer is still to close the stream */
    bool finishing; /* the stream is over; bytes are still to go out */
    bool closing;
    char buffer[READ_SIZE];
};

static void flush(struct link *l);

/* ---- closing ----------------------------------------------------------------------------- */

static void tell_refusal(struct link *l)
{
    l->told_down = true;
    l->on_item(l, &l->refusal, l->user);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct link *l = handle->data;
    struct component_item item;

    if (--l->handles > 0)
        return;
    component_transport_closed(l->component, "the connection was closed");
    while (!l->told_down && component_next(l->component, &item)) {
        l->told_down = item.kind == COMPONENT_DOWN;
        l->on_item(l, &item, l->user);
    }
    if (!l->told_down)
        tell_refusal(l);
    component_free(l->component);
    free(l->copy);
    free(l);
}

static void close_link(struct link *l)
{
    if (l->closing)
        return;
    l->closing = true;
    uv_close(&l->socket.handle, on_handle_closed);
    uv_close((uv_handle_t *)&l->timer, on_handle_closed);
    uv_close((uv_handle_t *)&l->turn, on_handle_closed);
}

static void finish(struct link *l);

static void on_timer(uv_timer_t *timer)
{
    struct link *l = timer->data;

    if (l->finishing || l->ending) {
        close_link(l);
    } else if (l->refusing) {
        tell_refusal(l);
        finish(l);
    } else if (l->wants_acks && component_is_up(l->component)) {
        link_close(l, "connection-timeout", "the server does not acknowledge stanzas");
    } else if (component_is_up(l->component)) {
        component_forget_early(l->component);
    } else {
        link_close(l, "connection-timeout", "the host did not prove itself in time");
    }
}

static void on_shutdown(uv_shutdown_t *req, int status)
{
    /* On success the peer's end is awaited, so that it can read what was sent last. */
    if (status < 0)
        close_link(req->data);
}

/* Once the stream is over: ends the connection when all bytes are out. */
static void finish(struct link *l)
{
    if (l->closing || l->finishing)
        return;
    l->finishing = true;
    uv_timer_start(&l->timer, on_timer, DRAIN_MS, 0);
    flush(l);
}

/* ---- writing ----------------------------------------------------------------------------- */

/* A peer that has gone may have said something before: that is still to be read, up to its end. */
static void stop_writing(struct link *l)
{
    if (l->finishing || l->broken) {
        close_link(l);
        return;
    }
    l->broken = true;
    l->ending = true;
    component_transport_broken(l->component, "the connection broke");
    uv_timer_start(&l->timer, on_timer, DRAIN_MS, 0);
}

static void on_written(uv_write_t *req, int status)
{
    struct link *l = req->data;

    free(l->copy);
    l->copy = NULL;
    if (l->closing)
        return;
    if (status < 0) {
        stop_writing(l);
        return;
    }
    component_sent(l->component, l->copy_len);
    flush(l);
}

static int write_copy(struct link *l, xmppfed_slice out)
{
    size_t len = out.len < COPY_MAX ? out.len : COPY_MAX;
    uv_buf_t buf;
    int rc;

    l->copy = malloc(len);
    if (!l->copy)
        return UV_ENOMEM;
    memcpy(l->copy, out.data, len);
    l->copy_len = len;
    buf = uv_buf_init(l->copy, (unsigned)len);
    rc = uv_write(&l->write, &l->socket.stream, &buf, 1, on_written);
    if (rc < 0) {
        free(l->copy);
        l->copy = NULL;
    }
    return rc;
}

static int write_some(struct link *l, xmppfed_slice out)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)out.data,
                               (unsigned)(out.len < COPY_MAX ? out.len : COPY_MAX));
    int rc = uv_try_write(&l->socket.stream, &buf, 1);

    if (rc == UV_EAGAIN)
        return write_copy(l, out);
    if (rc > 0)
        component_sent(l->component, (size_t)rc);
    return rc;
}

static void flush(struct link *l)
{
    xmppfed_slice out = component_output(l->component);

    bool waits = l->refusing && !l->finishing;

    if (l->closing || l->broken || waits || !uv_is_writable(&l->socket.stream))
        return;
    while (out.len > 0 && !l->copy) {
        if (write_some(l, out) < 0) {
            stop_writing(l);
            return;
        }
        out = component_output(l->component);
    }
    if (l->finishing && !l->copy && uv_shutdown(&l->shutdown, &l->socket.stream, on_shutdown) < 0)
        close_link(l);
}

/* ---- items ------------------------------------------------------------------------------- */

static void on_turn(uv_prepare_t *turn)
{
    struct link *l = turn->data;

    uv_prepare_stop(turn);
    component_ask(l->component);
    flush(l);
}

/* What is sent in this turn of the loop goes out at its end. */
static void gather(struct link *l)
{
    if (!uv_is_active((uv_handle_t *)&l->turn) && !l->closing)
        uv_prepare_start(&l->turn, on_turn);
}

/* The link itself lives on what some items say. */
static void take_note(struct link *l, int kind)
{
    l->was_up = l->was_up || kind == COMPONENT_UP;
    if (kind == COMPONENT_UP && l->server)
        uv_timer_start(&l->timer, on_timer, EARLY_MS, 0);
    if ((kind == COMPONENT_UP && !l->server && !l->wants_acks) ||
        (kind == COMPONENT_ACKED && l->wants_acks))
        uv_timer_stop(&l->timer);
    if (kind == COMPONENT_ACKED) {
        l->wants_acks = false;
        gather(l);
    }
    if (kind == COMPONENT_DOWN)
        l->told_down = true;
}

/* Keeps the end of a stream that never came up, and what is to be said of it, for a while. */
static void refuse_later(struct link *l, const struct component_item *down)
{
    l->refusing = true;
    l->refusal = *down;
    uv_timer_start(&l->timer, on_timer, REFUSAL_MS, 0);
}

static void pump(struct link *l)
{
    struct component_item item;

    while (!l->closing && !l->told_down && component_next(l->component, &item)) {
        if (item.kind == COMPONENT_DOWN && l->server && !l->was_up) {
            refuse_later(l, &item);
            return;
        }
        take_note(l, item.kind);
        l->on_item(l, &item, l->user);
    }
    if (l->told_down)
        finish(l);
    else
        flush(l);
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    struct link *l = handle->data;

    (void)wanted;
    *ret = uv_buf_init(l->buffer, sizeof(l->buffer));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct link *l = stream->data;

    if (count == 0 || l->closing)
        return;
    if (count < 0) {
        close_link(l);
    } else if (!l->finishing && !l->refusing) {
        component_feed(l->component, buf->base, (size_t)count);
        pump(l);
    }
}

/* ---- opening ----------------------------------------------------------------------------- */

static int new_link(uv_loop_t *loop, bool tcp, const struct component_options *options,
                    struct link **ret)
{
    struct link *l = calloc(1, sizeof(*l));
    int rc;

    if (!l)
        return XMPPFED_ERR_NOMEM;
    rc = component_new(options, &l->component);
    if (rc < 0) {
        free(l);
        return rc;
    }
    if (tcp)
        uv_tcp_init(loop, &l->socket.tcp);
    else
        uv_pipe_init(loop, &l->socket.pipe, 0);
    uv_timer_init(loop, &l->timer);
    uv_prepare_init(loop, &l->turn);
    l->turn.data = l;
    l->server = options->role == COMPONENT_SERVER;
    l->wants_acks = !l->server && options->acks;
    l->handles = 3;
    l->socket.handle.data = l;
    l->timer.data = l;
    l->connect.data = l;
    l->shutdown.data = l;
    l->write.data = l;
    uv_timer_start(&l->timer, on_timer, SET_UP_MS, 0);
    *ret = l;
    return 0;
}

static void opened(struct link *l)
{
    if (l->socket.handle.type == UV_TCP) {
        uv_tcp_nodelay(&l->socket.tcp, 1);
        uv_tcp_keepalive(&l->socket.tcp, 1, KEEP_ALIVE_SECONDS);
    }
    uv_read_start(&l->socket.stream, on_alloc, on_read);
    flush(l);
}

int link_accept(uv_stream_t *listener, const struct component_options *options,
                link_item_fn on_item, void *user, struct link **ret)
{
    struct link *l;
    int rc = new_link(listener->loop, listener->type == UV_TCP, options, &l);

    if (rc < 0)
        return rc;
    l->on_item = on_item;
    l->user = user;
    *ret = l;
    if (uv_accept(listener, &l->socket.stream) < 0)
        close_link(l);
    else
        opened(l);
    return 0;
}

static void on_connected(uv_connect_t *req, int status)
{
    struct link *l = req->data;

    if (l->closing)
        return;
    if (status < 0) {
        component_transport_closed(l->component, uv_strerror(status));
        close_link(l);
        return;
    }
    opened(l);
}

static int connect_tcp(struct link *l, const struct link_target *target)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (uv_ip4_addr(target->address, target->port, &v4) == 0)
        return uv_tcp_connect(&l->connect, &l->socket.tcp, (const struct sockaddr *)&v4,
                              on_connected);
    if (uv_ip6_addr(target->address, target->port, &v6) == 0)
        return uv_tcp_connect(&l->connect, &l->socket.tcp, (const struct sockaddr *)&v6,
                              on_connected);
    return UV_EINVAL;
}

int link_connect(uv_loop_t *loop, const struct link_target *target,
                 const struct component_options *options, link_item_fn on_item, void *user,
                 struct link **ret)
{
    struct link *l;
    int rc = new_link(loop, target->path == NULL, options, &l);

    if (rc < 0)
        return rc;
    l->on_item = on_item;
    l->user = user;
    *ret = l;
    if (target->path) {
        uv_pipe_connect(&l->connect, &l->socket.pipe, target->path, on_connected);
        return 0;
    }
    rc = connect_tcp(l, target);
    if (rc < 0) {
        component_transport_closed(l->component, uv_strerror(rc));
        close_link(l);
    }
    return 0;
}

/* ---- use --------------------------------------------------------------------------------- */

int link_send(struct link *l, const xmppfed_element *stanza)
{
    int rc = component_send(l->component, stanza);

    gather(l);
    return rc;
}

uint64_t link_sent_count(const struct link *l)
{
    return component_sent_count(l->component);
}

void link_end(struct link *l, const char *condition, const char *text)
{
    if (l->closing || l->finishing)
        return;
    l->ending = true;
    uv_timer_start(&l->timer, on_timer, DRAIN_MS, 0);
    component_end(l->component, condition, text);
    flush(l);
}

void link_close(struct link *l, const char *condition, const char *text)
{
    component_close(l->component, condition, text);
    finish(l);
}

const char *link_name(const struct link *l)
{
    return component_name(l->component);
}

bool link_is_up(const struct link *l)
{
    return component_is_up(l->component);
}
