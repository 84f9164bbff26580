/* test_delivery.c - each stanza has exactly one end, in order, whatever becomes of the streams. */
#include "scene.h"

static int number_of(const xmppfed_element *message)
{
    return (int)strtol(scene_body(message), NULL, 10);
}

static void say_number(struct scene *s, int number)
{
    char body[16];

    (void)snprintf(body, sizeof(body), "%d", number);
    scene_say(s, body, (uint64_t)number);
}

/* Whether a stanza ended as lost with its stream, so that nobody can say where it is. */
static bool is_unsure(const struct loop_side *side, uint64_t cookie)
{
    const struct loop_event *end;

    for (size_t i = 0; (end = loop_event(side, XMPPFED_EVENT_OUTCOME, i)) != NULL; i++)
        if (end->token == cookie)
            return end->outcome == XMPPFED_OUTCOME_BOUNCED &&
                   end->code == XMPPFED_ERR_STREAM_UNACKNOWLEDGED;
    return false;
}

/* Bob has got the numbers in their order, none twice. Returns how many. */
static int check_order(const struct loop_side *bob)
{
    const struct loop_event *got;
    int last = 0;
    int count = 0;

    for (size_t i = 0; (got = loop_event(bob, XMPPFED_EVENT_STANZA, i)) != NULL; i++) {
        assert_true(number_of(got->element) > last);
        last = number_of(got->element);
        count++;
    }
    return count;
}

static void test_restart_keeps_order(void **state)
{
    struct scene s;
    int handed_before = 0;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    for (int i = 1; i <= 20; i++)
        say_number(&s, i);
    loop_run(&s.loop);
    assert_int_equal(check_order(s.fabrikam), 20);

    /* The second twenty are on their way when the partner goes down and comes back. */
    s.contoso->stuck = true;
    for (int i = 21; i <= 40; i++)
        say_number(&s, i);
    loop_run(&s.loop);
    for (int i = 21; i <= 40; i++)
        handed_before += loop_outcome(s.contoso, (uint64_t)i) != 0;
    assert_int_equal(handed_before, 0);
    loop_stop(s.fabrikam);
    loop_run(&s.loop);
    s.contoso->stuck = false;
    loop_start(s.fabrikam);
    loop_advance(&s.loop, 40 * 1000);
    for (int i = 1; i <= 40; i++)
        assert_int_equal(loop_outcome(s.contoso, (uint64_t)i), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(check_order(s.fabrikam), 40);
    scene_fini(&s);
}

static void test_cuts_everywhere(void **state)
{
    (void)state;

    /* Small pieces and a cut after each further step: the set-up and the delivery are hit. */
    for (int cut_at = 1; cut_at < 60; cut_at++) {
        struct scene s;
        int steps = 0;

        scene_init(&s, BY_EXTERNAL);
        s.loop.chunk = 512;
        for (int i = 1; i <= 10; i++)
            say_number(&s, i);
        while (steps++ < cut_at) {
            s.contoso->stuck = steps % 2 == 0;
            s.fabrikam->stuck = !s.contoso->stuck;
            loop_run(&s.loop);
        }
        s.contoso->stuck = false;
        s.fabrikam->stuck = false;
        loop_cut(s.contoso);
        loop_advance(&s.loop, 59 * 1000);
        for (int i = 1; i <= 10; i++)
            if (!is_unsure(s.contoso, (uint64_t)i))
                assert_int_equal(loop_outcome(s.contoso, (uint64_t)i),
                                 XMPPFED_OUTCOME_ACKNOWLEDGED);
        (void)check_order(s.fabrikam);
        scene_fini(&s);
    }
}

static uint32_t dice(uint64_t *seed, uint32_t sides)
{
    uint32_t number;

    (void)test_random(&number, sizeof(number), seed);
    return number % sides;
}

/* One thing that can happen between two servers. */
static void weather(struct scene *s, uint64_t *seed, int *said)
{
    switch (dice(seed, 12)) {
    case 0:
        loop_cut(s->contoso);
        break;
    case 1:
        loop_stop(s->fabrikam);
        loop_start(s->fabrikam);
        break;
    case 2:
        s->fabrikam->refuses = !s->fabrikam->refuses;
        break;
    case 3:
        s->contoso->stuck = !s->contoso->stuck;
        break;
    case 4:
        s->fabrikam->stuck = !s->fabrikam->stuck;
        break;
    case 5:
        s->loop.chunk = 1 + dice(seed, 2000);
        break;
    case 6:
        loop_advance(&s->loop, dice(seed, 20000));
        break;
    default:
        say_number(s, ++*said);
        loop_run(&s->loop);
        break;
    }
}

static bool has_got(const struct loop_side *bob, int number)
{
    const struct loop_event *got;

    for (size_t i = 0; (got = loop_event(bob, XMPPFED_EVENT_STANZA, i)) != NULL; i++)
        if (number_of(got->element) == number)
            return true;
    return false;
}

static void test_any_weather(void **state)
{
    (void)state;

    for (uint64_t seed = 1; seed <= 60; seed++) {
        enum scene_proof proof = (enum scene_proof)(seed % 3);
        uint64_t thrown = seed;
        struct scene s;
        int said = 0;
        int handed = 0;

        scene_init(&s, proof);
        for (int step = 0; step < 120; step++)
            weather(&s, &thrown, &said);
        s.contoso->stuck = false;
        s.fabrikam->stuck = false;
        s.fabrikam->refuses = false;
        s.loop.chunk = 16384;
        loop_advance(&s.loop, 200 * 1000);
        for (int i = 1; i <= said; i++) {
            int outcome = loop_outcome(s.contoso, (uint64_t)i);

            bool unsure = is_unsure(s.contoso, (uint64_t)i);

            if (outcome != XMPPFED_OUTCOME_ACKNOWLEDGED && outcome != XMPPFED_OUTCOME_EXPIRED &&
                !unsure)
                fail_msg("seed %d: stanza %d has outcome %d", (int)seed, i, outcome);
            if (outcome == XMPPFED_OUTCOME_ACKNOWLEDGED && !has_got(s.fabrikam, i))
                fail_msg("seed %d: stanza %d was acknowledged and did not come", (int)seed, i);
            handed += outcome == XMPPFED_OUTCOME_ACKNOWLEDGED || unsure;
        }
        if (check_order(s.fabrikam) > handed)
            fail_msg("seed %d: more came than were handed over", (int)seed);
        scene_fini(&s);
    }
}

static void test_partner_that_does_not_answer(void **state)
{
    static const struct {
        const char *name;
        bool refuses, silent;
        size_t dials; /* at least */
    } rows[] = {{"refuses", true, false, 4}, {"is silent", false, true, 2}};
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct loop_event *end;
        struct scene s;

        print_message("# %s\n", rows[i].name);
        scene_init(&s, BY_EXTERNAL);
        s.fabrikam->refuses = rows[i].refuses;
        s.fabrikam->silent = rows[i].silent;
        scene_say(&s, "Hello", 1);
        loop_advance(&s.loop, 59 * 1000);
        assert_int_equal(loop_outcome(s.contoso, 1), 0);
        assert_true(loop_count(s.contoso, XMPPFED_EVENT_DIAL) >= rows[i].dials);
        assert_true(loop_count(s.contoso, XMPPFED_EVENT_DIAL) <= 10);
        loop_advance(&s.loop, 2 * 1000);
        assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_EXPIRED);
        end = loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, 0);
        assert_int_equal(end->code, XMPPFED_ERR_TIMEOUT_QUEUE);
        assert_string_equal(scene_condition(end->element), "remote-server-timeout");
        assert_string_equal(xmppfed_element_attribute(end->element, "to"), ALICE);
        assert_non_null(strstr(end->text, "fabrikam.example"));
        /* Nothing goes on for nobody. */
        loop_advance(&s.loop, 120 * 1000);
        assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
        assert_true(xmppfed_federation_deadline(s.contoso->fed) == XMPPFED_TIME_NEVER);
        scene_fini(&s);
    }
}

static void test_partner_comes_back_in_time(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    s.fabrikam->refuses = true;
    scene_say(&s, "Hello", 1);
    loop_advance(&s.loop, 20 * 1000);
    s.fabrikam->refuses = false;
    loop_advance(&s.loop, 35 * 1000);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1);
    scene_fini(&s);
}

static void test_dead_transport(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    s.contoso->stuck = true;
    scene_say(&s, "Anyone?", 2);
    loop_advance(&s.loop, 61 * 1000);
    assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_EXPIRED);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_CLOSE), 1);
    scene_fini(&s);
}

static void test_failures_that_are_final(void **state)
{
    static const struct {
        const char *name;
        const char *fabrikam_cert;
        int rcode;
        bool by_dns;
        const char *condition;
        const char *text;
    } rows[] = {
        {"the certificate is for another domain", "fabrikam-wrongname", -1, false,
         "remote-server-timeout", "fabrikam.example"},
        {"the certificate is from nobody we trust", "fabrikam-unknownca", -1, false,
         "remote-server-timeout", "fabrikam.example"},
        {"the certificate has expired", "fabrikam-expired", -1, false, "remote-server-timeout",
         "fabrikam.example"},
        {"the domain does not exist", "fabrikam", 3, true, "remote-server-not-found",
         "fabrikam.example"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct loop_event *end;
        struct scene s;

        print_message("# %s\n", rows[i].name);
        scene_init_certs(&s, "contoso", rows[i].fabrikam_cert);
        scene_trust(&s, s.fabrikam, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL);
        if (rows[i].by_dns)
            s.fabrikam->number = 0;
        scene_trust(&s, s.contoso, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL);
        s.contoso->rcode = rows[i].rcode;
        scene_say(&s, "Hello", 1);
        loop_run(&s.loop);
        assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_BOUNCED);
        end = loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, 0);
        print_message("# %d: %s\n", end->code, end->text);
        assert_string_equal(scene_condition(end->element), rows[i].condition);
        assert_non_null(strstr(end->text, rows[i].text));
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 0);

        /* For a while nothing new is tried; then it is. */
        scene_say(&s, "Hello?", 2);
        loop_run(&s.loop);
        assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_BOUNCED);
        assert_true(loop_count(s.contoso, XMPPFED_EVENT_DIAL) <= 1);
        loop_advance(&s.loop, 6 * 1000);
        assert_true(xmppfed_federation_deadline(s.contoso->fed) == XMPPFED_TIME_NEVER);
        scene_fini(&s);
    }
}

static void test_name_servers_that_fail(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    s.fabrikam->number = 0;
    scene_trust(&s, s.contoso, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    loop_advance(&s.loop, 61 * 1000);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_EXPIRED);
    assert_true(loop_count(s.contoso, XMPPFED_EVENT_DNS) > 0);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 0);
    scene_fini(&s);
}

static void test_next_endpoint(void **state)
{
    const struct loop_partner partners[] = {{.domain = "fabrikam.example",
                                             .type = XMPPFED_PARTNER_FEDERATED,
                                             .no_dialback = true,
                                             .number = 9},
                                            {.domain = NULL}};
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    loop_policy(s.contoso, partners);
    scene_say(&s, "Hello", 1);
    loop_advance(&s.loop, 1500);
    assert_true(loop_count(s.contoso, XMPPFED_EVENT_DIAL) >= 2);
    /* A new record helps a queue that waits already. */
    scene_trust(&s, s.contoso, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL);
    loop_advance(&s.loop, 30 * 1000);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    scene_fini(&s);
}

static void test_queue_limits(void **state)
{
    struct scene s;
    const struct loop_event *end;
    char *big = calloc(1, 70001);
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    assert_int_equal(xmppfed_federation_set_option(s.contoso->fed, XMPPFED_OPTION_QUEUE_STANZAS, 2),
                     0);
    assert_int_equal(
        xmppfed_federation_set_option(s.contoso->fed, XMPPFED_OPTION_QUEUE_BYTES, 65536), 0);
    s.fabrikam->silent = true;
    assert_non_null(big);
    memset(big, 'x', 70000);
    scene_say(&s, big, 9);
    scene_say(&s, "one", 1);
    scene_say(&s, "two", 2);
    scene_say(&s, "three", 3);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 9), XMPPFED_OUTCOME_BOUNCED);
    assert_int_equal(loop_outcome(s.contoso, 1), 0);
    assert_int_equal(loop_outcome(s.contoso, 2), 0);
    assert_int_equal(loop_outcome(s.contoso, 3), XMPPFED_OUTCOME_BOUNCED);
    end = loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, 1);
    assert_int_equal(end->code, XMPPFED_ERR_LIMIT_QUEUE);
    assert_string_equal(scene_condition(end->element), "resource-constraint");
    free(big);
    scene_fini(&s);
}

static void test_wrong_stanzas(void **state)
{
    static const struct {
        const char *name;
        const char *stanza;
        const char *from;
        const char *to;
        int rc;
    } rows[] = {
        {"no from", "message", NULL, BOB, XMPPFED_ERR_ADDRESS},
        {"no to", "message", ALICE, NULL, XMPPFED_ERR_ADDRESS},
        {"bad from", "message", "@contoso.example", BOB, XMPPFED_ERR_ADDRESS},
        {"bad to", "message", ALICE, "bob@", XMPPFED_ERR_ADDRESS},
        {"not ours", "message", BOB, ALICE, XMPPFED_ERR_UNKNOWN_HANDLE},
        {"no stanza", "envelope", ALICE, BOB, XMPPFED_ERR_ARGUMENT},
    };
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_element *e = xmppfed_element_new(s.ctx, rows[i].stanza, XMPPFED_NS_SERVER);

        xmppfed_element_set_attribute(e, "from", rows[i].from);
        xmppfed_element_set_attribute(e, "to", rows[i].to);
        if (loop_send(s.contoso, e, 1) != rows[i].rc)
            fail_msg("%s", rows[i].name);
    }
    loop_run(&s.loop);
    assert_int_equal(s.contoso->event_count, 0);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restart_keeps_order),
        cmocka_unit_test(test_cuts_everywhere),
        cmocka_unit_test(test_any_weather),
        cmocka_unit_test(test_partner_that_does_not_answer),
        cmocka_unit_test(test_partner_comes_back_in_time),
        cmocka_unit_test(test_dead_transport),
        cmocka_unit_test(test_failures_that_are_final),
        cmocka_unit_test(test_name_servers_that_fail),
        cmocka_unit_test(test_next_endpoint),
        cmocka_unit_test(test_queue_limits),
        cmocka_unit_test(test_wrong_stanzas),
    };

    return cmocka_run_group_tests_name("pair/delivery", tests, NULL, NULL);
}
