/* test_racing.c - several servers of one partner: who is tried when, who wins, what it may cost. */
#include "scene.h"

/* Beside the scene's two a further server of fabrikam.example: 192.0.2.3. */
enum { BACKUP = 3, NOBODY = 9, DELAY = 250 };

struct race {
    struct scene s;
    struct loop_side *first;
    struct loop_side *backup;
};

/* What contoso knows of its partner: these servers, in order. */
static void know(struct race *r, const unsigned *servers, uint32_t limit, enum scene_proof proof)
{
    struct loop_partner partners[] = {
        scene_partner("fabrikam.example", servers[0], XMPPFED_PARTNER_FEDERATED, proof),
        {.domain = NULL}};

    partners[0].limit = limit;
    for (size_t i = 0; i < LOOP_MORE && servers[i]; i++)
        partners[0].more[i] = servers[i + 1];
    loop_policy(r->s.contoso, partners);
}

static void race_init(struct race *r, enum scene_proof proof)
{
    static const unsigned both[] = {2, BACKUP, 0, 0, 0};

    scene_init(&r->s, proof);
    r->first = r->s.fabrikam;
    r->backup = loop_add(&r->s.loop, "fabrikam.example", "fabrikam");
    r->s.fabrikam = r->backup;
    scene_trust(&r->s, r->backup, XMPPFED_PARTNER_FEDERATED, proof);
    r->s.fabrikam = r->first;
    know(r, both, 0, proof);
}

/* Lets time pass until a stanza has an outcome; how much it was. Never more than a minute. */
static xmppfed_time wait_for(struct race *r, uint64_t cookie)
{
    xmppfed_time start = r->s.loop.now;

    loop_run(&r->s.loop);
    while (loop_outcome(r->s.contoso, cookie) == 0 && r->s.loop.now < start + 60 * 1000)
        loop_advance(&r->s.loop, 10);
    return r->s.loop.now - start;
}

/* Exactly one stream stands, and each stanza came once. */
static void expect_one_stream(struct race *r, size_t stanzas)
{
    loop_run(&r->s.loop);
    assert_int_equal(loop_count(r->s.contoso, XMPPFED_EVENT_STREAM_UP), 1);
    assert_int_equal(xmppfed_federation_links(r->s.contoso->fed), 1);
    assert_int_equal(loop_count(r->first, XMPPFED_EVENT_STANZA) +
                         loop_count(r->backup, XMPPFED_EVENT_STANZA),
                     stanzas);
}

static void test_dead_primary(void **state)
{
    static const struct {
        const char *name;
        bool refuses, silent, stuck;
        xmppfed_time most;
    } rows[] = {
        {"nothing is wrong", .most = 0},
        {"the first refuses", .refuses = true, .most = 0},
        {"the first is a black hole", .silent = true, .most = DELAY},
        {"the first takes the connection and says nothing", .stuck = true, .most = DELAY},
    };
    static const enum scene_proof proofs[] = {BY_EXTERNAL, BY_DIALBACK_TLS, BY_DIALBACK_TCP};
    (void)state;

    for (size_t i = 0; i < 3 * sizeof(rows) / sizeof(rows[0]); i++) {
        size_t row = i / 3;
        xmppfed_time took;
        struct race r;

        print_message("# %s, proof %zu\n", rows[row].name, i % 3);
        race_init(&r, proofs[i % 3]);
        r.first->refuses = rows[row].refuses;
        r.first->silent = rows[row].silent;
        r.first->stuck = rows[row].stuck;
        scene_say(&r.s, "Hello", 1);
        took = wait_for(&r, 1);
        assert_int_equal(loop_outcome(r.s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_in_range(took, rows[row].most, rows[row].most + 10);
        if (proofs[i % 3] == BY_EXTERNAL)
            expect_one_stream(&r, 1);
        scene_fini(&r.s);
    }
}

/* Two dials that wait for their servers. */
static void dial_both(struct race *r)
{
    race_init(r, BY_EXTERNAL);
    r->first->silent = true;
    r->backup->silent = true;
    scene_say(&r->s, "Hello", 1);
    loop_advance(&r->s.loop, DELAY);
    assert_int_equal(loop_count(r->s.contoso, XMPPFED_EVENT_DIAL), 2);
}

static void test_both_connect_at_once(void **state)
{
    struct race r;
    (void)state;

    dial_both(&r);
    loop_answer(r.backup);
    loop_answer(r.first);
    loop_run(&r.s.loop);
    assert_int_equal(loop_outcome(r.s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(r.backup, XMPPFED_EVENT_STREAM_UP), 1);
    /* Nothing was said on the reserve, and the host was told of no failure. */
    assert_int_equal(loop_count(r.first, XMPPFED_EVENT_OUTPUT), 0);
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_STREAM_DOWN), 0);
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_CLOSE), 1);
    expect_one_stream(&r, 1);
    scene_fini(&r.s);
}

static void test_reserve_takes_over(void **state)
{
    struct race r;
    (void)state;

    dial_both(&r);
    r.first->stuck = true;
    loop_answer(r.first);
    loop_answer(r.backup);
    loop_run(&r.s.loop);
    assert_int_equal(loop_outcome(r.s.contoso, 1), 0);
    assert_int_equal(loop_count(r.backup, XMPPFED_EVENT_OUTPUT), 0);
    loop_cut(r.first);
    loop_run(&r.s.loop);
    assert_int_equal(loop_outcome(r.s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL), 2);
    expect_one_stream(&r, 1);
    scene_fini(&r.s);
}

/* One that has fallen silent wakes up while the other negotiates: both could be proved. */
static void test_two_negotiate(void **state)
{
    size_t first_wins = 0;
    size_t backup_wins = 0;
    (void)state;

    for (size_t chunk = 100; chunk < 3000; chunk += 100) {
        struct race r;

        race_init(&r, BY_EXTERNAL);
        r.s.loop.chunk = chunk;
        r.first->stuck = true;
        r.backup->silent = true;
        scene_say(&r.s, "Hello", 1);
        loop_advance(&r.s.loop, DELAY);
        assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL), 2);
        loop_answer(r.backup);
        r.first->stuck = false;
        loop_run(&r.s.loop);
        assert_int_equal(loop_outcome(r.s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
        expect_one_stream(&r, 1);
        first_wins += loop_count(r.first, XMPPFED_EVENT_STANZA);
        backup_wins += loop_count(r.backup, XMPPFED_EVENT_STANZA);
        scene_fini(&r.s);
    }
    assert_int_equal(first_wins + backup_wins, 29);
}

static void test_bounded(void **state)
{
    /* Of what the record lists, all but the last swallow everything. */
    static const unsigned holes[] = {2, 2, 2, 2, BACKUP};
    static const struct {
        const char *name;
        uint32_t limit;
        size_t most;
        xmppfed_time least, latest;
    } rows[] = {
        {"three at a time", 0, 3, 2000, 2600},
        {"the partner's limit is two", 2, 2, 2000, 6500},
        {"the partner's limit is one", 1, 1, 8000, 8100},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t most = 0;
        struct race r;

        print_message("# %s\n", rows[i].name);
        race_init(&r, BY_EXTERNAL);
        know(&r, holes, rows[i].limit, BY_EXTERNAL);
        r.first->silent = true;
        scene_say(&r.s, "Hello", 1);
        while (loop_outcome(r.s.contoso, 1) == 0 && r.s.loop.now < 20 * 1000) {
            size_t links = xmppfed_federation_links(r.s.contoso->fed);

            most = links > most ? links : most;
            loop_advance(&r.s.loop, 10);
        }
        assert_int_equal(loop_outcome(r.s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_int_equal(most, rows[i].most);
        assert_in_range(r.s.loop.now - 1000, rows[i].least, rows[i].latest);
        assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL), 5);
        expect_one_stream(&r, 1);
        scene_fini(&r.s);
    }
}

static void test_delay_is_an_option(void **state)
{
    struct race r;
    (void)state;

    race_init(&r, BY_EXTERNAL);
    r.first->silent = true;
    assert_int_equal(
        xmppfed_federation_set_option(r.s.contoso->fed, XMPPFED_OPTION_RACE_MILLISECONDS, 9),
        XMPPFED_ERR_ARGUMENT);
    assert_int_equal(
        xmppfed_federation_set_option(r.s.contoso->fed, XMPPFED_OPTION_RACE_MILLISECONDS, 15001),
        XMPPFED_ERR_ARGUMENT);
    assert_int_equal(
        xmppfed_federation_set_option(r.s.contoso->fed, XMPPFED_OPTION_RACE_MILLISECONDS, 1000), 0);
    scene_say(&r.s, "Hello", 1);
    assert_in_range(wait_for(&r, 1), 1000, 1010);
    scene_fini(&r.s);
}

/* A far server is no silent one: its first word has as long as the connection took on top. */
static void test_patience_with_far_servers(void **state)
{
    struct race r;
    (void)state;

    race_init(&r, BY_EXTERNAL);
    r.first->silent = true;
    r.first->stuck = true;
    r.backup->silent = true;
    scene_say(&r.s, "Hello", 1);
    loop_advance(&r.s.loop, 600);
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL), 2);
    loop_answer(r.first);
    loop_run(&r.s.loop);
    loop_answer(r.backup);
    loop_advance(&r.s.loop, 600 + DELAY - 20);
    assert_int_equal(loop_count(r.backup, XMPPFED_EVENT_OUTPUT), 0);
    loop_advance(&r.s.loop, 40);
    assert_int_equal(loop_outcome(r.s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_true(loop_count(r.backup, XMPPFED_EVENT_OUTPUT) > 0);
    expect_one_stream(&r, 1);
    scene_fini(&r.s);
}

static void test_all_fail(void **state)
{
    static const unsigned nobody[] = {NOBODY, 2, NOBODY, 0, 0};
    struct race r;
    (void)state;

    race_init(&r, BY_EXTERNAL);
    know(&r, nobody, 0, BY_EXTERNAL);
    r.first->silent = true;
    scene_say(&r.s, "Hello", 1);
    loop_advance(&r.s.loop, 14 * 1000);
    /* Still one that may answer: the round is not over. */
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL), 3);
    assert_int_equal(xmppfed_federation_links(r.s.contoso->fed), 1);
    loop_advance(&r.s.loop, 2500);
    assert_true(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL) > 3);
    loop_advance(&r.s.loop, 120 * 1000);
    assert_int_equal(loop_outcome(r.s.contoso, 1), XMPPFED_OUTCOME_EXPIRED);
    assert_int_equal(xmppfed_federation_links(r.s.contoso->fed), 0);
    assert_true(xmppfed_federation_deadline(r.s.contoso->fed) == XMPPFED_TIME_NEVER);
    scene_fini(&r.s);
}

/* A server that failed comes after those that did not, until it has had its time. */
static void test_dead_servers_are_remembered(void **state)
{
    static const struct {
        const char *name;
        bool refuses, silent, stuck;
    } rows[] = {
        {"it refuses", .refuses = true},
        {"it is a black hole", .silent = true},
        {"it says nothing", .stuck = true},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct race r;

        print_message("# %s\n", rows[i].name);
        race_init(&r, BY_EXTERNAL);
        r.first->refuses = rows[i].refuses;
        r.first->silent = rows[i].silent;
        r.first->stuck = rows[i].stuck;
        scene_say(&r.s, "Hello", 1);
        (void)wait_for(&r, 1);
        loop_cut(r.backup);
        scene_say(&r.s, "Hello?", 2);
        assert_int_equal(wait_for(&r, 2), 0);
        assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL), 3);
        /* The first is well again, and its time passes. */
        r.first->refuses = false;
        r.first->silent = false;
        r.first->stuck = false;
        loop_advance(&r.s.loop, 31 * 1000);
        loop_cut(r.backup);
        scene_say(&r.s, "Hello!", 3);
        assert_int_equal(wait_for(&r, 3), 0);
        assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL), 4);
        assert_int_equal(loop_count(r.first, XMPPFED_EVENT_STANZA), 1);
        scene_fini(&r.s);
    }
}

/* Says numbered things for some seconds, one in each. */
static void keep_talking(struct race *r, uint64_t *cookie, unsigned seconds)
{
    for (unsigned i = 0; i < seconds; i++) {
        char body[16];

        (void)snprintf(body, sizeof(body), "%u", (unsigned)*cookie);
        scene_say(&r->s, body, (*cookie)++);
        scene_say(&r->s, "and", 10000 + *cookie);
        loop_advance(&r->s.loop, 1000);
    }
}

/* The numbers that a side heard are these, in order; how many. */
static uint64_t expect_numbers(const struct loop_side *s, uint64_t from)
{
    for (size_t i = 0; i < s->event_count; i++) {
        const char *body;

        if (s->events[i]->kind != XMPPFED_EVENT_STANZA)
            continue;
        body = scene_body(s->events[i]->element);
        if (strcmp(body, "and") != 0)
            assert_int_equal(strtoul(body, NULL, 10), from++);
    }
    return from;
}

static void test_back_to_the_better_server(void **state)
{
    uint64_t cookie = 1;
    uint64_t heard;
    struct race r;
    (void)state;

    race_init(&r, BY_EXTERNAL);
    assert_int_equal(
        xmppfed_federation_set_option(r.s.contoso->fed, XMPPFED_OPTION_RETURN_SECONDS, 9),
        XMPPFED_ERR_ARGUMENT);
    assert_int_equal(
        xmppfed_federation_set_option(r.s.contoso->fed, XMPPFED_OPTION_RETURN_SECONDS, 60), 0);
    r.first->refuses = true;
    keep_talking(&r, &cookie, 29);
    /* Tried again and still dead: nothing happens to the stream. */
    keep_talking(&r, &cookie, 61);
    assert_in_range(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL), 3, 5);
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_STREAM_UP), 1);
    r.first->refuses = false;
    keep_talking(&r, &cookie, 61);
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_STREAM_UP), 2);
    assert_int_equal(xmppfed_federation_links(r.s.contoso->fed), 1);
    heard = expect_numbers(r.backup, 1);
    assert_true(heard > 90);
    assert_int_equal(expect_numbers(r.first, heard), cookie);
    for (uint64_t i = 1; i < cookie; i++)
        assert_int_equal(loop_outcome(r.s.contoso, i), XMPPFED_OUTCOME_ACKNOWLEDGED);
    /* It is with the best one: nothing is tried any more. */
    loop_forget(r.s.contoso);
    keep_talking(&r, &cookie, 120);
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL), 0);
    scene_fini(&r.s);
}

/* Of servers that DNS names, it is asked again before one is taken for better. */
static void test_back_by_dns(void **state)
{
    static const struct loop_partner by_dns[] = {
        {.domain = "fabrikam.example", .type = XMPPFED_PARTNER_FEDERATED, .no_dialback = true},
        {.domain = NULL}};
    uint64_t cookie = 1;
    struct race r;
    (void)state;

    race_init(&r, BY_EXTERNAL);
    loop_policy(r.s.contoso, by_dns);
    assert_int_equal(
        xmppfed_federation_set_option(r.s.contoso->fed, XMPPFED_OPTION_RETURN_SECONDS, 90), 0);
    assert_int_equal(xmppfed_federation_set_option(r.s.contoso->fed, XMPPFED_OPTION_DNS_CACHE, 0),
                     0);
    r.s.contoso->rcode = 0;
    r.s.contoso->hosts[0] = r.first->number;
    r.s.contoso->direct_port = LOOP_DIRECT;
    r.s.contoso->starttls_port = 5269;
    r.first->refused_port = LOOP_DIRECT;
    keep_talking(&r, &cookie, 2);
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL), 2);
    /* Name servers are down when the time comes: the stream stays as it is. */
    r.first->refused_port = 0;
    r.s.contoso->rcode = 2;
    loop_forget(r.s.contoso);
    keep_talking(&r, &cookie, 92);
    assert_true(loop_count(r.s.contoso, XMPPFED_EVENT_DNS) > 0);
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_STREAM_DOWN), 0);
    r.s.contoso->rcode = 0;
    keep_talking(&r, &cookie, 120);
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_DIAL), 1);
    assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_STREAM_UP), 1);
    assert_int_equal(xmppfed_federation_links(r.s.contoso->fed), 1);
    assert_int_equal(expect_numbers(r.first, 1), cookie);
    scene_fini(&r.s);
}

/* What ends while a better server is being dialled: the stream, the federation, the attempt. */
static void test_ends_while_moving(void **state)
{
    enum end { STREAM_ENDS, SHUTDOWN_COMES, ATTEMPT_BREAKS };
    static const struct {
        const char *name;
        enum end end;
    } rows[] = {
        {"the stream ends", STREAM_ENDS},
        {"the federation is shut down", SHUTDOWN_COMES},
        {"the attempt breaks", ATTEMPT_BREAKS},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t cookie = 1;
        struct race r;

        print_message("# %s\n", rows[i].name);
        race_init(&r, BY_EXTERNAL);
        assert_int_equal(
            xmppfed_federation_set_option(r.s.contoso->fed, XMPPFED_OPTION_RETURN_SECONDS, 10), 0);
        r.first->refuses = true;
        keep_talking(&r, &cookie, 1);
        r.first->refuses = false;
        r.first->silent = true;
        while (xmppfed_federation_links(r.s.contoso->fed) < 2)
            keep_talking(&r, &cookie, 1);
        if (rows[i].end == STREAM_ENDS) {
            loop_cut(r.backup);
            loop_answer(r.first);
        } else if (rows[i].end == SHUTDOWN_COMES) {
            xmppfed_federation_shutdown(r.s.contoso->fed, r.s.loop.now);
            loop_run(&r.s.loop);
            assert_int_equal(xmppfed_federation_links(r.s.contoso->fed), 0);
            scene_fini(&r.s);
            continue;
        } else {
            r.first->stuck = true;
            loop_answer(r.first);
            loop_run(&r.s.loop);
            loop_cut(r.first);
        }
        keep_talking(&r, &cookie, 2);
        for (uint64_t k = 1; k < cookie; k++)
            assert_int_equal(loop_outcome(r.s.contoso, k), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_int_equal(xmppfed_federation_links(r.s.contoso->fed), 1);
        scene_fini(&r.s);
    }
}

static void test_shutdown_in_the_middle(void **state)
{
    static const struct {
        const char *name;
        bool stuck; /* else silent */
        xmppfed_time after;
    } rows[] = {
        {"one is dialled", false, 0},
        {"both are dialled", false, DELAY},
        {"one negotiates", true, 0},
        {"one negotiates, one is dialled", true, DELAY + 10},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct race r;

        print_message("# %s\n", rows[i].name);
        race_init(&r, BY_EXTERNAL);
        r.first->silent = !rows[i].stuck;
        r.first->stuck = rows[i].stuck;
        r.backup->silent = true;
        scene_say(&r.s, "Hello", 1);
        loop_advance(&r.s.loop, rows[i].after);
        xmppfed_federation_shutdown(r.s.contoso->fed, r.s.loop.now);
        loop_run(&r.s.loop);
        assert_int_equal(loop_outcome(r.s.contoso, 1), XMPPFED_OUTCOME_BOUNCED);
        assert_int_equal(xmppfed_federation_links(r.s.contoso->fed), 0);
        assert_int_equal(loop_count(r.s.contoso, XMPPFED_EVENT_CLOSE),
                         loop_count(r.s.contoso, XMPPFED_EVENT_DIAL));
        scene_fini(&r.s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dead_primary),
        cmocka_unit_test(test_both_connect_at_once),
        cmocka_unit_test(test_reserve_takes_over),
        cmocka_unit_test(test_two_negotiate),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_delay_is_an_option),
        cmocka_unit_test(test_patience_with_far_servers),
        cmocka_unit_test(test_all_fail),
        cmocka_unit_test(test_dead_servers_are_remembered),
        cmocka_unit_test(test_back_to_the_better_server),
        cmocka_unit_test(test_back_by_dns),
        cmocka_unit_test(test_ends_while_moving),
        cmocka_unit_test(test_shutdown_in_the_middle),
    };

    return cmocka_run_group_tests_name("pair/racing", tests, NULL, NULL);
}
