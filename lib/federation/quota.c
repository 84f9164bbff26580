/* quota.c - how many streams each partner has, in both directions together, and strangers. */
#include "federation/quota.h"

#include "base/slice.h"
#include "connection/site.h"
#include "policy/partner.h"
#include "policy/reach.h"

/* Finds the count of a name, or starts one; NULL when out of memory. */
static struct xfed_quota *quota_of(xmppfed_federation *fed, struct xfed_map *map, const char *name)
{
    struct xfed_quota *quota = xfed_map_get_text(map, name);

    if (quota)
        return quota;
    quota = xfed_zalloc(fed->ctx, sizeof(*quota));
    if (!quota)
        return NULL;
    if (!xfed_text_copy(quota->name, sizeof(quota->name), name) ||
        xfed_map_put_text(map, name, quota) < 0) {
        xfed_free(fed->ctx, quota);
        return NULL;
    }
    return quota;
}

static void drop_if_unused(xmppfed_federation *fed, struct xfed_map *map, struct xfed_quota *quota)
{
    if (quota->used > 0)
        return;
    xfed_map_remove_text(map, quota->name);
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
    quota = quota_of(fed, &fed->quotas, partner->domain[0] ? partner->domain : remote);
    if (!quota)
        return XMPPFED_ERR_NOMEM;
    if (quota->used >= partner->connection_limit) {
        drop_if_unused(fed, &fed->quotas, quota);
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
    drop_if_unused(fed, &fed->quotas, quota);
}

int xfed_quota_take_stranger(xmppfed_federation *fed, const char *address, struct xfed_quota **ret)
{
    size_t limit = xmppfed_policy_gateway(fed->site->policy, XMPPFED_GATEWAY_CONNECTION_LIMIT);
    char key[XFED_REACH_KEY_SIZE];
    struct xfed_quota *stranger;

    /*
     * Who has proved nothing must not keep out those who have: all strangers leave a quarter of the
     * gateway's limit, and one address leaves half of it, to others.
     */
    if (fed->stranger_count >= limit - limit / 4)
        return XMPPFED_ERR_LIMIT_CONNECTIONS;
    xfed_reach_key(address, key);
    stranger = quota_of(fed, &fed->strangers, key);
    if (!stranger)
        return XMPPFED_ERR_NOMEM;
    if (stranger->used >= limit - limit / 2) {
        drop_if_unused(fed, &fed->strangers, stranger);
        return XMPPFED_ERR_LIMIT_CONNECTIONS;
    }
    stranger->used++;
    fed->stranger_count++;
    *ret = stranger;
    return 0;
}

void xfed_quota_give_stranger(xmppfed_federation *fed, struct xfed_quota *stranger)
{
    if (!stranger)
        return;
    stranger->used--;
    fed->stranger_count--;
    drop_if_unused(fed, &fed->strangers, stranger);
}

bool xfed_quota_total(const xmppfed_federation *fed)
{
    const xmppfed_policy *policy = fed->site->policy;

    return policy &&
           fed->links.count < xmppfed_policy_gateway(policy, XMPPFED_GATEWAY_CONNECTION_LIMIT);
}
