/*
 * message.h - instant messages: MESSAGE (RFC 3428) and <message/>, by RFC 7572 tables 1 and 2, with
 * the notices of typing of composing.h.
 *
 *     int rc = translate_message_to_sip(&setup, stanza, TRANSLATE_PAGER, &text, &sip, &problem);
 *     if (rc == 1)
 *         send_request(&sip);                   // keep sip.transaction with the transaction
 *     else if (rc < 0)
 *         translate_error_of_problem(stanza, &problem, &answer, NULL);
 */
#ifndef TRANSLATE_MESSAGE_H
#define TRANSLATE_MESSAGE_H

#include "translate/sip.h"

enum translate_mode {
    TRANSLATE_PAGER,  /* each MESSAGE by itself: at most message_max bytes, no 'type' (RFC 7572) */
    TRANSLATE_SESSION /* within a session: type 'chat', any size, BYE is <gone/> (RFC 7573) */
};

/*
 * The request for a message stanza: 1, or 0 if there is nothing that SIP has words for (receipts,
 * markers ...). It is a MESSAGE with text/plain, or with isComposing for a chat state alone, or a
 * BYE for <gone/> in a session. Of several bodies the one in the stanza's own language is taken.
 * The thread becomes the Call-ID; one that is no Call-ID is escaped, so that it comes back
 * unchanged. The stanza's id becomes sip->transaction, by which the host finds the stanza when a
 * response comes; it must not be the branch by itself, since ids of XMPP need not be unique and
 * branches must. Errors: TRANSLATE_BAD_ADDRESS, TRANSLATE_BAD_REQUEST (not a message, or type
 * error: that is for error.h), TRANSLATE_NOT_MAPPED (groupchat), TRANSLATE_TOO_LARGE,
 * TRANSLATE_NO_MEMORY. Ownership: *ret is in text.
 */
int translate_message_to_sip(const struct translate_setup *setup, const xmppfed_element *message,
                             enum translate_mode mode, struct translate_text *text,
                             struct translate_sip *ret, struct translate_problem *problem);

/*
 * The stanza for a MESSAGE, or for the BYE of a session: 1, or 0 for an empty one. Content is
 * text/plain in UTF-8, US-ASCII or ISO-8859-1, or isComposing; a content coding is the host's to
 * undo. sip->contact may be what the host knows of the sender's GRUU, though MESSAGE has no
 * Contact. Errors: TRANSLATE_BAD_ADDRESS, TRANSLATE_SECURE_ADDRESS, TRANSLATE_BAD_TYPE,
 * TRANSLATE_BAD_BODY, TRANSLATE_BAD_REQUEST, TRANSLATE_TOO_LARGE, TRANSLATE_NO_MEMORY. Ownership:
 * the caller frees *ret; text is only worked in.
 */
int translate_message_to_xmpp(const struct translate_setup *setup, const struct translate_sip *sip,
                              enum translate_mode mode, struct translate_text *text,
                              xmppfed_element **ret, struct translate_problem *problem);

/* Thread and Call-ID into each other (RFC 7572 tables 1 and 2); reversible both ways. */
xmppfed_slice translate_thread_to_call_id(xmppfed_slice thread, struct translate_text *text);
xmppfed_slice translate_thread_of_call_id(xmppfed_slice call_id, struct translate_text *text);

#endif
