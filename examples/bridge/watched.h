/*
 * watched.h - SIP users who watch XMPP users: their SUBSCRIBE dialogs, of which there may be
 * several for one pair, as watch_table.h says (RFC 8048 section 3.2, RFC 6665 4.2).
 */
#ifndef BRIDGE_WATCHED_H
#define BRIDGE_WATCHED_H

#include "bridge/parts.h"
#include "bridge/watch_table.h"

/* The id of <subscribe/> and <probe/> of ours: what an error must have that is about them. */
#define WATCHED_ID "watch"

/* At least so long, in ms, between two NOTIFYs of one dialog; the last state is told at the end. */
#define WATCHED_PACE 1000

/* A SUBSCRIBE, which it answers. */
void watched_take_subscribe(struct bridge *b, const struct bridge_request *request);
/*
 * <subscribed/>, <unsubscribed/>, presence, or an error, of watched for watcher; both addresses
 * bare and prepared.
 */
void watched_take_stanza(struct bridge *b, const xmppfed_element *stanza, enum watched_event event,
                         const char *watcher, const char *watched);
/* The response to the request of a number; false if it was not one of these. */
bool watched_take_response(struct bridge *b, uint64_t number,
                           const struct bridge_response *response);
/* Does one thing that is due, if there is any. */
bool watched_work(struct bridge *b);
/* Within a transaction: nobody awaits the responses to a member's requests any more. */
bool watched_lose(struct bridge *b, const char *member);

#endif
