/*
 * xmppfed/context.h - what all objects of one host share: memory, randomness, a trace sink.
 *
 * Purpose: the three things that the core would otherwise take from the process. Set it up once,
 * then it does not change; objects keep a reference. Several contexts in one process know nothing
 * of each other. Contexts are created after fork: a child makes its own, and leaves alone all that
 * it has inherited (doc/guide/hosts.md).
 *
 *     xmppfed_context *ctx;
 *     if (xmppfed_context_new(NULL, &ctx) < 0)
 *         abort();
 *     xmppfed_context_set_memory_budget(ctx, (size_t)512 << 20);
 *     xmppfed_context_unref(ctx);
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_CONTEXT_H
#define XMPPFED_CONTEXT_H

#include <xmppfed/common.h>
#include <xmppfed/error.h>

XMPPFED_BEGIN_DECLS

typedef struct xmppfed_context xmppfed_context;

/* The version of struct xmppfed_allocator that this header declares. */
#define XMPPFED_ALLOCATOR_VERSION 1

/*
 * Where the library's own memory comes from (libxml2, GnuTLS and the others keep the process's).
 * Fill in version; the three functions follow the C library's contracts, with user as last
 * argument.
 */
typedef struct xmppfed_allocator {
    uint32_t version;
    void *(*malloc_fn)(size_t size, void *user);
    void *(*realloc_fn)(void *old, size_t size, void *user);
    void (*free_fn)(void *old, void *user);
    void *user;
} xmppfed_allocator;

/*
 * Fills size bytes at out with randomness fit for keys. Returns 0, or any negative number on
 * failure, upon which the operation that asked fails with XMPPFED_ERR_INTERNAL.
 */
typedef int (*xmppfed_random_fn)(void *out, size_t size, void *user);

/* Receives one line of trace text, without newline, without secrets and without message bodies. */
typedef void (*xmppfed_trace_fn)(const char *line, void *user);

/*
 * Makes a context. allocator may be NULL for the C library's. On success *ret holds one reference.
 * Nothing global is set up here: what a library underneath needs once per process is done once,
 * safely, by the first object that uses it.
 * Errors: XMPPFED_ERR_ARGUMENT (ret NULL, allocator incomplete), XMPPFED_ERR_NOMEM.
 * Threads: any.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_context_new(const xmppfed_allocator *allocator,
                                                       xmppfed_context **ret);

/* Takes one more reference and returns ctx. NULL stays NULL. Threads: any. Errors: none. */
XMPPFED_API xmppfed_context *xmppfed_context_ref(xmppfed_context *ctx);

/* Gives one reference back; the last one frees. NULL is fine. Threads: any. Errors: none. */
XMPPFED_API void xmppfed_context_unref(xmppfed_context *ctx);

/*
 * Replaces the source of randomness (default: GnuTLS). A seeded one makes a run repeatable and is
 * for tests only. Call before any object is made. Errors: none. Threads: the creating one.
 */
XMPPFED_API void xmppfed_context_set_random(xmppfed_context *ctx, xmppfed_random_fn fn, void *user);

/*
 * Sets a sink for trace lines (default: none). It must not call into the library.
 * Errors: none. Threads: the creating one; the sink runs on whichever thread uses the object.
 */
XMPPFED_API void xmppfed_context_set_trace(xmppfed_context *ctx, xmppfed_trace_fn fn, void *user);

/*
 * Bounds the bytes that all objects of the context may hold for peers together (default 256 MiB).
 * Beyond it the object that asks gets XMPPFED_ERR_LIMIT_MEMORY. Errors: none. Threads: any.
 */
XMPPFED_API void xmppfed_context_set_memory_budget(xmppfed_context *ctx, size_t bytes);

/* Bytes held for peers at the moment. Errors: none. Threads: any. */
XMPPFED_API size_t xmppfed_context_memory_used(const xmppfed_context *ctx);

XMPPFED_END_DECLS

#endif
