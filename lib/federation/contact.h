/* contact.h - holding a stream at a stanza while the host looks up a contact. */
#ifndef XFED_FEDERATION_CONTACT_H
#define XFED_FEDERATION_CONTACT_H

#include "federation/link.h"

void xfed_contact_init(struct xfed_link *link);
/*
 * Asks the host for the contact state of a STANZA event and holds it, and with it all that follows
 * on the link, so that the order is kept. When out of memory the answer is "none". Owns ev.
 */
void xfed_contact_ask(struct xfed_link *link, xmppfed_event *ev, int action, xmppfed_time now);
/* Goes on with the held stanza as if the host had answered so. */
void xfed_contact_settle(struct xfed_link *link, int contact, xmppfed_time now);
/* Frees a held stanza; a link without one is fine. */
void xfed_contact_drop(struct xfed_link *link);

#endif
