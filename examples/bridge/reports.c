/* reports.c - error stanzas and notices: kept in the ledger, sent, forgotten when they arrived. */
#include "bridge/reports.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/stanza_text.h"
#include "translate/message.h"

/* Of one member, stanzas and notices together. */
#define REPORTS_MAX 10000
/* Stanzas that were sent and are not acknowledged. */
#define FLIGHTS_MAX 256
/* A notice: how often it is tried, and milliseconds until it is tried again. */
#define ATTEMPTS_MAX 3
#define NOTICE_PAUSE 30000
/* No response comes later (RFC 3261 17.1.2.2, timer F, is 32 s). */
#define NOTICE_WAIT 60000
#define NOTICES_AT_ONCE 16

enum { KIND_STANZA, KIND_NOTICE };

struct flight {
    int64_t id;
    uint64_t number; /* on the link */
};

struct reports {
    size_t waiting;  /* rows of this member */
    int64_t sent;    /* id of the last stanza that was sent on this link */
    uint64_t notice; /* when notices are looked for again */
    bool more;       /* there may be stanzas behind that one */
    size_t first;
    size_t count;
    struct flight flights[FLIGHTS_MAX]; /* a ring: the oldest first */
};

static const char tables[] = "CREATE TABLE IF NOT EXISTS reports ("
                             " id INTEGER PRIMARY KEY AUTOINCREMENT,"
                             " member TEXT NOT NULL,"
                             " kind INTEGER NOT NULL,"
                             " stanza TEXT NOT NULL,"
                             " attempts INTEGER NOT NULL DEFAULT 0,"
                             " due INTEGER NOT NULL DEFAULT 0);"
                             "CREATE INDEX IF NOT EXISTS reports_of_member"
                             " ON reports (member, kind, id);";

static bool count(struct bridge *b)
{
    static const char sql[] = "SELECT count(*) FROM reports WHERE member = ?1";
    struct query q;

    query_begin(&q, b->ledger, sql);
    query_string(&q, b->settings->member);
    if (query_next(&q))
        b->reports->waiting = (size_t)query_number_at(&q, 0);
    return query_end(&q);
}

bool reports_new(struct bridge *b, struct complaint *why)
{
    b->reports = calloc(1, sizeof(*b->reports));
    if (!b->reports)
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    b->reports->more = true;
    return (ledger_execute(b->ledger, tables) && count(b)) ||
           complain(why, "the ledger: %s", ledger_problem(b->ledger));
}

void reports_free(struct bridge *b)
{
    free(b->reports);
    b->reports = NULL;
}

bool reports_full(const struct bridge *b)
{
    return b->reports->waiting >= REPORTS_MAX;
}

/* ---- keeping ----------------------------------------------------------------------------- */

static bool keep(struct bridge *b, int kind, const xmppfed_element *stanza)
{
    static const char sql[] =
        "INSERT INTO reports (member, kind, stanza, due) VALUES (?1, ?2, ?3, ?4)";
    char *text = stanza_text_write(stanza);
    struct query q;
    bool ok;

    if (!text)
        return false;
    query_begin(&q, b->ledger, sql);
    query_string(&q, b->settings->member);
    query_number(&q, kind);
    query_string(&q, text);
    query_number(&q, (int64_t)b->now);
    ok = query_run(&q);
    xmppfed_element_free_text(b->ctx, text);
    if (!ok)
        return false;
    b->reports->waiting++;
    if (kind == KIND_STANZA)
        b->reports->more = true;
    else
        b->reports->notice = b->now;
    return true;
}

bool reports_add(struct bridge *b, xmppfed_element *stanza)
{
    int rc = stanza ? xmppfed_element_status(stanza) : XMPPFED_ERR_NOMEM;
    uint64_t number;
    bool kept;

    if (rc < 0) {
        bridge_tell(b, "a report was not made: %s", xmppfed_error_sentence(rc));
        return false;
    }
    kept = !reports_full(b) && keep(b, KIND_STANZA, stanza);
    if (!kept && (!b->up || bridge_send(b, stanza, &number) < 0))
        bridge_tell(b, "a report was lost: %s",
                    reports_full(b) ? "too many wait" : ledger_problem(b->ledger));
    xmppfed_element_free(stanza);
    return kept;
}

bool reports_add_notice(struct bridge *b, const char *from, const char *to, const char *text)
{
    xmppfed_element *notice = xmppfed_element_new(b->ctx, "message", b->setup.ns);
    bool kept;

    xmppfed_element_set_attribute(notice, "from", from);
    xmppfed_element_set_attribute(notice, "to", to);
    xmppfed_element_add_text(xmppfed_element_add_child(notice, "body", b->setup.ns), text);
    kept = xmppfed_element_status(notice) == 0 && !reports_full(b) && keep(b, KIND_NOTICE, notice);
    if (!kept)
        bridge_tell(b, "a late error was not told: %s",
                    reports_full(b) ? "too many reports wait" : ledger_problem(b->ledger));
    xmppfed_element_free(notice);
    return kept;
}

/* ---- stanzas ----------------------------------------------------------------------------- */

static void forget(struct bridge *b, int64_t id)
{
    static const char sql[] = "DELETE FROM reports WHERE id = ?1";
    struct query q;

    query_begin(&q, b->ledger, sql);
    query_number(&q, id);
    if (query_run(&q))
        b->reports->waiting -= ledger_changes(b->ledger);
}

/* Sends one; false when the link takes no more. */
static bool send_stanza(struct bridge *b, int64_t id, xmppfed_slice text)
{
    xmppfed_element *stanza = stanza_text_read(b->ctx, text);
    struct reports *r = b->reports;
    uint64_t number = 0;
    int rc = stanza ? bridge_send(b, stanza, &number) : XMPPFED_ERR_NOMEM;

    xmppfed_element_free(stanza);
    if (rc < 0)
        return false;
    r->flights[(r->first + r->count++) % FLIGHTS_MAX] = (struct flight){id, number};
    r->sent = id;
    return true;
}

static void send_stanzas(struct bridge *b)
{
    static const char sql[] = "SELECT id, stanza FROM reports"
                              " WHERE member = ?1 AND kind = ?2 AND id > ?3 ORDER BY id";
    struct reports *r = b->reports;
    struct query q;
    bool taken = true;

    query_begin(&q, b->ledger, sql);
    query_string(&q, b->settings->member);
    query_number(&q, KIND_STANZA);
    query_number(&q, r->sent);
    while (taken && r->count < FLIGHTS_MAX && query_next(&q))
        taken = send_stanza(b, query_number_at(&q, 0), query_text_at(&q, 1));
    r->more = !q.done;
    query_end(&q);
}

void reports_acknowledged(struct bridge *b)
{
    static const char sql[] = "DELETE FROM reports WHERE member = ?1 AND kind = ?2 AND id <= ?3";
    struct reports *r = b->reports;
    struct query q;
    int64_t last = 0;

    while (r->count > 0 && r->flights[r->first].number <= b->acknowledged) {
        last = r->flights[r->first].id;
        r->first = (r->first + 1) % FLIGHTS_MAX;
        r->count--;
    }
    if (last == 0)
        return;
    query_begin(&q, b->ledger, sql);
    query_string(&q, b->settings->member);
    query_number(&q, KIND_STANZA);
    query_number(&q, last);
    /* What stays for a failure of the ledger is sent again on the next link. */
    if (query_run(&q))
        r->waiting -= ledger_changes(b->ledger);
}

void reports_link(struct bridge *b)
{
    b->reports->sent = 0;
    b->reports->count = 0;
    b->reports->more = true;
}

/* ---- notices ----------------------------------------------------------------------------- */

/* When it is tried again, one attempt later. */
static bool postpone(struct bridge *b, int64_t id, uint64_t wait, int attempts)
{
    static const char sql[] = "UPDATE reports SET due = ?2, attempts = attempts + ?3 WHERE id = ?1";
    struct query q;

    query_begin(&q, b->ledger, sql);
    query_number(&q, id);
    query_number(&q, (int64_t)(b->now + wait));
    query_number(&q, attempts);
    return query_run(&q);
}

static bool send_notice(struct bridge *b, int64_t id, const xmppfed_element *notice)
{
    struct translate_text text;
    struct translate_sip sip;
    bool sent;

    translate_text_init(&text, NULL);
    sent = notice &&
           translate_message_to_sip(&b->setup, notice, TRANSLATE_PAGER, &text, &sip, NULL) == 1 &&
           bridge_request(b, BRIDGE_REPORTS, (uint64_t)id, &sip, NULL);
    translate_text_fini(&text);
    return sent;
}

struct notice {
    int64_t id;
    int64_t attempts;
    xmppfed_element *stanza;
};

static size_t due_notices(struct bridge *b, struct notice ret[NOTICES_AT_ONCE])
{
    static const char sql[] = "SELECT id, attempts, stanza FROM reports"
                              " WHERE member = ?1 AND kind = ?2 AND due <= ?3 LIMIT ?4";
    struct query q;
    size_t n = 0;

    query_begin(&q, b->ledger, sql);
    query_string(&q, b->settings->member);
    query_number(&q, KIND_NOTICE);
    query_number(&q, (int64_t)b->now);
    query_number(&q, NOTICES_AT_ONCE);
    for (; query_next(&q); n++)
        ret[n] = (struct notice){query_number_at(&q, 0), query_number_at(&q, 1),
                                 stanza_text_read(b->ctx, query_text_at(&q, 2))};
    query_end(&q);
    return n;
}

static void send_notices(struct bridge *b)
{
    struct notice notices[NOTICES_AT_ONCE];
    size_t n = due_notices(b, notices);
    size_t i;

    for (i = 0; i < n; i++) {
        if (notices[i].attempts >= ATTEMPTS_MAX) {
            bridge_tell(b, "a late error was not told: the SIP user takes no message");
            forget(b, notices[i].id);
        } else if (postpone(b, notices[i].id, NOTICE_WAIT, 1) &&
                   !send_notice(b, notices[i].id, notices[i].stanza)) {
            postpone(b, notices[i].id, NOTICE_PAUSE, 0);
        }
        xmppfed_element_free(notices[i].stanza);
    }
    b->reports->notice = b->now + (n == NOTICES_AT_ONCE ? 0 : 1000);
}

void reports_take_response(struct bridge *b, uint64_t number, int status)
{
    if (status < 300)
        forget(b, (int64_t)number);
    else
        postpone(b, (int64_t)number, NOTICE_PAUSE, 0);
}

/* ---- both -------------------------------------------------------------------------------- */

void reports_send(struct bridge *b)
{
    if (b->up && b->reports->more && b->reports->count < FLIGHTS_MAX)
        send_stanzas(b);
    if (b->reports->waiting > 0 && b->reports->notice <= b->now)
        send_notices(b);
}

bool reports_adopt(struct bridge *b, const char *member)
{
    /* New ids: what was sent on this link already has smaller ones. */
    static const char take[] =
        "INSERT INTO reports (member, kind, stanza, attempts, due)"
        " SELECT ?2, kind, stanza, attempts, due FROM reports WHERE member = ?1 ORDER BY id";
    static const char drop[] = "DELETE FROM reports WHERE member = ?1";
    struct query q;

    if (strcmp(member, b->settings->member) == 0)
        return true;
    query_begin(&q, b->ledger, take);
    query_string(&q, member);
    query_string(&q, b->settings->member);
    if (!query_run(&q))
        return false;
    b->reports->waiting += ledger_changes(b->ledger);
    b->reports->more = true;
    query_begin(&q, b->ledger, drop);
    query_string(&q, member);
    return query_run(&q);
}
