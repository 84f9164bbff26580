/* test_rule.c - names and sentences of the conditions. */
#include "fixture.h"

static const struct row {
    int rule;
    const char *name;
} rows[] = {
    {XMPPFED_RULE_FEDERATION_ON, "FEDERATION_ON"},
    {XMPPFED_RULE_PARTNER, "PARTNER"},
    {XMPPFED_RULE_PROOF, "PROOF"},
    {XMPPFED_RULE_BRANCH, "BRANCH"},
    {XMPPFED_RULE_ACCESS_FEDERATION, "ACCESS_FEDERATION"},
    {XMPPFED_RULE_ACCESS_XMPP, "ACCESS_XMPP"},
    {XMPPFED_RULE_PARTNER_LIST, "PARTNER_LIST"},
    {XMPPFED_RULE_BLOCK_LIST, "BLOCK_LIST"},
    {XMPPFED_RULE_BLOCKED, "BLOCKED"},
    {XMPPFED_RULE_TYPE, "TYPE"},
    {XMPPFED_RULE_CONTACT, "CONTACT"},
    {XMPPFED_RULE_RATE, "RATE"},
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(xmppfed_rule_name(rows[i].rule), rows[i].name);
        assert_true(strlen(xmppfed_rule_sentence(rows[i].rule)) > 10);
    }
}

static void test_unknown(void **state)
{
    static const int unknown[] = {-1, 0, XMPPFED_RULE_RATE + 1, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        assert_string_equal(xmppfed_rule_name(unknown[i]), "UNKNOWN");
        assert_string_equal(xmppfed_rule_sentence(unknown[i]), "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
