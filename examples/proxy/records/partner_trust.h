/* partner_trust.h - the trust stores and the secrets that partner records name for themselves. */
#ifndef PROXY_RECORDS_PARTNER_TRUST_H
#define PROXY_RECORDS_PARTNER_TRUST_H

#include <xmppfed/site.h>

#include "proxy/settings/complaint.h"
#include "proxy/settings/files.h"

/* One of the two. */
struct partner_trust {
    char *domain; /* the primary one of the record */
    xmppfed_trust *trust;
    struct file_text secret;
};

/* Zeroed, it is empty. */
struct partner_trusts {
    struct partner_trust *items;
    size_t count;
};

/* Reads a file of anchors for a partner; on failure why names the partner and the file. */
bool partner_trusts_add(struct partner_trusts *list, xmppfed_context *ctx, const char *domain,
                        const char *file, struct complaint *why);
/* Reads the file of the secret shared with a partner; fails likewise. */
bool partner_trusts_add_secret(struct partner_trusts *list, const char *domain, const char *file,
                               struct complaint *why);
/* Gives them to a site; 0 or an error code. */
int partner_trusts_apply(const struct partner_trusts *list, xmppfed_site *site);
/* Takes what one list has and another has not out of a site. */
void partner_trusts_remove(const struct partner_trusts *of, const struct partner_trusts *without,
                           xmppfed_site *site);
/* Frees a list, and wipes its secrets. */
void partner_trusts_fini(struct partner_trusts *list);

#endif
