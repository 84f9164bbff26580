/* answer.c - what is told to hosts and peers about stanzas that do not reach their addressee. */
#include "federation/answer.h"

#include <stdio.h>
#include <xmppfed/stream.h>

enum { BUCKET_SIZE = 50, BUCKET_PER_SECOND = 20 };

void xfed_bucket_init(struct xfed_bucket *b, xmppfed_time now)
{
    b->thousandths = UINT64_C(1000) * BUCKET_SIZE;
    b->filled = now;
}

bool xfed_bucket_take(struct xfed_bucket *b, xmppfed_time now)
{
    const uint64_t full = UINT64_C(1000) * BUCKET_SIZE;
    uint64_t elapsed = now - b->filled;

    /* One thousandth of a token is 1 / BUCKET_PER_SECOND of a millisecond. */
    if (elapsed >= full / BUCKET_PER_SECOND)
        b->thousandths = full;
    else
        b->thousandths += elapsed * BUCKET_PER_SECOND;
    if (b->thousandths > full)
        b->thousandths = full;
    b->filled = now;
    if (b->thousandths < 1000)
        return false;
    b->thousandths -= 1000;
    return true;
}

void xfed_answer_outcome(xmppfed_federation *fed, struct xfed_queued *s, int outcome, int code,
                         const char *text, const char *condition)
{
    xmppfed_event *ev = s->outcome;

    if (ev) {
        ev->outcome = outcome;
        ev->code = code;
        /* The end itself must be told; the words about it may be missing when memory is short. */
        (void)xfed_event_set(ev, &ev->text, text);
        if (condition)
            ev->element = xmppfed_stanza_error(s->stanza, condition, text);
        s->outcome = NULL;
        xfed_event_queue_push(&fed->events, ev);
    }
    xfed_queued_free(fed->ctx, s);
}

/* Rules say what must hold; of a refusal the last one is that which did not. */
const char *xfed_answer_reason(const xmppfed_decision *decision, char ret[XFED_REASON_SIZE])
{
    ret[0] = '\0';
    if (decision->reason_count > 0)
        (void)snprintf(ret, XFED_REASON_SIZE, "this does not hold: %s",
                       xmppfed_rule_sentence(decision->reasons[decision->reason_count - 1].rule));
    return ret;
}

void xfed_answer_log(xmppfed_federation *fed, int direction, const char *local, const char *remote,
                     const xmppfed_decision *decision)
{
    xmppfed_event *ev = xfed_event_new(fed->ctx, XMPPFED_EVENT_REFUSED, local, remote);
    char reason[XFED_REASON_SIZE];

    if (!ev)
        return;
    ev->direction = direction;
    ev->code = XMPPFED_ERR_POLICY_REFUSED;
    (void)xfed_event_set(ev, &ev->text, xfed_answer_reason(decision, reason));
    ev->has_decision = true;
    ev->decision = *decision;
    xfed_event_queue_push(&fed->events, ev);
}

static int learnt_contact(uint32_t effects)
{
    if (effects & XMPPFED_EFFECT_REMEMBER_ADDED)
        return XMPPFED_CONTACT_ADDED;
    if (effects & XMPPFED_EFFECT_REMEMBER_MESSAGED)
        return XMPPFED_CONTACT_MESSAGED;
    if (effects & XMPPFED_EFFECT_FORGET)
        return XMPPFED_CONTACT_NONE;
    return XMPPFED_CONTACT_UNKNOWN;
}

void xfed_answer_learn(xmppfed_federation *fed, const char *local, const char *remote,
                       const xmppfed_decision *decision)
{
    int contact = learnt_contact(decision->effects);
    xmppfed_event *ev;

    if (contact == XMPPFED_CONTACT_UNKNOWN)
        return;
    ev = xfed_event_new(fed->ctx, XMPPFED_EVENT_CONTACT_LEARNT, local, remote);
    if (!ev)
        return;
    ev->contact = contact;
    xfed_event_queue_push(&fed->events, ev);
}

xmppfed_element *xfed_answer_presence(xmppfed_context *ctx, const char *from, const char *to,
                                      const char *type)
{
    xmppfed_element *presence = xmppfed_element_new(ctx, "presence", XMPPFED_NS_SERVER);

    xmppfed_element_set_attribute(presence, "from", from);
    xmppfed_element_set_attribute(presence, "to", to);
    xmppfed_element_set_attribute(presence, "type", type);
    if (xmppfed_element_status(presence) < 0) {
        xmppfed_element_free(presence);
        return NULL;
    }
    return presence;
}
