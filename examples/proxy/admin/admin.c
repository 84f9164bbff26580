/* admin.c - the administration socket: who is connected, and lines in and out. */
#include "proxy/admin/admin.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/admin/answer.h"
#include "proxy/admin/commands.h"
#include "proxy/admin/author.h"
#include "proxy/admin/line_reader.h"

#define BACKLOG 16
#define CLIENTS_MAX 16
/* With those that are being refused. */
#define CONNECTIONS_MAX 32
/* Answers that may wait for a client that does not read. */
#define OUTPUT_MAX ((size_t)16 * 1024 * 1024)
/* The longest request: a document of 100000 partners to import. */
#define REQUEST_MAX ((size_t)64 * 1024 * 1024)

struct client {
    struct admin *admin;
    uv_pipe_t pipe;
    struct author author;
    struct line_reader reader;
    unsigned pending; /* answers that are on their way */
    bool ending;      /* it closes once they are gone */
    bool refused;     /* what it says is not looked at any more */
    uv_shutdown_t shutdown;
    struct admin_later later; /* an answer that takes its time; nothing is read meanwhile */
    const char *rest;         /* of the input, behind the line that it is for */
    size_t rest_len;
    struct client *next;
    char input[4096];
};

struct admin {
    struct proxy *proxy;
    uv_pipe_t listener;
    bool open; /* the listener is to be closed */
    struct client *clients;
    size_t client_count;
};

/* An answer on its way out. */
struct write {
    uv_write_t request;
    struct client *client;
    char *line;
};

/* ---- a client ---------------------------------------------------------------------------- */

static void on_client_closed(uv_handle_t *handle)
{
    struct client *c = handle->data;
    struct client **at = &c->admin->clients;

    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    c->admin->client_count--;
    line_reader_fini(&c->reader);
    free(c);
}

static void close_client(struct client *c)
{
    void *job = c->later.job;

    c->later.job = NULL;
    if (job)
        c->later.cancel(job);
    if (!uv_is_closing((uv_handle_t *)&c->pipe))
        uv_close((uv_handle_t *)&c->pipe, on_client_closed);
}

/* Runs before on_client_closed() of its client in any case. */
static void on_written(uv_write_t *request, int status)
{
    struct write *w = request->data;
    struct client *c = w->client;

    c->pending--;
    if (status < 0 || (c->ending && c->pending == 0))
        close_client(c);
    free(w->line);
    free(w);
}

/* The client has said all: closes when all answers are out. */
static void end_client(struct client *c)
{
    c->ending = true;
    uv_read_stop((uv_stream_t *)&c->pipe);
    if (c->pending == 0)
        close_client(c);
}

/* Sends a line, which it takes over; without one the client cannot be answered. */
static void send_line(struct client *c, char *line)
{
    struct write *w = line ? calloc(1, sizeof(*w)) : NULL;
    uv_buf_t bytes = uv_buf_init(line, line ? (unsigned)strlen(line) : 0);

    if (!w) {
        free(line);
        close_client(c);
        return;
    }
    *w = (struct write){.client = c, .line = line};
    w->request.data = w;
    c->pending++;
    if (uv_write(&w->request, (uv_stream_t *)&c->pipe, &bytes, 1, on_written) < 0) {
        c->pending--;
        free(line);
        free(w);
        close_client(c);
    }
}

static void on_shut(uv_shutdown_t *request, int status)
{
    if (status < 0)
        close_client(request->data);
}

/*
 * Says why and no more, and waits for the client to close: what it has sent by then has to be read,
 * or the system throws the answer away.
 */
static void refuse(struct client *c, const char *sentence)
{
    c->refused = true;
    send_line(c, admin_answer_error(sentence));
    c->shutdown.data = c;
    if (!uv_is_closing((uv_handle_t *)&c->pipe) &&
        uv_shutdown(&c->shutdown, (uv_stream_t *)&c->pipe, on_shut) < 0)
        close_client(c);
}

static void on_line(struct client *c)
{
    char *line;

    if (uv_stream_get_write_queue_size((uv_stream_t *)&c->pipe) > OUTPUT_MAX) {
        close_client(c);
        return;
    }
    line = admin_answer(c->admin->proxy, &c->author, c->reader.line, c->reader.len, &c->later);
    if (!c->later.job)
        send_line(c, line);
}

static void on_bytes(struct client *c, const char *data, size_t len)
{
    while (len > 0 && !c->refused && !uv_is_closing((uv_handle_t *)&c->pipe)) {
        size_t taken = 0;
        enum line_reader_result got = line_reader_take(&c->reader, data, len, &taken);

        if (got == LINE_READER_TOO_LONG || got == LINE_READER_NO_MEMORY) {
            refuse(c, "a request may have 64 MiB; write a shorter one");
            return;
        }
        if (got == LINE_READER_LINE)
            on_line(c);
        data += taken;
        len -= taken;
        if (c->later.job) {
            uv_read_stop((uv_stream_t *)&c->pipe);
            c->rest = data;
            c->rest_len = len;
            return;
        }
    }
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    struct client *c = handle->data;

    (void)suggested;
    *ret = uv_buf_init(c->input, sizeof(c->input));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
    struct client *c = stream->data;

    if (count == UV_EOF)
        end_client(c);
    else if (count < 0)
        close_client(c);
    else
        on_bytes(c, bytes->base, (size_t)count);
}

/* The answer is there: goes on with what the client had already sent. */
static void on_later(struct admin_later *later, char *line)
{
    struct client *c = (struct client *)((char *)later - offsetof(struct client, later));

    send_line(c, line);
    on_bytes(c, c->rest, c->rest_len);
    if (!c->later.job && !uv_is_closing((uv_handle_t *)&c->pipe))
        uv_read_start((uv_stream_t *)&c->pipe, give_room, on_read);
}

/* Takes a connection and notes whose it is: an unknown hand changes nothing. */
static int accept_client(uv_stream_t *listener, struct client *c)
{
    uv_os_fd_t fd;
    int rc = uv_accept(listener, (uv_stream_t *)&c->pipe);

    if (rc == 0)
        rc = uv_fileno((uv_handle_t *)&c->pipe, &fd);
    if (rc == 0 && !author_of_socket(fd, &c->author))
        rc = UV_EACCES;
    return rc == 0 ? uv_read_start((uv_stream_t *)&c->pipe, give_room, on_read) : rc;
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct admin *a = stream->data;
    struct client *c = status < 0 ? NULL : calloc(1, sizeof(*c));

    if (!c)
        return;
    c->admin = a;
    c->reader.max = REQUEST_MAX;
    c->next = a->clients;
    a->clients = c;
    uv_pipe_init(a->proxy->loop, &c->pipe, 0);
    c->pipe.data = c;
    c->later.send = on_later;
    if (accept_client(stream, c) < 0)
        close_client(c);
    else if (a->client_count >= CONNECTIONS_MAX)
        close_client(c);
    else if (a->client_count >= CLIENTS_MAX)
        refuse(c, "16 clients are connected already; end one of them");
    a->client_count++;
}

/* ---- the listener ------------------------------------------------------------------------ */

bool admin_start(struct proxy *p, struct complaint *why)
{
    const struct config *c = p->loaded->config;
    struct admin *a;
    int fd;
    int rc;

    if (!c->admin)
        return true;
    a = calloc(1, sizeof(*a));
    if (!a)
        return complain(why, "out of memory");
    a->proxy = p;
    p->admin = a;
    rc = uv_pipe_init(p->loop, &a->listener, 0);
    a->open = rc == 0;
    a->listener.data = a;
    fd = sockets_copy(&p->sockets, SOCKET_ADMIN, 0);
    if (rc == 0)
        rc = uv_pipe_open(&a->listener, fd);
    if (rc < 0 && fd >= 0)
        close(fd);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&a->listener, BACKLOG, on_connection);
    return rc == 0 || complain(why,
                               "%s: 'admin.path': cannot listen on %s: %s; free it or change the "
                               "entry",
                               c->file, c->admin, uv_strerror(rc));
}

void admin_stop_listening(struct proxy *p)
{
    struct admin *a = p->admin;

    if (!a || !a->open)
        return;
    a->open = false;
    sockets_close(&p->sockets, SOCKET_ADMIN);
    uv_close((uv_handle_t *)&a->listener, NULL);
}

void admin_stop(struct proxy *p)
{
    struct client *c;

    admin_stop_listening(p);
    for (c = p->admin ? p->admin->clients : NULL; c; c = c->next)
        close_client(c);
}

void admin_free(struct proxy *p)
{
    free(p->admin);
    p->admin = NULL;
}
