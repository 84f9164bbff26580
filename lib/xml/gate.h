/*
 * gate.h - cuts a byte stream into header, units and close before any XML library sees it.
 *
 * The gate is a lexical machine of our own: UTF-8 check, restricted XML (RFC 6120 11.1), the limits
 * and the place where each unit ends. It consumes exactly up to a boundary, so that the byte after
 * <starttls/> or <success/> belongs to the next layer. Its verdict is the RFC 6120 4.9.3 error.
 */
#ifndef XFED_XML_GATE_H
#define XFED_XML_GATE_H

#include "base/buffer.h"
#include "base/utf8.h"
#include "xml/limits.h"

enum xfed_gate_result {
    XFED_GATE_MORE = 0, /* all input used; nothing complete yet */
    XFED_GATE_HEADER,   /* the stream header, declaration included, is complete */
    XFED_GATE_UNIT,     /* one whole top-level element is complete */
    XFED_GATE_CLOSE     /* the stream's closing tag was read; all later bytes are ignored */
};

struct xfed_gate;

/*
 * A gate in the state before a stream header. The buffer that holds an unfinished unit charges
 * account. The limits stay the caller's and are looked at when a unit begins. NULL when out of
 * memory. Freed with xfed_gate_free (NULL is fine).
 */
struct xfed_gate *xfed_gate_new(struct xfed_account *account, const struct xfed_xml_limits *limits);
void xfed_gate_free(struct xfed_gate *g);

/* Other limits from the next unit on, as after authentication. */
void xfed_gate_set_limits(struct xfed_gate *g, const struct xfed_xml_limits *limits);

/*
 * Eats input up to and including the byte that completes something. *ret_used says how many bytes
 * were taken. Returns one of enum xfed_gate_result, or a negative code that is then returned for
 * ever: XMPPFED_ERR_XML_NOT_WELL_FORMED, _RESTRICTED and _ENCODING, XMPPFED_ERR_LIMIT_SIZE (bytes),
 * _SHAPE (depth, counts, names) and _MEMORY, XMPPFED_ERR_NOMEM.
 */
int xfed_gate_feed(struct xfed_gate *g, const char *data, size_t len, size_t *ret_used);

/*
 * The bytes of the header or unit just completed; borrowed until the next xfed_gate_feed, which
 * gives their memory back even if it brings no bytes (len 0).
 */
xmppfed_slice xfed_gate_bytes(const struct xfed_gate *g);

/* Total bytes eaten since the start; after an error, up to and including the byte that showed it.
 */
uint64_t xfed_gate_offset(const struct xfed_gate *g);

/* Whether a unit or header has begun and is not complete (for slow-drip deadlines). */
bool xfed_gate_pending(const struct xfed_gate *g);

#endif
