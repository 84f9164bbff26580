/* test_domain.c - the comparable form of domains and what is no domain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "address/domain.h"

#define L10 "aaaaaaaaaa"
#define L60 L10 L10 L10 L10 L10 L10
#define L63 L60 "aaa"
#define N192 L63 "." L63 "." L63 "."

/* expected NULL: XMPPFED_ERR_ADDRESS. */
static const struct row {
    const char *name;
    const char *text;
    const char *expected;
} rows[] = {
    {"plain", "example.org", "example.org"},
    {"upper case", "EXAMPLE.Org", "example.org"},
    {"one label", "localhost", "localhost"},
    {"digits within", "3com.example", "3com.example"},
    {"hyphens at third and fourth", "r3---sn.example", "r3---sn.example"},
    {"trailing dot", "example.org.", "example.org"},
    {"two trailing dots", "example.org..", NULL},
    {"only a dot", ".", NULL},
    {"empty", "", NULL},
    {"missing", NULL, NULL},
    {"leading dot", ".example.org", NULL},
    {"empty label", "a..b", NULL},
    {"space", "ex ample.org", NULL},
    {"leading space", " example.org", NULL},
    {"newline", "example.org\n", NULL},
    {"underscore", "_a.example", NULL},
    {"inner underscore", "a_b.example", NULL},
    {"commercial at", "a@example.org", NULL},
    {"slash", "example.org/a", NULL},
    {"colon and port", "example.org:5269", NULL},
    {"wildcard", "*.example.org", NULL},
    {"leading hyphen", "-a.example", NULL},
    {"trailing hyphen", "a-.example", NULL},
    {"label of 63", L63 ".example", L63 ".example"},
    {"label of 64", L63 "a.example", NULL},
    {"name of 253", N192 L60 "a", N192 L60 "a"},
    {"name of 253 with a dot", N192 L60 "a.", N192 L60 "a"},
    {"name of 254", N192 L60 "aa", NULL},
    {"U-label",
     "b\xc3\xbc"
     "cher.example",
     "xn--bcher-kva.example"},
    {"upper-case U-label",
     "B\xc3\x9c"
     "CHER.example",
     "xn--bcher-kva.example"},
    {"decomposed U-label",
     "bu\xcc\x88"
     "cher.example",
     "xn--bcher-kva.example"},
    {"sharp s stays", "fa\xc3\x9f.example", "xn--fa-hia.example"},
    {"ideographic full stop",
     "a\xe3\x80\x82"
     "example",
     "a.example"},
    {"fullwidth letters", "\xef\xbd\x81.example", "a.example"},
    {"U-label with trailing dot",
     "b\xc3\xbc"
     "cher.example.",
     "xn--bcher-kva.example"},
    {"U-label with space", "b\xc3\xbc cher.example", NULL},
    {"U-label with underscore",
     "_b\xc3\xbc"
     "cher.example",
     NULL},
    {"U-label and empty label",
     "b\xc3\xbc"
     "cher..example",
     NULL},
    {"fullwidth solidus",
     "a\xef\xbc\x8f"
     "b.example",
     NULL},
    {"symbol", "\xe2\x99\x9a.example", NULL},
    {"A-label", "xn--bcher-kva.example", "xn--bcher-kva.example"},
    {"upper-case A-label", "XN--BCHER-KVA.example", "xn--bcher-kva.example"},
    {"A-label and U-label",
     "xn--bcher-kva.b\xc3\xbc"
     "cher",
     "xn--bcher-kva.xn--bcher-kva"},
    {"false A-label", "xn--a.example", NULL},
    {"bare prefix", "xn--.example", NULL},
    {"A-label of ASCII", "xn--abc-.example", NULL},
    {"A-label of an upper-case letter", "xn--bcher-2pa.example", NULL},
    {"invalid UTF-8",
     "b\xfc"
     "cher.example",
     NULL},
    {"cut UTF-8", "example\xc3", NULL},
    {"surrogate", "\xed\xa0\x80.example", NULL},
    {"IPv4", "192.0.2.1", "192.0.2.1"},
    {"IPv4 with three parts", "192.0.1", NULL},
    {"IPv4 out of range", "192.0.2.256", NULL},
    {"IPv4 in octal", "0300.0.2.1", NULL},
    {"a number", "3221225985", NULL},
    {"IPv6", "[2001:db8::1]", "[2001:db8::1]"},
    {"IPv6 written long", "[2001:0DB8:0:0:0:0:0:0001]", "[2001:db8::1]"},
    {"IPv6 one zero group", "[2001:db8:0:1:1:1:1:1]", "[2001:db8:0:1:1:1:1:1]"},
    {"IPv6 mapped", "[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]"},
    {"IPv6 without brackets", "2001:db8::1", NULL},
    {"IPv6 with zone", "[fe80::1%eth0]", NULL},
    {"IPv6 unclosed", "[2001:db8::1", NULL},
    {"IPv6 empty", "[]", NULL},
    {"bracket alone", "[", NULL},
    {"IPv6 and more", "[2001:db8::1].", NULL},
    {"IPv6 too long", "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]", NULL},
};

static void test_prepare(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char got[XMPPFED_DOMAIN_SIZE] = "untouched";
        int rc = xmppfed_domain_prepare(rows[i].text, got);
        const char *expected = rows[i].expected ? rows[i].expected : "untouched";

        if (rc != (rows[i].expected ? 0 : XMPPFED_ERR_ADDRESS) || strcmp(got, expected) != 0)
            fail_msg("%s: rc %d, got \"%s\"", rows[i].name, rc, got);
    }
}

static void test_prepared_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char got[XMPPFED_DOMAIN_SIZE];

        if (!rows[i].expected)
            continue;
        if (xmppfed_domain_prepare(rows[i].expected, got) != 0 ||
            strcmp(got, rows[i].expected) != 0)
            fail_msg("%s: preparing again changes it", rows[i].name);
    }
}

static void test_long_input(void **state)
{
    char text[1026];
    char got[XMPPFED_DOMAIN_SIZE];

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(xmppfed_domain_prepare(text, got), XMPPFED_ERR_ADDRESS);
    /* 1023 octets that map to little are refused by what they map to, 1024 before that. */
    for (size_t i = 0; i + 2 < sizeof(text); i += 2)
        memcpy(text + i, "\xc2\xad", 2);
    text[1022] = 'a';
    text[1023] = '\0';
    assert_int_equal(xmppfed_domain_prepare(text, got), 0);
    assert_string_equal(got, "a");
    memcpy(text + 1022, "aa", 3);
    assert_int_equal(xmppfed_domain_prepare(text, got), XMPPFED_ERR_ADDRESS);
}

static void test_slice(void **state)
{
    char got[XMPPFED_DOMAIN_SIZE];

    (void)state;
    assert_int_equal(xfed_domain_prepare_slice((xmppfed_slice){"Ab.example!", 10}, got), 0);
    assert_string_equal(got, "ab.example");
    assert_int_equal(xfed_domain_prepare_slice((xmppfed_slice){"a.example\0b", 11}, got),
                     XMPPFED_ERR_ADDRESS);
    assert_int_equal(xfed_domain_prepare_slice((xmppfed_slice){NULL, 0}, got), XMPPFED_ERR_ADDRESS);
}

static void test_questions(void **state)
{
    (void)state;
    assert_true(xfed_domain_equal("a.example", "a.example"));
    assert_false(xfed_domain_equal("a.example", "b.example"));
    assert_false(xfed_domain_equal("a.example", "sub.a.example"));
    assert_false(xfed_domain_equal(NULL, NULL));
    assert_false(xfed_domain_equal("a.example", NULL));
    assert_true(xfed_domain_is_ip("192.0.2.1"));
    assert_true(xfed_domain_is_ip("[2001:db8::1]"));
    assert_false(xfed_domain_is_ip("a.example"));
    assert_false(xfed_domain_is_ip("1.2.3.4.example"));
}

static void test_of_bare(void **state)
{
    (void)state;
    assert_string_equal(xfed_domain_of_bare("a.example"), "a.example");
    assert_string_equal(xfed_domain_of_bare("user@a.example"), "a.example");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prepare),    cmocka_unit_test(test_prepared_stays),
        cmocka_unit_test(test_long_input), cmocka_unit_test(test_slice),
        cmocka_unit_test(test_questions),  cmocka_unit_test(test_of_bare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
