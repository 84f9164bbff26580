/* test_service.c - the SRV records of both services: merged, refused, absent, late, failing. */
#include "cases.h"

#define D "fabrikam.example"
#define SRV "_xmpp-server._tcp." D
#define SRVS "_xmpps-server._tcp." D
#define A1 "192.0.2.1"
#define A2 "192.0.2.2"

static const struct zone_case rows[] = {
    {"direct TLS alone",
     {{SRVS, TYPE_SRV, "x." D, .port = 443}, {"x." D, TYPE_A, A1}},
     0,
     "x." D " " A1 " 443 tls;"},
    {"direct TLS first by priority",
     {{SRV, TYPE_SRV, "x." D, .priority = 5, .port = 5269},
      {SRVS, TYPE_SRV, "x." D, .priority = 1, .port = 443},
      {"x." D, TYPE_A, A1}},
     0,
     "x." D " " A1 " 443 tls;x." D " " A1 " 5269;"},
    {"direct TLS last by priority",
     {{SRV, TYPE_SRV, "x." D, .priority = 1, .port = 5269},
      {SRVS, TYPE_SRV, "x." D, .priority = 5, .port = 443},
      {"x." D, TYPE_A, A1}},
     0,
     "x." D " " A1 " 5269;x." D " " A1 " 443 tls;"},
    {"the services in turn by priority",
     {{SRV, TYPE_SRV, "a." D, .priority = 1, .port = 1},
      {SRVS, TYPE_SRV, "a." D, .priority = 2, .port = 2},
      {SRV, TYPE_SRV, "b." D, .priority = 3, .port = 3},
      {SRVS, TYPE_SRV, "b." D, .priority = 4, .port = 4},
      {"a." D, TYPE_A, A1},
      {"b." D, TYPE_A, A2}},
     0,
     "a." D " " A1 " 1;a." D " " A1 " 2 tls;b." D " " A2 " 3;b." D " " A2 " 4 tls;"},
    {"direct TLS refused, STARTTLS there",
     {{SRV, TYPE_SRV, "x." D, .port = 5269}, {SRVS, TYPE_SRV, "."}, {"x." D, TYPE_A, A1}},
     0,
     "x." D " " A1 " 5269;"},
    {"STARTTLS refused, direct TLS there",
     {{SRV, TYPE_SRV, "."}, {SRVS, TYPE_SRV, "x." D, .port = 443}, {"x." D, TYPE_A, A1}},
     0,
     "x." D " " A1 " 443 tls;"},
    {"both refused",
     {{SRV, TYPE_SRV, "."}, {SRVS, TYPE_SRV, "."}, {D, TYPE_A, A1}},
     XMPPFED_ERR_DNS_NO_SERVICE,
     "no XMPP federation"},
    {"direct TLS refused, no other record: no way back to the addresses (XEP-0368 5)",
     {{SRVS, TYPE_SRV, "."}, {D, TYPE_A, A1}},
     XMPPFED_ERR_DNS_NO_SERVICE,
     "no XMPP federation"},
    {"one service fails, the other goes on",
     {{SRV, TYPE_SRV, "x." D, .port = 5269},
      {SRVS, 0, NULL, .rcode = RCODE_SERVFAIL},
      {"x." D, TYPE_A, A1}},
     0,
     "x." D " " A1 " 5269;",
     "_xmpps-server: the name servers failed"},
    {"one service is silent, the other goes on",
     {{SRV, 0, NULL, .silent = true}, {SRVS, TYPE_SRV, "x." D, .port = 443}, {"x." D, TYPE_A, A1}},
     0,
     "x." D " " A1 " 443 tls;",
     "_xmpp-server: the name servers did not answer"},
    {"one service fails, the other is absent: no way back",
     {{SRVS, 0, NULL, .rcode = RCODE_SERVFAIL}, {D, TYPE_A, A1}},
     XMPPFED_ERR_DNS_SERVER_FAILURE,
     "failed"},
    {"one service fails, the other is refused",
     {{SRV, TYPE_SRV, "."}, {SRVS, 0, NULL, .silent = true}},
     XMPPFED_ERR_DNS_TIMEOUT,
     "in time"},
    {"a bogus service, the other absent",
     {{SRV, TYPE_SRV, "x." D, .port = 5269, .bogus = true}, {D, TYPE_A, A1}},
     XMPPFED_ERR_DNS_BOGUS,
     "bogus"},
    {"a bogus service whose absence is hidden",
     {{SRV, TYPE_TXT, NULL}, {SRV, TYPE_SRV, NULL, .bogus = true}, {D, TYPE_A, A1}},
     XMPPFED_ERR_DNS_BOGUS,
     "bogus"},
};

static void test_rows(void **state)
{
    (void)state;
    cases_run(D, rows, sizeof(rows) / sizeof(rows[0]));
}

/* Weights count across the services: 75 to 25. */
static void test_weights_are_mixed(void **state)
{
    static const struct zone_row zone_rows[] = {
        {SRV, TYPE_SRV, "x." D, .weight = 25, .port = 5269},
        {SRVS, TYPE_SRV, "x." D, .weight = 75, .port = 443},
        {"x." D, TYPE_A, A1},
    };
    enum { DRAWS = 1000 };
    struct zone z = {.rows = zone_rows, .count = 3, .negative_ttl = 900};
    uint64_t seed = 20170222;
    xmppfed_resolver *r = zone_resolver(&seed);
    xmppfed_time now = 0;
    unsigned direct = 0;
    double off;

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        const xmppfed_dns_result *result;
        uint64_t id;

        assert_int_equal(xmppfed_resolver_start(r, D, now, &id), 0);
        result = zone_run(&z, r, &now);
        assert_int_equal(result->count, 2);
        direct += result->endpoints[0].direct_tls;
    }
    off = direct - DRAWS * 0.75;
    assert_true(off * off <= 9 * DRAWS * 0.75 * 0.25);
    assert_int_equal(z.queries, 4); /* all but the first are answered by the cache */
    xmppfed_resolver_free(r);
}

/* No more targets than the limit, whichever service they are of. */
static void test_targets_are_bounded(void **state)
{
    enum { EACH = 20 };
    static struct zone_row many[3 * EACH];
    static char names[EACH][32];
    struct zone z = {.rows = many, .count = 3 * EACH};
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    xmppfed_time now = 0;
    uint64_t id;

    (void)state;
    for (unsigned i = 0; i < EACH; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "t%u.example", i);
        many[3 * i] = (struct zone_row){SRV, TYPE_SRV, names[i], .port = 5269};
        many[3 * i + 1] = (struct zone_row){SRVS, TYPE_SRV, names[i], .priority = 1, .port = 443};
        many[3 * i + 2] = (struct zone_row){names[i], TYPE_A, A1};
    }
    assert_int_equal(xmppfed_resolver_start(r, D, now, &id), 0);
    result = zone_run(&z, r, &now);
    assert_int_equal(result->count, 32);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(result->endpoints[i].direct_tls, i >= EACH);
    assert_int_equal(z.queries, 2 + 2 * EACH); /* each host is asked for once */
    xmppfed_resolver_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_weights_are_mixed),
        cmocka_unit_test(test_targets_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
