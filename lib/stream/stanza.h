/* stanza.h - what kind of stanza an element is, and the error answers to it (RFC 6120 8, 6121). */
#ifndef XFED_STREAM_STANZA_H
#define XFED_STREAM_STANZA_H

#include <stdbool.h>
#include <xmppfed/address.h>
#include <xmppfed/element.h>

enum xfed_stanza_kind {
    XFED_STANZA_NONE = 0, /* not a stanza of this content namespace */
    XFED_STANZA_MESSAGE,
    XFED_STANZA_PRESENCE,
    XFED_STANZA_IQ
};

/* The error types of RFC 6120 8.3.2 and conditions of 8.3.3, as one table in stanza_error.c. */
struct xfed_stanza_error {
    const char *condition; /* "service-unavailable" */
    const char *type;      /* "cancel", "continue", "modify", "auth", "wait" */
};

/* Kind of e in a stream with this content namespace. */
enum xfed_stanza_kind xfed_stanza_kind_of(const xmppfed_element *e, const char *content_ns);

/* Whether an error may be sent in answer: never to type error or result (RFC 6120 8.3.1). */
bool xfed_stanza_may_bounce(const xmppfed_element *e);

/* The table's row for a condition, or NULL. */
const struct xfed_stanza_error *xfed_stanza_error_find(const char *condition);

/*
 * The error answer to a stanza: addresses swapped, same id and kind, type='error', the condition
 * with its type and, if text is not NULL, a text. The original content is not repeated. NULL when
 * out of memory. The caller frees. condition must be in the table.
 */
xmppfed_element *xfed_stanza_error_answer(const xmppfed_element *stanza, const char *condition,
                                          const char *text);

/* The condition of a received error stanza, "undefined-condition" if it names none we know. */
const char *xfed_stanza_error_condition(const xmppfed_element *stanza);
/* Its text, or "". */
const char *xfed_stanza_error_text(const xmppfed_element *stanza);
/* What the sender's application added to it (RFC 6120 8.3.4), or NULL. */
const xmppfed_element *xfed_stanza_error_application(const xmppfed_element *stanza);

#endif
