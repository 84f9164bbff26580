/* notes.c - finding status notes in stanzas and taking them out. */
#include "federation/notes.h"

#include <stddef.h>

#include "base/slice.h"

/* XEP-0107, 0108, 0118, 0080, 0172: the namespace of each note is the name of its node as well. */
static const char *const note_nodes[] = {
    "http://jabber.org/protocol/mood", "http://jabber.org/protocol/activity",
    "http://jabber.org/protocol/tune", "http://jabber.org/protocol/geoloc",
    "http://jabber.org/protocol/nick",
};

static bool is_note(const char *name)
{
    for (size_t i = 0; i < sizeof(note_nodes) / sizeof(note_nodes[0]); i++)
        if (xfed_text_equal(name, note_nodes[i]))
            return true;
    return false;
}

/* Whether a child of <event/> or <pubsub/> is about a note node: items, but also purge and others.
 */
static bool is_about_note(const xmppfed_element *child)
{
    return is_note(xmppfed_element_attribute(child, "node"));
}

bool xfed_notes_event(const xmppfed_element *message)
{
    const xmppfed_element *event = xmppfed_element_child(message, "event", XFED_NS_PUBSUB_EVENT);

    for (const xmppfed_element *e = xmppfed_element_first(event); e; e = xmppfed_element_next(e))
        if (is_about_note(e))
            return true;
    return false;
}

static void strip_nodes(xmppfed_element *holder)
{
    xmppfed_element *child = xmppfed_element_first(holder);

    while (child) {
        xmppfed_element *next = xmppfed_element_next(child);

        if (is_about_note(child))
            xmppfed_element_remove(child);
        child = next;
    }
}

void xfed_notes_strip(xmppfed_element *stanza)
{
    bool presence = xmppfed_element_is(stanza, "presence", XMPPFED_NS_SERVER);
    xmppfed_element *child = xmppfed_element_first(stanza);

    while (child) {
        xmppfed_element *next = xmppfed_element_next(child);
        const char *ns = xmppfed_element_ns(child);

        if (xfed_text_equal(ns, XFED_NS_PUBSUB_EVENT) || xfed_text_equal(ns, XFED_NS_PUBSUB))
            strip_nodes(child);
        else if (is_note(ns) ||
                 (presence && xmppfed_element_is(child, "status", XMPPFED_NS_SERVER)))
            xmppfed_element_remove(child);
        child = next;
    }
}
