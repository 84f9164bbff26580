/* evidence.c - what a finished handshake says of the peer: certificates, pins, TLSA, the binding.
 */
#include "tls/session_state.h"

#include <gnutls/ocsp.h>
#include <string.h>
#include <xmppfed/address.h>

#include "base/fault.h"
#include "base/slice.h"
#include "crypto/digest.h"
#include "tls/dane.h"
#include "tls/describe.h"
#include "tls/posh.h"

/* The certificates of the peer as sent; borrowed from GnuTLS. */
static const gnutls_datum_t *peer_chain(const xmppfed_tls_session *s, unsigned int *ret_count)
{
    const gnutls_datum_t *chain = NULL;

    *ret_count = 0;
    if (s->established)
        chain = gnutls_certificate_get_peers(s->gnutls, ret_count);
    if (!chain)
        *ret_count = 0;
    return chain;
}

int xfed_tls_session_check_pins(const xmppfed_tls_session *s, const struct xfed_tls_pins *pins,
                                const char *domain, xmppfed_problem *why)
{
    unsigned int count;
    const gnutls_datum_t *chain = peer_chain(s, &count);

    if (count == 0)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_PIN,
                              "%.128s sent no certificate and its partner record pins a key",
                              domain);
    return xfed_tls_pins_check(pins, domain, &chain[0], why);
}

/* The question of the demand about the peer of this session; its staple is borrowed. */
static struct xfed_tls_question question_of(const xmppfed_tls_session *s,
                                            const struct xfed_tls_demand *demand)
{
    struct xfed_tls_question question = {
        .ctx = s->ctx,
        .trust = demand->trust,
        .eku = demand->eku,
        .ocsp = demand->ocsp,
        .peer_accepted = !s->is_server,
        .unix_seconds = demand->unix_seconds,
    };

    if (gnutls_ocsp_status_request_get2(s->gnutls, 0, &question.staple) < 0)
        question.staple = (gnutls_datum_t){NULL, 0};
    return question;
}

int xfed_tls_session_prove(xmppfed_tls_session *s, const struct xfed_tls_demand *demand,
                           const char *domain, struct xfed_tls_standing *ret, xmppfed_problem *why)
{
    struct xfed_tls_question question;
    char prepared[XMPPFED_DOMAIN_SIZE];
    const gnutls_datum_t *chain;
    unsigned int count;

    if (!s->established)
        return xfed_fault_code(why, XMPPFED_ERR_STATE);
    question = question_of(s, demand);
    if (domain) {
        if (xmppfed_domain_prepare(domain, prepared) < 0)
            return xfed_fault_set(why, XMPPFED_ERR_ADDRESS, "\"%.128s\" is not a domain", domain);
        question.domain = prepared;
    }
    chain = peer_chain(s, &count);
    return xfed_tls_verify_standing(&question, chain, count, ret, why);
}

int xmppfed_tls_session_verify(xmppfed_tls_session *s, xmppfed_trust *trust, int eku,
                               int64_t unix_seconds, const char *domain, xmppfed_problem *why)
{
    const struct xfed_tls_demand demand = {
        .trust = trust, .eku = eku, .ocsp = XMPPFED_OCSP_USE, .unix_seconds = unix_seconds};
    struct xfed_tls_standing standing;

    if (!s || eku < XMPPFED_EKU_SERVER || eku > XMPPFED_EKU_STRICT_ROLE)
        return xfed_fault_code(why, XMPPFED_ERR_ARGUMENT);
    return xfed_tls_session_prove(s, &demand, domain, &standing, why);
}

int xfed_tls_session_version(const xmppfed_tls_session *s)
{
    gnutls_protocol_t version = gnutls_protocol_get_version(s->gnutls);

    if (!s->established)
        return 0;
    if (version == GNUTLS_TLS1_3)
        return XMPPFED_TLS_1_3;
    return version == GNUTLS_TLS1_2 ? XMPPFED_TLS_1_2 : 0;
}

/* GnuTLS refuses it where the two ends could be made to agree by somebody in between. */
static bool read_binding(const xmppfed_tls_session *s, uint8_t ret[32])
{
    gnutls_datum_t binding = {NULL, 0};
    bool ok = gnutls_session_channel_binding(s->gnutls, GNUTLS_CB_TLS_EXPORTER, &binding) == 0 &&
              binding.size == 32;

    if (ok)
        memcpy(ret, binding.data, 32);
    gnutls_free(binding.data);
    return ok;
}

int xfed_tls_session_match(const xmppfed_tls_session *s, const struct xfed_tls_promise *promise,
                           xmppfed_problem *why)
{
    struct xfed_dane_question question = {
        .tls = question_of(s, &promise->demand),
        .names = promise->names,
        .name_count = promise->name_count,
    };
    unsigned int count;
    const gnutls_datum_t *chain = peer_chain(s, &count);
    size_t record;

    question.tls.domain = promise->domain;
    return xfed_dane_match(&question, promise->records, promise->count, chain, count, &record, why);
}

int xfed_tls_session_certificate(const xmppfed_tls_session *s, xmppfed_certificate *ret)
{
    unsigned int count;
    const gnutls_datum_t *chain = peer_chain(s, &count);

    return count == 0 ? XMPPFED_ERR_STATE : xfed_tls_describe(s->ctx, &chain[0], ret);
}

int xfed_tls_session_published(const xmppfed_tls_session *s, const xmppfed_fingerprint *list,
                               size_t count, const char *domain, int64_t unix_seconds,
                               int64_t *ret_until, xmppfed_problem *why)
{
    unsigned int chain_count;
    const gnutls_datum_t *chain = peer_chain(s, &chain_count);

    if (chain_count == 0)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE, "%.128s has shown no certificate",
                              domain);
    return xfed_posh_match(list, count, &chain[0], domain, unix_seconds, ret_until, why);
}

void xfed_tls_session_facts(const xmppfed_tls_session *s, struct xfed_tls_facts *ret)
{
    struct xfed_tls_facts facts = {.version = "", .cipher = ""};
    const gnutls_datum_t *chain;
    unsigned int count;

    if (s->established) {
        const char *version = gnutls_protocol_get_name(gnutls_protocol_get_version(s->gnutls));
        const char *cipher = gnutls_cipher_get_name(gnutls_cipher_get(s->gnutls));

        facts.version = version ? version : "";
        facts.has_binding = read_binding(s, facts.binding);
        facts.cipher = cipher ? cipher : "";
        facts.resumed = gnutls_session_is_resumed(s->gnutls) != 0;
    }
    chain = peer_chain(s, &count);
    facts.has_certificate =
        count > 0 && xfed_sha256(chain[0].data, chain[0].size, facts.fingerprint) == 0;
    *ret = facts;
}
