/* context.c - the shared context: its references, its hooks and the version of the library. */
#include "base/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "base/version.h"

enum { TRACE_LINE_SIZE = 1024 };

static const size_t default_budget = (size_t)256 << 20;

static void *libc_malloc(size_t size, void *user)
{
    (void)user;
    return malloc(size);
}

static void *libc_realloc(void *old, size_t size, void *user)
{
    (void)user;
    return realloc(old, size);
}

static void libc_free(void *old, void *user)
{
    (void)user;
    free(old);
}

static const xmppfed_allocator libc_allocator = {
    .version = XMPPFED_ALLOCATOR_VERSION,
    .malloc_fn = libc_malloc,
    .realloc_fn = libc_realloc,
    .free_fn = libc_free,
};

static bool allocator_usable(const xmppfed_allocator *a)
{
    return a->version == XMPPFED_ALLOCATOR_VERSION && a->malloc_fn && a->realloc_fn && a->free_fn;
}

int xmppfed_context_new(const xmppfed_allocator *allocator, xmppfed_context **ret)
{
    xmppfed_context *ctx;

    if (!ret || (allocator && !allocator_usable(allocator)))
        return XMPPFED_ERR_ARGUMENT;
    if (!allocator)
        allocator = &libc_allocator;

    ctx = allocator->malloc_fn(sizeof(*ctx), allocator->user);
    if (!ctx)
        return XMPPFED_ERR_NOMEM;
    ctx->allocator = *allocator;
    ctx->random_fn = NULL;
    ctx->random_user = NULL;
    ctx->trace_fn = NULL;
    ctx->trace_user = NULL;
    atomic_init(&ctx->references, 1);
    atomic_init(&ctx->budget_used, 0);
    atomic_init(&ctx->budget_limit, default_budget);
    *ret = ctx;
    return 0;
}

xmppfed_context *xmppfed_context_ref(xmppfed_context *ctx)
{
    if (ctx)
        atomic_fetch_add_explicit(&ctx->references, 1, memory_order_relaxed);
    return ctx;
}

void xmppfed_context_unref(xmppfed_context *ctx)
{
    if (!ctx)
        return;
    /* Release and acquire: what other threads did with the context happens before it is freed. */
    if (atomic_fetch_sub_explicit(&ctx->references, 1, memory_order_acq_rel) == 1)
        xfed_free(ctx, ctx);
}

void xmppfed_context_set_random(xmppfed_context *ctx, xmppfed_random_fn fn, void *user)
{
    if (!ctx)
        return;
    ctx->random_fn = fn;
    ctx->random_user = user;
}

void xmppfed_context_set_trace(xmppfed_context *ctx, xmppfed_trace_fn fn, void *user)
{
    if (!ctx)
        return;
    ctx->trace_fn = fn;
    ctx->trace_user = user;
}

void xmppfed_context_set_memory_budget(xmppfed_context *ctx, size_t bytes)
{
    if (ctx)
        atomic_store(&ctx->budget_limit, bytes);
}

size_t xmppfed_context_memory_used(const xmppfed_context *ctx)
{
    return ctx ? atomic_load(&ctx->budget_used) : 0;
}

void xfed_trace(xmppfed_context *ctx, const char *format, ...)
{
    char line[TRACE_LINE_SIZE];
    va_list args;

    if (!ctx || !ctx->trace_fn)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    xfed_utf8_scrub(line);
    ctx->trace_fn(line, ctx->trace_user);
}

const char *xmppfed_version(void)
{
    return XMPPFED_VERSION;
}
