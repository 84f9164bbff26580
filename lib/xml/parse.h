/* parse.h - one header or unit, cut by the gate, becomes a tree by a fresh libxml2 parser. */
#ifndef XFED_XML_PARSE_H
#define XFED_XML_PARSE_H

#include <xmppfed/element.h>

/* What a stream header declares for the units inside it. */
struct xfed_xml_scope;

/*
 * Parses a stream header (start tag, perhaps after an XML declaration). *ret_header is the element
 * without content, *ret_scope what xfed_xml_parse_unit needs; the caller owns both.
 * Errors: XMPPFED_ERR_XML_NOT_WELL_FORMED, XMPPFED_ERR_XML_ENCODING (declared encoding not UTF-8),
 * XMPPFED_ERR_NOMEM, XMPPFED_ERR_LIMIT_MEMORY.
 */
int xfed_xml_parse_header(xmppfed_context *ctx, xmppfed_slice bytes, xmppfed_element **ret_header,
                          struct xfed_xml_scope **ret_scope) XMPPFED_MUST_CHECK;

/* The prefix of the stream element ("" if none) and the default namespace that it declares. */
const char *xfed_xml_scope_prefix(const struct xfed_xml_scope *scope);
const char *xfed_xml_scope_default_ns(const struct xfed_xml_scope *scope);
void xfed_xml_scope_free(struct xfed_xml_scope *scope);

/*
 * Parses one unit inside a scope; the caller owns *ret. Errors as above. xml:lang of the header is
 * not copied down: that is the stream layer's affair.
 */
int xfed_xml_parse_unit(xmppfed_context *ctx, const struct xfed_xml_scope *scope,
                        xmppfed_slice bytes, xmppfed_element **ret) XMPPFED_MUST_CHECK;

#endif
