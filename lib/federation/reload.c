/* reload.c - what a new policy means for streams and queues that were begun under the old one. */
#include "federation/federation.h"

#include "connection/site.h"
#include "federation/link.h"
#include "federation/route.h"
#include "federation/quota.h"

static bool is_partner(const xmppfed_federation *fed, const char *domain)
{
    const xmppfed_policy *policy = xmppfed_site_policy(fed->site);

    return policy && xmppfed_policy_methods(policy, domain, NULL) != 0;
}

/* The partner that a link is counted for, or NULL while it is not known. */
static const char *peer_of(const struct xfed_link *link)
{
    if (link->route)
        return link->route->remote;
    return link->quota ? link->quota->name : NULL;
}

/*
 * Closes the streams of former partners. Their queues end by themselves: the next attempt finds no
 * partner. A peer with several domains is known by its first; its other domains are refused by the
 * decision about each stanza.
 */
void xfed_federation_reload(xmppfed_federation *fed)
{
    struct xfed_map_cursor cursor = {0};
    void *value;

    if (fed->policy == fed->site->policy)
        return;
    xmppfed_policy_unref(fed->policy);
    fed->policy = xmppfed_policy_ref(fed->site->policy);
    /* Closing only marks a link: it leaves the map when the pump comes to it. */
    while (xfed_map_next(&fed->links, &cursor, NULL, &value)) {
        struct xfed_link *link = value;
        const char *peer = peer_of(link);

        if (peer && !is_partner(fed, peer))
            xfed_link_close(link, XMPPFED_ERR_POLICY_UNKNOWN_PARTNER, NULL);
    }
}
