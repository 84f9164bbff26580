/* act_sasl.c - actions of SASL (RFC 6120 6): EXTERNAL (XEP-0178), SCRAM-SHA-256-PLUS (RFC 7677). */
#include "negotiation/actions.h"

#include "base/memory.h"
#include "base/slice.h"
#include "xml/ns.h"

static const struct {
    int method;
    const char *name;
} mechanisms[] = {
    {XMPPFED_METHOD_EXTERNAL, "EXTERNAL"},
    {XMPPFED_METHOD_SCRAM, "SCRAM-SHA-256-PLUS"},
};

enum { MECHANISMS = sizeof(mechanisms) / sizeof(mechanisms[0]) };

static const char *name_of(int method)
{
    return mechanisms[method == XMPPFED_METHOD_SCRAM].name;
}

/* The method that a peer has asked for by its mechanism's name, 0 if there is none of it. */
static int method_of(const char *name)
{
    for (size_t i = 0; i < MECHANISMS; i++)
        if (xfed_text_equal(mechanisms[i].name, name))
            return mechanisms[i].method;
    return 0;
}

/* Sends <name>text</name> in the SASL namespace. */
static int send_text(struct xfed_negotiation *n, const char *name, const char *mechanism,
                     const char *text)
{
    xmppfed_element *e = xmppfed_element_new(n->ctx, name, XFED_NS_SASL);

    if (mechanism)
        xmppfed_element_set_attribute(e, "mechanism", mechanism);
    if (text && text[0])
        xmppfed_element_add_text(e, text);
    return xfed_negotiation_send(n, e);
}

static const char *condition_of(int code)
{
    switch (code) {
    case XMPPFED_ERR_SASL_MALFORMED:
        return "incorrect-encoding";
    case XMPPFED_ERR_SASL_AUTHZID:
        return "invalid-authzid";
    case XMPPFED_ERR_SASL_MECHANISM:
        return "invalid-mechanism";
    default:
        return "not-authorized";
    }
}

/* One SASL step; the text to send is kept for the action that follows. */
static int sasl_step(struct xfed_negotiation *n, const char *text)
{
    xfed_free(n->ctx, n->sasl_text);
    n->sasl_text = NULL;
    return n->ports.sasl->step(n->ports.user, text, &n->sasl_text);
}

int xfed_act_send_auth(struct xfed_negotiation *n, const struct xfed_row *row,
                       const struct xfed_input *in)
{
    uint32_t open = xfed_negotiation_sasl(n, XFED_EVENT_FEATURES, in);
    bool scram = (open & XMPPFED_METHOD_SCRAM) != 0;
    int rc;

    (void)row;
    n->method = scram ? XMPPFED_METHOD_SCRAM : XMPPFED_METHOD_EXTERNAL;
    n->external_pending = !scram;
    n->sasl_done = false;
    n->tried |= (unsigned)n->method;
    rc = n->ports.sasl->start(n->ports.user, n->method, true, n->local);
    if (rc == 0)
        rc = sasl_step(n, NULL);
    if (!scram)
        n->ports.sasl->end(n->ports.user); /* EXTERNAL has but one step; nothing is kept for more */
    /* "=" is an empty authorization identity: the stream's 'from' (RFC 6120 6.3.8, XEP-0178 2.9).
     */
    return rc < 0 ? rc
                  : send_text(n, "auth", name_of(n->method), n->sasl_text ? n->sasl_text : "=");
}

/* What comes with <challenge/> and <response/>: no text is an empty payload (RFC 6120 6.4.4). */
static const char *payload_of(const struct xfed_input *in)
{
    const char *text = xmppfed_element_text(in->element);

    return text[0] ? text : "=";
}

/* "=" stands for an empty payload in <auth/> and <success/> only (RFC 6120 6.4.2, 6.4.6). */
static int send_payload(struct xfed_negotiation *n, const char *name)
{
    return send_text(n, name, NULL, xfed_text_equal(n->sasl_text, "=") ? NULL : n->sasl_text);
}

int xfed_act_send_response(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    int rc;

    (void)row;
    n->sasl_tries++;
    /* All that EXTERNAL can say was said with <auth/>; empty here is an empty element. */
    if (n->method != XMPPFED_METHOD_SCRAM)
        return send_text(n, "response", NULL, NULL);
    rc = sasl_step(n, payload_of(in));
    if (rc < 0)
        return rc == XMPPFED_ERR_NOMEM ? rc : XFED_EVENT_SASL_REFUSED;
    n->sasl_done = rc > 0; /* its proof may come as the last challenge, or with <success/> */
    return send_payload(n, "response");
}

/* A peer that says <success/> without the proof that it knows the secret is not the partner. */
int xfed_act_check_success(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    int rc = 1;

    (void)row;
    if (n->method != XMPPFED_METHOD_SCRAM)
        return XFED_EVENT_SASL_DONE; /* of EXTERNAL nothing more is asked */
    if (!n->sasl_done)
        rc = sasl_step(n, payload_of(in));
    n->ports.sasl->end(n->ports.user);
    if (rc == XMPPFED_ERR_NOMEM)
        return rc;
    n->sasl_done = rc > 0;
    return rc > 0 ? XFED_EVENT_SASL_DONE : XFED_EVENT_SASL_REFUSED;
}

/* Maps what SASL says to the event that the tables know. */
static int judge(struct xfed_negotiation *n, int rc)
{
    if (rc > 0)
        return XFED_EVENT_SASL_DONE;
    if (rc == 0)
        return XFED_EVENT_SASL_MORE;
    if (rc == XMPPFED_ERR_NOMEM)
        return rc;
    n->sasl_condition = condition_of(rc);
    return XFED_EVENT_SASL_REFUSED;
}

int xfed_act_sasl_begin(struct xfed_negotiation *n, const struct xfed_row *row,
                        const struct xfed_input *in)
{
    const char *mechanism = xmppfed_element_attribute(in->element, "mechanism");
    int method = mechanism ? method_of(mechanism) : 0;
    int rc;

    (void)row;
    n->sasl_tries++;
    if (!((uint32_t)method & xfed_negotiation_sasl(n, XFED_EVENT_AUTH, in)))
        return judge(n, XMPPFED_ERR_SASL_MECHANISM);
    rc = n->ports.sasl->start(n->ports.user, method, false, n->remote);
    if (rc < 0)
        return rc;
    n->method = method;
    return judge(n, sasl_step(n, xmppfed_element_text(in->element)));
}

int xfed_act_sasl_continue(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    (void)row;
    return judge(n, sasl_step(n, payload_of(in)));
}

int xfed_act_send_challenge(struct xfed_negotiation *n, const struct xfed_row *row,
                            const struct xfed_input *in)
{
    (void)row;
    (void)in;
    return send_payload(n, "challenge");
}

/* Our own proof, where the mechanism has one, goes with it (RFC 6120 6.3.10). */
int xfed_act_send_success(struct xfed_negotiation *n, const struct xfed_row *row,
                          const struct xfed_input *in)
{
    int rc = xfed_act_restart_wait(n, row, in); /* first: it refuses bytes that came too early */

    n->ports.sasl->end(n->ports.user);
    return rc < 0 ? rc : send_text(n, "success", NULL, n->sasl_text);
}

static int send_failure(struct xfed_negotiation *n, const char *condition)
{
    xmppfed_element *e = xmppfed_element_new(n->ctx, "failure", XFED_NS_SASL);

    (void)xmppfed_element_add_child(e, condition, XFED_NS_SASL);
    n->ports.sasl->end(n->ports.user);
    n->method = 0; /* the next try may be another */
    return xfed_negotiation_send(n, e);
}

int xfed_act_send_sasl_failure(struct xfed_negotiation *n, const struct xfed_row *row,
                               const struct xfed_input *in)
{
    bool aborted = in->element && xmppfed_element_is(in->element, "abort", XFED_NS_SASL);

    (void)row;
    return send_failure(n, aborted ? "aborted" : n->sasl_condition);
}

int xfed_act_refuse_mechanism(struct xfed_negotiation *n, const struct xfed_row *row,
                              const struct xfed_input *in)
{
    (void)row;
    (void)in;
    n->sasl_tries++;
    return send_failure(n, "invalid-mechanism");
}
