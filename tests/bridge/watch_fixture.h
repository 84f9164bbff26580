/* watch_fixture.h - bridges with one ledger, between users who watch one another. */
#ifndef TESTS_BRIDGE_WATCH_FIXTURE_H
#define TESTS_BRIDGE_WATCH_FIXTURE_H

#include "bridge/fixture.h"
#include "bridge/parts.h"

enum { WATCH_MEMBERS = 2, WATCH_REQUESTS = 4096, WATCH_HANDLES = 4096 };

/* A request that a bridge has sent. */
struct sent {
    unsigned member;
    uint64_t token;
    char method[16];
    char uri[128];
    char from[128];
    char to[128];
    char contact[128];
    char call_id[64];
    char local_tag[64];
    char remote_tag[64];
    char target[128];
    char route[256];
    uint32_t cseq;
    long expires;
    char state[128];
    char body[2048];
    bool answered;
};

/*
 * Members "one" and "two". What they do is in out, a line each:
 *
 *     xmpp <stanza>
 *     SUBSCRIBE 1 expires=3600        the number is CSeq
 *     NOTIFY 2 active;expires=3600 open away [note]
 *     answer HANDLE STATUS expires=3600
 *     tell sentence
 */
struct watch_fixture {
    xmppfed_context *ctx;
    struct bridge_settings settings[WATCH_MEMBERS];
    struct bridge *bridges[WATCH_MEMBERS]; /* [1] only after watch_open() */
    struct watch_port {
        struct watch_fixture *f;
        unsigned member;
        uint64_t number;
    } ports[WATCH_MEMBERS];
    char folder[64];
    char ledger[128];
    uint64_t now;
    bool cut_off;    /* send_request gives false */
    bool dead;       /* what f->at sends gets lost, as if it had ended before it */
    unsigned calls;  /* of ports */
    unsigned die_at; /* at this one it dies; 0: at none */
    bool hold;       /* the link acknowledges nothing */
    unsigned at;     /* the member to whom the functions below speak */
    struct sent requests[WATCH_REQUESTS];
    size_t request_count;
    int status[WATCH_HANDLES]; /* of answers */
    char tags[WATCH_HANDLES][64];
    char out[1 << 18];
    size_t out_len;
    void (*on_stanza)(const xmppfed_element *stanza, void *user); /* instead of out */
    void *user;
};

int watch_setup(void **state);
int watch_teardown(void **state);
#define watch_test(f) cmocka_unit_test_setup_teardown(f, watch_setup, watch_teardown)

/* Opens a member on the file; its link is up. */
void watch_open(struct watch_fixture *f, unsigned member);
/* Ends it without a word. */
void watch_kill(struct watch_fixture *f, unsigned member);
/* Both, for f->at. */
void watch_crash(struct watch_fixture *f);
void watch_link(struct watch_fixture *f, bool up);
/* Time passes, with a tick of all members every 100 ms, for a long time once a second. */
void watch_wait(struct watch_fixture *f, unsigned milliseconds);
void watch_stanza(struct watch_fixture *f, const char *format, ...) XMPPFED_PRINTF(2, 3);

/* A request that comes; what is left out has the usual value. */
struct came {
    uintptr_t handle; /* below WATCH_HANDLES */
    const char *method;
    const char *from; /* user@domain */
    const char *to;
    const char *call;
    const char *from_tag;
    const char *to_tag;
    uint32_t cseq;
    long expires; /* 0: no header; -1 for the value 0 */
    const char *event;
    const char *accept;
    const char *state;
    const char *contact; /* "" for none */
    const char *record_route;
    const char *body;
};

void watch_request(struct watch_fixture *f, struct came request);
/* A NOTIFY of the notifier "theirs" in the dialog of a SUBSCRIBE that was sent. */
void watch_notify(struct watch_fixture *f, size_t subscribe, uint32_t cseq, const char *state,
                  const char *body);
/* The response of "theirs" to a request of this index; expires -1 for none. */
void watch_response(struct watch_fixture *f, size_t index, int status, long expires);
/* The index of the last request. */
size_t watch_last(const struct watch_fixture *f);

/* A document with one tuple. */
#define PIDF(basic, more)                                                                \
    "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:alice@contoso.example'>" \
    "<tuple id='ID-desk'><status><basic>" basic "</basic>" more "</status></tuple></presence>"
#define AWAY "<show xmlns='jabber:client'>away</show>"

/* Fails the test unless what was done since the last call fits; '*' is any part of a line. */
void watch_expect(struct watch_fixture *f, const char *row, const char *want);
/* Forgets what was done. */
void watch_clear(struct watch_fixture *f);

#endif
