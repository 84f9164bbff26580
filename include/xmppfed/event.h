/*
 * xmppfed/event.h - what the library tells its host, as a queue of typed events that the host
 * pulls.
 *
 * Purpose: no host code ever runs inside the parser, the TLS library or the state machine. After a
 * call the host takes events until there are none. Some events are requests: the host answers them
 * by token or link, at once or minutes later. Kinds that a host does not know are to be ignored.
 *
 *     const xmppfed_event *ev;
 *     while (xmppfed_federation_next_event(fed, now, &ev) == 1)
 *         if (xmppfed_event_kind(ev) == XMPPFED_EVENT_STANZA)
 *             deliver(xmppfed_event_element(ev), xmppfed_event_proof(ev));
 *
 * An event and all that it points to is borrowed until the next call of next_event.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_EVENT_H
#define XMPPFED_EVENT_H

#include <xmppfed/element.h>
#include <xmppfed/policy.h>
#include <xmppfed/resolver.h>

XMPPFED_BEGIN_DECLS

typedef struct xmppfed_event xmppfed_event;

enum xmppfed_event_kind {
    /* Of a connection and of a federation. */
    XMPPFED_EVENT_STREAM_UP = 1,   /* link, local, remote, direction, proof: a pair was proved */
    XMPPFED_EVENT_STREAM_DOWN = 2, /* link, local, remote, direction, code, text */
    XMPPFED_EVENT_STANZA = 3,      /* link, local, remote, element, proof, decision */
    /* Of a connection alone: the federation deals with these itself. */
    XMPPFED_EVENT_CAN_VERIFY = 4,      /* an initiator may now carry dialback checks */
    XMPPFED_EVENT_DIALBACK_CHECK = 5,  /* local, remote, id, key: answer with _checked() */
    XMPPFED_EVENT_DIALBACK_ANSWER = 6, /* local, remote, id, code: 0 the key is valid */
    /* local, remote, evidence: hand it over, then _evidence_known(); the stream waits. */
    XMPPFED_EVENT_EVIDENCE_WANTED = 7,
    /*
     * Of both: link, local, remote, code, text: a further pair may not use a stream of ours, which
     * stays as it is. code is DIALBACK_INVALID, DIALBACK_REFUSED (text: the peer's condition) or
     * POLICY_NO_METHOD.
     */
    XMPPFED_EVENT_PAIR_REFUSED = 8,
    /* Of a federation: requests about the transport. */
    XMPPFED_EVENT_OUTPUT = 20, /* link: bytes wait in _output() */
    XMPPFED_EVENT_DIAL = 21,   /* link, endpoint: connect, then _connected() or _closed() */
    XMPPFED_EVENT_CLOSE = 22,  /* link: send what waits, close the socket; the link is forgotten */
    XMPPFED_EVENT_DNS = 23,    /* query: send it, then _dns_answer() or _dns_failed() */
    /* Of a federation: about users. */
    XMPPFED_EVENT_CONTACT_WANTED = 30, /* token, local, remote: answer with _contact() */
    XMPPFED_EVENT_CONTACT_LEARNT = 31, /* local, remote, contact: keep it */
    XMPPFED_EVENT_OUTCOME = 32,        /* token (the cookie), outcome, code, text, element */
    XMPPFED_EVENT_REFUSED = 33, /* direction, local, remote, code, text, decision: for logs */
    /* token, remote: fetch what that domain publishes by POSH, then _posh() */
    XMPPFED_EVENT_POSH_WANTED = 34
};

/* The one end of each stanza that the host sent. */
enum xmppfed_outcome {
    XMPPFED_OUTCOME_HANDED = 1, /* the transport took its last byte */
    /*
     * Not sent, or sent on a stream that was lost before the peer acknowledged it, which is the
     * code STREAM_UNACKNOWLEDGED; element is the error for its sender, if one is due.
     */
    XMPPFED_OUTCOME_BOUNCED = 2,
    XMPPFED_OUTCOME_EXPIRED = 3, /* not sent in time; element as above */
    /* The peer has accepted responsibility for it (XEP-0198 4): in place of HANDED where it can. */
    XMPPFED_OUTCOME_ACKNOWLEDGED = 4
};

/* What a host can get about a peer whose certificate alone does not prove it, as bits. */
enum xmppfed_evidence {
    XMPPFED_EVIDENCE_TLSA = 1, /* TLSA records of the servers of its domain, proved by DNSSEC */
    XMPPFED_EVIDENCE_POSH = 2  /* fingerprints that its domain publishes over HTTPS (RFC 7711) */
};

/* Evidence about the peer; it travels with each stanza. */
typedef struct xmppfed_proof {
    int kind;             /* enum xmppfed_proof_kind of policy.h */
    char tls_version[16]; /* "TLS1.3", "" without TLS */
    char cipher[32];
    int has_certificate;
    uint8_t fingerprint[32]; /* SHA-256 of the certificate; zero without one */
    xmppfed_time proved_at;  /* on the host's monotonic clock */
    int has_binding;         /* whether the next member has a value */
    uint8_t binding[32]; /* tls-exporter (RFC 9266): the same at both ends, of this session only */
    int resumed;         /* by a ticket of an earlier session, whose certificate was judged anew */
    int staple; /* enum xmppfed_staple of tls.h, of a certificate that an authority proves */
} xmppfed_proof;

/* Kind of the event, one of enum xmppfed_event_kind. */
XMPPFED_API int xmppfed_event_kind(const xmppfed_event *ev);
/* The transport link that the event is about; 0 for none. */
XMPPFED_API uint64_t xmppfed_event_link(const xmppfed_event *ev);
/* The token to answer with, or the cookie of an outcome; 0 for none. */
XMPPFED_API uint64_t xmppfed_event_token(const xmppfed_event *ev);
/* enum xmppfed_direction seen from here, or 0. */
XMPPFED_API int xmppfed_event_direction(const xmppfed_event *ev);
/*
 * Our domain or bare address, and the partner's; "" for none. Of STREAM_DOWN they are what the
 * stream was for: a peer that was not proved may have named anything.
 */
XMPPFED_API const char *xmppfed_event_local(const xmppfed_event *ev);
XMPPFED_API const char *xmppfed_event_remote(const xmppfed_event *ev);
/* 0 or an error code, and a sentence for people ("" for none). */
XMPPFED_API int xmppfed_event_code(const xmppfed_event *ev);
XMPPFED_API const char *xmppfed_event_text(const xmppfed_event *ev);
/* Stream id and dialback key of DIALBACK_CHECK and DIALBACK_ANSWER; "" otherwise. */
XMPPFED_API const char *xmppfed_event_id(const xmppfed_event *ev);
XMPPFED_API const char *xmppfed_event_key(const xmppfed_event *ev);
/* The stanza, or the error to hand to the sender; NULL for none. */
XMPPFED_API const xmppfed_element *xmppfed_event_element(const xmppfed_event *ev);
/* The same as the caller's own, to be freed by it; further calls give NULL. */
XMPPFED_API xmppfed_element *xmppfed_event_take_element(const xmppfed_event *ev);
/* NULL unless the kind has one. */
XMPPFED_API const xmppfed_proof *xmppfed_event_proof(const xmppfed_event *ev);
XMPPFED_API const xmppfed_decision *xmppfed_event_decision(const xmppfed_event *ev);
XMPPFED_API const xmppfed_endpoint *xmppfed_event_endpoint(const xmppfed_event *ev);
XMPPFED_API const xmppfed_dns_query *xmppfed_event_query(const xmppfed_event *ev);
/* enum xmppfed_contact of CONTACT_LEARNT, enum xmppfed_outcome of OUTCOME; 0 otherwise. */
XMPPFED_API int xmppfed_event_contact(const xmppfed_event *ev);
XMPPFED_API int xmppfed_event_outcome(const xmppfed_event *ev);
/* enum xmppfed_evidence of EVIDENCE_WANTED: what could prove the peer; 0 otherwise. */
XMPPFED_API uint32_t xmppfed_event_evidence(const xmppfed_event *ev);

/* Stable names for logs: "STREAM_UP", "PKIX", "HANDED". Ownership: static. */
XMPPFED_API const char *xmppfed_event_name(int kind);
XMPPFED_API const char *xmppfed_proof_name(int kind);
XMPPFED_API const char *xmppfed_outcome_name(int outcome);

XMPPFED_END_DECLS

#endif
