/* watch_store.c - the tables of watches in the ledger: rows into structures and back. */
#include "bridge/watch_store.h"

#include "translate/pidf.h"

/* How long a member is given to see to what is due himself, in ms. */
#define PATIENCE 3000

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

/* The domain of a bare address. */
static xmppfed_slice domain_of(xmppfed_slice bare)
{
    size_t at = translate_slice_find(bare, '@');

    return at < bare.len ? translate_slice_from(bare, at + 1) : bare;
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
    query_text(&q, domain_of(xmpp_user));
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

/* ---- values, in the order of the columns --------------------------------------------------- */

/* Where the next column of a row is read. */
struct cursor {
    const struct query *query;
    struct translate_text *text;
    int column;
};

static xmppfed_slice take_text(struct cursor *c)
{
    return translate_text_copy(c->text, query_text_at(c->query, c->column++));
}

static int64_t take_number(struct cursor *c)
{
    return query_number_at(c->query, c->column++);
}

static void take_dialog(struct cursor *c, struct watch_dialog *d)
{
    d->call_id = take_text(c);
    d->local_tag = take_text(c);
    d->remote_tag = take_text(c);
    d->local_uri = take_text(c);
    d->remote_uri = take_text(c);
    d->target = take_text(c);
    d->route = take_text(c);
    d->cseq = (uint32_t)take_number(c);
    d->remote_cseq = (uint32_t)take_number(c);
}

static void bind_dialog(struct query *q, const struct watch_dialog *d)
{
    query_text(q, d->call_id);
    query_text(q, d->local_tag);
    query_text(q, d->remote_tag);
    query_text(q, d->local_uri);
    query_text(q, d->remote_uri);
    query_text(q, d->target);
    query_text(q, d->route);
    query_number(q, d->cseq);
    query_number(q, d->remote_cseq);
}

static void take_kept(struct cursor *c, struct kept_presence *k)
{
    k->known = take_number(c) != 0;
    k->open = take_number(c) != 0;
    k->resource = take_text(c);
    k->show = take_text(c);
    k->status = take_text(c);
    k->language = take_text(c);
    k->priority = take_text(c);
}

static void bind_kept(struct query *q, const struct kept_presence *k)
{
    query_number(q, k->known);
    query_number(q, k->open);
    query_text(q, k->resource.data ? k->resource : (xmppfed_slice){"", 0});
    query_text(q, k->show);
    query_text(q, k->status);
    query_text(q, k->language);
    query_text(q, k->priority);
}

/* Whose a row is when this member writes it. */
static void bind_member(struct query *q, const char *self, xmppfed_slice member, int64_t flight)
{
    if (flight > 0 && member.len > 0)
        query_text(q, member);
    else
        query_string(q, self);
}

/* ---- XMPP users who watch ------------------------------------------------------------------ */

#define WATCHING                                                                                 \
    "SELECT id, member, watcher, watched, state, accepted, asked, stale, interval, tries, due, " \
    "expires,"                                                                                   \
    " not_before, flight, call_id, local_tag, remote_tag, local_uri, remote_uri, target, route," \
    " cseq, remote_cseq, known, open, resource, show, status, language, priority FROM watching "

/* The row of a query whose values are bound. */
static int take_watching(struct query *q, struct translate_text *text, struct watching *ret)
{
    struct cursor c = {q, text, 0};
    struct watching w;
    bool found = query_next(q);

    if (found) {
        w.id = take_number(&c);
        w.member = take_text(&c);
        w.watcher = take_text(&c);
        w.watched = take_text(&c);
        w.state = (enum watching_state)take_number(&c);
        w.accepted = take_number(&c) != 0;
        w.asked = take_number(&c) != 0;
        w.stale = take_number(&c) != 0;
        w.interval = (unsigned)take_number(&c);
        w.tries = (unsigned)take_number(&c);
        w.due = take_number(&c);
        w.expires = take_number(&c);
        w.not_before = take_number(&c);
        w.flight = take_number(&c);
        take_dialog(&c, &w.dialog);
        take_kept(&c, &w.told);
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
    query_number(&q, now - PATIENCE);
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
    bind_member(&q, member, w->member, w->flight);
    query_text(&q, domain_of(w->watcher));
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
    bind_dialog(&q, &w->dialog);
    bind_kept(&q, &w->told);
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

/* ---- SIP users who watch ------------------------------------------------------------------- */

#define WATCHED                                                                               \
    "SELECT id, member, watcher, watched, state, reason, ask, tries, expires, notify, sent, " \
    "lease,"                                                                                  \
    " flight, call_id, local_tag, remote_tag, local_uri, remote_uri, target, route, cseq,"    \
    " remote_cseq FROM watched "

static int take_watched(struct query *q, struct translate_text *text, struct watched *ret)
{
    struct cursor c = {q, text, 0};
    struct watched w;
    bool found = query_next(q);

    if (found) {
        w.id = take_number(&c);
        w.member = take_text(&c);
        w.watcher = take_text(&c);
        w.watched = take_text(&c);
        w.state = (enum watched_state)take_number(&c);
        w.reason = take_text(&c);
        w.ask = take_number(&c) != 0;
        w.tries = (unsigned)take_number(&c);
        w.expires = take_number(&c);
        w.notify = take_number(&c);
        w.sent = take_number(&c);
        w.lease = take_number(&c);
        w.flight = take_number(&c);
        take_dialog(&c, &w.dialog);
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
    query_number(&q, now - PATIENCE);
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
    bind_member(&q, member, w->member, w->flight);
    query_text(&q, domain_of(w->watched));
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
    bind_dialog(&q, &w->dialog);
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

/* ---- presence of XMPP users ---------------------------------------------------------------- */

/* Runs a statement whose first two values are a pair, and whose third may be a resource. */
static bool run_for(struct ledger *l, const char *sql, xmppfed_slice watcher, xmppfed_slice watched,
                    const xmppfed_slice *resource)
{
    struct query q;

    query_begin(&q, l, sql);
    query_text(&q, watcher);
    query_text(&q, watched);
    if (resource)
        query_text(&q, resource->data ? *resource : (xmppfed_slice){"", 0});
    return query_run(&q);
}

static bool insert_resource(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched,
                            const struct kept_presence *kept)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO resources (watcher, watched, known, open, resource, show, status,"
        " language, priority) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    struct query q;

    query_begin(&q, l, sql);
    query_text(&q, watcher);
    query_text(&q, watched);
    bind_kept(&q, kept);
    return query_run(&q);
}

/*
 * What an unavailable resource leaves: the others if there are any, else itself. From a bare
 * address it means all of them.
 */
static bool put_away(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched,
                     const struct kept_presence *kept)
{
    static const char gone[] = "DELETE FROM resources WHERE watcher = ?1 AND watched = ?2"
                               " AND (open = 0 OR ?3 = '' OR resource = ?3)";
    struct kept_presence left;
    struct translate_text text;
    int count;

    if (!run_for(l, gone, watcher, watched, &kept->resource))
        return false;
    translate_text_init(&text, NULL);
    count = resources_all(l, watcher, watched, 1, &text, &left);
    translate_text_fini(&text);
    return count > 0 || (count == 0 && insert_resource(l, watcher, watched, kept));
}

/* An available resource takes the place of those that are not, and at last of the oldest. */
static bool put_open(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched,
                     const struct kept_presence *kept)
{
    static const char closed[] = "DELETE FROM resources WHERE watcher = ?1 AND watched = ?2"
                                 " AND open = 0";
    static const char oldest[] =
        "DELETE FROM resources WHERE rowid IN (SELECT rowid FROM resources WHERE watcher = ?1"
        " AND watched = ?2 ORDER BY rowid DESC LIMIT -1 OFFSET ?3)";
    struct query q;

    if (!run_for(l, closed, watcher, watched, NULL) || !insert_resource(l, watcher, watched, kept))
        return false;
    query_begin(&q, l, oldest);
    query_text(&q, watcher);
    query_text(&q, watched);
    query_number(&q, TRANSLATE_TUPLES);
    return query_run(&q);
}

/* Whether two sets of rows are the same but for their order. */
static bool same_set(const struct kept_presence *a, int a_count, const struct kept_presence *b,
                     int b_count)
{
    int i, j;

    for (i = 0; a_count == b_count && i < a_count; i++) {
        for (j = 0; j < b_count && !kept_equal(&a[i], &b[j]); j++)
            continue;
        if (j == b_count)
            return false;
    }
    return a_count == b_count;
}

bool resources_put(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched,
                   const struct kept_presence *kept, bool *ret_changed)
{
    struct kept_presence before[TRANSLATE_TUPLES], after[TRANSLATE_TUPLES];
    struct translate_text text;
    int had, have = -1;

    translate_text_init(&text, NULL);
    had = resources_all(l, watcher, watched, TRANSLATE_TUPLES, &text, before);
    if (had >= 0 &&
        (kept->open ? put_open(l, watcher, watched, kept) : put_away(l, watcher, watched, kept)))
        have = resources_all(l, watcher, watched, TRANSLATE_TUPLES, &text, after);
    if (have >= 0)
        *ret_changed = !same_set(before, had, after, have);
    translate_text_fini(&text);
    return have >= 0;
}

int resources_all(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched, size_t max,
                  struct translate_text *text, struct kept_presence *ret)
{
    static const char sql[] = "SELECT known, open, resource, show, status, language, priority"
                              " FROM resources WHERE watcher = ?1 AND watched = ?2 ORDER BY rowid";
    struct query q;
    size_t count = 0;

    query_begin(&q, l, sql);
    query_text(&q, watcher);
    query_text(&q, watched);
    while (count < max && query_next(&q)) {
        struct cursor c = {&q, text, 0};

        take_kept(&c, &ret[count++]);
    }
    return query_end(&q) && translate_text_status(text) == 0 ? (int)count : -1;
}

bool resources_forget(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched)
{
    static const char sql[] = "DELETE FROM resources WHERE watcher = ?1 AND watched = ?2";

    return run_for(l, sql, watcher, watched, NULL);
}
