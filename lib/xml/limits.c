/* limits.c - the limits of one header or element, out of the table of all limits. */
#include "xml/limits.h"

#include "xml/tree.h"

/* The columns of the table as constants. */
enum {
#define DEFAULTS(name, before, after, min, max, error, text) \
    BEFORE_##name = before, AFTER_##name = after,
    XMPPFED_LIMIT_MAP(DEFAULTS)
#undef DEFAULTS
};

#define XML_LIMITS(when)                                                                     \
    {                                                                                        \
        .header_bytes = when##_HEADER_BYTES, .unit_bytes = when##_UNIT_BYTES,                \
        .depth = when##_DEPTH, .elements = when##_ELEMENTS, .attributes = when##_ATTRIBUTES, \
        .namespaces = when##_NAMESPACES, .name_bytes = when##_NAME_BYTES,                    \
        .attribute_bytes = when##_ATTRIBUTE_BYTES,                                           \
    }

const struct xfed_xml_limits xfed_xml_limits_before = XML_LIMITS(BEFORE);
const struct xfed_xml_limits xfed_xml_limits_after = XML_LIMITS(AFTER);

struct xfed_xml_limits xfed_xml_limits_of(const struct xfed_limits *all)
{
    const uint64_t *values = all->values;

    return (struct xfed_xml_limits){
        .header_bytes = (size_t)values[XMPPFED_LIMIT_HEADER_BYTES],
        .unit_bytes = (size_t)values[XMPPFED_LIMIT_UNIT_BYTES],
        .depth = (unsigned)values[XMPPFED_LIMIT_DEPTH],
        .elements = (unsigned)values[XMPPFED_LIMIT_ELEMENTS],
        .attributes = (unsigned)values[XMPPFED_LIMIT_ATTRIBUTES],
        .namespaces = (unsigned)values[XMPPFED_LIMIT_NAMESPACES],
        .name_bytes = (size_t)values[XMPPFED_LIMIT_NAME_BYTES],
        .attribute_bytes = (size_t)values[XMPPFED_LIMIT_ATTRIBUTE_BYTES],
    };
}

/* Objects of an arena begin at multiples of one; the last of its chunks may be nearly empty. */
enum { ALIGNED = 16, CHUNK = 32 * 1024 };

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t xfed_xml_limits_tree(const struct xfed_xml_limits *l)
{
    size_t bytes = larger(l->unit_bytes, l->header_bytes);
    /* "<a></a>" with a text before and in it; the end of each object is filled up. */
    size_t element = sizeof(xmppfed_element) + sizeof(struct xfed_tree_joined) +
                     2 * sizeof(struct xfed_tree_node) + 4 * ALIGNED;
    /* " a=''" in all that is left of the bytes. */
    size_t attribute = sizeof(struct xfed_tree_attribute) + ALIGNED;
    size_t used = (size_t)l->elements * (sizeof("<a/>") - 1);
    size_t attributes = bytes > used ? (bytes - used) / (sizeof(" a=''") - 1) : 0;
    /* A namespace is kept once, whether the element declares it or the header. */
    size_t namespaces = l->namespaces + (size_t)l->attributes;
    size_t ns = sizeof(struct xfed_tree_ns) + 2 * ALIGNED;
    size_t objects = l->elements * element + attributes * attribute + namespaces * ns;
    size_t texts = bytes + l->header_bytes;

    /* Ends of chunks stay empty: few for small objects, as much as its size for a large text. */
    return objects + objects / 16 + 2 * texts + CHUNK;
}
