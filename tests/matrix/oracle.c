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
    RECORD_D1,
    ENDINGS
};

static const struct oracle_answer answers[ENDINGS] = {
    [BY_EXTERNAL] = {'S', ORACLE_EXTERNAL, "", "RFC 6120 6, XEP-0178 3"},
    [BY_DANE] = {'D', ORACLE_DANE, "",
                 "RFC 7673 4 (we dial), RFC 7712 5.1 (the peer dials), RFC 7671 5.1, XEP-0178 3"},
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
    [RECORD_D1] = {'3', ORACLE_RECORD_D1, "",
                   "D1: TLSA records are required, and no certificate is looked at"},
};

/* What shows an end that the other is who it says. */
enum evidence { NOTHING, BY_AUTHORITY, BY_TLSA };

/* One end as the other meets it. */
struct side {
    enum negotiation tls;
    unsigned methods;
    bool can_serve_tls;  /* it has a certificate */
    enum evidence other; /* of the other's certificate, under its own rules */
    bool is_bound;       /* by usable TLSA records of the server that it dials */
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
static unsigned methods_of(unsigned row, bool strict, enum oracle_dane dane)
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
    /* Dialback asks the DNS for an address, and shows nothing about a key. */
    return dane == ORACLE_DANE_REQUIRED ? methods & EXTERNAL : methods;
}

static enum ending ending_of_record(unsigned row, bool strict, enum oracle_dane dane)
{
    if (methods_of(row, strict, dane) != 0)
        return ENDINGS;
    if (methods_of(row, strict, ORACLE_DANE_OFF) != 0)
        return RECORD_D1;
    return sasl_of(row) != NOT_SUPPORTED ? RECORD_E1 : RECORD_E2;
}

/*
 * Whether an authority speaks for the peer's certificate: RFC 6120 13.7.2 asks for a path to an
 * anchor, dates and name; which extended key usage counts (RFC 5280 4.2.1.12) the record's rule
 * says. An acceptor of TLS is a server, and so is who dials, unless the rule is to the letter.
 */
static bool is_vouched_for(const struct oracle_question *q)
{
    switch (q->certificate) {
    case ORACLE_GOOD:
    case ORACLE_DANE_BAD:
        return true;
    case ORACLE_SERVER_ONLY:
        return q->eku != ORACLE_EKU_STRICT_ROLE || !q->peer_dials;
    case ORACLE_CLIENT_ONLY:
        return q->eku == ORACLE_EKU_ANY || (q->eku == ORACLE_EKU_STRICT_ROLE && q->peer_dials);
    case ORACLE_SELF_SIGNED:
    case ORACLE_EXPIRED:
    case ORACLE_WRONG_NAME:
    case ORACLE_UNKNOWN_CA:
    case ORACLE_NONE:
    case ORACLE_DANE_GOOD:
    case ORACLE_DANE_STRANGER:
    case ORACLE_CERTIFICATES:
        break;
    }
    return false;
}

/* Whether the peer's server has a TLSA record that our record lets us heed. */
static bool has_tlsa(const struct oracle_question *q)
{
    return q->dane != ORACLE_DANE_OFF &&
           (q->certificate == ORACLE_DANE_GOOD || q->certificate == ORACLE_DANE_BAD ||
            q->certificate == ORACLE_DANE_STRANGER);
}

/*
 * What the peer's certificate is to us. A DANE-EE record names a key, so that dates, names and
 * usages do not count (RFC 7671 5.1). Of the server that we dial it must be the key, or that is
 * refuted (RFC 7673 4.2). Who dials us is one of the domain's servers, and a key of theirs shows it
 * by an exact match (RFC 7712 5.1); that a record has another key says nothing, since no document
 * makes who dials the very server of that record.
 */
static enum evidence evidence_of(const struct oracle_question *q)
{
    if (has_tlsa(q) && q->certificate == ORACLE_DANE_GOOD)
        return BY_TLSA;
    if (q->dane == ORACLE_DANE_REQUIRED || (has_tlsa(q) && !q->peer_dials))
        return NOTHING;
    return is_vouched_for(q) ? BY_AUTHORITY : NOTHING;
}

/* Once TLS is up, dialback over TCP no longer exists. */
static enum ending inside_tls(const struct side *initiator, const struct side *receiver)
{
    bool offered = (receiver->methods & EXTERNAL) && receiver->other != NOTHING;
    bool closed = !offered && !(receiver->methods & DIALBACK_TLS);

    if (initiator->is_bound && initiator->other != BY_TLSA)
        return closed ? REFUSED_BY_BOTH : NOT_IN_DNS;
    if (closed)
        return RECEIVER_HAS_NO_METHOD;
    if (offered && (initiator->methods & EXTERNAL) && initiator->other != NOTHING)
        return initiator->other == BY_TLSA || receiver->other == BY_TLSA ? BY_DANE : BY_EXTERNAL;
    if (!(initiator->methods & DIALBACK_TLS))
        return INITIATOR_HAS_NO_METHOD;
    return receiver->methods & DIALBACK_TLS ? BY_DIALBACK_TLS : PROOF_BEFORE_DIALBACK;
}

static enum ending by_starttls(const struct side *initiator, const struct side *receiver)
{
    bool offered = receiver->tls != NOT_SUPPORTED && receiver->can_serve_tls;

    if (offered && initiator->tls != NOT_SUPPORTED)
        return inside_tls(initiator, receiver);
    if (initiator->is_bound)
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
        .methods = methods_of(q->our_row, q->strict, q->dane),
        .can_serve_tls = true,
        .other = evidence_of(q),
        .is_bound = !q->peer_dials && has_tlsa(q),
    };
    const struct side peer = {
        .tls = tls_of(q->peer_row),
        .methods = methods_of(q->peer_row, false, ORACLE_DANE_OPPORTUNISTIC),
        .can_serve_tls = q->certificate != ORACLE_NONE,
        .other = BY_AUTHORITY,
    };
    const struct side *initiator = q->peer_dials ? &peer : &us;
    const struct side *receiver = q->peer_dials ? &us : &peer;

    if (us.methods == 0)
        return ending_of_record(q->our_row, q->strict, q->dane);
    if (peer.methods == 0)
        return ending_of_record(q->peer_row, false, ORACLE_DANE_OPPORTUNISTIC);
    return q->direct ? by_direct_tls(initiator, receiver) : by_starttls(initiator, receiver);
}

const struct oracle_answer *oracle_ask(const struct oracle_question *q)
{
    return &answers[end_of(q)];
}

/*
 * Who may say any name must not make us search for nothing (doc/threat-model.md, row 27): only
 * where TLS is up, EXTERNAL could be offered, there is a certificate to compare, and no authority's
 * word is enough.
 */
bool oracle_looks_up(const struct oracle_question *q)
{
    bool in_tls = tls_of(q->our_row) != NOT_SUPPORTED && tls_of(q->peer_row) != NOT_SUPPORTED;
    bool is_enough = is_vouched_for(q) && q->dane != ORACLE_DANE_REQUIRED;

    return q->peer_dials && in_tls && (methods_of(q->our_row, q->strict, q->dane) & EXTERNAL) &&
           q->dane != ORACLE_DANE_OFF && q->certificate != ORACLE_NONE && !is_enough;
}

const struct oracle_answer *oracle_record(unsigned row, bool strict, enum oracle_dane dane)
{
    enum ending end = ending_of_record(row, strict, dane);

    return end == ENDINGS ? NULL : &answers[end];
}

const struct oracle_answer *oracle_answer(unsigned index)
{
    return index < ENDINGS ? &answers[index] : NULL;
}
