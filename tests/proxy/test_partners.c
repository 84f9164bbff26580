/* test_partners.c - partner files: what they mean, and the sentence for each fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/records/partners.h"

#define PARTNER(fields) "{\"Partners\":[{\"Domain\":\"fabrikam.example\"" fields "}]}"

static xmppfed_context *ctx;
static struct partner_trusts trusts; /* of the last file that was loaded */
static char path[] = "/tmp/xmppfed-partners-XXXXXX";

static int setup(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    if (fd < 0 || xmppfed_context_new(NULL, &ctx) < 0)
        return -1;
    return close(fd);
}

static int teardown(void **state)
{
    (void)state;
    partner_trusts_fini(&trusts);
    xmppfed_context_unref(ctx);
    return unlink(path);
}

static void append_code(const xmppfed_policy_note *note, void *user)
{
    char *codes = user;
    size_t used = strlen(codes);

    assert_non_null(note->text);
    snprintf(codes + used, 64 - used, "%s ", note->code);
}

/* Loads a text; codes gets those of the notes. */
static bool load(const char *text, char codes[64], xmppfed_policy **ret, struct complaint *why)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    codes[0] = '\0';
    partner_trusts_fini(&trusts);
    return partners_load(ctx, path, append_code, codes, ret, &trusts, why);
}

static const struct {
    const char *name;
    const char *text;
    const char *fragments[3]; /* all are in the sentence */
} fault_rows[] = {
    {"no JSON", "{\n  \"Partners\": oops\n}", {":2: ", "correct the line"}},
    {"twice the same field", "{\"Strict\":true,\n\"Strict\":true}", {":2: ", "duplicate"}},
    {"a list", "[]", {":1: the file must be an object"}},
    {"empty", "", {":1: "}},
    {"unknown field", "{\"Partner\":[]}", {"field \"Partner\" is not known here"}},
    {"partners are no list", "{\"Partners\":{}}", {"field \"Partners\" must be a list"}},
    {"partner is no object", "{\"Partners\":[1]}", {"partner 1 must be an object"}},
    {"no domain", "{\"Partners\":[{}]}", {"partner 1, field \"Domain\" is missing"}},
    {"bad domain",
     "{\"Partners\":[{\"Domain\":\"a b\"}]}",
     {"partner 1 (\"a b\")", "not a domain"}},
    {"same domain twice",
     "{\"Partners\":[{\"Domain\":\"a.example\"},{\"Domain\":\"A.example\"}]}",
     {"partner 2 (\"A.example\")", "a.example"}},
    {"same as an additional one",
     "{\"Partners\":[{\"Domain\":\"a.example\"},"
     "{\"Domain\":\"b.example\",\"AdditionalDomains\":[\"a.example\"]}]}",
     {"partner 2 (\"b.example\")", "a.example"}},
    {"additional is no text",
     PARTNER(",\"AdditionalDomains\":[7]"),
     {"(\"fabrikam.example\"), field \"AdditionalDomains\" must be a list of texts"}},
    {"unknown field of a partner",
     PARTNER(",\"Tls\":\"Required\""),
     {"(\"fabrikam.example\"), field \"Tls\" is not known here"}},
    {"unknown type",
     PARTNER(",\"PartnerType\":\"Friendly\""),
     {"field \"PartnerType\" must be one of \"Federated\", \"PublicVerified\""}},
    {"unknown negotiation",
     PARTNER(",\"TlsNegotiation\":\"required\""),
     {"field \"TlsNegotiation\" must be one of \"Required\""}},
    {"number for text", PARTNER(",\"Description\":1"), {"field \"Description\" must be text"}},
    {"text for a flag",
     PARTNER(",\"EnableKeepAlive\":\"yes\""),
     {"field \"EnableKeepAlive\" must be true or false"}},
    {"negative limit", PARTNER(",\"ConnectionLimit\":-1"), {"field \"ConnectionLimit\" must be"}},
    {"limit out of range",
     PARTNER(",\"ConnectionLimit\":100001"),
     {"field \"ConnectionLimit\" must be from 1 to 100000"}},
    {"name for an address",
     PARTNER(",\"Addresses\":[\"xmpp.fabrikam.example\"]"),
     {"field \"Addresses\" must be IP addresses"}},
    {"bad port", PARTNER(",\"Addresses\":[\"192.0.2.1:99999\"]"), {"field \"Addresses\""}},
    {"bad proxy name", PARTNER(",\"ProxyFqdn\":\"a b\""), {"partner 1", "'a b'"}},
    {"unknown switch",
     PARTNER(",\"Inbound\":{\"Shout\":\"Never\"}"),
     {"partner 1 (\"fabrikam.example\"): \"Inbound\"", "field \"Shout\" is not known here"}},
    {"unknown permit",
     PARTNER(",\"Outbound\":{\"Calls\":\"never\"}"),
     {"\"Outbound\", field \"Calls\" must be one of \"ByType\", \"Never\""}},
    {"switches are no object", PARTNER(",\"Inbound\":[]"), {"field \"Inbound\" must be an object"}},
    {"unknown eku", PARTNER(",\"Eku\":\"client\""), {"field \"Eku\" must be one of \"server\""}},
    {"pin that is none",
     PARTNER(",\"Pins\":[\"0011\"]"),
     {"(\"fabrikam.example\")", "'0011' is not a pin", "64 hexadecimal digits"}},
    {"pins of everybody",
     "{\"OpenFederation\":{\"Pins\":[]}}",
     {"field \"Pins\" is not known here"}},
    {"pins that are no list", PARTNER(",\"Pins\":\"00\""), {"field \"Pins\" must be a list"}},
    {"P3", PARTNER(",\"PinOnly\":true"), {"P3", "there is no pin"}},
    {"unknown TLS version",
     PARTNER(",\"TlsMinimum\":\"1.1\""),
     {"field \"TlsMinimum\" must be one of \"1.2\", \"1.3\""}},
    {"unknown rule of staples",
     PARTNER(",\"Ocsp\":\"always\""),
     {"field \"Ocsp\" must be one of \"use\", \"ignore\", \"require\""}},
    {"anchors that are nowhere",
     PARTNER(",\"TrustAnchors\":\"/nowhere/ca.pem\""),
     {"/nowhere/ca.pem", "the trust anchors for fabrikam.example"}},
    {"a secret that is nowhere",
     PARTNER(",\"SharedSecret\":\"/nowhere/secret\""),
     {"/nowhere/secret", "the secret shared with fabrikam.example"}},
    {"E1",
     PARTNER(",\"TlsNegotiation\":\"NotSupported\",\"SaslNegotiation\":\"Required\","
             "\"SupportDialbackNegotiation\":false"),
     {"E1", "fabrikam.example"}},
    {"E2",
     PARTNER(",\"TlsNegotiation\":\"Required\",\"SaslNegotiation\":\"NotSupported\","
             "\"SupportDialbackNegotiation\":false"),
     {"E2", "fabrikam.example"}},
    {"P1",
     PARTNER(",\"TlsNegotiation\":\"NotSupported\",\"SaslNegotiation\":\"NotSupported\""),
     {"P1", "fabrikam.example"}},
    {"gateway is no object", "{\"Gateway\":[]}", {"field \"Gateway\" must be an object"}},
    {"unknown gateway field",
     "{\"Gateway\":{\"Limit\":1}}",
     {"\"Gateway\", field \"Limit\" is not known here"}},
    {"gateway out of range", "{\"Gateway\":{\"KeepAliveInterval\":1}}", {"\"Gateway\": "}},
    {"unknown scope",
     "{\"ExternalAccessPolicies\":[{\"Scope\":\"group\"}]}",
     {"policy 1, field \"Scope\" must be one of"}},
    {"global with a name",
     "{\"ExternalAccessPolicies\":[{\"Scope\":\"global\",\"Name\":\"x\"}]}",
     {"policy 1 (\"x\"), field \"Name\" must not be given"}},
    {"site without a name",
     "{\"ExternalAccessPolicies\":[{\"Scope\":\"site\"}]}",
     {"policy 1, field \"Name\" is missing"}},
    {"user without an address", "{\"Users\":[{}]}", {"user 1, field \"Address\" is missing"}},
    {"grant of no policy",
     "{\"Users\":[{\"Address\":\"a@contoso.example\",\"Policy\":\"nowhere\"}]}",
     {"G1", "a@contoso.example"}},
    {"unknown proof",
     PARTNER(",\"MinimumProof\":\"Word\""),
     {"field \"MinimumProof\" must be one of \"Any\", \"DialbackTcp\""}},
    {"proof that no method gives",
     PARTNER(",\"MinimumProof\":\"Pkix\",\"SaslNegotiation\":\"NotSupported\""),
     {"M1: fabrikam.example: "}},
    {"total of a partner",
     PARTNER(",\"Gateway\":{\"ConnectionLimit\":5}"),
     {"\"Gateway\", field \"ConnectionLimit\" is not known here"}},
    {"setting of a partner out of range",
     PARTNER(",\"Gateway\":{\"KeepAliveInterval\":1}"),
     {"\"Gateway\": KeepAliveInterval is 1"}},
    {"rule of nobody", "{\"PartnerRules\":[{\"Deny\":[]}]}", {"rule 1", "one of the two"}},
    {"rule of two",
     "{\"PartnerRules\":[{\"User\":\"a@contoso.example\",\"Group\":\"g\"}]}",
     {"rule 1", "one of the two"}},
    {"rule without a record",
     "{\"PartnerRules\":[{\"Group\":\"g\",\"Allow\":[\"a.example\"]}]}",
     {"R1: g: "}},
    {"block of nobody", "{\"Blocks\":[{}]}", {"block 1, field \"Address\" is missing"}},
    {"block until some day",
     "{\"Blocks\":[{\"Address\":\"a.example\",\"Until\":\"Friday\"}]}",
     {"block 1 (\"a.example\"), field \"Until\" must be a time"}},
    {"block twice",
     "{\"Blocks\":[{\"Address\":\"a.example\"},{\"Address\":\"a.example\"}]}",
     {"block 2 (\"a.example\"): ", "blocked already"}},
    {"open federation with a type",
     "{\"OpenFederation\":{\"PartnerType\":\"Federated\"}}",
     {"\"OpenFederation\", field \"PartnerType\" is not known here"}},
};

static void faults(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(fault_rows) / sizeof(fault_rows[0]); i++) {
        xmppfed_policy *policy = NULL;
        struct complaint why = {""};
        char codes[64];
        size_t k;

        if (load(fault_rows[i].text, codes, &policy, &why))
            fail_msg("row '%s' was loaded", fault_rows[i].name);
        print_message("# row '%s': %s\n", fault_rows[i].name, why.text);
        assert_ptr_equal(strstr(why.text, path), why.text);
        for (k = 0; k < 3 && fault_rows[i].fragments[k]; k++)
            assert_non_null(strstr(why.text, fault_rows[i].fragments[k]));
        assert_null(strchr(why.text, '\n'));
    }
}

/* A record's own anchors come with its domain, and not at all with a file that fails later. */
static void own_anchors(void **state)
{
    xmppfed_policy *policy = NULL;
    struct complaint why;
    char text[1024];
    char codes[64];

    (void)state;
    snprintf(text, sizeof(text), PARTNER(",\"TrustAnchors\":\"%s/ca.pem\""), getenv("TEST_DATA"));
    assert_true(load(text, codes, &policy, &why));
    assert_int_equal(trusts.count, 1);
    assert_string_equal(trusts.items[0].domain, "fabrikam.example");
    assert_non_null(trusts.items[0].trust);
    xmppfed_policy_unref(policy);
    snprintf(text, sizeof(text), PARTNER(",\"TrustAnchors\":\"%s/ca.pem\",\"PinOnly\":true"),
             getenv("TEST_DATA"));
    assert_false(load(text, codes, &policy, &why));
    assert_int_equal(trusts.count, 0);
}

/* Writes a file beside the partners, and loads a record that names it and more. */
static bool load_secret(const char *secret, const char *more, xmppfed_policy **ret,
                        struct complaint *why)
{
    char file[64];
    char text[512];
    char codes[64];
    FILE *f;
    bool ok;

    snprintf(file, sizeof(file), "%s.secret", path);
    f = fopen(file, "w");
    assert_non_null(f);
    fputs(secret, f);
    fclose(f);
    snprintf(text, sizeof(text), PARTNER(",\"SharedSecret\":\"%s\"%s"), file, more);
    ok = load(text, codes, ret, why);
    unlink(file);
    return ok;
}

/* The secret is in the list for the site, and in nothing that policy tells. */
static void own_secret(void **state)
{
    static const char *const bad[] = {"fifteen-letters", "correct horse battery",
                                      "correct-horse-b\xc3\xa4ttery", "\n"};
    xmppfed_partner_info info = {.size = sizeof(info)};
    xmppfed_policy *policy = NULL;
    struct complaint why;
    size_t i;

    (void)state;
    assert_true(load_secret("correct-horse-battery\nsecond line\n", "", &policy, &why));
    assert_int_equal(trusts.count, 1);
    assert_null(trusts.items[0].trust);
    assert_string_equal(trusts.items[0].domain, "fabrikam.example");
    assert_string_equal(trusts.items[0].secret.data, "correct-horse-battery");
    assert_int_equal(xmppfed_policy_partner(policy, 0, &info), 0);
    assert_int_equal(info.methods, XMPPFED_METHOD_SCRAM);
    xmppfed_policy_unref(policy);
    assert_true(load_secret("correct-horse-battery", ",\"MinimumProof\":\"Pkix\"", &policy, &why));
    assert_int_equal(xmppfed_policy_partner(policy, 0, &info), 0);
    assert_int_equal(info.methods, XMPPFED_METHOD_SCRAM | XMPPFED_METHOD_EXTERNAL);
    xmppfed_policy_unref(policy);
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (load_secret(bad[i], "", &policy, &why))
            fail_msg("'%s' is a secret", bad[i]);
        assert_int_equal(trusts.count, 0);
        assert_null(strstr(why.text, "correct"));
    }
    assert_false(load_secret("correct-horse-battery", ",\"SaslNegotiation\":\"NotSupported\"",
                             &policy, &why));
    assert_non_null(strstr(why.text, "S1"));
    assert_int_equal(trusts.count, 0);
}

/* Stores and secrets are taken out each for itself. */
static void taken_out(void **state)
{
    struct partner_trusts none = {0};
    xmppfed_policy *policy = NULL;
    xmppfed_site *site = NULL;
    struct complaint why;
    char more[256];

    (void)state;
    snprintf(more, sizeof(more), ",\"TrustAnchors\":\"%s/ca.pem\"", getenv("TEST_DATA"));
    assert_true(load_secret("correct-horse-battery", more, &policy, &why));
    assert_int_equal(trusts.count, 2);
    assert_int_equal(xmppfed_site_new(ctx, &site), 0);
    assert_int_equal(partner_trusts_apply(&trusts, site), 0);
    partner_trusts_remove(&trusts, &trusts, site);
    partner_trusts_remove(&trusts, &none, site);
    xmppfed_site_unref(site);
    xmppfed_policy_unref(policy);
}

static void missing_file(void **state)
{
    xmppfed_policy *policy;
    struct complaint why;
    char codes[64] = "";

    (void)state;
    assert_false(partners_load(ctx, "/nowhere/p.json", append_code, codes, &policy, &trusts, &why));
    assert_non_null(strstr(why.text, "/nowhere/p.json: cannot read the partners"));
}

#define PLAIN ",\"AllowPlaintext\":true"

static const struct {
    const char *name;
    const char *fields;
    uint32_t methods;
    int type;
    const char *codes;
} partner_rows[] = {
    {"defaults", "", XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS,
     XMPPFED_PARTNER_PUBLIC_UNVERIFIED, ""},
    {"certificates only",
     ",\"PartnerType\":\"Federated\",\"SaslNegotiation\":\"Required\","
     "\"SupportDialbackNegotiation\":false",
     XMPPFED_METHOD_EXTERNAL, XMPPFED_PARTNER_FEDERATED, ""},
    {"row 1", ",\"PartnerType\":\"PublicVerified\",\"SaslNegotiation\":\"Required\"",
     XMPPFED_METHOD_EXTERNAL, XMPPFED_PARTNER_PUBLIC_VERIFIED, "W1 "},
    {"row 9", PLAIN ",\"TlsNegotiation\":\"Optional\"",
     XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS | XMPPFED_METHOD_DIALBACK_TCP,
     XMPPFED_PARTNER_PUBLIC_UNVERIFIED, "W2 "},
    {"row 17", PLAIN ",\"TlsNegotiation\":\"NotSupported\",\"SaslNegotiation\":\"NotSupported\"",
     XMPPFED_METHOD_DIALBACK_TCP, XMPPFED_PARTNER_PUBLIC_UNVERIFIED, ""},
    {"all other fields",
     ",\"AdditionalDomains\":[\"a.example\",\"b.example\"],\"Description\":\"x\","
     "\"EnableKeepAlive\":false,\"ConnectionLimit\":3,\"ProxyFqdn\":\"xmpp.fabrikam.example\","
     "\"Eku\":\"strict-role\",\"Bidi\":\"never\",\"Addresses\":[\"127.0.0.2:5269\",\"[::1]:5270\"]",
     XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS, XMPPFED_PARTNER_PUBLIC_UNVERIFIED, ""},
    {"pinned",
     ",\"Pins\":[\"eeeaf4eb82fce6d2bcbaa45b85daacde14ee14cfd1bc244291bff9fe33b5c39d\"],"
     "\"PinOnly\":true,\"TlsMinimum\":\"1.3\",\"Ocsp\":\"require\"",
     XMPPFED_METHOD_EXTERNAL, XMPPFED_PARTNER_PUBLIC_UNVERIFIED, ""},
};

/* Everything of rules, groups, blocks and settings in one file, and what it decides. */
static void lists(void **state)
{
    static const char text[] =
        "{\"AllowFederatedUsers\":true,"
        "\"ExternalAccessPolicies\":[{\"EnableFederationAccess\":true,\"EnableXmppAccess\":true}],"
        "\"Users\":[{\"Address\":\"ann@contoso.example\",\"Group\":\"sales\"}],"
        "\"PartnerRules\":[{\"Group\":\"sales\",\"Deny\":[\"fabrikam.example\"]},"
        "{\"User\":\"tom@contoso.example\",\"Allow\":[\"fabrikam.example\"]}],"
        "\"Blocks\":[{\"Address\":\"eve@fabrikam.example\",\"User\":\"tom@contoso.example\","
        "\"Until\":\"1970-01-01T00:01:40Z\"}],"
        "\"Partners\":[{\"Domain\":\"fabrikam.example\",\"PartnerType\":\"Federated\","
        "\"MinimumProof\":\"Pkix\",\"Gateway\":{\"InvitationRate\":5}}]}";
    static const struct {
        const char *local, *remote;
        int64_t time;
        int rule;
    } rows[] = {
        {"ann@contoso.example", "bob@fabrikam.example", 1, XMPPFED_RULE_PARTNER_LIST},
        {"tom@contoso.example", "bob@fabrikam.example", 1, 0},
        {"tom@contoso.example", "eve@fabrikam.example", 99, XMPPFED_RULE_BLOCK_LIST},
        {"tom@contoso.example", "eve@fabrikam.example", 100, 0},
    };
    xmppfed_policy *policy = NULL;
    struct complaint why = {""};
    char codes[64];
    size_t i;

    (void)state;
    if (!load(text, codes, &policy, &why))
        fail_msg("%s", why.text);
    assert_int_equal(xmppfed_policy_methods(policy, "fabrikam.example", NULL),
                     XMPPFED_METHOD_EXTERNAL);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_question q = {.direction = XMPPFED_INBOUND,
                              .action = XMPPFED_ACTION_MESSAGE,
                              .local = rows[i].local,
                              .remote = rows[i].remote,
                              .time = rows[i].time};
        xmppfed_decision d;

        assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
        /* The proxy keeps contacts: whatever else permits, a user may have blocked. */
        if (rows[i].rule == 0)
            assert_int_equal(d.verdict, XMPPFED_VERDICT_NEED_CONTACT);
        else
            assert_int_equal(d.reasons[d.reason_count - 1].rule, rows[i].rule);
    }
    xmppfed_policy_unref(policy);
}

static void switches(void **state)
{
    xmppfed_partner_info info = {.size = sizeof(info)};
    xmppfed_policy *policy = NULL;
    struct complaint why = {""};
    char codes[64];

    (void)state;
    if (!load(PARTNER(",\"Inbound\":{\"SeeNotes\":\"IfAdded\",\"Calls\":\"Never\"},"
                      "\"Outbound\":{\"Files\":\"Never\",\"Add\":\"ByType\"}"),
              codes, &policy, &why))
        fail_msg("%s", why.text);
    assert_int_equal(xmppfed_policy_partner(policy, 0, &info), 0);
    assert_int_equal(xmppfed_partner_info_switch(&info, XMPPFED_INBOUND, XMPPFED_SWITCH_SEE_NOTES),
                     XMPPFED_PERMIT_IF_ADDED);
    assert_int_equal(xmppfed_partner_info_switch(&info, XMPPFED_INBOUND, XMPPFED_SWITCH_CALLS),
                     XMPPFED_PERMIT_NEVER);
    assert_int_equal(xmppfed_partner_info_switch(&info, XMPPFED_OUTBOUND, XMPPFED_SWITCH_FILES),
                     XMPPFED_PERMIT_NEVER);
    assert_int_equal(xmppfed_partner_info_switch(&info, XMPPFED_OUTBOUND, XMPPFED_SWITCH_ADD),
                     XMPPFED_PERMIT_ALWAYS);
    xmppfed_policy_unref(policy);
}

static void partners(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(partner_rows) / sizeof(partner_rows[0]); i++) {
        xmppfed_policy *policy = NULL;
        struct complaint why = {""};
        char text[1024];
        char codes[64];
        int type = 0;

        snprintf(text, sizeof(text), PARTNER("%s"), partner_rows[i].fields);
        if (!load(text, codes, &policy, &why))
            fail_msg("row '%s': %s", partner_rows[i].name, why.text);
        print_message("# row '%s'\n", partner_rows[i].name);
        assert_int_equal(xmppfed_policy_methods(policy, "fabrikam.example", &type),
                         partner_rows[i].methods);
        assert_int_equal(type, partner_rows[i].type);
        assert_string_equal(codes, partner_rows[i].codes);
        assert_int_equal(xmppfed_policy_methods(policy, "elsewhere.example", NULL), 0);
        xmppfed_policy_unref(policy);
    }
}

static int verdict(const xmppfed_policy *policy, const char *local, const char *remote)
{
    xmppfed_question q = {.direction = XMPPFED_OUTBOUND,
                          .action = XMPPFED_ACTION_MESSAGE,
                          .contact = XMPPFED_CONTACT_NONE,
                          .local = local,
                          .remote = remote};
    xmppfed_decision decision;

    assert_int_equal(xmppfed_policy_decide(policy, &q, &decision), 0);
    return decision.verdict;
}

/* Scopes, grants, the branch, the gateway and open federation all reach the policy. */
static void whole_file(void **state)
{
    static const char text[] =
        "{\"AllowFederatedUsers\":true,\"Strict\":true,\"Gateway\":{\"KeepAliveInterval\":77},"
        "\"ExternalAccessPolicies\":[{\"Scope\":\"global\",\"EnableFederationAccess\":true,"
        "\"EnableXmppAccess\":true},{\"Scope\":\"site\",\"Name\":\"north\"},"
        "{\"Scope\":\"user\",\"Name\":\"some\",\"EnableFederationAccess\":true,"
        "\"EnableXmppAccess\":true,\"EnableOutsideAccess\":true}],"
        "\"Users\":[{\"Address\":\"north@contoso.example\",\"Site\":\"north\"},"
        "{\"Address\":\"some@contoso.example\",\"Site\":\"north\",\"Policy\":\"some\"},"
        "{\"Address\":\"branch@contoso.example\",\"Branch\":true}],"
        "\"OpenFederation\":{\"Description\":\"everybody else\"}}";
    xmppfed_policy *policy = NULL;
    struct complaint why = {""};
    char codes[64];

    (void)state;
    if (!load(text, codes, &policy, &why))
        fail_msg("%s", why.text);
    assert_int_equal(xmppfed_policy_gateway(policy, XMPPFED_GATEWAY_KEEP_ALIVE_INTERVAL), 77);
    assert_int_equal(verdict(policy, "alice@contoso.example", "b@any.example"),
                     XMPPFED_VERDICT_ALLOW);
    assert_int_equal(verdict(policy, "north@contoso.example", "b@any.example"),
                     XMPPFED_VERDICT_REFUSE);
    assert_int_equal(verdict(policy, "some@contoso.example", "b@any.example"),
                     XMPPFED_VERDICT_ALLOW);
    assert_int_equal(verdict(policy, "branch@contoso.example", "b@any.example"),
                     XMPPFED_VERDICT_REFUSE);
    xmppfed_policy_unref(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults),     cmocka_unit_test(lists),     cmocka_unit_test(own_anchors),
        cmocka_unit_test(own_secret), cmocka_unit_test(taken_out), cmocka_unit_test(missing_file),
        cmocka_unit_test(switches),   cmocka_unit_test(partners),  cmocka_unit_test(whole_file),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
