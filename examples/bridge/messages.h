/*
 * messages.h - messages both ways: each is delivered at most once, and its sender learns of a
 * failure.
 *
 * A message from SIP is answered 202 (RFC 3428 7) when no error came for the time of grace, for
 * XMPP has no word for success; an error that comes later is sent to its sender as a notice. One
 * from XMPP has failed when its response says so.
 */
#ifndef BRIDGE_MESSAGES_H
#define BRIDGE_MESSAGES_H

#include "bridge/parts.h"

/* Makes the table and b->messages; false with a sentence. */
bool messages_new(struct bridge *b, struct complaint *why);
/* NULL state is fine. */
void messages_free(struct bridge *b);

/* The link came up or went down: b->up. */
void messages_link(struct bridge *b);
/* A <message/> of any type. */
void messages_take_stanza(struct bridge *b, xmppfed_element *stanza);
/* A MESSAGE. */
void messages_take_request(struct bridge *b, const struct bridge_request *request);
/* The response to bridge_request(b, BRIDGE_MESSAGES, number, ...). */
void messages_take_response(struct bridge *b, uint64_t number,
                            const struct translate_response *response);
/* Ten times a second. */
void messages_tick(struct bridge *b);
/*
 * Within a transaction: a member that is gone, or a predecessor of ours, left messages of which
 * nobody knows what became; their senders are told so.
 */
bool messages_adopt(struct bridge *b, const char *member);

/* Whether no message is under way; and the end of those that are. */
bool messages_idle(const struct bridge *b);
void messages_give_up(struct bridge *b);

#endif
