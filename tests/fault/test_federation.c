/* test_federation.c - a whole exchange with each allocation failing once: no crash, leak or loss.
 */
#include "../pair/scene.h"
#include "support/certs.h"
#include "support/tlsa.h"
#include "tls/credentials.h"
#include "crypto/digest.h"

enum { STANZAS = 3 };

/*
 * How the partner's server is found; LOOKED_UP: and how the partner finds who we are. WAY_BACK: it
 * replies on the stream that we have opened (XEP-0288). LOST: the stream is lost before a word of
 * what came, and resumed; LOST_WAY_BACK: by us, with the partner's replies under way (XEP-0198 5).
 * SHARED: another domain of ours shares the stream (XEP-0220 2.6).
 */
enum way {
    BY_ADDRESS,
    BY_DNS,
    BY_TLSA,
    BY_RACE,
    BY_MOVE,
    BY_TICKET,
    BY_POSH,
    LOOKED_UP,
    WAY_BACK,
    LOST,
    LOST_WAY_BACK,
    SHARED
};

#define ROOMS "rooms.contoso.example"

/* The first server of the partner swallows everything. */
static void put_a_hole_before(struct scene *s, enum scene_proof proof)
{
    struct loop_side *hole = loop_add(&s->loop, "fabrikam.example", NULL);
    struct loop_partner partners[] = {
        scene_partner("fabrikam.example", hole->number, XMPPFED_PARTNER_FEDERATED, proof),
        {.domain = NULL}};

    hole->silent = true;
    partners[0].more[0] = s->fabrikam->number;
    loop_policy(s->contoso, partners);
}

/* The first server of the partner is back after a second; the stream moves to it. */
static struct loop_side *put_a_better_before(struct scene *s, enum scene_proof proof)
{
    struct loop_side *better = loop_add(&s->loop, "fabrikam.example", "fabrikam");
    struct loop_side *fabrikam = s->fabrikam;
    struct loop_partner partners[] = {
        scene_partner("fabrikam.example", better->number, XMPPFED_PARTNER_FEDERATED, proof),
        {.domain = NULL}};

    partners[0].more[0] = fabrikam->number;
    loop_policy(s->contoso, partners);
    s->fabrikam = better;
    scene_trust(s, better, XMPPFED_PARTNER_FEDERATED, proof);
    s->fabrikam = fabrikam;
    better->refuses = true;
    assert_int_equal(
        xmppfed_federation_set_option(s->contoso->fed, XMPPFED_OPTION_RETURN_SECONDS, 10), 0);
    return better;
}

/* The partner was there before, and comes back with its TLS session. */
static void lose_stream(struct scene *s)
{
    scene_say(s, "Hello", 8);
    loop_run(&s->loop);
    assert_int_equal(loop_outcome(s->contoso, 8), XMPPFED_OUTCOME_ACKNOWLEDGED);
    loop_cut(s->contoso);
    loop_run(&s->loop);
}

/* DNS finds the partner's server, and with TLSA also proves it. */
static void ask_dns(struct scene *s, enum scene_proof proof, enum way way)
{
    static uint8_t octets[TEST_TLSA_SIZE];
    static xmppfed_tlsa record;

    s->contoso->rcode = 0;
    s->contoso->hosts[0] = s->fabrikam->number;
    s->fabrikam->number = 0;
    scene_trust(s, s->contoso, XMPPFED_PARTNER_FEDERATED, proof);
    if (way == BY_DNS)
        return;
    record = test_tlsa(&(struct test_promise){3, 1, 1, "fabrikam"}, octets);
    s->contoso->starttls_port = 5269;
    s->contoso->secure = true;
    s->contoso->tlsa = &record;
    s->contoso->tlsa_count = 1;
    assert_int_equal(xmppfed_federation_set_option(s->contoso->fed, XMPPFED_OPTION_DNS_TRUSTED, 1),
                     0);
}

/* The partner proves us by TLSA records alone. */
static void be_looked_up(struct scene *s)
{
    static uint8_t octets[TEST_TLSA_SIZE];
    static xmppfed_tlsa record;
    const struct loop_partner partners[] = {{.domain = "contoso.example",
                                             .type = XMPPFED_PARTNER_PUBLIC_UNVERIFIED,
                                             .no_dialback = true},
                                            {.domain = NULL}};

    record = test_tlsa(&(struct test_promise){3, 1, 1, "fabrikam-selfsigned"}, octets);
    loop_policy(s->fabrikam, partners);
    s->fabrikam->rcode = 0;
    s->fabrikam->hosts[0] = s->contoso->number;
    s->fabrikam->starttls_port = 5269;
    s->fabrikam->secure = true;
    s->fabrikam->tlsa = &record;
    s->fabrikam->tlsa_count = 1;
    assert_int_equal(xmppfed_federation_set_option(s->fabrikam->fed, XMPPFED_OPTION_DNS_TRUSTED, 1),
                     0);
}

/* The partner's certificate is self-signed, and its domain publishes it over HTTPS. */
static void publish(struct scene *s)
{
    static xmppfed_fingerprint published = {.hash = XMPPFED_HASH_SHA256};
    struct loop_partner partners[] = {scene_partner("fabrikam.example", s->fabrikam->number,
                                                    XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL),
                                      {.domain = NULL}};
    xmppfed_credentials *c = test_credentials(s->ctx, "fabrikam-selfsigned");

    assert_int_equal(xfed_sha256(c->chain[0].data, c->chain[0].size, published.octets), 0);
    xmppfed_credentials_unref(c);
    partners[0].posh = true;
    loop_policy(s->contoso, partners);
    s->contoso->published = &published;
    s->contoso->published_count = 1;
    s->contoso->published_seconds = 3600;
    assert_int_equal(xmppfed_federation_set_option(s->contoso->fed, XMPPFED_OPTION_POSH, 1), 0);
}

/* A stream of our first domain is there. */
static void share(struct scene *s, enum scene_proof proof)
{
    const struct loop_partner partners[] = {
        scene_partner("contoso.example", s->contoso->number, XMPPFED_PARTNER_PUBLIC_UNVERIFIED,
                      proof),
        scene_partner(ROOMS, s->contoso->number, XMPPFED_PARTNER_PUBLIC_UNVERIFIED, proof),
        {.domain = NULL}};
    xmppfed_credentials *c = test_credentials(s->ctx, "contoso");

    assert_int_equal(xmppfed_site_set_domain(s->contoso->site, ROOMS, c), 0);
    xmppfed_credentials_unref(c);
    loop_policy(s->fabrikam, partners);
    scene_say(s, "Hello", 8);
    loop_run(&s->loop);
    assert_int_equal(loop_outcome(s->contoso, 8), XMPPFED_OUTCOME_ACKNOWLEDGED);
}

/* Who sends in this scene. */
static struct loop_side *sender(const struct scene *s, enum way way)
{
    return way == WAY_BACK || way == LOST_WAY_BACK ? s->fabrikam : s->contoso;
}

/* Streams of contoso go one way: nobody goes back to one before there is something to say. */
static void make_one_way(struct scene *s)
{
    struct loop_partner partners[] = {scene_partner("fabrikam.example", s->fabrikam->number,
                                                    XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL),
                                      {.domain = NULL}};

    partners[0].bidi = XMPPFED_BIDI_NEVER;
    loop_policy(s->contoso, partners);
}

/* Loses the stream with the stanzas on the other side, and the acks on the way back. */
static void lose_acks(struct scene *s, enum way way)
{
    loop_run(&s->loop);
    loop_cut(s->contoso);
    (way == LOST ? s->fabrikam : s->contoso)->stuck = false;
}

/* Sends the stanzas, and says which of them were taken. */
static void send_all(struct scene *s, enum way way, bool taken[STANZAS + 1])
{
    bool back = sender(s, way) == s->fabrikam;
    const char *from = back ? BOB : way == SHARED ? "alice@" ROOMS : ALICE;
    const char *to = back ? ALICE : BOB;

    for (uint64_t cookie = 1; cookie <= STANZAS; cookie++) {
        xmppfed_element *e = cookie == 2 ? loop_presence(&s->loop, from, to, "subscribe")
                                         : loop_message(&s->loop, from, to, "Hello");

        taken[cookie] = loop_send(sender(s, way), e, cookie) == 0;
    }
}

/* Sets the scene; the server that is back later, where the way has one. */
static struct loop_side *prepare(struct scene *s, enum scene_proof proof, enum way way)
{
    struct loop_side *better = NULL;

    scene_init_certs(s, way == LOOKED_UP ? "fabrikam-selfsigned" : "contoso",
                     way == BY_POSH ? "fabrikam-selfsigned" : "fabrikam");
    scene_trust(s, s->contoso, XMPPFED_PARTNER_FEDERATED, proof);
    scene_trust(s, s->fabrikam, XMPPFED_PARTNER_PUBLIC_UNVERIFIED, proof);
    s->fabrikam->contact = XMPPFED_CONTACT_ADDED;
    if (way == BY_MOVE)
        better = put_a_better_before(s, proof);
    if (way == BY_RACE)
        put_a_hole_before(s, proof);
    if (way == BY_POSH)
        publish(s);
    if (way == BY_DNS || way == BY_TLSA)
        ask_dns(s, proof, way);
    if (way == BY_TICKET || way == LOST)
        make_one_way(s);
    if (way == BY_TICKET)
        lose_stream(s);
    if (way == LOOKED_UP)
        be_looked_up(s);
    if (way == WAY_BACK || way == LOST || way == LOST_WAY_BACK) {
        scene_say(s, "Hello", 8);
        loop_run(&s->loop);
    }
    if (way == LOST)
        s->fabrikam->stuck = true;
    if (way == LOST_WAY_BACK)
        s->contoso->stuck = true;
    if (way == SHARED)
        share(s, proof);
    return better;
}

/* Without a failure the scene is what it says. */
static void expect_scene(const struct scene *s, enum way way)
{
    if (way == BY_TLSA)
        assert_int_equal(loop_event(s->contoso, XMPPFED_EVENT_STREAM_UP, 0)->proof,
                         XMPPFED_PROOF_DANE);
    if (way == LOOKED_UP)
        assert_int_equal(loop_event(s->fabrikam, XMPPFED_EVENT_STREAM_UP, 0)->proof,
                         XMPPFED_PROOF_DANE);
    if (way == WAY_BACK)
        assert_int_equal(loop_count(s->fabrikam, XMPPFED_EVENT_DIAL), 0);
    if (way == SHARED)
        assert_int_equal(loop_count(s->contoso, XMPPFED_EVENT_DIAL), 1);
    if (way != LOST && way != LOST_WAY_BACK)
        return;
    assert_int_equal(loop_count(s->contoso, XMPPFED_EVENT_DIAL), 2);
    for (uint64_t cookie = 1; cookie <= STANZAS; cookie++)
        assert_int_equal(loop_outcome(sender(s, way), cookie), XMPPFED_OUTCOME_ACKNOWLEDGED);
}

/* One exchange; whatever fails, each stanza that was taken has one end. */
static void exchange(enum scene_proof proof, enum way way, size_t fail_at, bool *ret_done)
{
    struct scene s;
    bool taken[STANZAS + 1] = {false};
    struct loop_side *better = prepare(&s, proof, way);
    size_t armed_at = s.memory.calls;

    s.memory.fail_at = armed_at + fail_at;
    send_all(&s, way, taken);
    if (way == LOST || way == LOST_WAY_BACK)
        lose_acks(&s, way);
    if (better) {
        loop_advance(&s.loop, 1000);
        better->refuses = false;
    }
    loop_advance(&s.loop, 70 * 1000);
    *ret_done = s.memory.calls < armed_at + fail_at;
    for (uint64_t cookie = 1; cookie <= STANZAS; cookie++) {
        int outcome = loop_outcome(sender(&s, way), cookie);

        if (taken[cookie] != (outcome > 0))
            fail_msg("allocation %zu: stanza %d was %staken and has outcome %d", fail_at,
                     (int)cookie, taken[cookie] ? "" : "not ", outcome);
    }
    if (*ret_done)
        expect_scene(&s, way);
    /* Nothing is stuck: the two can still talk. */
    scene_say(&s, "Hello again", 9);
    loop_advance(&s.loop, 59 * 1000);
    if (loop_outcome(s.contoso, 9) != XMPPFED_OUTCOME_ACKNOWLEDGED)
        fail_msg("allocation %zu: not able to talk afterwards", fail_at);
    scene_fini(&s);
}

static void run(enum scene_proof proof, enum way way)
{
    bool done = false;
    size_t fail_at = 0;

    while (!done)
        exchange(proof, way, ++fail_at, &done);
    print_message("# %zu allocations\n", fail_at);
    assert_true(fail_at > (way == WAY_BACK ? 30 : 100));
}

static void test_external(void **state)
{
    (void)state;
    run(BY_EXTERNAL, BY_ADDRESS);
}

static void test_dialback_tls(void **state)
{
    (void)state;
    run(BY_DIALBACK_TLS, BY_ADDRESS);
}

static void test_dialback_tcp(void **state)
{
    (void)state;
    run(BY_DIALBACK_TCP, BY_ADDRESS);
}

static void test_dns(void **state)
{
    (void)state;
    run(BY_EXTERNAL, BY_DNS);
}

static void test_by_tlsa(void **state)
{
    (void)state;
    run(BY_EXTERNAL, BY_TLSA);
}

static void test_ticket(void **state)
{
    (void)state;
    run(BY_EXTERNAL, BY_TICKET);
}

static void test_looked_up(void **state)
{
    (void)state;
    run(BY_EXTERNAL, LOOKED_UP);
}

static void test_by_posh(void **state)
{
    (void)state;
    run(BY_EXTERNAL, BY_POSH);
}

static void test_race(void **state)
{
    (void)state;
    run(BY_EXTERNAL, BY_RACE);
}

static void test_move(void **state)
{
    (void)state;
    run(BY_EXTERNAL, BY_MOVE);
}

static void test_way_back(void **state)
{
    (void)state;
    run(BY_EXTERNAL, WAY_BACK);
}

static void test_lost(void **state)
{
    (void)state;
    run(BY_EXTERNAL, LOST);
}

static void test_lost_way_back(void **state)
{
    (void)state;
    run(BY_EXTERNAL, LOST_WAY_BACK);
}

static void test_shared(void **state)
{
    (void)state;
    run(BY_DIALBACK_TLS, SHARED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_back),      cmocka_unit_test(test_external),
        cmocka_unit_test(test_dialback_tls),  cmocka_unit_test(test_dialback_tcp),
        cmocka_unit_test(test_dns),           cmocka_unit_test(test_by_tlsa),
        cmocka_unit_test(test_race),          cmocka_unit_test(test_move),
        cmocka_unit_test(test_ticket),        cmocka_unit_test(test_looked_up),
        cmocka_unit_test(test_by_posh),       cmocka_unit_test(test_lost),
        cmocka_unit_test(test_lost_way_back), cmocka_unit_test(test_shared),
    };

    return cmocka_run_group_tests_name("fault/federation", tests, NULL, NULL);
}
