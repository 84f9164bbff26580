/*
 * xmppfed/limits.h - what one peer may cost us: every limit, in one table.
 *
 * Purpose: each limit has two values, one for a stranger and one for a peer that has proved who it
 * is. All are finite by default; a site may change them, and xmppfed_site_worst_case() says what a
 * connection can cost with them. doc/limits.md is this table with its tests.
 *
 *     if (xmppfed_site_set_limit(site, XMPPFED_LIMIT_UNIT_BYTES, XMPPFED_LIMIT_AFTER, 65536) < 0)
 *         exit(1);
 *
 * Columns: name, default before authentication, default after it (0: does not apply then), smallest
 * and largest value, the error that the stream ends with (OK: none, input waits), and the meaning.
 * RFC 6120 13.12 asks for at least 10 000 bytes an element; an address has up to 3071 (RFC
 * 7622 3.1).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_LIMITS_H
#define XMPPFED_LIMITS_H

#include <xmppfed/error.h>

XMPPFED_BEGIN_DECLS

#define XMPPFED_LIMIT_MAP(X)                                                                  \
    X(HEADER_BYTES, 4096, 4096, 1024, 65536, ERR_LIMIT_SIZE,                                  \
      "bytes of a stream header with its XML declaration")                                    \
    X(UNIT_BYTES, 10240, 262144, 10000, 16777216, ERR_LIMIT_SIZE,                             \
      "bytes of one top-level element")                                                       \
    X(DEPTH, 16, 128, 8, 250, ERR_LIMIT_SHAPE, "levels of elements in one top-level element") \
    X(ELEMENTS, 128, 8192, 32, 1048576, ERR_LIMIT_SHAPE, "elements in one top-level element") \
    X(ATTRIBUTES, 32, 128, 16, 1024, ERR_LIMIT_SHAPE,                                         \
      "attributes of one element, namespace declarations included")                           \
    X(ATTRIBUTE_BYTES, 4096, 65536, 3072, 16777216, ERR_LIMIT_SIZE,                           \
      "bytes of one attribute value as written")                                              \
    X(NAMESPACES, 32, 1024, 16, 65536, ERR_LIMIT_SHAPE,                                       \
      "namespace declarations in one top-level element")                                      \
    X(NAME_BYTES, 256, 1024, 64, 65536, ERR_LIMIT_SHAPE, "bytes of one name with its prefix") \
    X(PENDING_BYTES, 131072, 262144, 98304, 262144, ERR_LIMIT_SIZE,                           \
      "bytes that were handed over and not yet worked on")                                    \
    X(BUFFER_BYTES, 524288, 8388608, 262144, 1073741824, ERR_LIMIT_MEMORY,                    \
      "bytes in all buffers of a connection together, in both directions")                    \
    X(UNITS, 256, 0, 16, 65536, ERR_LIMIT_UNITS, "top-level elements before authentication")  \
    X(UNIT_MILLISECONDS, 20000, 60000, 1000, 3600000, ERR_TIMEOUT_UNIT,                       \
      "milliseconds from the first to the last byte of a header or top-level element")        \
    X(RATE_BYTES, 65536, 8388608, 1024, 1073741824, OK, "bytes a second, in the long run")    \
    X(BURST_BYTES, 131072, 16777216, 16384, 1073741824, OK, "bytes at once after a rest")     \
    X(RATE_UNITS, 50, 20000, 1, 1000000, OK, "top-level elements a second, in the long run")  \
    X(BURST_UNITS, 100, 40000, 1, 1000000, OK, "top-level elements at once after a rest")

/* The limits themselves, as XMPPFED_LIMIT_<name>. New ones may be added. */
enum xmppfed_limit {
    XMPPFED_LIMIT_NONE = 0,
#define XMPPFED_LIMIT_ENUM(name, before, after, min, max, error, text) XMPPFED_LIMIT_##name,
    XMPPFED_LIMIT_MAP(XMPPFED_LIMIT_ENUM)
#undef XMPPFED_LIMIT_ENUM
};

/* Which of its two values: for strangers, or for peers that have proved a domain. */
enum xmppfed_limit_when { XMPPFED_LIMIT_BEFORE = 1, XMPPFED_LIMIT_AFTER = 2 };

/*
 * The stable name of a limit, for example "UNIT_BYTES"; "UNKNOWN" for one of a newer library.
 * Ownership: static. Threads: any. Errors: none.
 */
XMPPFED_API const char *xmppfed_limit_name(int limit);

/*
 * What a limit counts, as half a sentence; "" for an unknown one.
 * Ownership: static. Threads: any. Errors: none.
 */
XMPPFED_API const char *xmppfed_limit_text(int limit);

/*
 * The default of a limit; 0 if it does not apply then or is unknown. when is one of enum
 * xmppfed_limit_when. Threads: any. Errors: none.
 */
XMPPFED_API uint64_t xmppfed_limit_default(int limit, int when);

/* The error that a stream ends with when a limit is passed, or 0. Threads: any. Errors: none. */
XMPPFED_API int xmppfed_limit_error(int limit);

XMPPFED_END_DECLS

#endif
