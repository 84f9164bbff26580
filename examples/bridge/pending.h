/*
 * pending.h - the messages that this process has under way, until the side they went to has said
 * what became of them.
 *
 * The table has a fixed size, which bounds what peers can make a bridge keep. What must outlive the
 * process is in message_store.h, by the same id; here is what dies with it.
 */
#ifndef BRIDGE_PENDING_H
#define BRIDGE_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PENDING_ID_SIZE 64
/* Slots that a table can have: they fit in the numbers of pending_number(). */
#define PENDING_MAX 131072

enum pending_state {
    PENDING_FREE,
    PENDING_TO_SIP, /* a response is awaited */
    PENDING_TO_XMPP /* an error is awaited; the request is to be answered */
};

struct pending {
    enum pending_state state;
    void *handle;    /* PENDING_TO_XMPP: of the request */
    uint64_t number; /* PENDING_TO_XMPP: of the stanza on the link; 0: the other side has it */
    uint64_t due;    /* PENDING_TO_XMPP: the end of the grace */
    bool told;       /* PENDING_TO_XMPP: it is on record that 202 is the answer */
    unsigned long serial;
};

struct pending_table;

/* A table of size entries; prefix makes its ids differ from those of any other. NULL: no memory. */
struct pending_table *pending_table_new(size_t size, const char *prefix);
void pending_table_free(struct pending_table *t);

/* A free entry that is to be given a state, or NULL if all are under way. */
struct pending *pending_take(struct pending_table *t);
/* Makes the entry free. */
void pending_release(struct pending *p);
/* The id of an entry's message: that of its stanza towards XMPP. */
void pending_id(const struct pending_table *t, const struct pending *p, char ret[PENDING_ID_SIZE]);
/* A number below 2^38 that stands for the entry in a token. */
uint64_t pending_number(const struct pending_table *t, const struct pending *p);
/* The entry with this id, or this number, if it is in use; else NULL. */
struct pending *pending_find(struct pending_table *t, const char *id);
struct pending *pending_of_number(struct pending_table *t, uint64_t number);
/* The entry at an index, for walks; NULL behind the last. */
struct pending *pending_at(struct pending_table *t, size_t i);
/* How many are in use. */
size_t pending_count(const struct pending_table *t);

#endif
