/* test_address.c - addresses of SIP and XMPP into each other: the vectors of the RFCs, and
 * refusals. */
#include "translate/fixture.h"

#include "translate/address.h"

/* Both ways. back is NULL where the same URI comes back, "" where it is not asked. */
static const struct {
    const char *clause;
    const char *uri;
    const char *jid;
    const char *back;
    enum translate_scheme scheme;
} rows[] = {
    {"RFC 7247 2.4 example 1", "sip:f%C3%BC@sip.example", "f\xc3\xbc@sip.example", NULL,
     TRANSLATE_SIP},
    {"RFC 7247 2.4 example 2", "sip:o'malley@sip.example", "o\\27malley@sip.example", NULL,
     TRANSLATE_SIP},
    {"RFC 7247 2.4 example 3", "sip:foo@sip.example;gr=bar", "foo@sip.example/bar", NULL,
     TRANSLATE_SIP},
    {"RFC 7247 2.5 example 1", "sip:m&m@xmpp.example", "m\\26m@xmpp.example", NULL, TRANSLATE_SIP},
    {"RFC 7247 2.5 example 2", "sip:tsch%C3%BCss@xmpp.example", "tsch\xc3\xbcss@xmpp.example", NULL,
     TRANSLATE_SIP},
    {"RFC 7247 2.5 example 3", "sip:baz@xmpp.example;gr=qux", "baz@xmpp.example/qux", NULL,
     TRANSLATE_SIP},
    {"RFC 7247 2.2, unescape %23", "sip:a%23b@sip.example", "a#b@sip.example", NULL, TRANSLATE_SIP},
    {"RFC 7247 2.2 table 1, all that SIP allows", "sip:!$&'()*+,-./;=?_~a@sip.example",
     "!$\\26\\27()*+,-.\\2f;=?_~a@sip.example", NULL, TRANSLATE_SIP},
    {"RFC 7247 2.2 table 1, all that SIP reserves",
     "sip:%23%25%5B%5C%5D%5E%60%7B%7C%7Da@sip.example", "#%[\\]^`{|}a@sip.example", NULL,
     TRANSLATE_SIP},
    {"RFC 7247 2.2 table 1, what neither allows", "sip:%22%3A%3C%3E%40%20a@sip.example",
     "\\22\\3a\\3c\\3e\\40\\20a@sip.example", NULL, TRANSLATE_SIP},
    {"RFC 7247 2.5 step 5, im", "im:a%28b%29c%2Cd%2Ee%3Bf%5Bg%5Ch%5D@im.example",
     "a(b)c,d.e;f[g\\h]@im.example", NULL, TRANSLATE_IM},
    {"RFC 7247 2.5 step 7, pres", "pres:juliet@example.com", "juliet@example.com", NULL,
     TRANSLATE_PRES},
    {"RFC 7247 2.3, %XX in gr", "sip:a@sip.example;gr=%C3%A9%20x%3B", "a@sip.example/\xc3\xa9 x;",
     NULL, TRANSLATE_SIP},
    {"RFC 5627 5, gr among others", "sip:a@sip.example:5061;transport=tls;gr=urn:uuid:f8;lr?x=y",
     "a@sip.example/urn:uuid:f8", "sip:a@sip.example;gr=urn:uuid:f8", TRANSLATE_SIP},
    {"RFC 3261 19.1.1, a password goes nowhere", "sip:alice:secret@sip.example",
     "alice@sip.example", "sip:alice@sip.example", TRANSLATE_SIP},
    {"RFC 3261 19.1.1, no user", "sip:sip.example", "sip.example", NULL, TRANSLATE_SIP},
    {"RFC 3261 19.1.1, the scheme in any case", "SIP:Alice@SIP.example", "alice@sip.example",
     "sip:alice@sip.example", TRANSLATE_SIP},
    {"RFC 3261 19.1.1, IPv6", "sip:a@[2001:DB8::1]:5060", "a@[2001:db8::1]", "sip:a@[2001:db8::1]",
     TRANSLATE_SIP},
    {"RFC 3860 3.3, headers are no address", "im:a@im.example?subject=x", "a@im.example",
     "im:a@im.example", TRANSLATE_IM},
    {"XEP-0106 5.3", "sip:here%27s_a_wild_%26_%2Fcr%25zy%2F_address@example.com",
     "here\\27s_a_wild_\\26_\\2fcr%zy\\2f_address@example.com",
     "sip:here's_a_wild_&_/cr%25zy/_address@example.com", TRANSLATE_SIP},
    {"XEP-0106 4.2, what looks like an escape", "sip:%5C3and%5C2is%5C5cool@example.com",
     "\\5c3and\\2is\\5c5cool@example.com", NULL, TRANSLATE_SIP},
    {"XEP-0106 4.2, what will be one in lower case (RFC 8265 3.3)", "sip:%5C5Ca%5C2Fb@example.com",
     "\\5c5ca\\5c2fb@example.com", "sip:%5C5ca%5C2fb@example.com", TRANSLATE_SIP},
    {"XEP-0106 3.1, no escape in a part that PRECIS refuses and that keeps its case",
     "sip:j%5C3A%EF%BB%BFx@example.com", "j\\3A\xef\xbb\xbfx@example.com", NULL, TRANSLATE_SIP},
    {"... beside escapes", "sip:%5C5C%3A%5C5c%EF%BB%BFx@example.com",
     "\\5C\\3a\\5c5c\xef\xbb\xbfx@example.com", NULL, TRANSLATE_SIP},
    {"XEP-0106 5.1 row 11", "sip:c%3A%5Ccool%20stuff@example.com",
     "c\\3a\\cool\\20stuff@example.com", NULL, TRANSLATE_SIP},
    {"XEP-0106 4.3, no escape", "sip:foob%5C41r@example.com", "foob\\41r@example.com", NULL,
     TRANSLATE_SIP},
    {"RFC 5122 2.7.2, nasty",
     "xmpp:nasty!%23$%25()*+,-.;=%3F%5B%5C%5D%5E_%60%7B%7C%7D~node@example.com",
     "nasty!#$%()*+,-.;=?[\\]^_`{|}~node@example.com", NULL, TRANSLATE_XMPP},
    {"RFC 5122 2.7.2, repulsive",
     "xmpp:node@example.com/"
     "repulsive%20!%23%22$%25&'()*+,-.%2F:;%3C=%3E%3F%40%5B%5C%5D%5E_%60%7B%7C"
     "%7D~resource",
     "node@example.com/repulsive !#\"$%&'()*+,-./:;<=>?@[\\]^_`{|}~resource", NULL, TRANSLATE_XMPP},
    {"RFC 5122 2.8.3, the host as A-labels", "xmpp:ji%C5%99i@%C4%8Dechy.example/v%20Praze",
     "ji\xc5\x99i@xn--echy-fua.example/v Praze", "xmpp:ji%C5%99i@xn--echy-fua.example/v%20Praze",
     TRANSLATE_XMPP},
    {"RFC 5122 2.3, an authority is no address",
     "xmpp://guest@example.com/support@example.com?message", "support@example.com",
     "xmpp:support@example.com", TRANSLATE_XMPP},
    {"RFC 5122 2.4, a domain", "xmpp:example.com", "example.com", NULL, TRANSLATE_XMPP},
    {"RFC 5122 2.6, a fragment", "xmpp:a@example.com?message;subject=Hello%20World#x",
     "a@example.com", "xmpp:a@example.com", TRANSLATE_XMPP},
};

static void test_rows(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        xmppfed_slice got;
        int rc =
            translate_address_to_jid(xmppfed_slice_of(rows[i].uri), &f->text, &got, &f->problem);

        expect_code(rows[i].clause, &f->problem, rc, 0);
        expect_text(rows[i].clause, "the JID", got, rows[i].jid);
        rc = translate_address_to_uri(rows[i].jid, rows[i].scheme, TRANSLATE_FULL, &f->text, &got,
                                      &f->problem);
        expect_code(rows[i].clause, &f->problem, rc, 0);
        expect_text(rows[i].clause, "the URI", got, rows[i].back ? rows[i].back : rows[i].uri);
    }
}

static const struct {
    const char *name;
    const char *uri;
    int code;
    int status;
} refused[] = {
    {"RFC 7247 4: sips", "sips:a@example.com", XMPPFED_ERR_POLICY_REFUSED, 416},
    {"RFC 7247 2.3: temporary GRUU", "sip:tgruu.7hs==jd7@example.com;gr", XMPPFED_ERR_ADDRESS, 400},
    {"RFC 7247 2.1: tel", "tel:+15551234", XMPPFED_ERR_ADDRESS, 416},
    {"no scheme", "a@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"nothing", "", XMPPFED_ERR_ADDRESS, 400},
    {"only a scheme", "sip:", XMPPFED_ERR_ADDRESS, 400},
    {"no host", "sip:a@", XMPPFED_ERR_ADDRESS, 400},
    {"no user before the at sign", "sip:@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"two at signs", "sip:a@b@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"a blank", "sip:a b@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"a line end", "sip:a@example.com\r\nX: y", XMPPFED_ERR_ADDRESS, 400},
    {"brackets", "<sip:a@example.com>", XMPPFED_ERR_ADDRESS, 416},
    {"a broken escape", "sip:a%4@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"an escape that is none", "sip:a%zz@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"a NUL", "sip:a%00b@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"a control", "sip:a%07b@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"a control in gr", "sip:a@example.com;gr=%07", XMPPFED_ERR_ADDRESS, 400},
    {"no UTF-8", "sip:a%FFb@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"an overlong slash", "sip:a%C0%AFb@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"a surrogate", "sip:a%ED%A0%80b@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"a blank first (XEP-0106 4.1)", "sip:%20a@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"a blank last (XEP-0106 4.1)", "sip:a%20@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"the address of o'malley, by a fullwidth 2", "sip:o%5C%EF%BC%927malley@example.com",
     XMPPFED_ERR_ADDRESS, 400},
    {"... by a fullwidth backslash", "sip:o%EF%BC%BC27malley@example.com", XMPPFED_ERR_ADDRESS,
     400},
    {"... while a dot above takes an escape away", "sip:a%2F%CC%87%5C%EF%BC%927b@example.com",
     XMPPFED_ERR_ADDRESS, 400},
    {"... by a fullwidth backslash, too", "sip:a%2F%CC%87%EF%BC%BC2fb@example.com",
     XMPPFED_ERR_ADDRESS, 400},
    {"a dot above takes an escape away", "sip:a%2F%CC%87b@example.com", XMPPFED_ERR_ADDRESS, 400},
    {"another domain, by a slash in a user of xmpp:", "xmpp:good.example%2Fx@example.com",
     XMPPFED_ERR_ADDRESS, 400},
    {"... with a user, by an at sign before", "xmpp:a%40good.example%2F@example.com",
     XMPPFED_ERR_ADDRESS, 400},
    {"a slash in the host", "sip:a@exa%2Fmple.com", XMPPFED_ERR_ADDRESS, 400},
    {"an at sign in the host", "sip:a@exa%40mple.com", XMPPFED_ERR_ADDRESS, 400},
    {"a port that is none", "sip:a@example.com:x", XMPPFED_ERR_ADDRESS, 400},
    {"an empty port", "sip:a@example.com:", XMPPFED_ERR_ADDRESS, 400},
    {"an open bracket", "sip:a@[2001:db8::1", XMPPFED_ERR_ADDRESS, 400},
    {"im without user", "im:example.com", XMPPFED_ERR_ADDRESS, 400},
    {"xmpp with an empty resource", "xmpp:a@example.com/", XMPPFED_ERR_ADDRESS, 400},
    {"no domain", "sip:a@exa_mple..com", XMPPFED_ERR_ADDRESS, 400},
};

static void test_refused(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(refused); i++) {
        xmppfed_slice got = {"untouched", 9};
        int rc =
            translate_address_to_jid(xmppfed_slice_of(refused[i].uri), &f->text, &got, &f->problem);

        expect_code(refused[i].name, &f->problem, rc, refused[i].code);
        if (f->problem.status != refused[i].status || f->problem.text[0] == '\0')
            fail_msg("%s: status %d, sentence \"%s\"", refused[i].name, f->problem.status,
                     f->problem.text);
        expect_text(refused[i].name, "the output", got, "untouched");
        assert_int_equal(
            translate_address_to_jid(xmppfed_slice_of(refused[i].uri), &f->text, &got, NULL),
            refused[i].code);
    }
}

static const struct {
    const char *name;
    const char *jid;
    enum translate_scheme scheme;
    int code;
} refused_jids[] = {
    {"sips is never made", "a@example.com", TRANSLATE_SIPS, XMPPFED_ERR_POLICY_REFUSED},
    {"im of a domain", "example.com", TRANSLATE_IM, XMPPFED_ERR_ADDRESS},
    {"no domain", "a@", TRANSLATE_SIP, XMPPFED_ERR_ADDRESS},
    {"nothing", "", TRANSLATE_SIP, XMPPFED_ERR_ADDRESS},
    {"an empty resource", "a@example.com/", TRANSLATE_SIP, XMPPFED_ERR_ADDRESS},
    {"a colon", "a:b@example.com", TRANSLATE_SIP, XMPPFED_ERR_ADDRESS},
    {"XEP-0106 security considerations: the URI of a\\b", "a\\5cb@example.com", TRANSLATE_SIP,
     XMPPFED_ERR_ADDRESS},
    {"the URI of a\\3A and what PRECIS refuses", "a\\5c3A\xef\xbb\xbfx@example.com", TRANSLATE_PRES,
     XMPPFED_ERR_ADDRESS},
    {"an escaped blank first (XEP-0106 4.1)", "\\20a@example.com", TRANSLATE_IM,
     XMPPFED_ERR_ADDRESS},
    {"no UTF-8 in the resource", "a@example.com/\xff", TRANSLATE_SIP, XMPPFED_ERR_ADDRESS},
};

static void test_refused_jids(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(refused_jids); i++) {
        xmppfed_slice got = {"untouched", 9};
        int rc = translate_address_to_uri(refused_jids[i].jid, refused_jids[i].scheme,
                                          TRANSLATE_FULL, &f->text, &got, &f->problem);

        expect_code(refused_jids[i].name, &f->problem, rc, refused_jids[i].code);
        expect_text(refused_jids[i].name, "the output", got, "untouched");
    }
}

/* RFC 3261 20.10, 20.20; RFC 8048 example 2 has gr behind the bracket, RFC 7572 example 2 inside.
 */
static const struct {
    const char *value;
    const char *jid; /* NULL: refused */
} headers[] = {
    {"sip:romeo@example.net", "romeo@example.net"},
    {"sip:romeo@example.net;tag=vwxyz", "romeo@example.net"},
    {"<sip:juliet@example.com;gr=yn0cl4bnw0yr3vym>;tag=12345",
     "juliet@example.com/yn0cl4bnw0yr3vym"},
    {"<sip:juliet@example.com>;gr=yn0cl4bnw0yr3vym", "juliet@example.com/yn0cl4bnw0yr3vym"},
    {"\"A \\\" < Montague\" <sip:romeo@example.net>;tag=1", "romeo@example.net"},
    {"Romeo Montague <sip:romeo@example.net>", "romeo@example.net"},
    {"  < sip:romeo@example.net > ", "romeo@example.net"},
    {"<sip:romeo@example.net", NULL},
    {"", NULL},
    {"<>", NULL},
    {"*", NULL},
};

static void test_headers(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(headers); i++) {
        xmppfed_slice got = {NULL, 0};
        int rc = translate_address_of_header(xmppfed_slice_of(headers[i].value), &f->text, &got,
                                             &f->problem);

        expect_code(headers[i].value, &f->problem, rc, headers[i].jid ? 0 : XMPPFED_ERR_ADDRESS);
        if (headers[i].jid)
            expect_text(headers[i].value, "the JID", got, headers[i].jid);
    }
}

/* A part of 1023 octets is an address, one of 1024 is not (RFC 7622 3.3.1, 3.4.1). */
static void test_sizes(void **state)
{
    struct fixture *f = *state;

    for (int part = 0; part < 2; part++) {
        for (size_t len = 1023; len <= 1024; len++) {
            char uri[1100] = "sip:";
            size_t at = strlen(uri);
            xmppfed_slice got;

            if (part == 1)
                at += (size_t)snprintf(uri + at, sizeof(uri) - at, "a@example.com;gr=");
            memset(uri + at, 'a', len);
            snprintf(uri + at + len, sizeof(uri) - at - len, "%s", part == 0 ? "@example.com" : "");
            assert_int_equal(
                translate_address_to_jid(xmppfed_slice_of(uri), &f->text, &got, &f->problem),
                len == 1023 ? 0 : XMPPFED_ERR_ADDRESS);
        }
    }
}

/* Each byte as the user of a sip: URI, percent-encoded, comes back or is refused. */
static void test_every_byte(void **state)
{
    struct fixture *f = *state;

    for (unsigned c = 1; c < 0x80; c++) {
        char uri[64], plain[64];
        xmppfed_slice jid, back, again;
        int rc;

        snprintf(uri, sizeof(uri), "sip:x%%%02Xy@example.com", c);
        rc = translate_address_to_jid(xmppfed_slice_of(uri), &f->text, &jid, &f->problem);
        if (rc < 0) {
            if (c >= 0x20 && c != 0x7F)
                fail_msg("%s: %s", uri, f->problem.text);
            continue;
        }
        assert_int_equal(translate_address_to_uri(jid.data, TRANSLATE_SIP, TRANSLATE_BARE, &f->text,
                                                  &back, &f->problem),
                         0);
        assert_int_equal(translate_address_to_jid(back, &f->text, &again, &f->problem), 0);
        expect_text(uri, "there and back", again, jid.data);
        snprintf(plain, sizeof(plain), "sip:x%cy@example.com", c);
        if (strcmp(back.data, uri) != 0 && strcmp(back.data, plain) != 0 && !(c >= 'A' && c <= 'Z'))
            fail_msg("%s came back as %s", uri, back.data);
    }
}

struct failing {
    struct alloc_fail memory;
    xmppfed_allocator allocator;
};

static int translate_once(void *user)
{
    struct failing *failing = user;
    struct translate_text text;
    struct translate_problem problem;
    xmppfed_slice jid, uri;
    int rc;

    translate_text_init(&text, &failing->allocator);
    rc = translate_address_of_header(xmppfed_slice_of("<sip:o'ma%20lley@sip.example;gr=b%C3%BCr>"),
                                     &text, &jid, &problem);
    if (rc == 0)
        rc = translate_address_to_uri(jid.data, TRANSLATE_SIP, TRANSLATE_FULL, &text, &uri,
                                      &problem);
    if (rc < 0 && problem.code != rc)
        fail_msg("the problem has code %d, not %d", problem.code, rc);
    translate_text_fini(&text);
    return rc;
}

static void test_out_of_memory(void **state)
{
    struct failing failing = {.memory = {0}};

    (void)state;
    failing.allocator = alloc_fail_allocator(&failing.memory);
    assert_true(alloc_fail_each(&failing.memory, translate_once, &failing) >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_rows),
        fixture_test(test_refused),
        fixture_test(test_refused_jids),
        fixture_test(test_headers),
        fixture_test(test_sizes),
        fixture_test(test_every_byte),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("translate/address", tests, NULL, NULL);
}
