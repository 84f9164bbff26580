/*
 * test_lost_both_ways.c - a lost stream that went both ways is gone on with (XEP-0198 5 with
 * XEP-0288): each direction once each and in order, though only one end can go back to it.
 */
#include "scene.h"

#include "connection/connection.h"
#include "federation/link.h"
#include "federation/route.h"

enum { BEFORE = 3, ALL = 8 };

static void reply(struct scene *s, const char *body, uint64_t cookie)
{
    assert_int_equal(loop_send(s->fabrikam, loop_message(&s->loop, BOB, ALICE, body), cookie), 0);
}

/* Alice and Bob both say some numbers, on the stream that contoso has opened. */
static void talk(struct scene *s, int from, int to)
{
    for (int i = from; i <= to; i++) {
        char body[16];

        snprintf(body, sizeof(body), "%d", i);
        scene_say(s, body, (uint64_t)i);
        if (i == 1)
            loop_run(&s->loop); /* the stream is there, and has acks */
        reply(s, body, (uint64_t)i);
    }
}

/* One side has got 1 to count in their order, each once. */
static void expect_all(const struct loop_side *side, int count, const char *name)
{
    const struct loop_event *got;
    int number = 0;

    for (size_t i = 0; (got = loop_event(side, XMPPFED_EVENT_STANZA, i)) != NULL; i++)
        if (strtol(scene_body(got->element), NULL, 10) != ++number)
            fail_msg("%s: %s has got %s in place of %d", name, side->domain,
                     scene_body(got->element), number);
    if (number != count)
        fail_msg("%s: %s has got %d of %d", name, side->domain, number, count);
}

static void expect_acknowledged(const struct loop_side *side, int from, int to, const char *name)
{
    for (int i = from; i <= to; i++)
        if (loop_outcome(side, (uint64_t)i) != XMPPFED_OUTCOME_ACKNOWLEDGED)
            fail_msg("%s: %d of %s has outcome %d", name, i, side->domain,
                     loop_outcome(side, (uint64_t)i));
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

static struct xfed_route *bobs_route(const struct scene *s)
{
    return xfed_route_find(s->fabrikam->fed, XMPPFED_PURPOSE_STANZAS, "fabrikam.example",
                           "contoso.example");
}

static void trust(struct scene *s, struct loop_side *side, int type, int bidi)
{
    struct loop_side *other = side == s->contoso ? s->fabrikam : s->contoso;
    struct loop_partner partners[] = {
        scene_partner(other->domain, other->number, type, BY_EXTERNAL), {.domain = NULL}};

    partners[0].bidi = bidi;
    loop_policy(side, partners);
}

/* ---- every byte ---------------------------------------------------------------------------- */

/* An exchange in which all is lost after so many bytes of its later part; false: none were. */
static bool lose_at(size_t offset)
{
    struct scene s;
    char name[32];
    bool lost;

    snprintf(name, sizeof(name), "byte %zu", offset);
    scene_init(&s, BY_EXTERNAL);
    talk(&s, 1, BEFORE);
    loop_run(&s.loop);
    s.loop.through = offset;
    talk(&s, BEFORE + 1, ALL);
    loop_run(&s.loop);
    lost = s.loop.through == 0;
    s.loop.through = SIZE_MAX;
    loop_cut(s.contoso);
    loop_advance(&s.loop, 20 * 1000);
    expect_all(s.contoso, ALL, name);
    expect_all(s.fabrikam, ALL, name);
    expect_acknowledged(s.contoso, 1, ALL, name);
    expect_acknowledged(s.fabrikam, 1, ALL, name);
    assert_int_equal(opened(s.fabrikam), 0);
    scene_fini(&s);
    return lost;
}

static void test_lost_at_every_byte(void **state)
{
    size_t offset = 0;

    (void)state;
    while (lose_at(offset))
        offset += 1;
    assert_true(offset > 1000);
}

/* ---- who goes back, and for how long the other waits ------------------------------------ */

/* Bob's stanzas are with Alice and their acks are lost. */
static void lose_acks(struct scene *s)
{
    scene_init(s, BY_EXTERNAL);
    talk(s, 1, BEFORE);
    loop_run(&s->loop);
    s->contoso->stuck = true;
    for (int i = BEFORE + 1; i <= ALL; i++) {
        char body[16];

        snprintf(body, sizeof(body), "%d", i);
        reply(s, body, (uint64_t)i);
    }
    loop_run(&s->loop);
    expect_all(s->contoso, ALL, "before");
    assert_int_equal(loop_outcome(s->fabrikam, ALL), 0);
}

/* Who has opened the stream goes back to it though it has nothing to say. */
static void test_only_acks_are_lost(void **state)
{
    struct scene s;

    (void)state;
    lose_acks(&s);
    loop_cut(s.contoso);
    s.contoso->stuck = false;
    loop_run(&s.loop);
    expect_all(s.contoso, ALL, "resumed");
    expect_acknowledged(s.fabrikam, 1, ALL, "resumed");
    assert_int_equal(opened(s.contoso), 2);
    assert_int_equal(opened(s.fabrikam), 0);
    /* It may happen again, and the counts go on. */
    s.contoso->stuck = true;
    reply(&s, "9", 9);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.fabrikam, 9), 0);
    loop_cut(s.contoso);
    s.contoso->stuck = false;
    loop_advance(&s.loop, 5000);
    expect_all(s.contoso, 9, "resumed twice");
    expect_acknowledged(s.fabrikam, 1, 9, "resumed twice");
    scene_fini(&s);
}

/* The peer has lost its memory: after 15 seconds the senders are told, what waits behind goes on.
 */
static void test_the_peer_does_not_come_back(void **state)
{
    struct scene s;

    (void)state;
    lose_acks(&s);
    loop_stop(s.contoso);
    s.contoso->stuck = false;
    loop_start(s.contoso);
    loop_forget(s.contoso);
    loop_run(&s.loop);
    reply(&s, "9", 9);
    loop_advance(&s.loop, 14000);
    for (int i = BEFORE + 1; i <= 9; i++)
        assert_int_equal(loop_outcome(s.fabrikam, (uint64_t)i), 0);
    assert_int_equal(opened(s.fabrikam), 0);
    loop_advance(&s.loop, 2000);
    for (int i = BEFORE + 1; i <= ALL; i++)
        assert_int_equal(loop_outcome(s.fabrikam, (uint64_t)i), XMPPFED_OUTCOME_BOUNCED);
    assert_int_equal(loop_event(s.fabrikam, XMPPFED_EVENT_OUTCOME, ALL - 1)->code,
                     XMPPFED_ERR_STREAM_UNACKNOWLEDGED);
    expect_acknowledged(s.fabrikam, 9, 9, "by a stream of its own");
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 1);
    assert_int_equal(opened(s.fabrikam), 1);
    scene_fini(&s);
}

/* The peer does not know yet that the old stream is dead: the new one takes over what it has got.
 */
static void test_old_stream_still_stands(void **state)
{
    const struct loop_event *down;
    struct scene s;

    (void)state;
    lose_acks(&s);
    s.contoso->stuck = false;
    s.loop.through = 0;
    reply(&s, "9", 9);
    scene_say(&s, "4", 4);
    loop_run(&s.loop);
    s.loop.through = SIZE_MAX;
    loop_vanish(s.contoso);
    loop_run(&s.loop);
    down = loop_event(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN, 0);
    assert_non_null(down);
    assert_int_equal(down->code, XMPPFED_ERR_STREAM_REPLACED);
    expect_all(s.contoso, 9, "replaced");
    expect_all(s.fabrikam, 4, "replaced");
    expect_acknowledged(s.fabrikam, 1, 9, "replaced");
    expect_acknowledged(s.contoso, 1, 4, "replaced");
    assert_int_equal(opened(s.fabrikam), 0);
    scene_fini(&s);
}

/*
 * By the time the stream is resumed it may go one way only: the peer's count tells all the same
 * what it has, and what it has not goes over a stream of its own, once.
 */
static void test_resumed_one_way(void **state)
{
    (void)state;
    for (int by_contoso = 0; by_contoso < 2; by_contoso++) {
        const char *name = by_contoso ? "who dials wants it no more" : "who is dialled";
        struct scene s;

        lose_acks(&s);
        s.contoso->stuck = false;
        s.loop.through = 0;
        reply(&s, "9", 9);
        loop_run(&s.loop);
        s.loop.through = SIZE_MAX;
        s.fabrikam->refuses = true;
        loop_cut(s.contoso);
        loop_run(&s.loop);
        s.fabrikam->refuses = false;
        trust(&s, by_contoso ? s.contoso : s.fabrikam, XMPPFED_PARTNER_FEDERATED,
              XMPPFED_BIDI_NEVER);
        loop_advance(&s.loop, 10 * 1000);
        expect_all(s.contoso, 9, name);
        expect_acknowledged(s.fabrikam, 1, 9, name);
        assert_int_equal(opened(s.fabrikam), 1);
        scene_fini(&s);
    }
}

/* Carl has written three times to Alice, whose host looks for him; gives its question. */
static const struct loop_event *hold(struct scene *s)
{
    static const char *const numbers[] = {"", "1", "2", "3"};

    scene_init(s, BY_EXTERNAL);
    trust(s, s->contoso, XMPPFED_PARTNER_PUBLIC_UNVERIFIED, 0);
    scene_say(s, "1", 1);
    loop_run(&s->loop);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(
            loop_send(s->fabrikam,
                      loop_message(&s->loop, "carl@fabrikam.example", ALICE, numbers[i]),
                      (uint64_t)i),
            0);
    loop_run(&s->loop);
    assert_int_equal(loop_count(s->contoso, XMPPFED_EVENT_CONTACT_WANTED), 1);
    s->contoso->contact = XMPPFED_CONTACT_ADDED;
    return loop_event(s->contoso, XMPPFED_EVENT_CONTACT_WANTED, 0);
}

/* The stream is lost while its first stanza waits for the host's word, which makes it handled. */
static void test_held_stanza(void **state)
{
    struct scene s;
    const struct loop_event *wanted = hold(&s);

    (void)state;
    loop_cut(s.fabrikam);
    assert_int_equal(xmppfed_federation_contact(s.contoso->fed, wanted->token,
                                                XMPPFED_CONTACT_ADDED, s.loop.now),
                     0);
    loop_advance(&s.loop, 20 * 1000);
    expect_all(s.contoso, 3, "held");
    expect_acknowledged(s.fabrikam, 1, 3, "held");
    scene_fini(&s);
}

/* A stanza that is dropped at the end of its stream is none that was handled: its sender hears. */
static void test_held_stanza_is_not_acknowledged(void **state)
{
    struct scene s;
    uint64_t link = hold(&s)->link;

    (void)state;
    assert_int_equal(xmppfed_federation_close_link(s.contoso->fed, link), 0);
    loop_run(&s.loop);
    expect_all(s.contoso, 0, "dropped");
    for (uint64_t i = 1; i <= 3; i++)
        assert_int_equal(loop_outcome(s.fabrikam, i), XMPPFED_OUTCOME_BOUNCED);
    scene_fini(&s);
}

/* A stream that was ended in order needs nobody: neither goes back, neither waits. */
static void test_closed_in_order(void **state)
{
    (void)state;
    for (int by_contoso = 0; by_contoso < 2; by_contoso++) {
        struct loop_side *side;
        struct scene s;
        uint64_t link;

        scene_init(&s, BY_EXTERNAL);
        talk(&s, 1, BEFORE);
        loop_run(&s.loop);
        side = by_contoso ? s.contoso : s.fabrikam;
        assert_int_equal(xmppfed_federation_list_links(side->fed, &link, 1), 1);
        assert_int_equal(xmppfed_federation_close_link(side->fed, link), 0);
        loop_advance(&s.loop, 30 * 1000);
        expect_acknowledged(s.contoso, 1, BEFORE, "closed");
        expect_acknowledged(s.fabrikam, 1, BEFORE, "closed");
        assert_int_equal(opened(s.contoso), 1);
        assert_int_equal(opened(s.fabrikam), 0);
        assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
        scene_fini(&s);
    }
}

/*
 * A peer that is lost as often as we come back, and has handled nothing in between, is gone back to
 * in a hurry once (doc/threat-model.md, row 27).
 */
static void test_no_hurry(void **state)
{
    size_t dials;
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    loop_cut(s.contoso);
    loop_run(&s.loop);
    assert_int_equal(opened(s.contoso), 2);
    dials = loop_count(s.contoso, XMPPFED_EVENT_DIAL);
    for (int i = 0; i < 20; i++) {
        loop_cut(s.contoso);
        loop_run(&s.loop);
    }
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), dials);
    loop_advance(&s.loop, 5000);
    assert_int_equal(opened(s.contoso), 3);
    /* Nobody is there: it is given up with the session. */
    s.fabrikam->refuses = true;
    loop_cut(s.contoso);
    loop_advance(&s.loop, 200 * 1000);
    dials = loop_count(s.contoso, XMPPFED_EVENT_DIAL);
    loop_advance(&s.loop, 3600 * 1000);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), dials);
    assert_int_equal(s.contoso->fed->routes.count, 0);
    scene_fini(&s);
}

/*
 * Both have dialled at once, so that Bob has a stream of his own beside the one that his stanzas
 * flow into. When that is lost, what comes behind them waits too; Alice flows into Bob's own and
 * does not come back to hers.
 */
static void test_a_stream_beside(void **state)
{
    (void)state;
    for (int shut = 0; shut < 2; shut++) {
        const struct loop_event *up;
        struct scene s;
        uint64_t link = 0;

        scene_init(&s, BY_EXTERNAL);
        scene_say(&s, "1", 1);
        reply(&s, "1", 1);
        loop_run(&s.loop);
        for (size_t i = 0; (up = loop_event(s.fabrikam, XMPPFED_EVENT_STREAM_UP, i)) != NULL; i++)
            if (up->direction == XMPPFED_INBOUND)
                link = up->link;
        assert_int_equal(opened(s.fabrikam), 1);
        assert_true(bobs_route(&s)->host->id == link);
        assert_true(bobs_route(&s)->visiting);
        s.contoso->stuck = true;
        reply(&s, "2", 2);
        loop_run(&s.loop);
        s.fabrikam->refuses = true;
        xmppfed_federation_closed(s.fabrikam->fed, link, "cut", s.loop.now);
        s.contoso->stuck = false;
        loop_run(&s.loop);
        reply(&s, "3", 3);
        loop_advance(&s.loop, 1000);
        expect_all(s.contoso, 2, "beside");
        assert_int_equal(loop_outcome(s.fabrikam, 2), 0);
        if (shut) {
            xmppfed_federation_shutdown(s.fabrikam->fed, s.loop.now);
            loop_run(&s.loop);
            assert_int_equal(loop_outcome(s.fabrikam, 2), XMPPFED_OUTCOME_BOUNCED);
        } else {
            loop_advance(&s.loop, 20 * 1000);
            assert_int_equal(loop_outcome(s.fabrikam, 2), XMPPFED_OUTCOME_BOUNCED);
            expect_all(s.contoso, 3, "beside");
            expect_acknowledged(s.fabrikam, 3, 3, "beside");
        }
        scene_fini(&s);
    }
}

/* Who is shut down does not wait for a peer that it would not let in. */
static void test_shutdown(void **state)
{
    struct scene s;

    (void)state;
    lose_acks(&s);
    s.fabrikam->refuses = true;
    loop_cut(s.contoso);
    loop_run(&s.loop);
    assert_non_null(bobs_route(&s));
    assert_true(bobs_route(&s)->resume.theirs);
    xmppfed_federation_shutdown(s.fabrikam->fed, s.loop.now);
    loop_run(&s.loop);
    for (int i = BEFORE + 1; i <= ALL; i++)
        assert_int_equal(loop_outcome(s.fabrikam, (uint64_t)i), XMPPFED_OUTCOME_BOUNCED);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lost_at_every_byte),
        cmocka_unit_test(test_only_acks_are_lost),
        cmocka_unit_test(test_the_peer_does_not_come_back),
        cmocka_unit_test(test_old_stream_still_stands),
        cmocka_unit_test(test_resumed_one_way),
        cmocka_unit_test(test_held_stanza),
        cmocka_unit_test(test_held_stanza_is_not_acknowledged),
        cmocka_unit_test(test_closed_in_order),
        cmocka_unit_test(test_no_hurry),
        cmocka_unit_test(test_a_stream_beside),
        cmocka_unit_test(test_shutdown),
    };

    return cmocka_run_group_tests_name("pair/lost_both_ways", tests, NULL, NULL);
}
