/* contacts.c - what users have done about contacts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmppfed/address.h>

#include "proxy/store/parts.h"
#include "proxy/records/words.h"

static const char get_sql[] = "SELECT state FROM contact WHERE local = $1 AND remote = $2";
/* 5 is XMPPFED_CONTACT_PENDING, the weakest: it replaces nothing, and all else replaces it. */
static const char put_sql[] =
    "INSERT INTO contact VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (local, remote) DO UPDATE SET state = excluded.state, changed = excluded.changed"
    " WHERE excluded.state <> 5 AND (contact.state = 5 OR excluded.state > contact.state)";
static const char forget_sql[] =
    "DELETE FROM contact WHERE local = $1 AND remote = $2 AND state <> 4";
static const char set_sql[] =
    "INSERT INTO contact VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (local, remote) DO UPDATE SET state = excluded.state, changed = excluded.changed";
static const char clear_sql[] = "DELETE FROM contact WHERE local = $1 AND remote = $2";
static const char list_sql[] = "SELECT local, remote, state, changed FROM contact"
                               " WHERE $1 = '' OR local = $1 ORDER BY local, remote LIMIT $2";

/* ---- contacts ---------------------------------------------------------------------------- */

void store_now(char ret[STORE_NUMBER_SIZE])
{
    snprintf(ret, STORE_NUMBER_SIZE, "%lld", (long long)time(NULL));
}

static void take_state(const char *const *columns, void *user)
{
    int *state = user;

    *state = (int)strtol(columns[0], NULL, 10);
}

/* The state of a pair; false if it could not be read. */
static bool look(struct store *s, const char *local, const char *remote, int *ret)
{
    const char *values[] = {local, remote};
    int contact = XMPPFED_CONTACT_NONE;
    struct complaint ignored;

    if (recent_find(&s->recent, local, remote, ret))
        return true;
    if (!database_run(s->mirror ? s->mirror : s->db, get_sql, values, 2, take_state, &contact,
                      &ignored))
        return false;
    recent_put(&s->recent, local, remote, contact);
    *ret = contact;
    return true;
}

int store_contact(struct store *s, const char *local, const char *remote)
{
    int contact;

    return look(s, local, remote, &contact) ? contact : XMPPFED_CONTACT_NONE;
}

/* Takes a pair out by one statement, or keeps a state by the other. */
static bool keep(struct database *db, const char *out, const char *in, const char *local,
                 const char *remote, int contact, struct complaint *why)
{
    char state[STORE_NUMBER_SIZE];
    char now[STORE_NUMBER_SIZE];
    const char *values[] = {local, remote, state, now};
    bool none = contact == XMPPFED_CONTACT_NONE;

    snprintf(state, sizeof(state), "%d", contact);
    store_now(now);
    return database_run(db, none ? out : in, values, none ? 2 : 4, NULL, NULL, why);
}

/* Tells the other edges that a pair has changed. */
static bool announce(struct store *s, const char *local, const char *remote, struct complaint *why)
{
    char text[sizeof(STORE_CONTACT) + 2 * XMPPFED_BARE_SIZE];

    snprintf(text, sizeof(text), STORE_CONTACT "%s %s", local, remote);
    return database_announce(s->db, text, why);
}

/* Which state is kept when another is learnt. */
static int strength(int contact)
{
    return contact == XMPPFED_CONTACT_PENDING ? XMPPFED_CONTACT_NONE : contact;
}

/* Whether learning a state changes nothing: a block stays, and of two states the stronger one. */
static bool is_known(int there, int contact)
{
    if (contact == XMPPFED_CONTACT_NONE)
        return there == XMPPFED_CONTACT_NONE || there == XMPPFED_CONTACT_BLOCKED;
    return there == contact ||
           (there != XMPPFED_CONTACT_NONE && strength(contact) <= strength(there));
}

/*
 * Most of what is learnt is known already, and costs no way to the database. What a server cannot
 * take now holds here all the same, until the connection is back.
 */
bool store_learn(struct store *s, const char *local, const char *remote, int contact,
                 struct complaint *why)
{
    struct complaint ignored;
    int there;
    bool ok;

    if (look(s, local, remote, &there) && is_known(there, contact))
        return true;
    ok = keep(s->db, forget_sql, put_sql, local, remote, contact, why) &&
         announce(s, local, remote, why);
    if (s->mirror)
        (void)keep(s->mirror, forget_sql, put_sql, local, remote, contact, &ignored);
    recent_forget(&s->recent, local, remote);
    return ok;
}

/* The JSON of a state; none for NONE, which is no row. */
static json_t *state_word(int contact)
{
    return contact == XMPPFED_CONTACT_NONE ? NULL : json_string(word_of(words_contact, contact));
}

static bool set_audited(struct store *s, const struct store_author *by, const char *local,
                        const char *remote, int contact, struct complaint *why)
{
    int there = store_contact(s, local, remote);
    char name[2 * XMPPFED_BARE_SIZE];
    json_t *before = state_word(there);
    json_t *after = state_word(contact);
    bool ok;

    snprintf(name, sizeof(name), "%s %s", local, remote);
    ok = there == contact || (keep(s->db, clear_sql, set_sql, local, remote, contact, why) &&
                              store_note(s, by, "contact", name, before, after, why) &&
                              announce(s, local, remote, why));
    json_decref(before);
    json_decref(after);
    return ok;
}

bool store_set(struct store *s, const struct store_author *by, const char *local,
               const char *remote, int contact, struct complaint *why)
{
    struct complaint ignored;

    if (!store_begin(s, why))
        return false;
    if (!set_audited(s, by, local, remote, contact, why)) {
        store_cancel(s);
        return false;
    }
    recent_forget(&s->recent, local, remote);
    if (!store_commit(s, why))
        return false;
    if (s->mirror)
        (void)keep(s->mirror, clear_sql, set_sql, local, remote, contact, &ignored);
    return true;
}

/* ---- the mirror -------------------------------------------------------------------------- */

static void mirror_row(const char *const *columns, void *user)
{
    struct complaint ignored;

    (void)database_run(user, set_sql, columns, 4, NULL, NULL, &ignored);
}

/* All pairs, in one transaction of the mirror, which is the faster by far. */
static bool fill_mirror(struct store *s, struct complaint *why)
{
    static const char empty[] = "DELETE FROM contact";
    static const char all[] = "SELECT local, remote, state, changed FROM contact";

    recent_clear(&s->recent);
    if (!database_begin(s->mirror, why))
        return false;
    if (database_run(s->mirror, empty, NULL, 0, NULL, NULL, why) &&
        database_run(s->db, all, NULL, 0, mirror_row, s->mirror, why))
        return database_commit(s->mirror, why);
    database_rollback(s->mirror);
    return false;
}

bool store_mirror(struct store *s, struct complaint *why)
{
    static const char table[] =
        "CREATE TABLE contact (local TEXT NOT NULL, remote TEXT NOT NULL, state INTEGER NOT NULL,"
        " changed BIGINT NOT NULL, PRIMARY KEY (local, remote))";

    if (!s->db->kind->announce)
        return true;
    if (!s->mirror && (!database_open_sqlite(":memory:", true, &s->mirror, why) ||
                       !database_run(s->mirror, table, NULL, 0, NULL, NULL, why)))
        return false;
    return fill_mirror(s, why);
}

void store_mirror_pair(struct store *s, const char *pair)
{
    const char *space = strchr(pair, ' ');
    char local[XMPPFED_BARE_SIZE];
    const char *values[] = {local, space ? space + 1 : ""};
    int contact = XMPPFED_CONTACT_NONE;
    struct complaint ignored;

    if (!space || (size_t)(space - pair) >= sizeof(local))
        return;
    snprintf(local, sizeof(local), "%.*s", (int)(space - pair), pair);
    if (database_run(s->db, get_sql, values, 2, take_state, &contact, &ignored))
        (void)keep(s->mirror, clear_sql, set_sql, local, values[1], contact, &ignored);
    recent_forget(&s->recent, local, values[1]);
}

/* ---- lists ------------------------------------------------------------------------------- */

struct pairs {
    store_pair_fn on_pair;
    void *user;
};

static void give_pair(const char *const *columns, void *user)
{
    const struct pairs *p = user;

    p->on_pair(columns[0], columns[1], (int)strtol(columns[2], NULL, 10),
               strtoll(columns[3], NULL, 10), p->user);
}

bool store_list(struct store *s, const char *local, size_t max, store_pair_fn on_pair, void *user,
                struct complaint *why)
{
    struct pairs pairs = {on_pair, user};
    char limit[STORE_NUMBER_SIZE];
    const char *values[] = {local, limit};

    snprintf(limit, sizeof(limit), "%zu", max);
    return database_run(s->db, list_sql, values, 2, give_pair, &pairs, why);
}
