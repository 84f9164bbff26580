/* recent.h - the contacts that were asked for last: stanzas come in runs between the same users. */
#ifndef PROXY_STORE_RECENT_H
#define PROXY_STORE_RECENT_H

#include <stdbool.h>

/* A direct-mapped table: a pair has one place, and goes when another wants it. */
#define RECENT_PLACES 1024

struct recent {
    struct recent_pair {
        char *key; /* "LOCAL REMOTE", NULL for none */
        int contact;
    } pairs[RECENT_PLACES];
};

/* Gives what is remembered of a pair; false if that is nothing. */
bool recent_find(const struct recent *r, const char *local, const char *remote, int *ret);
/* Remembers the state of a pair; without memory for it nothing is remembered. */
void recent_put(struct recent *r, const char *local, const char *remote, int contact);
/* Forgets a pair, which was changed. */
void recent_forget(struct recent *r, const char *local, const char *remote);
/* Forgets all. */
void recent_clear(struct recent *r);

#endif
