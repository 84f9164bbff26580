/*
 * xmppfed/connection.h - one stream to one peer: the negotiation state machine, without sockets.
 *
 * Purpose: for hosts that route themselves. Bytes and time go in; bytes and events come out. The
 * federation (federation.h) is built on this and adds pairs, dialling, dialback between streams,
 * queues and policy for each stanza; most hosts want that.
 *
 *     xmppfed_connection *c;
 *     xmppfed_connection_new_receiver(site, now, &c);
 *     xmppfed_connection_feed(c, bytes, len);
 *     while (xmppfed_connection_next_event(c, now, &ev) == 1)
 *         react(ev);
 *     xmppfed_slice out = xmppfed_connection_output(c);
 *     xmppfed_connection_sent(c, write_somehow(out));
 *
 * RFC 6120 4-6, XEP-0178, XEP-0220, XEP-0368. Threads: one at a time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_CONNECTION_H
#define XMPPFED_CONNECTION_H

#include <xmppfed/event.h>
#include <xmppfed/site.h>

XMPPFED_BEGIN_DECLS

typedef struct xmppfed_connection xmppfed_connection;

/* What an initiated stream is for. */
enum xmppfed_purpose {
    XMPPFED_PURPOSE_STANZAS = 1, /* prove local to the peer, then send stanzas */
    XMPPFED_PURPOSE_VERIFY = 2   /* only carry dialback checks to the authoritative server */
};

/*
 * The initiating entity: our domain local dials the partner remote. The header goes to the output
 * at once. Errors: XMPPFED_ERR_ADDRESS, _POLICY_UNKNOWN_PARTNER, _POLICY_NO_METHOD,
 * _UNKNOWN_HANDLE (local is not hosted), _ARGUMENT, _NOMEM. Ownership: the caller frees *ret.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_connection_new_initiator(xmppfed_site *site, const char *local, const char *remote,
                                 int purpose, xmppfed_time now, xmppfed_connection **ret);
/*
 * The same with TLS from the first byte, for an endpoint whose direct_tls is 1 (resolver.h): with
 * SNI of remote and ALPN "xmpp-server" (XEP-0368 3). Take events: the first bytes are in the output
 * then. Further errors: XMPPFED_ERR_TLS_UNAVAILABLE (the partner record allows no TLS).
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_connection_new_initiator_direct(xmppfed_site *site, const char *local, const char *remote,
                                        int purpose, xmppfed_time now, xmppfed_connection **ret);
/*
 * Says what DNSSEC has proved of the server that an initiator dials, before its first event. host
 * is the SRV target if the domain's use of it is proved (XMPPFED_SECURE_NAME), else NULL; the
 * certificate may then have that name in place of the domain (RFC 7673 4.1). records are the proved
 * TLSA records of that server and port. If any can be used TLS is a must, and a certificate that
 * matches none ends the stream with XMPPFED_ERR_TLS_CERTIFICATE: neither PKIX nor dialback takes
 * its place (RFC 7673 4.2), unless the partner record does not heed DANE. All is copied. A receiver
 * takes records while EVIDENCE_WANTED is open. Errors: XMPPFED_ERR_ADDRESS (host is no domain),
 * _STATE (too late, not asked for), _ARGUMENT, _LIMIT_MEMORY, _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_connection_set_tlsa(xmppfed_connection *c,
                                                               const char *host,
                                                               const xmppfed_tlsa *records,
                                                               size_t count);
/*
 * Hands over the fingerprints that the peer's domain publishes (RFC 7711), good for some seconds
 * from now; at most 32 count. A certificate that has one of them, and is within its dates, proves
 * the peer if the partner record takes POSH. When: as _set_tlsa(). All is copied. Errors:
 * XMPPFED_ERR_STATE (too late, not asked for), _ARGUMENT, _LIMIT_MEMORY, _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_connection_set_fingerprints(xmppfed_connection *c, const xmppfed_fingerprint *list,
                                    size_t count, uint32_t seconds);
/*
 * Says what the host of a receiver can get, as bits of enum xmppfed_evidence; nothing unless said.
 * When a peer's certificate does not prove it and the partner record takes EXTERNAL, the event
 * EVIDENCE_WANTED asks for it, once a stream, and no input is wanted until the answer. Errors:
 * XMPPFED_ERR_ARGUMENT (not a receiver, an unknown bit).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_connection_set_evidence(xmppfed_connection *c,
                                                                   uint32_t kinds);
/*
 * Answers EVIDENCE_WANTED once everything that was found is handed over; nothing found is an answer
 * too, and better than none: the establishment timeout runs. Before it, TLSA records go to
 * xmppfed_connection_set_tlsa(), host NULL: those of all servers of the domain, the records of one
 * server side by side and with their base. Of these only usage 3 counts (RFC 7671 5.1), and none
 * that matches proves nothing, but refutes nothing either. Take events afterwards. Errors:
 * XMPPFED_ERR_STATE (nothing was asked), _ARGUMENT.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_connection_evidence_known(xmppfed_connection *c);
/*
 * The receiving entity, before the first byte. A peer that begins with a TLS record in place of a
 * stream header is served as by _direct(). Errors: XMPPFED_ERR_ARGUMENT, _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_connection_new_receiver(xmppfed_site *site, xmppfed_time now, xmppfed_connection **ret);
/*
 * The receiving entity on a port for direct TLS alone (XEP-0368). The certificate is that of the
 * domain named by SNI, and of any without SNI; ALPN for other protocols is refused. Errors:
 * XMPPFED_ERR_ARGUMENT, _NOMEM, _TLS_UNAVAILABLE (no domain has credentials).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_connection_new_receiver_direct(xmppfed_site *site,
                                                                          xmppfed_time now,
                                                                          xmppfed_connection **ret);
/* Frees a connection in any state; NULL is fine. */
XMPPFED_API void xmppfed_connection_free(xmppfed_connection *c);

/*
 * Hands over received bytes; they are worked on by next_event, so take all events before feeding
 * more. Errors: XMPPFED_ERR_LIMIT_SIZE (more than PENDING_BYTES of limits.h would wait),
 * _LIMIT_MEMORY, _NOMEM, _STREAM_CLOSED.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_connection_feed(xmppfed_connection *c, const void *data,
                                                           size_t len);
/*
 * Whether more bytes are wanted: 1, or 0 while the peer has been faster than its limits and what it
 * sent waits until the deadline, or while EVIDENCE_WANTED is open. Do not read its socket then, so
 * that TCP slows it down. Errors: none.
 */
XMPPFED_API int xmppfed_connection_wants_input(const xmppfed_connection *c);
/* The transport was closed or broke. next_event then yields STREAM_DOWN, once. */
XMPPFED_API void xmppfed_connection_transport_closed(xmppfed_connection *c);

/* The next event: 1 with *ret, or 0. After STREAM_DOWN only output remains. Errors: none. */
XMPPFED_API int xmppfed_connection_next_event(xmppfed_connection *c, xmppfed_time now,
                                              const xmppfed_event **ret);

/*
 * Bytes for the transport; borrowed until the next call on the connection. What was sent since the
 * last call becomes one TLS record, so ask once for many stanzas.
 */
XMPPFED_API xmppfed_slice xmppfed_connection_output(xmppfed_connection *c);
/* Drops the first len bytes of the output, as taken by the transport. */
XMPPFED_API void xmppfed_connection_sent(xmppfed_connection *c, size_t len);

/* When tick is due, or XMPPFED_TIME_NEVER; and letting passed deadlines act. */
XMPPFED_API xmppfed_time xmppfed_connection_deadline(const xmppfed_connection *c);
XMPPFED_API void xmppfed_connection_tick(xmppfed_connection *c, xmppfed_time now);

/*
 * Sends a stanza on an initiated stream that is up. Its 'from' domain must be local and its 'to'
 * domain remote. A received stream takes stanzas of its proved pairs if the peer has asked for both
 * ways and policy lets them (XEP-0288). *ret_mark (may be NULL) is a position in the output: the
 * stanza is handed over once xmppfed_connection_acked() has reached it. Errors: XMPPFED_ERR_STATE
 * (not up, or not now), _STREAM_ADDRESSING, _LIMIT_SIZE (larger than the peer has said to take,
 * XEP-0478, or than the output can hold), _LIMIT_QUEUE (ask again once output was taken),
 * _LIMIT_MEMORY, _NOMEM; the stream goes on after all of them.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_connection_send(xmppfed_connection *c, const xmppfed_element *stanza, uint64_t *ret_mark);
/* How far the transport has taken the output, as a position to compare marks with. */
XMPPFED_API uint64_t xmppfed_connection_acked(const xmppfed_connection *c);

/*
 * Says, before the first event is taken, that acknowledgements are to be used where the peer has
 * them too (XEP-0198): what the peer sends is acknowledged, and what is sent to it is counted by
 * _unacknowledged(). A peer that leaves it unacknowledged for half a minute has a dead stream.
 */
XMPPFED_API void xmppfed_connection_set_acks(xmppfed_connection *c, int on);
/*
 * How many of the stanzas sent the peer has not acknowledged: always the last ones. Errors:
 * XMPPFED_ERR_STATE (the stream has no acks), _ARGUMENT.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_connection_unacknowledged(const xmppfed_connection *c,
                                                                     size_t *ret);

/*
 * Asks the peer to take a further pair of domains on an initiated stream that is up, by a dialback
 * key of its own (XEP-0220 2.6). STREAM_UP with the pair says that its stanzas may be sent,
 * PAIR_REFUSED that they need another stream; nothing else on this one changes. Where remote is not
 * the stream's own, the caller knows that both domains have the same server, and that no TLSA
 * records bind it for this one. Each pair is asked for once a stream. Errors:
 * XMPPFED_ERR_POLICY_NO_METHOD (the peer cannot refuse a single pair, the record of remote does not
 * allow dialback on this stream, or the pair was asked for before), _LIMIT_PENDING (32 pairs),
 * _STATE (the stream is not up), _ADDRESS, _ARGUMENT, _LIMIT_*, _NOMEM; after the last two it is
 * over.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_connection_add_pair(xmppfed_connection *c, const char *local, const char *remote);

/*
 * Carries a dialback check to the authoritative server, on an initiated stream after CAN_VERIFY or
 * STREAM_UP. local is our domain, remote the claimed one, id that of the stream which sent key.
 * Errors: XMPPFED_ERR_STATE, _LIMIT_*, _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_connection_verify(xmppfed_connection *c,
                                                             const char *local, const char *remote,
                                                             const char *id, const char *key);
/*
 * Answers DIALBACK_CHECK of a received stream: code 0 proves the pair; XMPPFED_ERR_DIALBACK_INVALID
 * says invalid; any other sends a dialback error with condition. STREAM_UP follows on success.
 * Errors: XMPPFED_ERR_UNKNOWN_HANDLE (no such check is open), _LIMIT_*, _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_connection_checked(xmppfed_connection *c,
                                                              const char *local, const char *remote,
                                                              int code, const char *condition);

/* ---- looking on -------------------------------------------------------------------------- */

/* How far an initiated stream has come, in the order in which it passes them. */
enum xmppfed_stage {
    XMPPFED_STAGE_HEADER = 1,     /* the peer's stream header is awaited */
    XMPPFED_STAGE_FEATURES = 2,   /* its features */
    XMPPFED_STAGE_STARTTLS = 3,   /* its answer to <starttls/> */
    XMPPFED_STAGE_HANDSHAKE = 4,  /* the end of the TLS handshake */
    XMPPFED_STAGE_TLS_STREAM = 5, /* header and features inside TLS, and a method by them */
    XMPPFED_STAGE_SASL = 6,       /* the answer to EXTERNAL, and the stream after it */
    XMPPFED_STAGE_DIALBACK = 7,   /* the answer to our dialback key */
    XMPPFED_STAGE_UP = 8          /* proved to the peer; for checks only: they may be carried */
};

/*
 * Where an initiated stream is, or where it ended. Set size to sizeof(xmppfed_progress); the
 * library fills in no more than that and sets size to what it filled in. Texts borrow until the
 * next call on the connection.
 */
typedef struct xmppfed_progress {
    size_t size;
    int stage;           /* enum xmppfed_stage */
    const char *waiting; /* for people: what was waited for there */
    int peer_spoke;      /* 1: a stream header of the peer was read */
    int offers_tls;      /* what the features that were read last offered */
    int offers_external;
    int offers_dialback;
    uint32_t tried;          /* OR of enum xmppfed_method */
    int offers_scram;        /* ... and SCRAM-SHA-256-PLUS, as of the features above */
    const char *condition;   /* the peer's: of a stream, SASL or dialback error; "" for none */
    const char *tls_version; /* "TLS1.3", "" without TLS */
    const char *cipher;
} xmppfed_progress;

/*
 * Tells how far an initiated stream has come, also when it is over: what a host diagnoses failures
 * with. Errors: XMPPFED_ERR_ARGUMENT (NULL, no initiator, or size too small).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_connection_progress(const xmppfed_connection *c,
                                                               xmppfed_progress *ret);
/*
 * Tells what the peer's certificate says (ret, as of xmppfed_credentials_certificate) and what it
 * is worth at this moment by trust, partner record and TLSA records, whether or not a method of the
 * record asks for it. *ret_proof is XMPPFED_PROOF_PKIX, DANE or NONE; with NONE verdict (may be
 * NULL) has the error and a sentence that ends in what to do. Errors: XMPPFED_ERR_STATE (no TLS
 * handshake was finished, or the peer sent none), _ARGUMENT, _POLICY_UNKNOWN_PARTNER,
 * _TLS_CERTIFICATE (it cannot be read), _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_connection_certificate(xmppfed_connection *c,
                                                                  xmppfed_certificate *ret,
                                                                  int *ret_proof,
                                                                  xmppfed_problem *verdict);
/*
 * What was recorded of the stream so far (xmppfed_site_set_recording()), borrowed until the next
 * call on the connection; empty if it is not recorded. It is text in the language of
 * tests/transcript/transcript.h, which examples/replay plays again: what TLS carried both ways, the
 * host's calls with their times and the events. Keys are masked, stanzas left out. Errors: none.
 */
XMPPFED_API xmppfed_slice xmppfed_connection_recording(const xmppfed_connection *c);

/* Closes the stream: with a stream error if code is negative and names one, else cleanly. */
XMPPFED_API void xmppfed_connection_close(xmppfed_connection *c, int code, const char *text);

XMPPFED_END_DECLS

#endif
