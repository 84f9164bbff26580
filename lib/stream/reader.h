/* reader.h - gate and parser together: plaintext bytes become a header, elements and the close. */
#ifndef XFED_STREAM_READER_H
#define XFED_STREAM_READER_H

#include "base/memory.h"
#include "xml/limits.h"
#include <xmppfed/element.h>

enum xfed_reader_result {
    XFED_READER_MORE = 0,
    XFED_READER_HEADER,
    XFED_READER_ELEMENT,
    XFED_READER_CLOSE
};

struct xfed_reader;

/*
 * A restart of the stream is a new reader: nothing is carried over. The limits stay the caller's
 * and are looked at when a header or element begins. NULL when out of memory.
 */
struct xfed_reader *xfed_reader_new(struct xfed_account *account,
                                    const struct xfed_xml_limits *limits);
void xfed_reader_free(struct xfed_reader *r);
void xfed_reader_set_limits(struct xfed_reader *r, const struct xfed_xml_limits *limits);

/*
 * Eats input up to the end of one item; *ret_used says how much. *ret_element is the caller's for
 * HEADER and ELEMENT, else NULL. Returns enum xfed_reader_result. Errors (sticky): those of
 * xfed_gate_feed and xfed_xml_parse_*.
 */
int xfed_reader_feed(struct xfed_reader *r, const char *data, size_t len, size_t *ret_used,
                     xmppfed_element **ret_element) XMPPFED_MUST_CHECK;

/* Of the header: its prefix, default namespace ("" before it), and whether it declares xmlns:db. */
const char *xfed_reader_prefix(const struct xfed_reader *r);
const char *xfed_reader_default_ns(const struct xfed_reader *r);
bool xfed_reader_declares_dialback(const struct xfed_reader *r);
/* Whether an item has begun and is not complete. */
bool xfed_reader_pending(const struct xfed_reader *r);
/* Bytes eaten so far. */
uint64_t xfed_reader_offset(const struct xfed_reader *r);

#endif
