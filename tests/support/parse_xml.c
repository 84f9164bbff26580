/* parse_xml.c - one element as a peer would send it inside a stream. */
#include "support/parse_xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <xmppfed/stream.h>

static const char header[] =
    "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
    "xmlns:db='jabber:server:dialback' version='1.0'>";

xmppfed_element *test_parse(xmppfed_context *ctx, const char *xml)
{
    xmppfed_stream_item item = {0};
    xmppfed_stream *s = NULL;

    assert_int_equal(xmppfed_stream_new(ctx, XMPPFED_NS_SERVER, &s), 0);
    assert_int_equal(xmppfed_stream_feed(s, header, sizeof(header) - 1), 0);
    assert_int_equal(xmppfed_stream_feed(s, xml, strlen(xml)), 0);
    assert_int_equal(xmppfed_stream_next(s, &item), 1);
    xmppfed_element_free(item.element);
    if (xmppfed_stream_next(s, &item) != 1 || item.kind != XMPPFED_STREAM_ELEMENT)
        fail_msg("not an element: %s", xml);
    xmppfed_stream_free(s);
    return item.element;
}
