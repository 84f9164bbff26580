/* http.c - /metrics, /healthz and /readyz over HTTP, for the machine that watches. */
#include "proxy/observe/http.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/observe/health.h"
#include "proxy/observe/metrics.h"

/* Who watches asks a few times a minute: more than this is somebody else. */
enum { CONNECTIONS_MAX = 16, CONNECTION_SECONDS = 10, CONNECTION_BYTES = 16384, BACKLOG = 16 };

#define TICK_MS 1000

/*
 * The server has no thread: its epoll descriptor is one of the loop's, so that an answer shows the
 * proxy as it is between two events, and that there is one shows that the loop turns.
 */
struct http {
    struct proxy *proxy;
    struct MHD_Daemon *daemon;
    uv_poll_t readable;
    uv_timer_t due;     /* when the server wants to run without an event */
    uv_timer_t tick;    /* comes once a second, if the loop does not stand still */
    uint64_t last_tick; /* nanoseconds */
    uint64_t delay;
    unsigned open; /* handles that are not closed yet */
};

/* ---- answers ----------------------------------------------------------------------------- */

static const char type_text[] = "text/plain; charset=utf-8";
static const char type_metrics[] = "text/plain; version=0.0.4; charset=utf-8";
static const char type_json[] = "application/json";

/* Takes over the body. */
static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *type,
                              char *body, size_t len)
{
    struct MHD_Response *response =
        body ? MHD_create_response_from_buffer(len, body, MHD_RESPMEM_MUST_FREE) : NULL;
    enum MHD_Result rc = MHD_NO;

    if (!response) {
        free(body);
        return MHD_NO;
    }
    if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES)
        rc = MHD_queue_response(c, status, response);
    MHD_destroy_response(response);
    return rc;
}

static enum MHD_Result answer_text(struct MHD_Connection *c, unsigned status, const char *text)
{
    return answer(c, status, type_text, strdup(text), strlen(text));
}

typedef bool (*report_fn)(const struct proxy *p, json_t **ret_report);

static enum MHD_Result answer_report(struct MHD_Connection *c, const struct proxy *p, report_fn ask)
{
    json_t *report = NULL;
    bool good = ask(p, &report);
    char *body = report ? json_dumps(report, JSON_COMPACT) : NULL;
    size_t len = body ? strlen(body) : 0;

    json_decref(report);
    return answer(c, good ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, type_json, body, len);
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **request)
{
    const struct http *h = user;
    size_t len = 0;
    char *text;

    (void)version;
    (void)data;
    (void)size;
    (void)request;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return answer_text(c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    if (strcmp(url, "/metrics") == 0) {
        text = metrics_text(h->proxy, &len);
        return answer(c, MHD_HTTP_OK, type_metrics, text, len);
    }
    if (strcmp(url, "/healthz") == 0)
        return answer_report(c, h->proxy, health_alive);
    if (strcmp(url, "/readyz") == 0)
        return answer_report(c, h->proxy, health_ready);
    return answer_text(c, MHD_HTTP_NOT_FOUND, "/metrics, /healthz or /readyz\n");
}

/* ---- in the loop ------------------------------------------------------------------------- */

static void on_due(uv_timer_t *due);

static void run(struct http *h)
{
    MHD_UNSIGNED_LONG_LONG wait;

    MHD_run(h->daemon);
    if (MHD_get_timeout(h->daemon, &wait) == MHD_YES)
        uv_timer_start(&h->due, on_due, wait, 0);
    else
        uv_timer_stop(&h->due);
}

static void on_due(uv_timer_t *due)
{
    run(due->data);
}

static void on_readable(uv_poll_t *readable, int status, int events)
{
    (void)status;
    (void)events;
    run(readable->data);
}

/* How far the next tick is overdue. */
static uint64_t overdue(const struct http *h)
{
    uint64_t since = (uv_hrtime() - h->last_tick) / 1000;

    return since > TICK_MS * 1000 ? since - TICK_MS * 1000 : 0;
}

static void on_tick(uv_timer_t *tick)
{
    struct http *h = tick->data;

    h->delay = overdue(h);
    h->last_tick = uv_hrtime();
}

uint64_t http_delay(const struct http *h)
{
    uint64_t now = h ? overdue(h) : 0;

    return h && h->delay > now ? h->delay : now;
}

/* ---- begin and end ----------------------------------------------------------------------- */

static void watch(struct http *h, int epoll)
{
    uv_loop_t *loop = h->proxy->loop;

    uv_timer_init(loop, &h->due);
    uv_timer_init(loop, &h->tick);
    uv_poll_init(loop, &h->readable, epoll);
    h->due.data = h;
    h->tick.data = h;
    h->readable.data = h;
    h->open = 3;
    h->last_tick = uv_hrtime();
    uv_timer_start(&h->tick, on_tick, TICK_MS, TICK_MS);
    uv_poll_start(&h->readable, UV_READABLE, on_readable);
    /* To be asked is no reason to keep running. */
    uv_unref((uv_handle_t *)&h->due);
    uv_unref((uv_handle_t *)&h->tick);
    uv_unref((uv_handle_t *)&h->readable);
}

static struct MHD_Daemon *start_daemon(struct http *h, int fd)
{
    return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, h, MHD_OPTION_LISTEN_SOCKET,
                            fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_SECONDS,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
                            MHD_OPTION_END);
}

/* "ADDRESS:PORT" or the path. */
static void list_socket(const struct proxy *p, const struct config_listen *at, char *ret,
                        size_t size)
{
    if (at->path)
        snprintf(ret, size, "%s", at->path);
    else
        snprintf(ret, size, strchr(at->address, ':') ? "[%s]:%u" : "%s:%u", at->address,
                 (unsigned)sockets_port(&p->sockets, SOCKET_METRICS, 0));
}

static bool fail(struct http *h, int fd, const struct config *c, struct complaint *why)
{
    if (h && h->daemon)
        MHD_stop_daemon(h->daemon);
    else if (fd >= 0)
        close(fd);
    free(h);
    return complain(why, "%s: 'metrics': there is no memory or descriptor for it; raise the limits",
                    c->file);
}

bool http_start(struct proxy *p, char *ret_list, size_t size, struct complaint *why)
{
    const struct config *c = p->loaded->config;
    const union MHD_DaemonInfo *info = NULL;
    struct http *h;
    int fd;

    if (!c->metrics)
        return true;
    h = calloc(1, sizeof(*h));
    fd = sockets_copy(&p->sockets, SOCKET_METRICS, 0);
    if (h && fd >= 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && listen(fd, BACKLOG) == 0)
        h->daemon = start_daemon(h, fd);
    if (h && h->daemon)
        info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info)
        return fail(h, fd, c, why);
    list_socket(p, c->metrics, ret_list, size);
    h->proxy = p;
    p->http = h;
    watch(h, info->epoll_fd);
    return true;
}

static void on_closed(uv_handle_t *handle)
{
    struct http *h = handle->data;

    if (--h->open > 0)
        return;
    MHD_stop_daemon(h->daemon);
    free(h);
}

void http_stop(struct proxy *p)
{
    struct http *h = p->http;

    if (!h)
        return;
    p->http = NULL;
    sockets_close(&p->sockets, SOCKET_METRICS);
    uv_close((uv_handle_t *)&h->readable, on_closed);
    uv_close((uv_handle_t *)&h->due, on_closed);
    uv_close((uv_handle_t *)&h->tick, on_closed);
}
