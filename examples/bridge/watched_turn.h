/*
 * watched_turn.h - one event in the life of one dialog of a SIP user: for watched.c, which finds
 * out what the event is, and watched_steps.c, which does what the table says.
 */
#ifndef BRIDGE_WATCHED_TURN_H
#define BRIDGE_WATCHED_TURN_H

#include "bridge/presence.h"
#include "bridge/watch_store.h"
#include "translate/subscription.h"

/* How long the response to a NOTIFY is awaited: timer F (RFC 3261 17.1.2.2), and a bit. */
#define WATCHED_LEASE 35000
/* How long the answer to a probe is awaited, before the only NOTIFY says that nothing is known. */
#define WATCHED_FETCH 5000

struct watched_turn {
    struct bridge *b;
    struct translate_text text;
    struct watched w;
    const xmppfed_element *stanza; /* an error */
    bool no_dialog;                /* the request is to be answered 481 */
};

void watched_turn_init(struct watched_turn *t, struct bridge *b);
void watched_turn_fini(struct watched_turn *t);

/*
 * Within a transaction: takes the step of the table and puts the row back, or removes it. False:
 * the ledger or memory failed, and the transaction is to be undone.
 */
bool watched_turn_take(struct watched_turn *t, enum watched_event event);
/* Makes the NOTIFY that the row is due for. Failures are as of translate/. */
int watched_turn_notify(struct watched_turn *t, struct translate_sip *ret);

#endif
