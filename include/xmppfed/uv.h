/*
 * xmppfed/uv.h - libxmppfed-uv: sockets, DNS transport and timers for hosts that use libuv.
 *
 * Purpose: the five duties that the core leaves to its host, done on a loop of the host. It uses
 * only the public headers; a host with another loop can do the same.
 *
 *     xmppfed_uv *edge;
 *     xmppfed_uv_new(loop, fed, site, on_event, NULL, &edge);
 *     xmppfed_uv_add_name_server(edge, "127.0.0.1", 53);
 *     xmppfed_uv_listen(edge, "0.0.0.0", 5269, &why, NULL);
 *     uv_run(loop, UV_RUN_DEFAULT);
 *
 * Threads: all calls on the thread of the loop.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_UV_H
#define XMPPFED_UV_H

#include <xmppfed/federation.h>

struct uv_loop_s;

XMPPFED_BEGIN_DECLS

typedef struct xmppfed_uv xmppfed_uv;

/*
 * Gets every event that is not about the transport (those the adapter deals with). Runs on the
 * loop, never inside a library call; it may call any function of the library, the adapter included.
 */
typedef void (*xmppfed_uv_event_fn)(const xmppfed_event *ev, void *user);

/*
 * Ties a federation to a loop. The site's clock is set and kept by the adapter.
 * Errors: XMPPFED_ERR_ARGUMENT, _NOMEM, _INTERNAL (the loop refused a timer).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_uv_new(struct uv_loop_s *loop, xmppfed_federation *fed,
                                                  xmppfed_site *site, xmppfed_uv_event_fn on_event,
                                                  void *user, xmppfed_uv **ret);
/*
 * Listens for partners. port 0 takes a free one; *ret_port (may be NULL) tells which.
 * Errors: XMPPFED_ERR_ADDRESS (not an IP address), XMPPFED_ERR_STATE with a sentence (in use, not
 * permitted), _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_uv_listen(xmppfed_uv *edge, const char *address,
                                                     uint16_t port, xmppfed_problem *why,
                                                     uint16_t *ret_port);
/*
 * Listens for direct TLS alone (XEP-0368); the port of xmppfed_uv_listen() takes it as well. Errors
 * as above.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_uv_listen_direct(xmppfed_uv *edge, const char *address,
                                                            uint16_t port, xmppfed_problem *why,
                                                            uint16_t *ret_port);
/*
 * Listens on a TCP socket that is bound already: by a service manager, or by the process that this
 * one follows. direct: as xmppfed_uv_listen_direct() does. Takes the descriptor over, also on
 * failure. Errors: XMPPFED_ERR_STATE with a sentence (no socket, none of TCP, bound to no port),
 * _ARGUMENT, _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_uv_listen_fd(xmppfed_uv *edge, int fd, int direct,
                                                        xmppfed_problem *why);
/* Stops listening everywhere; streams go on. */
XMPPFED_API void xmppfed_uv_stop_listening(xmppfed_uv *edge);
/* Adds a name server, used in rotation; at most 4. Errors: XMPPFED_ERR_ADDRESS, _ARGUMENT. */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_uv_add_name_server(xmppfed_uv *edge, const char *address,
                                                              uint16_t port);
/* Gets the query of an event DNS, on the loop; q borrows until it returns. */
typedef void (*xmppfed_uv_query_fn)(const xmppfed_dns_query *q, void *user);
/*
 * Has queries handed to the host, in place of the name servers: for one that validates DNSSEC in
 * process (unbound.h) or has a resolver of its own. It answers by xmppfed_federation_dns_answer()
 * or _dns_failed(), at once or later, and then calls xmppfed_uv_wake(). NULL: name servers again.
 */
XMPPFED_API void xmppfed_uv_set_query_fn(xmppfed_uv *edge, xmppfed_uv_query_fn on_query,
                                         void *user);
/* Milliseconds of the loop's clock, for calls on the federation. */
XMPPFED_API xmppfed_time xmppfed_uv_now(xmppfed_uv *edge);
/*
 * Makes the adapter look after the federation soon: call it after each call of your own on the
 * federation (send, contact, shutdown).
 */
XMPPFED_API void xmppfed_uv_wake(xmppfed_uv *edge);
/* Closes all sockets and timers; on_closed (may be NULL) runs when all is released. */
XMPPFED_API void xmppfed_uv_free(xmppfed_uv *edge, void (*on_closed)(void *user), void *user);

XMPPFED_END_DECLS

#endif
