/* failures.c - the last failure with each remote domain, for who asks why. */
#include "proxy/observe/failures.h"

#include <stdlib.h>
#include <string.h>

static void forget(struct failures *f, size_t at)
{
    free(f->items[at].domain);
    free(f->items[at].text);
    f->count--;
    memmove(&f->items[at], &f->items[at + 1], (f->count - at) * sizeof(*f->items));
}

void failures_fini(struct failures *f)
{
    while (f->count > 0)
        forget(f, f->count - 1);
    free(f->items);
    *f = (struct failures){NULL};
}

/* Where a domain is, or would be. */
static size_t place_of(const struct failures *f, const char *domain)
{
    size_t low = 0;
    size_t high = f->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(f->items[middle].domain, domain) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct failure *find(const struct failures *f, const char *domain)
{
    size_t at = place_of(f, domain);

    return at < f->count && strcmp(f->items[at].domain, domain) == 0 ? &f->items[at] : NULL;
}

static size_t oldest(const struct failures *f)
{
    size_t best = 0;
    size_t i;

    for (i = 1; i < f->count; i++)
        if (f->items[i].order < f->items[best].order)
            best = i;
    return best;
}

/* Adds an entry for a domain that has none; NULL when out of memory. */
static struct failure *add(struct failures *f, const char *domain)
{
    struct failure fresh = {.domain = strdup(domain)};
    size_t at;

    if (!f->items)
        f->items = calloc(FAILURES_MAX, sizeof(*f->items));
    if (!f->items || !fresh.domain) {
        free(fresh.domain);
        return NULL;
    }
    if (f->count == FAILURES_MAX)
        forget(f, oldest(f));
    at = place_of(f, domain);
    memmove(&f->items[at + 1], &f->items[at], (f->count - at) * sizeof(*f->items));
    f->items[at] = fresh;
    f->count++;
    return &f->items[at];
}

void failures_note(struct failures *f, const char *domain, const struct failure_note *what)
{
    char *text = strdup(what->text);
    struct failure *entry = text ? find(f, domain) : NULL;

    if (text && !entry)
        entry = add(f, domain);
    if (!entry) {
        free(text);
        return;
    }
    free(entry->text);
    entry->text = text;
    entry->last = *what;
    entry->last.text = text;
    entry->count++;
    entry->order = ++f->last_order;
}

const struct failure *failures_of(const struct failures *f, const char *domain)
{
    return find(f, domain);
}
