/*
 * sip.h - a SIP request as far as it is mapped: no type of a SIP library enters this folder.
 *
 * A host fills one in from its stack before it translates towards XMPP (all slices borrowed), and
 * gives one to its stack afterwards (all slices in the struct translate_text that it passed).
 * Slices are header values as on the wire; an absent header is an empty slice. Via, CSeq,
 * Max-Forwards, tags, Route and the like are the stack's.
 */
#ifndef TRANSLATE_SIP_H
#define TRANSLATE_SIP_H

#include "translate/translate.h"

/* No Expires header. */
#define TRANSLATE_NO_EXPIRES (-1L)

struct translate_sip {
    xmppfed_slice method;             /* MESSAGE, SUBSCRIBE, NOTIFY, PUBLISH, BYE */
    xmppfed_slice uri;                /* Request-URI */
    xmppfed_slice from;               /* name-addr; a tag is ignored and never made */
    xmppfed_slice to;                 /* likewise */
    xmppfed_slice contact;            /* where the GRUU of the sender may be */
    xmppfed_slice call_id;            /* of a new dialog or message; empty: the host's choice */
    xmppfed_slice transaction;        /* what names the transaction: see message.h */
    xmppfed_slice subject;            /* RFC 3261 20.36 */
    xmppfed_slice event;              /* RFC 6665: "presence" */
    xmppfed_slice accept;             /* RFC 3261 20.1 */
    xmppfed_slice subscription_state; /* RFC 6665 8.2.3 */
    long expires;                     /* seconds, or TRANSLATE_NO_EXPIRES */
    xmppfed_slice content_type;
    xmppfed_slice content_language;
    xmppfed_slice body;
};

/* A request without anything in it. */
struct translate_sip translate_sip_empty(void);

/*
 * The XMPP addresses of a request's ends: *ret_from of From, with the resource of the GRUU in it or
 * in a Contact of the same user (RFC 7572 table 2 note 1); *ret_to of the Request-URI, or of To if
 * there is none. Errors: as translate_address_to_jid(). Ownership: in text.
 */
int translate_sip_ends(const struct translate_sip *sip, struct translate_text *text,
                       xmppfed_slice *ret_from, xmppfed_slice *ret_to,
                       struct translate_problem *problem);

/*
 * Sets Request-URI, From and To for a stanza: "<sip:juliet@example.com;gr=...>" (RFC 7572 table 1).
 * The resource of 'to' is kept as a GRUU as well. Errors: as translate_address_to_uri(), and
 * TRANSLATE_BAD_REQUEST without an address.
 */
int translate_sip_address(const xmppfed_element *stanza, struct translate_text *text,
                          struct translate_sip *sip, struct translate_problem *problem);

/*
 * About how many bytes the request has on the wire: what is known, and 320 for the headers that the
 * stack adds (Via, CSeq, Max-Forwards, tags, User-Agent, Content-Length).
 */
size_t translate_sip_size(const struct translate_sip *sip);

/* Type and subtype of a Content-Type without parameters, and one parameter; empty if absent. */
xmppfed_slice translate_sip_media_type(xmppfed_slice content_type);
xmppfed_slice translate_sip_parameter(xmppfed_slice value, const char *name);
/* The first of a list separated by commas: Content-Language, Subscription-State's state. */
xmppfed_slice translate_sip_first(xmppfed_slice list);

#endif
