/* test_document.c - partner files as rows and back, and the names of their records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/records/document.h"

/* ---- names ------------------------------------------------------------------------------- */

static bool name_domain(const char *text, const char *more, char ret[DOCUMENT_NAME_SIZE],
                        struct complaint *why)
{
    char domain[XMPPFED_DOMAIN_SIZE + 2];
    bool ok = document_domain(text, domain, why);

    (void)more;
    if (ok)
        snprintf(ret, DOCUMENT_NAME_SIZE, "%s", domain);
    return ok;
}

static bool name_address(const char *text, const char *more, char ret[DOCUMENT_NAME_SIZE],
                         struct complaint *why)
{
    char address[XMPPFED_BARE_SIZE];
    bool ok = document_address(text, address, why);

    (void)more;
    if (ok)
        snprintf(ret, DOCUMENT_NAME_SIZE, "%s", address);
    return ok;
}

static bool name_policy(const char *text, const char *more, char ret[DOCUMENT_NAME_SIZE],
                        struct complaint *why)
{
    (void)more;
    return document_policy(text, ret, why);
}

static bool name_rule(const char *text, const char *more, char ret[DOCUMENT_NAME_SIZE],
                      struct complaint *why)
{
    (void)more;
    return document_rule(text, ret, why);
}

/* name NULL: refused, with a sentence that names the text. */
static const struct {
    bool (*make)(const char *text, const char *more, char ret[DOCUMENT_NAME_SIZE],
                 struct complaint *why);
    const char *text;
    const char *more;
    const char *name;
} names[] = {
    {name_domain, "Fabrikam.Example", NULL, "fabrikam.example"},
    {name_domain,
     "b\xc3\xbc"
     "cher.example",
     NULL, "xn--bcher-kva.example"},
    {name_domain, "*.Fabrikam.example", NULL, "*.fabrikam.example"},
    {name_domain, "*", NULL, NULL},
    {name_domain, "a..b", NULL, NULL},
    {name_domain, "", NULL, NULL},
    {name_address, "Alice@Contoso.example/x", NULL, "alice@contoso.example"},
    {name_address, "@contoso.example", NULL, NULL},
    {name_policy, "global", NULL, "global"},
    {name_policy, "Global", NULL, "global"},
    {name_policy, "Site:Berlin", NULL, "site:Berlin"},
    {name_policy, "Tag:x", NULL, "tag:x"},
    {name_policy, "x y", NULL, "tag:x y"},
    {name_policy, "site:", NULL, NULL},
    {name_policy, "", NULL, NULL},
    {name_rule, "group:Sales", NULL, "group:Sales"},
    {name_rule, "user:Alice@contoso.example", NULL, "user:alice@contoso.example"},
    {name_rule, "group:", NULL, NULL},
    {name_rule, "user:@", NULL, NULL},
    {name_rule, "Sales", NULL, NULL},
    {document_block, "Spam.example", NULL, "spam.example"},
    {document_block, "Eve@spam.example/X", "", "eve@spam.example/X"},
    {document_block, "eve@spam.example", "Alice@contoso.example",
     "eve@spam.example for alice@contoso.example"},
    {document_block, "@", NULL, NULL},
};

static void naming(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct complaint why = {""};
        char name[DOCUMENT_NAME_SIZE] = "untouched";
        bool ok = names[i].make(names[i].text, names[i].more, name, &why);

        print_message("# row %zu '%s'\n", i, names[i].text);
        assert_int_equal(ok, names[i].name != NULL);
        assert_string_equal(name, ok ? names[i].name : "untouched");
        if (!ok && !strstr(why.text, "write"))
            fail_msg("said \"%s\"", why.text);
    }
}

static void block_of_nobody(void **state)
{
    struct complaint why = {""};
    char name[DOCUMENT_NAME_SIZE];

    (void)state;
    assert_false(document_block("eve@spam.example", "@", name, &why));
    assert_non_null(strstr(why.text, "\"@\""));
}

/* ---- rows -------------------------------------------------------------------------------- */

/* A partner file, its rows, and the file that they give again, if it differs. */
static const struct {
    const char *name;
    const char *document;
    const char *rows;
    const char *again;
} documents[] = {
    {"settings",
     "{\"AllowFederatedUsers\": true, \"Gateway\": {\"ConnectionLimit\": 9, \"InvitationRate\": 2},"
     " \"OpenFederation\": {\"TlsNegotiation\": \"Required\"}}",
     "{\"setting\": {\"AllowFederatedUsers\": true, \"Gateway.ConnectionLimit\": 9,"
     " \"Gateway.InvitationRate\": 2, \"OpenFederation\": {\"TlsNegotiation\": \"Required\"}}}",
     NULL},
    {"partners in the order of their names",
     "{\"Partners\": [{\"Domain\": \"B.example\"}, {\"Domain\": \"a.example\", \"Bidi\": \"x\"}]}",
     "{\"partner\": {\"b.example\": {\"Domain\": \"B.example\"},"
     " \"a.example\": {\"Domain\": \"a.example\", \"Bidi\": \"x\"}}}",
     "{\"Partners\": [{\"Domain\": \"a.example\", \"Bidi\": \"x\"}, {\"Domain\": \"B.example\"}]}"},
    {"policies",
     "{\"ExternalAccessPolicies\": [{\"Scope\": \"global\"}, {\"Scope\": \"site\", \"Name\": "
     "\"s\"},"
     " {\"Scope\": \"user\", \"Name\": \"u\"}]}",
     "{\"access_policy\": {\"global\": {\"Scope\": \"global\"},"
     " \"site:s\": {\"Scope\": \"site\", \"Name\": \"s\"},"
     " \"tag:u\": {\"Scope\": \"user\", \"Name\": \"u\"}}}",
     NULL},
    {"a policy without a scope is the global one", "{\"ExternalAccessPolicies\": [{}]}",
     "{\"access_policy\": {\"global\": {}}}", NULL},
    {"users and grants",
     "{\"Users\": [{\"Address\": \"Alice@c.example\", \"Policy\": \"u\"},"
     " {\"Address\": \"bob@c.example\", \"Site\": \"s\"}]}",
     "{\"account\": {\"alice@c.example\": {\"Address\": \"Alice@c.example\"},"
     " \"bob@c.example\": {\"Address\": \"bob@c.example\", \"Site\": \"s\"}},"
     " \"policy_grant\": {\"alice@c.example\": \"tag:u\"}}",
     NULL},
    {"two rules of one user are one",
     "{\"PartnerRules\": [{\"User\": \"a@c.example\", \"Allow\": [\"x\"]},"
     " {\"User\": \"A@c.example\", \"Allow\": [\"y\"], \"Deny\": [\"z\"]},"
     " {\"Group\": \"g\", \"Deny\": [\"z\"]}]}",
     "{\"partner_rule\": {\"user:a@c.example\": {\"User\": \"A@c.example\","
     " \"Allow\": [\"x\", \"y\"], \"Deny\": [\"z\"]},"
     " \"group:g\": {\"Group\": \"g\", \"Deny\": [\"z\"]}}}",
     "{\"PartnerRules\": [{\"Group\": \"g\", \"Deny\": [\"z\"]}, {\"User\": \"A@c.example\","
     " \"Allow\": [\"x\", \"y\"], \"Deny\": [\"z\"]}]}"},
    {"blocks",
     "{\"Blocks\": [{\"Address\": \"e@x.example\"},"
     " {\"Address\": \"e@x.example\", \"User\": \"a@c.example\"}]}",
     "{\"block\": {\"e@x.example\": {\"Address\": \"e@x.example\"},"
     " \"e@x.example for a@c.example\": {\"Address\": \"e@x.example\","
     " \"User\": \"a@c.example\"}}}",
     NULL},
    {"nothing", "{}", "{}", NULL},
};

/* Without what is empty, which a partner file and rows may have or not. */
static void drop_empty(json_t *object)
{
    const char *key;
    json_t *value;
    void *next;

    json_object_foreach_safe(object, next, key, value)
    {
        if (json_array_size(value) + json_object_size(value) == 0 && !json_is_boolean(value))
            json_object_del(object, key);
    }
}

static void expect(json_t *there, const char *text)
{
    json_t *wanted = json_loads(text, 0, NULL);
    char *shown = json_dumps(there, 0);

    assert_non_null(wanted);
    drop_empty(there);
    if (!json_equal(there, wanted))
        fail_msg("not %s but %s", text, shown);
    free(shown);
    json_decref(wanted);
}

static void into_rows_and_back(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        json_t *document = json_loads(documents[i].document, 0, NULL);
        struct complaint why;
        json_t *rows;
        json_t *again;

        print_message("# row '%s'\n", documents[i].name);
        assert_true(document_to_rows(document, &rows, &why));
        again = document_of_rows(rows);
        expect(rows, documents[i].rows);
        expect(again, documents[i].again ? documents[i].again : documents[i].document);
        expect(document, documents[i].document);
        json_decref(again);
        json_decref(rows);
        json_decref(document);
    }
}

static void wrong_record(void **state)
{
    static const char *const wrong[] = {"{\"Partners\": [{\"Domain\": \"..\"}]}",
                                        "{\"Users\": [{}]}", "{\"PartnerRules\": [{}]}",
                                        "{\"Blocks\": [{\"Address\": \"@\"}]}",
                                        "{\"ExternalAccessPolicies\": [{\"Scope\": \"user\"}]}"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        json_t *document = json_loads(wrong[i], 0, NULL);
        struct complaint why = {""};
        json_t *rows = NULL;

        print_message("# row '%s'\n", wrong[i]);
        assert_false(document_to_rows(document, &rows, &why));
        assert_null(rows);
        assert_non_null(strstr(why.text, "write"));
        json_decref(document);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(naming),
        cmocka_unit_test(block_of_nobody),
        cmocka_unit_test(into_rows_and_back),
        cmocka_unit_test(wrong_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
