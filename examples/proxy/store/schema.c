/* schema.c - the tables of the store, brought up to date step by step. */
#include "proxy/store/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STATEMENTS_MAX 10

/* One step; its statements are the same for all kinds of databases. */
struct migration {
    const char *statements[STATEMENTS_MAX];
};

/*
 * Version 1 is what was there before there were versions, so that a file of then is adopted as it
 * is. From version 2 the records of the partner file are rows: name is what makes a record one of
 * its kind, record its JSON text. What a user is granted is apart from the user, so that the
 * database itself refuses to take a policy away that is granted; the check waits for the commit.
 * Version 3 lets a contact be pending. SQLite cannot change a check, so that the table is made
 * anew.
 */
static const struct migration migrations[] = {
    {{"CREATE TABLE IF NOT EXISTS contact ("
      " local TEXT NOT NULL, remote TEXT NOT NULL,"
      " state INTEGER NOT NULL CHECK (state BETWEEN 2 AND 4), changed BIGINT NOT NULL,"
      " PRIMARY KEY (local, remote))"}},
    {{"CREATE TABLE setting (name TEXT PRIMARY KEY, record TEXT NOT NULL)",
      "CREATE TABLE partner (name TEXT PRIMARY KEY, record TEXT NOT NULL)",
      "CREATE TABLE access_policy (name TEXT PRIMARY KEY, record TEXT NOT NULL)",
      "CREATE TABLE account (name TEXT PRIMARY KEY, record TEXT NOT NULL)",
      "CREATE TABLE policy_grant ("
      " name TEXT PRIMARY KEY REFERENCES account (name) DEFERRABLE INITIALLY DEFERRED,"
      " record TEXT NOT NULL REFERENCES access_policy (name) DEFERRABLE INITIALLY DEFERRED)",
      "CREATE INDEX policy_grant_policy ON policy_grant (record)",
      "CREATE TABLE partner_rule (name TEXT PRIMARY KEY, record TEXT NOT NULL)",
      "CREATE TABLE block (name TEXT PRIMARY KEY, record TEXT NOT NULL)",
      "CREATE TABLE audit ("
      " id BIGINT PRIMARY KEY, at BIGINT NOT NULL, uid BIGINT NOT NULL, who TEXT NOT NULL,"
      " command TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,"
      " old_record TEXT, new_record TEXT)"}},
    {{"CREATE TABLE contact_anew ("
      " local TEXT NOT NULL, remote TEXT NOT NULL,"
      " state INTEGER NOT NULL CHECK (state BETWEEN 2 AND 5), changed BIGINT NOT NULL,"
      " PRIMARY KEY (local, remote))",
      "INSERT INTO contact_anew SELECT local, remote, state, changed FROM contact",
      "DROP TABLE contact", "ALTER TABLE contact_anew RENAME TO contact"}},
};

enum { NEWEST = sizeof(migrations) / sizeof(migrations[0]) };

int store_schema_newest(void)
{
    return NEWEST;
}

static void take_number(const char *const *columns, void *user)
{
    int *number = user;

    *number = columns[0] ? (int)strtol(columns[0], NULL, 10) : 0;
}

bool store_schema_version(struct database *db, int *ret, struct complaint *why)
{
    static const char sql[] = "SELECT max(version) FROM schema_version";
    int there = 0;

    *ret = 0;
    if (!database_run(db, db->kind->has_versions, NULL, 0, take_number, &there, why))
        return false;
    return !there || database_run(db, sql, NULL, 0, take_number, ret, why);
}

/* In a transaction, because two edges may start at the same moment. */
static bool make_versions(struct database *db, struct complaint *why)
{
    static const char sql[] = "CREATE TABLE IF NOT EXISTS schema_version ("
                              " version INTEGER PRIMARY KEY, applied BIGINT NOT NULL)";
    int there = 0;

    if (!database_run(db, db->kind->has_versions, NULL, 0, take_number, &there, why))
        return false;
    if (there)
        return true;
    if (!database_begin(db, why))
        return false;
    if (database_run(db, sql, NULL, 0, NULL, NULL, why))
        return database_commit(db, why);
    database_rollback(db);
    return false;
}

static bool note_version(struct database *db, int version, struct complaint *why)
{
    static const char sql[] = "INSERT INTO schema_version VALUES ($1, $2)";
    char number[16];
    char now[32];
    const char *values[] = {number, now};

    snprintf(number, sizeof(number), "%d", version);
    snprintf(now, sizeof(now), "%lld", (long long)time(NULL));
    return database_run(db, sql, values, 2, NULL, NULL, why);
}

/* One step, unless another proxy has taken it since: inside the transaction the version is sure. */
static bool step(struct database *db, int from, struct complaint *why)
{
    const struct migration *m = &migrations[from];
    int version;
    bool ok;
    size_t i;

    ok = store_schema_version(db, &version, why);
    for (i = 0; ok && version == from && i < STATEMENTS_MAX && m->statements[i]; i++)
        ok = database_run(db, m->statements[i], NULL, 0, NULL, NULL, why);
    return ok && (version != from || note_version(db, from + 1, why));
}

bool store_schema_upgrade(struct database *db, const char *name, struct complaint *why)
{
    int version;

    if (!make_versions(db, why) || !store_schema_version(db, &version, why))
        return false;
    if (version > NEWEST)
        return complain(why,
                        "%s has version %d, of a newer program than this one, which "
                        "knows %d; start the newer program",
                        name, version, NEWEST);
    for (; version < NEWEST; version++) {
        if (!database_begin(db, why))
            return false;
        if (!step(db, version, why)) {
            database_rollback(db);
            return false;
        }
        if (!database_commit(db, why))
            return false;
    }
    return true;
}
