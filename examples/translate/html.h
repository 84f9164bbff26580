/*
 * html.h - text/html of a MESSAGE as plain text and as XHTML-IM (RFC 7572 section 3 of the text,
 * XEP-0071).
 *
 * This is a filter and no parser of HTML: it reads whatever it is given, and what it writes is
 * well-formed and has nothing in it but the elements of its table and links of a few schemes.
 * Scripts and styles vanish with what is in them, other unknown elements vanish around it.
 */
#ifndef TRANSLATE_HTML_H
#define TRANSLATE_HTML_H

#include "translate/translate.h"

#define TRANSLATE_NS_XHTML_IM "http://jabber.org/protocol/xhtml-im"
#define TRANSLATE_NS_XHTML "http://www.w3.org/1999/xhtml"

/*
 * Adds <body/> with the plain text and <html/> with the same as XHTML-IM to a message; html is
 * UTF-8 that XML can carry. Returns 1, or 0 with nothing added if there is no text in it. Errors:
 * TRANSLATE_NO_MEMORY; failures of the tree are in its status.
 */
int translate_html_add(xmppfed_slice html, struct translate_text *text, xmppfed_element *message,
                       struct translate_problem *problem);

#endif
