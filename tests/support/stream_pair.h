/* stream_pair.h - an initiating and a receiving connection joined in memory. */
#ifndef TESTS_SUPPORT_STREAM_PAIR_H
#define TESTS_SUPPORT_STREAM_PAIR_H

#include <stdbool.h>
#include <xmppfed/connection.h>

#define STREAM_PAIR_EVENTS 64

/* An event as it was told, without what it borrowed. */
struct seen_event {
    int kind;
    int code;
    int direction;
    char local[64];
    char remote[64];
    char text[384];
    char id[64];
    xmppfed_proof proof; /* zero for none */
    char body[128];      /* text of a stanza's first child */
};

struct seen {
    struct seen_event events[STREAM_PAIR_EVENTS];
    size_t count;
};

/* How bytes are carried. */
enum carry {
    CARRY_WHOLE,
    CARRY_BYTES, /* one at a time */
    CARRY_CUT,   /* cut once in each direction, at offset cut */
    CARRY_RANDOM /* pieces of random length, from seed */
};

/* What the initiator dials, and the port where it ends. */
enum dialled {
    DIAL_STARTTLS,
    DIAL_DIRECT,       /* direct TLS to a port of its own */
    DIAL_DIRECT_SHARED /* direct TLS to the port of STARTTLS */
};

struct stream_pair {
    xmppfed_context *ctx;
    xmppfed_site *initiating;
    xmppfed_site *receiving;
    const char *first;  /* domain of the initiating site; NULL: contoso.example */
    const char *second; /* of the receiving site; NULL: fabrikam.example */
    xmppfed_connection *initiator;
    xmppfed_connection *receiver;
    xmppfed_time now;
    enum dialled dialled;
    enum carry carry;
    size_t cut;
    uint64_t seed;
    size_t carried[2]; /* bytes from the initiator, and from the receiver */
    bool keep_checks;  /* dialback checks are left to the test */
    struct seen at_initiator;
    struct seen at_receiver;
};

/* Starts both ends; the sites are borrowed. Failing memory gives NULL connections, else the test
 * fails. */
void stream_pair_start(struct stream_pair *p, xmppfed_context *ctx, xmppfed_site *initiating,
                       xmppfed_site *receiving, int purpose);
void stream_pair_stop(struct stream_pair *p);

/*
 * Carries bytes and takes events until nothing moves. Keys are checked as the authoritative server
 * would, with the initiating site's secret.
 */
void stream_pair_run(struct stream_pair *p);
/* Takes the events of one end. */
void stream_pair_take(struct stream_pair *p, xmppfed_connection *c, struct seen *seen);

/* The last event of a kind, or NULL. */
const struct seen_event *seen_find(const struct seen *s, int kind);
/* How the end came to be up (enum xmppfed_proof_kind); NONE if it did not. */
int seen_proof(const struct seen *s);
/* Why its stream is over, 0 for no error; 1 if it is not. */
int seen_down_code(const struct seen *s);

#endif
