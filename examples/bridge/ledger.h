/*
 * ledger.h - the file of SQLite in which the bridges of the same domains keep what must outlive
 * them.
 *
 * What was committed survives the end of the process, however it ends; the end of the power may
 * take the last moments with it (https://sqlite.org/wal.html 2.4). Several processes of one host
 * may have the file open. Each part of the bridge makes its own tables with ledger_execute().
 *
 *     static const char find[] = "SELECT status FROM messages WHERE key = ?1";
 *     struct query q;
 *     query_begin(&q, ledger, find);
 *     query_text(&q, key);
 *     if (query_next(&q))
 *         status = (int)query_number_at(&q, 0);
 *     if (!query_end(&q)) ...                            failure is sticky: one check at the end
 */
#ifndef BRIDGE_LEDGER_H
#define BRIDGE_LEDGER_H

#include <stdint.h>
#include <xmppfed/common.h>

#include "proxy/settings/complaint.h"

struct ledger;
struct sqlite3_stmt;

/* Opens or makes the file; path NULL: in memory alone. False with a sentence. */
bool ledger_open(const char *path, struct ledger **ret, struct complaint *why);
/* Closes it; what was not committed is undone. NULL is fine. */
void ledger_close(struct ledger *l);

/* Runs statements without values, as those that make tables if they are not there. */
bool ledger_execute(struct ledger *l, const char *sql);

/*
 * A transaction in which nobody else writes. They nest: the outermost counts, and is undone if
 * anything inside was rolled back. A statement outside of any is one by itself.
 */
bool ledger_begin(struct ledger *l);
bool ledger_commit(struct ledger *l);
void ledger_rollback(struct ledger *l);
/* Commits if ok, else rolls back; whether it was committed. */
bool ledger_finish(struct ledger *l, bool ok);

/* How many rows the last INSERT, UPDATE or DELETE has changed, and the id of the last new row. */
size_t ledger_changes(const struct ledger *l);
int64_t ledger_last_id(const struct ledger *l);
/* What went wrong last, in words of SQLite. */
const char *ledger_problem(const struct ledger *l);

/* One run of a statement. */
struct query {
    struct ledger *ledger;
    struct sqlite3_stmt *statement;
    int bound;
    bool done;
    bool failed;
};

/*
 * Begins a run; sql must live as long as the ledger, which keeps what it prepared by its address.
 * The same statement may not be begun twice before query_end().
 */
void query_begin(struct query *q, struct ledger *l, const char *sql);
/* Binds the next value; text is borrowed until the end. A string NULL, a slice without data: NULL.
 */
void query_text(struct query *q, xmppfed_slice value);
void query_string(struct query *q, const char *value);
void query_number(struct query *q, int64_t value);
/* The next row: true if there is one. */
bool query_next(struct query *q);
/* A column of the row; valid until the next call for this query. Text ends with a NUL. */
xmppfed_slice query_text_at(const struct query *q, int column);
int64_t query_number_at(const struct query *q, int column);
/* Ends the run, of which rows may be left: whether everything went well. */
bool query_end(struct query *q);
/* Runs a statement whose rows, if any, do not matter, to its end. */
bool query_run(struct query *q);

#endif
