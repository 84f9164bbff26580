/* site.h - the inside of xmppfed_site: what connections and federations look up. */
#ifndef XFED_CONNECTION_SITE_H
#define XFED_CONNECTION_SITE_H

#include "base/map.h"
#include "tls/session.h"
#include "xml/limits.h"
#include <xmppfed/address.h>
#include <xmppfed/site.h>

/* Limits for strangers and for proved peers; those of XML also as its gate wants them. */
struct xfed_site_limits {
    struct xfed_limits all;
    struct xfed_xml_limits xml;
};

struct xmppfed_site {
    unsigned references;
    xmppfed_context *ctx;
    struct xfed_map domains; /* prepared domain -> struct site_domain of site.c */
    xmppfed_trust *trust;
    struct xfed_map partner_trust;   /* prepared primary domain -> xmppfed_trust */
    struct xfed_map partner_secrets; /* prepared primary domain -> struct xfed_shared_secret */
    uint64_t generation;             /* one more whenever trust, policy or a secret was replaced */
    xmppfed_policy *policy;
    char *secret;
    size_t secret_len;
    int64_t clock_seconds; /* wall clock at monotonic clock_at */
    xmppfed_time clock_at;
    size_t recording_bytes;         /* of each stream; 0: none is recorded */
    struct xfed_site_limits before; /* authentication */
    struct xfed_site_limits after;
};

/* Whether a prepared domain is hosted. */
bool xfed_site_hosts(const xmppfed_site *site, const char *prepared);
/* A hosted domain, always the same, for whom none was asked for; "" if there are none. */
const char *xfed_site_any_domain(const xmppfed_site *site);
/* Credentials of a prepared hosted domain, borrowed; NULL for none. */
xmppfed_credentials *xfed_site_credentials(const xmppfed_site *site, const char *prepared);
/* Those of some hosted domain, for a peer that has not named one; NULL if there are none. */
xmppfed_credentials *xfed_site_any_credentials(const xmppfed_site *site);
/*
 * The secret of the tickets for a prepared hosted domain, borrowed until the next call, made when
 * it is needed; NULL: none can be had. It lasts a day and not longer than the credentials: then all
 * peers show their certificates and prove their keys again.
 */
const uint8_t *xfed_site_ticket_key(xmppfed_site *site, const char *prepared, xmppfed_time now);
/* Whom to believe about the partner whose record has this primary domain, borrowed; NULL: nobody.
 */
xmppfed_trust *xfed_site_trust_for(const xmppfed_site *site, const char *primary);
/* site.c: prepares the primary domain of a record, which may be a wildcard: "*.example.com". */
int xfed_site_prepare_primary(const char *domain,
                              char ret[XMPPFED_DOMAIN_SIZE + 2]) XMPPFED_MUST_CHECK;
/* The dialback secret, borrowed. */
xmppfed_slice xfed_site_secret(const xmppfed_site *site);
/* site_limits.c: the defaults. */
void xfed_site_limits_init(xmppfed_site *site);
/* Unix seconds at a monotonic time. */
int64_t xfed_site_wall(const xmppfed_site *site, xmppfed_time now);
/* The monotonic time at which a Unix second begins; 0 for the far past, NEVER for the far future.
 */
xmppfed_time xfed_site_monotonic(const xmppfed_site *site, int64_t unix_seconds);

#endif
