/* relay.h - carries stanzas between the federation outside and the hosts inside. */
#ifndef PROXY_RELAY_H
#define PROXY_RELAY_H

#include "proxy/proxy.h"

struct link;

/* Acts on an event of the federation; user is the proxy. */
void relay_event(const xmppfed_event *ev, void *user);
/* Acts on a stanza of a host, whose route has this id. */
void relay_from_host(struct proxy *p, struct link *l, uint64_t id, const xmppfed_element *stanza);

#endif
