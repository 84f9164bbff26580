/* worst_case.h - the most memory that one connection can hold. */
#ifndef XFED_CONNECTION_WORST_CASE_H
#define XFED_CONNECTION_WORST_CASE_H

#include "base/limits.h"

/*
 * The parts of the sum, in bytes of the context's allocator: X(name, meaning). doc/limits.md prints
 * them; tests/limits proves the sum.
 */
#define XFED_WORST_CASE_MAP(X)                                                                   \
    X(fixed, "the connection itself, its pairs of domains, its events and its SASL exchange")    \
    X(buffers, "BUFFER_BYTES, which count a buffer twice while it moves to grow")    \
    X(scope, "what the stream header declares: HEADER_BYTES, escaped and in a growing buffer")   \
    X(parse, "the text of one element while it is parsed: UNIT_BYTES in a growing buffer")       \
    X(tree, "the tree of one element of UNIT_BYTES with ELEMENTS, text around each of them and " \
            "attributes of five bytes in the rest")                                              \
    X(copies, "attributes and texts of that element as they go into events and answers")

struct xfed_worst_case {
#define XFED_WORST_CASE_FIELD(name, text) size_t name;
    XFED_WORST_CASE_MAP(XFED_WORST_CASE_FIELD)
#undef XFED_WORST_CASE_FIELD
};

/* The parts with these limits. */
struct xfed_worst_case xfed_worst_case_parts(const struct xfed_limits *l);
/* Their sum. */
size_t xfed_worst_case(const struct xfed_limits *l);

#endif
