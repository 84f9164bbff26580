/* media.c - telling files and calls from other queries. */
#include "federation/media.h"

#include <stddef.h>
#include <string.h>
#include <xmppfed/policy.h>

#include "base/slice.h"

#define NS_JINGLE "urn:xmpp:jingle:1"
#define NS_JINGLE_MESSAGE "urn:xmpp:jingle-message:" /* and a version */
#define NS_JINGLE_FILE "urn:xmpp:jingle:apps:file-transfer:"

/* Queries that offer a file or carry one: XEP-0096, XEP-0065, XEP-0047, XEP-0066. */
static const char *const file_namespaces[] = {
    "http://jabber.org/protocol/si",
    "http://jabber.org/protocol/bytestreams",
    "http://jabber.org/protocol/ibb",
    "jabber:iq:oob",
};

static bool begins_with(const char *text, const char *start)
{
    return text && strncmp(text, start, strlen(start)) == 0;
}

/*
 * What a Jingle session is for stands in the description of its contents (XEP-0166 7.3). A step of
 * a running session names none and passes as a query: without its beginning it leads nowhere.
 */
static int of_jingle(const xmppfed_element *jingle)
{
    int action = XMPPFED_ACTION_IQ;

    for (const xmppfed_element *content = xmppfed_element_first(jingle); content;
         content = xmppfed_element_next(content))
        for (const xmppfed_element *e = xmppfed_element_first(content); e;
             e = xmppfed_element_next(e)) {
            if (!xfed_text_equal(xmppfed_element_name(e), "description"))
                continue;
            /* A file beside a call is a call: whoever may not call must not carry it past. */
            if (!begins_with(xmppfed_element_ns(e), NS_JINGLE_FILE))
                return XMPPFED_ACTION_CALL;
            action = XMPPFED_ACTION_FILE;
        }
    return action;
}

int xfed_media_of_iq(const xmppfed_element *iq)
{
    for (const xmppfed_element *child = xmppfed_element_first(iq); child;
         child = xmppfed_element_next(child)) {
        const char *ns = xmppfed_element_ns(child);

        if (xfed_text_equal(ns, NS_JINGLE))
            return of_jingle(child);
        for (size_t i = 0; i < sizeof(file_namespaces) / sizeof(file_namespaces[0]); i++)
            if (xfed_text_equal(ns, file_namespaces[i]))
                return XMPPFED_ACTION_FILE;
    }
    return XMPPFED_ACTION_IQ;
}

bool xfed_media_is_call_message(const xmppfed_element *message)
{
    for (const xmppfed_element *child = xmppfed_element_first(message); child;
         child = xmppfed_element_next(child))
        if (begins_with(xmppfed_element_ns(child), NS_JINGLE_MESSAGE))
            return true;
    return false;
}
