/* addresses.h - the addresses of a stanza: whose they are, and the users' other domain in SIP. */
#ifndef BRIDGE_ADDRESSES_H
#define BRIDGE_ADDRESSES_H

#include "bridge/bridge.h"

/* Whether an address of XMPP is that of a user of our domains. */
bool addresses_are_ours(const struct bridge_settings *settings, const char *jid);
/*
 * Gives the sender of a stanza that was made of a request our domain of XMPP; false if he is not
 * one of our users.
 */
bool addresses_from_sip(const struct bridge_settings *settings, xmppfed_element *stanza);
/* Gives the recipient our users' domain of SIP; false if he is not one of them. */
bool addresses_to_sip(const struct bridge_settings *settings, xmppfed_element *stanza);
/* Whether an error for a stanza between these two comes from whom it went to; bare addresses. */
bool addresses_answer(const char *from, const char *to, const xmppfed_element *error);

#endif
