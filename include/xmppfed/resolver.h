/*
 * xmppfed/resolver.h - finding a partner's servers: SRV, A, AAAA and TLSA without sockets.
 *
 * Purpose: start a look-up, send the queries that the resolver asks for, hand it the answers, take
 * an ordered list of endpoints with what proves them. RFC 6120 3.2, RFC 2782, XEP-0368, RFC 7673.
 * The host sends each UDP query from a random port and connects before sending, so that only the
 * asked server can answer. A question is tried three times (2, 4 and 8 s of patience), a look-up
 * ends after 15 s with what it has. At most 32 SRV targets and 64 endpoints are used; CNAME is
 * followed 8 times; SERVFAIL never falls back. An answer over 4096 bytes (UDP) is dropped, one over
 * 16 KiB (TCP) is malformed. Answers are kept as long as they say, a day at most; one day longer
 * they help out while no server answers (RFC 8767). A NULL argument is XMPPFED_ERR_ARGUMENT.
 * Threads: a resolver belongs to one thread.
 *
 *     uint64_t id;
 *     xmppfed_dns_query q;
 *     const xmppfed_dns_result *found;
 *     xmppfed_resolver_start(r, "fabrikam.example", now, &id);
 *     while (xmppfed_resolver_next_query(r, now, &q) == 1)
 *         send_somehow(q.token, q.data, q.len, q.tcp);
 *     xmppfed_resolver_answer(r, token, data, len, now); // when a message has arrived
 *     while (xmppfed_resolver_next_result(r, &found) == 1)
 *         use(found->endpoints, found->count);
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_RESOLVER_H
#define XMPPFED_RESOLVER_H

#include <xmppfed/address.h>
#include <xmppfed/common.h>
#include <xmppfed/context.h>
#include <xmppfed/tls.h>

XMPPFED_BEGIN_DECLS

typedef struct xmppfed_resolver xmppfed_resolver;

/* What DNSSEC has proved of an endpoint, as bits; never set without a trusted resolver. */
enum xmppfed_secure {
    XMPPFED_SECURE_NAME = 1,    /* the domain uses this host: SRV, or that there is none. The
                                   host is then a name its certificate may have (RFC 7673 4.1) */
    XMPPFED_SECURE_ADDRESS = 2, /* the host has this address */
    XMPPFED_SECURE_TLSA = 4,    /* the TLSA records are these, or there are none */
    XMPPFED_SECURE_ALL = 7
};

/* One place to connect to. */
typedef struct xmppfed_endpoint {
    char host[XMPPFED_DOMAIN_SIZE]; /* SRV target or the domain itself, for people and SNI rules */
    char address[48];               /* IPv4 or IPv6 text */
    uint16_t port;
    uint16_t direct_tls; /* 1: TLS from the first byte (XEP-0368) */
    uint16_t priority;   /* of the SRV record; 0 without one */
    uint16_t weight;
    uint16_t secure;     /* enum xmppfed_secure */
    uint16_t tlsa_first; /* its TLSA records in the tlsa of the result; none unless all is secure */
    uint16_t tlsa_count;
} xmppfed_endpoint;

/* A DNS message to be sent. data borrows until the next call on the resolver. */
typedef struct xmppfed_dns_query {
    uint64_t token;
    const uint8_t *data;
    size_t len;
    int tcp;         /* 1: over TCP (the length prefix is the host's to add) */
    unsigned server; /* which try this is: 0, 1, ... ; a host rotates its servers by it */
} xmppfed_dns_query;

/* The end of a look-up. Whatever it points to borrows until the next call on the resolver. */
typedef struct xmppfed_dns_result {
    uint64_t lookup;
    int code;         /* 0, XMPPFED_ERR_DNS_*, XMPPFED_ERR_NOMEM or XMPPFED_ERR_INTERNAL */
    const char *text; /* for people: which record failed and how; "" on success */
    const xmppfed_endpoint *endpoints;
    size_t count;
    const xmppfed_tlsa *tlsa; /* of all endpoints; see tlsa_first */
    size_t tlsa_count;
    const char *left_out; /* for people: servers that are not among the endpoints, and why */
    uint32_t ttl;         /* seconds for which all of this holds; 0 if unknown */
    int stale;            /* 1: some of it is past its time, because no server answers */
} xmppfed_dns_result;

/* Makes a resolver. Errors: XMPPFED_ERR_ARGUMENT, _NOMEM. Ownership: the caller frees it. */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_resolver_new(xmppfed_context *ctx,
                                                        xmppfed_resolver **ret);
/* Frees a resolver with its look-ups; NULL is fine. */
XMPPFED_API void xmppfed_resolver_free(xmppfed_resolver *r);

/*
 * Says whether the name servers validate DNSSEC and are reached over a path that nobody else is on
 * (a validating server on loopback). Only then do queries ask for the AD bit and does it count;
 * default 0. A change forgets all kept answers. Errors: none.
 */
XMPPFED_API void xmppfed_resolver_set_trusted(xmppfed_resolver *r, int on);
/*
 * How many answers are kept at most, default 4096; 0 keeps none. One takes what the answer has, 4
 * KiB at most, from the context's memory budget; a domain needs four to six. Errors: none.
 */
XMPPFED_API void xmppfed_resolver_set_cache(xmppfed_resolver *r, size_t answers);
/*
 * Sends names in random upper and lower case, which answers must repeat: harder to forge, but some
 * servers do not repeat it and then seem silent. Default 0. Errors: none.
 */
XMPPFED_API void xmppfed_resolver_set_mixed_case(xmppfed_resolver *r, int on);

/*
 * Asks for the federation endpoints of a domain: SRV _xmpp-server._tcp and _xmpps-server._tcp,
 * merged and ordered by priority and weight, the addresses of each target, and with a trusted
 * resolver the TLSA records of what is secure. Without SRV records A and AAAA of the domain on port
 * 5269; a target "." means that this service is not offered, with no other record it ends in
 * XMPPFED_ERR_DNS_NO_SERVICE. A server whose TLSA question failed is left out (RFC 7673 3.4). A
 * domain that is an IP literal is its own endpoint. Bogus data end in XMPPFED_ERR_DNS_BOGUS.
 * Errors: XMPPFED_ERR_ADDRESS, _LIMIT_PENDING (1024 neither ended nor reported), _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_resolver_start(xmppfed_resolver *r, const char *domain,
                                                          xmppfed_time now, uint64_t *ret_lookup);
/* Asks for the addresses of one host, each with that port. Errors as above; port 0 _ARGUMENT. */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_resolver_start_host(xmppfed_resolver *r,
                                                               const char *host, uint16_t port,
                                                               xmppfed_time now,
                                                               uint64_t *ret_lookup);
/* Ends a look-up without a result; an unknown one is fine. */
XMPPFED_API void xmppfed_resolver_cancel(xmppfed_resolver *r, uint64_t lookup);

/* The next message to send: 1, or 0 when there is none. Errors: XMPPFED_ERR_NOMEM, _INTERNAL. */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_resolver_next_query(xmppfed_resolver *r, xmppfed_time now, xmppfed_dns_query *ret);
/*
 * Hands over an answer to the query with this token. What does not answer its question is dropped
 * and the wait goes on. A token no longer open is fine. Errors: none but XMPPFED_ERR_NOMEM.
 */
XMPPFED_API int xmppfed_resolver_answer(xmppfed_resolver *r, uint64_t token, const void *data,
                                        size_t len, xmppfed_time now);
/* Says that a query could not be sent or its TCP connection failed; the next try follows. */
XMPPFED_API void xmppfed_resolver_failed(xmppfed_resolver *r, uint64_t token, xmppfed_time now);

/* When xmppfed_resolver_tick is due next, or XMPPFED_TIME_NEVER. */
XMPPFED_API xmppfed_time xmppfed_resolver_deadline(const xmppfed_resolver *r);
/* Lets passed deadlines act: repeats, or ends in XMPPFED_ERR_DNS_TIMEOUT. */
XMPPFED_API void xmppfed_resolver_tick(xmppfed_resolver *r, xmppfed_time now);

/* The next finished look-up: 1 with *ret, or 0. */
XMPPFED_API int xmppfed_resolver_next_result(xmppfed_resolver *r, const xmppfed_dns_result **ret);

XMPPFED_END_DECLS

#endif
