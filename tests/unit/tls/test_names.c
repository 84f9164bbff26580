/* test_names.c - typed certificate names against domains, in the manner of the x509-limbo vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/slice.h"
#include "tls/names.h"

#define DNS(text) .type = XFED_TLS_NAME_DNS, .value = {text, sizeof(text) - 1}
#define SRV(text) .type = XFED_TLS_NAME_SRV, .value = {text, sizeof(text) - 1}
#define XMPP(text) .type = XFED_TLS_NAME_XMPP_ADDR, .value = {text, sizeof(text) - 1}

static const struct {
    const char *name;
    struct xfed_tls_name certificate;
    const char *domain;
    bool covers;
} rows[] = {
    {"dns: exact", {DNS("fabrikam.example")}, "fabrikam.example", true},
    {"dns: upper case", {DNS("FABRIKAM.Example")}, "fabrikam.example", true},
    {"dns: another domain", {DNS("contoso.example")}, "fabrikam.example", false},
    {"dns: parent for child", {DNS("fabrikam.example")}, "a.fabrikam.example", false},
    {"dns: child for parent", {DNS("a.fabrikam.example")}, "fabrikam.example", false},
    {"dns: same suffix without a dot", {DNS("notfabrikam.example")}, "fabrikam.example", false},
    {"dns: suffix of a longer name", {DNS("fabrikam.example")}, "notfabrikam.example", false},
    {"dns: one label alone", {DNS("localhost")}, "localhost", true},
    {"dns: empty", {DNS("")}, "fabrikam.example", false},
    {"dns: one dot", {DNS(".")}, "fabrikam.example", false},
    {"dns: leading dot", {DNS(".fabrikam.example")}, "fabrikam.example", false},
    {"dns: leading dot for a child", {DNS(".fabrikam.example")}, "a.fabrikam.example", false},
    {"dns: final dot", {DNS("fabrikam.example.")}, "fabrikam.example", false},
    {"dns: empty label", {DNS("a..fabrikam.example")}, "a.fabrikam.example", false},
    {"dns: NUL and more", {DNS("fabrikam.example\0.evil.example")}, "fabrikam.example", false},
    {"dns: final NUL", {DNS("fabrikam.example\0")}, "fabrikam.example", false},
    {"dns: NUL for the whole", {DNS("\0")}, "fabrikam.example", false},
    {"dns: space", {DNS("fabrikam.example ")}, "fabrikam.example", false},
    {"dns: newline", {DNS("fabrikam.example\n")}, "fabrikam.example", false},
    {"dns: underscore", {DNS("_xmpp-server.fabrikam.example")}, "fabrikam.example", false},
    {"dns: a URI", {DNS("xmpp:fabrikam.example")}, "fabrikam.example", false},
    {"dns: a JID", {DNS("a@fabrikam.example")}, "fabrikam.example", false},
    {"dns: A-label", {DNS("xn--bcher-kva.example")}, "xn--bcher-kva.example", true},
    {"dns: A-label, upper case", {DNS("XN--BCHER-KVA.example")}, "xn--bcher-kva.example", true},
    {"dns: U-label in UTF-8",
     {DNS("b\xc3\xbc"
          "cher.example")},
     "xn--bcher-kva.example",
     false},
    {"dns: U-label in Latin-1",
     {DNS("b\xfc"
          "cher.example")},
     "xn--bcher-kva.example",
     false},
    {"dns: IPv4 for IPv4", {DNS("192.0.2.1")}, "192.0.2.1", false},
    {"dns: wildcard for IPv4", {DNS("*.0.2.1")}, "192.0.2.1", false},
    {"dns: IPv6 for IPv6", {DNS("[2001:db8::1]")}, "[2001:db8::1]", false},

    {"wildcard: one label", {DNS("*.fabrikam.example")}, "chat.fabrikam.example", true},
    {"wildcard: upper case", {DNS("*.FABRIKAM.example")}, "chat.fabrikam.example", true},
    {"wildcard: not the domain itself", {DNS("*.fabrikam.example")}, "fabrikam.example", false},
    {"wildcard: not two labels", {DNS("*.fabrikam.example")}, "a.b.fabrikam.example", false},
    {"wildcard: an A-label", {DNS("*.fabrikam.example")}, "xn--bcher-kva.fabrikam.example", true},
    {"wildcard: top-level domain", {DNS("*.example")}, "fabrikam.example", false},
    {"wildcard: everything", {DNS("*")}, "example", false},
    {"wildcard: everything with a dot", {DNS("*.")}, "fabrikam.example", false},
    {"wildcard: two", {DNS("*.*.example")}, "a.fabrikam.example", false},
    {"wildcard: not the left label", {DNS("chat.*.example")}, "chat.fabrikam.example", false},
    {"wildcard: right label", {DNS("fabrikam.*")}, "fabrikam.example", false},
    {"wildcard: start of a label", {DNS("*at.fabrikam.example")}, "chat.fabrikam.example", false},
    {"wildcard: end of a label", {DNS("ch*.fabrikam.example")}, "chat.fabrikam.example", false},
    {"wildcard: inside a label", {DNS("c*t.fabrikam.example")}, "chat.fabrikam.example", false},
    {"wildcard: in an A-label",
     {DNS("xn--*.fabrikam.example")},
     "xn--bcher-kva.fabrikam.example",
     false},
    {"wildcard: double star", {DNS("**.fabrikam.example")}, "chat.fabrikam.example", false},
    {"wildcard: final dot", {DNS("*.fabrikam.example.")}, "chat.fabrikam.example", false},
    {"wildcard: empty label", {DNS("*..fabrikam.example")}, "chat.fabrikam.example", false},
    {"wildcard: final dot for a second label", {DNS("*.example.")}, "fabrikam.example", false},
    {"wildcard: NUL", {DNS("*.fabrikam.example\0x")}, "chat.fabrikam.example", false},
    {"wildcard: literally", {DNS("*.fabrikam.example")}, "*.fabrikam.example", true},

    {"srv: exact", {SRV("_xmpp-server.fabrikam.example")}, "fabrikam.example", true},
    {"srv: upper case", {SRV("_XMPP-Server.Fabrikam.example")}, "fabrikam.example", true},
    {"srv: the client service", {SRV("_xmpp-client.fabrikam.example")}, "fabrikam.example", false},
    {"srv: the direct TLS service",
     {SRV("_xmpps-server.fabrikam.example")},
     "fabrikam.example",
     false},
    {"srv: another domain", {SRV("_xmpp-server.contoso.example")}, "fabrikam.example", false},
    {"srv: with protocol label",
     {SRV("_xmpp-server._tcp.fabrikam.example")},
     "fabrikam.example",
     false},
    {"srv: no service", {SRV("fabrikam.example")}, "fabrikam.example", false},
    {"srv: service alone", {SRV("_xmpp-server.")}, "fabrikam.example", false},
    {"srv: wildcard", {SRV("_xmpp-server.*.fabrikam.example")}, "a.fabrikam.example", false},
    {"srv: NUL", {SRV("_xmpp-server.fabrikam.example\0")}, "fabrikam.example", false},
    {"srv: empty", {SRV("")}, "fabrikam.example", false},

    {"xmpp: exact", {XMPP("fabrikam.example")}, "fabrikam.example", true},
    {"xmpp: upper case", {XMPP("Fabrikam.EXAMPLE")}, "fabrikam.example", true},
    {"xmpp: U-label",
     {XMPP("b\xc3\xbc"
           "cher.example")},
     "xn--bcher-kva.example",
     true},
    {"xmpp: A-label", {XMPP("xn--bcher-kva.example")}, "xn--bcher-kva.example", true},
    {"xmpp: broken UTF-8",
     {XMPP("b\xfc"
           "cher.example")},
     "xn--bcher-kva.example",
     false},
    {"xmpp: an account", {XMPP("alice@fabrikam.example")}, "fabrikam.example", false},
    {"xmpp: a resource", {XMPP("fabrikam.example/x")}, "fabrikam.example", false},
    {"xmpp: wildcard", {XMPP("*.fabrikam.example")}, "a.fabrikam.example", false},
    {"xmpp: NUL", {XMPP("fabrikam.example\0.evil.example")}, "fabrikam.example", false},
    {"xmpp: final dot", {XMPP("fabrikam.example.")}, "fabrikam.example", false},
    {"xmpp: empty", {XMPP("")}, "fabrikam.example", false},
    {"xmpp: an address", {XMPP("192.0.2.1")}, "192.0.2.1", false},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool covers = xfed_tls_names_cover(&rows[i].certificate, 1, rows[i].domain);

        if (covers != rows[i].covers)
            fail_msg("%s: covers is %d", rows[i].name, covers);
    }
}

/* A name of any length, also beyond what a domain can have, is only compared, never cut. */
static void test_overlong(void **state)
{
    static char text[70000];
    struct xfed_tls_name name = {.type = XFED_TLS_NAME_DNS};

    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text, "fabrikam.example", 16);
    for (size_t len = 17; len <= sizeof(text); len = len * 2 - 1) {
        name.value = xfed_slice(text, len);
        assert_false(xfed_tls_names_cover(&name, 1, "fabrikam.example"));
    }
    name.value = xfed_slice(text, 16);
    assert_true(xfed_tls_names_cover(&name, 1, "fabrikam.example"));
}

static void test_any_of_several(void **state)
{
    static const struct xfed_tls_name names[] = {
        {DNS("contoso.example")},
        {DNS("bad name\0")},
        {SRV("_xmpp-client.fabrikam.example")},
        {XMPP("fabrikam.example")},
    };

    (void)state;
    assert_true(xfed_tls_names_cover(names, 4, "fabrikam.example"));
    assert_true(xfed_tls_names_cover(names, 1, "contoso.example"));
    assert_false(xfed_tls_names_cover(names, 3, "fabrikam.example"));
    assert_false(xfed_tls_names_cover(NULL, 0, "fabrikam.example"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_overlong),
        cmocka_unit_test(test_any_of_several),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
