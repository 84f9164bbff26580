/*
 * im_test.h - a message sent the whole way to a partner's user, and what comes back of it.
 *
 * A ping to the partner's domain follows the message on the same stream, so that its answer says
 * that the message has arrived there and that answers find the way back. Both are from a resource
 * that no client has: what is sent to it ends here, and no host server ever sees it.
 */
#ifndef PROXY_DIAGNOSE_IM_TEST_H
#define PROXY_DIAGNOSE_IM_TEST_H

#include <jansson.h>

#include "proxy/proxy.h"

/* Tests under way at a time. */
#define IM_TESTS_MAX 4
/* Seconds for which an answer is awaited; a diagnosis may follow. */
#define IM_TEST_SECONDS 15
#define IM_TEST_SECONDS_MAX 40

/* What is sent, between prepared bare addresses that policy has nothing against. */
struct im_test_plan {
    const char *local;
    const char *remote;
    int contact; /* what the store knows of the two */
    unsigned seconds;
};

struct im_test;

/* Gets the report, which it takes over (NULL: out of memory). The test is freed afterwards. */
typedef void (*im_test_fn)(json_t *report, void *user);

/* Sends the message. NULL with a sentence if it cannot be sent or too many tests are under way. */
struct im_test *im_test_start(struct proxy *p, const struct im_test_plan *plan, im_test_fn done,
                              void *user, struct complaint *why);
/* Ends it without a report; what was sent is sent. */
void im_test_cancel(struct im_test *t);
/* Forgets all tests; none is under way. */
void im_tests_free(struct proxy *p);

/*
 * Takes an event that is about a test, also about one that has ended: true if it is, and then no
 * host server is to hear of it.
 */
bool im_test_take(struct proxy *p, const xmppfed_event *ev);
/*
 * What the user has done about a contact while a test is under way: having written lets answers in,
 * for its time and no longer. Without a test it is what the store knows, contact.
 */
int im_test_contact(const struct proxy *p, const char *local, const char *remote, int contact);

/* ---- im_report.c ------------------------------------------------------------------------- */

/* What is behind a success, as bits. */
enum im_proof {
    IM_PROOF_ACKNOWLEDGED = 1, /* the partner's server has taken the message over (XEP-0198) */
    IM_PROOF_PING = 2,         /* its domain has answered the ping that followed (XEP-0199) */
    IM_PROOF_ANSWER = 4        /* a client of the user has: a receipt (XEP-0184), a message */
};

/* Where it ended. */
enum im_end {
    IM_END_WELL,
    IM_END_NOT_SENT,  /* no stream came up, or the message was not handed over */
    IM_END_LOST,      /* handed over, and the stream was lost before it was acknowledged */
    IM_END_REFUSED,   /* an error came back */
    IM_END_UNANSWERED /* handed over, and nothing came back */
};

struct im_seen {
    const char *local;
    const char *remote;
    unsigned seconds;
    enum im_end end;
    uint32_t proofs;       /* enum im_proof */
    uint64_t milliseconds; /* to the first proof, or to the failure */
    int code;              /* of NOT_SENT and LOST */
    char condition[64];    /* of REFUSED */
    char text[384];
    bool stream_was_up; /* before */
    json_t *streams;    /* of the two domains, borrowed */
    json_t *diagnosis;  /* of the partner where no stream came up, borrowed; or NULL */
};

/* The report: target, result, latency, error, diagnosis and what they rest on. */
json_t *im_test_report(const struct im_seen *seen);

#endif
