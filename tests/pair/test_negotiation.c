/* test_negotiation.c - two connections negotiate in memory, with real TLS and SASL. */
#include "ends.h"

#include "dialback/key.h"

#define S XMPPFED_METHOD_EXTERNAL
#define TLS_DB XMPPFED_METHOD_DIALBACK_TLS
#define TCP_DB XMPPFED_METHOD_DIALBACK_TCP

/* ---- the way of RFC 6120: STARTTLS, then EXTERNAL -------------------------------------------- */

static void check_external(struct ends *s)
{
    const struct seen_event *up = seen_find(&s->pair.at_receiver, XMPPFED_EVENT_STREAM_UP);
    const struct seen_event *stanza;

    assert_int_equal(seen_proof(&s->pair.at_initiator), XMPPFED_PROOF_PKIX);
    assert_int_equal(seen_proof(&s->pair.at_receiver), XMPPFED_PROOF_PKIX);
    assert_string_equal(up->local, FABRIKAM);
    assert_string_equal(up->remote, CONTOSO);
    assert_int_equal(up->direction, XMPPFED_INBOUND);
    assert_int_equal(ends_send(s, "romeo@" CONTOSO "/x", "juliet@" FABRIKAM, NULL), 0);
    stream_pair_run(&s->pair);
    stanza = seen_find(&s->pair.at_receiver, XMPPFED_EVENT_STANZA);
    assert_non_null(stanza);
    assert_string_equal(stanza->body, "Wherefore art thou?");
    assert_string_equal(stanza->remote, CONTOSO);
    assert_memory_equal(&stanza->proof, &up->proof, sizeof(up->proof));
    xmppfed_connection_close(s->pair.initiator, 0, NULL);
    stream_pair_run(&s->pair);
    assert_int_equal(seen_down_code(&s->pair.at_initiator), 0);
    assert_int_equal(seen_down_code(&s->pair.at_receiver), 0);
}

static void run_external(enum carry carry, size_t cut, uint64_t seed, size_t ret_carried[2])
{
    struct ends s;

    ends_init_rows(&s, "contoso", 8, "fabrikam", 8);
    s.pair.carry = carry;
    s.pair.cut = cut;
    s.pair.seed = seed;
    ends_dial(&s, false);
    if (seen_proof(&s.pair.at_receiver) != XMPPFED_PROOF_PKIX)
        fail_msg("carried by %d, cut at %zu, seed %u: not up", (int)carry, cut, (unsigned)seed);
    check_external(&s);
    memcpy(ret_carried, s.pair.carried, sizeof(s.pair.carried));
    ends_fini(&s);
}

static void test_external(void **state)
{
    size_t carried[2];

    (void)state;
    run_external(CARRY_WHOLE, 0, 0, carried);
    assert_true(carried[0] > 1000);
    run_external(CARRY_BYTES, 0, 0, carried);
}

/* The plaintext part, header to <proceed/>, cut at every offset and some way into TLS. */
static void test_external_cut_anywhere(void **state)
{
    enum { PLAINTEXT_AND_MORE = 600 };
    size_t carried[2];

    (void)state;
    for (size_t cut = 1; cut < PLAINTEXT_AND_MORE; cut++)
        run_external(CARRY_CUT, cut, 0, carried);
}

static void test_external_in_random_pieces(void **state)
{
    size_t carried[2];

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++)
        run_external(CARRY_RANDOM, 0, seed, carried);
}

static void test_proof_contents(void **state)
{
    const struct seen_event *up;
    struct ends s;

    (void)state;
    ends_init_and_dial(&s, 7);
    up = seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_UP);
    assert_string_equal(up->proof.tls_version, "TLS1.3");
    assert_true(up->proof.cipher[0] != '\0');
    assert_true(up->proof.has_certificate);
    assert_int_equal(up->proof.proved_at, 1000);
    assert_memory_not_equal(up->proof.fingerprint, (uint8_t[32]){0}, 32);
    assert_memory_not_equal(
        up->proof.fingerprint,
        seen_find(&s.pair.at_initiator, XMPPFED_EVENT_STREAM_UP)->proof.fingerprint, 32);
    ends_fini(&s);
    ends_init_and_dial(&s, 17);
    up = seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_UP);
    assert_int_equal(up->proof.kind, XMPPFED_PROOF_DIALBACK_TCP);
    assert_string_equal(up->proof.tls_version, "");
    assert_false(up->proof.has_certificate);
    ends_fini(&s);
}

/* ---- the matrix against itself --------------------------------------------------------------- */

/* The documented rows: which methods prove a partner, and whether TLS is spoken at all. */
static const struct matrix_row {
    unsigned number;
    unsigned methods;
    bool no_tls;
} matrix[] = {
    {1, S, false},
    {2, S, false},
    {3, S | TLS_DB | TCP_DB, false},
    {4, S, false},
    {5, TCP_DB, true},
    {7, S | TLS_DB, false},
    {8, S, false},
    {9, S | TLS_DB | TCP_DB, false},
    {10, S, false},
    {11, TCP_DB, true},
    {13, TLS_DB, false},
    {15, TLS_DB | TCP_DB, false},
    {17, TCP_DB, true},
};

enum { ROWS = sizeof(matrix) / sizeof(matrix[0]) };

/*
 * What the standards make of two records, with good certificates: TLS if both speak it (RFC 6120
 * 5.3.1), then EXTERNAL if both allow it (XEP-0178), else dialback if both allow it on the stream
 * as it is (XEP-0220), else nothing.
 */
static int oracle(const struct matrix_row *ours, const struct matrix_row *theirs)
{
    unsigned both = ours->methods & theirs->methods;

    if (ours->no_tls || theirs->no_tls)
        return both & TCP_DB ? XMPPFED_PROOF_DIALBACK_TCP : 0;
    if (both & S)
        return XMPPFED_PROOF_PKIX;
    return both & TLS_DB ? XMPPFED_PROOF_DIALBACK_TLS : 0;
}

static void test_matrix(void **state)
{
    (void)state;
    for (size_t i = 0; i < (size_t)ROWS * ROWS; i++) {
        const struct matrix_row *ours = &matrix[i / ROWS];
        const struct matrix_row *theirs = &matrix[i % ROWS];
        int expected = oracle(ours, theirs);
        struct ends s;

        ends_init_rows(&s, "contoso", ours->number, "fabrikam", theirs->number);
        ends_dial(&s, false);
        if (seen_proof(&s.pair.at_initiator) != expected ||
            seen_proof(&s.pair.at_receiver) != expected)
            fail_msg("row %u to row %u: %s and %s, not %s", ours->number, theirs->number,
                     xmppfed_proof_name(seen_proof(&s.pair.at_initiator)),
                     xmppfed_proof_name(seen_proof(&s.pair.at_receiver)),
                     xmppfed_proof_name(expected));
        if (expected == 0 &&
            (seen_down_code(&s.pair.at_initiator) >= 0 ||
             ends_send(&s, "a@" CONTOSO, "b@" FABRIKAM, NULL) != XMPPFED_ERR_STATE))
            fail_msg("row %u to row %u: not closed", ours->number, theirs->number);
        if (expected != 0) {
            assert_int_equal(ends_send(&s, "a@" CONTOSO, "b@" FABRIKAM, NULL), 0);
            stream_pair_run(&s.pair);
            assert_int_equal(seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STANZA)->proof.kind,
                             expected);
        }
        ends_fini(&s);
    }
}

/* ---- dialback -------------------------------------------------------------------------------- */

static void test_wrong_key(void **state)
{
    struct ends s;

    (void)state;
    ends_init_rows(&s, "contoso", 13, "fabrikam", 13);
    s.pair.keep_checks = true;
    ends_dial(&s, false);
    assert_non_null(seen_find(&s.pair.at_receiver, XMPPFED_EVENT_DIALBACK_CHECK));
    assert_int_equal(xmppfed_connection_checked(s.pair.receiver, FABRIKAM, CONTOSO,
                                                XMPPFED_ERR_DIALBACK_INVALID, NULL),
                     0);
    stream_pair_run(&s.pair);
    assert_int_equal(seen_proof(&s.pair.at_initiator), 0);
    assert_int_equal(seen_proof(&s.pair.at_receiver), 0);
    assert_int_equal(seen_down_code(&s.pair.at_initiator), XMPPFED_ERR_DIALBACK_INVALID);
    assert_int_equal(seen_down_code(&s.pair.at_receiver), XMPPFED_ERR_DIALBACK_INVALID);
    ends_fini(&s);
}

/* The authoritative server's part, over a stream that is there for nothing else. */
static void test_verification_stream(void **state)
{
    static const unsigned rows[] = {7, 13, 17};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char key[XFED_DIALBACK_KEY_SIZE];
        const struct seen_event *answer;
        struct ends s;

        ends_init_rows(&s, "contoso", rows[i], "fabrikam", rows[i]);
        stream_pair_start(&s.pair, s.ctx, s.contoso, s.fabrikam, XMPPFED_PURPOSE_VERIFY);
        assert_int_equal(xmppfed_connection_verify(s.pair.initiator, CONTOSO, FABRIKAM, "i", "k"),
                         XMPPFED_ERR_STATE);
        stream_pair_run(&s.pair);
        assert_non_null(seen_find(&s.pair.at_initiator, XMPPFED_EVENT_CAN_VERIFY));
        assert_int_equal(ends_send(&s, "a@" CONTOSO, "b@" FABRIKAM, NULL), XMPPFED_ERR_STATE);
        assert_int_equal(xfed_dialback_key_make(s.ctx, xfed_site_secret(s.fabrikam), CONTOSO,
                                                FABRIKAM, "i1", key),
                         0);
        assert_int_equal(xmppfed_connection_verify(s.pair.initiator, CONTOSO, FABRIKAM, "i1", key),
                         0);
        stream_pair_run(&s.pair);
        answer = seen_find(&s.pair.at_initiator, XMPPFED_EVENT_DIALBACK_ANSWER);
        assert_int_equal(answer->code, 0);
        assert_string_equal(answer->id, "i1");
        assert_string_equal(answer->remote, FABRIKAM);
        assert_int_equal(xmppfed_connection_verify(s.pair.initiator, CONTOSO, FABRIKAM, "i2", key),
                         0);
        stream_pair_run(&s.pair);
        answer = seen_find(&s.pair.at_initiator, XMPPFED_EVENT_DIALBACK_ANSWER);
        assert_int_equal(answer->code, XMPPFED_ERR_DIALBACK_INVALID);
        assert_string_equal(answer->id, "i2");
        ends_fini(&s);
    }
}

/* ---- the end of stanzas and streams ---------------------------------------------------------- */

static void test_marks(void **state)
{
    static const unsigned rows[] = {8, 17};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t first, second;
        struct ends s;
        xmppfed_slice out;

        ends_init_and_dial(&s, rows[i]);
        assert_int_equal(ends_send(&s, "a@" CONTOSO, "b@" FABRIKAM, &first), 0);
        (void)xmppfed_connection_output(s.pair.initiator);
        assert_int_equal(ends_send(&s, "a@" CONTOSO, "b@" FABRIKAM, &second), 0);
        assert_true(xmppfed_connection_acked(s.pair.initiator) < first);
        assert_true(first < second);
        /* One byte short of all. */
        while ((out = xmppfed_connection_output(s.pair.initiator)).len > 1)
            xmppfed_connection_sent(s.pair.initiator, out.len - 1);
        assert_true(xmppfed_connection_acked(s.pair.initiator) < second);
        xmppfed_connection_sent(s.pair.initiator, 1);
        assert_true(xmppfed_connection_acked(s.pair.initiator) >= second);
        ends_fini(&s);
    }
}

/* More records than the ring holds: nothing is lost, neither stanzas nor the closing tag. */
static void test_close_with_much_waiting(void **state)
{
    enum { STANZAS = 100 };
    size_t count = 0;
    struct ends s;

    (void)state;
    ends_init_and_dial(&s, 8);
    for (int i = 0; i < STANZAS; i++) {
        assert_int_equal(ends_send(&s, "a@" CONTOSO, "b@" FABRIKAM, NULL), 0);
        (void)xmppfed_connection_output(s.pair.initiator); /* a record of its own */
    }
    xmppfed_connection_close(s.pair.initiator, 0, NULL);
    for (bool moved = true; moved;) {
        xmppfed_slice out = xmppfed_connection_output(s.pair.initiator);
        struct seen seen = {0};

        moved = out.len > 0;
        if (moved && xmppfed_connection_feed(s.pair.receiver, out.data, out.len / 20 + 1) == 0)
            xmppfed_connection_sent(s.pair.initiator, out.len / 20 + 1);
        else if (moved)
            xmppfed_connection_sent(s.pair.initiator, out.len);
        stream_pair_take(&s.pair, s.pair.receiver, &seen);
        for (size_t i = 0; i < seen.count; i++)
            count += seen.events[i].kind == XMPPFED_EVENT_STANZA;
        if (seen_find(&seen, XMPPFED_EVENT_STREAM_DOWN))
            s.pair.at_receiver = seen;
    }
    assert_int_equal(count, STANZAS);
    assert_int_equal(seen_down_code(&s.pair.at_receiver), 0);
    ends_fini(&s);
}

static void test_transport_closed(void **state)
{
    struct ends s;

    (void)state;
    ends_init_and_dial(&s, 8);
    xmppfed_connection_transport_closed(s.pair.receiver);
    stream_pair_take(&s.pair, s.pair.receiver, &s.pair.at_receiver);
    assert_int_equal(seen_down_code(&s.pair.at_receiver), XMPPFED_ERR_STREAM_CLOSED);
    s.pair.at_receiver.count = 0;
    stream_pair_take(&s.pair, s.pair.receiver, &s.pair.at_receiver);
    assert_int_equal(s.pair.at_receiver.count, 0);
    assert_int_equal(xmppfed_connection_feed(s.pair.receiver, "x", 1), XMPPFED_ERR_STREAM_CLOSED);
    ends_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_external),
        cmocka_unit_test(test_external_cut_anywhere),
        cmocka_unit_test(test_external_in_random_pieces),
        cmocka_unit_test(test_proof_contents),
        cmocka_unit_test(test_matrix),
        cmocka_unit_test(test_wrong_key),
        cmocka_unit_test(test_verification_stream),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_close_with_much_waiting),
        cmocka_unit_test(test_transport_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
