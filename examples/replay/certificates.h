/* certificates.h - certificates made for one replay: real ones, for names that are not ours. */
#ifndef REPLAY_CERTIFICATES_H
#define REPLAY_CERTIFICATES_H

#include <stdbool.h>
#include <xmppfed/tls.h>

struct certificates;

/* An authority that the replay trusts; NULL without memory or randomness. */
struct certificates *certificates_new(void);
void certificates_free(struct certificates *c);

/* A trust store of the authority alone; NULL on failure. */
xmppfed_trust *certificates_trust(struct certificates *c, xmppfed_context *ctx);

/*
 * A certificate for these domains, of the authority if trusted, else of its own; NULL on failure.
 * Valid from 2000 to 2100.
 */
xmppfed_credentials *certificates_make(struct certificates *c, xmppfed_context *ctx,
                                       const char *const *domains, size_t count, bool trusted);

#endif
