/* decide.c - the decision: conditions in order, then the switch that governs the action. */
#include "policy/proof.h"
#include "policy/snapshot.h"

#define ACTION_COUNT (XMPPFED_ACTION_CALL + 1)

/*
 * What comes of an allowed action, by direction. What our user does is remembered whatever the
 * record says, so that a change of the record finds it. Adding is the authorization, so that an
 * allowed subscription of the partner's is accepted at once.
 */
static const uint8_t effects[ACTION_COUNT][2] = {
    [XMPPFED_ACTION_ADD] = {XMPPFED_EFFECT_AUTO_ACCEPT, XMPPFED_EFFECT_REMEMBER_ADDED},
    [XMPPFED_ACTION_MESSAGE] = {0, XMPPFED_EFFECT_REMEMBER_MESSAGED},
};

/*
 * What may carry a status note: presence of any kind, and an IQ answer the items of a note node
 * (XEP-0060 6.5).
 */
static const bool may_carry_note[ACTION_COUNT] = {
    [XMPPFED_ACTION_ADD] = true,   [XMPPFED_ACTION_ANSWER_ADD] = true,
    [XMPPFED_ACTION_PROBE] = true, [XMPPFED_ACTION_PRESENCE] = true,
    [XMPPFED_ACTION_IQ] = true,    [XMPPFED_ACTION_REMOVE] = true,
};

/* How a refused action is answered, so that neither side learns more than it should. */
enum answer {
    QUIETLY,     /* nobody waits for an answer, or an answer would start a loop */
    BY_PRESENCE, /* inbound: "unsubscribed", as for a user who does not exist; outbound: an error */
    BY_CONDITION, /* a stanza error */
};

static const uint8_t answers[ACTION_COUNT] = {
    [XMPPFED_ACTION_ADD] = BY_PRESENCE,      [XMPPFED_ACTION_PROBE] = BY_PRESENCE,
    [XMPPFED_ACTION_MESSAGE] = BY_CONDITION, [XMPPFED_ACTION_GROUP_CHAT] = BY_CONDITION,
    [XMPPFED_ACTION_IQ] = BY_CONDITION,      [XMPPFED_ACTION_FILE] = BY_CONDITION,
    [XMPPFED_ACTION_CALL] = BY_CONDITION,
};

static bool is_block(int rule)
{
    return rule == XMPPFED_RULE_BLOCK_LIST || rule == XMPPFED_RULE_BLOCKED;
}

/*
 * The condition of a refusal. A peer must not find out whether a user exists, may use XMPP or has
 * blocked it: all look like a missing user (RFC 6121 8.5.1). Our own user may know.
 */
static const char *condition_of(const xmppfed_question *q, int rule)
{
    if (q->direction == XMPPFED_OUTBOUND)
        return is_block(rule) ? "not-acceptable" : "not-allowed";
    return rule == XMPPFED_RULE_PARTNER || rule == XMPPFED_RULE_PROOF ? "not-allowed"
                                                                      : "service-unavailable";
}

static void refuse(const xmppfed_question *q, int rule, xmppfed_decision *d)
{
    uint8_t answer = answers[q->action];

    /* XEP-0191 4: presence from a blocked contact is not answered at all. */
    if (answer == BY_PRESENCE && q->direction == XMPPFED_INBOUND && is_block(rule))
        answer = QUIETLY;
    /* A probe to a partner is the host's own act; no user waits for it. */
    if (q->action == XMPPFED_ACTION_PROBE && q->direction == XMPPFED_OUTBOUND)
        answer = QUIETLY;
    d->verdict = XMPPFED_VERDICT_REFUSE;
    if (answer == QUIETLY)
        d->effects |= XMPPFED_EFFECT_SILENT;
    else if (answer == BY_CONDITION || q->direction == XMPPFED_OUTBOUND)
        d->condition = condition_of(q, rule);
}

/* Records a condition; a failed one decides. Returns whether it passed. */
static bool check(const xmppfed_question *q, int rule, bool passed, xmppfed_decision *d)
{
    d->reasons[d->reason_count].rule = rule;
    d->reasons[d->reason_count].passed = passed;
    d->reason_count++;
    if (!passed)
        refuse(q, rule, d);
    return passed;
}

/* A proof is judged only where there is one: our own stanzas wait for theirs in a queue. */
static bool check_proof(const xmppfed_question *q, const struct xfed_partner *partner,
                        xmppfed_decision *d)
{
    return q->proof == XMPPFED_PROOF_NONE || partner->minimum_proof == XMPPFED_PROOF_NONE ||
           check(q, XMPPFED_RULE_PROOF, xfed_proof_suffices(q->proof, partner->minimum_proof), d);
}

/* The conditions that come before the contact's; true if all passed. */
static bool check_access(const xmppfed_policy *policy, const xmppfed_question *q,
                         const struct xfed_partner *partner, const struct xfed_user_access *user,
                         xmppfed_decision *d)
{
    return check(q, XMPPFED_RULE_FEDERATION_ON, xfed_policy_is_on(policy), d) &&
           check(q, XMPPFED_RULE_PARTNER, partner != NULL, d) && check_proof(q, partner, d) &&
           check(q, XMPPFED_RULE_BRANCH, !user->branch, d) &&
           check(q, XMPPFED_RULE_ACCESS_FEDERATION, user->flags & XMPPFED_ACCESS_FEDERATION, d) &&
           check(q, XMPPFED_RULE_ACCESS_XMPP, user->flags & XMPPFED_ACCESS_XMPP, d) &&
           (!user->list ||
            check(q, XMPPFED_RULE_PARTNER_LIST,
                  xfed_directory_permits(xfed_policy_directory(policy), user, partner), d));
}

/* An error of ours to a blocked contact passes: it is the answer that XEP-0191 4 asks for. */
static bool is_answer_to_blocked(const xmppfed_question *q)
{
    return q->direction == XMPPFED_OUTBOUND && q->action == XMPPFED_ACTION_ERROR;
}

static bool check_blocked(const xmppfed_policy *policy, const xmppfed_question *q,
                          const struct xfed_partner *partner, const struct xfed_user_access *user,
                          const xmppfed_jid *remote, xmppfed_decision *d)
{
    const struct xfed_directory *directory = xfed_policy_directory(policy);

    if (is_answer_to_blocked(q))
        return true;
    if (xfed_directory_has_blocks(directory, user) &&
        !check(q, XMPPFED_RULE_BLOCK_LIST,
               !xfed_directory_blocks(directory, user, partner, remote, q->time), d))
        return false;
    return q->contact == XMPPFED_CONTACT_UNKNOWN ||
           check(q, XMPPFED_RULE_BLOCKED, q->contact != XMPPFED_CONTACT_BLOCKED, d);
}

/* Whether a permit depends on the contact state. */
static bool is_conditional(uint8_t permit)
{
    return permit == XMPPFED_PERMIT_IF_ADDED || permit == XMPPFED_PERMIT_IF_MESSAGED;
}

/* Whether a permit holds for a contact in this state. */
static bool holds(uint8_t permit, int contact)
{
    return permit == XMPPFED_PERMIT_ALWAYS ||
           (is_conditional(permit) && contact == XMPPFED_CONTACT_ADDED) ||
           (permit == XMPPFED_PERMIT_IF_MESSAGED && contact == XMPPFED_CONTACT_MESSAGED);
}

static uint8_t permit_of(const struct xfed_partner *partner, uint8_t actor, uint8_t which)
{
    return partner->permits.of[actor - XMPPFED_INBOUND][which];
}

/* The permit for an action; what our user's own act consents to is allowed unless it is off. */
static uint8_t permit_for(const struct xfed_partner *partner, const xmppfed_question *q)
{
    struct xfed_governor governor = xfed_switch_governor(q->direction, q->action);
    uint8_t permit = permit_of(partner, governor.actor, governor.which);

    return governor.consented && permit != XMPPFED_PERMIT_NEVER ? XMPPFED_PERMIT_ALWAYS : permit;
}

/* The permit for the notes that may ride along: ALWAYS where there can be none. */
static uint8_t permit_for_notes(const struct xfed_partner *partner, const xmppfed_question *q)
{
    int reader = q->direction == XMPPFED_INBOUND ? XMPPFED_OUTBOUND : XMPPFED_INBOUND;

    if (!may_carry_note[q->action])
        return XMPPFED_PERMIT_ALWAYS;
    return permit_of(partner, (uint8_t)reader, XMPPFED_SWITCH_SEE_NOTES);
}

/*
 * The contact is asked for where a switch depends on it, and where the host says that it keeps
 * contacts: any of them may be blocked.
 */
static void decide_type(const xmppfed_policy *policy, const xmppfed_question *q,
                        const struct xfed_partner *partner, xmppfed_decision *d)
{
    bool may_be_blocked = xfed_policy_keeps_contacts(policy) && !is_answer_to_blocked(q);
    uint8_t permit = permit_for(partner, q);
    uint8_t notes = permit_for_notes(partner, q);

    if (!check(q, XMPPFED_RULE_TYPE, permit != XMPPFED_PERMIT_NEVER, d))
        return;
    if (q->contact == XMPPFED_CONTACT_UNKNOWN &&
        (may_be_blocked || is_conditional(permit) || is_conditional(notes))) {
        d->verdict = XMPPFED_VERDICT_NEED_CONTACT;
        return;
    }
    if (is_conditional(permit) && !check(q, XMPPFED_RULE_CONTACT, holds(permit, q->contact), d))
        return;
    d->verdict = XMPPFED_VERDICT_ALLOW;
    d->effects |= effects[q->action][q->direction - XMPPFED_INBOUND];
    if (!holds(notes, q->contact))
        d->effects |= XMPPFED_EFFECT_STRIP_NOTES;
}

static bool is_complete(const xmppfed_question *q)
{
    return q->local && q->remote && q->direction >= XMPPFED_INBOUND &&
           q->direction <= XMPPFED_OUTBOUND && q->action >= XMPPFED_ACTION_ADD &&
           q->action <= XMPPFED_ACTION_CALL && q->contact >= XMPPFED_CONTACT_UNKNOWN &&
           q->contact <= XMPPFED_CONTACT_PENDING && xfed_proof_is_known(q->proof) && q->time >= 0;
}

int xmppfed_policy_decide(const xmppfed_policy *policy, const xmppfed_question *q,
                          xmppfed_decision *ret)
{
    xmppfed_decision d = {.condition = ""};
    const struct xfed_partner *partner;
    const struct xfed_user_access *user;
    xmppfed_jid local;
    xmppfed_jid remote;
    xmppfed_slice bare;

    if (!policy || !q || !ret || !is_complete(q) || xmppfed_jid_split(q->local, &local) < 0 ||
        xmppfed_jid_split(q->remote, &remote) < 0)
        return XMPPFED_ERR_ARGUMENT;
    bare.data = q->local;
    bare.len = (size_t)(local.domain.data + local.domain.len - q->local);
    user = xfed_directory_user(xfed_policy_directory(policy), bare);
    partner = xfed_policy_find_slice(policy, remote.domain);
    /* A removal is a fact about our user's list, even if the stanza may not leave. */
    if (q->direction == XMPPFED_OUTBOUND && q->action == XMPPFED_ACTION_REMOVE)
        d.effects = XMPPFED_EFFECT_FORGET;
    if (check_access(policy, q, partner, user, &d) &&
        check_blocked(policy, q, partner, user, &remote, &d))
        decide_type(policy, q, partner, &d);
    *ret = d;
    return 0;
}
