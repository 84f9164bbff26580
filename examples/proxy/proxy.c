/* proxy.c - starts, reloads and ends the proxy. */
#include "proxy/proxy.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proxy/admin/admin.h"
#include "proxy/diagnose/im_test.h"
#include "proxy/held.h"
#include "proxy/inside.h"
#include "proxy/local_host.h"
#include "proxy/observe/http.h"
#include "proxy/observe/recording.h"
#include "proxy/outside.h"
#include "proxy/posh/posh.h"
#include "proxy/relay.h"
#include "proxy/service/descriptors.h"
#include "proxy/service/heartbeat.h"
#include "proxy/service/pid_file.h"
#include "proxy/service/predecessor.h"
#include "proxy/service/privileges.h"
#include "proxy/service/successor.h"
#include "proxy/store/watch.h"
#include "proxy/validator.h"

/* ---- configuration into force ------------------------------------------------------------ */

static bool hosts_domain(const struct config *c, const char *name)
{
    size_t i;

    for (i = 0; i < c->domain_count; i++)
        if (strcmp(c->domains[i].name, name) == 0)
            return true;
    return false;
}

static int apply_options(struct proxy *p, const struct config *c)
{
    const struct {
        int option;
        int64_t value;
    } options[] = {
        {XMPPFED_OPTION_QUEUE_SECONDS, c->queue_seconds},
        {XMPPFED_OPTION_QUEUE_STANZAS, c->queue_stanzas},
        {XMPPFED_OPTION_QUEUE_BYTES, c->queue_bytes},
        {XMPPFED_OPTION_RACE_MILLISECONDS, c->race_milliseconds},
        {XMPPFED_OPTION_RETURN_SECONDS, c->return_seconds},
        {XMPPFED_OPTION_RESUME_SECONDS, c->resume_seconds},
        {XMPPFED_OPTION_RESUME_SESSIONS, c->resume_sessions},
    };
    int rc = 0;
    size_t i;

    for (i = 0; rc == 0 && i < sizeof(options) / sizeof(options[0]); i++)
        rc = xmppfed_federation_set_option(p->fed, options[i].option, (uint64_t)options[i].value);
    return rc;
}

/* Gives the site what was loaded; 0 or an error code. */
static int apply(struct proxy *p, const struct loaded *l)
{
    const struct file_text *secret = &l->dialback_secret;
    int rc = apply_options(p, l->config);
    size_t i;

    for (i = 0; rc == 0 && i < l->config->domain_count; i++)
        rc = xmppfed_site_set_domain(p->site, l->config->domains[i].name, l->domains[i]);
    if (rc == 0 && secret->data)
        rc = xmppfed_site_set_dialback_secret(p->site, (xmppfed_slice){secret->data, secret->len});
    else if (rc == 0)
        rc = xmppfed_site_set_dialback_secret(p->site,
                                              (xmppfed_slice){p->secret, strlen(p->secret)});
    if (rc == 0)
        rc = partner_trusts_apply(&l->partner_trusts, p->site);
    xmppfed_site_set_trust(p->site, l->trust);
    xmppfed_site_set_policy(p->site, l->policy);
    xmppfed_site_set_recording(p->site, l->config->record ? RECORDING_BYTES : 0);
    log_configure(&p->log, l->config->log_format, l->config->log_level, l->config->log_journal);
    return rc;
}

/* Takes the domains of one configuration out that another has not. */
static void remove_domains(struct proxy *p, const struct config *of, const struct config *without)
{
    size_t i;

    for (i = 0; i < of->domain_count; i++)
        if (!hosts_domain(without, of->domains[i].name))
            (void)!xmppfed_site_remove_domain(p->site, of->domains[i].name);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_listeners(const struct config_listen *a, size_t a_count,
                           const struct config_listen *b, size_t b_count)
{
    size_t i;

    if (a_count != b_count)
        return false;
    for (i = 0; i < a_count; i++)
        if (!same_text(a[i].address, b[i].address) || !same_text(a[i].path, b[i].path) ||
            a[i].port != b[i].port || a[i].tls != b[i].tls || a[i].direct_tls != b[i].direct_tls)
            return false;
    return true;
}

/* What a running proxy cannot change. */
static bool needs_restart(const struct config *a, const struct config *b)
{
    return !same_listeners(a->outside, a->outside_count, b->outside, b->outside_count) ||
           !same_listeners(a->inside, a->inside_count, b->inside, b->inside_count) ||
           !same_text(a->store, b->store) || !same_text(a->pid_file, b->pid_file) ||
           !same_text(a->admin, b->admin) || !same_text(a->user, b->user) ||
           !same_text(a->group, b->group) ||
           !same_listeners(a->metrics, a->metrics != NULL, b->metrics, b->metrics != NULL);
}

bool proxy_reload(struct proxy *p, struct loaded *loaded, struct complaint *why)
{
    struct loaded *old = p->loaded;
    int rc;

    if (needs_restart(old->config, loaded->config)) {
        complain(
            why,
            "%s: listeners, 'store', 'pid_file', 'admin', 'metrics', 'user' and 'group' change "
            "only with a restart",
            loaded->config->file);
        loaded_free(loaded);
        return false;
    }
    rc = apply(p, loaded);
    if (rc < 0) {
        complain(why, "%s: %s", loaded->config->file, xmppfed_error_sentence(rc));
        /* The rest of the old values is as good as what is there. */
        (void)!apply(p, old);
        remove_domains(p, loaded->config, old->config);
        partner_trusts_remove(&loaded->partner_trusts, &old->partner_trusts, p->site);
        loaded_free(loaded);
        return false;
    }
    remove_domains(p, old->config, loaded->config);
    partner_trusts_remove(&old->partner_trusts, &loaded->partner_trusts, p->site);
    p->loaded = loaded;
    p->loaded_at = (int64_t)time(NULL);
    descriptors_provide(p);
    inside_reloaded(p);
    /* Without memory the old routes stay, and new domains answer that nobody serves them. */
    (void)!local_host_route(p);
    loaded_free(old);
    xmppfed_uv_wake(p->edge);
    return true;
}

bool proxy_set_policy(struct proxy *p, xmppfed_policy *policy, struct partner_trusts *trusts,
                      struct complaint *why)
{
    struct loaded *l = p->loaded;
    int rc = partner_trusts_apply(trusts, p->site);

    if (rc < 0) {
        complain(why, "%s; what is in force has not changed", xmppfed_error_sentence(rc));
        (void)!partner_trusts_apply(&l->partner_trusts, p->site);
        partner_trusts_remove(trusts, &l->partner_trusts, p->site);
        xmppfed_policy_unref(policy);
        partner_trusts_fini(trusts);
        return false;
    }
    xmppfed_site_set_policy(p->site, policy);
    partner_trusts_remove(&l->partner_trusts, trusts, p->site);
    xmppfed_policy_unref(l->policy);
    partner_trusts_fini(&l->partner_trusts);
    l->policy = policy;
    l->partner_trusts = *trusts;
    *trusts = (struct partner_trusts){0};
    p->loaded_at = (int64_t)time(NULL);
    descriptors_provide(p);
    if (p->edge)
        xmppfed_uv_wake(p->edge);
    return true;
}

/* ---- start ------------------------------------------------------------------------------- */

/* Not on reload, which leaves the name servers as they are: the trust is in those. */
static int apply_dns(struct proxy *p, const struct config *c)
{
    int rc = xmppfed_federation_set_option(p->fed, XMPPFED_OPTION_DNS_TRUSTED,
                                           c->dns_trusted || c->dns_validate);

    if (rc == 0)
        rc =
            xmppfed_federation_set_option(p->fed, XMPPFED_OPTION_DNS_CACHE, (uint64_t)c->dns_cache);
    return rc;
}

static bool make_engine(struct proxy *p, struct complaint *why)
{
    const struct config *c = p->loaded->config;
    int rc = xmppfed_site_new(p->ctx, &p->site);
    size_t i;

    if (rc == 0)
        rc = xmppfed_federation_new(p->ctx, p->site, &p->fed);
    if (rc == 0)
        rc = apply(p, p->loaded);
    if (rc == 0)
        rc = apply_dns(p, c);
    if (rc == 0 && !name_servers_take(c, &p->name_servers))
        rc = XMPPFED_ERR_ADDRESS;
    if (rc == 0)
        rc = xmppfed_uv_new(p->loop, p->fed, p->site, relay_event, p, &p->edge);
    for (i = 0; rc == 0 && i < c->server_count; i++)
        rc = xmppfed_uv_add_name_server(p->edge, c->servers[i].address, c->servers[i].port);
    if (rc < 0)
        return complain(why, "%s: the engine could not be started: %s", c->file,
                        xmppfed_error_sentence(rc));
    return validator_start(p, why) && posh_start(p, why);
}

bool proxy_read_policy(struct proxy *p, struct loaded *l, struct complaint *why)
{
    json_t *rows;
    bool ok;

    if (l->policy)
        return true;
    if (!store_rows(p->store, &rows, why))
        return false;
    ok = load_policy(p->ctx, l, rows, &p->log, why);
    json_decref(rows);
    return ok;
}

bool proxy_start(struct proxy *p, uv_loop_t *loop, xmppfed_context *ctx, struct loaded *loaded,
                 struct complaint *why)
{
    const struct config *c = loaded->config;

    *p = (struct proxy){.loop = loop,
                        .log = p->log,
                        .counters = p->counters,
                        .sockets = p->sockets,
                        .argv = p->argv,
                        .local = p->local,
                        .ctx = ctx,
                        .loaded = loaded};
    uv_timer_init(loop, &p->drain);
    p->drain.data = p;
    p->waiting.ctx = ctx;
    held_start(p);
    bodies_start(&p->bodies, loop, &p->log);
    if (!sockets_open(&p->sockets, c, &p->log, why) || !privileges_drop(p, why) ||
        !predecessor_secret(p, why) || !store_open(c->store, &p->store, why) ||
        !proxy_read_policy(p, loaded, why) || !make_engine(p, why) ||
        !outside_start(p, p->outside_list, sizeof(p->outside_list), why) ||
        !inside_start(p, p->inside_list, sizeof(p->inside_list), why) || !admin_start(p, why) ||
        !http_start(p, p->metrics_list, sizeof(p->metrics_list), why))
        return false;
    if (!local_host_route(p))
        return complain(why, "out of memory");
    descriptors_provide(p);
    store_watch_start(p);
    p->started_at = (int64_t)time(NULL);
    p->loaded_at = p->started_at;
    p->pid_written = c->pid_file != NULL;
    if ((p->pid_written && !pid_file_write(c->pid_file, why)) || !predecessor_relieve(p, why))
        return false;
    log_event(&p->log, EVENT_READY, LOG_TEXT("outside", p->outside_list),
              LOG_TEXT("inside", p->inside_list), LOG_TEXT("metrics", p->metrics_list),
              LOG_TEXT("version", xmppfed_version()));
    heartbeat_start(p);
    return true;
}

/* ---- end --------------------------------------------------------------------------------- */

void proxy_close(struct proxy *p)
{
    if (uv_is_closing((uv_handle_t *)&p->drain))
        return;
    uv_close((uv_handle_t *)&p->drain, NULL);
    heartbeat_stop(p);
    store_watch_stop(p);
    inside_stop(p);
    held_stop(p);
    admin_stop(p);
    http_stop(p);
    bodies_stop(&p->bodies);
    successor_stop(p);
    predecessor_stop(p);
    xmppfed_uv_free(p->edge, NULL, NULL);
    p->edge = NULL;
    validator_stop(p);
    posh_stop(p);
}

void proxy_fini(struct proxy *p)
{
    proxy_close(p);
    uv_run(p->loop, UV_RUN_DEFAULT);
    sockets_fini(&p->sockets);
    inside_free(p);
    admin_free(p);
    im_tests_free(p);
    failures_fini(&p->failures);
    xmppfed_federation_free(p->fed);
    xmppfed_site_unref(p->site);
    waiting_fini(&p->waiting);
    waiting_fini(&p->held);
    route_table_fini(&p->routes);
    store_close(p->store);
    if (p->pid_written)
        pid_file_remove(p->loaded->config->pid_file);
    loaded_free(p->loaded);
    journal_close(&p->log.journal);
}
