/* quota.c - how many streams each partner has, in both directions together. */
#include "federation/quota.h"

#include "base/slice.h"
#include "connection/site.h"
#include "policy/partner.h"

/* Finds the count of a partner, or starts one; NULL when out of memory. */
static struct xfed_quota *quota_of(xmppfed_federation *fed, const char *name)
{
    struct xfed_quota *quota = xfed_map_get_text(&fed->quotas, name);

    if (quota)
        return quota;
    quota = xfed_zalloc(fed->ctx, sizeof(*quota));
    if (!quota)
        return NULL;
    if (!xfed_text_copy(quota->name, sizeof(quota->name), name) ||
        xfed_map_put_text(&fed->quotas, name, quota) < 0) {
        xfed_free(fed->ctx, quota);
        return NULL;
    }
    return quota;
}

static void drop_if_unused(xmppfed_federation *fed, struct xfed_quota *quota)
{
    if (quota->used > 0)
        return;
    xfed_map_remove_text(&fed->quotas, quota->name);
    xfed_free(fed->ctx, quota);
}

int xfed_quota_take(xmppfed_federation *fed, const char *remote, struct xfed_quota **ret)
{
    const struct xfed_partner *partner = NULL;
    struct xfed_quota *quota;

    if (fed->site->policy)
        partner = xfed_policy_find(fed->site->policy, remote);
    if (!partner)
        return XMPPFED_ERR_POLICY_UNKNOWN_PARTNER;
    /* Strangers under open federation are no partner of each other: each has its own count. */
    quota = quota_of(fed, partner->domain[0] ? partner->domain : remote);
    if (!quota)
        return XMPPFED_ERR_NOMEM;
    if (quota->used >= partner->connection_limit) {
        drop_if_unused(fed, quota);
        return XMPPFED_ERR_LIMIT_CONNECTIONS;
    }
    quota->used++;
    *ret = quota;
    return 0;
}

void xfed_quota_give(xmppfed_federation *fed, struct xfed_quota *quota)
{
    if (!quota)
        return;
    quota->used--;
    drop_if_unused(fed, quota);
}

bool xfed_quota_total(const xmppfed_federation *fed)
{
    const xmppfed_policy *policy = fed->site->policy;

    return policy &&
           fed->links.count < xmppfed_policy_gateway(policy, XMPPFED_GATEWAY_CONNECTION_LIMIT);
}
