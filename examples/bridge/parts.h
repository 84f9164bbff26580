/*
 * parts.h - what the parts of a bridge share; for files of this folder and their tests.
 *
 * Each part has its state behind a pointer in struct bridge, makes its tables in the ledger, and
 * takes what bridge.c hands to it. Two rules hold for all:
 *
 *     What is to outlive the process is committed before anything is sent that relies on it.
 *     A stanza that must not be lost is a report: it is kept with what it reports, in one
 *     transaction, and sent when the call that serves it ends (reports.h).
 */
#ifndef BRIDGE_PARTS_H
#define BRIDGE_PARTS_H

#include "bridge/bridge.h"
#include "bridge/ledger.h"

struct members;
struct messages;
struct presence;
struct reports;

/* Whose request a response is for. */
enum bridge_part { BRIDGE_MESSAGES, BRIDGE_REPORTS, BRIDGE_PRESENCE };

/* Room for what bridge_random() writes. */
#define BRIDGE_RANDOM_SIZE 33

struct bridge {
    xmppfed_context *ctx;
    const struct bridge_settings *settings;
    struct bridge_ports ports;
    struct translate_setup setup;
    struct ledger *ledger;
    struct members *members;
    struct messages *messages;
    struct reports *reports;
    struct presence *presence;
    uint64_t now;          /* of the call that is served */
    uint64_t acknowledged; /* the last number that the XMPP side has taken */
    uint32_t run;          /* random: a token of another run is nobody's */
    bool busy;             /* a call is served */
    bool up;               /* the link */
    bool ending;           /* nothing new is taken */
};

/* Sends a stanza now; not for those that must not be lost. 0, or an error of the port. */
int bridge_send(struct bridge *b, const xmppfed_element *stanza, uint64_t *ret_number);
/*
 * Sends a request; its response goes to the part with this number (below 2^38). False: there will
 * be none.
 */
bool bridge_request(struct bridge *b, enum bridge_part part, uint64_t number,
                    const struct translate_sip *sip, const struct bridge_dialog *dialog);
/* Answers a request without more than a status; reason NULL: its usual phrase. */
void bridge_answer(struct bridge *b, void *handle, int status, const char *reason);
/* Answers a stanza by an error, which is a report; text may be NULL. */
void bridge_refuse(struct bridge *b, const xmppfed_element *stanza, const char *condition,
                   const char *text);
/* Within a transaction: takes over what a member left, or a predecessor of ours. */
bool bridge_adopt(struct bridge *b, const char *member);
/* Tells an operator. */
void bridge_tell(struct bridge *b, const char *format, ...) XMPPFED_PRINTF(2, 3);
/* 128 random bits in hexadecimal, as for tags and ids; false if the system has none. */
bool bridge_random(char ret[BRIDGE_RANDOM_SIZE]);

#endif
