/*
 * presence.h - notifications of presence: <presence/> and NOTIFY or PUBLISH with PIDF, by RFC 8048
 * section 4, tables 1 and 2, and the setup's profile.
 *
 * One device is one resource on the XMPP side and one tuple on the SIP side. Where the profile
 * wants one tuple, only the most available resource is told. A notification may go to nobody but
 * whom it is addressed to (RFC 8048 6.2): nothing here changes an address.
 */
#ifndef TRANSLATE_PRESENCE_H
#define TRANSLATE_PRESENCE_H

#include "translate/pidf.h"
#include "translate/sip.h"

/*
 * The tuple of a presence stanza without type or of type unavailable.
 * Errors: TRANSLATE_BAD_REQUEST (another type), TRANSLATE_BAD_ADDRESS, TRANSLATE_NO_MEMORY.
 * Ownership: in text.
 */
int translate_presence_to_tuple(const struct translate_setup *setup,
                                const xmppfed_element *presence, struct translate_text *text,
                                struct translate_tuple *ret, struct translate_problem *problem);

/*
 * A NOTIFY with the presence of one XMPP user: the last stanza of each of his resources, n of them
 * (at least 1, at most TRANSLATE_TUPLES are looked at), all with the same bare 'from'. 'to' is that
 * of the first; remaining is for how many seconds the subscription still runs. From is the bare
 * address, Contact has the device of the most available one. Errors: as above. Ownership: in text.
 */
int translate_presence_to_notify(const struct translate_setup *setup,
                                 const xmppfed_element *const *presences, size_t n,
                                 unsigned remaining, struct translate_text *text,
                                 struct translate_sip *ret, struct translate_problem *problem);

/*
 * A PUBLISH (RFC 3903) of the same, for a presence server that keeps subscriptions itself: to the
 * user's own address, for the setup's time; Expires is 0 when he is not there on any device.
 */
int translate_presence_to_publish(const struct translate_setup *setup,
                                  const xmppfed_element *const *presences, size_t n,
                                  struct translate_text *text, struct translate_sip *ret,
                                  struct translate_problem *problem);

/*
 * The stanza for a tuple; tuple NULL is "not there". from and to are XMPP addresses; the resource
 * of from is that of the tuple, or what it was if the tuple has none. language is the
 * Content-Language. Errors: TRANSLATE_NO_MEMORY. Ownership: the caller frees *ret.
 */
int translate_presence_of_tuple(const struct translate_setup *setup,
                                const struct translate_tuple *tuple, xmppfed_slice from,
                                xmppfed_slice to, xmppfed_slice language,
                                struct translate_text *text, xmppfed_element **ret,
                                struct translate_problem *problem);

/*
 * The one stanza for a NOTIFY or PUBLISH with PIDF: the most available tuple; 'from' has the GRUU
 * of the request, and else no resource, so that it stays the same when another device is the most
 * available. An empty body is "not there" (RFC 8048 3.1). A host that wants a stanza for each
 * device reads the document and calls translate_presence_of_tuple(). Errors: TRANSLATE_BAD_TYPE,
 * those of translate_pidf_read() and of translate_sip_ends(). Ownership: the caller frees *ret.
 */
int translate_presence_to_xmpp(const struct translate_setup *setup, const struct translate_sip *sip,
                               struct translate_text *text, xmppfed_element **ret,
                               struct translate_problem *problem);

#endif
