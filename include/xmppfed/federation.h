/*
 * xmppfed/federation.h - the whole engine: many streams, domain pairs, dialling, queues, policy.
 *
 * Purpose: a host hands in stanzas of its users and gets those of the partners' users, each with
 * proof and decision. The host owns sockets, DNS transport and the clock; libxmppfed-uv (uv.h) does
 * that part for hosts with libuv.
 *
 *     xmppfed_federation *fed;
 *     const xmppfed_event *ev;
 *     uint64_t link;
 *     xmppfed_federation_new(ctx, site, &fed);
 *     xmppfed_federation_accept(fed, "192.0.2.7", now, &link);  // a socket of ours was accepted
 *     xmppfed_federation_feed(fed, link, data, len, now);       // it became readable
 *     while (xmppfed_federation_next_event(fed, now, &ev) == 1)
 *         react(ev);                                            // event.h says what each wants
 *     sleep_until(xmppfed_federation_deadline(fed));
 *
 * Threads: a federation belongs to one thread. Every link is a number of the library's choice,
 * never used twice, so that a late call about a dead link is harmless.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_FEDERATION_H
#define XMPPFED_FEDERATION_H

#include <xmppfed/connection.h>

XMPPFED_BEGIN_DECLS

typedef struct xmppfed_federation xmppfed_federation;

/* Numeric options of a federation, each with a finite default. */
enum xmppfed_federation_option {
    XMPPFED_OPTION_QUEUE_STANZAS = 1,  /* waiting stanzas a pair, default 1000, 1..100000 */
    XMPPFED_OPTION_QUEUE_BYTES = 2,    /* their bytes a pair, default 4 MiB, 64 KiB..1 GiB */
    XMPPFED_OPTION_QUEUE_SECONDS = 3,  /* how long a stanza may wait, default 60, 1..3600 */
    XMPPFED_OPTION_PENDING_CHECKS = 4, /* dialback checks open at a time, default 256, 1..65536 */
    XMPPFED_OPTION_RACE_MILLISECONDS = 5, /* after which a partner's next server is tried beside one
                                             that does not answer, default 250, 10..15000 */
    XMPPFED_OPTION_DNS_TRUSTED = 6,       /* 1: the name servers validate DNSSEC and nobody else is
                                             on the path to them, so that their word proves TLSA
                                             records (RFC 7673); default 0 */
    XMPPFED_OPTION_DNS_CACHE = 7,         /* answers kept, default 4096, 0..1000000 */
    XMPPFED_OPTION_DNS_MIXED_CASE = 8,    /* 1: ask in random upper and lower case, default 0 */
    XMPPFED_OPTION_RETURN_SECONDS = 9,    /* after half to all of which a stream to a server of
                                             lower priority moves back, default 600, 10..86400 */
    XMPPFED_OPTION_ACKS = 10,             /* XEP-0198 with peers that have it, default 1, 0..1 */
    XMPPFED_OPTION_ANSWER_PINGS = 11,     /* XEP-0199 to a hosted domain itself, in the host's place,
                                             default 1, 0..1 */
    XMPPFED_OPTION_RESUME_SECONDS = 12,   /* how long a lost stream with acks may be resumed (XEP-0198
                                             5), 0: never, default 120, 0..3600 */
    XMPPFED_OPTION_RESUME_SESSIONS = 13,  /* streams of peers that may be resumed, at most,
                                             default 1000, 0..100000 */
    XMPPFED_OPTION_POSH = 14,             /* 1: POSH_WANTED is answered, default 0 */
    XMPPFED_OPTION_MULTIPLEX = 15         /* 1: pairs that dialback proves share streams to one
                                             server (XEP-0220 2.6), default 1, 0..1 */
};

/* Makes a federation of a site (takes a reference). Errors: XMPPFED_ERR_ARGUMENT, _NOMEM. */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_federation_new(xmppfed_context *ctx, xmppfed_site *site,
                                                          xmppfed_federation **ret);
/* Frees a federation with its links, without telling peers; NULL is fine. */
XMPPFED_API void xmppfed_federation_free(xmppfed_federation *fed);
/* Sets one option. Errors: XMPPFED_ERR_ARGUMENT (unknown or out of range). */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_federation_set_option(xmppfed_federation *fed,
                                                                 int option, uint64_t value);

/* ---- the transport ----------------------------------------------------------------------- */

/*
 * A peer has connected. peer is its IP address, without a port: connections that have proved
 * nothing are counted by it. Errors: XMPPFED_ERR_LIMIT_CONNECTIONS (in all, or the share of
 * strangers, or of that address), XMPPFED_ERR_SHUTDOWN, _NOMEM: then close the socket.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_federation_accept(xmppfed_federation *fed,
                                                             const char *peer, xmppfed_time now,
                                                             uint64_t *ret_link);
/*
 * The same on a port for direct TLS alone (XEP-0368). The port of _accept() takes direct TLS as
 * well, told by its first byte. Further errors: XMPPFED_ERR_TLS_UNAVAILABLE (no domain has
 * credentials).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_federation_accept_direct(xmppfed_federation *fed,
                                                                    const char *peer,
                                                                    xmppfed_time now,
                                                                    uint64_t *ret_link);
/*
 * A DIAL succeeded. TLS is never the host's affair, whatever the endpoint says. Errors:
 * XMPPFED_ERR_UNKNOWN_HANDLE: then close the socket.
 */
XMPPFED_API int xmppfed_federation_connected(xmppfed_federation *fed, uint64_t link,
                                             xmppfed_time now);
/*
 * Hands over received bytes. Take all events before feeding more.
 * Errors: XMPPFED_ERR_UNKNOWN_HANDLE, _LIMIT_*, _NOMEM: then close the socket and tell _closed().
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_federation_feed(xmppfed_federation *fed, uint64_t link,
                                                           const void *data, size_t len,
                                                           xmppfed_time now);
/*
 * Whether bytes of a link are wanted: 1, or 0 while its peer is too fast (limits.h) or its last
 * stanza waits for the host's word about a contact. Do not read its socket then, and ask again
 * after events and ticks. 1 for an unknown link, of which _feed() complains. Errors: none.
 */
XMPPFED_API int xmppfed_federation_wants_input(const xmppfed_federation *fed, uint64_t link);
/* Bytes to be sent on a link; borrowed until the next call. Empty for an unknown link. */
XMPPFED_API xmppfed_slice xmppfed_federation_output(const xmppfed_federation *fed, uint64_t link);
/* The transport took the first len bytes of the output. */
XMPPFED_API void xmppfed_federation_sent(xmppfed_federation *fed, uint64_t link, size_t len,
                                         xmppfed_time now);
/* The socket of a link failed to connect, was closed by the peer or broke. why may be NULL. */
XMPPFED_API void xmppfed_federation_closed(xmppfed_federation *fed, uint64_t link, const char *why,
                                           xmppfed_time now);
/* Answers a DNS event. */
XMPPFED_API void xmppfed_federation_dns_answer(xmppfed_federation *fed, uint64_t token,
                                               const void *data, size_t len, xmppfed_time now);
/* Says that the query of a DNS event could not be sent. */
XMPPFED_API void xmppfed_federation_dns_failed(xmppfed_federation *fed, uint64_t token,
                                               xmppfed_time now);
/*
 * Answers POSH_WANTED with what https://DOMAIN/.well-known/posh/xmpp-server.json says (RFC 7711 3):
 * its fingerprints, of which 32 count, and for how many seconds they hold, a day at most; count 0
 * for whatever failed. The host checks the web server's certificate and follows redirects to HTTPS
 * alone. It has 15 s. Errors: XMPPFED_ERR_UNKNOWN_HANDLE (too late), _ARGUMENT.
 */
XMPPFED_API int xmppfed_federation_posh(xmppfed_federation *fed, uint64_t token,
                                        const xmppfed_fingerprint *list, size_t count,
                                        uint32_t seconds, xmppfed_time now);

/* ---- stanzas ----------------------------------------------------------------------------- */

/*
 * Sends a stanza of a user of ours (namespace "jabber:server", with from and to). It is copied, put
 * to the policy, queued for its pair of domains, and ends in exactly one OUTCOME event with cookie.
 * Errors, without an outcome: XMPPFED_ERR_ADDRESS (from or to missing or malformed),
 * _UNKNOWN_HANDLE (the domain of from is not hosted), _ARGUMENT (not a stanza), _SHUTDOWN, _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_federation_send(xmppfed_federation *fed,
                                                           const xmppfed_element *stanza,
                                                           uint64_t cookie, xmppfed_time now);
/*
 * The same by a host that knows what the sender has done about the addressee (enum xmppfed_contact;
 * UNKNOWN as _send() does): a blocked one is refused as XEP-0191 3.9 asks, and a switch that
 * depends on the contact list is told. Unknown counts as NONE where a switch asks. Errors: as
 * _send().
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_federation_send_knowing(xmppfed_federation *fed,
                                                                   const xmppfed_element *stanza,
                                                                   int contact, uint64_t cookie,
                                                                   xmppfed_time now);
/*
 * Answers CONTACT_WANTED with one of enum xmppfed_contact, in a time that does not tell whether the
 * user exists. Errors: XMPPFED_ERR_UNKNOWN_HANDLE.
 */
XMPPFED_API int xmppfed_federation_contact(xmppfed_federation *fed, uint64_t token, int contact,
                                           xmppfed_time now);

/* ---- running ----------------------------------------------------------------------------- */

/* The next event: 1 with *ret (borrowed until the next call), or 0. */
XMPPFED_API int xmppfed_federation_next_event(xmppfed_federation *fed, xmppfed_time now,
                                              const xmppfed_event **ret);
/* When tick is due, or XMPPFED_TIME_NEVER; and letting passed deadlines act. */
XMPPFED_API xmppfed_time xmppfed_federation_deadline(const xmppfed_federation *fed);
XMPPFED_API void xmppfed_federation_tick(xmppfed_federation *fed, xmppfed_time now);

/*
 * Stops taking connections and stanzas, lets queues drain on streams that stand, bounces the rest
 * and closes every stream. Over when xmppfed_federation_links() is 0.
 */
XMPPFED_API void xmppfed_federation_shutdown(xmppfed_federation *fed, xmppfed_time now);
/* How many links there are, in any state. */
XMPPFED_API size_t xmppfed_federation_links(const xmppfed_federation *fed);

/* ---- looking on -------------------------------------------------------------------------- */

enum xmppfed_link_state {
    XMPPFED_LINK_DIALLING = 1,    /* the host connects */
    XMPPFED_LINK_NEGOTIATING = 2, /* nothing is proved yet */
    XMPPFED_LINK_UP = 3,          /* a pair of domains is proved */
    XMPPFED_LINK_CLOSING = 4      /* the stream is over; what is left of the output drains */
};

/*
 * A link as it is at the moment. Set size to sizeof(xmppfed_link_info); the library fills in no
 * more than that and sets size to what it filled in. Pointers borrow until the next call on the
 * federation.
 */
typedef struct xmppfed_link_info {
    size_t size;
    uint64_t link;
    int direction;              /* enum xmppfed_direction */
    int state;                  /* enum xmppfed_link_state */
    int purpose;                /* enum xmppfed_purpose; that of stanzas for an inbound link */
    const char *peer;           /* its IP address */
    const char *local;          /* our domain, "" before the peer has named it */
    const char *remote;         /* the partner's, not proved unless the state is UP; of a stream
                                   whose header names nobody: of its first pair, if need be of a
                                   key that is being checked */
    const xmppfed_proof *proof; /* of the first proved pair; NULL before */
    size_t pairs;               /* proved pairs of domains (RFC 6120 4.10, XEP-0220) */
    size_t queued;              /* stanzas of the pair that have not ended yet; outbound */
    size_t queued_bytes;        /* ... and how large they are */
    xmppfed_time since;         /* when it was accepted, or the host was asked to dial */
} xmppfed_link_info;

/*
 * Writes the numbers of up to max links to ret, in no order, and returns how many it wrote: as many
 * as xmppfed_federation_links() if max allows. ret may be NULL if max is 0. Errors: none.
 */
XMPPFED_API size_t xmppfed_federation_list_links(const xmppfed_federation *fed, uint64_t *ret,
                                                 size_t max);
/*
 * Tells what a link is like. Errors: XMPPFED_ERR_UNKNOWN_HANDLE (also of a link that the host was
 * not told of yet), XMPPFED_ERR_ARGUMENT (size is too small for what this header declares).
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_federation_link_info(const xmppfed_federation *fed, uint64_t link, xmppfed_link_info *ret);
/* Stanzas that wait in all queues together, also of pairs that have no link. Errors: none. */
XMPPFED_API size_t xmppfed_federation_queued(const xmppfed_federation *fed);
/*
 * How many stanzas of a direction and an action (policy.h) policy has let pass
 * (XMPPFED_VERDICT_ALLOW) or refused so far, and how many look-ups of partners' servers have ended
 * with a code: 0, or an error of the class DNS. They never shrink. 0 for what does not exist.
 * Errors: none.
 */
XMPPFED_API uint64_t xmppfed_federation_decided(const xmppfed_federation *fed, int direction,
                                                int action, int verdict);
XMPPFED_API uint64_t xmppfed_federation_looked_up(const xmppfed_federation *fed, int code);
/*
 * What was recorded of the stream of a link, as xmppfed_connection_recording(); borrowed until the
 * next call on the federation. Ask at STREAM_DOWN at the latest. Empty for an unknown link.
 */
XMPPFED_API xmppfed_slice xmppfed_federation_recording(const xmppfed_federation *fed,
                                                       uint64_t link);
/*
 * Closes the stream of a link cleanly, or gives up dialling. What waits for its pair goes over the
 * next one. Take events afterwards. Errors: XMPPFED_ERR_UNKNOWN_HANDLE.
 */
XMPPFED_API int xmppfed_federation_close_link(xmppfed_federation *fed, uint64_t link);

XMPPFED_END_DECLS

#endif
