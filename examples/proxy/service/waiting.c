/* waiting.c - stanzas for domains whose host server has not come back yet. */
#include "proxy/service/waiting.h"

#include <stdlib.h>
#include <string.h>

struct waiting_stanza {
    struct waiting_stanza *next;
    xmppfed_element *stanza;
    uint64_t until;
    size_t bytes;
};

/* ---- domains ----------------------------------------------------------------------------- */

/* The domain if something waits for it; with NULL the first for which something does. */
static struct waiting_domain *find(const struct waiting_list *w, const char *name)
{
    struct waiting_domain *d = w->domains;

    while (d && (!d->first || (name && strcmp(d->name, name) != 0)))
        d = d->next;
    return d;
}

/* The domain, made if need be; NULL when out of memory. */
static struct waiting_domain *get(struct waiting_list *w, const char *name)
{
    struct waiting_domain **at = &w->domains;
    size_t len = strlen(name) + 1;

    while (*at && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    if (*at)
        return *at;
    *at = calloc(1, sizeof(**at) + len);
    if (!*at)
        return NULL;
    memcpy((*at)->name, name, len);
    (*at)->end = &(*at)->first;
    return *at;
}

/* ---- stanzas ----------------------------------------------------------------------------- */

/* How long the stanza is when it is written; 0 if that fails, which no stanza is. */
static size_t length_of(xmppfed_context *ctx, const xmppfed_element *stanza)
{
    char *text;
    size_t len;

    if (xmppfed_element_write(stanza, XMPPFED_NS_SERVER, &text, &len) < 0)
        return 0;
    xmppfed_element_free_text(ctx, text);
    return len;
}

static struct waiting_stanza *new_stanza(xmppfed_context *ctx, const xmppfed_element *stanza)
{
    struct waiting_stanza *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->bytes = length_of(ctx, stanza);
    s->stanza = s->bytes > 0 ? xmppfed_element_copy(stanza) : NULL;
    if (s->stanza)
        return s;
    free(s);
    return NULL;
}

bool waiting_put(struct waiting_list *w, const char *domain, const xmppfed_element *stanza,
                 uint64_t until, const struct waiting_limits *limits)
{
    struct waiting_domain *d = get(w, domain);
    struct waiting_stanza *s = d && d->count < limits->stanzas ? new_stanza(w->ctx, stanza) : NULL;

    if (!s)
        return false;
    if (s->bytes > limits->bytes || d->bytes > limits->bytes - s->bytes) {
        xmppfed_element_free(s->stanza);
        free(s);
        return false;
    }
    s->until = until;
    *d->end = s;
    d->end = &s->next;
    d->bytes += s->bytes;
    d->count++;
    w->count++;
    return true;
}

const xmppfed_element *waiting_first(const struct waiting_list *w, const char *domain)
{
    const struct waiting_domain *d = find(w, domain);

    return d ? d->first->stanza : NULL;
}

uint64_t waiting_until(const struct waiting_list *w, const char *domain)
{
    const struct waiting_domain *d = find(w, domain);

    return d ? d->first->until : UINT64_MAX;
}

xmppfed_element *waiting_take(struct waiting_list *w, const char *domain)
{
    struct waiting_domain *d = find(w, domain);
    struct waiting_stanza *s;
    xmppfed_element *stanza;

    if (!d)
        return NULL;
    s = d->first;
    d->first = s->next;
    if (!d->first)
        d->end = &d->first;
    d->bytes -= s->bytes;
    d->count--;
    w->count--;
    stanza = s->stanza;
    free(s);
    return stanza;
}

void waiting_fini(struct waiting_list *w)
{
    xmppfed_element *stanza;
    struct waiting_domain *d;

    while ((stanza = waiting_take(w, NULL)) != NULL)
        xmppfed_element_free(stanza);
    while ((d = w->domains) != NULL) {
        w->domains = d->next;
        free(d);
    }
}
