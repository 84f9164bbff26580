/* test_builder.c - adding records and users: duplicates, bad names, running out of memory. */
#include "fixture.h"

#include "support/context.h"

static void test_duplicate_domains_name_both_records(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *fabrikam = fixture_partner(b, "fabrikam.example");
    xmppfed_partner *adatum = fixture_partner(b, "adatum.example");
    xmppfed_partner *p = NULL;
    xmppfed_problem why = {0};

    (void)state;
    assert_int_equal(xmppfed_partner_add_domain(fabrikam, "Chat.Fabrikam.example", &why), 0);
    assert_int_equal(xmppfed_partner_add_domain(adatum, "chat.fabrikam.example", &why),
                     XMPPFED_ERR_DUPLICATE);
    assert_non_null(strstr(why.text, "record adatum.example"));
    assert_non_null(strstr(why.text, "record fabrikam.example"));
    assert_int_equal(xmppfed_policy_builder_add_partner(b, "chat.fabrikam.example", &why, &p),
                     XMPPFED_ERR_DUPLICATE);
    assert_non_null(strstr(why.text, "record fabrikam.example"));
    assert_int_equal(xmppfed_policy_builder_add_partner(b, "FABRIKAM.example.", &why, &p),
                     XMPPFED_ERR_DUPLICATE);
    assert_int_equal(xmppfed_partner_add_domain(fabrikam, "fabrikam.example", &why),
                     XMPPFED_ERR_DUPLICATE);
    assert_non_null(strstr(why.text, "already"));
    assert_null(p);
    xmppfed_policy_builder_free(b);
}

static void test_bad_names(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
    xmppfed_partner *none = NULL;
    xmppfed_problem why = {0};

    (void)state;
    assert_int_equal(xmppfed_policy_builder_add_partner(b, "", &why, &none), XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_policy_builder_add_partner(b, "*.example", &why, &none),
                     XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_partner_add_domain(p, "a b.example", &why), XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_policy_builder_add_user(b, "@contoso.example", "", "", 0, &why),
                     XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_policy_builder_add_partner(b, NULL, &why, &none),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_policy_builder_add_user(b, "a@b.example", NULL, "", 0, &why),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, NULL, 3, &why),
                     XMPPFED_ERR_ARGUMENT);
    assert_null(none);
    xmppfed_policy_builder_free(b);
}

static void test_a_user_is_added_once(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_problem why = {0};

    (void)state;
    assert_int_equal(xmppfed_policy_builder_add_user(b, "ann@contoso.example", "", "", 0, &why), 0);
    assert_int_equal(xmppfed_policy_builder_add_user(b, "Ann@Contoso.example", "", "", 1, &why),
                     XMPPFED_ERR_DUPLICATE);
    assert_non_null(strstr(why.text, "ann@contoso.example"));
    xmppfed_policy_builder_free(b);
}

static void test_new_wants_arguments(void **state)
{
    xmppfed_policy_builder *b = NULL;
    xmppfed_policy *policy = NULL;

    (void)state;
    assert_int_equal(xmppfed_policy_builder_new(NULL, &b), XMPPFED_ERR_ARGUMENT);
    assert_null(b);
    assert_int_equal(xmppfed_policy_builder_finish(NULL, NULL, &policy), XMPPFED_ERR_ARGUMENT);
    assert_null(xmppfed_policy_builder_note(NULL, 0));
    xmppfed_policy_builder_free(NULL);
}

/* Everything that takes memory; the first error ends it. */
static int build(xmppfed_context *ctx, xmppfed_policy_builder **b, xmppfed_policy **policy)
{
    xmppfed_partner *p;
    xmppfed_problem why;
    int rc;

    if ((rc = xmppfed_policy_builder_new(ctx, b)) < 0 ||
        (rc = xmppfed_policy_builder_add_partner(*b, "fabrikam.example", &why, &p)) < 0 ||
        (rc = xmppfed_partner_add_domain(p, "chat.fabrikam.example", &why)) < 0 ||
        (rc = xmppfed_partner_set_description(p, "text")) < 0 ||
        (rc = xmppfed_partner_set_proxy_fqdn(p, "edge.example", &why)) < 0 ||
        (rc = xmppfed_partner_add_address(p, "192.0.2.1", 5269, &why)) < 0 ||
        (rc = xmppfed_partner_set_sasl(p, XMPPFED_REQUIRED)) < 0 ||
        (rc = xmppfed_policy_builder_open_federation(*b, &p)) < 0 ||
        (rc = xmppfed_policy_builder_add_access(*b, XMPPFED_SCOPE_SITE, "bern", 3, &why)) < 0 ||
        (rc = xmppfed_policy_builder_add_access(*b, XMPPFED_SCOPE_USER, "all", 31, &why)) < 0 ||
        (rc = xmppfed_policy_builder_add_user(*b, "a@contoso.example", "bern", "all", 0, &why)) < 0)
        return rc;
    return xmppfed_policy_builder_finish(*b, &why, policy);
}

static void test_every_allocation_may_fail(void **state)
{
    size_t failures = 0;
    int rc;

    (void)state;
    do {
        struct alloc_fail memory;
        xmppfed_context *ctx = test_context_counted(&memory);
        xmppfed_policy_builder *b = NULL;
        xmppfed_policy *policy = NULL;

        memory.fail_at = memory.calls + failures + 1;
        rc = build(ctx, &b, &policy);
        if (rc < 0) {
            assert_int_equal(rc, XMPPFED_ERR_NOMEM);
            assert_null(policy);
            failures++;
        }
        xmppfed_policy_unref(policy);
        xmppfed_policy_builder_free(b);
        test_context_counted_free(ctx, &memory);
    } while (rc < 0);
    assert_true(failures > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duplicate_domains_name_both_records),
        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_a_user_is_added_once),
        cmocka_unit_test(test_new_wants_arguments),
        cmocka_unit_test(test_every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
