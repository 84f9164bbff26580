/* counters.h - what has happened since the start, counted for those who watch. */
#ifndef PROXY_OBSERVE_COUNTERS_H
#define PROXY_OBSERVE_COUNTERS_H

#include <stdbool.h>
#include <xmppfed/event.h>

#include "proxy/observe/events.h"
#include "proxy/observe/histogram.h"

/* Places of labels: each has a name, and there are no others. */
enum {
    DIRECTIONS = 2,
    METHODS = XMPPFED_PROOF_SHARED_SECRET + 1,
    TLS_VERSIONS = 4,
    OUTCOMES = 4,
    CONDITIONS = 23
};

enum cause {
    CAUSE_NONE,
#define X(name, value, condition, sentence) CAUSE_##name,
    XMPPFED_ERROR_MAP(X)
#undef X
        CAUSE_COUNT
};

/* The names of directions begin with that of XMPPFED_INBOUND; those of conditions end with "other".
 */
extern const char *const label_directions[DIRECTIONS];
extern const char *const label_tls_versions[TLS_VERSIONS];
extern const char *const label_conditions[CONDITIONS];
extern const char *const label_causes[CAUSE_COUNT];

/* By direction, then by the other labels. */
struct counters {
    uint64_t events[EVENT_COUNT];
    uint64_t proved[DIRECTIONS][METHODS][TLS_VERSIONS];
    uint64_t failed[DIRECTIONS][CAUSE_COUNT];
    uint64_t ended[DIRECTIONS][CAUSE_COUNT];
    uint64_t outcomes[OUTCOMES + 1]; /* by enum xmppfed_outcome */
    uint64_t bounces[DIRECTIONS][CONDITIONS];
    struct histogram setup[DIRECTIONS];
    struct histogram decision[DIRECTIONS];
};

void counters_init(struct counters *c);

/* The place of a version of TLS, "" for none. */
size_t place_of_tls(const char *version);

/* A pair of domains was proved on a stream. */
void counters_proved(struct counters *c, int direction, const xmppfed_proof *proof);
/* How many milliseconds a stream took from its beginning to the first proof. */
void counters_set_up(struct counters *c, int direction, uint64_t milliseconds);
/* A stream is over; one on which nothing was proved has failed, unless it was closed in order. */
void counters_down(struct counters *c, int direction, int code, bool stood);
/* How many nanoseconds a decision took. */
void counters_decided(struct counters *c, int direction, uint64_t nanoseconds);
/* The end of a stanza that was sent outward, with the error for its sender or NULL. */
void counters_outcome(struct counters *c, int outcome, const xmppfed_element *error);
/* An error for the sender of a stanza of a direction; "" is none. */
void counters_bounced(struct counters *c, int direction, const char *condition);

#endif
