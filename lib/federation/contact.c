/* contact.c - holding a stream at a stanza while the host looks up a contact. */
#include "federation/contact.h"

#include "connection/connection.h"
#include "federation/inbound.h"

enum { ANSWER_TIME = 10000 }; /* milliseconds; no answer counts as "not on the list" */

static void on_timeout(struct xfed_timer *t, xmppfed_time now)
{
    struct xfed_link *link = XFED_CONTAINER(t, struct xfed_link, held_timer);

    xfed_contact_settle(link, XMPPFED_CONTACT_NONE, now);
}

void xfed_contact_init(struct xfed_link *link)
{
    xfed_timer_init(&link->held_timer, on_timeout);
}

void xfed_contact_ask(struct xfed_link *link, xmppfed_event *ev, int action, xmppfed_time now)
{
    xmppfed_federation *fed = link->fed;
    xmppfed_event *question =
        xfed_event_new(fed->ctx, XMPPFED_EVENT_CONTACT_WANTED, ev->local, ev->remote);

    link->held = ev;
    link->held_action = action;
    link->held_token = ++fed->last_id;
    if (!question || xfed_map_put(&fed->holds, xfed_id_key(&link->held_token), link) < 0) {
        xfed_event_free(question);
        xfed_contact_settle(link, XMPPFED_CONTACT_NONE, now);
        return;
    }
    question->token = link->held_token;
    question->link = link->id;
    question->direction = XMPPFED_INBOUND;
    xfed_event_queue_push(&fed->events, question);
    xfed_timer_set(&fed->timers, &link->held_timer, now + ANSWER_TIME);
}

/* Ends the wait and returns what was held. */
static xmppfed_event *take(struct xfed_link *link)
{
    xmppfed_event *ev = link->held;

    (void)xfed_map_remove(&link->fed->holds, xfed_id_key(&link->held_token));
    xfed_timer_stop(&link->fed->timers, &link->held_timer);
    link->held = NULL;
    return ev;
}

void xfed_contact_settle(struct xfed_link *link, int contact, xmppfed_time now)
{
    xmppfed_event *ev = take(link);

    xfed_inbound_decide(link, ev, link->held_action, contact, now);
    xfed_link_touch(link);
}

void xfed_contact_drop(struct xfed_link *link)
{
    if (!link->held)
        return;
    xfed_event_free(take(link));
    /* The peer is to keep it, if it can (XEP-0198 4). */
    xfed_acks_unhandled(&link->connection->negotiation.acks);
}

int xmppfed_federation_contact(xmppfed_federation *fed, uint64_t token, int contact,
                               xmppfed_time now)
{
    struct xfed_link *link = fed ? xfed_map_get(&fed->holds, xfed_id_key(&token)) : NULL;

    if (!link)
        return XMPPFED_ERR_UNKNOWN_HANDLE;
    if (contact < XMPPFED_CONTACT_NONE || contact > XMPPFED_CONTACT_PENDING)
        contact = XMPPFED_CONTACT_NONE;
    xfed_contact_settle(link, contact, now);
    return 0;
}
