/* ping.c - pings of other servers to a domain of ours (XEP-0199), answered without the host. */
#include "federation/ping.h"

#include <string.h>

#include "base/slice.h"

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
