/* shared_secret.h - the secrets that a site shares with partners. */
#ifndef XFED_CONNECTION_SHARED_SECRET_H
#define XFED_CONNECTION_SHARED_SECRET_H

#include "connection/site.h"
#include "sasl/scram.h"

struct xfed_shared_secret {
    uint64_t serial; /* never 0, and another for each secret that the site was given */
    bool has_verifier;
    struct xfed_scram_verifier verifier;
    size_t len;
    char text[];
};

/* The secret for the partner whose record has this primary domain, borrowed; NULL: none. */
struct xfed_shared_secret *xfed_site_shared_secret(const xmppfed_site *site, const char *primary);
/*
 * What a receiving side needs of it, borrowed; made when it is needed first, which takes
 * milliseconds. NULL: none can be had.
 */
const struct xfed_scram_verifier *xfed_shared_secret_verifier(xmppfed_context *ctx,
                                                              struct xfed_shared_secret *s);
/* Wipes and frees those of a site. */
void xfed_shared_secrets_fini(xmppfed_site *site);

#endif
