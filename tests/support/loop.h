/*
 * loop.h - several federations in one process, joined in memory, with a clock that tests move.
 *
 * Each side has a domain and the address 192.0.2.<n>; what one dials is accepted by the other. All
 * that the federations tell their host is kept in a list per side, in order.
 */
#ifndef TESTS_SUPPORT_LOOP_H
#define TESTS_SUPPORT_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <xmppfed/federation.h>

enum {
    LOOP_SIDES = 4,
    LOOP_WIRES = 64,
    LOOP_MORE = 4,
    LOOP_WAITING = 8,
    LOOP_EVENTS = 4096,
    LOOP_DIRECT = 5270
};

/* An event as a test looks at it, with texts and element of its own. */
struct loop_event {
    int kind;
    uint64_t link;
    uint64_t token;
    int direction;
    int code;
    int outcome;
    int contact;
    int proof; /* enum xmppfed_proof_kind */
    bool has_decision;
    char local[128];
    char remote[128];
    char text[384];
    xmppfed_element *element;
};

struct loop;

/* A dial that a silent side has not answered. */
struct loop_dial {
    struct loop_side *from; /* NULL: none */
    uint64_t link;
    uint16_t port;
};

struct loop_side {
    struct loop *loop;
    unsigned number;
    char domain[64];
    xmppfed_site *site;
    xmppfed_federation *fed; /* NULL while it is down */
    bool refuses;            /* connections to it fail at once */
    uint16_t refused_port;   /* ... or only those to this port; 0: none */
    bool silent;             /* ... or are not answered before loop_answer() */
    struct loop_dial waiting[LOOP_WAITING];
    bool stuck;               /* its links take no bytes */
    int contact;              /* the answer to CONTACT_WANTED; 0: none is given */
    int rcode;                /* the answer to DNS queries; -1: none can be sent, -2: none comes */
    unsigned hosts[2];        /* with rcode 0: any name is at these sides, in any order; 0: none */
    uint8_t network;          /* ... in 192.0.2.0/24, or in this one of 10.0.0.0/8 */
    unsigned direct_port;     /* ... with direct TLS on this port (XEP-0368); 0: without */
    unsigned starttls_port;   /* ... then, by a record of lower priority, STARTTLS on this one */
    bool secure;              /* its name server says that all of this is proved (the AD bit) */
    bool bogus;               /* ... or that it is not: only who asks not to check gets anything */
    const xmppfed_tlsa *tlsa; /* ... and any server has these TLSA records */
    size_t tlsa_count;
    const xmppfed_fingerprint *published; /* the answer to POSH_WANTED */
    size_t published_count;
    uint32_t published_seconds;
    bool posh_silent; /* ... is not given */
    /* Called with each event before anything else is done about it; NULL for nothing. */
    void (*on_event)(struct loop_side *s, const xmppfed_event *ev);
    struct loop_event *events[LOOP_EVENTS];
    size_t event_count;
};

/* Two ends, each a side and its link; one that is over has no side. */
struct loop_wire {
    struct {
        struct loop_side *side;
        uint64_t link;
        bool waits; /* it has output */
    } end[2];
};

struct loop {
    xmppfed_context *ctx;
    xmppfed_time now;
    struct loop_side sides[LOOP_SIDES];
    unsigned side_count;
    struct loop_wire wires[LOOP_WIRES];
    size_t chunk;   /* bytes carried at a time */
    size_t through; /* bytes that come through yet; what else is sent is lost on the way */
};

/* What a side knows of a partner: a row of loop_policy(). */
struct loop_partner {
    const char *domain;
    int type; /* 0: the default of a record, and so on */
    int tls;
    int sasl;
    bool no_dialback;
    bool plaintext;
    unsigned number;          /* of the side that is its server; 0: asked of DNS, 9: nobody there */
    unsigned more[LOOP_MORE]; /* ... and of further ones, in the order of trying; 0: none */
    uint32_t limit;
    const char *proxy; /* ProxyFqdn */
    int dane;          /* enum xmppfed_dane_rule */
    int bidi;          /* enum xmppfed_bidi; 0: the default */
    bool posh;
    int ping; /* enum xmppfed_ping_rule; 0: the default */
    bool key_by_certificate;
};

void loop_init(struct loop *l, xmppfed_context *ctx);
void loop_fini(struct loop *l);

/* Adds a side with the certificate <cert> of tests/data (NULL: none), trusting its CA. */
struct loop_side *loop_add(struct loop *l, const char *domain, const char *cert);
/* Gives a side a policy of these partners (up to the one without domain); all may use XMPP. */
void loop_policy(struct loop_side *s, const struct loop_partner *partners);
/* Takes a side down with all its connections, or up again with an empty federation. */
void loop_stop(struct loop_side *s);
void loop_start(struct loop_side *s);
/* Lets the connections stand that a silent side has not answered so far. */
void loop_answer(struct loop_side *s);
/* Breaks all connections of a side. */
void loop_cut(struct loop_side *s);
/* Breaks all connections of a side, of which only that side hears. */
void loop_vanish(struct loop_side *s);
/* Says that a socket of the host's own, on link, has got these bytes. */
void loop_feed_text(struct loop_side *s, uint64_t link, const char *text);

/* Lets everything happen that does not need time. */
void loop_run(struct loop *l);
/* Lets time pass, deadline by deadline. */
void loop_advance(struct loop *l, xmppfed_time milliseconds);

/* How many events of a kind a side has got; the one with an index, or NULL. */
size_t loop_count(const struct loop_side *s, int kind);
const struct loop_event *loop_event(const struct loop_side *s, int kind, size_t index);
/* The outcome of a cookie: enum xmppfed_outcome, 0 if there is none, -1 if there are several. */
int loop_outcome(const struct loop_side *s, uint64_t cookie);
/* Forgets a side's events. */
void loop_forget(struct loop_side *s);

/* Stanzas: a chat message, a presence (type NULL: available), a ping. The caller frees them. */
xmppfed_element *loop_message(const struct loop *l, const char *from, const char *to,
                              const char *body);
xmppfed_element *loop_presence(const struct loop *l, const char *from, const char *to,
                               const char *type);
xmppfed_element *loop_ping(const struct loop *l, const char *from, const char *to);
/* Sends a stanza, frees it, and returns what the federation said. */
int loop_send(struct loop_side *s, xmppfed_element *stanza, uint64_t cookie);

#endif
