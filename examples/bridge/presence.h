/*
 * presence.h - presence both ways (RFC 8048): what bridge.c hands to watching.c and watched.c.
 *
 * b->now is the time. Errors for stanzas, and stanzas that must not be lost, are reports.
 */
#ifndef BRIDGE_PRESENCE_H
#define BRIDGE_PRESENCE_H

#include "bridge/parts.h"

struct presence {
    int64_t flights; /* requests so far: each has its number */
};

/* Makes the tables and b->presence; false with a sentence. */
bool presence_new(struct bridge *b, struct complaint *why);
/* NULL state is fine. */
void presence_free(struct bridge *b);

/* The link came up or went down: b->up. */
void presence_link(struct bridge *b);
/* A <presence/> of any type, for one of our users or not. */
void presence_take_stanza(struct bridge *b, xmppfed_element *stanza);
/* SUBSCRIBE, NOTIFY or PUBLISH. */
void presence_take_request(struct bridge *b, const struct bridge_request *request);
/* The response to bridge_request(b, BRIDGE_PRESENCE, number, ...). */
void presence_take_response(struct bridge *b, uint64_t number,
                            const struct bridge_response *response);
/* Ten times a second. */
void presence_tick(struct bridge *b);
/*
 * Within a transaction: what the rows of a member that is gone say is ours now. Also called with
 * our own name at the start, for what a predecessor left.
 */
bool presence_adopt(struct bridge *b, const char *member);

#endif
