/* inbound.h - stanzas of partners: may they pass, and how a refusal is answered. */
#ifndef XFED_FEDERATION_INBOUND_H
#define XFED_FEDERATION_INBOUND_H

#include "federation/link.h"

/* Takes the STANZA event that the connection of a link has just handed out. */
void xfed_inbound_stanza(struct xfed_link *link, xmppfed_time now);
/* Puts a stanza to the policy with what is known of the contact, and does what it says. Owns ev. */
void xfed_inbound_decide(struct xfed_link *link, xmppfed_event *ev, int action, int contact,
                         xmppfed_time now);

#endif
