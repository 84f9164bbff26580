/* support.h - a context and stanzas from text, for the tests of this folder. */
#ifndef TESTS_UNIT_FEDERATION_SUPPORT_H
#define TESTS_UNIT_FEDERATION_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <xmppfed/stream.h>

/* The one element that text is, as in a stream of namespace jabber:server. */
static inline xmppfed_element *parse(xmppfed_context *ctx, const char *text)
{
    static const char header[] = "<stream:stream xmlns='jabber:server' "
                                 "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
    xmppfed_stream_item item = {0, NULL};
    xmppfed_stream *stream = NULL;

    assert_int_equal(xmppfed_stream_new(ctx, XMPPFED_NS_SERVER, &stream), 0);
    assert_int_equal(xmppfed_stream_feed(stream, header, sizeof(header) - 1), 0);
    assert_int_equal(xmppfed_stream_next(stream, &item), 1);
    xmppfed_element_free(item.element);
    assert_int_equal(xmppfed_stream_feed(stream, text, strlen(text)), 0);
    if (xmppfed_stream_next(stream, &item) != 1)
        fail_msg("not one element: %s", text);
    xmppfed_stream_free(stream);
    return item.element;
}

#endif
