/*
 * blocking.h - what our users block: the blocking command (XEP-0191), with reports (XEP-0377).
 *
 * A host hands on its users' requests. What they block holds at the edge, in both directions; a
 * report goes to the log and into the audit, for administrators and their scripts.
 */
#ifndef PROXY_BLOCKING_H
#define PROXY_BLOCKING_H

#include "proxy/proxy.h"

struct link;

/* Whether a stanza of a host is a user's blocking command to the user's own account or domain. */
bool blocking_is_for_us(const xmppfed_element *stanza);
/* Does what it says and answers; l as for relay_to_host(), host is its name. */
void blocking_answer(struct proxy *p, struct link *l, const char *host, const xmppfed_element *iq);

#endif
