/* database.h - one connection to an SQL database: the statements are the store's, the dialect not.
 */
#ifndef PROXY_STORE_DATABASE_H
#define PROXY_STORE_DATABASE_H

#include <stddef.h>

#include "proxy/settings/complaint.h"

struct database;

/* Gets one row of an answer; a NULL of the database is NULL. */
typedef void (*database_row_fn)(const char *const *columns, void *user);

/* Gets what another edge has told, as announced. */
typedef void (*database_note_fn)(const char *text, void *user);

/* What a look at the connection has found. */
enum database_news {
    DATABASE_QUIET = 0,
    DATABASE_LOST, /* once, when the connection is lost; it is then made anew by looking */
    DATABASE_BACK  /* there is a new one: what others have told in between is not known */
};

/* What one kind of database does in its own way; database_*() below call it. */
struct database_kind {
    const char *has_versions; /* a statement that counts the tables named schema_version */
    const char *announce;     /* one that tells all others a text; NULL: there are no others */
    void (*close)(struct database *db);
    bool (*begin)(struct database *db, struct complaint *why);
    bool (*run)(struct database *db, const char *sql, const char *const *values, size_t count,
                database_row_fn on_row, void *user, struct complaint *why);
    enum database_news (*look)(struct database *db, database_note_fn on_note, void *user);
};

/* The head of each kind's own structure. */
struct database {
    const struct database_kind *kind;
};

/*
 * Opens a store at its address: a PostgreSQL server for "postgresql://...", else an SQLite file.
 * With make false it must be there and is only read.
 */
bool database_open(const char *address, bool make, struct database **ret, struct complaint *why);
/* Whether an address is that of a server, and not a path. */
bool database_is_server(const char *address);

/* The database of PostgreSQL at a connection URI (libpq 34.1.1.2). */
bool database_open_pgsql(const char *address, struct database **ret, struct complaint *why);
/*
 * Opens or makes an SQLite file, or one in memory for ":memory:"; with make false it must be there
 * and is only read. On failure why says what is wrong with it and what to do.
 */
bool database_open_sqlite(const char *path, bool make, struct database **ret,
                          struct complaint *why);
/* NULL is fine. */
void database_close(struct database *db);

/*
 * Runs one statement with its values ($1, $2, ... in the order of their first use; NULL is a NULL)
 * and hands out the rows of the answer. sql must live as long as the connection, which keeps what
 * it has prepared by its address. Values and columns are text whatever their type.
 */
bool database_run(struct database *db, const char *sql, const char *const *values, size_t count,
                  database_row_fn on_row, void *user, struct complaint *why);

/*
 * Begins a transaction in which nobody else writes; what is read in it is what will be changed. It
 * ends with one of the two others; where a commit fails, nothing was changed.
 */
bool database_begin(struct database *db, struct complaint *why);
bool database_commit(struct database *db, struct complaint *why);
void database_rollback(struct database *db);

/* Tells all other edges a text, at the commit if there is a transaction; true if there are none. */
bool database_announce(struct database *db, const char *text, struct complaint *why);
/* Sees without waiting what others have told, and how the connection is. */
enum database_news database_look(struct database *db, database_note_fn on_note, void *user);

#endif
