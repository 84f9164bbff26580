/* test_gateway.c - gateway settings: defaults of the original, ranges of ours. */
#include "fixture.h"
#include "policy/gateway.h"

static const struct row {
    const char *name;
    int setting;
    uint32_t initial, min, max;
} rows[] = {
    {"ConnectionLimit", XMPPFED_GATEWAY_CONNECTION_LIMIT, 1000, 1, 1000000},
    {"PartnerConnectionLimit", XMPPFED_GATEWAY_PARTNER_CONNECTION_LIMIT, 20, 1, 100000},
    {"StreamEstablishmentTimeout", XMPPFED_GATEWAY_ESTABLISHMENT_TIMEOUT, 60, 1, 3600},
    {"StreamInactivityTimeout", XMPPFED_GATEWAY_INACTIVITY_TIMEOUT, 600, 10, 604800},
    {"KeepAliveInterval", XMPPFED_GATEWAY_KEEP_ALIVE_INTERVAL, 300, 10, 86400},
    {"SubscriptionRefreshInterval", XMPPFED_GATEWAY_SUBSCRIPTION_REFRESH, 28800, 60, 2592000},
    {"InvitationRate", XMPPFED_GATEWAY_INVITATION_RATE, 1000, 1, 1000000},
    {"KeepAlivePing", XMPPFED_GATEWAY_KEEP_ALIVE_PING, 2, 1, 3},
    {"BidirectionalStreams", XMPPFED_GATEWAY_BIDI, 1, 0, 1},
};

/* The rows between the first and the last: what a partner may have of its own. */
enum { OF_PARTNERS = sizeof(rows) / sizeof(rows[0]) - 2 };

static void expect_set(const struct row *r, uint32_t value, int code, uint32_t after)
{
    struct xfed_gateway g;
    xmppfed_problem why = {0};
    int rc;

    xfed_gateway_init(&g);
    rc = xfed_gateway_set(&g, r->setting, value, &why);
    if (rc != code || xfed_gateway_get(&g, r->setting) != after)
        fail_msg("%s = %u: code %d, value then %u", r->name, value, rc,
                 xfed_gateway_get(&g, r->setting));
    if (code < 0 && !strstr(why.text, r->name))
        fail_msg("%s = %u: the sentence '%s' does not name it", r->name, value, why.text);
}

static void test_defaults_and_ranges(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];

        expect_set(r, r->initial, 0, r->initial);
        expect_set(r, r->min, 0, r->min);
        expect_set(r, r->max, 0, r->max);
        expect_set(r, r->min - 1, XMPPFED_ERR_POLICY_RECORD, r->initial);
        expect_set(r, r->max + 1, XMPPFED_ERR_POLICY_RECORD, r->initial);
    }
}

static void test_unknown_setting(void **state)
{
    struct xfed_gateway g;

    (void)state;
    xfed_gateway_init(&g);
    assert_int_equal(xfed_gateway_set(&g, 0, 5, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xfed_gateway_set(&g, 10, 5, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xfed_gateway_get(&g, 0), 0);
    assert_int_equal(xfed_gateway_get(&g, 10), 0);
}

/* A partner's own setting goes before the gateway's; the rest stays the gateway's. */
static void test_of_a_partner(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
    xmppfed_problem why = {0};
    xmppfed_policy *policy;

    (void)state;
    for (size_t i = 1; i <= OF_PARTNERS; i++) {
        assert_int_equal(xmppfed_partner_set_gateway(p, rows[i].setting, rows[i].min - 1, &why),
                         XMPPFED_ERR_POLICY_RECORD);
        assert_int_equal(xmppfed_partner_set_gateway(p, rows[i].setting, rows[i].max, &why), 0);
    }
    assert_int_equal(xmppfed_partner_set_gateway(p, XMPPFED_GATEWAY_CONNECTION_LIMIT, 5, &why),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_partner_set_gateway(p, XMPPFED_GATEWAY_BIDI, 1, &why),
                     XMPPFED_ERR_ARGUMENT);
    fixture_partner(b, "plain.example");
    policy = fixture_finish(b);
    for (size_t i = 1; i <= OF_PARTNERS; i++) {
        const struct row *r = &rows[i];

        if (xfed_policy_setting(policy, xfed_policy_find(policy, "fabrikam.example"), r->setting) !=
                r->max ||
            xfed_policy_setting(policy, xfed_policy_find(policy, "plain.example"), r->setting) !=
                r->initial ||
            xfed_policy_setting(policy, NULL, r->setting) != r->initial)
            fail_msg("%s", r->name);
    }
    assert_int_equal(xfed_policy_find(policy, "fabrikam.example")->connection_limit, 100000);
    xmppfed_policy_unref(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_and_ranges),
        cmocka_unit_test(test_unknown_setting),
        cmocka_unit_test(test_of_a_partner),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
