/* predecessor.c - the process from which this one takes over; successor.h tells how. */
#include "proxy/service/predecessor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xmppfed/stream.h>

#include "proxy/relay.h"

/* How long stanzas wait for hosts that have not come over yet. */
#define HOSTS_MS 10000
#define SECRET_BYTES 32

struct predecessor {
    struct proxy *proxy;
    uv_pipe_t channel;
    uv_timer_t timer;
    unsigned handles; /* that are still open */
    xmppfed_stream *stream;
    bool is_closing;
    char input[65536];
};

/* ---- the secret -------------------------------------------------------------------------- */

static bool make_secret(char *ret, struct complaint *why)
{
    unsigned char bytes[SECRET_BYTES];
    size_t i;

    if (uv_random(NULL, NULL, bytes, sizeof(bytes), 0, NULL) < 0)
        return complain(why, "no randomness is to be had for a dialback secret; name a "
                             "'dialback_secret'");
    for (i = 0; i < sizeof(bytes); i++)
        snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

/* A line was written before this process was started, so that reading it does not wait. */
static bool read_secret(int fd, char *ret, size_t size, struct complaint *why)
{
    static const char word[] = "secret ";
    char line[sizeof(word) + 2 * SECRET_BYTES + 1];
    size_t len = 0;

    while (len < sizeof(line) - 1 && read(fd, line + len, 1) == 1 && line[len] != '\n')
        len++;
    line[len] = '\0';
    if (strncmp(line, word, strlen(word)) != 0 || len - strlen(word) >= size)
        return complain(why, "the process that is to be replaced does not speak as this one; "
                             "restart the proxy instead");
    memcpy(ret, line + strlen(word), len - strlen(word) + 1);
    return true;
}

bool predecessor_secret(struct proxy *p, struct complaint *why)
{
    int fd = p->sockets.handover;

    return fd < 0 ? make_secret(p->secret, why)
                  : read_secret(fd, p->secret, sizeof(p->secret), why);
}

/* ---- the end of it ----------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    struct predecessor *b = handle->data;

    if (--b->handles > 0)
        return;
    xmppfed_stream_free(b->stream);
    free(b);
}

static void close_all(struct predecessor *b)
{
    if (b->is_closing)
        return;
    b->is_closing = true;
    b->proxy->predecessor = NULL;
    uv_close((uv_handle_t *)&b->channel, on_closed);
    uv_close((uv_handle_t *)&b->timer, on_closed);
}

bool predecessor_is_there(const struct proxy *p)
{
    return p->predecessor && uv_is_active((uv_handle_t *)&p->predecessor->channel);
}

bool predecessor_sends_hosts(const struct proxy *p)
{
    return p->predecessor && uv_is_active((uv_handle_t *)&p->predecessor->timer);
}

/* Neither the old process nor hosts are waited for any longer. */
static void is_over(struct predecessor *b)
{
    if (!predecessor_sends_hosts(b->proxy) && !predecessor_is_there(b->proxy))
        close_all(b);
}

static void on_late(uv_timer_t *timer)
{
    struct predecessor *b = timer->data;

    relay_give_up(b->proxy);
    is_over(b);
}

/* ---- what it says ------------------------------------------------------------------------ */

/* Takes the elements that are whole; false when no more can come. */
static bool take_elements(struct predecessor *b)
{
    xmppfed_stream_item item;
    int rc = 1;

    while (rc == 1) {
        rc = xmppfed_stream_next(b->stream, &item);
        if (rc == 1 && item.kind == XMPPFED_STREAM_ELEMENT)
            relay_from_predecessor(b->proxy, item.element);
        if (rc == 1)
            xmppfed_element_free(item.element);
    }
    return rc == 0;
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    struct predecessor *b = handle->data;

    (void)wanted;
    *ret = uv_buf_init(b->input, sizeof(b->input));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct predecessor *b = stream->data;

    if (count == 0 || (count > 0 && xmppfed_stream_feed(b->stream, buf->base, (size_t)count) == 0 &&
                       take_elements(b)))
        return;
    uv_read_stop(stream);
    /* What it has learnt about contacts until now is in the store. */
    store_forget_recent(b->proxy->store);
    log_event(&b->proxy->log, EVENT_PREDECESSOR_GONE, LOG_NUMBER("hosts", b->proxy->routes.count));
    is_over(b);
}

bool predecessor_relieve(struct proxy *p, struct complaint *why)
{
    static const char ready[] = "ready\n";
    int fd = p->sockets.handover;
    struct predecessor *b;

    if (fd < 0)
        return true;
    p->sockets.handover = -1;
    b = calloc(1, sizeof(*b));
    if (!b || xmppfed_stream_new(p->ctx, XMPPFED_NS_SERVER, &b->stream) < 0) {
        free(b);
        close(fd);
        return complain(why, "out of memory");
    }
    xmppfed_stream_set_trusted(b->stream, 1);
    b->proxy = p;
    p->predecessor = b;
    uv_pipe_init(p->loop, &b->channel, 0);
    uv_timer_init(p->loop, &b->timer);
    b->handles = 2;
    b->channel.data = b->timer.data = b;
    uv_timer_start(&b->timer, on_late, HOSTS_MS, 0);
    if (write(fd, ready, strlen(ready)) != (ssize_t)strlen(ready) ||
        uv_pipe_open(&b->channel, fd) < 0 ||
        uv_read_start((uv_stream_t *)&b->channel, give_room, on_read) < 0)
        return complain(why, "the process that is to be replaced does not answer; restart the "
                             "proxy instead");
    /* Neither is a reason to keep running. */
    uv_unref((uv_handle_t *)&b->channel);
    uv_unref((uv_handle_t *)&b->timer);
    return true;
}

void predecessor_stop(struct proxy *p)
{
    if (p->predecessor)
        close_all(p->predecessor);
}
