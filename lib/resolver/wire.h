/* wire.h - DNS messages: one question out, one answer in. Names are lower-case text without dot. */
#ifndef XFED_RESOLVER_WIRE_H
#define XFED_RESOLVER_WIRE_H

#include <stdbool.h>
#include <xmppfed/address.h>
#include <xmppfed/common.h>

enum xfed_dns_type { XFED_DNS_A = 1, XFED_DNS_AAAA = 28, XFED_DNS_SRV = 33 };

enum {
    XFED_DNS_NAME_MAX = 253,   /* octets of text (RFC 1035 3.1 less length octets) */
    XFED_DNS_QUERY_SIZE = 300, /* header, longest name, type and class, EDNS0 record */
    XFED_DNS_UDP_SIZE = 1232,  /* what a query says it takes: no fragments on any usual path */
    XFED_DNS_UDP_MAX = 4096,   /* what is read all the same */
    XFED_DNS_TCP_MAX = 16384,  /* a larger answer costs too much to read */
    XFED_DNS_SRV_MAX = 32,     /* SRV records used of an answer */
    XFED_DNS_ADDRESS_MAX = 8,  /* addresses used of an answer */
    XFED_DNS_ALIAS_MAX = 8     /* CNAME steps followed for a question */
};

struct xfed_srv {
    uint16_t priority;
    uint16_t weight;
    uint16_t port;
    char target[XMPPFED_DOMAIN_SIZE]; /* "" is the root: no such service (RFC 2782) */
};

enum xfed_dns_outcome {
    XFED_DNS_RECORDS, /* one at least, of the type asked for */
    XFED_DNS_NO_NAME, /* NXDOMAIN */
    XFED_DNS_NO_DATA, /* the name has no record of that type */
    XFED_DNS_ALIAS,   /* the name is an alias of .alias, whose records are not in the answer */
    XFED_DNS_ALIAS_LOOP,
    XFED_DNS_TRUNCATED, /* ask again over TCP */
    XFED_DNS_FAILURE,   /* SERVFAIL, REFUSED and the like */
    XFED_DNS_MALFORMED  /* an answer to the question that cannot be read */
};

struct xfed_dns_answer {
    enum xfed_dns_outcome outcome;
    unsigned aliases; /* CNAME steps taken, those before this question included */
    char alias[XMPPFED_DOMAIN_SIZE];
    size_t count;
    struct xfed_srv srv[XFED_DNS_SRV_MAX];
    uint8_t address[XFED_DNS_ADDRESS_MAX][16]; /* an A record fills the first four octets */
};

/* What was asked; an answer must repeat all of it. */
struct xfed_dns_asked {
    uint16_t id;
    int type; /* enum xfed_dns_type */
    const char *name;
    unsigned aliases; /* CNAME steps that led to this name */
};

/*
 * Writes a query with recursion desired and EDNS0 (RFC 6891). XMPPFED_ERR_ADDRESS for a name that
 * does not fit a DNS message, XMPPFED_ERR_NOMEM; else 0.
 */
int xfed_wire_query(const struct xfed_dns_asked *asked, uint8_t ret[XFED_DNS_QUERY_SIZE],
                    size_t *ret_len) XMPPFED_MUST_CHECK;

/*
 * Reads an answer: 1 with *ret, 0 if the message does not answer what was asked (RFC 5452 9.1: drop
 * it and wait on), XMPPFED_ERR_NOMEM.
 */
int xfed_wire_answer(const struct xfed_dns_asked *asked, const uint8_t *data, size_t len,
                     struct xfed_dns_answer *ret) XMPPFED_MUST_CHECK;

#endif
