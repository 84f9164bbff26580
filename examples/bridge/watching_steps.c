/* watching_steps.c - what is done at each step of a watch: watch_table.h in deeds. */
#include <string.h>
#include <xmppfed/stream.h>

#include "bridge/addresses.h"
#include "bridge/reports.h"
#include "bridge/watch_dialog.h"
#include "bridge/watching_turn.h"

/* Rests between SUBSCRIBEs that lead to nothing, in ms: doubled each time. */
#define REST 30000
#define REST_MAX 3600000
/* A dialog is refreshed after this part of its time, but not all the time. */
#define REFRESH_PERCENT 80
#define REFRESH_MIN 5000
/* "invariant" (RFC 6665 4.1.3): as good as never. */
#define YEAR_MS (INT64_C(365) * 24 * 3600 * 1000)

static int64_t now_of(const struct watching_turn *t)
{
    return (int64_t)t->b->now;
}

/* ---- what the XMPP user is told ------------------------------------------------------------ */

/* Sends a stanza that the next one of its kind makes old: it is told from the row when it can be.
 */
static void say(struct watching_turn *t, xmppfed_element *stanza)
{
    if (t->b->up && !reports_full(t->b)) {
        reports_add(t->b, stanza);
        return;
    }
    xmppfed_element_free(stanza);
    t->w.stale = true;
}

static xmppfed_element *stanza_of(struct watching_turn *t, const char *type)
{
    return kept_stanza(&t->b->setup, type, t->w.watched, t->w.watcher, &t->text);
}

static void say_presence(struct watching_turn *t)
{
    say(t, kept_to_stanza(&t->b->setup, &t->w.told, t->w.watched, t->w.watcher, &t->text));
}

/* The user sees the contact go. */
static void lose(struct watching_turn *t)
{
    if (!t->w.told.open)
        return;
    t->w.told = (struct kept_presence){.known = true, .resource = t->w.told.resource};
    say_presence(t);
}

/* What NOTIFY says of presence; of one device at a time, or the others would seem to stay. */
static void tell_presence(struct watching_turn *t, const xmppfed_element *presence)
{
    struct kept_presence kept = kept_of_stanza(presence, &t->text);

    if (!kept.open && t->w.told.open)
        kept.resource = t->w.told.resource;
    if (kept_equal(&kept, &t->w.told))
        return;
    if (!translate_slice_equal(kept.resource, t->w.told.resource))
        lose(t);
    t->w.told = kept;
    say_presence(t);
}

/* What NOTIFY is for the user: perhaps <subscribed/>, perhaps presence. */
static void tell_outcome(struct watching_turn *t)
{
    const xmppfed_element *stanzas[] = {t->outcome.first, t->outcome.second};

    for (size_t i = 0; i < 2; i++) {
        const char *type = stanzas[i] ? xmppfed_element_attribute(stanzas[i], "type") : NULL;

        if (type && strcmp(type, "subscribed") == 0) {
            t->w.accepted = true;
            t->w.asked = false;
            say(t, stanza_of(t, type));
        } else if (stanzas[i] && t->w.accepted) {
            tell_presence(t, stanzas[i]);
        }
    }
}

void watching_turn_retell(struct watching_turn *t)
{
    t->w.stale = false;
    if (!t->w.accepted)
        return;
    say(t, stanza_of(t, "subscribed"));
    if (t->w.told.known)
        say_presence(t);
}

/* ---- time ---------------------------------------------------------------------------------- */

/* The first SUBSCRIBE behind a dialog that ended is sent at once, the next ones later and later. */
static int64_t rest_of(const struct watching_turn *t)
{
    int64_t rest = REST;

    if (t->w.tries < 2)
        return 0;
    for (unsigned i = 2; i < t->w.tries && rest < REST_MAX; i++)
        rest *= 2;
    return rest < REST_MAX ? rest : REST_MAX;
}

static void run_until(struct watching_turn *t, int64_t seconds)
{
    t->w.expires = now_of(t) + seconds * 1000;
}

static void refresh_in_time(struct watching_turn *t)
{
    int64_t rest = (t->w.expires - now_of(t)) * REFRESH_PERCENT / 100;

    t->w.due = now_of(t) + (rest > REFRESH_MIN ? rest : REFRESH_MIN);
}

/* Without a dialog, until then. */
static void rest(struct watching_turn *t, int64_t due)
{
    t->w.dialog = (struct watch_dialog){.cseq = 0};
    t->w.flight = 0;
    t->w.due = due;
}

static void hurry(struct watching_turn *t)
{
    int64_t soonest = t->w.not_before > now_of(t) ? t->w.not_before : now_of(t);

    if (t->w.due > soonest)
        t->w.due = soonest;
}

/* ---- the actions --------------------------------------------------------------------------- */

static bool do_nothing(struct watching_turn *t)
{
    (void)t;
    return true;
}

static bool do_begin(struct watching_turn *t)
{
    struct translate_problem problem;
    struct translate_sip sip;
    xmppfed_element *error = NULL;

    t->w.interval = t->b->setup.expires;
    t->w.asked = true;
    t->w.due = now_of(t);
    if (!watch_store_has_room(t->b->ledger, t->b->settings->watch_limit, t->w.watcher)) {
        bridge_refuse(t->b, t->stanza, "resource-constraint", "Too many watch already");
        t->w.state = WATCHING_GONE;
    } else if (watching_turn_request(t, &sip, &problem) < 0) {
        /* Better to know now than when it is sent. */
        if (translate_error_of_problem(t->stanza, &problem, &error, NULL) == 0)
            reports_add(t->b, error);
        t->w.state = WATCHING_GONE;
    }
    return true;
}

static bool do_anew(struct watching_turn *t)
{
    struct watching old = t->w;

    t->w = (struct watching){.watcher = old.watcher, .watched = old.watched, .state = old.state};
    t->w.interval = t->b->setup.expires;
    t->w.asked = true;
    t->w.due = now_of(t);
    return watching_remove(t->b->ledger, old.id);
}

static bool do_retell(struct watching_turn *t)
{
    if (t->w.accepted)
        watching_turn_retell(t);
    else
        t->w.asked = true;
    if (t->w.state == WATCHING_RESTING)
        hurry(t);
    return true;
}

static bool do_report(struct watching_turn *t)
{
    /* RFC 6121 4.3.2; one whose request is pending learns nothing, not even that. */
    if (!t->w.accepted)
        return true;
    if (t->w.told.known)
        say_presence(t);
    else
        say(t, stanza_of(t, "unavailable"));
    if (t->w.state == WATCHING_RESTING)
        hurry(t);
    return true;
}

static bool do_deny(struct watching_turn *t)
{
    reports_add(t->b, stanza_of(t, "unsubscribed"));
    return true;
}

static bool do_ask(struct watching_turn *t)
{
    t->w.tries++;
    t->w.due = now_of(t) + WATCHING_TIMER_N;
    t->send = true;
    t->expires = (long)t->w.interval;
    return watch_dialog_begin(&t->w.dialog, &t->text);
}

static bool do_refresh(struct watching_turn *t)
{
    t->w.tries = 0;
    t->w.due = now_of(t) + WATCHING_TIMER_N;
    t->send = true;
    t->expires = (long)t->w.interval;
    return true;
}

static bool do_end(struct watching_turn *t)
{
    t->w.due = now_of(t) + WATCHING_TIMER_N;
    t->send = true;
    t->expires = 0;
    return true;
}

static bool do_hurry(struct watching_turn *t)
{
    /* Not within a dialog that is over. */
    if (t->w.state == WATCHING_RESTING)
        rest(t, now_of(t));
    t->w.due = now_of(t);
    return true;
}

/* The dialog's remote end, from what there is; that it is another one's was seen before. */
static bool learn(struct watching_turn *t)
{
    const struct bridge_response *response = t->response;
    const struct bridge_request *request = t->request;

    if (response)
        return watch_dialog_learn(&t->w.dialog, response->to_tag, response->contact,
                                  response->record_route, true, &t->text);
    return watch_dialog_learn(&t->w.dialog, request->from_tag, request->sip.contact,
                              request->record_route, false, &t->text);
}

static bool do_learn(struct watching_turn *t)
{
    long granted = t->response->expires;

    /* RFC 6665 5.4.9: the response of another end than that of the dialog is ignored. */
    if (!learn(t))
        return true;
    run_until(t, granted >= 0 && granted < (long)t->w.interval ? granted : (long)t->w.interval);
    if (t->w.state == WATCHING_OPEN)
        refresh_in_time(t);
    return true;
}

static bool do_catch(struct watching_turn *t)
{
    t->w.due = now_of(t);
    /* A 2xx without To tag begins no dialog: there is nothing to end. */
    if (!learn(t))
        t->w.due = now_of(t) + WATCHING_TIMER_N;
    return true;
}

static bool do_tell(struct watching_turn *t)
{
    xmppfed_slice left = translate_sip_parameter(t->request->sip.subscription_state, "expires");
    int64_t seconds = 0;

    learn(t);
    for (size_t i = 0; i < left.len && left.data[i] >= '0' && left.data[i] <= '9'; i++)
        if (seconds < t->w.interval)
            seconds = seconds * 10 + left.data[i] - '0';
    if (seconds > t->w.interval || (left.len == 0 && t->w.expires <= now_of(t)))
        seconds = t->w.interval;
    /* RFC 6665 4.1.3: the notifier's word on the time counts, if he gives it. */
    if (left.len > 0 || seconds > 0)
        run_until(t, seconds);
    refresh_in_time(t);
    tell_outcome(t);
    return true;
}

static bool do_close(struct watching_turn *t)
{
    int64_t after = (int64_t)t->outcome.after * 1000;
    int64_t pause = rest_of(t);

    tell_outcome(t);
    if (t->outcome.next == TRANSLATE_NEXT_KEEP)
        after = after > YEAR_MS ? after : YEAR_MS;
    if (t->outcome.next == TRANSLATE_NEXT_LATER && pause < REST)
        pause = REST;
    t->w.not_before = now_of(t) + after;
    rest(t, now_of(t) + (after > pause ? after : pause));
    return true;
}

static bool do_rest(struct watching_turn *t)
{
    rest(t, now_of(t) + rest_of(t));
    return true;
}

static bool do_excuse(struct watching_turn *t)
{
    int64_t pause = rest_of(t);

    if (t->w.asked) {
        if (!t->excuse) {
            xmppfed_element *asked = watching_turn_subscribe(t);

            t->excuse = asked ? xmppfed_stanza_error(asked, "remote-server-timeout", NULL) : NULL;
            xmppfed_element_free(asked);
        }
        reports_add(t->b, t->excuse);
        t->excuse = NULL;
        t->w.asked = false;
    }
    lose(t);
    rest(t, now_of(t) + (pause > REST ? pause : REST));
    return true;
}

static bool do_wait(struct watching_turn *t)
{
    int64_t again = now_of(t) + REST;

    t->w.due = again < t->w.expires ? again : t->w.expires;
    return true;
}

static bool do_farewell(struct watching_turn *t)
{
    lose(t);
    reports_add(t->b, stanza_of(t, "unsubscribed"));
    t->w.accepted = false;
    t->w.stale = false;
    t->w.told = (struct kept_presence){.known = false};
    t->w.due = now_of(t) + WATCHING_TIMER_N;
    return true;
}

static bool (*const actions[WATCHING_ACTIONS])(struct watching_turn *t) = {
    [WATCHING_NOTHING] = do_nothing, [WATCHING_BEGIN] = do_begin,
    [WATCHING_ANEW] = do_anew,       [WATCHING_RETELL] = do_retell,
    [WATCHING_REPORT] = do_report,   [WATCHING_DENY] = do_deny,
    [WATCHING_ASK] = do_ask,         [WATCHING_REFRESH] = do_refresh,
    [WATCHING_END] = do_end,         [WATCHING_HURRY] = do_hurry,
    [WATCHING_LEARN] = do_learn,     [WATCHING_CATCH] = do_catch,
    [WATCHING_TELL] = do_tell,       [WATCHING_CLOSE] = do_close,
    [WATCHING_REST] = do_rest,       [WATCHING_EXCUSE] = do_excuse,
    [WATCHING_WAIT] = do_wait,       [WATCHING_FAREWELL] = do_farewell,
};

/* ---- a turn -------------------------------------------------------------------------------- */

void watching_turn_init(struct watching_turn *t, struct bridge *b)
{
    memset(t, 0, sizeof(*t));
    t->b = b;
    translate_text_init(&t->text, NULL);
}

void watching_turn_fini(struct watching_turn *t)
{
    translate_outcome_fini(&t->outcome);
    xmppfed_element_free(t->excuse);
    translate_text_fini(&t->text);
}

bool watching_turn_take(struct watching_turn *t, enum watching_event event)
{
    struct watching_step step = watching_step(t->w.state, event);

    t->w.state = step.next;
    if (!actions[step.action](t) || translate_text_status(&t->text) < 0)
        return false;
    if (t->send) {
        t->w.dialog.cseq++;
        t->w.flight = ++t->b->presence->flights;
        t->w.member.len = 0;
    }
    if (t->w.state != WATCHING_GONE)
        return watching_put(t->b->ledger, t->b->settings->member, &t->w);
    return t->w.id == 0 || watching_remove(t->b->ledger, t->w.id);
}

xmppfed_element *watching_turn_subscribe(struct watching_turn *t)
{
    return kept_stanza(&t->b->setup, "subscribe", t->w.watcher, t->w.watched, &t->text);
}

int watching_turn_request(struct watching_turn *t, struct translate_sip *ret,
                          struct translate_problem *problem)
{
    xmppfed_element *stanza = watching_turn_subscribe(t);
    enum translate_dialog dialog;
    int rc;

    if (!stanza)
        return translate_refuse(problem, TRANSLATE_NO_MEMORY, "out of memory");
    if (addresses_to_sip(t->b->settings, stanza))
        rc =
            translate_subscription_to_sip(&t->b->setup, stanza, 0, &t->text, ret, &dialog, problem);
    else
        rc = translate_refuse(problem, TRANSLATE_BAD_ADDRESS, "there is no such user here");
    xmppfed_element_free(stanza);
    if (rc < 0)
        return rc;
    ret->expires = t->expires;
    ret->contact = watch_dialog_name_addr(xmppfed_slice_of(t->b->settings->contact), &t->text);
    return translate_text_status(&t->text) < 0 ? translate_made(&t->text, NULL, problem) : 0;
}
