/* ping.c - pings between servers (XEP-0199), of which the host sees nothing. */
#include "federation/ping.h"

#include <string.h>

#include "address/domain.h"
#include "base/slice.h"
#include "connection/connection.h"
#include "federation/link.h"
#include "federation/route.h"

#define NS_PING "urn:xmpp:ping"

bool xfed_ping_is_for_domain(const xmppfed_element *stanza)
{
    const char *to = xmppfed_element_attribute(stanza, "to");

    return xmppfed_element_is(stanza, "iq", XMPPFED_NS_SERVER) &&
           xfed_text_equal(xmppfed_element_attribute(stanza, "type"), "get") &&
           xmppfed_element_attribute(stanza, "id") && to && !strpbrk(to, "@/") &&
           xmppfed_element_child(stanza, "ping", NS_PING);
}

xmppfed_element *xfed_ping_answer(xmppfed_context *ctx, const xmppfed_element *ping)
{
    xmppfed_element *e = xmppfed_element_new(ctx, "iq", XMPPFED_NS_SERVER);

    if (!e)
        return NULL;
    xmppfed_element_set_attribute(e, "from", xmppfed_element_attribute(ping, "to"));
    xmppfed_element_set_attribute(e, "to", xmppfed_element_attribute(ping, "from"));
    xmppfed_element_set_attribute(e, "id", xmppfed_element_attribute(ping, "id"));
    xmppfed_element_set_attribute(e, "type", "result");
    if (xmppfed_element_status(e) == 0)
        return e;
    xmppfed_element_free(e);
    return NULL;
}

bool xfed_ping_take_answer(xmppfed_federation *fed, const xmppfed_event *ev, xmppfed_time now)
{
    const char *local = xfed_domain_of_bare(ev->local);
    const char *remote = xfed_domain_of_bare(ev->remote);
    const struct xfed_route *route = xfed_route_find(fed, XMPPFED_PURPOSE_STANZAS, local, remote);

    if (!route || !route->link || !route->link->connection ||
        !xfed_connection_is_pong(route->link->connection, local, remote, ev->element))
        return false;
    xfed_connection_heard(route->link->connection, now);
    xfed_link_touch(route->link);
    return true;
}
