/* proof.c - evidence about the peer, as it travels with each stanza. */
#include "connection/connection.h"

#include "base/fault.h"
#include "base/slice.h"
#include "tls/session.h"

#include <string.h>

/* A certificate counts as it was judged last: a reload may have taken DANE out of the record. */
static int kind_of_certificate(const xmppfed_connection *c)
{
    if (c->negotiation.certificate == XFED_CERTIFICATE_DANE)
        return XMPPFED_PROOF_DANE;
    return c->negotiation.certificate == XFED_CERTIFICATE_POSH ? XMPPFED_PROOF_POSH
                                                               : XMPPFED_PROOF_PKIX;
}

/* Of another domain than the stream's own an authority alone has spoken (XEP-0344). */
static int kind_of(const xmppfed_connection *c, const char *remote, int method)
{
    switch (method) {
    case XMPPFED_METHOD_EXTERNAL:
        return xfed_text_equal(remote, c->negotiation.remote) ? kind_of_certificate(c)
                                                              : XMPPFED_PROOF_PKIX;
    case XMPPFED_METHOD_SCRAM:
        return XMPPFED_PROOF_SHARED_SECRET;
    case XMPPFED_METHOD_DIALBACK_TLS:
        return XMPPFED_PROOF_DIALBACK_TLS;
    case XMPPFED_METHOD_DIALBACK_TCP:
        return XMPPFED_PROOF_DIALBACK_TCP;
    default:
        return XMPPFED_PROOF_NONE;
    }
}

void xfed_connection_note_proof(xmppfed_connection *c, const char *remote, int method)
{
    xmppfed_proof *proof = &c->proof;
    struct xfed_tls_facts facts;

    *proof = (xmppfed_proof){.kind = kind_of(c, remote, method), .proved_at = c->now};
    if (!c->tls)
        return;
    xfed_tls_session_facts(c->tls, &facts);
    (void)xfed_text_copy(proof->tls_version, sizeof(proof->tls_version), facts.version);
    (void)xfed_text_copy(proof->cipher, sizeof(proof->cipher), facts.cipher);
    proof->has_certificate = facts.has_certificate;
    memcpy(proof->fingerprint, facts.fingerprint, sizeof(proof->fingerprint));
    proof->resumed = facts.resumed;
    proof->staple = c->staple;
    proof->has_binding = facts.has_binding;
    memcpy(proof->binding, facts.binding, sizeof(proof->binding));
}

int xfed_connection_pair_proof(xmppfed_connection *c, const char *local, const char *remote)
{
    return kind_of(c, remote, xfed_negotiation_method_of(&c->negotiation, local, remote));
}

/* The last second in which all hold that rest on the certificate. */
static int64_t last_second(const xmppfed_connection *c)
{
    const struct xfed_pairs *proved = &c->negotiation.proved;
    int64_t until = xfed_negotiation_uses_certificate(&c->negotiation) ? c->proof_until : INT64_MAX;

    for (size_t i = 0; i < proved->count; i++)
        if (proved->items[i].proof.valid && proved->items[i].proof.until < until)
            until = proved->items[i].proof.until;
    return until;
}

xmppfed_time xfed_connection_proof_end(const xmppfed_connection *c)
{
    int64_t until = c->up ? last_second(c) : INT64_MAX;

    return until == INT64_MAX ? XMPPFED_TIME_NEVER : xfed_site_monotonic(c->site, until + 1);
}

static bool certificate_is_bad(const struct xfed_negotiation *n)
{
    return n->certificate == XFED_CERTIFICATE_FAILS || n->certificate == XFED_CERTIFICATE_REFUTED;
}

/*
 * A clean close: nothing that the peer has done is wrong, and what waits for it goes into the next
 * stream.
 */
void xfed_connection_recheck(xmppfed_connection *c)
{
    struct xfed_negotiation *n = &c->negotiation;
    const char *peer = n->remote[0] ? n->remote : "the peer";
    xmppfed_problem why;

    if (c->down || !c->up)
        return;
    if (!xfed_negotiation_stands(n))
        (void)xfed_fault_set(
            &why, XMPPFED_ERR_TLS_CERTIFICATE,
            "%s: what proved it stands no longer, so that the stream is closed: %s", peer,
            certificate_is_bad(n) ? n->why_not_proved.text : "the partner record changed");
    else if (n->bidi && !xfed_negotiation_is_bidi(n))
        (void)xfed_fault_set(
            &why, XMPPFED_ERR_TLS_CERTIFICATE,
            "%s: the stream may not carry stanzas both ways any more, so that it is "
            "closed",
            peer);
    else
        return;
    xmppfed_connection_close(c, 0, why.text);
}

void xfed_connection_prefer_dialback(xmppfed_connection *c)
{
    c->negotiation.dialback_first = true;
}

void xfed_connection_hide_certificate(xmppfed_connection *c)
{
    c->negotiation.dialback_first = true;
    c->hides_certificate = true;
}

bool xfed_connection_external_refused(xmppfed_connection *c)
{
    return !c->up && (c->negotiation.state == XFED_STATE_CLOSED || c->tls_closed) &&
           xfed_negotiation_external_failed(&c->negotiation);
}

bool xfed_connection_certificate_refused(xmppfed_connection *c)
{
    return !c->up && c->tls && xfed_tls_session_refused(c->tls) &&
           xfed_negotiation_may_dial_back(&c->negotiation);
}

void xfed_connection_attach_proof(const xmppfed_connection *c, int method, xmppfed_event *ev)
{
    ev->has_proof = true;
    ev->proof = c->proof;
    ev->proof.kind = kind_of(c, ev->remote, method);
}
