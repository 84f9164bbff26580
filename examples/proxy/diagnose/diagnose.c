/* diagnose.c - the course of a diagnosis: record, look-up, one server after another, report. */
#include "proxy/diagnose/diagnose.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proxy/diagnose/lookup.h"

#define DEFAULT_PORT 5269
/* Of the time that there is, a server that is not the last may take so much. */
#define SERVER_MS_MIN 1000
#define SERVER_MS_MAX 10000
#define LINKS_MAX 4096

struct diagnosis {
    struct proxy *proxy;
    diagnose_fn done;
    void *user;
    uv_timer_t timer; /* the time limit */
    uint64_t began;
    uint64_t give_up_at;
    struct lookup *lookup;
    struct attempt *attempt;
    char domain[XMPPFED_DOMAIN_SIZE];
    char local[XMPPFED_DOMAIN_SIZE];
    xmppfed_endpoint fixed[8];
    struct diagnose_evidence e;
};

static void try_next(struct diagnosis *d);

/* ---- the end ----------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void diagnose_cancel(struct diagnosis *d)
{
    attempt_end(d->attempt);
    lookup_end(d->lookup);
    xmppfed_policy_unref(d->e.policy);
    xmppfed_credentials_unref(d->e.own);
    uv_close((uv_handle_t *)&d->timer, on_closed);
}

static void conclude(struct diagnosis *d)
{
    d->e.milliseconds = uv_now(d->proxy->loop) - d->began;
    d->done(diagnose_report(&d->e), d->user);
    diagnose_cancel(d);
}

/* ---- servers ----------------------------------------------------------------------------- */

static void on_tried(const struct attempt_seen *seen, void *user)
{
    struct diagnosis *d = user;

    d->e.seen[d->e.seen_count++] = *seen;
    attempt_end(d->attempt);
    d->attempt = NULL;
    try_next(d);
}

/* What is left is shared among the servers that are left. */
static uint64_t patience(const struct diagnosis *d)
{
    uint64_t now = uv_now(d->proxy->loop);
    uint64_t left = d->give_up_at > now ? d->give_up_at - now : 0;
    size_t servers =
        d->e.server_count < DIAGNOSE_SERVERS_MAX ? d->e.server_count : DIAGNOSE_SERVERS_MAX;
    uint64_t share = left / (servers - d->e.seen_count);

    if (share < SERVER_MS_MIN)
        share = left < SERVER_MS_MIN ? left : SERVER_MS_MIN;
    return share < SERVER_MS_MAX ? share : SERVER_MS_MAX;
}

/* A record that permits no stream is no reason not to look whether the server is there. */
static void try_next(struct diagnosis *d)
{
    const struct diagnose_evidence *e = &d->e;
    const xmppfed_endpoint *server = &e->servers[e->seen_count];
    struct attempt_plan plan;

    if (e->seen_count == e->server_count || e->seen_count == DIAGNOSE_SERVERS_MAX ||
        uv_now(d->proxy->loop) >= d->give_up_at) {
        conclude(d);
        return;
    }
    plan = (struct attempt_plan){
        .loop = d->proxy->loop,
        .site = d->proxy->site,
        .local = d->local,
        .remote = d->domain,
        .endpoint = server,
        .patience = patience(d),
    };
    if (e->dns) {
        plan.tlsa = e->dns->tlsa ? e->dns->tlsa + server->tlsa_first : NULL;
        plan.tlsa_count = server->tlsa_count;
    }
    d->attempt = attempt_start(&plan, on_tried, d);
    if (!d->attempt)
        conclude(d);
}

/* ---- finding them ------------------------------------------------------------------------ */

static void on_found(const xmppfed_dns_result *found, void *user)
{
    struct diagnosis *d = user;

    d->e.dns = found;
    d->e.dns_code = found->code;
    d->e.dns_text = found->text;
    d->e.servers = found->endpoints;
    d->e.server_count = found->code == 0 ? found->count : 0;
    try_next(d);
}

static void on_timeout(uv_timer_t *timer)
{
    struct diagnosis *d = timer->data;

    /* A server that is being tried has less time than all of this. */
    if (d->attempt)
        return;
    d->e.dns_code = XMPPFED_ERR_DNS_TIMEOUT;
    d->e.dns_text = "no answer of the name servers in the time that there was";
    conclude(d);
}

static bool take_fixed(struct diagnosis *d)
{
    const xmppfed_partner_info *info = &d->e.partner;
    const char *address;
    uint16_t port;
    size_t i;

    for (i = 0; i < sizeof(d->fixed) / sizeof(d->fixed[0]) &&
                (address = xmppfed_partner_info_address(info, i, &port)) != NULL;
         i++) {
        xmppfed_endpoint *e = &d->fixed[i];

        e->port = port;
        memcpy(e->host, d->domain, sizeof(e->host));
        memcpy(e->address, address,
               strnlen(address, sizeof(e->address) - 1)); /* the rest is zero */
    }
    d->e.fixed = i > 0;
    d->e.servers = d->fixed;
    d->e.server_count = i;
    return i > 0;
}

/* As live traffic: fixed addresses, the server that the record names, or SRV. */
static int find_servers(struct diagnosis *d)
{
    const xmppfed_partner_info *info = &d->e.partner;
    bool known = d->e.partner_code == 0;
    const char *proxy = known ? info->proxy_fqdn : "";

    if (known && take_fixed(d)) {
        try_next(d);
        return 0;
    }
    return lookup_start(d->proxy->loop, d->proxy->ctx, &d->proxy->name_servers,
                        *proxy ? proxy : d->domain, *proxy ? DEFAULT_PORT : 0, on_found, d,
                        &d->lookup);
}

/* ---- the beginning ----------------------------------------------------------------------- */

/* Streams of all domains of the record, in both directions, as its limit counts them. */
static size_t count_connections(const struct diagnosis *d)
{
    xmppfed_partner_info other = {.size = sizeof(other)};
    xmppfed_link_info link = {.size = sizeof(link)};
    uint64_t *links = malloc(LINKS_MAX * sizeof(*links));
    size_t all = links ? xmppfed_federation_list_links(d->proxy->fed, links, LINKS_MAX) : 0;
    size_t count = 0;
    size_t i;

    for (i = 0; i < all; i++)
        if (xmppfed_federation_link_info(d->proxy->fed, links[i], &link) == 0 && *link.remote &&
            (link.direction == XMPPFED_OUTBOUND || link.state == XMPPFED_LINK_UP) &&
            xmppfed_policy_find_partner(d->e.policy, link.remote, &other) == 0 &&
            other.record == d->e.partner.record)
            count++;
    free(links);
    return count;
}

static xmppfed_credentials *own_of(const struct proxy *p, const char *local)
{
    const struct config *c = p->loaded->config;
    char prepared[XMPPFED_DOMAIN_SIZE];
    size_t i;

    for (i = 0; i < c->domain_count; i++)
        if (xmppfed_domain_prepare(c->domains[i].name, prepared) == 0 &&
            strcmp(prepared, local) == 0)
            return xmppfed_credentials_ref(p->loaded->domains[i]);
    return NULL;
}

/* What is known without asking anybody. */
static void gather(struct diagnosis *d)
{
    struct diagnose_evidence *e = &d->e;

    e->domain = d->domain;
    e->local = d->local;
    e->policy = xmppfed_policy_ref(xmppfed_site_policy(d->proxy->site));
    e->federation = xmppfed_policy_federation(e->policy);
    e->partner.size = sizeof(e->partner);
    e->partner_code = xmppfed_policy_find_partner(e->policy, d->domain, &e->partner);
    e->connections = e->partner_code == 0 ? count_connections(d) : 0;
    e->own = own_of(d->proxy, d->local);
    e->unix_seconds = (int64_t)time(NULL);
}

static bool prepare(struct diagnosis *d, const char *domain, const char *local,
                    struct complaint *why)
{
    if (xmppfed_domain_prepare(domain, d->domain) < 0)
        return complain(why, "\"%.128s\" is not a domain; correct it", domain);
    if (!local)
        local = d->proxy->loaded->config->domains[0].name;
    if (xmppfed_domain_prepare(local, d->local) < 0 ||
        !xmppfed_site_hosts(d->proxy->site, d->local))
        return complain(why, "%.128s is not served here; name one of 'domains'", local);
    if (xmppfed_site_hosts(d->proxy->site, d->domain))
        return complain(why, "%s is served here; name the domain of a partner", d->domain);
    return true;
}

struct diagnosis *diagnose_start(struct proxy *p, const char *domain, const char *local,
                                 unsigned seconds, diagnose_fn done, void *user,
                                 struct complaint *why)
{
    struct diagnosis *d = calloc(1, sizeof(*d));
    int rc;

    if (!d) {
        complain(why, "out of memory");
        return NULL;
    }
    d->proxy = p;
    d->done = done;
    d->user = user;
    if (!prepare(d, domain, local, why)) {
        free(d);
        return NULL;
    }
    d->began = uv_now(p->loop);
    d->give_up_at = d->began + (uint64_t)seconds * 1000;
    uv_timer_init(p->loop, &d->timer);
    d->timer.data = d;
    uv_timer_start(&d->timer, on_timeout, (uint64_t)seconds * 1000, 0);
    gather(d);
    rc = find_servers(d);
    if (rc == 0)
        return d;
    complain(why, "%s cannot be looked up: %s", d->domain, xmppfed_error_sentence(rc));
    diagnose_cancel(d);
    return NULL;
}
