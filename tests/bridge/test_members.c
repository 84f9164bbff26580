/* test_members.c - several bridges with one ledger: names, errors for each other, and legacies. */
#include "bridge/fixture.h"

/* Both have the file of the first. */
struct pair {
    struct fixture *one;
    struct fixture *two;
};

static void setup_pair(struct pair *p)
{
    void *state = NULL;

    fixture_setup(&state);
    p->one = state;
    fixture_on_disk(p->one);
    fixture_setup(&state);
    p->two = state;
    p->two->settings.member = "two";
    p->two->settings.ledger = p->one->ledger;
    fixture_crash(p->two, true);
}

static void teardown_pair(struct pair *p)
{
    void *two = p->two;
    void *one = p->one;

    fixture_teardown(&two);
    fixture_teardown(&one);
}

/* The process of the first is gone, and is not started again. */
static void kill_one(struct pair *p)
{
    bridge_free(p->one->bridge);
    p->one->bridge = NULL;
}

static void send_error(struct fixture *f, const char *id)
{
    char xml[512];

    snprintf(xml, sizeof(xml),
             "<message type='error' id='%s' from='" BOB "' to='" ALICE "'><error type='cancel'>"
             "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
             id);
    fixture_stanza(f, xml);
}

/* An error that comes to another member than the one with the request: that one answers. */
static void test_error_elsewhere(void **state)
{
    struct pair p;

    (void)state;
    setup_pair(&p);
    fixture_message(p.one, 1, "c", ALICE, BOB, "x");
    expect_out(p.one, "sent", "xmpp <message*\n");
    send_error(p.two, p.one->ids[0]);
    expect_out(p.two, "not its own", "");
    fixture_wait(p.one, 1100);
    expect_out(p.one, "within the grace", "answer 1 604 *\n");
    fixture_message(p.two, 2, "c", ALICE, BOB, "x");
    expect_out(p.two, "the same request", "answer 2 604 *\n");
    fixture_message(p.one, 3, "d", ALICE, BOB, "y");
    fixture_wait(p.one, 2100);
    expect_out(p.one, "accepted", "xmpp <message*\nanswer 3 202 Accepted\n");
    send_error(p.two, p.one->ids[1]);
    expect_out(p.two, "late", "sip MESSAGE <sip:" BOB "> <sip:" ALICE "> Your message was not*\n");
    send_error(p.one, p.one->ids[1]);
    expect_out(p.one, "told already", "");
    teardown_pair(&p);
}

/* At the end of the grace the error of the other is seen even if no tick saw it before. */
static void test_error_at_the_end(void **state)
{
    struct pair p;

    (void)state;
    setup_pair(&p);
    fixture_wait(p.one, 100);
    fixture_message(p.one, 1, "c", ALICE, BOB, "x");
    p.one->now += 1950;
    send_error(p.two, p.one->ids[0]);
    p.one->now += 100;
    bridge_tick(p.one->bridge, p.one->now);
    expect_out(p.one, "both at once", "xmpp <message*\nanswer 1 604 *\n");
    teardown_pair(&p);
}

/* Two members get the same request: one sends it. */
static void test_merged(void **state)
{
    struct pair p;

    (void)state;
    setup_pair(&p);
    fixture_message(p.one, 1, "c", ALICE, BOB, "x");
    fixture_message(p.two, 2, "c", ALICE, BOB, "x");
    expect_out(p.one, "the first", "xmpp <message*\n");
    expect_out(p.two, "the second", "answer 2 482 \n");
    teardown_pair(&p);
}

/* One is killed and not started again: the other takes over all that it had. */
static void test_adoption(void **state)
{
    struct pair p;

    (void)state;
    setup_pair(&p);
    fixture_message(p.one, 1, "c", ALICE, BOB, "x");
    fixture_message(p.one, 2, "e", ALICE, BOB, "z");
    send_error(p.one, p.one->ids[1]);
    fixture_stanza(p.one, "<message id='a' from='" BOB "' to='" ALICE "'><body>b</body></message>");
    fixture_link(p.one, false);
    fixture_stanza(p.one, "<iq type='get' id='q' from='" BOB "' to='" ALICE "'/>");
    fixture_wait(p.two, 1100);
    expect_out(p.two, "the other lives", "");
    kill_one(&p);
    fixture_wait(p.two, 1200);
    expect_out(p.two, "and is gone",
               "tell the bridge one is gone*\nxmpp <iq*id='q'*\n"
               "xmpp <message*id='a'*type='error'*remote-server-timeout*not known*\n");
    fixture_message(p.two, 3, "e", ALICE, BOB, "z");
    expect_out(p.two, "answered before", "answer 3 604 *\n");
    fixture_wait(p.two, 3000);
    expect_out(p.two, "once", "");
    fixture_open(p.one, true);
    fixture_wait(p.one, 3000);
    expect_out(p.one, "nothing is left for it",
               "xmpp <message*\nxmpp <message*\nanswer 2 604*\nsip *\n*");
    teardown_pair(&p);
}

/* Two of one name would take each other's messages for their own. */
static void test_same_name(void **state)
{
    struct bridge_settings settings;
    struct bridge *other = NULL;
    struct complaint why;
    struct fixture *f = *state;

    fixture_on_disk(f);
    settings = f->settings;
    assert_false(
        bridge_new(f->ctx, &settings, &(struct bridge_ports){.user = f}, f->now, &other, &why));
    assert_true(fits(why.text, "another bridge*is called one too*"));
    settings.member = "a/b";
    assert_false(
        bridge_new(f->ctx, &settings, &(struct bridge_ports){.user = f}, f->now, &other, &why));
    assert_true(fits(why.text, "*no slash"));
    settings.member = "";
    assert_false(
        bridge_new(f->ctx, &settings, &(struct bridge_ports){.user = f}, f->now, &other, &why));
    settings.member = "three";
    settings.ledger = "/nowhere/at/all";
    assert_false(
        bridge_new(f->ctx, &settings, &(struct bridge_ports){.user = f}, f->now, &other, &why));
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_elsewhere), cmocka_unit_test(test_error_at_the_end),
        cmocka_unit_test(test_merged),          cmocka_unit_test(test_adoption),
        fixture_test(test_same_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
