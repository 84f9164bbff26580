/* test_classify.c - which event an element is. */
#include "fixture.h"
#include "support/context.h"

#define TLS "xmlns='urn:ietf:params:xml:ns:xmpp-tls'"
#define SASL "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define PAIR "from='fabrikam.example' to='contoso.example'"

static const struct {
    const char *name;
    const char *xml;
    unsigned event;
} rows[] = {
    {"features", "<stream:features/>", XFED_EVENT_FEATURES},
    {"stream error", "<stream:error/>", XFED_EVENT_STREAM_ERROR},
    {"starttls", "<starttls " TLS "/>", XFED_EVENT_STARTTLS},
    {"proceed", "<proceed " TLS "/>", XFED_EVENT_PROCEED},
    {"failure of TLS", "<failure " TLS "/>", XFED_EVENT_TLS_FAILURE},
    {"auth", "<auth " SASL " mechanism='EXTERNAL'>=</auth>", XFED_EVENT_AUTH},
    {"challenge", "<challenge " SASL "/>", XFED_EVENT_CHALLENGE},
    {"response", "<response " SASL "/>", XFED_EVENT_RESPONSE},
    {"abort", "<abort " SASL "/>", XFED_EVENT_ABORT},
    {"success", "<success " SASL "/>", XFED_EVENT_SUCCESS},
    {"failure of SASL", "<failure " SASL "/>", XFED_EVENT_FAILURE},
    {"both ways", "<bidi xmlns='urn:xmpp:bidi'/>", XFED_EVENT_BIDI},
    {"the feature is no request", "<bidi xmlns='urn:xmpp:features:bidi'/>", XFED_EVENT_UNKNOWN},
    {"key", "<db:result " PAIR ">k</db:result>", XFED_EVENT_DB_RESULT},
    {"valid", "<db:result " PAIR " type='valid'/>", XFED_EVENT_DB_VALID},
    {"invalid", "<db:result " PAIR " type='invalid'/>", XFED_EVENT_DB_INVALID},
    {"error", "<db:result " PAIR " type='error'/>", XFED_EVENT_DB_ERROR},
    {"check", "<db:verify " PAIR " id='1'>k</db:verify>", XFED_EVENT_DB_VERIFY},
    {"answer", "<db:verify " PAIR " id='1' type='valid'/>", XFED_EVENT_DB_VERIFY_ANSWER},
    {"answer error", "<db:verify " PAIR " id='1' type='error'/>", XFED_EVENT_DB_VERIFY_ANSWER},
    {"key without from", "<db:result to='contoso.example'>k</db:result>", XFED_EVENT_DB_MALFORMED},
    {"key that is empty", "<db:result " PAIR "/>", XFED_EVENT_DB_MALFORMED},
    {"check without id", "<db:verify " PAIR ">k</db:verify>", XFED_EVENT_DB_MALFORMED},
    {"unknown type", "<db:result " PAIR " type='maybe'/>", XFED_EVENT_DB_MALFORMED},
    {"unknown dialback", "<db:other " PAIR "/>", XFED_EVENT_DB_MALFORMED},
    {"from is no domain", "<db:result from='a@b' to='c.example'>k</db:result>",
     XFED_EVENT_DB_MALFORMED},
    {"message", "<message " PAIR "/>", XFED_EVENT_STANZA},
    {"presence", "<presence from='a@fabrikam.example/r' to='b@contoso.example'/>",
     XFED_EVENT_STANZA},
    {"iq", "<iq " PAIR " type='get' id='1'/>", XFED_EVENT_STANZA},
    {"no to", "<message from='fabrikam.example'/>", XFED_EVENT_STANZA_UNADDRESSED},
    {"no from", "<message to='contoso.example'/>", XFED_EVENT_STANZA_UNADDRESSED},
    {"empty from", "<message from='' to='contoso.example'/>", XFED_EVENT_STANZA_UNADDRESSED},
    {"bad domain", "<message from='a@-' to='contoso.example'/>", XFED_EVENT_STANZA_UNADDRESSED},
    /* A name says nothing without its namespace. */
    {"message of another namespace", "<message xmlns='jabber:client' " PAIR "/>",
     XFED_EVENT_STANZA_NAMESPACE},
    {"message of no content namespace", "<message xmlns='urn:x' " PAIR "/>", XFED_EVENT_UNKNOWN},
    {"features that demand the unknown",
     "<stream:features><x xmlns='urn:x'><required/></x></stream:features>",
     XFED_EVENT_FEATURES_UNKNOWN},
    {"features that demand the unknown beside what is known",
     "<stream:features><x xmlns='urn:x'><required/></x><starttls " TLS "/></stream:features>",
     XFED_EVENT_FEATURES},
    {"features of another namespace", "<features/>", XFED_EVENT_UNKNOWN},
    {"starttls in SASL", "<starttls " SASL "/>", XFED_EVENT_UNKNOWN},
    {"auth in TLS", "<auth " TLS "/>", XFED_EVENT_UNKNOWN},
    {"result of jabber:server", "<result " PAIR ">k</result>", XFED_EVENT_UNKNOWN},
    {"success of jabber:server", "<success/>", XFED_EVENT_UNKNOWN},
    {"name in other case", "<Message " PAIR "/>", XFED_EVENT_UNKNOWN},
};

static void test_events(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_element *e = test_parse(ctx, rows[i].xml);
        struct xfed_classified c;
        unsigned event = xfed_classify(e, &c);

        if (event != rows[i].event)
            fail_msg("%s: %s", rows[i].name, xfed_event_id_name(event));
        assert_ptr_equal(c.input.element, e);
        xmppfed_element_free(e);
    }
    xmppfed_context_unref(ctx);
}

/* What an action needs to know comes along, prepared. */
static void test_input(void **state)
{
    xmppfed_context *ctx = test_context();
    struct xfed_classified c;
    xmppfed_element *e;

    (void)state;
    e = test_parse(ctx, "<message from='a@FABRIKAM.example/r' to='b@Contoso.Example'/>");
    assert_int_equal(xfed_classify(e, &c), XFED_EVENT_STANZA);
    assert_string_equal(c.input.remote, "fabrikam.example");
    assert_string_equal(c.input.local, "contoso.example");
    assert_null(c.input.dialback);
    xmppfed_element_free(e);

    e = test_parse(ctx, "<db:verify from='FABRIKAM.example' to='contoso.example' id='7'> k "
                        "</db:verify>");
    assert_int_equal(xfed_classify(e, &c), XFED_EVENT_DB_VERIFY);
    assert_string_equal(c.input.dialback->from, "fabrikam.example");
    assert_string_equal(c.input.dialback->id, "7");
    assert_string_equal(c.input.dialback->key, "k");
    assert_null(c.input.features);
    xmppfed_element_free(e);

    e = test_parse(ctx, "<stream:features><starttls " TLS "/></stream:features>");
    assert_int_equal(xfed_classify(e, &c), XFED_EVENT_FEATURES);
    assert_true(c.input.features->starttls);
    assert_false(c.input.features->dialback);
    xmppfed_element_free(e);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
