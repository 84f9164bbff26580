/*
 * test_matrix.c - every pair of records, certificate and way to connect, against the oracle.
 *
 * Without arguments a sample is played, --full plays all, --write writes the oracle's answers into
 * TEST_EXPECTED and plays nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xmppfed/error.h>

#include "grids.h"
#include "play.h"

enum {
    QUESTIONS = ORACLE_CERTIFICATES * 2 * 2 * ORACLE_EKUS * ORACLE_DANE_RULES * 2 * ORACLE_ROWS *
                ORACLE_ROWS,
    SAMPLE_STEP = 53, /* of the questions that are no corner one in so many is played */
    SHOWN = 20,       /* disagreements with their words */
    FILE_MAX = 64 * 1024
};

static bool full;

static struct oracle_question question(unsigned index)
{
    struct oracle_question q;

    q.peer_row = index % ORACLE_ROWS + 1;
    index /= ORACLE_ROWS;
    q.our_row = index % ORACLE_ROWS + 1;
    index /= ORACLE_ROWS;
    q.strict = index % 2 == 1;
    index /= 2;
    q.dane = (enum oracle_dane)(index % ORACLE_DANE_RULES);
    index /= ORACLE_DANE_RULES;
    q.eku = (enum oracle_eku)(index % ORACLE_EKUS);
    index /= ORACLE_EKUS;
    q.direct = index % 2 == 1;
    index /= 2;
    q.peer_dials = index % 2 == 1;
    q.certificate = (enum oracle_certificate)(index / 2);
    return q;
}

/* The records that most people have: row 7 meets one with all methods and one with plain dialback.
 */
static bool is_corner(const struct oracle_question *q)
{
    return q->our_row == 7 && (q->peer_row == 9 || q->peer_row == 17);
}

static bool is_played(unsigned index, const struct oracle_question *q)
{
    /* A step prime to the size of every axis meets each of its values. */
    return full || is_corner(q) || index % SAMPLE_STEP == 0;
}

static void show(const struct oracle_question *q, const struct oracle_answer *expected,
                 const struct played *got)
{
    char setting[128];

    grids_setting(q, setting, sizeof(setting));
    print_error("%s, %s, row %u to row %u: outcome %d (%s), %s, not '%c' (%s) by %s; %s\n",
                grids_certificate(q->certificate), setting, q->our_row, q->peer_row,
                (int)got->outcome, got->wire, got->looked_up ? "looked up" : "not looked up",
                expected->letter, expected->wire, expected->clause, got->fault);
}

/* Whether the play and the oracle agree, to the error on the wire. */
static bool agrees(const struct oracle_question *q, const struct oracle_answer *expected,
                   const struct played *got)
{
    return got->looked_up == oracle_looks_up(q) && got->outcome == expected->outcome &&
           strcmp(got->wire, expected->wire) == 0 && !got->fault[0];
}

static void test_product(void **state)
{
    unsigned played = 0, disagreements = 0;
    struct stage *stage = stage_open();

    (void)state;
    for (unsigned i = 0; i < QUESTIONS; i++) {
        struct oracle_question q = question(i);
        const struct oracle_answer *expected = oracle_ask(&q);
        struct played got;

        if (oracle_record(q.our_row, q.strict, q.dane) ||
            oracle_record(q.peer_row, false, ORACLE_DANE_OPPORTUNISTIC))
            continue; /* test_records has those */
        if (!is_played(i, &q))
            continue;
        stage_play(stage, &q, &got);
        played++;
        if (!agrees(&q, expected, &got) && disagreements++ < SHOWN)
            show(&q, expected, &got);
    }
    stage_close(stage);
    print_message("# %u questions played, %u disagreements\n", played, disagreements);
    assert_true(played > 0);
    assert_int_equal(disagreements, 0);
}

static int error_of(const struct oracle_answer *why)
{
    if (!why)
        return 0;
    if (why->outcome == ORACLE_RECORD_E1)
        return XMPPFED_ERR_POLICY_RECORD_E1;
    return why->outcome == ORACLE_RECORD_E2 ? XMPPFED_ERR_POLICY_RECORD_E2
                                            : XMPPFED_ERR_POLICY_RECORD;
}

/* Which records a policy may hold, and what it says of the others. */
static void test_records(void **state)
{
    struct stage *stage = stage_open();

    (void)state;
    for (unsigned i = 0; i < 2 * ORACLE_DANE_RULES * ORACLE_ROWS; i++) {
        unsigned row = i % ORACLE_ROWS + 1;
        enum oracle_dane dane = (enum oracle_dane)(i / ORACLE_ROWS % ORACLE_DANE_RULES);
        bool strict = i / ORACLE_ROWS / ORACLE_DANE_RULES == 1;
        int expected = error_of(oracle_record(row, strict, dane));
        int got = stage_record(stage, row, strict, dane);

        if (got != expected)
            fail_msg("row %u, %s, dane rule %d: %s, not %s", row,
                     strict ? "strict" : "as documented", (int)dane, xmppfed_error_name(got),
                     xmppfed_error_name(expected));
    }
    stage_close(stage);
}

static FILE *open_expected(unsigned certificate, const char *mode)
{
    const char *folder = getenv("TEST_EXPECTED");
    char path[1024];
    FILE *f;

    if (!folder)
        fail_msg("the environment lacks TEST_EXPECTED");
    snprintf(path, sizeof(path), "%s/%s.txt", folder,
             grids_certificate((enum oracle_certificate)certificate));
    f = fopen(path, mode);
    if (!f)
        fail_msg("cannot open %s", path);
    return f;
}

/* The committed grids are the oracle's; after a change to it: test_matrix --write. */
static void test_grids(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ORACLE_CERTIFICATES; i++) {
        char *text = grids_text((enum oracle_certificate)i);
        char *committed = calloc(1, FILE_MAX);
        FILE *f = open_expected(i, "rb");

        assert_non_null(committed);
        assert_true(fread(committed, 1, FILE_MAX - 1, f) > 0);
        fclose(f);
        if (strcmp(text, committed) != 0)
            fail_msg("%s.txt is not what the oracle says: test_matrix --write, and read the diff",
                     grids_certificate((enum oracle_certificate)i));
        free(text);
        free(committed);
    }
}

static void write_grids(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ORACLE_CERTIFICATES; i++) {
        char *text = grids_text((enum oracle_certificate)i);
        FILE *f = open_expected(i, "wb");

        assert_int_equal(fputs(text, f) < 0, 0);
        assert_int_equal(fclose(f), 0);
        free(text);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_grids),
        cmocka_unit_test(test_product),
    };
    const struct CMUnitTest writing[] = {cmocka_unit_test(write_grids)};

    full = argc > 1 && strcmp(argv[1], "--full") == 0;
    if (argc > 1 && strcmp(argv[1], "--write") == 0)
        return cmocka_run_group_tests(writing, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
