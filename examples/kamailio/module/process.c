/* process.c - the module's own process: the proxy's engine with the bridge as its host. */
#include "kamailio/module/process.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bridge/bridge.h"
#include "kamailio/module/sip_side.h"
#include "kamailio/module/user_table.h"
#include "kamailio/module/users.h"
#include "proxy/local_host.h"
#include "proxy/proxy.h"
#include "proxy/relay.h"
#include "proxy/service/drain.h"
#include "proxy/settings/load.h"

#define TICK_MS 100
/* What is under way at the end has this long to end by itself; Kamailio waits a minute. */
#define PATIENCE_MS 5000
/* After so many packets the streams get their turn. */
#define PACKETS_AT_ONCE 64
/* Stanzas for the bridge from one turn of the loop; those beyond are refused. */
#define ARRIVED_STANZAS 10000
#define ARRIVED_BYTES ((size_t)16 * 1024 * 1024)

struct process {
    const struct module_settings *settings;
    uv_loop_t loop;
    struct proxy proxy;
    struct local_host host;
    struct bridge *bridge;
    struct bridge_settings bridge_settings;
    char **domains; /* as at the start */
    size_t domain_count;
    struct waiting_list arrived; /* stanzas that the bridge has not seen yet */
    uint64_t sent;               /* stanzas that the relay has taken */
    uint64_t end_by;             /* of the loop's clock; 0: no end in sight */
    bool closed;
    uv_poll_t crossings;
    uv_idle_t soon; /* what must not be done within a call of the relay or the bridge */
    uv_timer_t tick;
    uv_signal_t terminate;
    uv_signal_t interrupt;
};

static uint64_t now_of_day(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- the host of the proxy ------------------------------------------------------------------ */

static void on_soon(uv_idle_t *idle)
{
    struct process *p = idle->data;
    xmppfed_element *stanza;

    uv_idle_stop(idle);
    bridge_acknowledged(p->bridge, p->sent, now_of_day());
    while ((stanza = waiting_take(&p->arrived, "")) != NULL) {
        bridge_take_stanza(p->bridge, stanza, now_of_day());
        xmppfed_element_free(stanza);
    }
}

static int take_stanza(const xmppfed_element *stanza, void *user)
{
    static const struct waiting_limits arrived = {ARRIVED_STANZAS, ARRIVED_BYTES};
    struct process *p = user;

    if (!p->bridge || p->closed || !waiting_put(&p->arrived, "", stanza, 0, &arrived))
        return XMPPFED_ERR_LIMIT_QUEUE;
    uv_idle_start(&p->soon, on_soon);
    return 0;
}

/* Users come from Kamailio's database where it has a table of them. */
static bool refresh(void *user, struct complaint *why)
{
    struct process *p = user;
    json_t *users;
    bool ok;

    if (!p->settings->users_table)
        return true;
    if (!user_table_read(p->settings, &users, why))
        return false;
    ok = users_put(&p->proxy, users, why);
    json_decref(users);
    return ok;
}

/* ---- ports of the bridge -------------------------------------------------------------------- */

static int port_send_stanza(const xmppfed_element *stanza, uint64_t *ret_number, void *user)
{
    struct process *p = user;

    if (!relay_from_local(&p->proxy, stanza))
        return XMPPFED_ERR_ADDRESS;
    /* The relay is in this process: what it has taken is taken. */
    *ret_number = ++p->sent;
    uv_idle_start(&p->soon, on_soon);
    return 0;
}

static bool port_send_request(const struct translate_sip *sip, const struct bridge_dialog *dialog,
                              uint64_t token, void *user)
{
    struct process *p = user;

    return sip_side_send(p->settings, sip, dialog, token);
}

static void port_answer(void *handle, const struct bridge_answer *answer, void *user)
{
    (void)user;
    sip_side_answer(handle, answer);
}

static void port_tell(const char *sentence, void *user)
{
    (void)user;
    sip_side_tell(sentence);
}

/* ---- what crosses over ---------------------------------------------------------------------- */

static void on_request(const struct bridge_request *request, void *user)
{
    struct process *p = user;

    bridge_take_request(p->bridge, request, now_of_day());
}

static void on_response(uint64_t token, const struct bridge_response *response, void *user)
{
    struct process *p = user;

    bridge_take_response(p->bridge, token, response, now_of_day());
}

static void on_crossings(uv_poll_t *poll, int status, int events)
{
    struct process *p = poll->data;
    const struct sip_side_calls calls = {on_request, on_response, p};
    struct crossing *c;
    int i;

    (void)status;
    (void)events;
    for (i = 0; i < PACKETS_AT_ONCE && (c = crossing_receive()) != NULL; i++)
        sip_side_read(c, &calls);
}

/* ---- time and the end ----------------------------------------------------------------------- */

static void close_all(struct process *p)
{
    if (p->closed)
        return;
    p->closed = true;
    bridge_give_up(p->bridge, now_of_day());
    drain_close(&p->proxy);
    uv_close((uv_handle_t *)&p->crossings, NULL);
    uv_close((uv_handle_t *)&p->soon, NULL);
    uv_close((uv_handle_t *)&p->tick, NULL);
}

static void on_tick(uv_timer_t *timer)
{
    struct process *p = timer->data;

    bridge_tick(p->bridge, now_of_day());
    if (p->end_by && (bridge_idle(p->bridge) || uv_now(&p->loop) >= p->end_by))
        close_all(p);
}

static void on_end(uv_signal_t *signal, int number)
{
    struct process *p = signal->data;

    (void)number;
    if (p->end_by) {
        close_all(p);
        return;
    }
    bridge_end(p->bridge);
    p->end_by = uv_now(&p->loop) + PATIENCE_MS;
}

/* ---- start ---------------------------------------------------------------------------------- */

static bool load(struct process *p, xmppfed_context *ctx, struct loaded **ret,
                 struct complaint *why)
{
    struct config *config;

    p->host = (struct local_host){take_stanza, p, refresh};
    counters_init(&p->proxy.counters);
    p->proxy.log = (struct log){.out = stderr, .counts = p->proxy.counters.events};
    p->proxy.local = &p->host;
    /* Sockets are never passed to this process, nor from it to another. */
    p->proxy.sockets.handover = -1;
    if (!config_load(p->settings->config, &config, why))
        return false;
    log_configure(&p->proxy.log, config->log_format, config->log_level, config->log_journal);
    return load_all(ctx, config, &p->proxy.log, ret, why);
}

/* The bridge keeps the names; a reload of the configuration frees its own. */
static bool copy_domains(struct process *p, const struct config *config)
{
    p->domains = calloc(config->domain_count, sizeof(*p->domains));
    while (p->domains && p->domain_count < config->domain_count) {
        char *name = strdup(config->domains[p->domain_count].name);

        if (!name)
            return false;
        p->domains[p->domain_count++] = name;
    }
    return p->domains != NULL;
}

static bool start_bridge(struct process *p, xmppfed_context *ctx, struct complaint *why)
{
    const struct bridge_ports ports = {.send_stanza = port_send_stanza,
                                       .send_request = port_send_request,
                                       .answer = port_answer,
                                       .tell = port_tell,
                                       .user = p};
    struct bridge_settings s = {.contact = p->settings->contact,
                                .ledger = p->settings->ledger,
                                .member = p->settings->member,
                                .grace = (unsigned)p->settings->grace,
                                .limit = (unsigned)p->settings->limit,
                                .watch_limit = (unsigned)p->settings->watch_limit};

    if (!copy_domains(p, p->proxy.loaded->config))
        return complain(why, "out of memory");
    s.domains = (const char *const *)p->domains;
    s.domain_count = p->domain_count;
    p->bridge_settings = s;
    if (!bridge_new(ctx, &p->bridge_settings, &ports, now_of_day(), &p->bridge, why))
        return false;
    bridge_link(p->bridge, true, now_of_day());
    return true;
}

static void watch_signal(struct process *p, uv_signal_t *signal, int number)
{
    uv_signal_init(&p->loop, signal);
    signal->data = p;
    uv_signal_start(signal, on_end, number);
    /* Signals alone are no reason to keep running. */
    uv_unref((uv_handle_t *)signal);
}

static void watch(struct process *p)
{
    uv_idle_init(&p->loop, &p->soon);
    p->soon.data = p;
    uv_timer_init(&p->loop, &p->tick);
    p->tick.data = p;
    uv_timer_start(&p->tick, on_tick, TICK_MS, TICK_MS);
    uv_poll_init(&p->loop, &p->crossings, crossing_read_end());
    p->crossings.data = p;
    uv_poll_start(&p->crossings, UV_READABLE, on_crossings);
    watch_signal(p, &p->terminate, SIGTERM);
    watch_signal(p, &p->interrupt, SIGINT);
}

static void stop(struct process *p)
{
    uv_close((uv_handle_t *)&p->terminate, NULL);
    uv_close((uv_handle_t *)&p->interrupt, NULL);
    uv_run(&p->loop, UV_RUN_DEFAULT);
}

static bool run(struct process *p, xmppfed_context *ctx, struct complaint *why)
{
    struct loaded *loaded;
    bool ok;

    if (!load(p, ctx, &loaded, why))
        return false;
    sip_side_set_admin(loaded->config->admin);
    ok = proxy_start(&p->proxy, &p->loop, ctx, loaded, why) && refresh(p, why) &&
         start_bridge(p, ctx, why);
    if (ok) {
        watch(p);
        uv_run(&p->loop, UV_RUN_DEFAULT);
        stop(p);
    }
    proxy_fini(&p->proxy);
    bridge_free(p->bridge);
    return ok;
}

bool process_run(const struct module_settings *settings, struct complaint *why)
{
    /* So large that it is not for the stack, and there is one a process. */
    struct process *p = calloc(1, sizeof(*p));
    xmppfed_context *ctx = NULL;
    bool ok;

    if (!p || xmppfed_context_new(NULL, &ctx) < 0 || uv_loop_init(&p->loop) < 0) {
        free(p);
        xmppfed_context_unref(ctx);
        return complain(why, "out of memory, or of file descriptors");
    }
    p->settings = settings;
    p->arrived.ctx = ctx;
    ok = run(p, ctx, why);
    waiting_fini(&p->arrived);
    while (p->domain_count > 0)
        free(p->domains[--p->domain_count]);
    free(p->domains);
    uv_loop_close(&p->loop);
    free(p);
    xmppfed_context_unref(ctx);
    return ok;
}
