/* ping.h - pings of other servers to a domain of ours (XEP-0199), answered without the host. */
#ifndef XFED_FEDERATION_PING_H
#define XFED_FEDERATION_PING_H

#include <stdbool.h>
#include <xmppfed/element.h>

/* Whether a stanza is a ping to a domain itself: no user and no resource (XEP-0199 4.2). */
bool xfed_ping_is_for_domain(const xmppfed_element *stanza);
/* The answer to a ping; NULL when out of memory. The caller frees. */
xmppfed_element *xfed_ping_answer(xmppfed_context *ctx, const xmppfed_element *ping);

#endif
