/* watched_steps.c - what is done at each step of a SIP user's dialog, and the NOTIFYs in it. */
#include <string.h>

#include "bridge/reports.h"
#include "bridge/watch_dialog.h"
#include "bridge/watched.h"
#include "bridge/watched_turn.h"
#include "bridge/watching.h"
#include "translate/address.h"

/* How long what several devices answer to a probe is gathered, in ms. */
#define GATHER 300
/* A NOTIFY that was refused for now: doubled each time. */
#define RETRY 5000
#define RETRY_MAX 300000

static int64_t now_of(const struct watched_turn *t)
{
    return (int64_t)t->b->now;
}

static bool notify_at(struct watched_turn *t, int64_t when)
{
    if (t->w.notify > when)
        t->w.notify = when;
    return true;
}

static bool end_by(struct watched_turn *t, const char *reason)
{
    t->w.reason = xmppfed_slice_of(reason);
    return notify_at(t, now_of(t));
}

/*
 * RFC 8048 3.2.3 of the text: the XMPP user is told that the SIP user is not there. Not so while he
 * has another dialog, nor when the XMPP user watches him and so knows better.
 */
static void tell_unavailable(struct watched_turn *t)
{
    if (watched_others(t->b->ledger, &t->w, WATCHED_PENDING, WATCHED_ACTIVE) ||
        watching_shows(t->b, t->w.watched.data, t->w.watcher.data) || !t->b->up ||
        reports_full(t->b))
        return;
    reports_add(t->b,
                kept_stanza(&t->b->setup, "unavailable", t->w.watcher, t->w.watched, &t->text));
}

/* ---- the actions --------------------------------------------------------------------------- */

static bool do_nothing(struct watched_turn *t)
{
    (void)t;
    return true;
}

static bool do_no_dialog(struct watched_turn *t)
{
    t->no_dialog = true;
    return true;
}

static bool do_renew(struct watched_turn *t)
{
    return notify_at(t, now_of(t));
}

static bool do_note(struct watched_turn *t)
{
    int64_t soonest = t->w.sent + WATCHED_PACE;

    return notify_at(t, soonest > now_of(t) ? soonest : now_of(t));
}

static bool do_close(struct watched_turn *t)
{
    tell_unavailable(t);
    return end_by(t, "timeout");
}

static bool do_settle(struct watched_turn *t)
{
    int64_t soon = now_of(t) + GATHER;

    t->w.reason = xmppfed_slice_of("timeout");
    return notify_at(t, soon < t->w.expires ? soon : now_of(t));
}

static bool do_reject(struct watched_turn *t)
{
    return end_by(t, "rejected");
}

/* RFC 6665 4.1.3: what a watcher is to do about the conditions of RFC 6120 8.3.3. */
static const struct {
    const char *condition;
    const char *reason;
} reasons[] = {
    {"gone", "noresource"},
    {"item-not-found", "noresource"},
    {"jid-malformed", "noresource"},
    {"remote-server-not-found", "noresource"},
    {"feature-not-implemented", "rejected"},
    {"forbidden", "rejected"},
    {"not-allowed", "rejected"},
    {"not-authorized", "rejected"},
    {"policy-violation", "rejected"},
    {"registration-required", "rejected"},
    {"service-unavailable", "rejected"},
    {"subscription-required", "rejected"},
};

static bool do_give_up(struct watched_turn *t)
{
    static const char ns[] = "urn:ietf:params:xml:ns:xmpp-stanzas";
    const xmppfed_element *error =
        xmppfed_element_child(t->stanza, "error", xmppfed_element_ns(t->stanza));

    for (size_t i = 0; error && i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (xmppfed_element_child(error, reasons[i].condition, ns))
            return end_by(t, reasons[i].reason);
    return end_by(t, "probation;retry-after=60");
}

static bool do_retry(struct watched_turn *t)
{
    int64_t rest = RETRY;

    for (unsigned i = 0; i < t->w.tries && rest < RETRY_MAX; i++)
        rest *= 2;
    t->w.tries++;
    return notify_at(t, now_of(t) + (rest < RETRY_MAX ? rest : RETRY_MAX));
}

static bool do_drop(struct watched_turn *t)
{
    tell_unavailable(t);
    return true;
}

static bool (*const actions[WATCHED_ACTIONS])(struct watched_turn *t) = {
    [WATCHED_NOTHING] = do_nothing, [WATCHED_NO_DIALOG] = do_no_dialog,
    [WATCHED_RENEW] = do_renew,     [WATCHED_NOTE] = do_note,
    [WATCHED_CLOSE] = do_close,     [WATCHED_SETTLE] = do_settle,
    [WATCHED_REJECT] = do_reject,   [WATCHED_GIVE_UP] = do_give_up,
    [WATCHED_RETRY] = do_retry,     [WATCHED_REPEAT] = do_renew,
    [WATCHED_DROP] = do_drop,       [WATCHED_FORGET] = do_nothing,
};

/* ---- a turn -------------------------------------------------------------------------------- */

void watched_turn_init(struct watched_turn *t, struct bridge *b)
{
    memset(t, 0, sizeof(*t));
    t->b = b;
    translate_text_init(&t->text, NULL);
}

void watched_turn_fini(struct watched_turn *t)
{
    translate_text_fini(&t->text);
}

bool watched_turn_take(struct watched_turn *t, enum watched_event event)
{
    struct watched_step step = watched_step(t->w.state, event);
    struct ledger *l = t->b->ledger;

    t->w.state = step.next;
    if (!actions[step.action](t) || translate_text_status(&t->text) < 0)
        return false;
    if (t->w.state != WATCHED_GONE && !watched_put(l, t->b->settings->member, &t->w))
        return false;
    if (t->w.state == WATCHED_GONE && t->w.id > 0 && !watched_remove(l, t->w.id))
        return false;
    /* What was told to nobody but this pair is of no use without a dialog (RFC 8048 6.2). */
    if ((t->w.state == WATCHED_GONE || t->w.state == WATCHED_CLOSED) &&
        !watched_others(l, &t->w, WATCHED_PENDING, WATCHED_FETCHED))
        return resources_forget(l, t->w.watcher, t->w.watched);
    return true;
}

/* ---- NOTIFY -------------------------------------------------------------------------------- */

/* A NOTIFY without body; the state is written by the caller. */
static int make_empty(struct watched_turn *t, struct translate_sip *ret)
{
    xmppfed_element *stanza =
        kept_stanza(&t->b->setup, "subscribed", t->w.watched, t->w.watcher, &t->text);
    enum translate_dialog dialog;
    int rc = XMPPFED_ERR_NOMEM;

    if (stanza)
        rc = translate_subscription_to_sip(&t->b->setup, stanza, 0, &t->text, ret, &dialog, NULL);
    xmppfed_element_free(stanza);
    return rc;
}

/* A NOTIFY with what is known; 0 without writing anything if that is nothing, 1 if it was made. */
static int make_known(struct watched_turn *t, struct translate_sip *ret)
{
    xmppfed_element *stanzas[TRANSLATE_TUPLES] = {NULL};
    struct kept_presence kept[TRANSLATE_TUPLES];
    int count =
        resources_all(t->b->ledger, t->w.watcher, t->w.watched, TRANSLATE_TUPLES, &t->text, kept);
    int rc = count < 0 ? XMPPFED_ERR_NOMEM : 0;
    int i;

    for (i = 0; i < count && rc == 0; i++) {
        stanzas[i] = kept_to_stanza(&t->b->setup, &kept[i], t->w.watched, t->w.watcher, &t->text);
        rc = stanzas[i] ? 0 : XMPPFED_ERR_NOMEM;
    }
    if (count > 0 && rc == 0)
        rc = translate_presence_to_notify(&t->b->setup, (const xmppfed_element *const *)stanzas,
                                          (size_t)count, 0, &t->text, ret, NULL);
    for (i = 0; i < count; i++)
        xmppfed_element_free(stanzas[i]);
    return rc < 0 ? rc : count > 0;
}

/* The last NOTIFY to one who let the dialog go, or let it expire. */
static int make_closed(struct watched_turn *t, struct translate_sip *ret)
{
    struct translate_sip subscribe = translate_sip_empty();
    xmppfed_slice from;
    int rc = translate_address_to_uri(t->w.watcher.data, TRANSLATE_SIP, TRANSLATE_BARE, &t->text,
                                      &from, NULL);

    if (rc == 0)
        rc = translate_address_to_uri(t->w.watched.data, TRANSLATE_SIP, TRANSLATE_BARE, &t->text,
                                      &subscribe.uri, NULL);
    if (rc < 0)
        return rc;
    subscribe.method = xmppfed_slice_of("SUBSCRIBE");
    subscribe.from = watch_dialog_name_addr(from, &t->text);
    subscribe.to = watch_dialog_name_addr(subscribe.uri, &t->text);
    return translate_subscription_closed(&t->b->setup, &subscribe, &t->text, ret, NULL);
}

static void write_state(struct watched_turn *t, struct translate_sip *sip)
{
    int64_t left = (t->w.expires - now_of(t)) / 1000;

    if (t->w.state == WATCHED_PENDING || t->w.state == WATCHED_ACTIVE) {
        translate_text_string(&t->text, t->w.state == WATCHED_ACTIVE ? "active;expires="
                                                                     : "pending;expires=");
        translate_text_number(&t->text, left > 0 ? (unsigned long)left : 0);
    } else {
        translate_text_string(&t->text, "terminated;reason=");
        translate_text_add(&t->text, t->w.reason);
    }
    sip->subscription_state = translate_text_end(&t->text);
}

int watched_turn_notify(struct watched_turn *t, struct translate_sip *ret)
{
    struct translate_sip sip;
    int rc = 0;

    if (t->w.state == WATCHED_ACTIVE || t->w.state == WATCHED_FETCHED)
        rc = make_known(t, &sip);
    else if (t->w.state == WATCHED_CLOSED && translate_slice_is(t->w.reason, "timeout"))
        rc = make_closed(t, &sip) < 0 ? XMPPFED_ERR_NOMEM : 1;
    /* RFC 8048 3.2.2 of the text: where nothing is known, NOTIFY must be empty. */
    if (rc == 0)
        rc = make_empty(t, &sip);
    if (rc < 0)
        return rc;
    write_state(t, &sip);
    /* RFC 3261 12.2.1.1: From and To are those of the dialog. */
    sip.from = watch_dialog_name_addr(t->w.dialog.local_uri, &t->text);
    sip.to = watch_dialog_name_addr(t->w.dialog.remote_uri, &t->text);
    sip.contact = watch_dialog_name_addr(xmppfed_slice_of(t->b->settings->contact), &t->text);
    if (translate_text_status(&t->text) < 0)
        return XMPPFED_ERR_NOMEM;
    *ret = sip;
    return 0;
}
