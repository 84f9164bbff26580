/* site.h - the inside of xmppfed_site: what connections and federations look up. */
#ifndef XFED_CONNECTION_SITE_H
#define XFED_CONNECTION_SITE_H

#include "base/map.h"
#include <xmppfed/site.h>

struct xmppfed_site {
    unsigned references;
    xmppfed_context *ctx;
    struct xfed_map domains; /* prepared domain -> struct site_domain of site.c */
    xmppfed_trust *trust;
    xmppfed_policy *policy;
    char *secret;
    size_t secret_len;
    int64_t clock_seconds; /* wall clock at monotonic clock_at */
    xmppfed_time clock_at;
};

/* Whether a prepared domain is hosted. */
bool xfed_site_hosts(const xmppfed_site *site, const char *prepared);
/* Credentials of a prepared hosted domain, borrowed; NULL for none. */
xmppfed_credentials *xfed_site_credentials(const xmppfed_site *site, const char *prepared);
/* Those of some hosted domain, for a peer that has not named one; NULL if there are none. */
xmppfed_credentials *xfed_site_any_credentials(const xmppfed_site *site);
/* The dialback secret, borrowed. */
xmppfed_slice xfed_site_secret(const xmppfed_site *site);
/* Unix seconds at a monotonic time. */
int64_t xfed_site_wall(const xmppfed_site *site, xmppfed_time now);

#endif
