/* test_lists.c - what only live streams show: blocks for every type, invitations, proofs, reload.
 */
#include "scene.h"

/* What a policy of Fabrikam adds to Contoso's record. */
typedef void (*configure_fn)(xmppfed_policy_builder *b, xmppfed_partner *contoso);

static void set_policy(struct scene *s, struct loop_side *side, configure_fn configure)
{
    struct loop_side *other = side == s->contoso ? s->fabrikam : s->contoso;
    xmppfed_policy_builder *b = NULL;
    xmppfed_policy *policy = NULL;
    xmppfed_partner *p = NULL;
    xmppfed_problem why = {0};
    char address[32];

    assert_int_equal(xmppfed_policy_builder_new(s->ctx, &b), 0);
    xmppfed_policy_builder_set_federation(b, 1);
    assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "", 3, &why), 0);
    assert_int_equal(xmppfed_policy_builder_add_partner(b, other->domain, &why, &p), 0);
    assert_int_equal(xmppfed_partner_set_type(p, XMPPFED_PARTNER_FEDERATED), 0);
    (void)snprintf(address, sizeof(address), "192.0.2.%u", other->number);
    assert_int_equal(xmppfed_partner_add_address(p, address, 5269, &why), 0);
    configure(b, p);
    if (xmppfed_policy_builder_finish(b, &why, &policy) < 0)
        fail_msg("policy: %s", why.text);
    xmppfed_site_set_policy(side->site, policy);
    xmppfed_policy_unref(policy);
    xmppfed_policy_builder_free(b);
}

static void keep_contacts(xmppfed_policy_builder *b, xmppfed_partner *contoso)
{
    (void)contoso;
    xmppfed_policy_builder_set_contacts(b, 1);
}

static void block_desk(xmppfed_policy_builder *b, xmppfed_partner *contoso)
{
    (void)contoso;
    assert_int_equal(xmppfed_policy_builder_add_block(b, BOB, ALICE "/desk", 0, NULL), 0);
}

static void three_invitations(xmppfed_policy_builder *b, xmppfed_partner *contoso)
{
    (void)b;
    assert_int_equal(xmppfed_partner_set_gateway(contoso, XMPPFED_GATEWAY_INVITATION_RATE, 3, NULL),
                     0);
}

static void certificates(xmppfed_policy_builder *b, xmppfed_partner *contoso)
{
    (void)b;
    assert_int_equal(xmppfed_partner_set_minimum_proof(contoso, XMPPFED_PROOF_PKIX), 0);
}

static void dane(xmppfed_policy_builder *b, xmppfed_partner *contoso)
{
    (void)b;
    assert_int_equal(xmppfed_partner_set_minimum_proof(contoso, XMPPFED_PROOF_DANE), 0);
}

/* A user's block holds for a Federated partner as well, where the host keeps contacts. */
static void test_block_holds_for_federated(void **state)
{
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    set_policy(&s, s.fabrikam, keep_contacts);
    s.fabrikam->contact = XMPPFED_CONTACT_BLOCKED;
    scene_say(&s, "blocked", 1);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_CONTACT_WANTED), 1);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 0);
    s.fabrikam->contact = XMPPFED_CONTACT_NONE;
    scene_say(&s, "not blocked", 2);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1);
    scene_fini(&s);
}

/* A block of a full address is met by that device and no other. */
static void test_block_of_a_device(void **state)
{
    static const char *const from[] = {ALICE "/desk", ALICE "/phone", ALICE};
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    set_policy(&s, s.fabrikam, block_desk);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(loop_send(s.contoso, loop_message(&s.loop, from[i], BOB, "Hi"), i + 1), 0);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_REFUSED), 1);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 2);
    assert_string_equal(
        xmppfed_element_attribute(loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 0)->element, "from"),
        ALICE "/phone");
    scene_fini(&s);
}

/* ... and nothing is sent to that device: our user is told that it is blocked (XEP-0191 3.9). */
static void test_block_of_a_device_outbound(void **state)
{
    static const char *const to[] = {ALICE "/desk", ALICE "/phone", ALICE};
    struct scene s;
    const struct loop_event *ev;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    set_policy(&s, s.fabrikam, block_desk);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(loop_send(s.fabrikam, loop_message(&s.loop, BOB, to[i], "Hi"), i + 1), 0);
    loop_run(&s.loop);
    ev = loop_event(s.fabrikam, XMPPFED_EVENT_OUTCOME, 0);
    assert_int_equal(ev->token, 1);
    assert_int_equal(ev->outcome, XMPPFED_OUTCOME_BOUNCED);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 2);
    scene_fini(&s);
}

static void invite(struct scene *s, uint64_t cookie)
{
    assert_int_equal(
        loop_send(s->contoso, loop_presence(&s->loop, ALICE, BOB, "subscribe"), cookie), 0);
    loop_run(&s->loop);
}

/* Three an hour: three at once, the fourth is told to wait, and each third of an hour frees one. */
static void test_invitations(void **state)
{
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    set_policy(&s, s.fabrikam, three_invitations);
    for (uint64_t cookie = 1; cookie <= 4; cookie++)
        invite(&s, cookie);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 3);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_REFUSED), 1);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 4);
    assert_string_equal(scene_type(loop_event(s.contoso, XMPPFED_EVENT_STANZA, 3)->element),
                        "error");
    loop_advance(&s.loop, 20 * 60 * 1000);
    invite(&s, 5);
    invite(&s, 6);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 4);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_REFUSED), 2);
    scene_fini(&s);
}

/* A stream that was proved more weakly than the record asks does not come up, or ends at reload. */
static void test_minimum_proof(void **state)
{
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    set_policy(&s, s.fabrikam, certificates);
    scene_say(&s, "proved", 1);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1);
    set_policy(&s, s.fabrikam, dane);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN), 1);
    scene_say(&s, "too weak", 2);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1);
    scene_fini(&s);
}

/* A new policy between any two stanzas stops none of them, nor the stream. */
static void test_reload_stops_nothing(void **state)
{
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    for (uint64_t cookie = 1; cookie <= 20; cookie++) {
        scene_say(&s, "on and on", cookie);
        set_policy(&s, s.fabrikam, cookie % 2 ? three_invitations : certificates);
        if (cookie % 3 == 0)
            loop_run(&s.loop);
    }
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 20);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_UP), 1);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN), 0);
    scene_fini(&s);
}

/* Our own user is told that the one written to is blocked (XEP-0191 3.9). */
static void test_outbound_knowing(void **state)
{
    xmppfed_element *stanza;
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    stanza = loop_message(&s.loop, ALICE, BOB, "Hello");
    assert_int_equal(xmppfed_federation_send_knowing(s.contoso->fed, stanza,
                                                     XMPPFED_CONTACT_BLOCKED, 1, s.loop.now),
                     0);
    assert_int_equal(xmppfed_federation_send_knowing(s.contoso->fed, stanza, XMPPFED_CONTACT_ADDED,
                                                     2, s.loop.now),
                     0);
    assert_int_equal(xmppfed_federation_send_knowing(s.contoso->fed, stanza, 6, 3, s.loop.now),
                     XMPPFED_ERR_ARGUMENT);
    xmppfed_element_free(stanza);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_REFUSED), 1);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_holds_for_federated),
        cmocka_unit_test(test_block_of_a_device),
        cmocka_unit_test(test_block_of_a_device_outbound),
        cmocka_unit_test(test_invitations),
        cmocka_unit_test(test_minimum_proof),
        cmocka_unit_test(test_reload_stops_nothing),
        cmocka_unit_test(test_outbound_knowing),
    };

    return cmocka_run_group_tests_name("pair/lists", tests, NULL, NULL);
}
