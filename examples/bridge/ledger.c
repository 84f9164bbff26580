/* ledger.c - the file of SQLite: opening it, transactions that nest, statements prepared once. */
#include "bridge/ledger.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUSY_MS 2000
/* The change to the write-ahead log is refused at once while another process looks at the file. */
#define LOG_ATTEMPTS 40
#define LOG_PAUSE_NS 50000000L
/* The layout of all tables together; a file of another one is not touched. */
#define VERSION 1

struct prepared {
    const char *sql; /* by its address */
    sqlite3_stmt *statement;
};

struct ledger {
    sqlite3 *handle;
    struct prepared *prepared;
    size_t prepared_count;
    unsigned depth;
    bool broken; /* something within the transaction was rolled back */
};

/* The write-ahead log makes a commit cheap, and lets the others read meanwhile. */
static const char pragmas[] = "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = NORMAL;";

/* ---- the file ---------------------------------------------------------------------------- */

/*
 * Makes the file before SQLite would, which leaves it to the umask who may read it: who writes to
 * whom is nobody else's business. A failure shows when SQLite opens.
 */
static void make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd >= 0)
        close(fd);
}

static bool execute(struct ledger *l, const char *sql)
{
    return sqlite3_exec(l->handle, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool set_pragmas(struct ledger *l)
{
    static const struct timespec pause = {.tv_nsec = LOG_PAUSE_NS};
    int i;

    for (i = 0; i < LOG_ATTEMPTS; i++) {
        if (execute(l, pragmas))
            return true;
        if (sqlite3_errcode(l->handle) != SQLITE_BUSY)
            return false;
        nanosleep(&pause, NULL);
    }
    return false;
}

static int read_version(struct ledger *l)
{
    sqlite3_stmt *statement;
    int ret = -1;

    if (sqlite3_prepare_v2(l->handle, "PRAGMA user_version", -1, &statement, NULL) != SQLITE_OK)
        return -1;
    if (sqlite3_step(statement) == SQLITE_ROW)
        ret = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return ret;
}

static bool check_version(struct ledger *l, const char *path, struct complaint *why)
{
    char set[64];
    int version = read_version(l);

    if (version == VERSION)
        return true;
    if (version > 0)
        return complain(why,
                        "%s: the ledger has layout %d, and this program knows %d; use the program "
                        "that made it, or another file",
                        path, version, VERSION);
    snprintf(set, sizeof(set), "PRAGMA user_version = %d", VERSION);
    return (version == 0 && execute(l, set)) ||
           complain(why, "%s: cannot use the ledger: %s", path, sqlite3_errmsg(l->handle));
}

bool ledger_open(const char *path, struct ledger **ret, struct complaint *why)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    struct ledger *l = calloc(1, sizeof(*l));
    bool ok;

    if (!l)
        return complain(why, "the ledger: out of memory");
    if (path)
        make_private(path);
    else
        path = ":memory:";
    ok = sqlite3_open_v2(path, &l->handle, flags, NULL) == SQLITE_OK &&
         sqlite3_busy_timeout(l->handle, BUSY_MS) == SQLITE_OK && set_pragmas(l);
    if (!ok)
        complain(why,
                 "%s: cannot use the ledger: %s; name a file that this user may write, in a folder "
                 "that it may write",
                 path, sqlite3_errmsg(l->handle));
    if (!ok || !check_version(l, path, why)) {
        ledger_close(l);
        return false;
    }
    *ret = l;
    return true;
}

void ledger_close(struct ledger *l)
{
    size_t i;

    if (!l)
        return;
    for (i = 0; i < l->prepared_count; i++)
        sqlite3_finalize(l->prepared[i].statement);
    sqlite3_close(l->handle);
    free(l->prepared);
    free(l);
}

bool ledger_execute(struct ledger *l, const char *sql)
{
    /* What another process makes at the same time is seen, or waited for. */
    return ledger_begin(l) && ledger_finish(l, execute(l, sql));
}

const char *ledger_problem(const struct ledger *l)
{
    return sqlite3_errmsg(l->handle);
}

size_t ledger_changes(const struct ledger *l)
{
    return (size_t)sqlite3_changes(l->handle);
}

int64_t ledger_last_id(const struct ledger *l)
{
    return sqlite3_last_insert_rowid(l->handle);
}

/* ---- transactions ------------------------------------------------------------------------ */

static bool run(struct ledger *l, const char *sql)
{
    struct query q;

    query_begin(&q, l, sql);
    return query_run(&q);
}

bool ledger_begin(struct ledger *l)
{
    /* The lock of writers at once: one that comes later could not be had after a read. */
    static const char sql[] = "BEGIN IMMEDIATE";

    if (l->depth == 0) {
        l->broken = false;
        if (!run(l, sql))
            return false;
    }
    l->depth++;
    return true;
}

bool ledger_commit(struct ledger *l)
{
    static const char sql[] = "COMMIT";

    if (l->depth > 1 || l->broken) {
        if (l->depth == 1)
            ledger_rollback(l);
        else
            l->depth--;
        return !l->broken;
    }
    if (!run(l, sql)) {
        ledger_rollback(l);
        return false;
    }
    l->depth--;
    return true;
}

void ledger_rollback(struct ledger *l)
{
    static const char sql[] = "ROLLBACK";

    l->broken = true;
    /* Some failures, as that of a full disk, have ended the transaction already. */
    if (--l->depth == 0 && !sqlite3_get_autocommit(l->handle))
        run(l, sql);
}

bool ledger_finish(struct ledger *l, bool ok)
{
    if (ok)
        return ledger_commit(l);
    ledger_rollback(l);
    return false;
}

/* ---- statements -------------------------------------------------------------------------- */

static sqlite3_stmt *prepare(struct ledger *l, const char *sql)
{
    struct prepared *bigger;
    sqlite3_stmt *statement;
    size_t i;

    for (i = 0; i < l->prepared_count; i++)
        if (l->prepared[i].sql == sql)
            return l->prepared[i].statement;
    if (sqlite3_prepare_v3(l->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK)
        return NULL;
    bigger = realloc(l->prepared, (l->prepared_count + 1) * sizeof(*bigger));
    if (!bigger) {
        sqlite3_finalize(statement);
        return NULL;
    }
    l->prepared = bigger;
    l->prepared[l->prepared_count++] = (struct prepared){sql, statement};
    return statement;
}

void query_begin(struct query *q, struct ledger *l, const char *sql)
{
    *q = (struct query){.ledger = l, .statement = prepare(l, sql)};
    q->failed = !q->statement;
}

void query_text(struct query *q, xmppfed_slice value)
{
    q->bound++;
    if (!q->failed && value.data)
        q->failed = sqlite3_bind_text64(q->statement, q->bound, value.data, value.len,
                                        SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK;
}

void query_string(struct query *q, const char *value)
{
    query_text(q, value ? xmppfed_slice_of(value) : (xmppfed_slice){NULL, 0});
}

void query_number(struct query *q, int64_t value)
{
    q->bound++;
    if (!q->failed)
        q->failed = sqlite3_bind_int64(q->statement, q->bound, value) != SQLITE_OK;
}

bool query_next(struct query *q)
{
    int rc;

    if (q->failed || q->done)
        return false;
    rc = sqlite3_step(q->statement);
    q->done = rc == SQLITE_DONE;
    q->failed = rc != SQLITE_DONE && rc != SQLITE_ROW;
    return rc == SQLITE_ROW;
}

xmppfed_slice query_text_at(const struct query *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q->statement, column);

    if (!text)
        return (xmppfed_slice){"", 0};
    return (xmppfed_slice){text, (size_t)sqlite3_column_bytes(q->statement, column)};
}

int64_t query_number_at(const struct query *q, int column)
{
    return sqlite3_column_int64(q->statement, column);
}

bool query_end(struct query *q)
{
    if (q->statement) {
        sqlite3_reset(q->statement);
        sqlite3_clear_bindings(q->statement);
        q->statement = NULL;
    }
    return !q->failed;
}

bool query_run(struct query *q)
{
    while (query_next(q))
        continue;
    return query_end(q);
}
