/* wire.h - DNS messages: one question out, one answer in. Names are lower-case text without dot. */
#ifndef XFED_RESOLVER_WIRE_H
#define XFED_RESOLVER_WIRE_H

#include <xmppfed/tls.h>

#include "resolver/packet.h"

enum xfed_dns_type { XFED_DNS_A = 1, XFED_DNS_AAAA = 28, XFED_DNS_SRV = 33, XFED_DNS_TLSA = 52 };

enum {
    XFED_DNS_QUERY_SIZE = 300, /* header, longest name, type and class, EDNS0 record */
    XFED_DNS_UDP_SIZE = 1232,  /* what a query says it takes: no fragments on any usual path */
    XFED_DNS_UDP_MAX = 4096,   /* what is read all the same */
    XFED_DNS_TCP_MAX = 16384,  /* a larger answer costs too much to read */
    XFED_DNS_SRV_MAX = 32,     /* SRV records used of an answer */
    XFED_DNS_ADDRESS_MAX = 8,  /* addresses used of an answer */
    XFED_DNS_TLSA_MAX = 32,    /* TLSA records used of an answer */
    XFED_DNS_ALIAS_MAX = 8,    /* CNAME steps followed for a question */
    XFED_DNS_CASES_SIZE = 32   /* a bit for each octet of a name */
};

struct xfed_srv {
    uint16_t priority;
    uint16_t weight;
    uint16_t port;
    bool direct;                      /* TLS from the first byte (XEP-0368) */
    bool secure;                      /* validated */
    char target[XMPPFED_DOMAIN_SIZE]; /* "" is the root: no such service (RFC 2782) */
};

enum xfed_dns_outcome {
    XFED_DNS_RECORDS, /* one at least, of the type asked for */
    XFED_DNS_NO_NAME, /* NXDOMAIN */
    XFED_DNS_NO_DATA, /* the name has no record of that type */
    XFED_DNS_ALIAS,   /* the name is an alias of .alias, whose records are not in the answer */
    XFED_DNS_ALIAS_LOOP,
    XFED_DNS_TRUNCATED, /* ask again over TCP */
    XFED_DNS_SERVFAIL,  /* the server could not find out, or what it found is bogus */
    XFED_DNS_FAILURE,   /* REFUSED and the like */
    XFED_DNS_MALFORMED  /* an answer to the question that cannot be read */
};

struct xfed_dns_answer {
    enum xfed_dns_outcome outcome;
    unsigned aliases;                /* CNAME steps taken, those before this question included */
    char alias[XMPPFED_DOMAIN_SIZE]; /* the name at their end */
    bool authentic;                  /* the AD bit */
    bool stale;                      /* from the cache, past its time */
    bool lasts;                      /* it says how long it may be kept: */
    uint32_t ttl;                    /* seconds, the least of what it says */
    size_t used;    /* octets to the end of the answer section; 0 if not all of it was looked at */
    unsigned steps; /* the work of reading it */
    size_t count;
    struct xfed_srv srv[XFED_DNS_SRV_MAX];
    uint8_t address[XFED_DNS_ADDRESS_MAX][16]; /* an A record fills the first four octets */
    xmppfed_tlsa tlsa[XFED_DNS_TLSA_MAX];      /* data borrows the message, base is NULL */
};

/* What was asked; an answer must repeat all of it but the bits. */
struct xfed_dns_asked {
    uint16_t id;
    int type; /* enum xfed_dns_type */
    const char *name;
    unsigned aliases;     /* CNAME steps that led to this name */
    bool wants_authentic; /* AD: say whether the answer was validated (RFC 6840 5.7) */
    bool unchecked;       /* CD: answer even if it is bogus (RFC 4035 3.2.2) */
    const uint8_t *cases; /* XFED_DNS_CASES_SIZE random octets for upper and lower case, or NULL */
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
