/*
 * table_initiator.c - every step of a stream that we open (RFC 6120 4-6, XEP-0178, XEP-0220,
 * XEP-0198, XEP-0288, XEP-0368).
 *
 * Preference of methods: SASL SCRAM over TLS, EXTERNAL over TLS, dialback over TLS, dialback over
 * TCP. Where a row needs a method, the partner record is asked again at that moment (facts.c).
 */
#include "negotiation/rows.h"

/* clang-format off */
static const struct xfed_row rows[] = {
    /* Direct TLS takes the place of the stream before STARTTLS (XEP-0368 3). */
    ROW(I_HEADER, DIRECT_TLS, TLS_USABLE, NEVER, start_direct_tls, I_TLS),
    FAIL(I_HEADER, DIRECT_TLS, ALWAYS, TLS_USABLE, TLS_UNAVAILABLE),

    /* Without TLS. A header without version brings no features (RFC 6120 4.7.5): dialback at most. */
    FAIL(I_HEADER, HEADER, ALWAYS, SAME_ADDRESSES, STREAM_ADDRESSING),
    FAIL(I_HEADER, HEADER, ALWAYS, PARTNER_LISTED, POLICY_UNKNOWN_PARTNER),
    ROW(I_HEADER, HEADER, VERSION_1, NEVER, note_header, I_FEATURES),
    ROW(I_HEADER, HEADER, ALWAYS, VERSION_1, legacy_features, I_FEATURES),

    /* TLS whenever both can (RFC 6120 5.3.1); without it only what the record allows. */
    FAIL(I_FEATURES, FEATURES, ALWAYS, PARTNER_LISTED, POLICY_UNKNOWN_PARTNER),
    ROW(I_FEATURES, FEATURES, TLS_USABLE, NEVER, send_starttls, I_PROCEED),
    FAIL(I_FEATURES, FEATURES, TLS_REQUIRED, TLS_USABLE, TLS_UNAVAILABLE),
    ROW(I_FEATURES, FEATURES, VERIFY_ONLY | DIALBACK_OPEN, TLS_USABLE | TLS_REQUIRED, announce_verify, I_VERIFY),
    ROW(I_FEATURES, FEATURES, DIALBACK_OPEN | DIALBACK_OFFERED, TLS_USABLE | TLS_REQUIRED | VERIFY_ONLY, send_db_result, I_DIALBACK),
    FAIL(I_FEATURES, FEATURES, ALWAYS, TLS_USABLE, POLICY_NO_METHOD),
    ANSWERS_IGNORED(I_FEATURES),
    ENDS(I_FEATURES),

    ROW(I_PROCEED, PROCEED, ALWAYS, NEVER, start_tls, I_TLS),
    FAIL(I_PROCEED, TLS_FAILURE, ALWAYS, NEVER, TLS_UNAVAILABLE),
    ENDS(I_PROCEED),

    /* Where there are TLSA records nothing else counts, neither PKIX nor dialback (RFC 7673 4.2). */
    ROW(I_TLS, TLS_UP, ALWAYS, NEVER, restart_header, I_TLS_HEADER),
    FAIL(I_TLS, TLS_REFUTED, ALWAYS, NEVER, TLS_CERTIFICATE),

    FAIL(I_TLS_HEADER, HEADER, ALWAYS, SAME_ADDRESSES, STREAM_ADDRESSING),
    ROW(I_TLS_HEADER, HEADER, VERSION_1, NEVER, note_header, I_TLS_FEATURES),
    ROW(I_TLS_HEADER, HEADER, ALWAYS, VERSION_1, legacy_features, I_TLS_FEATURES),

    /* EXTERNAL only to a peer that its certificate proves (RFC 6120 13.7.2), SCRAM only where there
     * is a secret and TLS to bind it to (RFC 9266); else dialback. */
    FAIL(I_TLS_FEATURES, FEATURES, ALWAYS, PARTNER_LISTED, POLICY_UNKNOWN_PARTNER),
    ROW(I_TLS_FEATURES, FEATURES, VERIFY_ONLY, NEVER, announce_verify, I_VERIFY),
    /* First both ways, where the peer is or will be proved (XEP-0288 2.2); then comes a method. */
    ROW(I_TLS_FEATURES, FEATURES, BIDI_OPEN | SASL_OPEN, VERIFY_ONLY, send_bidi, I_TLS_FEATURES),
    ROW(I_TLS_FEATURES, FEATURES, BIDI_OPEN | DIALBACK_OPEN | DIALBACK_OFFERED, VERIFY_ONLY, send_bidi, I_TLS_FEATURES),
    ROW(I_TLS_FEATURES, FEATURES, SASL_OPEN, VERIFY_ONLY, send_auth, I_AUTH),
    ROW(I_TLS_FEATURES, FEATURES, DIALBACK_OPEN | DIALBACK_OFFERED, VERIFY_ONLY | SASL_OPEN, send_db_result, I_DIALBACK),
    FAIL(I_TLS_FEATURES, FEATURES, ALWAYS, VERIFY_ONLY | SASL_OPEN, POLICY_NO_METHOD),
    ANSWERS_IGNORED(I_TLS_FEATURES),
    ENDS(I_TLS_FEATURES),

    /*
     * A refused EXTERNAL goes on with dialback on the same stream where the record allows it, a
     * refused secret with nothing. With a secret the peer proves itself too (RFC 5802 5).
     */
    ROW(I_AUTH, CHALLENGE, TRIES_LEFT, NEVER, send_response, I_AUTH),
    FAIL(I_AUTH, CHALLENGE, ALWAYS, TRIES_LEFT, SASL_TRIES),
    ROW(I_AUTH, SUCCESS, ALWAYS, NEVER, check_success, I_AUTH),
    ROW(I_AUTH, SASL_DONE, SASL_OPEN, NEVER, restart_header, I_AUTH_HEADER),
    FAIL(I_AUTH, SASL_DONE, ALWAYS, SASL_OPEN, POLICY_NO_METHOD),
    FAIL(I_AUTH, SASL_REFUSED, ALWAYS, NEVER, SASL_MUTUAL),
    ROW(I_AUTH, FAILURE, DIALBACK_OPEN | DIALBACK_OFFERED, NEVER, send_db_result, I_DIALBACK),
    FAIL(I_AUTH, FAILURE, ALWAYS, NEVER, SASL_REFUSED),
    ANSWERS_IGNORED(I_AUTH),
    ENDS(I_AUTH),

    FAIL(I_AUTH_HEADER, HEADER, ALWAYS, SAME_ADDRESSES, STREAM_ADDRESSING),
    ROW(I_AUTH_HEADER, HEADER, VERSION_1, NEVER, note_header, I_AUTH_FEATURES),
    FAIL(I_AUTH_HEADER, HEADER, ALWAYS, VERSION_1, STREAM_VERSION),

    ROW(I_AUTH_FEATURES, FEATURES, ACKS_FIT, NEVER, find_session, I_ENABLE),
    ROW(I_AUTH_FEATURES, FEATURES, ALWAYS, ACKS_FIT, announce_up, I_UP),
    ANSWERS_IGNORED(I_AUTH_FEATURES),
    ENDS(I_AUTH_FEATURES),

    /* Only the answer to our own request counts; any other is ignored (XEP-0220 2.3, 5). */
    ROW(I_DIALBACK, DB_VALID, PAIR_OURS | DIALBACK_OPEN | ACKS_FIT, NEVER, find_session, I_ENABLE),
    ROW(I_DIALBACK, DB_VALID, PAIR_OURS | DIALBACK_OPEN, ACKS_FIT, announce_up, I_UP),
    FAIL(I_DIALBACK, DB_VALID, PAIR_OURS, DIALBACK_OPEN, POLICY_NO_METHOD),
    ROW(I_DIALBACK, DB_VALID, ALWAYS, PAIR_OURS, nothing, I_DIALBACK),
    FAIL(I_DIALBACK, DB_INVALID, PAIR_OURS, NEVER, DIALBACK_INVALID),
    ROW(I_DIALBACK, DB_INVALID, ALWAYS, PAIR_OURS, nothing, I_DIALBACK),
    FAIL(I_DIALBACK, DB_ERROR, PAIR_OURS, NEVER, DIALBACK_REFUSED),
    ROW(I_DIALBACK, DB_ERROR, ALWAYS, PAIR_OURS, nothing, I_DIALBACK),
    ROW(I_DIALBACK, DB_VERIFY_ANSWER, ALWAYS, NEVER, nothing, I_DIALBACK),
    ENDS(I_DIALBACK),

    /* Nothing is sent before the answer, so that each stanza is acknowledged or none (XEP-0198 3). */
    ROW(I_ENABLE, SESSION_NONE, ALWAYS, NEVER, send_enable, I_ENABLE),
    ROW(I_ENABLE, SESSION_LEFT, ALWAYS, NEVER, send_resume, I_RESUME),
    ROW(I_ENABLE, SM_ENABLED, ALWAYS, NEVER, acks_up, I_UP),
    ROW(I_ENABLE, SM_FAILED, ALWAYS, NEVER, announce_up, I_UP),
    BOTH_WAYS(I_ENABLE),
    ANSWERS_IGNORED(I_ENABLE),
    ENDS(I_ENABLE),

    /* After a failed resumption acks begin anew (XEP-0198 5). */
    ROW(I_RESUME, SM_RESUMED, ALWAYS, NEVER, resumed_up, I_UP),
    ROW(I_RESUME, SM_FAILED, ALWAYS, NEVER, end_session, I_ENABLE),
    BOTH_WAYS(I_RESUME),
    ANSWERS_IGNORED(I_RESUME),
    ENDS(I_RESUME),

    ROW(I_VERIFY, DB_VERIFY_ANSWER, ALWAYS, NEVER, pass_verify_answer, I_VERIFY),
    RESULTS_IGNORED(I_VERIFY),
    ENDS(I_VERIFY),

    BOTH_WAYS(I_UP),
    ROW(I_UP, DB_VERIFY_ANSWER, ALWAYS, NEVER, pass_verify_answer, I_UP),
    /*
     * Further pairs, each with a key of its own; one that fails harms no other (XEP-0220 2.6). Of
     * what goes both ways the peer may take any such pair for one that does, and its certificate
     * has proved no other domain than the stream's.
     */
    ROW(I_UP, PAIR_WANTED, MAY_SHARE | SAME_ADDRESSES, PAIR_OURS, send_pair_key, I_UP),
    ROW(I_UP, PAIR_WANTED, MAY_SHARE, PAIR_OURS | BIDI_OPEN, send_pair_key, I_UP),
    ROW(I_UP, DB_VALID, PAIR_OURS | DIALBACK_OPEN | PARTNER_LISTED | TARGET_HOSTED, NEVER, announce_pair, I_UP),
    ROW(I_UP, DB_VALID, PAIR_OURS, NEVER, refuse_pair, I_UP),
    ROW(I_UP, DB_INVALID, PAIR_OURS, NEVER, refuse_pair, I_UP),
    ROW(I_UP, DB_ERROR, PAIR_OURS, NEVER, refuse_pair, I_UP),
    RESULTS_IGNORED(I_UP),
    ACKS(I_UP),
    ENDS(I_UP),
};
/* clang-format on */

const struct xfed_table xfed_table_initiator = {rows, sizeof(rows) / sizeof(rows[0])};
