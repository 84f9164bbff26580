/* lookup.h - one look-up: its questions, what was found so far, and how it ends. */
#ifndef XFED_RESOLVER_LOOKUP_H
#define XFED_RESOLVER_LOOKUP_H

#include <xmppfed/resolver.h>

#include "base/list.h"
#include "base/memory.h"
#include "resolver/wire.h"

enum {
    XFED_LOOKUP_SLOTS = 8,      /* questions open at a time; a power of two */
    XFED_LOOKUP_ENDPOINTS = 64, /* places to connect to, at most */
    XFED_LOOKUP_TRIES = 3,
    XFED_LOOKUP_TIME = 15000, /* ms for the whole */
    XFED_LOOKUP_GRACE = 2000  /* ms for the rest once an address is known */
};

struct xfed_lookup;

enum xfed_question_state { XFED_QUESTION_IDLE, XFED_QUESTION_QUEUED, XFED_QUESTION_SENT };

struct xfed_dns_question {
    struct xfed_node node; /* in the resolver's queue while it waits to be sent */
    struct xfed_lookup *lookup;
    enum xfed_question_state state;
    int type;
    char name[XMPPFED_DOMAIN_SIZE];
    unsigned aliases;
    size_t target;    /* whose addresses are asked for */
    unsigned attempt; /* 0 is the first */
    bool tcp;
    uint16_t id;
    uint64_t token;        /* of this very sending */
    xmppfed_time deadline; /* of this very sending */
};

struct xfed_addresses {
    size_t count;
    uint8_t octets[XFED_DNS_ADDRESS_MAX][16];
};

struct xfed_dns_target {
    char host[XMPPFED_DOMAIN_SIZE];
    uint16_t port;
    bool no_name; /* NXDOMAIN */
    struct xfed_addresses v6;
    struct xfed_addresses v4;
};

struct xfed_lookup {
    struct xfed_node node; /* among the resolver's running or finished ones */
    xmppfed_context *ctx;
    struct xfed_node *queue; /* the resolver's questions to send */
    uint64_t id;
    char domain[XMPPFED_DOMAIN_SIZE]; /* as asked for, prepared */
    bool has_srv;                     /* the targets come from SRV records */
    struct xfed_dns_question slots[XFED_LOOKUP_SLOTS];
    size_t open;     /* slots in use */
    uint32_t serial; /* sendings so far */
    struct xfed_dns_target *targets;
    size_t target_count;
    size_t next_address; /* questions for addresses begun: two a target */
    xmppfed_time deadline;
    int failure; /* the first failure of a question; 0 for none */
    bool done;
    int code; /* of the result */
    char text[512];
    xmppfed_endpoint *endpoints;
    size_t endpoint_count;
};

/* A look-up that has not begun; NULL when out of memory. */
struct xfed_lookup *xfed_lookup_new(xmppfed_context *ctx, uint64_t id, struct xfed_node *queue);
/* Takes its questions out of the queue, and itself out of its list. */
void xfed_lookup_free(struct xfed_lookup *l);

/* Begins with the SRV records of a prepared domain. */
void xfed_lookup_begin_service(struct xfed_lookup *l, const char *domain, xmppfed_time now);
/* Begins with the addresses of a prepared host. */
void xfed_lookup_begin_host(struct xfed_lookup *l, const char *host, uint16_t port,
                            xmppfed_time now);

/* Gives a question that is being sent its token and deadline, and takes it out of the queue. */
void xfed_lookup_sent(struct xfed_dns_question *q, xmppfed_time now);
/* The question that was sent with this token and still waits, or NULL. */
struct xfed_dns_question *xfed_lookup_question(struct xfed_lookup *l, uint64_t token);
/* The id of the look-up that a token belongs to. */
uint64_t xfed_lookup_id_of(uint64_t token);

/* Acts on an answer to a question. */
void xfed_lookup_answer(struct xfed_dns_question *q, const struct xfed_dns_answer *answer,
                        xmppfed_time now);
/* Tries a question again, or ends it with code when it has been tried enough. */
void xfed_lookup_try_failed(struct xfed_dns_question *q, int code);

/* When tick is due for this look-up, and letting passed deadlines act. */
xmppfed_time xfed_lookup_deadline(const struct xfed_lookup *l);
void xfed_lookup_tick(struct xfed_lookup *l, xmppfed_time now);

/* Ends a look-up with a code and a sentence about the domain. Later answers change nothing. */
void xfed_lookup_end(struct xfed_lookup *l, int code, const char *sentence);
/* Ends it with the endpoints of all targets in order, or with the reason why there is none. */
void xfed_lookup_conclude(struct xfed_lookup *l, bool timed_out);

#endif
