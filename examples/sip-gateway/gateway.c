/* gateway.c - the bridge between the SIP side and the XMPP side: its ports, its clock, its end. */
#include "sip-gateway/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bridge/bridge.h"
#include "sip-gateway/sip_side.h"
#include "sip-gateway/xmpp_side.h"

/* Milliseconds. */
#define TICK 100
#define LAST_WAIT 5000

struct gateway {
    const struct settings *settings;
    struct loops *loops;
    xmppfed_context *ctx;
    struct bridge_settings bridge_settings;
    struct bridge *bridge;
    struct sip_side *sip;
    struct xmpp_side *xmpp;
    uv_timer_t tick;
    uint64_t sent;    /* on this link; without acknowledgements, a stanza counts as taken */
    uint64_t settled; /* ... when the link has lived on for a tick: those up to this number */
    uint64_t end;     /* when gateway_end() waits no longer; 0: it was not called */
    bool closed;
};

/* What is in the ledger must make sense to the next process: no clock that begins anew. */
static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- from the bridge --------------------------------------------------------------------- */

static int send_stanza(const xmppfed_element *stanza, uint64_t *ret_number, void *user)
{
    struct gateway *g = user;
    int rc = xmpp_side_send(g->xmpp, stanza, ret_number);

    if (rc == 0)
        g->sent = *ret_number;
    return rc;
}

static bool send_request(const struct translate_sip *sip, const struct bridge_dialog *dialog,
                         uint64_t token, void *user)
{
    struct gateway *g = user;

    return sip_side_send(g->sip, sip, dialog, token);
}

static void answer(void *handle, const struct bridge_answer *answer, void *user)
{
    (void)user;
    sip_side_answer(handle, answer);
}

static void tell(const char *sentence, void *user)
{
    (void)user;
    fprintf(stderr, "sip-gateway: %s\n", sentence);
}

/* ---- to the bridge ----------------------------------------------------------------------- */

static void on_request(const struct bridge_request *request, void *user)
{
    struct gateway *g = user;

    bridge_take_request(g->bridge, request, now());
}

static void on_response(uint64_t token, const struct bridge_response *response, void *user)
{
    struct gateway *g = user;

    bridge_take_response(g->bridge, token, response, now());
}

static void on_stanza(xmppfed_element *stanza, void *user)
{
    struct gateway *g = user;

    bridge_take_stanza(g->bridge, stanza, now());
    xmppfed_element_free(stanza);
}

static void on_acknowledged(uint64_t number, void *user)
{
    struct gateway *g = user;

    bridge_acknowledged(g->bridge, number, now());
}

static void on_link(const char *why, void *user)
{
    struct gateway *g = user;

    if (!why)
        fprintf(stderr, "{\"event\": \"UP\", \"domain\": \"%s\"}\n", g->settings->domain);
    else if (!g->closed)
        fprintf(stderr, "sip-gateway: the link with the proxy is down: %s\n", why);
    g->sent = 0;
    g->settled = 0;
    bridge_link(g->bridge, !why, now());
}

/* ---- time, and the end ------------------------------------------------------------------- */

static void close_all(struct gateway *g)
{
    if (g->closed)
        return;
    g->closed = true;
    bridge_give_up(g->bridge, now());
    xmpp_side_close(g->xmpp);
    uv_close((uv_handle_t *)&g->tick, NULL);
}

static void on_tick(uv_timer_t *timer)
{
    struct gateway *g = timer->data;

    if (!g->settings->acks) {
        bridge_acknowledged(g->bridge, g->settled, now());
        g->settled = g->sent;
    }
    bridge_tick(g->bridge, now());
    if (g->end && (uv_now(timer->loop) >= g->end || bridge_idle(g->bridge)))
        close_all(g);
}

void gateway_end(struct gateway *g)
{
    if (g->end)
        return;
    g->end = uv_now(&g->loops->uv) + LAST_WAIT;
    bridge_end(g->bridge);
}

/* ---- opening ----------------------------------------------------------------------------- */

static bool open_bridge(struct gateway *g, struct complaint *why)
{
    const struct settings *s = g->settings;
    struct bridge_ports ports = {send_stanza, send_request, answer, tell, g};

    g->bridge_settings = (struct bridge_settings){.domains = &s->domain,
                                                  .domain_count = 1,
                                                  .sip_domain = s->sip_domain,
                                                  .contact = s->sip_contact,
                                                  .ledger = s->ledger,
                                                  .member = s->name,
                                                  .grace = s->grace,
                                                  .limit = s->limit,
                                                  .watch_limit = s->watch_limit};
    return bridge_new(g->ctx, &g->bridge_settings, &ports, now(), &g->bridge, why);
}

static bool open_all(struct gateway *g, struct complaint *why)
{
    struct sip_side_calls sip = {on_request, on_response, g};
    struct xmpp_side_calls xmpp = {on_stanza, on_acknowledged, on_link, g};

    if (xmppfed_context_new(NULL, &g->ctx) < 0)
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    return open_bridge(g, why) && sip_side_new(g->loops->root, g->settings, &sip, &g->sip, why) &&
           xmpp_side_new(&g->loops->uv, g->ctx, g->settings, &xmpp, &g->xmpp, why);
}

bool gateway_new(struct loops *loops, const struct settings *settings, struct gateway **ret,
                 struct complaint *why)
{
    struct gateway *g = calloc(1, sizeof(*g));

    if (!g)
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    g->settings = settings;
    g->loops = loops;
    if (!open_all(g, why)) {
        gateway_free(g);
        return false;
    }
    uv_timer_init(&loops->uv, &g->tick);
    g->tick.data = g;
    uv_timer_start(&g->tick, on_tick, TICK, TICK);
    *ret = g;
    return true;
}

void gateway_free(struct gateway *g)
{
    if (!g)
        return;
    sip_side_free(g->sip);
    xmpp_side_free(g->xmpp);
    bridge_free(g->bridge);
    xmppfed_context_unref(g->ctx);
    free(g);
}
