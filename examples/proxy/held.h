/*
 * held.h - stanzas that nobody answers, kept for the next host of their domain.
 *
 * A message that no host takes comes back to its sender; of an error, a result or a presence nobody
 * would hear that it was lost. They wait for queue.seconds, in their order, and are then dropped
 * with an event. To get one of them twice does no harm, so that they may also be tried again.
 */
#ifndef PROXY_HELD_H
#define PROXY_HELD_H

#include "proxy/proxy.h"

/* Whether the sender of a stanza wants to be told that it was lost; else it may be held. */
bool held_is_answered(const xmppfed_element *stanza);

/* Begins with nothing; p has its loop and its context. */
void held_start(struct proxy *p);
/*
 * Keeps a stanza for a domain. False if it cannot be kept: the domain has no hosts, or too much
 * waits for it already, which is logged. Presence takes half of the room at most.
 */
bool held_put(struct proxy *p, const char *domain, const xmppfed_element *stanza);
/* Whether something waits for a domain. */
bool held_waits(const struct proxy *p, const char *domain);
/* Gives a domain (NULL: each) what waits for it, as far as its hosts take it. */
void held_send(struct proxy *p, const char *domain);
/* Says that a stanza is lost, and why. */
void held_tell_dropped(struct proxy *p, const xmppfed_element *stanza, const char *why);
/* Drops what is left. */
void held_stop(struct proxy *p);

#endif
