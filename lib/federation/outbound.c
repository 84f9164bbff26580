/* outbound.c - stanzas of our own users: addresses, policy, and into the queue of their pair. */
#include <xmppfed/federation.h>

#include "address/domain.h"
#include "connection/site.h"
#include "federation/action.h"
#include "federation/answer.h"
#include "federation/notes.h"
#include "federation/question.h"
#include "federation/route.h"

/* A stanza to be sent, with all that is known about it. */
struct outgoing {
    char local[XMPPFED_BARE_SIZE];
    char remote[XMPPFED_BARE_SIZE];
    int action;
    xmppfed_decision decision;
};

/* Strict with our own address, lenient with the peer's. */
static int read_addresses(const xmppfed_federation *fed, const xmppfed_element *stanza,
                          struct outgoing *ret)
{
    const char *from = xmppfed_element_attribute(stanza, "from");
    const char *to = xmppfed_element_attribute(stanza, "to");
    int rc;

    if (!from || !to)
        return XMPPFED_ERR_ADDRESS;
    rc = xmppfed_jid_prepare_bare(from, XMPPFED_STRICT, ret->local);
    if (rc == 0)
        rc = xmppfed_jid_prepare_bare(to, XMPPFED_LENIENT, ret->remote);
    if (rc == 0 && !xfed_site_hosts(fed->site, xfed_domain_of_bare(ret->local)))
        rc = XMPPFED_ERR_UNKNOWN_HANDLE;
    return rc;
}

static void decide(const xmppfed_federation *fed, const xmppfed_element *stanza, int contact,
                   xmppfed_time now, struct outgoing *out)
{
    const xmppfed_policy *policy = fed->site->policy;
    char full[XFED_QUESTION_FULL_SIZE];
    int64_t wall = xfed_site_wall(fed->site, now);
    xmppfed_question question = {.direction = XMPPFED_OUTBOUND,
                                 .action = out->action,
                                 .contact = contact,
                                 .local = out->local,
                                 .time = wall > 0 ? wall : 0};

    out->decision =
        (xmppfed_decision){.verdict = XMPPFED_VERDICT_REFUSE, .condition = "not-allowed"};
    if (!policy)
        return;
    question.remote =
        xfed_question_remote(policy, out->remote, xmppfed_element_attribute(stanza, "to"), full);
    (void)xmppfed_policy_decide(policy, &question, &out->decision);
    /* A sender does not wait: whom the host says nothing about is not on the list. */
    if (out->decision.verdict == XMPPFED_VERDICT_NEED_CONTACT) {
        question.contact = XMPPFED_CONTACT_NONE;
        (void)xmppfed_policy_decide(policy, &question, &out->decision);
    }
}

/* Ends a stanza that is not queued: the element is the copy that would have been sent. */
static void bounce(xmppfed_federation *fed, struct xfed_queued *s, int code, const char *text,
                   const char *condition)
{
    xfed_answer_outcome(fed, s, XMPPFED_OUTCOME_BOUNCED, code, text, condition);
}

static void refuse(xmppfed_federation *fed, const struct outgoing *out, struct xfed_queued *s)
{
    const xmppfed_decision *d = &out->decision;
    bool silent = (d->effects & XMPPFED_EFFECT_SILENT) || d->condition[0] == '\0';
    char reason[XFED_REASON_SIZE];

    xfed_answer_learn(fed, out->local, out->remote, d);
    xfed_answer_log(fed, XMPPFED_OUTBOUND, out->local, out->remote, d);
    bounce(fed, s, XMPPFED_ERR_POLICY_REFUSED, xfed_answer_reason(d, reason),
           silent ? NULL : d->condition);
}

/* Queues an allowed stanza. */
static void enqueue(xmppfed_federation *fed, const struct outgoing *out, struct xfed_queued *s,
                    xmppfed_time now)
{
    int rc;

    xfed_answer_learn(fed, out->local, out->remote, &out->decision);
    if (out->decision.effects & XMPPFED_EFFECT_STRIP_NOTES)
        xfed_notes_strip(s->stanza);
    rc = xfed_route_send(fed, xfed_domain_of_bare(out->local), xfed_domain_of_bare(out->remote), s,
                         now);
    if (rc < 0)
        bounce(fed, s, rc, xmppfed_error_sentence(rc), "resource-constraint");
}

/* A copy of the stanza together with its outcome; NULL when out of memory. */
static struct xfed_queued *prepare(xmppfed_federation *fed, const xmppfed_element *stanza,
                                   const struct outgoing *out, uint64_t cookie)
{
    xmppfed_element *copy = xmppfed_element_copy(stanza);
    xmppfed_event *outcome =
        xfed_event_new(fed->ctx, XMPPFED_EVENT_OUTCOME, out->local, out->remote);
    struct xfed_queued *s = copy && outcome ? xfed_queued_new(fed->ctx, copy, outcome) : NULL;

    if (!s) {
        xmppfed_element_free(copy);
        xfed_event_free(outcome);
        return NULL;
    }
    outcome->token = cookie;
    outcome->direction = XMPPFED_OUTBOUND;
    return s;
}

int xmppfed_federation_send(xmppfed_federation *fed, const xmppfed_element *stanza, uint64_t cookie,
                            xmppfed_time now)
{
    return xmppfed_federation_send_knowing(fed, stanza, XMPPFED_CONTACT_UNKNOWN, cookie, now);
}

int xmppfed_federation_send_knowing(xmppfed_federation *fed, const xmppfed_element *stanza,
                                    int contact, uint64_t cookie, xmppfed_time now)
{
    struct outgoing out;
    struct xfed_queued *s;
    int rc;

    if (!fed || !stanza || xmppfed_element_status(stanza) < 0 ||
        contact < XMPPFED_CONTACT_UNKNOWN || contact > XMPPFED_CONTACT_PENDING)
        return XMPPFED_ERR_ARGUMENT;
    if (fed->closing)
        return XMPPFED_ERR_SHUTDOWN;
    out.action = xfed_action_of(stanza);
    if (out.action == 0)
        return XMPPFED_ERR_ARGUMENT;
    rc = read_addresses(fed, stanza, &out);
    if (rc < 0)
        return rc;
    s = prepare(fed, stanza, &out, cookie);
    if (!s)
        return XMPPFED_ERR_NOMEM;
    decide(fed, stanza, contact, now, &out);
    xfed_counts_decided(&fed->counts, XMPPFED_OUTBOUND, out.action,
                        out.decision.verdict == XMPPFED_VERDICT_ALLOW);
    if (xfed_site_hosts(fed->site, xfed_domain_of_bare(out.remote)))
        bounce(fed, s, XMPPFED_ERR_ARGUMENT, "the domain is hosted here",
               "remote-server-not-found");
    else if (out.decision.verdict == XMPPFED_VERDICT_ALLOW)
        enqueue(fed, &out, s, now);
    else
        refuse(fed, &out, s);
    return 0;
}
