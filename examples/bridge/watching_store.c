/* watching_store.c - the table of XMPP users who watch SIP users. */
#include "bridge/watch_row.h"

#define WATCHING                                                                                 \
    "SELECT id, member, watcher, watched, state, accepted, asked, stale, interval, tries, due, " \
    "expires,"                                                                                   \
    " not_before, flight, call_id, local_tag, remote_tag, local_uri, remote_uri, target, route," \
    " cseq, remote_cseq, known, open, resource, show, status, language, priority FROM watching "

/* The row of a query whose values are bound. */
static int take_watching(struct query *q, struct translate_text *text, struct watching *ret)
{
    struct row_cursor c = {q, text, 0};
    struct watching w;
    bool found = query_next(q);

    if (found) {
        w.id = row_take_number(&c);
        w.member = row_take_text(&c);
        w.watcher = row_take_text(&c);
        w.watched = row_take_text(&c);
        w.state = (enum watching_state)row_take_number(&c);
        w.accepted = row_take_number(&c) != 0;
        w.asked = row_take_number(&c) != 0;
        w.stale = row_take_number(&c) != 0;
        w.interval = (unsigned)row_take_number(&c);
        w.tries = (unsigned)row_take_number(&c);
        w.due = row_take_number(&c);
        w.expires = row_take_number(&c);
        w.not_before = row_take_number(&c);
        w.flight = row_take_number(&c);
        row_take_dialog(&c, &w.dialog);
        row_take_kept(&c, &w.told);
    }
    if (!query_end(q) || translate_text_status(text) < 0)
        return -1;
    if (found)
        *ret = w;
    return found;
}

int watching_find(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched,
                  struct translate_text *text, struct watching *ret)
{
    static const char sql[] = WATCHING "WHERE watcher = ?1 AND watched = ?2";
    struct query q;

    query_begin(&q, l, sql);
    query_text(&q, watcher);
    query_text(&q, watched);
    return take_watching(&q, text, ret);
}

int watching_find_dialog(struct ledger *l, xmppfed_slice call_id, xmppfed_slice local_tag,
                         struct translate_text *text, struct watching *ret)
{
    static const char sql[] = WATCHING "WHERE call_id = ?1 AND local_tag = ?2";
    struct query q;

    query_begin(&q, l, sql);
    query_text(&q, call_id);
    query_text(&q, local_tag);
    return take_watching(&q, text, ret);
}

int watching_find_flight(struct ledger *l, int64_t flight, struct translate_text *text,
                         struct watching *ret)
{
    static const char sql[] = WATCHING "WHERE flight = ?1 AND flight > 0";
    struct query q;

    query_begin(&q, l, sql);
    query_number(&q, flight);
    return take_watching(&q, text, ret);
}

int watching_find_due(struct ledger *l, const char *member, int64_t now,
                      struct translate_text *text, struct watching *ret)
{
    static const char sql[] = WATCHING "WHERE due <= ?1 AND (member = ?2 OR due <= ?3)"
                                       " ORDER BY due LIMIT 1";
    struct query q;

    query_begin(&q, l, sql);
    query_number(&q, now);
    query_string(&q, member);
    query_number(&q, now - WATCH_PATIENCE);
    return take_watching(&q, text, ret);
}

int watching_find_stale(struct ledger *l, const char *member, struct translate_text *text,
                        struct watching *ret)
{
    static const char sql[] = WATCHING "WHERE stale = 1 AND member = ?1 LIMIT 1";
    struct query q;

    query_begin(&q, l, sql);
    query_string(&q, member);
    return take_watching(&q, text, ret);
}

bool watching_doubt(struct ledger *l, const char *member)
{
    static const char sql[] =
        "UPDATE watching SET stale = 1 WHERE accepted = 1 AND EXISTS (SELECT 1 FROM reports"
        " WHERE member = ?1 AND instr(stanza, watcher) > 0 AND instr(stanza, watched) > 0)";
    struct query q;

    query_begin(&q, l, sql);
    query_string(&q, member);
    return query_run(&q);
}

int watching_next_flying(struct ledger *l, const char *member, int64_t after,
                         struct translate_text *text, struct watching *ret)
{
    static const char sql[] = WATCHING "WHERE flight > 0 AND member = ?1 AND id > ?2"
                                       " ORDER BY id LIMIT 1";
    struct query q;

    query_begin(&q, l, sql);
    query_string(&q, member);
    query_number(&q, after);
    return take_watching(&q, text, ret);
}

bool watching_put(struct ledger *l, const char *member, struct watching *w)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO watching (id, member, domain, watcher, watched, state, accepted,"
        " asked, stale, interval, tries, due, expires, not_before, flight, call_id, local_tag,"
        " remote_tag, local_uri, remote_uri, target, route, cseq, remote_cseq, known, open,"
        " resource, show, status, language, priority) VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5, ?6,"
        " ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,"
        " ?25, ?26, ?27, ?28, ?29, ?30, ?31)";
    struct query q;

    query_begin(&q, l, sql);
    query_number(&q, w->id);
    row_bind_member(&q, member, w->member, w->flight);
    row_bind_domain(&q, w->watcher);
    query_text(&q, w->watcher);
    query_text(&q, w->watched);
    query_number(&q, w->state);
    query_number(&q, w->accepted);
    query_number(&q, w->asked);
    query_number(&q, w->stale);
    query_number(&q, w->interval);
    query_number(&q, w->tries);
    query_number(&q, w->due);
    query_number(&q, w->expires);
    query_number(&q, w->not_before);
    query_number(&q, w->flight);
    row_bind_dialog(&q, &w->dialog);
    row_bind_kept(&q, &w->told);
    if (!query_run(&q))
        return false;
    if (w->id == 0)
        w->id = ledger_last_id(l);
    return true;
}

bool watching_remove(struct ledger *l, int64_t id)
{
    static const char sql[] = "DELETE FROM watching WHERE id = ?1";
    struct query q;

    query_begin(&q, l, sql);
    query_number(&q, id);
    return query_run(&q);
}
