/* health.c - whether the proxy can do its work, for who has to decide that by machine. */
#include "proxy/observe/health.h"

#include <string.h>

#include "proxy/observe/http.h"

/* A loop that came so late to its tick has left everybody waiting. */
#define DELAY_MAX_US 5000000

size_t health_hosts(const struct proxy *p, const char *domain)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < p->routes.count; i++)
        count += strcmp(p->routes.routes[i].domain, domain) == 0;
    return count;
}

/* What keeps the proxy from its work, or NULL. */
static const char *obstacle(const struct proxy *p)
{
    if (p->draining)
        return "it is shutting down";
    if (!p->outside_list[0] || !p->inside_list[0])
        return "not all listeners are open";
    if (p->routes.count == 0)
        return "no host server is connected inside";
    return NULL;
}

static json_t *missing_hosts(const struct proxy *p)
{
    const struct config *c = p->loaded->config;
    json_t *list = json_array();
    size_t i;

    for (i = 0; i < c->host_count; i++)
        if (health_hosts(p, c->hosts[i].name) == 0)
            json_array_append_new(list, json_string(c->hosts[i].name));
    return list;
}

bool health_ready(const struct proxy *p, json_t **ret_report)
{
    const char *why = obstacle(p);

    if (ret_report)
        *ret_report = json_pack(
            "{s:b, s:s, s:s, s:s, s:s, s:o}", "ready", !why, "reason", why ? why : "", "outside",
            p->outside_list, "inside", p->inside_list, "store",
            p->store_lost ? "last snapshot" : "reachable", "hosts_missing", missing_hosts(p));
    return !why;
}

bool health_alive(const struct proxy *p, json_t **ret_report)
{
    uint64_t delay = p->http ? http_delay(p->http) : 0;
    bool alive = delay < DELAY_MAX_US;

    if (ret_report)
        *ret_report = json_pack("{s:b, s:s, s:I}", "alive", alive, "reason",
                                alive ? "" : "the loop stood still", "delay_us", (json_int_t)delay);
    return alive;
}
