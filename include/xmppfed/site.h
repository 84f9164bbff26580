/*
 * xmppfed/site.h - what we are to our peers: domains, certificates, trust, policy, secret, clock.
 *
 * Purpose: one object that connections and federations look things up in. Changing it (a reload)
 * acts on what is decided afterwards; streams that stand keep the certificate they were set up
 * with.
 *
 *     xmppfed_site *site;
 *     xmppfed_site_new(ctx, &site);
 *     xmppfed_site_set_clock(site, (int64_t)time(NULL), now);
 *     xmppfed_site_set_domain(site, "contoso.example", credentials);
 *     xmppfed_site_set_trust(site, trust);
 *     xmppfed_site_set_policy(site, policy);
 *
 * Threads: a site belongs to one thread, with the federations and connections that use it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_SITE_H
#define XMPPFED_SITE_H

#include <xmppfed/limits.h>
#include <xmppfed/policy.h>
#include <xmppfed/tls.h>

XMPPFED_BEGIN_DECLS

typedef struct xmppfed_site xmppfed_site;

/*
 * Makes a site without domains, trust and policy (everything is refused), with a random dialback
 * secret. Errors: XMPPFED_ERR_ARGUMENT, _NOMEM, _INTERNAL (no randomness).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_site_new(xmppfed_context *ctx, xmppfed_site **ret);
/* One more reference (same thread); NULL stays NULL. */
XMPPFED_API xmppfed_site *xmppfed_site_ref(xmppfed_site *site);
/* One reference less; NULL is fine. */
XMPPFED_API void xmppfed_site_unref(xmppfed_site *site);

/*
 * Hosts a domain with these credentials (NULL: without TLS), or gives a hosted one new ones.
 * Errors: XMPPFED_ERR_ADDRESS, XMPPFED_ERR_NOMEM. Ownership: takes a reference of its own.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_site_set_domain(xmppfed_site *site, const char *domain,
                                                           xmppfed_credentials *credentials);
/* Hosts a domain no more. Errors: XMPPFED_ERR_UNKNOWN_HANDLE. */
XMPPFED_API int xmppfed_site_remove_domain(xmppfed_site *site, const char *domain);
/* Whether a domain (prepared or not) is hosted: 1 or 0. */
XMPPFED_API int xmppfed_site_hosts(const xmppfed_site *site, const char *domain);

/* Whom we believe; takes a reference. NULL: no certificate is accepted. */
XMPPFED_API void xmppfed_site_set_trust(xmppfed_site *site, xmppfed_trust *trust);
/*
 * Whom we believe about one partner, in place of the trust store above: domain is the primary one
 * of its record, and the store is for all of the record's domains. NULL: as for everybody. Errors:
 * XMPPFED_ERR_ADDRESS, XMPPFED_ERR_NOMEM. Ownership: takes a reference of its own.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_site_set_partner_trust(xmppfed_site *site, const char *domain, xmppfed_trust *trust);
/*
 * The secret shared with one partner whose record says that there is one
 * (xmppfed_partner_set_shared_secret()): domain is the primary one of its record. 16 to 256
 * printable ASCII characters without spaces, best 32 at random; the bytes are copied, and wiped when
 * they are replaced. Empty: there is none any more. Streams proved by another secret are closed.
 * Errors: XMPPFED_ERR_ARGUMENT (no such secret), XMPPFED_ERR_ADDRESS, XMPPFED_ERR_NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_site_set_partner_secret(xmppfed_site *site, const char *domain, xmppfed_slice secret);
/* Who the partners are; takes a reference. NULL: nobody. */
XMPPFED_API void xmppfed_site_set_policy(xmppfed_site *site, xmppfed_policy *policy);
/* The policy in force, borrowed; NULL for none. */
XMPPFED_API xmppfed_policy *xmppfed_site_policy(const xmppfed_site *site);

/*
 * The secret of the dialback keys (DialbackPassphrase), the same on all edges of a pool.
 * Errors: XMPPFED_ERR_ARGUMENT (under 16 bytes), XMPPFED_ERR_NOMEM. The bytes are copied.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_site_set_dialback_secret(xmppfed_site *site,
                                                                    xmppfed_slice secret);
/* Says that monotonic time now is unix_seconds of wall clock; certificates are judged by it. */
XMPPFED_API void xmppfed_site_set_clock(xmppfed_site *site, int64_t unix_seconds, xmppfed_time now);

/*
 * Sets one of the two values of a limit: limit is one of enum xmppfed_limit, when one of enum
 * xmppfed_limit_when. Streams that stand go by it from their next element on; BUFFER_BYTES is for
 * those that are opened or proved afterwards.
 * Errors: XMPPFED_ERR_ARGUMENT (unknown, out of range, or it does not apply then).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_site_set_limit(xmppfed_site *site, int limit, int when,
                                                          uint64_t value);
/* The value of a limit; 0 if it does not apply then or is unknown. Errors: none. */
XMPPFED_API uint64_t xmppfed_site_limit(const xmppfed_site *site, int limit, int when);
/*
 * The most bytes that one connection can hold in the context's allocator with the limits as they
 * are, before or after authentication; 0 for a wrong argument. What GnuTLS and libxml2 allocate by
 * themselves is not in it (doc/limits.md). Errors: none.
 */
XMPPFED_API size_t xmppfed_site_worst_case(const xmppfed_site *site, int when);

/* The most bytes of one recording. */
#define XMPPFED_RECORDING_MAX ((size_t)1024 * 1024)
/*
 * Records streams made from now on, for whoever asks why one could not be set up: up to so many
 * bytes of each (0: none, the default; XMPPFED_RECORDING_MAX at most), which count against the
 * budget of the context. xmppfed_connection_recording() says what is in one. Errors: none.
 */
XMPPFED_API void xmppfed_site_set_recording(xmppfed_site *site, size_t bytes);

XMPPFED_END_DECLS

#endif
