/* sasl.c - what the negotiation asks of SASL: EXTERNAL, and SCRAM with the secret of the site. */
#include "sasl/sasl.h"

#include "base/fault.h"
#include "base/memory.h"
#include "base/slice.h"
#include "connection/connection.h"
#include "connection/shared_secret.h"
#include "sasl/payload.h"
#include "tls/session.h"

static void end(void *user)
{
    xmppfed_connection *c = user;

    xfed_sasl_free(c->sasl);
    c->sasl = NULL;
}

/* A stream that one secret has proved is not proved by the next one. */
static int secret(void *user, const struct xfed_partner *partner, xmppfed_problem *why)
{
    const xmppfed_connection *c = user;
    const struct xfed_shared_secret *s = xfed_site_shared_secret(c->site, partner->domain);
    struct xfed_tls_facts facts;

    if (!s)
        return xfed_fault_set(why, XMPPFED_ERR_POLICY_NO_METHOD,
                              "its record has a shared secret, and the secret itself is not known "
                              "here; it must be set");
    if (c->secret_serial != 0 && c->secret_serial != s->serial)
        return xfed_fault_set(why, XMPPFED_ERR_POLICY_NO_METHOD,
                              "the shared secret was changed; the next stream goes by the new one");
    xfed_tls_session_facts(c->tls, &facts);
    if (!facts.has_binding)
        return xfed_fault_set(why, XMPPFED_ERR_POLICY_NO_METHOD,
                              "a shared secret needs a TLS session to which it can be bound; its "
                              "operator must enable TLS 1.3, or the extended master secret");
    return xfed_connection_lacks_pin(c, c->negotiation.remote, partner, why) ? XMPPFED_ERR_TLS_PIN
                                                                             : 0;
}

static int start_scram(xmppfed_connection *c, bool initiator, const char *domain)
{
    const struct xfed_partner *partner =
        c->site->policy ? xfed_policy_find(c->site->policy, c->negotiation.remote) : NULL;
    struct xfed_shared_secret *s =
        partner ? xfed_site_shared_secret(c->site, partner->domain) : NULL;
    struct xfed_tls_facts facts;
    int rc;

    if (!s)
        return XMPPFED_ERR_SASL_MECHANISM;
    xfed_tls_session_facts(c->tls, &facts);
    if (!facts.has_binding)
        return XMPPFED_ERR_SASL_MECHANISM;
    rc = initiator
             ? xfed_sasl_scram_initiator(c->ctx, domain, xfed_slice(s->text, s->len), facts.binding,
                                         &c->sasl)
             : xfed_sasl_scram_receiver(c->ctx, domain, xfed_shared_secret_verifier(c->ctx, s),
                                        facts.binding, &c->sasl);
    if (rc == 0)
        c->secret_serial = s->serial;
    return rc;
}

static int start(void *user, int method, bool initiator, const char *domain)
{
    xmppfed_connection *c = user;

    end(c);
    if (method == XMPPFED_METHOD_SCRAM)
        return start_scram(c, initiator, domain);
    return initiator ? xfed_sasl_external_initiator(c->ctx, NULL, &c->sasl)
                     : xfed_sasl_external_receiver(c->ctx, domain, &c->sasl);
}

static int step(void *user, const char *text, char **ret_text)
{
    xmppfed_connection *c = user;
    xmppfed_slice input;
    xmppfed_slice output;
    char *owned = NULL;
    int status;
    int rc;

    if (!c->sasl)
        return XMPPFED_ERR_SASL_MALFORMED;
    rc = xfed_sasl_payload_read(c->ctx, text, &input, &owned);
    if (rc < 0)
        return rc;
    status = xfed_sasl_step(c->sasl, input, &output);
    xfed_free(c->ctx, owned);
    if (status < 0)
        return status;
    rc = xfed_sasl_payload_write(c->ctx, output, ret_text);
    return rc < 0 ? rc : status;
}

const struct xfed_sasl_port xfed_connection_sasl_port = {secret, start, step, end};
