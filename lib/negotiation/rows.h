/* rows.h - the shorthand in which the two tables are written. */
#ifndef XFED_NEGOTIATION_ROWS_H
#define XFED_NEGOTIATION_ROWS_H

#include "negotiation/machine.h"
#include <xmppfed/error.h>

/* A row: in state, on event, if all of need and none of bar: do action, go to next. */
#define ROW(state, event, need, bar, action, next)                                   \
    {                                                                                \
        XFED_STATE_##state, XFED_EVENT_##event, (need), (bar), XFED_ACTION_##action, \
            XFED_STATE_##next, 0                                                     \
    }
/* A row that ends the stream with an error. */
#define FAIL(state, event, need, bar, error)                                     \
    {                                                                            \
        XFED_STATE_##state, XFED_EVENT_##event, (need), (bar), XFED_ACTION_fail, \
            XFED_STATE_CLOSED, XMPPFED_ERR_##error                               \
    }
/*
 * How a state ends when the peer ends the stream. Where a header is waited for there is no such
 * row: what comes before a header is no XML of a stream and ends at the gate.
 */
#define ENDS(state)                                                   \
    ROW(state, STREAM_ERROR, ALWAYS, NEVER, note_peer_error, CLOSED), \
        ROW(state, STREAM_CLOSE, ALWAYS, NEVER, finish, CLOSED)

/* Dialback answers that nobody asked for on this stream are ignored (CVE-2012-3525). */
#define RESULTS_IGNORED(state)                                 \
    ROW(state, DB_VALID, ALWAYS, NEVER, nothing, state),       \
        ROW(state, DB_INVALID, ALWAYS, NEVER, nothing, state), \
        ROW(state, DB_ERROR, ALWAYS, NEVER, nothing, state)
#define ANSWERS_IGNORED(state) \
    RESULTS_IGNORED(state), ROW(state, DB_VERIFY_ANSWER, ALWAYS, NEVER, nothing, state)

/* A verdict on a key that came before the stream was restarted. */
#define CHECKS_FORGOTTEN(state)                                  \
    ROW(state, CHECK_VALID, ALWAYS, NEVER, forget_check, state), \
        ROW(state, CHECK_FAILED, ALWAYS, NEVER, forget_check, state)

/*
 * Our own stream goes both ways (XEP-0288): stanzas from the peer that its certificate proves to
 * our domain, and nothing else. Its other domains are to open streams of their own.
 */
#define BOTH_WAYS(state)                                                    \
    ROW(state, STANZA, BIDI_OPEN | PAIR_PROVED, NEVER, pass_stanza, state), \
        FAIL(state, STANZA, BIDI_OPEN, PAIR_PROVED, STREAM_INVALID_FROM),   \
        ROW(state, DB_RESULT, BIDI_OPEN, NEVER, answer_db_closed, state),   \
        ROW(state, DB_VERIFY, BIDI_OPEN, NEVER, answer_verify, state)

/* Acks go both ways on a stream that is up (XEP-0198 4). */
#define ACKS(state)                                                 \
    ROW(state, SM_REQUEST, ACKS_FIT, NEVER, answer_request, state), \
        ROW(state, SM_ACK, ACKS_FIT, NEVER, take_ack, state)

/* Not before a domain is proved; the stream goes on (XEP-0198 3, 6). */
#define MANAGEMENT_REFUSED(state)                                   \
    ROW(state, SM_ENABLE, ALWAYS, NEVER, refuse_management, state), \
        ROW(state, SM_RESUME, ALWAYS, NEVER, refuse_management, state)

/* What a further pair of domains needs on a stream of ours (XEP-0220 2.6). */
#define MAY_SHARE (TARGET_HOSTED | PARTNER_LISTED | DIALBACK_OPEN | DIALBACK_OFFERED)

#define ALWAYS 0
#define NEVER 0

#define VERSION_1 XFED_FACT_VERSION_1
#define SAME_ADDRESSES XFED_FACT_SAME_ADDRESSES
#define TARGET_HOSTED XFED_FACT_TARGET_HOSTED
#define PARTNER_LISTED XFED_FACT_PARTNER_LISTED
#define TLS_USABLE XFED_FACT_TLS_USABLE
#define TLS_REQUIRED XFED_FACT_TLS_REQUIRED
#define SASL_OPEN XFED_FACT_SASL_OPEN
#define EVIDENCE_WANTED XFED_FACT_EVIDENCE_WANTED
#define DIALBACK_OPEN XFED_FACT_DIALBACK_OPEN
#define DIALBACK_OFFERED XFED_FACT_DIALBACK_OFFERED
#define VERIFY_ONLY XFED_FACT_VERIFY_ONLY
#define PAIR_PROVED XFED_FACT_PAIR_PROVED
#define PAIR_OURS XFED_FACT_PAIR_OURS
#define BIDI_OPEN XFED_FACT_BIDI_OPEN
#define TRIES_LEFT XFED_FACT_TRIES_LEFT
#define ACKS_FIT XFED_FACT_ACKS_FIT

#endif
