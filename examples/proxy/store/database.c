/* database.c - what all kinds of databases have in common. */
#include "proxy/store/database.h"

#include <string.h>

bool database_is_server(const char *address)
{
    return strncmp(address, "postgresql://", 13) == 0 || strncmp(address, "postgres://", 11) == 0;
}

bool database_open(const char *address, bool make, struct database **ret, struct complaint *why)
{
    return database_is_server(address) ? database_open_pgsql(address, ret, why)
                                       : database_open_sqlite(address, make, ret, why);
}

void database_close(struct database *db)
{
    if (db)
        db->kind->close(db);
}

bool database_run(struct database *db, const char *sql, const char *const *values, size_t count,
                  database_row_fn on_row, void *user, struct complaint *why)
{
    return db->kind->run(db, sql, values, count, on_row, user, why);
}

bool database_begin(struct database *db, struct complaint *why)
{
    return db->kind->begin(db, why);
}

void database_rollback(struct database *db)
{
    static const char sql[] = "ROLLBACK";
    struct complaint ignored;

    (void)database_run(db, sql, NULL, 0, NULL, NULL, &ignored);
}

bool database_commit(struct database *db, struct complaint *why)
{
    static const char sql[] = "COMMIT";

    if (database_run(db, sql, NULL, 0, NULL, NULL, why))
        return true;
    /* SQLite leaves a transaction open that it could not write. */
    database_rollback(db);
    return false;
}

bool database_announce(struct database *db, const char *text, struct complaint *why)
{
    return !db->kind->announce || database_run(db, db->kind->announce, &text, 1, NULL, NULL, why);
}

enum database_news database_look(struct database *db, database_note_fn on_note, void *user)
{
    return db->kind->look ? db->kind->look(db, on_note, user) : DATABASE_QUIET;
}
