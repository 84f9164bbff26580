/*
 * xmppfed/address.h - domains and XMPP addresses (RFC 7622).
 *
 * Purpose: the one way in which the library compares names. A domain is compared in its A-label
 * form (RFC 5890); an address is split and prepared part by part. Peers' addresses are treated
 * leniently (a part that PRECIS refuses keeps its bytes), our own strictly.
 *
 *     char domain[XMPPFED_DOMAIN_SIZE];
 *     if (xmppfed_domain_prepare("B\xc3\xbc" "cher.example", domain) == 0)
 *         puts(domain); // xn--bcher-kva.example
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_ADDRESS_H
#define XMPPFED_ADDRESS_H

#include <xmppfed/common.h>
#include <xmppfed/error.h>

XMPPFED_BEGIN_DECLS

/* Room for any prepared domain with its NUL: 253 octets of A-labels, or an IP literal. */
#define XMPPFED_DOMAIN_SIZE 256
/* Room for one part of an address with its NUL (RFC 7622 3.3.1, 3.4.1: 1023 octets). */
#define XMPPFED_PART_SIZE 1024
/* Room for a bare address "local@domain" with its NUL. */
#define XMPPFED_BARE_SIZE (XMPPFED_PART_SIZE + XMPPFED_DOMAIN_SIZE)

/* The parts of an address as borrowed slices; an absent part is empty (data NULL). */
typedef struct xmppfed_jid {
    xmppfed_slice local;
    xmppfed_slice domain;
    xmppfed_slice resource;
} xmppfed_jid;

/* How strictly xmppfed_jid_prepare_bare() treats the local part. */
enum xmppfed_strictness {
    XMPPFED_LENIENT = 0, /* peers: keep the bytes of a part that PRECIS refuses */
    XMPPFED_STRICT = 1   /* our own addresses and configuration: refuse it */
};

/*
 * Writes the comparable form of a domain to ret: lower-case A-labels without a final dot, or an
 * IPv4 address, or an IPv6 address in brackets. RFC 7622 3.2, RFC 5891, RFC 5952.
 * Errors: XMPPFED_ERR_ADDRESS (not a domain), XMPPFED_ERR_NOMEM (in libidn2); ret is then
 * untouched. Threads: any.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_domain_prepare(const char *text,
                                                          char ret[XMPPFED_DOMAIN_SIZE]);

/*
 * Splits an address (RFC 7622 3.1-3.4) without preparing its parts.
 * Errors: XMPPFED_ERR_ADDRESS (empty part, part over 1023 octets); ret is then untouched.
 * Ownership: the slices borrow text. Threads: any.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_jid_split(const char *text, xmppfed_jid *ret);

/*
 * Writes the comparable bare address "local@domain" (or "domain") to ret.
 * strictness: one of enum xmppfed_strictness. A resource is left out.
 * RFC 7622 3.2, 3.3; RFC 8265 3.3.
 * Errors: XMPPFED_ERR_ADDRESS, XMPPFED_ERR_NOMEM (in libidn2 or libunistring); ret is then
 * untouched. Threads: any.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_jid_prepare_bare(const char *text, int strictness,
                                                            char ret[XMPPFED_BARE_SIZE]);

XMPPFED_END_DECLS

#endif
