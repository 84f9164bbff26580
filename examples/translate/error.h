/*
 * error.h - stanza errors and SIP responses into each other (RFC 7247 section 3, tables 2 and 3).
 *
 * The tables are error_table.h; tests hold them against the RFC row by row. 503 is never made of a
 * stanza error: to SIP it would say that the whole server is gone (note 5 of table 2).
 */
#ifndef TRANSLATE_ERROR_H
#define TRANSLATE_ERROR_H

#include "translate/translate.h"

/* What is mapped of a SIP response. */
struct translate_response {
    int status;            /* 300 to 699 */
    xmppfed_slice reason;  /* the reason phrase; of one that is made: never empty, no controls */
    xmppfed_slice contact; /* where to go instead, for 3xx: a Contact value; empty if none */
};

/* What the condition alone does not say. */
struct translate_error_case {
    bool full;       /* the error is about one device (full JID): 4xx instead of 6xx (note 2) */
    bool address;    /* <gone/> comes with a new address (note 3) */
    bool unresolved; /* the remote server exists but could not be reached (note 4) */
};

/*
 * The SIP response for a condition of RFC 6120 8.3.3; 400 for an unknown one, which counts as
 * undefined-condition (RFC 6120 8.3.2).
 */
int translate_error_status(const char *condition, struct translate_error_case of);

/* The condition for a SIP response, or NULL for 1xx, 2xx and what is none. Static text. */
const char *translate_error_condition(int status);

/* The phrase of RFC 3261 section 21 for a status, or "Error". Static text. */
const char *translate_error_phrase(int status);

/*
 * The response that tells a SIP user of an error stanza (message, presence or iq of type error).
 * Its 'from' says whether it is about a device; <text/> becomes the reason phrase; the address in
 * <gone/> and <redirect/> becomes a sip: URI. unresolved: see above, only the host can know.
 * Errors: TRANSLATE_BAD_REQUEST (not an error stanza), TRANSLATE_NO_MEMORY. Ownership: *ret is in
 * text.
 */
int translate_error_to_sip(const xmppfed_element *stanza, bool unresolved,
                           struct translate_text *text, struct translate_response *ret,
                           struct translate_problem *problem);

/*
 * The error stanza that tells an XMPP user of a response to what his stanza became. A Contact of
 * 301 and 302 becomes the xmpp: URI in <gone/> and <redirect/>; 301 without one is a plain <gone/>.
 * Errors: TRANSLATE_BAD_REQUEST (no failure, or a stanza that is not answered by an error, RFC 6120
 * 8.3.1), TRANSLATE_NO_MEMORY. Ownership: the caller frees *ret.
 */
int translate_error_to_xmpp(const xmppfed_element *stanza,
                            const struct translate_response *response, struct translate_text *text,
                            xmppfed_element **ret, struct translate_problem *problem);

/*
 * The error stanza for a stanza that was refused here, with the sentence. Errors and ownership as
 * above.
 */
int translate_error_of_problem(const xmppfed_element *stanza,
                               const struct translate_problem *refused, xmppfed_element **ret,
                               struct translate_problem *problem);

#endif
