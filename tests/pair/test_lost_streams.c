/* test_lost_streams.c - streams that are lost and gone on with (XEP-0198 5): once each and in
 * order. */
#include "scene.h"

#include "federation/route.h"

enum { FIRST = 1, LAST_BEFORE = 3, LAST = 8 };

/* Streams that go one way each; test_lost_both_ways.c has the others (XEP-0288). */
static void lost_trust(struct scene *s, struct loop_side *side, int type, enum scene_proof proof)
{
    struct loop_side *other = side == s->contoso ? s->fabrikam : s->contoso;
    struct loop_partner partners[] = {scene_partner(other->domain, other->number, type, proof),
                                      {.domain = NULL}};

    partners[0].bidi = XMPPFED_BIDI_NEVER;
    loop_policy(side, partners);
}

static void lost_init(struct scene *s, enum scene_proof proof)
{
    scene_init_certs(s, "contoso", "fabrikam");
    lost_trust(s, s->contoso, XMPPFED_PARTNER_FEDERATED, proof);
    lost_trust(s, s->fabrikam, XMPPFED_PARTNER_FEDERATED, proof);
}

static void say_numbers(struct scene *s, int from, int to)
{
    for (int i = from; i <= to; i++) {
        char body[16];

        snprintf(body, sizeof(body), "%d", i);
        scene_say(s, body, (uint64_t)i);
    }
}

/* Bob has got 1 to count in their order, each once. */
static void expect_all(const struct scene *s, int count, const char *name)
{
    const struct loop_event *got;
    int number = 0;

    for (size_t i = 0; (got = loop_event(s->fabrikam, XMPPFED_EVENT_STANZA, i)) != NULL; i++)
        if (strtol(scene_body(got->element), NULL, 10) != ++number)
            fail_msg("%s: %s in place of %d", name, scene_body(got->element), number);
    if (number != count)
        fail_msg("%s: %d of %d came", name, number, count);
}

static void expect_outcomes(const struct scene *s, int from, int to, int outcome, const char *name)
{
    for (int i = from; i <= to; i++)
        if (loop_outcome(s->contoso, (uint64_t)i) != outcome)
            fail_msg("%s: %d has outcome %d", name, i, loop_outcome(s->contoso, (uint64_t)i));
}

/* Both lose their connections at once; what was on the way is gone. */
static void lose(struct scene *s)
{
    loop_run(&s->loop);
    s->loop.through = SIZE_MAX;
    loop_cut(s->contoso);
}

/* An exchange in which all is lost after so many bytes of its later part; false: none were. */
static bool lose_at(enum scene_proof proof, size_t offset)
{
    struct scene s;
    char name[32];
    bool lost;

    snprintf(name, sizeof(name), "byte %zu", offset);
    lost_init(&s, proof);
    say_numbers(&s, FIRST, LAST_BEFORE);
    loop_run(&s.loop);
    s.loop.through = offset;
    say_numbers(&s, LAST_BEFORE + 1, LAST);
    loop_run(&s.loop);
    lost = s.loop.through == 0;
    lose(&s);
    loop_advance(&s.loop, 10 * 1000);
    expect_all(&s, LAST, name);
    expect_outcomes(&s, FIRST, LAST, XMPPFED_OUTCOME_ACKNOWLEDGED, name);
    scene_fini(&s);
    return lost;
}

static void test_lost_at_every_byte(void **state)
{
    static const enum scene_proof proofs[] = {BY_EXTERNAL, BY_DIALBACK_TCP};
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        size_t offset = 0;

        while (lose_at(proofs[i], offset))
            offset++;
        assert_true(offset > 500);
    }
}

/* The stream that goes on is lost too, in its set-up and later. */
static void test_lost_again_and_again(void **state)
{
    (void)state;

    for (size_t step = 200; step < 6000; step += 151) {
        struct scene s;
        char name[32];

        snprintf(name, sizeof(name), "every %zu bytes", step);
        lost_init(&s, BY_EXTERNAL);
        say_numbers(&s, FIRST, LAST_BEFORE);
        loop_run(&s.loop);
        say_numbers(&s, LAST_BEFORE + 1, LAST);
        for (int i = 0; i < 4; i++) {
            s.loop.through = step;
            loop_advance(&s.loop, 2000);
            lose(&s);
        }
        loop_advance(&s.loop, 50 * 1000);
        expect_all(&s, LAST, name);
        expect_outcomes(&s, FIRST, LAST, XMPPFED_OUTCOME_ACKNOWLEDGED, name);
        scene_fini(&s);
    }
}

/* Some stanzas are with the peer and their acks are lost. */
static void lose_acks(struct scene *s)
{
    say_numbers(s, FIRST, LAST_BEFORE);
    loop_run(&s->loop);
    s->fabrikam->stuck = true;
    say_numbers(s, LAST_BEFORE + 1, LAST);
    loop_run(&s->loop);
    loop_cut(s->contoso);
    s->fabrikam->stuck = false;
}

static void test_only_acks_are_lost(void **state)
{
    struct scene s;
    (void)state;

    lost_init(&s, BY_EXTERNAL);
    lose_acks(&s);
    loop_run(&s.loop);
    expect_all(&s, LAST, "resumed");
    expect_outcomes(&s, FIRST, LAST, XMPPFED_OUTCOME_ACKNOWLEDGED, "resumed");
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_UP), 2);
    /* It may happen again. */
    s.fabrikam->stuck = true;
    say_numbers(&s, LAST + 1, LAST + 1);
    loop_run(&s.loop);
    loop_cut(s.contoso);
    s.fabrikam->stuck = false;
    loop_run(&s.loop);
    expect_all(&s, LAST + 1, "resumed twice");
    expect_outcomes(&s, FIRST, LAST + 1, XMPPFED_OUTCOME_ACKNOWLEDGED, "resumed twice");
    scene_fini(&s);
}

/* What ends a session: then nobody can say what came, and the sender is told so. */
static void test_not_resumed(void **state)
{
    static const struct {
        const char *name;
        bool contoso_off, fabrikam_off, restarted;
        uint64_t sessions;
        unsigned away; /* seconds */
    } rows[] = {
        {"we do not", true, false, false, 1000, 0},
        {"they do not", false, true, false, 1000, 0},
        {"they have no room", false, false, false, 0, 0},
        {"they have begun anew", false, false, true, 1000, 0},
        {"too late", false, false, false, 1000, 125},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;

        lost_init(&s, BY_EXTERNAL);
        if (rows[i].contoso_off)
            assert_int_equal(
                xmppfed_federation_set_option(s.contoso->fed, XMPPFED_OPTION_RESUME_SECONDS, 0), 0);
        if (rows[i].fabrikam_off)
            assert_int_equal(
                xmppfed_federation_set_option(s.fabrikam->fed, XMPPFED_OPTION_RESUME_SECONDS, 0),
                0);
        assert_int_equal(xmppfed_federation_set_option(
                             s.fabrikam->fed, XMPPFED_OPTION_RESUME_SESSIONS, rows[i].sessions),
                         0);
        lose_acks(&s);
        if (rows[i].restarted) {
            loop_stop(s.fabrikam);
            loop_start(s.fabrikam);
        }
        if (rows[i].away) {
            s.fabrikam->refuses = true;
            loop_advance(&s.loop, rows[i].away * 1000);
            s.fabrikam->refuses = false;
        }
        loop_advance(&s.loop, 60 * 1000);
        expect_all(&s, LAST, rows[i].name);
        expect_outcomes(&s, FIRST, LAST_BEFORE, XMPPFED_OUTCOME_ACKNOWLEDGED, rows[i].name);
        expect_outcomes(&s, LAST_BEFORE + 1, LAST, XMPPFED_OUTCOME_BOUNCED, rows[i].name);
        assert_int_equal(loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, LAST - 1)->code,
                         XMPPFED_ERR_STREAM_UNACKNOWLEDGED);
        scene_say(&s, "9", 9);
        loop_advance(&s.loop, 60 * 1000);
        expect_outcomes(&s, 9, 9, XMPPFED_OUTCOME_ACKNOWLEDGED, rows[i].name);
        scene_fini(&s);
    }
}

/* A stanza that waits for the host's word is not handled: it comes again, on the next stream. */
static void test_held_stanza(void **state)
{
    struct scene s;
    (void)state;

    lost_init(&s, BY_EXTERNAL);
    lost_trust(&s, s.fabrikam, XMPPFED_PARTNER_PUBLIC_UNVERIFIED, BY_EXTERNAL);
    say_numbers(&s, 1, 3);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_CONTACT_WANTED), 1);
    s.fabrikam->contact = XMPPFED_CONTACT_ADDED;
    loop_cut(s.contoso);
    loop_advance(&s.loop, 20 * 1000);
    expect_all(&s, 3, "held");
    expect_outcomes(&s, 1, 3, XMPPFED_OUTCOME_ACKNOWLEDGED, "held");
    scene_fini(&s);
}

/* The peer does not know yet that the old stream is dead: the new one ends it. */
static void test_old_stream_still_stands(void **state)
{
    const struct loop_event *down;
    struct scene s;
    uint64_t old;
    (void)state;

    lost_init(&s, BY_EXTERNAL);
    say_numbers(&s, FIRST, LAST_BEFORE);
    loop_run(&s.loop);
    old = loop_event(s.fabrikam, XMPPFED_EVENT_STREAM_UP, 0)->link;
    s.loop.through = 0;
    say_numbers(&s, LAST_BEFORE + 1, LAST);
    loop_run(&s.loop);
    s.loop.through = SIZE_MAX;
    loop_vanish(s.contoso);
    loop_run(&s.loop);
    expect_all(&s, LAST, "replaced");
    expect_outcomes(&s, FIRST, LAST, XMPPFED_OUTCOME_ACKNOWLEDGED, "replaced");
    down = loop_event(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN, 0);
    assert_non_null(down);
    assert_int_equal(down->link, old);
    assert_int_equal(down->code, XMPPFED_ERR_STREAM_REPLACED);
    scene_fini(&s);
}

/* An id that somebody has got hold of is worth nothing to another domain, or with less proof. */
static void test_a_session_is_not_for_others(void **state)
{
    struct scene s;
    struct loop_side *thief;
    struct xfed_route *route, *theirs;
    struct loop_partner partners[4] = {{.domain = NULL}};
    (void)state;

    lost_init(&s, BY_DIALBACK_TCP);
    thief = loop_add(&s.loop, "northwind.example", NULL);
    partners[0] = scene_partner("contoso.example", s.contoso->number, XMPPFED_PARTNER_FEDERATED,
                                BY_DIALBACK_TCP);
    partners[1] = scene_partner("northwind.example", thief->number, XMPPFED_PARTNER_FEDERATED,
                                BY_DIALBACK_TCP);
    loop_policy(s.fabrikam, partners);
    partners[0] = scene_partner("fabrikam.example", s.fabrikam->number, XMPPFED_PARTNER_FEDERATED,
                                BY_DIALBACK_TCP);
    partners[1] = (struct loop_partner){.domain = NULL};
    loop_policy(thief, partners);
    assert_int_equal(loop_send(thief, loop_message(&s.loop, "eve@northwind.example", BOB, "0"), 1),
                     0);
    loop_run(&s.loop);
    loop_forget(s.fabrikam);
    lose_acks(&s);
    loop_run(&s.loop);
    /* Both have lost acks; the thief asks for the session of Contoso, which stands again. */
    s.fabrikam->stuck = true;
    scene_say(&s, "9", 9);
    assert_int_equal(loop_send(thief, loop_message(&s.loop, "eve@northwind.example", BOB, "10"), 2),
                     0);
    loop_run(&s.loop);
    loop_cut(s.contoso);
    loop_cut(thief);
    s.fabrikam->refuses = true;
    s.fabrikam->stuck = false;
    loop_run(&s.loop);
    route = xfed_route_find(s.contoso->fed, XMPPFED_PURPOSE_STANZAS, "contoso.example",
                            "fabrikam.example");
    theirs = xfed_route_find(thief->fed, XMPPFED_PURPOSE_STANZAS, "northwind.example",
                             "fabrikam.example");
    assert_non_null(route);
    assert_non_null(theirs);
    assert_non_null(route->resume.id);
    assert_non_null(theirs->resume.id);
    assert_string_not_equal(route->resume.id, theirs->resume.id);
    memcpy(theirs->resume.id, route->resume.id, strlen(route->resume.id));
    s.fabrikam->refuses = false;
    s.contoso->refuses = true;
    loop_advance(&s.loop, 90 * 1000);
    assert_int_equal(loop_outcome(thief, 2), XMPPFED_OUTCOME_BOUNCED);
    scene_fini(&s);
}

static void test_less_proof_does_not_resume(void **state)
{
    struct scene s;
    (void)state;

    lost_init(&s, BY_EXTERNAL);
    lose_acks(&s);
    lost_trust(&s, s.contoso, XMPPFED_PARTNER_FEDERATED, BY_DIALBACK_TLS);
    lost_trust(&s, s.fabrikam, XMPPFED_PARTNER_FEDERATED, BY_DIALBACK_TLS);
    loop_advance(&s.loop, 30 * 1000);
    expect_outcomes(&s, FIRST, LAST_BEFORE, XMPPFED_OUTCOME_ACKNOWLEDGED, "less proof");
    expect_outcomes(&s, LAST_BEFORE + 1, LAST, XMPPFED_OUTCOME_BOUNCED, "less proof");
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lost_at_every_byte),
        cmocka_unit_test(test_lost_again_and_again),
        cmocka_unit_test(test_only_acks_are_lost),
        cmocka_unit_test(test_not_resumed),
        cmocka_unit_test(test_a_session_is_not_for_others),
        cmocka_unit_test(test_less_proof_does_not_resume),
        cmocka_unit_test(test_held_stanza),
        cmocka_unit_test(test_old_stream_still_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
