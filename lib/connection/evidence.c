/* evidence.c - waiting for what a host can get about a peer that its certificate does not prove. */
#include "connection/recording.h"

#include "tls/session.h"

enum { KINDS = XMPPFED_EVIDENCE_TLSA | XMPPFED_EVIDENCE_POSH };

int xmppfed_connection_set_evidence(xmppfed_connection *c, uint32_t kinds)
{
    if (!c || c->negotiation.role != XFED_RECEIVER || (kinds & ~(uint32_t)KINDS) != 0)
        return XMPPFED_ERR_ARGUMENT;
    c->evidence = kinds;
    if (kinds != 0)
        xfed_recording_evidence(c);
    return 0;
}

/* What could only say again what is known, or what another rule forbids, is not worth a wait. */
uint32_t xfed_connection_open_evidence(xmppfed_connection *c, const char *domain,
                                       const struct xfed_partner *partner)
{
    struct xfed_tls_facts facts;
    uint32_t kinds = c->evidence;

    if (partner->dane == XMPPFED_DANE_OFF)
        kinds &= ~(uint32_t)XMPPFED_EVIDENCE_TLSA;
    if (!partner->posh || partner->dane == XMPPFED_DANE_REQUIRED)
        kinds &= ~(uint32_t)XMPPFED_EVIDENCE_POSH;
    if (kinds == 0)
        return 0;
    xfed_tls_session_facts(c->tls, &facts);
    return facts.has_certificate && !xfed_connection_lacks_pin(c, domain, partner, NULL) ? kinds
                                                                                         : 0;
}

bool xfed_connection_awaits_evidence(const xmppfed_connection *c)
{
    return c->negotiation.state == XFED_STATE_R_TLS_EVIDENCE;
}

int xmppfed_connection_evidence_known(xmppfed_connection *c)
{
    if (!c)
        return XMPPFED_ERR_ARGUMENT;
    if (c->down || !xfed_connection_awaits_evidence(c))
        return XMPPFED_ERR_STATE;
    xfed_recording_call(c, "evidence");
    c->evidence_known = true;
    if (xfed_negotiation_run(&c->negotiation, XFED_EVENT_EVIDENCE_KNOWN, &(struct xfed_input){0}) <
        0)
        xfed_connection_end(c);
    return 0;
}
