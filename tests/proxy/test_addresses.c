/* test_addresses.c - which domain an address in a stanza is of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proxy/addresses.h"

static const struct {
    const char *name;
    const char *text;
    const char *bare; /* NULL: refused */
    const char *domain;
} split_rows[] = {
    {.name = "bare", .text = "a@b.example", .bare = "a@b.example", .domain = "b.example"},
    {.name = "full", .text = "a@b.example/c@d", .bare = "a@b.example", .domain = "b.example"},
    {.name = "domain", .text = "B.Example", .bare = "b.example", .domain = "b.example"},
    {.name = "case", .text = "Alice@B.EXAMPLE", .bare = "alice@b.example", .domain = "b.example"},
    {.name = "A-label",
     .text = "a@b\xc3\xbc"
             "cher.example",
     .bare = "a@xn--bcher-kva.example",
     .domain = "xn--bcher-kva.example"},
    {.name = "absent", .text = NULL},
    {.name = "empty", .text = ""},
    {.name = "no domain", .text = "a@"},
    {.name = "no local part", .text = "@b.example"},
};

static void split(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(split_rows) / sizeof(split_rows[0]); i++) {
        char bare[XMPPFED_BARE_SIZE];
        char domain[XMPPFED_DOMAIN_SIZE];
        bool ok = address_split(split_rows[i].text, bare, domain);

        if (ok != (split_rows[i].bare != NULL))
            fail_msg("row '%s': %d", split_rows[i].name, ok);
        if (!ok)
            continue;
        print_message("# row '%s'\n", split_rows[i].name);
        assert_string_equal(bare, split_rows[i].bare);
        assert_string_equal(domain, split_rows[i].domain);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(split), cmocka_unit_test(from)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
