/* watch_dialog.h - a dialog's own state (RFC 3261 section 12): begun, learnt, given to the stack.
 */
#ifndef BRIDGE_WATCH_DIALOG_H
#define BRIDGE_WATCH_DIALOG_H

#include "bridge/parts.h"
#include "bridge/watch_store.h"

/* A dialog of ours that is to be: new Call-ID and tag. False: no randomness, or no memory. */
bool watch_dialog_begin(struct watch_dialog *d, struct translate_text *text);
/*
 * The dialog that a request to us begins: our tag, its route set in its order, its Contact, the
 * addresses that it writes (RFC 3261 12.1.1). False: it has no Contact or From tag, or as above.
 */
bool watch_dialog_accept(const struct bridge_request *request, struct translate_text *text,
                         struct watch_dialog *ret);
/* Whether a request is from the remote end's address: what it may not be told is its tags. */
bool watch_dialog_is_from(const struct watch_dialog *d, const struct bridge_request *request);
/*
 * Takes the remote end from the first message that has one, be it response or NOTIFY: its tag,
 * Contact and Record-Route, which a response has in reverse (RFC 3261 12.1.2, RFC 6665 4.4.1).
 * Afterwards the same end may give a new Contact only. False: it is another end's, as after a fork.
 */
bool watch_dialog_learn(struct watch_dialog *d, xmppfed_slice tag, xmppfed_slice contact,
                        xmppfed_slice record_route, bool reversed, struct translate_text *text);
/* The values of a Record-Route in reverse. Failure is in text. */
xmppfed_slice watch_dialog_reverse(xmppfed_slice route, struct translate_text *text);

/* What the stack must be told of the next request in it. */
struct bridge_dialog watch_dialog_of(const struct watch_dialog *d);
/* "<uri>" of our own Contact, or of any URI. */
xmppfed_slice watch_dialog_name_addr(xmppfed_slice uri, struct translate_text *text);

#endif
