/*
 * watching_turn.h - one event in the life of one watch: for watching.c, which finds out what the
 * event is, and watching_steps.c, which does what the table says.
 */
#ifndef BRIDGE_WATCHING_TURN_H
#define BRIDGE_WATCHING_TURN_H

#include "bridge/presence.h"
#include "bridge/watch_store.h"
#include "translate/subscription.h"

/* How long a response is awaited, and NOTIFY behind it: Timer N (RFC 6665 4.1.2.4), and a bit. */
#define WATCHING_TIMER_N 35000

struct watching_turn {
    struct bridge *b;
    struct translate_text text;
    struct watching w;
    const xmppfed_element *stanza;          /* BEGIN: what the user has sent */
    const struct bridge_request *request;   /* NOTIFY */
    const struct bridge_response *response; /* a response */
    struct translate_outcome outcome;       /* of NOTIFY */
    xmppfed_element *excuse;                /* of a response: the error for <subscribe/> */
    bool send;                              /* a SUBSCRIBE is to be sent when this is on record */
    long expires;                           /* its Expires */
};

/* Begins a turn; the caller finds t->w. */
void watching_turn_init(struct watching_turn *t, struct bridge *b);
void watching_turn_fini(struct watching_turn *t);

/*
 * Within a transaction: takes the step of the table and puts the row back, or removes it. False:
 * the ledger, memory or randomness failed, and the transaction is to be undone.
 */
bool watching_turn_take(struct watching_turn *t, enum watching_event event);
/* Makes the SUBSCRIBE that is to be sent. Failures are as of translate/. */
int watching_turn_request(struct watching_turn *t, struct translate_sip *ret,
                          struct translate_problem *problem);
/* The row's <subscribe/>, for translate/. NULL: out of memory. */
xmppfed_element *watching_turn_subscribe(struct watching_turn *t);
/* Tells the user again what the row says that he knows. */
void watching_turn_retell(struct watching_turn *t);

#endif
