/*
 * xmppfed/common.h - what every other header of the library builds on.
 *
 * Purpose: export markers, byte slices, the time type and the version. Nothing here allocates.
 *
 *     xmppfed_slice greeting = xmppfed_slice_of("hello");
 *     printf("%.*s from libxmppfed %s\n", (int)greeting.len, greeting.data, xmppfed_version());
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_COMMON_H
#define XMPPFED_COMMON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define XMPPFED_BEGIN_DECLS extern "C" {
#define XMPPFED_END_DECLS }
#else
#define XMPPFED_BEGIN_DECLS
#define XMPPFED_END_DECLS
#endif

#if defined(__GNUC__)
#define XMPPFED_API __attribute__((visibility("default")))
#define XMPPFED_MUST_CHECK __attribute__((warn_unused_result))
#define XMPPFED_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define XMPPFED_API
#define XMPPFED_MUST_CHECK
#define XMPPFED_PRINTF(fmt, args)
#endif

XMPPFED_BEGIN_DECLS

/* A borrowed range of bytes. No terminating NUL is promised; an empty slice may have data NULL. */
typedef struct xmppfed_slice {
    const char *data;
    size_t len;
} xmppfed_slice;

/*
 * Monotonic milliseconds. The library reads no clock: the host passes its own (any starting point)
 * to every call that may set or pass a deadline, and never lets it run backwards.
 */
typedef uint64_t xmppfed_time;

/* The deadline of an object that waits for nothing. */
#define XMPPFED_TIME_NEVER UINT64_MAX

/*
 * Makes a slice of a NUL-terminated string; NULL gives an empty slice.
 * Ownership: the result borrows text. Threads: any. Errors: none.
 */
XMPPFED_API xmppfed_slice xmppfed_slice_of(const char *text);

/*
 * The version of the library that runs, as "0.1.0".
 * Ownership: static. Threads: any. Errors: none.
 */
XMPPFED_API const char *xmppfed_version(void);

XMPPFED_END_DECLS

#endif
