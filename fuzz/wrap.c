/* wrap.c - reads elements that stand alone, by putting them inside a stream. */
#include "wrap.h"

#include <xmppfed/stream.h>

#include "fuzz.h"

xmppfed_element *wrap_read(xmppfed_context *ctx, const char *content_ns, const char *bytes,
                           size_t len)
{
    xmppfed_stream_item item = {0, NULL};
    xmppfed_stream *s;
    char *header;
    size_t header_len;

    FUZZ_CHECK(xmppfed_stream_new(ctx, content_ns, &s) == 0);
    FUZZ_CHECK(
        xmppfed_stream_header_write(ctx, content_ns, NULL, NULL, NULL, &header, &header_len) == 0);
    xmppfed_stream_set_trusted(s, 1);
    FUZZ_CHECK(xmppfed_stream_feed(s, header, header_len) == 0);
    xmppfed_element_free_text(ctx, header);
    FUZZ_CHECK(xmppfed_stream_next(s, &item) == 1);
    xmppfed_element_free(item.element);
    item.element = NULL;
    if (xmppfed_stream_feed(s, bytes, len) < 0 || xmppfed_stream_next(s, &item) != 1)
        item.element = NULL;
    xmppfed_stream_free(s);
    return item.element;
}
