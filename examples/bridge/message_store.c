/* message_store.c - messages in the ledger: the table and its statements. */
#include "bridge/message_store.h"

/* Milliseconds: longer than a message may wait in the proxy for a stream (60 s by default), and */
/* than a request is sent again (RFC 3261 17.1.2.2, timer F). */
#define KEPT_MS 120000
/* Rows of TOLD and OVER of all members, some 50 MB. */
#define KEPT_MAX 100000

#define COLUMNS "id, key, sender, recipient, stanza_id, type, state, status, reason, member"

static const char tables[] = "CREATE TABLE IF NOT EXISTS messages ("
                             " id TEXT PRIMARY KEY,"
                             " key TEXT UNIQUE,"
                             " member TEXT NOT NULL,"
                             " state INTEGER NOT NULL,"
                             " status INTEGER NOT NULL DEFAULT 0,"
                             " reason TEXT,"
                             " sender TEXT NOT NULL,"
                             " recipient TEXT NOT NULL,"
                             " stanza_id TEXT,"
                             " type TEXT,"
                             " due INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
                             "CREATE INDEX IF NOT EXISTS messages_under_way"
                             " ON messages (member, state) WHERE due = 0;"
                             "CREATE INDEX IF NOT EXISTS messages_due"
                             " ON messages (due) WHERE due > 0;";

bool message_store_new(struct bridge *b)
{
    return ledger_execute(b->ledger, tables);
}

bool message_store_add(struct bridge *b, const struct message *m, bool *ret_new)
{
    static const char sql[] =
        "INSERT INTO messages (id, key, member, state, sender, recipient, stanza_id, type)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (key) DO NOTHING";
    struct query q;

    query_begin(&q, b->ledger, sql);
    query_text(&q, m->id);
    query_text(&q, m->key.len > 0 ? m->key : (xmppfed_slice){NULL, 0});
    query_string(&q, b->settings->member);
    query_number(&q, m->state);
    query_text(&q, m->sender);
    query_text(&q, m->recipient);
    query_text(&q, m->stanza_id);
    query_text(&q, m->type);
    if (!query_run(&q))
        return false;
    *ret_new = ledger_changes(b->ledger) > 0;
    return true;
}

static xmppfed_slice copy(struct query *q, int column, struct translate_text *text)
{
    xmppfed_slice value = query_text_at(q, column);

    return value.data ? translate_text_copy(text, value) : value;
}

/* Takes the row of a query that was bound, and ends it. */
static bool take(struct bridge *b, struct query *q, struct translate_text *text,
                 struct message *ret)
{
    struct message m = {0};
    bool found = query_next(q);

    if (found) {
        m.id = copy(q, 0, text);
        m.key = copy(q, 1, text);
        m.sender = copy(q, 2, text);
        m.recipient = copy(q, 3, text);
        m.stanza_id = copy(q, 4, text);
        m.type = copy(q, 5, text);
        m.state = (enum message_state)query_number_at(q, 6);
        m.status = (int)query_number_at(q, 7);
        m.reason = copy(q, 8, text);
        m.ours = translate_slice_is(query_text_at(q, 9), b->settings->member);
    }
    if (!query_end(q) || !found || translate_text_status(text) < 0)
        return false;
    *ret = m;
    return true;
}

bool message_store_find(struct bridge *b, xmppfed_slice id, struct translate_text *text,
                        struct message *ret)
{
    static const char sql[] = "SELECT " COLUMNS " FROM messages WHERE id = ?1";
    struct query q;

    query_begin(&q, b->ledger, sql);
    query_text(&q, id);
    return take(b, &q, text, ret);
}

bool message_store_find_key(struct bridge *b, xmppfed_slice key, struct translate_text *text,
                            struct message *ret)
{
    static const char sql[] = "SELECT " COLUMNS " FROM messages WHERE key = ?1";
    struct query q;

    query_begin(&q, b->ledger, sql);
    query_text(&q, key);
    return take(b, &q, text, ret);
}

bool message_store_first(struct bridge *b, enum message_state state, struct translate_text *text,
                         struct message *ret)
{
    static const char sql[] =
        "SELECT " COLUMNS " FROM messages WHERE due = 0 AND member = ?1 AND state = ?2 LIMIT 1";
    struct query q;

    query_begin(&q, b->ledger, sql);
    query_string(&q, b->settings->member);
    query_number(&q, state);
    return take(b, &q, text, ret);
}

bool message_store_move(struct bridge *b, xmppfed_slice id, enum message_state from,
                        enum message_state to, const struct translate_response *why)
{
    static const char sql[] = "UPDATE messages SET state = ?3, status = ?4, reason = ?5, due = ?6"
                              " WHERE id = ?1 AND state = ?2";
    bool kept = to == MESSAGE_TOLD || to == MESSAGE_OVER;
    struct query q;

    query_begin(&q, b->ledger, sql);
    query_text(&q, id);
    query_number(&q, from);
    query_number(&q, to);
    query_number(&q, why->status);
    query_text(&q, why->reason);
    query_number(&q, kept ? (int64_t)(b->now + KEPT_MS) : 0);
    return query_run(&q) && ledger_changes(b->ledger) > 0;
}

bool message_store_remove(struct bridge *b, xmppfed_slice id)
{
    static const char sql[] = "DELETE FROM messages WHERE id = ?1";
    struct query q;

    query_begin(&q, b->ledger, sql);
    query_text(&q, id);
    return query_run(&q) && ledger_changes(b->ledger) > 0;
}

void message_store_prune(struct bridge *b)
{
    static const char due[] = "DELETE FROM messages WHERE due > 0 AND due <= ?1";
    static const char many[] =
        "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE due > 0 ORDER BY due"
        " LIMIT max(0, (SELECT count(*) FROM messages WHERE due > 0) - ?1))";
    struct query q;

    /* What fails here is done a while later. */
    query_begin(&q, b->ledger, due);
    query_number(&q, (int64_t)b->now);
    query_run(&q);
    query_begin(&q, b->ledger, many);
    query_number(&q, KEPT_MAX);
    query_run(&q);
}

bool message_store_adopt(struct bridge *b, const char *member,
                         const struct translate_response *unknown)
{
    static const char to_sip[] = "UPDATE messages SET member = ?2, state = ?4"
                                 " WHERE due = 0 AND member = ?1 AND state IN (?3, ?4)";
    static const char to_xmpp[] =
        "UPDATE messages SET member = ?2, due = ?3, state = ?4,"
        " reason = CASE state WHEN ?5 THEN reason ELSE ?6 END,"
        " status = CASE state WHEN ?5 THEN status ELSE ?7 END WHERE due = 0 AND member = ?1"
        " AND state IN (?5, ?8)";
    struct query q;

    query_begin(&q, b->ledger, to_sip);
    query_string(&q, member);
    query_string(&q, b->settings->member);
    query_number(&q, MESSAGE_TO_SIP);
    query_number(&q, MESSAGE_LOST);
    if (!query_run(&q))
        return false;
    query_begin(&q, b->ledger, to_xmpp);
    query_string(&q, member);
    query_string(&q, b->settings->member);
    query_number(&q, (int64_t)(b->now + KEPT_MS));
    query_number(&q, MESSAGE_OVER);
    query_number(&q, MESSAGE_FAILED);
    query_text(&q, unknown->reason);
    query_number(&q, unknown->status);
    query_number(&q, MESSAGE_TO_XMPP);
    return query_run(&q);
}
