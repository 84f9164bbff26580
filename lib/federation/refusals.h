/* refusals.h - partners that refused our certificate a while ago, to whom dialback goes first. */
#ifndef XFED_FEDERATION_REFUSALS_H
#define XFED_FEDERATION_REFUSALS_H

#include "base/list.h"
#include "base/map.h"
#include <xmppfed/tls.h>

enum {
    XFED_REFUSALS_MAX = 1024, /* remembered in all; the oldest goes first */
    XFED_REFUSAL_MINUTES = 60
};

/* What a partner refused; who refuses more, refuses the less as well. */
enum xfed_refused {
    XFED_REFUSED_NOTHING,
    XFED_REFUSED_EXTERNAL,   /* SASL EXTERNAL */
    XFED_REFUSED_CERTIFICATE /* TLS with a client that shows this certificate */
};

struct xfed_refusals {
    struct xfed_map known;  /* our domain and theirs -> struct refusal */
    struct xfed_node order; /* the latest at the end */
};

void xfed_refusals_init(struct xfed_refusals *r, xmppfed_context *ctx, uint64_t seed);
void xfed_refusals_fini(struct xfed_refusals *r);
/*
 * The partner remote (prepared) did not take this from our domain local with this certificate.
 * False if that was known already, or there is no memory for it.
 */
bool xfed_refusals_note(struct xfed_refusals *r, const char *local, const char *remote,
                        xmppfed_credentials *own, enum xfed_refused what, xmppfed_time now);
/* What there is reason not to try; another certificate of ours is another matter. */
enum xfed_refused xfed_refusals_of(const struct xfed_refusals *r, const char *local,
                                   const char *remote, const xmppfed_credentials *own,
                                   xmppfed_time now);

#endif
