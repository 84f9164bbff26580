/*
 * pending.h - messages under way, until the side they went to has said what became of them.
 *
 * The table has a fixed size, which bounds what peers can make the gateway keep. A message towards
 * XMPP is told by the id that its stanza gets; an error for it may come even after its sender was
 * answered, so its entry stays for a while, and gives way to a new message when all are taken.
 */
#ifndef SIP_GATEWAY_PENDING_H
#define SIP_GATEWAY_PENDING_H

#include <stdbool.h>
#include <stdint.h>
#include <xmppfed/element.h>

struct sip_request;

#define PENDING_ID_SIZE 64

enum pending_state {
    PENDING_FREE,
    PENDING_TO_SIP,  /* a response is awaited */
    PENDING_TO_XMPP, /* an error is awaited; request is to be answered */
    PENDING_TOLD     /* was answered; an error may still come */
};

struct pending {
    enum pending_state state;
    xmppfed_element *head;       /* the stanza without what is in it */
    struct sip_request *request; /* PENDING_TO_XMPP */
    uint64_t due;                /* when the state ends, in ms; not for PENDING_TO_SIP */
    unsigned long serial;
};

struct pending_table;

/* A table of size entries. prefix makes its ids differ from those of any other run. */
struct pending_table *pending_table_new(size_t size, const char *prefix);
/* Frees it with its heads. */
void pending_table_free(struct pending_table *t);

/* An entry that is to be given a state and a head, or NULL if all are under way. */
struct pending *pending_take(struct pending_table *t);
/* Frees the entry's head and makes it free. */
void pending_release(struct pending *p);
/* The id of the entry's stanza. */
void pending_id(const struct pending_table *t, const struct pending *p, char ret[PENDING_ID_SIZE]);
/* The entry whose stanza had this id, if it is PENDING_TO_XMPP or PENDING_TOLD; else NULL. */
struct pending *pending_find(struct pending_table *t, const char *id);
/* The entry at an index, for walks; NULL behind the last. */
struct pending *pending_at(struct pending_table *t, size_t i);
/* How many are PENDING_TO_SIP or PENDING_TO_XMPP. */
size_t pending_count(const struct pending_table *t);

#endif
