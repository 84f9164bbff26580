/* slice.h - comparing and checking byte ranges. */
#ifndef XFED_BASE_SLICE_H
#define XFED_BASE_SLICE_H

#include <stdbool.h>
#include <xmppfed/common.h>

/* A slice of a string literal, usable in static tables. */
#define XFED_LITERAL(text) ((xmppfed_slice){(text), sizeof(text) - 1})

/* A slice of len bytes at data. */
xmppfed_slice xfed_slice(const char *data, size_t len);
/* Byte for byte; two empty slices are equal. */
bool xfed_slice_equal(xmppfed_slice a, xmppfed_slice b);
bool xfed_slice_is(xmppfed_slice s, const char *text);
/* NULL-safe string equality; two NULLs are equal. */
bool xfed_text_equal(const char *a, const char *b);
/* ASCII letters only, as for DNS names and mechanism names. */
bool xfed_text_equal_nocase(const char *a, const char *b);
/* Copies text with its NUL to an array of size bytes; false (ret untouched) if it does not fit. */
bool xfed_text_copy(char *ret, size_t size, const char *text);
bool xfed_slice_copy(char *ret, size_t size, xmppfed_slice s);

#endif
