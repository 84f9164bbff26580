/* test_strangers.c - how little somebody gets who has proved nothing, or is no listed partner. */
#include "scene.h"

#define OPEN "stranger.example"

#define HEADER                                                                           \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "                         \
    "xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams' " \
    "from='" OPEN "' to='fabrikam.example' version='1.0'>"

/* Fabrikam: contoso.example is a partner by dialback, and so is everybody if open is set. */
static void set_policy(struct scene *s, bool open, uint32_t limit)
{
    xmppfed_policy_builder *b = NULL;
    xmppfed_policy *policy = NULL;
    xmppfed_problem why = {0};
    xmppfed_partner *p = NULL;

    assert_int_equal(xmppfed_policy_builder_new(s->ctx, &b), 0);
    xmppfed_policy_builder_set_federation(b, 1);
    assert_int_equal(
        xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "",
                                          XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP, &why),
        0);
    assert_int_equal(
        xmppfed_policy_builder_set_gateway(b, XMPPFED_GATEWAY_CONNECTION_LIMIT, limit, &why), 0);
    assert_int_equal(xmppfed_policy_builder_add_partner(b, "contoso.example", &why, &p), 0);
    assert_int_equal(xmppfed_partner_set_type(p, XMPPFED_PARTNER_FEDERATED), 0);
    assert_int_equal(xmppfed_partner_add_address(p, "192.0.2.1", 5269, &why), 0);
    if (open) {
        assert_int_equal(xmppfed_policy_builder_open_federation(b, &p), 0);
        assert_int_equal(xmppfed_partner_set_tls(p, XMPPFED_NOT_SUPPORTED), 0);
        assert_int_equal(xmppfed_partner_set_sasl(p, XMPPFED_NOT_SUPPORTED), 0);
        xmppfed_partner_set_allow_plaintext(p, 1);
    }
    if (xmppfed_policy_builder_finish(b, &why, &policy) < 0)
        fail_msg("%s", why.text);
    xmppfed_site_set_policy(s->fabrikam->site, policy);
    xmppfed_policy_unref(policy);
    xmppfed_policy_builder_free(b);
}

static void scene_open(struct scene *s, uint32_t limit)
{
    scene_init(s, BY_EXTERNAL);
    set_policy(s, true, limit);
}

static int accept_from(struct scene *s, const char *address, uint64_t *ret_link)
{
    return xmppfed_federation_accept(s->fabrikam->fed, address, s->loop.now, ret_link);
}

static uint64_t intruder(struct scene *s, const char *text)
{
    uint64_t link = 0;

    assert_int_equal(accept_from(s, "203.0.113.66", &link), 0);
    loop_feed_text(s->fabrikam, link, text);
    loop_run(&s->loop);
    return link;
}

/* ---- their share of the connections ------------------------------------------------------ */

static void test_one_address(void **state)
{
    static const struct {
        const char *name;
        const char *addresses[2]; /* taken in turn */
        int most;                 /* of a limit of 8 */
    } rows[] = {
        {"one address", {"203.0.113.66", "203.0.113.66"}, 4},
        {"two addresses", {"203.0.113.66", "203.0.113.67"}, 6},
        {"one network of IPv6", {"2001:db8::1", "2001:db8:0:0:ffff::2"}, 4},
        {"two networks of IPv6", {"2001:db8::1", "2001:db8:0:1::1"}, 6},
        {"IPv4 seen through IPv6", {"::ffff:203.0.113.66", "::ffff:203.0.113.67"}, 6},
        {"no address", {NULL, "not an address, and far too long to be one of any kind"}, 4},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;
        uint64_t link = 0;
        int taken = 0;

        print_message("# %s\n", rows[i].name);
        scene_open(&s, 8);
        for (int n = 0; n < 20; n++)
            taken += accept_from(&s, rows[i].addresses[n % 2], &link) == 0;
        assert_int_equal(taken, rows[i].most);
        /* A place becomes free again. */
        xmppfed_federation_closed(s.fabrikam->fed, link, NULL, s.loop.now);
        loop_run(&s.loop);
        assert_int_equal(accept_from(&s, "203.0.113.66", &link), 0);
        scene_fini(&s);
    }
}

/* Whoever holds all places for strangers keeps out neither our own dials nor those who are up. */
static void test_partners_go_on(void **state)
{
    struct scene s;
    uint64_t link;
    (void)state;

    scene_open(&s, 8);
    scene_say(&s, "one", 1);
    loop_advance(&s.loop, 10 * 1000);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    while (accept_from(&s, "203.0.113.66", &link) == 0)
        ;
    while (accept_from(&s, "203.0.113.67", &link) == 0)
        ;
    /* Contoso, which is up, is none of the strangers. */
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 7);
    assert_int_equal(loop_send(s.fabrikam, loop_message(&s.loop, BOB, ALICE, "Hi"), 2), 0);
    scene_say(&s, "two", 3);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.fabrikam, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_outcome(s.contoso, 3), XMPPFED_OUTCOME_ACKNOWLEDGED);
    scene_fini(&s);
}

/* ---- their share of memory --------------------------------------------------------------- */

/* Takes all events and leaves the bytes where they are; true when the stream is over. */
static bool ends(struct scene *s)
{
    const xmppfed_event *ev;
    bool down = false;

    while (xmppfed_federation_next_event(s->fabrikam->fed, s->loop.now, &ev) == 1)
        if (xmppfed_event_kind(ev) == XMPPFED_EVENT_STREAM_DOWN) {
            assert_int_equal(xmppfed_error_class(xmppfed_event_code(ev)), XMPPFED_CLASS_LIMIT);
            down = true;
        }
    return down;
}

/* Answers that are never fetched do not pile up. */
static void test_answers_not_fetched(void **state)
{
    static const char question[] =
        "<db:verify from='" OPEN "' to='fabrikam.example' id='x'>k</db:verify>";
    struct scene s;
    uint64_t link;
    size_t most = 0;
    bool over = false;
    (void)state;

    scene_open(&s, 8);
    link = intruder(&s, HEADER);
    for (int i = 0; i < 20000 && !over; i++) {
        s.loop.now += 40; /* as fast as the rate of a stranger lets them through */
        assert_int_equal(xmppfed_federation_feed(s.fabrikam->fed, link, question,
                                                 sizeof(question) - 1, s.loop.now),
                         0);
        over = ends(&s);
        if (xmppfed_federation_output(s.fabrikam->fed, link).len > most)
            most = xmppfed_federation_output(s.fabrikam->fed, link).len;
    }
    assert_true(over);
    assert_in_range(most, 1, 512 * 1024);
    scene_fini(&s);
}

/* ---- what they can make us do ------------------------------------------------------------ */

/* Keys for many domains: few are looked into at a time, and each costs one look-up. */
static void test_many_keys(void **state)
{
    struct scene s;
    uint64_t link;
    (void)state;

    scene_open(&s, 8);
    s.fabrikam->rcode = -2;
    link = intruder(&s, HEADER);
    for (int i = 0; i < 100; i++) {
        char key[200];

        (void)snprintf(key, sizeof(key),
                       "<db:result from='n%d.example' to='fabrikam.example'>ab</db:result>", i);
        loop_feed_text(s.fabrikam, link, key);
        loop_run(&s.loop);
    }
    /* Eight look-ups, of at most four questions each. */
    assert_in_range(loop_count(s.fabrikam, XMPPFED_EVENT_DNS), 1, 4 * 8);
    scene_fini(&s);
}

/* Keys that fail at once do not buy more of them at once. */
static void test_fast_keys(void **state)
{
    struct scene s;
    uint64_t link;
    (void)state;

    scene_open(&s, 8);
    s.fabrikam->rcode = 3;
    link = intruder(&s, HEADER);
    for (int i = 0; i < 300; i++) {
        char key[200];

        (void)snprintf(key, sizeof(key),
                       "<db:result from='n%d.example' to='fabrikam.example'>ab</db:result>", i);
        loop_feed_text(s.fabrikam, link, key);
        loop_run(&s.loop);
    }
    assert_in_range(loop_count(s.fabrikam, XMPPFED_EVENT_DNS), 1, 4 * 50);
    scene_fini(&s);
}

/* A stranger's DNS names a machine behind the firewall. */
static void test_private_addresses(void **state)
{
    static const struct {
        const char *name;
        uint8_t network;
        size_t dials;
    } rows[] = {{"public", 0, 1}, {"private", 7, 0}};
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;

        print_message("# %s\n", rows[i].name);
        scene_open(&s, 8);
        s.fabrikam->rcode = 0;
        s.fabrikam->hosts[0] = 9;
        s.fabrikam->network = rows[i].network;
        (void)intruder(&s,
                       HEADER "<db:result from='" OPEN "' to='fabrikam.example'>ab</db:result>");
        assert_true(loop_count(s.fabrikam, XMPPFED_EVENT_DNS) > 0);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), rows[i].dials);
        scene_fini(&s);
    }
}

/* Somebody asks and leaves: the round of dials ends with the attempt that is under way. */
static void test_no_dials_for_nobody(void **state)
{
    struct scene s;
    uint64_t link;
    (void)state;

    scene_open(&s, 8);
    s.fabrikam->rcode = 0;
    s.fabrikam->hosts[0] = 1;
    s.fabrikam->hosts[1] = 1;
    s.contoso->silent = true;
    link = intruder(&s, HEADER "<db:result from='" OPEN "' to='fabrikam.example'>ab</db:result>");
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 1);
    xmppfed_federation_closed(s.fabrikam->fed, link, NULL, s.loop.now);
    loop_advance(&s.loop, 120 * 1000);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 1);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    scene_fini(&s);
}

/* ---- hosts that call back from within an event -------------------------------------------- */

static uint64_t dice;

static unsigned roll(unsigned sides)
{
    dice = dice * UINT64_C(6364136223846793005) + 1;
    return (unsigned)(dice >> 33) % sides;
}

/* Does what a host may do at any time, about this link or a neighbour, known or not. */
static void meddle(struct loop_side *s, const xmppfed_event *ev)
{
    uint64_t link = roll(4) ? xmppfed_event_link(ev) : roll(12);
    xmppfed_time now = s->loop->now;
    bool contoso = strcmp(s->domain, "contoso.example") == 0;

    switch (roll(12)) {
    case 0:
        xmppfed_federation_closed(s->fed, link, "meddled", now);
        break;
    case 1:
        (void)!loop_send(
            s, loop_message(s->loop, contoso ? ALICE : BOB, contoso ? BOB : ALICE, "x"), 100);
        break;
    case 2:
        (void)!xmppfed_federation_contact(s->fed, xmppfed_event_token(ev), (int)roll(6), now);
        break;
    case 3:
        xmppfed_federation_tick(s->fed, now);
        break;
    case 4:
        (void)!xmppfed_federation_feed(s->fed, link, "<x/>", roll(5), now);
        break;
    case 5:
        xmppfed_federation_sent(s->fed, link, roll(100), now);
        break;
    case 6:
        xmppfed_federation_dns_failed(s->fed, xmppfed_event_token(ev), now);
        break;
    case 7:
        (void)!xmppfed_federation_connected(s->fed, link, now);
        break;
    default:
        (void)xmppfed_federation_output(s->fed, link);
        break;
    }
}

static void test_meddling_hosts(void **state)
{
    static const enum scene_proof proofs[] = {BY_EXTERNAL, BY_DIALBACK_TLS, BY_DIALBACK_TCP};
    (void)state;

    for (unsigned seed = 1; seed <= 60; seed++) {
        struct scene s;
        size_t sent = 0;

        dice = seed;
        scene_init(&s, proofs[seed % 3]);
        scene_trust(&s, s.fabrikam, XMPPFED_PARTNER_PUBLIC_UNVERIFIED, proofs[seed % 3]);
        s.contoso->on_event = meddle;
        s.fabrikam->on_event = meddle;
        for (uint64_t cookie = 1; cookie <= 5; cookie++) {
            sent += loop_send(s.contoso, loop_message(&s.loop, ALICE, BOB, "Hi"), cookie) == 0;
            loop_advance(&s.loop, 700 * roll(10));
        }
        s.contoso->on_event = NULL;
        s.fabrikam->on_event = NULL;
        loop_advance(&s.loop, 200 * 1000);
        /* Whatever the host did, each stanza has come to its one end. */
        for (uint64_t cookie = 1; cookie <= sent; cookie++)
            assert_true(loop_outcome(s.contoso, cookie) > 0);
        scene_fini(&s);
    }
}

/* ---- reloads ----------------------------------------------------------------------------- */

/* A new policy acts with the next event that is asked for, not with some later deadline. */
static void test_reload_acts_at_once(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 1);
    xmppfed_site_set_policy(s.fabrikam->site, NULL);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    scene_fini(&s);
}

/* A domain of ours that is taken out keeps no stream of its own. */
static void test_own_domain_taken_out(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 1);
    assert_int_equal(xmppfed_site_remove_domain(s.contoso->site, "contoso.example"), 0);
    scene_trust(&s, s.contoso, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL);
    loop_run(&s.loop);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
    scene_fini(&s);
}

/* A stanza that is held while its domain is taken out reaches nobody. */
static void test_own_domain_taken_out_meanwhile(void **state)
{
    struct scene s;
    const struct loop_event *wanted;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_trust(&s, s.fabrikam, XMPPFED_PARTNER_PUBLIC_UNVERIFIED, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    wanted = loop_event(s.fabrikam, XMPPFED_EVENT_CONTACT_WANTED, 0);
    assert_non_null(wanted);
    assert_int_equal(xmppfed_site_remove_domain(s.fabrikam->site, "fabrikam.example"), 0);
    assert_int_equal(xmppfed_federation_contact(s.fabrikam->fed, wanted->token,
                                                XMPPFED_CONTACT_ADDED, s.loop.now),
                     0);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 0);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_address),
        cmocka_unit_test(test_partners_go_on),
        cmocka_unit_test(test_answers_not_fetched),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_fast_keys),
        cmocka_unit_test(test_private_addresses),
        cmocka_unit_test(test_no_dials_for_nobody),
        cmocka_unit_test(test_meddling_hosts),
        cmocka_unit_test(test_reload_acts_at_once),
        cmocka_unit_test(test_own_domain_taken_out),
        cmocka_unit_test(test_own_domain_taken_out_meanwhile),
    };

    return cmocka_run_group_tests_name("pair/strangers", tests, NULL, NULL);
}
