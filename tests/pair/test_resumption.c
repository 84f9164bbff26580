/* test_resumption.c - partners that come back with the TLS session of the stream before. */
#include "scene.h"

#include "connection/connection.h"
#include "federation/link.h"
#include "support/certs.h"
#include "support/sites.h"
#include "support/stream_pair.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"

/* The last second of fabrikam-expired. */
#define EXPIRY INT64_C(1735776000)

/* The proof of the newest stream of a side that is up; NULL: there is none. */
static const xmppfed_proof *proof_of(const struct loop_side *s)
{
    uint64_t ids[8];
    size_t count = xmppfed_federation_list_links(s->fed, ids, 8);
    const xmppfed_proof *proof = NULL;
    uint64_t newest = 0;

    for (size_t i = 0; i < count; i++) {
        xmppfed_link_info info = {.size = sizeof(info)};

        assert_int_equal(xmppfed_federation_link_info(s->fed, ids[i], &info), 0);
        if (info.state == XMPPFED_LINK_UP && info.link > newest) {
            newest = info.link;
            proof = info.proof;
        }
    }
    return proof;
}

/* Streams that go one way: nobody goes back to an idle one before there is something to say. */
static void trust_one_way(struct scene *s, struct loop_side *side, enum scene_proof proof)
{
    struct loop_side *other = side == s->contoso ? s->fabrikam : s->contoso;
    struct loop_partner partners[] = {
        scene_partner(other->domain, other->number, XMPPFED_PARTNER_FEDERATED, proof),
        {.domain = NULL}};

    partners[0].bidi = XMPPFED_BIDI_NEVER;
    loop_policy(side, partners);
}

/* Alice writes to Bob; whether it got there before it expired. */
static bool writes(struct scene *s, uint64_t cookie)
{
    scene_say(s, "Hello", cookie);
    loop_advance(&s->loop, 70 * 1000);
    return loop_outcome(s->contoso, cookie) == XMPPFED_OUTCOME_ACKNOWLEDGED;
}

/* Whether both ends of the stream that stands are resumed or not, as they should. */
static void assert_resumed(const struct scene *s, bool resumed)
{
    const xmppfed_proof *ours = proof_of(s->contoso);
    const xmppfed_proof *theirs = proof_of(s->fabrikam);

    assert_non_null(ours);
    assert_non_null(theirs);
    assert_int_equal(ours->kind, XMPPFED_PROOF_PKIX);
    assert_int_equal(theirs->kind, XMPPFED_PROOF_PKIX);
    assert_int_equal(ours->resumed, resumed);
    assert_int_equal(theirs->resumed, resumed);
    assert_true(ours->has_certificate);
    assert_true(theirs->has_certificate);
}

static void open_warm(struct scene *s, const char *fabrikam)
{
    scene_init_certs(s, "contoso", fabrikam);
    trust_one_way(s, s->contoso, BY_EXTERNAL);
    trust_one_way(s, s->fabrikam, BY_EXTERNAL);
    if (strcmp(fabrikam, "fabrikam-expired") == 0)
        xmppfed_site_set_clock(s->contoso->site, EXPIRY - 1000, s->loop.now);
    assert_true(writes(s, 1));
    assert_resumed(s, false);
}

/* Both have lost the stream and forget what came of it. */
static void cut(struct scene *s)
{
    loop_cut(s->contoso);
    loop_run(&s->loop);
    assert_null(proof_of(s->contoso));
    assert_null(proof_of(s->fabrikam));
}

static void test_comes_back(void **state)
{
    struct scene s;

    (void)state;
    open_warm(&s, "fabrikam");
    for (uint64_t i = 2; i < 5; i++) {
        cut(&s);
        assert_true(writes(&s, i));
        assert_resumed(&s, true);
        assert_int_equal(s.contoso->fed->sessions.known.count, 1);
    }
    scene_fini(&s);
}

/* The other direction: direct TLS, where the server's name decides about the key of the tickets. */
static void test_direct(void **state)
{
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    s.contoso->rcode = 0;
    s.contoso->hosts[0] = s.fabrikam->number;
    s.contoso->direct_port = LOOP_DIRECT;
    s.fabrikam->number = 0;
    trust_one_way(&s, s.contoso, BY_EXTERNAL);
    assert_true(writes(&s, 1));
    assert_resumed(&s, false);
    cut(&s);
    assert_true(writes(&s, 2));
    assert_resumed(&s, true);
    scene_fini(&s);
}

/* What happens while the partners are apart, and whether they find together again. */
static const struct row {
    const char *name;
    const char *fabrikam;
    const char *trust; /* of side, from then on */
    const char *crl;
    bool at_fabrikam; /* side */
    bool expires;
    const char *own; /* new certificate of side */
    bool comes_back;
    const char *says; /* at contoso, if it does not */
} rows[] = {
    {"trust of who dials", "fabrikam", "unknown-ca.pem", NULL, .says = "unknown issuer"},
    {"trust of who accepts", "fabrikam", "unknown-ca.pem", NULL, .at_fabrikam = true,
     .says = "not accepted"},
    {"revoked", "fabrikam-revoked", "ca.pem", "crl.pem", .says = "revoked"},
    {"expired", "fabrikam-expired", .expires = true, .says = "expired"},
    {"new certificate of who dials", "fabrikam", .own = "contoso", .comes_back = true},
    {"new certificate of who accepts", "fabrikam", .own = "fabrikam", .at_fabrikam = true,
     .comes_back = true},
};

static void change(struct scene *s, const struct row *row)
{
    struct loop_side *side = row->at_fabrikam ? s->fabrikam : s->contoso;

    if (row->trust) {
        xmppfed_trust *trust = test_trust_of(s->ctx, row->trust, row->crl);

        xmppfed_site_set_trust(side->site, trust);
        xmppfed_trust_unref(trust);
    }
    if (row->own) {
        xmppfed_credentials *own = test_credentials(s->ctx, row->own);

        assert_int_equal(xmppfed_site_set_domain(side->site, side->domain, own), 0);
        xmppfed_credentials_unref(own);
    }
    if (row->expires)
        xmppfed_site_set_clock(s->contoso->site, EXPIRY + 1, s->loop.now);
}

static bool told(const struct loop_side *s, const char *text)
{
    for (size_t i = 0; i < loop_count(s, XMPPFED_EVENT_STREAM_DOWN); i++)
        if (strstr(loop_event(s, XMPPFED_EVENT_STREAM_DOWN, i)->text, text))
            return true;
    return false;
}

/* Nothing is proved by the ticket: certificates are judged by what holds now. */
static void test_judged_anew(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;
        bool back;

        open_warm(&s, rows[i].fabrikam);
        cut(&s);
        loop_forget(s.contoso);
        change(&s, &rows[i]);
        back = writes(&s, 2);
        if (back != rows[i].comes_back)
            fail_msg("%s: comes back: %d", rows[i].name, back);
        if (back)
            assert_resumed(&s, false);
        else if (!told(s.contoso, rows[i].says))
            fail_msg("%s: %s", rows[i].name,
                     loop_event(s.contoso, XMPPFED_EVENT_STREAM_DOWN, 0)->text);
        /* What has failed is not offered again, and all is well with a whole handshake. */
        if (!back)
            assert_int_equal(s.contoso->fed->sessions.known.count, 0);
        scene_fini(&s);
    }
}

/* A peer resumes under another name than that of the certificate it has once shown. */
static void test_ticket_of_another_domain(void **state)
{
    struct xfed_saved_session saved;
    xmppfed_site *receiving, *honest, *lying;
    struct stream_pair p = {.now = 1000, .first = FABRIKAM, .second = CONTOSO};
    const struct test_partner partners[] = {{FABRIKAM}, {"tailspin.example", .no_dialback = true}};
    xmppfed_context *ctx = test_context();
    xmppfed_policy *policy = test_policy(ctx, partners, 2);

    (void)state;
    receiving = test_site(ctx, CONTOSO, "contoso", (struct test_partner){FABRIKAM});
    xmppfed_site_set_policy(receiving, policy);
    honest = test_site(ctx, FABRIKAM, "fabrikam", (struct test_partner){CONTOSO});
    lying = test_site(ctx, "tailspin.example", "fabrikam", (struct test_partner){CONTOSO});
    stream_pair_start(&p, ctx, honest, receiving, XMPPFED_PURPOSE_STANZAS);
    stream_pair_run(&p);
    assert_non_null(seen_find(&p.at_receiver, XMPPFED_EVENT_STREAM_UP));
    saved = xfed_connection_save_session(p.initiator);
    assert_non_null(saved.data);
    stream_pair_stop(&p);

    p = (struct stream_pair){.now = 2000, .first = "tailspin.example", .second = CONTOSO};
    stream_pair_start(&p, ctx, lying, receiving, XMPPFED_PURPOSE_STANZAS);
    xfed_connection_use_session(p.initiator, &saved);
    assert_null(saved.data);
    stream_pair_run(&p);
    assert_null(seen_find(&p.at_receiver, XMPPFED_EVENT_STREAM_UP));
    /* It was resumed: what has failed is the proof. */
    {
        struct xfed_tls_facts facts;

        xfed_tls_session_facts(p.receiver->tls, &facts);
        assert_true(facts.resumed);
    }
    stream_pair_stop(&p);
    xmppfed_policy_unref(policy);
    xmppfed_site_unref(receiving);
    xmppfed_site_unref(honest);
    xmppfed_site_unref(lying);
    xmppfed_context_unref(ctx);
}

/* A stream without proof by certificate leaves nothing to come back with. */
static void test_dialback_is_not_kept(void **state)
{
    struct scene s;

    (void)state;
    scene_init_certs(&s, "contoso", "fabrikam-unknownca");
    trust_one_way(&s, s.contoso, BY_DIALBACK_TLS);
    trust_one_way(&s, s.fabrikam, BY_DIALBACK_TLS);
    for (uint64_t i = 1; i < 3; i++) {
        assert_true(writes(&s, i));
        assert_int_equal(proof_of(s.contoso)->kind, XMPPFED_PROOF_DIALBACK_TLS);
        assert_false(proof_of(s.contoso)->resumed);
        assert_int_equal(s.contoso->fed->sessions.known.count, 0);
        cut(&s);
    }
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comes_back),
        cmocka_unit_test(test_direct),
        cmocka_unit_test(test_judged_anew),
        cmocka_unit_test(test_ticket_of_another_domain),
        cmocka_unit_test(test_dialback_is_not_kept),
    };

    return cmocka_run_group_tests_name("pair/resumption", tests, NULL, NULL);
}
