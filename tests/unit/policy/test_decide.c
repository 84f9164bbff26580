/* test_decide.c - decisions: every type, action, direction and contact state; the conditions. */
#include "fixture.h"

#define ANN "ann@contoso.example"
#define BOB "bob@fabrikam.example"

/*
 * One letter a contact state, in the order unknown, none, messaged, added, blocked, pending:
 *   A allowed, ? the contact state is needed, R refused with a condition, S silently,
 *   U refused with "unsubscribed"
 */
static const struct type_row {
    const char *name;
    int action;
    const char *inbound[3]; /* Federated, PublicVerified, PublicUnverified */
    const char *outbound[3];
    uint32_t inbound_effects;
    uint32_t outbound_effects;
    uint32_t public_effects; /* more, outbound, for both public types */
} type_rows[] = {
    {"add",
     XMPPFED_ACTION_ADD,
     {"AAAASA", "AAAASA", "?UUASU"},
     {"AAAARA", "AAAARA", "AAAARA"},
     XMPPFED_EFFECT_AUTO_ACCEPT,
     XMPPFED_EFFECT_REMEMBER_ADDED,
     XMPPFED_EFFECT_STRIP_NOTES},
    {"answer to add",
     XMPPFED_ACTION_ANSWER_ADD,
     {"AAAASA", "AAAASA", "?SSASS"},
     {"AAAASA", "AAAASA", "AAAASA"},
     0,
     0,
     XMPPFED_EFFECT_STRIP_NOTES},
    {"presence",
     XMPPFED_ACTION_PRESENCE,
     {"AAAASA", "AAAASA", "?SSASS"},
     {"AAAASA", "AAAASA", "AAAASA"},
     0,
     0,
     XMPPFED_EFFECT_STRIP_NOTES},
    {"probe",
     XMPPFED_ACTION_PROBE,
     {"AAAASA", "AAAASA", "?UUASU"},
     {"AAAASA", "AAAASA", "AAAASA"},
     0,
     0,
     XMPPFED_EFFECT_STRIP_NOTES},
    {"message",
     XMPPFED_ACTION_MESSAGE,
     {"AAAARA", "AAAARA", "?RAARR"},
     {"AAAARA", "AAAARA", "AAAARA"},
     0,
     XMPPFED_EFFECT_REMEMBER_MESSAGED,
     0},
    {"chat state",
     XMPPFED_ACTION_CHAT_STATE,
     {"AAAASA", "AAAASA", "?SAASS"},
     {"AAAASA", "AAAASA", "AAAASA"},
     0,
     0,
     0},
    {"note",
     XMPPFED_ACTION_NOTE,
     {"AAAASA", "AAAASA", "?SSASS"},
     {"AAAASA", "SSSSSS", "SSSSSS"},
     0,
     0,
     0},
    {"group chat",
     XMPPFED_ACTION_GROUP_CHAT,
     {"AAAARA", "RRRRRR", "RRRRRR"},
     {"AAAARA", "RRRRRR", "RRRRRR"},
     0,
     0,
     0},
    {"iq",
     XMPPFED_ACTION_IQ,
     {"AAAARA", "AAAARA", "?RRARR"},
     {"AAAARA", "AAAARA", "AAAARA"},
     0,
     0,
     XMPPFED_EFFECT_STRIP_NOTES},
    {"remove",
     XMPPFED_ACTION_REMOVE,
     {"AAAASA", "AAAASA", "?SAASS"},
     {"AAAASA", "AAAASA", "AAAASA"},
     0,
     XMPPFED_EFFECT_FORGET,
     XMPPFED_EFFECT_STRIP_NOTES},
    {"error",
     XMPPFED_ACTION_ERROR,
     {"AAAASA", "AAAASA", "?SAASS"},
     {"AAAAAA", "AAAAAA", "AAAAAA"},
     0,
     0,
     0},
    {"receipt",
     XMPPFED_ACTION_RECEIPT,
     {"AAAASA", "AAAASA", "?SAASS"},
     {"AAAASA", "AAAASA", "AAAASA"},
     0,
     0,
     0},
    {"file",
     XMPPFED_ACTION_FILE,
     {"AAAARA", "AAAARA", "?RRARR"},
     {"AAAARA", "AAAARA", "AAAARA"},
     0,
     0,
     0},
    {"call",
     XMPPFED_ACTION_CALL,
     {"AAAARA", "AAAARA", "?RRARR"},
     {"AAAARA", "AAAARA", "AAAARA"},
     0,
     0,
     0},
};

static xmppfed_policy *policy_of_type(int type)
{
    xmppfed_policy_builder *b = fixture_builder();

    xmppfed_policy_builder_set_federation(b, 1);
    assert_int_equal(
        xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "",
                                          XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP, NULL),
        0);
    assert_int_equal(xmppfed_partner_set_type(fixture_partner(b, "fabrikam.example"), type), 0);
    return fixture_finish(b);
}

static char letter_of(const xmppfed_decision *d)
{
    bool silent = d->effects & XMPPFED_EFFECT_SILENT;

    if (d->verdict == XMPPFED_VERDICT_ALLOW)
        return silent || d->condition[0] ? '!' : 'A';
    if (d->verdict == XMPPFED_VERDICT_NEED_CONTACT)
        return silent || d->condition[0] ? '!' : '?';
    if (silent)
        return d->condition[0] ? '!' : 'S';
    return d->condition[0] ? 'R' : 'U';
}

/* One cell of the table; the effects count only when it is allowed. */
static void expect_letter(const xmppfed_policy *policy, const struct type_row *row,
                          const xmppfed_question *q, char letter, uint32_t effects)
{
    xmppfed_decision d;

    assert_int_equal(xmppfed_policy_decide(policy, q, &d), 0);
    if (letter_of(&d) != letter || (letter == 'A' && d.effects != effects))
        fail_msg("%s, direction %d, contact %d: got %c with effects %u, not %c with %u", row->name,
                 q->direction, q->contact, letter_of(&d), d.effects, letter, effects);
    if (letter != 'A' && (d.effects & ~(uint32_t)(XMPPFED_EFFECT_SILENT | XMPPFED_EFFECT_FORGET)))
        fail_msg("%s: effects %u of what is not allowed", row->name, d.effects);
}

/* A stranger to whom our user has written may take that back, but puts no note before our user. */
static uint32_t inbound_strip(int type, int action, int contact)
{
    return type == XMPPFED_PARTNER_PUBLIC_UNVERIFIED && action == XMPPFED_ACTION_REMOVE &&
                   contact == XMPPFED_CONTACT_MESSAGED
               ? XMPPFED_EFFECT_STRIP_NOTES
               : 0;
}

static void check_type(int type)
{
    xmppfed_policy *policy = policy_of_type(type);
    int column = type - XMPPFED_PARTNER_FEDERATED;

    for (size_t i = 0; i < sizeof(type_rows) / sizeof(type_rows[0]); i++) {
        const struct type_row *r = &type_rows[i];
        uint32_t outbound = r->outbound_effects | (column > 0 ? r->public_effects : 0);

        for (int contact = XMPPFED_CONTACT_UNKNOWN; contact <= XMPPFED_CONTACT_PENDING; contact++) {
            xmppfed_question q = {XMPPFED_INBOUND, r->action, contact, ANN, BOB};

            expect_letter(policy, r, &q, r->inbound[column][contact],
                          r->inbound_effects | inbound_strip(type, r->action, contact));
            q.direction = XMPPFED_OUTBOUND;
            expect_letter(policy, r, &q, r->outbound[column][contact], outbound);
        }
    }
    xmppfed_policy_unref(policy);
}

static void test_federated(void **state)
{
    (void)state;
    assert_int_equal(sizeof(type_rows) / sizeof(type_rows[0]), XMPPFED_ACTION_CALL);
    check_type(XMPPFED_PARTNER_FEDERATED);
}

static void test_public_verified(void **state)
{
    (void)state;
    check_type(XMPPFED_PARTNER_PUBLIC_VERIFIED);
}

static void test_public_unverified(void **state)
{
    (void)state;
    check_type(XMPPFED_PARTNER_PUBLIC_UNVERIFIED);
}

static const struct condition_row {
    const char *name;
    bool off;
    const char *local, *remote;
    int contact;
    size_t reason_count;
    int last;            /* the rule of the last reason */
    const char *inbound; /* conditions of a message; NULL: allowed */
    const char *outbound;
} condition_rows[] = {
    {"all hold", false, ANN, BOB, XMPPFED_CONTACT_ADDED, 8, XMPPFED_RULE_CONTACT, NULL, NULL},
    {"switched off", true, ANN, BOB, XMPPFED_CONTACT_ADDED, 1, XMPPFED_RULE_FEDERATION_ON,
     "service-unavailable", "not-allowed"},
    {"not a partner", false, ANN, "bob@other.example", XMPPFED_CONTACT_ADDED, 2,
     XMPPFED_RULE_PARTNER, "not-allowed", "not-allowed"},
    {"subdomain of a partner", false, ANN, "bob@sub.fabrikam.example", XMPPFED_CONTACT_ADDED, 2,
     XMPPFED_RULE_PARTNER, "not-allowed", "not-allowed"},
    {"on a branch", false, "branch@contoso.example", BOB, XMPPFED_CONTACT_ADDED, 3,
     XMPPFED_RULE_BRANCH, "service-unavailable", "not-allowed"},
    {"no federation", false, "xmpp-only@contoso.example", BOB, XMPPFED_CONTACT_ADDED, 4,
     XMPPFED_RULE_ACCESS_FEDERATION, "service-unavailable", "not-allowed"},
    {"no xmpp", false, "sip-only@contoso.example", BOB, XMPPFED_CONTACT_ADDED, 5,
     XMPPFED_RULE_ACCESS_XMPP, "service-unavailable", "not-allowed"},
    {"site grants", false, "site@contoso.example", BOB, XMPPFED_CONTACT_ADDED, 8,
     XMPPFED_RULE_CONTACT, NULL, NULL},
    {"a resource changes nothing", false, "sip-only@contoso.example/x", "bob@fabrikam.example/y",
     XMPPFED_CONTACT_ADDED, 5, XMPPFED_RULE_ACCESS_XMPP, "service-unavailable", "not-allowed"},
    {"blocked", false, ANN, BOB, XMPPFED_CONTACT_BLOCKED, 6, XMPPFED_RULE_BLOCKED,
     "service-unavailable", "not-acceptable"},
    {"whole domains", false, "contoso.example", "fabrikam.example", XMPPFED_CONTACT_ADDED, 8,
     XMPPFED_RULE_CONTACT, NULL, NULL},
};

static xmppfed_policy *policy_with_users(bool off)
{
    xmppfed_policy_builder *b = fixture_builder();

    xmppfed_policy_builder_set_federation(b, !off);
    fixture_partner(b, "fabrikam.example");
    assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "", 3, NULL), 0);
    assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_SITE, "bern", 3, NULL), 0);
    assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_USER, "sip", 1, NULL), 0);
    assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_USER, "xmpp", 2, NULL), 0);
    assert_int_equal(xmppfed_policy_builder_add_user(b, "branch@contoso.example", "", "", 1, NULL),
                     0);
    assert_int_equal(
        xmppfed_policy_builder_add_user(b, "sip-only@contoso.example", "bern", "sip", 0, NULL), 0);
    assert_int_equal(
        xmppfed_policy_builder_add_user(b, "xmpp-only@contoso.example", "bern", "xmpp", 0, NULL),
        0);
    assert_int_equal(
        xmppfed_policy_builder_add_user(b, "site@contoso.example", "bern", "", 0, NULL), 0);
    return fixture_finish(b);
}

static void expect_condition(const char *name, const xmppfed_decision *d, const char *condition)
{
    int verdict = condition ? XMPPFED_VERDICT_REFUSE : XMPPFED_VERDICT_ALLOW;

    if (d->verdict != verdict || strcmp(d->condition, condition ? condition : "") != 0)
        fail_msg("%s: verdict %d, condition '%s'", name, d->verdict, d->condition);
    for (size_t i = 0; i < d->reason_count; i++) {
        bool last = i + 1 == d->reason_count;

        if (!d->reasons[i].passed != (condition && last))
            fail_msg("%s: reason %zu is %d", name, i, d->reasons[i].passed);
        if (i > 0 && d->reasons[i].rule <= d->reasons[i - 1].rule)
            fail_msg("%s: reason %zu is out of order", name, i);
    }
}

static void test_conditions_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(condition_rows) / sizeof(condition_rows[0]); i++) {
        const struct condition_row *r = &condition_rows[i];
        xmppfed_policy *policy = policy_with_users(r->off);
        xmppfed_question q = {XMPPFED_INBOUND, XMPPFED_ACTION_MESSAGE, r->contact, r->local,
                              r->remote};
        xmppfed_decision d;

        assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
        expect_condition(r->name, &d, r->inbound);
        if (d.reason_count != r->reason_count || d.reasons[d.reason_count - 1].rule != r->last)
            fail_msg("%s: %zu reasons, the last is %d", r->name, d.reason_count,
                     d.reasons[d.reason_count - 1].rule);
        q.direction = XMPPFED_OUTBOUND;
        assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
        expect_condition(r->name, &d, r->outbound);
        xmppfed_policy_unref(policy);
    }
}

/* What a peer sees of a user without access is what it sees of a stranger's refusal. */
static void test_refusals_look_the_same(void **state)
{
    xmppfed_policy *policy = policy_with_users(false);

    (void)state;
    for (int action = XMPPFED_ACTION_ADD; action <= XMPPFED_ACTION_CALL; action++) {
        xmppfed_question missing = {XMPPFED_INBOUND, action, XMPPFED_CONTACT_NONE, ANN, BOB};
        xmppfed_question barred = {XMPPFED_INBOUND, action, XMPPFED_CONTACT_NONE,
                                   "sip-only@contoso.example", BOB};
        xmppfed_decision a;
        xmppfed_decision b;

        assert_int_equal(xmppfed_policy_decide(policy, &missing, &a), 0);
        assert_int_equal(xmppfed_policy_decide(policy, &barred, &b), 0);
        assert_int_equal(a.verdict, XMPPFED_VERDICT_REFUSE);
        assert_int_equal(b.verdict, XMPPFED_VERDICT_REFUSE);
        assert_int_equal(a.effects, b.effects);
        assert_string_equal(a.condition, b.condition);
    }
    xmppfed_policy_unref(policy);
}

static void test_removal_is_remembered_when_refused(void **state)
{
    xmppfed_policy *policy = policy_with_users(true);
    xmppfed_question q = {XMPPFED_OUTBOUND, XMPPFED_ACTION_REMOVE, XMPPFED_CONTACT_ADDED, ANN, BOB};
    xmppfed_decision d;

    (void)state;
    assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
    assert_int_equal(d.verdict, XMPPFED_VERDICT_REFUSE);
    assert_int_equal(d.effects, XMPPFED_EFFECT_FORGET | XMPPFED_EFFECT_SILENT);
    xmppfed_policy_unref(policy);
}

/* What is not known was not checked and is not among the reasons. */
static void test_unknown_contact_gives_no_reason(void **state)
{
    xmppfed_policy *policy = policy_with_users(false);
    xmppfed_question q = {XMPPFED_INBOUND, XMPPFED_ACTION_MESSAGE, XMPPFED_CONTACT_UNKNOWN, ANN,
                          BOB};
    xmppfed_decision d;

    (void)state;
    assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
    assert_int_equal(d.verdict, XMPPFED_VERDICT_NEED_CONTACT);
    assert_int_equal(d.reason_count, 6);
    assert_int_equal(d.reasons[5].rule, XMPPFED_RULE_TYPE);
    assert_int_equal(d.reasons[5].passed, 1);
    xmppfed_policy_unref(policy);
}

static void test_nobody_is_let_in_by_default(void **state)
{
    xmppfed_policy *policy = fixture_finish(fixture_builder());
    xmppfed_question q = {XMPPFED_INBOUND, XMPPFED_ACTION_MESSAGE, XMPPFED_CONTACT_ADDED, ANN, BOB};
    xmppfed_decision d;

    (void)state;
    assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
    assert_int_equal(d.verdict, XMPPFED_VERDICT_REFUSE);
    xmppfed_policy_unref(policy);
}

static void test_arguments(void **state)
{
    static const xmppfed_question bad[] = {
        {0, XMPPFED_ACTION_MESSAGE, 0, ANN, BOB},
        {3, XMPPFED_ACTION_MESSAGE, 0, ANN, BOB},
        {XMPPFED_INBOUND, 0, 0, ANN, BOB},
        {XMPPFED_INBOUND, XMPPFED_ACTION_CALL + 1, 0, ANN, BOB},
        {XMPPFED_INBOUND, XMPPFED_ACTION_MESSAGE, -1, ANN, BOB},
        {XMPPFED_INBOUND, XMPPFED_ACTION_MESSAGE, 6, ANN, BOB},
        {XMPPFED_INBOUND, XMPPFED_ACTION_MESSAGE, 0, NULL, BOB},
        {XMPPFED_INBOUND, XMPPFED_ACTION_MESSAGE, 0, ANN, NULL},
        {XMPPFED_INBOUND, XMPPFED_ACTION_MESSAGE, 0, "", BOB},
        {XMPPFED_INBOUND, XMPPFED_ACTION_MESSAGE, 0, ANN, "@fabrikam.example"},
    };
    xmppfed_policy *policy = policy_with_users(false);
    xmppfed_question good = {XMPPFED_INBOUND, XMPPFED_ACTION_MESSAGE, 0, ANN, BOB};
    xmppfed_decision d = {.verdict = 99};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (xmppfed_policy_decide(policy, &bad[i], &d) != XMPPFED_ERR_ARGUMENT || d.verdict != 99)
            fail_msg("row %zu was taken", i);
    }
    assert_int_equal(xmppfed_policy_decide(NULL, &good, &d), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_policy_decide(policy, NULL, &d), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_policy_decide(policy, &good, NULL), XMPPFED_ERR_ARGUMENT);
    xmppfed_policy_unref(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_federated),
        cmocka_unit_test(test_public_verified),
        cmocka_unit_test(test_public_unverified),
        cmocka_unit_test(test_conditions_in_order),
        cmocka_unit_test(test_refusals_look_the_same),
        cmocka_unit_test(test_removal_is_remembered_when_refused),
        cmocka_unit_test(test_unknown_contact_gives_no_reason),
        cmocka_unit_test(test_nobody_is_let_in_by_default),
        cmocka_unit_test(test_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
