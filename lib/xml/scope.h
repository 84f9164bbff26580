/* scope.h - the inside of struct xfed_xml_scope, and how the parser makes one of a header. */
#ifndef XFED_XML_SCOPE_H
#define XFED_XML_SCOPE_H

#include "base/buffer.h"
#include "xml/parse.h"

/* Every idle stream holds one: it is one block, with the texts behind it. */
struct xfed_xml_scope {
    xmppfed_context *ctx;
    const char *prefix;
    const char *default_ns;
    xmppfed_slice seed; /* a start tag that declares what the header declares */
};

/* A scope in the making. */
struct xfed_xml_scope_builder {
    struct xfed_account account; /* unlimited: the gate has bounded the header */
    struct xfed_buffer seed;
    const char *default_ns; /* as it was given, or "" */
};

void xfed_xml_scope_init(struct xfed_xml_scope_builder *b, xmppfed_context *ctx);
void xfed_xml_scope_fini(struct xfed_xml_scope_builder *b);

/*
 * One declaration of the header; prefix NULL is the default namespace, of which the text must live
 * until xfed_xml_scope_finish.
 */
int xfed_xml_scope_declare(struct xfed_xml_scope_builder *b, const char *prefix,
                           const char *ns) XMPPFED_MUST_CHECK;

/* No declaration follows; prefix is that of the stream element ("" for none). */
int xfed_xml_scope_finish(struct xfed_xml_scope_builder *b, const char *prefix,
                          struct xfed_xml_scope **ret) XMPPFED_MUST_CHECK;

#endif
