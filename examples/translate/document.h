/*
 * document.h - XML bodies of SIP requests: bytes into a tree by the library's own parser, and back.
 *
 * A body passes the same gate as a stream: no DTD, entity, comment or processing instruction, UTF-8
 * only, and limits on depth, counts and bytes (doc/limits.md), before any XML library sees it.
 */
#ifndef TRANSLATE_DOCUMENT_H
#define TRANSLATE_DOCUMENT_H

#include "translate/translate.h"

/*
 * Reads a body whose root must be name in ns. A declaration of XML 1.0 in UTF-8 may precede it,
 * white space may follow it. Errors: TRANSLATE_TOO_LARGE (bytes, depth, counts), TRANSLATE_BAD_BODY
 * with the code that the parser gave, TRANSLATE_NO_MEMORY. Ownership: the caller frees *ret.
 */
int translate_document_read(const struct translate_setup *setup, xmppfed_slice body,
                            const char *name, const char *ns, xmppfed_element **ret,
                            struct translate_problem *problem);

/*
 * Writes a tree as a body with an XML declaration. Errors: TRANSLATE_BAD_BODY (the tree has text
 * that XML cannot carry), TRANSLATE_NO_MEMORY. Ownership: *ret is in text.
 */
int translate_document_write(const struct translate_setup *setup, const xmppfed_element *root,
                             struct translate_text *text, xmppfed_slice *ret,
                             struct translate_problem *problem);

#endif
