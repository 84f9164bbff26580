/* shared_secret.c - the secrets that a site shares with partners. */
#include "connection/shared_secret.h"

#include "base/memory.h"
#include "base/slice.h"
#include "crypto/equal.h"

#include <string.h>

static void free_secret(xmppfed_context *ctx, struct xfed_shared_secret *s)
{
    if (s)
        xfed_wipe(s, sizeof(*s) + s->len);
    xfed_free(ctx, s);
}

/* The same text is the same secret: a reload closes no stream. */
static bool is_same(const struct xfed_shared_secret *s, xmppfed_slice secret)
{
    return s && xfed_equal_constant_time(s->text, s->len, secret.data, secret.len);
}

static int put(xmppfed_site *site, const char *primary, xmppfed_slice secret)
{
    struct xfed_shared_secret *s = xfed_zalloc(site->ctx, sizeof(*s) + secret.len);

    if (!s)
        return XMPPFED_ERR_NOMEM;
    memcpy(s->text, secret.data, secret.len);
    s->len = secret.len;
    s->serial = site->generation + 1;
    if (xfed_map_put_text(&site->partner_secrets, primary, s) < 0) {
        free_secret(site->ctx, s);
        return XMPPFED_ERR_NOMEM;
    }
    return 0;
}

int xmppfed_site_set_partner_secret(xmppfed_site *site, const char *domain, xmppfed_slice secret)
{
    char primary[XMPPFED_DOMAIN_SIZE + 2];
    struct xfed_shared_secret *old;
    int rc;

    if (!site || !domain || (secret.len > 0 && !xfed_scram_secret_fits(secret)))
        return XMPPFED_ERR_ARGUMENT;
    rc = xfed_site_prepare_primary(domain, primary);
    if (rc < 0)
        return rc;
    old = xfed_map_get_text(&site->partner_secrets, primary);
    if (is_same(old, secret) || (!old && secret.len == 0))
        return 0;
    if (secret.len > 0)
        rc = put(site, primary, secret);
    else
        (void)xfed_map_remove_text(&site->partner_secrets, primary);
    if (rc < 0)
        return rc;
    free_secret(site->ctx, old);
    site->generation++;
    return 0;
}

struct xfed_shared_secret *xfed_site_shared_secret(const xmppfed_site *site, const char *primary)
{
    return xfed_map_get_text(&site->partner_secrets, primary);
}

const struct xfed_scram_verifier *xfed_shared_secret_verifier(xmppfed_context *ctx,
                                                              struct xfed_shared_secret *s)
{
    if (!s->has_verifier)
        s->has_verifier =
            xfed_scram_verifier_make(ctx, xfed_slice(s->text, s->len), &s->verifier) == 0;
    return s->has_verifier ? &s->verifier : NULL;
}

void xfed_shared_secrets_fini(xmppfed_site *site)
{
    struct xfed_map_cursor cursor = {0};
    void *value;

    while (xfed_map_next(&site->partner_secrets, &cursor, NULL, &value))
        free_secret(site->ctx, value);
    xfed_map_fini(&site->partner_secrets);
}
