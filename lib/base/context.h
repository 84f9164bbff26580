/* context.h - the inside of xmppfed_context; only base and crypto look at its fields. */
#ifndef XFED_BASE_CONTEXT_H
#define XFED_BASE_CONTEXT_H

#include <stdatomic.h>
#include <xmppfed/context.h>

struct xmppfed_context {
    atomic_size_t references;
    xmppfed_allocator allocator;
    xmppfed_random_fn random_fn; /* NULL: GnuTLS, see crypto/random.c */
    void *random_user;
    xmppfed_trace_fn trace_fn;
    void *trace_user;
    atomic_size_t budget_used;
    atomic_size_t budget_limit;
};

/* Sends one formatted line to the trace sink, if there is one. Never secrets, never bodies. */
void xfed_trace(xmppfed_context *ctx, const char *format, ...) XMPPFED_PRINTF(2, 3);

#endif
