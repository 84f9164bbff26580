/* pairs.h - pairs of domains on one stream: proved ones, open checks, further ones of ours. */
#ifndef XFED_NEGOTIATION_PAIRS_H
#define XFED_NEGOTIATION_PAIRS_H

#include "base/memory.h"
#include <xmppfed/address.h>

/* Proved pairs, open checks and further pairs of ours that one stream may have at most, each. */
#define XFED_PAIRS_MAX 32

/* Open checks of a stream on which nothing is proved yet. */
#define XFED_CHECKS_OF_STRANGER 8

/* The method of an open check about a key for the stream before its restart. */
#define XFED_CHECK_STALE (-1)

/* The method of a further pair that the peer has not taken: it is not asked again. */
#define XFED_PAIR_REFUSED (-1)

/* What a certificate was found to prove about another domain than the stream's own, and till when.
 */
struct xfed_pair_proof {
    bool valid;
    uint64_t generation; /* of the site */
    int64_t until;       /* Unix seconds */
};

struct xfed_pair {
    char local[XMPPFED_DOMAIN_SIZE];
    char remote[XMPPFED_DOMAIN_SIZE];
    /*
     * The enum xmppfed_method by which it was proved; of a check: 0 or XFED_CHECK_STALE; of a
     * further pair: 0 until there is an answer, or XFED_PAIR_REFUSED.
     */
    int method;
    struct xfed_pair_proof proof; /* kept by the TLS port */
};

struct xfed_pairs {
    xmppfed_context *ctx;
    struct xfed_pair *items;
    size_t count;
};

void xfed_pairs_init(struct xfed_pairs *p, xmppfed_context *ctx);
void xfed_pairs_fini(struct xfed_pairs *p);

/* Adds a pair, or sets the method of one that SASL has not proved. XMPPFED_ERR_LIMIT_PENDING,
 * _NOMEM, or 0. */
int xfed_pairs_add(struct xfed_pairs *p, const char *local, const char *remote,
                   int method) XMPPFED_MUST_CHECK;
/* The pair of two prepared domains, or NULL. */
const struct xfed_pair *xfed_pairs_find(const struct xfed_pairs *p, const char *local,
                                        const char *remote);
/* The first pair with this remote domain that SASL proved, whatever its local, or NULL. */
const struct xfed_pair *xfed_pairs_find_sasl(const struct xfed_pairs *p, const char *remote);
/* Sets the method of a pair that is there. */
void xfed_pairs_settle(struct xfed_pairs *p, const char *local, const char *remote, int method);
/* Takes a pair out; false if it was not there. */
bool xfed_pairs_remove(struct xfed_pairs *p, const char *local, const char *remote);

#endif
