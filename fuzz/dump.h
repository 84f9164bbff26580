/* dump.h - an element tree as bytes that are equal exactly when the trees say the same. */
#ifndef FUZZ_DUMP_H
#define FUZZ_DUMP_H

#include "base/buffer.h"
#include <xmppfed/element.h>

/*
 * The pieces of a dump, in document order: "E" name NUL namespace NUL, for each attribute "A" name
 * NUL namespace NUL value NUL, "T" text NUL, and "X" at the end of an element. Text that is written
 * in several pieces one after another is one text. Whoever compares with another parser calls the
 * pieces itself.
 */
void dump_open(struct xfed_buffer *out, const char *name, const char *ns);
void dump_attribute(struct xfed_buffer *out, const char *name, const char *ns, const char *value);
void dump_text(struct xfed_buffer *out, const char *text, size_t len);
void dump_close(struct xfed_buffer *out);

/* The dump of a whole tree. */
void dump_tree(struct xfed_buffer *out, const xmppfed_element *e);
/* Whether two trees say the same. */
bool dump_equal(xmppfed_context *ctx, const xmppfed_element *a, const xmppfed_element *b);

#endif
