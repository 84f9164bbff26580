/* relay.h - carries stanzas between the federation outside and the hosts inside. */
#ifndef PROXY_RELAY_H
#define PROXY_RELAY_H

#include "proxy/proxy.h"

struct link;

/* Acts on an event of the federation; user is the proxy. */
void relay_event(const xmppfed_event *ev, void *user);
/*
 * Gives a stanza to a host of a domain; l is its link, or NULL when there is none: then the host in
 * this process takes it, if there is one. What nobody answers is held if it cannot be sent now
 * (held.h). 0, or XMPPFED_ERR_STATE when it can be neither sent nor kept, or an error of
 * link_send().
 */
int relay_to_host(struct proxy *p, struct link *l, const char *domain,
                  const xmppfed_element *stanza);
/* As relay_to_host() to the host that serves whom the stanza is for, but it is not held. */
int relay_to_some_host(struct proxy *p, const char *domain, const xmppfed_element *stanza);
/*
 * Acts on a stanza that a host of a domain got and has not acknowledged, once it is gone and out of
 * the routes. A message or request may have been delivered: its sender is told that, and no other
 * host gets it. Of the others a second one does no harm.
 */
void relay_unacknowledged(struct proxy *p, const char *domain, const xmppfed_element *stanza);
/* Acts on a stanza of a host, whose route has this id. */
void relay_from_host(struct proxy *p, struct link *l, uint64_t id, const xmppfed_element *stanza);
/*
 * Acts on a stanza of the host in this process. False if it is not from one of the proxy's domains:
 * then nothing was done.
 */
bool relay_from_local(struct proxy *p, const xmppfed_element *stanza);

/* Acts on a stanza for a host that the process before this one had left. */
void relay_from_predecessor(struct proxy *p, const xmppfed_element *stanza);
/* A host of a domain (NULL: of all) has come: it gets what has waited. */
void relay_host_up(struct proxy *p, const char *domain);
/* Answers what still waits for hosts of a predecessor; what nobody answers is held. */
void relay_give_up(struct proxy *p);

#endif
