/* heartbeat.c - lets the service manager see that the loop turns, and what it does. */
#include "proxy/service/heartbeat.h"

#include <stdio.h>

#include "proxy/service/notify.h"

/* How often the manager's status line is written anew. */
#define STATUS_MS 5000

/* A timer of the loop: a loop that hangs in one of its callbacks sends nothing. */
static void on_beat(uv_timer_t *timer)
{
    const struct proxy *p = timer->data;

    notify("WATCHDOG=1\nSTATUS=%s: %zu streams, %zu host servers, %zu stanzas queued",
           p->draining ? "Draining" : "Serving", xmppfed_federation_links(p->fed), p->routes.count,
           xmppfed_federation_queued(p->fed));
}

void heartbeat_start(struct proxy *p)
{
    uint64_t watchdog = notify_watchdog_ms();
    /* sd_watchdog_enabled(3) recommends half the time. */
    uint64_t period = watchdog && watchdog / 2 < STATUS_MS ? watchdog / 2 : STATUS_MS;

    notify("READY=1");
    uv_timer_init(p->loop, &p->heartbeat);
    p->heartbeat.data = p;
    on_beat(&p->heartbeat);
    uv_timer_start(&p->heartbeat, on_beat, period, period);
    /* Telling of it alone is no reason to keep running. */
    uv_unref((uv_handle_t *)&p->heartbeat);
}

void heartbeat_stop(struct proxy *p)
{
    if (p->heartbeat.data)
        uv_close((uv_handle_t *)&p->heartbeat, NULL);
    p->heartbeat.data = NULL;
}
