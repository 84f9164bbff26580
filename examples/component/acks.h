/*
 * acks.h - what each end of a component stream has handled: XEP-0198 without resumption.
 *
 * XEP-0114 has no features, so a client that wants acknowledgements asks for them with <enable/>
 * once its handshake was accepted. Counts and copies are kept here; component.c reads and writes.
 * A stanza counts as handled when its receiver asks for the next item. The end that accepts keeps
 * copies of what the other has not handled, so that somebody can tell their senders.
 */
#ifndef EXAMPLE_COMPONENT_ACKS_H
#define EXAMPLE_COMPONENT_ACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xmppfed/element.h>

#define NS_ACKS "urn:xmpp:sm:3"
/* The peer is asked at least once in so many stanzas. */
#define ACKS_ASK_EVERY 64

enum acks_state {
    ACKS_NEVER = 0, /* a client that does not want them */
    ACKS_ASKED,     /* a client that has said <enable/> */
    ACKS_EARLY,     /* a server: <enable/> may come, and what is sent before it is kept too */
    ACKS_LATE,      /* a server: <enable/> may still come */
    ACKS_ON
};

/* What an element of the namespace asks of the one that got it. */
enum acks_step {
    ACKS_STEP_NONE = 0,
    ACKS_STEP_ENABLE, /* acks are on: say <enabled/> */
    ACKS_STEP_BEGUN,  /* acks are on */
    ACKS_STEP_ANSWER, /* say <a/> */
    ACKS_STEP_ACKED   /* more has been handled by the peer */
};

struct acks_copy;

struct acks {
    enum acks_state state;
    bool keeps;         /* copies */
    size_t limit;       /* most bytes of them */
    uint64_t sent;      /* the number of the last stanza that was sent: 1, 2, ... */
    uint64_t base;      /* up to which the peer did not count */
    uint64_t acked;     /* up to which the peer has handled all */
    uint64_t asked;     /* up to which the peer was asked */
    uint32_t claimed;   /* the peer's last count, modulo 2^32 (XEP-0198 4) */
    uint32_t handled;   /* of the peer's stanzas, likewise */
    bool given;         /* one more is being handled */
    bool owes_answer;   /* there was no room for <a/> */
    bool owes_question; /* ... and for <r/> */
    struct acks_copy *first;
    struct acks_copy **end;
    size_t bytes;
};

/* Begins in a state: ACKS_EARLY for a server, ACKS_NEVER for a client. */
void acks_init(struct acks *a, enum acks_state state, size_t limit);
void acks_fini(struct acks *a);

/*
 * Takes an element of the namespace: a step, or XMPPFED_ERR_STREAM_ACK_TOO_HIGH (it says that more
 * was handled than was sent, or less than before), XMPPFED_ERR_STREAM_ACK_MALFORMED, or
 * XMPPFED_ERR_STREAM_UNEXPECTED for one that has no business here and now.
 */
int acks_take(struct acks *a, const xmppfed_element *e);
/* The client's server was asked, or has not been asked in time. */
void acks_ask_server(struct acks *a);
void acks_forget_early(struct acks *a);

/* A stanza of the peer was given to its receiver; the receiver has done with it. */
void acks_given(struct acks *a);
void acks_handled(struct acks *a);

/*
 * Before a stanza is sent that is len bytes on the wire: makes the copy if one is to be kept, else
 * *ret is NULL. XMPPFED_ERR_LIMIT_QUEUE when too much is kept, XMPPFED_ERR_NOMEM.
 */
int acks_copy(struct acks *a, const xmppfed_element *stanza, size_t len, struct acks_copy **ret);
/* After it was sent; or it was not. Both take the copy, which may be NULL. */
void acks_sent(struct acks *a, struct acks_copy *copy);
void acks_not_sent(struct acks_copy *copy);
/* Whether there is something that the peer was not asked about. */
bool acks_wants_question(const struct acks *a);

/*
 * Once the stream is over: the first of the stanzas that the peer has not acknowledged, and its
 * number; the caller's own. NULL when there is none, or acknowledgements were never on.
 */
xmppfed_element *acks_unacknowledged(struct acks *a, uint64_t *ret_number);

#endif
