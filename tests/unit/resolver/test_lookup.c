/* test_lookup.c - the course of a look-up: tries, servers, tokens, deadlines, literals. */
#include "zone.h"

#define D "fabrikam.example"
#define SRV "_xmpp-server._tcp." D

static uint64_t seed;

static xmppfed_resolver *fresh(void)
{
    seed = 42;
    return zone_resolver(&seed);
}

static xmppfed_dns_query next_query(xmppfed_resolver *r, xmppfed_time now)
{
    xmppfed_dns_query q = {0};

    assert_int_equal(xmppfed_resolver_next_query(r, now, &q), 1);
    return q;
}

/*
 * Starts a look-up of D and answers that there is no direct TLS. Returns the query for the other
 * service, so that a test can follow one question.
 */
static xmppfed_dns_query start(xmppfed_resolver *r, xmppfed_time now)
{
    static uint8_t kept[512];
    xmppfed_dns_query first;
    xmppfed_dns_query second;
    struct message m;
    uint64_t id;

    assert_int_equal(xmppfed_resolver_start(r, D, now, &id), 0);
    first = next_query(r, now);
    memcpy(kept, first.data, first.len);
    first.data = kept;
    second = next_query(r, now);
    message_begin(&m, (unsigned)second.data[0] << 8 | second.data[1], 0, RCODE_NXDOMAIN,
                  "_xmpps-server._tcp." D, TYPE_SRV);
    assert_int_equal(xmppfed_resolver_answer(r, second.token, m.data, m.len, now), 0);
    return first;
}

static void expect_no_query(xmppfed_resolver *r, xmppfed_time now)
{
    xmppfed_dns_query q;

    assert_int_equal(xmppfed_resolver_next_query(r, now, &q), 0);
}

static void test_tries_and_their_patience(void **state)
{
    static const xmppfed_time deadlines[] = {2000, 6000, 14000};
    xmppfed_resolver *r = fresh();
    const xmppfed_dns_result *result;
    uint64_t tokens[3];
    uint16_t ids[3];

    (void)state;
    assert_int_equal(xmppfed_resolver_deadline(r), XMPPFED_TIME_NEVER);
    for (unsigned i = 0; i < 3; i++) {
        xmppfed_time now = i == 0 ? 0 : deadlines[i - 1];
        xmppfed_dns_query q = i == 0 ? start(r, now) : next_query(r, now);

        assert_int_equal(q.server, i);
        assert_int_equal(q.tcp, 0);
        tokens[i] = q.token;
        ids[i] = (uint16_t)(q.data[0] << 8 | q.data[1]);
        expect_no_query(r, now);
        assert_int_equal(xmppfed_resolver_deadline(r), deadlines[i]);
        xmppfed_resolver_tick(r, deadlines[i] - 1);
        expect_no_query(r, deadlines[i] - 1);
        xmppfed_resolver_tick(r, deadlines[i]);
    }
    assert_true(tokens[0] != tokens[1] && tokens[1] != tokens[2]);
    assert_true(ids[0] != ids[1] && ids[1] != ids[2]);
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 1);
    assert_int_equal(result->code, XMPPFED_ERR_DNS_TIMEOUT);
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 0);
    assert_int_equal(xmppfed_resolver_deadline(r), XMPPFED_TIME_NEVER);
    xmppfed_resolver_free(r);
}

static void test_a_query_never_taken_ends_with_the_look_up(void **state)
{
    xmppfed_resolver *r = fresh();
    const xmppfed_dns_result *result;
    uint64_t id;

    (void)state;
    assert_int_equal(xmppfed_resolver_start(r, D, 500, &id), 0);
    assert_int_equal(xmppfed_resolver_deadline(r), 15500);
    xmppfed_resolver_tick(r, 15500);
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 1);
    assert_int_equal(result->code, XMPPFED_ERR_DNS_TIMEOUT);
    expect_no_query(r, 15500);
    xmppfed_resolver_free(r);
}

static void test_a_failing_server_is_left_at_once(void **state)
{
    xmppfed_resolver *r = fresh();
    const xmppfed_dns_result *result;
    struct message m;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        xmppfed_dns_query q = i == 0 ? start(r, 0) : next_query(r, 0);

        /* The fourth asks without checking, whether the data are bogus. */
        assert_int_equal(q.server, i < 3 ? i : 2);
        assert_int_equal((q.data[3] & FLAG_CD) != 0, i == 3);
        if (i == 0) {
            xmppfed_resolver_failed(r, q.token, 0);
            xmppfed_resolver_failed(r, q.token, 0); /* no longer open */
            continue;
        }
        message_begin(&m, (unsigned)q.data[0] << 8 | q.data[1], 0, RCODE_SERVFAIL, SRV, TYPE_SRV);
        assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, 0), 0);
    }
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 1);
    assert_int_equal(result->code, XMPPFED_ERR_DNS_SERVER_FAILURE);
    xmppfed_resolver_free(r);
}

static void test_tcp_after_truncation_and_truncation_over_tcp(void **state)
{
    xmppfed_resolver *r = fresh();
    const xmppfed_dns_result *result;
    struct message m;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        xmppfed_dns_query q = i == 0 ? start(r, 0) : next_query(r, 0);

        assert_int_equal(q.tcp, i > 0);
        assert_int_equal(q.server, i > 0 ? i - 1 : 0);
        message_begin(&m, (unsigned)q.data[0] << 8 | q.data[1], FLAG_TC, RCODE_OK, SRV, TYPE_SRV);
        assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, 0), 0);
    }
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 1);
    assert_int_equal(result->code, XMPPFED_ERR_DNS_MALFORMED);
    xmppfed_resolver_free(r);
}

static void test_late_families_get_a_grace_only(void **state)
{
    static const struct zone_row rows[] = {{D, TYPE_A, "192.0.2.1"},
                                           {D, TYPE_AAAA, NULL, .silent = true}};
    struct zone z = {.rows = rows, .count = 2};
    xmppfed_resolver *r = fresh();
    const xmppfed_dns_result *result;
    xmppfed_time now = 100;
    uint64_t id;

    (void)state;
    assert_int_equal(xmppfed_resolver_start(r, D, now, &id), 0);
    result = zone_run(&z, r, &now);
    assert_int_equal(result->code, 0);
    assert_int_equal(result->count, 1);
    assert_int_equal(now, 2100);
    xmppfed_resolver_free(r);
}

static void test_questions_open_at_a_time(void **state)
{
    static const struct zone_row rows[] = {
        {SRV, TYPE_SRV, "a.example", .port = 1}, {SRV, TYPE_SRV, "b.example", .port = 1},
        {SRV, TYPE_SRV, "c.example", .port = 1}, {SRV, TYPE_SRV, "d.example", .port = 1},
        {SRV, TYPE_SRV, "e.example", .port = 1}, {SRV, TYPE_SRV, "f.example", .port = 1},
    };
    struct zone z = {.rows = rows, .count = 6};
    xmppfed_resolver *r = fresh();
    static struct message m;
    xmppfed_dns_query q;
    size_t open = 0;

    (void)state;
    q = start(r, 0);
    assert_true(zone_answer(&z, &q, &m));
    assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, 0), 0);
    while (xmppfed_resolver_next_query(r, 0, &q) == 1)
        open++;
    assert_int_equal(open, 8);
    xmppfed_resolver_free(r);
}

static const struct literal_row {
    const char *domain;
    const char *endpoints;
} literal_rows[] = {
    {"192.0.2.7", "192.0.2.7 192.0.2.7 5269;"},
    {"[2001:DB8::7]", "[2001:db8::7] 2001:db8::7 5269;"},
};

static void test_ip_literals_need_no_dns(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(literal_rows) / sizeof(literal_rows[0]); i++) {
        xmppfed_resolver *r = fresh();
        const xmppfed_dns_result *result;
        char found[128];
        uint64_t id;

        assert_int_equal(xmppfed_resolver_start(r, literal_rows[i].domain, 0, &id), 0);
        expect_no_query(r, 0);
        assert_int_equal(xmppfed_resolver_next_result(r, &result), 1);
        assert_int_equal(result->lookup, id);
        zone_print(result, found, sizeof(found));
        assert_string_equal(found, literal_rows[i].endpoints);
        xmppfed_resolver_free(r);
    }
}

static void test_hosts_have_no_srv(void **state)
{
    static const struct zone_row rows[] = {{"edge.example", TYPE_A, "192.0.2.1"},
                                           {"edge.example", TYPE_AAAA, "::1"}};
    struct zone z = {.rows = rows, .count = 2};
    xmppfed_resolver *r = fresh();
    const xmppfed_dns_result *result;
    xmppfed_time now = 0;
    char found[128];
    uint64_t id;

    (void)state;
    assert_int_equal(xmppfed_resolver_start_host(r, "Edge.Example", 5270, now, &id), 0);
    result = zone_run(&z, r, &now);
    zone_print(result, found, sizeof(found));
    assert_string_equal(found, "edge.example ::1 5270;edge.example 192.0.2.1 5270;");
    assert_int_equal(z.queries, 2);
    assert_int_equal(xmppfed_resolver_start_host(r, "[::9]", 7, now, &id), 0);
    assert_int_equal(xmppfed_resolver_next_result(r, &result), 1);
    assert_string_equal(result->endpoints[0].address, "::9");
    xmppfed_resolver_free(r);
}

/* A name that would be too long is not asked for; without any the addresses are. */
static void test_longest_domain(void **state)
{
    xmppfed_resolver *r = fresh();
    char domain[254];
    char name[256];
    xmppfed_dns_query q;
    unsigned type;
    uint64_t id;

    (void)state;
    memset(domain, 'x', sizeof(domain));
    for (size_t i = 49; i < 240; i += 50)
        domain[i] = '.';
    domain[235] = '\0';
    assert_int_equal(xmppfed_resolver_start(r, domain, 0, &id), 0);
    q = next_query(r, 0);
    zone_read_question(q.data, q.len, name, &type);
    assert_int_equal(type, TYPE_SRV);
    expect_no_query(r, 0); /* the name of the other service is one longer */
    xmppfed_resolver_cancel(r, id);
    domain[235] = 'x';
    domain[236] = '\0';
    assert_int_equal(xmppfed_resolver_start(r, domain, 0, &id), 0);
    q = next_query(r, 0);
    zone_read_question(q.data, q.len, name, &type);
    assert_int_equal(type, TYPE_AAAA);
    assert_string_equal(name, domain);
    xmppfed_resolver_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tries_and_their_patience),
        cmocka_unit_test(test_a_query_never_taken_ends_with_the_look_up),
        cmocka_unit_test(test_a_failing_server_is_left_at_once),
        cmocka_unit_test(test_tcp_after_truncation_and_truncation_over_tcp),
        cmocka_unit_test(test_late_families_get_a_grace_only),
        cmocka_unit_test(test_questions_open_at_a_time),
        cmocka_unit_test(test_ip_literals_need_no_dns),
        cmocka_unit_test(test_hosts_have_no_srv),
        cmocka_unit_test(test_longest_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
