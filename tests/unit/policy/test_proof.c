/* test_proof.c - the order of proofs, the methods that can give them, and records that ask. */
#include "fixture.h"

#include "policy/proof.h"

/* From weak to strong. */
static const int ordered[] = {XMPPFED_PROOF_NONE, XMPPFED_PROOF_DIALBACK_TCP,
                              XMPPFED_PROOF_DIALBACK_TLS, XMPPFED_PROOF_POSH,
                              XMPPFED_PROOF_PKIX, XMPPFED_PROOF_DANE};

enum { COUNT = sizeof(ordered) / sizeof(ordered[0]) };

static void test_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < COUNT; k++)
            if (xfed_proof_suffices(ordered[i], ordered[k]) != (i >= k))
                fail_msg("proof %d for a minimum of %d", ordered[i], ordered[k]);
    assert_false(xfed_proof_suffices(99, XMPPFED_PROOF_NONE));
    assert_false(xfed_proof_is_known(-1));
    assert_false(xfed_proof_is_known(XMPPFED_PROOF_POSH + 1));
}

/* The methods that are left of row 9, which has all three, and the error of row 17. */
static const struct {
    const char *name;
    int minimum;
    uint32_t methods;
    bool row_17_fails;
} rows[] = {
    {"any", XMPPFED_PROOF_NONE,
     XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS | XMPPFED_METHOD_DIALBACK_TCP, false},
    {"dialback", XMPPFED_PROOF_DIALBACK_TCP,
     XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS | XMPPFED_METHOD_DIALBACK_TCP, false},
    {"dialback over TLS", XMPPFED_PROOF_DIALBACK_TLS,
     XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS, true},
    {"POSH", XMPPFED_PROOF_POSH, XMPPFED_METHOD_EXTERNAL, true},
    {"certificates", XMPPFED_PROOF_PKIX, XMPPFED_METHOD_EXTERNAL, true},
    {"DANE", XMPPFED_PROOF_DANE, XMPPFED_METHOD_EXTERNAL, true},
};

static void check_row_17(size_t i)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
    xmppfed_problem why = {0};
    xmppfed_policy *policy = NULL;
    int rc;

    assert_int_equal(xmppfed_partner_set_tls(p, XMPPFED_NOT_SUPPORTED), 0);
    assert_int_equal(xmppfed_partner_set_sasl(p, XMPPFED_NOT_SUPPORTED), 0);
    assert_int_equal(xmppfed_partner_set_minimum_proof(p, rows[i].minimum), 0);
    xmppfed_partner_set_allow_plaintext(p, 1);
    rc = xmppfed_policy_builder_finish(b, &why, &policy);
    if (rc != (rows[i].row_17_fails ? XMPPFED_ERR_POLICY_RECORD : 0))
        fail_msg("%s: %d %s", rows[i].name, rc, why.text);
    if (rc < 0)
        assert_non_null(strstr(why.text, "M1: fabrikam.example: "));
    xmppfed_policy_unref(policy);
    xmppfed_policy_builder_free(b);
}

static void test_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        xmppfed_policy_builder *b = fixture_builder();
        xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
        xmppfed_policy *policy;

        assert_int_equal(xmppfed_partner_set_tls(p, XMPPFED_OPTIONAL), 0);
        assert_int_equal(xmppfed_partner_set_minimum_proof(p, rows[i].minimum), 0);
        xmppfed_partner_set_allow_plaintext(p, 1);
        policy = fixture_finish(b);
        if (xmppfed_policy_methods(policy, "fabrikam.example", NULL) != rows[i].methods)
            fail_msg("%s", rows[i].name);
        xmppfed_policy_unref(policy);
        check_row_17(i);
    }
}

static void test_arguments(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");

    (void)state;
    assert_int_equal(xmppfed_partner_set_minimum_proof(NULL, 0), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_partner_set_minimum_proof(p, 99), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_partner_set_minimum_proof(p, -1), XMPPFED_ERR_ARGUMENT);
    xmppfed_policy_builder_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
