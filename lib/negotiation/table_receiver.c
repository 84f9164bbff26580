/*
 * table_receiver.c - every step of a stream that a peer opens (RFC 6120 4-6, XEP-0178, XEP-0220,
 * XEP-0198, XEP-0288, XEP-0344, XEP-0368).
 *
 * A check of one of our own keys (db:verify, the authoritative server's part) is answered in every
 * open state, with or without TLS: it proves nothing to us and tells nothing but yes or no.
 */
#include "negotiation/rows.h"

/* clang-format off */
static const struct xfed_row rows[] = {
    /* Direct TLS takes the place of the stream before STARTTLS (XEP-0368 3). */
    ROW(R_HEADER, DIRECT_TLS, TLS_USABLE, NEVER, start_direct_tls, R_TLS),
    FAIL(R_HEADER, DIRECT_TLS, ALWAYS, TLS_USABLE, TLS_UNAVAILABLE),

    FAIL(R_HEADER, HEADER, ALWAYS, TARGET_HOSTED, STREAM_HOST_UNKNOWN),
    FAIL(R_HEADER, HEADER, ALWAYS, PARTNER_LISTED, POLICY_UNKNOWN_PARTNER),
    ROW(R_HEADER, HEADER, ALWAYS, NEVER, answer_header, R_OPEN),

    /* Without TLS: nothing but STARTTLS, and dialback where the record allows it on plain TCP. */
    ROW(R_OPEN, STARTTLS, TLS_USABLE, NEVER, send_proceed, R_TLS),
    FAIL(R_OPEN, STARTTLS, ALWAYS, TLS_USABLE, TLS_UNAVAILABLE),
    ROW(R_OPEN, DB_RESULT, ALWAYS, TARGET_HOSTED, answer_db_unhosted, R_OPEN),
    ROW(R_OPEN, DB_RESULT, ALWAYS, PARTNER_LISTED, answer_db_unlisted, R_OPEN),
    ROW(R_OPEN, DB_RESULT, DIALBACK_OPEN, TLS_REQUIRED, ask_check, R_OPEN),
    ROW(R_OPEN, DB_RESULT, ALWAYS, NEVER, answer_db_closed, R_OPEN),
    ROW(R_OPEN, CHECK_VALID, PAIR_OURS | DIALBACK_OPEN | PARTNER_LISTED | TARGET_HOSTED, TLS_REQUIRED, answer_db_valid, R_UP),
    ROW(R_OPEN, CHECK_VALID, ALWAYS, NEVER, answer_db_failed, R_OPEN),
    ROW(R_OPEN, CHECK_FAILED, ALWAYS, NEVER, answer_db_failed, R_OPEN),
    ROW(R_OPEN, DB_VERIFY, ALWAYS, NEVER, answer_verify, R_OPEN),
    MANAGEMENT_REFUSED(R_OPEN),
    ANSWERS_IGNORED(R_OPEN),
    ENDS(R_OPEN),

    ROW(R_TLS, TLS_UP, ALWAYS, NEVER, restart_wait, R_TLS_HEADER),
    CHECKS_FORGOTTEN(R_TLS),

    FAIL(R_TLS_HEADER, HEADER, ALWAYS, SAME_ADDRESSES, STREAM_ADDRESSING),
    FAIL(R_TLS_HEADER, HEADER, ALWAYS, TARGET_HOSTED, STREAM_HOST_UNKNOWN),
    FAIL(R_TLS_HEADER, HEADER, ALWAYS, PARTNER_LISTED, POLICY_UNKNOWN_PARTNER),
    /* DNS may have what the certificate lacks; asked before anything is offered, once (RFC 7673 6). */
    ROW(R_TLS_HEADER, HEADER, EVIDENCE_WANTED | VERSION_1, NEVER, ask_evidence, R_TLS_EVIDENCE),
    ROW(R_TLS_HEADER, HEADER, SASL_OPEN, NEVER, answer_header, R_TLS_OPEN),
    ROW(R_TLS_HEADER, HEADER, DIALBACK_OPEN, NEVER, answer_header, R_TLS_OPEN),
    /* Nothing could be offered that the record accepts (RFC 6120 6.4.5, implementation note). */
    FAIL(R_TLS_HEADER, HEADER, ALWAYS, SASL_OPEN | DIALBACK_OPEN, POLICY_NO_METHOD),
    CHECKS_FORGOTTEN(R_TLS_HEADER),

    /* Nothing is read meanwhile. Policy may have changed, so that all is asked again. */
    FAIL(R_TLS_EVIDENCE, EVIDENCE_KNOWN, ALWAYS, TARGET_HOSTED, STREAM_HOST_UNKNOWN),
    FAIL(R_TLS_EVIDENCE, EVIDENCE_KNOWN, ALWAYS, PARTNER_LISTED, POLICY_UNKNOWN_PARTNER),
    ROW(R_TLS_EVIDENCE, EVIDENCE_KNOWN, SASL_OPEN, NEVER, answer_header_late, R_TLS_OPEN),
    ROW(R_TLS_EVIDENCE, EVIDENCE_KNOWN, DIALBACK_OPEN, NEVER, answer_header_late, R_TLS_OPEN),
    FAIL(R_TLS_EVIDENCE, EVIDENCE_KNOWN, ALWAYS, SASL_OPEN | DIALBACK_OPEN, POLICY_NO_METHOD),
    CHECKS_FORGOTTEN(R_TLS_EVIDENCE),

    /* EXTERNAL was offered only if the certificate proves the stream's 'from' (XEP-0178 3). */
    ROW(R_TLS_OPEN, AUTH, SASL_OPEN | TRIES_LEFT, NEVER, sasl_begin, R_AUTH),
    ROW(R_TLS_OPEN, AUTH, TRIES_LEFT, SASL_OPEN, refuse_mechanism, R_TLS_OPEN),
    FAIL(R_TLS_OPEN, AUTH, ALWAYS, TRIES_LEFT, SASL_TRIES),
    /* Before a method, and inside TLS; later nobody may ask any more (XEP-0288 2.2). */
    ROW(R_TLS_OPEN, BIDI, BIDI_OPEN, NEVER, note_bidi, R_TLS_OPEN),
    ROW(R_TLS_OPEN, DB_RESULT, ALWAYS, TARGET_HOSTED, answer_db_unhosted, R_TLS_OPEN),
    ROW(R_TLS_OPEN, DB_RESULT, ALWAYS, PARTNER_LISTED, answer_db_unlisted, R_TLS_OPEN),
    /* A certificate for the key's domain may stand for the check of the key (XEP-0344 2.4). */
    ROW(R_TLS_OPEN, DB_RESULT, DIALBACK_OPEN | SASL_OPEN, NEVER, answer_db_proved, R_UP),
    ROW(R_TLS_OPEN, DB_RESULT, DIALBACK_OPEN, NEVER, ask_check, R_TLS_OPEN),
    ROW(R_TLS_OPEN, DB_RESULT, ALWAYS, DIALBACK_OPEN, answer_db_closed, R_TLS_OPEN),
    ROW(R_TLS_OPEN, CHECK_VALID, PAIR_OURS | DIALBACK_OPEN | PARTNER_LISTED | TARGET_HOSTED, NEVER, answer_db_valid, R_UP),
    ROW(R_TLS_OPEN, CHECK_VALID, ALWAYS, NEVER, answer_db_failed, R_TLS_OPEN),
    ROW(R_TLS_OPEN, CHECK_FAILED, ALWAYS, NEVER, answer_db_failed, R_TLS_OPEN),
    ROW(R_TLS_OPEN, DB_VERIFY, ALWAYS, NEVER, answer_verify, R_TLS_OPEN),
    MANAGEMENT_REFUSED(R_TLS_OPEN),
    ANSWERS_IGNORED(R_TLS_OPEN),
    ENDS(R_TLS_OPEN),

    ROW(R_AUTH, RESPONSE, ALWAYS, NEVER, sasl_continue, R_AUTH),
    ROW(R_AUTH, ABORT, ALWAYS, NEVER, send_sasl_failure, R_TLS_OPEN),
    ROW(R_AUTH, SASL_MORE, ALWAYS, NEVER, send_challenge, R_AUTH),
    ROW(R_AUTH, SASL_DONE, SASL_OPEN | PARTNER_LISTED, NEVER, send_success, R_AUTH_HEADER),
    FAIL(R_AUTH, SASL_DONE, ALWAYS, PARTNER_LISTED, POLICY_UNKNOWN_PARTNER),
    FAIL(R_AUTH, SASL_DONE, ALWAYS, SASL_OPEN, POLICY_NO_METHOD),
    ROW(R_AUTH, SASL_REFUSED, ALWAYS, NEVER, send_sasl_failure, R_TLS_OPEN),
    /* A key sent before <auth/> proves nothing any more: one method at a time. */
    ROW(R_AUTH, CHECK_VALID, ALWAYS, NEVER, answer_db_failed, R_AUTH),
    ROW(R_AUTH, CHECK_FAILED, ALWAYS, NEVER, answer_db_failed, R_AUTH),
    ENDS(R_AUTH),

    FAIL(R_AUTH_HEADER, HEADER, ALWAYS, SAME_ADDRESSES, STREAM_ADDRESSING),
    ROW(R_AUTH_HEADER, HEADER, TARGET_HOSTED | PARTNER_LISTED | SASL_OPEN, NEVER, answer_header_up, R_UP),
    FAIL(R_AUTH_HEADER, HEADER, ALWAYS, TARGET_HOSTED, STREAM_HOST_UNKNOWN),
    FAIL(R_AUTH_HEADER, HEADER, ALWAYS, NEVER, POLICY_UNKNOWN_PARTNER),
    CHECKS_FORGOTTEN(R_AUTH_HEADER),

    /* More pairs may be proved by dialback; one that fails does not close the others (XEP-0220 2.5). */
    ROW(R_UP, STANZA, PAIR_PROVED, NEVER, pass_stanza, R_UP),
    FAIL(R_UP, STANZA, ALWAYS, PAIR_PROVED, STREAM_INVALID_FROM),
    ROW(R_UP, DB_RESULT, ALWAYS, TARGET_HOSTED, answer_db_unhosted, R_UP),
    ROW(R_UP, DB_RESULT, ALWAYS, PARTNER_LISTED, answer_db_unlisted, R_UP),
    ROW(R_UP, DB_RESULT, DIALBACK_OPEN | SASL_OPEN, NEVER, answer_db_proved, R_UP),
    ROW(R_UP, DB_RESULT, DIALBACK_OPEN, NEVER, ask_check, R_UP),
    ROW(R_UP, DB_RESULT, ALWAYS, DIALBACK_OPEN, answer_db_closed, R_UP),
    ROW(R_UP, CHECK_VALID, PAIR_OURS | DIALBACK_OPEN | PARTNER_LISTED | TARGET_HOSTED, NEVER, answer_db_valid, R_UP),
    ROW(R_UP, CHECK_VALID, ALWAYS, NEVER, answer_db_failed, R_UP),
    ROW(R_UP, CHECK_FAILED, ALWAYS, NEVER, answer_db_failed, R_UP),
    ROW(R_UP, DB_VERIFY, ALWAYS, NEVER, answer_verify, R_UP),
    /* A second <enable/> ends the stream (XEP-0198 3). */
    ROW(R_UP, SM_ENABLE, ACKS_FIT, NEVER, send_enabled, R_UP),
    ROW(R_UP, SM_RESUME, ACKS_FIT, NEVER, answer_resume, R_UP),
    ACKS(R_UP),
    ANSWERS_IGNORED(R_UP),
    ENDS(R_UP),
};
/* clang-format on */

const struct xfed_table xfed_table_receiver = {rows, sizeof(rows) / sizeof(rows[0])};
