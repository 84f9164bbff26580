/* lookup.h - one look-up of a partner's servers, apart from live traffic. */
#ifndef PROXY_DIAGNOSE_LOOKUP_H
#define PROXY_DIAGNOSE_LOOKUP_H

#include <uv.h>
#include <xmppfed/resolver.h>

#include "proxy/settings/name_servers.h"

struct lookup;

/* Gets the result, which borrows until lookup_end(); it may call that. */
typedef void (*lookup_fn)(const xmppfed_dns_result *found, void *user);

/*
 * Asks for the endpoints of a domain, or with port > 0 for the addresses of a host. Nothing is
 * taken from a cache. 0, or an error of xmppfed_resolver_start().
 */
int lookup_start(uv_loop_t *loop, xmppfed_context *ctx, const struct name_servers *servers,
                 const char *name, uint16_t port, lookup_fn found, void *user, struct lookup **ret);
/* Ends it with all its sockets; no call follows. NULL is fine. */
void lookup_end(struct lookup *l);

#endif
