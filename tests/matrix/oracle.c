/* oracle.c - what the standards make of two records, a certificate and a way to connect. */
#include "oracle.h"

#include <stddef.h>

/* Required, Optional, Not supported. */
enum negotiation { REQUIRED, OPTIONAL, NOT_SUPPORTED };

/* Ways in which a record lets a domain be proved. */
enum { EXTERNAL = 1, DIALBACK_TLS = 2, DIALBACK_TCP = 4 };

enum ending {
    BY_EXTERNAL,
    BY_DANE,
    BY_DIALBACK_TLS,
    BY_DIALBACK_TCP,
    NEVER_DIALLED,
    NO_CERTIFICATE,
    TLS_NOT_OFFERED,
    TLS_BEFORE_DIALBACK,
    PROOF_BEFORE_DIALBACK,
    RECEIVER_HAS_NO_METHOD,
    INITIATOR_HAS_NO_METHOD,
    TLS_PROMISED,
    NOT_IN_DNS,
    REFUSED_BY_BOTH,
    RECORD_E1,
    RECORD_E2,
    ENDINGS
};

static const struct oracle_answer answers[ENDINGS] = {
    [BY_EXTERNAL] = {'S', ORACLE_EXTERNAL, "", "RFC 6120 6, XEP-0178 3"},
    [BY_DANE] = {'D', ORACLE_DANE, "", "RFC 7673 4, RFC 7671 5.1, XEP-0178 3"},
    [BY_DIALBACK_TLS] = {'T', ORACLE_DIALBACK_TLS, "", "RFC 6120 6.4.5 note, XEP-0220"},
    [BY_DIALBACK_TCP] = {'P', ORACLE_DIALBACK_TCP, "", "XEP-0220"},
    [NEVER_DIALLED] = {'n', ORACLE_REFUSED, "",
                       "XEP-0368 3: TLS from the first byte, which the dialling record forbids"},
    [NO_CERTIFICATE] = {'x', ORACLE_REFUSED, "",
                        "RFC 6120 5.4.3.1: who is dialled must show a certificate; XEP-0368 3: "
                        "there is no stream yet to say so on"},
    [TLS_NOT_OFFERED] = {'t', ORACLE_REFUSED, "initiator: stream error policy-violation",
                         "RFC 7590 3.1 leaves it to local policy, RFC 6120 4.9.3.14 has the error"},
    [TLS_BEFORE_DIALBACK] = {'p', ORACLE_REFUSED, "receiver: dialback error policy-violation",
                             "XEP-0220 2.5: TLS before dialback"},
    [PROOF_BEFORE_DIALBACK] = {'k', ORACLE_REFUSED, "receiver: dialback error not-authorized",
                               "XEP-0220 2.5: a certificate is demanded"},
    [RECEIVER_HAS_NO_METHOD] = {'c', ORACLE_REFUSED, "receiver: stream error policy-violation",
                                "RFC 6120 6.4.5 note: EXTERNAL cannot be offered, dialback is not "
                                "enough"},
    [INITIATOR_HAS_NO_METHOD] = {'i', ORACLE_REFUSED, "initiator: stream error policy-violation",
                                 "RFC 6120 13.7.2: the session is ended, 4.9.3.14 has the error"},
    [TLS_PROMISED] = {'u', ORACLE_REFUSED, "initiator: stream error policy-violation",
                      "RFC 7673 3.4: who has usable TLSA records must use TLS"},
    [NOT_IN_DNS] = {'d', ORACLE_REFUSED, "initiator: stream error policy-violation",
                    "RFC 7673 4.2: a certificate that no TLSA record names, and nothing in its "
                    "place"},
    [REFUSED_BY_BOTH] = {'b', ORACLE_REFUSED,
                         "initiator: stream error policy-violation; "
                         "receiver: stream error policy-violation",
                         "RFC 7673 4.2 and RFC 6120 6.4.5 note: the header that comes with the "
                         "one error is reason enough for the other"},
    [RECORD_E1] = {'1', ORACLE_RECORD_E1, "", "E1: SASL without TLS, and no dialback"},
    [RECORD_E2] = {'2', ORACLE_RECORD_E2, "", "E2: neither SASL nor dialback"},
};

/* One end as the other meets it. */
struct side {
    enum negotiation tls;
    unsigned methods;
    bool can_serve_tls;   /* it has a certificate */
    bool other_is_proved; /* by the other's certificate, under its own rule */
    bool has_tlsa;        /* of the other, if that is a server */
    bool tlsa_matches;
};

/* The order of the documented rows: SASL, then TLS, then dialback true before false. */
static enum negotiation tls_of(unsigned row)
{
    return (enum negotiation)((row - 1) % 6 / 2);
}

static enum negotiation sasl_of(unsigned row)
{
    return (enum negotiation)((row - 1) / 6);
}

/*
 * The formula that gives all documented rows. The strict reading takes "SASL Required" by its word,
 * so that dialback cannot stand in for it.
 */
static unsigned methods_of(unsigned row, bool strict)
{
    enum negotiation tls = tls_of(row);
    enum negotiation sasl = sasl_of(row);
    bool dialback = row % 2 == 1 && !(strict && sasl == REQUIRED);
    unsigned methods = 0;

    if (tls != NOT_SUPPORTED && sasl != NOT_SUPPORTED)
        methods |= EXTERNAL;
    if (dialback && tls != NOT_SUPPORTED && !(tls == REQUIRED && sasl == REQUIRED))
        methods |= DIALBACK_TLS;
    if (dialback && tls != REQUIRED)
        methods |= DIALBACK_TCP;
    return methods;
}

static enum ending ending_of_record(unsigned row, bool strict)
{
    if (methods_of(row, strict) != 0)
        return ENDINGS;
    return sasl_of(row) != NOT_SUPPORTED ? RECORD_E1 : RECORD_E2;
}

/*
 * Whether the peer's certificate proves its domain to us: RFC 6120 13.7.2 asks for a path to an
 * anchor, dates and name; which extended key usage counts (RFC 5280 4.2.1.12) the record's rule
 * says. An acceptor of TLS is a server, and so is who dials, unless the rule is to the letter.
 */
static bool proves(const struct oracle_question *q)
{
    switch (q->certificate) {
    case ORACLE_GOOD:
        return true;
    case ORACLE_DANE_GOOD: /* dates, names and usages do not count (RFC 7671 5.1) */
        return !q->peer_dials;
    case ORACLE_DANE_BAD:
        return q->peer_dials;
    case ORACLE_SERVER_ONLY:
        return q->eku != ORACLE_EKU_STRICT_ROLE || !q->peer_dials;
    case ORACLE_CLIENT_ONLY:
        return q->eku == ORACLE_EKU_ANY || (q->eku == ORACLE_EKU_STRICT_ROLE && q->peer_dials);
    case ORACLE_SELF_SIGNED:
    case ORACLE_EXPIRED:
    case ORACLE_WRONG_NAME:
    case ORACLE_UNKNOWN_CA:
    case ORACLE_NONE:
    case ORACLE_CERTIFICATES:
        break;
    }
    return false;
}

/* Once TLS is up, dialback over TCP no longer exists. */
static enum ending inside_tls(const struct side *initiator, const struct side *receiver)
{
    bool offered = (receiver->methods & EXTERNAL) && receiver->other_is_proved;
    bool closed = !offered && !(receiver->methods & DIALBACK_TLS);

    if (initiator->has_tlsa && !initiator->tlsa_matches)
        return closed ? REFUSED_BY_BOTH : NOT_IN_DNS;
    if (closed)
        return RECEIVER_HAS_NO_METHOD;
    if (offered && (initiator->methods & EXTERNAL) && initiator->other_is_proved)
        return initiator->has_tlsa ? BY_DANE : BY_EXTERNAL;
    if (!(initiator->methods & DIALBACK_TLS))
        return INITIATOR_HAS_NO_METHOD;
    return receiver->methods & DIALBACK_TLS ? BY_DIALBACK_TLS : PROOF_BEFORE_DIALBACK;
}

static enum ending by_starttls(const struct side *initiator, const struct side *receiver)
{
    bool offered = receiver->tls != NOT_SUPPORTED && receiver->can_serve_tls;

    if (offered && initiator->tls != NOT_SUPPORTED)
        return inside_tls(initiator, receiver);
    if (initiator->has_tlsa)
        return TLS_PROMISED;
    if (!(initiator->methods & DIALBACK_TCP))
        return TLS_NOT_OFFERED;
    /* The namespace in the header is an offer to hear of dialback (XEP-0220 2.4.1). */
    return receiver->methods & DIALBACK_TCP ? BY_DIALBACK_TCP : TLS_BEFORE_DIALBACK;
}

static enum ending by_direct_tls(const struct side *initiator, const struct side *receiver)
{
    if (initiator->tls == NOT_SUPPORTED)
        return NEVER_DIALLED;
    if (!receiver->can_serve_tls)
        return NO_CERTIFICATE;
    /* A receiver whose record has no TLS finds no method that is open inside it. */
    return inside_tls(initiator, receiver);
}

static enum ending end_of(const struct oracle_question *q)
{
    const struct side us = {
        .tls = tls_of(q->our_row),
        .methods = methods_of(q->our_row, q->strict),
        .can_serve_tls = true,
        .other_is_proved = proves(q),
        .has_tlsa = !q->peer_dials &&
                    (q->certificate == ORACLE_DANE_GOOD || q->certificate == ORACLE_DANE_BAD),
        .tlsa_matches = q->certificate == ORACLE_DANE_GOOD,
    };
    const struct side peer = {
        .tls = tls_of(q->peer_row),
        .methods = methods_of(q->peer_row, false),
        .can_serve_tls = q->certificate != ORACLE_NONE,
        .other_is_proved = true,
    };
    const struct side *initiator = q->peer_dials ? &peer : &us;
    const struct side *receiver = q->peer_dials ? &us : &peer;

    if (us.methods == 0)
        return ending_of_record(q->our_row, q->strict);
    if (peer.methods == 0)
        return ending_of_record(q->peer_row, false);
    return q->direct ? by_direct_tls(initiator, receiver) : by_starttls(initiator, receiver);
}

const struct oracle_answer *oracle_ask(const struct oracle_question *q)
{
    return &answers[end_of(q)];
}

const struct oracle_answer *oracle_record(unsigned row, bool strict)
{
    enum ending end = ending_of_record(row, strict);

    return end == ENDINGS ? NULL : &answers[end];
}

const struct oracle_answer *oracle_answer(unsigned index)
{
    return index < ENDINGS ? &answers[index] : NULL;
}
