/* watch_store.c - the tables of watches: making them, how full they are, and adoption. */
#include "bridge/watch_row.h"

static const char tables[] =
    "CREATE TABLE IF NOT EXISTS watching ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, member TEXT NOT NULL, domain TEXT NOT NULL,"
    " watcher TEXT NOT NULL, watched TEXT NOT NULL, state INTEGER NOT NULL,"
    " accepted INTEGER NOT NULL, asked INTEGER NOT NULL, stale INTEGER NOT NULL,"
    " interval INTEGER NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL,"
    " expires INTEGER NOT NULL, not_before INTEGER NOT NULL, flight INTEGER NOT NULL,"
    " call_id TEXT, local_tag TEXT, remote_tag TEXT, local_uri TEXT, remote_uri TEXT,"
    " target TEXT, route TEXT, cseq INTEGER NOT NULL, remote_cseq INTEGER NOT NULL,"
    " known INTEGER NOT NULL, open INTEGER NOT NULL, resource TEXT, show TEXT, status TEXT,"
    " language TEXT, priority TEXT, UNIQUE (watcher, watched));"
    "CREATE INDEX IF NOT EXISTS watching_dialog ON watching (call_id, local_tag);"
    "CREATE INDEX IF NOT EXISTS watching_due ON watching (due);"
    "CREATE INDEX IF NOT EXISTS watching_flight ON watching (flight) WHERE flight > 0;"
    "CREATE INDEX IF NOT EXISTS watching_stale ON watching (member) WHERE stale = 1;"
    "CREATE INDEX IF NOT EXISTS watching_domain ON watching (domain);"
    "CREATE TABLE IF NOT EXISTS watched ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, member TEXT NOT NULL, domain TEXT NOT NULL,"
    " due INTEGER NOT NULL, watcher TEXT NOT NULL, watched TEXT NOT NULL,"
    " state INTEGER NOT NULL, reason TEXT, ask INTEGER NOT NULL, tries INTEGER NOT NULL,"
    " expires INTEGER NOT NULL, notify INTEGER NOT NULL, sent INTEGER NOT NULL,"
    " lease INTEGER NOT NULL, flight INTEGER NOT NULL,"
    " call_id TEXT, local_tag TEXT, remote_tag TEXT, local_uri TEXT, remote_uri TEXT,"
    " target TEXT, route TEXT, cseq INTEGER NOT NULL, remote_cseq INTEGER NOT NULL,"
    " UNIQUE (call_id, local_tag));"
    "CREATE INDEX IF NOT EXISTS watched_pair ON watched (watcher, watched);"
    "CREATE INDEX IF NOT EXISTS watched_due ON watched (due);"
    "CREATE INDEX IF NOT EXISTS watched_flight ON watched (flight) WHERE flight > 0;"
    "CREATE INDEX IF NOT EXISTS watched_ask ON watched (member) WHERE ask = 1;"
    "CREATE INDEX IF NOT EXISTS watched_domain ON watched (domain);"
    "CREATE TABLE IF NOT EXISTS resources ("
    " watcher TEXT NOT NULL, watched TEXT NOT NULL, resource TEXT NOT NULL,"
    " known INTEGER NOT NULL, open INTEGER NOT NULL, show TEXT, status TEXT, language TEXT,"
    " priority TEXT, PRIMARY KEY (watcher, watched, resource));";

bool watch_store_make(struct ledger *l)
{
    return ledger_execute(l, tables);
}

bool watch_store_has_room(struct ledger *l, unsigned limit, xmppfed_slice xmpp_user)
{
    static const char sql[] = "SELECT (SELECT count(*) FROM watching) +"
                              " (SELECT count(*) FROM watched),"
                              " (SELECT count(*) FROM watching WHERE domain = ?1) +"
                              " (SELECT count(*) FROM watched WHERE domain = ?1)";
    struct query q;
    bool room;

    query_begin(&q, l, sql);
    row_bind_domain(&q, xmpp_user);
    room = query_next(&q) && query_number_at(&q, 0) < limit &&
           query_number_at(&q, 1) < (int64_t)(limit + 3) / 4;
    return query_end(&q) && room;
}

bool watch_store_adopt(struct ledger *l, const char *from, const char *to)
{
    static const char *const sql[] = {"UPDATE watching SET member = ?2 WHERE member = ?1",
                                      "UPDATE watched SET member = ?2 WHERE member = ?1"};
    struct query q;
    bool ok = true;
    size_t i;

    for (i = 0; i < 2 && ok; i++) {
        query_begin(&q, l, sql[i]);
        query_string(&q, from);
        query_string(&q, to);
        ok = query_run(&q);
    }
    return ok;
}
