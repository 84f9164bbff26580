/* waiting.c - stanzas for domains whose host server has not come back yet. */
#include "proxy/service/waiting.h"

#include <stdlib.h>
#include <string.h>

struct waiting_stanza {
    struct waiting_stanza *next;
    xmppfed_element *stanza;
    char domain[];
};

bool waiting_put(struct waiting_list *w, const char *domain, const xmppfed_element *stanza)
{
    size_t len = strlen(domain) + 1;
    struct waiting_stanza **at = &w->first;
    struct waiting_stanza *s = w->count < WAITING_MAX ? malloc(sizeof(*s) + len) : NULL;

    if (!s)
        return false;
    s->next = NULL;
    s->stanza = xmppfed_element_copy(stanza);
    memcpy(s->domain, domain, len);
    if (!s->stanza) {
        free(s);
        return false;
    }
    while (*at)
        at = &(*at)->next;
    *at = s;
    w->count++;
    return true;
}

xmppfed_element *waiting_take(struct waiting_list *w, const char *domain)
{
    struct waiting_stanza **at = &w->first;
    struct waiting_stanza *found;
    xmppfed_element *stanza;

    while (*at && domain && strcmp((*at)->domain, domain) != 0)
        at = &(*at)->next;
    found = *at;
    if (!found)
        return NULL;
    *at = found->next;
    stanza = found->stanza;
    free(found);
    w->count--;
    return stanza;
}

void waiting_fini(struct waiting_list *w)
{
    xmppfed_element *stanza;

    while ((stanza = waiting_take(w, NULL)) != NULL)
        xmppfed_element_free(stanza);
}
