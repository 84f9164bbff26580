/*
 * lookup.h - one look-up: its questions, what was found so far, and how it ends.
 *
 * lookup.c has the questions (tries, answers, deadlines), service.c the SRV records, target.c the
 * addresses and TLSA records of the servers they name, outcome.c the end.
 */
#ifndef XFED_RESOLVER_LOOKUP_H
#define XFED_RESOLVER_LOOKUP_H

#include <xmppfed/resolver.h>

#include "resolver/cache.h"

enum {
    XFED_LOOKUP_SLOTS = 8,      /* questions open at a time; a power of two */
    XFED_LOOKUP_TARGETS = 32,   /* SRV records used, of both services */
    XFED_LOOKUP_ENDPOINTS = 64, /* places to connect to, at most */
    XFED_LOOKUP_TRIES = 3,
    XFED_LOOKUP_TIME = 15000, /* ms for the whole */
    XFED_LOOKUP_GRACE = 2000, /* ms for the rest once something can be dialled */
    XFED_LOOKUP_NOTE_SIZE = 512
};

/* What the look-ups of a resolver have in common. */
struct xfed_lookup_shared {
    xmppfed_context *ctx;
    struct xfed_node queue; /* questions that nobody has looked at yet */
    struct xfed_dns_cache cache;
    bool trusted;       /* the AD bit counts */
    unsigned preferred; /* the server that is asked first */
};

struct xfed_lookup;

enum xfed_question_state { XFED_QUESTION_IDLE, XFED_QUESTION_QUEUED, XFED_QUESTION_SENT };

struct xfed_dns_question {
    struct xfed_node node; /* in a queue while it waits to be sent */
    struct xfed_lookup *lookup;
    enum xfed_question_state state;
    int type;
    char name[XMPPFED_DOMAIN_SIZE];
    unsigned aliases;
    bool secure;      /* every alias on the way was validated */
    size_t subject;   /* SRV: enum xfed_service_kind; A, AAAA: which host; TLSA: which target */
    unsigned attempt; /* 0 is the first */
    unsigned first_server;
    bool tcp;
    bool servfail; /* one answer at least was SERVFAIL */
    bool probe;    /* only asks whether that was because the data are bogus */
    uint16_t id;
    uint8_t cases[XFED_DNS_CASES_SIZE];
    uint64_t token;        /* of this very sending */
    xmppfed_time deadline; /* of this very sending */
};

enum xfed_service_kind { XFED_SERVICE_STARTTLS, XFED_SERVICE_DIRECT, XFED_SERVICE_COUNT };

/* What is known of one of the two SRV services. */
struct xfed_service {
    bool settled;
    bool refused; /* its target is "." */
    bool secure;  /* that there are no records was validated */
    int failure;  /* it could not be found out */
    struct xfed_srv *srv;
    size_t count;
};

struct xfed_addresses {
    bool settled;
    bool secure;
    size_t count;
    uint8_t octets[XFED_DNS_ADDRESS_MAX][16];
};

/* A server; several targets may be on it. */
struct xfed_dns_host {
    char name[XMPPFED_DOMAIN_SIZE];
    char base[XMPPFED_DOMAIN_SIZE]; /* where its TLSA records are (RFC 7671 7); "": not known yet */
    bool no_name;                   /* NXDOMAIN */
    int failure;                    /* the first of its questions that failed */
    struct xfed_addresses v6;
    struct xfed_addresses v4;
};

enum xfed_tlsa_state {
    XFED_TLSA_UNASKED, /* and not to be asked for as long as no address is secure */
    XFED_TLSA_WANTED,
    XFED_TLSA_ASKED,
    XFED_TLSA_INSECURE, /* answered, which proves nothing */
    XFED_TLSA_KNOWN,    /* validated; perhaps there are none */
    XFED_TLSA_FAILED    /* nobody may connect there (RFC 7673 3.4) */
};

/* A port of a host, in the order of trying. */
struct xfed_dns_target {
    size_t host;
    uint16_t port;
    uint16_t priority;
    uint16_t weight;
    bool direct;
    bool name_secure;   /* that the domain uses this host was validated */
    bool without_alias; /* TLSA is asked for under the name of the SRV record itself */
    enum xfed_tlsa_state tlsa_state;
    int failure;        /* of TLSA */
    xmppfed_tlsa *tlsa; /* owned, with its data behind the array */
    size_t tlsa_count;
};

struct xfed_lookup {
    struct xfed_node node; /* among the resolver's running or finished ones */
    struct xfed_lookup_shared *shared;
    uint64_t id;
    char domain[XMPPFED_DOMAIN_SIZE]; /* as asked for, prepared */
    struct xfed_dns_question slots[XFED_LOOKUP_SLOTS];
    size_t open;     /* slots in use */
    uint32_t serial; /* sendings so far */
    struct xfed_service services[XFED_SERVICE_COUNT];
    xmppfed_time services_deadline; /* for the other service, once one has records */
    bool has_srv;                   /* the targets come from SRV records */
    struct xfed_dns_host *hosts;
    size_t host_count;
    struct xfed_dns_target *targets;
    size_t target_count;
    size_t next_address; /* questions for addresses begun: two a host */
    xmppfed_time deadline;
    bool lasts;
    uint32_t ttl; /* the least of all answers, if one lasts */
    bool stale;
    bool done;
    int code; /* of the result */
    char text[512];
    char left_out[XFED_LOOKUP_NOTE_SIZE];
    xmppfed_endpoint *endpoints;
    size_t endpoint_count;
    xmppfed_tlsa *tlsa; /* of all endpoints; their data belong to the targets */
    size_t tlsa_count;
};

/* A look-up that has not begun; NULL when out of memory. */
struct xfed_lookup *xfed_lookup_new(struct xfed_lookup_shared *shared, uint64_t id);
/* Takes its questions out of the queue, and itself out of its list. */
void xfed_lookup_free(struct xfed_lookup *l);

/* Begins with the SRV records of a prepared domain. */
void xfed_lookup_begin_service(struct xfed_lookup *l, const char *domain, xmppfed_time now);
/* Begins with the addresses of a prepared host, whose name needs no proof. */
void xfed_lookup_begin_host(struct xfed_lookup *l, const char *host, uint16_t port,
                            xmppfed_time now);

/* Opens a question; there must be a free slot. Closing gives the slot back. */
void xfed_lookup_ask(struct xfed_lookup *l, const char *name, int type, size_t subject);
void xfed_lookup_close(struct xfed_dns_question *q);
/* Begins the grace for the rest: something can be dialled. */
void xfed_lookup_hurry(struct xfed_lookup *l, xmppfed_time now);

/* What a question looks like to the wire and to the cache; borrows q. */
struct xfed_dns_asked xfed_lookup_asked(const struct xfed_dns_question *q);
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
void xfed_lookup_try_failed(struct xfed_dns_question *q, int code, xmppfed_time now);

/* When tick is due for this look-up, and letting passed deadlines act. */
xmppfed_time xfed_lookup_deadline(const struct xfed_lookup *l);
void xfed_lookup_tick(struct xfed_lookup *l, xmppfed_time now);

/* Takes the records of an SRV question, that there are none, or that it failed. */
void xfed_service_records(struct xfed_dns_question *q, const struct xfed_dns_answer *answer,
                          bool secure, xmppfed_time now);
void xfed_service_absent(struct xfed_dns_question *q, bool secure);
void xfed_service_failed(struct xfed_dns_question *q, int code);
/* Goes on with what one service has, when the time for the other is over. */
void xfed_service_give_up(struct xfed_lookup *l);

/* Makes ordered SRV records, or one host alone, the targets, and asks for their addresses. */
void xfed_target_begin(struct xfed_lookup *l, const struct xfed_srv *srv, size_t count);
void xfed_target_begin_host(struct xfed_lookup *l, const char *host, uint16_t port, bool secure);
/* Takes addresses or TLSA records, that there are none, or that the question failed. */
void xfed_target_records(struct xfed_dns_question *q, const struct xfed_dns_answer *answer,
                         bool secure, xmppfed_time now);
void xfed_target_absent(struct xfed_dns_question *q, bool no_name, bool secure, xmppfed_time now);
void xfed_target_failed(struct xfed_dns_question *q, int code);

/* Ends a look-up with a code and a sentence about the domain. Later answers change nothing. */
void xfed_lookup_end(struct xfed_lookup *l, int code, const char *sentence);
/* Ends it with the endpoints of all targets in order, or with the reason why there is none. */
void xfed_lookup_conclude(struct xfed_lookup *l, bool timed_out);

#endif
