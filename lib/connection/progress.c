/* progress.c - how far an initiated stream has come, for a host that looks for what is wrong. */
#include "connection/connection.h"

#include <string.h>

#include "tls/session.h"

static int stage_of(unsigned state)
{
    switch (state) {
    case XFED_STATE_I_HEADER:
        return XMPPFED_STAGE_HEADER;
    case XFED_STATE_I_FEATURES:
        return XMPPFED_STAGE_FEATURES;
    case XFED_STATE_I_PROCEED:
        return XMPPFED_STAGE_STARTTLS;
    case XFED_STATE_I_TLS:
        return XMPPFED_STAGE_HANDSHAKE;
    case XFED_STATE_I_AUTH:
    case XFED_STATE_I_AUTH_HEADER:
    case XFED_STATE_I_AUTH_FEATURES:
        return XMPPFED_STAGE_SASL;
    case XFED_STATE_I_DIALBACK:
        return XMPPFED_STAGE_DIALBACK;
    case XFED_STATE_I_VERIFY:
    case XFED_STATE_I_ENABLE:
    case XFED_STATE_I_UP:
        return XMPPFED_STAGE_UP;
    default:
        return XMPPFED_STAGE_TLS_STREAM;
    }
}

int xmppfed_connection_progress(const xmppfed_connection *c, xmppfed_progress *ret)
{
    xmppfed_progress found = {.size = sizeof(found), .tls_version = "", .cipher = ""};
    const struct xfed_negotiation *n;
    struct xfed_tls_facts facts;
    unsigned state;

    /* The first version of the struct is the only one; a later host may ask for more. */
    if (!c || !ret || c->negotiation.role != XFED_INITIATOR || ret->size < sizeof(found))
        return XMPPFED_ERR_ARGUMENT;
    n = &c->negotiation;
    state = n->state == XFED_STATE_CLOSED ? n->ended_in : n->state;
    found.stage = stage_of(state);
    found.waiting = xfed_state_text(state);
    found.peer_spoke = n->heard;
    found.offers_tls = n->tls_offered;
    found.offers_external = n->external_offered;
    found.offers_dialback = n->dialback_offered;
    found.offers_scram = n->scram_offered;
    found.tried = n->tried;
    found.condition = n->peer_condition;
    if (c->tls) {
        xfed_tls_session_facts(c->tls, &facts);
        found.tls_version = facts.version;
        found.cipher = facts.cipher;
    }
    memcpy(ret, &found, sizeof(found));
    return 0;
}

/* What the negotiation goes by stays as it was judged last. */
static int proof_of(xmppfed_connection *c, const struct xfed_partner *partner, xmppfed_problem *why)
{
    int64_t until = c->proof_until;
    int staple = c->staple;
    enum xfed_certificate worth = xfed_connection_judge(c, c->negotiation.remote, partner, why);

    c->proof_until = until;
    c->staple = staple;
    if (worth == XFED_CERTIFICATE_DANE)
        return XMPPFED_PROOF_DANE;
    return worth == XFED_CERTIFICATE_PKIX ? XMPPFED_PROOF_PKIX : XMPPFED_PROOF_NONE;
}

int xmppfed_connection_certificate(xmppfed_connection *c, xmppfed_certificate *ret, int *ret_proof,
                                   xmppfed_problem *verdict)
{
    const struct xfed_partner *partner = NULL;
    xmppfed_problem why = {0, ""};
    int proof;
    int rc;

    if (!c || !ret || !ret_proof || ret->size < sizeof(*ret))
        return XMPPFED_ERR_ARGUMENT;
    if (!c->tls)
        return XMPPFED_ERR_STATE;
    if (c->site->policy)
        partner = xfed_policy_find(c->site->policy, c->negotiation.remote);
    if (!partner)
        return XMPPFED_ERR_POLICY_UNKNOWN_PARTNER;
    rc = xfed_tls_session_certificate(c->tls, ret);
    if (rc < 0)
        return rc;
    proof = proof_of(c, partner, &why);
    *ret_proof = proof;
    if (verdict)
        *verdict = proof == XMPPFED_PROOF_NONE ? why : (xmppfed_problem){0, ""};
    return 0;
}
