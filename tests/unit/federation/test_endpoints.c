/* test_endpoints.c - candidates own all that they say, TLSA records too, and are bounded. */
#include "support.h"

#include "federation/endpoints.h"
#include "support/context.h"

static const char digest[] = "\x01\x02\x03\x04";

static xmppfed_tlsa record(const char *data, size_t len, const char *base)
{
    return (xmppfed_tlsa){
        .usage = 3, .selector = 1, .matching = 1, .data = {data, len}, .base = base};
}

static void add(struct xfed_endpoints *e, const xmppfed_endpoint *endpoint,
                const xmppfed_tlsa *tlsa)
{
    assert_int_equal(xfed_endpoints_add(e, endpoint, tlsa), 0);
}

static void test_records_are_copied_with_what_they_point_to(void **state)
{
    xmppfed_context *ctx = test_context();
    char octets[] = "\x01\x02\x03\x04";
    char base[] = "mx.fabrikam.example";
    const xmppfed_tlsa all[] = {record("\xFF", 1, "other.example"), record(octets, 4, base),
                                record(octets, 0, NULL)};
    const xmppfed_endpoint with = {
        .address = "192.0.2.2", .port = 5269, .tlsa_first = 1, .tlsa_count = 2};
    const xmppfed_endpoint without = {.address = "192.0.2.3", .port = 5270, .direct_tls = 1};
    struct xfed_endpoints e;
    const xmppfed_tlsa *found;
    size_t count = 9;
    (void)state;

    xfed_endpoints_init(&e, ctx);
    add(&e, &with, all);
    add(&e, &without, NULL);
    memset(octets, 0, sizeof(octets));
    memset(base, 'x', sizeof(base) - 1);
    assert_int_equal(e.count, 2);
    found = xfed_endpoints_tlsa(&e, 0, &count);
    assert_int_equal(count, 2);
    assert_int_equal(found[0].data.len, 4);
    assert_memory_equal(found[0].data.data, digest, 4);
    assert_string_equal(found[0].base, "mx.fabrikam.example");
    assert_int_equal(found[1].data.len, 0);
    assert_null(found[1].base);
    assert_int_equal(xfed_endpoints_at(&e, 0)->tlsa_first, 0);
    assert_string_equal(xfed_endpoints_at(&e, 1)->address, "192.0.2.3");
    assert_int_equal(xfed_endpoints_at(&e, 1)->direct_tls, 1);
    assert_null(xfed_endpoints_tlsa(&e, 1, &count));
    assert_int_equal(count, 0);
    xfed_endpoints_clear(&e);
    assert_int_equal(e.count, 0);
    assert_null(xfed_endpoints_at(&e, 0));
    assert_null(xfed_endpoints_tlsa(&e, 0, &count));
    xmppfed_context_unref(ctx);
}

static void test_bounded(void **state)
{
    xmppfed_context *ctx = test_context();
    struct xfed_endpoints e;
    (void)state;

    xfed_endpoints_init(&e, ctx);
    for (uint16_t port = 1; port <= XFED_ENDPOINTS_MAX + 3; port++) {
        const xmppfed_endpoint endpoint = {.port = port};

        add(&e, &endpoint, NULL);
    }
    assert_int_equal(e.count, XFED_ENDPOINTS_MAX);
    assert_int_equal(xfed_endpoints_at(&e, XFED_ENDPOINTS_MAX - 1)->port, XFED_ENDPOINTS_MAX);
    xfed_endpoints_clear(&e);
    xmppfed_context_unref(ctx);
}

static void test_each_allocation_failing(void **state)
{
    struct alloc_fail memory;
    xmppfed_context *ctx = test_context_counted(&memory);
    const xmppfed_tlsa tlsa = record(digest, 4, "mx.fabrikam.example");
    const xmppfed_endpoint endpoint = {.port = 5269, .tlsa_count = 1};
    struct xfed_endpoints e;
    size_t failures = 0;
    int rc;
    (void)state;

    xfed_endpoints_init(&e, ctx);
    do {
        memory.fail_at = memory.calls + failures + 1;
        rc = xfed_endpoints_add(&e, &endpoint, &tlsa);
        if (rc < 0) {
            assert_int_equal(rc, XMPPFED_ERR_NOMEM);
            assert_int_equal(e.count, 0);
            failures++;
        }
    } while (rc < 0);
    memory.fail_at = 0;
    assert_int_equal(failures, 2);
    assert_int_equal(e.count, 1);
    xfed_endpoints_clear(&e);
    test_context_counted_free(ctx, &memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_are_copied_with_what_they_point_to),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_each_allocation_failing),
    };

    return cmocka_run_group_tests_name("federation/endpoints", tests, NULL, NULL);
}
