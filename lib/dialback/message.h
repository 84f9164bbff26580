/* message.h - <db:result/> and <db:verify/> in all their forms (XEP-0220). */
#ifndef XFED_DIALBACK_MESSAGE_H
#define XFED_DIALBACK_MESSAGE_H

#include <xmppfed/address.h>
#include <xmppfed/element.h>

enum xfed_dialback_kind {
    XFED_DIALBACK_NONE = 0,
    XFED_DIALBACK_RESULT_REQUEST, /* originating -> receiving: here is my key */
    XFED_DIALBACK_RESULT_ANSWER,  /* receiving -> originating: valid, invalid or error */
    XFED_DIALBACK_VERIFY_REQUEST, /* receiving -> authoritative: is this key yours? */
    XFED_DIALBACK_VERIFY_ANSWER   /* authoritative -> receiving */
};

enum xfed_dialback_verdict { XFED_DIALBACK_VALID = 1, XFED_DIALBACK_INVALID, XFED_DIALBACK_ERROR };

/* Room for a dialback key with its NUL. Ours have 64 digits; nobody says how long others' are. */
#define XFED_DIALBACK_KEY_TEXT_SIZE 1024

/* A parsed message; every peer-supplied field was present and well-formed, or parsing failed. */
struct xfed_dialback_message {
    enum xfed_dialback_kind kind;
    enum xfed_dialback_verdict verdict;    /* answers only */
    char from[XMPPFED_DOMAIN_SIZE];        /* prepared */
    char to[XMPPFED_DOMAIN_SIZE];          /* prepared */
    const char *id;                        /* verify only, else ""; borrowed from the element */
    const char *condition;                 /* static; "" unless type='error' names one we know */
    char key[XFED_DIALBACK_KEY_TEXT_SIZE]; /* requests only, else ""; no white space around it */
};

/*
 * Reads a dialback element. Errors: XMPPFED_ERR_DIALBACK_MALFORMED (not one of the forms, attribute
 * missing, unknown type, key or id empty or over 1023 bytes), XMPPFED_ERR_ADDRESS.
 */
int xfed_dialback_parse(const xmppfed_element *e,
                        struct xfed_dialback_message *ret) XMPPFED_MUST_CHECK;

/* The four elements to send; NULL when out of memory. The caller frees. condition: error only. */
xmppfed_element *xfed_dialback_result(xmppfed_context *ctx, const char *from, const char *to,
                                      const char *key);
xmppfed_element *xfed_dialback_result_answer(xmppfed_context *ctx, const char *from, const char *to,
                                             enum xfed_dialback_verdict verdict,
                                             const char *condition);
xmppfed_element *xfed_dialback_verify(xmppfed_context *ctx, const char *from, const char *to,
                                      const char *id, const char *key);
xmppfed_element *xfed_dialback_verify_answer(xmppfed_context *ctx, const char *from, const char *to,
                                             const char *id, enum xfed_dialback_verdict verdict,
                                             const char *condition);

#endif
