/* action.c - what a stanza does, in the words of the policy. */
#include "federation/action.h"

#include <stddef.h>
#include <xmppfed/policy.h>

#include "base/slice.h"
#include "federation/media.h"
#include "federation/notes.h"
#include "stream/stanza.h"

#define NS_MUC "http://jabber.org/protocol/muc"
#define NS_MUC_USER "http://jabber.org/protocol/muc#user"
#define NS_CONFERENCE "jabber:x:conference"

/*
 * What a message without words consists of: typing, receipts, markers, and what only goes with
 * them. A message with anything else inside is taken for one that a person is meant to read,
 * because that is the case which policy guards more closely.
 */
static const struct {
    const char *ns;
    const char *name; /* NULL: any */
    bool receipt;
} wordless[] = {
    {"http://jabber.org/protocol/chatstates", NULL, false}, /* XEP-0085 */
    {"urn:xmpp:receipts", "received", true},                /* XEP-0184 */
    {"urn:xmpp:chat-markers:0", "received", true},          /* XEP-0333 */
    {"urn:xmpp:chat-markers:0", "displayed", true},
    {"urn:xmpp:chat-markers:0", "acknowledged", true},
    {"urn:xmpp:hints", NULL, false}, /* XEP-0334 */
    {"urn:xmpp:sid:0", NULL, false}, /* XEP-0359 */
    {"urn:xmpp:delay", NULL, false}, /* XEP-0203 */
    {XMPPFED_NS_SERVER, "thread", false},
};

static bool is_wordless(const xmppfed_element *child, bool *ret_receipt)
{
    for (size_t i = 0; i < sizeof(wordless) / sizeof(wordless[0]); i++) {
        if (!xfed_text_equal(xmppfed_element_ns(child), wordless[i].ns))
            continue;
        if (wordless[i].name && !xfed_text_equal(xmppfed_element_name(child), wordless[i].name))
            continue;
        *ret_receipt |= wordless[i].receipt;
        return true;
    }
    return false;
}

/* A message without a body. One with both typing and a receipt is a receipt: the weightier. */
static int classify_wordless(const xmppfed_element *message)
{
    const xmppfed_element *child = xmppfed_element_first(message);
    bool receipt = false;

    if (!child)
        return XMPPFED_ACTION_MESSAGE;
    for (; child; child = xmppfed_element_next(child))
        if (!is_wordless(child, &receipt))
            return XMPPFED_ACTION_MESSAGE;
    return receipt ? XMPPFED_ACTION_RECEIPT : XMPPFED_ACTION_CHAT_STATE;
}

/* XEP-0045: what comes from rooms and invites to them. */
static bool is_group_chat(const xmppfed_element *stanza)
{
    return xfed_text_equal(xmppfed_element_attribute(stanza, "type"), "groupchat") ||
           xmppfed_element_child(stanza, "x", NS_MUC) ||
           xmppfed_element_child(stanza, "x", NS_MUC_USER) ||
           xmppfed_element_child(stanza, "x", NS_CONFERENCE);
}

static int classify_message(const xmppfed_element *stanza)
{
    if (is_group_chat(stanza))
        return XMPPFED_ACTION_GROUP_CHAT;
    /* Before the body: words beside a note must not carry it past the rule for notes. */
    if (xfed_notes_event(stanza))
        return XMPPFED_ACTION_NOTE;
    if (xfed_media_is_call_message(stanza))
        return XMPPFED_ACTION_CALL;
    if (xmppfed_element_child(stanza, "body", XMPPFED_NS_SERVER))
        return XMPPFED_ACTION_MESSAGE;
    /* Other events of a person's account (avatar, devices) go where presence goes: XEP-0163 4. */
    if (xmppfed_element_child(stanza, "event", XFED_NS_PUBSUB_EVENT))
        return XMPPFED_ACTION_PRESENCE;
    return classify_wordless(stanza);
}

static int classify_presence(const xmppfed_element *stanza)
{
    static const struct {
        const char *type;
        int action;
    } rows[] = {
        {"subscribe", XMPPFED_ACTION_ADD},
        {"subscribed", XMPPFED_ACTION_ANSWER_ADD},
        {"unsubscribed", XMPPFED_ACTION_ANSWER_ADD},
        {"unsubscribe", XMPPFED_ACTION_REMOVE},
        {"probe", XMPPFED_ACTION_PROBE},
    };
    const char *type = xmppfed_element_attribute(stanza, "type");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (xfed_text_equal(type, rows[i].type))
            return rows[i].action;
    return is_group_chat(stanza) ? XMPPFED_ACTION_GROUP_CHAT : XMPPFED_ACTION_PRESENCE;
}

int xfed_action_of(const xmppfed_element *stanza)
{
    enum xfed_stanza_kind kind = xfed_stanza_kind_of(stanza, XMPPFED_NS_SERVER);

    if (kind == XFED_STANZA_NONE)
        return 0;
    if (xfed_text_equal(xmppfed_element_attribute(stanza, "type"), "error"))
        return XMPPFED_ACTION_ERROR;
    if (kind == XFED_STANZA_MESSAGE)
        return classify_message(stanza);
    if (kind == XFED_STANZA_PRESENCE)
        return classify_presence(stanza);
    return xfed_media_of_iq(stanza);
}
