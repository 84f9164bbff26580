/* pace.c - how fast and how much a peer may send: rates, the slow drip, and what a stranger has. */
#include "connection/connection.h"

uint64_t xfed_connection_limit(const xmppfed_connection *c, int limit)
{
    return (c->trusted ? &c->site->after : &c->site->before)->all.values[limit];
}

const struct xfed_xml_limits *xfed_connection_xml_limits(const xmppfed_connection *c)
{
    /*
     * On a stream that we have opened the peer only answers: what a stranger may say is enough, but
     * where it goes both ways (XEP-0288).
     */
    bool speaks = c->negotiation.role == XFED_RECEIVER || c->negotiation.bidi;

    return c->trusted && speaks ? &c->site->after.xml : &c->site->before.xml;
}

static xmppfed_time later(xmppfed_time a, xmppfed_time b)
{
    return a > b ? a : b;
}

bool xfed_connection_may_read(xmppfed_connection *c)
{
    xmppfed_time bytes =
        xfed_rate_ready(&c->byte_rate, xfed_connection_limit(c, XMPPFED_LIMIT_RATE_BYTES),
                        xfed_connection_limit(c, XMPPFED_LIMIT_BURST_BYTES), c->now);
    xmppfed_time units =
        xfed_rate_ready(&c->unit_rate, xfed_connection_limit(c, XMPPFED_LIMIT_RATE_UNITS),
                        xfed_connection_limit(c, XMPPFED_LIMIT_BURST_UNITS), c->now);
    xmppfed_time ready = later(bytes, units);

    if (ready <= c->now) {
        c->resume_at = 0;
        return true;
    }
    /* The time in which we do not read is not the peer's: its unfinished element waits as well. */
    if (c->unit_since != XMPPFED_TIME_NEVER && ready > c->resume_at)
        c->unit_since += ready - later(c->resume_at, c->now);
    c->resume_at = ready;
    return false;
}

/* A stranger needs a few elements to prove a domain; answers that we have asked for are no gift. */
static bool counts(const xmppfed_connection *c, int item)
{
    return item == XFED_READER_ELEMENT && !c->trusted &&
           c->negotiation.state != XFED_STATE_I_VERIFY;
}

int xfed_connection_note_read(xmppfed_connection *c, size_t bytes, int item)
{
    xfed_rate_spend(&c->byte_rate, bytes);
    if (item == XFED_READER_ELEMENT)
        xfed_rate_spend(&c->unit_rate, 1);
    if (!xfed_reader_pending(c->reader))
        c->unit_since = XMPPFED_TIME_NEVER;
    else if (c->unit_since == XMPPFED_TIME_NEVER)
        c->unit_since = c->now;
    if (!counts(c, item))
        return 0;
    c->units++;
    return c->units > xfed_connection_limit(c, XMPPFED_LIMIT_UNITS) ? XMPPFED_ERR_LIMIT_UNITS : 0;
}

bool xfed_connection_is_heard(xmppfed_connection *c)
{
    unsigned state = c->negotiation.state;

    return (state == XFED_STATE_I_ENABLE || state == XFED_STATE_I_RESUME) &&
           xfed_negotiation_is_bidi(&c->negotiation);
}

void xfed_connection_trust(xmppfed_connection *c)
{
    if (c->trusted)
        return;
    c->trusted = true;
    c->account.limit = (size_t)xfed_connection_limit(c, XMPPFED_LIMIT_BUFFER_BYTES);
    c->byte_rate = (struct xfed_rate){0};
    c->unit_rate = (struct xfed_rate){0};
    if (c->reader)
        xfed_reader_set_limits(c->reader, xfed_connection_xml_limits(c));
}

int xmppfed_connection_wants_input(const xmppfed_connection *c)
{
    /* Of a stream that is over the peer's end is to be heard. */
    return c && (c->down || (c->resume_at == 0 && !xfed_connection_awaits_evidence(c)));
}
