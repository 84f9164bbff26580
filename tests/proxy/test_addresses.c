/* test_addresses.c - which domain an address in a stanza is of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proxy/addresses.h"

static const struct {
    const char *name;
    const char *bare;
    const char *domain;
} domain_rows[] = {
    {"user", "a@b.example", "b.example"},
    {"domain", "b.example", "b.example"},
    {"nothing", "", ""},
};

static void domain_of_bare(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(domain_rows) / sizeof(domain_rows[0]); i++) {
        print_message("# row '%s'\n", domain_rows[i].name);
        assert_string_equal(address_domain(domain_rows[i].bare), domain_rows[i].domain);
    }
}

static const struct {
    const char *name;
    const char *text;
    bool of_contoso;
} from_rows[] = {
    {"user of the domain", "alice@contoso.example", true},
    {"with a resource", "alice@contoso.example/desk", true},
    {"the domain itself", "contoso.example", true},
    {"in capitals", "alice@CONTOSO.example", true},
    {"another domain", "alice@fabrikam.example", false},
    {"a subdomain", "alice@chat.contoso.example", false},
    {"a longer name", "alice@notcontoso.example", false},
    {"in the local part", "contoso.example@fabrikam.example", false},
    {"in the resource", "fabrikam.example/contoso.example", false},
    {"absent", NULL, false},
};

static void from(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(from_rows) / sizeof(from_rows[0]); i++)
        if (address_is_of(from_rows[i].text, "contoso.example") != from_rows[i].of_contoso)
            fail_msg("row '%s'", from_rows[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(domain_of_bare), cmocka_unit_test(from)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
