/* test_federation.c - two federations back to back: how they come together and part. */
#include "scene.h"

static void test_both_ways(void **state)
{
    static const struct {
        const char *name;
        enum scene_proof proof;
        int kind;
    } rows[] = {
        {"external", BY_EXTERNAL, XMPPFED_PROOF_PKIX},
        {"dialback inside TLS", BY_DIALBACK_TLS, XMPPFED_PROOF_DIALBACK_TLS},
        {"dialback over TCP", BY_DIALBACK_TCP, XMPPFED_PROOF_DIALBACK_TCP},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;
        const struct loop_event *got;

        print_message("# %s\n", rows[i].name);
        scene_init(&s, rows[i].proof);
        scene_say(&s, "Hello", 1);
        assert_int_equal(loop_send(s.contoso, loop_presence(&s.loop, ALICE, BOB, NULL), 2), 0);
        assert_int_equal(loop_send(s.contoso, loop_ping(&s.loop, ALICE "/desk", BOB), 3), 0);
        loop_run(&s.loop);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 3);
        got = loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 0);
        assert_string_equal(scene_body(got->element), "Hello");
        assert_string_equal(got->local, BOB);
        assert_string_equal(got->remote, ALICE);
        assert_int_equal(got->direction, XMPPFED_INBOUND);
        assert_int_equal(got->proof, rows[i].kind);
        assert_true(got->has_decision);
        got = loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 2);
        assert_string_equal(xmppfed_element_attribute(got->element, "from"), ALICE "/desk");
        for (uint64_t cookie = 1; cookie <= 3; cookie++)
            assert_int_equal(loop_outcome(s.contoso, cookie), XMPPFED_OUTCOME_ACKNOWLEDGED);

        assert_int_equal(loop_send(s.fabrikam, loop_message(&s.loop, BOB, ALICE, "Hi"), 7), 0);
        loop_run(&s.loop);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 1);
        assert_int_equal(loop_outcome(s.fabrikam, 7), XMPPFED_OUTCOME_ACKNOWLEDGED);
        scene_fini(&s);
    }
}

/*
 * A local part that nobody can have: its sender is told, and the stream serves the others. The
 * answer comes from that very address, so that our other side takes notice of it by refusing it.
 */
static void test_malformed_address(void **state)
{
    static const struct {
        const char *name;
        const char *stanza;
        size_t answers;
    } rows[] = {
        {"message", "<message from='" ALICE "' to='b ob@fabrikam.example'><body>x</body></message>",
         1},
        {"error", "<message from='" ALICE "' to='b ob@fabrikam.example' type='error'/>", 0},
        {"presence", "<presence from='" ALICE "' to='b ob@fabrikam.example' type='subscribe'/>", 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;

        print_message("# %s\n", rows[i].name);
        scene_init(&s, BY_DIALBACK_TCP);
        /* What is said behind our back would be acknowledged as well. */
        assert_int_equal(xmppfed_federation_set_option(s.contoso->fed, XMPPFED_OPTION_ACKS, 0), 0);
        scene_say(&s, "before", 1);
        loop_run(&s.loop);
        loop_feed_text(s.fabrikam, loop_event(s.fabrikam, XMPPFED_EVENT_STREAM_UP, 0)->link,
                       rows[i].stanza);
        loop_run(&s.loop);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_REFUSED), 1);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_REFUSED), rows[i].answers);
        scene_say(&s, "after", 2);
        loop_run(&s.loop);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN), 0);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 2);
        scene_fini(&s);
    }
}

/* XEP-0199 4.2: the domain itself answers, unless the host wants to do that. */
static void test_ping_to_a_domain(void **state)
{
    static const struct {
        const char *name, *to;
        uint64_t option;
        size_t at_host;
    } rows[] = {{"answered", "fabrikam.example", 1, 0},
                {"left to the host", "fabrikam.example", 0, 1},
                {"to a user", BOB, 1, 1}};
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct loop_event *answer;
        struct scene s;

        print_message("# %s\n", rows[i].name);
        scene_init(&s, BY_EXTERNAL);
        assert_int_equal(xmppfed_federation_set_option(s.fabrikam->fed, XMPPFED_OPTION_ANSWER_PINGS,
                                                       rows[i].option),
                         0);
        assert_int_equal(loop_send(s.contoso, loop_ping(&s.loop, ALICE "/desk", rows[i].to), 1), 0);
        loop_run(&s.loop);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), rows[i].at_host);
        answer = loop_event(s.contoso, XMPPFED_EVENT_STANZA, 0);
        assert_int_equal(answer != NULL, rows[i].at_host == 0);
        if (answer) {
            assert_string_equal(scene_type(answer->element), "result");
            assert_string_equal(xmppfed_element_attribute(answer->element, "from"), rows[i].to);
            assert_string_equal(xmppfed_element_attribute(answer->element, "to"), ALICE "/desk");
        }
        scene_fini(&s);
    }
}

static void test_one_stream_a_pair(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    for (uint64_t cookie = 1; cookie <= 50; cookie++)
        scene_say(&s, "again", cookie);
    loop_run(&s.loop);
    scene_say(&s, "later", 51);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 1);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_UP), 1);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_UP), 1);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 51);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 1);
    scene_fini(&s);
}

static void test_idle_stream_ends_and_comes_back(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    loop_advance(&s.loop, 3600 * 1000);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 1);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_CLOSE), 1);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    assert_true(xmppfed_federation_deadline(s.contoso->fed) == XMPPFED_TIME_NEVER);
    scene_say(&s, "Still there?", 2);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 2);
    scene_fini(&s);
}

static void test_byte_by_byte(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    s.loop.chunk = 7;
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    scene_fini(&s);
}

static void test_shutdown(void **state)
{
    struct scene s;
    xmppfed_element *late;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    assert_int_equal(loop_send(s.fabrikam, loop_message(&s.loop, BOB, ALICE, "Hi"), 1), 0);
    loop_run(&s.loop);
    scene_say(&s, "Goodbye", 2);
    assert_int_equal(
        loop_send(s.contoso, loop_message(&s.loop, ALICE, "x@fabrikam.example", "y"), 3), 0);
    xmppfed_federation_shutdown(s.contoso->fed, s.loop.now);
    late = loop_message(&s.loop, ALICE, BOB, "late");
    assert_int_equal(loop_send(s.contoso, late, 4), XMPPFED_ERR_SHUTDOWN);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
    assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_outcome(s.contoso, 3), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_outcome(s.contoso, 4), 0);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 3);
    /* The other side has lost both streams and is otherwise well. */
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    scene_fini(&s);
}

static void test_shutdown_bounces_what_has_no_stream(void **state)
{
    struct scene s;
    const struct loop_event *end;
    uint64_t link;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    s.fabrikam->silent = true;
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    xmppfed_federation_shutdown(s.contoso->fed, s.loop.now);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_BOUNCED);
    end = loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, 0);
    assert_int_equal(end->code, XMPPFED_ERR_SHUTDOWN);
    assert_string_equal(scene_condition(end->element), "remote-server-timeout");
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
    assert_int_equal(xmppfed_federation_accept(s.contoso->fed, NULL, s.loop.now, &link),
                     XMPPFED_ERR_SHUTDOWN);
    scene_fini(&s);
}

static void test_connection_limits(void **state)
{
    struct scene s;
    const struct loop_partner one[] = {{.domain = "contoso.example",
                                        .type = XMPPFED_PARTNER_FEDERATED,
                                        .number = 1,
                                        .no_dialback = true,
                                        .bidi = XMPPFED_BIDI_NEVER,
                                        .limit = 1},
                                       {.domain = NULL}};
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    loop_policy(s.fabrikam, one);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    /* Both directions count: there is no room for the way back until the first one ends. */
    assert_int_equal(loop_send(s.fabrikam, loop_message(&s.loop, BOB, ALICE, "Hi"), 1), 0);
    loop_advance(&s.loop, 30 * 1000);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 0);
    assert_int_equal(loop_outcome(s.fabrikam, 1), 0);
    loop_cut(s.contoso);
    loop_advance(&s.loop, 30 * 1000);
    assert_int_equal(loop_outcome(s.fabrikam, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    scene_fini(&s);
}

static void test_calls_about_nothing(void **state)
{
    struct scene s;
    const xmppfed_event *ev;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    assert_int_equal(xmppfed_federation_feed(s.contoso->fed, 77, "x", 1, s.loop.now),
                     XMPPFED_ERR_UNKNOWN_HANDLE);
    assert_int_equal(xmppfed_federation_connected(s.contoso->fed, 77, s.loop.now),
                     XMPPFED_ERR_UNKNOWN_HANDLE);
    assert_int_equal(xmppfed_federation_contact(s.contoso->fed, 77, 1, s.loop.now),
                     XMPPFED_ERR_UNKNOWN_HANDLE);
    assert_int_equal(xmppfed_federation_output(s.contoso->fed, 77).len, 0);
    xmppfed_federation_sent(s.contoso->fed, 77, 5, s.loop.now);
    xmppfed_federation_closed(s.contoso->fed, 77, NULL, s.loop.now);
    xmppfed_federation_dns_answer(s.contoso->fed, 77, "x", 1, s.loop.now);
    xmppfed_federation_dns_failed(s.contoso->fed, 77, s.loop.now);
    assert_int_equal(xmppfed_federation_next_event(s.contoso->fed, s.loop.now, &ev), 0);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
    assert_true(xmppfed_federation_deadline(s.contoso->fed) == XMPPFED_TIME_NEVER);
    xmppfed_federation_free(NULL);
    scene_fini(&s);
}

static void test_options(void **state)
{
    static const struct {
        const char *name;
        int option;
        uint64_t value;
        int rc;
    } rows[] = {
        {"fewest stanzas", XMPPFED_OPTION_QUEUE_STANZAS, 1, 0},
        {"no stanza", XMPPFED_OPTION_QUEUE_STANZAS, 0, XMPPFED_ERR_ARGUMENT},
        {"most stanzas", XMPPFED_OPTION_QUEUE_STANZAS, 100000, 0},
        {"too many stanzas", XMPPFED_OPTION_QUEUE_STANZAS, 100001, XMPPFED_ERR_ARGUMENT},
        {"fewest bytes", XMPPFED_OPTION_QUEUE_BYTES, 65536, 0},
        {"too few bytes", XMPPFED_OPTION_QUEUE_BYTES, 65535, XMPPFED_ERR_ARGUMENT},
        {"longest wait", XMPPFED_OPTION_QUEUE_SECONDS, 3600, 0},
        {"too long a wait", XMPPFED_OPTION_QUEUE_SECONDS, 3601, XMPPFED_ERR_ARGUMENT},
        {"checks", XMPPFED_OPTION_PENDING_CHECKS, 65536, 0},
        {"unknown", 0, 1, XMPPFED_ERR_ARGUMENT},
        {"no acks", XMPPFED_OPTION_ACKS, 0, 0},
        {"acks are on or off", XMPPFED_OPTION_ACKS, 2, XMPPFED_ERR_ARGUMENT},
        {"no sharing", XMPPFED_OPTION_MULTIPLEX, 0, 0},
        {"shared or not", XMPPFED_OPTION_MULTIPLEX, 2, XMPPFED_ERR_ARGUMENT},
        {"no pings", XMPPFED_OPTION_ANSWER_PINGS, 0, 0},
        {"no resumption", XMPPFED_OPTION_RESUME_SECONDS, 0, 0},
        {"longest resumption", XMPPFED_OPTION_RESUME_SECONDS, 3600, 0},
        {"too long a resumption", XMPPFED_OPTION_RESUME_SECONDS, 3601, XMPPFED_ERR_ARGUMENT},
        {"most sessions", XMPPFED_OPTION_RESUME_SESSIONS, 100000, 0},
        {"too many sessions", XMPPFED_OPTION_RESUME_SESSIONS, 100001, XMPPFED_ERR_ARGUMENT},
        {"POSH is on or off", XMPPFED_OPTION_POSH, 2, XMPPFED_ERR_ARGUMENT},
        {"unknown", XMPPFED_OPTION_MULTIPLEX + 1, 1, XMPPFED_ERR_ARGUMENT},
    };
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (xmppfed_federation_set_option(s.contoso->fed, rows[i].option, rows[i].value) !=
            rows[i].rc)
            fail_msg("%s", rows[i].name);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_malformed_address),
        cmocka_unit_test(test_ping_to_a_domain),
        cmocka_unit_test(test_one_stream_a_pair),
        cmocka_unit_test(test_idle_stream_ends_and_comes_back),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_shutdown),
        cmocka_unit_test(test_shutdown_bounces_what_has_no_stream),
        cmocka_unit_test(test_connection_limits),
        cmocka_unit_test(test_calls_about_nothing),
        cmocka_unit_test(test_options),
    };

    return cmocka_run_group_tests_name("pair/federation", tests, NULL, NULL);
}
