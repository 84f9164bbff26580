/* test_snapshot.c - the snapshot: look-ups, limits, life, and 100 000 records. */
#include "fixture.h"

#include <stdio.h>

#include "support/context.h"

static void test_find(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
    xmppfed_policy *policy;
    int type = -1;

    (void)state;
    assert_int_equal(xmppfed_partner_set_type(p, XMPPFED_PARTNER_PUBLIC_VERIFIED), 0);
    assert_int_equal(xmppfed_partner_add_domain(p,
                                                "b\xc3\xbc"
                                                "cher.example",
                                                NULL),
                     0);
    policy = fixture_finish(b);
    assert_ptr_equal(xfed_policy_find(policy, "xn--bcher-kva.example"),
                     xfed_policy_find(policy, "fabrikam.example"));
    assert_null(xfed_policy_find(policy, "sub.fabrikam.example"));
    assert_null(xfed_policy_find(policy, ""));
    assert_int_equal(xmppfed_policy_methods(policy,
                                            "B\xc3\xbc"
                                            "cher.Example",
                                            &type),
                     XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS);
    assert_int_equal(type, XMPPFED_PARTNER_PUBLIC_VERIFIED);
    assert_int_equal(xmppfed_policy_methods(policy, "other.example", &type), 0);
    assert_int_equal(type, 0);
    assert_int_equal(xmppfed_policy_methods(policy, "..", NULL), 0);
    assert_int_equal(xmppfed_policy_methods(NULL, "fabrikam.example", &type), 0);
    xmppfed_policy_unref(policy);
}

static void test_open_federation(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
    xmppfed_policy *policy;
    int type = 0;

    (void)state;
    assert_int_equal(xmppfed_partner_set_type(p, XMPPFED_PARTNER_FEDERATED), 0);
    assert_int_equal(xmppfed_policy_builder_open_federation(b, &p), 0);
    policy = fixture_finish(b);
    assert_string_equal(xfed_policy_find(policy, "anyone.example")->domain, "");
    assert_true(xmppfed_policy_methods(policy, "anyone.example", &type) != 0);
    assert_int_equal(type, XMPPFED_PARTNER_PUBLIC_UNVERIFIED);
    assert_string_equal(xfed_policy_find(policy, "fabrikam.example")->domain, "fabrikam.example");
    xmppfed_policy_unref(policy);
}

/* The domain of the record that holds for each domain; NULL for none. */
static const struct {
    const char *domain;
    const char *record;
} wildcard_rows[] = {
    {"example.com", NULL},
    {"a.example.com", "*.example.com"},
    {"b.a.example.com", "*.example.com"},
    {"sub.example.com", "sub.example.com"},
    {"x.sub.example.com", "*.sub.example.com"},
    {"own.sub.example.com", "own.sub.example.com"},
    {"x.own.sub.example.com", "*.sub.example.com"},
    {"notexample.com", NULL},
    {"com", NULL},
};

static void test_wildcards(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_policy *policy;

    (void)state;
    fixture_partner(b, "*.example.com");
    fixture_partner(b, "*.Sub.example.com");
    fixture_partner(b, "own.sub.example.com");
    fixture_partner(b, "sub.example.com");
    policy = fixture_finish(b);
    for (size_t i = 0; i < sizeof(wildcard_rows) / sizeof(wildcard_rows[0]); i++) {
        const struct xfed_partner *found = xfed_policy_find(policy, wildcard_rows[i].domain);
        const char *record = wildcard_rows[i].record;

        if (!found != !record || (found && strcmp(found->domain, record) != 0))
            fail_msg("%s: %s", wildcard_rows[i].domain, found ? found->domain : "none");
    }
    xmppfed_policy_unref(policy);
}

static void test_bad_wildcards(void **state)
{
    static const char *const bad[] = {
        "*", "*.", "*.com", "*.*.example.com", "*example.com", "a.*.example.com", "*.192.0.2.1"};
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_problem why = {0};
    xmppfed_partner *p;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (xmppfed_policy_builder_add_partner(b, bad[i], &why, &p) != XMPPFED_ERR_ADDRESS)
            fail_msg("%s was taken", bad[i]);
    fixture_partner(b, "*.example.com");
    assert_int_equal(xmppfed_policy_builder_add_partner(b, "*.EXAMPLE.com", &why, &p),
                     XMPPFED_ERR_DUPLICATE);
    xmppfed_policy_builder_free(b);
}

/* The gateway has the last word where it says "never", and none where it says "yes". */
static void test_bidi_is_resolved(void **state)
{
    (void)state;
    for (uint32_t on = 0; on < 2; on++) {
        xmppfed_policy_builder *b = fixture_builder();
        xmppfed_policy *policy;

        assert_int_equal(
            xmppfed_partner_set_bidi(fixture_partner(b, "any.example"), XMPPFED_BIDI_ANY_PROOF), 0);
        assert_int_equal(xmppfed_policy_builder_set_gateway(b, XMPPFED_GATEWAY_BIDI, on, NULL), 0);
        policy = fixture_finish(b);
        assert_int_equal(xfed_policy_find(policy, "any.example")->bidi,
                         on ? XMPPFED_BIDI_ANY_PROOF : XMPPFED_BIDI_NEVER);
        xmppfed_policy_unref(policy);
    }
}

static void test_connection_limit_is_resolved(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_problem why = {0};
    xmppfed_policy *policy;

    (void)state;
    assert_int_equal(xmppfed_partner_set_connection_limit(fixture_partner(b, "own.example"), 7), 0);
    fixture_partner(b, "gateway.example");
    assert_int_equal(
        xmppfed_policy_builder_set_gateway(b, XMPPFED_GATEWAY_PARTNER_CONNECTION_LIMIT, 33, &why),
        0);
    assert_int_equal(
        xmppfed_policy_builder_set_gateway(b, XMPPFED_GATEWAY_PARTNER_CONNECTION_LIMIT, 0, &why),
        XMPPFED_ERR_POLICY_RECORD);
    policy = fixture_finish(b);
    assert_int_equal(xfed_policy_find(policy, "own.example")->connection_limit, 7);
    assert_int_equal(xfed_policy_find(policy, "gateway.example")->connection_limit, 33);
    assert_int_equal(xmppfed_policy_gateway(policy, XMPPFED_GATEWAY_PARTNER_CONNECTION_LIMIT), 33);
    assert_int_equal(xmppfed_policy_gateway(policy, XMPPFED_GATEWAY_CONNECTION_LIMIT), 1000);
    assert_int_equal(xmppfed_policy_gateway(policy, 99), 0);
    xmppfed_policy_unref(policy);
}

static void test_a_snapshot_does_not_follow_its_builder(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
    xmppfed_policy *first = NULL;
    xmppfed_policy *second;

    (void)state;
    assert_int_equal(xmppfed_partner_set_description(p, "one"), 0);
    assert_int_equal(xmppfed_policy_builder_finish(b, NULL, &first), 0);
    assert_int_equal(xmppfed_partner_set_description(p, "two"), 0);
    fixture_partner(b, "adatum.example");
    second = fixture_finish(b);
    assert_null(xfed_policy_find(first, "adatum.example"));
    assert_string_equal(xfed_policy_find(first, "fabrikam.example")->description, "one");
    assert_string_equal(xfed_policy_find(second, "fabrikam.example")->description, "two");
    assert_ptr_equal(xmppfed_policy_ref(first), first);
    xmppfed_policy_unref(first);
    assert_non_null(xfed_policy_find(first, "fabrikam.example"));
    xmppfed_policy_unref(first);
    xmppfed_policy_unref(second);
    assert_null(xmppfed_policy_ref(NULL));
    xmppfed_policy_unref(NULL);
}

enum { MANY = 100000 };

/* Many records: all are found, and asking takes no memory and so walks nothing it would
 * collect. */
static void test_many_partners(void **state)
{
    struct alloc_fail memory;
    xmppfed_context *ctx = test_context_counted(&memory);
    xmppfed_policy_builder *b = NULL;
    xmppfed_policy *policy;
    size_t calls;

    (void)state;
    assert_int_equal(xmppfed_policy_builder_new(ctx, &b), 0);
    for (int i = 0; i < MANY; i++) {
        char domain[32];

        snprintf(domain, sizeof(domain), "p%d.example", i);
        xmppfed_partner *p = fixture_partner(b, domain);
        assert_int_equal(xmppfed_partner_set_connection_limit(p, (uint32_t)i % 1000 + 1), 0);
    }
    policy = fixture_finish(b);
    calls = memory.calls;
    for (int i = 0; i < MANY; i++) {
        char domain[32];
        const struct xfed_partner *r;

        snprintf(domain, sizeof(domain), "p%d.example", i);
        r = xfed_policy_find(policy, domain);
        if (!r || strcmp(r->domain, domain) != 0 || r->connection_limit != (uint32_t)i % 1000 + 1)
            fail_msg("%s was not found", domain);
    }
    assert_null(xfed_policy_find(policy, "p100000.example"));
    assert_int_equal(memory.calls, calls);
    xmppfed_policy_unref(policy);
    test_context_counted_free(ctx, &memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_open_federation),
        cmocka_unit_test(test_wildcards),
        cmocka_unit_test(test_bad_wildcards),
        cmocka_unit_test(test_bidi_is_resolved),
        cmocka_unit_test(test_connection_limit_is_resolved),
        cmocka_unit_test(test_a_snapshot_does_not_follow_its_builder),
        cmocka_unit_test(test_many_partners),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
