/* limits.c - the default limits before and after authentication. */
#include "xml/limits.h"

/*
 * A stranger gets little: RFC 6120 13.12 asks for at least 10 000 bytes a stanza, and nothing in
 * the negotiation is deep or wide. An address has at most 3071 bytes (RFC 7622 3.1).
 */
const struct xfed_xml_limits xfed_xml_limits_before = {
    .header_bytes = 4096,
    .unit_bytes = 10 * 1024,
    .depth = 16,
    .elements = 128,
    .attributes = 32,
    .namespaces = 32,
    .name_bytes = 256,
    .attribute_bytes = 4096,
};

const struct xfed_xml_limits xfed_xml_limits_after = {
    .header_bytes = 4096,
    .unit_bytes = 256 * 1024,
    .depth = 128,
    .elements = 8192,
    .attributes = 128,
    .namespaces = 1024,
    .name_bytes = 1024,
    .attribute_bytes = 64 * 1024,
};
