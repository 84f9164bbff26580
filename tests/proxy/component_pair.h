/* component_pair.h - two ends of a component stream in memory, and bytes carried between them. */
#ifndef TEST_COMPONENT_PAIR_H
#define TEST_COMPONENT_PAIR_H

#include "component/component.h"

/* Two ends and what each has given so far. */
struct pair {
    xmppfed_context *ctx;
    struct component *ends[2]; /* client, server */
    int ups[2];
    int downs[2];
    char why[2][128];
    int stanza_count[2];
    char stanzas[2][256]; /* of the last one, as written for jabber:server */
    int ack_count[2];
    uint64_t acked[2];    /* as told last */
    uint64_t unacked[20]; /* numbers of stanzas that the server gave back, in order */
    size_t unacked_count;
};

/* Takes all items that an end has. */
void pair_take(struct pair *p, int i);
/*
 * Carries the output of both, until there is none, in pieces: the first of cut bytes (0: no other
 * than the rest), the others of step.
 */
void pair_settle(struct pair *p, size_t cut, size_t step);
/* Lets an end send a message with a body. */
void pair_send(struct pair *p, int i, const char *body);
void pair_free(struct pair *p);

#endif
