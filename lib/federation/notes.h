/* notes.h - status notes: what a user says about himself, which never leaves to public partners. */
#ifndef XFED_FEDERATION_NOTES_H
#define XFED_FEDERATION_NOTES_H

#include <stdbool.h>
#include <xmppfed/element.h>

#define XFED_NS_PUBSUB "http://jabber.org/protocol/pubsub"
#define XFED_NS_PUBSUB_EVENT "http://jabber.org/protocol/pubsub#event"

/* Whether a message tells of a change of mood, activity, tune, location or nick (XEP-0163). */
bool xfed_notes_event(const xmppfed_element *message);
/*
 * Takes status notes out of a stanza: the text of a presence, the notes that old clients put into
 * stanzas, and the items of note nodes in events and in answers to who asks for them.
 */
void xfed_notes_strip(xmppfed_element *stanza);

#endif
