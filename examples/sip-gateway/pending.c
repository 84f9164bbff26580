/* pending.c - the table of messages under way: fixed slots, found by the number in their id. */
#include "sip-gateway/pending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pending_table {
    char prefix[PENDING_ID_SIZE / 2];
    size_t size;
    size_t next; /* where the search for a slot begins */
    unsigned long serial;
    struct pending slots[];
};

struct pending_table *pending_table_new(size_t size, const char *prefix)
{
    struct pending_table *t = calloc(1, sizeof(*t) + size * sizeof(t->slots[0]));

    if (!t)
        return NULL;
    t->size = size;
    snprintf(t->prefix, sizeof(t->prefix), "%s", prefix);
    return t;
}

void pending_table_free(struct pending_table *t)
{
    size_t i;

    for (i = 0; t && i < t->size; i++)
        xmppfed_element_free(t->slots[i].head);
    free(t);
}

struct pending *pending_take(struct pending_table *t)
{
    struct pending *told = NULL;
    size_t i;

    for (i = 0; i < t->size; i++) {
        struct pending *p = &t->slots[(t->next + i) % t->size];

        if (p->state == PENDING_TOLD && (!told || p->serial < told->serial))
            told = p;
        if (p->state == PENDING_FREE) {
            told = p;
            break;
        }
    }
    if (!told)
        return NULL;
    pending_release(told);
    told->serial = ++t->serial;
    t->next = (size_t)(told - t->slots) + 1;
    return told;
}

void pending_release(struct pending *p)
{
    xmppfed_element_free(p->head);
    memset(p, 0, sizeof(*p));
}

void pending_id(const struct pending_table *t, const struct pending *p, char ret[PENDING_ID_SIZE])
{
    snprintf(ret, PENDING_ID_SIZE, "%s-%zx-%lx", t->prefix, (size_t)(p - t->slots), p->serial);
}

struct pending *pending_find(struct pending_table *t, const char *id)
{
    size_t len = strlen(t->prefix);
    char expected[PENDING_ID_SIZE];
    unsigned long i;

    if (!id || strncmp(id, t->prefix, len) != 0 || id[len] != '-')
        return NULL;
    i = strtoul(id + len + 1, NULL, 16);
    if (i >= t->size || t->slots[i].state < PENDING_TO_XMPP)
        return NULL;
    pending_id(t, &t->slots[i], expected);
    return strcmp(id, expected) == 0 ? &t->slots[i] : NULL;
}

struct pending *pending_at(struct pending_table *t, size_t i)
{
    return i < t->size ? &t->slots[i] : NULL;
}

size_t pending_count(const struct pending_table *t)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < t->size; i++)
        count += t->slots[i].state == PENDING_TO_SIP || t->slots[i].state == PENDING_TO_XMPP;
    return count;
}
