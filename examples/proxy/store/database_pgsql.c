/* database_pgsql.c - a PostgreSQL server, shared by a pool of edges. */
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proxy/store/database.h"

#define FIRST_DELAY_MS 250
#define LONGEST_DELAY_MS 30000
#define COLUMNS_MAX 16
#define LABEL_SIZE 256

enum state { CONNECTED, LOST, CONNECTING };

struct pgsql {
    struct database base;
    PGconn *conn;
    char label[LABEL_SIZE]; /* for sentences: without the password */
    enum state state;
    bool told; /* that it is lost */
    int64_t delay;
    int64_t next;          /* when to try again, or when to give a try up */
    const char **prepared; /* statements by their addresses; the name is "s" and the index */
    size_t prepared_count;
};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The first line of what the library says. */
static bool failed(const struct pgsql *p, const char *message, struct complaint *why)
{
    return complain(
        why, "%s: cannot use the store: %.*s; %s", p->label, (int)strcspn(message, "\n"), message,
        PQstatus(p->conn) == CONNECTION_OK ? "see the error, and try again"
                                           : "see whether the server runs and lets this user in");
}

static void lose(struct pgsql *p)
{
    if (p->state == CONNECTED) {
        p->told = false;
        p->delay = FIRST_DELAY_MS;
    }
    p->state = LOST;
    p->prepared_count = 0;
    p->next = now_ms() + p->delay;
    p->delay = p->delay * 2 > LONGEST_DELAY_MS ? LONGEST_DELAY_MS : p->delay * 2;
}

static void close_connection(struct database *db)
{
    struct pgsql *p = (struct pgsql *)db;

    PQfinish(p->conn);
    free(p->prepared);
    free(p);
}

/* ---- statements -------------------------------------------------------------------------- */

/* Judges a result and frees it; a lost connection shows here first. */
static bool finish(struct pgsql *p, PGresult *result, struct complaint *why)
{
    ExecStatusType status = PQresultStatus(result);
    bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

    if (!ok)
        failed(p, PQerrorMessage(p->conn), why);
    PQclear(result);
    if (!ok && PQstatus(p->conn) != CONNECTION_OK)
        lose(p);
    return ok;
}

/* The name under which the server has the statement. */
static bool prepare(struct pgsql *p, const char *sql, char name[32], struct complaint *why)
{
    const char **bigger;
    size_t i = 0;

    while (i < p->prepared_count && p->prepared[i] != sql)
        i++;
    snprintf(name, 32, "s%zu", i);
    if (i < p->prepared_count)
        return true;
    bigger = realloc(p->prepared, (i + 1) * sizeof(*bigger));
    if (!bigger)
        return complain(why, "out of memory");
    p->prepared = bigger;
    if (!finish(p, PQprepare(p->conn, name, sql, 0, NULL), why))
        return false;
    p->prepared[p->prepared_count++] = sql;
    return true;
}

static void hand_out(const PGresult *result, database_row_fn on_row, void *user)
{
    const char *columns[COLUMNS_MAX];
    int count = PQnfields(result);
    int row;
    int i;

    for (row = 0; row < PQntuples(result); row++) {
        for (i = 0; i < count && i < COLUMNS_MAX; i++)
            columns[i] = PQgetisnull(result, row, i) ? NULL : PQgetvalue(result, row, i);
        on_row(columns, user);
    }
}

static bool run(struct database *db, const char *sql, const char *const *values, size_t count,
                database_row_fn on_row, void *user, struct complaint *why)
{
    struct pgsql *p = (struct pgsql *)db;
    PGresult *result;
    char name[32];

    if (p->state != CONNECTED)
        return complain(why,
                        "%s: the connection to the store is lost and will be made anew; see "
                        "whether the server runs, and try again",
                        p->label);
    if (!prepare(p, sql, name, why))
        return false;
    result = PQexecPrepared(p->conn, name, (int)count, values, NULL, NULL, 0);
    if (on_row && PQresultStatus(result) == PGRES_TUPLES_OK)
        hand_out(result, on_row, user);
    return finish(p, result, why);
}

/* The lock is that of all edges; the number is no more than a name. */
static bool begin(struct database *db, struct complaint *why)
{
    static const char start[] = "BEGIN";
    static const char lock[] = "SELECT pg_advisory_xact_lock(523469)";

    if (!run(db, start, NULL, 0, NULL, NULL, why))
        return false;
    if (run(db, lock, NULL, 0, NULL, NULL, why))
        return true;
    database_rollback(db);
    return false;
}

/* ---- the connection ---------------------------------------------------------------------- */

/* What each new session needs: no statement may hold the proxy up for long. */
static bool set_up(struct pgsql *p, struct complaint *why)
{
    return finish(p,
                  PQexec(p->conn, "SET statement_timeout = '5s'; SET lock_timeout = '2s';"
                                  "SET client_min_messages = warning; LISTEN xmppfed"),
                  why);
}

/* Whether the socket is ready for what the library waits for. */
static bool is_ready(const struct pgsql *p, PostgresPollingStatusType wanted)
{
    struct pollfd fd = {.fd = PQsocket(p->conn),
                        .events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT};

    return poll(&fd, 1, 0) > 0;
}

/* One step of a new connection, without waiting; true when it stands. */
static bool go_on(struct pgsql *p)
{
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    struct complaint ignored;

    while (is_ready(p, status)) {
        status = PQresetPoll(p->conn);
        if (status == PGRES_POLLING_FAILED) {
            lose(p);
            return false;
        }
        if (status == PGRES_POLLING_OK) {
            p->state = CONNECTED;
            if (set_up(p, &ignored))
                return true;
            lose(p);
            return false;
        }
    }
    if (now_ms() > p->next)
        lose(p);
    return false;
}

static void hand_out_notes(struct pgsql *p, database_note_fn on_note, void *user)
{
    PGnotify *note;

    while ((note = PQnotifies(p->conn)) != NULL) {
        if (note->be_pid != PQbackendPID(p->conn))
            on_note(note->extra, user);
        PQfreemem(note);
    }
}

static enum database_news look(struct database *db, database_note_fn on_note, void *user)
{
    struct pgsql *p = (struct pgsql *)db;

    if (p->state == CONNECTED && PQconsumeInput(p->conn) && PQstatus(p->conn) == CONNECTION_OK) {
        hand_out_notes(p, on_note, user);
        return DATABASE_QUIET;
    }
    if (p->state == CONNECTED)
        lose(p);
    if (!p->told) {
        p->told = true;
        return DATABASE_LOST;
    }
    if (p->state == LOST && now_ms() >= p->next) {
        if (!PQresetStart(p->conn)) {
            lose(p);
            return DATABASE_QUIET;
        }
        p->state = CONNECTING;
        p->next = now_ms() + LONGEST_DELAY_MS / 3;
    }
    return p->state == CONNECTING && go_on(p) ? DATABASE_BACK : DATABASE_QUIET;
}

static const struct database_kind kind = {
    .has_versions = "SELECT count(*) FROM pg_catalog.pg_tables"
                    " WHERE tablename = 'schema_version' AND schemaname = current_schema()",
    .announce = "SELECT pg_notify('xmppfed', $1)",
    .close = close_connection,
    .begin = begin,
    .run = run,
    .look = look,
};

/* "database DBNAME on HOST", as far as the address says. */
static void label(const char *address, char ret[LABEL_SIZE])
{
    PQconninfoOption *options = PQconninfoParse(address, NULL);
    const PQconninfoOption *o;
    const char *name = "";
    const char *host = "";

    for (o = options; o && o->keyword; o++) {
        if (strcmp(o->keyword, "dbname") == 0 && o->val)
            name = o->val;
        if (strcmp(o->keyword, "host") == 0 && o->val)
            host = o->val;
    }
    snprintf(ret, LABEL_SIZE, "database %.100s%s%.120s", name, *host ? " on " : "", host);
    PQconninfoFree(options);
}

bool database_open_pgsql(const char *address, struct database **ret, struct complaint *why)
{
    static const char *const keys[] = {"dbname", "connect_timeout", "tcp_user_timeout",
                                       "fallback_application_name", NULL};
    const char *values[] = {address, "5", "5000", "xmppfed-proxy", NULL};
    struct pgsql *p = calloc(1, sizeof(*p));

    if (!p)
        return complain(why, "out of memory");
    p->base.kind = &kind;
    p->state = CONNECTED;
    p->told = true;
    label(address, p->label);
    p->conn = PQconnectdbParams(keys, values, 1);
    if (PQstatus(p->conn) != CONNECTION_OK || !set_up(p, why)) {
        failed(p, PQerrorMessage(p->conn), why);
        close_connection(&p->base);
        return false;
    }
    *ret = &p->base;
    return true;
}
