/* fixture.h - a bridge between two sides that write down what they get. */
#ifndef TESTS_BRIDGE_FIXTURE_H
#define TESTS_BRIDGE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "bridge/bridge.h"
#include "support/context.h"
#include "support/parse_xml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ALICE "alice@contoso.example" /* one of ours, in SIP */
#define BOB "bob@fabrikam.example"    /* one of theirs, in XMPP */

/*
 * Both sides of a bridge. What it does is in out, a line each: "xmpp <stanza>", "sip METHOD
 * <from> <to> body", "answer HANDLE STATUS reason", "tell sentence".
 */
struct fixture {
    xmppfed_context *ctx;   /* the bridge's */
    xmppfed_context *plain; /* that of stanzas which arrive */
    struct bridge_settings settings;
    char folder[64];
    char ledger[128]; /* a path in folder; settings.ledger is set by fixture_on_disk() */
    struct bridge *bridge;
    uint64_t now;
    int send_rc;          /* what send_stanza gives */
    bool cut_off;         /* send_request gives false */
    bool hold;            /* the link acknowledges nothing by itself */
    uint64_t number;      /* of the last stanza on this link */
    uint64_t tokens[128]; /* of requests in their order */
    size_t request_count;
    char ids[512][96]; /* of the stanzas that were sent, in their order, of all links */
    size_t stanza_count;
    char call_id[128]; /* of the last request */
    uint32_t last_cseq;
    char last_tag[64]; /* our tag in it; of its dialog */
    char out[65536];
    size_t out_len;
    void (*on_port)(struct fixture *f, void *user); /* after each call of a port; NULL: none */
    void *on_port_user;
};

/* A bridge in memory whose link is up. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* The same with a context, of which it takes a reference, and without opening it. */
struct fixture *fixture_new(xmppfed_context *ctx);
#define fixture_test(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

/* Opens a bridge by the settings as they are; the link is up if up. */
void fixture_open(struct fixture *f, bool up);
/* Gives the settings a file for the ledger, and opens anew. */
void fixture_on_disk(struct fixture *f);
/* Ends the process, so to say, without a word, and begins another one; the link is up if up. */
void fixture_crash(struct fixture *f, bool up);

/* How many lines of what was done fit a pattern. */
size_t count_lines(const struct fixture *f, const char *pattern);

/* Link up or down; numbers begin anew. */
void fixture_link(struct fixture *f, bool up);
/* Lets time pass, with a tick ten times a second for the first minute, then once a second. */
void fixture_wait(struct fixture *f, unsigned milliseconds);
/* A stanza as it comes from XMPP. */
void fixture_stanza(struct fixture *f, const char *xml);
/*
 * A MESSAGE; the handle is what the answer is told by. call tells one request from another: its
 * Call-ID.
 */
void fixture_message(struct fixture *f, uintptr_t handle, const char *call, const char *from,
                     const char *to, const char *body);
/* The response to the request of this index, 0 the first. */
void fixture_response(struct fixture *f, size_t index, int status);

/* Fails the test unless what was done since the last call is exactly this; '*' fits any part of a
 * line. */
void expect_out(struct fixture *f, const char *row, const char *want);
/* Whether a text fits a pattern in which '*' is any part of a line. */
bool fits(const char *text, const char *pattern);

#endif
