/* test_user.c - what a builder takes of users, groups, rules and blocks, and what it refuses. */
#include "fixture.h"

#include "support/alloc_fail.h"

#define ANN "ann@contoso.example"
#define USER XMPPFED_SCOPE_USER
#define GROUP XMPPFED_SCOPE_GROUP

static void test_twice(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_problem why = {0};

    (void)state;
    assert_int_equal(xmppfed_policy_builder_add_member(b, "sales", ANN, &why), 0);
    assert_int_equal(xmppfed_policy_builder_add_member(b, "staff", "Ann@contoso.example", &why),
                     XMPPFED_ERR_DUPLICATE);
    assert_non_null(strstr(why.text, "in a group already"));
    /* Being named in a group says nothing of site and policy. */
    assert_int_equal(xmppfed_policy_builder_add_user(b, ANN, "", "", 0, &why), 0);
    assert_int_equal(xmppfed_policy_builder_add_user(b, ANN, "", "", 0, &why),
                     XMPPFED_ERR_DUPLICATE);
    assert_int_equal(xmppfed_policy_builder_add_rule(b, USER, ANN, "a.example", 1, &why), 0);
    assert_int_equal(xmppfed_policy_builder_add_rule(b, USER, ANN, "A.example", 0, &why),
                     XMPPFED_ERR_DUPLICATE);
    assert_int_equal(xmppfed_policy_builder_add_rule(b, GROUP, "sales", "a.example", 1, &why), 0);
    assert_int_equal(xmppfed_policy_builder_add_block(b, ANN, "a.example", 0, &why), 0);
    assert_int_equal(xmppfed_policy_builder_add_block(b, ANN, "A.example", 7, &why),
                     XMPPFED_ERR_DUPLICATE);
    assert_int_equal(xmppfed_policy_builder_add_block(b, "", "a.example", 0, &why), 0);
    assert_int_equal(xmppfed_policy_builder_add_block(b, "", "a.example", 0, &why),
                     XMPPFED_ERR_DUPLICATE);
    assert_non_null(strstr(why.text, "all users"));
    xmppfed_policy_builder_free(b);
}

static void test_refused(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_problem why = {0};

    (void)state;
    assert_int_equal(xmppfed_policy_builder_add_member(b, "sales", "@", &why), XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_policy_builder_add_member(b, "", ANN, &why), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_policy_builder_add_member(NULL, "sales", ANN, &why),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(
        xmppfed_policy_builder_add_rule(b, XMPPFED_SCOPE_SITE, "x", "a.example", 1, &why),
        XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_policy_builder_add_rule(b, USER, "@", "a.example", 1, &why),
                     XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_policy_builder_add_rule(b, USER, ANN, "a b", 1, &why),
                     XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_policy_builder_add_rule(b, GROUP, "", "a.example", 1, &why),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_policy_builder_add_block(b, ANN, "@", 0, &why), XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_policy_builder_add_block(b, "@", "a.example", 0, &why),
                     XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_policy_builder_add_block(b, ANN, "a.example", -1, &why),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_policy_builder_add_block(b, NULL, "a.example", 0, &why),
                     XMPPFED_ERR_ARGUMENT);
    xmppfed_policy_builder_free(b);
}

/* A rule for a domain of no record would be dead, most likely by a slip of the hand. */
static void test_rule_without_record(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_problem why = {0};
    xmppfed_policy *policy;

    (void)state;
    fixture_partner(b, "fabrikam.example");
    assert_int_equal(
        xmppfed_policy_builder_add_rule(b, GROUP, "sales", "fabrikan.example", 1, &why), 0);
    assert_int_equal(xmppfed_policy_builder_finish(b, &why, &policy), XMPPFED_ERR_POLICY_RECORD);
    assert_non_null(strstr(why.text, "R1: sales: "));
    xmppfed_policy_builder_free(b);
}

/* Everything that allocates, once through; XMPPFED_ERR_NOMEM or 0. */
static int build(void *user)
{
    xmppfed_policy_builder *b = NULL;
    xmppfed_policy *policy = NULL;
    xmppfed_partner *p;
    int rc = xmppfed_policy_builder_new(user, &b);

    if (rc == 0)
        rc = xmppfed_policy_builder_add_partner(b, "*.fabrikam.example", NULL, &p);
    if (rc == 0)
        rc = xmppfed_policy_builder_add_user(b, ANN, "bern", "", 0, NULL);
    if (rc == 0)
        rc = xmppfed_policy_builder_add_member(b, "sales", ANN, NULL);
    if (rc == 0)
        rc = xmppfed_policy_builder_add_rule(b, GROUP, "sales", "*.fabrikam.example", 1, NULL);
    if (rc == 0)
        rc = xmppfed_policy_builder_add_rule(b, USER, ANN, "*.fabrikam.example", 0, NULL);
    if (rc == 0)
        rc = xmppfed_policy_builder_add_block(b, ANN, "x@a.fabrikam.example/desk", 0, NULL);
    if (rc == 0)
        rc = xmppfed_policy_builder_finish(b, NULL, &policy);
    xmppfed_policy_unref(policy);
    xmppfed_policy_builder_free(b);
    return rc;
}

static void test_out_of_memory(void **state)
{
    struct alloc_fail memory;
    xmppfed_context *ctx = test_context_counted(&memory);

    (void)state;
    assert_true(alloc_fail_each(&memory, build, ctx) > 20);
    test_context_counted_free(ctx, &memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_rule_without_record),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
