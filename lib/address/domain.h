/* domain.h - what the layers above ask about prepared domains. */
#ifndef XFED_ADDRESS_DOMAIN_H
#define XFED_ADDRESS_DOMAIN_H

#include <stdbool.h>
#include <xmppfed/address.h>

/* xmppfed_domain_prepare() of bytes that have no NUL; a NUL inside is XMPPFED_ERR_ADDRESS. */
int xfed_domain_prepare_slice(xmppfed_slice text, char ret[XMPPFED_DOMAIN_SIZE]) XMPPFED_MUST_CHECK;

/* Whether two prepared domains are the same; NULL is no domain and equals nothing. */
bool xfed_domain_equal(const char *prepared_a, const char *prepared_b);

/* Whether a prepared domain is an IPv4 address or a bracketed IPv6 address. */
bool xfed_domain_is_ip(const char *prepared);

/* The part of a prepared bare address that is its domain; the result points into bare. */
const char *xfed_domain_of_bare(const char *bare);

#endif
