/* attempt.h - one server of a partner, tried: a socket, a stream, and what was seen. */
#ifndef PROXY_DIAGNOSE_ATTEMPT_H
#define PROXY_DIAGNOSE_ATTEMPT_H

#include <stdbool.h>
#include <uv.h>
#include <xmppfed/connection.h>

/* What is to be tried; everything borrows until attempt_end(). */
struct attempt_plan {
    uv_loop_t *loop;
    xmppfed_site *site;
    const char *local;
    const char *remote;
    const xmppfed_endpoint *endpoint;
    const xmppfed_tlsa *tlsa; /* of that endpoint */
    size_t tlsa_count;
    uint64_t patience; /* milliseconds until it is given up */
};

/* Evidence of one try. */
struct attempt_seen {
    bool tcp;       /* a connection was made */
    int socket;     /* 0, or libuv's error: the connection failed or broke */
    bool bytes;     /* the server sent something */
    bool timed_out; /* given up for want of time */
    bool up;        /* we are proved to the server */
    uint64_t connect_ms;
    uint64_t total_ms;
    int code; /* why the stream ended, else 0 */
    char text[384];
    int stage; /* enum xmppfed_stage; 0: no stream was begun */
    bool offers_tls;
    bool offers_external;
    bool offers_scram;
    bool offers_dialback;
    uint32_t tried; /* enum xmppfed_method */
    char waiting[128];
    char condition[64];
    char tls_version[16];
    char cipher[32];
    int up_proof; /* enum xmppfed_proof_kind of the proved stream */
    bool has_certificate;
    xmppfed_certificate certificate;
    int proof; /* what it is worth: enum xmppfed_proof_kind */
    xmppfed_problem verdict;
};

struct attempt;

/* Gets what was seen, which borrows until attempt_end(); it may call that. */
typedef void (*attempt_fn)(const struct attempt_seen *seen, void *user);

/*
 * Connects and negotiates until the stream is up or fails; no stanza is sent. NULL when out of
 * memory.
 */
struct attempt *attempt_start(const struct attempt_plan *plan, attempt_fn done, void *user);
/* Ends it; no call follows. NULL is fine. */
void attempt_end(struct attempt *a);

#endif
