/* decl.h - the XML declaration that may stand before a stream header. */
#ifndef XFED_XML_DECL_H
#define XFED_XML_DECL_H

#include <xmppfed/common.h>

/*
 * Reads the declaration at the start of bytes (XML 1.0, production XMLDecl). *ret_len is its
 * length, 0 when bytes begin with something else. A version 1.x and an encoding of UTF-8 or none
 * are accepted; standalone is ignored (RFC 6120 11.5).
 * Errors: XMPPFED_ERR_XML_NOT_WELL_FORMED, XMPPFED_ERR_XML_ENCODING (another encoding).
 */
int xfed_xml_decl_read(xmppfed_slice bytes, size_t *ret_len) XMPPFED_MUST_CHECK;

#endif
