/* parse_xml.h - one element as a peer would send it inside a stream. */
#ifndef TESTS_SUPPORT_PARSE_XML_H
#define TESTS_SUPPORT_PARSE_XML_H

#include <xmppfed/element.h>

/* Parses an element of a stream that declares the prefixes stream and db; the caller frees it. */
xmppfed_element *test_parse(xmppfed_context *ctx, const char *xml);

#endif
