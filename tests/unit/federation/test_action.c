/* test_action.c - what a stanza does, in the words of the policy. */
#include "support.h"

#include <xmppfed/policy.h>

#include "federation/action.h"
#include "support/context.h"

#define EVENT(node) \
    "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='" node "'/></event>"

static const struct {
    const char *name;
    const char *xml;
    int action;
} actions[] = {
    {"a body", "<message><body>x</body></message>", XMPPFED_ACTION_MESSAGE},
    {"a subject", "<message><subject>x</subject></message>", XMPPFED_ACTION_MESSAGE},
    {"nothing inside", "<message/>", XMPPFED_ACTION_MESSAGE},
    {"something encrypted",
     "<message><encrypted xmlns='eu.siacs.conversations.axolotl'/></message>",
     XMPPFED_ACTION_MESSAGE},
    {"something unknown beside typing",
     "<message><composing xmlns='http://jabber.org/protocol/chatstates'/><x "
     "xmlns='y'/></message>",
     XMPPFED_ACTION_MESSAGE},
    {"typing", "<message><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
     XMPPFED_ACTION_CHAT_STATE},
    {"typing in a thread",
     "<message><thread>t</thread>"
     "<composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
     XMPPFED_ACTION_CHAT_STATE},
    {"typing with words",
     "<message><body>x</body><active xmlns='http://jabber.org/protocol/chatstates'/></message>",
     XMPPFED_ACTION_MESSAGE},
    {"a receipt", "<message><received xmlns='urn:xmpp:receipts' id='1'/></message>",
     XMPPFED_ACTION_RECEIPT},
    {"a receipt with typing",
     "<message><composing xmlns='http://jabber.org/protocol/chatstates'/>"
     "<received xmlns='urn:xmpp:receipts' id='1'/></message>",
     XMPPFED_ACTION_RECEIPT},
    {"a proposed call",
     "<message><propose xmlns='urn:xmpp:jingle-message:0' id='1'/><body>x</body></message>",
     XMPPFED_ACTION_CALL},
    {"a file", "<iq type='set' id='1'><si xmlns='http://jabber.org/protocol/si'/></iq>",
     XMPPFED_ACTION_FILE},
    {"a request for a receipt alone", "<message><request xmlns='urn:xmpp:receipts'/></message>",
     XMPPFED_ACTION_MESSAGE},
    {"a marker", "<message><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/></message>",
     XMPPFED_ACTION_RECEIPT},
    {"a body in another namespace", "<message><body xmlns='y'>x</body></message>",
     XMPPFED_ACTION_MESSAGE},
    {"a mood", "<message type='headline'>" EVENT("http://jabber.org/protocol/mood") "</message>",
     XMPPFED_ACTION_NOTE},
    {"a place", "<message>" EVENT("http://jabber.org/protocol/geoloc") "</message>",
     XMPPFED_ACTION_NOTE},
    {"a mood with words",
     "<message><body>x</body>" EVENT("http://jabber.org/protocol/mood") "</message>",
     XMPPFED_ACTION_NOTE},
    {"an avatar", "<message>" EVENT("urn:xmpp:avatar:metadata") "</message>",
     XMPPFED_ACTION_PRESENCE},
    {"a room", "<message type='groupchat'><body>x</body></message>", XMPPFED_ACTION_GROUP_CHAT},
    {"an invitation",
     "<message><x xmlns='http://jabber.org/protocol/muc#user'><invite/></x></message>",
     XMPPFED_ACTION_GROUP_CHAT},
    {"entering a room", "<presence><x xmlns='http://jabber.org/protocol/muc'/></presence>",
     XMPPFED_ACTION_GROUP_CHAT},
    {"an error", "<message type='error'><body>x</body></message>", XMPPFED_ACTION_ERROR},
    {"an error of presence", "<presence type='error'/>", XMPPFED_ACTION_ERROR},
    {"an error of iq", "<iq type='error' id='1'/>", XMPPFED_ACTION_ERROR},
    {"available", "<presence/>", XMPPFED_ACTION_PRESENCE},
    {"unavailable", "<presence type='unavailable'/>", XMPPFED_ACTION_PRESENCE},
    {"subscribe", "<presence type='subscribe'/>", XMPPFED_ACTION_ADD},
    {"subscribed", "<presence type='subscribed'/>", XMPPFED_ACTION_ANSWER_ADD},
    {"unsubscribed", "<presence type='unsubscribed'/>", XMPPFED_ACTION_ANSWER_ADD},
    {"unsubscribe", "<presence type='unsubscribe'/>", XMPPFED_ACTION_REMOVE},
    {"probe", "<presence type='probe'/>", XMPPFED_ACTION_PROBE},
    {"subscribe dressed as a room",
     "<presence type='subscribe'><x xmlns='http://jabber.org/protocol/muc'/></presence>",
     XMPPFED_ACTION_ADD},
    {"get", "<iq type='get' id='1'><q xmlns='y'/></iq>", XMPPFED_ACTION_IQ},
    {"result", "<iq type='result' id='1'/>", XMPPFED_ACTION_IQ},
    {"another namespace", "<message xmlns='jabber:client'><body>x</body></message>", 0},
    {"another name", "<envelope/>", 0},
};

static void test_rows(void **state)
{
    xmppfed_context *ctx = test_context();
    (void)state;

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        xmppfed_element *e = parse(ctx, actions[i].xml);

        if (xfed_action_of(e) != actions[i].action)
            fail_msg("%s: %d", actions[i].name, xfed_action_of(e));
        xmppfed_element_free(e);
    }
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

    return cmocka_run_group_tests_name("federation/action", tests, NULL, NULL);
}
