/*
 * test_oracle.c - 100 000 random policies and questions, answered by the engine and by an oracle.
 */
#include "fixture.h"

#include <xmppfed/address.h>

#include "support/policy_world.h"

enum { WORLDS = 1000, QUESTIONS = 100 };

static unsigned seen[XMPPFED_RULE_RATE + 1]; /* how often each rule failed; 0: none did */

static void compare(const struct world *w, const xmppfed_policy *policy, const xmppfed_question *q,
                    unsigned user)
{
    struct world_answer expected = world_oracle(w, q, user);
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
    const char *name = world_record(w, remote);
    char bare[XMPPFED_BARE_SIZE];
    int rc;

    assert_int_equal(xmppfed_jid_prepare_bare(remote, XMPPFED_LENIENT, bare), 0);
    rc = xmppfed_policy_find_partner(policy, strchr(bare, '@') ? strchr(bare, '@') + 1 : bare,
                                     &info);
    if ((rc == 0) != (name != NULL) || (name && strcmp(info.domain, name) != 0))
        fail_msg("%s: %d", remote, rc);
}

static void test_random(void **state)
{
    xmppfed_context *ctx = test_context();
    unsigned asked = 0;

    (void)state;
    world_seed(20130);
    for (unsigned i = 0; i < WORLDS; i++) {
        struct world w;
        xmppfed_policy *policy;

        world_make(&w);
        policy = world_policy(ctx, &w);
        for (unsigned k = 0; k < QUESTIONS; k++) {
            unsigned user = world_below(WORLD_USERS + 1);
            char remote[WORLD_ADDRESS_SIZE];
            xmppfed_question q = {.direction = 1 + (int)world_below(2),
                                  .action = 1 + (int)world_below(XMPPFED_ACTION_CALL),
                                  .contact = (int)world_below(6),
                                  .local = world_local(user),
                                  .remote = remote,
                                  .time = (int64_t)world_below(3) * 700,
                                  .proof = world_below(2) ? 0 : (int)world_below(5)};

            world_remote(remote);
            compare(&w, policy, &q, user);
            compare_record(&w, policy, remote);
            asked++;
        }
        xmppfed_policy_unref(policy);
    }
    xmppfed_context_unref(ctx);
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
