/* test_addresses.c - whose an address is, another domain in SIP, and which errors are answers. */
#include "bridge/addresses.h"

#include "bridge/fixture.h"

static const char *const one[] = {"contoso.example"};
static const char *const several[] = {"contoso.example", "adatum.example"};

static const struct bridge_settings mapped = {
    .domains = one, .domain_count = 1, .sip_domain = "sip.contoso.example"};
static const struct bridge_settings plain = {.domains = several, .domain_count = 2};

static xmppfed_element *message(xmppfed_context *ctx, const char *from, const char *to)
{
    xmppfed_element *e = xmppfed_element_new(ctx, "message", XMPPFED_NS_SERVER);

    if (from)
        xmppfed_element_set_attribute(e, "from", from);
    if (to)
        xmppfed_element_set_attribute(e, "to", to);
    assert_int_equal(xmppfed_element_status(e), 0);
    return e;
}

/* The result is NULL for a refusal. */
static const struct {
    const char *name;
    const struct bridge_settings *settings;
    bool to_sip;
    const char *address;
    const char *result;
} domains[] = {
    {"from SIP", &mapped, false, "alice@sip.contoso.example", "alice@contoso.example"},
    {"with a device", &mapped, false, "alice@sip.contoso.example/a@b/c",
     "alice@contoso.example/a@b/c"},
    {"case", &mapped, false, "alice@SIP.contoso.EXAMPLE", "alice@contoso.example"},
    {"another domain", &mapped, false, "eve@evil.example", NULL},
    {"the other side's", &mapped, false, "alice@contoso.example", NULL},
    {"no user", &mapped, false, "sip.contoso.example", NULL},
    {"a domain below", &mapped, false, "eve@x.sip.contoso.example", NULL},
    {"none", &mapped, false, NULL, NULL},
    {"to SIP", &mapped, true, "alice@contoso.example/x", "alice@sip.contoso.example/x"},
    {"to nobody of ours", &mapped, true, "eve@evil.example", NULL},
    {"to no user", &mapped, true, "contoso.example", NULL},
    {"to none", &mapped, true, NULL, NULL},
    {"one domain for both", &plain, false, "alice@contoso.example", "alice@contoso.example"},
    {"the second of them", &plain, false, "carol@adatum.example", "carol@adatum.example"},
    {"to the second", &plain, true, "carol@adatum.example/x", "carol@adatum.example/x"},
    {"none of them", &plain, false, "eve@evil.example", NULL},
};

static void test_domains(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < COUNT(domains); i++) {
        bool to_sip = domains[i].to_sip;
        xmppfed_element *e =
            message(ctx, to_sip ? NULL : domains[i].address, to_sip ? domains[i].address : NULL);
        bool ok = to_sip ? addresses_to_sip(domains[i].settings, e)
                         : addresses_from_sip(domains[i].settings, e);
        const char *made = xmppfed_element_attribute(e, to_sip ? "to" : "from");

        if (ok != (domains[i].result != NULL) || (ok && strcmp(made, domains[i].result) != 0))
            fail_msg("%s: %s", domains[i].name, ok ? made : "refused");
        xmppfed_element_free(e);
    }
    xmppfed_context_unref(ctx);
}

static void test_ours(void **state)
{
    (void)state;
    assert_true(addresses_are_ours(&plain, "carol@Adatum.example/x"));
    assert_true(addresses_are_ours(&mapped, "alice@contoso.example"));
    assert_false(addresses_are_ours(&mapped, "alice@sip.contoso.example"));
    assert_false(addresses_are_ours(&plain, "contoso.example"));
    assert_false(addresses_are_ours(&plain, "@"));
    assert_false(addresses_are_ours(&plain, NULL));
}

static const struct {
    const char *name;
    const char *from;
    const char *to;
    bool answers;
} errors[] = {
    {"bare", BOB, ALICE, true},
    {"of a device", BOB "/x", ALICE "/y", true},
    {"of another user", "eve@fabrikam.example", ALICE, false},
    {"of another domain", "bob@evil.example", ALICE, false},
    {"for another user", BOB, "carol@contoso.example", false},
    {"of nobody", NULL, ALICE, false},
};

static void test_errors(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < COUNT(errors); i++) {
        xmppfed_element *e = message(ctx, errors[i].from, errors[i].to);

        if (addresses_answer(ALICE, BOB, e) != errors[i].answers)
            fail_msg("%s", errors[i].name);
        xmppfed_element_free(e);
    }
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_domains),
        cmocka_unit_test(test_ours),
        cmocka_unit_test(test_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
