/* test_sharing.c - pairs of domains that share a stream of ours (XEP-0220 2.6), and those that may
 * not. */
#include "scene.h"

#include "federation/link.h"
#include "support/certs.h"
#include "support/tlsa.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"
#define ROOMS_HERE "rooms.contoso.example"
#define ROOMS_THERE "rooms.fabrikam.example"

static void host_rooms(struct loop_side *side, const char *domain, const char *cert)
{
    xmppfed_credentials *credentials = test_credentials(side->loop->ctx, cert);

    assert_int_equal(xmppfed_site_set_domain(side->site, domain, credentials), 0);
    xmppfed_credentials_unref(credentials);
}

/* What a side knows of both domains of the other. */
static void trust_both(struct loop_side *side, const struct loop_side *other, const char *rooms,
                       enum scene_proof proof)
{
    const struct loop_partner partners[] = {
        scene_partner(other->domain, other->number, XMPPFED_PARTNER_FEDERATED, proof),
        scene_partner(rooms, other->number, XMPPFED_PARTNER_FEDERATED, proof),
        {.domain = NULL}};

    loop_policy(side, partners);
}

/* Either side hosts two domains at one address. */
static void open_rooms(struct scene *s, enum scene_proof proof)
{
    scene_init(s, proof);
    host_rooms(s->contoso, ROOMS_HERE, "contoso");
    host_rooms(s->fabrikam, ROOMS_THERE, "fabrikam");
    trust_both(s->contoso, s->fabrikam, ROOMS_THERE, proof);
    trust_both(s->fabrikam, s->contoso, ROOMS_HERE, proof);
}

static void say(struct scene *s, const char *from, const char *to, uint64_t cookie)
{
    char sender[64];
    char target[64];

    (void)snprintf(sender, sizeof(sender), "a@%s", from);
    (void)snprintf(target, sizeof(target), "b@%s", to);
    assert_int_equal(loop_send(s->contoso, loop_message(&s->loop, sender, target, "Hi"), cookie),
                     0);
}

/* The first pair, whose stream is there to be shared. */
static void open_first(struct scene *s)
{
    say(s, CONTOSO, FABRIKAM, 1);
    loop_run(&s->loop);
    assert_int_equal(loop_outcome(s->contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s->contoso, XMPPFED_EVENT_DIAL), 1);
}

static size_t ups_of(const struct loop_side *side, const char *local, const char *remote)
{
    const struct loop_event *e;
    size_t count = 0;

    for (size_t i = 0; (e = loop_event(side, XMPPFED_EVENT_STREAM_UP, i)) != NULL; i++)
        count += strcmp(e->local, local) == 0 && strcmp(e->remote, remote) == 0;
    return count;
}

static const struct {
    const char *from;
    const char *to;
} others[] = {{ROOMS_HERE, FABRIKAM}, {CONTOSO, ROOMS_THERE}, {ROOMS_HERE, ROOMS_THERE}};

enum { OTHERS = sizeof(others) / sizeof(others[0]) };

static void test_one_stream_for_all(void **state)
{
    static const enum scene_proof proofs[] = {BY_DIALBACK_TLS, BY_DIALBACK_TCP};
    (void)state;

    for (size_t p = 0; p < 2; p++) {
        xmppfed_link_info info = {.size = sizeof(info)};
        struct scene s;

        open_rooms(&s, proofs[p]);
        open_first(&s);
        for (size_t i = 0; i < OTHERS; i++) {
            say(&s, others[i].from, others[i].to, 2 + i);
            loop_run(&s.loop);
            if (loop_outcome(s.contoso, 2 + i) != XMPPFED_OUTCOME_ACKNOWLEDGED ||
                ups_of(s.contoso, others[i].from, others[i].to) != 1)
                fail_msg("%s to %s", others[i].from, others[i].to);
        }
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 1);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1 + OTHERS);
        assert_int_equal(
            xmppfed_federation_link_info(s.contoso->fed,
                                         loop_event(s.contoso, XMPPFED_EVENT_DIAL, 0)->link, &info),
            0);
        assert_int_equal(info.pairs, 1 + OTHERS);
        scene_fini(&s);
    }
}

/* Pairs that wait for one another to be proved do not get in each other's way. */
static void test_several_at_once(void **state)
{
    struct scene s;
    (void)state;

    open_rooms(&s, BY_DIALBACK_TLS);
    open_first(&s);
    for (size_t i = 0; i < OTHERS; i++)
        for (size_t k = 0; k < 3; k++)
            say(&s, others[i].from, others[i].to, 10 * (i + 1) + k);
    loop_run(&s.loop);
    for (size_t i = 0; i < OTHERS; i++)
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(loop_outcome(s.contoso, 10 * (i + 1) + k),
                             XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 1);
    scene_fini(&s);
}

/* ---- those that get a stream of their own ---------------------------------------------------- */

static void turn_off(struct scene *s)
{
    assert_int_equal(xmppfed_federation_set_option(s->contoso->fed, XMPPFED_OPTION_MULTIPLEX, 0),
                     0);
}

/* The record of the second domain differs from that of the first. */
static void set_rooms(struct scene *s, struct loop_partner rooms)
{
    struct loop_partner partners[] = {
        scene_partner(FABRIKAM, s->fabrikam->number, XMPPFED_PARTNER_FEDERATED, BY_DIALBACK_TLS),
        rooms,
        {.domain = NULL}};

    loop_policy(s->contoso, partners);
}

static struct loop_partner rooms_partner(const struct scene *s)
{
    return scene_partner(ROOMS_THERE, s->fabrikam->number, XMPPFED_PARTNER_FEDERATED,
                         BY_DIALBACK_TLS);
}

static void demand_sasl(struct scene *s)
{
    struct loop_partner rooms = rooms_partner(s);

    rooms.sasl = XMPPFED_REQUIRED;
    rooms.no_dialback = true;
    set_rooms(s, rooms);
}

static void demand_dane(struct scene *s)
{
    struct loop_partner rooms = rooms_partner(s);

    rooms.dane = XMPPFED_DANE_REQUIRED;
    rooms.sasl = XMPPFED_OPTIONAL;
    set_rooms(s, rooms);
}

/* The same server by another address, of which nobody says that it is the same. */
static void other_address(struct scene *s)
{
    struct loop_partner rooms = rooms_partner(s);
    struct loop_side *other = loop_add(&s->loop, ROOMS_THERE, "fabrikam");

    trust_both(other, s->contoso, ROOMS_HERE, BY_DIALBACK_TLS);
    rooms.number = other->number;
    set_rooms(s, rooms);
}

/* Its server is only the second choice of the other domain. */
static void lower_priority(struct scene *s)
{
    struct loop_partner rooms = rooms_partner(s);
    struct loop_side *other = loop_add(&s->loop, ROOMS_THERE, "fabrikam");

    trust_both(other, s->contoso, ROOMS_HERE, BY_DIALBACK_TLS);
    rooms.more[0] = rooms.number;
    rooms.number = other->number;
    set_rooms(s, rooms);
}

static void test_streams_of_their_own(void **state)
{
    static const struct {
        const char *name;
        void (*prepare)(struct scene *s);
        bool fails; /* and what it asks for is not to be had */
    } rows[] = {
        {"turned off", turn_off, false},
        {"a record that demands SASL", demand_sasl, true},
        {"a record that demands DANE", demand_dane, true},
        {"another server", other_address, false},
        {"a better server", lower_priority, false},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;

        open_rooms(&s, BY_DIALBACK_TLS);
        rows[i].prepare(&s);
        open_first(&s);
        say(&s, CONTOSO, ROOMS_THERE, 2);
        loop_run(&s.loop);
        if (loop_count(s.contoso, XMPPFED_EVENT_DIAL) != 2 ||
            (loop_outcome(s.contoso, 2) == XMPPFED_OUTCOME_ACKNOWLEDGED) == rows[i].fails)
            fail_msg("%s", rows[i].name);
        /* No key of this pair has been on the stream of the other. */
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_PAIR_REFUSED), 0);
        scene_fini(&s);
    }
}

/* Default records, by which a certificate or dialback proves a partner. */
static void trust_by_any(struct loop_side *side, const struct loop_side *other, const char *rooms)
{
    const struct loop_partner partners[] = {
        {.domain = other->domain, .type = XMPPFED_PARTNER_FEDERATED, .number = other->number},
        {.domain = rooms, .type = XMPPFED_PARTNER_FEDERATED, .number = other->number},
        {.domain = NULL}};

    loop_policy(side, partners);
}

/*
 * What a certificate may prove does not make do with dialback because there is a stream; where the
 * server has nothing better to offer, it does.
 */
static void test_certificates_come_first(void **state)
{
    static const struct {
        const char *fabrikam;
        int proof;
        size_t dials;
    } rows[] = {{"fabrikam", XMPPFED_PROOF_PKIX, 2},
                {"fabrikam-selfsigned", XMPPFED_PROOF_DIALBACK_TLS, 1}};
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        struct scene s;

        scene_init_certs(&s, "contoso", rows[i].fabrikam);
        host_rooms(s.contoso, ROOMS_HERE, "contoso");
        trust_by_any(s.contoso, s.fabrikam, ROOMS_THERE);
        trust_by_any(s.fabrikam, s.contoso, ROOMS_HERE);
        open_first(&s);
        assert_int_equal(loop_event(s.contoso, XMPPFED_EVENT_STREAM_UP, 0)->proof, rows[i].proof);
        say(&s, ROOMS_HERE, FABRIKAM, 2);
        loop_run(&s.loop);
        assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), rows[i].dials);
        scene_fini(&s);
    }
}

/*
 * By DNS: one server of two domains, whose TLSA records would have to be judged for the second one,
 * whether they were known for the first or not.
 */
static void test_servers_from_dns(void **state)
{
    static const struct {
        const char *name;
        bool secure; /* DNS about the first */
        bool then;   /* ... and the second */
        size_t dials;
    } rows[] = {{"the same server", false, false, 1},
                {"with records that bind it", true, true, 2},
                {"with records for the second", false, true, 2}};
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct test_promise promise = {3, 1, 1, "fabrikam"};
        uint8_t octets[TEST_TLSA_SIZE];
        xmppfed_tlsa record = test_tlsa(&promise, octets);
        struct scene s;

        open_rooms(&s, BY_DIALBACK_TLS);
        s.contoso->rcode = 0;
        s.contoso->hosts[0] = s.fabrikam->number;
        s.contoso->secure = rows[i].secure;
        s.contoso->tlsa = &record;
        s.contoso->tlsa_count = 1;
        assert_int_equal(
            xmppfed_federation_set_option(s.contoso->fed, XMPPFED_OPTION_DNS_TRUSTED, 1), 0);
        {
            const struct loop_partner partners[] = {
                scene_partner(FABRIKAM, 0, XMPPFED_PARTNER_FEDERATED, BY_DIALBACK_TLS),
                scene_partner(ROOMS_THERE, 0, XMPPFED_PARTNER_FEDERATED, BY_DIALBACK_TLS),
                {.domain = NULL}};

            loop_policy(s.contoso, partners);
        }
        open_first(&s);
        s.contoso->secure = rows[i].then;
        say(&s, CONTOSO, ROOMS_THERE, 2);
        loop_run(&s.loop);
        if (loop_outcome(s.contoso, 2) != XMPPFED_OUTCOME_ACKNOWLEDGED ||
            loop_count(s.contoso, XMPPFED_EVENT_DIAL) != rows[i].dials)
            fail_msg("%s", rows[i].name);
        scene_fini(&s);
    }
}

/* ---- pairs that fail ------------------------------------------------------------------------- */

/* One pair fails; that of the stream, and one more, go on as if nothing had happened. */
static void expect_others_go_on(struct scene *s)
{
    say(s, CONTOSO, FABRIKAM, 90);
    say(s, ROOMS_HERE, FABRIKAM, 91);
    loop_run(&s->loop);
    assert_int_equal(loop_outcome(s->contoso, 90), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_outcome(s->contoso, 91), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s->contoso, XMPPFED_EVENT_STREAM_DOWN), 0);
}

static void test_a_pair_that_fails(void **state)
{
    const struct loop_event *refused;
    const struct loop_event *outcome;
    struct scene s;
    (void)state;

    open_rooms(&s, BY_DIALBACK_TLS);
    open_first(&s);
    /* Fabrikam asks about the key, and nobody answers for the domain. */
    say(&s, ROOMS_HERE, FABRIKAM, 2);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
    s.contoso->refuses = true;
    host_rooms(s.contoso, "third.contoso.example", "contoso");
    {
        const struct loop_partner partners[] = {
            scene_partner(CONTOSO, s.contoso->number, XMPPFED_PARTNER_FEDERATED, BY_DIALBACK_TLS),
            scene_partner(ROOMS_HERE, s.contoso->number, XMPPFED_PARTNER_FEDERATED,
                          BY_DIALBACK_TLS),
            scene_partner("third.contoso.example", s.contoso->number, XMPPFED_PARTNER_FEDERATED,
                          BY_DIALBACK_TLS),
            {.domain = NULL}};

        loop_policy(s.fabrikam, partners);
    }
    say(&s, "third.contoso.example", FABRIKAM, 3);
    loop_run(&s.loop);
    refused = loop_event(s.contoso, XMPPFED_EVENT_PAIR_REFUSED, 0);
    assert_non_null(refused);
    assert_string_equal(refused->local, "third.contoso.example");
    assert_string_equal(refused->text, "remote-connection-failed");
    assert_int_equal(loop_outcome(s.contoso, 3), XMPPFED_OUTCOME_BOUNCED);
    outcome = loop_event(s.contoso, XMPPFED_EVENT_OUTCOME,
                         loop_count(s.contoso, XMPPFED_EVENT_OUTCOME) - 1);
    assert_int_equal(outcome->code, XMPPFED_ERR_DIALBACK_REFUSED);
    assert_string_equal(scene_condition(outcome->element), "remote-server-timeout");
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 1);
    expect_others_go_on(&s);
    scene_fini(&s);
}

/* A server may share its address with one that does not know the domain. */
static void test_a_target_that_is_not_there(void **state)
{
    struct scene s;
    (void)state;

    open_rooms(&s, BY_DIALBACK_TLS);
    assert_int_equal(xmppfed_site_remove_domain(s.fabrikam->site, ROOMS_THERE), 0);
    open_first(&s);
    say(&s, CONTOSO, ROOMS_THERE, 2);
    loop_run(&s.loop);
    assert_string_equal(loop_event(s.contoso, XMPPFED_EVENT_PAIR_REFUSED, 0)->text,
                        "item-not-found");
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 2);
    loop_forget(s.contoso);
    expect_others_go_on(&s);
    scene_fini(&s);
}

/* ---- a server that the test plays itself ----------------------------------------------------- */

#define HEADER                                                                           \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "                         \
    "xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams' " \
    "from='fabrikam.example' to='contoso.example' id='417GAF25' version='1.0'>"
#define FEATURES(errors)                                                    \
    "<stream:features><dialback xmlns='urn:xmpp:features:dialback'>" errors \
    "</dialback></stream:features>"
#define VALID(from, to) "<db:result type='valid' from='" from "' to='" to "'/>"

/* All that Contoso has said on its links. */
static char told[16384];

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

static bool was_told(const char *text)
{
    bool found = strstr(told, text) != NULL;

    told[0] = '\0';
    return found;
}

/* Contoso has a stream to a server of the test's own; its link. */
static uint64_t open_played(struct scene *s, const char *features)
{
    uint64_t link;

    open_rooms(s, BY_DIALBACK_TCP);
    s->fabrikam->silent = true;
    s->contoso->on_event = keep_output;
    told[0] = '\0';
    say(s, CONTOSO, FABRIKAM, 1);
    loop_run(&s->loop);
    link = loop_event(s->contoso, XMPPFED_EVENT_DIAL, 0)->link;
    xmppfed_federation_connected(s->contoso->fed, link, s->loop.now);
    loop_feed_text(s->contoso, link, HEADER);
    loop_feed_text(s->contoso, link, features);
    loop_feed_text(s->contoso, link, VALID(FABRIKAM, CONTOSO));
    loop_run(&s->loop);
    assert_int_equal(loop_outcome(s->contoso, 1), XMPPFED_OUTCOME_HANDED);
    assert_true(was_told("<db:result from='contoso.example' to='fabrikam.example'>"));
    return link;
}

/* Without <errors/> the one way to refuse a pair is to end the stream with all of them. */
static void test_a_peer_without_errors(void **state)
{
    struct scene s;
    (void)state;

    (void)open_played(&s, FEATURES(""));
    say(&s, ROOMS_HERE, FABRIKAM, 2);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 2);
    assert_false(was_told("<db:result"));
    scene_fini(&s);
}

/*
 * Answers about other pairs than the one that was asked for, however alike, let nothing out
 * (doc/threat-model.md, rows 1 and 34).
 */
static void test_answers_about_other_pairs(void **state)
{
    static const char *const answers[] = {VALID(FABRIKAM, CONTOSO),
                                          VALID(ROOMS_THERE, CONTOSO),
                                          VALID(ROOMS_THERE, ROOMS_HERE),
                                          VALID(ROOMS_HERE, FABRIKAM),
                                          VALID("evil.example", ROOMS_HERE),
                                          "<db:verify type='valid' from='fabrikam.example' "
                                          "to='rooms.contoso.example' id='417GAF25'/>"};
    uint64_t link;
    struct scene s;
    (void)state;

    link = open_played(&s, FEATURES("<errors/>"));
    say(&s, ROOMS_HERE, FABRIKAM, 2);
    loop_run(&s.loop);
    assert_true(was_told("<db:result from='rooms.contoso.example' to='fabrikam.example'>"));
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        loop_feed_text(s.contoso, link, answers[i]);
        loop_run(&s.loop);
        if (was_told("<message") || loop_outcome(s.contoso, 2) != 0 ||
            loop_count(s.contoso, XMPPFED_EVENT_STREAM_UP) != 1)
            fail_msg("%s", answers[i]);
    }
    loop_feed_text(s.contoso, link, VALID(FABRIKAM, ROOMS_HERE));
    loop_run(&s.loop);
    assert_true(was_told("<message"));
    assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_HANDED);
    /* What it was let in for goes one way: it may not speak to that domain here. */
    loop_feed_text(s.contoso, link,
                   "<message from='b@fabrikam.example' to='a@rooms.contoso.example'/>");
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 0);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 1);
    scene_fini(&s);
}

#define ERROR(condition)                                                                \
    "<db:result type='error' from='fabrikam.example' to='rooms.contoso.example'>"       \
    "<error type='cancel'><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>" \
    "</error></db:result>"

/* Which refusals a stream of the pair's own may help, and what senders get after the others. */
static void test_refusals(void **state)
{
    static const struct {
        const char *answer;
        const char *condition; /* for the sender; NULL: the pair dials */
    } rows[] = {
        {ERROR("resource-constraint"), NULL},
        {ERROR("not-authorized"), NULL},
        {ERROR("item-not-found"), NULL},
        {ERROR("policy-violation"), "remote-server-timeout"},
        {ERROR("remote-connection-failed"), "remote-server-timeout"},
        {ERROR("remote-server-not-found"), "remote-server-timeout"},
        {ERROR("remote-server-timeout"), "remote-server-timeout"},
        {ERROR("forbidden"), "remote-server-timeout"},
        {ERROR("not-acceptable"), "remote-server-timeout"},
        {ERROR("x-unheard-of"), "remote-server-timeout"},
        {"<db:result type='invalid' from='fabrikam.example' to='rooms.contoso.example'/>",
         "internal-server-error"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct loop_event *outcome;
        uint64_t link;
        struct scene s;

        link = open_played(&s, FEATURES("<errors/>"));
        say(&s, ROOMS_HERE, FABRIKAM, 2);
        loop_run(&s.loop);
        loop_feed_text(s.contoso, link, rows[i].answer);
        loop_run(&s.loop);
        if (loop_count(s.contoso, XMPPFED_EVENT_PAIR_REFUSED) != 1 ||
            loop_count(s.contoso, XMPPFED_EVENT_DIAL) != (rows[i].condition ? 1u : 2u))
            fail_msg("%s", rows[i].answer);
        outcome = loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, 1);
        if ((outcome != NULL) != (rows[i].condition != NULL) ||
            (outcome && strcmp(scene_condition(outcome->element), rows[i].condition) != 0))
            fail_msg("%s: %s", rows[i].answer, outcome ? scene_condition(outcome->element) : "");
        /* The stream is none the worse. */
        say(&s, CONTOSO, FABRIKAM, 3);
        loop_run(&s.loop);
        assert_int_equal(loop_outcome(s.contoso, 3), XMPPFED_OUTCOME_HANDED);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 0);
        scene_fini(&s);
    }
}

/* A key that is never answered keeps nobody waiting for good, and counts no more once we dial. */
static void test_no_answer(void **state)
{
    uint64_t link;
    struct scene s;
    (void)state;

    link = open_played(&s, FEATURES("<errors/>"));
    say(&s, ROOMS_HERE, FABRIKAM, 2);
    loop_advance(&s.loop, 19 * 1000);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 1);
    loop_advance(&s.loop, 2 * 1000);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 2);
    loop_feed_text(s.contoso, link, VALID(FABRIKAM, ROOMS_HERE));
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 2), 0);
    scene_fini(&s);
}

/* ---- ends ------------------------------------------------------------------------------------ */

/* A stream that is lost while pairs share it, or ask to: all go on, each stanza once. */
static void test_shared_stream_is_lost(void **state)
{
    (void)state;
    for (int before = 0; before < 2; before++) {
        struct scene s;

        open_rooms(&s, BY_DIALBACK_TLS);
        open_first(&s);
        if (before == 0) {
            say(&s, ROOMS_HERE, FABRIKAM, 2);
            loop_run(&s.loop);
            assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
        }
        say(&s, ROOMS_HERE, FABRIKAM, 3);
        say(&s, CONTOSO, FABRIKAM, 4);
        loop_cut(s.contoso);
        loop_advance(&s.loop, 30 * 1000);
        assert_true(loop_outcome(s.contoso, 3) > 0);
        assert_true(loop_outcome(s.contoso, 4) > 0);
        say(&s, ROOMS_HERE, FABRIKAM, 5);
        say(&s, CONTOSO, FABRIKAM, 6);
        loop_run(&s.loop);
        assert_int_equal(loop_outcome(s.contoso, 5), XMPPFED_OUTCOME_ACKNOWLEDGED);
        assert_int_equal(loop_outcome(s.contoso, 6), XMPPFED_OUTCOME_ACKNOWLEDGED);
        scene_fini(&s);
    }
}

static size_t came(const struct loop_side *side, const char *to, const char *from)
{
    const struct loop_event *e;
    size_t count = 0;

    for (size_t i = 0; (e = loop_event(side, XMPPFED_EVENT_STANZA, i)) != NULL; i++)
        count += strstr(e->local, to) != NULL && strstr(e->remote, from) != NULL;
    return count;
}

/*
 * All is lost after so many bytes of an exchange of two pairs on one stream; false: none were. The
 * first pair goes on with its session, in which the peer counts the stanzas of both.
 */
static bool lose_at(size_t offset)
{
    struct scene s;
    bool lost;

    open_rooms(&s, BY_DIALBACK_TCP);
    open_first(&s);
    say(&s, ROOMS_HERE, FABRIKAM, 2);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
    loop_forget(s.fabrikam);
    s.loop.through = offset;
    for (uint64_t cookie = 3; cookie <= 8; cookie++)
        say(&s, cookie % 2 ? CONTOSO : ROOMS_HERE, FABRIKAM, cookie);
    loop_run(&s.loop);
    lost = s.loop.through == 0;
    s.loop.through = SIZE_MAX;
    loop_cut(s.contoso);
    loop_advance(&s.loop, 30 * 1000);
    for (uint64_t cookie = 3; cookie <= 7; cookie += 2)
        if (loop_outcome(s.contoso, cookie) != XMPPFED_OUTCOME_ACKNOWLEDGED)
            fail_msg("byte %zu: stanza %u ended by %d", offset, (unsigned)cookie,
                     loop_outcome(s.contoso, cookie));
    if (came(s.fabrikam, FABRIKAM, "@" CONTOSO) != 3)
        fail_msg("byte %zu: %zu of 3 came", offset, came(s.fabrikam, FABRIKAM, "@" CONTOSO));
    for (uint64_t cookie = 4; cookie <= 8; cookie += 2)
        if (loop_outcome(s.contoso, cookie) != XMPPFED_OUTCOME_ACKNOWLEDGED &&
            loop_outcome(s.contoso, cookie) != XMPPFED_OUTCOME_BOUNCED)
            fail_msg("byte %zu: stanza %u ended by %d", offset, (unsigned)cookie,
                     loop_outcome(s.contoso, cookie));
    if (came(s.fabrikam, FABRIKAM, "@" ROOMS_HERE) > 3)
        fail_msg("byte %zu: a stanza came twice", offset);
    scene_fini(&s);
    return lost;
}

static void test_session_of_a_shared_stream(void **state)
{
    size_t offset = 0;
    (void)state;

    while (lose_at(offset))
        offset++;
    assert_true(offset > 500);
}

/* A record that is content with dialback no longer ends the sharing at once. */
static void test_reload(void **state)
{
    struct scene s;
    (void)state;

    open_rooms(&s, BY_DIALBACK_TLS);
    open_first(&s);
    say(&s, CONTOSO, ROOMS_THERE, 2);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 1);
    loop_forget(s.fabrikam);
    demand_sasl(&s);
    say(&s, CONTOSO, ROOMS_THERE, 3);
    say(&s, CONTOSO, FABRIKAM, 4);
    loop_advance(&s.loop, 10 * 1000);
    assert_int_equal(loop_outcome(s.contoso, 3), XMPPFED_OUTCOME_BOUNCED);
    assert_int_equal(loop_outcome(s.contoso, 4), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1);
    scene_fini(&s);
}

/* All that was taken goes out before the end, of every pair. */
static void test_shutdown(void **state)
{
    struct scene s;
    (void)state;

    open_rooms(&s, BY_DIALBACK_TLS);
    open_first(&s);
    say(&s, ROOMS_HERE, FABRIKAM, 2);
    loop_run(&s.loop);
    say(&s, ROOMS_HERE, FABRIKAM, 3);
    say(&s, CONTOSO, FABRIKAM, 4);
    say(&s, ROOMS_HERE, ROOMS_THERE, 5); /* is asked for, and cannot wait for the answer */
    xmppfed_federation_shutdown(s.contoso->fed, s.loop.now);
    loop_advance(&s.loop, 30 * 1000);
    assert_int_equal(loop_outcome(s.contoso, 3), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_outcome(s.contoso, 4), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_outcome(s.contoso, 5), XMPPFED_OUTCOME_BOUNCED);
    assert_int_equal(xmppfed_federation_links(s.contoso->fed), 0);
    scene_fini(&s);
}

/* Keys of the way back are checked on the stream that the pair shares. */
static void test_checks_on_a_shared_stream(void **state)
{
    struct scene s;
    (void)state;

    open_rooms(&s, BY_DIALBACK_TLS);
    open_first(&s);
    say(&s, ROOMS_HERE, FABRIKAM, 2);
    loop_run(&s.loop);
    assert_int_equal(
        loop_send(s.fabrikam, loop_message(&s.loop, "b@" FABRIKAM, "a@" ROOMS_HERE, "Hi"), 3), 0);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.fabrikam, 3), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 1);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_stream_for_all),
        cmocka_unit_test(test_several_at_once),
        cmocka_unit_test(test_streams_of_their_own),
        cmocka_unit_test(test_certificates_come_first),
        cmocka_unit_test(test_servers_from_dns),
        cmocka_unit_test(test_a_pair_that_fails),
        cmocka_unit_test(test_a_target_that_is_not_there),
        cmocka_unit_test(test_a_peer_without_errors),
        cmocka_unit_test(test_answers_about_other_pairs),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_shared_stream_is_lost),
        cmocka_unit_test(test_session_of_a_shared_stream),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_shutdown),
        cmocka_unit_test(test_checks_on_a_shared_stream),
    };

    return cmocka_run_group_tests_name("pair/sharing", tests, NULL, NULL);
}
