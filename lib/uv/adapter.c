/* adapter.c - ties a federation to a libuv loop: events, the deadline, the clock, the end. */
#include "adapter.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CLOCK_MS (60 * 60 * 1000)
#define SWEEP_MS 1000

/* ---- events ------------------------------------------------------------------------------ */

static void transport_event(xmppfed_uv *edge, const xmppfed_event *ev)
{
    struct xfed_uv_socket *s = xfed_uv_links_find(&edge->links, xmppfed_event_link(ev));

    /* A socket that has just broken may be gone while its last events are still in the queue. */
    if (!s)
        return;
    if (xmppfed_event_kind(ev) == XMPPFED_EVENT_OUTPUT)
        xfed_uv_socket_flush(s);
    else
        xfed_uv_socket_finish(s);
}

static void dispatch(xmppfed_uv *edge, const xmppfed_event *ev)
{
    switch (xmppfed_event_kind(ev)) {
    case XMPPFED_EVENT_OUTPUT:
    case XMPPFED_EVENT_CLOSE:
        transport_event(edge, ev);
        break;
    case XMPPFED_EVENT_DIAL:
        xfed_uv_socket_dial(edge, xmppfed_event_link(ev), xmppfed_event_endpoint(ev));
        break;
    case XMPPFED_EVENT_DNS:
        if (edge->on_query)
            edge->on_query(xmppfed_event_query(ev), edge->query_user);
        else
            xfed_uv_dns_send(edge, xmppfed_event_query(ev));
        break;
    default:
        edge->on_event(ev, edge->user);
        break;
    }
}

static void on_deadline(uv_timer_t *timer)
{
    xmppfed_uv *edge = timer->data;

    edge->armed = XMPPFED_TIME_NEVER;
    xmppfed_federation_tick(edge->fed, xmppfed_uv_now(edge));
    xfed_uv_pump(edge);
}

static void arm(xmppfed_uv *edge)
{
    xmppfed_time deadline = xmppfed_federation_deadline(edge->fed);
    xmppfed_time now = xmppfed_uv_now(edge);

    if (deadline == edge->armed)
        return;
    edge->armed = deadline;
    if (deadline == XMPPFED_TIME_NEVER)
        uv_timer_stop(&edge->deadline);
    else
        uv_timer_start(&edge->deadline, on_deadline, deadline > now ? deadline - now : 1, 0);
}

void xfed_uv_pump(xmppfed_uv *edge)
{
    const xmppfed_event *ev;

    while (!edge->closing &&
           xmppfed_federation_next_event(edge->fed, xmppfed_uv_now(edge), &ev) == 1)
        dispatch(edge, ev);
    if (edge->closing)
        return;
    xfed_uv_socket_wake_resting(edge);
    arm(edge);
}

static void on_wake(uv_idle_t *idle)
{
    uv_idle_stop(idle);
    xfed_uv_pump(idle->data);
}

void xmppfed_uv_wake(xmppfed_uv *edge)
{
    /* An idle handle keeps the loop from sleeping, so the pump runs within this turn of it. */
    if (!edge->closing)
        uv_idle_start(&edge->wake, on_wake);
}

/* ---- time -------------------------------------------------------------------------------- */

xmppfed_time xmppfed_uv_now(xmppfed_uv *edge)
{
    return uv_now(edge->loop);
}

static void on_clock(uv_timer_t *timer)
{
    xmppfed_uv *edge = timer->data;

    xmppfed_site_set_clock(edge->site, (int64_t)time(NULL), xmppfed_uv_now(edge));
}

static void on_sweep(uv_timer_t *timer)
{
    xmppfed_uv *edge = timer->data;
    bool sockets = xfed_uv_socket_sweep(edge);
    bool queries = xfed_uv_dns_sweep(edge);

    if (!sockets && !queries)
        uv_timer_stop(timer);
}

void xfed_uv_need_sweep(xmppfed_uv *edge)
{
    if (!uv_is_active((uv_handle_t *)&edge->sweep))
        uv_timer_start(&edge->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
}

/* ---- what the sockets need --------------------------------------------------------------- */

void xfed_uv_lend_buffer(xmppfed_uv *edge, uv_buf_t *ret)
{
    *ret = uv_buf_init(edge->read_buffer, sizeof(edge->read_buffer));
}

bool xfed_uv_address(const char *text, uint16_t port, struct sockaddr_storage *ret)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    memset(ret, 0, sizeof(*ret));
    if (uv_ip4_addr(text, port, &v4) == 0) {
        memcpy(ret, &v4, sizeof(v4));
        return true;
    }
    if (uv_ip6_addr(text, port, &v6) == 0) {
        memcpy(ret, &v6, sizeof(v6));
        return true;
    }
    return false;
}

int xmppfed_uv_add_name_server(xmppfed_uv *edge, const char *address, uint16_t port)
{
    struct sockaddr_storage server;

    if (!edge || !address || edge->server_count == XFED_UV_NAME_SERVERS)
        return XMPPFED_ERR_ARGUMENT;
    if (!xfed_uv_address(address, port, &server))
        return XMPPFED_ERR_ADDRESS;
    edge->servers[edge->server_count++] = server;
    return 0;
}

void xmppfed_uv_set_query_fn(xmppfed_uv *edge, xmppfed_uv_query_fn on_query, void *user)
{
    edge->on_query = on_query;
    edge->query_user = user;
}

/* ---- beginning and end ------------------------------------------------------------------- */

void xfed_uv_handle_opened(xmppfed_uv *edge)
{
    edge->handles++;
}

void xfed_uv_handle_closed(xmppfed_uv *edge)
{
    if (--edge->handles > 0)
        return;
    xfed_uv_links_fini(&edge->links);
    if (edge->on_closed)
        edge->on_closed(edge->closed_user);
    free(edge);
}

static void on_own_handle_closed(uv_handle_t *handle)
{
    xfed_uv_handle_closed(handle->data);
}

static int open_handles(xmppfed_uv *edge)
{
    /* On a Unix none of these can fail; libuv's contract allows it all the same. */
    uv_timer_init(edge->loop, &edge->deadline);
    uv_timer_init(edge->loop, &edge->clock);
    uv_timer_init(edge->loop, &edge->sweep);
    uv_idle_init(edge->loop, &edge->wake);
    edge->deadline.data = edge;
    edge->clock.data = edge;
    edge->sweep.data = edge;
    edge->wake.data = edge;
    edge->handles = 4;
    /* The clock alone is no reason to keep a loop running. */
    uv_unref((uv_handle_t *)&edge->clock);
    return uv_timer_start(&edge->clock, on_clock, CLOCK_MS, CLOCK_MS);
}

int xmppfed_uv_new(struct uv_loop_s *loop, xmppfed_federation *fed, xmppfed_site *site,
                   xmppfed_uv_event_fn on_event, void *user, xmppfed_uv **ret)
{
    xmppfed_uv *edge;

    if (!loop || !fed || !site || !on_event || !ret)
        return XMPPFED_ERR_ARGUMENT;
    edge = calloc(1, sizeof(*edge));
    if (!edge)
        return XMPPFED_ERR_NOMEM;
    edge->loop = loop;
    edge->fed = fed;
    edge->site = site;
    edge->on_event = on_event;
    edge->user = user;
    edge->armed = XMPPFED_TIME_NEVER;
    if (open_handles(edge) < 0) {
        xmppfed_uv_free(edge, NULL, NULL);
        return XMPPFED_ERR_INTERNAL;
    }
    uv_update_time(loop);
    on_clock(&edge->clock);
    *ret = edge;
    return 0;
}

void xmppfed_uv_stop_listening(xmppfed_uv *edge)
{
    xfed_uv_listener_close_all(edge);
}

void xmppfed_uv_free(xmppfed_uv *edge, void (*on_closed)(void *user), void *user)
{
    if (!edge || edge->closing)
        return;
    edge->closing = true;
    edge->on_closed = on_closed;
    edge->closed_user = user;
    xfed_uv_listener_close_all(edge);
    xfed_uv_socket_close_all(edge);
    xfed_uv_dns_close_all(edge);
    uv_close((uv_handle_t *)&edge->deadline, on_own_handle_closed);
    uv_close((uv_handle_t *)&edge->clock, on_own_handle_closed);
    uv_close((uv_handle_t *)&edge->sweep, on_own_handle_closed);
    uv_close((uv_handle_t *)&edge->wake, on_own_handle_closed);
}
