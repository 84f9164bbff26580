/* utf8.h - strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef XFED_BASE_UTF8_H
#define XFED_BASE_UTF8_H

#include <stdbool.h>
#include <xmppfed/common.h>

/* The machine between two bytes; start with {0}. */
struct xfed_utf8 {
    uint32_t code; /* the code point when a sequence is complete */
    uint8_t state;
};

enum xfed_utf8_step { XFED_UTF8_REJECT = -1, XFED_UTF8_MORE = 0, XFED_UTF8_CODE = 1 };

/*
 * Feeds one byte; XFED_UTF8_CODE means that u->code holds a whole code point. A rejected byte
 * leaves the machine at the start of a sequence.
 */
enum xfed_utf8_step xfed_utf8_feed(struct xfed_utf8 *u, uint8_t byte);

/* Whether the whole slice is valid. */
bool xfed_utf8_valid(xmppfed_slice s);

/* Whether a code point may stand in XML 1.0 (production Char). */
bool xfed_utf8_is_xml_char(uint32_t code);

/*
 * Makes text fit to show: control characters and invalid bytes become '?', a sequence that is cut
 * off at the end goes. What a peer wrote can then not forge a line of a log.
 */
void xfed_utf8_scrub(char *text);

#endif
