/* ack.c - when the peer is asked what it has handled, and for how long we wait (XEP-0198 4). */
#include "connection/connection.h"

#include "base/fault.h"
#include "connection/recording.h"

/*
 * How long a peer may take for <a/>. It "MUST NOT be withheld for any condition other than a
 * timeout", so that half a minute tells a dead stream from a slow one.
 */
#define ACK_TIME 30000

static int ask(xmppfed_connection *c)
{
    static const struct xfed_management request = {.kind = XFED_MANAGEMENT_REQUEST};
    xmppfed_element *e;
    int rc;

    e = xfed_management_write(c->ctx, &request);
    rc = e ? xfed_connection_write(c, e) : XMPPFED_ERR_NOMEM;
    xmppfed_element_free(e);
    if (rc < 0)
        return rc;
    c->ack_asked = true;
    c->ack_asked_at = XMPPFED_TIME_NEVER;
    c->last_write = c->now;
    return 0;
}

int xfed_connection_ask_ack(xmppfed_connection *c)
{
    const struct xfed_acks *acks = &c->negotiation.acks;

    return c->down || c->ack_asked || !acks->on || xfed_acks_open(acks) == 0 ? 0 : ask(c);
}

int xfed_connection_show_life(xmppfed_connection *c)
{
    /* <r/> must be answered, so that it says more about the peer than a blank that got no error. */
    return c->negotiation.acks.on && !c->ack_asked ? ask(c) : xfed_connection_write_raw(c, " ");
}

void xfed_connection_note_ack(xmppfed_connection *c)
{
    int rc;

    c->ack_asked = false;
    rc = xfed_connection_ask_ack(c);
    if (rc < 0)
        xfed_connection_fail(c, rc, xmppfed_error_sentence(rc));
}

void xfed_connection_time_ack(xmppfed_connection *c)
{
    if (c->ack_asked && c->ack_asked_at == XMPPFED_TIME_NEVER)
        c->ack_asked_at = c->now;
}

xmppfed_time xfed_connection_ack_deadline(const xmppfed_connection *c)
{
    if (!c->ack_asked)
        return XMPPFED_TIME_NEVER;
    return c->ack_asked_at == XMPPFED_TIME_NEVER ? c->now : c->ack_asked_at + ACK_TIME;
}

void xfed_connection_ack_time_out(xmppfed_connection *c)
{
    xmppfed_problem why;

    if (c->ack_asked_at == XMPPFED_TIME_NEVER) {
        xfed_connection_time_ack(c);
        return;
    }
    (void)xfed_fault_set(&why, XMPPFED_ERR_TIMEOUT_ACK,
                         "%s: stanzas were not acknowledged in time; the stream counts as dead",
                         c->negotiation.remote);
    xfed_connection_fail(c, why.code, why.text);
}

int xfed_connection_last_ack(xmppfed_connection *c)
{
    const struct xfed_management ack = {
        .kind = XFED_MANAGEMENT_ACK, .has_h = true, .h = c->negotiation.acks.handled};
    xmppfed_element *e;
    int rc;

    if (!c->negotiation.acks.on || ack.h == 0)
        return 0;
    e = xfed_management_write(c->ctx, &ack);
    rc = e ? xfed_connection_write(c, e) : XMPPFED_ERR_NOMEM;
    xmppfed_element_free(e);
    return rc;
}

void xmppfed_connection_set_acks(xmppfed_connection *c, int on)
{
    if (!c)
        return;
    if (on)
        xfed_recording_call(c, "acks");
    c->negotiation.acks.wanted = on != 0;
}

int xmppfed_connection_unacknowledged(const xmppfed_connection *c, size_t *ret)
{
    if (!c || !ret)
        return XMPPFED_ERR_ARGUMENT;
    if (!c->negotiation.acks.on)
        return XMPPFED_ERR_STATE;
    *ret = xfed_acks_open(&c->negotiation.acks);
    return 0;
}
