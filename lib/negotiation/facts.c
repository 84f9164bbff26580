/* facts.c - what holds at the moment of an event: the only place where rows meet live data. */
#include "negotiation/negotiation.h"

#include "base/fault.h"
#include "base/slice.h"

#include <string.h>

/* Whether an event is the answer to a key for a further pair, if we have sent any. */
static bool answers_pair(const struct xfed_negotiation *n, unsigned event)
{
    return n->state == XFED_STATE_I_UP &&
           (event == XFED_EVENT_DB_VALID || event == XFED_EVENT_DB_INVALID ||
            event == XFED_EVENT_DB_ERROR);
}

/* Whether the host has named the pair that the event is about. */
static bool names_pair(unsigned event)
{
    return event == XFED_EVENT_CHECK_VALID || event == XFED_EVENT_CHECK_FAILED ||
           event == XFED_EVENT_PAIR_WANTED;
}

/* The peer's domain that the event is about: of a dialback pair, or of the stream; "" if unknown.
 */
static const char *subject(const struct xfed_negotiation *n, unsigned event,
                           const struct xfed_input *in)
{
    if ((event == XFED_EVENT_DB_RESULT || answers_pair(n, event)) && in->dialback)
        return in->dialback->from;
    if (names_pair(event) && in->remote)
        return in->remote;
    if (!n->remote[0] && in->header)
        return in->header->from;
    return n->remote;
}

/* Our domain that the event is about, "" if none was named. */
static const char *target(const struct xfed_negotiation *n, unsigned event,
                          const struct xfed_input *in)
{
    if ((event == XFED_EVENT_DB_RESULT || answers_pair(n, event)) && in->dialback)
        return in->dialback->to;
    if (names_pair(event) && in->local)
        return in->local;
    if (!n->local[0] && in->header)
        return in->header->to;
    return n->local;
}

/* Absent now, not known before, or the same as before (CVE-2018-10847). */
static bool unchanged(const char *now, const char *before)
{
    return !now[0] || !before[0] || strcmp(now, before) == 0;
}

static unsigned header_facts(const struct xfed_negotiation *n, const struct xfed_stream_header *h)
{
    unsigned facts = 0;

    if (h->version_1)
        facts |= XFED_FACT_VERSION_1;
    if (unchanged(h->from, n->remote) && unchanged(h->to, n->local))
        facts |= XFED_FACT_SAME_ADDRESSES;
    return facts;
}

/*
 * The verdict is kept, but a record that was changed since may ask by another rule, and trust or
 * time may have taken it back.
 */
static enum xfed_certificate judge(struct xfed_negotiation *n, const char *domain,
                                   const struct xfed_partner *partner)
{
    uint64_t epoch = n->ports.tls->epoch(n->ports.user);

    if (n->certificate == XFED_CERTIFICATE_UNCHECKED || n->certificate_eku != partner->eku ||
        n->certificate_dane != partner->dane || n->certificate_epoch != epoch) {
        n->certificate = n->ports.tls->prove(n->ports.user, domain, partner, &n->why_not_proved);
        n->certificate_eku = partner->eku;
        n->certificate_dane = partner->dane;
        n->certificate_epoch = epoch;
    }
    return n->certificate;
}

static bool certificate_proves(struct xfed_negotiation *n, const char *domain,
                               const struct xfed_partner *partner)
{
    enum xfed_certificate worth = judge(n, domain, partner);

    return worth == XFED_CERTIFICATE_DANE ||
           ((worth == XFED_CERTIFICATE_PKIX || worth == XFED_CERTIFICATE_POSH) &&
            partner->dane != XMPPFED_DANE_REQUIRED);
}

/* Whether the records of the server that we dialled bind us (RFC 7673 3.4). */
static bool is_bound(const struct xfed_negotiation *n, const struct xfed_partner *partner)
{
    return n->role == XFED_INITIATOR && n->ports.tls->bound(n->ports.user, partner);
}

static bool is_refuted(struct xfed_negotiation *n, const struct xfed_partner *partner)
{
    return n->tls_on && is_bound(n, partner) &&
           judge(n, n->remote, partner) == XFED_CERTIFICATE_REFUTED;
}

bool xfed_negotiation_refuted(struct xfed_negotiation *n)
{
    const struct xfed_partner *partner = n->ports.stream->partner(n->ports.user, n->remote);

    return partner && is_refuted(n, partner);
}

/*
 * Whether a domain is the stream's own peer, for which alone the verdict on the certificate is
 * kept. A peer that has not named itself is nobody: its keys may name anybody.
 */
static bool is_peer(const struct xfed_negotiation *n, const char *domain)
{
    return n->remote[0] && strcmp(domain, n->remote) == 0;
}

/* The same while the header that names the peer is being judged. */
static bool may_be_peer(const struct xfed_negotiation *n, const char *domain)
{
    return !n->remote[0] || is_peer(n, domain);
}

/*
 * Whether DNS leaves room for dialback with a domain. Records of a server bind whoever is there:
 * any other domain than the stream's own then needs a stream on which its certificate is judged.
 */
static bool dns_leaves_room(struct xfed_negotiation *n, const char *domain,
                            const struct xfed_partner *partner)
{
    if (partner->dane == XMPPFED_DANE_REQUIRED)
        return false;
    return is_peer(n, domain) ? !is_refuted(n, partner) : !is_bound(n, partner);
}

/* Whether the record and DNS leave room for dialback as the stream is now. */
static bool dialback_is_open(struct xfed_negotiation *n, const char *domain,
                             const struct xfed_partner *partner)
{
    uint32_t method = n->tls_on ? XMPPFED_METHOD_DIALBACK_TLS : XMPPFED_METHOD_DIALBACK_TCP;

    return (partner->methods & method) && dns_leaves_room(n, domain, partner);
}

/* Whether this TLS session is of a version in which the record lets a domain be proved. */
static bool version_suffices(struct xfed_negotiation *n, const char *domain,
                             const struct xfed_partner *partner)
{
    if (!n->tls_on || n->ports.tls->version(n->ports.user) >= partner->tls_minimum)
        return true;
    if (!may_be_peer(n, domain))
        return false;
    n->certificate = XFED_CERTIFICATE_FAILS;
    n->certificate_epoch = UINT64_MAX; /* says nothing about the certificate under another record */
    (void)xfed_fault_set(&n->why_not_proved, XMPPFED_ERR_TLS_VERSION,
                         "TLS 1.2 was negotiated and the partner record asks for 1.3; its operator "
                         "must enable it, or lower the minimum");
    return false;
}

/*
 * Whether the host is to be asked for evidence: only about a certificate that lacks it, under a
 * record that would take it, and before the answer to the header.
 */
static bool wants_evidence(const struct xfed_negotiation *n, unsigned event,
                           const struct xfed_partner *partner, const char *domain)
{
    return n->role == XFED_RECEIVER && event == XFED_EVENT_HEADER && !n->evidence_asked &&
           n->ports.tls->evidence(n->ports.user, domain, partner) != 0;
}

/* Whether the shared secret can prove the peer, or still proves it. */
static bool secret_proves(struct xfed_negotiation *n, const struct xfed_partner *partner)
{
    return n->tls_on && (partner->methods & XMPPFED_METHOD_SCRAM) && !is_refuted(n, partner) &&
           n->ports.sasl->secret(n->ports.user, partner, NULL) == 0;
}

/* The methods of SASL that are offered, and allowed; of one that was chosen, that one alone. */
static uint32_t sasl_on_offer(const struct xfed_negotiation *n, unsigned event,
                              const struct xfed_partner *partner, const char *local)
{
    const uint32_t all = XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_SCRAM;
    uint32_t offered = (n->external_offered ? XMPPFED_METHOD_EXTERNAL : 0u) |
                       (n->scram_offered ? XMPPFED_METHOD_SCRAM : 0u);

    if (n->role == XFED_RECEIVER &&
        (event == XFED_EVENT_HEADER || event == XFED_EVENT_EVIDENCE_KNOWN))
        offered = all;
    if (n->role == XFED_INITIATOR && !n->ports.tls->usable(n->ports.user, local, true))
        offered &= XMPPFED_METHOD_SCRAM; /* there is no certificate that EXTERNAL could show */
    if ((uint32_t)n->method & all)
        offered &= (uint32_t)n->method;
    return offered & partner->methods;
}

/*
 * The methods of SASL by which the stream's own peer can be proved now, never another pair's
 * domain. An initiator that can do SCRAM asks for nothing else.
 */
static uint32_t sasl_methods(struct xfed_negotiation *n, unsigned event,
                             const struct xfed_partner *partner, const char *domain,
                             const char *local)
{
    uint32_t methods = sasl_on_offer(n, event, partner, local);

    if (!n->tls_on || !may_be_peer(n, domain))
        return 0;
    if ((methods & XMPPFED_METHOD_SCRAM) && !secret_proves(n, partner))
        methods &= ~(uint32_t)XMPPFED_METHOD_SCRAM;
    if ((methods & XMPPFED_METHOD_SCRAM) && n->role == XFED_INITIATOR)
        return XMPPFED_METHOD_SCRAM;
    /* Only where the record and the peer leave the choice: else EXTERNAL is tried again. */
    if (n->dialback_first && n->dialback_offered && dialback_is_open(n, domain, partner))
        methods &= ~(uint32_t)XMPPFED_METHOD_EXTERNAL;
    if ((methods & XMPPFED_METHOD_EXTERNAL) && !certificate_proves(n, domain, partner))
        methods &= ~(uint32_t)XMPPFED_METHOD_EXTERNAL;
    return methods;
}

/* Whether the way to EXTERNAL is a certificate's lack of what evidence may give it. */
static bool evidence_is_wanted(struct xfed_negotiation *n, unsigned event,
                               const struct xfed_partner *partner, const char *domain,
                               const char *local)
{
    return n->role == XFED_RECEIVER && n->tls_on && may_be_peer(n, domain) &&
           (sasl_on_offer(n, event, partner, local) & XMPPFED_METHOD_EXTERNAL) &&
           !certificate_proves(n, domain, partner) && wants_evidence(n, event, partner, domain);
}

/*
 * XEP-0344 2.4: the same identity check as for EXTERNAL, on the certificate of this very session,
 * for the domain that the key speaks for, at the moment when it comes (CVE-2021-32919).
 */
static bool certificate_stands_for_key(struct xfed_negotiation *n, const char *domain,
                                       const struct xfed_partner *partner)
{
    struct xfed_pair_proof proof = {.valid = false};

    if (!partner->key_by_certificate || n->role != XFED_RECEIVER || !n->tls_on ||
        !(partner->methods & XMPPFED_METHOD_EXTERNAL))
        return false;
    return is_peer(n, domain) ? certificate_proves(n, domain, partner)
                              : n->ports.tls->proves_other(n->ports.user, domain, partner, &proof);
}

static unsigned method_facts(struct xfed_negotiation *n, unsigned event,
                             const struct xfed_partner *partner, const char *domain,
                             const char *local)
{
    bool server = n->role == XFED_RECEIVER;
    /* Where direct TLS is dialled, the peer's SRV record has offered it (XEP-0368 3). */
    bool tls_offered = server || n->tls_offered || event == XFED_EVENT_DIRECT_TLS;
    unsigned facts = 0;

    if (partner->tls != XMPPFED_NOT_SUPPORTED && tls_offered && !n->tls_on &&
        n->ports.tls->usable(n->ports.user, local, server))
        facts |= XFED_FACT_TLS_USABLE;
    if (!(partner->methods & XMPPFED_METHOD_DIALBACK_TCP) ||
        partner->dane == XMPPFED_DANE_REQUIRED || is_bound(n, partner))
        facts |= XFED_FACT_TLS_REQUIRED;
    if (!version_suffices(n, domain, partner))
        return facts;
    /* A secret that the peer refuses is a fault to be mended: nothing weaker takes its place. */
    if (dialback_is_open(n, domain, partner) &&
        !(event == XFED_EVENT_FAILURE && n->method == XMPPFED_METHOD_SCRAM))
        facts |= XFED_FACT_DIALBACK_OPEN;
    if (event == XFED_EVENT_DB_RESULT)
        return facts | (certificate_stands_for_key(n, domain, partner) ? XFED_FACT_SASL_OPEN : 0u);
    if (sasl_methods(n, event, partner, domain, local) != 0)
        facts |= XFED_FACT_SASL_OPEN;
    if (evidence_is_wanted(n, event, partner, domain, local))
        facts |= XFED_FACT_EVIDENCE_WANTED;
    return facts;
}

uint32_t xfed_negotiation_sasl(struct xfed_negotiation *n, unsigned event,
                               const struct xfed_input *in)
{
    const char *domain = subject(n, event, in);
    const struct xfed_partner *partner =
        domain[0] ? n->ports.stream->partner(n->ports.user, domain) : NULL;

    if (!partner || !version_suffices(n, domain, partner))
        return 0;
    return sasl_methods(n, event, partner, domain, target(n, event, in));
}

/* Whether the certificate still proves a domain that it has once proved in place of a key. */
static bool other_is_proved(struct xfed_negotiation *n, const char *remote,
                            const struct xfed_partner *partner)
{
    for (size_t i = 0; i < n->proved.count; i++) {
        struct xfed_pair *pair = &n->proved.items[i];

        if (pair->method == XMPPFED_METHOD_EXTERNAL && strcmp(pair->remote, remote) == 0)
            return n->ports.tls->proves_other(n->ports.user, remote, partner, &pair->proof);
    }
    return false;
}

/*
 * Whether the record of a domain, as it is now, accepts a proof that came about under an earlier
 * one: policy is asked when a stanza passes, not when the stream came up (doc/threat-model.md,
 * row 8).
 */
static bool proof_stands(struct xfed_negotiation *n, const char *remote, int method)
{
    const struct xfed_partner *partner = n->ports.stream->partner(n->ports.user, remote);

    if (!partner || !(partner->methods & (uint32_t)method) || !version_suffices(n, remote, partner))
        return false;
    if (method == XMPPFED_METHOD_EXTERNAL)
        return is_peer(n, remote) ? certificate_proves(n, remote, partner)
                                  : other_is_proved(n, remote, partner);
    if (method == XMPPFED_METHOD_SCRAM)
        return secret_proves(n, partner);
    return dns_leaves_room(n, remote, partner);
}

bool xfed_negotiation_stands(struct xfed_negotiation *n)
{
    bool stands = false;

    if (n->role == XFED_INITIATOR)
        return proof_stands(n, n->remote, n->method);
    for (size_t i = 0; i < n->proved.count; i++)
        if (proof_stands(n, n->proved.items[i].remote, n->proved.items[i].method))
            stands = true;
    return stands;
}

bool xfed_negotiation_uses_certificate(const struct xfed_negotiation *n)
{
    if (n->certificate != XFED_CERTIFICATE_PKIX && n->certificate != XFED_CERTIFICATE_DANE &&
        n->certificate != XFED_CERTIFICATE_POSH)
        return false;
    if (n->method == XMPPFED_METHOD_SCRAM)
        return false;
    if (n->bidi)
        return true;
    if (n->role == XFED_INITIATOR)
        return n->method == XMPPFED_METHOD_EXTERNAL;
    for (size_t i = 0; i < n->proved.count; i++)
        if (n->proved.items[i].method == XMPPFED_METHOD_EXTERNAL &&
            is_peer(n, n->proved.items[i].remote))
            return true;
    return false;
}

bool xfed_negotiation_may_dial_back(struct xfed_negotiation *n)
{
    const struct xfed_partner *partner = n->ports.stream->partner(n->ports.user, n->remote);

    return n->role == XFED_INITIATOR && n->tls_on && partner &&
           dialback_is_open(n, n->remote, partner);
}

bool xfed_negotiation_external_failed(struct xfed_negotiation *n)
{
    return n->external_pending && n->dialback_offered && xfed_negotiation_may_dial_back(n);
}

/*
 * Whether the shared secret has proved the stream's own peer, or nothing has yet and it is what
 * will be tried: an initiator that can do SCRAM does nothing else.
 */
static bool is_proved_by_secret(struct xfed_negotiation *n, const struct xfed_partner *partner)
{
    bool offered = n->role == XFED_RECEIVER || n->scram_offered;

    if (n->method != XMPPFED_METHOD_SCRAM && (n->method != 0 || n->proved.count > 0 || !offered))
        return false;
    return secret_proves(n, partner);
}

/*
 * Whether a stream may carry stanzas against the direction in which it was opened, to or from a
 * remote domain that a method has proved (0: not yet). Who dials is told by DNS alone with whom it
 * speaks; therefore what comes in on our own stream needs the certificate or the secret, whatever
 * the record says (doc/threat-model.md, row 30).
 */
static bool may_go_back(struct xfed_negotiation *n, const char *remote, int method)
{
    const struct xfed_partner *partner =
        remote[0] ? n->ports.stream->partner(n->ports.user, remote) : NULL;

    if (!partner || !n->tls_on || partner->bidi == XMPPFED_BIDI_NEVER)
        return false;
    if (strcmp(remote, n->remote) == 0 && version_suffices(n, remote, partner) &&
        is_proved_by_secret(n, partner))
        return true;
    /* Looked at first, so that afterwards uses_certificate() is right. */
    if (strcmp(remote, n->remote) == 0 && version_suffices(n, remote, partner) &&
        certificate_proves(n, remote, partner) && (partner->methods & XMPPFED_METHOD_EXTERNAL))
        return true;
    return n->role == XFED_RECEIVER && partner->bidi == XMPPFED_BIDI_ANY_PROOF &&
           (method == 0 || proof_stands(n, remote, method));
}

bool xfed_negotiation_is_bidi(struct xfed_negotiation *n)
{
    return n->bidi && may_go_back(n, n->remote, 0);
}

/* Until <bidi/> is sent the question is whether it may be; afterwards, whether it still holds. */
static bool bidi_is_open(struct xfed_negotiation *n, unsigned event)
{
    bool offered = n->role == XFED_RECEIVER || n->bidi_offered;

    if (event == XFED_EVENT_PAIR_WANTED)
        return n->bidi;
    if (event != XFED_EVENT_HEADER && event != XFED_EVENT_FEATURES && event != XFED_EVENT_BIDI)
        return xfed_negotiation_is_bidi(n);
    return !n->bidi && !n->verify_only && offered && may_go_back(n, n->remote, 0);
}

/* The way back on our own stream is for the pair for which it was opened. */
static bool answer_is_proved(struct xfed_negotiation *n, const struct xfed_input *in)
{
    return in->local && in->remote && n->ports.stream->hosts(n->ports.user, in->local) &&
           xfed_pairs_find(&n->proved, in->local, in->remote) != NULL;
}

int xfed_negotiation_method_of(struct xfed_negotiation *n, const char *local, const char *remote)
{
    const struct xfed_pair *pair;

    if (!n->ports.stream->hosts(n->ports.user, local))
        return 0;
    pair = xfed_pairs_find(&n->proved, local, remote);
    if (!pair)
        pair = xfed_pairs_find_sasl(&n->proved, remote);
    return pair && proof_stands(n, remote, pair->method) ? pair->method : 0;
}

static bool stanza_is_proved(struct xfed_negotiation *n, const struct xfed_input *in)
{
    return in->local && in->remote && xfed_negotiation_method_of(n, in->local, in->remote) != 0;
}

/* The hot path: a stanza asks for nothing else. */
static unsigned stanza_facts(struct xfed_negotiation *n, const struct xfed_input *in)
{
    unsigned facts = 0;

    if (n->role == XFED_RECEIVER)
        return stanza_is_proved(n, in) ? XFED_FACT_PAIR_PROVED : 0;
    if (xfed_negotiation_is_bidi(n))
        facts |= XFED_FACT_BIDI_OPEN;
    if (answer_is_proved(n, in))
        facts |= XFED_FACT_PAIR_PROVED;
    return facts;
}

int xfed_negotiation_carries(const struct xfed_negotiation *n, const char *local,
                             const char *remote)
{
    const struct xfed_pair *pair;

    if (strcmp(local, n->local) == 0 && strcmp(remote, n->remote) == 0)
        return n->method;
    pair = xfed_pairs_find(&n->further, local, remote);
    return pair && pair->method > 0 ? pair->method : 0;
}

bool xfed_negotiation_may_send(struct xfed_negotiation *n, const char *local, const char *remote)
{
    const struct xfed_pair *pair;

    if (n->state == XFED_STATE_I_UP) {
        int method = xfed_negotiation_carries(n, local, remote);

        return method && n->ports.stream->hosts(n->ports.user, local) &&
               proof_stands(n, remote, method);
    }
    if (n->state != XFED_STATE_R_UP || !n->bidi)
        return false;
    /* Here a certificate counts for the domain that the peer has asked for (XEP-0288 2.2). */
    pair = xfed_pairs_find(&n->proved, local, remote);
    return pair && may_go_back(n, remote, pair->method);
}

static bool pair_is_ours(const struct xfed_negotiation *n, unsigned event,
                         const struct xfed_input *in)
{
    if (event == XFED_EVENT_CHECK_VALID || event == XFED_EVENT_CHECK_FAILED) {
        const struct xfed_pair *check = xfed_pairs_find(&n->checks, in->local, in->remote);

        return check && check->method != XFED_CHECK_STALE;
    }
    if (event == XFED_EVENT_PAIR_WANTED)
        return xfed_negotiation_carries(n, in->local, in->remote) ||
               xfed_pairs_find(&n->further, in->local, in->remote);
    if (answers_pair(n, event)) {
        const struct xfed_pair *asked =
            xfed_pairs_find(&n->further, in->dialback->to, in->dialback->from);

        return asked && asked->method == 0;
    }
    return in->dialback && strcmp(in->dialback->from, n->remote) == 0 &&
           strcmp(in->dialback->to, n->local) == 0;
}

static bool acks_fit(const struct xfed_negotiation *n, unsigned event)
{
    if (event == XFED_EVENT_SM_REQUEST || event == XFED_EVENT_SM_ACK)
        return n->acks.on;
    return n->acks.offered && !n->acks.on;
}

unsigned xfed_negotiation_facts(struct xfed_negotiation *n, unsigned event,
                                const struct xfed_input *in)
{
    const char *domain = subject(n, event, in);
    const char *local = target(n, event, in);
    const struct xfed_partner *partner;
    unsigned facts = in->header ? header_facts(n, in->header) : 0;

    if (event == XFED_EVENT_STANZA)
        return stanza_facts(n, in);
    partner = domain[0] ? n->ports.stream->partner(n->ports.user, domain) : NULL;
    if (!local[0] || n->ports.stream->hosts(n->ports.user, local))
        facts |= XFED_FACT_TARGET_HOSTED;
    if (partner || !domain[0])
        facts |= XFED_FACT_PARTNER_LISTED;
    if (partner)
        facts |= method_facts(n, event, partner, domain, local);
    else if (!domain[0])
        /* A peer that has not said who it is may start TLS and dialback; its db:result will say. */
        facts |=
            XFED_FACT_DIALBACK_OPEN |
            (!n->tls_on && n->ports.tls->usable(n->ports.user, local, true) ? XFED_FACT_TLS_USABLE
                                                                            : 0u);
    if (event == XFED_EVENT_PAIR_WANTED ? n->errors_offered : n->dialback_offered)
        facts |= XFED_FACT_DIALBACK_OFFERED;
    if (event == XFED_EVENT_PAIR_WANTED && is_peer(n, domain))
        facts |= XFED_FACT_SAME_ADDRESSES;
    if (n->verify_only)
        facts |= XFED_FACT_VERIFY_ONLY;
    if (pair_is_ours(n, event, in))
        facts |= XFED_FACT_PAIR_OURS;
    if (bidi_is_open(n, event))
        facts |= XFED_FACT_BIDI_OPEN;
    if (n->sasl_tries < XFED_SASL_TRIES)
        facts |= XFED_FACT_TRIES_LEFT;
    if (acks_fit(n, event))
        facts |= XFED_FACT_ACKS_FIT;
    return facts;
}
