/* test_policy.c - who may do what: partner types, strangers, contacts, lists, notes. */
#include "scene.h"

#include "support/certs.h"

#define FEDERATED XMPPFED_PARTNER_FEDERATED
#define VERIFIED XMPPFED_PARTNER_PUBLIC_VERIFIED
#define UNVERIFIED XMPPFED_PARTNER_PUBLIC_UNVERIFIED

enum sort { A_MESSAGE, A_SUBSCRIPTION, A_PRESENCE, A_PROBE, A_PING, AN_ERROR };

static xmppfed_element *make(const struct scene *s, enum sort sort)
{
    static const char *const types[] = {
        [A_SUBSCRIPTION] = "subscribe", [A_PRESENCE] = NULL, [A_PROBE] = "probe"};

    if (sort == A_MESSAGE || sort == AN_ERROR) {
        xmppfed_element *e = loop_message(&s->loop, ALICE "/desk", BOB, "Hello");

        if (sort == AN_ERROR)
            xmppfed_element_set_attribute(e, "type", "error");
        return e;
    }
    if (sort == A_PING)
        return loop_ping(&s->loop, ALICE "/desk", BOB);
    return loop_presence(&s->loop, ALICE, BOB, types[sort]);
}

/* What Alice gets: a stanza of this type, or nothing for "". */
static void expect_back(const struct scene *s, const char *type)
{
    const struct loop_event *back = loop_event(s->contoso, XMPPFED_EVENT_STANZA, 0);

    assert_int_equal(loop_count(s->contoso, XMPPFED_EVENT_STANZA), type[0] != '\0');
    if (!back)
        return;
    assert_string_equal(scene_type(back->element), type);
    assert_string_equal(back->remote, BOB);
    assert_string_equal(back->local, ALICE);
}

/* One outbound stanza of Alice was let pass, and Fabrikam's decision about it was counted. */
static void expect_counted(const struct scene *s, int action, bool delivered)
{
    const xmppfed_federation *from = s->contoso->fed;
    const xmppfed_federation *to = s->fabrikam->fed;
    const int allow = XMPPFED_VERDICT_ALLOW;
    const int refuse = XMPPFED_VERDICT_REFUSE;

    assert_int_equal(xmppfed_federation_decided(from, XMPPFED_OUTBOUND, action, allow), 1);
    assert_int_equal(xmppfed_federation_decided(from, XMPPFED_OUTBOUND, action, refuse), 0);
    assert_int_equal(xmppfed_federation_decided(to, XMPPFED_INBOUND, action, allow), delivered);
    assert_int_equal(xmppfed_federation_decided(to, XMPPFED_INBOUND, action, refuse), !delivered);
}

static void test_inbound(void **state)
{
    static const int actions[] = {
        [A_MESSAGE] = XMPPFED_ACTION_MESSAGE,   [A_SUBSCRIPTION] = XMPPFED_ACTION_ADD,
        [A_PRESENCE] = XMPPFED_ACTION_PRESENCE, [A_PROBE] = XMPPFED_ACTION_PROBE,
        [A_PING] = XMPPFED_ACTION_IQ,           [AN_ERROR] = XMPPFED_ACTION_ERROR,
    };
    static const struct {
        const char *name;
        int type;
        int contact; /* 0: the host gives no answer */
        enum sort sort;
        bool asked;
        bool delivered;
        const char *back; /* type of what Alice gets, "" for nothing */
    } rows[] = {
        {"federated, message", FEDERATED, 0, A_MESSAGE, false, true, ""},
        {"federated, add", FEDERATED, 0, A_SUBSCRIPTION, false, true, "subscribed"},
        {"verified, message", VERIFIED, 0, A_MESSAGE, false, true, ""},
        {"verified, add", VERIFIED, 0, A_SUBSCRIPTION, false, true, "subscribed"},
        {"stranger, message", UNVERIFIED, XMPPFED_CONTACT_NONE, A_MESSAGE, true, false, "error"},
        {"stranger, add", UNVERIFIED, XMPPFED_CONTACT_NONE, A_SUBSCRIPTION, true, false,
         "unsubscribed"},
        {"stranger, probe", UNVERIFIED, XMPPFED_CONTACT_NONE, A_PROBE, true, false, "unsubscribed"},
        {"stranger, presence", UNVERIFIED, XMPPFED_CONTACT_NONE, A_PRESENCE, true, false, ""},
        {"stranger, ping", UNVERIFIED, XMPPFED_CONTACT_NONE, A_PING, true, false, "error"},
        {"stranger, words in an error", UNVERIFIED, XMPPFED_CONTACT_NONE, AN_ERROR, true, false,
         ""},
        {"written to, error", UNVERIFIED, XMPPFED_CONTACT_MESSAGED, AN_ERROR, true, true, ""},
        {"federated, error", FEDERATED, 0, AN_ERROR, false, true, ""},
        {"contact, message", UNVERIFIED, XMPPFED_CONTACT_ADDED, A_MESSAGE, true, true, ""},
        {"contact, add", UNVERIFIED, XMPPFED_CONTACT_ADDED, A_SUBSCRIPTION, true, true,
         "subscribed"},
        {"contact, presence", UNVERIFIED, XMPPFED_CONTACT_ADDED, A_PRESENCE, true, true, ""},
        {"written to, message", UNVERIFIED, XMPPFED_CONTACT_MESSAGED, A_MESSAGE, true, true, ""},
        {"written to, presence", UNVERIFIED, XMPPFED_CONTACT_MESSAGED, A_PRESENCE, true, false, ""},
        {"blocked, message", UNVERIFIED, XMPPFED_CONTACT_BLOCKED, A_MESSAGE, true, false, "error"},
        {"blocked, add", UNVERIFIED, XMPPFED_CONTACT_BLOCKED, A_SUBSCRIPTION, true, false, ""},
        {"no answer, message", UNVERIFIED, 0, A_MESSAGE, true, false, "error"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;

        print_message("# %s\n", rows[i].name);
        scene_init(&s, BY_EXTERNAL);
        scene_trust(&s, s.fabrikam, rows[i].type, BY_EXTERNAL);
        s.fabrikam->contact = rows[i].contact;
        assert_int_equal(loop_send(s.contoso, make(&s, rows[i].sort), 1), 0);
        loop_advance(&s.loop, 11 * 1000);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_CONTACT_WANTED), rows[i].asked);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), rows[i].delivered);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_REFUSED), !rows[i].delivered);
        expect_counted(&s, actions[rows[i].sort], rows[i].delivered);
        expect_back(&s, rows[i].back);
        /* The answers are our own: the host hears of no outcome. */
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_OUTCOME), 0);
        scene_fini(&s);
    }
}

static void test_hold_keeps_order(void **state)
{
    struct scene s;
    const struct loop_event *wanted;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_trust(&s, s.fabrikam, UNVERIFIED, BY_EXTERNAL);
    scene_say(&s, "one", 1);
    assert_int_equal(
        loop_send(s.contoso, loop_message(&s.loop, ALICE, "ann@fabrikam.example", "two"), 2), 0);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_CONTACT_WANTED), 1);
    wanted = loop_event(s.fabrikam, XMPPFED_EVENT_CONTACT_WANTED, 0);
    assert_string_equal(wanted->local, BOB);
    assert_string_equal(wanted->remote, ALICE);
    loop_advance(&s.loop, 5 * 1000);
    assert_int_equal(xmppfed_federation_contact(s.fabrikam->fed, wanted->token,
                                                XMPPFED_CONTACT_ADDED, s.loop.now),
                     0);
    assert_int_equal(xmppfed_federation_contact(s.fabrikam->fed, wanted->token,
                                                XMPPFED_CONTACT_ADDED, s.loop.now),
                     XMPPFED_ERR_UNKNOWN_HANDLE);
    s.fabrikam->contact = XMPPFED_CONTACT_ADDED;
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 2);
    assert_string_equal(scene_body(loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 0)->element),
                        "one");
    assert_string_equal(scene_body(loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 1)->element),
                        "two");
    scene_fini(&s);
}

static void test_hold_outlives_its_stream(void **state)
{
    struct scene s;
    const struct loop_event *wanted;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_trust(&s, s.fabrikam, UNVERIFIED, BY_EXTERNAL);
    /* What a session does with it is in test_lost_streams.c. */
    assert_int_equal(
        xmppfed_federation_set_option(s.contoso->fed, XMPPFED_OPTION_RESUME_SECONDS, 0), 0);
    scene_say(&s, "one", 1);
    loop_run(&s.loop);
    wanted = loop_event(s.fabrikam, XMPPFED_EVENT_CONTACT_WANTED, 0);
    assert_non_null(wanted);
    loop_cut(s.contoso);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_contact(s.fabrikam->fed, wanted->token,
                                                XMPPFED_CONTACT_ADDED, s.loop.now),
                     0);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    scene_fini(&s);
}

static void test_no_amplifier(void **state)
{
    struct scene s;
    size_t errors;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_trust(&s, s.fabrikam, UNVERIFIED, BY_EXTERNAL);
    s.fabrikam->contact = XMPPFED_CONTACT_NONE;
    for (uint64_t cookie = 1; cookie <= 300; cookie++)
        scene_say(&s, "spam", cookie);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_REFUSED), 300);
    errors = loop_count(s.contoso, XMPPFED_EVENT_STANZA);
    assert_int_equal(errors, 50);
    loop_advance(&s.loop, 1000);
    for (uint64_t cookie = 301; cookie <= 400; cookie++)
        scene_say(&s, "spam", cookie);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), errors + 20);
    scene_fini(&s);
}

static void test_outbound_refusals(void **state)
{
    const struct loop_partner nobody[] = {{.domain = NULL}};
    struct scene s;
    const struct loop_event *end;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    loop_policy(s.contoso, nobody);
    scene_say(&s, "Hello", 1);
    assert_int_equal(
        loop_send(s.contoso, loop_message(&s.loop, ALICE, "ann@contoso.example", "x"), 2), 0);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_BOUNCED);
    end = loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, 0);
    assert_int_equal(end->code, XMPPFED_ERR_POLICY_REFUSED);
    assert_string_equal(scene_condition(end->element), "not-allowed");
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_REFUSED), 1);
    assert_true(loop_event(s.contoso, XMPPFED_EVENT_REFUSED, 0)->has_decision);
    /* One's own domain is no partner's. */
    end = loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, 1);
    assert_int_equal(end->token, 2);
    assert_string_equal(scene_condition(end->element), "remote-server-not-found");
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 0);
    scene_fini(&s);
}

static void test_partner_that_does_not_list_us(void **state)
{
    const struct loop_partner nobody[] = {{.domain = NULL}};
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    loop_policy(s.fabrikam, nobody);
    scene_say(&s, "Hello", 1);
    loop_advance(&s.loop, 61 * 1000);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 0);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_UP), 0);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_EXPIRED);
    scene_fini(&s);
}

static void test_no_policy_at_all(void **state)
{
    struct scene s;
    uint64_t link;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    xmppfed_site_set_policy(s.contoso->site, NULL);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_BOUNCED);
    assert_int_equal(xmppfed_federation_accept(s.contoso->fed, NULL, s.loop.now, &link),
                     XMPPFED_ERR_LIMIT_CONNECTIONS);
    scene_fini(&s);
}

static void test_reload_closes_former_partners(void **state)
{
    const struct loop_partner nobody[] = {{.domain = NULL}};
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    assert_int_equal(loop_send(s.fabrikam, loop_message(&s.loop, BOB, ALICE, "Hi"), 1), 0);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 2);
    /* The same partner again: nothing happens. */
    scene_trust(&s, s.contoso, FEDERATED, BY_EXTERNAL);
    xmppfed_federation_tick(s.contoso->fed, s.loop.now);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 2);
    loop_policy(s.contoso, nobody);
    xmppfed_federation_tick(s.contoso->fed, s.loop.now);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
    assert_int_equal(loop_event(s.contoso, XMPPFED_EVENT_STREAM_DOWN, 0)->code,
                     XMPPFED_ERR_POLICY_UNKNOWN_PARTNER);
    scene_fini(&s);
}

static void test_reload_closes_what_is_proved_too_weakly(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_DIALBACK_TLS);
    scene_say(&s, "Hello", 1);
    loop_advance(&s.loop, 10 * 1000);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 1);
    scene_trust(&s, s.fabrikam, FEDERATED, BY_EXTERNAL);
    xmppfed_federation_tick(s.fabrikam->fed, s.loop.now);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    scene_fini(&s);
}

/* A revocation list that comes with a reload ends streams that say nothing, in both directions. */
static void test_reload_closes_what_is_revoked(void **state)
{
    xmppfed_trust *plain, *revoking;
    struct scene s;
    (void)state;

    scene_init_certs(&s, "contoso", "fabrikam-revoked");
    scene_trust(&s, s.contoso, FEDERATED, BY_EXTERNAL);
    scene_trust(&s, s.fabrikam, FEDERATED, BY_EXTERNAL);
    plain = test_trust(s.ctx);
    revoking = test_trust_of(s.ctx, "ca.pem", "crl.pem");
    scene_say(&s, "Hello", 1);
    assert_int_equal(loop_send(s.fabrikam, loop_message(&s.loop, BOB, ALICE, "Hi"), 1), 0);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 2);
    /* The same trust in another object: nothing happens. */
    xmppfed_site_set_trust(s.contoso->site, plain);
    xmppfed_federation_tick(s.contoso->fed, s.loop.now);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 2);
    xmppfed_site_set_trust(s.contoso->site, revoking);
    xmppfed_federation_tick(s.contoso->fed, s.loop.now);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
    for (size_t i = 0; i < 2; i++) {
        const struct loop_event *down = loop_event(s.contoso, XMPPFED_EVENT_STREAM_DOWN, i);

        assert_non_null(down);
        assert_int_equal(down->code, 0);
        assert_non_null(strstr(down->text, "was revoked"));
    }
    xmppfed_trust_unref(plain);
    xmppfed_trust_unref(revoking);
    scene_fini(&s);
}

static void test_notes(void **state)
{
    static const struct {
        const char *name;
        int type;
        bool kept;
    } rows[] = {{"federated", FEDERATED, true},
                {"verified", VERIFIED, false},
                {"unverified", UNVERIFIED, false}};
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;
        xmppfed_element *e;
        const struct loop_event *got;

        print_message("# %s\n", rows[i].name);
        scene_init(&s, BY_EXTERNAL);
        scene_trust(&s, s.contoso, rows[i].type, BY_EXTERNAL);
        e = loop_presence(&s.loop, ALICE, BOB, NULL);
        xmppfed_element_add_text(xmppfed_element_add_child(e, "show", XMPPFED_NS_SERVER), "away");
        xmppfed_element_add_text(xmppfed_element_add_child(e, "status", XMPPFED_NS_SERVER),
                                 "Paris");
        assert_int_equal(loop_send(s.contoso, e, 1), 0);
        e = xmppfed_element_new(s.ctx, "message", XMPPFED_NS_SERVER);
        xmppfed_element_set_attribute(e, "from", ALICE);
        xmppfed_element_set_attribute(e, "to", BOB);
        xmppfed_element_set_attribute(e, "type", "headline");
        xmppfed_element_set_attribute(
            xmppfed_element_add_child(
                xmppfed_element_add_child(e, "event", "http://jabber.org/protocol/pubsub#event"),
                "items", "http://jabber.org/protocol/pubsub#event"),
            "node", "http://jabber.org/protocol/mood");
        assert_int_equal(loop_send(s.contoso, e, 2), 0);
        loop_run(&s.loop);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), rows[i].kept ? 2 : 1);
        got = loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 0);
        assert_non_null(xmppfed_element_child(got->element, "show", XMPPFED_NS_SERVER));
        assert_int_equal(xmppfed_element_child(got->element, "status", XMPPFED_NS_SERVER) != NULL,
                         rows[i].kept);
        assert_int_equal(loop_outcome(s.contoso, 2),
                         rows[i].kept ? XMPPFED_OUTCOME_ACKNOWLEDGED : XMPPFED_OUTCOME_BOUNCED);
        if (!rows[i].kept)
            assert_null(loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, 0)->element);
        scene_fini(&s);
    }
}

static void test_what_is_learnt(void **state)
{
    struct scene s;
    const struct loop_event *learnt;
    static const int contacts[] = {XMPPFED_CONTACT_MESSAGED, XMPPFED_CONTACT_ADDED,
                                   XMPPFED_CONTACT_NONE};
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    assert_int_equal(loop_send(s.contoso, loop_presence(&s.loop, ALICE, BOB, "subscribe"), 2), 0);
    assert_int_equal(loop_send(s.contoso, loop_presence(&s.loop, ALICE, BOB, "unsubscribe"), 3), 0);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_CONTACT_LEARNT), 3);
    for (size_t i = 0; i < 3; i++) {
        learnt = loop_event(s.contoso, XMPPFED_EVENT_CONTACT_LEARNT, i);
        assert_int_equal(learnt->contact, contacts[i]);
        assert_string_equal(learnt->local, ALICE);
        assert_string_equal(learnt->remote, BOB);
    }
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_CONTACT_LEARNT), 0);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inbound),
        cmocka_unit_test(test_hold_keeps_order),
        cmocka_unit_test(test_hold_outlives_its_stream),
        cmocka_unit_test(test_no_amplifier),
        cmocka_unit_test(test_outbound_refusals),
        cmocka_unit_test(test_partner_that_does_not_list_us),
        cmocka_unit_test(test_no_policy_at_all),
        cmocka_unit_test(test_reload_closes_former_partners),
        cmocka_unit_test(test_reload_closes_what_is_proved_too_weakly),
        cmocka_unit_test(test_reload_closes_what_is_revoked),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_what_is_learnt),
    };

    return cmocka_run_group_tests_name("pair/policy", tests, NULL, NULL);
}
