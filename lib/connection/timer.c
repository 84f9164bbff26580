/* timer.c - the deadlines of one stream: establishment, inactivity, keep-alive. */
#include "connection/connection.h"

#include "base/fault.h"
#include "connection/recording.h"
#include "policy/gateway.h"

/* The record of the peer, once it has said who it is; NULL for a stranger. */
static const struct xfed_partner *partner_of(const xmppfed_connection *c)
{
    return c->site->policy ? xfed_policy_find(c->site->policy, c->negotiation.remote) : NULL;
}

/* The partner's, or the gateway's. A site without policy refuses everybody, but must not wait for
 * ever.
 */
uint32_t xfed_connection_setting(const xmppfed_connection *c, int setting)
{
    struct xfed_gateway defaults;

    if (c->site->policy)
        return xfed_policy_setting(c->site->policy, partner_of(c), setting);
    xfed_gateway_init(&defaults);
    return xfed_gateway_get(&defaults, setting);
}

/* A setting in milliseconds. */
static xmppfed_time seconds(const xmppfed_connection *c, int setting)
{
    return (xmppfed_time)xfed_connection_setting(c, setting) * 1000;
}

static bool keeps_alive(const xmppfed_connection *c)
{
    const struct xfed_partner *p = partner_of(c);

    return p && p->keep_alive;
}

unsigned xfed_connection_idle_seconds(const xmppfed_connection *c)
{
    xmppfed_time idle = seconds(c, XMPPFED_GATEWAY_INACTIVITY_TIMEOUT);
    xmppfed_time interval = seconds(c, XMPPFED_GATEWAY_KEEP_ALIVE_INTERVAL);

    if (keeps_alive(c) && interval < idle)
        idle = interval;
    return (unsigned)(idle / 1000);
}

/* What an open stream waits for; each XMPPFED_TIME_NEVER if it does not apply. */
struct deadlines {
    xmppfed_time establish;
    xmppfed_time inactive;
    xmppfed_time unit;        /* a slow drip of bytes is no element */
    xmppfed_time resume;      /* input waits until then */
    xmppfed_time peer_silent; /* EnableKeepAlive: the peer must be heard */
    xmppfed_time ack;         /* what we have sent must be acknowledged (XEP-0198) */
    xmppfed_time keep_alive;  /* and we are heard twice as often */
    xmppfed_time ping;        /* so is the peer, or it is asked, and must then be heard */
    xmppfed_time proof;       /* the certificate that proved the peer expires */
};

static struct deadlines deadlines_of(const xmppfed_connection *c)
{
    struct deadlines d = {XMPPFED_TIME_NEVER, XMPPFED_TIME_NEVER, XMPPFED_TIME_NEVER,
                          XMPPFED_TIME_NEVER, XMPPFED_TIME_NEVER, XMPPFED_TIME_NEVER,
                          XMPPFED_TIME_NEVER, XMPPFED_TIME_NEVER, XMPPFED_TIME_NEVER};
    xmppfed_time interval;

    if (c->down)
        return d;
    if (c->unit_since != XMPPFED_TIME_NEVER)
        d.unit = c->unit_since + xfed_connection_limit(c, XMPPFED_LIMIT_UNIT_MILLISECONDS);
    if (c->resume_at > 0)
        d.resume = c->resume_at;
    if (!c->up) {
        d.establish = c->opened_at + seconds(c, XMPPFED_GATEWAY_ESTABLISHMENT_TIMEOUT);
        return d;
    }
    d.proof = xfed_connection_proof_end(c);
    d.ack = xfed_connection_ack_deadline(c);
    d.inactive = c->last_stanza + seconds(c, XMPPFED_GATEWAY_INACTIVITY_TIMEOUT);
    if (!keeps_alive(c))
        return d;
    interval = seconds(c, XMPPFED_GATEWAY_KEEP_ALIVE_INTERVAL);
    if (c->negotiation.role == XFED_RECEIVER)
        d.peer_silent = c->last_read + interval;
    else
        d.keep_alive = c->last_write + interval / 2;
    d.ping = xfed_connection_ping_deadline(c, interval / 2);
    return d;
}

static xmppfed_time earlier(xmppfed_time a, xmppfed_time b)
{
    return a < b ? a : b;
}

xmppfed_time xmppfed_connection_deadline(const xmppfed_connection *c)
{
    struct deadlines d;

    if (!c)
        return XMPPFED_TIME_NEVER;
    d = deadlines_of(c);
    return earlier(earlier(earlier(earlier(d.unit, d.resume), d.proof), d.ack),
                   earlier(earlier(d.establish, d.inactive),
                           earlier(earlier(d.peer_silent, d.ping), d.keep_alive)));
}

static void time_out(xmppfed_connection *c, int code, const char *what, const char *detail)
{
    const char *peer = c->negotiation.remote[0] ? c->negotiation.remote : "the peer";
    xmppfed_problem why;

    (void)xfed_fault_set(&why, code, "%s: %s%s", peer, what, detail);
    if (code == XMPPFED_ERR_TIMEOUT_IDLE && c->negotiation.role == XFED_INITIATOR)
        xfed_connection_close_cleanly(c, why.text); /* our own idleness is no error of the peer */
    else
        xfed_connection_fail(c, code, why.text);
}

static void act_on_deadlines(xmppfed_connection *c, xmppfed_time now)
{
    struct deadlines d = deadlines_of(c);

    if (now >= d.proof)
        xfed_connection_recheck(c);
    if (c->down)
        return;
    if (now >= d.resume)
        c->resume_at = 0; /* next_event reads on */
    if (now >= d.establish) {
        time_out(c, XMPPFED_ERR_TIMEOUT_ESTABLISH,
                 "the stream was not set up in time; last waited for: ",
                 xfed_state_text(c->negotiation.state));
    } else if (now >= d.unit) {
        time_out(c, XMPPFED_ERR_TIMEOUT_UNIT, "an element was begun and not completed in time", "");
    } else if (now >= d.ack) {
        xfed_connection_ack_time_out(c);
    } else if (now >= d.inactive) {
        time_out(c, XMPPFED_ERR_TIMEOUT_IDLE, "no stanza for the inactivity timeout", "");
    } else if (now >= d.peer_silent) {
        time_out(c, XMPPFED_ERR_TIMEOUT_IDLE, "no keep-alive within the keep-alive interval", "");
    } else if (now >= d.ping) {
        int rc = xfed_connection_ping(c);

        if (rc < 0)
            xfed_connection_fail(c, rc, xmppfed_error_sentence(rc));
    } else if (now >= d.keep_alive) {
        int rc = xfed_connection_show_life(c);

        c->last_write = now;
        if (rc < 0)
            xfed_connection_fail(c, rc, xmppfed_error_sentence(rc));
    }
}

void xmppfed_connection_tick(xmppfed_connection *c, xmppfed_time now)
{
    if (!c)
        return;
    c->now = now;
    xfed_recording_tick(c);
    act_on_deadlines(c, now);
    xfed_recording_settled(c);
}
