/* test_notes.c - status notes are taken out, all else stays. */
#include "support.h"

#include <stdio.h>

#include "federation/notes.h"
#include "support/context.h"

static const struct {
    const char *name;
    const char *before;
    const char *after; /* NULL: the same */
} strips[] = {
    {"status", "<presence><show>away</show><status>Paris</status></presence>",
     "<presence><show>away</show></presence>"},
    {"status in two languages",
     "<presence><status>a</status><status "
     "xml:lang='fr'>b</status><priority>1</priority></presence>",
     "<presence><priority>1</priority></presence>"},
    {"status of a subscription", "<presence type='subscribe'><status>I am</status></presence>",
     "<presence type='subscribe'/>"},
    {"status of another namespace", "<presence><status xmlns='y'>x</status></presence>", NULL},
    {"status in a message is none", "<message><status>x</status></message>", NULL},
    {"mood in presence",
     "<presence><mood xmlns='http://jabber.org/protocol/mood'><happy/></mood></presence>",
     "<presence/>"},
    {"tune in a message",
     "<message><body>x</body><tune xmlns='http://jabber.org/protocol/tune'/></message>",
     "<message><body>x</body></message>"},
    {"one event of two",
     "<message><event xmlns='http://jabber.org/protocol/pubsub#event'>"
     "<items node='http://jabber.org/protocol/tune'><item/></items>"
     "<items node='urn:xmpp:avatar:metadata'><item/></items></event></message>",
     "<message><event xmlns='http://jabber.org/protocol/pubsub#event'>"
     "<items node='urn:xmpp:avatar:metadata'><item/></items></event></message>"},
    {"an answer with items",
     "<iq type='result' id='1'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
     "<items node='http://jabber.org/protocol/geoloc'><item/></items></pubsub></iq>",
     "<iq type='result' id='1'><pubsub xmlns='http://jabber.org/protocol/pubsub'/></iq>"},
    {"an answer with other items",
     "<iq type='result' id='1'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
     "<items node='urn:xmpp:bookmarks:1'><item/></items></pubsub></iq>",
     NULL},
    {"capabilities", "<presence><c xmlns='http://jabber.org/protocol/caps' node='n'/></presence>",
     NULL},
};

static void test_strip(void **state)
{
    xmppfed_context *ctx = test_context();
    (void)state;

    for (size_t i = 0; i < sizeof(strips) / sizeof(strips[0]); i++) {
        xmppfed_element *e = parse(ctx, strips[i].before);
        xmppfed_element *expected =
            parse(ctx, strips[i].after ? strips[i].after : strips[i].before);
        char *text = NULL;
        char *expected_text = NULL;
        size_t len;

        xfed_notes_strip(e);
        assert_int_equal(xmppfed_element_write(e, XMPPFED_NS_SERVER, &text, &len), 0);
        assert_int_equal(xmppfed_element_write(expected, XMPPFED_NS_SERVER, &expected_text, &len),
                         0);
        if (strcmp(text, expected_text) != 0)
            fail_msg("%s: %s", strips[i].name, text);
        xmppfed_element_free_text(ctx, text);
        xmppfed_element_free_text(ctx, expected_text);
        xmppfed_element_free(e);
        xmppfed_element_free(expected);
    }
    xmppfed_context_unref(ctx);
}

static void test_event(void **state)
{
    static const struct {
        const char *name;
        const char *inner;
        bool is;
    } rows[] = {
        {"items", "<items node='http://jabber.org/protocol/nick'/>", true},
        {"purge", "<purge node='http://jabber.org/protocol/activity'/>", true},
        {"second", "<items node='a'/><items node='http://jabber.org/protocol/mood'/>", true},
        {"other", "<items node='urn:xmpp:avatar:data'/>", false},
        {"no node", "<items/>", false},
        {"empty", "", false},
    };
    xmppfed_context *ctx = test_context();
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char xml[256];
        xmppfed_element *e;

        (void)snprintf(xml, sizeof(xml),
                       "<message><event xmlns='http://jabber.org/protocol/pubsub#event'>%s</event>"
                       "</message>",
                       rows[i].inner);
        e = parse(ctx, xml);
        if (xfed_notes_event(e) != rows[i].is)
            fail_msg("%s", rows[i].name);
        xmppfed_element_free(e);
    }
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_strip), cmocka_unit_test(test_event)};

    return cmocka_run_group_tests_name("federation/notes", tests, NULL, NULL);
}
