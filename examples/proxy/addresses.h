/* addresses.h - what the relay wants to know of an address in a stanza. */
#ifndef PROXY_ADDRESSES_H
#define PROXY_ADDRESSES_H

#include <stdbool.h>
#include <xmppfed/address.h>

/* The domain of a prepared bare address, within it. */
const char *address_domain(const char *bare);

/* Whether text (may be NULL) is an address whose domain is that prepared one. */
bool address_is_of(const char *text, const char *domain);

#endif
