/* store.c - what the host's users have done about remote users, kept in SQLite. */
#include "proxy/store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 2000

struct store {
    sqlite3 *db;
    sqlite3_stmt *get;
    sqlite3_stmt *put;
    sqlite3_stmt *forget;
    sqlite3_stmt *set;
    sqlite3_stmt *clear;
    sqlite3_stmt *list;
};

/* The write-ahead log lets tools read while the proxy writes; state is enum xmppfed_contact. */
static const char schema[] = "PRAGMA journal_mode = WAL;"
                             "PRAGMA synchronous = NORMAL;"
                             "CREATE TABLE IF NOT EXISTS contact ("
                             "  local TEXT NOT NULL,"
                             "  remote TEXT NOT NULL,"
                             "  state INTEGER NOT NULL CHECK (state BETWEEN 2 AND 4),"
                             "  changed INTEGER NOT NULL,"
                             "  PRIMARY KEY (local, remote)) WITHOUT ROWID;";

static const char get_sql[] = "SELECT state FROM contact WHERE local = ?1 AND remote = ?2";
static const char put_sql[] =
    "INSERT INTO contact VALUES (?1, ?2, ?3, CAST(strftime('%s') AS INTEGER))"
    " ON CONFLICT DO UPDATE SET state = excluded.state, changed = excluded.changed"
    " WHERE excluded.state > state";
static const char forget_sql[] =
    "DELETE FROM contact WHERE local = ?1 AND remote = ?2 AND state <> 4";
static const char set_sql[] =
    "INSERT INTO contact VALUES (?1, ?2, ?3, CAST(strftime('%s') AS INTEGER))"
    " ON CONFLICT DO UPDATE SET state = excluded.state, changed = excluded.changed";
static const char clear_sql[] = "DELETE FROM contact WHERE local = ?1 AND remote = ?2";
static const char list_sql[] = "SELECT local, remote, state, changed FROM contact"
                               " WHERE ?1 = '' OR local = ?1 ORDER BY local, remote LIMIT ?2";

static bool prepare(struct store *s)
{
    return sqlite3_prepare_v2(s->db, get_sql, -1, &s->get, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(s->db, put_sql, -1, &s->put, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(s->db, forget_sql, -1, &s->forget, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(s->db, set_sql, -1, &s->set, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(s->db, clear_sql, -1, &s->clear, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(s->db, list_sql, -1, &s->list, NULL) == SQLITE_OK;
}

/*
 * Makes the file before SQLite would, which leaves it to the umask who may read it: who knows whom
 * is nobody else's business. The files beside it take its mode. A failure shows when SQLite opens.
 */
static void make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd >= 0)
        close(fd);
}

bool store_open(const char *path, struct store **ret, struct complaint *why)
{
    struct store *s = calloc(1, sizeof(*s));
    bool ok;

    if (!s)
        return complain(why, "%s: out of memory", path);
    make_private(path);
    ok = sqlite3_open(path, &s->db) == SQLITE_OK &&
         sqlite3_busy_timeout(s->db, BUSY_MS) == SQLITE_OK &&
         sqlite3_exec(s->db, schema, NULL, NULL, NULL) == SQLITE_OK && prepare(s);
    if (!ok) {
        complain(why, "%s: cannot use the store: %s; name a file that this user may write", path,
                 s->db ? sqlite3_errmsg(s->db) : "out of memory");
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
    sqlite3_finalize(s->get);
    sqlite3_finalize(s->put);
    sqlite3_finalize(s->forget);
    sqlite3_finalize(s->set);
    sqlite3_finalize(s->clear);
    sqlite3_finalize(s->list);
    sqlite3_close(s->db);
    free(s);
}

static void bind(sqlite3_stmt *q, const char *local, const char *remote)
{
    sqlite3_reset(q);
    sqlite3_bind_text(q, 1, local, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, remote, -1, SQLITE_STATIC);
}

int store_contact(struct store *s, const char *local, const char *remote)
{
    int contact = XMPPFED_CONTACT_NONE;

    bind(s->get, local, remote);
    if (sqlite3_step(s->get) == SQLITE_ROW)
        contact = sqlite3_column_int(s->get, 0);
    sqlite3_reset(s->get);
    return contact;
}

static bool run(struct store *s, sqlite3_stmt *q, struct complaint *why)
{
    bool ok = sqlite3_step(q) == SQLITE_DONE;

    if (!ok)
        complain(why, "the store could not be written: %s", sqlite3_errmsg(s->db));
    sqlite3_reset(q);
    return ok;
}

bool store_learn(struct store *s, const char *local, const char *remote, int contact,
                 struct complaint *why)
{
    sqlite3_stmt *q = contact == XMPPFED_CONTACT_NONE ? s->forget : s->put;

    bind(q, local, remote);
    if (q == s->put)
        sqlite3_bind_int(q, 3, contact);
    return run(s, q, why);
}

bool store_set(struct store *s, const char *local, const char *remote, int contact,
               struct complaint *why)
{
    sqlite3_stmt *q = contact == XMPPFED_CONTACT_NONE ? s->clear : s->set;

    bind(q, local, remote);
    if (q == s->set)
        sqlite3_bind_int(q, 3, contact);
    return run(s, q, why);
}

bool store_list(struct store *s, const char *local, size_t max, store_pair_fn on_pair, void *user,
                struct complaint *why)
{
    sqlite3_stmt *q = s->list;
    int rc;

    sqlite3_reset(q);
    sqlite3_bind_text(q, 1, local, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)max);
    while ((rc = sqlite3_step(q)) == SQLITE_ROW)
        on_pair((const char *)sqlite3_column_text(q, 0), (const char *)sqlite3_column_text(q, 1),
                sqlite3_column_int(q, 2), sqlite3_column_int64(q, 3), user);
    if (rc != SQLITE_DONE)
        complain(why, "the store could not be read: %s", sqlite3_errmsg(s->db));
    sqlite3_reset(q);
    return rc == SQLITE_DONE;
}
