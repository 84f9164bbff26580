/* test_addresses.c - whose an address is, another domain in SIP, and which errors are answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <xmppfed/stream.h>

#include "sip-gateway/addresses.h"

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

/* sip.contoso.example in SIP, contoso.example in XMPP; the result is NULL for a refusal. */
static const struct {
    const char *name;
    bool to_sip;
    const char *address;
    const char *result;
} domains[] = {
    {"from SIP", false, "alice@sip.contoso.example", "alice@contoso.example"},
    {"with a device", false, "alice@sip.contoso.example/a@b/c", "alice@contoso.example/a@b/c"},
    {"case", false, "alice@SIP.contoso.EXAMPLE", "alice@contoso.example"},
    {"another domain", false, "eve@evil.example", NULL},
    {"the other side's", false, "alice@contoso.example", NULL},
    {"no user", false, "sip.contoso.example", NULL},
    {"a domain below", false, "eve@x.sip.contoso.example", NULL},
    {"none", false, NULL, NULL},
    {"to SIP", true, "alice@contoso.example/x", "alice@sip.contoso.example/x"},
    {"to nobody of ours", true, "eve@evil.example", NULL},
};

static void test_domains(void **state)
{
    static const struct settings settings = {.domain = "contoso.example",
                                             .sip_domain = "sip.contoso.example"};
    xmppfed_context *ctx;

    (void)state;
    assert_int_equal(xmppfed_context_new(NULL, &ctx), 0);
    for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
        bool to_sip = domains[i].to_sip;
        xmppfed_element *e =
            message(ctx, to_sip ? NULL : domains[i].address, to_sip ? domains[i].address : NULL);
        bool ok = to_sip ? addresses_to_sip(&settings, e) : addresses_from_sip(&settings, e);
        const char *made = xmppfed_element_attribute(e, to_sip ? "to" : "from");

        if (ok != (domains[i].result != NULL) || (ok && strcmp(made, domains[i].result) != 0))
            fail_msg("%s: %s", domains[i].name, ok ? made : "refused");
        xmppfed_element_free(e);
    }
    xmppfed_context_unref(ctx);
}

static const struct {
    const char *name;
    const char *from;
    const char *to;
    bool answers;
} errors[] = {
    {"bare", "bob@fabrikam.example", "alice@contoso.example", true},
    {"of a device", "bob@fabrikam.example/x", "alice@contoso.example/y", true},
    {"of another user", "eve@fabrikam.example", "alice@contoso.example", false},
    {"of another domain", "bob@evil.example", "alice@contoso.example", false},
    {"for another user", "bob@fabrikam.example", "carol@contoso.example", false},
    {"of nobody", NULL, "alice@contoso.example", false},
};

static void test_errors(void **state)
{
    xmppfed_context *ctx;
    xmppfed_element *head;

    (void)state;
    assert_int_equal(xmppfed_context_new(NULL, &ctx), 0);
    head = message(ctx, "alice@contoso.example", "bob@fabrikam.example");
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        xmppfed_element *e = message(ctx, errors[i].from, errors[i].to);

        if (addresses_answer(head, e) != errors[i].answers)
            fail_msg("%s", errors[i].name);
        xmppfed_element_free(e);
    }
    xmppfed_element_free(head);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_domains),
        cmocka_unit_test(test_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
