/* inbound.c - stanzas of partners: may they pass, and how a refusal is answered. */
#include "federation/inbound.h"

#include <stdio.h>
#include <xmppfed/stream.h>

#include "address/domain.h"
#include "connection/connection.h"
#include "connection/site.h"
#include "federation/action.h"
#include "federation/contact.h"
#include "federation/invitation.h"
#include "federation/notes.h"
#include "federation/ping.h"
#include "federation/question.h"
#include "federation/route.h"
#include "stream/stanza.h"

/* Sends a stanza of our own; lost when there is no room for it: it is only an answer. */
static void send_own(struct xfed_link *link, const xmppfed_event *ev, xmppfed_element *stanza,
                     xmppfed_time now)
{
    xmppfed_federation *fed = link->fed;
    struct xfed_queued *s;

    if (!stanza)
        return;
    s = xfed_queued_new(fed->ctx, stanza, NULL);
    if (!s)
        xmppfed_element_free(stanza);
    else if (fed->closing || xfed_route_send(fed, xfed_domain_of_bare(ev->local),
                                             xfed_domain_of_bare(ev->remote), s, now) < 0)
        xfed_queued_free(fed->ctx, s);
}

/*
 * The answer to a refused stanza, or NULL where there is none to give: RFC 6120 8.3.1 (never to an
 * error or a result), RFC 6121 3.1.3 and 4.3.2 (unsubscribed).
 */
static xmppfed_element *refusal(struct xfed_link *link, const xmppfed_event *ev, int action,
                                const xmppfed_decision *decision)
{
    if ((decision->effects & XMPPFED_EFFECT_SILENT) || !xfed_stanza_may_bounce(ev->element))
        return NULL;
    if (decision->condition[0] == '\0')
        return action == XMPPFED_ACTION_ADD || action == XMPPFED_ACTION_PROBE
                   ? xfed_answer_presence(link->fed->ctx, ev->local, ev->remote, "unsubscribed")
                   : NULL;
    return xmppfed_stanza_error(ev->element, decision->condition, NULL);
}

static void refuse(struct xfed_link *link, xmppfed_event *ev, int action,
                   const xmppfed_decision *decision, xmppfed_time now)
{
    xmppfed_element *answer = refusal(link, ev, action, decision);

    xfed_counts_decided(&link->fed->counts, XMPPFED_INBOUND, action, false);
    xfed_answer_log(link->fed, XMPPFED_INBOUND, ev->local, ev->remote, decision);
    if (answer && !xfed_bucket_take(&link->answers, now)) {
        xmppfed_element_free(answer);
        answer = NULL;
    }
    send_own(link, ev, answer, now);
    xfed_event_free(ev);
}

static void deliver(struct xfed_link *link, xmppfed_event *ev, int action,
                    const xmppfed_decision *decision, xmppfed_time now)
{
    xfed_counts_decided(&link->fed->counts, XMPPFED_INBOUND, action, true);
    if (decision->effects & XMPPFED_EFFECT_AUTO_ACCEPT)
        send_own(link, ev,
                 xfed_answer_presence(link->fed->ctx, ev->local, ev->remote, "subscribed"), now);
    if (decision->effects & XMPPFED_EFFECT_STRIP_NOTES)
        xfed_notes_strip(ev->element);
    ev->has_decision = true;
    ev->decision = *decision;
    xfed_event_queue_push(&link->fed->events, ev);
}

/*
 * A rule of the federation, because it needs a count: how often a domain may ask to be added. Whom
 * our user has added, or lets wait, is no new invitation.
 */
static void limit_invitations(struct xfed_link *link, const xmppfed_event *ev,
                              const xmppfed_question *q, xmppfed_decision *d, xmppfed_time now)
{
    bool invited = q->contact != XMPPFED_CONTACT_ADDED && q->contact != XMPPFED_CONTACT_PENDING;

    if (d->verdict != XMPPFED_VERDICT_ALLOW || q->action != XMPPFED_ACTION_ADD || !invited)
        return;
    d->reasons[d->reason_count].rule = XMPPFED_RULE_RATE;
    d->reasons[d->reason_count].passed =
        xfed_invitation_take(link->fed, xfed_domain_of_bare(ev->remote), now);
    if (d->reasons[d->reason_count++].passed)
        return;
    d->verdict = XMPPFED_VERDICT_REFUSE;
    d->effects = 0;
    d->condition = "resource-constraint";
}

/* The verdict about a stanza; without a policy, or for a domain that is not ours, ret stays. */
static void ask_policy(struct xfed_link *link, const xmppfed_event *ev, int action, int contact,
                       xmppfed_time now, xmppfed_decision *ret)
{
    const xmppfed_site *site = link->fed->site;
    char full[XFED_QUESTION_FULL_SIZE];
    xmppfed_question q = {.direction = XMPPFED_INBOUND,
                          .action = action,
                          .contact = contact,
                          .local = ev->local,
                          .remote = ev->remote,
                          .time = xfed_site_wall(site, now),
                          .proof = ev->has_proof ? ev->proof.kind : XMPPFED_PROOF_NONE};

    if (!site->policy || !xfed_site_hosts(site, xfed_domain_of_bare(ev->local)))
        return;
    if (q.time < 0)
        q.time = 0;
    q.remote = xfed_question_remote(site->policy, ev->remote,
                                    xmppfed_element_attribute(ev->element, "from"), full);
    (void)xmppfed_policy_decide(site->policy, &q, ret);
    limit_invitations(link, ev, &q, ret, now);
}

void xfed_inbound_decide(struct xfed_link *link, xmppfed_event *ev, int action, int contact,
                         xmppfed_time now)
{
    /*
     * Without a policy nobody is a partner: the refusal stands as it is. So it does for a domain
     * that the host took out while the stanza was held.
     */
    xmppfed_decision decision = {
        .verdict = XMPPFED_VERDICT_REFUSE, .effects = XMPPFED_EFFECT_SILENT, .condition = ""};

    ask_policy(link, ev, action, contact, now, &decision);
    if (decision.verdict == XMPPFED_VERDICT_NEED_CONTACT && contact == XMPPFED_CONTACT_UNKNOWN) {
        xfed_contact_ask(link, ev, action, now);
        return;
    }
    xfed_answer_learn(link->fed, ev->local, ev->remote, &decision);
    if (decision.verdict == XMPPFED_VERDICT_ALLOW)
        deliver(link, ev, action, &decision, now);
    else
        refuse(link, ev, action, &decision, now);
}

/* Makes an event of a link's stream the host's own. XMPPFED_ERR_ADDRESS, _NOMEM, or 0. */
static int address_to_host(const struct xfed_link *link, xmppfed_event *ev)
{
    const char *from = xmppfed_element_attribute(ev->element, "from");
    const char *to = xmppfed_element_attribute(ev->element, "to");
    char local[XMPPFED_BARE_SIZE];
    char remote[XMPPFED_BARE_SIZE];

    int rc;

    ev->link = link->id;
    if (!from || !to)
        return XMPPFED_ERR_ADDRESS;
    /* Leniently also our own: an address that nobody here can have is answered like any other. */
    rc = xmppfed_jid_prepare_bare(to, XMPPFED_LENIENT, local);
    if (rc == 0)
        rc = xmppfed_jid_prepare_bare(from, XMPPFED_LENIENT, remote);
    if (rc < 0)
        return rc;
    return xfed_event_set(ev, &ev->local, local) && xfed_event_set(ev, &ev->remote, remote)
               ? 0
               : XMPPFED_ERR_NOMEM;
}

/*
 * An address that nobody can have costs its sender an error and not its server the stream, which
 * others share (RFC 6120 8.3.3.8).
 */
static void refuse_malformed(struct xfed_link *link, xmppfed_event *ev, int action,
                             xmppfed_time now)
{
    bool presence = xfed_stanza_kind_of(ev->element, XMPPFED_NS_SERVER) == XFED_STANZA_PRESENCE;
    const xmppfed_decision decision = {.verdict = XMPPFED_VERDICT_REFUSE,
                                       .effects = presence ? XMPPFED_EFFECT_SILENT : 0,
                                       .condition = "jid-malformed"};

    refuse(link, ev, action, &decision, now);
}

/*
 * The domain itself is asked whether it is there, by a server that has proved who it is; no user
 * and no contact is concerned, so that the policy about them is not either.
 */
static void answer_ping(struct xfed_link *link, xmppfed_event *ev, xmppfed_time now)
{
    if (xfed_bucket_take(&link->answers, now))
        send_own(link, ev, xfed_ping_answer(link->fed->ctx, ev->element), now);
    xfed_event_free(ev);
}

void xfed_inbound_stanza(struct xfed_link *link, xmppfed_time now)
{
    /* The stream's event goes on to the host, as most stanzas do: a copy would be its equal. */
    xmppfed_event *ev = xfed_event_queue_take(&link->connection->events);
    int action = xfed_action_of(ev->element);
    int rc;

    /* On a stream of ours the connection lets by only what XEP-0288 allows there. */
    if (action == 0) {
        xfed_event_free(ev);
        return;
    }
    rc = address_to_host(link, ev);
    if (rc == XMPPFED_ERR_ADDRESS) {
        refuse_malformed(link, ev, action, now);
        return;
    }
    if (rc < 0) {
        /* Better no stream than one with a hole in it: the peer sees that it has to repeat. */
        xfed_event_free(ev);
        xfed_acks_unhandled(&link->connection->negotiation.acks);
        xfed_link_close(link, rc, NULL);
        return;
    }
    if (xfed_ping_take_answer(link->fed, ev, now))
        xfed_event_free(ev);
    else if (link->fed->answers_pings && xfed_ping_is_for_domain(ev->element))
        answer_ping(link, ev, now);
    else
        xfed_inbound_decide(link, ev, action, XMPPFED_CONTACT_UNKNOWN, now);
}
