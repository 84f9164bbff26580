/* test_federation.c - limits between two federations: a large stanza, a fast peer, a held stream.
 */
#include "pair/scene.h"

static void set(struct loop_side *side, int limit, uint64_t value)
{
    assert_int_equal(xmppfed_site_set_limit(side->site, limit, XMPPFED_LIMIT_AFTER, value), 0);
}

/* The outcome event of a cookie. */
static const struct loop_event *outcome(const struct scene *s, uint64_t cookie)
{
    const struct loop_event *ev;

    for (size_t i = 0; (ev = loop_event(s->contoso, XMPPFED_EVENT_OUTCOME, i)) != NULL; i++)
        if (ev->token == cookie)
            return ev;
    fail_msg("no outcome of %llu", (unsigned long long)cookie);
    return NULL;
}

/* What is too large for the partner comes back to its sender; the stream and the rest go on. */
static void test_large_stanza_bounces(void **state)
{
    static const enum scene_proof proofs[] = {BY_EXTERNAL, BY_DIALBACK_TLS, BY_DIALBACK_TCP};

    (void)state;
    for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++) {
        static char body[20001];
        struct scene s;

        print_message("# proof %d\n", (int)proofs[i]);
        memset(body, 'x', sizeof(body) - 1);
        scene_init(&s, proofs[i]);
        set(s.fabrikam, XMPPFED_LIMIT_UNIT_BYTES, 20000);
        scene_say(&s, "one", 1);
        scene_say(&s, body, 2);
        scene_say(&s, "three", 3);
        loop_advance(&s.loop, 5000);
        assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_BOUNCED);
        assert_int_equal(loop_outcome(s.contoso, 3), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_int_equal(outcome(&s, 2)->code, XMPPFED_ERR_LIMIT_SIZE);
        assert_string_equal(scene_condition(outcome(&s, 2)->element), "policy-violation");
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 2);
        assert_int_equal(loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 0)->link,
                         loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 1)->link);
        scene_fini(&s);
    }
}

/* A peer that is too fast is slowed down, and loses nothing by it. */
static void test_fast_peer(void **state)
{
    enum { STANZAS = 500, RATE = 20 };
    struct scene s;
    xmppfed_time begun;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    set(s.fabrikam, XMPPFED_LIMIT_RATE_UNITS, RATE);
    set(s.fabrikam, XMPPFED_LIMIT_BURST_UNITS, RATE);
    scene_say(&s, "first", 1);
    loop_run(&s.loop);
    begun = s.loop.now;
    for (uint64_t i = 0; i < STANZAS; i++)
        scene_say(&s, "next", 2 + i);
    while (loop_count(s.fabrikam, XMPPFED_EVENT_STANZA) <= STANZAS && s.loop.now < begun + 60000)
        loop_advance(&s.loop, 100);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), STANZAS + 1);
    assert_in_range(s.loop.now - begun, (STANZAS - RATE) * 1000 / RATE - 1000,
                    STANZAS * 1000 / RATE + 1000);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN), 0);
    scene_fini(&s);
}

/* A stream that is held at a stanza keeps its peer's bytes away, however many there are. */
static void test_held_stream(void **state)
{
    enum { STANZAS = 200 };
    static char body[4001];
    struct scene s;

    (void)state;
    memset(body, 'x', sizeof(body) - 1);
    scene_init(&s, BY_EXTERNAL);
    scene_trust(&s, s.fabrikam, XMPPFED_PARTNER_PUBLIC_UNVERIFIED, BY_EXTERNAL);
    for (uint64_t i = 0; i < STANZAS; i++)
        scene_say(&s, body, 1 + i);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_CONTACT_WANTED), 1);
    assert_false(xmppfed_federation_wants_input(
        s.fabrikam->fed, loop_event(s.fabrikam, XMPPFED_EVENT_CONTACT_WANTED, 0)->link));
    s.fabrikam->contact = XMPPFED_CONTACT_ADDED;
    loop_advance(&s.loop, 20000); /* the first goes unanswered */
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), STANZAS - 1);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN), 0);
    scene_fini(&s);
}

static void test_wants_input(void **state)
{
    struct scene s;
    uint64_t link;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    assert_true(xmppfed_federation_wants_input(s.contoso->fed, 4711));
    assert_int_equal(xmppfed_federation_accept(s.contoso->fed, "192.0.2.9", s.loop.now, &link), 0);
    assert_true(xmppfed_federation_wants_input(s.contoso->fed, link));
    xmppfed_federation_closed(s.contoso->fed, link, NULL, s.loop.now);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_stanza_bounces),
        cmocka_unit_test(test_fast_peer),
        cmocka_unit_test(test_held_stream),
        cmocka_unit_test(test_wants_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
