/* scope.h - the inside of struct xfed_xml_scope, for the parser only. */
#ifndef XFED_XML_SCOPE_H
#define XFED_XML_SCOPE_H

#include "base/buffer.h"
#include "xml/parse.h"

struct xfed_xml_scope {
    struct xfed_account account; /* unlimited: the gate has bounded the header */
    struct xfed_buffer seed;     /* a start tag that declares what the header declares */
    char *prefix;
    char *default_ns;
};

/* A scope that declares nothing; prefix is that of the stream element ("" for none). */
struct xfed_xml_scope *xfed_xml_scope_new(xmppfed_context *ctx, const char *prefix);

/* One declaration of the header; prefix NULL is the default namespace. */
int xfed_xml_scope_declare(struct xfed_xml_scope *scope, const char *prefix,
                           const char *ns) XMPPFED_MUST_CHECK;

/* No declaration follows: the seed is whole. */
int xfed_xml_scope_finish(struct xfed_xml_scope *scope) XMPPFED_MUST_CHECK;

#endif
