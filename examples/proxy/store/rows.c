/* rows.c - the records of the store: read, compared, written, audited. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/store/parts.h"

/* A table of records, and its statements. */
struct table {
    const char *name;
    bool is_json; /* what it holds is JSON; else the text of a JSON string */
    const char *select;
    const char *put;
    const char *remove;
};

#define TABLE(name, is_json)                                              \
    {                                                                     \
        name, is_json, "SELECT name, record FROM " name,                  \
            "INSERT INTO " name " VALUES ($1, $2)"                        \
            " ON CONFLICT (name) DO UPDATE SET record = excluded.record", \
            "DELETE FROM " name " WHERE name = $1"                        \
    }

/* A grant holds the name of a policy, which the database follows. */
static const struct table tables[] = {
    TABLE("setting", true), TABLE("partner", true),       TABLE("access_policy", true),
    TABLE("account", true), TABLE("policy_grant", false), TABLE("partner_rule", true),
    TABLE("block", true),
};

enum { TABLE_COUNT = sizeof(tables) / sizeof(tables[0]) };

/* ---- reading ----------------------------------------------------------------------------- */

struct reading {
    const struct table *table;
    json_t *records;
    bool ok;
};

static void take_record(const char *const *columns, void *user)
{
    struct reading *r = user;
    json_t *record =
        r->table->is_json ? json_loads(columns[1], JSON_DECODE_ANY, NULL) : json_string(columns[1]);

    if (!record || json_object_set_new(r->records, columns[0], record) < 0)
        r->ok = false;
}

static bool read_table(struct store *s, const struct table *table, json_t *rows,
                       struct complaint *why)
{
    struct reading r = {.table = table, .records = json_object(), .ok = true};

    if (!r.records || json_object_set_new(rows, table->name, r.records) < 0)
        return complain(why, "out of memory");
    if (!database_run(s->db, table->select, NULL, 0, take_record, &r, why))
        return false;
    return r.ok || complain(why,
                            "the store has a record in its table %s that is no JSON; put a backup "
                            "of it back",
                            table->name);
}

bool store_rows(struct store *s, json_t **ret, struct complaint *why)
{
    json_t *rows = json_object();
    bool ok = rows != NULL || complain(why, "out of memory");
    size_t i;

    for (i = 0; ok && i < TABLE_COUNT; i++)
        ok = read_table(s, &tables[i], rows, why);
    if (ok)
        *ret = rows;
    else
        json_decref(rows);
    return ok;
}

/* ---- writing ----------------------------------------------------------------------------- */

bool store_begin(struct store *s, struct complaint *why)
{
    return database_begin(s->db, why);
}

bool store_commit(struct store *s, struct complaint *why)
{
    return database_commit(s->db, why);
}

void store_cancel(struct store *s)
{
    database_rollback(s->db);
}

static char *text_of(const json_t *value)
{
    return value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
}

bool store_note(struct store *s, const struct store_author *by, const char *kind, const char *name,
                const json_t *before, const json_t *after, struct complaint *why)
{
    /* The transaction lets nobody else take the number. */
    static const char sql[] =
        "INSERT INTO audit (id, at, uid, who, command, kind, name, old_record, new_record)"
        " VALUES ((SELECT coalesce(max(id), 0) + 1 FROM audit), $1, $2, $3, $4, $5, $6, $7, $8)";
    char *old_record = text_of(before);
    char *new_record = text_of(after);
    char now[STORE_NUMBER_SIZE];
    char uid[STORE_NUMBER_SIZE];
    const char *values[] = {now, uid, by->name, by->command, kind, name, old_record, new_record};
    bool ok = (!before || old_record) && (!after || new_record);

    store_now(now);
    snprintf(uid, sizeof(uid), "%lu", (unsigned long)by->uid);
    ok = ok ? database_run(s->db, sql, values, 8, NULL, NULL, why) : complain(why, "out of memory");
    free(old_record);
    free(new_record);
    return ok;
}

bool store_audit_add(struct store *s, const struct store_author *by, const char *kind,
                     const char *name, const json_t *record, struct complaint *why)
{
    if (!store_begin(s, why))
        return false;
    if (store_note(s, by, kind, name, NULL, record, why))
        return store_commit(s, why);
    store_cancel(s);
    return false;
}

/* Puts one record in the place of another, either of which may be missing. */
static bool put(struct store *s, const struct store_author *by, const struct table *table,
                const char *name, const json_t *before, const json_t *after, struct complaint *why)
{
    char *text = !after || !table->is_json ? NULL : text_of(after);
    const char *values[] = {name, table->is_json ? text : json_string_value(after)};
    bool ok;

    if (after && !values[1])
        ok = complain(why, "out of memory");
    else
        ok = database_run(s->db, after ? table->put : table->remove, values, after ? 2 : 1, NULL,
                          NULL, why) &&
             store_note(s, by, table->name, name, before, after, why);
    free(text);
    return ok;
}

static bool write_table(struct store *s, const struct store_author *by, const struct table *table,
                        json_t *before, json_t *after, struct complaint *why)
{
    const char *name;
    json_t *record;

    json_object_foreach(before, name, record)
    {
        if (!json_object_get(after, name) && !put(s, by, table, name, record, NULL, why))
            return false;
    }
    json_object_foreach(after, name, record)
    {
        json_t *old = json_object_get(before, name);

        if (!json_equal(old, record) && !put(s, by, table, name, old, record, why))
            return false;
    }
    return true;
}

bool store_write(struct store *s, const struct store_author *by, json_t *before, json_t *after,
                 struct complaint *why)
{
    size_t i;

    for (i = 0; i < TABLE_COUNT; i++)
        if (!write_table(s, by, &tables[i], json_object_get(before, tables[i].name),
                         json_object_get(after, tables[i].name), why))
            return false;
    return database_announce(s->db, STORE_RECORDS, why);
}

/* ---- the audit --------------------------------------------------------------------------- */

struct changes {
    store_change_fn on_change;
    void *user;
};

static void give_change(const char *const *c, void *user)
{
    const struct changes *changes = user;
    const struct store_change change = {.at = strtoll(c[0], NULL, 10),
                                        .uid = c[1],
                                        .who = c[2],
                                        .command = c[3],
                                        .kind = c[4],
                                        .name = c[5],
                                        .before = c[6],
                                        .after = c[7]};

    changes->on_change(&change, changes->user);
}

bool store_audit(struct store *s, size_t max, store_change_fn on_change, void *user,
                 struct complaint *why)
{
    static const char sql[] = "SELECT at, uid, who, command, kind, name, old_record, new_record"
                              " FROM audit ORDER BY id DESC LIMIT $1";
    struct changes changes = {on_change, user};
    char limit[STORE_NUMBER_SIZE];
    const char *values[] = {limit};

    snprintf(limit, sizeof(limit), "%zu", max);
    return database_run(s->db, sql, values, 1, give_change, &changes, why);
}
