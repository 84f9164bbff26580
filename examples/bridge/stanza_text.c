/* stanza_text.c - stanzas as text and back, by the stream parser. */
#include "bridge/stanza_text.h"

#include <stddef.h>
#include <xmppfed/stream.h>

static const char header[] =
    "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
    "version='1.0'>";

char *stanza_text_write(const xmppfed_element *stanza)
{
    char *text = NULL;
    size_t len;

    return xmppfed_element_write(stanza, XMPPFED_NS_SERVER, &text, &len) == 0 ? text : NULL;
}

/* The second item, behind the header; or NULL. */
static xmppfed_element *take(xmppfed_stream *s)
{
    xmppfed_stream_item item = {0};

    if (xmppfed_stream_next(s, &item) != 1)
        return NULL;
    xmppfed_element_free(item.element);
    item.element = NULL;
    return xmppfed_stream_next(s, &item) == 1 ? item.element : NULL;
}

xmppfed_element *stanza_text_read(xmppfed_context *ctx, xmppfed_slice text)
{
    xmppfed_element *ret = NULL;
    xmppfed_stream *s = NULL;

    if (xmppfed_stream_new(ctx, XMPPFED_NS_SERVER, &s) < 0)
        return NULL;
    xmppfed_stream_set_trusted(s, 1);
    if (xmppfed_stream_feed(s, header, sizeof(header) - 1) == 0 &&
        xmppfed_stream_feed(s, text.data, text.len) == 0)
        ret = take(s);
    xmppfed_stream_free(s);
    return ret;
}
