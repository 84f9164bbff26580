/* route.c - which host server serves an address (rendezvous hashing). */
#include "proxy/route.h"

#include <stdlib.h>
#include <string.h>

void route_table_fini(struct route_table *t)
{
    size_t i;

    for (i = 0; i < t->count; i++)
        free(t->routes[i].domain);
    free(t->routes);
    *t = (struct route_table){0};
}

uint64_t route_add(struct route_table *t, const char *domain, struct link *link)
{
    struct route r = {.domain = strdup(domain), .link = link};

    if (!r.domain)
        return 0;
    if (t->count == t->size) {
        size_t size = t->size ? 2 * t->size : 8;
        struct route *bigger = realloc(t->routes, size * sizeof(*bigger));

        if (!bigger) {
            free(r.domain);
            return 0;
        }
        t->routes = bigger;
        t->size = size;
    }
    r.id = ++t->last_id;
    t->routes[t->count++] = r;
    return r.id;
}

void route_remove(struct route_table *t, const struct link *link)
{
    size_t i;

    for (i = 0; i < t->count; i++) {
        if (t->routes[i].link == link) {
            free(t->routes[i].domain);
            t->routes[i] = t->routes[--t->count];
            return;
        }
    }
}

/* FNV-1a of the address, then mixed with the host's id (the finaliser of SplitMix64). */
static uint64_t weight(const char *bare, uint64_t id)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    const unsigned char *p;

    for (p = (const unsigned char *)bare; *p; p++)
        h = (h ^ *p) * UINT64_C(0x100000001b3);
    h ^= id * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
    return h ^ (h >> 31);
}

struct link *route_pick(const struct route_table *t, const char *domain, const char *bare)
{
    struct link *best = NULL;
    uint64_t most = 0;
    size_t i;

    for (i = 0; i < t->count; i++) {
        const struct route *r = &t->routes[i];
        uint64_t w;

        if (strcmp(r->domain, domain) != 0)
            continue;
        w = weight(bare, r->id);
        if (!best || w > most) {
            best = r->link;
            most = w;
        }
    }
    return best;
}

struct link *route_by_id(const struct route_table *t, uint64_t id)
{
    size_t i;

    for (i = 0; i < t->count; i++)
        if (t->routes[i].id == id)
            return t->routes[i].link;
    return NULL;
}

uint64_t route_id(const struct route_table *t, const struct link *link)
{
    size_t i;

    for (i = 0; i < t->count; i++)
        if (t->routes[i].link == link)
            return t->routes[i].id;
    return 0;
}
