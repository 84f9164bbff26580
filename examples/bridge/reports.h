/*
 * reports.h - what must reach somebody however often the process or the link dies meanwhile: error
 * stanzas, and notices to SIP users.
 *
 * A report is in the ledger from the transaction that it belongs to until the XMPP side has
 * acknowledged it, or a final response has come for it. It may arrive twice, never not at all while
 * there is a bridge with this ledger.
 */
#ifndef BRIDGE_REPORTS_H
#define BRIDGE_REPORTS_H

#include "bridge/parts.h"

/* Makes the table and b->reports; false with a sentence. */
bool reports_new(struct bridge *b, struct complaint *why);
/* NULL state is fine. */
void reports_free(struct bridge *b);

/*
 * Keeps a stanza to be sent, in the order of the calls; in the transaction that is open, if any.
 * Frees it; NULL counts as out of memory. When it cannot be kept it is sent at once, if the link is
 * up, else an operator is told: false.
 */
bool reports_add(struct bridge *b, xmppfed_element *stanza);
/*
 * The same for a message to a SIP user: from and to are its addresses as of SIP, text its body; it
 * is tried three times.
 */
bool reports_add_notice(struct bridge *b, const char *from, const char *to, const char *text);
/* Whether so many wait that nothing should be taken which may lead to another one. */
bool reports_full(const struct bridge *b);

/* Sends what is due, as far as the link takes it; bridge.c calls it outside of transactions. */
void reports_send(struct bridge *b);
/* The link came up or went down: b->up. */
void reports_link(struct bridge *b);
/* b->acknowledged has grown. */
void reports_acknowledged(struct bridge *b);
/* A final response to a notice. */
void reports_take_response(struct bridge *b, uint64_t number, int status);
/* Within a transaction: takes over those of another member. */
bool reports_adopt(struct bridge *b, const char *member);

#endif
