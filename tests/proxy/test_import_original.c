/* test_import_original.c - objects of the original's Get- cmdlets as rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "proxy/records/import_original.h"

#define FABRIKAM "\"Domain\": \"fabrikam.example\""

/* rows NULL: refused with a sentence that has said. */
static const struct row {
    const char *name;
    const char *objects;
    bool consent;
    const char *before; /* rows; NULL: none */
    const char *rows;
    const char *ignored;
    const char *said;
} rows[] = {
    {.name = "a partner",
     .objects =
         "{" FABRIKAM ", \"TlsNegotiation\": \"Required\", \"SaslNegotiation\": \"Optional\","
         " \"SupportDialbackNegotiation\": true, \"PartnerType\": \"Federated\","
         " \"ConnectionLimit\": 20, \"EnableKeepAlive\": true, \"ProxyFqdn\": \"p.example\","
         " \"Description\": \"d\", \"AdditionalDomains\": [\"b.example\"]}",
     .rows = "{\"partner\": {\"fabrikam.example\": {" FABRIKAM ", \"TlsNegotiation\": \"Required\","
             " \"SaslNegotiation\": \"Optional\", \"SupportDialbackNegotiation\": true,"
             " \"PartnerType\": \"Federated\", \"ConnectionLimit\": 20, \"EnableKeepAlive\": true,"
             " \"ProxyFqdn\": \"p.example\", \"Description\": \"d\","
             " \"AdditionalDomains\": [\"b.example\"]}}}"},
    {.name = "its domain is its identity, and its default of SASL the original's",
     .objects = "[{\"Identity\": \"Fabrikam.example\", \"TlsNegotiation\": \"Required\"}]",
     .rows = "{\"partner\": {\"fabrikam.example\": {" FABRIKAM ", \"TlsNegotiation\": \"Required\","
             " \"SaslNegotiation\": \"Required\"}}}"},
    {.name = "what was never set, and what is PowerShell's own",
     .objects = "{" FABRIKAM ", \"PartnerType\": \"Federated\", \"ProxyFqdn\": \"\","
                " \"Description\": null, \"Key\": {}, \"Anchor\": 1, \"AdditionalDomains\": \"b\"}",
     .rows = "{\"partner\": {\"fabrikam.example\": {" FABRIKAM ", \"PartnerType\": \"Federated\","
             " \"SaslNegotiation\": \"Required\", \"AdditionalDomains\": [\"b\"]}}}"},
    {.name = "what has no place here",
     .objects = "{" FABRIKAM ", \"PartnerType\": \"Federated\", \"DialbackPassphrase\": \"x\"}",
     .rows = "{\"partner\": {\"fabrikam.example\": {" FABRIKAM ", \"PartnerType\": \"Federated\","
             " \"SaslNegotiation\": \"Required\"}}}",
     .ignored = "[\"fabrikam.example: DialbackPassphrase\"]"},
    {.name = "consent where it is needed",
     .consent = true,
     .objects = "[{" FABRIKAM ", \"TlsNegotiation\": \"Optional\"},"
                " {\"Domain\": \"b.example\", \"TlsNegotiation\": \"Required\"},"
                " {\"Domain\": \"c.example\", \"TlsNegotiation\": \"Optional\","
                " \"SupportDialbackNegotiation\": false}]",
     .rows = "{\"partner\": {\"fabrikam.example\": {" FABRIKAM ", \"TlsNegotiation\": \"Optional\","
             " \"SaslNegotiation\": \"Required\", \"AllowPlaintext\": true},"
             " \"b.example\": {\"Domain\": \"b.example\", \"TlsNegotiation\": \"Required\","
             " \"SaslNegotiation\": \"Required\"},"
             " \"c.example\": {\"Domain\": \"c.example\", \"TlsNegotiation\": \"Optional\","
             " \"SaslNegotiation\": \"Required\", \"SupportDialbackNegotiation\": false}}}"},
    {.name = "no consent",
     .objects = "{" FABRIKAM ", \"TlsNegotiation\": \"Optional\"}",
     .rows = "{\"partner\": {\"fabrikam.example\": {" FABRIKAM ", \"TlsNegotiation\": \"Optional\","
             " \"SaslNegotiation\": \"Required\"}}}"},
    {.name = "a record of the name is replaced, others stay",
     .before = "{\"partner\": {\"fabrikam.example\": {" FABRIKAM ", \"Bidi\": \"never\"},"
               " \"b.example\": {\"Domain\": \"b.example\"}}}",
     .objects = "{" FABRIKAM ", \"PartnerType\": \"PublicVerified\"}",
     .rows =
         "{\"partner\": {\"fabrikam.example\": {" FABRIKAM ", \"SaslNegotiation\": \"Required\","
         " \"PartnerType\": \"PublicVerified\"}, \"b.example\": {\"Domain\": \"b.example\"}}}"},
    {.name = "the gateway",
     .objects =
         "{\"Identity\": \"Global\", \"PartnerConnectionLimit\": 20, \"KeepAliveInterval\": 300,"
         " \"DialbackPassphrase\": null, \"EnableLoggingAllMessageBodies\": false}",
     .rows = "{\"setting\": {\"Gateway.PartnerConnectionLimit\": 20,"
             " \"Gateway.KeepAliveInterval\": 300}}",
     .ignored = "[\"gateway: EnableLoggingAllMessageBodies\"]"},
    {.name = "access policies of each scope",
     .objects = "[{\"Identity\": \"Global\", \"EnableXmppAccess\": true},"
                " {\"Identity\": \"Site:Berlin\", \"EnableXmppAccess\": false},"
                " {\"Identity\": \"Tag:Sales\", \"EnableXmppAccess\": true,"
                " \"EnableFederationAccess\": true}]",
     .rows =
         "{\"access_policy\": {\"global\": {\"Scope\": \"global\", \"EnableXmppAccess\": true},"
         " \"site:Berlin\": {\"Scope\": \"site\", \"Name\": \"Berlin\","
         " \"EnableXmppAccess\": false},"
         " \"tag:Sales\": {\"Scope\": \"user\", \"Name\": \"Sales\", \"EnableXmppAccess\": true,"
         " \"EnableFederationAccess\": true}}}"},
    {.name = "the master switch",
     .objects = "{\"AllowFederatedUsers\": true, \"RoutingMethod\": \"UseDnsSrvRouting\"}",
     .rows = "{\"setting\": {\"AllowFederatedUsers\": true}}"},
    {.name = "nothing", .objects = "[]", .rows = "{}"},
    {.name = "words as numbers",
     .objects = "{" FABRIKAM ", \"TlsNegotiation\": 1}",
     .said = "-EnumsAsStrings"},
    {.name = "an object of something else",
     .objects = "{\"Identity\": \"x\", \"Weather\": 1}",
     .said = "\"x\" is no object"},
    {.name = "no object",
     .objects = "[{" FABRIKAM ", \"PartnerType\": \"Federated\"}, 5]",
     .said = "object 2"},
    {.name = "no domain",
     .objects = "{\"Domain\": \"..\", \"PartnerType\": \"Federated\"}",
     .said = "is not a domain"},
    {.name = "no policy",
     .objects = "{\"Identity\": \"Site:\", \"EnableXmppAccess\": true}",
     .said = "is no policy"},
};

static void expect(const json_t *there, const char *text)
{
    json_t *wanted = json_loads(text, 0, NULL);
    char *shown = json_dumps(there, 0);

    assert_non_null(wanted);
    if (!json_equal(there, wanted))
        fail_msg("not %s but %s", text, shown);
    free(shown);
    json_decref(wanted);
}

static void check_row(const struct row *r)
{
    struct complaint why = {""};
    json_t *objects = json_loads(r->objects, 0, NULL);
    json_t *all = json_loads(r->before ? r->before : "{}", 0, NULL);
    json_t *ignored = json_array();
    bool ok;

    print_message("# row '%s'\n", r->name);
    assert_non_null(objects);
    ok = import_original(objects, r->consent, all, ignored, &why);
    assert_int_equal(ok, r->rows != NULL);
    if (ok) {
        expect(all, r->rows);
        expect(ignored, r->ignored ? r->ignored : "[]");
    } else if (!strstr(why.text, r->said)) {
        fail_msg("said \"%s\"", why.text);
    }
    json_decref(ignored);
    json_decref(all);
    json_decref(objects);
}

static void all_rows(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_row(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_rows)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
