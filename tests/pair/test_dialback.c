/* test_dialback.c - the federation as receiving server: what peers can and cannot make it do. */
#include "scene.h"

#define HEADER_OF(from)                                                                  \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "                         \
    "xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams' " \
    "from='" from "' to='fabrikam.example' id='417GAF25' version='1.0'>"
#define HEADER HEADER_OF("contoso.example")
#define RESULT \
    "<db:result from='contoso.example' to='fabrikam.example'>0123456789abcdef</db:result>"

/* A peer of the test's own that says it is Contoso. */
static uint64_t intruder(struct scene *s, const char *text)
{
    uint64_t link;

    assert_int_equal(
        xmppfed_federation_accept(s->fabrikam->fed, "203.0.113.66", s->loop.now, &link), 0);
    loop_feed_text(s->fabrikam, link, text);
    loop_run(&s->loop);
    return link;
}

static bool is_up(const struct loop_side *side, uint64_t link)
{
    const struct loop_event *e;

    for (size_t i = 0; (e = loop_event(side, XMPPFED_EVENT_STREAM_UP, i)) != NULL; i++)
        if (e->link == link)
            return true;
    return false;
}

static void test_forged_key(void **state)
{
    struct scene s;
    uint64_t link;
    (void)state;

    scene_init(&s, BY_DIALBACK_TCP);
    link = intruder(&s, HEADER RESULT "<message from='" ALICE "' to='" BOB
                                      "'><body>Boo</body></message>");
    loop_advance(&s.loop, 60 * 1000);
    /* The real Contoso was asked, and said no. */
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 1);
    assert_false(is_up(s.fabrikam, link));
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 0);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    /* It leaves no mark on the real one. */
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    scene_fini(&s);
}

static void test_unsolicited_answers(void **state)
{
    static const struct {
        const char *name;
        const char *text;
    } rows[] = {
        {"verify", "<db:verify from='contoso.example' to='fabrikam.example' id='x' type='valid'/>"},
        {"result", "<db:result from='contoso.example' to='fabrikam.example' type='valid'/>"},
        {"verify without anything", "<db:verify/>"},
        {"result without anything", "<db:result/>"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;
        uint64_t link;

        print_message("# %s\n", rows[i].name);
        scene_init(&s, BY_DIALBACK_TCP);
        link = intruder(&s, HEADER);
        assert_int_equal(xmppfed_federation_feed(s.fabrikam->fed, link, rows[i].text,
                                                 strlen(rows[i].text), s.loop.now),
                         0);
        loop_run(&s.loop);
        /* The stream may be over by now; then there is nobody to hear it. */
        if (xmppfed_federation_feed(s.fabrikam->fed, link, "<message/>", 10, s.loop.now) < 0)
            assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
        loop_run(&s.loop);
        assert_false(is_up(s.fabrikam, link));
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 0);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 0);
        scene_fini(&s);
    }
}

static void test_no_dial_for_strangers(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_DIALBACK_TCP);
    (void)intruder(&s, HEADER_OF("stranger.example") "<db:result from='stranger.example' "
                                                     "to='fabrikam.example'>ab</db:result>");
    loop_advance(&s.loop, 40 * 1000);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 0);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DNS), 0);
    scene_fini(&s);
}

static void test_one_dial_for_many(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_DIALBACK_TCP);
    s.contoso->silent = true;
    for (int i = 0; i < 20; i++)
        (void)intruder(&s, HEADER RESULT RESULT RESULT);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 1);
    loop_advance(&s.loop, 16 * 1000);
    /* Not reached: all have their answer, and who asks now gets it at once. */
    (void)intruder(&s, HEADER RESULT);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 1);
    loop_advance(&s.loop, 6 * 1000);
    (void)intruder(&s, HEADER RESULT);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 2);
    scene_fini(&s);
}

static void test_pending_limit(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_DIALBACK_TCP);
    assert_int_equal(
        xmppfed_federation_set_option(s.fabrikam->fed, XMPPFED_OPTION_PENDING_CHECKS, 1), 0);
    s.contoso->silent = true;
    (void)intruder(&s, HEADER RESULT);
    (void)intruder(&s, HEADER RESULT);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 1);
    scene_fini(&s);
}

static void test_asker_hangs_up(void **state)
{
    struct scene s;
    uint64_t link;
    (void)state;

    scene_init(&s, BY_DIALBACK_TCP);
    s.contoso->silent = true;
    link = intruder(&s, HEADER RESULT);
    xmppfed_federation_closed(s.fabrikam->fed, link, "gone", s.loop.now);
    s.contoso->silent = false;
    loop_advance(&s.loop, 60 * 1000);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    assert_true(xmppfed_federation_deadline(s.fabrikam->fed) == XMPPFED_TIME_NEVER);
    scene_fini(&s);
}

/* A server that takes our connection and our questions and never answers. */
static void test_silent_authority(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_DIALBACK_TCP);
    (void)intruder(&s, HEADER RESULT);
    s.contoso->stuck = true;
    (void)intruder(&s, HEADER RESULT);
    loop_advance(&s.loop, 120 * 1000);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_UP), 0);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    scene_fini(&s);
}

/* All that a side has said so far, as text. */
static char told[8192];

static void keep_output(struct loop_side *side, const xmppfed_event *ev)
{
    xmppfed_slice out;
    size_t used = strlen(told);

    if (xmppfed_event_kind(ev) != XMPPFED_EVENT_OUTPUT)
        return;
    out = xmppfed_federation_output(side->fed, xmppfed_event_link(ev));
    assert_true(used + out.len < sizeof(told));
    if (out.len > 0)
        memcpy(told + used, out.data, out.len);
    told[used + out.len] = '\0';
}

/* XEP-0220 2.5: an error in step 3, and an authority that leaves without a word about the key. */
static void test_authority_without_verdict(void **state)
{
    static const struct {
        const char *name;
        const char *before; /* the id */
        const char *after;
        const char *condition;
    } rows[] = {
        {"error", "<db:verify from='contoso.example' to='fabrikam.example' type='error' id='",
         "'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
         "</error></db:verify>",
         "<remote-server-not-found "},
        {"end", "<!-- ", "", "<remote-server-timeout "},
        {"no such host",
         "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
         "<!-- ",
         "", "<remote-server-not-found "},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char answer[512];
        const char *id;
        uint64_t asker;
        uint64_t authority;
        struct scene s;

        scene_init(&s, BY_DIALBACK_TCP);
        s.contoso->silent = true;
        s.fabrikam->on_event = keep_output;
        told[0] = '\0';
        asker = intruder(&s, HEADER RESULT);
        id = strstr(told, " id='");
        assert_non_null(id);
        authority = loop_event(s.fabrikam, XMPPFED_EVENT_DIAL, 0)->link;
        xmppfed_federation_connected(s.fabrikam->fed, authority, s.loop.now);
        loop_feed_text(s.fabrikam, authority,
                       HEADER_OF("contoso.example") "<stream:features><dialback "
                                                    "xmlns='urn:xmpp:features:dialback'/>"
                                                    "</stream:features>");
        loop_run(&s.loop);
        snprintf(answer, sizeof(answer), "%s%.*s%s", rows[i].before, (int)strcspn(id + 5, "'"),
                 id + 5, rows[i].after);
        loop_feed_text(s.fabrikam, authority, answer);
        loop_run(&s.loop);
        if (!strstr(told, rows[i].condition))
            fail_msg("%s: %s", rows[i].name, told);
        assert_false(is_up(s.fabrikam, asker));
        scene_fini(&s);
    }
}

static void test_check_stream_ends(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_DIALBACK_TLS);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 2);
    loop_advance(&s.loop, 6 * 1000);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 1);
    scene_fini(&s);
}

static void test_standing_stream_is_used(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s, BY_DIALBACK_TLS);
    /* Fabrikam has a stream to Contoso already; it carries the check of the way back. */
    assert_int_equal(loop_send(s.fabrikam, loop_message(&s.loop, BOB, ALICE, "Hi"), 1), 0);
    loop_advance(&s.loop, 10 * 1000);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 1);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 1);
    scene_fini(&s);
}

/* XEP-0344: who may ask for no check is not dialled for one. */
static void test_certificate_for_a_key(void **state)
{
    static const struct {
        const char *name;
        const char *cert;
        bool set;
        int proof;
        size_t dials;
    } rows[] = {
        {"proved by its certificate", "contoso", true, XMPPFED_PROOF_PKIX, 0},
        {"checked all the same", "contoso", false, XMPPFED_PROOF_DIALBACK_TLS, 1},
        {"proved by nothing else", "fabrikam-selfsigned", true, XMPPFED_PROOF_DIALBACK_TLS, 1},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct loop_event *e;
        struct scene s;

        scene_init_certs(&s, rows[i].cert, "fabrikam");
        scene_trust(&s, s.contoso, XMPPFED_PARTNER_FEDERATED, BY_DIALBACK_TLS);
        {
            const struct loop_partner partners[] = {{.domain = "contoso.example",
                                                     .type = XMPPFED_PARTNER_FEDERATED,
                                                     .number = s.contoso->number,
                                                     .key_by_certificate = rows[i].set},
                                                    {.domain = NULL}};

            loop_policy(s.fabrikam, partners);
        }
        scene_say(&s, "Hello", 1);
        loop_run(&s.loop);
        e = loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 0);
        if (loop_outcome(s.contoso, 1) != XMPPFED_OUTCOME_ACKNOWLEDGED || !e ||
            e->proof != rows[i].proof ||
            loop_count(s.fabrikam, XMPPFED_EVENT_DIAL) != rows[i].dials)
            fail_msg("%s", rows[i].name);
        scene_fini(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forged_key),
        cmocka_unit_test(test_unsolicited_answers),
        cmocka_unit_test(test_no_dial_for_strangers),
        cmocka_unit_test(test_one_dial_for_many),
        cmocka_unit_test(test_pending_limit),
        cmocka_unit_test(test_asker_hangs_up),
        cmocka_unit_test(test_silent_authority),
        cmocka_unit_test(test_authority_without_verdict),
        cmocka_unit_test(test_check_stream_ends),
        cmocka_unit_test(test_standing_stream_is_used),
        cmocka_unit_test(test_certificate_for_a_key),
    };

    return cmocka_run_group_tests_name("pair/dialback", tests, NULL, NULL);
}
