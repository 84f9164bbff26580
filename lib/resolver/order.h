/* order.h - the order in which SRV targets are tried. */
#ifndef XFED_RESOLVER_ORDER_H
#define XFED_RESOLVER_ORDER_H

#include <xmppfed/context.h>

#include "resolver/wire.h"

/*
 * Orders records in place by priority and, within one, at random by weight (RFC 2782). Draws from
 * the context; XMPPFED_ERR_INTERNAL when there is no randomness, else 0.
 */
int xfed_srv_order(xmppfed_context *ctx, struct xfed_srv *srv, size_t count) XMPPFED_MUST_CHECK;

#endif
