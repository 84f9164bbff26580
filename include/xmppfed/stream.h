/*
 * xmppfed/stream.h - the stream parser alone: bytes in, headers and elements out.
 *
 * Purpose: for hosts and tools that want XML streams without federation (the proxy's inside link
 * speaks XEP-0114 with it). Restricted XML, UTF-8 and size limits are enforced before any XML
 * library sees a byte; each element is parsed by itself and owned by the caller.
 *
 *     xmppfed_stream_item item;
 *     int rc = xmppfed_stream_feed(stream, data, len);
 *     while (rc == 0 && xmppfed_stream_next(stream, &item) == 1) {
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
    XMPPFED_STREAM_CLOSE = 3 /* the end tag; element is NULL, later bytes are ignored */
};

/* One item; the receiver of the item owns element. */
typedef struct xmppfed_stream_item {
    int kind;
    xmppfed_element *element;
} xmppfed_stream_item;

/*
 * A parser for one stream. content_ns is the default namespace that its header must declare.
 * Errors: XMPPFED_ERR_ARGUMENT, XMPPFED_ERR_NOMEM. Ownership: the caller frees *ret; the parser
 * keeps a reference to ctx. Threads: one at a time a parser.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_stream_new(xmppfed_context *ctx, const char *content_ns,
                                                      xmppfed_stream **ret);

/* Frees a parser; NULL is fine. Elements taken from it live on. Errors: none. */
XMPPFED_API void xmppfed_stream_free(xmppfed_stream *s);

/*
 * Sets how large an element may be: 10 KiB until trusted is set to 1 for a peer that has proved who
 * it is, 256 KiB then (RFC 6120 13.12). Holds from the next element on. Errors: none.
 */
XMPPFED_API void xmppfed_stream_set_trusted(xmppfed_stream *s, int trusted);

/*
 * Hands over len received bytes (copied); they wait until xmppfed_stream_next() takes them. After
 * the close of the stream they are ignored. RFC 6120 4.4.
 * Errors: XMPPFED_ERR_ARGUMENT, XMPPFED_ERR_LIMIT_SIZE (more than 1 MiB would wait: take items and
 * try again), XMPPFED_ERR_LIMIT_MEMORY, XMPPFED_ERR_NOMEM, or the error that
 * xmppfed_stream_next() repeats. Threads: one at a time a parser.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_stream_feed(xmppfed_stream *s, const void *data,
                                                       size_t len);

/*
 * Takes the next item: 1 with *ret filled, 0 when more bytes are needed or the stream is closed.
 * Errors, repeated for ever: XMPPFED_ERR_XML_*, XMPPFED_ERR_STREAM_NAMESPACE, XMPPFED_ERR_LIMIT_*,
 * XMPPFED_ERR_NOMEM; xmppfed_error_condition() names the stream error to send (RFC 6120 4.9.3).
 * Also XMPPFED_ERR_ARGUMENT. Ownership: the caller frees ret->element, whatever happens to the
 * parser. Threads: one at a time a parser.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_stream_next(xmppfed_stream *s, xmppfed_stream_item *ret);

/*
 * How many bytes of the stream were taken: up to the end of the last item, or, after an error, up to
 * the byte that showed it. What waits behind that is not counted. Threads: one at a time a parser.
 * Errors: none.
 */
XMPPFED_API uint64_t xmppfed_stream_offset(const xmppfed_stream *s);

/*
 * The bytes of a stream header for this content namespace: XML declaration and start tag (RFC 6120
 * 4.2, 4.7). from, to and id may be NULL. *ret is NUL-terminated, *ret_len its length without that.
 * Errors: XMPPFED_ERR_ARGUMENT (also text that XML cannot carry), XMPPFED_ERR_NOMEM,
 * XMPPFED_ERR_LIMIT_MEMORY. Ownership: the caller frees *ret with xmppfed_element_free_text().
 * Threads: any.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_stream_header_write(xmppfed_context *ctx, const char *content_ns, const char *from,
                            const char *to, const char *id, char **ret, size_t *ret_len);

/*
 * The bytes of <stream:error/> with a condition of RFC 6120 4.9.3 and, if text is not NULL, an
 * English text for the people at the other end.
 * Errors: XMPPFED_ERR_ARGUMENT (no such condition, text that XML cannot carry), XMPPFED_ERR_NOMEM,
 * XMPPFED_ERR_LIMIT_MEMORY. Ownership: the caller frees *ret with xmppfed_element_free_text().
 * Threads: any.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_stream_error_write(xmppfed_context *ctx,
                                                              const char *condition,
                                                              const char *text, char **ret,
                                                              size_t *ret_len);

/*
 * The error answer to a stanza: addresses swapped, same kind and id, type='error', the condition
 * with the type that RFC 6120 8.3.3 recommends for it, and text (English) if it is not NULL.
 * Returns NULL if out of memory, if the condition is not one of RFC 6120 8.3.3, if stanza is none,
 * or if it must not be answered with an error (type error or result, RFC 6120 8.3.1).
 * Ownership: the caller frees it. Threads: one at a time a tree.
 */
XMPPFED_API xmppfed_element *xmppfed_stanza_error(const xmppfed_element *stanza,
                                                  const char *condition, const char *text);

XMPPFED_END_DECLS

#endif
