/* test_outcome.c - how look-ups end: the endpoints and their order, the codes, the sentences. */
#include "cases.h"

#define D "fabrikam.example"
#define SRV "_xmpp-server._tcp." D

static const struct zone_case rows[] = {
    {"one target, both families",
     {{SRV, TYPE_SRV, "x." D, .port = 5270},
      {"x." D, TYPE_A, "192.0.2.1"},
      {"x." D, TYPE_AAAA, "2001:db8::1"}},
     0,
     "x." D " 2001:db8::1 5270;x." D " 192.0.2.1 5270;"},
    {"priorities before families, families in turn",
     {{SRV, TYPE_SRV, "b." D, .priority = 2, .port = 2},
      {SRV, TYPE_SRV, "a." D, .priority = 1, .port = 1},
      {"b." D, TYPE_AAAA, "::b"},
      {"a." D, TYPE_A, "192.0.2.1"},
      {"a." D, TYPE_A, "192.0.2.2"},
      {"a." D, TYPE_AAAA, "::a"}},
     0,
     "a." D " ::a 1;a." D " 192.0.2.1 1;a." D " 192.0.2.2 1;b." D " ::b 2;"},
    {"no SRV name: the domain itself", {{D, TYPE_A, "192.0.2.1"}}, 0, D " 192.0.2.1 5269;"},
    {"no SRV data: the domain itself",
     {{SRV, TYPE_TXT, NULL}, {D, TYPE_AAAA, "::1"}},
     0,
     D " ::1 5269;"},
    {"SRV through an alias",
     {{SRV, TYPE_CNAME, "srv.hoster.example"},
      {"srv.hoster.example", TYPE_SRV, "x." D, .port = 5269},
      {"x." D, TYPE_A, "192.0.2.1"}},
     0,
     "x." D " 192.0.2.1 5269;"},
    {"a target that is an alias keeps its own name",
     {{SRV, TYPE_SRV, "x." D, .port = 5269},
      {"x." D, TYPE_CNAME, "y.hoster.example", .alone = true},
      {"y.hoster.example", TYPE_A, "192.0.2.1"}},
     0,
     "x." D " 192.0.2.1 5269;"},
    {"a missing target among good ones",
     {{SRV, TYPE_SRV, "gone." D, .priority = 1, .port = 1},
      {SRV, TYPE_SRV, "x." D, .priority = 2, .port = 2},
      {"x." D, TYPE_A, "192.0.2.1"}},
     0,
     "x." D " 192.0.2.1 2;",
     "gone." D " port 1: it has no address"},
    {"a failing family does not hurt",
     {{D, TYPE_A, "192.0.2.1"}, {D, TYPE_AAAA, NULL, .rcode = RCODE_SERVFAIL}},
     0,
     D " 192.0.2.1 5269;"},
    {"a silent family does not hurt",
     {{D, TYPE_A, "192.0.2.1"}, {D, TYPE_AAAA, NULL, .silent = true}},
     0,
     D " 192.0.2.1 5269;"},
    {"SRV over TCP",
     {{SRV, TYPE_SRV, "x." D, .port = 5269, .truncated = true}, {"x." D, TYPE_A, "192.0.2.1"}},
     0,
     "x." D " 192.0.2.1 5269;"},
    {"target dot: no service, no fallback",
     {{SRV, TYPE_SRV, "."}, {D, TYPE_A, "192.0.2.1"}},
     XMPPFED_ERR_DNS_NO_SERVICE,
     "no XMPP federation"},
    {"targets with port 0 only",
     {{SRV, TYPE_SRV, "x." D, .port = 0}, {D, TYPE_A, "192.0.2.1"}},
     XMPPFED_ERR_DNS_NO_SERVICE,
     "no XMPP federation"},
    {"a dot among targets is passed over",
     {{SRV, TYPE_SRV, "."}, {SRV, TYPE_SRV, "x." D, .port = 5269}, {"x." D, TYPE_A, "192.0.2.1"}},
     0,
     "x." D " 192.0.2.1 5269;"},
    {"SERVFAIL never falls back",
     {{SRV, 0, NULL, .rcode = RCODE_SERVFAIL}, {D, TYPE_A, "192.0.2.1"}},
     XMPPFED_ERR_DNS_SERVER_FAILURE,
     "failed"},
    {"REFUSED never falls back",
     {{SRV, 0, NULL, .rcode = RCODE_REFUSED}, {D, TYPE_A, "192.0.2.1"}},
     XMPPFED_ERR_DNS_SERVER_FAILURE,
     "failed"},
    {"silence never falls back",
     {{SRV, 0, NULL, .silent = true}, {D, TYPE_A, "192.0.2.1"}},
     XMPPFED_ERR_DNS_TIMEOUT,
     "in time"},
    {"aliases in a circle never fall back",
     {{SRV, TYPE_CNAME, "a.example"},
      {"a.example", TYPE_CNAME, "b.example"},
      {"b.example", TYPE_CNAME, "a.example"},
      {D, TYPE_A, "192.0.2.1"}},
     XMPPFED_ERR_DNS_SERVER_FAILURE,
     "failed"},
    {"aliases in a circle, one a message",
     {{SRV, TYPE_CNAME, "a.example", .alone = true},
      {"a.example", TYPE_CNAME, "b.example", .alone = true},
      {"b.example", TYPE_CNAME, "a.example", .alone = true}},
     XMPPFED_ERR_DNS_SERVER_FAILURE,
     "failed"},
    {"no such domain",
     {{"other.example", TYPE_A, "192.0.2.1"}},
     XMPPFED_ERR_DNS_NO_DOMAIN,
     "does not exist"},
    {"a domain without addresses",
     {{D, TYPE_TXT, NULL}},
     XMPPFED_ERR_DNS_NO_SERVICE,
     "no A, AAAA or SRV record"},
    {"targets without addresses do not fall back",
     {{SRV, TYPE_SRV, "x." D, .port = 5269}, {D, TYPE_A, "192.0.2.1"}},
     XMPPFED_ERR_DNS_NO_SERVICE,
     "none of the servers"},
    {"targets that fail are no absence",
     {{SRV, TYPE_SRV, "x." D, .port = 5269}, {"x." D, 0, NULL, .rcode = RCODE_SERVFAIL}},
     XMPPFED_ERR_DNS_SERVER_FAILURE,
     "failed"},
    {"silent targets",
     {{SRV, TYPE_SRV, "x." D, .port = 5269}, {"x." D, 0, NULL, .silent = true}},
     XMPPFED_ERR_DNS_TIMEOUT,
     "in time"},
};

static void test_rows(void **state)
{
    (void)state;
    cases_run(D, rows, sizeof(rows) / sizeof(rows[0]));
}

/* 32 targets of 16 addresses each would be 512 places. */
static void test_endpoints_are_bounded(void **state)
{
    enum { TARGETS = 40, ROWS = TARGETS * 3 };
    static struct zone_row many[ROWS];
    static char names[TARGETS][32];
    struct zone z = {.rows = many, .count = ROWS};
    uint64_t seed = 1;
    xmppfed_resolver *resolver = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    xmppfed_time now = 0;
    uint64_t id;

    (void)state;
    for (size_t i = 0; i < TARGETS; i++) {
        snprintf(names[i], sizeof(names[i]), "t%zu.example", i);
        many[3 * i] = (struct zone_row){SRV, TYPE_SRV, names[i], .port = 5269};
        many[3 * i + 1] = (struct zone_row){names[i], TYPE_A, "192.0.2.1"};
        many[3 * i + 2] = (struct zone_row){names[i], TYPE_AAAA, "::1"};
    }
    assert_int_equal(xmppfed_resolver_start(resolver, D, now, &id), 0);
    result = zone_run(&z, resolver, &now);
    assert_int_equal(result->code, 0);
    assert_int_equal(result->count, 64);
    assert_int_equal(z.queries, 2 + 2 * 32);
    xmppfed_resolver_free(resolver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_endpoints_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
