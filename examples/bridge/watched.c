/* watched.c - SIP users who watch XMPP users: which event it is that arrives, or that time brings.
 */
#include "bridge/watched.h"

#include <xmppfed/address.h>

#include "bridge/addresses.h"
#include "bridge/reports.h"
#include "bridge/watch_dialog.h"
#include "bridge/watched_turn.h"

/* Seconds: nobody refreshes more often (423). */
#define EXPIRES_MIN 60
#define RETRY_AFTER 60

static int64_t now_of(const struct watched_turn *t)
{
    return (int64_t)t->b->now;
}

/* ---- SUBSCRIBE ----------------------------------------------------------------------------- */

/* What becomes of a SUBSCRIBE; problem has a sentence if status is a failure that needs one. */
struct verdict {
    int status;
    const char *reason;
    unsigned expires; /* granted, or the least for 423 */
};

/* Whether Accept allows a document of presence (RFC 3856 6.7; RFC 6665 4.1.2.1). */
static bool accepts_pidf(xmppfed_slice accept)
{
    static const char *const fitting[] = {TRANSLATE_TYPE_PIDF, "application/*", "*/*"};
    xmppfed_slice rest = accept;

    if (accept.len == 0)
        return true;
    while (rest.len > 0) {
        size_t end = translate_slice_find(rest, ',');
        xmppfed_slice type = translate_sip_media_type(translate_slice_until(rest, end));

        for (size_t i = 0; i < 3; i++)
            if (translate_slice_is_nocase(type, fitting[i]))
                return true;
        rest = translate_slice_from(rest, end + 1);
    }
    return false;
}

/* Who watches whom, prepared; false if the watcher is none of our users. */
static bool read_pair(struct watched_turn *t, xmppfed_element *stanza)
{
    char watcher[XMPPFED_BARE_SIZE];
    char watched[XMPPFED_BARE_SIZE];

    if (!addresses_from_sip(t->b->settings, stanza) ||
        xmppfed_jid_prepare_bare(xmppfed_element_attribute(stanza, "from"), XMPPFED_LENIENT,
                                 watcher) < 0 ||
        xmppfed_jid_prepare_bare(xmppfed_element_attribute(stanza, "to"), XMPPFED_LENIENT,
                                 watched) < 0)
        return false;
    t->w.watcher = translate_text_copy(&t->text, xmppfed_slice_of(watcher));
    t->w.watched = translate_text_copy(&t->text, xmppfed_slice_of(watched));
    return true;
}

/* The first state of a dialog, and what is known already of whom it watches. */
static bool begin_dialog(struct watched_turn *t, unsigned expires)
{
    struct ledger *l = t->b->ledger;
    bool active = watched_others(l, &t->w, WATCHED_ACTIVE, WATCHED_ACTIVE);

    t->w.notify = now_of(t);
    t->w.expires = now_of(t) + (int64_t)expires * 1000;
    t->w.ask = true;
    t->w.state = active ? WATCHED_ACTIVE : WATCHED_PENDING;
    if (expires == 0 && active) {
        /* RFC 8048 5.2: nobody is asked for what is known. */
        t->w.state = WATCHED_FETCHED;
        t->w.reason = xmppfed_slice_of("timeout");
        t->w.ask = false;
    } else if (expires == 0) {
        t->w.state = WATCHED_FETCHING;
        t->w.expires = now_of(t) + WATCHED_FETCH;
        t->w.notify = WATCH_NEVER;
    }
    if (!watched_others(l, &t->w, WATCHED_PENDING, WATCHED_FETCHED) &&
        !resources_forget(l, t->w.watcher, t->w.watched))
        return false;
    return watched_put(l, t->b->settings->member, &t->w);
}

/* A SUBSCRIBE outside of any dialog, which outcome is of. */
static struct verdict take_first(struct watched_turn *t, const struct bridge_request *request,
                                 const struct translate_outcome *outcome)
{
    struct bridge *b = t->b;
    int again = watched_find_again(b->ledger, request->sip.call_id, request->from_tag,
                                   request->cseq, &t->text, &t->w);

    /* It came before, and the answer was lost with the process that gave it. */
    if (again == 1 && watch_dialog_is_from(&t->w.dialog, request))
        return (struct verdict){200, NULL, outcome->expires};
    t->w = (struct watched){.id = 0};
    if (again < 0)
        return (struct verdict){500, NULL, 0};
    if (!read_pair(t, outcome->first))
        return (struct verdict){403, "You may not watch from this address", 0};
    if (!watch_dialog_accept(request, &t->text, &t->w.dialog))
        return (struct verdict){400, "SUBSCRIBE lacks a Contact or a tag", 0};
    /* 503 makes the sender use another gateway (RFC 3261 21.5.4). */
    if (b->ending || !b->up || reports_full(b) ||
        !watch_store_has_room(b->ledger, b->settings->watch_limit, t->w.watched))
        return (struct verdict){503, NULL, 0};
    if (!begin_dialog(t, outcome->expires))
        return (struct verdict){500, NULL, 0};
    return (struct verdict){200, NULL, outcome->expires};
}

/* A SUBSCRIBE in the dialog t->w. */
static struct verdict take_again(struct watched_turn *t, const struct bridge_request *request,
                                 const struct translate_outcome *outcome)
{
    bool leave = outcome->expires == 0;
    bool taken;

    t->w.dialog.remote_cseq = request->cseq;
    watch_dialog_learn(&t->w.dialog, request->from_tag, request->sip.contact, request->record_route,
                       false, &t->text);
    if (!leave && t->w.state <= WATCHED_ACTIVE)
        t->w.expires = now_of(t) + (int64_t)outcome->expires * 1000;
    taken = watched_turn_take(t, leave ? WATCHED_LEAVE : WATCHED_REFRESH);
    if (t->no_dialog)
        return (struct verdict){481, NULL, 0};
    return (struct verdict){taken ? 200 : 500, NULL, outcome->expires};
}

/* Finds the dialog of a SUBSCRIBE that has a To tag: 0, or the status that refuses it. */
static int find_dialog(struct watched_turn *t, const struct bridge_request *request)
{
    int found =
        watched_find_dialog(t->b->ledger, request->sip.call_id, request->to_tag, &t->text, &t->w);

    if (found < 0)
        return 500;
    /* RFC 6665 4.1.2.2 and RFC 3261 12.2.2. */
    if (found == 0 || !translate_slice_equal(t->w.dialog.remote_tag, request->from_tag))
        return 481;
    return request->cseq <= t->w.dialog.remote_cseq ? 500 : 0;
}

/* In the order in which RFC 6665 4.2.1.1 has the checks. */
static struct verdict take_subscribe(struct watched_turn *t, const struct bridge_request *request)
{
    struct translate_known known = {.dialog = request->to_tag.len > 0};
    struct translate_sip sip = request->sip;
    struct translate_outcome outcome;
    struct translate_problem problem;
    struct verdict v;

    if (known.dialog) {
        v = (struct verdict){find_dialog(t, request), NULL, 0};
        if (v.status > 0)
            return v;
        /* Whatever they write now, it is the dialog of these two. */
        sip.uri = t->w.dialog.local_uri;
        sip.to = watch_dialog_name_addr(t->w.dialog.local_uri, &t->text);
        sip.from = watch_dialog_name_addr(t->w.dialog.remote_uri, &t->text);
    }
    if (translate_subscription_to_xmpp(&t->b->setup, &sip, known, &t->text, &outcome, &problem) < 0)
        return (struct verdict){
            problem.status, translate_text_copy(&t->text, xmppfed_slice_of(problem.text)).data, 0};
    if (!accepts_pidf(sip.accept))
        v = (struct verdict){406, "Presence is told in " TRANSLATE_TYPE_PIDF " alone", 0};
    else if (outcome.expires > 0 && outcome.expires < EXPIRES_MIN)
        v = (struct verdict){423, NULL, EXPIRES_MIN};
    else if (known.dialog)
        v = take_again(t, request, &outcome);
    else
        v = take_first(t, request, &outcome);
    translate_outcome_fini(&outcome);
    return v;
}

void watched_take_subscribe(struct bridge *b, const struct bridge_request *request)
{
    struct bridge_answer answer = {.expires = TRANSLATE_NO_EXPIRES};
    struct verdict v = {500, NULL, 0};
    struct watched_turn t;

    watched_turn_init(&t, b);
    if (ledger_begin(b->ledger)) {
        v = take_subscribe(&t, request);
        if (!ledger_finish(b->ledger, v.status == 200) && v.status == 200)
            v = (struct verdict){500, NULL, 0};
    }
    answer.response.status = v.status;
    if (v.reason)
        answer.response.reason = xmppfed_slice_of(v.reason);
    if (v.status == 200 || v.status == 423)
        answer.expires = (long)v.expires;
    if (v.status == 200) {
        answer.to_tag = t.w.dialog.local_tag;
        answer.contact = xmppfed_slice_of(b->settings->contact);
    }
    if (v.status == 503)
        answer.retry_after = RETRY_AFTER;
    b->ports.answer(request->handle, &answer, b->ports.user);
    watched_turn_fini(&t);
}

/* ---- stanzas ------------------------------------------------------------------------------- */

/* What a stanza changes of what is known of the XMPP user; false: the ledger failed. */
static bool keep_presence(struct bridge *b, const xmppfed_element *stanza, enum watched_event event,
                          const struct watched *pair, bool *ret_changed)
{
    struct kept_presence kept = {.known = true};
    struct translate_text text;
    bool ok;

    translate_text_init(&text, NULL);
    if (event == WATCHED_PRESENCE)
        kept = kept_of_stanza(stanza, &text);
    ok = translate_text_status(&text) == 0 &&
         resources_put(b->ledger, pair->watcher, pair->watched, &kept, ret_changed);
    translate_text_fini(&text);
    return ok;
}

/* The event for each dialog of a pair; false: the ledger failed. */
static bool take_for_all(struct bridge *b, const xmppfed_element *stanza, enum watched_event event,
                         const struct watched *pair, bool changed)
{
    struct watched_turn t;
    int64_t last = 0;
    bool ok = true;
    int found;

    do {
        watched_turn_init(&t, b);
        t.stanza = stanza;
        found = watched_next(b->ledger, pair->watcher, pair->watched, last, &t.text, &t.w);
        if (found == 1) {
            last = t.w.id;
            /* Servers repeat presence, as when they are probed: an active watcher has it. */
            if (changed || t.w.state != WATCHED_ACTIVE)
                ok = watched_turn_take(&t, event);
        }
        watched_turn_fini(&t);
    } while (found == 1 && ok);
    return ok && found == 0;
}

void watched_take_stanza(struct bridge *b, const xmppfed_element *stanza, enum watched_event event,
                         const char *watcher, const char *watched)
{
    struct watched pair = {.watcher = xmppfed_slice_of(watcher),
                           .watched = xmppfed_slice_of(watched)};
    bool changed = true;
    bool ok;

    /* RFC 8048 6.2: who does not watch is told nothing, and nothing is kept for him. */
    if (!watched_others(b->ledger, &pair, WATCHED_PENDING, WATCHED_FETCHING) ||
        !ledger_begin(b->ledger))
        return;
    ok = (event != WATCHED_PRESENCE && event != WATCHED_ERROR) ||
         keep_presence(b, stanza, event, &pair, &changed);
    if (!ledger_finish(b->ledger, ok && take_for_all(b, stanza, event, &pair, changed)))
        bridge_tell(b, "presence was not recorded: %s", ledger_problem(b->ledger));
}

/* ---- responses ----------------------------------------------------------------------------- */

/* RFC 6665 4.2.2: after these, and after none, there is nobody to notify any more. */
static enum watched_event event_of(int status)
{
    if (status < 300)
        return WATCHED_SENT;
    if (status == 404 || status == 405 || status == 408 || status == 410 || status == 416 ||
        (status >= 480 && status <= 485) || status == 489 || status == 501 || status == 604)
        return WATCHED_REMOVED;
    return WATCHED_FAILED;
}

static bool take_response(struct watched_turn *t, int status)
{
    enum watched_event event = event_of(status);

    t->w.flight = 0;
    if (event == WATCHED_SENT)
        t->w.tries = 0;
    /* The last NOTIFY is still to come: this was the response to one before. */
    if (event != WATCHED_REMOVED && t->w.notify != WATCH_NEVER &&
        (t->w.state == WATCHED_CLOSED || t->w.state == WATCHED_FETCHED))
        return watched_put(t->b->ledger, t->b->settings->member, &t->w);
    return watched_turn_take(t, event);
}

bool watched_take_response(struct bridge *b, uint64_t number,
                           const struct bridge_response *response)
{
    struct watched_turn t;
    bool found;

    if (!ledger_begin(b->ledger))
        return false;
    watched_turn_init(&t, b);
    found = watched_find_flight(b->ledger, (int64_t)number, &t.text, &t.w) == 1;
    if (!ledger_finish(b->ledger, found && take_response(&t, response->response.status)) && found)
        bridge_tell(b, "a watch was not recorded: %s", ledger_problem(b->ledger));
    watched_turn_fini(&t);
    return found;
}

/* ---- time ---------------------------------------------------------------------------------- */

/* Puts on record that the NOTIFY is under way, then sends it. */
static bool send_notify(struct watched_turn *t)
{
    struct bridge *b = t->b;
    struct bridge_response none = {.response = {.status = 503}};
    struct bridge_dialog dialog;
    struct translate_sip sip;

    t->w.notify = WATCH_NEVER;
    t->w.sent = now_of(t);
    t->w.lease = now_of(t) + WATCHED_LEASE;
    t->w.flight = ++b->presence->flights;
    t->w.member.len = 0;
    t->w.dialog.cseq++;
    if (!ledger_finish(b->ledger, watched_put(b->ledger, b->settings->member, &t->w)))
        return false;
    dialog = watch_dialog_of(&t->w.dialog);
    if (watched_turn_notify(t, &sip) < 0 ||
        !bridge_request(b, BRIDGE_PRESENCE, (uint64_t)t->w.flight, &sip, &dialog))
        watched_take_response(b, (uint64_t)t->w.flight, &none);
    return true;
}

/* Within a transaction, which it ends: what is due for a dialog. */
static bool do_due(struct watched_turn *t)
{
    if (t->w.flight > 0) {
        t->w.flight = 0;
        return ledger_finish(t->b->ledger, watched_turn_take(t, WATCHED_REMOVED));
    }
    if (t->w.state <= WATCHED_FETCHING && t->w.expires <= now_of(t))
        return ledger_finish(t->b->ledger, watched_turn_take(t, WATCHED_EXPIRED));
    return send_notify(t);
}

/* The same: asks the XMPP user's server, for all dialogs of the pair. */
static bool do_ask(struct watched_turn *t)
{
    bool subscribe = t->w.state == WATCHED_PENDING;
    xmppfed_element *stanza = kept_stanza(&t->b->setup, subscribe ? "subscribe" : "probe",
                                          t->w.watcher, t->w.watched, &t->text);

    xmppfed_element_set_attribute(stanza, "id", WATCHED_ID);
    return ledger_finish(t->b->ledger, reports_add(t->b, stanza) &&
                                           watched_asked(t->b->ledger, t->w.watcher, t->w.watched));
}

static bool find_work(struct watched_turn *t, bool *ret_ask)
{
    struct bridge *b = t->b;
    const char *member = b->settings->member;

    *ret_ask = false;
    if (watched_find_due(b->ledger, member, now_of(t), &t->text, &t->w) == 1)
        return true;
    *ret_ask = true;
    return b->up && !reports_full(b) &&
           watched_find_asking(b->ledger, member, &t->text, &t->w) == 1;
}

bool watched_work(struct bridge *b)
{
    struct watched_turn t;
    bool done = false;
    bool ask;

    watched_turn_init(&t, b);
    if (find_work(&t, &ask) && ledger_begin(b->ledger)) {
        /* Within the transaction: another member may have been quicker. */
        if (find_work(&t, &ask))
            done = ask ? do_ask(&t) : do_due(&t);
        else
            ledger_rollback(b->ledger);
    }
    watched_turn_fini(&t);
    return done;
}

bool watched_lose(struct bridge *b, const char *member)
{
    struct watched_turn t;
    int64_t last = 0;
    int found;

    do {
        watched_turn_init(&t, b);
        found = watched_next_flying(b->ledger, member, last, &t.text, &t.w);
        if (found == 1) {
            last = t.w.id;
            t.w.flight = 0;
            if (!watched_turn_take(&t, WATCHED_LOST))
                found = -1;
        }
        watched_turn_fini(&t);
    } while (found == 1);
    return found == 0;
}
