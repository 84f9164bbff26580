/* local_host.c - a host server in the proxy's own process: its routes. */
#include "proxy/local_host.h"

/* A route of the host in this process has no link. */
static bool has_route(const struct route_table *t)
{
    size_t i;

    for (i = 0; i < t->count; i++)
        if (!t->routes[i].link)
            return true;
    return false;
}

bool local_host_route(struct proxy *p)
{
    const struct config *c = p->loaded->config;
    size_t i;

    if (!p->local)
        return true;
    while (has_route(&p->routes))
        route_remove(&p->routes, NULL);
    for (i = 0; i < c->domain_count; i++)
        if (route_add(&p->routes, c->domains[i].name, NULL) == 0)
            return false;
    return true;
}
