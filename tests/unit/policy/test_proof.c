/* test_proof.c - the order of proofs, the methods that can give them, and records that ask. */
#include "fixture.h"

#include "policy/proof.h"

#define PIN "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* From weak to strong. */
static const int ordered[] = {
    XMPPFED_PROOF_NONE, XMPPFED_PROOF_DIALBACK_TCP, XMPPFED_PROOF_DIALBACK_TLS, XMPPFED_PROOF_POSH,
    XMPPFED_PROOF_PKIX, XMPPFED_PROOF_DANE,         XMPPFED_PROOF_SHARED_SECRET};

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
    assert_false(xfed_proof_is_known(XMPPFED_PROOF_SHARED_SECRET + 1));
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

/* What a shared secret leaves of row 9, and what it is refused with. */
static const struct {
    const char *name;
    int tls;
    int sasl;
    int dane;
    int minimum;
    const char *domain; /* NULL: fabrikam.example */
    bool pinned;
    uint32_t methods;
    const char *error;
} secrets[] = {
    {.name = "nothing else", .methods = XMPPFED_METHOD_SCRAM},
    {.name = "nothing else, said",
     .minimum = XMPPFED_PROOF_SHARED_SECRET,
     .methods = XMPPFED_METHOD_SCRAM},
    {.name = "or a certificate",
     .minimum = XMPPFED_PROOF_PKIX,
     .methods = XMPPFED_METHOD_SCRAM | XMPPFED_METHOD_EXTERNAL},
    {.name = "or dialback",
     .minimum = XMPPFED_PROOF_DIALBACK_TLS,
     .methods = XMPPFED_METHOD_SCRAM | XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS},
    {.name = "or anything",
     .minimum = XMPPFED_PROOF_DIALBACK_TCP,
     .methods = XMPPFED_METHOD_SCRAM | XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS |
                XMPPFED_METHOD_DIALBACK_TCP},
    {.name = "with a pin", .pinned = true, .methods = XMPPFED_METHOD_SCRAM},
    {.name = "TLS alone", .tls = XMPPFED_REQUIRED, .methods = XMPPFED_METHOD_SCRAM},
    {.name = "no TLS", .tls = XMPPFED_NOT_SUPPORTED, .error = "S1: "},
    {.name = "no SASL", .sasl = XMPPFED_NOT_SUPPORTED, .error = "S1: "},
    {.name = "a wildcard", .domain = "*.fabrikam.example", .error = "S2: "},
    {.name = "DANE", .dane = XMPPFED_DANE_REQUIRED, .error = "S3: "},
};

static void check_secret(size_t i)
{
    const char *domain = secrets[i].domain ? secrets[i].domain : "fabrikam.example";
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, domain);
    xmppfed_partner_info info = {.size = sizeof(info)};
    xmppfed_problem why = {0};
    xmppfed_policy *policy = NULL;
    int rc;

    assert_int_equal(xmppfed_partner_set_tls(p, secrets[i].tls ? secrets[i].tls : XMPPFED_OPTIONAL),
                     0);
    assert_int_equal(
        xmppfed_partner_set_sasl(p, secrets[i].sasl ? secrets[i].sasl : XMPPFED_OPTIONAL), 0);
    assert_int_equal(xmppfed_partner_set_dane(p, secrets[i].dane), 0);
    assert_int_equal(xmppfed_partner_set_minimum_proof(p, secrets[i].minimum), 0);
    xmppfed_partner_set_allow_plaintext(p, 1);
    if (secrets[i].pinned)
        assert_int_equal(xmppfed_partner_add_pin(p, PIN, NULL), 0);
    xmppfed_partner_set_shared_secret(p, 1);
    rc = xmppfed_policy_builder_finish(b, &why, &policy);
    if (rc != (secrets[i].error ? XMPPFED_ERR_POLICY_RECORD : 0) ||
        (secrets[i].error && strncmp(why.text, secrets[i].error, 4) != 0))
        fail_msg("%s: %d %s", secrets[i].name, rc, why.text);
    if (rc == 0) {
        assert_int_equal(xmppfed_policy_partner(policy, 0, &info), 0);
        assert_true(info.shared_secret);
        assert_int_equal(info.minimum_proof,
                         secrets[i].minimum ? secrets[i].minimum : XMPPFED_PROOF_SHARED_SECRET);
        if (info.methods != secrets[i].methods)
            fail_msg("%s: methods %#x", secrets[i].name, (unsigned)info.methods);
    }
    xmppfed_policy_unref(policy);
    xmppfed_policy_builder_free(b);
}

static void test_secrets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        check_secret(i);
}

/* Who asks for a secret in a record that has none has no method left. */
static void test_no_secret(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
    xmppfed_problem why = {0};
    xmppfed_policy *policy = NULL;

    (void)state;
    assert_int_equal(xmppfed_partner_set_minimum_proof(p, XMPPFED_PROOF_SHARED_SECRET), 0);
    assert_int_equal(xmppfed_policy_builder_finish(b, &why, &policy), XMPPFED_ERR_POLICY_RECORD);
    assert_memory_equal(why.text, "M1: ", 4);
    xmppfed_policy_builder_free(b);
}

/* Under open federation the record stands for everybody. */
static void test_open_federation(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = NULL;
    xmppfed_problem why = {0};
    xmppfed_policy *policy = NULL;

    (void)state;
    assert_int_equal(xmppfed_policy_builder_open_federation(b, &p), 0);
    xmppfed_partner_set_shared_secret(p, 1);
    assert_int_equal(xmppfed_policy_builder_finish(b, &why, &policy), XMPPFED_ERR_POLICY_RECORD);
    assert_memory_equal(why.text, "S2: ", 4);
    xmppfed_policy_builder_free(b);
}

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
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
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
        cmocka_unit_test(test_order),           cmocka_unit_test(test_records),
        cmocka_unit_test(test_secrets),         cmocka_unit_test(test_no_secret),
        cmocka_unit_test(test_open_federation), cmocka_unit_test(test_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
