/* watched_store.c - the table of dialogs in which SIP users watch XMPP users. */
#include "bridge/watch_row.h"

#define WATCHED                                                                               \
    "SELECT id, member, watcher, watched, state, reason, ask, tries, expires, notify, sent, " \
    "lease,"                                                                                  \
    " flight, call_id, local_tag, remote_tag, local_uri, remote_uri, target, route, cseq,"    \
    " remote_cseq FROM watched "

static int take_watched(struct query *q, struct translate_text *text, struct watched *ret)
{
    struct row_cursor c = {q, text, 0};
    struct watched w;
    bool found = query_next(q);

    if (found) {
        w.id = row_take_number(&c);
        w.member = row_take_text(&c);
        w.watcher = row_take_text(&c);
        w.watched = row_take_text(&c);
        w.state = (enum watched_state)row_take_number(&c);
        w.reason = row_take_text(&c);
        w.ask = row_take_number(&c) != 0;
        w.tries = (unsigned)row_take_number(&c);
        w.expires = row_take_number(&c);
        w.notify = row_take_number(&c);
        w.sent = row_take_number(&c);
        w.lease = row_take_number(&c);
        w.flight = row_take_number(&c);
        row_take_dialog(&c, &w.dialog);
    }
    if (!query_end(q) || translate_text_status(text) < 0)
        return -1;
    if (found)
        *ret = w;
    return found;
}

int watched_find_dialog(struct ledger *l, xmppfed_slice call_id, xmppfed_slice local_tag,
                        struct translate_text *text, struct watched *ret)
{
    static const char sql[] = WATCHED "WHERE call_id = ?1 AND local_tag = ?2";
    struct query q;

    query_begin(&q, l, sql);
    query_text(&q, call_id);
    query_text(&q, local_tag);
    return take_watched(&q, text, ret);
}

int watched_find_again(struct ledger *l, xmppfed_slice call_id, xmppfed_slice remote_tag,
                       uint32_t remote_cseq, struct translate_text *text, struct watched *ret)
{
    static const char sql[] =
        WATCHED "WHERE call_id = ?1 AND remote_tag = ?2 AND remote_cseq = ?3 LIMIT 1";
    struct query q;

    query_begin(&q, l, sql);
    query_text(&q, call_id);
    query_text(&q, remote_tag);
    query_number(&q, remote_cseq);
    return take_watched(&q, text, ret);
}

int watched_find_flight(struct ledger *l, int64_t flight, struct translate_text *text,
                        struct watched *ret)
{
    static const char sql[] = WATCHED "WHERE flight = ?1 AND flight > 0";
    struct query q;

    query_begin(&q, l, sql);
    query_number(&q, flight);
    return take_watched(&q, text, ret);
}

int watched_find_due(struct ledger *l, const char *member, int64_t now, struct translate_text *text,
                     struct watched *ret)
{
    static const char sql[] = WATCHED "WHERE due <= ?1 AND (member = ?2 OR due <= ?3)"
                                      " ORDER BY due LIMIT 1";
    struct query q;

    query_begin(&q, l, sql);
    query_number(&q, now);
    query_string(&q, member);
    query_number(&q, now - WATCH_PATIENCE);
    return take_watched(&q, text, ret);
}

int watched_find_asking(struct ledger *l, const char *member, struct translate_text *text,
                        struct watched *ret)
{
    static const char sql[] = WATCHED "WHERE ask = 1 AND member = ?1 LIMIT 1";
    struct query q;

    query_begin(&q, l, sql);
    query_string(&q, member);
    return take_watched(&q, text, ret);
}

int watched_next_flying(struct ledger *l, const char *member, int64_t after,
                        struct translate_text *text, struct watched *ret)
{
    static const char sql[] = WATCHED "WHERE flight > 0 AND member = ?1 AND id > ?2"
                                      " ORDER BY id LIMIT 1";
    struct query q;

    query_begin(&q, l, sql);
    query_string(&q, member);
    query_number(&q, after);
    return take_watched(&q, text, ret);
}

int watched_next(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched, int64_t after,
                 struct translate_text *text, struct watched *ret)
{
    static const char sql[] = WATCHED "WHERE watcher = ?1 AND watched = ?2 AND id > ?3"
                                      " ORDER BY id LIMIT 1";
    struct query q;

    query_begin(&q, l, sql);
    query_text(&q, watcher);
    query_text(&q, watched);
    query_number(&q, after);
    return take_watched(&q, text, ret);
}

/* When somebody must look at a dialog: nothing is sent while a response is awaited. */
static int64_t due_of(const struct watched *w)
{
    if (w->flight > 0)
        return w->lease;
    if (w->state == WATCHED_FETCHED || w->state == WATCHED_CLOSED)
        return w->notify;
    return w->notify < w->expires ? w->notify : w->expires;
}

bool watched_put(struct ledger *l, const char *member, struct watched *w)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO watched (id, member, domain, due, watcher, watched, state, reason,"
        " ask, tries, expires, notify, sent, lease, flight, call_id, local_tag, remote_tag,"
        " local_uri, remote_uri, target, route, cseq, remote_cseq) VALUES (nullif(?1, 0), ?2, ?3,"
        " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,"
        " ?23, ?24)";
    struct query q;

    query_begin(&q, l, sql);
    query_number(&q, w->id);
    row_bind_member(&q, member, w->member, w->flight);
    row_bind_domain(&q, w->watched);
    query_number(&q, due_of(w));
    query_text(&q, w->watcher);
    query_text(&q, w->watched);
    query_number(&q, w->state);
    query_text(&q, w->reason);
    query_number(&q, w->ask);
    query_number(&q, w->tries);
    query_number(&q, w->expires);
    query_number(&q, w->notify);
    query_number(&q, w->sent);
    query_number(&q, w->lease);
    query_number(&q, w->flight);
    row_bind_dialog(&q, &w->dialog);
    if (!query_run(&q))
        return false;
    if (w->id == 0)
        w->id = ledger_last_id(l);
    return true;
}

bool watched_remove(struct ledger *l, int64_t id)
{
    static const char sql[] = "DELETE FROM watched WHERE id = ?1";
    struct query q;

    query_begin(&q, l, sql);
    query_number(&q, id);
    return query_run(&q);
}

bool watched_others(struct ledger *l, const struct watched *w, enum watched_state first,
                    enum watched_state last)
{
    static const char sql[] = "SELECT 1 FROM watched WHERE watcher = ?1 AND watched = ?2"
                              " AND state BETWEEN ?3 AND ?4 AND id <> ?5 LIMIT 1";
    struct query q;
    bool found;

    query_begin(&q, l, sql);
    query_text(&q, w->watcher);
    query_text(&q, w->watched);
    query_number(&q, first);
    query_number(&q, last);
    query_number(&q, w->id);
    found = query_next(&q);
    return query_end(&q) && found;
}

bool watched_ask_all(struct ledger *l, const char *member)
{
    static const char sql[] = "UPDATE watched SET ask = 1 WHERE member = ?1 AND state <= ?2";
    struct query q;

    query_begin(&q, l, sql);
    query_string(&q, member);
    query_number(&q, WATCHED_FETCHING);
    return query_run(&q);
}

bool watched_asked(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched)
{
    static const char sql[] = "UPDATE watched SET ask = 0 WHERE watcher = ?1 AND watched = ?2";
    struct query q;

    query_begin(&q, l, sql);
    query_text(&q, watcher);
    query_text(&q, watched);
    return query_run(&q);
}
