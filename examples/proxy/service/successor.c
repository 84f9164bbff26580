/* successor.c - the process that takes over: started, awaited, and given what is for hosts. */
#include "proxy/service/successor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xmppfed/stream.h>

#include "proxy/relay.h"
#include "proxy/service/drain.h"
#include "proxy/service/notify.h"
#include "proxy/service/predecessor.h"

/* How long a successor may take until it is ready. */
#define READY_MS 60000
/* How long the last stanzas may take at the end. */
#define STOP_MS 3000
#define OUTPUT_MAX ((size_t)16 * 1024 * 1024)
#define FIRST_FD 3
#define SECRET_LINE "secret %s\n"

static const char ready[] = "ready\n";

extern char **environ;

struct successor {
    struct proxy *proxy;
    uv_process_t process;
    uv_pipe_t channel;
    uv_timer_t timer;
    uv_shutdown_t shutdown;
    unsigned handles; /* that are still open */
    bool is_ready;
    bool is_closing;
    size_t said; /* of "ready" */
    char input[64];
};

/* A piece of the stream on its way. */
struct write {
    uv_write_t request;
    char data[];
};

/* ---- the end of one ---------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    struct successor *s = handle->data;

    if (--s->handles == 0)
        free(s);
}

static void close_all(struct successor *s)
{
    if (s->is_closing)
        return;
    s->is_closing = true;
    s->proxy->successor = NULL;
    uv_close((uv_handle_t *)&s->process, on_closed);
    uv_close((uv_handle_t *)&s->channel, on_closed);
    uv_close((uv_handle_t *)&s->timer, on_closed);
}

static void fail(struct successor *s, const char *why)
{
    if (s->is_closing)
        return;
    log_event(&s->proxy->log, EVENT_UPGRADE_FAILED, LOG_TEXT("text", why));
    if (uv_is_active((uv_handle_t *)&s->process))
        uv_process_kill(&s->process, SIGKILL);
    close_all(s);
}

static void on_exit_of(uv_process_t *process, int64_t status, int number)
{
    struct successor *s = process->data;
    char text[160];

    if (s->is_ready)
        return;
    snprintf(text, sizeof(text),
             "the new process ended before it was ready (status %lld, signal %d); see what it says "
             "above. This one stays in service",
             (long long)status, number);
    fail(s, text);
}

static void on_late(uv_timer_t *timer)
{
    fail(timer->data, "the new process was not ready within 60 s and was ended; this one stays in "
                      "service");
}

/* ---- the channel ------------------------------------------------------------------------- */

static void on_written(uv_write_t *request, int status)
{
    (void)status;
    free(request->data);
}

/* Writes a copy of bytes; false when out of memory. */
static bool write_bytes(struct successor *s, const char *data, size_t len)
{
    struct write *w = malloc(sizeof(*w) + len);
    uv_buf_t buf;

    if (!w)
        return false;
    memcpy(w->data, data, len);
    w->request.data = w;
    buf = uv_buf_init(w->data, (unsigned)len);
    if (uv_write(&w->request, (uv_stream_t *)&s->channel, &buf, 1, on_written) == 0)
        return true;
    free(w);
    return false;
}

bool successor_send(struct proxy *p, const xmppfed_element *stanza)
{
    struct successor *s = p->successor;
    char *text;
    size_t len;
    bool ok;

    if (!s || !s->is_ready ||
        uv_stream_get_write_queue_size((uv_stream_t *)&s->channel) > OUTPUT_MAX ||
        xmppfed_element_write(stanza, XMPPFED_NS_SERVER, &text, &len) < 0)
        return false;
    ok = write_bytes(s, text, len);
    xmppfed_element_free_text(p->ctx, text);
    return ok;
}

static bool open_stream(struct successor *s)
{
    char *text;
    size_t len;
    bool ok;

    if (xmppfed_stream_header_write(s->proxy->ctx, XMPPFED_NS_SERVER, NULL, NULL, NULL, &text,
                                    &len) < 0)
        return false;
    ok = write_bytes(s, text, len);
    xmppfed_element_free_text(s->proxy->ctx, text);
    return ok;
}

/* The new process serves: it is the main one from now on. */
static void take_leave(struct successor *s)
{
    struct proxy *p = s->proxy;

    s->is_ready = open_stream(s);
    uv_timer_stop(&s->timer);
    uv_unref((uv_handle_t *)&s->channel);
    uv_unref((uv_handle_t *)&s->process);
    log_event(&p->log, EVENT_UPGRADED, LOG_NUMBER("pid", s->process.pid),
              LOG_NUMBER("streams", xmppfed_federation_links(p->fed)));
    notify("MAINPID=%d", s->process.pid);
    drain_leave(p);
    /* What waits here for hosts waits there from now on. */
    relay_host_up(p, NULL);
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    struct successor *s = handle->data;

    (void)wanted;
    *ret = uv_buf_init(s->input, sizeof(s->input));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct successor *s = stream->data;
    ssize_t i;

    if (count < 0) {
        uv_read_stop(stream);
        /* What ended it is told by on_exit_of(). */
        return;
    }
    for (i = 0; i < count && s->said < strlen(ready); i++)
        if (buf->base[i] == ready[s->said])
            s->said++;
    if (!s->is_ready && s->said == strlen(ready))
        take_leave(s);
}

/* ---- the start of one -------------------------------------------------------------------- */

/* Whether a setting of the environment is ours alone, or is set anew. */
static bool is_own(const char *setting)
{
    static const char *const own[] = {
        "LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES=", "WATCHDOG_PID="};
    size_t i;

    for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (strncmp(setting, own[i], strlen(own[i])) == 0)
            return true;
    return false;
}

/* The environment of the new process: ours, with two settings of its own. */
static char **environment(char *count, char *names)
{
    size_t total = 0;
    size_t n = 0;
    char **list;
    size_t i;

    while (environ[total])
        total++;
    list = calloc(total + 3, sizeof(*list));
    if (!list)
        return NULL;
    for (i = 0; i < total; i++)
        if (!is_own(environ[i]))
            list[n++] = environ[i];
    list[n++] = count;
    list[n] = names;
    return list;
}

/* Runs the program with the sockets and the channel; 0 or an error of libuv. */
static int spawn(struct successor *s, int channel)
{
    struct proxy *p = s->proxy;
    size_t total = FIRST_FD + p->sockets.count + 1;
    uv_stdio_container_t *stdio = calloc(total, sizeof(*stdio));
    char *names = sockets_names(&p->sockets);
    char count[32];
    uv_process_options_t options = {.exit_cb = on_exit_of,
                                    .file = p->argv[0],
                                    .args = p->argv,
                                    .stdio_count = (int)total,
                                    .stdio = stdio};
    int rc = UV_ENOMEM;
    size_t i;

    snprintf(count, sizeof(count), "LISTEN_FDS=%zu", p->sockets.count + 1);
    options.env = names ? environment(count, names) : NULL;
    for (i = 0; stdio && i < total; i++) {
        stdio[i].flags = UV_INHERIT_FD;
        stdio[i].data.fd = i < FIRST_FD     ? (int)i
                           : i == total - 1 ? channel
                                            : p->sockets.list[i - FIRST_FD].fd;
    }
    if (stdio && options.env)
        rc = uv_spawn(p->loop, &s->process, &options);
    free(options.env);
    free(names);
    free(stdio);
    return rc;
}

/* The first line waits in the channel before there is anybody to read it. */
static bool write_secret(const struct proxy *p, int fd)
{
    char line[sizeof(p->secret) + sizeof(SECRET_LINE)];
    int len = snprintf(line, sizeof(line), SECRET_LINE, p->secret);

    return write(fd, line, (size_t)len) == len;
}

static void begin(struct successor *s, int own, int theirs)
{
    struct proxy *p = s->proxy;
    int rc = write_secret(p, own) ? spawn(s, theirs) : UV_EIO;
    char text[160];

    uv_pipe_init(p->loop, &s->channel, 0);
    uv_timer_init(p->loop, &s->timer);
    s->handles = 3;
    s->process.data = s->channel.data = s->timer.data = s->shutdown.data = s;
    if (uv_pipe_open(&s->channel, own) < 0)
        close(own);
    close(theirs);
    if (rc == 0)
        rc = uv_read_start((uv_stream_t *)&s->channel, give_room, on_read);
    if (rc < 0) {
        snprintf(text, sizeof(text), "%s could not be started: %s; this process stays in service",
                 p->argv[0], uv_strerror(rc));
        fail(s, text);
        return;
    }
    uv_timer_start(&s->timer, on_late, READY_MS, 0);
    log_event(&p->log, EVENT_UPGRADING, LOG_NUMBER("pid", s->process.pid));
}

/* Why there cannot be one now, or NULL. */
static const char *obstacle(const struct proxy *p)
{
    if (p->draining)
        return "this process is ending already; start the proxy again instead";
    if (p->successor)
        return "a new process is being started already; wait for it";
    if (predecessor_is_there(p))
        return "the process before this one has not ended yet; try again in a moment";
    return NULL;
}

void successor_start(struct proxy *p)
{
    const char *why = obstacle(p);
    struct successor *s = why ? NULL : calloc(1, sizeof(*s));
    int ends[2];

    if (!why && (!s || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0))
        why = "out of memory or descriptors; this process stays in service";
    if (why) {
        log_event(&p->log, EVENT_UPGRADE_FAILED, LOG_TEXT("text", why));
        free(s);
        return;
    }
    s->proxy = p;
    p->successor = s;
    begin(s, ends[0], ends[1]);
}

/* ---- the end of this process ------------------------------------------------------------- */

static void on_shutdown(uv_shutdown_t *request, int status)
{
    (void)status;
    close_all(request->data);
}

static void on_stuck(uv_timer_t *timer)
{
    close_all(timer->data);
}

void successor_stop(struct proxy *p)
{
    struct successor *s = p->successor;

    if (!s)
        return;
    if (!s->is_ready) {
        fail(s, "this process was told to end before the new one was ready");
        return;
    }
    uv_read_stop((uv_stream_t *)&s->channel);
    uv_timer_start(&s->timer, on_stuck, STOP_MS, 0);
    if (uv_shutdown(&s->shutdown, (uv_stream_t *)&s->channel, on_shutdown) < 0)
        close_all(s);
}
