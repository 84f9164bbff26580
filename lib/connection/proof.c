/* proof.c - evidence about the peer, as it travels with each stanza. */
#include "connection/connection.h"

#include "base/slice.h"
#include "tls/session.h"

#include <string.h>

/* A certificate counts as it was judged last: a reload may have taken DANE out of the record. */
static int kind_of(const xmppfed_connection *c, int method)
{
    switch (method) {
    case XMPPFED_METHOD_EXTERNAL:
        return c->negotiation.certificate == XFED_CERTIFICATE_DANE ? XMPPFED_PROOF_DANE
                                                                   : XMPPFED_PROOF_PKIX;
    case XMPPFED_METHOD_DIALBACK_TLS:
        return XMPPFED_PROOF_DIALBACK_TLS;
    case XMPPFED_METHOD_DIALBACK_TCP:
        return XMPPFED_PROOF_DIALBACK_TCP;
    default:
        return XMPPFED_PROOF_NONE;
    }
}

void xfed_connection_note_proof(xmppfed_connection *c, int method)
{
    xmppfed_proof *proof = &c->proof;
    struct xfed_tls_facts facts;

    *proof = (xmppfed_proof){.kind = kind_of(c, method), .proved_at = c->now};
    if (!c->tls)
        return;
    xfed_tls_session_facts(c->tls, &facts);
    (void)xfed_text_copy(proof->tls_version, sizeof(proof->tls_version), facts.version);
    (void)xfed_text_copy(proof->cipher, sizeof(proof->cipher), facts.cipher);
    proof->has_certificate = facts.has_certificate;
    memcpy(proof->fingerprint, facts.fingerprint, sizeof(proof->fingerprint));
}

void xfed_connection_attach_proof(const xmppfed_connection *c, int method, xmppfed_event *ev)
{
    ev->has_proof = true;
    ev->proof = c->proof;
    ev->proof.kind = kind_of(c, method);
}
