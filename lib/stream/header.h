/* header.h - stream headers: read a peer's, write ours (RFC 6120 4.7, 4.8). */
#ifndef XFED_STREAM_HEADER_H
#define XFED_STREAM_HEADER_H

#include "base/buffer.h"
#include <xmppfed/address.h>
#include <xmppfed/element.h>

/* A header with its addresses prepared; an absent attribute is "" or NULL. */
struct xfed_stream_header {
    char from[XMPPFED_DOMAIN_SIZE];
    char to[XMPPFED_DOMAIN_SIZE];
    char id[256]; /* "" also if longer: half an id is the id of another stream */
    char lang[36];
    bool version_1;       /* version='1.0' or above: features follow */
    bool version_0;       /* no version, or one below 1.0: RFC 6120 4.7.5 calls it 0.9 */
    bool dialback_prefix; /* xmlns:db='jabber:server:dialback' was declared */
};

/*
 * Judges only the names: <stream:stream/> of the stream namespace, with the prefix "stream" and
 * content_ns as default namespace (RFC 6120 4.8). Errors: XMPPFED_ERR_STREAM_NAMESPACE,
 * XMPPFED_ERR_XML_BAD_PREFIX.
 */
int xfed_stream_header_check(const xmppfed_element *header, const char *prefix,
                             const char *default_ns, const char *content_ns) XMPPFED_MUST_CHECK;

/*
 * Judges a header parsed by xfed_xml_parse_header: prefix and default_ns are those of its scope,
 * content_ns what the stream must carry ("jabber:server"). RFC 6120 4.7, 4.8.
 * Errors, the first of: XMPPFED_ERR_STREAM_NAMESPACE, _XML_BAD_PREFIX, _STREAM_VERSION,
 * _STREAM_ADDRESSING. ret holds whatever was well-formed even then, so that an answer can name it.
 */
int xfed_stream_header_read(const xmppfed_element *header, const char *prefix,
                            const char *default_ns, bool declares_dialback, const char *content_ns,
                            struct xfed_stream_header *ret) XMPPFED_MUST_CHECK;

/*
 * Appends our header: XML declaration, xmlns, xmlns:stream, xmlns:db for content "jabber:server",
 * and of from, to, id, lang, version those that are not empty or NULL. Errors: those of
 * xfed_buffer_append; out may then end in half a header.
 */
int xfed_stream_header_write(struct xfed_buffer *out, const char *content_ns, const char *from,
                             const char *to, const char *id, const char *lang,
                             const char *version) XMPPFED_MUST_CHECK;

#endif
