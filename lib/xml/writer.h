/* writer.h - an element tree becomes canonical bytes; nothing of a peer is ever forwarded raw. */
#ifndef XFED_XML_WRITER_H
#define XFED_XML_WRITER_H

#include "base/buffer.h"
#include <xmppfed/element.h>

/*
 * Appends e as it stands inside a stream whose default namespace is content_ns and which declares
 * the prefix "stream" for http://etherx.jabber.org/streams (elements of that namespace are written
 * with the prefix). Errors: those of xfed_buffer_append.
 */
int xfed_xml_write(struct xfed_buffer *out, const xmppfed_element *e, const char *content_ns)
    XMPPFED_MUST_CHECK;

/*
 * Appends text escaped for content, or for a value in single quotes with white space as references.
 */
int xfed_xml_write_text(struct xfed_buffer *out, const char *text) XMPPFED_MUST_CHECK;
int xfed_xml_write_value(struct xfed_buffer *out, const char *text) XMPPFED_MUST_CHECK;

#endif
