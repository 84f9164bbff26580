/* presence.c - presence both ways: a bridge that does not do it refuses what asks for it. */
#include "bridge/presence.h"

#include <string.h>

bool presence_new(struct bridge *b, struct complaint *why)
{
    (void)b;
    (void)why;
    return true;
}

void presence_free(struct bridge *b)
{
    (void)b;
}

void presence_link(struct bridge *b)
{
    (void)b;
}

void presence_take_stanza(struct bridge *b, xmppfed_element *stanza)
{
    const char *type = xmppfed_element_attribute(stanza, "type");

    if (type && strcmp(type, "subscribe") == 0)
        bridge_refuse(b, stanza, "feature-not-implemented", NULL);
}

void presence_take_request(struct bridge *b, const struct bridge_request *request)
{
    bridge_answer(b, request->handle, 405, NULL);
}

void presence_take_response(struct bridge *b, uint64_t number,
                            const struct bridge_response *response)
{
    (void)b;
    (void)number;
    (void)response;
}

void presence_tick(struct bridge *b)
{
    (void)b;
}

bool presence_adopt(struct bridge *b, const char *member)
{
    (void)b;
    (void)member;
    return true;
}
