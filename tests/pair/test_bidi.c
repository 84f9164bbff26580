/* test_bidi.c - streams that carry stanzas both ways (XEP-0288): who may, which way, and the end.
 */
#include "ends.h"
#include "scene.h"

#include "support/parse_xml.h"

/* ---- two connections ------------------------------------------------------------------------- */

/* contoso dials fabrikam, which has this certificate; dialback is open to both. */
static void open_ends(struct ends *e, const char *fabrikam_cert, enum carry carry, size_t cut)
{
    ends_init(e, "contoso", (struct test_partner){0}, fabrikam_cert, (struct test_partner){0});
    e->pair.carry = carry;
    e->pair.cut = cut;
    ends_dial(e, false);
}

/* What the receiver's call says of a message to the initiator's side. */
static int answer(struct ends *e)
{
    xmppfed_element *m = test_parse(e->ctx, "<message from='bob@" FABRIKAM "' to='alice@" CONTOSO
                                            "'><body>hi</body></message>");
    int rc = xmppfed_connection_send(e->pair.receiver, m, NULL);

    xmppfed_element_free(m);
    stream_pair_run(&e->pair);
    return rc;
}

static void expect_answer(struct ends *e, const char *name)
{
    const struct seen_event *got;

    assert_int_equal(answer(e), 0);
    got = seen_find(&e->pair.at_initiator, XMPPFED_EVENT_STANZA);
    if (!got)
        fail_msg("%s: nothing came", name);
    assert_int_equal(got->direction, XMPPFED_INBOUND);
    assert_int_equal(got->proof.kind, XMPPFED_PROOF_PKIX);
    assert_string_equal(got->remote, FABRIKAM);
    assert_string_equal(got->local, CONTOSO);
    assert_string_equal(got->body, "hi");
}

static void test_both_ways(void **state)
{
    size_t total;
    struct ends e;

    (void)state;
    open_ends(&e, "fabrikam", CARRY_WHOLE, 0);
    expect_answer(&e, "whole");
    total = e.pair.carried[0] > e.pair.carried[1] ? e.pair.carried[0] : e.pair.carried[1];
    ends_fini(&e);
    open_ends(&e, "fabrikam", CARRY_BYTES, 0);
    expect_answer(&e, "byte by byte");
    ends_fini(&e);
    for (size_t cut = 1; cut < total; cut += 37) {
        open_ends(&e, "fabrikam", CARRY_CUT, cut);
        expect_answer(&e, "cut");
        ends_fini(&e);
    }
}

/* Dialback proves us to the peer, and the peer to nobody: the stream stays one way. */
static void test_no_certificate_no_way_back(void **state)
{
    static const char *const certs[] = {"fabrikam-selfsigned", "fabrikam-wrongname",
                                        "fabrikam-expired", "fabrikam-unknownca"};

    (void)state;
    for (size_t i = 0; i < sizeof(certs) / sizeof(certs[0]); i++) {
        struct ends e;

        print_message("# %s\n", certs[i]);
        open_ends(&e, certs[i], CARRY_WHOLE, 0);
        assert_non_null(seen_find(&e.pair.at_initiator, XMPPFED_EVENT_STREAM_UP));
        assert_false(e.pair.initiator->negotiation.bidi);
        assert_int_equal(answer(&e), XMPPFED_ERR_STATE);
        ends_fini(&e);
    }
}

/* A peer that sends what it may not: its own code would not, so its bytes are put in directly. */
static void test_attacks_on_our_stream(void **state)
{
    static const struct {
        const char *name;
        const char *cert;
        const char *xml;
        int code;
    } rows[] = {
        {"not asked for", "fabrikam-selfsigned",
         "<message from='bob@" FABRIKAM "' to='alice@" CONTOSO "'/>",
         XMPPFED_ERR_STREAM_NOT_AUTHORIZED},
        {"another domain", "fabrikam", "<message from='eve@evil.example' to='alice@" CONTOSO "'/>",
         XMPPFED_ERR_STREAM_INVALID_FROM},
        {"to a domain that is not ours", "fabrikam",
         "<message from='bob@" FABRIKAM "' to='alice@evil.example'/>",
         XMPPFED_ERR_STREAM_INVALID_FROM},
        {"no address", "fabrikam", "<message from='bob@" FABRIKAM "'/>",
         XMPPFED_ERR_STREAM_ADDRESSING},
        {"asks itself", "fabrikam", "<bidi xmlns='urn:xmpp:bidi'/>", XMPPFED_ERR_STREAM_UNEXPECTED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct seen_event *down;
        struct ends e;

        print_message("# %s\n", rows[i].name);
        open_ends(&e, rows[i].cert, CARRY_WHOLE, 0);
        assert_int_equal(xfed_connection_write_raw(e.pair.receiver, rows[i].xml), 0);
        stream_pair_run(&e.pair);
        down = seen_find(&e.pair.at_initiator, XMPPFED_EVENT_STREAM_DOWN);
        assert_non_null(down);
        assert_int_equal(down->code, rows[i].code);
        assert_null(seen_find(&e.pair.at_initiator, XMPPFED_EVENT_STANZA));
        ends_fini(&e);
    }
}

/* ---- two federations ------------------------------------------------------------------------- */

/* What one side thinks of the other; bidi 0: the default. */
static void trust(struct scene *s, struct loop_side *side, enum scene_proof proof, int bidi)
{
    struct loop_side *other = side == s->contoso ? s->fabrikam : s->contoso;
    struct loop_partner partners[] = {
        scene_partner(other->domain, other->number, XMPPFED_PARTNER_FEDERATED, proof),
        {.domain = NULL}};

    partners[0].bidi = bidi;
    loop_policy(side, partners);
}

/* Bob writes to Alice. */
static void reply(struct scene *s, const char *body, uint64_t cookie)
{
    assert_int_equal(loop_send(s->fabrikam, loop_message(&s->loop, BOB, ALICE, body), cookie), 0);
}

/* How many streams a side has opened that came up. */
static size_t opened(const struct loop_side *s)
{
    const struct loop_event *up;
    size_t count = 0;

    for (size_t i = 0; (up = loop_event(s, XMPPFED_EVENT_STREAM_UP, i)) != NULL; i++)
        count += up->direction == XMPPFED_OUTBOUND;
    return count;
}

/* Who opens a stream of its own, by the proofs and by the records of the two. */
static void test_how_many_streams(void **state)
{
    static const struct {
        const char *name;
        enum scene_proof proof;
        int contoso, fabrikam; /* Bidi of their records */
        size_t by_fabrikam;    /* streams that it needs to answer */
    } rows[] = {
        {"a certificate", BY_EXTERNAL, 0, 0, 0},
        {"a certificate, any proof", BY_EXTERNAL, XMPPFED_BIDI_ANY_PROOF, XMPPFED_BIDI_ANY_PROOF,
         0},
        {"who dials does not want it", BY_EXTERNAL, XMPPFED_BIDI_NEVER, 0, 1},
        {"who is dialled does not want it", BY_EXTERNAL, 0, XMPPFED_BIDI_NEVER, 1},
        {"dialback inside TLS", BY_DIALBACK_TLS, 0, 0, 1},
        {"dialback inside TLS, any proof", BY_DIALBACK_TLS, XMPPFED_BIDI_ANY_PROOF,
         XMPPFED_BIDI_ANY_PROOF, 1},
        {"dialback without TLS, any proof", BY_DIALBACK_TCP, XMPPFED_BIDI_ANY_PROOF,
         XMPPFED_BIDI_ANY_PROOF, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;

        print_message("# %s\n", rows[i].name);
        scene_init(&s, rows[i].proof);
        trust(&s, s.contoso, rows[i].proof, rows[i].contoso);
        trust(&s, s.fabrikam, rows[i].proof, rows[i].fabrikam);
        scene_say(&s, "Hello", 1);
        loop_run(&s.loop);
        reply(&s, "Hi", 2);
        loop_run(&s.loop);
        assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_int_equal(loop_outcome(s.fabrikam, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 1);
        assert_int_equal(opened(s.contoso), 1);
        assert_int_equal(opened(s.fabrikam), rows[i].by_fabrikam);
        if (rows[i].by_fabrikam == 0) {
            assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 0);
            assert_int_equal(loop_event(s.contoso, XMPPFED_EVENT_STANZA, 0)->proof,
                             XMPPFED_PROOF_PKIX);
        }
        scene_fini(&s);
    }
}

/*
 * The peer has to prove us by dialback, for it takes no certificates; its own proves it to us. Then
 * its record must allow that our proof is enough for its stanzas.
 */
static void test_dialback_and_a_certificate(void **state)
{
    static const int bidi[] = {XMPPFED_BIDI_CERTIFICATE, XMPPFED_BIDI_ANY_PROOF};

    (void)state;
    for (size_t i = 0; i < sizeof(bidi) / sizeof(bidi[0]); i++) {
        struct loop_partner partners[] = {{.domain = FABRIKAM, .type = XMPPFED_PARTNER_FEDERATED},
                                          {.domain = NULL}};
        struct scene s;

        scene_init(&s, BY_EXTERNAL);
        partners[0].number = s.fabrikam->number;
        loop_policy(s.contoso, partners);
        trust(&s, s.fabrikam, BY_DIALBACK_TLS, bidi[i]);
        scene_say(&s, "Hello", 1);
        loop_run(&s.loop);
        assert_int_equal(loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 0)->proof,
                         XMPPFED_PROOF_DIALBACK_TLS);
        loop_forget(s.contoso);
        reply(&s, "Hi", 2);
        loop_run(&s.loop);
        assert_int_equal(loop_outcome(s.fabrikam, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_int_equal(opened(s.fabrikam), bidi[i] == XMPPFED_BIDI_ANY_PROOF ? 0 : 1);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 1);
        if (bidi[i] == XMPPFED_BIDI_ANY_PROOF)
            assert_int_equal(loop_event(s.contoso, XMPPFED_EVENT_STANZA, 0)->proof,
                             XMPPFED_PROOF_PKIX);
        scene_fini(&s);
    }
}

/* What comes on our own stream is asked of the policy like all that comes. */
static void test_policy_on_our_stream(void **state)
{
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    scene_trust(&s, s.contoso, XMPPFED_PARTNER_PUBLIC_UNVERIFIED, BY_EXTERNAL);
    s.contoso->contact = XMPPFED_CONTACT_NONE;
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    reply(&s, "buy this", 2);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_CONTACT_WANTED), 1);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_REFUSED), 1);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 0);
    assert_int_equal(opened(s.fabrikam), 0);
    scene_fini(&s);
}

/* Both begin at once, then go on: nothing is lost or doubled, and both streams end well. */
static void test_both_dial_at_once(void **state)
{
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "1", 1);
    reply(&s, "1", 1);
    for (int i = 2; i < 6; i++) {
        loop_run(&s.loop);
        scene_say(&s, "more", (uint64_t)i);
        reply(&s, "more", (uint64_t)i);
    }
    loop_run(&s.loop);
    for (uint64_t i = 1; i < 6; i++) {
        /* The first goes on the other's stream before that has acks. */
        int end = i == 1 ? XMPPFED_OUTCOME_HANDED : XMPPFED_OUTCOME_ACKNOWLEDGED;

        assert_int_equal(loop_outcome(s.contoso, i), end);
        assert_int_equal(loop_outcome(s.fabrikam, i), end);
    }
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 5);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 5);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 0);
    loop_advance(&s.loop, 700 * 1000);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    scene_fini(&s);
}

/* A stream of its own that is up stays the way; one that comes beside it is not used. */
static void test_own_stream_stays(void **state)
{
    const struct loop_event *first, *second;
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    trust(&s, s.contoso, BY_EXTERNAL, XMPPFED_BIDI_NEVER);
    reply(&s, "1", 1);
    loop_run(&s.loop);
    trust(&s, s.contoso, BY_EXTERNAL, 0);
    scene_say(&s, "Hello", 2);
    loop_run(&s.loop);
    assert_int_equal(opened(s.contoso), 1);
    reply(&s, "2", 3);
    loop_run(&s.loop);
    first = loop_event(s.contoso, XMPPFED_EVENT_STANZA, 0);
    second = loop_event(s.contoso, XMPPFED_EVENT_STANZA, 1);
    assert_non_null(second);
    assert_true(first->link == second->link);
    scene_fini(&s);
}

/*
 * Bob's stanzas wait for Alice's stream when it breaks, which has taken none: they go on in order,
 * over the stream by which Alice comes back.
 */
static void test_loss(void **state)
{
    const struct loop_event *got;
    struct scene s;
    int last = 0;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    s.fabrikam->stuck = true;
    for (int i = 1; i <= 20; i++) {
        char body[16];

        (void)snprintf(body, sizeof(body), "%d", i);
        reply(&s, body, (uint64_t)i);
    }
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 0);
    loop_cut(s.contoso);
    s.fabrikam->stuck = false;
    loop_advance(&s.loop, 40 * 1000);
    for (uint64_t i = 1; i <= 20; i++)
        assert_true(loop_outcome(s.fabrikam, i) == XMPPFED_OUTCOME_ACKNOWLEDGED ||
                    loop_outcome(s.fabrikam, i) == XMPPFED_OUTCOME_HANDED);
    assert_int_equal(opened(s.contoso), 2);
    for (size_t i = 0; (got = loop_event(s.contoso, XMPPFED_EVENT_STANZA, i)) != NULL; i++) {
        assert_int_equal(strtol(scene_body(got->element), NULL, 10), last + 1);
        last++;
    }
    assert_int_equal(last, 20);
    scene_fini(&s);
}

/* A partner that cannot be dialled is reached as soon as it dials us. */
static void test_waiting_queue(void **state)
{
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    s.contoso->refuses = true;
    reply(&s, "are you there?", 1);
    loop_advance(&s.loop, 10 * 1000);
    assert_int_equal(loop_outcome(s.fabrikam, 1), 0);
    scene_say(&s, "Hello", 2);
    loop_run(&s.loop);
    /* It went before the peer asked for acks. */
    assert_int_equal(loop_outcome(s.fabrikam, 1), XMPPFED_OUTCOME_HANDED);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 1);
    assert_int_equal(opened(s.fabrikam), 0);
    loop_advance(&s.loop, 40 * 1000);
    assert_int_equal(loop_outcome(s.fabrikam, 1), XMPPFED_OUTCOME_HANDED);
    scene_fini(&s);
}

/*
 * What waited at the partner comes before the answer to <enable/>, however much it is: who sends it
 * is proved, and no stranger.
 */
static void test_long_waiting_queue(void **state)
{
    enum { MANY = 400 };
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    s.contoso->refuses = true;
    for (uint64_t i = 1; i <= MANY; i++)
        reply(&s, "are you there?", i);
    scene_say(&s, "Hello", MANY + 1);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 0);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), MANY);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_UP), 1);
    loop_advance(&s.loop, 10 * 1000);
    assert_int_equal(loop_outcome(s.contoso, MANY + 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    scene_fini(&s);
}

/* Whichever side says "never" later, the stream ends cleanly and two take its place. */
static void test_reload(void **state)
{
    (void)state;
    for (int by_contoso = 0; by_contoso < 2; by_contoso++) {
        struct scene s;

        scene_init(&s, BY_EXTERNAL);
        scene_say(&s, "Hello", 1);
        loop_run(&s.loop);
        reply(&s, "Hi", 2);
        loop_run(&s.loop);
        assert_int_equal(opened(s.fabrikam), 0);
        trust(&s, by_contoso ? s.contoso : s.fabrikam, BY_EXTERNAL, XMPPFED_BIDI_NEVER);
        loop_run(&s.loop);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 1);
        assert_int_equal(loop_event(s.contoso, XMPPFED_EVENT_STREAM_DOWN, 0)->code, 0);
        reply(&s, "Still there?", 3);
        scene_say(&s, "Yes", 4);
        loop_run(&s.loop);
        assert_int_equal(loop_outcome(s.fabrikam, 3), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_int_equal(loop_outcome(s.contoso, 4), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_int_equal(opened(s.fabrikam), 1);
        scene_fini(&s);
    }
}

/* Who is shut down hands over what the peer's stream can take, and then closes it. */
static void test_shutdown(void **state)
{
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    s.fabrikam->stuck = true;
    reply(&s, "Bye", 2);
    xmppfed_federation_shutdown(s.fabrikam->fed, s.loop.now);
    loop_run(&s.loop);
    s.fabrikam->stuck = false;
    loop_advance(&s.loop, 10 * 1000);
    assert_int_equal(loop_outcome(s.fabrikam, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 1);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    scene_fini(&s);
}

static uint32_t dice(uint64_t *seed, uint32_t sides)
{
    uint32_t number;

    (void)test_random(&number, sizeof(number), seed);
    return number % sides;
}

/* One thing that can happen to two that talk both ways. */
static void weather(struct scene *s, uint64_t *seed, uint64_t said[2])
{
    struct loop_side *side = dice(seed, 2) ? s->contoso : s->fabrikam;

    switch (dice(seed, 10)) {
    case 0:
        loop_cut(side);
        break;
    case 1:
        side->refuses = !side->refuses;
        break;
    case 2:
        side->stuck = !side->stuck;
        break;
    case 3:
        trust(s, side, BY_EXTERNAL, (int)dice(seed, 4));
        break;
    case 4:
        loop_advance(&s->loop, dice(seed, 20000));
        break;
    case 5:
    case 6:
        scene_say(s, "to Bob", ++said[0]);
        break;
    case 7:
    case 8:
        reply(s, "to Alice", ++said[1]);
        break;
    default:
        loop_run(&s->loop);
        break;
    }
}

/* Whether a stanza has ended as one may whose stream breaks at any time. */
static bool ended_well(const struct loop_side *side, uint64_t cookie)
{
    int end = loop_outcome(side, cookie);

    if (end != XMPPFED_OUTCOME_BOUNCED)
        return end == XMPPFED_OUTCOME_HANDED || end == XMPPFED_OUTCOME_ACKNOWLEDGED ||
               end == XMPPFED_OUTCOME_EXPIRED;
    for (size_t i = 0; i < side->event_count; i++)
        if (side->events[i]->kind == XMPPFED_EVENT_OUTCOME && side->events[i]->token == cookie)
            return side->events[i]->code == XMPPFED_ERR_STREAM_UNACKNOWLEDGED;
    return false;
}

static void test_any_weather(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t thrown = seed;
        uint64_t said[2] = {0, 0};
        struct scene s;

        scene_init(&s, BY_EXTERNAL);
        for (int step = 0; step < 150; step++)
            weather(&s, &thrown, said);
        for (int i = 0; i < 2; i++) {
            s.loop.sides[i].stuck = false;
            s.loop.sides[i].refuses = false;
        }
        loop_advance(&s.loop, 200 * 1000);
        for (int i = 0; i < 2; i++)
            for (uint64_t n = 1; n <= said[i]; n++)
                if (!ended_well(i == 0 ? s.contoso : s.fabrikam, n))
                    fail_msg("seed %d: stanza %d of side %d has outcome %d", (int)seed, (int)n, i,
                             loop_outcome(i == 0 ? s.contoso : s.fabrikam, n));
        scene_fini(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_no_certificate_no_way_back),
        cmocka_unit_test(test_attacks_on_our_stream),
        cmocka_unit_test(test_how_many_streams),
        cmocka_unit_test(test_dialback_and_a_certificate),
        cmocka_unit_test(test_policy_on_our_stream),
        cmocka_unit_test(test_both_dial_at_once),
        cmocka_unit_test(test_own_stream_stays),
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_waiting_queue),
        cmocka_unit_test(test_long_waiting_queue),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_shutdown),
        cmocka_unit_test(test_any_weather),
    };

    return cmocka_run_group_tests_name("pair/bidi", tests, NULL, NULL);
}
