/* test_directory.c - partner rules of users and groups, and block lists, as decisions see them. */
#include "fixture.h"

#define ANN "ann@contoso.example"    /* has rules of her own, and is in sales */
#define SUE "sue@contoso.example"    /* is in sales */
#define TOM "tom@contoso.example"    /* is in staff */
#define ANYONE "any@contoso.example" /* was never named */
#define NOW 1000

static xmppfed_policy *make_policy(void)
{
    static const struct {
        int scope;
        const char *name, *domain;
        int allow;
    } rules[] = {
        {XMPPFED_SCOPE_USER, ANN, "b.example", 0},
        {XMPPFED_SCOPE_GROUP, "sales", "a.example", 1},
        {XMPPFED_SCOPE_GROUP, "staff", "*.wild.example", 0},
    };
    static const struct {
        const char *user, *jid;
        int64_t expires;
    } blocks[] = {
        {"", "spam@a.example", 0}, {"", "b.example/bot", 0},        {SUE, "bob@a.example/desk", 0},
        {SUE, "c.example", NOW},   {TOM, "bob@a.example", NOW + 1},
    };
    xmppfed_policy_builder *b = fixture_builder();

    xmppfed_policy_builder_set_federation(b, 1);
    assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "", 3, NULL), 0);
    for (const char *d = "abc"; *d; d++) {
        char domain[] = "x.example";

        domain[0] = *d;
        assert_int_equal(
            xmppfed_partner_set_type(fixture_partner(b, domain), XMPPFED_PARTNER_FEDERATED), 0);
    }
    assert_int_equal(
        xmppfed_partner_set_type(fixture_partner(b, "*.wild.example"), XMPPFED_PARTNER_FEDERATED),
        0);
    assert_int_equal(xmppfed_policy_builder_add_member(b, "sales", ANN, NULL), 0);
    assert_int_equal(xmppfed_policy_builder_add_member(b, "sales", SUE, NULL), 0);
    assert_int_equal(xmppfed_policy_builder_add_member(b, "staff", TOM, NULL), 0);
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        assert_int_equal(xmppfed_policy_builder_add_rule(b, rules[i].scope, rules[i].name,
                                                         rules[i].domain, rules[i].allow, NULL),
                         0);
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
        assert_int_equal(xmppfed_policy_builder_add_block(b, blocks[i].user, blocks[i].jid,
                                                          blocks[i].expires, NULL),
                         0);
    return fixture_finish(b);
}

static const struct {
    const char *name;
    const char *local, *remote;
    int64_t time;
    int rule; /* that fails; 0: allowed */
} rows[] = {
    {"nothing was said", ANYONE, "bob@a.example", NOW, 0},
    {"own rules deny", ANN, "bob@b.example", NOW, XMPPFED_RULE_PARTNER_LIST},
    {"own rules replace the group's", ANN, "bob@c.example", NOW, 0},
    {"the group allows", SUE, "bob@a.example", NOW, 0},
    {"the group does not name it", SUE, "bob@b.example", NOW, XMPPFED_RULE_PARTNER_LIST},
    {"the group denies a wildcard", TOM, "bob@x.wild.example", NOW, XMPPFED_RULE_PARTNER_LIST},
    {"the group denies that alone", TOM, "bob@b.example", NOW, 0},
    {"blocked for all", ANYONE, "spam@a.example", NOW, XMPPFED_RULE_BLOCK_LIST},
    {"... with any resource", ANYONE, "spam@a.example/x", NOW, XMPPFED_RULE_BLOCK_LIST},
    {"a bot of a domain", ANYONE, "b.example/bot", NOW, XMPPFED_RULE_BLOCK_LIST},
    {"... and of its users", ANYONE, "eve@b.example/bot", NOW, XMPPFED_RULE_BLOCK_LIST},
    {"not the domain", ANYONE, "b.example", NOW, 0},
    {"not another resource", ANYONE, "eve@b.example/botany", NOW, 0},
    {"a full address", SUE, "bob@a.example/desk", NOW, XMPPFED_RULE_BLOCK_LIST},
    {"not another device", SUE, "bob@a.example/phone", NOW, 0},
    {"not the bare address", SUE, "bob@a.example", NOW, 0},
    {"not for others", ANYONE, "bob@a.example/desk", NOW, 0},
    {"a moment before the end", TOM, "bob@a.example", NOW, XMPPFED_RULE_BLOCK_LIST},
    {"at the end", TOM, "bob@a.example", NOW + 1, 0},
    {"without a clock none has ended", TOM, "bob@a.example", 0, XMPPFED_RULE_BLOCK_LIST},
};

static void test_rows(void **state)
{
    xmppfed_policy *policy = make_policy();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int direction = XMPPFED_INBOUND; direction <= XMPPFED_OUTBOUND; direction++) {
            xmppfed_question q = {.direction = direction,
                                  .action = XMPPFED_ACTION_MESSAGE,
                                  .contact = XMPPFED_CONTACT_ADDED,
                                  .local = rows[i].local,
                                  .remote = rows[i].remote,
                                  .time = rows[i].time};
            bool inbound = direction == XMPPFED_INBOUND;
            const char *condition = "service-unavailable";
            xmppfed_decision d;
            int failed;

            assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
            failed = d.verdict == XMPPFED_VERDICT_ALLOW ? 0 : d.reasons[d.reason_count - 1].rule;
            if (failed != rows[i].rule)
                fail_msg("%s, direction %d: rule %d", rows[i].name, direction, failed);
            if (!inbound)
                condition = failed == XMPPFED_RULE_BLOCK_LIST ? "not-acceptable" : "not-allowed";
            if (strcmp(d.condition, failed ? condition : "") != 0)
                fail_msg("%s, direction %d: %s", rows[i].name, direction, d.condition);
        }
    }
    xmppfed_policy_unref(policy);
}

/* XEP-0191 4: presence of the blocked is not answered; an error of ours to them passes. */
static void test_how_blocks_answer(void **state)
{
    xmppfed_policy *policy = make_policy();
    xmppfed_question q = {.direction = XMPPFED_INBOUND,
                          .action = XMPPFED_ACTION_ADD,
                          .local = ANYONE,
                          .remote = "spam@a.example"};
    xmppfed_decision d;

    (void)state;
    assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
    assert_int_equal(d.verdict, XMPPFED_VERDICT_REFUSE);
    assert_int_equal(d.effects, XMPPFED_EFFECT_SILENT);
    q.direction = XMPPFED_OUTBOUND;
    q.action = XMPPFED_ACTION_ERROR;
    assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
    assert_int_equal(d.verdict, XMPPFED_VERDICT_ALLOW);
    xmppfed_policy_unref(policy);
}

/* A host that keeps contacts is asked about everybody, so that any may be blocked. */
static void test_contacts(void **state)
{
    (void)state;
    for (int on = 0; on <= 1; on++) {
        xmppfed_policy_builder *b = fixture_builder();
        xmppfed_question q = {.direction = XMPPFED_INBOUND,
                              .action = XMPPFED_ACTION_MESSAGE,
                              .local = ANN,
                              .remote = "bob@a.example"};
        xmppfed_policy *policy;
        xmppfed_decision d;

        xmppfed_policy_builder_set_federation(b, 1);
        xmppfed_policy_builder_set_contacts(b, on);
        assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "", 3, NULL),
                         0);
        assert_int_equal(
            xmppfed_partner_set_type(fixture_partner(b, "a.example"), XMPPFED_PARTNER_FEDERATED),
            0);
        policy = fixture_finish(b);
        assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
        assert_int_equal(d.verdict, on ? XMPPFED_VERDICT_NEED_CONTACT : XMPPFED_VERDICT_ALLOW);
        q.contact = XMPPFED_CONTACT_BLOCKED;
        assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
        assert_int_equal(d.verdict, XMPPFED_VERDICT_REFUSE);
        q.contact = XMPPFED_CONTACT_NONE;
        assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
        assert_int_equal(d.verdict, XMPPFED_VERDICT_ALLOW);
        xmppfed_policy_unref(policy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_how_blocks_answer),
        cmocka_unit_test(test_contacts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
