/* limits.h - what one peer may make us hold or walk; every field is finite by default. */
#ifndef XFED_XML_LIMITS_H
#define XFED_XML_LIMITS_H

#include <stddef.h>

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

/* Before authentication: 10 KiB a unit (RFC 6120 13.12 asks for at least 10 000 bytes). */
extern const struct xfed_xml_limits xfed_xml_limits_before;
/* After authentication: 256 KiB a unit. */
extern const struct xfed_xml_limits xfed_xml_limits_after;

#endif
