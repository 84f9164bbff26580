/* messages.c - messages both ways: refused until there is a table of them. */
#include "bridge/messages.h"

#include <string.h>

bool messages_new(struct bridge *b, struct complaint *why)
{
    (void)b;
    (void)why;
    return true;
}

void messages_free(struct bridge *b)
{
    (void)b;
}

void messages_link(struct bridge *b)
{
    (void)b;
}

void messages_take_stanza(struct bridge *b, xmppfed_element *stanza)
{
    const char *type = xmppfed_element_attribute(stanza, "type");

    if (!type || strcmp(type, "error") != 0)
        bridge_refuse(b, stanza, "feature-not-implemented", NULL);
}

void messages_take_request(struct bridge *b, const struct bridge_request *request)
{
    bridge_answer(b, request->handle, 501, NULL);
}

void messages_take_response(struct bridge *b, uint64_t number,
                            const struct translate_response *response)
{
    (void)b;
    (void)number;
    (void)response;
}

void messages_tick(struct bridge *b)
{
    (void)b;
}

bool messages_adopt(struct bridge *b, const char *member)
{
    (void)b;
    (void)member;
    return true;
}

bool messages_idle(const struct bridge *b)
{
    (void)b;
    return true;
}

void messages_give_up(struct bridge *b)
{
    (void)b;
}
