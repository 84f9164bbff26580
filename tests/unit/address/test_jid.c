/* test_jid.c - splitting addresses and preparing bare ones, strictly and leniently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <xmppfed/address.h>

/* NULL: XMPPFED_ERR_ADDRESS. The examples are those of RFC 7622 section 3.5, tables 1 and 2. */
static const struct row {
    const char *name;
    const char *text;
    const char *strict;
    const char *lenient;
} rows[] = {
    {"example 1", "juliet@example.com", "juliet@example.com", "juliet@example.com"},
    {"example 2", "juliet@example.com/foo", "juliet@example.com", "juliet@example.com"},
    {"example 3", "juliet@example.com/foo bar", "juliet@example.com", "juliet@example.com"},
    {"example 4", "juliet@example.com/foo@bar", "juliet@example.com", "juliet@example.com"},
    {"example 5", "foo\\20bar@example.com", "foo\\20bar@example.com", "foo\\20bar@example.com"},
    {"example 6", "fussball@example.com", "fussball@example.com", "fussball@example.com"},
    {"example 7",
     "fu\xc3\x9f"
     "ball@example.com",
     "fu\xc3\x9f"
     "ball@example.com",
     "fu\xc3\x9f"
     "ball@example.com"},
    {"example 8", "\xcf\x80@example.com", "\xcf\x80@example.com", "\xcf\x80@example.com"},
    {"example 9", "\xce\xa3@example.com/foo", "\xcf\x83@example.com", "\xcf\x83@example.com"},
    {"example 10", "\xcf\x83@example.com/foo", "\xcf\x83@example.com", "\xcf\x83@example.com"},
    {"example 11", "\xcf\x82@example.com/foo", "\xcf\x82@example.com", "\xcf\x82@example.com"},
    {"example 12", "king@example.com/\xe2\x99\x9a", "king@example.com", "king@example.com"},
    {"example 13", "example.com", "example.com", "example.com"},
    {"example 14", "example.com/foobar", "example.com", "example.com"},
    {"example 15", "a.example.com/b@example.net", "a.example.com", "a.example.com"},
    {"example 16", "\"juliet\"@example.com", NULL, NULL},
    {"example 17", "foo bar@example.com", NULL, NULL},
    {"example 19", "@example.com/", NULL, NULL},
    {"example 20", "henry\xe2\x85\xa3@example.com", NULL, "henry\xe2\x85\xa3@example.com"},
    {"example 21", "\xe2\x99\x9a@example.com", NULL, "\xe2\x99\x9a@example.com"},
    {"example 22", "juliet@", NULL, NULL},
    {"example 23", "/foobar", NULL, NULL},
    {"empty", "", NULL, NULL},
    {"missing", NULL, NULL, NULL},
    {"empty local part", "@example.com", NULL, NULL},
    {"empty resource", "example.com/", NULL, NULL},
    {"case of both", "Juliet@EXAMPLE.com", "juliet@example.com", "juliet@example.com"},
    {"trailing dot", "juliet@example.com./a", "juliet@example.com", "juliet@example.com"},
    {"two commercial ats", "a@b@example.com", NULL, NULL},
    {"fullwidth at",
     "a\xef\xbc\xa0"
     "b@example.com",
     NULL,
     "a\xef\xbc\xa0"
     "b@example.com"},
    {"ampersand", "a&b@example.com", NULL, NULL},
    {"apostrophe", "a'b@example.com", NULL, NULL},
    {"colon", "a:b@example.com", NULL, NULL},
    {"less than", "a<b@example.com", NULL, NULL},
    {"greater than", "a>b@example.com", NULL, NULL},
    {"control",
     "a\x01"
     "b@example.com",
     NULL, NULL},
    {"delete",
     "a\x7f"
     "b@example.com",
     NULL, NULL},
    {"control with other", "\xe2\x99\x9a\n@example.com", NULL, NULL},
    {"invalid UTF-8", "a\xff@example.com", NULL, NULL},
    {"overlong slash", "a\xc0\xaf@example.com", NULL, NULL},
    {"IPv6", "juliet@[2001:DB8::1]/a", "juliet@[2001:db8::1]", "juliet@[2001:db8::1]"},
    {"bad domain", "juliet@a..b", NULL, NULL},
    {"U-label",
     "juliet@b\xc3\xbc"
     "cher.example",
     "juliet@xn--bcher-kva.example", "juliet@xn--bcher-kva.example"},
};

static void check(const struct row *row, int strictness, const char *expected)
{
    char got[XMPPFED_BARE_SIZE] = "untouched";
    int rc = xmppfed_jid_prepare_bare(row->text, strictness, got);

    if (rc != (expected ? 0 : XMPPFED_ERR_ADDRESS) ||
        strcmp(got, expected ? expected : "untouched") != 0)
        fail_msg("%s, strictness %d: rc %d, got \"%s\"", row->name, strictness, rc, got);
}

static void test_prepare_bare(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check(&rows[i], XMPPFED_STRICT, rows[i].strict);
        check(&rows[i], XMPPFED_LENIENT, rows[i].lenient);
    }
}

static bool is_part(xmppfed_slice part, const char *expected)
{
    if (!expected)
        return part.data == NULL && part.len == 0;
    return part.len == strlen(expected) && memcmp(part.data, expected, part.len) == 0;
}

static void test_split(void **state)
{
    static const struct {
        const char *text, *local, *domain, *resource;
    } good[] = {
        {"a@b/c", "a", "b", "c"}, {"b", NULL, "b", NULL},     {"b/c@d/e", NULL, "b", "c@d/e"},
        {"a@b", "a", "b", NULL},  {"a@b/ c", "a", "b", " c"}, {"a@b@c", "a", "b@c", NULL},
    };
    static const char *const bad[] = {"", "@", "a@", "@b", "/c", "b/", "a@/c", "@b/c", "a@b/"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        xmppfed_jid jid;

        assert_int_equal(xmppfed_jid_split(good[i].text, &jid), 0);
        if (!is_part(jid.local, good[i].local) || !is_part(jid.domain, good[i].domain) ||
            !is_part(jid.resource, good[i].resource))
            fail_msg("%s: wrong parts", good[i].text);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        xmppfed_jid jid = {.domain = {"untouched", 9}};

        if (xmppfed_jid_split(bad[i], &jid) != XMPPFED_ERR_ADDRESS || jid.domain.len != 9)
            fail_msg("%s: accepted or ret changed", bad[i]);
    }
    assert_int_equal(xmppfed_jid_split("a@b", NULL), XMPPFED_ERR_ADDRESS);
}

/* An address with a part of len octets between two texts. */
static int prepare_long(const char *before, size_t len, const char *after, int strictness)
{
    char text[1200];
    char ret[XMPPFED_BARE_SIZE];
    size_t at = strlen(before);

    memcpy(text, before, at);
    memset(text + at, 'a', len);
    memcpy(text + at + len, after, strlen(after) + 1);
    return xmppfed_jid_prepare_bare(text, strictness, ret);
}

static void test_lengths(void **state)
{
    (void)state;
    assert_int_equal(prepare_long("", 1023, "@example.com", XMPPFED_STRICT), 0);
    assert_int_equal(prepare_long("", 1024, "@example.com", XMPPFED_STRICT), XMPPFED_ERR_ADDRESS);
    assert_int_equal(prepare_long("", 1024, "@example.com", XMPPFED_LENIENT), XMPPFED_ERR_ADDRESS);
    /* Three more octets that PRECIS refuses, so that the lenient rule has to count. */
    assert_int_equal(prepare_long("\xe2\x99\x9a", 1020, "@a", XMPPFED_LENIENT), 0);
    assert_int_equal(prepare_long("\xe2\x99\x9a", 1021, "@a", XMPPFED_LENIENT),
                     XMPPFED_ERR_ADDRESS);
    assert_int_equal(prepare_long("a@b/", 1023, "", XMPPFED_STRICT), 0);
    assert_int_equal(prepare_long("a@b/", 1024, "", XMPPFED_STRICT), XMPPFED_ERR_ADDRESS);
    assert_int_equal(prepare_long("a@", 63, "", XMPPFED_STRICT), 0);
    assert_int_equal(prepare_long("a@", 64, "", XMPPFED_STRICT), XMPPFED_ERR_ADDRESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prepare_bare),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
