/* database_sqlite.c - an SQLite file. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/store/database.h"

#define BUSY_MS 2000
#define COLUMNS_MAX 16

struct prepared {
    const char *sql; /* by its address */
    sqlite3_stmt *query;
};

struct sqlite {
    struct database base;
    sqlite3 *handle;
    char *path;
    struct prepared *prepared;
    size_t prepared_count;
};

/* The write-ahead log lets tools read while the proxy writes. */
static const char pragmas[] = "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = NORMAL;"
                              "PRAGMA foreign_keys = ON;";

/* What an administrator can do about a failure. */
static const char *advice(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program holds it; end that one and try again";
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return "make room on its disk and try again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "put a backup of it back, or move it away and import what was exported";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return "name a file that this user may write, in a folder that it may write";
    default:
        return "see the error, and try again";
    }
}

static bool failed(const struct sqlite *s, struct complaint *why)
{
    return complain(why, "%s: cannot use the store: %s; %s", s->path, sqlite3_errmsg(s->handle),
                    advice(sqlite3_errcode(s->handle)));
}

static void close_file(struct database *db)
{
    struct sqlite *s = (struct sqlite *)db;
    size_t i;

    for (i = 0; i < s->prepared_count; i++)
        sqlite3_finalize(s->prepared[i].query);
    sqlite3_close(s->handle);
    free(s->prepared);
    free(s->path);
    free(s);
}

/* The prepared form of a statement, or NULL. */
static sqlite3_stmt *prepare(struct sqlite *s, const char *sql)
{
    struct prepared *bigger;
    sqlite3_stmt *query;
    size_t i;

    for (i = 0; i < s->prepared_count; i++)
        if (s->prepared[i].sql == sql)
            return s->prepared[i].query;
    if (sqlite3_prepare_v2(s->handle, sql, -1, &query, NULL) != SQLITE_OK)
        return NULL;
    bigger = realloc(s->prepared, (s->prepared_count + 1) * sizeof(*bigger));
    if (!bigger) {
        sqlite3_finalize(query);
        return NULL;
    }
    s->prepared = bigger;
    s->prepared[s->prepared_count++] = (struct prepared){sql, query};
    return query;
}

static void hand_out(sqlite3_stmt *query, database_row_fn on_row, void *user)
{
    const char *columns[COLUMNS_MAX];
    int count = sqlite3_column_count(query);
    int i;

    for (i = 0; i < count && i < COLUMNS_MAX; i++)
        columns[i] = (const char *)sqlite3_column_text(query, i);
    if (on_row)
        on_row(columns, user);
}

static bool run(struct database *db, const char *sql, const char *const *values, size_t count,
                database_row_fn on_row, void *user, struct complaint *why)
{
    struct sqlite *s = (struct sqlite *)db;
    sqlite3_stmt *query = prepare(s, sql);
    size_t i;
    int rc;

    if (!query)
        return failed(s, why);
    for (i = 0; i < count; i++)
        sqlite3_bind_text(query, (int)i + 1, values[i], -1, SQLITE_STATIC);
    while ((rc = sqlite3_step(query)) == SQLITE_ROW)
        hand_out(query, on_row, user);
    if (rc != SQLITE_DONE)
        failed(s, why);
    sqlite3_reset(query);
    sqlite3_clear_bindings(query);
    return rc == SQLITE_DONE;
}

/* Takes the lock of writers at once: one that comes later could not be had after a read. */
static bool begin(struct database *db, struct complaint *why)
{
    static const char sql[] = "BEGIN IMMEDIATE";

    return run(db, sql, NULL, 0, NULL, NULL, why);
}

static const struct database_kind kind = {
    .has_versions = "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'",
    .close = close_file,
    .begin = begin,
    .run = run,
};

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

bool database_open_sqlite(const char *path, bool make, struct database **ret, struct complaint *why)
{
    int flags = make ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    struct sqlite *s = calloc(1, sizeof(*s));
    bool ok;

    if (!s || !(s->path = strdup(path))) {
        free(s);
        return complain(why, "%s: out of memory", path);
    }
    s->base.kind = &kind;
    if (make && strcmp(path, ":memory:") != 0)
        make_private(path);
    ok = sqlite3_open_v2(path, &s->handle, flags, NULL) == SQLITE_OK &&
         sqlite3_busy_timeout(s->handle, BUSY_MS) == SQLITE_OK &&
         (!make || sqlite3_exec(s->handle, pragmas, NULL, NULL, NULL) == SQLITE_OK);
    if (!ok) {
        failed(s, why);
        close_file(&s->base);
        return false;
    }
    *ret = &s->base;
    return true;
}
