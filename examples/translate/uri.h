/*
 * uri.h - sip:, sips:, im:, pres: and xmpp: URIs: taking them apart and percent-encoding.
 *
 * Only what names a user is looked at; passwords, ports, other parameters and headers are not part
 * of an address and are left out.
 */
#ifndef TRANSLATE_URI_H
#define TRANSLATE_URI_H

#include "translate/translate.h"

enum translate_scheme {
    TRANSLATE_SIP = 1,
    TRANSLATE_SIPS,
    TRANSLATE_IM,
    TRANSLATE_PRES,
    TRANSLATE_XMPP
};

/* The parts of a URI as they are written: slices of it, still percent-encoded. */
struct translate_uri {
    enum translate_scheme scheme;
    xmppfed_slice user;     /* empty: the URI names a domain */
    xmppfed_slice host;     /* a name or an address literal, IPv6 with its brackets */
    xmppfed_slice instance; /* value of the parameter "gr" (RFC 5627), or resource of xmpp: */
    bool temporary;         /* a "gr" without value: a temporary GRUU */
};

/*
 * Takes a URI apart (RFC 3261 19.1.1; RFC 3859 and 3860 section 3.3; RFC 5122 2.2). *ret borrows
 * from uri. Errors: TRANSLATE_BAD_SCHEME (tel:, mailto: ...), TRANSLATE_BAD_ADDRESS.
 */
int translate_uri_split(xmppfed_slice uri, struct translate_uri *ret,
                        struct translate_problem *problem);

/*
 * The URI of a header field like From or Contact, without display name, angle brackets and header
 * parameters (RFC 3261 20.10). *ret_gr is the value of a header parameter "gr", which the examples
 * of RFC 8048 have behind the bracket; empty if there is none. Both borrow from value.
 * Errors: TRANSLATE_BAD_ADDRESS.
 */
int translate_uri_of_header(xmppfed_slice value, xmppfed_slice *ret_uri, xmppfed_slice *ret_gr,
                            struct translate_problem *problem);

/*
 * Appends bytes with %XX decoded to the text that is being written; false if a '%' has no two
 * hexadecimal digits behind it, or stands for a NUL (RFC 3986 2.1).
 */
bool translate_uri_decode(xmppfed_slice bytes, struct translate_text *text);

/*
 * Appends bytes to the text that is being written, each one that is neither alphanumeric nor among
 * plain as %XX (RFC 3986 2.1).
 */
void translate_uri_encode(xmppfed_slice bytes, const char *plain, struct translate_text *text);

#endif
