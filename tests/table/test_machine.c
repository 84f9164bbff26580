/* test_machine.c - the whole product of states, events and facts, and what follows from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "negotiation/machine.h"
#include "render.h"
#include <xmppfed/error.h>

#define FACT_SETS (1u << XFED_FACT_COUNT)
#define FACT(name) XFED_FACT_##name

static const enum xfed_role roles[] = {XFED_INITIATOR, XFED_RECEIVER};

static const struct xfed_table *table_of(enum xfed_role role)
{
    return role == XFED_INITIATOR ? &xfed_table_initiator : &xfed_table_receiver;
}

static bool belongs(enum xfed_role role, unsigned state)
{
    return xfed_state_name(state)[0] == (role == XFED_INITIATOR ? 'I' : 'R');
}

static void describe(const struct xfed_row *row, const char *problem)
{
    fail_msg("%s %s %s -> %s: %s", xfed_state_name(row->state), xfed_event_id_name(row->event),
             xfed_action_name(row->action), xfed_state_name(row->next), problem);
}

/* Every pair of state and event has a result, whatever the facts: a row or a refusal. */
static void test_product(void **state)
{
    (void)state;
    for (size_t r = 0; r < 2; r++)
        for (unsigned s = 0; s < XFED_STATE_COUNT; s++)
            for (unsigned e = XFED_EVENT_NONE + 1; e < XFED_EVENT_COUNT; e++)
                for (unsigned facts = 0; facts < FACT_SETS; facts++) {
                    const struct xfed_row *row = xfed_table_find(roles[r], s, e, facts);

                    if (!row) {
                        if (xfed_event_refusal(e) >= 0)
                            fail_msg("%s has no refusal", xfed_event_id_name(e));
                        continue;
                    }
                    if (!belongs(roles[r], s) ||
                        (row->next != XFED_STATE_CLOSED && !belongs(roles[r], row->next)))
                        describe(row, "a state of the other role");
                    if ((row->action == XFED_ACTION_fail) != (row->code < 0))
                        describe(row, "the error goes with the action fail");
                    if ((row->action == XFED_ACTION_fail || row->action == XFED_ACTION_finish ||
                         row->action == XFED_ACTION_note_peer_error) !=
                        (row->next == XFED_STATE_CLOSED))
                        describe(row, "what ends the stream goes to CLOSED");
                }
}

/* What a stranger sends never meets the refusals for our own mistakes, INTERNAL and STATE. */
static void test_refusals_tell_the_peer(void **state)
{
    (void)state;
    for (unsigned e = XFED_EVENT_NONE + 1; e < XFED_EVENT_COUNT; e++) {
        int refusal = xfed_event_refusal(e);
        bool ours = e == XFED_EVENT_DIRECT_TLS || e == XFED_EVENT_TLS_UP ||
                    e == XFED_EVENT_TLS_REFUTED || e == XFED_EVENT_EVIDENCE_KNOWN ||
                    e == XFED_EVENT_SASL_DONE || e == XFED_EVENT_SASL_MORE ||
                    e == XFED_EVENT_SASL_REFUSED || e == XFED_EVENT_CHECK_VALID ||
                    e == XFED_EVENT_CHECK_FAILED || e == XFED_EVENT_PAIR_WANTED ||
                    e == XFED_EVENT_SESSION_NONE || e == XFED_EVENT_SESSION_LEFT;

        if (ours != (refusal == XMPPFED_ERR_INTERNAL || refusal == XMPPFED_ERR_STATE))
            fail_msg("%s: %s", xfed_event_id_name(e), xmppfed_error_name(refusal));
        if (!ours && xmppfed_error_condition(refusal)[0] == '\0')
            fail_msg("%s: the peer is told nothing", xfed_event_id_name(e));
    }
}

static bool is_found(enum xfed_role role, const struct xfed_row *row, unsigned must, unsigned not )
{
    for (unsigned facts = 0; facts < FACT_SETS; facts++)
        if ((facts & must) == must && (facts & not ) == 0 &&
            xfed_table_find(role, row->state, row->event, facts) == row)
            return true;
    return false;
}

static void test_no_row_is_dead(void **state)
{
    (void)state;
    for (size_t r = 0; r < 2; r++)
        for (size_t i = 0; i < table_of(roles[r])->count; i++)
            if (!is_found(roles[r], &table_of(roles[r])->rows[i], 0, 0))
                describe(&table_of(roles[r])->rows[i], "no facts lead here");
}

/* ---- searches: which states are reached over the rows that a test lets stand ---------------- */

typedef bool (*keep_fn)(enum xfed_role role, const struct xfed_row *row);

static void reach(enum xfed_role role, keep_fn keep, bool reached[XFED_STATE_COUNT])
{
    const struct xfed_table *table = table_of(role);
    bool moved = true;

    memset(reached, 0, XFED_STATE_COUNT * sizeof(reached[0]));
    reached[role == XFED_INITIATOR ? XFED_STATE_I_HEADER : XFED_STATE_R_HEADER] = true;
    while (moved) {
        moved = false;
        for (size_t i = 0; i < table->count; i++) {
            const struct xfed_row *row = &table->rows[i];

            if (!reached[row->state] || reached[row->next] || !keep(role, row))
                continue;
            reached[row->next] = true;
            moved = true;
        }
    }
}

static bool keep_all(enum xfed_role role, const struct xfed_row *row)
{
    (void)role;
    (void)row;
    return true;
}

static void test_every_state_is_reached_and_left(void **state)
{
    (void)state;
    for (size_t r = 0; r < 2; r++) {
        bool reached[XFED_STATE_COUNT];

        reach(roles[r], keep_all, reached);
        for (unsigned s = 0; s < XFED_STATE_COUNT; s++) {
            bool closes = false;

            if (s == XFED_STATE_CLOSED || !belongs(roles[r], s))
                continue;
            if (!reached[s])
                fail_msg("%s is never reached", xfed_state_name(s));
            for (size_t i = 0; i < table_of(roles[r])->count; i++) {
                const struct xfed_row *row = &table_of(roles[r])->rows[i];

                closes = closes || (row->state == s && row->next != s);
            }
            if (!closes)
                fail_msg("%s has no exit", xfed_state_name(s));
        }
    }
}

static void test_closed_is_the_end(void **state)
{
    (void)state;
    for (size_t r = 0; r < 2; r++)
        for (size_t i = 0; i < table_of(roles[r])->count; i++)
            if (table_of(roles[r])->rows[i].state == XFED_STATE_CLOSED)
                describe(&table_of(roles[r])->rows[i], "leaves CLOSED");
}

/* All rows but those in which a peer is proved, or proves us. */
static bool keep_unproved(enum xfed_role role, const struct xfed_row *row)
{
    const unsigned verdict =
        FACT(PAIR_OURS) | FACT(DIALBACK_OPEN) | FACT(PARTNER_LISTED) | FACT(TARGET_HOSTED);
    const unsigned sasl = FACT(SASL_OPEN) | (role == XFED_RECEIVER ? FACT(PARTNER_LISTED) : 0u);
    const unsigned valid = FACT(PAIR_OURS) | FACT(DIALBACK_OPEN);

    switch (row->event) {
    case XFED_EVENT_DB_VALID:
        return (row->need & valid) != valid;
    case XFED_EVENT_SASL_DONE:
        return (row->need & sasl) != sasl;
    case XFED_EVENT_CHECK_VALID:
        return (row->need & verdict) != verdict;
    case XFED_EVENT_DB_RESULT: /* proved by the certificate (XEP-0344) */
        return (row->need & FACT(SASL_OPEN)) == 0;
    default:
        return true;
    }
}

static void test_nothing_is_up_without_proof(void **state)
{
    bool reached[XFED_STATE_COUNT];

    (void)state;
    reach(XFED_INITIATOR, keep_unproved, reached);
    assert_false(reached[XFED_STATE_I_UP]);
    assert_false(reached[XFED_STATE_I_ENABLE]);
    assert_false(reached[XFED_STATE_I_RESUME]);
    assert_true(reached[XFED_STATE_I_AUTH]);
    assert_true(reached[XFED_STATE_I_DIALBACK]);
    reach(XFED_RECEIVER, keep_unproved, reached);
    assert_false(reached[XFED_STATE_R_UP]);
    assert_true(reached[XFED_STATE_R_AUTH]);
    assert_true(reached[XFED_STATE_R_TLS_OPEN]);
}

static bool is_before_tls(unsigned state)
{
    return state == XFED_STATE_I_HEADER || state == XFED_STATE_I_FEATURES ||
           state == XFED_STATE_I_PROCEED || state == XFED_STATE_R_HEADER ||
           state == XFED_STATE_R_OPEN;
}

/*
 * A record without dialback on TCP: TLS_REQUIRED holds all the time, and as long as TLS is off
 * DIALBACK_OPEN does not, for both are said by the same method of the record (facts.c).
 */
static bool keep_tls_required(enum xfed_role role, const struct xfed_row *row)
{
    unsigned not = is_before_tls(row->state) ? FACT(DIALBACK_OPEN) : 0u;

    return row->event != XFED_EVENT_TLS_UP && is_found(role, row, FACT(TLS_REQUIRED), not );
}

static void test_required_tls_is_not_passed_by(void **state)
{
    bool reached[XFED_STATE_COUNT];

    (void)state;
    reach(XFED_INITIATOR, keep_tls_required, reached);
    assert_true(reached[XFED_STATE_I_TLS]);
    assert_false(reached[XFED_STATE_I_UP]);
    assert_false(reached[XFED_STATE_I_VERIFY]);
    assert_false(reached[XFED_STATE_I_DIALBACK]);
    reach(XFED_RECEIVER, keep_tls_required, reached);
    assert_true(reached[XFED_STATE_R_TLS]);
    assert_false(reached[XFED_STATE_R_UP]);
}

/* Direct TLS is decided before the first header, and nothing leads from TLS to a plain stream. */
static void test_direct_tls(void **state)
{
    size_t started = 0;

    (void)state;
    for (size_t r = 0; r < 2; r++)
        for (size_t i = 0; i < table_of(roles[r])->count; i++) {
            const struct xfed_row *row = &table_of(roles[r])->rows[i];
            bool starts = row->action == XFED_ACTION_start_direct_tls;
            unsigned first = r == 0 ? XFED_STATE_I_HEADER : XFED_STATE_R_HEADER;
            unsigned tls = r == 0 ? XFED_STATE_I_TLS : XFED_STATE_R_TLS;

            started += starts;
            if (starts && (row->event != XFED_EVENT_DIRECT_TLS || row->state != first ||
                           row->next != tls || !(row->need & FACT(TLS_USABLE))))
                describe(row, "not how direct TLS begins");
            if (row->event == XFED_EVENT_DIRECT_TLS && !starts && row->next != XFED_STATE_CLOSED)
                describe(row, "goes on without TLS");
            if (!is_before_tls(row->state) && is_before_tls(row->next))
                describe(row, "leaves TLS");
            if (row->state == tls && row->next != tls && row->next != XFED_STATE_CLOSED &&
                row->event != XFED_EVENT_TLS_UP)
                describe(row, "goes on before the handshake is done");
        }
    assert_int_equal(started, 2);
}

static bool keep_no_tls(enum xfed_role role, const struct xfed_row *row)
{
    (void)role;
    return row->event != XFED_EVENT_TLS_UP;
}

/* SASL happens inside TLS, whatever the record says (RFC 6120 6.3.4, XEP-0178). */
static void test_sasl_is_inside_tls(void **state)
{
    bool reached[XFED_STATE_COUNT];

    (void)state;
    reach(XFED_INITIATOR, keep_no_tls, reached);
    assert_false(reached[XFED_STATE_I_AUTH]);
    reach(XFED_RECEIVER, keep_no_tls, reached);
    assert_false(reached[XFED_STATE_R_AUTH]);
    for (size_t i = 0; i < xfed_table_receiver.count; i++) {
        const struct xfed_row *row = &xfed_table_receiver.rows[i];

        if (row->event == XFED_EVENT_AUTH && reached[row->state])
            describe(row, "<auth/> without TLS");
    }
}

static bool keep_no_sasl(enum xfed_role role, const struct xfed_row *row)
{
    return is_found(role, row, 0, FACT(SASL_OPEN));
}

/*
 * Evidence about a certificate opens EXTERNAL or nothing: who is not proved by it comes no nearer
 * to SASL than without a wait. The wait is one, inside TLS, and ends by the host's answer alone.
 */
static void test_evidence(void **state)
{
    bool reached[XFED_STATE_COUNT];

    (void)state;
    reach(XFED_RECEIVER, keep_no_sasl, reached);
    assert_true(reached[XFED_STATE_R_TLS_EVIDENCE]);
    assert_true(reached[XFED_STATE_R_TLS_OPEN]);
    assert_false(reached[XFED_STATE_R_AUTH]);
    for (size_t i = 0; i < xfed_table_receiver.count; i++) {
        const struct xfed_row *row = &xfed_table_receiver.rows[i];
        bool waits = row->state == XFED_STATE_R_TLS_EVIDENCE;

        if (row->next == XFED_STATE_R_TLS_EVIDENCE && !waits &&
            (row->state != XFED_STATE_R_TLS_HEADER || row->action != XFED_ACTION_ask_evidence ||
             !(row->need & FACT(EVIDENCE_WANTED))))
            describe(row, "waits for nothing");
        if (waits && row->next != row->state && row->event != XFED_EVENT_EVIDENCE_KNOWN)
            describe(row, "goes on without the answer");
        if (waits && row->next != row->state && row->next != XFED_STATE_R_TLS_OPEN &&
            row->next != XFED_STATE_CLOSED)
            describe(row, "may come back");
        if (row->event == XFED_EVENT_EVIDENCE_KNOWN && row->next != XFED_STATE_CLOSED &&
            !(row->need & (FACT(SASL_OPEN) | FACT(DIALBACK_OPEN))))
            describe(row, "goes on without a method");
    }
    for (size_t i = 0; i < xfed_table_initiator.count; i++)
        if (xfed_table_initiator.rows[i].event == XFED_EVENT_EVIDENCE_KNOWN)
            describe(&xfed_table_initiator.rows[i], "who dials asks before");
}

/* ---- where the actions that matter may stand ------------------------------------------------ */

static void test_stanzas(void **state)
{
    (void)state;
    for (size_t r = 0; r < 2; r++)
        for (size_t i = 0; i < table_of(roles[r])->count; i++) {
            const struct xfed_row *row = &table_of(roles[r])->rows[i];
            bool passes = row->action == XFED_ACTION_pass_stanza;

            unsigned proof = FACT(PAIR_PROVED) | (r == 0 ? FACT(BIDI_OPEN) : 0u);
            bool up = r == 0 ? row->state == XFED_STATE_I_UP || row->state == XFED_STATE_I_ENABLE ||
                                   row->state == XFED_STATE_I_RESUME
                             : row->state == XFED_STATE_R_UP;

            /* On a stream of ours also for the way back, that is by the peer's certificate. */
            if (passes && (!up || row->event != XFED_EVENT_STANZA || (row->need & proof) != proof))
                describe(row, "a stanza without proof");
            if (row->event == XFED_EVENT_STANZA && !passes && row->next != XFED_STATE_CLOSED)
                describe(row, "a stanza that is swallowed");
        }
}

/* <bidi/> is sent and taken inside TLS, before a method and for no other purpose (XEP-0288 2.2). */
static void test_both_ways(void **state)
{
    size_t found = 0;

    (void)state;
    for (size_t r = 0; r < 2; r++)
        for (size_t i = 0; i < table_of(roles[r])->count; i++) {
            const struct xfed_row *row = &table_of(roles[r])->rows[i];
            bool sends = row->action == XFED_ACTION_send_bidi;
            bool takes = row->action == XFED_ACTION_note_bidi;

            found += sends || takes;
            if (sends && (row->state != XFED_STATE_I_TLS_FEATURES || row->next != row->state ||
                          !(row->need & FACT(BIDI_OPEN)) || !(row->bar & FACT(VERIFY_ONLY))))
                describe(row, "not where we may ask");
            if (takes && (row->state != XFED_STATE_R_TLS_OPEN || row->next != row->state ||
                          row->event != XFED_EVENT_BIDI || !(row->need & FACT(BIDI_OPEN))))
                describe(row, "not where the peer may ask");
            if (row->event == XFED_EVENT_BIDI && !takes)
                describe(row, "asked for elsewhere");
        }
    assert_int_equal(found, 3);
}

static void test_announcements(void **state)
{
    static const struct {
        unsigned action;
        unsigned events[3];
    } rows[] = {
        {XFED_ACTION_announce_up, {XFED_EVENT_FEATURES, XFED_EVENT_DB_VALID, XFED_EVENT_SM_FAILED}},
        {XFED_ACTION_acks_up, {XFED_EVENT_SM_ENABLED}},
        {XFED_ACTION_resumed_up, {XFED_EVENT_SM_RESUMED}},
        {XFED_ACTION_answer_header_up, {XFED_EVENT_HEADER, XFED_EVENT_HEADER}},
        {XFED_ACTION_answer_db_valid, {XFED_EVENT_CHECK_VALID, XFED_EVENT_CHECK_VALID}},
        {XFED_ACTION_answer_db_proved, {XFED_EVENT_DB_RESULT, XFED_EVENT_DB_RESULT}},
        {XFED_ACTION_announce_pair, {XFED_EVENT_DB_VALID, XFED_EVENT_DB_VALID}},
        {XFED_ACTION_announce_verify, {XFED_EVENT_FEATURES, XFED_EVENT_FEATURES}},
        {XFED_ACTION_send_success, {XFED_EVENT_SASL_DONE, XFED_EVENT_SASL_DONE}},
    };

    (void)state;
    for (size_t r = 0; r < 2; r++)
        for (size_t i = 0; i < table_of(roles[r])->count; i++) {
            const struct xfed_row *row = &table_of(roles[r])->rows[i];

            for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
                if (row->action == rows[k].action && row->event != rows[k].events[0] &&
                    row->event != rows[k].events[1] && row->event != rows[k].events[2])
                    describe(row, "not on this event");
            /* Who enters a state that is up tells the host, and who tells is up. */
            if ((row->next == XFED_STATE_I_UP || row->next == XFED_STATE_R_UP) &&
                row->state != row->next && row->action != XFED_ACTION_announce_up &&
                row->action != XFED_ACTION_answer_header_up && row->action != XFED_ACTION_acks_up &&
                row->action != XFED_ACTION_resumed_up &&
                row->action != XFED_ACTION_answer_db_valid &&
                row->action != XFED_ACTION_answer_db_proved)
                describe(row, "up without a word");
        }
}

/* ---- the tables as they were reviewed -------------------------------------------------------- */

static void compare(enum xfed_role role, const char *file)
{
    const char *folder = getenv("TEST_EXPECTED");
    struct text now = {0};
    char path[1024];
    char *expected;
    size_t len;
    FILE *f;

    assert_non_null(folder);
    render_table(&now, role);
    snprintf(path, sizeof(path), "%s/%s.txt", folder, file);
    f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s", path);
    expected = calloc(1, now.len * 2 + 1);
    assert_non_null(expected);
    len = fread(expected, 1, now.len * 2, f);
    fclose(f);
    if (len != now.len || memcmp(expected, now.data, len) != 0)
        fail_msg("the table has changed; if that was meant, review it and run: "
                 "print_states %s > tests/table/expected/%s.txt",
                 file, file);
    free(expected);
    free(now.data);
}

static void test_tables_as_reviewed(void **state)
{
    (void)state;
    compare(XFED_INITIATOR, "initiator");
    compare(XFED_RECEIVER, "receiver");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_product),
        cmocka_unit_test(test_refusals_tell_the_peer),
        cmocka_unit_test(test_no_row_is_dead),
        cmocka_unit_test(test_every_state_is_reached_and_left),
        cmocka_unit_test(test_closed_is_the_end),
        cmocka_unit_test(test_nothing_is_up_without_proof),
        cmocka_unit_test(test_required_tls_is_not_passed_by),
        cmocka_unit_test(test_direct_tls),
        cmocka_unit_test(test_sasl_is_inside_tls),
        cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_stanzas),
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_announcements),
        cmocka_unit_test(test_tables_as_reviewed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
