/* waiting.h - stanzas for domains whose host server has not come back yet. */
#ifndef PROXY_SERVICE_WAITING_H
#define PROXY_SERVICE_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xmppfed/element.h>

/* How much may wait for one domain. */
struct waiting_limits {
    size_t stanzas;
    size_t bytes; /* as they are written */
};

/* What waits for one domain, in the order it came; it stays in the list when that is nothing. */
struct waiting_domain {
    struct waiting_domain *next;
    struct waiting_stanza *first;
    struct waiting_stanza **end;
    size_t count;
    size_t bytes;
    char name[];
};

/* With the context of the stanzas and the rest zero it is an empty one. */
struct waiting_list {
    xmppfed_context *ctx;
    struct waiting_domain *domains;
    size_t count; /* of all stanzas */
};

/*
 * Keeps a copy of a stanza for a domain; until is the caller's, for waiting_until(). False if there
 * is no room.
 */
bool waiting_put(struct waiting_list *w, const char *domain, const xmppfed_element *stanza,
                 uint64_t until, const struct waiting_limits *limits);
/* The next stanza of a domain (NULL: of any), or NULL; it stays in the list. */
const xmppfed_element *waiting_first(const struct waiting_list *w, const char *domain);
/* Its until; UINT64_MAX when there is none. */
uint64_t waiting_until(const struct waiting_list *w, const char *domain);
/* As waiting_first(), but it is taken out: the caller's own. */
xmppfed_element *waiting_take(struct waiting_list *w, const char *domain);
void waiting_fini(struct waiting_list *w);

#endif
