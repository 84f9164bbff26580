/* pending.c - the table of messages under way: fixed slots, found by the number in their id. */
#include "bridge/pending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In a number: the slot, and as many bits of the serial as there is room for. */
#define SLOT_BITS 17
#define SERIAL_MASK 0x1fffffUL

struct pending_table {
    char prefix[PENDING_ID_SIZE / 2];
    size_t size;
    size_t next; /* where the search for a slot begins */
    unsigned long serial;
    struct pending slots[];
};

struct pending_table *pending_table_new(size_t size, const char *prefix)
{
    struct pending_table *t;

    size = size > PENDING_MAX ? PENDING_MAX : size;
    t = calloc(1, sizeof(*t) + size * sizeof(t->slots[0]));
    if (!t)
        return NULL;
    t->size = size;
    snprintf(t->prefix, sizeof(t->prefix), "%s", prefix);
    return t;
}

void pending_table_free(struct pending_table *t)
{
    free(t);
}

struct pending *pending_take(struct pending_table *t)
{
    size_t i;

    for (i = 0; i < t->size; i++) {
        struct pending *p = &t->slots[(t->next + i) % t->size];

        if (p->state != PENDING_FREE)
            continue;
        *p = (struct pending){.serial = ++t->serial};
        t->next = (size_t)(p - t->slots) + 1;
        return p;
    }
    return NULL;
}

void pending_release(struct pending *p)
{
    memset(p, 0, sizeof(*p));
}

void pending_id(const struct pending_table *t, const struct pending *p, char ret[PENDING_ID_SIZE])
{
    snprintf(ret, PENDING_ID_SIZE, "%s-%zx-%lx", t->prefix, (size_t)(p - t->slots), p->serial);
}

uint64_t pending_number(const struct pending_table *t, const struct pending *p)
{
    return (uint64_t)(p->serial & SERIAL_MASK) << SLOT_BITS | (uint64_t)(p - t->slots);
}

static struct pending *in_use(struct pending_table *t, size_t i)
{
    return i < t->size && t->slots[i].state != PENDING_FREE ? &t->slots[i] : NULL;
}

struct pending *pending_find(struct pending_table *t, const char *id)
{
    size_t len = strlen(t->prefix);
    char expected[PENDING_ID_SIZE];
    struct pending *p;

    if (strncmp(id, t->prefix, len) != 0 || id[len] != '-')
        return NULL;
    p = in_use(t, strtoul(id + len + 1, NULL, 16));
    if (!p)
        return NULL;
    pending_id(t, p, expected);
    return strcmp(id, expected) == 0 ? p : NULL;
}

struct pending *pending_of_number(struct pending_table *t, uint64_t number)
{
    struct pending *p = in_use(t, (size_t)(number & (PENDING_MAX - 1)));

    return p && pending_number(t, p) == number ? p : NULL;
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
        count += t->slots[i].state != PENDING_FREE;
    return count;
}
