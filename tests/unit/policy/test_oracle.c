/*
 * test_oracle.c - 100 000 random policies and questions, answered by the engine and by an oracle.
 *
 * The oracle is written from the original's tables and the header's words alone: it walks lists,
 * compares strings and shares no code with the engine. Equal seeds ask equal questions.
 */
#include "fixture.h"

#include <stdio.h>

enum { WORLDS = 1000, QUESTIONS = 100, RECORDS = 6, USERS = 4, RULES = 6, BLOCKS = 6 };

/* ---- chance ------------------------------------------------------------------------------ */

static uint64_t state_of_chance;

/* A number below n: the generator of Knuth's MMIX, its upper bits. */
static unsigned below(unsigned n)
{
    state_of_chance =
        state_of_chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state_of_chance >> 33) % n;
}

static bool mostly(void)
{
    return below(8) > 0;
}

/* ---- the world --------------------------------------------------------------------------- */

static const char *const domains[] = {"a.example",       "b.example",       "sub.a.example",
                                      "x.sub.a.example", "y.a.example",     "c.example",
                                      "*.a.example",     "*.sub.a.example", "*.c.example"};
enum { DOMAINS = sizeof(domains) / sizeof(domains[0]) };
static const char *const asked_domains[] = {
    "a.example",   "b.example",   "sub.a.example", "x.sub.a.example", "z.x.sub.a.example",
    "y.a.example", "q.a.example", "c.example",     "d.c.example",     "nowhere.test"};
static const char *const locals[] = {"u0@contoso.example", "u1@contoso.example",
                                     "u2@contoso.example", "u3@contoso.example",
                                     "u4@contoso.example"};
static const char *const sites[] = {"", "bern", "basel"};
static const char *const policies[] = {"", "sip", "full"};
static const char *const groups[] = {"", "sales", "staff"};

struct a_record {
    const char *names[2]; /* primary and additional; "" for the open one */
    int type;
    int minimum;
    int permits[3][10]; /* [direction][switch] */
};

struct a_user {
    bool declared, branch;
    unsigned site, policy, group;
};

struct world {
    bool on, contacts, open, has_global;
    uint32_t global, site_flags[3], policy_flags[3];
    bool has_site[3];
    struct a_record records[RECORDS + 1]; /* the last is the open one */
    unsigned record_count;
    struct a_user users[USERS];
    struct {
        int scope;
        unsigned subject; /* user or group */
        const char *domain;
        bool allow;
    } rules[RULES];
    unsigned rule_count;
    struct {
        int user; /* -1: all */
        char jid[64];
        int64_t expires;
    } blocks[BLOCKS];
    unsigned block_count;
};

static void make_jid(char ret[64])
{
    static const char *const who[] = {"", "bob@", "eve@"};
    static const char *const where[] = {"", "/desk", "/phone"};

    (void)snprintf(ret, 64, "%s%s%s", who[below(3)],
                   asked_domains[below(sizeof(asked_domains) / sizeof(asked_domains[0]))],
                   where[below(3)]);
}

static void make_record(struct a_record *r, const char *name)
{
    *r = (struct a_record){.names = {name, NULL}, .type = 1 + (int)below(3)};
    r->minimum = below(3) ? 0 : (int)below(5);
    for (int direction = 1; direction <= 2; direction++)
        for (int which = 1; which <= 9; which++)
            r->permits[direction][which] = below(3) ? 0 : (int)below(5);
}

static void make_records(struct world *w)
{
    unsigned order[DOMAINS];

    for (unsigned i = 0; i < DOMAINS; i++) {
        unsigned k = below(i + 1);

        order[i] = order[k];
        order[k] = i;
    }
    w->record_count = 1 + below(RECORDS);
    for (unsigned i = 0; i < w->record_count; i++)
        make_record(&w->records[i], domains[order[i]]);
    /* One domain more for the first record, if it is no wildcard. */
    if (domains[order[RECORDS]][0] != '*')
        w->records[0].names[1] = domains[order[RECORDS]];
    w->open = below(4) == 0;
    make_record(&w->records[RECORDS], "");
    w->records[RECORDS].type = XMPPFED_PARTNER_PUBLIC_UNVERIFIED;
}

static void make_world(struct world *w)
{
    memset(w, 0, sizeof(*w));
    w->on = mostly();
    w->contacts = below(2);
    w->has_global = mostly();
    w->global = mostly() ? 3 : below(4);
    for (unsigned i = 1; i < 3; i++) {
        w->has_site[i] = below(2);
        w->site_flags[i] = mostly() ? 3 : below(32);
        w->policy_flags[i] = mostly() ? 3 : below(32);
    }
    make_records(w);
    for (unsigned i = 0; i < USERS; i++)
        w->users[i] = (struct a_user){.declared = below(2),
                                      .branch = !mostly(),
                                      .site = below(3),
                                      .policy = below(3),
                                      .group = below(3)};
    w->rule_count = below(RULES + 1);
    for (unsigned i = 0; i < w->rule_count; i++) {
        w->rules[i].scope = below(2) ? XMPPFED_SCOPE_USER : XMPPFED_SCOPE_GROUP;
        w->rules[i].subject = w->rules[i].scope == XMPPFED_SCOPE_USER ? below(USERS) : 1 + below(2);
        w->rules[i].domain = w->records[below(w->record_count)].names[0];
        w->rules[i].allow = below(2);
    }
    w->block_count = below(BLOCKS + 1);
    for (unsigned i = 0; i < w->block_count; i++) {
        w->blocks[i].user = (int)below(USERS + 1) - 1;
        make_jid(w->blocks[i].jid);
        w->blocks[i].expires = below(2) ? 0 : 1000;
    }
}

/* ---- the engine's view of it ------------------------------------------------------------- */

static void set_record(xmppfed_partner *p, const struct a_record *r)
{
    if (r->names[0][0])
        assert_int_equal(xmppfed_partner_set_type(p, r->type), 0);
    assert_int_equal(xmppfed_partner_set_minimum_proof(p, r->minimum), 0);
    for (int direction = 1; direction <= 2; direction++)
        for (int which = 1; which <= 9; which++)
            assert_int_equal(
                xmppfed_partner_set_switch(p, direction, which, r->permits[direction][which]), 0);
    if (r->names[1])
        assert_int_equal(xmppfed_partner_add_domain(p, r->names[1], NULL), 0);
}

/* What was said twice is refused, and then out of the oracle's world too. */
static void add_lists(xmppfed_policy_builder *b, struct world *w)
{
    unsigned rules = 0;
    unsigned blocks = 0;

    for (unsigned i = 0; i < w->rule_count; i++) {
        const char *name = w->rules[i].scope == XMPPFED_SCOPE_USER ? locals[w->rules[i].subject]
                                                                   : groups[w->rules[i].subject];

        if (xmppfed_policy_builder_add_rule(b, w->rules[i].scope, name, w->rules[i].domain,
                                            w->rules[i].allow, NULL) == 0)
            w->rules[rules++] = w->rules[i];
    }
    for (unsigned i = 0; i < w->block_count; i++) {
        const char *user = w->blocks[i].user < 0 ? "" : locals[w->blocks[i].user];

        if (xmppfed_policy_builder_add_block(b, user, w->blocks[i].jid, w->blocks[i].expires,
                                             NULL) == 0)
            w->blocks[blocks++] = w->blocks[i];
    }
    w->rule_count = rules;
    w->block_count = blocks;
}

static void add_users(xmppfed_policy_builder *b, const struct world *w)
{
    if (w->has_global)
        assert_int_equal(
            xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "", w->global, NULL), 0);
    for (unsigned i = 1; i < 3; i++) {
        if (w->has_site[i])
            assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_SITE, sites[i],
                                                               w->site_flags[i], NULL),
                             0);
        assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_USER, policies[i],
                                                           w->policy_flags[i], NULL),
                         0);
    }
    for (unsigned i = 0; i < USERS; i++) {
        const struct a_user *u = &w->users[i];

        if (u->declared)
            assert_int_equal(xmppfed_policy_builder_add_user(b, locals[i], sites[u->site],
                                                             policies[u->policy], u->branch, NULL),
                             0);
        if (u->group)
            assert_int_equal(
                xmppfed_policy_builder_add_member(b, groups[u->group], locals[i], NULL), 0);
    }
}

static xmppfed_policy *build(struct world *w)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p;

    xmppfed_policy_builder_set_federation(b, w->on);
    xmppfed_policy_builder_set_contacts(b, w->contacts);
    for (unsigned i = 0; i < w->record_count; i++)
        set_record(fixture_partner(b, w->records[i].names[0]), &w->records[i]);
    if (w->open) {
        assert_int_equal(xmppfed_policy_builder_open_federation(b, &p), 0);
        set_record(p, &w->records[RECORDS]);
    }
    add_users(b, w);
    add_lists(b, w);
    return fixture_finish(b);
}

/* ---- the oracle -------------------------------------------------------------------------- */

struct answer {
    int verdict;
    int rule; /* the one that failed; 0 for none */
    uint32_t effects;
    const char *condition;
};

static const char *domain_of(const char *jid, char ret[64])
{
    const char *at = strchr(jid, '@');

    (void)snprintf(ret, 64, "%s", at ? at + 1 : jid);
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
    const struct a_record *best = w->open ? &w->records[RECORDS] : NULL;
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
    char a[64], b[64];
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

static struct answer refusal(const xmppfed_question *q, int rule)
{
    bool in = q->direction == XMPPFED_INBOUND;
    bool block = rule == XMPPFED_RULE_BLOCKED || rule == XMPPFED_RULE_BLOCK_LIST;
    struct answer a = {.verdict = XMPPFED_VERDICT_REFUSE, .rule = rule, .condition = ""};

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
    static const int order[] = {XMPPFED_PROOF_NONE, XMPPFED_PROOF_DIALBACK_TCP,
                                XMPPFED_PROOF_DIALBACK_TLS, XMPPFED_PROOF_POSH,
                                XMPPFED_PROOF_PKIX, XMPPFED_PROOF_DANE};
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

static struct answer oracle(const struct world *w, const xmppfed_question *q, int user)
{
    char domain[64];
    const struct a_record *r = record_of(w, domain_of(q->remote, domain));
    bool out = q->direction == XMPPFED_OUTBOUND;
    struct answer a = {.verdict = XMPPFED_VERDICT_ALLOW, .condition = ""};
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

/* ---- the comparison ---------------------------------------------------------------------- */

static unsigned seen[XMPPFED_RULE_RATE + 1]; /* how often each rule failed; 0: none did */

static void compare(const struct world *w, const xmppfed_policy *policy, const xmppfed_question *q,
                    int user)
{
    struct answer expected = oracle(w, q, user);
    xmppfed_decision d;
    int rule;

    assert_int_equal(xmppfed_policy_decide(policy, q, &d), 0);
    rule = d.verdict == XMPPFED_VERDICT_REFUSE ? d.reasons[d.reason_count - 1].rule : 0;
    if (d.verdict != expected.verdict || rule != expected.rule || d.effects != expected.effects ||
        strcmp(d.condition, expected.condition) != 0)
        fail_msg("direction %d, action %d, contact %d, proof %d, time %d, %s, %s: engine %d %s %u "
                 "'%s', oracle %d %s %u '%s'",
                 q->direction, q->action, q->contact, q->proof, (int)q->time, q->local, q->remote,
                 d.verdict, xmppfed_rule_name(rule), d.effects, d.condition, expected.verdict,
                 xmppfed_rule_name(expected.rule), expected.effects, expected.condition);
    seen[rule]++;
}

/* The record that an explanation shows is the one by which the oracle decides. */
static void compare_record(const struct world *w, const xmppfed_policy *policy, const char *remote)
{
    xmppfed_partner_info info = {.size = sizeof(info)};
    char domain[64];
    const struct a_record *r = record_of(w, domain_of(remote, domain));
    int rc = xmppfed_policy_find_partner(policy, domain, &info);

    if ((rc == 0) != (r != NULL) || (r && strcmp(info.domain, r->names[0]) != 0))
        fail_msg("%s: %d", domain, rc);
}

static void test_random(void **state)
{
    unsigned asked = 0;

    (void)state;
    state_of_chance = 20130;
    for (unsigned i = 0; i < WORLDS; i++) {
        struct world w;
        xmppfed_policy *policy;

        make_world(&w);
        policy = build(&w);
        for (unsigned k = 0; k < QUESTIONS; k++) {
            unsigned user = below(USERS + 1);
            char remote[64];
            xmppfed_question q = {.direction = 1 + (int)below(2),
                                  .action = 1 + (int)below(XMPPFED_ACTION_CALL),
                                  .contact = (int)below(6),
                                  .local = locals[user],
                                  .remote = remote,
                                  .time = (int64_t)below(3) * 700,
                                  .proof = below(2) ? 0 : (int)below(5)};

            make_jid(remote);
            compare(&w, policy, &q, user < USERS ? (int)user : -1);
            compare_record(&w, policy, remote);
            asked++;
        }
        xmppfed_policy_unref(policy);
    }
    assert_int_equal(asked, 100000);
    /* Each rule of the engine was met often, so that none is compared by luck. */
    for (int rule = XMPPFED_RULE_FEDERATION_ON; rule < XMPPFED_RULE_RATE; rule++)
        if (seen[rule] < 100)
            fail_msg("%s failed only %u times", xmppfed_rule_name(rule), seen[rule]);
    assert_true(seen[0] > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
