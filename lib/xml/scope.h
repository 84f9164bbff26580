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
    xmppfed_slice seed;     /* a start tag or two, inside which units are parsed */
    size_t outer_len;       /* bytes of the first of them: it declares the default namespace */
    xmppfed_slice prefixes; /* that the second declares, each with a colon and a NUL behind it */
};

/* A scope in the making. */
struct xfed_xml_scope_builder {
    struct xfed_account account; /* unlimited: the gate has bounded the header */
    struct xfed_buffer outer;    /* the tags of the seed */
    struct xfed_buffer inner;
    struct xfed_buffer prefixes;
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

/* What a unit is to be parsed inside of: start tags, and how many they are. */
struct xfed_xml_seed {
    xmppfed_slice tags;
    unsigned depth;
};

/* The shortest seed that gives a unit its meaning. */
struct xfed_xml_seed xfed_xml_scope_seed(const struct xfed_xml_scope *scope, xmppfed_slice unit);

#endif
