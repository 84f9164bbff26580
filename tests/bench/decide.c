/* decide.c - what a policy decision costs by the number of partners. */
#include "bench/decide.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <xmppfed/policy.h>

#include "bench/fatal.h"

#define DECISIONS 500000
#define WARM_PARTNERS 10
#define ADDRESS_SIZE 64

static void must(const char *what, int rc)
{
    if (rc < 0)
        fatal("%s: %s", what, xmppfed_error_name(rc));
}

static xmppfed_policy *build(xmppfed_context *ctx, size_t partners)
{
    xmppfed_policy_builder *b;
    xmppfed_policy *policy;
    xmppfed_partner *p;
    size_t i;

    must("builder", xmppfed_policy_builder_new(ctx, &b));
    xmppfed_policy_builder_set_federation(b, 1);
    must("access",
         xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "",
                                           XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP, NULL));
    for (i = 0; i < partners; i++) {
        char domain[ADDRESS_SIZE];

        snprintf(domain, sizeof(domain), "partner%zu.example", i);
        must("partner", xmppfed_policy_builder_add_partner(b, domain, NULL, &p));
        xmppfed_partner_set_type(p, XMPPFED_PARTNER_FEDERATED);
    }
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

/* Remote addresses, written beforehand so that only the decisions are timed. */
static double ask(const xmppfed_policy *policy, char (*remotes)[ADDRESS_SIZE], size_t count)
{
    xmppfed_question q = {.direction = XMPPFED_INBOUND,
                          .action = XMPPFED_ACTION_MESSAGE,
                          .contact = XMPPFED_CONTACT_NONE,
                          .local = "juliet@contoso.example"};
    xmppfed_decision decision;
    double start = seconds();
    size_t i;

    for (i = 0; i < DECISIONS; i++) {
        q.remote = remotes[i % count];
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

struct decision_cost decide_measure(size_t partners)
{
    char(*remotes)[ADDRESS_SIZE] = calloc(partners, sizeof(*remotes));
    struct decision_cost cost;
    xmppfed_context *ctx;
    xmppfed_policy *policy;
    uint32_t state = 1;
    size_t i;

    if (!remotes)
        fatal("out of memory");
    must("context", xmppfed_context_new(NULL, &ctx));
    policy = build(ctx, partners);
    for (i = 0; i < partners; i++)
        snprintf(remotes[i], ADDRESS_SIZE, "romeo@partner%zu.example", draw(&state) % partners);
    cost.warm_ns = ask(policy, remotes, WARM_PARTNERS < partners ? WARM_PARTNERS : partners);
    cost.random_ns = ask(policy, remotes, partners);
    xmppfed_policy_unref(policy);
    xmppfed_context_unref(ctx);
    free(remotes);
    return cost;
}
