/* test_cache.c - what is kept, for how long, how many of them, and at what cost. */
#include "message.h"

#include <stdio.h>

#include "base/memory.h"
#include "resolver/cache.h"
#include "support/context.h"

enum { DOMAINS = 100000 };

static struct alloc_fail memory;
static xmppfed_context *ctx;
static struct xfed_dns_cache cache;

static int open_cache(void **state)
{
    (void)state;
    ctx = test_context_counted(&memory);
    xfed_cache_init(&cache, ctx, 4096, 7);
    return 0;
}

static int close_cache(void **state)
{
    (void)state;
    xfed_cache_fini(&cache);
    test_context_counted_free(ctx, &memory);
    return 0;
}

/* A message as it comes from a server, and what was asked. */
struct exchange {
    struct xfed_dns_asked asked;
    struct message m;
};

/* An A record with that TTL. */
static void exchange_address(struct exchange *x, const char *name, uint32_t ttl)
{
    x->asked = (struct xfed_dns_asked){.id = 5, .type = XFED_DNS_A, .name = name};
    message_begin(&x->m, 5, 0, RCODE_OK, name, TYPE_A);
    message_address(&x->m, name, 4, 1);
    message_ttl(&x->m, x->m.len - 4, ttl);
}

/* The name does not exist, for so long. */
static void exchange_absence(struct exchange *x, const char *name, uint32_t ttl)
{
    x->asked = (struct xfed_dns_asked){.id = 5, .type = XFED_DNS_SRV, .name = name};
    message_begin(&x->m, 5, 0, RCODE_NXDOMAIN, name, TYPE_SRV);
    message_soa(&x->m, "example", ttl, ttl);
}

static void put(const struct exchange *x, xmppfed_time now)
{
    struct xfed_dns_answer a;

    assert_int_equal(xfed_wire_answer(&x->asked, x->m.data, x->m.len, &a), 1);
    xfed_cache_put(&cache, &x->asked, &a, x->m.data, now);
}

static bool get(const char *name, int type, enum xfed_cache_age age, xmppfed_time now,
                struct xfed_dns_answer *ret)
{
    struct xfed_dns_asked asked = {.id = 99, .type = type, .name = name};

    return xfed_cache_get(&cache, &asked, age, now, ret);
}

static void test_kept_as_long_as_it_says(void **state)
{
    static struct exchange x;
    struct xfed_dns_answer a;

    (void)state;
    exchange_address(&x, "a.example", 60);
    x.m.data[3] |= FLAG_AD;
    put(&x, 1000);
    assert_false(get("a.example", XFED_DNS_AAAA, XFED_CACHE_FRESH, 1000, &a));
    assert_false(get("b.example", XFED_DNS_A, XFED_CACHE_FRESH, 1000, &a));
    assert_true(get("a.example", XFED_DNS_A, XFED_CACHE_FRESH, 1000, &a));
    assert_int_equal(a.outcome, XFED_DNS_RECORDS);
    assert_int_equal(a.count, 1);
    assert_true(a.authentic);
    assert_false(a.stale);
    assert_int_equal(a.ttl, 60);
    assert_true(get("a.example", XFED_DNS_A, XFED_CACHE_FRESH, 60999, &a));
    assert_int_equal(a.ttl, 0);
    assert_false(get("a.example", XFED_DNS_A, XFED_CACHE_FRESH, 61000, &a));
}

static void test_times_are_clamped(void **state)
{
    static struct exchange x;
    struct xfed_dns_answer a;

    (void)state;
    exchange_address(&x, "a.example", UINT32_MAX);
    put(&x, 0);
    assert_true(get("a.example", XFED_DNS_A, XFED_CACHE_FRESH, 0, &a));
    assert_int_equal(a.ttl, 86400);
    exchange_absence(&x, "b.example", UINT32_MAX);
    put(&x, 0);
    assert_true(get("b.example", XFED_DNS_SRV, XFED_CACHE_FRESH, 0, &a));
    assert_int_equal(a.outcome, XFED_DNS_NO_NAME);
    assert_int_equal(a.ttl, 900);
}

static void test_stale_answers(void **state)
{
    static struct exchange x;
    struct xfed_dns_answer a;
    xmppfed_time day = UINT64_C(86400) * 1000;

    (void)state;
    exchange_address(&x, "a.example", 60);
    put(&x, 0);
    assert_true(get("a.example", XFED_DNS_A, XFED_CACHE_STALE, 70000, &a));
    assert_true(a.stale);
    assert_int_equal(a.ttl, 30);
    /* For half a minute nobody is asked again, then it takes a failure anew (RFC 8767 5). */
    assert_true(get("a.example", XFED_DNS_A, XFED_CACHE_FRESH, 99999, &a));
    assert_true(a.stale);
    assert_false(get("a.example", XFED_DNS_A, XFED_CACHE_FRESH, 100000, &a));
    assert_true(get("a.example", XFED_DNS_A, XFED_CACHE_STALE, day + 59999, &a));
    assert_false(get("a.example", XFED_DNS_A, XFED_CACHE_STALE, day + 90000, &a));
    /* An answer anew is not stale. */
    put(&x, day * 2);
    assert_true(get("a.example", XFED_DNS_A, XFED_CACHE_FRESH, day * 2, &a));
    assert_false(a.stale);
    /* That something was absent does not help out. */
    exchange_absence(&x, "b.example", 60);
    put(&x, 0);
    assert_false(get("b.example", XFED_DNS_SRV, XFED_CACHE_STALE, 60000, &a));
}

static void test_what_is_not_kept(void **state)
{
    static struct exchange x;
    struct xfed_dns_answer a;

    (void)state;
    exchange_address(&x, "a.example", 60);
    x.m.data[3] = 0x80 | RCODE_SERVFAIL;
    put(&x, 0);
    x.m.data[3] = 0x80 | RCODE_REFUSED;
    put(&x, 0);
    x.m.data[3] = 0x80;
    x.m.data[2] |= FLAG_TC;
    put(&x, 0);
    exchange_address(&x, "a.example", 60);
    x.m.len -= 2; /* malformed */
    put(&x, 0);
    x.asked.type = XFED_DNS_A;
    message_begin(&x.m, 5, 0, RCODE_NXDOMAIN, "a.example", TYPE_A); /* without SOA */
    put(&x, 0);
    x.asked.type = XFED_DNS_TLSA;
    message_begin(&x.m, 5, 0, RCODE_OK, "a.example", TYPE_TLSA);
    message_tlsa(&x.m, "a.example", 3, 0, 0, x.m.data, XFED_CACHE_ANSWER_MAX); /* too large */
    put(&x, 0);
    assert_int_equal(cache.entries.count, 0);
    assert_false(get("a.example", XFED_DNS_A, XFED_CACHE_STALE, 0, &a));
}

static void test_limit_and_flush(void **state)
{
    static struct exchange x;
    struct xfed_dns_answer a;
    char name[32];

    (void)state;
    xfed_cache_set_limit(&cache, 10);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof(name), "d%d.example", i);
        exchange_address(&x, name, 60);
        put(&x, 0);
        assert_true(i < 1 || i > 9 || get("d0.example", XFED_DNS_A, XFED_CACHE_FRESH, 0, &a));
    }
    assert_int_equal(cache.entries.count, 10);
    assert_int_equal(cache.evictions, 10);
    assert_true(get("d19.example", XFED_DNS_A, XFED_CACHE_FRESH, 0, &a));
    assert_false(get("d1.example", XFED_DNS_A, XFED_CACHE_FRESH, 0, &a)); /* used the longest ago */
    assert_int_equal(xmppfed_context_memory_used(ctx), cache.bytes);
    xfed_cache_set_limit(&cache, 3);
    assert_int_equal(cache.entries.count, 3);
    xfed_cache_flush(&cache);
    assert_int_equal(cache.bytes, 0);
    xfed_cache_set_limit(&cache, 0);
    put(&x, 0);
    assert_int_equal(cache.entries.count, 0);
}

static void test_budget(void **state)
{
    static struct exchange x;

    (void)state;
    xmppfed_context_set_memory_budget(ctx, 1000);
    for (int i = 0; i < 100; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "d%d.example", i);
        exchange_address(&x, name, 60);
        put(&x, 0);
    }
    assert_in_range(cache.entries.count, 1, 10);
    assert_true(xmppfed_context_memory_used(ctx) <= 1000);
}

/* What one domain costs: two services, a host with two addresses. */
static void put_domain(unsigned i)
{
    static struct exchange x;
    char name[64];
    char host[64];

    (void)snprintf(host, sizeof(host), "xmpp.d%u.example", i);
    (void)snprintf(name, sizeof(name), "_xmpp-server._tcp.d%u.example", i);
    x.asked = (struct xfed_dns_asked){.id = 5, .type = XFED_DNS_SRV, .name = name};
    message_begin(&x.m, 5, 0, RCODE_OK, name, TYPE_SRV);
    message_srv(&x.m, name, 1, 1, 5269, host);
    put(&x, 0);
    exchange_address(&x, host, 300);
    put(&x, 0);
}

/* Allocations of one look-up of what is there, summed over some domains. */
static size_t cost_of_hits(unsigned count)
{
    size_t before = memory.calls;
    struct xfed_dns_answer a;

    for (unsigned i = 0; i < 100; i++) {
        char host[64];

        (void)snprintf(host, sizeof(host), "xmpp.d%u.example", count - 1 - i * (count / 100));
        assert_true(get(host, XFED_DNS_A, XFED_CACHE_FRESH, 0, &a));
    }
    return memory.calls - before;
}

static void test_hundred_thousand_domains(void **state)
{
    size_t small, bytes;

    (void)state;
    xfed_cache_set_limit(&cache, 2 * DOMAINS);
    for (unsigned i = 0; i < 1000; i++)
        put_domain(i);
    small = cost_of_hits(1000);
    bytes = cache.bytes / 1000;
    for (unsigned i = 1000; i < DOMAINS; i++)
        put_domain(i);
    assert_int_equal(cache.entries.count, 2 * DOMAINS);
    assert_int_equal(cache.evictions, 0);
    assert_int_equal(cost_of_hits(DOMAINS), small);
    assert_true(cache.bytes / DOMAINS < bytes + 32);
    assert_true(bytes < 1024);
}

/* With the default limit the memory stays what it was after the first 4 096 answers. */
static void test_memory_is_bounded_by_the_option(void **state)
{
    size_t live, bytes, calls;

    (void)state;
    for (unsigned i = 0; i < 10000; i++)
        put_domain(i);
    live = memory.live;
    bytes = cache.bytes;
    calls = memory.calls;
    for (unsigned i = 10000; i < 20000; i++)
        put_domain(i);
    calls = memory.calls - calls;
    assert_int_equal(cache.entries.count, 4096);
    assert_int_equal(memory.live, live);
    assert_in_range(cache.bytes, bytes, bytes + 4096 * 8); /* names grew by a digit */
    assert_true(calls <= 2 * 10000 * 4); /* for keeping one and giving another up */
    for (unsigned i = 20000; i < DOMAINS; i++)
        put_domain(i);
    assert_int_equal(memory.live, live);
    assert_int_equal(cache.evictions, 2 * DOMAINS - 4096);
}

int main(void)
{
#define CACHE_TEST(name) cmocka_unit_test_setup_teardown(name, open_cache, close_cache)
    const struct CMUnitTest tests[] = {
        CACHE_TEST(test_kept_as_long_as_it_says),
        CACHE_TEST(test_times_are_clamped),
        CACHE_TEST(test_stale_answers),
        CACHE_TEST(test_what_is_not_kept),
        CACHE_TEST(test_limit_and_flush),
        CACHE_TEST(test_budget),
        CACHE_TEST(test_hundred_thousand_domains),
        CACHE_TEST(test_memory_is_bounded_by_the_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
