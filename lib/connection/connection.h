/* connection.h - the inside of one stream: negotiation, TLS, SASL, buffers, timers. */
#ifndef XFED_CONNECTION_CONNECTION_H
#define XFED_CONNECTION_CONNECTION_H

#include "base/buffer.h"
#include "base/rate.h"
#include "connection/event.h"
#include "connection/site.h"
#include "crypto/random.h"
#include "negotiation/negotiation.h"
#include "sasl/sasl.h"
#include "stream/reader.h"
#include "tls/session.h"
#include <xmppfed/connection.h>

/* Plaintext bytes that belong together with the wire bytes that carry them. */
struct xfed_flush {
    uint64_t plain_end;
    uint64_t wire_end;
};

/* TLS records whose bytes wait for the transport, at most; more plaintext waits unencrypted. */
#define XFED_FLUSH_MAX 64

struct xfed_connection_dns;
struct xfed_connection_posh;
struct xfed_recording;

/* What a TLS session can be resumed with; secret bytes. */
struct xfed_saved_session {
    char *data; /* NULL: nothing */
    size_t len;
};

struct xmppfed_connection {
    xmppfed_context *ctx;
    xmppfed_site *site;
    struct xfed_account account;
    struct xfed_negotiation negotiation;
    struct xfed_reader *reader; /* NULL until the first byte of a stream */
    xmppfed_tls_session *tls;
    struct xfed_sasl *sasl;
    uint64_t secret_serial; /* of the shared secret that SCRAM has begun with; 0: it has not */
    struct xfed_event_queue events;
    struct xfed_connection_dns *dns;   /* what DNSSEC has proved of the peer; NULL: nothing */
    struct xfed_saved_session offer;   /* to be offered to the server that we dial */
    struct xfed_connection_posh *posh; /* what its domain publishes over HTTPS; NULL: nothing */
    struct xfed_recording *recording;  /* NULL: nobody wants one */
    xmppfed_element *item;             /* the element being worked on; stanza events take it */

    struct xfed_buffer in;      /* plaintext received and not yet read */
    struct xfed_buffer plain;   /* plaintext to be sent */
    struct xfed_buffer wire;    /* bytes to be sent as they are, before those of TLS */
    struct xfed_flush *flushes; /* ring of XFED_FLUSH_MAX, NULL until TLS is on */
    unsigned flush_first;
    unsigned flush_count;
    uint64_t plain_total; /* plaintext bytes ever produced */
    uint64_t wire_total;  /* wire bytes ever produced */
    uint64_t wire_sent;
    uint64_t plain_acked;

    xmppfed_time now; /* of the call in progress */
    xmppfed_time opened_at;
    xmppfed_time last_read;   /* any byte of the peer */
    xmppfed_time heard_at;    /* ... or an answer to a ping over another stream */
    xmppfed_time last_write;  /* any byte of ours */
    xmppfed_time last_stanza; /* what counts against the inactivity timeout */
    xmppfed_time unit_since;  /* the element being received began then; NEVER: there is none */
    xmppfed_time resume_at;   /* input waits for it, as the peer was too fast; 0: it does not */
    struct xfed_rate byte_rate;
    struct xfed_rate unit_rate;
    uint64_t units;      /* elements received before authentication */
    char lang[36];       /* xml:lang of the peer's header (RFC 6120 4.7.4) */
    bool peer_version_0; /* its header has no version (RFC 6120 4.7.5) */
    xmppfed_proof proof; /* of the first proved pair; the kind is the pair's own */
    int64_t proof_until; /* Unix seconds: the certificate proves the peer no longer than that */
    int staple;          /* enum xmppfed_staple: what came with the certificate */
    xmppfed_time ack_asked_at; /* NEVER until the next call that knows the time */
    bool ack_asked;            /* <r/> waits for its <a/> */
    bool sees_pongs;           /* who has this stream sees answers that come over others */
    xmppfed_time ping_at; /* a ping of ours waits for any sign of life since; NEVER: none does */
    unsigned ping_count;
    char ping_prefix[XFED_RANDOM_TOKEN_SIZE]; /* of the ids of our pings; "" before the first */
    uint32_t evidence;   /* receiver: what the host can get (enum xmppfed_evidence) */
    bool evidence_known; /* it was asked for, and answered */
    bool direct;         /* TLS from the first byte (XEP-0368) */
    bool fed;            /* bytes came since the last next_event */
    bool header_sent;
    bool up;                /* a pair was proved once */
    bool trusted;           /* the peer is proved and may send stanzas: no stranger any more */
    bool transport_gone;    /* the peer closed or the socket broke */
    bool tls_closed;        /* ... and the peer said so inside TLS, so that nobody cut it off */
    bool hides_certificate; /* initiator: the peer ends TLS with who shows it ours */
    bool handshake_failed;
    bool down;        /* the stream is over; nothing is read any more */
    bool down_queued; /* ... and STREAM_DOWN is in the queue or was taken */
    int down_code;
};

/* The ports that negotiation uses (ports.c, sasl.c). */
extern const struct xfed_tls_port xfed_connection_tls_port;
extern const struct xfed_sasl_port xfed_connection_sasl_port;
extern const struct xfed_stream_port xfed_connection_stream_port;

/* input.c: works on received bytes until something happened; false when there is nothing to do. */
bool xfed_connection_work(xmppfed_connection *c);

/* input.c: begins TLS before any stream; XMPPFED_ERR_TLS_UNAVAILABLE, _NOMEM, or 0. */
int xfed_connection_begin_direct(xmppfed_connection *c) XMPPFED_MUST_CHECK;

/* pace.c: the value of a limit for this peer as it is now. */
uint64_t xfed_connection_limit(const xmppfed_connection *c, int limit);
/* pace.c: the same for the limits of one header or element. */
const struct xfed_xml_limits *xfed_connection_xml_limits(const xmppfed_connection *c);
/* evidence.c: whether the stream waits for evidence about its peer, and reads nothing meanwhile. */
bool xfed_connection_awaits_evidence(const xmppfed_connection *c);
/* pace.c: whether the peer's rates let us read on now; if not, a deadline is set. */
bool xfed_connection_may_read(xmppfed_connection *c);
/*
 * pace.c: the reader took bytes and said item (enum xfed_reader_result). XMPPFED_ERR_LIMIT_UNITS
 * when a stranger has sent too many elements; else 0.
 */
int xfed_connection_note_read(xmppfed_connection *c, size_t bytes, int item) XMPPFED_MUST_CHECK;
/*
 * pace.c: whether the peer may send stanzas before the stream is up: all that waits for us there
 * can come before its answer to <enable/>, and a stranger's limits would not do for that
 * (XEP-0288 2.2).
 */
bool xfed_connection_is_heard(xmppfed_connection *c);
/* pace.c: the peer has proved a domain: from here on it has the limits of one that has. */
void xfed_connection_trust(xmppfed_connection *c);

/* output.c: our header, an element, the closing tag; 0 or an error of the buffers. */
int xfed_connection_write_header(xmppfed_connection *c, const char *from, const char *to,
                                 const char *id) XMPPFED_MUST_CHECK;
int xfed_connection_write(xmppfed_connection *c, const xmppfed_element *e) XMPPFED_MUST_CHECK;
int xfed_connection_write_raw(xmppfed_connection *c, const char *text) XMPPFED_MUST_CHECK;
/* output.c: turns waiting plaintext into wire bytes. */
int xfed_connection_flush(xmppfed_connection *c) XMPPFED_MUST_CHECK;
/* output.c: says the end of TLS (RFC 6120 4.4) once all plaintext is inside it. */
void xfed_connection_shut_tls(xmppfed_connection *c);
/* output.c: whether anything waits for the transport, without making a record of it. */
bool xfed_connection_has_output(const xmppfed_connection *c);
/* output.c: bytes that wait for the transport, encrypted or not. */
size_t xfed_connection_backlog(const xmppfed_connection *c);

/* close.c: tells the peer as far as it is to be told, and queues STREAM_DOWN; once. */
void xfed_connection_fail(xmppfed_connection *c, int code, const char *text);
/* close.c: ends the stream without an error, for a reason of our own. */
void xfed_connection_close_cleanly(xmppfed_connection *c, const char *text);
/* close.c: queues the STREAM_DOWN for which there was no memory. */
void xfed_connection_requeue_down(xmppfed_connection *c);
/* close.c: ends what the negotiation has ended (its fault says how). */
void xfed_connection_end(xmppfed_connection *c);

/* ack.c: sends <r/> if stanzas are not acknowledged and no <r/> waits; 0 or an error of _write. */
int xfed_connection_ask_ack(xmppfed_connection *c) XMPPFED_MUST_CHECK;
/*
 * ack.c: the keep-alive: <r/> on a stream with acks, else white space between stanzas (RFC 6120
 * 4.6.1). 0 or an error of _write.
 */
int xfed_connection_show_life(xmppfed_connection *c) XMPPFED_MUST_CHECK;
/* ack.c: <a/> has come: what is left open is asked for anew. */
void xfed_connection_note_ack(xmppfed_connection *c);
/* ack.c: takes down the time of an <r/>, when there is one whose time is not known yet. */
void xfed_connection_time_ack(xmppfed_connection *c);
/* ack.c: when _ack_time_out is due, or XMPPFED_TIME_NEVER. */
xmppfed_time xfed_connection_ack_deadline(const xmppfed_connection *c);
/* ack.c: ends a stream whose peer does not answer <r/>. */
void xfed_connection_ack_time_out(xmppfed_connection *c);
/* ack.c: says what was handled before the stream ends (XEP-0198 4); 0 or an error of _write. */
int xfed_connection_last_ack(xmppfed_connection *c) XMPPFED_MUST_CHECK;

/* ping.c: the peer is alive; call it when bytes came, or the answer to a ping by another way. */
void xfed_connection_heard(xmppfed_connection *c, xmppfed_time now);
/* ping.c: when xfed_connection_ping() is due, after a silence of interval; NEVER if pings are not
 * for this stream. */
xmppfed_time xfed_connection_ping_deadline(const xmppfed_connection *c, xmppfed_time interval);
/* ping.c: asks the peer whether it is there, or ends the stream of one that was asked. */
int xfed_connection_ping(xmppfed_connection *c) XMPPFED_MUST_CHECK;
/*
 * ping.c: whether a stanza is a ping between two domains, or could be the answer to one: two
 * servers that ask each other must not keep a stream up that nobody uses.
 */
bool xfed_connection_is_upkeep(const xmppfed_element *stanza);
/* ping.c: whether a stanza of a pair of domains is the answer to a ping of this stream. */
bool xfed_connection_is_pong(const xmppfed_connection *c, const char *local, const char *remote,
                             const xmppfed_element *stanza);

/* timer.c: the value of a gateway setting for this peer. */
uint32_t xfed_connection_setting(const xmppfed_connection *c, int setting);
/* timer.c: for how long a peer may be silent before we end the stream. */
unsigned xfed_connection_idle_seconds(const xmppfed_connection *c);

/* dane.c: what the peer's certificate is worth for a prepared domain, and a sentence if nothing. */
enum xfed_certificate xfed_connection_judge(xmppfed_connection *c, const char *domain,
                                            const struct xfed_partner *partner,
                                            xmppfed_problem *why);
/* dane.c: what a partner's certificate must be like; partner NULL: that of nobody in particular. */
struct xfed_tls_demand xfed_connection_demand(const xmppfed_connection *c,
                                              const struct xfed_partner *partner);
/*
 * dane.c: whether it proves another domain than the stream's own: that of a key on a received
 * stream (XEP-0344). The answer is kept in *proof for as long as it holds.
 */
bool xfed_connection_proves_other(xmppfed_connection *c, const char *domain,
                                  const struct xfed_partner *partner,
                                  struct xfed_pair_proof *proof);
/* dane.c: whether the certificate has none of the keys that the record pins. */
bool xfed_connection_lacks_pin(const xmppfed_connection *c, const char *domain,
                               const struct xfed_partner *partner, xmppfed_problem *why);
/* dane.c: whether an initiator has TLSA records that can be used, and the record heeds them. */
bool xfed_connection_is_bound(const xmppfed_connection *c, const struct xfed_partner *partner);
/* evidence.c: which of what the host can get could prove the peer, and its record heeds; 0:
 * nothing. */
uint32_t xfed_connection_open_evidence(xmppfed_connection *c, const char *domain,
                                       const struct xfed_partner *partner);
/* dane.c: whether TLSA records and fingerprints can still be handed over. */
bool xfed_connection_takes_evidence(const xmppfed_connection *c);
/*
 * posh.c: whether the certificate is one that the domain publishes, and the record takes that. why
 * is for a certificate that is not; nothing published leaves it as it is.
 */
bool xfed_connection_is_published(xmppfed_connection *c, const char *domain,
                                  const struct xfed_partner *partner, xmppfed_problem *why);
/* posh.c: forgets what was published. */
void xfed_connection_forget_posh(xmppfed_connection *c);
/*
 * dane.c: copies what DNSSEC has proved in place of what is there. XMPPFED_ERR_LIMIT_MEMORY,
 * _NOMEM; then all stays as it was.
 */
int xfed_connection_keep_dns(xmppfed_connection *c, const char *host, const xmppfed_tlsa *records,
                             size_t count) XMPPFED_MUST_CHECK;
/* dane.c: forgets it. */
void xfed_connection_forget_dns(xmppfed_connection *c);

/* ticket.c: wipes and frees. */
void xfed_saved_session_free(xmppfed_context *ctx, struct xfed_saved_session *saved);
/*
 * ticket.c: an initiator that has not said a word is to resume this TLS session; it owns it from
 * here on.
 */
void xfed_connection_use_session(xmppfed_connection *c, struct xfed_saved_session *saved);
/* ticket.c: gives what is to be resumed, if anything, to the TLS session that has just been made.
 */
void xfed_connection_offer_session(xmppfed_connection *c);
/*
 * ticket.c: what a later stream to the same server can resume, for the caller to free: only of an
 * initiator, and only where the certificate has proved the server. Without memory there is nothing.
 */
struct xfed_saved_session xfed_connection_save_session(xmppfed_connection *c);

/* proof.c: dialback goes before EXTERNAL on this stream, where record and peer allow both. */
void xfed_connection_prefer_dialback(xmppfed_connection *c);
/*
 * proof.c: whether the peer ended our stream because of EXTERNAL, and dialback over TLS is another
 * way. What anybody on the path can do, cutting the connection, does not count.
 */
bool xfed_connection_external_refused(xmppfed_connection *c);
/* proof.c: the same for a TLS handshake in which the peer is shown no certificate. */
void xfed_connection_hide_certificate(xmppfed_connection *c);
/*
 * proof.c: whether the peer ended our stream by an alert of TLS about our certificate, which nobody
 * on the path can have said, and dialback over TLS is another way.
 */
bool xfed_connection_certificate_refused(xmppfed_connection *c);
/* proof.c: takes down what is known about the peer now that a pair was proved. */
void xfed_connection_note_proof(xmppfed_connection *c, const char *remote, int method);
/*
 * proof.c: receiver: how a pair is proved on this stream, as policy accepts it now: an enum
 * xmppfed_proof_kind, NONE if it is not.
 */
int xfed_connection_pair_proof(xmppfed_connection *c, const char *local, const char *remote);
/* proof.c: the moment after the certificate's last second, NEVER if no proof rests on it. */
xmppfed_time xfed_connection_proof_end(const xmppfed_connection *c);
/* proof.c: ends a stream that is up when none of its proofs stands any more. */
void xfed_connection_recheck(xmppfed_connection *c);
/* proof.c: puts the proof, as of a method of enum xmppfed_method, into an event. */
void xfed_connection_attach_proof(const xmppfed_connection *c, int method, xmppfed_event *ev);

#endif
