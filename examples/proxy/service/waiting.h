/* waiting.h - stanzas for domains whose host server has not come back yet. */
#ifndef PROXY_SERVICE_WAITING_H
#define PROXY_SERVICE_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <xmppfed/element.h>

/* More than so many are refused. */
#define WAITING_MAX 1000

/* Zero is an empty one. */
struct waiting_list {
    struct waiting_stanza *first;
    size_t count;
};

/* Keeps a copy of a stanza for a domain; false if there is no room. */
bool waiting_put(struct waiting_list *w, const char *domain, const xmppfed_element *stanza);
/* The next stanza of a domain (NULL: of any), in the order they came, or NULL; the caller's own. */
xmppfed_element *waiting_take(struct waiting_list *w, const char *domain);
void waiting_fini(struct waiting_list *w);

#endif
