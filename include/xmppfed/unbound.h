/*
 * xmppfed/unbound.h - libxmppfed-unbound: DNSSEC validated in this process, by libunbound.
 *
 * Purpose: where no validating name server runs on this machine, the queries of a federation or of
 * a resolver go here in place of a socket, and come back as answers whose AD bit says what
 * libunbound has proved from the trust anchors. Only such answers may make a host set
 * XMPPFED_OPTION_DNS_TRUSTED. It fits any event loop: one descriptor to poll, one call when it is
 * readable. The library is built where libunbound is (meson: -Dunbound=auto).
 *
 *     static xmppfed_unbound *validator;
 *     xmppfed_unbound_new(on_answer, fed, &validator);
 *     xmppfed_unbound_add_anchors(validator, "/usr/share/dns/root.key", &why);
 *     xmppfed_unbound_start(validator, &why);
 *     xmppfed_federation_set_option(fed, XMPPFED_OPTION_DNS_TRUSTED, 1);
 *     xmppfed_unbound_ask(validator, xmppfed_event_query(ev)); // for each event DNS
 *     poll_for_reading(xmppfed_unbound_fd(validator));
 *     xmppfed_unbound_process(validator); // calls on_answer, which calls _dns_answer()
 *
 * Threads: all calls on one thread. libunbound looks up on a thread of its own, which calls nothing
 * of the host's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_UNBOUND_H
#define XMPPFED_UNBOUND_H

#include <xmppfed/error.h>
#include <xmppfed/resolver.h>

XMPPFED_BEGIN_DECLS

typedef struct xmppfed_unbound xmppfed_unbound;

/*
 * Gets the answer to the query with this token, for xmppfed_federation_dns_answer() or
 * xmppfed_resolver_answer(). data borrows until it returns. Runs within xmppfed_unbound_process();
 * it may ask anew, but not free the validator.
 */
typedef void (*xmppfed_unbound_answer_fn)(uint64_t token, const uint8_t *data, size_t len,
                                          void *user);

/*
 * Makes a validator. Without name servers it asks the authoritative ones, from the root down.
 * Errors: XMPPFED_ERR_ARGUMENT, _NOMEM. Ownership: the caller frees it.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_unbound_new(xmppfed_unbound_answer_fn on_answer,
                                                       void *user, xmppfed_unbound **ret);
/* Frees a validator; queries without an answer get none. NULL is fine. */
XMPPFED_API void xmppfed_unbound_free(xmppfed_unbound *u);

/*
 * Adds a file with trust anchors, DS or DNSKEY records as in a zone file; several are fine. What is
 * below no anchor is insecure. why may be NULL. Errors: XMPPFED_ERR_ARGUMENT, _NOMEM and, with a
 * sentence, XMPPFED_ERR_STATE (it has begun; the file cannot be read or has no anchor).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_unbound_add_anchors(xmppfed_unbound *u, const char *file,
                                                               xmppfed_problem *why);
/*
 * Adds a name server that is asked for everything. It need not validate, nor be trusted, but has to
 * hand signatures on. Errors: XMPPFED_ERR_ADDRESS (not an IP address), _ARGUMENT, _NOMEM, _STATE.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_unbound_add_server(xmppfed_unbound *u,
                                                              const char *address, uint16_t port);
/*
 * Takes all settings into use; call it before the first query. why may be NULL. Errors:
 * XMPPFED_ERR_ARGUMENT and, with a sentence, XMPPFED_ERR_STATE (an anchor that cannot be read).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_unbound_start(xmppfed_unbound *u, xmppfed_problem *why);

/* The descriptor that is readable when xmppfed_unbound_process() is due. */
XMPPFED_API int xmppfed_unbound_fd(const xmppfed_unbound *u);
/* Calls on_answer for each answer that is there. */
XMPPFED_API void xmppfed_unbound_process(xmppfed_unbound *u);
/*
 * Looks up what the message asks. The answer has its id and question, letter for letter, and AD if
 * all of it is proved; bogus data are SERVFAIL, and to a query with CD an answer without records.
 * Over 4096 octets it is truncated unless the query was for TCP. It comes in the end, if only as
 * SERVFAIL. Errors: XMPPFED_ERR_ARGUMENT (no query of one question), _STATE (not begun),
 * _LIMIT_PENDING (1024 wait), _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_unbound_ask(xmppfed_unbound *u,
                                                       const xmppfed_dns_query *q);

XMPPFED_END_DECLS

#endif
