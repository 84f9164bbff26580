/* recent.c - the contacts that were asked for last. */
#include "proxy/store/recent.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a. Who makes two pairs meet in one place gains that one of them is asked for again. */
static uint32_t hash(uint32_t seed, const char *text)
{
    uint32_t h = seed;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

static size_t place(const char *local, const char *remote)
{
    return hash(hash(2166136261u, local) ^ ' ', remote) % RECENT_PLACES;
}

static bool is_of(const char *key, const char *local, const char *remote)
{
    size_t len = strlen(local);

    return key && strncmp(key, local, len) == 0 && key[len] == ' ' &&
           strcmp(key + len + 1, remote) == 0;
}

bool recent_find(const struct recent *r, const char *local, const char *remote, int *ret)
{
    const struct recent_pair *pair = &r->pairs[place(local, remote)];

    if (!is_of(pair->key, local, remote))
        return false;
    *ret = pair->contact;
    return true;
}

void recent_put(struct recent *r, const char *local, const char *remote, int contact)
{
    struct recent_pair *pair = &r->pairs[place(local, remote)];
    size_t local_len = strlen(local);
    size_t remote_len = strlen(remote);
    char *key = malloc(local_len + 1 + remote_len + 1);

    free(pair->key);
    pair->key = key;
    if (!key)
        return;
    memcpy(key, local, local_len);
    key[local_len] = ' ';
    memcpy(key + local_len + 1, remote, remote_len + 1);
    pair->contact = contact;
}

void recent_forget(struct recent *r, const char *local, const char *remote)
{
    struct recent_pair *pair = &r->pairs[place(local, remote)];

    if (!is_of(pair->key, local, remote))
        return;
    free(pair->key);
    pair->key = NULL;
}

void recent_clear(struct recent *r)
{
    for (size_t i = 0; i < RECENT_PLACES; i++) {
        free(r->pairs[i].key);
        r->pairs[i].key = NULL;
    }
}
