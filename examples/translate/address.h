/*
 * address.h - addresses of SIP and XMPP into each other (RFC 7247 section 2, RFC 5122, XEP-0106).
 *
 * The local part is unescaped as its source escapes (%XX, \xx) and escaped as its destination does,
 * so that what goes there and back is unchanged. A domain becomes lower-case A-labels, because SIP
 * has no other. A GRUU and a resource name the same device (RFC 7247 2.3).
 *
 *     rc = translate_address_to_jid(xmppfed_slice_of("sip:o'malley@sip.example;gr=bar"), &text,
 *                                   &jid, &problem); // o\27malley@sip.example/bar
 */
#ifndef TRANSLATE_ADDRESS_H
#define TRANSLATE_ADDRESS_H

#include "translate/uri.h"

/*
 * The XMPP address of a URI of any scheme of uri.h but sips: (RFC 7247 2.4 and section 4). The
 * local part is prepared (RFC 7622 3.3); one that PRECIS refuses keeps its bytes.
 * Errors: TRANSLATE_SECURE_ADDRESS, TRANSLATE_BAD_SCHEME, TRANSLATE_BAD_ADDRESS (also a temporary
 * GRUU, which RFC 7247 2.3 excludes), TRANSLATE_NO_MEMORY. Ownership: *ret is in text.
 */
int translate_address_to_jid(xmppfed_slice uri, struct translate_text *text, xmppfed_slice *ret,
                             struct translate_problem *problem);

/*
 * The same of a header field like From, To or Contact: display name and tag are left out, a "gr"
 * may stand inside the brackets or behind them.
 */
int translate_address_of_header(xmppfed_slice value, struct translate_text *text,
                                xmppfed_slice *ret, struct translate_problem *problem);

/* Whether the resource goes with the address. */
enum translate_device { TRANSLATE_BARE = 0, TRANSLATE_FULL = 1 };

/*
 * The URI of an XMPP address in a scheme (RFC 7247 2.5; RFC 5122 2.7 for xmpp:). im: and pres: have
 * no place for a resource. Errors: TRANSLATE_BAD_ADDRESS (also one whose URI would lead back to
 * another address), TRANSLATE_SECURE_ADDRESS (sips: is never made), TRANSLATE_NO_MEMORY. Ownership:
 * *ret is in text.
 */
int translate_address_to_uri(const char *jid, enum translate_scheme scheme,
                             enum translate_device device, struct translate_text *text,
                             xmppfed_slice *ret, struct translate_problem *problem);

/* The bare part of an XMPP address; borrows from jid. */
xmppfed_slice translate_address_bare(xmppfed_slice jid);

#endif
