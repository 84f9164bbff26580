/* listener.c - listening sockets for partners. */
#include "adapter.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BACKLOG 1024

struct xfed_uv_listener {
    xmppfed_uv *edge;
    uv_tcp_t tcp;
    bool direct; /* for direct TLS alone (XEP-0368) */
    struct xfed_uv_listener *next;
};

static void on_listener_closed(uv_handle_t *handle)
{
    struct xfed_uv_listener *l = handle->data;
    xmppfed_uv *edge = l->edge;

    free(l);
    xfed_uv_handle_closed(edge);
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct xfed_uv_listener *l = stream->data;

    /* A failed accept (a peer that went away, no file descriptor left) costs that peer only. */
    if (status < 0 || l->edge->closing)
        return;
    xfed_uv_socket_accept(l->edge, stream, l->direct);
    xfed_uv_pump(l->edge);
}

static int bind_and_listen(struct xfed_uv_listener *l, const struct sockaddr_storage *at)
{
    /* An IPv6 address means IPv6 only, so that "::" and "0.0.0.0" can stand side by side. */
    unsigned flags = at->ss_family == AF_INET6 ? UV_TCP_IPV6ONLY : 0;
    int rc = uv_tcp_bind(&l->tcp, (const struct sockaddr *)at, flags);

    return rc < 0 ? rc : uv_listen((uv_stream_t *)&l->tcp, BACKLOG, on_connection);
}

/* The port that a socket is bound to; 0: to none, or it is no socket of TCP. */
static uint16_t port_of(const uv_tcp_t *tcp)
{
    struct sockaddr_storage own;
    int len = sizeof(own);

    if (uv_tcp_getsockname(tcp, (struct sockaddr *)&own, &len) < 0 ||
        (own.ss_family != AF_INET && own.ss_family != AF_INET6))
        return 0;
    if (own.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)&own)->sin6_port);
    return ntohs(((const struct sockaddr_in *)&own)->sin_port);
}

static int say(xmppfed_problem *why, int code, const char *address, uint16_t port,
               const char *sentence)
{
    if (why) {
        why->code = code;
        snprintf(why->text, sizeof(why->text), "cannot listen on %s port %u: %s", address,
                 (unsigned)port, sentence);
    }
    return code;
}

static int say_fd(xmppfed_problem *why, int code, int fd, const char *sentence)
{
    if (why) {
        why->code = code;
        snprintf(why->text, sizeof(why->text), "cannot listen on file descriptor %d: %s", fd,
                 sentence);
    }
    return code;
}

/* A listener without a socket yet, or NULL when out of memory. */
static struct xfed_uv_listener *new_listener(xmppfed_uv *edge, bool direct)
{
    struct xfed_uv_listener *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->edge = edge;
    l->direct = direct;
    uv_tcp_init(edge->loop, &l->tcp);
    l->tcp.data = l;
    xfed_uv_handle_opened(edge);
    return l;
}

/* Puts a listener into service, or closes it if rc, how it went with its socket, is an error. */
static int finish(struct xfed_uv_listener *l, int rc)
{
    if (rc < 0) {
        uv_close((uv_handle_t *)&l->tcp, on_listener_closed);
        return rc;
    }
    l->next = l->edge->listeners;
    l->edge->listeners = l;
    return 0;
}

static int open_listener(xmppfed_uv *edge, const char *address, uint16_t port, bool direct,
                         xmppfed_problem *why, uint16_t *ret_port)
{
    struct sockaddr_storage at;
    struct xfed_uv_listener *l;
    int rc;

    if (!edge || !address || edge->closing)
        return XMPPFED_ERR_ARGUMENT;
    if (!xfed_uv_address(address, port, &at))
        return say(why, XMPPFED_ERR_ADDRESS, address, port, "that is not an IP address");
    l = new_listener(edge, direct);
    if (!l)
        return say(why, XMPPFED_ERR_NOMEM, address, port, "out of memory");
    rc = finish(l, bind_and_listen(l, &at));
    if (rc < 0)
        return say(why, XMPPFED_ERR_STATE, address, port, uv_strerror(rc));
    if (ret_port)
        *ret_port = port_of(&l->tcp);
    return 0;
}

int xmppfed_uv_listen(xmppfed_uv *edge, const char *address, uint16_t port, xmppfed_problem *why,
                      uint16_t *ret_port)
{
    return open_listener(edge, address, port, false, why, ret_port);
}

int xmppfed_uv_listen_direct(xmppfed_uv *edge, const char *address, uint16_t port,
                             xmppfed_problem *why, uint16_t *ret_port)
{
    return open_listener(edge, address, port, true, why, ret_port);
}

/* The listener owns the descriptor when this returns, however it went. */
static int adopt(struct xfed_uv_listener *l, int fd)
{
    int rc = uv_tcp_open(&l->tcp, fd);

    if (rc < 0) {
        close(fd);
        return rc;
    }
    if (port_of(&l->tcp) == 0)
        return UV_ENOTSUP;
    return uv_listen((uv_stream_t *)&l->tcp, BACKLOG, on_connection);
}

int xmppfed_uv_listen_fd(xmppfed_uv *edge, int fd, int direct, xmppfed_problem *why)
{
    struct xfed_uv_listener *l;
    int rc = XMPPFED_ERR_ARGUMENT;

    if (fd < 0)
        return rc;
    if (!edge || edge->closing) {
        close(fd);
        return rc;
    }
    l = new_listener(edge, direct != 0);
    if (!l) {
        close(fd);
        return say_fd(why, XMPPFED_ERR_NOMEM, fd, "out of memory");
    }
    rc = finish(l, adopt(l, fd));
    if (rc == UV_ENOTSUP)
        return say_fd(why, XMPPFED_ERR_STATE, fd, "it is no TCP socket that is bound to a port");
    return rc < 0 ? say_fd(why, XMPPFED_ERR_STATE, fd, uv_strerror(rc)) : 0;
}

void xfed_uv_listener_close_all(xmppfed_uv *edge)
{
    while (edge->listeners) {
        struct xfed_uv_listener *l = edge->listeners;

        edge->listeners = l->next;
        uv_close((uv_handle_t *)&l->tcp, on_listener_closed);
    }
}
