/* memory.h - the library's own memory: the context's allocator, and accounts that bound it. */
#ifndef XFED_BASE_MEMORY_H
#define XFED_BASE_MEMORY_H

#include <stdbool.h>
#include <xmppfed/context.h>

/* malloc, zeroed malloc, realloc and free of the context's allocator. NULL when out of memory. */
void *xfed_alloc(xmppfed_context *ctx, size_t size);
void *xfed_zalloc(xmppfed_context *ctx, size_t size);
void *xfed_realloc(xmppfed_context *ctx, void *old, size_t size);
void xfed_free(xmppfed_context *ctx, void *old);

/* A NUL-terminated copy; NULL when out of memory. text NULL gives NULL. */
char *xfed_strdup(xmppfed_context *ctx, const char *text);
char *xfed_strndup(xmppfed_context *ctx, const char *text, size_t len);

/* Overwrites secret bytes in a way that the compiler keeps. */
void xfed_wipe(void *secret, size_t size);

/* a * b or a + b, or false on overflow: for sizes that a peer can influence. */
bool xfed_size_mul(size_t a, size_t b, size_t *ret);
bool xfed_size_add(size_t a, size_t b, size_t *ret);

/* Charges the context's global byte budget; XMPPFED_ERR_LIMIT_MEMORY when it is used up. */
int xfed_budget_take(xmppfed_context *ctx, size_t size) XMPPFED_MUST_CHECK;
void xfed_budget_give(xmppfed_context *ctx, size_t size);

/*
 * What one connection may hold. Every buffer of the connection charges its account, and the
 * account charges the context's budget.
 */
struct xfed_account {
    xmppfed_context *ctx;
    size_t used;
    size_t limit;
};

void xfed_account_init(struct xfed_account *account, xmppfed_context *ctx, size_t limit);
/* 0, or XMPPFED_ERR_LIMIT_MEMORY with nothing charged. */
int xfed_account_take(struct xfed_account *account, size_t size) XMPPFED_MUST_CHECK;
void xfed_account_give(struct xfed_account *account, size_t size);

#endif
