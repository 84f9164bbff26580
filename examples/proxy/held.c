/* held.c - stanzas that nobody answers, kept for the next host of their domain. */
#include "proxy/held.h"

#include <string.h>

#include "proxy/relay.h"

#define TICK_MS 1000

bool held_is_answered(const xmppfed_element *stanza)
{
    const char *name = xmppfed_element_name(stanza);
    const char *type = xmppfed_element_attribute(stanza, "type");

    if (strcmp(name, "presence") == 0)
        return false;
    return !type || (strcmp(type, "result") != 0 && strcmp(type, "error") != 0);
}

void held_tell_dropped(struct proxy *p, const xmppfed_element *stanza, const char *why)
{
    const char *from = xmppfed_element_attribute(stanza, "from");
    const char *to = xmppfed_element_attribute(stanza, "to");

    log_event(&p->log, EVENT_INSIDE_DROPPED, LOG_TEXT("kind", xmppfed_element_name(stanza)),
              LOG_TEXT("local", to ? to : ""), LOG_TEXT("remote", from ? from : ""),
              LOG_TEXT("text", why));
}

static void drop_first(struct proxy *p, const char *domain, const char *why)
{
    xmppfed_element *stanza = waiting_take(&p->held, domain);

    held_tell_dropped(p, stanza, why);
    xmppfed_element_free(stanza);
}

/* ---- in ---------------------------------------------------------------------------------- */

static void on_tick(uv_timer_t *timer)
{
    struct proxy *p = timer->data;
    const struct waiting_domain *d;

    for (d = p->held.domains; d; d = d->next)
        while (waiting_until(&p->held, d->name) <= uv_now(p->loop))
            drop_first(p, d->name, "no host server took it in time");
    /* A host that was there all the time may only have been busy. */
    held_send(p, NULL);
    if (p->held.count == 0)
        uv_timer_stop(timer);
}

void held_start(struct proxy *p)
{
    p->held.ctx = p->ctx;
    uv_timer_init(p->loop, &p->held_timer);
    p->held_timer.data = p;
}

bool held_put(struct proxy *p, const char *domain, const xmppfed_element *stanza)
{
    const struct config *c = p->loaded->config;
    size_t part = strcmp(xmppfed_element_name(stanza), "presence") == 0 ? 2 : 1;
    struct waiting_limits limits = {(size_t)c->queue_stanzas / part, (size_t)c->queue_bytes / part};
    uint64_t until = uv_now(p->loop) + (uint64_t)c->queue_seconds * 1000;

    if (!p->local && !loaded_secret(p->loaded, domain))
        return false;
    if (uv_is_closing((uv_handle_t *)&p->held_timer)) {
        held_tell_dropped(p, stanza, "the proxy ends");
        return false;
    }
    if (!waiting_put(&p->held, domain, stanza, until, &limits)) {
        held_tell_dropped(p, stanza, "too much waits for a host server of the domain already");
        return false;
    }
    if (!uv_is_active((uv_handle_t *)&p->held_timer))
        uv_timer_start(&p->held_timer, on_tick, TICK_MS, TICK_MS);
    return true;
}

/* ---- out --------------------------------------------------------------------------------- */

bool held_waits(const struct proxy *p, const char *domain)
{
    return p->held.count > 0 && waiting_first(&p->held, domain);
}

static void send_domain(struct proxy *p, const char *domain)
{
    const xmppfed_element *stanza;
    int rc = 0;

    while ((stanza = waiting_first(&p->held, domain)) != NULL) {
        rc = relay_to_some_host(p, domain, stanza);
        if (rc == XMPPFED_ERR_STATE || rc == XMPPFED_ERR_LIMIT_QUEUE)
            return;
        if (rc < 0)
            drop_first(p, domain, xmppfed_error_sentence(rc));
        else
            xmppfed_element_free(waiting_take(&p->held, domain));
    }
}

void held_send(struct proxy *p, const char *domain)
{
    const struct waiting_domain *d;

    for (d = p->held.domains; d; d = d->next)
        if (!domain || strcmp(d->name, domain) == 0)
            send_domain(p, d->name);
}

void held_stop(struct proxy *p)
{
    const struct waiting_domain *d;

    uv_close((uv_handle_t *)&p->held_timer, NULL);
    for (d = p->held.domains; d; d = d->next)
        while (d->first)
            drop_first(p, d->name, "the proxy ends");
}
