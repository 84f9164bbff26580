/* limits.h - what one header or element may make us hold or walk; every field is finite. */
#ifndef XFED_XML_LIMITS_H
#define XFED_XML_LIMITS_H

#include <stddef.h>

#include "base/limits.h"

struct xfed_xml_limits {
    size_t header_bytes;    /* the stream header with its XML declaration */
    size_t unit_bytes;      /* one top-level element */
    unsigned depth;         /* levels below the stream element */
    unsigned elements;      /* in one unit */
    unsigned attributes;    /* on one element, namespace declarations included */
    unsigned namespaces;    /* namespace declarations in one unit */
    size_t name_bytes;      /* one qualified name */
    size_t attribute_bytes; /* one attribute value as written */
};

/* The defaults of xmppfed/limits.h, before and after authentication. */
extern const struct xfed_xml_limits xfed_xml_limits_before;
extern const struct xfed_xml_limits xfed_xml_limits_after;

/* Those among the limits of a site. */
struct xfed_xml_limits xfed_xml_limits_of(const struct xfed_limits *all);
/* The most bytes that the tree of one header or element within these limits can take. */
size_t xfed_xml_limits_tree(const struct xfed_xml_limits *l);

#endif
