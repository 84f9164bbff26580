/* queue.h - the stanzas of one pair of domains on their way out, in order, each with its outcome.
 */
#ifndef XFED_FEDERATION_QUEUE_H
#define XFED_FEDERATION_QUEUE_H

#include "base/list.h"
#include "connection/event.h"

/*
 * A stanza that waits for a stream, or for the transport to take its last byte. Its outcome event
 * is made together with it: whatever happens later, memory for telling its end is there.
 */
struct xfed_queued {
    struct xfed_node node;
    xmppfed_element *stanza;
    xmppfed_event *outcome; /* NULL for an answer of our own, of which nobody is told */
    size_t bytes;
    xmppfed_time expires;
    uint64_t mark;   /* the position in the stream's output after its last byte, once sent */
    bool counted;    /* sent when the stream had acks (XEP-0198) ... */
    uint32_t number; /* ... what the peer counts it as */
};

struct xfed_queue {
    xmppfed_context *ctx;
    struct xfed_node stanzas; /* first those that a stream has got, then those that wait */
    struct xfed_node *unsent; /* the first that waits, or the head */
    size_t count;
    size_t bytes;
};

void xfed_queue_init(struct xfed_queue *q, xmppfed_context *ctx);
/* Frees all that is left, outcomes too. */
void xfed_queue_fini(struct xfed_queue *q);

/*
 * Adds at the end; the queue owns s on success. XMPPFED_ERR_LIMIT_QUEUE when there would be more
 * than max_count stanzas or max_bytes bytes; else 0.
 */
int xfed_queue_add(struct xfed_queue *q, struct xfed_queued *s, size_t max_count,
                   size_t max_bytes) XMPPFED_MUST_CHECK;
bool xfed_queue_empty(const struct xfed_queue *q);
/* The oldest stanza, or NULL. */
struct xfed_queued *xfed_queue_first(const struct xfed_queue *q);
/* The oldest stanza that no stream has got, or NULL. */
struct xfed_queued *xfed_queue_unsent(const struct xfed_queue *q);
/* Whether a stream has got the oldest stanza, s. */
bool xfed_queue_is_sent(const struct xfed_queue *q, const struct xfed_queued *s);
/* Says that the oldest unsent stanza went to the stream, up to that mark. */
void xfed_queue_sent(struct xfed_queue *q, uint64_t mark);
/* Takes back what the stream got and did not hand over: all wait again, in their order. */
void xfed_queue_unsend(struct xfed_queue *q);
/* The last stanza of a stream that the transport has taken up to a mark, or NULL. */
const struct xfed_queued *xfed_queue_last_taken(const struct xfed_queue *q, uint64_t taken);
/*
 * Takes back only what the transport has not taken up to a mark; the last stanza that it has, or
 * NULL if there is none.
 */
const struct xfed_queued *xfed_queue_unsend_after(struct xfed_queue *q, uint64_t taken);
/* The oldest stanza if the transport has taken it, or NULL. */
struct xfed_queued *xfed_queue_handed(const struct xfed_queue *q, uint64_t acked);
/* Takes a stanza out; it then belongs to the caller, who frees it with xfed_queued_free. */
void xfed_queue_remove(struct xfed_queue *q, struct xfed_queued *s);
/* Makes a stanza that can be queued; it owns both on success. NULL when out of memory. */
struct xfed_queued *xfed_queued_new(xmppfed_context *ctx, xmppfed_element *stanza,
                                    xmppfed_event *outcome);
/* Frees a stanza with what it still owns. */
void xfed_queued_free(xmppfed_context *ctx, struct xfed_queued *s);

#endif
