/*
 * stream.c - fuzzes the public stream parser: the items do not depend on how the bytes
 * arrive, and each element reads the same when it was written again.
 *
 * Input: a byte that chooses the content namespace and the limits ('s' jabber:server, 'S' the same
 * and trusted after the header, 'c' and 'C' the component protocol), a byte that chooses the pieces
 * (fuzz.h), and the stream.
 */
#include <xmppfed/stream.h>

#include "base/slice.h"
#include "dump.h"
#include "pieces.h"
#include "wrap.h"

static const char *content_ns(uint8_t mode)
{
    return mode == 'c' || mode == 'C' ? XMPPFED_NS_COMPONENT : XMPPFED_NS_SERVER;
}

/* Below it no element of a stranger, with all that the header declares, passes other limits. */
enum { WRITTEN_MAX = 8000 };

/* What came in and is passed on reads the same at the other end. */
static void check_round(xmppfed_context *ctx, const char *ns, const xmppfed_element *e)
{
    xmppfed_element *again;
    char *bytes;
    size_t len;

    FUZZ_CHECK(xmppfed_element_write(e, ns, &bytes, &len) == 0);
    if (len < WRITTEN_MAX) {
        again = wrap_read(ctx, ns, bytes, len);
        FUZZ_CHECK(again && dump_equal(ctx, e, again));
        xmppfed_element_free(again);
    }
    xmppfed_element_free_text(ctx, bytes);
}

/* Writes down one item, and asks of it what a host would. */
static void note_item(xmppfed_context *ctx, uint8_t mode, xmppfed_stream_item *item,
                      struct xfed_buffer *log)
{
    FUZZ_CHECK(xfed_buffer_append(log, &item->kind, sizeof(item->kind)) == 0);
    FUZZ_CHECK((item->kind == XMPPFED_STREAM_CLOSE) == (item->element == NULL));
    if (!item->element)
        return;
    FUZZ_CHECK(xmppfed_element_status(item->element) == 0);
    dump_tree(log, item->element);
    if (item->kind == XMPPFED_STREAM_ELEMENT && (mode == 's' || mode == 'c'))
        check_round(ctx, content_ns(mode), item->element);
    xmppfed_element_free(xmppfed_stanza_error(item->element, "service-unavailable", "Not here"));
    xmppfed_element_free(item->element);
}

/* An error stays: the same for ever, and it is one that the header file names. */
static void check_error(xmppfed_stream *s, int rc)
{
    xmppfed_stream_item item;
    int class = xmppfed_error_class(rc);

    FUZZ_CHECK(class == XMPPFED_CLASS_STREAM || class == XMPPFED_CLASS_LIMIT);
    FUZZ_CHECK(*xmppfed_error_condition(rc));
    FUZZ_CHECK(xmppfed_stream_next(s, &item) == rc);
    FUZZ_CHECK(xmppfed_stream_feed(s, " ", 1) == rc);
}

static void run(xmppfed_context *ctx, uint8_t mode, struct fuzz_cut cut, xmppfed_slice bytes,
                struct xfed_buffer *log)
{
    xmppfed_stream *s;
    xmppfed_stream_item item;
    xmppfed_slice piece;
    int rc = 0;

    FUZZ_CHECK(xmppfed_stream_new(ctx, content_ns(mode), &s) == 0);
    while (rc >= 0 && fuzz_piece(&cut, &bytes, &piece)) {
        rc = xmppfed_stream_feed(s, piece.data, piece.len);
        while (rc >= 0 && (rc = xmppfed_stream_next(s, &item)) == 1) {
            xmppfed_stream_set_trusted(s, mode == 'S' || mode == 'C');
            note_item(ctx, mode, &item, log);
        }
    }
    FUZZ_CHECK(xfed_buffer_append(log, &rc, sizeof(rc)) == 0);
    if (rc < 0)
        check_error(s, rc);
    xmppfed_stream_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pieces_check(run, data, size);
    return 0;
}
