/*
 * watching.h - XMPP users who watch SIP users: a SUBSCRIBE dialog of ours for each such pair,
 * begun, refreshed and ended as watch_table.h says (RFC 8048 section 3.1, RFC 6665 4.1).
 */
#ifndef BRIDGE_WATCHING_H
#define BRIDGE_WATCHING_H

#include "bridge/parts.h"
#include "bridge/watch_table.h"

/* <subscribe/>, <unsubscribe/> or <probe/> of watcher, both addresses bare and prepared. */
void watching_take_stanza(struct bridge *b, const xmppfed_element *stanza,
                          enum watching_event event, const char *watcher, const char *watched);
/* A NOTIFY, which it answers. */
void watching_take_notify(struct bridge *b, const struct bridge_request *request);
/* The response to the request of a number; false if it was not one of these. */
bool watching_take_response(struct bridge *b, uint64_t number,
                            const struct bridge_response *response);
/* Does one thing that is due, if there is any. */
bool watching_work(struct bridge *b);
/* Within a transaction: nobody awaits the responses to a member's requests any more. */
bool watching_lose(struct bridge *b, const char *member);

/* Whether a SIP user's presence is told to an XMPP user just now. */
bool watching_shows(struct bridge *b, const char *watcher, const char *watched);

#endif
