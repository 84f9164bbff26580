/* test_listing.c - partner records as they are in force: every field, order, look-up, bounds. */
#include "fixture.h"

#include <xmppfed/tls.h>

static xmppfed_partner_info info_at(const xmppfed_policy *policy, size_t index)
{
    xmppfed_partner_info info = {.size = sizeof(info)};

    assert_int_equal(xmppfed_policy_partner(policy, index, &info), 0);
    return info;
}

/* A record in which no field has its default. */
static void fill(xmppfed_policy_builder *b)
{
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");

    assert_int_equal(xmppfed_partner_add_domain(p, "one.example", NULL), 0);
    assert_int_equal(xmppfed_partner_add_domain(p, "two.example", NULL), 0);
    assert_int_equal(xmppfed_partner_set_description(p, "a supplier"), 0);
    assert_int_equal(xmppfed_partner_set_proxy_fqdn(p, "xmpp.example", NULL), 0);
    assert_int_equal(xmppfed_partner_set_type(p, XMPPFED_PARTNER_FEDERATED), 0);
    assert_int_equal(xmppfed_partner_set_tls(p, XMPPFED_OPTIONAL), 0);
    assert_int_equal(xmppfed_partner_set_sasl(p, XMPPFED_REQUIRED), 0);
    assert_int_equal(xmppfed_partner_set_connection_limit(p, 7), 0);
    assert_int_equal(xmppfed_partner_set_eku(p, XMPPFED_EKU_ANY), 0);
    assert_int_equal(xmppfed_partner_add_address(p, "192.0.2.1", 5269, NULL), 0);
    assert_int_equal(xmppfed_partner_add_address(p, "2001:db8::1", 5270, NULL), 0);
    xmppfed_partner_set_keep_alive(p, 0);
    xmppfed_partner_set_allow_plaintext(p, 1);
}

static void test_every_field(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_policy *policy;
    xmppfed_partner_info info;
    uint16_t port = 0;

    (void)state;
    fill(b);
    policy = fixture_finish(b);
    info = info_at(policy, 0);
    assert_int_equal(info.size, sizeof(info));
    assert_string_equal(info.domain, "fabrikam.example");
    assert_string_equal(info.description, "a supplier");
    assert_string_equal(info.proxy_fqdn, "xmpp.example");
    assert_int_equal(info.type, XMPPFED_PARTNER_FEDERATED);
    assert_int_equal(info.tls, XMPPFED_OPTIONAL);
    assert_int_equal(info.sasl, XMPPFED_REQUIRED);
    assert_true(info.dialback && info.allow_plaintext && !info.keep_alive);
    assert_int_equal(info.eku, XMPPFED_EKU_ANY);
    assert_int_equal(info.connection_limit, 7);
    assert_int_equal(info.row, 3);
    assert_int_equal(info.methods, XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS |
                                       XMPPFED_METHOD_DIALBACK_TCP);
    assert_string_equal(info.note_code, "W2");
    assert_non_null(strstr(info.note_text, "TlsNegotiation"));
    assert_int_equal(info.domain_count, 2);
    assert_string_equal(xmppfed_partner_info_domain(&info, 0), "one.example");
    assert_string_equal(xmppfed_partner_info_domain(&info, 1), "two.example");
    assert_null(xmppfed_partner_info_domain(&info, 2));
    assert_int_equal(info.address_count, 2);
    assert_string_equal(xmppfed_partner_info_address(&info, 0, NULL), "192.0.2.1");
    assert_string_equal(xmppfed_partner_info_address(&info, 1, &port), "2001:db8::1");
    assert_int_equal(port, 5270);
    assert_null(xmppfed_partner_info_address(&info, 2, &port));
    xmppfed_policy_unref(policy);
}

/* A snapshot shows the defaults resolved, the open record last, and outlives its builder. */
static void test_order_and_defaults(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner_info info = {.size = sizeof(info)};
    xmppfed_policy *policy;
    xmppfed_partner *open;

    (void)state;
    fixture_partner(b, "b.example");
    fixture_partner(b, "a.example");
    assert_int_equal(xmppfed_policy_builder_open_federation(b, &open), 0);
    xmppfed_policy_builder_set_federation(b, 1);
    policy = fixture_finish(b);
    assert_string_equal(info_at(policy, 0).domain, "b.example");
    assert_string_equal(info_at(policy, 1).domain, "a.example");
    assert_string_equal(info_at(policy, 2).domain, "");
    assert_int_equal(xmppfed_policy_partner(policy, 3, &info), XMPPFED_ERR_UNKNOWN_HANDLE);
    info = info_at(policy, 0);
    assert_int_equal(info.row, 7);
    assert_int_equal(info.connection_limit, 20);
    assert_string_equal(info.note_code, "");
    assert_string_equal(info.note_text, "");
    assert_int_equal(info.domain_count + info.address_count, 0);
    assert_null(xmppfed_partner_info_domain(&info, 0));
    assert_true(xmppfed_policy_federation(policy));
    assert_false(xmppfed_policy_strict(policy));
    xmppfed_policy_unref(policy);
}

static void test_look_up(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner_info info = {.size = sizeof(info)};
    xmppfed_policy *policy;

    (void)state;
    fill(b);
    xmppfed_policy_builder_set_strict(b, 1);
    policy = fixture_finish(b);
    assert_int_equal(xmppfed_policy_find_partner(policy, "Two.Example", &info), 0);
    assert_string_equal(info.domain, "fabrikam.example");
    assert_int_equal(info.methods, XMPPFED_METHOD_EXTERNAL);
    assert_true(xmppfed_policy_strict(policy));
    assert_false(xmppfed_policy_federation(policy));
    assert_int_equal(xmppfed_policy_find_partner(policy, "other.example", &info),
                     XMPPFED_ERR_POLICY_UNKNOWN_PARTNER);
    assert_int_equal(xmppfed_policy_find_partner(policy, "..", &info), XMPPFED_ERR_ADDRESS);
    xmppfed_policy_unref(policy);
}

static void test_wrong_arguments(void **state)
{
    xmppfed_policy *policy = fixture_finish(fixture_builder());
    xmppfed_partner_info info = {.size = sizeof(info)};

    (void)state;
    assert_int_equal(xmppfed_policy_partner(policy, 0, &info), XMPPFED_ERR_UNKNOWN_HANDLE);
    assert_int_equal(xmppfed_policy_partner(NULL, 0, &info), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_policy_partner(policy, 0, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_policy_find_partner(policy, NULL, &info), XMPPFED_ERR_ARGUMENT);
    info.size = sizeof(info) - 1;
    assert_int_equal(xmppfed_policy_partner(policy, 0, &info), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_policy_find_partner(policy, "a.example", &info), XMPPFED_ERR_ARGUMENT);
    assert_null(xmppfed_partner_info_domain(NULL, 0));
    assert_null(xmppfed_partner_info_address(&info, 0, NULL));
    assert_false(xmppfed_policy_federation(NULL) || xmppfed_policy_strict(NULL));
    xmppfed_policy_unref(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field),
        cmocka_unit_test(test_order_and_defaults),
        cmocka_unit_test(test_look_up),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
