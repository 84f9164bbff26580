/*
 * route.h - which host server serves an address.
 *
 * Several hosts may serve one domain. All stanzas for one bare address go to the same one of those
 * that are up (rendezvous hashing): when a host comes or goes, only its own share moves.
 */
#ifndef PROXY_ROUTE_H
#define PROXY_ROUTE_H

#include <stddef.h>
#include <stdint.h>

struct link;

/* A host that is up. */
struct route {
    char *domain;
    struct link *link;
    uint64_t id; /* never used twice */
};

struct route_table {
    struct route *routes;
    size_t count;
    size_t size;
    uint64_t last_id;
};

void route_table_fini(struct route_table *t);

/* Adds a host and returns its id; 0 when out of memory. */
uint64_t route_add(struct route_table *t, const char *domain, struct link *link);
/* Takes a host out; an unknown one is fine. */
void route_remove(struct route_table *t, const struct link *link);

/* The host for a bare address of a domain, or NULL if none of the domain's is up. */
struct link *route_pick(const struct route_table *t, const char *domain, const char *bare);
/* The host of an id if it is still there, and the id of a host; NULL and 0 otherwise. */
struct link *route_by_id(const struct route_table *t, uint64_t id);
uint64_t route_id(const struct route_table *t, const struct link *link);

#endif
