/* test_dialling.c - how a partner's servers are found and tried. */
#include "scene.h"

static const struct loop_partner by_name[] = {
    {.domain = "fabrikam.example", .type = XMPPFED_PARTNER_FEDERATED, .no_dialback = true},
    {.domain = NULL}};
static const struct loop_partner by_proxy[] = {{.domain = "fabrikam.example",
                                                .type = XMPPFED_PARTNER_FEDERATED,
                                                .no_dialback = true,
                                                .proxy = "edge.fabrikam.example"},
                                               {.domain = NULL}};
static const struct loop_partner nobody[] = {{.domain = NULL}};

static void test_by_dns(void **state)
{
    static const struct {
        const char *name;
        const struct loop_partner *partners;
        unsigned hosts[2];
        size_t most_dials;
    } rows[] = {
        {"the domain's own address", by_name, {2, 0}, 1},
        {"the server that the record names", by_proxy, {2, 0}, 1},
        {"one of two addresses answers", by_name, {9, 2}, 2},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;

        print_message("# %s\n", rows[i].name);
        scene_init(&s, BY_EXTERNAL);
        loop_policy(s.contoso, rows[i].partners);
        s.contoso->rcode = 0;
        memcpy(s.contoso->hosts, rows[i].hosts, sizeof(rows[i].hosts));
        scene_say(&s, "Hello", 1);
        loop_run(&s.loop);
        assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_true(loop_count(s.contoso, XMPPFED_EVENT_DNS) > 0);
        assert_true(loop_count(s.contoso, XMPPFED_EVENT_DIAL) <= rows[i].most_dials);
        scene_fini(&s);
    }
}

static void test_silent_name_servers(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    loop_policy(s.contoso, by_name);
    s.contoso->rcode = -2;
    scene_say(&s, "Hello", 1);
    loop_advance(&s.loop, 61 * 1000);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_EXPIRED);
    assert_true(loop_count(s.contoso, XMPPFED_EVENT_DNS) > 1);
    loop_advance(&s.loop, 120 * 1000);
    assert_true(xmppfed_federation_deadline(s.contoso->fed) == XMPPFED_TIME_NEVER);
    scene_fini(&s);
}

static void test_shutdown_while_resolving(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    loop_policy(s.contoso, by_name);
    s.contoso->rcode = -2;
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    xmppfed_federation_shutdown(s.contoso->fed, s.loop.now);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_BOUNCED);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
    scene_fini(&s);
}

static void test_partner_removed_while_waiting(void **state)
{
    struct scene s;
    const struct loop_event *end;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    s.fabrikam->refuses = true;
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 1), 0);
    loop_policy(s.contoso, nobody);
    loop_advance(&s.loop, 5 * 1000);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_BOUNCED);
    end = loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, 0);
    assert_int_equal(end->code, XMPPFED_ERR_POLICY_UNKNOWN_PARTNER);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 1);
    scene_fini(&s);
}

static void test_rests_grow(void **state)
{
    struct scene s;
    size_t dials[5];
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    assert_int_equal(
        xmppfed_federation_set_option(s.contoso->fed, XMPPFED_OPTION_QUEUE_SECONDS, 3600), 0);
    s.fabrikam->refuses = true;
    scene_say(&s, "Hello", 1);
    for (size_t i = 0; i < 5; i++) {
        loop_advance(&s.loop, 300 * 1000);
        dials[i] = loop_count(s.contoso, XMPPFED_EVENT_DIAL);
    }
    /* At most every 15 seconds in the end, at least every 30. */
    assert_in_range(dials[0], 13, 28);
    for (size_t i = 1; i < 5; i++)
        assert_in_range(dials[i] - dials[i - 1], 9, 21);
    scene_fini(&s);
}

/* A partner that had no TLS, or whose server was down, is tried anew at once by a reload. */
static void test_reload_ends_rests(void **state)
{
    (void)state;
    for (int down = 0; down < 2; down++) {
        struct scene s;

        scene_init(&s, BY_EXTERNAL);
        if (down)
            s.fabrikam->refuses = true;
        else
            scene_trust(&s, s.fabrikam, XMPPFED_PARTNER_FEDERATED, BY_DIALBACK_TCP);
        scene_say(&s, "Hello", 1);
        loop_advance(&s.loop, down ? 50 * 1000 : 1000); /* the rest is long by then */
        assert_int_equal(loop_outcome(s.contoso, 1), down ? 0 : XMPPFED_OUTCOME_BOUNCED);
        s.fabrikam->refuses = false;
        scene_trust(&s, s.fabrikam, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL);
        scene_trust(&s, s.contoso, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL);
        loop_advance(&s.loop, 1);
        scene_say(&s, "Hello again", 2);
        loop_run(&s.loop);
        assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
        if (down)
            assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
        scene_fini(&s);
    }
}

static void test_stream_that_never_carries_anything(void **state)
{
    struct scene s;
    (void)state;

    /* Each time the stream is up and the stanza is about to go, the connection breaks. */
    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    s.contoso->stuck = true;
    scene_say(&s, "Hello?", 2);
    loop_run(&s.loop);
    loop_cut(s.contoso);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 2);
    loop_cut(s.contoso);
    loop_run(&s.loop);
    /* The second attempt did not come up: no hurry any more. */
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 2);
    s.contoso->stuck = false;
    loop_advance(&s.loop, 5 * 1000);
    assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
    scene_fini(&s);
}

/* Cookies of stanzas that are together more than a stream takes at once. */
enum { FIRST_BIG = 2, LAST_BIG = 40 };

/* Opens the scene, waits for a stream that is up, and gives it all of them. */
static void say_too_much(struct scene *s)
{
    static char big[50001];

    memset(big, 'x', sizeof(big) - 1);
    scene_init(s, BY_EXTERNAL);
    scene_say(s, "Hello", 1);
    loop_run(&s->loop);
    for (uint64_t cookie = FIRST_BIG; cookie <= LAST_BIG; cookie++)
        scene_say(s, big, cookie);
}

static void expect_all_handed(struct scene *s)
{
    for (uint64_t cookie = FIRST_BIG; cookie <= LAST_BIG; cookie++)
        assert_int_equal(loop_outcome(s->contoso, cookie), XMPPFED_OUTCOME_ACKNOWLEDGED);
}

static void test_more_than_a_stream_takes_at_once(void **state)
{
    struct scene s;
    (void)state;

    say_too_much(&s);
    loop_run(&s.loop);
    expect_all_handed(&s);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 40);
    scene_fini(&s);
}

static void test_shutdown_drains_all(void **state)
{
    struct scene s;
    (void)state;

    say_too_much(&s);
    xmppfed_federation_shutdown(s.contoso->fed, s.loop.now);
    loop_run(&s.loop);
    expect_all_handed(&s);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_dns),
        cmocka_unit_test(test_silent_name_servers),
        cmocka_unit_test(test_shutdown_while_resolving),
        cmocka_unit_test(test_partner_removed_while_waiting),
        cmocka_unit_test(test_rests_grow),
        cmocka_unit_test(test_reload_ends_rests),
        cmocka_unit_test(test_stream_that_never_carries_anything),
        cmocka_unit_test(test_more_than_a_stream_takes_at_once),
        cmocka_unit_test(test_shutdown_drains_all),
    };

    return cmocka_run_group_tests_name("pair/dialling", tests, NULL, NULL);
}
