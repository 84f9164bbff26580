/* decide.c - the decision: conditions in order, then the table of what a partner type permits. */
#include "policy/snapshot.h"

/* What a partner type says of an action. */
enum permit {
    NEVER,       /* refused */
    ALWAYS,      /* whatever the contact state */
    IF_ADDED,    /* to those whom the host's user has put on the contact list */
    IF_MESSAGED, /* ... or has written to */
};

enum effect {
    NONE = 0,
    ACCEPT = XMPPFED_EFFECT_AUTO_ACCEPT,
    ADDED = XMPPFED_EFFECT_REMEMBER_ADDED,
    WROTE = XMPPFED_EFFECT_REMEMBER_MESSAGED,
    STRIP = XMPPFED_EFFECT_STRIP_NOTES,
    ADD_STRIP = ADDED | STRIP,
};

struct cell {
    uint8_t permit;
    uint8_t effects; /* when allowed */
};

/* One action; the cells are in the order of enum xmppfed_partner_type. */
struct row {
    struct cell inbound[3];
    struct cell outbound[3];
};

#define ACTION_COUNT (XMPPFED_ACTION_ERROR + 1)

/*
 * What a partner's users may do to ours, and ours to theirs.
 *
 * Inbound, Federated and PublicVerified need no authorization. PublicUnverified needs that our user
 * has added the contact; as adding is the authorization, a subscription is then accepted at once.
 * What may be an answer to our user's own message passes too, errors among it: a stranger's can
 * hold words like any other stanza. Notes that come in are the peer's.
 *
 * Outbound, what our user does is remembered whatever the type, so that a change of the type finds
 * it. Status notes never leave for a public partner: they ride in presence of any kind, and an IQ
 * answer can carry the items of a note node (XEP-0060 6.5).
 */
/* clang-format off */
static const struct row rows[ACTION_COUNT] = {
    /*                               Federated         PublicVerified       PublicUnverified */
    [XMPPFED_ACTION_ADD]        = {{{ALWAYS, ACCEPT}, {ALWAYS, ACCEPT},    {IF_ADDED, ACCEPT}},
                                   {{ALWAYS, ADDED},  {ALWAYS, ADD_STRIP}, {ALWAYS, ADD_STRIP}}},
    [XMPPFED_ACTION_ANSWER_ADD] = {{{ALWAYS, NONE},   {ALWAYS, NONE},      {IF_ADDED, NONE}},
                                   {{ALWAYS, NONE},   {ALWAYS, STRIP},     {ALWAYS, STRIP}}},
    [XMPPFED_ACTION_PRESENCE]   = {{{ALWAYS, NONE},   {ALWAYS, NONE},      {IF_ADDED, NONE}},
                                   {{ALWAYS, NONE},   {ALWAYS, STRIP},     {ALWAYS, STRIP}}},
    [XMPPFED_ACTION_PROBE]      = {{{ALWAYS, NONE},   {ALWAYS, NONE},      {IF_ADDED, NONE}},
                                   {{ALWAYS, NONE},   {ALWAYS, STRIP},     {ALWAYS, STRIP}}},
    [XMPPFED_ACTION_MESSAGE]    = {{{ALWAYS, NONE},   {ALWAYS, NONE},      {IF_MESSAGED, NONE}},
                                   {{ALWAYS, WROTE},  {ALWAYS, WROTE},     {ALWAYS, WROTE}}},
    [XMPPFED_ACTION_CHAT_STATE] = {{{ALWAYS, NONE},   {ALWAYS, NONE},      {IF_MESSAGED, NONE}},
                                   {{ALWAYS, NONE},   {ALWAYS, NONE},      {ALWAYS, NONE}}},
    [XMPPFED_ACTION_NOTE]       = {{{ALWAYS, NONE},   {ALWAYS, NONE},      {IF_ADDED, NONE}},
                                   {{ALWAYS, NONE},   {NEVER, NONE},       {NEVER, NONE}}},
    [XMPPFED_ACTION_GROUP_CHAT] = {{{ALWAYS, NONE},   {NEVER, NONE},       {NEVER, NONE}},
                                   {{ALWAYS, NONE},   {NEVER, NONE},       {NEVER, NONE}}},
    [XMPPFED_ACTION_IQ]         = {{{ALWAYS, NONE},   {ALWAYS, NONE},      {IF_ADDED, NONE}},
                                   {{ALWAYS, NONE},   {ALWAYS, STRIP},     {ALWAYS, STRIP}}},
    [XMPPFED_ACTION_REMOVE]     = {{{ALWAYS, NONE},   {ALWAYS, NONE},      {IF_MESSAGED, NONE}},
                                   {{ALWAYS, NONE},   {ALWAYS, STRIP},     {ALWAYS, STRIP}}},
    [XMPPFED_ACTION_ERROR]      = {{{ALWAYS, NONE},   {ALWAYS, NONE},      {IF_MESSAGED, NONE}},
                                   {{ALWAYS, NONE},   {ALWAYS, NONE},      {ALWAYS, NONE}}},
};
/* clang-format on */

/* How a refused action is answered, so that neither side learns more than it should. */
enum answer {
    QUIETLY,     /* nobody waits for an answer, or an answer would start a loop */
    BY_PRESENCE, /* inbound: "unsubscribed", as for a user who does not exist; outbound: an error */
    BY_CONDITION, /* a stanza error */
};

static const uint8_t answers[ACTION_COUNT] = {
    [XMPPFED_ACTION_ADD] = BY_PRESENCE,      [XMPPFED_ACTION_PROBE] = BY_PRESENCE,
    [XMPPFED_ACTION_MESSAGE] = BY_CONDITION, [XMPPFED_ACTION_GROUP_CHAT] = BY_CONDITION,
    [XMPPFED_ACTION_IQ] = BY_CONDITION,
};

static struct cell permitted(int type, const xmppfed_question *q)
{
    const struct row *row = &rows[q->action];
    int column = type - XMPPFED_PARTNER_FEDERATED;

    return q->direction == XMPPFED_INBOUND ? row->inbound[column] : row->outbound[column];
}

/*
 * The condition of a refusal. A peer must not find out whether a user exists, may use XMPP or has
 * blocked it: all look like a missing user (RFC 6121 8.5.1). Our own user may know.
 */
static const char *condition_of(const xmppfed_question *q, int rule)
{
    if (q->direction == XMPPFED_OUTBOUND)
        return rule == XMPPFED_RULE_BLOCKED ? "not-acceptable" : "not-allowed";
    return rule == XMPPFED_RULE_PARTNER ? "not-allowed" : "service-unavailable";
}

static void refuse(const xmppfed_question *q, int rule, xmppfed_decision *d)
{
    uint8_t answer = answers[q->action];

    /* XEP-0191 4: presence from a blocked contact is not answered at all. */
    if (answer == BY_PRESENCE && q->direction == XMPPFED_INBOUND && rule == XMPPFED_RULE_BLOCKED)
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

/* The conditions that come before the partner type's; true if all passed. */
static bool check_access(const xmppfed_policy *policy, const xmppfed_question *q,
                         const struct xfed_partner *partner, xmppfed_slice local,
                         xmppfed_decision *d)
{
    struct xfed_user_access user = xfed_policy_user(policy, local);

    return check(q, XMPPFED_RULE_FEDERATION_ON, xfed_policy_is_on(policy), d) &&
           check(q, XMPPFED_RULE_PARTNER, partner != NULL, d) &&
           check(q, XMPPFED_RULE_BRANCH, !user.branch, d) &&
           check(q, XMPPFED_RULE_ACCESS_FEDERATION, user.flags & XMPPFED_ACCESS_FEDERATION, d) &&
           check(q, XMPPFED_RULE_ACCESS_XMPP, user.flags & XMPPFED_ACCESS_XMPP, d);
}

/* An error of ours to a blocked contact passes: it is the answer that XEP-0191 4 asks for. */
static bool check_blocked(const xmppfed_question *q, xmppfed_decision *d)
{
    bool answers_error = q->direction == XMPPFED_OUTBOUND && q->action == XMPPFED_ACTION_ERROR;

    if (q->contact == XMPPFED_CONTACT_UNKNOWN || answers_error)
        return true;
    return check(q, XMPPFED_RULE_BLOCKED, q->contact != XMPPFED_CONTACT_BLOCKED, d);
}

static void decide_type(const xmppfed_question *q, int type, xmppfed_decision *d)
{
    struct cell cell = permitted(type, q);
    bool known;

    if (!check(q, XMPPFED_RULE_TYPE, cell.permit != NEVER, d))
        return;
    if (cell.permit != ALWAYS) {
        if (q->contact == XMPPFED_CONTACT_UNKNOWN) {
            d->verdict = XMPPFED_VERDICT_NEED_CONTACT;
            return;
        }
        known = q->contact == XMPPFED_CONTACT_ADDED ||
                (q->contact == XMPPFED_CONTACT_MESSAGED && cell.permit == IF_MESSAGED);
        if (!check(q, XMPPFED_RULE_CONTACT, known, d))
            return;
    }
    d->verdict = XMPPFED_VERDICT_ALLOW;
    d->effects |= cell.effects;
}

static bool is_complete(const xmppfed_question *q)
{
    return q->local && q->remote && q->direction >= XMPPFED_INBOUND &&
           q->direction <= XMPPFED_OUTBOUND && q->action >= XMPPFED_ACTION_ADD &&
           q->action <= XMPPFED_ACTION_ERROR && q->contact >= XMPPFED_CONTACT_UNKNOWN &&
           q->contact <= XMPPFED_CONTACT_BLOCKED;
}

int xmppfed_policy_decide(const xmppfed_policy *policy, const xmppfed_question *q,
                          xmppfed_decision *ret)
{
    xmppfed_decision d = {.condition = ""};
    const struct xfed_partner *partner;
    xmppfed_jid local;
    xmppfed_jid remote;
    xmppfed_slice user;

    if (!policy || !q || !ret || !is_complete(q) || xmppfed_jid_split(q->local, &local) < 0 ||
        xmppfed_jid_split(q->remote, &remote) < 0)
        return XMPPFED_ERR_ARGUMENT;
    user.data = q->local;
    user.len = (size_t)(local.domain.data + local.domain.len - q->local);
    partner = xfed_policy_find_slice(policy, remote.domain);
    /* A removal is a fact about our user's list, even if the stanza may not leave. */
    if (q->direction == XMPPFED_OUTBOUND && q->action == XMPPFED_ACTION_REMOVE)
        d.effects = XMPPFED_EFFECT_FORGET;
    if (check_access(policy, q, partner, user, &d) && check_blocked(q, &d))
        decide_type(q, partner->type, &d);
    *ret = d;
    return 0;
}
