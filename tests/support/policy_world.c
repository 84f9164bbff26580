/* policy_world.c - a random world, and the policy that says the same. */
#include "support/policy_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- chance ------------------------------------------------------------------------------ */

static uint64_t state_of_chance;

void world_seed(uint64_t seed)
{
    state_of_chance = seed;
}

/* A number below n: the generator of Knuth's MMIX, its upper bits. */
unsigned world_below(unsigned n)
{
    state_of_chance =
        state_of_chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state_of_chance >> 33) % n;
}

static bool mostly(void)
{
    return world_below(8) > 0;
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

void world_remote(char ret[WORLD_ADDRESS_SIZE])
{
    static const char *const who[] = {"", "bob@", "eve@"};
    static const char *const where[] = {"", "/desk", "/phone"};

    (void)snprintf(ret, WORLD_ADDRESS_SIZE, "%s%s%s", who[world_below(3)],
                   asked_domains[world_below(sizeof(asked_domains) / sizeof(asked_domains[0]))],
                   where[world_below(3)]);
}

static void make_record(struct a_record *r, const char *name)
{
    *r = (struct a_record){.names = {name, NULL}, .type = 1 + (int)world_below(3)};
    r->minimum = world_below(3) ? 0 : (int)world_below(5);
    for (int direction = 1; direction <= 2; direction++)
        for (int which = 1; which <= 9; which++)
            r->permits[direction][which] = world_below(3) ? 0 : (int)world_below(5);
}

static void make_records(struct world *w)
{
    unsigned order[DOMAINS];

    for (unsigned i = 0; i < DOMAINS; i++) {
        unsigned k = world_below(i + 1);

        order[i] = order[k];
        order[k] = i;
    }
    w->record_count = 1 + world_below(WORLD_RECORDS);
    for (unsigned i = 0; i < w->record_count; i++)
        make_record(&w->records[i], domains[order[i]]);
    /* One domain more for the first record, if it is no wildcard. */
    if (domains[order[WORLD_RECORDS]][0] != '*')
        w->records[0].names[1] = domains[order[WORLD_RECORDS]];
    w->open = world_below(4) == 0;
    make_record(&w->records[WORLD_RECORDS], "");
    w->records[WORLD_RECORDS].type = XMPPFED_PARTNER_PUBLIC_UNVERIFIED;
}

void world_make(struct world *w)
{
    memset(w, 0, sizeof(*w));
    w->on = mostly();
    w->contacts = world_below(2);
    w->has_global = mostly();
    w->global = mostly() ? 3 : world_below(4);
    for (unsigned i = 1; i < 3; i++) {
        w->has_site[i] = world_below(2);
        w->site_flags[i] = mostly() ? 3 : world_below(32);
        w->policy_flags[i] = mostly() ? 3 : world_below(32);
    }
    make_records(w);
    for (unsigned i = 0; i < WORLD_USERS; i++)
        w->users[i] = (struct a_user){.declared = world_below(2),
                                      .branch = !mostly(),
                                      .site = world_below(3),
                                      .policy = world_below(3),
                                      .group = world_below(3)};
    w->rule_count = world_below(WORLD_RULES + 1);
    for (unsigned i = 0; i < w->rule_count; i++) {
        w->rules[i].scope = world_below(2) ? XMPPFED_SCOPE_USER : XMPPFED_SCOPE_GROUP;
        w->rules[i].subject =
            w->rules[i].scope == XMPPFED_SCOPE_USER ? world_below(WORLD_USERS) : 1 + world_below(2);
        w->rules[i].domain = w->records[world_below(w->record_count)].names[0];
        w->rules[i].allow = world_below(2);
    }
    w->block_count = world_below(WORLD_BLOCKS + 1);
    for (unsigned i = 0; i < w->block_count; i++) {
        w->blocks[i].user = (int)world_below(WORLD_USERS + 1) - 1;
        world_remote(w->blocks[i].jid);
        w->blocks[i].expires = world_below(2) ? 0 : 1000;
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
    for (unsigned i = 0; i < WORLD_USERS; i++) {
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

xmppfed_policy *world_policy(xmppfed_context *ctx, struct world *w)
{
    xmppfed_policy_builder *b = NULL;
    xmppfed_policy *policy = NULL;
    xmppfed_problem why = {0};
    xmppfed_partner *p;

    assert_int_equal(xmppfed_policy_builder_new(ctx, &b), 0);

    xmppfed_policy_builder_set_federation(b, w->on);
    xmppfed_policy_builder_set_contacts(b, w->contacts);
    for (unsigned i = 0; i < w->record_count; i++) {
        assert_int_equal(xmppfed_policy_builder_add_partner(b, w->records[i].names[0], &why, &p),
                         0);
        set_record(p, &w->records[i]);
    }
    if (w->open) {
        assert_int_equal(xmppfed_policy_builder_open_federation(b, &p), 0);
        set_record(p, &w->records[WORLD_RECORDS]);
    }
    add_users(b, w);
    add_lists(b, w);
    if (xmppfed_policy_builder_finish(b, &why, &policy) < 0)
        fail_msg("%s", why.text);
    xmppfed_policy_builder_free(b);
    return policy;
}

const char *world_local(unsigned user)
{
    return locals[user];
}
