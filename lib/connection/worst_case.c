/* worst_case.c - the most memory that one connection can hold, as a sum over its limits. */
#include "connection/worst_case.h"

#include "connection/connection.h"
#include "tls/session.h"
#include "xml/limits.h"

enum {
    /* Gate, reader, scope, TLS and SASL objects without their buffers. */
    SMALL_OBJECTS = 8 * 1024,
    /* Events that may wait at one time: a connection works only when its queue is empty. */
    EVENTS = 4,
    /* A quote mark in a namespace is written as "&quot;". */
    ESCAPED = 6,
    /* A buffer grows to twice its size, and the old one lives until its bytes are moved. */
    GROWING = 3,
    /* One in an event, one on its way to the peer, and both as they are written. */
    COPIES = 4
};

struct xfed_worst_case xfed_worst_case_parts(const struct xfed_limits *l)
{
    const struct xfed_xml_limits xml = xfed_xml_limits_of(l);
    size_t unit = xml.unit_bytes > xml.header_bytes ? xml.unit_bytes : xml.header_bytes;

    /* A receiver has proved pairs and open checks, an initiator proved pairs and further ones. */
    return (struct xfed_worst_case){
        .fixed = sizeof(xmppfed_connection) + 2 * XFED_PAIRS_MAX * sizeof(struct xfed_pair) +
                 EVENTS * sizeof(xmppfed_event) + SMALL_OBJECTS +
                 XFED_FLUSH_MAX * sizeof(struct xfed_flush) + XFED_TLS_SAVED_MAX,
        .buffers = (size_t)l->values[XMPPFED_LIMIT_BUFFER_BYTES],
        .scope = GROWING * ESCAPED * xml.header_bytes,
        .parse = GROWING * unit,
        .tree = xfed_xml_limits_tree(&xml),
        .copies = COPIES * unit,
    };
}

size_t xfed_worst_case(const struct xfed_limits *l)
{
    const struct xfed_worst_case parts = xfed_worst_case_parts(l);
    size_t sum = 0;

#define ADD(name, text) sum += parts.name;
    XFED_WORST_CASE_MAP(ADD)
#undef ADD
    return sum;
}
