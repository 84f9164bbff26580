/*
 * language.h - xml:lang and Content-Language, and the choice among texts in several languages.
 *
 * RFC 7572 section 4 of the text and RFC 8048 tables 1 and 2: a language tag is mapped if present.
 */
#ifndef TRANSLATE_LANGUAGE_H
#define TRANSLATE_LANGUAGE_H

#include "translate/text.h"
#include <xmppfed/element.h>

/* Whether it has the form of a tag (RFC 5646 2.1): letters, digits and single '-', 35 bytes at
 * most. */
bool translate_language_valid(xmppfed_slice tag);

/*
 * The child of a name, in the stanza's namespace, that is in the language of the stanza, or has
 * none of its own; the first one failing that; NULL if there is none.
 */
const xmppfed_element *translate_language_child(const xmppfed_element *stanza, const char *name);

/* The language of a child, its own or that of the stanza around it; empty if there is no valid one.
 */
xmppfed_slice translate_language_of(const xmppfed_element *stanza, const xmppfed_element *child);

/* Sets xml:lang to the first valid tag of a Content-Language; nothing if there is none. */
void translate_language_set(xmppfed_element *e, xmppfed_slice content_language,
                            struct translate_text *text);

#endif
