/* quota.h - how many streams each partner has, in both directions together. */
#ifndef XFED_FEDERATION_QUOTA_H
#define XFED_FEDERATION_QUOTA_H

#include "federation/federation.h"

/* The streams of one partner record; of one domain where open federation stands for the record. */
struct xfed_quota {
    size_t used;
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
/* Whether one more stream with anybody fits under the gateway's limit. */
bool xfed_quota_total(const xmppfed_federation *fed);

#endif
