/* policy_oracle.c - what the standards and the original say of a question; see policy_world.h. */
#include "support/policy_world.h"

#include <stdio.h>
#include <string.h>

static const char *domain_of(const char *jid, char ret[WORLD_ADDRESS_SIZE])
{
    const char *at = strchr(jid, '@');

    (void)snprintf(ret, WORLD_ADDRESS_SIZE, "%s", at ? at + 1 : jid);
    ret[strcspn(ret, "/")] = '\0';
    return ret;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t m = strlen(end);

    return n > m && strcmp(text + n - m, end) == 0;
}

static const struct a_record *record_of(const struct world *w, const char *domain)
{
    const struct a_record *best = w->open ? &w->records[WORLD_RECORDS] : NULL;
    size_t longest = 0;

    for (unsigned i = 0; i < w->record_count; i++) {
        const struct a_record *r = &w->records[i];

        if (strcmp(r->names[0], domain) == 0 || (r->names[1] && strcmp(r->names[1], domain) == 0))
            return r;
        if (r->names[0][0] == '*' && ends_with(domain, r->names[0] + 1) &&
            strlen(r->names[0]) > longest) {
            longest = strlen(r->names[0]);
            best = r;
        }
    }
    return best;
}

static uint32_t flags_of(const struct world *w, const struct a_user *u)
{
    if (u && u->declared && u->policy)
        return w->policy_flags[u->policy];
    if (u && u->declared && u->site && w->has_site[u->site])
        return w->site_flags[u->site];
    return w->has_global ? w->global : 0;
}

/* Whether the nearest list of rules lets a user have a record. */
static bool listed(const struct world *w, int user, const struct a_record *r, bool *ret_any)
{
    for (int step = 0; step < 2; step++) {
        int scope = step == 0 ? XMPPFED_SCOPE_USER : XMPPFED_SCOPE_GROUP;
        unsigned subject;
        bool any = false, allows = false, here = false, verdict = false;

        if (user < 0 || (step == 1 && w->users[user].group == 0))
            continue;
        subject = step == 0 ? (unsigned)user : w->users[user].group;
        for (unsigned i = 0; i < w->rule_count; i++) {
            if (w->rules[i].scope != scope || w->rules[i].subject != subject)
                continue;
            any = true;
            allows |= w->rules[i].allow;
            if (strcmp(w->rules[i].domain, r->names[0]) == 0) {
                here = true;
                verdict = w->rules[i].allow;
            }
        }
        if (any) {
            *ret_any = true;
            return here ? verdict : !allows;
        }
    }
    *ret_any = false;
    return true;
}

/* XEP-0191 7: the parts that a block names must be those of the address. */
static bool block_matches(const char *block, const char *jid)
{
    char a[WORLD_ADDRESS_SIZE], b[WORLD_ADDRESS_SIZE];
    const char *resource = strchr(block, '/');

    if (strcmp(domain_of(block, a), domain_of(jid, b)) != 0)
        return false;
    if (strchr(block, '@') && (!strchr(jid, '@') || strncmp(block, jid, strcspn(block, "@")) != 0 ||
                               strcspn(block, "@") != strcspn(jid, "@")))
        return false;
    return !resource || (strchr(jid, '/') && strcmp(resource, strchr(jid, '/')) == 0);
}

static bool blocked(const struct world *w, int user, const xmppfed_question *q)
{
    for (unsigned i = 0; i < w->block_count; i++)
        if ((w->blocks[i].user < 0 || w->blocks[i].user == user) &&
            (w->blocks[i].expires == 0 || q->time < w->blocks[i].expires) &&
            block_matches(w->blocks[i].jid, q->remote))
            return true;
    return false;
}

/* What a switch permits: n nobody, l who is on the list, w who was written to, y everybody. */
static char permit(const struct a_record *r, int actor, int which)
{
    bool stranger = r->type == XMPPFED_PARTNER_PUBLIC_UNVERIFIED;

    if (which <= 9 && r->permits[actor][which])
        return "?nlwy"[r->permits[actor][which]];
    if (which == XMPPFED_SWITCH_GROUP_CHAT)
        return r->type == XMPPFED_PARTNER_FEDERATED ? 'y' : 'n';
    if (actor == XMPPFED_OUTBOUND)
        return stranger &&
                       (which == XMPPFED_SWITCH_SEE_PRESENCE || which == XMPPFED_SWITCH_SEE_NOTES)
                   ? 'l'
                   : 'y';
    if (which == XMPPFED_SWITCH_SEE_NOTES)
        return r->type == XMPPFED_PARTNER_FEDERATED ? 'y' : 'n';
    if (!stranger)
        return 'y';
    switch (which) {
    case XMPPFED_SWITCH_START_CONVERSATION:
    case XMPPFED_SWITCH_TYPING:
    case XMPPFED_SWITCH_RECEIPTS:
    case 11: /* errors and removals */
        return 'w';
    default:
        return 'l';
    }
}

static char permit_for(const struct a_record *r, const xmppfed_question *q)
{
    bool in = q->direction == XMPPFED_INBOUND;
    int actor = q->direction;
    int other = in ? XMPPFED_OUTBOUND : XMPPFED_INBOUND;

    switch (q->action) {
    case XMPPFED_ACTION_ADD:
        return permit(r, actor, XMPPFED_SWITCH_ADD);
    case XMPPFED_ACTION_ANSWER_ADD:
        return in ? permit(r, other, XMPPFED_SWITCH_SEE_PRESENCE) : permit(r, actor, 11);
    case XMPPFED_ACTION_PRESENCE:
        if (in)
            return permit(r, other, XMPPFED_SWITCH_SEE_PRESENCE);
        return permit(r, other, XMPPFED_SWITCH_SEE_PRESENCE) == 'n' ? 'n' : 'y';
    case XMPPFED_ACTION_PROBE:
        if (in)
            return permit(r, actor, XMPPFED_SWITCH_SEE_PRESENCE);
        return permit(r, actor, XMPPFED_SWITCH_SEE_PRESENCE) == 'n' ? 'n' : 'y';
    case XMPPFED_ACTION_MESSAGE:
        return permit(r, actor, XMPPFED_SWITCH_START_CONVERSATION);
    case XMPPFED_ACTION_CHAT_STATE:
        return permit(r, actor, XMPPFED_SWITCH_TYPING);
    case XMPPFED_ACTION_RECEIPT:
        return permit(r, actor, XMPPFED_SWITCH_RECEIPTS);
    case XMPPFED_ACTION_NOTE:
        return permit(r, other, XMPPFED_SWITCH_SEE_NOTES);
    case XMPPFED_ACTION_GROUP_CHAT:
        return permit(r, actor, XMPPFED_SWITCH_GROUP_CHAT);
    case XMPPFED_ACTION_FILE:
        return permit(r, actor, XMPPFED_SWITCH_FILES);
    case XMPPFED_ACTION_CALL:
        return permit(r, actor, XMPPFED_SWITCH_CALLS);
    case XMPPFED_ACTION_IQ:
        return permit(r, actor, 10);
    default: /* removals and errors */
        return permit(r, actor, 11);
    }
}

static bool lets_by(char letter, int contact)
{
    return letter == 'y' || (contact == XMPPFED_CONTACT_ADDED && letter != 'n') ||
           (contact == XMPPFED_CONTACT_MESSAGED && letter == 'w');
}

/* Whether the stanza can hold a note of the sender's. */
static bool carries_notes(int action)
{
    return action <= XMPPFED_ACTION_PROBE || action == XMPPFED_ACTION_IQ ||
           action == XMPPFED_ACTION_REMOVE;
}

static struct world_answer refusal(const xmppfed_question *q, int rule)
{
    bool in = q->direction == XMPPFED_INBOUND;
    bool block = rule == XMPPFED_RULE_BLOCKED || rule == XMPPFED_RULE_BLOCK_LIST;
    struct world_answer a = {.verdict = XMPPFED_VERDICT_REFUSE, .rule = rule, .condition = ""};

    switch (q->action) {
    case XMPPFED_ACTION_PROBE:
    case XMPPFED_ACTION_ADD:
        if (in && !block)
            return a; /* "unsubscribed" */
        if (in || q->action == XMPPFED_ACTION_PROBE)
            break;
        /* fall through */
    case XMPPFED_ACTION_MESSAGE:
    case XMPPFED_ACTION_GROUP_CHAT:
    case XMPPFED_ACTION_IQ:
    case XMPPFED_ACTION_FILE:
    case XMPPFED_ACTION_CALL:
        if (in)
            a.condition = rule == XMPPFED_RULE_PARTNER || rule == XMPPFED_RULE_PROOF
                              ? "not-allowed"
                              : "service-unavailable";
        else
            a.condition = block ? "not-acceptable" : "not-allowed";
        return a;
    default:
        break;
    }
    a.effects = XMPPFED_EFFECT_SILENT;
    return a;
}

/* The strength of a proof, from the header's words. */
static int strength(int proof)
{
    static const int order[] = {XMPPFED_PROOF_NONE,         XMPPFED_PROOF_DIALBACK_TCP,
                                XMPPFED_PROOF_DIALBACK_TLS, XMPPFED_PROOF_POSH,
                                XMPPFED_PROOF_PKIX,         XMPPFED_PROOF_DANE,
                                XMPPFED_PROOF_SHARED_SECRET};
    int i = 0;

    while (order[i] != proof)
        i++;
    return i;
}

static int failing(const struct world *w, const xmppfed_question *q, int user,
                   const struct a_record *r)
{
    const struct a_user *u = user < 0 ? NULL : &w->users[user];
    bool error_out = q->direction == XMPPFED_OUTBOUND && q->action == XMPPFED_ACTION_ERROR;
    bool any;

    if (!w->on)
        return XMPPFED_RULE_FEDERATION_ON;
    if (!r)
        return XMPPFED_RULE_PARTNER;
    if (q->proof && strength(q->proof) < strength(r->minimum))
        return XMPPFED_RULE_PROOF;
    if (u && u->declared && u->branch)
        return XMPPFED_RULE_BRANCH;
    if (!(flags_of(w, u) & XMPPFED_ACCESS_FEDERATION))
        return XMPPFED_RULE_ACCESS_FEDERATION;
    if (!(flags_of(w, u) & XMPPFED_ACCESS_XMPP))
        return XMPPFED_RULE_ACCESS_XMPP;
    if (!listed(w, user, r, &any))
        return XMPPFED_RULE_PARTNER_LIST;
    if (!error_out && blocked(w, user, q))
        return XMPPFED_RULE_BLOCK_LIST;
    if (!error_out && q->contact == XMPPFED_CONTACT_BLOCKED)
        return XMPPFED_RULE_BLOCKED;
    return permit_for(r, q) == 'n' ? XMPPFED_RULE_TYPE : 0;
}

struct world_answer world_oracle(const struct world *w, const xmppfed_question *q, unsigned who)
{
    int user = who < WORLD_USERS ? (int)who : -1;
    char domain[WORLD_ADDRESS_SIZE];
    const struct a_record *r = record_of(w, domain_of(q->remote, domain));
    bool out = q->direction == XMPPFED_OUTBOUND;
    struct world_answer a = {.verdict = XMPPFED_VERDICT_ALLOW, .condition = ""};
    int rule = failing(w, q, user, r);
    char may, notes;

    if (!rule) {
        may = permit_for(r, q);
        notes = carries_notes(q->action)
                    ? permit(r, out ? XMPPFED_INBOUND : XMPPFED_OUTBOUND, XMPPFED_SWITCH_SEE_NOTES)
                    : 'y';
        if (q->contact == XMPPFED_CONTACT_UNKNOWN &&
            (strchr("lw", may) || strchr("lw", notes) ||
             (w->contacts && !(out && q->action == XMPPFED_ACTION_ERROR))))
            a.verdict = XMPPFED_VERDICT_NEED_CONTACT;
        else if (!lets_by(may, q->contact))
            rule = XMPPFED_RULE_CONTACT;
        else if (!lets_by(notes, q->contact))
            a.effects |= XMPPFED_EFFECT_STRIP_NOTES;
    }
    if (rule)
        a = refusal(q, rule);
    if (a.verdict == XMPPFED_VERDICT_ALLOW && q->action == XMPPFED_ACTION_ADD)
        a.effects |= out ? XMPPFED_EFFECT_REMEMBER_ADDED : XMPPFED_EFFECT_AUTO_ACCEPT;
    if (a.verdict == XMPPFED_VERDICT_ALLOW && q->action == XMPPFED_ACTION_MESSAGE && out)
        a.effects |= XMPPFED_EFFECT_REMEMBER_MESSAGED;
    if (out && q->action == XMPPFED_ACTION_REMOVE)
        a.effects |= XMPPFED_EFFECT_FORGET;
    return a;
}

const char *world_record(const struct world *w, const char *remote)
{
    char domain[WORLD_ADDRESS_SIZE];
    const struct a_record *r = record_of(w, domain_of(remote, domain));

    return r ? r->names[0] : NULL;
}
