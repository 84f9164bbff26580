/* test_resolver.c - the public resolver: limits, cancelling, forged answers, memory, many at once.
 */
#include "zone.h"

#include "support/context.h"

#define D "fabrikam.example"
#define SRV "_xmpp-server._tcp." D

static const struct zone_row rows[] = {
    {SRV, TYPE_SRV, "x." D, .port = 5269},
    {"x." D, TYPE_A, "192.0.2.1"},
    {"x." D, TYPE_AAAA, "2001:db8::1"},
    {"_5269._tcp.x." D, TYPE_TLSA, "3 1 1 abc"},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static void test_arguments(void **state)
{
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    xmppfed_dns_query q;
    uint64_t id = 77;

    (void)state;
    assert_int_equal(xmppfed_resolver_new(NULL, &r), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_resolver_start(r, "not a domain", 0, &id), XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_resolver_start(r, NULL, 0, &id), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_resolver_start_host(r, "", 5269, 0, &id), XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_resolver_start_host(r, D, 0, 0, &id), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(id, 77);
    assert_int_equal(xmppfed_resolver_next_query(r, 0, &q), 0);
    assert_int_equal(xmppfed_resolver_next_query(r, 0, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 0);
    assert_int_equal(xmppfed_resolver_next_result(r, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_resolver_answer(r, 5, "", 0, 0), 0);
    assert_int_equal(xmppfed_resolver_answer(r, 5, NULL, 1, 0), XMPPFED_ERR_ARGUMENT);
    xmppfed_resolver_failed(r, 5, 0);
    xmppfed_resolver_cancel(r, 5);
    xmppfed_resolver_free(r);
    xmppfed_resolver_free(NULL);
}

static void test_cancel(void **state)
{
    struct zone z = {.rows = rows, .count = ROW_COUNT};
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    struct message m;
    xmppfed_dns_query q;
    uint64_t id;

    (void)state;
    /* While a query waits to be sent. */
    assert_int_equal(xmppfed_resolver_start(r, D, 0, &id), 0);
    xmppfed_resolver_cancel(r, id);
    assert_int_equal(xmppfed_resolver_next_query(r, 0, &q), 0);
    /* While one is on its way. */
    assert_int_equal(xmppfed_resolver_start(r, D, 0, &id), 0);
    assert_int_equal(xmppfed_resolver_next_query(r, 0, &q), 1);
    assert_true(zone_answer(&z, &q, &m));
    xmppfed_resolver_cancel(r, id);
    assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, 0), 0);
    assert_int_equal(xmppfed_resolver_next_query(r, 0, &q), 0);
    /* When it has ended and is not reported. */
    assert_int_equal(xmppfed_resolver_start(r, "192.0.2.1", 0, &id), 0);
    xmppfed_resolver_cancel(r, id);
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 0);
    assert_int_equal(xmppfed_resolver_deadline(r), XMPPFED_TIME_NEVER);
    xmppfed_resolver_free(r);
}

static void test_forged_answers_do_not_count(void **state)
{
    struct zone z = {.rows = rows, .count = ROW_COUNT};
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    xmppfed_time now = 0;
    struct message m;
    xmppfed_dns_query q;
    unsigned number;
    uint64_t id;

    (void)state;
    assert_int_equal(xmppfed_resolver_start(r, D, now, &id), 0);
    assert_int_equal(xmppfed_resolver_next_query(r, now, &q), 1);
    number = (unsigned)q.data[0] << 8 | q.data[1];
    /* Another number; another question; no answer at all; the query itself. */
    message_begin(&m, number ^ 1, 0, RCODE_NXDOMAIN, SRV, TYPE_SRV);
    assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, now), 0);
    message_begin(&m, number, 0, RCODE_NXDOMAIN, "_xmpp-server._tcp.evil.example", TYPE_SRV);
    assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, now), 0);
    assert_int_equal(xmppfed_resolver_answer(r, q.token, "", 0, now), 0);
    memcpy(m.data, q.data, q.len);
    assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, q.len, now), 0);
    /* The right answer under a token that is not open. */
    assert_true(zone_answer(&z, &q, &m));
    assert_int_equal(xmppfed_resolver_answer(r, q.token ^ 8, m.data, m.len, now), 0);
    /* A message larger than any that is read. */
    assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, 4097, now), 0);
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 0);
    assert_int_equal(xmppfed_resolver_deadline(r), 2000);
    assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, now), 0);
    result = zone_run(&z, r, &now);
    assert_int_equal(result->code, 0);
    assert_int_equal(result->count, 2);
    xmppfed_resolver_free(r);
}

static void test_pending_look_ups_are_bounded(void **state)
{
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    uint64_t first = 0;
    uint64_t id;

    (void)state;
    for (int i = 0; i < 1024; i++) {
        assert_int_equal(xmppfed_resolver_start(r, D, 0, &id), 0);
        if (i == 0)
            first = id;
    }
    assert_int_equal(xmppfed_resolver_start(r, D, 0, &id), XMPPFED_ERR_LIMIT_PENDING);
    xmppfed_resolver_cancel(r, first);
    assert_int_equal(xmppfed_resolver_start(r, "192.0.2.1", 0, &id), 0);
    /* One that has ended counts until it is reported. */
    assert_int_equal(xmppfed_resolver_start(r, D, 0, &id), XMPPFED_ERR_LIMIT_PENDING);
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 1);
    assert_int_equal(xmppfed_resolver_start(r, D, 0, &id), 0);
    xmppfed_resolver_free(r);
}

static void test_many_look_ups_interleaved(void **state)
{
    struct zone z = {.rows = rows, .count = ROW_COUNT};
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    xmppfed_time now = 0;
    uint64_t seen = 0;
    uint64_t id;

    (void)state;
    for (int i = 0; i < 60; i++)
        assert_int_equal(xmppfed_resolver_start(r, i % 2 ? D : "none.example", now, &id), 0);
    for (int i = 0; i < 60; i++) {
        result = zone_run(&z, r, &now);
        assert_true(result->lookup >= 1 && result->lookup <= 60);
        assert_int_equal(result->code, result->lookup % 2 ? XMPPFED_ERR_DNS_NO_DOMAIN : 0);
        seen |= UINT64_C(1) << result->lookup;
    }
    assert_int_equal(seen, ((UINT64_C(1) << 60) - 1) << 1);
    xmppfed_resolver_free(r);
}

static void test_without_randomness(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_resolver *r = NULL;
    const xmppfed_dns_result *result;
    xmppfed_dns_query q;
    uint64_t id;

    (void)state;
    xmppfed_context_set_random(ctx, test_random_failing, NULL);
    assert_int_equal(xmppfed_resolver_new(ctx, &r), 0);
    assert_int_equal(xmppfed_resolver_start(r, D, 0, &id), 0);
    assert_int_equal(xmppfed_resolver_next_query(r, 0, &q), XMPPFED_ERR_INTERNAL);
    xmppfed_resolver_tick(r, 15000);
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 1);
    xmppfed_resolver_free(r);
    xmppfed_context_unref(ctx);
}

/* Runs a look-up to its end; returns the code of the first call that failed, or of the result. */
static int look_up(xmppfed_context *ctx, xmppfed_resolver **r)
{
    struct zone z = {.rows = rows, .count = ROW_COUNT, .secure = true};
    const xmppfed_dns_result *result;
    xmppfed_time now = 0;
    uint64_t id;
    int rc;

    if ((rc = xmppfed_resolver_new(ctx, r)) < 0)
        return rc;
    xmppfed_resolver_set_trusted(*r, 1);
    if ((rc = xmppfed_resolver_start(*r, D, now, &id)) < 0)
        return rc;
    result = zone_run(&z, *r, &now);
    if (result->code == 0) {
        assert_int_equal(result->count, 2);
        assert_int_equal(result->endpoints[1].tlsa_count, 1);
    }
    return result->code;
}

static void test_every_allocation_may_fail(void **state)
{
    size_t failures = 0;
    size_t skip = 0;
    bool reached;

    (void)state;
    do {
        struct alloc_fail memory;
        xmppfed_context *ctx = test_context_counted(&memory);
        xmppfed_resolver *r = NULL;
        uint64_t seed = 1;
        int rc;

        xmppfed_context_set_random(ctx, test_random, &seed);
        memory.fail_at = memory.calls + ++skip;
        rc = look_up(ctx, &r);
        reached = memory.calls >= memory.fail_at;
        /* What cannot be kept in the cache is no failure. */
        if (rc < 0) {
            assert_int_equal(rc, XMPPFED_ERR_NOMEM);
            failures++;
        }
        xmppfed_resolver_free(r);
        test_context_counted_free(ctx, &memory);
    } while (reached);
    assert_true(failures >= 5);
    assert_true(skip > failures + 5);
}

/* Answers with flipped bits, at every step: each look-up still comes to its end, within its time.
 */
static void test_mutated_answers(void **state)
{
    struct zone z = {.rows = rows, .count = ROW_COUNT};
    uint64_t seed = 7;
    uint64_t dice_seed = 9;
    xmppfed_resolver *r = zone_resolver(&seed);
    static struct message m;

    (void)state;
    for (int round = 0; round < 1000; round++) {
        const xmppfed_dns_result *result = NULL;
        xmppfed_time now = 0;
        xmppfed_dns_query q;
        uint64_t id;

        assert_int_equal(xmppfed_resolver_start(r, D, now, &id), 0);
        while (xmppfed_resolver_next_result(r, &result) == 0) {
            while (xmppfed_resolver_next_query(r, now, &q) == 1) {
                uint8_t dice[3];

                assert_true(zone_answer(&z, &q, &m));
                assert_int_equal(test_random(dice, sizeof(dice), &dice_seed), 0);
                m.data[(dice[0] << 8 | dice[1]) % m.len] ^= (uint8_t)(1U << dice[2] % 8);
                assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, now), 0);
            }
            if (xmppfed_resolver_deadline(r) != XMPPFED_TIME_NEVER)
                now = xmppfed_resolver_deadline(r);
            xmppfed_resolver_tick(r, now);
        }
        assert_int_equal(result->lookup, id);
        assert_true(now <= 15000);
    }
    xmppfed_resolver_free(r);
}

static const xmppfed_dns_result *start_and_run(xmppfed_resolver *r, struct zone *z,
                                               xmppfed_time *now)
{
    uint64_t id;

    assert_int_equal(xmppfed_resolver_start(r, D, *now, &id), 0);
    return zone_run(z, r, now);
}

static void test_the_cache_answers(void **state)
{
    struct zone z = {.rows = rows, .count = ROW_COUNT, .negative_ttl = 300};
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    xmppfed_time now = 0;
    uint64_t id;

    (void)state;
    result = start_and_run(r, &z, &now);
    assert_int_equal(result->ttl, 300);
    assert_int_equal(z.queries, 4);
    now = 100000;
    result = start_and_run(r, &z, &now);
    assert_int_equal(result->count, 2);
    assert_int_equal(result->ttl, 200);
    assert_false(result->stale);
    assert_int_equal(z.queries, 4);
    /* A result that the cache alone gave is there at once. */
    assert_int_equal(xmppfed_resolver_start(r, D, now, &id), 0);
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 1);
    assert_int_equal(result->lookup, id);
    now = 300000;
    (void)start_and_run(r, &z, &now);
    assert_int_equal(z.queries, 8);
    xmppfed_resolver_set_cache(r, 0);
    (void)start_and_run(r, &z, &now);
    assert_int_equal(z.queries, 12);
    /* Answers of a server that was not trusted say nothing about what is secure. */
    xmppfed_resolver_set_cache(r, 100);
    (void)start_and_run(r, &z, &now);
    xmppfed_resolver_set_trusted(r, 1);
    z.secure = true;
    result = start_and_run(r, &z, &now);
    assert_int_equal(result->endpoints[0].secure, XMPPFED_SECURE_ALL);
    xmppfed_resolver_free(r);
}

static void test_stale_answers_help_out(void **state)
{
    static const struct zone_row silent[] = {{SRV, 0, NULL, .silent = true},
                                             {"_xmpps-server._tcp." D, 0, NULL, .silent = true},
                                             {"x." D, 0, NULL, .silent = true}};
    static const struct zone_row failing[] = {{SRV, 0, NULL, .rcode = RCODE_SERVFAIL},
                                              {"x." D, TYPE_A, "192.0.2.1"}};
    static const struct zone_row bogus[] = {{SRV, TYPE_SRV, "x." D, .bogus = true},
                                            {"x." D, TYPE_A, "192.0.2.1"}};
    struct zone z = {.rows = rows, .count = ROW_COUNT};
    struct zone out = {.rows = silent, .count = 3};
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    xmppfed_time now = 0;

    (void)state;
    (void)start_and_run(r, &z, &now);
    now = 400000; /* past the 300 s of the records */
    result = start_and_run(r, &out, &now);
    assert_int_equal(result->code, 0);
    assert_int_equal(result->count, 2);
    assert_true(result->stale);
    assert_true(now <= 400000 + 6000); /* one patience a step, not the whole schedule */
    /* A server that fails, and fails as well without checking, does not know either. */
    now = 800000;
    out = (struct zone){.rows = failing, .count = 2};
    result = start_and_run(r, &out, &now);
    assert_int_equal(result->code, 0);
    assert_true(result->stale);
    assert_int_equal(out.probes, 1);
    /* What is bogus now was perhaps changed on the way: nothing of old hides that. */
    now = 1200000;
    out = (struct zone){.rows = bogus, .count = 2};
    result = start_and_run(r, &out, &now);
    assert_int_equal(result->code, XMPPFED_ERR_DNS_BOGUS);
    xmppfed_resolver_free(r);
}

/* A name server that is dead costs its patience once, not for each look-up. */
static void test_servers_take_turns(void **state)
{
    struct zone z = {.rows = rows, .count = ROW_COUNT};
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    xmppfed_time now = 0;
    struct message m;
    xmppfed_dns_query q;
    uint64_t id;

    (void)state;
    xmppfed_resolver_set_cache(r, 0);
    assert_int_equal(xmppfed_resolver_start(r, D, now, &id), 0);
    while (xmppfed_resolver_next_query(r, now, &q) == 1)
        assert_int_equal(q.server, 0);
    xmppfed_resolver_tick(r, now = 2000);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(xmppfed_resolver_next_query(r, now, &q), 1);
        assert_int_equal(q.server, 1);
        assert_true(zone_answer(&z, &q, &m));
        assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, now), 0);
    }
    (void)zone_run(&z, r, &now);
    assert_int_equal(xmppfed_resolver_start(r, D, now, &id), 0);
    while (xmppfed_resolver_next_query(r, now, &q) == 1)
        assert_int_equal(q.server, 1);
    xmppfed_resolver_free(r);
}

static void test_mixed_case(void **state)
{
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    xmppfed_dns_query q;
    struct message m;
    uint64_t id;

    (void)state;
    xmppfed_resolver_set_mixed_case(r, 1);
    assert_int_equal(xmppfed_resolver_start_host(r, D, 5269, 0, &id), 0);
    for (int i = 0; i < 2; i++) {
        char name[256];
        unsigned type;

        assert_int_equal(xmppfed_resolver_next_query(r, 0, &q), 1);
        zone_read_question(q.data, q.len, name, &type);
        assert_string_not_equal(name, D);
        /* The answer of somebody who did not see the query. */
        message_begin(&m, (unsigned)q.data[0] << 8 | q.data[1], 0, RCODE_OK, D, type);
        message_address(&m, D, type == TYPE_A ? 4 : 16, 9);
        assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, 0), 0);
        message_begin(&m, (unsigned)q.data[0] << 8 | q.data[1], 0, RCODE_OK, name, type);
        message_address(&m, D, type == TYPE_A ? 4 : 16, 1);
        assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, 0), 0);
    }
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 1);
    assert_int_equal(result->count, 2);
    assert_string_equal(result->endpoints[1].address, "192.0.0.1");
    xmppfed_resolver_free(r);
}

/* Over TCP anything may come; what is too long is refused without being read. */
static void test_long_answers_over_tcp(void **state)
{
    static const struct zone_row truncated[] = {{SRV, TYPE_SRV, "x." D, .truncated = true}};
    struct zone z = {.rows = truncated, .count = 1};
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result = NULL;
    static struct message m;
    xmppfed_dns_query q;
    uint64_t id;

    (void)state;
    assert_int_equal(xmppfed_resolver_start(r, D, 0, &id), 0);
    while (xmppfed_resolver_next_query(r, 0, &q) == 1) {
        assert_true(zone_answer(&z, &q, &m));
        if (q.tcp)
            m.len = 65535;
        assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, 0), 0);
    }
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 1);
    assert_int_equal(result->code, XMPPFED_ERR_DNS_MALFORMED);
    assert_int_equal(z.tcp_queries, 3);
    xmppfed_resolver_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_forged_answers_do_not_count),
        cmocka_unit_test(test_pending_look_ups_are_bounded),
        cmocka_unit_test(test_many_look_ups_interleaved),
        cmocka_unit_test(test_without_randomness),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_mutated_answers),
        cmocka_unit_test(test_the_cache_answers),
        cmocka_unit_test(test_stale_answers_help_out),
        cmocka_unit_test(test_servers_take_turns),
        cmocka_unit_test(test_mixed_case),
        cmocka_unit_test(test_long_answers_over_tcp),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
