/* decide.c - what a policy decision costs by the size of the world. */
#include "bench/decide.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmppfed/policy.h>

#include "bench/fatal.h"

#define DECISIONS 500000
#define WARM_PAIRS 10
#define PAIRS 100000
#define ADDRESS_SIZE 64

static void must(const char *what, int rc)
{
    if (rc < 0)
        fatal("%s: %s", what, xmppfed_error_name(rc));
}

static void add_partners(xmppfed_policy_builder *b, size_t count)
{
    xmppfed_partner *p;
    size_t i;

    for (i = 0; i < count; i++) {
        char domain[ADDRESS_SIZE];

        snprintf(domain, sizeof(domain), "partner%zu.example", i);
        must("partner", xmppfed_policy_builder_add_partner(b, domain, NULL, &p));
        xmppfed_partner_set_type(p, XMPPFED_PARTNER_FEDERATED);
    }
}

/* Nobody is refused: each user denies a partner that it is not asked about, and blocks nobody. */
static void add_grants(xmppfed_policy_builder *b, size_t count)
{
    xmppfed_partner *p;
    size_t i;

    must("partner", xmppfed_policy_builder_add_partner(b, "denied.example", NULL, &p));
    must("access", xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_SITE, "bern", 0, NULL));
    must("access",
         xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_USER, "xmpp",
                                           XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP, NULL));
    for (i = 0; i < count; i++) {
        char user[ADDRESS_SIZE];

        snprintf(user, sizeof(user), "user%zu@contoso.example", i);
        must("user", xmppfed_policy_builder_add_user(b, user, "bern", "xmpp", 0, NULL));
        must("rule", xmppfed_policy_builder_add_rule(b, XMPPFED_SCOPE_USER, user, "denied.example",
                                                     0, NULL));
        must("block", xmppfed_policy_builder_add_block(b, user, "eve@denied.example", 0, NULL));
    }
}

static xmppfed_policy *build(xmppfed_context *ctx, const struct decision_size *size)
{
    xmppfed_policy_builder *b;
    xmppfed_policy *policy;

    must("builder", xmppfed_policy_builder_new(ctx, &b));
    xmppfed_policy_builder_set_federation(b, 1);
    xmppfed_policy_builder_set_contacts(b, 1);
    add_partners(b, size->partners);
    add_grants(b, size->grants);
    must("policy", xmppfed_policy_builder_finish(b, NULL, &policy));
    xmppfed_policy_builder_free(b);
    return policy;
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Two addresses and the number of their contact state. */
struct pair {
    char local[ADDRESS_SIZE];
    char remote[ADDRESS_SIZE];
    size_t contact;
};

/* The pairs are written beforehand, so that only the decisions are timed. */
static double ask(const xmppfed_policy *policy, const struct pair *pairs, size_t count,
                  const uint8_t *contacts)
{
    xmppfed_question q = {.direction = XMPPFED_INBOUND, .action = XMPPFED_ACTION_MESSAGE};
    xmppfed_decision decision;
    double start = seconds();
    size_t i;

    for (i = 0; i < DECISIONS; i++) {
        const struct pair *pair = &pairs[i % count];

        q.local = pair->local;
        q.remote = pair->remote;
        q.contact = contacts[pair->contact];
        if (xmppfed_policy_decide(policy, &q, &decision) < 0 ||
            decision.verdict != XMPPFED_VERDICT_ALLOW)
            fatal("the policy refuses %s", q.remote);
    }
    return (seconds() - start) * 1e9 / DECISIONS;
}

/* The same sequence for every run: a generator of Numerical Recipes. */
static uint32_t draw(uint32_t *state)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return *state >> 8;
}

static struct pair *make_pairs(const struct decision_size *size)
{
    struct pair *pairs = calloc(PAIRS, sizeof(*pairs));
    uint32_t state = 1;
    size_t i;

    if (!pairs)
        fatal("out of memory");
    for (i = 0; i < PAIRS; i++) {
        snprintf(pairs[i].local, ADDRESS_SIZE, "user%zu@contoso.example",
                 draw(&state) % size->grants);
        snprintf(pairs[i].remote, ADDRESS_SIZE, "romeo@partner%zu.example",
                 draw(&state) % size->partners);
        pairs[i].contact = draw(&state) % size->contacts;
    }
    return pairs;
}

struct decision_cost decide_measure(const struct decision_size *size)
{
    struct pair *pairs = make_pairs(size);
    uint8_t *contacts = malloc(size->contacts);
    struct decision_cost cost;
    xmppfed_context *ctx;
    xmppfed_policy *policy;

    if (!contacts)
        fatal("out of memory");
    memset(contacts, XMPPFED_CONTACT_ADDED, size->contacts);
    must("context", xmppfed_context_new(NULL, &ctx));
    /* A million strings are more than a host's streams may ever hold. */
    xmppfed_context_set_memory_budget(ctx, (size_t)4 << 30);
    policy = build(ctx, size);
    cost.warm_ns = ask(policy, pairs, WARM_PAIRS, contacts);
    cost.random_ns = ask(policy, pairs, PAIRS, contacts);
    xmppfed_policy_unref(policy);
    xmppfed_context_unref(ctx);
    free(contacts);
    free(pairs);
    return cost;
}
