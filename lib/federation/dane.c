/*
 * dane.c - TLSA records of the domain that a peer says it is (RFC 7673 6, RFC 7671 5.1).
 *
 * A server that dials in has the certificate of one of the servers that its domain would be dialled
 * at, which are therefore looked up as if we were to dial. Only what is proved from the SRV record
 * to the TLSA record counts; a failed or bogus look-up is no evidence.
 */
#include "federation/dane.h"

#include "base/context.h"
#include "federation/dial.h"
#include "federation/link.h"
#include "policy/partner.h"

bool xfed_dane_ask(struct xfed_link *link, const char *remote, xmppfed_time now)
{
    xmppfed_federation *fed = link->fed;
    const xmppfed_policy *policy = xmppfed_site_policy(fed->site);
    const struct xfed_partner *partner = policy ? xfed_policy_find(policy, remote) : NULL;

    if (!partner || xfed_dial_look_up(fed, partner, remote, now, &link->evidence.lookup) < 0)
        return false;
    if (xfed_map_put(&fed->peer_lookups, xfed_id_key(&link->evidence.lookup), link) == 0)
        return true;
    xmppfed_resolver_cancel(fed->resolver, link->evidence.lookup);
    link->evidence.lookup = 0;
    return false;
}

static void forget(struct xfed_link *link)
{
    (void)xfed_map_remove(&link->fed->peer_lookups, xfed_id_key(&link->evidence.lookup));
    link->evidence.lookup = 0;
}

/* Gathers the records of all servers, once for each however many addresses it has. */
static size_t gather(const xmppfed_dns_result *result, xmppfed_tlsa *records)
{
    size_t count = 0;
    size_t next = 0; /* of the result's records; those of a server stand together, in order */

    for (size_t i = 0; i < result->count; i++) {
        const xmppfed_endpoint *e = &result->endpoints[i];

        if (e->secure != XMPPFED_SECURE_ALL || e->tlsa_count == 0 || e->tlsa_first < next)
            continue;
        next = (size_t)e->tlsa_first + e->tlsa_count;
        for (size_t k = e->tlsa_first; k < next && k < result->tlsa_count; k++)
            records[count++] = result->tlsa[k];
    }
    return count;
}

static void hand_over(struct xfed_link *link, const xmppfed_dns_result *result)
{
    xmppfed_context *ctx = link->fed->ctx;
    xmppfed_tlsa *records;
    size_t count;

    if (result->code < 0 || result->tlsa_count == 0)
        return;
    records = xfed_alloc(ctx, result->tlsa_count * sizeof(*records));
    if (!records)
        return;
    count = gather(result, records);
    /* Without the memory to keep them they prove nothing. */
    if (count > 0 && xmppfed_connection_set_tlsa(link->connection, NULL, records, count) < 0)
        xfed_trace(ctx, "link %llu: no room for its TLSA records", (unsigned long long)link->id);
    xfed_free(ctx, records);
}

void xfed_dane_resolved(struct xfed_link *link, const xmppfed_dns_result *result)
{
    xfed_trace(link->fed->ctx, "link %llu: TLSA records of the peer: %s",
               (unsigned long long)link->id,
               result->code < 0 ? xmppfed_error_name(result->code) : "looked up");
    forget(link);
    if (link->state == XFED_LINK_OPEN)
        hand_over(link, result);
    xfed_evidence_found(link, XMPPFED_EVIDENCE_TLSA);
}

void xfed_dane_cancel(struct xfed_link *link)
{
    if (link->evidence.lookup == 0)
        return;
    xmppfed_resolver_cancel(link->fed->resolver, link->evidence.lookup);
    forget(link);
}
