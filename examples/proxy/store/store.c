/* store.c - the store as a whole: opened, closed, looked at, and what other edges tell of it. */
#include "proxy/store/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/store/parts.h"
#include "proxy/store/schema.h"

/* In sentences: an address may hold a password. */
static const char *label_of(const char *address)
{
    return database_is_server(address) ? "the store" : address;
}

/* ---- open and close ---------------------------------------------------------------------- */

bool store_open(const char *address, struct store **ret, struct complaint *why)
{
    struct store *s = calloc(1, sizeof(*s));

    if (!s)
        return complain(why, "%s: out of memory", label_of(address));
    if (!database_open(address, true, &s->db, why) ||
        !store_schema_upgrade(s->db, label_of(address), why) || !store_mirror(s, why)) {
        store_close(s);
        return false;
    }
    *ret = s;
    return true;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    recent_clear(&s->recent);
    database_close(s->mirror);
    database_close(s->db);
    free(s);
}

void store_forget_recent(struct store *s)
{
    recent_clear(&s->recent);
}

bool store_peek(const char *address, json_t **ret, struct complaint *why)
{
    struct store s = {.db = NULL};
    int version = 0;
    bool ok;

    if (database_is_server(address) || access(address, F_OK) == 0) {
        ok = database_open(address, false, &s.db, why) && store_schema_version(s.db, &version, why);
        ok = ok && (version < store_schema_newest() || store_rows(&s, ret, why));
        database_close(s.db);
        if (!ok || version >= store_schema_newest())
            return ok;
    }
    *ret = json_object();
    return *ret != NULL || complain(why, "%s: out of memory", label_of(address));
}

/* ---- other edges ------------------------------------------------------------------------- */

bool store_is_shared(const struct store *s)
{
    return s->mirror != NULL;
}

struct heard {
    struct store *store;
    bool records;
};

static void hear(const char *text, void *user)
{
    struct heard *h = user;

    if (strcmp(text, STORE_RECORDS) == 0)
        h->records = true;
    else if (strncmp(text, STORE_CONTACT, strlen(STORE_CONTACT)) == 0)
        store_mirror_pair(h->store, text + strlen(STORE_CONTACT));
}

enum store_news store_look(struct store *s)
{
    struct heard heard = {.store = s};
    enum database_news news = database_look(s->db, hear, &heard);
    struct complaint ignored;

    if (news == DATABASE_LOST)
        return STORE_LOST;
    if (news == DATABASE_BACK)
        return store_mirror(s, &ignored) ? STORE_BACK : STORE_QUIET;
    return heard.records ? STORE_CHANGED : STORE_QUIET;
}
