/* reload.c - what new policy and trust mean for streams and queues begun under the old ones. */
#include "federation/federation.h"

#include "connection/connection.h"
#include "connection/site.h"
#include "federation/guest.h"
#include "federation/link.h"
#include "federation/route.h"
#include "federation/quota.h"
#include "policy/partner.h"
#include "policy/proof.h"

/* The method by which a proof came about; 0 if there is none yet. */
static uint32_t method_of(int proof)
{
    switch (proof) {
    case XMPPFED_PROOF_PKIX:
    case XMPPFED_PROOF_DANE:
    case XMPPFED_PROOF_POSH:
        return XMPPFED_METHOD_EXTERNAL;
    case XMPPFED_PROOF_SHARED_SECRET:
        return XMPPFED_METHOD_SCRAM;
    case XMPPFED_PROOF_DIALBACK_TLS:
        return XMPPFED_METHOD_DIALBACK_TLS;
    case XMPPFED_PROOF_DIALBACK_TCP:
        return XMPPFED_METHOD_DIALBACK_TCP;
    default:
        return 0;
    }
}

/* Whether the record heeds DNS as it must for this proof (RFC 7673), and HTTPS (RFC 7711). */
static bool heeds(const xmppfed_policy *policy, const char *peer, int proof)
{
    const struct xfed_partner *partner = policy ? xfed_policy_find(policy, peer) : NULL;

    if (!partner || proof == XMPPFED_PROOF_NONE)
        return true;
    if (proof == XMPPFED_PROOF_POSH && !partner->posh)
        return false;
    return partner->dane !=
           (proof == XMPPFED_PROOF_DANE ? XMPPFED_DANE_OFF : XMPPFED_DANE_REQUIRED);
}

/* Whether a stream could still come about as it did: the partner is listed, the proof allowed. */
static bool is_allowed(const struct xfed_link *link, const char *peer)
{
    const xmppfed_policy *policy = xmppfed_site_policy(link->fed->site);
    uint32_t methods = policy ? xmppfed_policy_methods(policy, peer, NULL) : 0;
    uint32_t method = method_of(link->proof);

    if (method && !xfed_federation_proof_suffices(link->fed, peer, link->proof))
        return false;
    return (method ? (methods & method) != 0 : methods != 0) && heeds(policy, peer, link->proof);
}

bool xfed_federation_proof_suffices(const xmppfed_federation *fed, const char *remote, int proof)
{
    const struct xfed_partner *partner =
        fed->site->policy ? xfed_policy_find(fed->site->policy, remote) : NULL;

    return partner && xfed_proof_suffices(proof, partner->minimum_proof);
}

/* The partner that a link is counted for, or NULL while it is not known. */
static const char *peer_of(const struct xfed_link *link)
{
    if (link->route)
        return link->route->remote;
    return link->quota ? link->quota->name : NULL;
}

/*
 * Ends an idle stream too, if its certificate would not be accepted any more, or if it may not
 * carry stanzas of ours against its direction, or for a further pair.
 */
static void recheck(struct xfed_link *link)
{
    xfed_connection_recheck(link->connection);
    if (link->connection->down)
        xfed_link_touch(link);
    else if (link->up && !xfed_guests_allowed(link))
        xfed_link_close(link, 0, "it may not carry all of its pairs any more");
}

/* What has failed may work by now, so nobody waits for the end of a rest that an old policy began.
 */
static void end_rests(xmppfed_federation *fed)
{
    struct xfed_map_cursor cursor = {0};
    void *value;

    while (xfed_map_next(&fed->routes, &cursor, NULL, &value)) {
        struct xfed_route *route = value;

        if (route->state != XFED_ROUTE_RESTING && route->state != XFED_ROUTE_DEAD)
            continue;
        route->state = XFED_ROUTE_RESTING;
        route->backoff = 0;
        xfed_timer_set(&fed->timers, &route->rest, 0); /* due, and leaves the map if it is empty */
    }
}

/*
 * Closes the streams of former partners, and those whose proof is not enough any more. Queues of
 * former partners end by themselves: the next attempt finds no partner. A peer with several domains
 * is known by its first; its other domains are refused by the decision about each stanza.
 */
void xfed_federation_reload(xmppfed_federation *fed)
{
    struct xfed_map_cursor cursor = {0};
    void *value;

    if (fed->site_generation == fed->site->generation)
        return;
    fed->site_generation = fed->site->generation;
    end_rests(fed);
    /* Closing only marks a link: it leaves the map when the pump comes to it. */
    while (xfed_map_next(&fed->links, &cursor, NULL, &value)) {
        struct xfed_link *link = value;
        const char *peer = peer_of(link);

        /* The host may have taken a domain of its own out with the old policy. */
        if (link->route && !xfed_site_hosts(fed->site, link->route->local))
            xfed_link_close(link, XMPPFED_ERR_STREAM_HOST_UNKNOWN, NULL);
        else if (peer && !is_allowed(link, peer))
            xfed_link_close(link, XMPPFED_ERR_POLICY_UNKNOWN_PARTNER, NULL);
        else if (link->state == XFED_LINK_OPEN)
            recheck(link);
    }
}
