/* watching.c - XMPP users who watch SIP users: which event it is that arrives, or that time brings.
 */
#include "bridge/watching.h"

#include "bridge/watch_dialog.h"
#include "bridge/watching_turn.h"
#include "translate/address.h"

/* Without an authorization that would have to be kept, this often is enough. */
#define TRIES_MAX 8
/* Nobody is asked for more at a time (423). */
#define INTERVAL_MAX 86400

static void take_failure(struct watching_turn *t, int status);

/* Ends the turn's transaction, and sends what is to be sent. */
static bool finish(struct watching_turn *t, bool ok)
{
    struct translate_sip sip;
    struct bridge_dialog dialog;
    bool sent;

    if (!ledger_finish(t->b->ledger, ok)) {
        bridge_tell(t->b, "a watch was not recorded: %s", ledger_problem(t->b->ledger));
        return false;
    }
    if (!t->send)
        return true;
    t->send = false;
    dialog = watch_dialog_of(&t->w.dialog);
    sent = watching_turn_request(t, &sip, NULL) == 0 &&
           bridge_request(t->b, BRIDGE_PRESENCE, (uint64_t)t->w.flight, &sip, &dialog);
    if (!sent)
        take_failure(t, 503);
    return true;
}

/* ---- stanzas ------------------------------------------------------------------------------- */

void watching_take_stanza(struct bridge *b, const xmppfed_element *stanza,
                          enum watching_event event, const char *watcher, const char *watched)
{
    struct watching_turn t;
    bool ok = ledger_begin(b->ledger);
    int found;

    watching_turn_init(&t, b);
    t.stanza = stanza;
    if (ok) {
        found = watching_find(b->ledger, xmppfed_slice_of(watcher), xmppfed_slice_of(watched),
                              &t.text, &t.w);
        if (found == 0)
            t.w = (struct watching){.watcher = xmppfed_slice_of(watcher),
                                    .watched = xmppfed_slice_of(watched)};
        ok = finish(&t, found >= 0 && watching_turn_take(&t, event));
    }
    if (!ok && event == WATCHING_SUBSCRIBE)
        bridge_refuse(b, stanza, "resource-constraint", NULL);
    watching_turn_fini(&t);
}

bool watching_shows(struct bridge *b, const char *watcher, const char *watched)
{
    struct translate_text text;
    struct watching w;
    bool shows;

    translate_text_init(&text, NULL);
    shows = watching_find(b->ledger, xmppfed_slice_of(watcher), xmppfed_slice_of(watched), &text,
                          &w) == 1 &&
            w.accepted && w.told.open;
    translate_text_fini(&text);
    return shows;
}

/* ---- NOTIFY -------------------------------------------------------------------------------- */

/* The URI of one of the row's users, as From and To have it. */
static bool write_user(xmppfed_slice jid, struct translate_text *text, xmppfed_slice *ret)
{
    return translate_address_to_uri(jid.data, TRANSLATE_SIP, TRANSLATE_BARE, text, ret, NULL) == 0;
}

/*
 * What the NOTIFY says, between the users of the dialog: whatever it writes itself, what comes in
 * their dialog is told to nobody else (RFC 8048 6.2). 0, or the status to answer.
 */
static int read_notify(struct watching_turn *t, enum watching_event *ret_event)
{
    struct translate_known known = {.dialog = true, .accepted = t->w.accepted};
    struct translate_sip sip = t->request->sip;
    struct translate_problem problem;
    xmppfed_slice watched, state;

    if (!write_user(t->w.watched, &t->text, &watched) ||
        !write_user(t->w.watcher, &t->text, &sip.uri))
        return 500;
    sip.from = watch_dialog_name_addr(watched, &t->text);
    sip.to = watch_dialog_name_addr(sip.uri, &t->text);
    if (translate_subscription_to_xmpp(&t->b->setup, &sip, known, &t->text, &t->outcome, &problem) <
        0)
        return problem.status;
    state = translate_sip_first(sip.subscription_state);
    if (!translate_slice_is_nocase(state, "terminated"))
        *ret_event = WATCHING_NOTIFY;
    else if (t->outcome.next == TRANSLATE_NEXT_END)
        *ret_event = WATCHING_OVER;
    else
        *ret_event = WATCHING_PAUSED;
    return 0;
}

/* 200, or why it is none of ours. */
static int take_notify(struct watching_turn *t)
{
    const struct bridge_request *request = t->request;
    enum watching_event event;
    int found, status;

    found =
        watching_find_dialog(t->b->ledger, request->sip.call_id, request->to_tag, &t->text, &t->w);
    if (found < 0)
        return 500;
    /* RFC 6665 4.1.3; and 5.4.9 with RFC 3856 6.9: of several that a fork gave, one dialog. */
    if (found == 0 || request->to_tag.len == 0 || request->from_tag.len == 0 ||
        (t->w.dialog.remote_tag.len > 0 &&
         !translate_slice_equal(t->w.dialog.remote_tag, request->from_tag)))
        return 481;
    /* RFC 3261 12.2.2: it is late, or somebody repeats it. */
    if (request->cseq <= t->w.dialog.remote_cseq)
        return 500;
    status = read_notify(t, &event);
    if (status > 0)
        return status;
    t->w.dialog.remote_cseq = request->cseq;
    return watching_turn_take(t, event) ? 200 : 500;
}

void watching_take_notify(struct bridge *b, const struct bridge_request *request)
{
    struct bridge_answer answer = {.response = {.status = 500}, .expires = TRANSLATE_NO_EXPIRES};
    struct watching_turn t;

    watching_turn_init(&t, b);
    t.request = request;
    if (ledger_begin(b->ledger)) {
        int status = take_notify(&t);

        if (status != 200)
            ledger_rollback(b->ledger);
        if (status != 200 || finish(&t, true))
            answer.response.status = status;
    }
    /* RFC 3261 12.1.1: the answer to a request that makes a dialog has a Contact. */
    if (answer.response.status == 200)
        answer.contact = xmppfed_slice_of(b->settings->contact);
    b->ports.answer(request->handle, &answer, b->ports.user);
    watching_turn_fini(&t);
}

/* ---- responses ----------------------------------------------------------------------------- */

/* Whether it may be otherwise soon. */
static bool passes(int status)
{
    return status == 408 || status == 480 || status == 486 || status == 600 ||
           (status >= 500 && status != 501 && status < 600);
}

/* RFC 6665 4.1.2.2, and RFC 3261 12.2.1.2 for 408: the dialog is over, and not what it was for. */
static bool ends_dialog(int status)
{
    return status == 404 || status == 405 || status == 408 || status == 410 || status == 416 ||
           (status >= 480 && status <= 485) || status == 501 || status == 604;
}

/* Which event a failure is; its error for the user is in t->excuse. */
static enum watching_event read_failure(struct watching_turn *t)
{
    const struct translate_response *response = &t->response->response;
    xmppfed_element *asked = watching_turn_subscribe(t);
    enum translate_next next = TRANSLATE_NEXT_LATER;
    bool in_dialog = t->w.dialog.remote_tag.len > 0;

    if (asked && translate_subscription_failed(&t->b->setup, asked, response, &t->text, &t->excuse,
                                               &next, NULL) < 0)
        next = TRANSLATE_NEXT_LATER;
    xmppfed_element_free(asked);
    if (response->status == 423 && t->response->min_expires > (long)t->w.interval)
        t->w.interval = t->response->min_expires < INTERVAL_MAX ? (unsigned)t->response->min_expires
                                                                : INTERVAL_MAX;
    if (next == TRANSLATE_NEXT_END)
        return WATCHING_REFUSED;
    if (in_dialog && ends_dialog(response->status))
        return WATCHING_AGAIN;
    if (!t->w.accepted &&
        (t->w.tries >= TRIES_MAX || (next != TRANSLATE_NEXT_RENEW && !passes(response->status))))
        return WATCHING_HOPELESS;
    return next == TRANSLATE_NEXT_RENEW ? WATCHING_AGAIN : WATCHING_FAILED;
}

static void take_response(struct watching_turn *t)
{
    enum watching_event event = WATCHING_OK;

    t->w.flight = 0;
    if (t->response->response.status >= 300)
        event = read_failure(t);
    finish(t, watching_turn_take(t, event));
}

bool watching_take_response(struct bridge *b, uint64_t number,
                            const struct bridge_response *response)
{
    struct watching_turn t;
    bool found;

    if (!ledger_begin(b->ledger))
        return false;
    watching_turn_init(&t, b);
    t.response = response;
    found = watching_find_flight(b->ledger, (int64_t)number, &t.text, &t.w) == 1;
    if (found)
        take_response(&t);
    else
        ledger_rollback(b->ledger);
    watching_turn_fini(&t);
    return found;
}

/* What was to be sent could not be: as if the response had come. */
static void take_failure(struct watching_turn *t, int status)
{
    struct bridge_response response = {.response = {.status = status},
                                       .expires = TRANSLATE_NO_EXPIRES,
                                       .min_expires = TRANSLATE_NO_EXPIRES};

    watching_take_response(t->b, (uint64_t)t->w.flight, &response);
}

/* ---- time ---------------------------------------------------------------------------------- */

/* The row of what is due, and whether what it says is only to be told again. */
static bool find_work(struct watching_turn *t, bool *ret_stale)
{
    struct bridge *b = t->b;
    const char *member = b->settings->member;

    *ret_stale = false;
    if (watching_find_due(b->ledger, member, (int64_t)b->now, &t->text, &t->w) == 1)
        return true;
    *ret_stale = true;
    return b->up && watching_find_stale(b->ledger, member, &t->text, &t->w) == 1;
}

/* The same within a transaction: another member may have been quicker. */
static bool do_work(struct watching_turn *t)
{
    bool stale;

    if (!ledger_begin(t->b->ledger))
        return false;
    if (!find_work(t, &stale)) {
        ledger_rollback(t->b->ledger);
        return false;
    }
    if (stale) {
        watching_turn_retell(t);
        return finish(t, watching_put(t->b->ledger, t->b->settings->member, &t->w)) && !t->w.stale;
    }
    return finish(t, watching_turn_take(t, t->w.expires <= (int64_t)t->b->now ? WATCHING_EXPIRED
                                                                              : WATCHING_DUE));
}

bool watching_work(struct bridge *b)
{
    struct watching_turn t;
    bool stale, done;

    watching_turn_init(&t, b);
    done = find_work(&t, &stale) && do_work(&t);
    watching_turn_fini(&t);
    return done;
}

bool watching_lose(struct bridge *b, const char *member)
{
    struct watching_turn t;
    int64_t last = 0;
    int found;

    do {
        watching_turn_init(&t, b);
        found = watching_next_flying(b->ledger, member, last, &t.text, &t.w);
        if (found == 1) {
            last = t.w.id;
            t.w.flight = 0;
            if (!watching_turn_take(&t, WATCHING_LOST))
                found = -1;
        }
        watching_turn_fini(&t);
    } while (found == 1);
    return found == 0;
}
