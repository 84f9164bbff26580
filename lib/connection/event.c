/* event.c - events: making, queueing, reading. */
#include "connection/event.h"

#include <stddef.h>

xmppfed_event *xfed_event_new(xmppfed_context *ctx, int kind, const char *local, const char *remote)
{
    xmppfed_event *ev = xfed_zalloc(ctx, sizeof(*ev));

    if (!ev)
        return NULL;
    ev->ctx = ctx;
    ev->kind = kind;
    if (!xfed_event_set(ev, &ev->local, local) || !xfed_event_set(ev, &ev->remote, remote)) {
        xfed_event_free(ev);
        return NULL;
    }
    return ev;
}

bool xfed_event_set(xmppfed_event *ev, char **field, const char *text)
{
    xfed_free(ev->ctx, *field);
    *field = text && text[0] ? xfed_strdup(ev->ctx, text) : NULL;
    return *field || !text || !text[0];
}

void xfed_event_free(xmppfed_event *ev)
{
    if (!ev)
        return;
    xfed_free(ev->ctx, ev->local);
    xfed_free(ev->ctx, ev->remote);
    xfed_free(ev->ctx, ev->text);
    xfed_free(ev->ctx, ev->id);
    xfed_free(ev->ctx, ev->key);
    xmppfed_element_free(ev->element);
    xfed_free(ev->ctx, ev);
}

void xfed_event_queue_init(struct xfed_event_queue *q)
{
    xfed_list_init(&q->events);
    q->current = NULL;
}

void xfed_event_queue_fini(struct xfed_event_queue *q)
{
    while (xfed_event_queue_pop(q))
        ;
}

void xfed_event_queue_push(struct xfed_event_queue *q, xmppfed_event *ev)
{
    xfed_list_append(&q->events, &ev->node);
}

xmppfed_event *xfed_event_queue_pop(struct xfed_event_queue *q)
{
    xfed_event_free(q->current);
    q->current = NULL;
    if (xfed_list_empty(&q->events))
        return NULL;
    q->current = XFED_CONTAINER(q->events.next, xmppfed_event, node);
    xfed_list_remove(&q->current->node);
    return q->current;
}

xmppfed_event *xfed_event_queue_take(struct xfed_event_queue *q)
{
    xmppfed_event *ev = q->current;

    q->current = NULL;
    return ev;
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

int xmppfed_event_kind(const xmppfed_event *ev)
{
    return ev ? ev->kind : 0;
}

uint64_t xmppfed_event_link(const xmppfed_event *ev)
{
    return ev ? ev->link : 0;
}

uint64_t xmppfed_event_token(const xmppfed_event *ev)
{
    return ev ? ev->token : 0;
}

int xmppfed_event_direction(const xmppfed_event *ev)
{
    return ev ? ev->direction : 0;
}

const char *xmppfed_event_local(const xmppfed_event *ev)
{
    return text_or_empty(ev ? ev->local : NULL);
}

const char *xmppfed_event_remote(const xmppfed_event *ev)
{
    return text_or_empty(ev ? ev->remote : NULL);
}

int xmppfed_event_code(const xmppfed_event *ev)
{
    return ev ? ev->code : 0;
}

const char *xmppfed_event_text(const xmppfed_event *ev)
{
    return text_or_empty(ev ? ev->text : NULL);
}

const char *xmppfed_event_id(const xmppfed_event *ev)
{
    return text_or_empty(ev ? ev->id : NULL);
}

const char *xmppfed_event_key(const xmppfed_event *ev)
{
    return text_or_empty(ev ? ev->key : NULL);
}

const xmppfed_element *xmppfed_event_element(const xmppfed_event *ev)
{
    return ev ? ev->element : NULL;
}

xmppfed_element *xmppfed_event_take_element(const xmppfed_event *ev)
{
    /* The queue owns the event and handed it out as const; giving up its element is its own affair.
     */
    xmppfed_event *own = (xmppfed_event *)(uintptr_t)ev;
    xmppfed_element *e = own ? own->element : NULL;

    if (own)
        own->element = NULL;
    return e;
}

const xmppfed_proof *xmppfed_event_proof(const xmppfed_event *ev)
{
    return ev && ev->has_proof ? &ev->proof : NULL;
}

const xmppfed_decision *xmppfed_event_decision(const xmppfed_event *ev)
{
    return ev && ev->has_decision ? &ev->decision : NULL;
}

const xmppfed_endpoint *xmppfed_event_endpoint(const xmppfed_event *ev)
{
    return ev && ev->has_endpoint ? &ev->endpoint : NULL;
}

const xmppfed_dns_query *xmppfed_event_query(const xmppfed_event *ev)
{
    return ev && ev->has_query ? &ev->query : NULL;
}

int xmppfed_event_contact(const xmppfed_event *ev)
{
    return ev ? ev->contact : 0;
}

uint32_t xmppfed_event_evidence(const xmppfed_event *ev)
{
    return ev ? ev->evidence : 0;
}

int xmppfed_event_outcome(const xmppfed_event *ev)
{
    return ev ? ev->outcome : 0;
}

struct name {
    int value;
    const char *name;
};

static const char *find(const struct name *names, size_t count, int value)
{
    for (size_t i = 0; i < count; i++)
        if (names[i].value == value)
            return names[i].name;
    return "UNKNOWN";
}

#define FIND(names, value) find(names, sizeof(names) / sizeof((names)[0]), value)

const char *xmppfed_event_name(int kind)
{
    static const struct name names[] = {
        {XMPPFED_EVENT_STREAM_UP, "STREAM_UP"},
        {XMPPFED_EVENT_STREAM_DOWN, "STREAM_DOWN"},
        {XMPPFED_EVENT_STANZA, "STANZA"},
        {XMPPFED_EVENT_CAN_VERIFY, "CAN_VERIFY"},
        {XMPPFED_EVENT_DIALBACK_CHECK, "DIALBACK_CHECK"},
        {XMPPFED_EVENT_DIALBACK_ANSWER, "DIALBACK_ANSWER"},
        {XMPPFED_EVENT_EVIDENCE_WANTED, "EVIDENCE_WANTED"},
        {XMPPFED_EVENT_PAIR_REFUSED, "PAIR_REFUSED"},
        {XMPPFED_EVENT_OUTPUT, "OUTPUT"},
        {XMPPFED_EVENT_DIAL, "DIAL"},
        {XMPPFED_EVENT_CLOSE, "CLOSE"},
        {XMPPFED_EVENT_DNS, "DNS"},
        {XMPPFED_EVENT_CONTACT_WANTED, "CONTACT_WANTED"},
        {XMPPFED_EVENT_CONTACT_LEARNT, "CONTACT_LEARNT"},
        {XMPPFED_EVENT_OUTCOME, "OUTCOME"},
        {XMPPFED_EVENT_REFUSED, "REFUSED"},
        {XMPPFED_EVENT_POSH_WANTED, "POSH_WANTED"},
    };

    return FIND(names, kind);
}

const char *xmppfed_proof_name(int kind)
{
    static const struct name names[] = {
        {XMPPFED_PROOF_NONE, "NONE"},
        {XMPPFED_PROOF_PKIX, "PKIX"},
        {XMPPFED_PROOF_DANE, "DANE"},
        {XMPPFED_PROOF_DIALBACK_TLS, "DIALBACK_TLS"},
        {XMPPFED_PROOF_DIALBACK_TCP, "DIALBACK_TCP"},
        {XMPPFED_PROOF_POSH, "POSH"},
        {XMPPFED_PROOF_SHARED_SECRET, "SHARED_SECRET"},
    };

    return FIND(names, kind);
}

const char *xmppfed_outcome_name(int outcome)
{
    static const struct name names[] = {
        {XMPPFED_OUTCOME_HANDED, "HANDED"},
        {XMPPFED_OUTCOME_BOUNCED, "BOUNCED"},
        {XMPPFED_OUTCOME_EXPIRED, "EXPIRED"},
        {XMPPFED_OUTCOME_ACKNOWLEDGED, "ACKNOWLEDGED"},
    };

    return FIND(names, outcome);
}
