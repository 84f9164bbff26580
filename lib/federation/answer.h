/* answer.h - what is told to hosts and peers about stanzas that do not reach their addressee. */
#ifndef XFED_FEDERATION_ANSWER_H
#define XFED_FEDERATION_ANSWER_H

#include "federation/federation.h"
#include "federation/queue.h"

/* A token bucket: so many refusals of a peer are answered, more would make us an amplifier. */
struct xfed_bucket {
    uint64_t thousandths;
    xmppfed_time filled;
};

/* A full bucket. */
void xfed_bucket_init(struct xfed_bucket *b, xmppfed_time now);
/* Takes one token; false when there is none left. */
bool xfed_bucket_take(struct xfed_bucket *b, xmppfed_time now);

/*
 * Queues the one end of a stanza that the host sent and frees what s owns. condition is that of the
 * error for its sender, NULL for none. A stanza of our own ends without a word.
 */
void xfed_answer_outcome(xmppfed_federation *fed, struct xfed_queued *s, int outcome, int code,
                         const char *text, const char *condition);
/* Queues a REFUSED event for the host's log; lost when out of memory. */
void xfed_answer_log(xmppfed_federation *fed, int direction, const char *local, const char *remote,
                     const xmppfed_decision *decision);
/* Queues CONTACT_LEARNT if the decision says so; lost when out of memory. */
void xfed_answer_learn(xmppfed_federation *fed, const char *local, const char *remote,
                       const xmppfed_decision *decision);
/* Room for the words about a refusal, with their NUL. */
#define XFED_REASON_SIZE 192
/* Writes which rule did not hold to ret and returns it; "" if none decided. */
const char *xfed_answer_reason(const xmppfed_decision *decision, char ret[XFED_REASON_SIZE]);
/* A presence stanza without content between two addresses; NULL when out of memory. */
xmppfed_element *xfed_answer_presence(xmppfed_context *ctx, const char *from, const char *to,
                                      const char *type);

#endif
