/* writer.h - an element tree becomes canonical bytes; nothing of a peer is ever forwarded raw. */
#ifndef XFED_XML_WRITER_H
#define XFED_XML_WRITER_H

#include "base/buffer.h"
#include <xmppfed/element.h>

/*
 * Appends e as it stands inside a stream whose default namespace is content_ns and whose header
 * declares the prefix "stream" for http://etherx.jabber.org/streams: elements of that namespace are
 * written with the prefix, as old peers expect (RFC 6120 4.8.5).
 *
 * Elements of jabber:server:dialback are written with the prefix "db", because old peers match the
 * prefix (XEP-0220 2). Our stream headers for jabber:server declare it, so it is not declared
 * again when content_ns is jabber:server; with any other content_ns each such element declares it.
 *
 * All other elements are written without prefix and declare their namespace where it changes.
 * Attributes in a namespace get the prefixes ns1, ns2 ...; those of the XML namespace get "xml".
 *
 * Errors: the status of a tree whose building failed, else those of xfed_buffer_append; then out
 * may hold a part of the element.
 */
int xfed_xml_write(struct xfed_buffer *out, const xmppfed_element *e,
                   const char *content_ns) XMPPFED_MUST_CHECK;

/*
 * Appends text escaped for content, or for a value between single quotes (which the caller writes)
 * with tab, line feed and carriage return as references, so that no parser turns them into spaces.
 */
int xfed_xml_write_text(struct xfed_buffer *out, const char *text) XMPPFED_MUST_CHECK;
int xfed_xml_write_value(struct xfed_buffer *out, const char *text) XMPPFED_MUST_CHECK;

#endif
