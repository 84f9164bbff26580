/* test_media.c - files and calls are told from other queries. */
#include "support.h"

#include <xmppfed/policy.h>

#include "federation/media.h"
#include "support/context.h"

#define JINGLE(contents) \
    "<iq type='set' id='1'><jingle xmlns='urn:xmpp:jingle:1'>" contents "</jingle></iq>"
#define CONTENT(ns) "<content><description xmlns='" ns "'/></content>"
#define RTP CONTENT("urn:xmpp:jingle:apps:rtp:1")
#define JINGLE_FILE CONTENT("urn:xmpp:jingle:apps:file-transfer:5")

static const struct {
    const char *name;
    const char *xml;
    int action;
} queries[] = {
    {"a call", JINGLE(RTP), XMPPFED_ACTION_CALL},
    {"a file by Jingle", JINGLE(JINGLE_FILE), XMPPFED_ACTION_FILE},
    {"a call behind a file", JINGLE(JINGLE_FILE RTP), XMPPFED_ACTION_CALL},
    {"a call before a file", JINGLE(RTP JINGLE_FILE), XMPPFED_ACTION_CALL},
    {"a step of a session", JINGLE("<content><transport xmlns='t'/></content>"), XMPPFED_ACTION_IQ},
    {"the end of a session", JINGLE("<reason/>"), XMPPFED_ACTION_IQ},
    {"stream initiation", "<iq type='set' id='1'><si xmlns='http://jabber.org/protocol/si'/></iq>",
     XMPPFED_ACTION_FILE},
    {"bytes in band",
     "<iq type='set' id='1'><data xmlns='http://jabber.org/protocol/ibb'>AA==</data></iq>",
     XMPPFED_ACTION_FILE},
    {"a query of another kind", "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
     XMPPFED_ACTION_IQ},
    {"nothing inside", "<iq type='result' id='1'/>", XMPPFED_ACTION_IQ},
};

static void test_queries(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        xmppfed_element *e = parse(ctx, queries[i].xml);

        if (xfed_media_of_iq(e) != queries[i].action)
            fail_msg("%s: %d", queries[i].name, xfed_media_of_iq(e));
        xmppfed_element_free(e);
    }
    xmppfed_context_unref(ctx);
}

static const struct {
    const char *name;
    const char *xml;
    bool call;
} messages[] = {
    {"a proposal", "<message><propose xmlns='urn:xmpp:jingle-message:0' id='1'/></message>", true},
    {"of a later version", "<message><ringing xmlns='urn:xmpp:jingle-message:1'/></message>", true},
    {"words", "<message><body>urn:xmpp:jingle-message:0</body></message>", false},
    {"nothing", "<message/>", false},
};

static void test_messages(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        xmppfed_element *e = parse(ctx, messages[i].xml);

        if (xfed_media_is_call_message(e) != messages[i].call)
            fail_msg("%s", messages[i].name);
        xmppfed_element_free(e);
    }
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_messages),
    };

    return cmocka_run_group_tests_name("federation/media", tests, NULL, NULL);
}
