/* act_sasl.c - actions of SASL EXTERNAL (RFC 6120 6, XEP-0178). */
#include "negotiation/actions.h"

#include "base/memory.h"
#include "base/slice.h"
#include "xml/ns.h"

static const char MECHANISM[] = "EXTERNAL";

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
    int rc;

    (void)row;
    (void)in;
    n->method = XMPPFED_METHOD_EXTERNAL;
    n->external_pending = true;
    n->tried |= XMPPFED_METHOD_EXTERNAL;
    rc = n->ports.sasl->start(n->ports.user, true, NULL);
    if (rc == 0)
        rc = sasl_step(n, NULL);
    n->ports.sasl->end(n->ports.user); /* EXTERNAL has but one step; nothing is kept for more */
    /* "=" is an empty authorization identity: the stream's 'from' (RFC 6120 6.3.8, XEP-0178 2.9).
     */
    return rc < 0 ? rc : send_text(n, "auth", MECHANISM, n->sasl_text ? n->sasl_text : "=");
}

int xfed_act_send_response(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    (void)row;
    (void)in;
    n->sasl_tries++;
    /* All that EXTERNAL can say was said with <auth/>; empty here is an empty element. */
    return send_text(n, "response", NULL, NULL);
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
    int rc;

    (void)row;
    n->sasl_tries++;
    if (!mechanism || !xfed_text_equal(mechanism, MECHANISM))
        return judge(n, XMPPFED_ERR_SASL_MECHANISM);
    rc = n->ports.sasl->start(n->ports.user, false, n->remote);
    if (rc < 0)
        return rc;
    return judge(n, sasl_step(n, xmppfed_element_text(in->element)));
}

int xfed_act_sasl_continue(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    const char *text = xmppfed_element_text(in->element);

    (void)row;
    /* An empty <response/> is an empty payload here: a response is never "absent" (RFC 6120 6.4.4).
     */
    return judge(n, sasl_step(n, text[0] ? text : "="));
}

int xfed_act_send_challenge(struct xfed_negotiation *n, const struct xfed_row *row,
                            const struct xfed_input *in)
{
    (void)row;
    (void)in;
    /* "=" stands for an empty payload in <auth/> and <success/> only (RFC 6120 6.4.2, 6.4.6). */
    return send_text(n, "challenge", NULL,
                     xfed_text_equal(n->sasl_text, "=") ? NULL : n->sasl_text);
}

int xfed_act_send_success(struct xfed_negotiation *n, const struct xfed_row *row,
                          const struct xfed_input *in)
{
    int rc = xfed_act_restart_wait(n, row, in); /* first: it refuses bytes that came too early */

    n->method = XMPPFED_METHOD_EXTERNAL;
    n->ports.sasl->end(n->ports.user);
    return rc < 0 ? rc : send_text(n, "success", NULL, NULL);
}

static int send_failure(struct xfed_negotiation *n, const char *condition)
{
    xmppfed_element *e = xmppfed_element_new(n->ctx, "failure", XFED_NS_SASL);

    (void)xmppfed_element_add_child(e, condition, XFED_NS_SASL);
    n->ports.sasl->end(n->ports.user);
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
