/* quota.h - how many streams each partner has, in both directions together, and strangers. */
#ifndef XFED_FEDERATION_QUOTA_H
#define XFED_FEDERATION_QUOTA_H

#include "federation/federation.h"

/*
 * The streams of one partner record; of one domain where open federation stands for the record.
 * Also the links of strangers from one address.
 */
struct xfed_quota {
    size_t used;
    size_t waits; /* of strangers: streams that wait for evidence */
    char name[XMPPFED_DOMAIN_SIZE];
};

/*
 * Counts one more stream with a remote domain. XMPPFED_ERR_LIMIT_CONNECTIONS at the partner's
 * limit, XMPPFED_ERR_POLICY_UNKNOWN_PARTNER, XMPPFED_ERR_NOMEM; else 0 with what xfed_quota_give()
 * needs.
 */
int xfed_quota_take(xmppfed_federation *fed, const char *remote,
                    struct xfed_quota **ret) XMPPFED_MUST_CHECK;
/* Counts one stream less; NULL is fine. */
void xfed_quota_give(xmppfed_federation *fed, struct xfed_quota *quota);
/*
 * Counts one more inbound link from an address whose peer has proved nothing yet.
 * XMPPFED_ERR_LIMIT_CONNECTIONS when strangers, or those of one address, have their share of the
 * gateway's limit; XMPPFED_ERR_NOMEM; else 0 with what xfed_quota_give_stranger() needs.
 */
int xfed_quota_take_stranger(xmppfed_federation *fed, const char *address,
                             struct xfed_quota **ret) XMPPFED_MUST_CHECK;
/* Counts one stranger less; NULL is fine. */
void xfed_quota_give_stranger(xmppfed_federation *fed, struct xfed_quota *stranger);
/* Whether one more stream with anybody fits under the gateway's limit. */
bool xfed_quota_total(const xmppfed_federation *fed);

#endif
