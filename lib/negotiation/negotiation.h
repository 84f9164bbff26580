/*
 * negotiation.h - one stream's negotiation: the data of the state machine, and its engine.
 *
 * xfed_negotiation_run is the only writer of the state. It computes the facts, finds the row, does
 * its action and goes on while actions name a further event.
 */
#ifndef XFED_NEGOTIATION_NEGOTIATION_H
#define XFED_NEGOTIATION_NEGOTIATION_H

#include "negotiation/acks.h"
#include "negotiation/machine.h"
#include "negotiation/pairs.h"
#include "negotiation/ports.h"
#include "stream/features.h"
#include "stream/header.h"
#include "stream/management.h"

struct xfed_negotiation {
    xmppfed_context *ctx;
    struct xfed_ports ports;
    enum xfed_role role;
    unsigned state;
    unsigned ended_in; /* the state before CLOSED */
    bool verify_only;
    bool heard; /* a header of the peer was read */
    bool tls_on;
    bool external_offered; /* initiator: by the peer; receiver: by us */
    bool scram_offered;    /* ... and SCRAM-SHA-256-PLUS */
    bool tls_offered;      /* initiator: by the peer */
    bool dialback_offered; /* initiator: by the peer */
    bool errors_offered;   /* ... with errors, so that one pair can fail alone (XEP-0220 2.4.2) */
    bool dialback_first;   /* initiator: the peer has refused EXTERNAL on another stream */
    bool external_pending; /* initiator: it was sent, and there is no answer yet */
    bool bidi_offered;     /* initiator: by the peer */
    bool bidi;             /* <bidi/> was sent by us, or taken from the peer (XEP-0288) */
    size_t peer_max_bytes; /* initiator: the largest element that the peer takes; 0: not said */
    bool evidence_asked;   /* receiver: about the certificate, once a stream */
    unsigned sasl_tries;
    bool sasl_done;          /* initiator: the peer has proved itself by SASL as well */
    int method;              /* enum xmppfed_method that is being tried, or that succeeded */
    unsigned tried;          /* initiator: OR of those that were tried */
    char peer_condition[64]; /* initiator: of the last error that the peer sent, "" for none */
    enum xfed_certificate certificate;
    int certificate_eku; /* the rules by which it was judged */
    int certificate_dane;
    uint64_t certificate_epoch;       /* ... and the epoch of the TLS port */
    char local[XMPPFED_DOMAIN_SIZE];  /* "" until a receiver is told */
    char remote[XMPPFED_DOMAIN_SIZE]; /* "" until a receiver is told */
    char id[256];                     /* of the stream as it is now; the receiver's choice */
    const char *sasl_condition;       /* of the <failure/> to send; static */
    char *sasl_text;                  /* what SASL wants to be sent next */
    struct xfed_acks acks;
    struct xfed_acks acks_before; /* initiator: of the session that is to be resumed */
    char *session;                /* initiator: the id by which it may be resumed, or NULL */
    uint32_t session_seconds;     /* ... for so long; 0: not said */
    struct xfed_pairs proved;
    struct xfed_pairs checks;       /* receiver: keys that are being verified */
    struct xfed_pairs further;      /* initiator: pairs beside the first one (XEP-0220 2.6) */
    xmppfed_problem why_not_proved; /* of the certificate */
    xmppfed_problem fault;          /* why the stream ended; code 0: cleanly */
};

/* What comes with an event; unused fields are zero. */
struct xfed_input {
    const xmppfed_element *element;
    const struct xfed_stream_header *header;
    const struct xfed_stream_features *features;
    const struct xfed_dialback_message *dialback;
    const struct xfed_management *management;
    const char *local;  /* STANZA: domain of 'to'; CHECK_*, PAIR_WANTED: the pair */
    const char *remote; /* STANZA: domain of 'from'; CHECK_*, PAIR_WANTED: the pair */
    int code;           /* CHECK_FAILED: why */
    const char *condition;
};

/* SASL attempts that a peer has on one stream (RFC 6120 6.4.5 asks for 2 to 5). */
#define XFED_SASL_TRIES 3

/* local and remote are prepared; a receiver starts with "". */
void xfed_negotiation_init(struct xfed_negotiation *n, xmppfed_context *ctx, enum xfed_role role,
                           const char *local, const char *remote, const struct xfed_ports *ports);
void xfed_negotiation_fini(struct xfed_negotiation *n);

/* Initiator: sends the first header. */
int xfed_negotiation_begin(struct xfed_negotiation *n) XMPPFED_MUST_CHECK;

/*
 * Lets an event happen. 0: the stream goes on. Negative: it is over and n->fault says why;
 * XMPPFED_ERR_STREAM_CLOSED with fault.code 0 if it ended cleanly.
 */
int xfed_negotiation_run(struct xfed_negotiation *n, unsigned event,
                         const struct xfed_input *in) XMPPFED_MUST_CHECK;

/*
 * Takes the domains of the first header that names them; what later headers name must be the same
 * (RFC 6120 4.7). A header that is refused is frozen too: the answer and the log name its domains.
 */
void xfed_negotiation_freeze(struct xfed_negotiation *n, const struct xfed_stream_header *h);

/* Whether stanzas may be sent (initiator) or are taken (receiver). */
bool xfed_negotiation_is_up(const struct xfed_negotiation *n);

/*
 * Initiator, after the handshake: whether the certificate is none that the TLSA records of the
 * peer's server allow. Then XFED_EVENT_TLS_REFUTED happens in place of TLS_UP.
 */
bool xfed_negotiation_refuted(struct xfed_negotiation *n);

/*
 * Whether a stanza from local to remote may be sent now: the stream is up and its proof is one that
 * policy accepts; on a received stream, also for sending (XEP-0288).
 */
bool xfed_negotiation_may_send(struct xfed_negotiation *n, const char *local, const char *remote);

/*
 * Initiator: the enum xmppfed_method by which the peer has taken a pair on this stream, its first
 * or a further one; 0 if it has not.
 */
int xfed_negotiation_carries(const struct xfed_negotiation *n, const char *local,
                             const char *remote);

/*
 * Whether PAIR_WANTED would send a key: the stream is one of ours that is up, the peer can refuse
 * one pair without ending the stream, and the record of the pair allows dialback on it as it is.
 */
bool xfed_negotiation_takes_pair(struct xfed_negotiation *n, const char *local, const char *remote);

/* Whether stanzas may go both ways now, on a stream on which <bidi/> was sent. */
bool xfed_negotiation_is_bidi(struct xfed_negotiation *n);

/*
 * Whether one of the proofs on a stream that is up is still one that policy and the certificate
 * support. Each is looked at, so that afterwards uses_certificate() is right.
 */
bool xfed_negotiation_stands(struct xfed_negotiation *n);
/*
 * Whether an initiator's stream ended with EXTERNAL unanswered or refused, while dialback over TLS,
 * on another stream, would have been open to it.
 */
bool xfed_negotiation_external_failed(struct xfed_negotiation *n);
/* Whether an initiator's peer may be dialled back to by its record and DNS, inside TLS. */
bool xfed_negotiation_may_dial_back(struct xfed_negotiation *n);
/* Receiver: the enum xmppfed_method by which a pair is proved if that stands now, else 0. */
int xfed_negotiation_method_of(struct xfed_negotiation *n, const char *local, const char *remote);
/* Whether a proof on this stream, and not a shared secret, is by a certificate that was found good
 * when last looked at. */
bool xfed_negotiation_uses_certificate(const struct xfed_negotiation *n);

/*
 * The methods of SASL (OR of enum xmppfed_method) of which the fact SASL_OPEN is made at this
 * event.
 */
uint32_t xfed_negotiation_sasl(struct xfed_negotiation *n, unsigned event,
                               const struct xfed_input *in);

/* The facts of facts.def as they are for this event; asks the ports, changes only the cache of the
 * certificate check. */
unsigned xfed_negotiation_facts(struct xfed_negotiation *n, unsigned event,
                                const struct xfed_input *in);

#endif
