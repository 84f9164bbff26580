/*
 * composing.h - notices of typing: isComposing (RFC 3994) and chat states (XEP-0085), by RFC 7573
 * section 6 of the text, tables 3 and 4.
 *
 * Both ways of RFC 7573 are there: all chat states become an isComposing event but gone, which ends
 * a session (a BYE, section 6.1) and says nothing outside of one. MSRP is not carried: a session of
 * this folder is a SIP dialog whose messages are MESSAGE requests.
 */
#ifndef TRANSLATE_COMPOSING_H
#define TRANSLATE_COMPOSING_H

#include "translate/sip.h"

#define TRANSLATE_NS_CHAT_STATES "http://jabber.org/protocol/chatstates"
#define TRANSLATE_TYPE_COMPOSING "application/im-iscomposing+xml"

/* What an isComposing document says (RFC 3994 section 5). */
struct translate_composing {
    bool active;        /* any other state counts as idle (RFC 3994 3.3) */
    unsigned refresh;   /* seconds until active becomes idle by itself; 120 if it says nothing */
    xmppfed_slice type; /* of what is composed: text/plain, text, audio ...; empty if not told */
};

/*
 * Reads an isComposing body. Errors: as translate_document_read(), TRANSLATE_BAD_BODY without a
 * state. Ownership: in text.
 */
int translate_composing_read(const struct translate_setup *setup, xmppfed_slice body,
                             struct translate_text *text, struct translate_composing *ret,
                             struct translate_problem *problem);
/* Writes one. Errors: as translate_document_write(). */
int translate_composing_write(const struct translate_setup *setup,
                              const struct translate_composing *composing,
                              struct translate_text *text, xmppfed_slice *ret,
                              struct translate_problem *problem);

/* What becomes of a chat state. */
enum translate_state_event {
    TRANSLATE_STATE_NONE,   /* the stanza has no chat state */
    TRANSLATE_STATE_IDLE,   /* active, inactive, paused: isComposing idle */
    TRANSLATE_STATE_ACTIVE, /* composing: isComposing active */
    TRANSLATE_STATE_GONE    /* gone: the end of the session */
};

/* The chat state that a message carries; the first one if there are several. */
enum translate_state_event translate_composing_state(const xmppfed_element *message);

/*
 * Adds the chat state of an event to a message: composing for active, active for idle (table 3),
 * gone for the end of a session. Failure is in the tree's status.
 */
void translate_composing_add(xmppfed_element *message, enum translate_state_event event);

#endif
