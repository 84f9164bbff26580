/* test_partner.c - a record's defaults, setters and ranges, as the snapshot shows them. */
#include "fixture.h"

#include <xmppfed/tls.h>

static void test_defaults(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_policy *policy;
    const struct xfed_partner *r;

    (void)state;
    fixture_partner(b, "Fabrikam.Example");
    policy = fixture_finish(b);
    r = xfed_policy_find(policy, "fabrikam.example");
    assert_non_null(r);
    assert_string_equal(r->domain, "fabrikam.example");
    assert_int_equal(r->type, XMPPFED_PARTNER_PUBLIC_UNVERIFIED);
    assert_int_equal(r->tls, XMPPFED_REQUIRED);
    assert_int_equal(r->sasl, XMPPFED_OPTIONAL);
    assert_true(r->dialback);
    assert_true(r->keep_alive);
    assert_false(r->allow_plaintext);
    assert_int_equal(r->eku, XMPPFED_EKU_SERVER);
    assert_int_equal(r->bidi, XMPPFED_BIDI_CERTIFICATE);
    assert_int_equal(r->connection_limit, 20);
    assert_int_equal(r->methods, XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS);
    assert_string_equal(r->proxy_fqdn, "");
    assert_string_equal(r->description, "");
    assert_int_equal(r->address_count, 0);
    xmppfed_policy_unref(policy);
}

static void test_setters(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
    xmppfed_policy *policy;
    const struct xfed_partner *r;

    (void)state;
    assert_int_equal(xmppfed_partner_set_type(p, XMPPFED_PARTNER_FEDERATED), 0);
    assert_int_equal(xmppfed_partner_set_tls(p, XMPPFED_OPTIONAL), 0);
    assert_int_equal(xmppfed_partner_set_sasl(p, XMPPFED_NOT_SUPPORTED), 0);
    xmppfed_partner_set_keep_alive(p, 0);
    xmppfed_partner_set_allow_plaintext(p, 1);
    assert_int_equal(xmppfed_partner_set_eku(p, XMPPFED_EKU_STRICT_ROLE), 0);
    assert_int_equal(xmppfed_partner_set_bidi(p, XMPPFED_BIDI_ANY_PROOF), 0);
    assert_int_equal(xmppfed_partner_set_connection_limit(p, 100000), 0);
    assert_int_equal(xmppfed_partner_set_description(p, "first"), 0);
    assert_int_equal(xmppfed_partner_set_description(p, "second"), 0);
    assert_int_equal(xmppfed_partner_set_proxy_fqdn(p, "Edge.Fabrikam.example", NULL), 0);
    assert_int_equal(xmppfed_partner_add_address(p, "192.0.2.1", 5269, NULL), 0);
    assert_int_equal(xmppfed_partner_add_address(p, "2001:DB8::0:1", 5270, NULL), 0);
    policy = fixture_finish(b);
    r = xfed_policy_find(policy, "fabrikam.example");
    assert_int_equal(r->type, XMPPFED_PARTNER_FEDERATED);
    assert_int_equal(r->methods, XMPPFED_METHOD_DIALBACK_TLS | XMPPFED_METHOD_DIALBACK_TCP);
    assert_false(r->keep_alive);
    assert_true(r->allow_plaintext);
    assert_int_equal(r->eku, XMPPFED_EKU_STRICT_ROLE);
    assert_int_equal(r->bidi, XMPPFED_BIDI_ANY_PROOF);
    assert_int_equal(r->connection_limit, 100000);
    assert_string_equal(r->description, "second");
    assert_string_equal(r->proxy_fqdn, "edge.fabrikam.example");
    assert_int_equal(r->address_count, 2);
    assert_string_equal(r->addresses[0].address, "192.0.2.1");
    assert_int_equal(r->addresses[0].port, 5269);
    assert_string_equal(r->addresses[1].address, "2001:db8::1");
    assert_int_equal(r->addresses[1].port, 5270);
    xmppfed_policy_unref(policy);
}

typedef int (*enum_setter)(xmppfed_partner *p, int value);

static void test_ranges(void **state)
{
    static const struct {
        const char *name;
        enum_setter set;
        int below, above;
    } setters[] = {
        {"type", xmppfed_partner_set_type, 0, 4}, {"tls", xmppfed_partner_set_tls, 0, 4},
        {"sasl", xmppfed_partner_set_sasl, 0, 4}, {"eku", xmppfed_partner_set_eku, -1, 3},
        {"bidi", xmppfed_partner_set_bidi, 0, 4},
    };
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");

    (void)state;
    for (size_t i = 0; i < sizeof(setters) / sizeof(setters[0]); i++) {
        if (setters[i].set(p, setters[i].below) != XMPPFED_ERR_ARGUMENT ||
            setters[i].set(p, setters[i].above) != XMPPFED_ERR_ARGUMENT ||
            setters[i].set(NULL, 1) != XMPPFED_ERR_ARGUMENT ||
            setters[i].set(p, setters[i].below + 1) != 0 ||
            setters[i].set(p, setters[i].above - 1) != 0)
            fail_msg("%s has another range", setters[i].name);
    }
    assert_int_equal(xmppfed_partner_set_connection_limit(p, 100001), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_partner_set_connection_limit(p, 0), 0);
    assert_int_equal(xmppfed_partner_set_description(p, NULL), XMPPFED_ERR_ARGUMENT);
    xmppfed_policy_builder_free(b);
}

static const struct address_row {
    const char *name;
    const char *address;
    uint16_t port;
    int code;
} address_rows[] = {
    {"IPv4", "192.0.2.1", 5269, 0},
    {"IPv6", "::1", 1, 0},
    {"port 0", "192.0.2.1", 0, XMPPFED_ERR_ARGUMENT},
    {"name", "edge.example", 5269, XMPPFED_ERR_ADDRESS},
    {"short IPv4", "192.0.2", 5269, XMPPFED_ERR_ADDRESS},
    {"brackets", "[::1]", 5269, XMPPFED_ERR_ADDRESS},
    {"empty", "", 5269, XMPPFED_ERR_ADDRESS},
    {"none", NULL, 5269, XMPPFED_ERR_ARGUMENT},
};

static void test_addresses(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");

    (void)state;
    for (size_t i = 0; i < sizeof(address_rows) / sizeof(address_rows[0]); i++) {
        const struct address_row *r = &address_rows[i];
        int rc = xmppfed_partner_add_address(p, r->address, r->port, NULL);

        if (rc != r->code)
            fail_msg("%s: got %d", r->name, rc);
    }
    for (int i = 2; i < XFED_PARTNER_ADDRESSES; i++)
        assert_int_equal(xmppfed_partner_add_address(p, "192.0.2.9", 5269, NULL), 0);
    assert_int_equal(xmppfed_partner_add_address(p, "192.0.2.9", 5269, NULL), XMPPFED_ERR_ARGUMENT);
    xmppfed_policy_builder_free(b);
}

static void test_open_record_is_always_unverified(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *open = NULL;
    xmppfed_partner *again = NULL;

    (void)state;
    assert_int_equal(xmppfed_policy_builder_open_federation(b, &open), 0);
    assert_int_equal(xmppfed_policy_builder_open_federation(b, &again), 0);
    assert_ptr_equal(open, again);
    assert_int_equal(xmppfed_partner_set_type(open, XMPPFED_PARTNER_FEDERATED),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_partner_set_type(open, XMPPFED_PARTNER_PUBLIC_VERIFIED),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_partner_set_type(open, XMPPFED_PARTNER_PUBLIC_UNVERIFIED), 0);
    assert_int_equal(xmppfed_partner_add_domain(open, "x.example", NULL), XMPPFED_ERR_ARGUMENT);
    xmppfed_policy_builder_free(b);
}

static void test_proxy_must_be_a_name(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
    xmppfed_problem why = {0};

    (void)state;
    assert_int_equal(xmppfed_partner_set_proxy_fqdn(p, "not a name", &why), XMPPFED_ERR_ADDRESS);
    assert_non_null(strstr(why.text, "fabrikam.example"));
    assert_int_equal(xmppfed_partner_set_proxy_fqdn(p, NULL, &why), XMPPFED_ERR_ARGUMENT);
    xmppfed_policy_builder_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_setters),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_open_record_is_always_unverified),
        cmocka_unit_test(test_proxy_must_be_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
