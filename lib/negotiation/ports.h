/*
 * ports.h - what the negotiation asks of TLS, of SASL and of its stream.
 *
 * The connection implements the three over tls/, sasl/ and its buffers; tests and fuzzers put
 * others in their place. Nothing here knows GnuTLS or libgsasl.
 */
#ifndef XFED_NEGOTIATION_PORTS_H
#define XFED_NEGOTIATION_PORTS_H

#include "dialback/message.h"
#include "negotiation/acks.h"
#include "policy/partner.h"
#include "stream/features.h"
#include "stream/management.h"
#include <xmppfed/element.h>

struct xfed_input;
struct xfed_pair_proof;

/* What the peer's certificate was found to be worth for the peer's domain on this TLS session. */
enum xfed_certificate {
    XFED_CERTIFICATE_UNCHECKED,
    XFED_CERTIFICATE_PKIX,   /* leads to an anchor, and has a name of the peer */
    XFED_CERTIFICATE_DANE,   /* is the one of TLSA records that DNSSEC has proved */
    XFED_CERTIFICATE_POSH,   /* is one that its domain publishes over HTTPS */
    XFED_CERTIFICATE_FAILS,  /* proves nothing; dialback may */
    XFED_CERTIFICATE_REFUTED /* is none of such records: nothing else may prove the peer either */
};

struct xfed_tls_port {
    /* Whether we can be the server (so: have a certificate for local, "" for any) or the client. */
    bool (*usable)(void *user, const char *local, bool server);
    /* Starts the handshake; XFED_EVENT_TLS_UP is run when it is done. */
    int (*start)(void *user, const char *local, const char *remote, bool server);
    /* What the peer's certificate is worth now; if it proves nothing *why has a sentence. */
    enum xfed_certificate (*prove)(void *user, const char *domain,
                                   const struct xfed_partner *partner, xmppfed_problem *why);
    /*
     * Whether the peer's certificate proves another domain than the stream's own, by an authority
     * or by a pin alone: what DNS or HTTPS say was asked for that one. The answer is kept in
     * *proof.
     */
    bool (*proves_other)(void *user, const char *domain, const struct xfed_partner *partner,
                         struct xfed_pair_proof *proof);
    /* Whether usable TLSA records of the server dialled bind us: TLS, and a certificate of theirs.
     */
    bool (*bound)(void *user, const struct xfed_partner *partner);
    /*
     * Evidence that could speak for the peer's certificate where prove does not, as bits of enum
     * xmppfed_evidence: what the host can get and the record heeds. 0: asking is of no use.
     */
    uint32_t (*evidence)(void *user, const char *domain, const struct xfed_partner *partner);
    /* Another number than before whenever prove may answer otherwise: a reload, an expiry,
     * evidence. */
    uint64_t (*epoch)(void *user);
    /* The version of a finished handshake, to compare with the minimum of a record; else 0. */
    int (*version)(void *user);
};

struct xfed_sasl_port {
    /*
     * Whether a partner can be proved by a shared secret on this TLS session: there is one, the
     * session can be bound, and its certificate is none that pins keep out. Once SCRAM has begun:
     * whether its secret is the partner's still. 0, or an error and a sentence in why (may be
     * NULL).
     */
    int (*secret)(void *user, const struct xfed_partner *partner, xmppfed_problem *why);
    /*
     * Begins a method of enum xmppfed_method, EXTERNAL or SCRAM. domain is that of the initiating
     * side, which it proves; for an initiator of EXTERNAL it is not used.
     */
    int (*start)(void *user, int method, bool initiator, const char *domain);
    /*
     * One step with element text (NULL: nothing was sent). *ret_text, the text to send, is freed by
     * the caller with xfed_free. 1 when done, 0 to go on, or an error.
     */
    int (*step)(void *user, const char *text, char **ret_text);
    void (*end)(void *user);
};

struct xfed_stream_port {
    /* What is asked of the site: hosted domains, partner records, the dialback secret, a new id. */
    bool (*hosts)(void *user, const char *domain);
    const struct xfed_partner *(*partner)(void *user, const char *domain);
    xmppfed_slice (*secret)(void *user);
    int (*new_id)(void *user, char *ret, size_t size);
    /* The limits of a proved peer, to be told to it (XEP-0478): sets the two fields. */
    void (*limits)(void *user, struct xfed_stream_features *offer);

    /* What is done to the stream; each gives 0 or an error. */
    int (*send_header)(void *user, const char *from, const char *to, const char *id);
    int (*send)(void *user, const xmppfed_element *e);
    /* Forgets the stream so far; bytes that already followed it are an error. */
    int (*restart)(void *user);

    /* What is told to the host; each gives 0 or an error. */
    int (*up)(void *user, const char *local, const char *remote, int method);
    int (*can_verify)(void *user);
    /* The peer, or policy, does not let a further pair use this stream; condition: "" for none. */
    int (*pair_refused)(void *user, const char *local, const char *remote, int code,
                        const char *condition);
    int (*check)(void *user, const char *local, const char *remote, const char *id,
                 const char *key);
    /* EVIDENCE_KNOWN is run when the host has answered. */
    int (*evidence_wanted)(void *user, const char *local, const char *remote, uint32_t kinds);
    int (*verify_answer)(void *user, const struct xfed_dialback_message *answer);
    int (*stanza)(void *user, const struct xfed_input *in);
};

/* What is told of a session that a receiver was asked to resume. */
struct xfed_session_answer {
    bool resumes;          /* it goes on here */
    bool known;            /* else: it was the peer's, and acks.handled is final */
    struct xfed_acks acks; /* as the stream before has left them */
};

/* Where sessions are kept when their streams are lost (XEP-0198 5). Without one there are none. */
struct xfed_session_port {
    /* Initiator: the id of a session that this stream may resume, or NULL, and its counts. */
    const char *(*left)(void *user, struct xfed_acks *ret);
    /* It goes on: <resumed/> has passed, and the peer has handled h of our stanzas. */
    void (*resumed)(void *user, uint32_t h);
    /* Initiator: it is over; the peer has handled *h of its stanzas, NULL if nobody knows. */
    void (*ended)(void *user, const uint32_t *h);
    /* Receiver: a session for this stream: its id, "" if there is to be none, and how long it is
     * kept. An error, or 0. */
    int (*open)(void *user, char *ret_id, size_t size, uint32_t *ret_seconds);
    /* Receiver: whether the session with this id goes on here. */
    void (*take)(void *user, const struct xfed_management *resume, struct xfed_session_answer *ret);
};

struct xfed_ports {
    const struct xfed_tls_port *tls;
    const struct xfed_sasl_port *sasl;
    const struct xfed_stream_port *stream;
    void *user;
    const struct xfed_session_port *session; /* NULL: no stream is resumed */
    void *session_user;
};

#endif
