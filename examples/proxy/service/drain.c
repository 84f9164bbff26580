/* drain.c - the ways in which a proxy comes to its end. */
#include "proxy/service/drain.h"

#include "proxy/admin/admin.h"
#include "proxy/inside.h"
#include "proxy/observe/http.h"
#include "proxy/outside.h"
#include "proxy/proxy.h"
#include "proxy/service/heartbeat.h"
#include "proxy/service/notify.h"

#define CLOSE_MS 10000
/* Hosts have this long to say what they were saying before they go over to the successor. */
#define LEAVE_MS 5000
#define STEP_MS 50

static void begin(struct proxy *p, enum drain_phase phase, uint64_t ms);

static void close_streams(struct proxy *p)
{
    log_event(&p->log, EVENT_STOPPING, LOG_NUMBER("streams", xmppfed_federation_links(p->fed)));
    outside_stop(p);
    xmppfed_federation_shutdown(p->fed, xmppfed_uv_now(p->edge));
    xmppfed_uv_wake(p->edge);
    begin(p, DRAIN_CLOSING, CLOSE_MS);
}

/* Whether there is nothing left that the phase waits for. */
static bool is_done(const struct proxy *p)
{
    if (p->drain_phase == DRAIN_LEAVING)
        return inside_links(p) == 0;
    return xmppfed_federation_links(p->fed) == 0;
}

static void on_drain(uv_timer_t *timer)
{
    struct proxy *p = timer->data;

    if (!is_done(p) && uv_now(p->loop) < p->drain_until)
        return;
    if (p->drain_phase != DRAIN_CLOSING) {
        close_streams(p);
        return;
    }
    log_event(&p->log, EVENT_STOPPED, LOG_NUMBER("streams_cut", xmppfed_federation_links(p->fed)));
    proxy_close(p);
}

static void begin(struct proxy *p, enum drain_phase phase, uint64_t ms)
{
    p->draining = true;
    p->drain_phase = phase;
    p->drain_until = uv_now(p->loop) + ms;
    uv_timer_start(&p->drain, on_drain, STEP_MS, STEP_MS);
}

void drain_quiet(struct proxy *p, uint32_t seconds)
{
    if (p->drain_phase != DRAIN_NONE && p->drain_phase != DRAIN_QUIET)
        return;
    log_event(&p->log, EVENT_DRAINING, LOG_NUMBER("seconds", seconds),
              LOG_NUMBER("streams", xmppfed_federation_links(p->fed)));
    notify("STOPPING=1");
    outside_stop(p);
    begin(p, DRAIN_QUIET, (uint64_t)seconds * 1000);
}

void drain_leave(struct proxy *p)
{
    /* What the manager and the paths of sockets stand for is now the successor. */
    heartbeat_stop(p);
    sockets_leave(&p->sockets);
    p->pid_written = false;
    outside_stop(p);
    admin_stop_listening(p);
    http_stop(p);
    begin(p, DRAIN_LEAVING, LEAVE_MS);
    inside_leave(p);
}

void drain_close(struct proxy *p)
{
    if (!p->edge)
        return;
    if (p->drain_phase == DRAIN_CLOSING) {
        p->drain_until = 0;
        return;
    }
    if (p->drain_phase != DRAIN_LEAVING)
        notify("STOPPING=1");
    close_streams(p);
}
