/* test_target.c - what a trusted server proves: names, addresses, TLSA records; and what fails. */
#include "cases.h"

#define D "fabrikam.example"
#define SRV "_xmpp-server._tcp." D
#define SRVS "_xmpps-server._tcp." D
#define X "x." D
#define TLSA "_5269._tcp." X
#define A1 "192.0.2.1"

static const struct zone_case rows[] = {
    {"all secure, with TLSA",
     {{SRV, TYPE_SRV, X, .port = 5269}, {X, TYPE_A, A1}, {TLSA, TYPE_TLSA, "3 1 1 abc"}},
     0,
     X " " A1 " 5269 nat +1;",
     .secure = true},
    {"all secure, several TLSA records",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {X, TYPE_A, A1},
      {X, TYPE_AAAA, "::1"},
      {TLSA, TYPE_TLSA, "3 1 1 abc"},
      {TLSA, TYPE_TLSA, "2 0 2 defg"}},
     0,
     X " ::1 5269 nat +2;" X " " A1 " 5269 nat +2;",
     .secure = true},
    {"all secure, no TLSA name",
     {{SRV, TYPE_SRV, X, .port = 5269}, {X, TYPE_A, A1}},
     0,
     X " " A1 " 5269 nat;",
     .secure = true},
    {"all secure, no TLSA data",
     {{SRV, TYPE_SRV, X, .port = 5269}, {X, TYPE_A, A1}, {TLSA, TYPE_TXT, NULL}},
     0,
     X " " A1 " 5269 nat;",
     .secure = true},
    {"each port has its own TLSA",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {SRVS, TYPE_SRV, X, .priority = 1, .port = 443},
      {X, TYPE_A, A1},
      {TLSA, TYPE_TLSA, "3 1 1 a"},
      {"_443._tcp." X, TYPE_TLSA, "3 1 1 b"},
      {"_443._tcp." X, TYPE_TLSA, "3 1 1 c"}},
     0,
     X " " A1 " 5269 nat +1;" X " " A1 " 443 tls nat +2;",
     .secure = true},
    {"insecure SRV: TLSA is not asked for",
     {{SRV, TYPE_SRV, X, .port = 5269, .insecure = true},
      {X, TYPE_A, A1},
      {TLSA, 0, NULL, .silent = true}},
     0,
     X " " A1 " 5269 a;",
     .secure = true},
    {"insecure address: TLSA is not asked for",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {X, TYPE_A, A1, .insecure = true},
      {TLSA, 0, NULL, .rcode = RCODE_SERVFAIL}},
     0,
     X " " A1 " 5269 n;",
     .secure = true},
    {"insecure TLSA is no TLSA",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {X, TYPE_A, A1},
      {TLSA, TYPE_TLSA, "3 1 1 abc", .insecure = true}},
     0,
     X " " A1 " 5269 na;",
     .secure = true},
    {"one family secure: only its address has TLSA",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {X, TYPE_A, A1},
      {X, TYPE_AAAA, "::1", .insecure = true},
      {TLSA, TYPE_TLSA, "3 1 1 abc"}},
     0,
     X " ::1 5269 n;" X " " A1 " 5269 nat +1;",
     .secure = true},
    {"a resolver that is not trusted proves nothing",
     {{SRV, TYPE_SRV, X, .port = 5269}, {X, TYPE_A, A1}, {TLSA, 0, NULL, .silent = true}},
     0,
     X " " A1 " 5269;"},
    {"TLSA fails: the server is left out",
     {{SRV, TYPE_SRV, X, .port = 5269, .priority = 1},
      {SRV, TYPE_SRV, "y." D, .port = 5269, .priority = 2},
      {X, TYPE_A, A1},
      {"y." D, TYPE_A, A1},
      {TLSA, 0, NULL, .rcode = RCODE_SERVFAIL}},
     0,
     "y." D " " A1 " 5269 nat;",
     X " port 5269: the name servers failed",
     .secure = true},
    {"TLSA is bogus: the only server is left out",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {X, TYPE_A, A1},
      {TLSA, TYPE_TLSA, "3 1 1 abc", .bogus = true}},
     XMPPFED_ERR_DNS_BOGUS,
     "bogus",
     X " port 5269: the answer is bogus",
     .secure = true},
    {"TLSA is silent: the only server is left out",
     {{SRV, TYPE_SRV, X, .port = 5269}, {X, TYPE_A, A1}, {TLSA, 0, NULL, .silent = true}},
     XMPPFED_ERR_DNS_TIMEOUT,
     "in time",
     X " port 5269: the name servers did not answer",
     .secure = true},
    {"TLSA of one port fails, of the other not",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {SRVS, TYPE_SRV, X, .priority = 1, .port = 443},
      {X, TYPE_A, A1},
      {TLSA, 0, NULL, .rcode = RCODE_REFUSED},
      {"_443._tcp." X, TYPE_TLSA, "3 1 1 b"}},
     0,
     X " " A1 " 443 tls nat +1;",
     X " port 5269",
     .secure = true},
    {"a bogus address",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {X, TYPE_A, A1, .bogus = true},
      {X, TYPE_AAAA, NULL, .bogus = true}},
     XMPPFED_ERR_DNS_BOGUS,
     "bogus",
     .secure = true},
    {"a secure alias: TLSA stands where it ends (RFC 7671 7)",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {X, TYPE_CNAME, "h.hoster.example"},
      {"h.hoster.example", TYPE_A, A1},
      {"_5269._tcp.h.hoster.example", TYPE_TLSA, "3 1 1 a"},
      {TLSA, 0, NULL, .rcode = RCODE_SERVFAIL}},
     0,
     X " " A1 " 5269 nat +1;",
     .secure = true},
    {"... or else under the name itself",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {X, TYPE_CNAME, "h.hoster.example"},
      {"h.hoster.example", TYPE_A, A1},
      {TLSA, TYPE_TLSA, "3 1 1 a"},
      {TLSA, TYPE_TLSA, "3 1 1 b"}},
     0,
     X " " A1 " 5269 nat +2;",
     .secure = true},
    {"an insecure step of an alias spoils the rest",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {X, TYPE_CNAME, "h.hoster.example", .alone = true, .insecure = true},
      {"h.hoster.example", TYPE_A, A1},
      {"_5269._tcp.h.hoster.example", TYPE_TLSA, "3 1 1 a"}},
     0,
     X " " A1 " 5269 n;",
     .secure = true},
    {"a TLSA record behind an alias",
     {{SRV, TYPE_SRV, X, .port = 5269},
      {X, TYPE_A, A1},
      {TLSA, TYPE_CNAME, "tlsa._dane." D},
      {"tlsa._dane." D, TYPE_TLSA, "2 0 1 a"}},
     0,
     X " " A1 " 5269 nat +1;",
     .secure = true},
    {"no SRV, proved: the domain itself with TLSA",
     {{D, TYPE_A, A1}, {"_5269._tcp." D, TYPE_TLSA, "3 1 1 abc"}},
     0,
     D " " A1 " 5269 nat +1;",
     .secure = true},
    {"no SRV, one of them not proved",
     {{SRV, TYPE_SRV, NULL, .insecure = true},
      {D, TYPE_A, A1},
      {"_5269._tcp." D, TYPE_TLSA, "3 1 1 abc"}},
     0,
     D " " A1 " 5269 a;",
     .secure = true},
};

static void test_rows(void **state)
{
    (void)state;
    cases_run(D, rows, sizeof(rows) / sizeof(rows[0]));
}

/* What the records say arrives, octet for octet, with the name that they are found under. */
static void test_tlsa_content(void **state)
{
    static const struct zone_row zone_rows[] = {
        {SRV, TYPE_SRV, X, .port = 5269},
        {SRVS, TYPE_SRV, "y." D, .priority = 1, .port = 443},
        {X, TYPE_A, A1},
        {"y." D, TYPE_CNAME, "h.example"},
        {"h.example", TYPE_A, A1},
        {TLSA, TYPE_TLSA, "3 1 1 abc"},
        {"_443._tcp.h.example", TYPE_TLSA, "1 0 2 defg"},
        {"_443._tcp.h.example", TYPE_TLSA, "2 0 0 "},
    };
    struct zone z = {.rows = zone_rows, .count = 8, .secure = true};
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    const xmppfed_tlsa *tlsa;
    xmppfed_time now = 0;
    uint64_t id;

    (void)state;
    xmppfed_resolver_set_trusted(r, 1);
    assert_int_equal(xmppfed_resolver_start(r, D, now, &id), 0);
    result = zone_run(&z, r, &now);
    assert_int_equal(result->count, 2);
    assert_int_equal(result->tlsa_count, 3);
    tlsa = &result->tlsa[result->endpoints[0].tlsa_first];
    assert_int_equal(result->endpoints[0].tlsa_count, 1);
    assert_string_equal(tlsa[0].base, X);
    assert_int_equal(tlsa[0].usage, 3);
    assert_int_equal(tlsa[0].data.len, 3);
    assert_memory_equal(tlsa[0].data.data, "abc", 3);
    assert_in_range(tlsa[0].ttl, result->ttl, 7 * 86400);
    tlsa = &result->tlsa[result->endpoints[1].tlsa_first];
    assert_int_equal(result->endpoints[1].tlsa_count, 2);
    assert_string_equal(tlsa[0].base, "h.example");
    assert_int_equal(tlsa[0].matching, 2);
    assert_memory_equal(tlsa[0].data.data, "defg", 4);
    assert_int_equal(tlsa[1].usage, 2);
    assert_int_equal(tlsa[1].data.len, 0);
    xmppfed_resolver_free(r);
}

/* A host that the configuration names needs no proof that the domain uses it. */
static void test_configured_host(void **state)
{
    static const struct zone_row zone_rows[] = {{X, TYPE_A, A1},
                                                {"_777._tcp." X, TYPE_TLSA, "3 1 1 abc"}};
    struct zone z = {.rows = zone_rows, .count = 2, .secure = true};
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    xmppfed_time now = 0;
    char found[128];
    uint64_t id;

    (void)state;
    xmppfed_resolver_set_trusted(r, 1);
    assert_int_equal(xmppfed_resolver_start_host(r, X, 777, now, &id), 0);
    result = zone_run(&z, r, &now);
    zone_print(result, found, sizeof(found));
    assert_string_equal(found, X " " A1 " 777 nat +1;");
    xmppfed_resolver_free(r);
}

/* A slow proof of one server does not hold up another for longer than the grace. */
static void test_grace_begins_with_the_first_that_is_ready(void **state)
{
    static const struct zone_row zone_rows[] = {
        {SRV, TYPE_SRV, X, .port = 5269},
        {SRV, TYPE_SRV, "y." D, .priority = 1, .port = 5269},
        {X, TYPE_A, A1},
        {"y." D, TYPE_A, A1},
        {TLSA, 0, NULL, .silent = true},
    };
    struct zone z = {.rows = zone_rows, .count = 5, .secure = true};
    uint64_t seed = 1;
    xmppfed_resolver *r = zone_resolver(&seed);
    const xmppfed_dns_result *result;
    xmppfed_time now = 0;
    char found[128];
    uint64_t id;

    (void)state;
    xmppfed_resolver_set_trusted(r, 1);
    assert_int_equal(xmppfed_resolver_start(r, D, now, &id), 0);
    result = zone_run(&z, r, &now);
    zone_print(result, found, sizeof(found));
    assert_string_equal(found, "y." D " " A1 " 5269 nat;");
    assert_non_null(strstr(result->left_out, X " port 5269"));
    assert_int_equal(now, 2000);
    xmppfed_resolver_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_tlsa_content),
        cmocka_unit_test(test_configured_host),
        cmocka_unit_test(test_grace_begins_with_the_first_that_is_ready),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
