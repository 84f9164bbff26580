/* adapter.h - the inside of xmppfed_uv: what the files of libxmppfed-uv share. */
#ifndef XFED_UV_ADAPTER_H
#define XFED_UV_ADAPTER_H

#include <stdbool.h>
#include <uv.h>
#include <xmppfed/uv.h>

/* One read takes at most this much; all sockets of an adapter share the buffer. */
#define XFED_UV_READ_SIZE 65536
#define XFED_UV_NAME_SERVERS 4

struct xfed_uv_socket;
struct xfed_uv_listener;
struct xfed_uv_query;

/* Live sockets by link number: a hash table with chains through the sockets. */
struct xfed_uv_links {
    struct xfed_uv_socket **buckets;
    size_t bucket_count; /* zero or a power of two */
    size_t count;
};

struct xmppfed_uv {
    uv_loop_t *loop;
    xmppfed_federation *fed; /* not touched any more once closing is set */
    xmppfed_site *site;
    xmppfed_uv_event_fn on_event;
    void *user;
    xmppfed_uv_query_fn on_query; /* NULL: queries go to the name servers */
    void *query_user;

    uv_timer_t deadline; /* the federation's */
    uv_timer_t clock;    /* keeps the site's wall clock right */
    uv_timer_t sweep;    /* runs while something may have to be given up */
    uv_idle_t wake;      /* runs once after xmppfed_uv_wake() */
    xmppfed_time armed;  /* what deadline is set to, or XMPPFED_TIME_NEVER */

    struct xfed_uv_links links;
    struct xfed_uv_socket *draining; /* their links are forgotten; bytes are still to go out */
    struct xfed_uv_socket *resting;  /* open, but their links want no input at present */
    struct xfed_uv_listener *listeners;
    struct xfed_uv_query *queries;
    struct sockaddr_storage servers[XFED_UV_NAME_SERVERS];
    unsigned server_count;

    size_t handles; /* libuv handles not yet closed; the last one frees the adapter */
    bool closing;
    void (*on_closed)(void *user);
    void *closed_user;
    char read_buffer[XFED_UV_READ_SIZE];
};

/* ---- adapter.c --------------------------------------------------------------------------- */

/* Takes all events of the federation and sets the timer anew; after everything that feeds it. */
void xfed_uv_pump(xmppfed_uv *edge);
/* Counts one more handle whose close callback will call xfed_uv_handle_closed(). */
void xfed_uv_handle_opened(xmppfed_uv *edge);
/* Counts one handle less; the last one of a closing adapter frees it. */
void xfed_uv_handle_closed(xmppfed_uv *edge);
/* Lends the shared read buffer: the uv_alloc_cb of every socket, whose data names the adapter. */
void xfed_uv_lend_buffer(xmppfed_uv *edge, uv_buf_t *ret);
/* Makes sure that the sweep timer runs. */
void xfed_uv_need_sweep(xmppfed_uv *edge);
/* Turns address text and a port into a socket address; false if it is no IP address. */
bool xfed_uv_address(const char *text, uint16_t port, struct sockaddr_storage *ret);

/* ---- socket.c ---------------------------------------------------------------------------- */

enum xfed_uv_socket_state {
    XFED_UV_CONNECTING = 1,
    XFED_UV_OPEN,
    XFED_UV_DRAINING, /* on edge->draining */
    XFED_UV_CLOSING   /* uv_close was called */
};

/* One TCP connection with its link. */
struct xfed_uv_socket {
    xmppfed_uv *edge;
    uv_tcp_t tcp;
    uint64_t link;
    enum xfed_uv_socket_state state;
    size_t in_flight; /* first bytes of the link's output that libuv has a copy of */
    bool paused;      /* not reading, as the peer does not read either */
    bool resting;     /* not reading, as its link wants no input; on edge->resting */
    struct xfed_uv_socket *next_resting;
    xmppfed_time give_up_at; /* while draining */
    uv_connect_t connect;
    uv_shutdown_t shutdown;
    struct xfed_uv_socket *next; /* in a chain of the table or in the list of draining ones */
};

/* Takes a connection that a listener has announced and tells the federation. direct: the listener
 * is for direct TLS alone. */
void xfed_uv_socket_accept(xmppfed_uv *edge, uv_stream_t *listener, bool direct);
/* Connects for a DIAL event; a failure is told to the federation. */
void xfed_uv_socket_dial(xmppfed_uv *edge, uint64_t link, const xmppfed_endpoint *endpoint);
/* Hands output of the link to the kernel, as far as it goes. */
void xfed_uv_socket_flush(struct xfed_uv_socket *s);
/* Reads again from sockets whose links want input again. */
void xfed_uv_socket_wake_resting(xmppfed_uv *edge);
/* Sends what waits, then closes: the federation forgets the link. */
void xfed_uv_socket_finish(struct xfed_uv_socket *s);
/* Gives up draining sockets whose time is over; true while some remain. */
bool xfed_uv_socket_sweep(xmppfed_uv *edge);
/* Closes all sockets without telling the federation. */
void xfed_uv_socket_close_all(xmppfed_uv *edge);

/* ---- links.c ----------------------------------------------------------------------------- */

/* Adds a socket under its link number; false when out of memory. */
bool xfed_uv_links_add(struct xfed_uv_links *links, struct xfed_uv_socket *s);
/* The socket of a link, or NULL. */
struct xfed_uv_socket *xfed_uv_links_find(const struct xfed_uv_links *links, uint64_t link);
/* Takes a socket out; one that is not in the table stays as it is. */
void xfed_uv_links_remove(struct xfed_uv_links *links, struct xfed_uv_socket *s);
/* Takes any one socket out, or returns NULL when there is none. */
struct xfed_uv_socket *xfed_uv_links_take(struct xfed_uv_links *links);
/* Frees the table, not the sockets. */
void xfed_uv_links_fini(struct xfed_uv_links *links);

/* ---- listener.c -------------------------------------------------------------------------- */

/* Closes all listeners. */
void xfed_uv_listener_close_all(xmppfed_uv *edge);

/* ---- dns.c ------------------------------------------------------------------------------- */

/* Sends the query of a DNS event; a failure is told to the federation. */
void xfed_uv_dns_send(xmppfed_uv *edge, const xmppfed_dns_query *q);
/* Closes queries that nobody waits for any more; true while some remain. */
bool xfed_uv_dns_sweep(xmppfed_uv *edge);
/* Closes all queries without telling the federation. */
void xfed_uv_dns_close_all(xmppfed_uv *edge);

#endif
