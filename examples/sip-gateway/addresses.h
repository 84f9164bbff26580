/* addresses.h - the addresses of a stanza: whose they are, and the users' other domain in SIP. */
#ifndef SIP_GATEWAY_ADDRESSES_H
#define SIP_GATEWAY_ADDRESSES_H

#include <stdbool.h>
#include <xmppfed/element.h>

#include "sip-gateway/settings.h"

/*
 * Gives the sender of a stanza that was made of a request our domain of XMPP; false if he is not
 * one of our users.
 */
bool addresses_from_sip(const struct settings *settings, xmppfed_element *stanza);
/* Gives the recipient our users' domain of SIP; false if he is not one of them. */
bool addresses_to_sip(const struct settings *settings, xmppfed_element *stanza);
/* Whether an error comes from whom the stanza went to: its bare address, and ours. */
bool addresses_answer(const xmppfed_element *head, const xmppfed_element *error);

#endif
