/* test_switch.c - partner types as presets over switches: the original's tables, and overrides. */
#include "fixture.h"

#include "policy/switch.h"

#define ANN "ann@contoso.example"
#define BOB "bob@fabrikam.example"
#define IN XMPPFED_INBOUND
#define OUT XMPPFED_OUTBOUND
#define NONE XMPPFED_CONTACT_NONE
#define PENDING XMPPFED_CONTACT_PENDING
#define ADDED XMPPFED_CONTACT_ADDED
#define BLOCKED XMPPFED_CONTACT_BLOCKED

static xmppfed_policy_builder *open_builder(int type, xmppfed_partner **ret)
{
    xmppfed_policy_builder *b = fixture_builder();

    xmppfed_policy_builder_set_federation(b, 1);
    assert_int_equal(
        xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "",
                                          XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP, NULL),
        0);
    *ret = fixture_partner(b, "fabrikam.example");
    assert_int_equal(xmppfed_partner_set_type(*ret, type), 0);
    return b;
}

static xmppfed_decision decide(const xmppfed_policy *policy, int direction, int action, int contact)
{
    xmppfed_question q = {
        .direction = direction, .action = action, .contact = contact, .local = ANN, .remote = BOB};
    xmppfed_decision d = {0};

    assert_int_equal(xmppfed_policy_decide(policy, &q, &d), 0);
    return d;
}

static bool allows(const xmppfed_policy *policy, int direction, int action, int contact)
{
    return decide(policy, direction, action, contact).verdict == XMPPFED_VERDICT_ALLOW;
}

/*
 * The original's permission tables. A row asks for one action of one side's users; seeing is asked
 * by the stanza that would show it. The letters are the columns Federated, PublicVerified and
 * PublicUnverified: y passes, n does not. Nobody passes who is blocked, which is added to each row.
 */
static const struct permission {
    const char *row; /* table, row: the words of the original */
    int direction;   /* of the stanza */
    int action;
    int contact;
    const char *types;
} permissions[] = {
    {"4.1, 1: add without authorization", IN, XMPPFED_ACTION_ADD, NONE, "yyn"},
    {"4.1, 1: ... asked, not answered", IN, XMPPFED_ACTION_ADD, PENDING, "yyn"},
    {"4.1, 2: see presence without it", IN, XMPPFED_ACTION_PROBE, NONE, "yyn"},
    {"4.1, 2: ... asked, not answered", IN, XMPPFED_ACTION_PROBE, PENDING, "yyn"},
    {"4.1, 3: see presence, on the list", IN, XMPPFED_ACTION_PROBE, ADDED, "yyy"},
    {"4.1, 4: see the status note", OUT, XMPPFED_ACTION_NOTE, NONE, "ynn"},
    {"4.1, 4: ... even when on the list", OUT, XMPPFED_ACTION_NOTE, ADDED, "ynn"},
    {"4.1, 5: send IM, not on the list", IN, XMPPFED_ACTION_MESSAGE, NONE, "yyn"},
    {"4.1, 5: ... asked, not answered", IN, XMPPFED_ACTION_MESSAGE, PENDING, "yyn"},
    {"4.1, 6: send IM, on the list", IN, XMPPFED_ACTION_MESSAGE, ADDED, "yyy"},
    {"4.1, 7: authorization is by adding", IN, XMPPFED_ACTION_ADD, ADDED, "yyy"},
    {"4.2, 1: add a contact", OUT, XMPPFED_ACTION_ADD, NONE, "yyy"},
    {"4.2, 2: see the contact's presence", IN, XMPPFED_ACTION_PRESENCE, ADDED, "yyy"},
    {"4.2, 3: see the contact's note", IN, XMPPFED_ACTION_NOTE, ADDED, "yyy"},
    {"4.2, 4: send IM to the contact", OUT, XMPPFED_ACTION_MESSAGE, ADDED, "yyy"},
    {"4.2, 5: a reply passes", IN, XMPPFED_ACTION_MESSAGE, XMPPFED_CONTACT_MESSAGED, "yyy"},
    {"typing, not on the list", IN, XMPPFED_ACTION_CHAT_STATE, NONE, "yyn"},
    {"typing, on the list", IN, XMPPFED_ACTION_CHAT_STATE, ADDED, "yyy"},
    {"receipts, not on the list", IN, XMPPFED_ACTION_RECEIPT, NONE, "yyn"},
    {"receipts, on the list", IN, XMPPFED_ACTION_RECEIPT, ADDED, "yyy"},
    {"typing and receipts of ours", OUT, XMPPFED_ACTION_CHAT_STATE, NONE, "yyy"},
    {"receipts of ours", OUT, XMPPFED_ACTION_RECEIPT, NONE, "yyy"},
    {"group chat", IN, XMPPFED_ACTION_GROUP_CHAT, ADDED, "ynn"},
    {"group chat of ours", OUT, XMPPFED_ACTION_GROUP_CHAT, ADDED, "ynn"},
    {"files, not on the list", IN, XMPPFED_ACTION_FILE, NONE, "yyn"},
    {"files, on the list", IN, XMPPFED_ACTION_FILE, ADDED, "yyy"},
    {"calls, not on the list", IN, XMPPFED_ACTION_CALL, NONE, "yyn"},
    {"calls, on the list", IN, XMPPFED_ACTION_CALL, ADDED, "yyy"},
    {"calls of ours", OUT, XMPPFED_ACTION_CALL, NONE, "yyy"},
};

static void test_permission_tables(void **state)
{
    (void)state;
    for (int type = XMPPFED_PARTNER_FEDERATED; type <= XMPPFED_PARTNER_PUBLIC_UNVERIFIED; type++) {
        xmppfed_partner *p;
        xmppfed_policy *policy = fixture_finish(open_builder(type, &p));

        for (size_t i = 0; i < sizeof(permissions) / sizeof(permissions[0]); i++) {
            const struct permission *r = &permissions[i];
            bool expected = r->types[type - XMPPFED_PARTNER_FEDERATED] == 'y';

            if (allows(policy, r->direction, r->action, r->contact) != expected)
                fail_msg("%s: partner type %d", r->row, type);
            if (allows(policy, r->direction, r->action, BLOCKED))
                fail_msg("%s: partner type %d, blocked", r->row, type);
        }
        xmppfed_policy_unref(policy);
    }
}

/* Which stanza shows that a switch is thrown, by direction of the switch. */
static const struct {
    const char *name;
    int which;
    struct {
        int direction;
        int action;
    } shown[2]; /* of the switch for the partner's users, and for ours */
} switches[] = {
    {"add", XMPPFED_SWITCH_ADD, {{IN, XMPPFED_ACTION_ADD}, {OUT, XMPPFED_ACTION_ADD}}},
    {"see presence",
     XMPPFED_SWITCH_SEE_PRESENCE,
     {{IN, XMPPFED_ACTION_PROBE}, {IN, XMPPFED_ACTION_PRESENCE}}},
    {"see notes",
     XMPPFED_SWITCH_SEE_NOTES,
     {{OUT, XMPPFED_ACTION_NOTE}, {IN, XMPPFED_ACTION_NOTE}}},
    {"start a conversation",
     XMPPFED_SWITCH_START_CONVERSATION,
     {{IN, XMPPFED_ACTION_MESSAGE}, {OUT, XMPPFED_ACTION_MESSAGE}}},
    {"typing",
     XMPPFED_SWITCH_TYPING,
     {{IN, XMPPFED_ACTION_CHAT_STATE}, {OUT, XMPPFED_ACTION_CHAT_STATE}}},
    {"receipts",
     XMPPFED_SWITCH_RECEIPTS,
     {{IN, XMPPFED_ACTION_RECEIPT}, {OUT, XMPPFED_ACTION_RECEIPT}}},
    {"group chat",
     XMPPFED_SWITCH_GROUP_CHAT,
     {{IN, XMPPFED_ACTION_GROUP_CHAT}, {OUT, XMPPFED_ACTION_GROUP_CHAT}}},
    {"files", XMPPFED_SWITCH_FILES, {{IN, XMPPFED_ACTION_FILE}, {OUT, XMPPFED_ACTION_FILE}}},
    {"calls", XMPPFED_SWITCH_CALLS, {{IN, XMPPFED_ACTION_CALL}, {OUT, XMPPFED_ACTION_CALL}}},
};

/* What each permit lets by, for contacts none, messaged and added. */
static const struct {
    int permit;
    bool passes[3];
} permits[] = {
    {XMPPFED_PERMIT_NEVER, {false, false, false}},
    {XMPPFED_PERMIT_IF_ADDED, {false, false, true}},
    {XMPPFED_PERMIT_IF_MESSAGED, {false, true, true}},
    {XMPPFED_PERMIT_ALWAYS, {true, true, true}},
};

static void check_override(int type, size_t i, int direction, size_t k)
{
    int action = switches[i].shown[direction - IN].action;
    int way = switches[i].shown[direction - IN].direction;
    xmppfed_partner_info info = {.size = sizeof(info)};
    xmppfed_partner *p;
    xmppfed_policy_builder *b = open_builder(type, &p);
    xmppfed_policy *policy;

    assert_int_equal(xmppfed_partner_set_switch(p, direction, switches[i].which, permits[k].permit),
                     0);
    policy = fixture_finish(b);
    for (int contact = NONE; contact <= ADDED; contact++)
        if (allows(policy, way, action, contact) != permits[k].passes[contact - NONE])
            fail_msg("%s: type %d, direction %d, permit %d, contact %d", switches[i].name, type,
                     direction, permits[k].permit, contact);
    assert_int_equal(xmppfed_policy_partner(policy, 0, &info), 0);
    assert_int_equal(xmppfed_partner_info_switch(&info, direction, switches[i].which),
                     permits[k].permit);
    xmppfed_policy_unref(policy);
}

static void test_overrides(void **state)
{
    (void)state;
    assert_int_equal(sizeof(switches) / sizeof(switches[0]), XMPPFED_SWITCH_CALLS);
    for (int type = XMPPFED_PARTNER_FEDERATED; type <= XMPPFED_PARTNER_PUBLIC_UNVERIFIED; type++)
        for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
            for (int direction = IN; direction <= OUT; direction++)
                for (size_t k = 0; k < sizeof(permits) / sizeof(permits[0]); k++)
                    check_override(type, i, direction, k);
}

/* What our user sends is the authorization to see it; only NEVER keeps it here. */
static void test_presence_of_ours(void **state)
{
    xmppfed_partner *p;
    xmppfed_policy_builder *b = open_builder(XMPPFED_PARTNER_FEDERATED, &p);
    xmppfed_policy *policy;

    (void)state;
    assert_int_equal(
        xmppfed_partner_set_switch(p, IN, XMPPFED_SWITCH_SEE_PRESENCE, XMPPFED_PERMIT_IF_ADDED), 0);
    policy = fixture_finish(b);
    assert_true(allows(policy, OUT, XMPPFED_ACTION_PRESENCE, NONE));
    assert_false(allows(policy, IN, XMPPFED_ACTION_PROBE, NONE));
    xmppfed_policy_unref(policy);
    b = open_builder(XMPPFED_PARTNER_FEDERATED, &p);
    assert_int_equal(
        xmppfed_partner_set_switch(p, IN, XMPPFED_SWITCH_SEE_PRESENCE, XMPPFED_PERMIT_NEVER), 0);
    policy = fixture_finish(b);
    assert_false(allows(policy, OUT, XMPPFED_ACTION_PRESENCE, ADDED));
    /* That our user takes an approval back must always reach the partner. */
    assert_true(allows(policy, OUT, XMPPFED_ACTION_ANSWER_ADD, NONE));
    xmppfed_policy_unref(policy);
}

/* Notes are taken out of what may carry them, in both directions, and then the contact is asked. */
static void test_notes_are_stripped(void **state)
{
    xmppfed_partner *p;
    xmppfed_policy_builder *b = open_builder(XMPPFED_PARTNER_FEDERATED, &p);
    xmppfed_policy *policy;

    (void)state;
    assert_int_equal(
        xmppfed_partner_set_switch(p, OUT, XMPPFED_SWITCH_SEE_NOTES, XMPPFED_PERMIT_IF_ADDED), 0);
    assert_int_equal(
        xmppfed_partner_set_switch(p, IN, XMPPFED_SWITCH_SEE_NOTES, XMPPFED_PERMIT_NEVER), 0);
    policy = fixture_finish(b);
    assert_int_equal(decide(policy, IN, XMPPFED_ACTION_PRESENCE, XMPPFED_CONTACT_UNKNOWN).verdict,
                     XMPPFED_VERDICT_NEED_CONTACT);
    assert_int_equal(decide(policy, IN, XMPPFED_ACTION_PRESENCE, NONE).effects,
                     XMPPFED_EFFECT_STRIP_NOTES);
    assert_int_equal(decide(policy, IN, XMPPFED_ACTION_PRESENCE, ADDED).effects, 0);
    assert_int_equal(decide(policy, OUT, XMPPFED_ACTION_PRESENCE, ADDED).effects,
                     XMPPFED_EFFECT_STRIP_NOTES);
    assert_int_equal(decide(policy, IN, XMPPFED_ACTION_MESSAGE, XMPPFED_CONTACT_UNKNOWN).verdict,
                     XMPPFED_VERDICT_ALLOW);
    xmppfed_policy_unref(policy);
}

static void test_arguments(void **state)
{
    static const int bad[][3] = {
        {0, XMPPFED_SWITCH_ADD, XMPPFED_PERMIT_NEVER},
        {3, XMPPFED_SWITCH_ADD, XMPPFED_PERMIT_NEVER},
        {IN, 0, XMPPFED_PERMIT_NEVER},
        {IN, XFED_SWITCH_QUERY, XMPPFED_PERMIT_NEVER},
        {IN, XMPPFED_SWITCH_ADD, -1},
        {IN, XMPPFED_SWITCH_ADD, XMPPFED_PERMIT_ALWAYS + 1},
    };
    xmppfed_partner_info info = {.size = sizeof(info)};
    xmppfed_partner *p;
    xmppfed_policy_builder *b = open_builder(XMPPFED_PARTNER_FEDERATED, &p);
    xmppfed_policy *policy;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (xmppfed_partner_set_switch(p, bad[i][0], bad[i][1], bad[i][2]) != XMPPFED_ERR_ARGUMENT)
            fail_msg("row %zu was taken", i);
    assert_int_equal(xmppfed_partner_set_switch(NULL, IN, XMPPFED_SWITCH_ADD, 1),
                     XMPPFED_ERR_ARGUMENT);
    policy = fixture_finish(b);
    assert_int_equal(xmppfed_policy_partner(policy, 0, &info), 0);
    assert_int_equal(xmppfed_partner_info_switch(&info, 3, XMPPFED_SWITCH_ADD), 0);
    assert_int_equal(xmppfed_partner_info_switch(&info, IN, XFED_SWITCH_QUERY), 0);
    assert_int_equal(xmppfed_partner_info_switch(NULL, IN, XMPPFED_SWITCH_ADD), 0);
    xmppfed_policy_unref(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_permission_tables), cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_presence_of_ours),  cmocka_unit_test(test_notes_are_stripped),
        cmocka_unit_test(test_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
