/* resource_store.c - the table of what XMPP users have told SIP users of their presence. */
#include "bridge/watch_row.h"
#include "translate/pidf.h"

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
    row_bind_kept(&q, kept);
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
        struct row_cursor c = {&q, text, 0};

        row_take_kept(&c, &ret[count++]);
    }
    return query_end(&q) && translate_text_status(text) == 0 ? (int)count : -1;
}

bool resources_forget(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched)
{
    static const char sql[] = "DELETE FROM resources WHERE watcher = ?1 AND watched = ?2";

    return run_for(l, sql, watcher, watched, NULL);
}
