/* inside.c - the listeners for host servers and the links with them. */
#include "proxy/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "component/link.h"
#include "proxy/relay.h"

#define BACKLOG 128
#define LINKS_MAX 256
/* What may wait for a host that does not read; beyond it stanzas are refused. */
#define OUTPUT_MAX ((size_t)4 * 1024 * 1024)

/* A connection of a host server. */
struct host {
    struct proxy *proxy;
    struct link *link;
    uint64_t id;             /* of its route; 0 before it is up */
    unsigned unacknowledged; /* stanzas that it leaves behind */
    struct host *next;
};

struct listener {
    struct proxy *proxy;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } socket;
    bool tls;
};

struct inside {
    struct listener *listeners;
    size_t listener_count; /* of those that were opened */
    struct host *hosts;
    size_t host_count;
    bool stopping;
};

/* ---- links ------------------------------------------------------------------------------- */

static void host_up(struct host *h)
{
    struct proxy *p = h->proxy;

    h->id = route_add(&p->routes, link_name(h->link), h->link);
    if (h->id == 0) {
        link_close(h->link, "resource-constraint", "out of memory");
        return;
    }
    log_event(&p->log, EVENT_INSIDE_UP, LOG_TEXT("host", link_name(h->link)),
              LOG_NUMBER("id", h->id));
    relay_host_up(p, link_name(h->link));
}

static void host_down(struct host *h, const char *why)
{
    struct proxy *p = h->proxy;
    struct host **at = &p->inside->hosts;

    route_remove(&p->routes, h->link);
    if (h->id)
        log_event(&p->log, EVENT_INSIDE_DOWN, LOG_TEXT("host", link_name(h->link)),
                  LOG_NUMBER("id", h->id), LOG_NUMBER("unacknowledged", h->unacknowledged),
                  LOG_TEXT("text", why));
    else
        log_event(&p->log, EVENT_INSIDE_REFUSED, LOG_TEXT("host", link_name(h->link)),
                  LOG_TEXT("text", why));
    while (*at != h)
        at = &(*at)->next;
    *at = h->next;
    p->inside->host_count--;
    free(h);
}

/* The host is gone, and nobody else is to be sent to it. */
static void take_back(struct host *h, const xmppfed_element *stanza)
{
    route_remove(&h->proxy->routes, h->link);
    h->unacknowledged++;
    relay_unacknowledged(h->proxy, link_name(h->link), stanza);
}

static void on_item(struct link *l, const struct component_item *item, void *user)
{
    struct host *h = user;

    switch (item->kind) {
    case COMPONENT_UP:
        host_up(h);
        break;
    case COMPONENT_STANZA:
        relay_from_host(h->proxy, l, h->id, item->stanza);
        xmppfed_element_free(item->stanza);
        break;
    case COMPONENT_UNACKED:
        take_back(h, item->stanza);
        xmppfed_element_free(item->stanza);
        break;
    case COMPONENT_DOWN:
        host_down(h, item->text);
        break;
    default: /* COMPONENT_ACKED: the copies are gone */
        break;
    }
}

static const char *find_secret(const char *name, void *user)
{
    const struct proxy *p = user;

    return loaded_secret(p->loaded, name);
}

static void refuse(struct listener *l, const char *why)
{
    log_event(&l->proxy->log, EVENT_INSIDE_REFUSED, LOG_TEXT("text", why));
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct listener *l = stream->data;
    struct proxy *p = l->proxy;
    struct component_options options = {
        .ctx = p->ctx,
        .role = COMPONENT_SERVER,
        .find_secret = find_secret,
        .secret_user = p,
        .credentials = l->tls ? p->loaded->inside_credentials : NULL,
        .trust = l->tls ? p->loaded->inside_trust : NULL,
        .output_limit = OUTPUT_MAX,
    };
    struct host *h;

    if (status < 0)
        return;
    h = calloc(1, sizeof(*h));
    if (!h) {
        refuse(l, "out of memory");
        return;
    }
    h->proxy = p;
    if (link_accept(stream, &options, on_item, h, &h->link) < 0) {
        refuse(l, "the link could not be set up");
        free(h);
        return;
    }
    h->next = p->inside->hosts;
    p->inside->hosts = h;
    if (++p->inside->host_count > LINKS_MAX)
        link_close(h->link, "resource-constraint", "too many links");
}

/* ---- listeners --------------------------------------------------------------------------- */

/* Listens on the socket of an entry; the handle is to be closed in any case. */
static int open_listener(struct listener *l, const struct config_listen *at, size_t entry)
{
    int fd = sockets_copy(&l->proxy->sockets, SOCKET_INSIDE, entry);
    int rc;

    l->tls = at->tls;
    if (at->path)
        uv_pipe_init(l->proxy->loop, &l->socket.pipe, 0);
    else
        uv_tcp_init(l->proxy->loop, &l->socket.tcp);
    l->socket.handle.data = l;
    l->proxy->inside->listener_count++;
    rc = at->path ? uv_pipe_open(&l->socket.pipe, fd) : uv_tcp_open(&l->socket.tcp, fd);
    if (rc < 0 && fd >= 0)
        close(fd);
    return rc < 0 ? rc : uv_listen(&l->socket.stream, BACKLOG, on_connection);
}

static void list_listener(const struct config_listen *at, uint16_t port, char *list, size_t size)
{
    size_t used = strlen(list);
    const char *comma = used ? "," : "";

    if (at->path)
        snprintf(list + used, size - used, "%s%s", comma, at->path);
    else
        snprintf(list + used, size - used, strchr(at->address, ':') ? "%s[%s]:%u" : "%s%s:%u",
                 comma, at->address, (unsigned)port);
}

bool inside_start(struct proxy *p, char *ret_list, size_t size, struct complaint *why)
{
    const struct config *c = p->loaded->config;
    struct inside *in = calloc(1, sizeof(*in));
    size_t i;

    if (!in || !(in->listeners = calloc(c->inside_count + 1, sizeof(*in->listeners)))) {
        free(in);
        return complain(why, "out of memory");
    }
    p->inside = in;
    for (i = 0; i < c->inside_count; i++) {
        struct listener *l = &in->listeners[i];
        int rc;

        l->proxy = p;
        rc = open_listener(l, &c->inside[i], i);
        if (rc < 0)
            return complain(why,
                            "%s: 'inside.listen': cannot listen on %s: %s; free it or change "
                            "the entry",
                            c->file, c->inside[i].path ? c->inside[i].path : c->inside[i].address,
                            uv_strerror(rc));
        list_listener(&c->inside[i], sockets_port(&p->sockets, SOCKET_INSIDE, i), ret_list, size);
    }
    return true;
}

/* ---- reload and end ---------------------------------------------------------------------- */

void inside_reloaded(struct proxy *p)
{
    struct host *h;

    for (h = p->inside->hosts; h; h = h->next)
        if (h->id && !loaded_secret(p->loaded, link_name(h->link)))
            link_close(h->link, "host-unknown", "the host was taken out of the configuration");
}

size_t inside_links(const struct proxy *p)
{
    return p->inside->host_count;
}

static void stop_listening(struct proxy *p)
{
    struct inside *in = p->inside;
    size_t i;

    sockets_close(&p->sockets, SOCKET_INSIDE);
    for (i = 0; i < in->listener_count; i++)
        uv_close(&in->listeners[i].socket.handle, NULL);
    in->listener_count = 0;
}

void inside_leave(struct proxy *p)
{
    struct host *h;

    stop_listening(p);
    for (h = p->inside->hosts; h; h = h->next) {
        route_remove(&p->routes, h->link);
        link_end(h->link, "system-shutdown", "another process has taken over; connect again");
    }
}

void inside_stop(struct proxy *p)
{
    struct inside *in = p->inside;
    struct host *h;

    if (!in || in->stopping)
        return;
    in->stopping = true;
    stop_listening(p);
    for (h = in->hosts; h; h = h->next)
        link_close(h->link, "system-shutdown", "the proxy is shutting down");
}

void inside_free(struct proxy *p)
{
    if (p->inside)
        free(p->inside->listeners);
    free(p->inside);
    p->inside = NULL;
}
