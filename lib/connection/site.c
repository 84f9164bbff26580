/* site.c - the domains, certificates, trust, policy, secret and clock of a host. */
#include "connection/site.h"

#include "base/memory.h"
#include "connection/shared_secret.h"
#include "crypto/random.h"

#include <string.h>

#define SECRET_MIN 16
#define SECRET_RANDOM 32
/* Milliseconds; also the longest that a peer can come back by tickets alone. */
#define TICKET_KEY_TIME ((xmppfed_time)24 * 60 * 60 * 1000)

struct site_domain {
    xmppfed_credentials *credentials;
    bool has_ticket_key;
    xmppfed_time ticket_key_since;
    uint8_t ticket_key[XFED_TLS_TICKET_KEY_SIZE];
    char name[];
};

int xmppfed_site_new(xmppfed_context *ctx, xmppfed_site **ret)
{
    xmppfed_site *site;
    uint64_t seed = 0;
    int rc;

    if (!ctx || !ret)
        return XMPPFED_ERR_ARGUMENT;
    site = xfed_zalloc(ctx, sizeof(*site));
    if (!site)
        return XMPPFED_ERR_NOMEM;
    site->references = 1;
    xfed_site_limits_init(site);
    site->ctx = xmppfed_context_ref(ctx);
    rc = xfed_random(ctx, &seed, sizeof(seed));
    xfed_map_init(&site->domains, ctx, seed);
    xfed_map_init(&site->partner_trust, ctx, seed);
    xfed_map_init(&site->partner_secrets, ctx, seed);
    if (rc == 0) {
        site->secret = xfed_zalloc(ctx, SECRET_RANDOM);
        site->secret_len = SECRET_RANDOM;
        rc = site->secret ? xfed_random(ctx, site->secret, SECRET_RANDOM) : XMPPFED_ERR_NOMEM;
    }
    if (rc < 0) {
        xmppfed_site_unref(site);
        return rc;
    }
    *ret = site;
    return 0;
}

xmppfed_site *xmppfed_site_ref(xmppfed_site *site)
{
    if (site)
        site->references++;
    return site;
}

static void wipe_secret(xmppfed_site *site)
{
    if (site->secret)
        xfed_wipe(site->secret, site->secret_len);
    xfed_free(site->ctx, site->secret);
    site->secret = NULL;
}

static void forget_ticket_key(struct site_domain *d)
{
    xfed_wipe(d->ticket_key, sizeof(d->ticket_key));
    d->has_ticket_key = false;
}

static void free_domain(xmppfed_site *site, struct site_domain *d)
{
    if (!d)
        return;
    forget_ticket_key(d);
    xmppfed_credentials_unref(d->credentials);
    xfed_free(site->ctx, d);
}

void xmppfed_site_unref(xmppfed_site *site)
{
    struct xfed_map_cursor cursor = {0};
    xmppfed_context *ctx;
    void *value;

    if (!site || --site->references > 0)
        return;
    while (xfed_map_next(&site->domains, &cursor, NULL, &value))
        free_domain(site, value);
    xfed_map_fini(&site->domains);
    cursor = (struct xfed_map_cursor){0};
    while (xfed_map_next(&site->partner_trust, &cursor, NULL, &value))
        xmppfed_trust_unref(value);
    xfed_map_fini(&site->partner_trust);
    xfed_shared_secrets_fini(site);
    xmppfed_trust_unref(site->trust);
    xmppfed_policy_unref(site->policy);
    wipe_secret(site);
    ctx = site->ctx;
    xfed_free(ctx, site);
    xmppfed_context_unref(ctx);
}

int xmppfed_site_set_domain(xmppfed_site *site, const char *domain,
                            xmppfed_credentials *credentials)
{
    char prepared[XMPPFED_DOMAIN_SIZE];
    struct site_domain *d;
    int rc;

    if (!site || !domain)
        return XMPPFED_ERR_ARGUMENT;
    rc = xmppfed_domain_prepare(domain, prepared);
    if (rc < 0)
        return rc;
    d = xfed_map_get_text(&site->domains, prepared);
    if (!d) {
        size_t size = strlen(prepared) + 1;

        d = xfed_zalloc(site->ctx, sizeof(*d) + size);
        if (d)
            memcpy(d->name, prepared, size);
        if (!d || xfed_map_put_text(&site->domains, prepared, d) < 0) {
            xfed_free(site->ctx, d);
            return XMPPFED_ERR_NOMEM;
        }
    }
    if (d->credentials != credentials)
        forget_ticket_key(d);
    xmppfed_credentials_ref(credentials);
    xmppfed_credentials_unref(d->credentials);
    d->credentials = credentials;
    return 0;
}

int xmppfed_site_remove_domain(xmppfed_site *site, const char *domain)
{
    char prepared[XMPPFED_DOMAIN_SIZE];
    struct site_domain *d;

    if (!site || !domain || xmppfed_domain_prepare(domain, prepared) < 0)
        return XMPPFED_ERR_UNKNOWN_HANDLE;
    d = xfed_map_remove_text(&site->domains, prepared);
    if (!d)
        return XMPPFED_ERR_UNKNOWN_HANDLE;
    free_domain(site, d);
    return 0;
}

int xmppfed_site_hosts(const xmppfed_site *site, const char *domain)
{
    char prepared[XMPPFED_DOMAIN_SIZE];

    return site && domain && xmppfed_domain_prepare(domain, prepared) == 0 &&
           xfed_site_hosts(site, prepared);
}

void xmppfed_site_set_trust(xmppfed_site *site, xmppfed_trust *trust)
{
    if (!site)
        return;
    xmppfed_trust_ref(trust);
    xmppfed_trust_unref(site->trust);
    site->trust = trust;
    site->generation++;
}

int xfed_site_prepare_primary(const char *domain, char ret[XMPPFED_DOMAIN_SIZE + 2])
{
    bool wildcard = strncmp(domain, "*.", 2) == 0;

    memcpy(ret, "*.", 2);
    return xmppfed_domain_prepare(domain + (wildcard ? 2 : 0), ret + (wildcard ? 2 : 0));
}

int xmppfed_site_set_partner_trust(xmppfed_site *site, const char *domain, xmppfed_trust *trust)
{
    char prepared[XMPPFED_DOMAIN_SIZE + 2];
    xmppfed_trust *old;
    int rc;

    if (!site || !domain)
        return XMPPFED_ERR_ARGUMENT;
    rc = xfed_site_prepare_primary(domain, prepared);
    if (rc < 0)
        return rc;
    old = xfed_map_get_text(&site->partner_trust, prepared);
    if (!trust)
        (void)xfed_map_remove_text(&site->partner_trust, prepared);
    else
        rc = xfed_map_put_text(&site->partner_trust, prepared, trust);
    if (rc < 0)
        return rc;
    xmppfed_trust_ref(trust);
    xmppfed_trust_unref(old);
    site->generation++;
    return 0;
}

void xmppfed_site_set_policy(xmppfed_site *site, xmppfed_policy *policy)
{
    if (!site)
        return;
    xmppfed_policy_ref(policy);
    xmppfed_policy_unref(site->policy);
    site->policy = policy;
    site->generation++;
}

xmppfed_policy *xmppfed_site_policy(const xmppfed_site *site)
{
    return site ? site->policy : NULL;
}

int xmppfed_site_set_dialback_secret(xmppfed_site *site, xmppfed_slice secret)
{
    char *copy;

    if (!site || !secret.data || secret.len < SECRET_MIN)
        return XMPPFED_ERR_ARGUMENT;
    copy = xfed_alloc(site->ctx, secret.len);
    if (!copy)
        return XMPPFED_ERR_NOMEM;
    memcpy(copy, secret.data, secret.len);
    wipe_secret(site);
    site->secret = copy;
    site->secret_len = secret.len;
    return 0;
}

void xmppfed_site_set_clock(xmppfed_site *site, int64_t unix_seconds, xmppfed_time now)
{
    if (!site)
        return;
    site->clock_seconds = unix_seconds;
    site->clock_at = now;
}

bool xfed_site_hosts(const xmppfed_site *site, const char *prepared)
{
    return xfed_map_get_text(&site->domains, prepared) != NULL;
}

xmppfed_credentials *xfed_site_credentials(const xmppfed_site *site, const char *prepared)
{
    const struct site_domain *d = xfed_map_get_text(&site->domains, prepared);

    return d ? d->credentials : NULL;
}

const uint8_t *xfed_site_ticket_key(xmppfed_site *site, const char *prepared, xmppfed_time now)
{
    struct site_domain *d = xfed_map_get_text(&site->domains, prepared);

    if (!d || !d->credentials)
        return NULL;
    if (!d->has_ticket_key || now - d->ticket_key_since > TICKET_KEY_TIME) {
        if (xfed_tls_ticket_key_new(d->ticket_key) < 0)
            return NULL;
        d->has_ticket_key = true;
        d->ticket_key_since = now;
    }
    return d->ticket_key;
}

/* The first by name, so that one site always gives the same. */
const char *xfed_site_any_domain(const xmppfed_site *site)
{
    struct xfed_map_cursor cursor = {0};
    const char *first = "";
    void *value;

    while (xfed_map_next(&site->domains, &cursor, NULL, &value)) {
        const struct site_domain *d = value;

        if (!first[0] || strcmp(d->name, first) < 0)
            first = d->name;
    }
    return first;
}

xmppfed_credentials *xfed_site_any_credentials(const xmppfed_site *site)
{
    struct xfed_map_cursor cursor = {0};
    void *value;

    while (xfed_map_next(&site->domains, &cursor, NULL, &value)) {
        const struct site_domain *d = value;

        if (d->credentials)
            return d->credentials;
    }
    return NULL;
}

xmppfed_slice xfed_site_secret(const xmppfed_site *site)
{
    return (xmppfed_slice){site->secret, site->secret_len};
}

xmppfed_trust *xfed_site_trust_for(const xmppfed_site *site, const char *primary)
{
    xmppfed_trust *own = xfed_map_get_text(&site->partner_trust, primary);

    return own ? own : site->trust;
}

xmppfed_time xfed_site_monotonic(const xmppfed_site *site, int64_t unix_seconds)
{
    int64_t ahead;

    if (unix_seconds <= site->clock_seconds) {
        uint64_t ago = ((uint64_t)site->clock_seconds - (uint64_t)unix_seconds) * 1000;

        return ago < site->clock_at ? site->clock_at - ago : 0;
    }
    ahead = unix_seconds - site->clock_seconds;
    /* A certificate without an end has its date in the year 9999 (RFC 5280 4.1.2.5). */
    if ((uint64_t)ahead > (XMPPFED_TIME_NEVER - site->clock_at) / 1000)
        return XMPPFED_TIME_NEVER;
    return site->clock_at + (uint64_t)ahead * 1000;
}

int64_t xfed_site_wall(const xmppfed_site *site, xmppfed_time now)
{
    /* A connection may still hold a time from before the clock was set. */
    if (now < site->clock_at)
        return site->clock_seconds - (int64_t)((site->clock_at - now) / 1000);
    return site->clock_seconds + (int64_t)((now - site->clock_at) / 1000);
}

void xmppfed_site_set_recording(xmppfed_site *site, size_t bytes)
{
    if (site)
        site->recording_bytes = bytes < XMPPFED_RECORDING_MAX ? bytes : XMPPFED_RECORDING_MAX;
}
