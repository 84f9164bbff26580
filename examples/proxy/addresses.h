/* addresses.h - what the relay wants to know of an address in a stanza. */
#ifndef PROXY_ADDRESSES_H
#define PROXY_ADDRESSES_H

#include <stdbool.h>
#include <xmppfed/address.h>

/* Whether text (may be NULL) is an address whose domain is that prepared one. */
bool address_is_of(const char *text, const char *domain);

/* The comparable bare address of text (may be NULL) and its domain; false if it is no address. */
bool address_split(const char *text, char ret_bare[XMPPFED_BARE_SIZE],
                   char ret_domain[XMPPFED_DOMAIN_SIZE]);

#endif
