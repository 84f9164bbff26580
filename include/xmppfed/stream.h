/*
 * xmppfed/stream.h - the stream parser alone: bytes in, headers and elements out.
 *
 * Purpose: for hosts and tools that want XML streams without federation (the proxy's inside link
 * speaks XEP-0114 with it). Restricted XML, UTF-8 and size limits are enforced before any XML
 * library sees a byte; each element is parsed by itself and owned by the caller.
 *
 *     xmppfed_stream_item item;
 *     xmppfed_stream_feed(stream, data, len);
 *     while (xmppfed_stream_next(stream, &item) == 1) {
 *         if (item.kind == XMPPFED_STREAM_ELEMENT)
 *             handle(item.element);
 *         xmppfed_element_free(item.element);
 *     }
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_STREAM_H
#define XMPPFED_STREAM_H

#include <xmppfed/common.h>
#include <xmppfed/element.h>

XMPPFED_BEGIN_DECLS

typedef struct xmppfed_stream xmppfed_stream;

enum xmppfed_stream_item_kind {
    XMPPFED_STREAM_HEADER = 1, /* element is the stream's start tag as an empty element */
    XMPPFED_STREAM_ELEMENT = 2,
    XMPPFED_STREAM_CLOSE = 3 /* element is NULL; later bytes are ignored */
};

/* One item; the receiver of the item owns element. */
typedef struct xmppfed_stream_item {
    int kind;
    xmppfed_element *element;
} xmppfed_stream_item;

/*
 * A parser for one stream. content_ns is the default namespace that its header must declare.
 * Errors: XMPPFED_ERR_ARGUMENT, XMPPFED_ERR_NOMEM. Ownership: the caller frees *ret. Threads: one.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_stream_new(xmppfed_context *ctx, const char *content_ns,
                                                      xmppfed_stream **ret);
/* Frees a parser; NULL is fine. */
XMPPFED_API void xmppfed_stream_free(xmppfed_stream *s);

/*
 * Allows larger elements once the peer is authenticated (10 KiB before, 256 KiB after).
 */
XMPPFED_API void xmppfed_stream_set_trusted(xmppfed_stream *s, int trusted);

/*
 * Hands over received bytes; they wait until xmppfed_stream_next takes them.
 * Errors: XMPPFED_ERR_LIMIT_SIZE (over 1 MiB waits), _LIMIT_MEMORY, _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_stream_feed(xmppfed_stream *s, const void *data,
                                                       size_t len);

/*
 * The next item: 1 with *ret filled, 0 when more bytes are needed.
 * Errors, repeated for ever: XMPPFED_ERR_XML_*, XMPPFED_ERR_STREAM_NAMESPACE, _LIMIT_*, _NOMEM;
 * xmppfed_error_condition() names the stream error to send.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_stream_next(xmppfed_stream *s,
                                                       xmppfed_stream_item *ret);

/*
 * The bytes of a stream header for this content namespace: XML declaration and start tag. from, to
 * and id may be NULL. *ret is NUL-terminated, freed with xmppfed_element_free_text().
 * Errors: XMPPFED_ERR_NOMEM, XMPPFED_ERR_ARGUMENT.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_stream_header_write(xmppfed_context *ctx,
                                                               const char *content_ns,
                                                               const char *from, const char *to,
                                                               const char *id, char **ret,
                                                               size_t *ret_len);

/*
 * <stream:error/> of a condition of RFC 6120 4.9.3 with an optional text, as bytes like above.
 * Errors: XMPPFED_ERR_NOMEM, XMPPFED_ERR_ARGUMENT (no such condition).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_stream_error_write(xmppfed_context *ctx,
                                                              const char *condition,
                                                              const char *text, char **ret,
                                                              size_t *ret_len);

/*
 * The error answer to a stanza (addresses swapped, same id), or NULL: out of memory, the condition
 * is not one of RFC 6120 8.3.3, or errors must not be answered (RFC 6120 8.3.1).
 * Ownership: the caller frees it.
 */
XMPPFED_API xmppfed_element *xmppfed_stanza_error(const xmppfed_element *stanza,
                                                  const char *condition, const char *text);

XMPPFED_END_DECLS

#endif
