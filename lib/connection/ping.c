/* ping.c - asking a silent peer whether it is there (XEP-0199 4.3), on streams without acks. */
#include "connection/connection.h"

#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/slice.h"
#include "crypto/random.h"
#include "policy/gateway.h"

/* How long a peer may be silent after a ping, in milliseconds: as long as after <r/> (ack.c). */
#define PING_TIME 30000

#define NS_PING "urn:xmpp:ping"

/*
 * Stanzas of a stream that goes one way are answered over another (RFC 6120 4.3.1), which the peer
 * might have to dial for that alone; whether an answer has come then only somebody knows who has
 * both streams. <r/> is answered where it is asked, and counts no stanza, so that it goes first.
 */
static bool pings(const xmppfed_connection *c)
{
    int mode = (int)xfed_connection_setting(c, XMPPFED_GATEWAY_KEEP_ALIVE_PING);

    if (!c->up || c->negotiation.role != XFED_INITIATOR || c->negotiation.acks.on)
        return false;
    return (mode != XMPPFED_PING_NEVER && c->negotiation.bidi) ||
           (mode == XMPPFED_PING_ALWAYS && c->sees_pongs);
}

void xfed_connection_heard(xmppfed_connection *c, xmppfed_time now)
{
    c->heard_at = now;
    c->ping_at = XMPPFED_TIME_NEVER;
}

xmppfed_time xfed_connection_ping_deadline(const xmppfed_connection *c, xmppfed_time interval)
{
    if (!pings(c))
        return XMPPFED_TIME_NEVER;
    return c->ping_at == XMPPFED_TIME_NEVER ? c->heard_at + interval : c->ping_at + PING_TIME;
}

/* What begins the id of each ping of this stream: nobody else's stanza has it. */
static int make_prefix(xmppfed_connection *c)
{
    return c->ping_prefix[0] ? 0
                             : xfed_random_token(c->ctx, c->ping_prefix, sizeof(c->ping_prefix));
}

static int ping(xmppfed_connection *c)
{
    char id[sizeof(c->ping_prefix) + 16];
    xmppfed_element *e;
    int rc = make_prefix(c);

    if (rc < 0)
        return rc;
    e = xmppfed_element_new(c->ctx, "iq", XMPPFED_NS_SERVER);
    if (!e)
        return XMPPFED_ERR_NOMEM;
    (void)snprintf(id, sizeof(id), "%s-%u", c->ping_prefix, (unsigned)++c->ping_count);
    xmppfed_element_set_attribute(e, "from", c->negotiation.local);
    xmppfed_element_set_attribute(e, "to", c->negotiation.remote);
    xmppfed_element_set_attribute(e, "id", id);
    xmppfed_element_set_attribute(e, "type", "get");
    (void)xmppfed_element_add_child(e, "ping", NS_PING);
    rc = xmppfed_element_status(e);
    if (rc == 0)
        rc = xfed_connection_write(c, e);
    xmppfed_element_free(e);
    return rc;
}

int xfed_connection_ping(xmppfed_connection *c)
{
    xmppfed_problem why;
    int rc;

    if (c->ping_at == XMPPFED_TIME_NEVER) {
        rc = ping(c);
        c->ping_at = c->now;
        c->last_write = c->now;
        return rc;
    }
    (void)xfed_fault_set(&why, XMPPFED_ERR_TIMEOUT_PING,
                         "%s: nothing came after a ping; the stream counts as dead",
                         c->negotiation.remote);
    xfed_connection_fail(c, why.code, why.text);
    return 0;
}

/* An address that is a domain alone: users' stanzas are never taken for ours. */
static bool is_domain(const char *address)
{
    return address && !strpbrk(address, "@/");
}

/* An answer to a ping, if it is one, has nothing in it but what an error repeats (XEP-0199 4.3). */
static bool is_answer(const xmppfed_element *stanza, const char *type)
{
    return xfed_text_equal(type, "error") ||
           (xfed_text_equal(type, "result") && !xmppfed_element_first(stanza));
}

bool xfed_connection_is_upkeep(const xmppfed_element *stanza)
{
    const char *type = xmppfed_element_attribute(stanza, "type");

    return xmppfed_element_is(stanza, "iq", XMPPFED_NS_SERVER) &&
           is_domain(xmppfed_element_attribute(stanza, "from")) &&
           is_domain(xmppfed_element_attribute(stanza, "to")) &&
           (is_answer(stanza, type) || xmppfed_element_child(stanza, "ping", NS_PING));
}

bool xfed_connection_is_pong(const xmppfed_connection *c, const char *local, const char *remote,
                             const xmppfed_element *stanza)
{
    const char *id = xmppfed_element_attribute(stanza, "id");
    const char *type = xmppfed_element_attribute(stanza, "type");

    /* An error says that pings are not known there, and so that somebody is (XEP-0199 4.3). */
    return c->ping_prefix[0] && id && strncmp(id, c->ping_prefix, strlen(c->ping_prefix)) == 0 &&
           xmppfed_element_is(stanza, "iq", XMPPFED_NS_SERVER) &&
           (xfed_text_equal(type, "result") || xfed_text_equal(type, "error")) &&
           is_domain(xmppfed_element_attribute(stanza, "from")) &&
           is_domain(xmppfed_element_attribute(stanza, "to")) &&
           strcmp(local, c->negotiation.local) == 0 && strcmp(remote, c->negotiation.remote) == 0;
}
