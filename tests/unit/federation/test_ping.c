/* test_ping.c - which stanzas are pings to a domain, and the answer to one. */
#include "support.h"

#include "federation/ping.h"
#include "support/context.h"

#define PING "<ping xmlns='urn:xmpp:ping'/>"
#define IQ(type, to, inside) \
    "<iq from='fabrikam.example' to='" to "' id='p1' type='" type "'>" inside "</iq>"

static const struct {
    const char *name, *xml;
    bool is;
} rows[] = {
    {"a ping to a domain", IQ("get", "contoso.example", PING), true},
    {"to a user", IQ("get", "alice@contoso.example", PING), false},
    {"to a resource of the domain", IQ("get", "contoso.example/x", PING), false},
    {"an answer", IQ("result", "contoso.example", PING), false},
    {"an error", IQ("error", "contoso.example", PING), false},
    {"something else", IQ("get", "contoso.example", "<query xmlns='urn:x'/>"), false},
    {"a ping of another namespace", IQ("get", "contoso.example", "<ping xmlns='urn:x'/>"), false},
    {"without id", "<iq from='fabrikam.example' to='contoso.example' type='get'>" PING "</iq>",
     false},
    {"a message", "<message to='contoso.example' id='p1' type='get'>" PING "</message>", false},
};

static void test_rows(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_element *e = parse(ctx, rows[i].xml);

        if (xfed_ping_is_for_domain(e) != rows[i].is)
            fail_msg("%s", rows[i].name);
        xmppfed_element_free(e);
    }
    xmppfed_context_unref(ctx);
}

static xmppfed_element *ping_of(xmppfed_context *ctx)
{
    return parse(ctx, rows[0].xml);
}

static void test_answer(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_element *ping = ping_of(ctx);
    xmppfed_element *answer = xfed_ping_answer(ctx, ping);

    (void)state;
    assert_string_equal(xmppfed_element_attribute(answer, "from"), "contoso.example");
    assert_string_equal(xmppfed_element_attribute(answer, "to"), "fabrikam.example");
    assert_string_equal(xmppfed_element_attribute(answer, "id"), "p1");
    assert_string_equal(xmppfed_element_attribute(answer, "type"), "result");
    assert_null(xmppfed_element_first(answer));
    xmppfed_element_free(answer);
    xmppfed_element_free(ping);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_answer)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
