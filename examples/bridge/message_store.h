/*
 * message_store.h - messages in the ledger, from before they are sent until nobody can ask for them
 * any more.
 *
 *     TO_SIP ----------- response ---------------------> (gone; a report if it is a failure)
 *        \---- the process died ----> LOST -- report --> (gone)
 *     TO_XMPP -- the grace is over ------> TOLD -- error: a notice --> OVER
 *        |------ error, link lost, the process died -----------------> OVER
 *        \------ error at another member --> FAILED ---- answered ---> OVER
 *
 * Rows of TOLD and OVER answer requests that come again, and go when they are due.
 */
#ifndef BRIDGE_MESSAGE_STORE_H
#define BRIDGE_MESSAGE_STORE_H

#include "bridge/parts.h"

enum message_state {
    MESSAGE_TO_SIP = 1, /* a response is awaited */
    MESSAGE_LOST,       /* its sender is to be told that nobody knows */
    MESSAGE_TO_XMPP,    /* an error is awaited */
    MESSAGE_FAILED,     /* it came; whom it belongs to must still answer */
    MESSAGE_TOLD,       /* answered 202; an error may still come */
    MESSAGE_OVER        /* answered, and nothing more is to come */
};

/* A row; texts are borrowed, or, of a row that was read, in a struct translate_text. */
struct message {
    xmppfed_slice id;
    xmppfed_slice key;       /* of the SIP request; empty: none */
    xmppfed_slice sender;    /* addresses of XMPP */
    xmppfed_slice recipient; /* ... */
    xmppfed_slice stanza_id; /* from XMPP: the stanza's own id and type; without data: none */
    xmppfed_slice type;
    enum message_state state;
    int status;           /* FAILED, TOLD, OVER */
    xmppfed_slice reason; /* FAILED, OVER; empty: the usual phrase */
    bool ours;            /* it belongs to this member */
};

/* Makes the table; false: see ledger_problem(). */
bool message_store_new(struct bridge *b);

/* Adds a row; *ret_new is false, and nothing added, if there is one with the same key. */
bool message_store_add(struct bridge *b, const struct message *m, bool *ret_new);
/* Reads a row by id or key; false if there is none, or it cannot be read. */
bool message_store_find(struct bridge *b, xmppfed_slice id, struct translate_text *text,
                        struct message *ret);
bool message_store_find_key(struct bridge *b, xmppfed_slice key, struct translate_text *text,
                            struct message *ret);
/* Any row of ours in a state; false if there is none. */
bool message_store_first(struct bridge *b, enum message_state state, struct translate_text *text,
                         struct message *ret);
/*
 * Moves a row from one state to another with its status and reason; true if it was in that state.
 * One of TOLD or OVER is kept for two minutes from now.
 */
bool message_store_move(struct bridge *b, xmppfed_slice id, enum message_state from,
                        enum message_state to, const struct translate_response *why);
/* Removes a row; true if it was there. */
bool message_store_remove(struct bridge *b, xmppfed_slice id);
/* Removes rows that are due, and the oldest of TOLD and OVER if there are too many. */
void message_store_prune(struct bridge *b);
/* What a dead member had under way: TO_SIP becomes LOST and ours, TO_XMPP becomes OVER. */
bool message_store_adopt(struct bridge *b, const char *member,
                         const struct translate_response *unknown);

#endif
