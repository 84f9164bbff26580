/* memory.c - allocation through the context, overflow checks, and the accounts that bound peers. */
#include "base/memory.h"

#include <string.h>

#include "base/context.h"

void *xfed_alloc(xmppfed_context *ctx, size_t size)
{
    /* malloc(0) may return NULL, which callers would take for exhaustion. */
    return ctx->allocator.malloc_fn(size ? size : 1, ctx->allocator.user);
}

void *xfed_zalloc(xmppfed_context *ctx, size_t size)
{
    void *p = xfed_alloc(ctx, size);

    if (p)
        memset(p, 0, size);
    return p;
}

void *xfed_realloc(xmppfed_context *ctx, void *old, size_t size)
{
    /* realloc(p, 0) may free p, which no caller means. */
    return ctx->allocator.realloc_fn(old, size ? size : 1, ctx->allocator.user);
}

void xfed_free(xmppfed_context *ctx, void *old)
{
    if (old)
        ctx->allocator.free_fn(old, ctx->allocator.user);
}

char *xfed_strdup(xmppfed_context *ctx, const char *text)
{
    return text ? xfed_strndup(ctx, text, strlen(text)) : NULL;
}

char *xfed_strndup(xmppfed_context *ctx, const char *text, size_t len)
{
    size_t size;
    char *copy;

    if (!text || !xfed_size_add(len, 1, &size))
        return NULL;
    copy = xfed_alloc(ctx, size);
    if (!copy)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

void xfed_wipe(void *secret, size_t size)
{
    volatile unsigned char *p = secret;

    /* Writes through a volatile pointer are never "dead stores" to a compiler. */
    while (size-- > 0)
        *p++ = 0;
}

bool xfed_size_mul(size_t a, size_t b, size_t *ret)
{
    if (a != 0 && b > SIZE_MAX / a)
        return false;
    *ret = a * b;
    return true;
}

bool xfed_size_add(size_t a, size_t b, size_t *ret)
{
    if (b > SIZE_MAX - a)
        return false;
    *ret = a + b;
    return true;
}

int xfed_budget_take(xmppfed_context *ctx, size_t size)
{
    size_t used = atomic_load(&ctx->budget_used);
    size_t limit;

    /* Compare and exchange: a plain add would let two threads overshoot together. */
    do {
        limit = atomic_load(&ctx->budget_limit);
        if (used > limit || size > limit - used)
            return XMPPFED_ERR_LIMIT_MEMORY;
    } while (!atomic_compare_exchange_weak(&ctx->budget_used, &used, used + size));
    return 0;
}

void xfed_budget_give(xmppfed_context *ctx, size_t size)
{
    atomic_fetch_sub(&ctx->budget_used, size);
}

void xfed_account_init(struct xfed_account *account, xmppfed_context *ctx, size_t limit)
{
    account->ctx = ctx;
    account->used = 0;
    account->limit = limit;
}

int xfed_account_take(struct xfed_account *account, size_t size)
{
    int rc;

    /* The limit may have been lowered below what is already held. */
    if (account->used > account->limit || size > account->limit - account->used)
        return XMPPFED_ERR_LIMIT_MEMORY;
    rc = xfed_budget_take(account->ctx, size);
    if (rc < 0)
        return rc;
    account->used += size;
    return 0;
}

void xfed_account_give(struct xfed_account *account, size_t size)
{
    account->used -= size;
    xfed_budget_give(account->ctx, size);
}
