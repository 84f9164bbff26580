/* test_posh.c - peers proved by what their domains publish over HTTPS (RFC 7711), both ways. */
#include "scene.h"

#include <gnutls/crypto.h>

#include "federation/federation.h"
#include "support/certs.h"
#include "tls/credentials.h"

/* What there is about the server whose certificate is judged, and what comes of it. */
static const struct row {
    const char *name;
    const char *cert;      /* of that server */
    const char *published; /* the certificate that its domain publishes; NULL: nothing */
    int hash;              /* 0: SHA-256 */
    bool second;           /* a fingerprint of another one stands before it */
    bool now_invalid;      /* it holds for 0 seconds (RFC 7711 3.1) */
    bool silent;           /* the host never answers */
    bool no_fetch;         /* the host has not said that it can */
    bool no_posh;          /* the record does not take it */
    bool dialback;         /* ... but dialback */
    int dane;              /* enum xmppfed_dane_rule */
    int proof;             /* 0: the message is not delivered */
    bool unasked;
} rows[] = {
    {"published", "fabrikam-selfsigned", "fabrikam-selfsigned", .proof = XMPPFED_PROOF_POSH},
    {"SHA-512", "fabrikam-selfsigned", "fabrikam-selfsigned", XMPPFED_HASH_SHA512,
     .proof = XMPPFED_PROOF_POSH},
    {"an unknown hash", "fabrikam-selfsigned", "fabrikam-selfsigned", 3},
    {"the second one", "fabrikam-selfsigned", "fabrikam-selfsigned", .second = true,
     .proof = XMPPFED_PROOF_POSH},
    {"another name", "fabrikam-wrongname", "fabrikam-wrongname", .proof = XMPPFED_PROOF_POSH},
    {"another certificate", "fabrikam-selfsigned", "fabrikam"},
    {"another certificate, dialback", "fabrikam-selfsigned", "fabrikam", .dialback = true,
     .proof = XMPPFED_PROOF_DIALBACK_TLS},
    {"expired", "fabrikam-selfsigned-expired", "fabrikam-selfsigned-expired"},
    {"valid for no time", "fabrikam-selfsigned", "fabrikam-selfsigned", .now_invalid = true},
    {"nothing", "fabrikam-selfsigned", NULL},
    {"no answer", "fabrikam-selfsigned", "fabrikam-selfsigned", .silent = true},
    {"nobody can fetch", "fabrikam-selfsigned", "fabrikam-selfsigned", .no_fetch = true,
     .unasked = true},
    {"the record is against it", "fabrikam-selfsigned", "fabrikam-selfsigned", .no_posh = true,
     .unasked = true},
    {"DANE required", "fabrikam-selfsigned", "fabrikam-selfsigned", .dane = XMPPFED_DANE_REQUIRED},
    {"an authority is better", "fabrikam", "fabrikam", .proof = XMPPFED_PROOF_PKIX},
    {"... and enough", "fabrikam", "fabrikam-selfsigned", .proof = XMPPFED_PROOF_PKIX},
};

/* Who dials in is contoso.example: what authorities vouch for must be in its name. */
static const char *cert_of(const char *cert, bool inbound)
{
    return inbound && strcmp(cert, "fabrikam") == 0 ? "contoso" : cert;
}

static xmppfed_fingerprint print_of(xmppfed_context *ctx, const char *cert, int hash)
{
    xmppfed_credentials *c = test_credentials(ctx, cert);
    xmppfed_fingerprint f = {.hash = hash ? hash : XMPPFED_HASH_SHA256};

    assert_int_equal(
        gnutls_hash_fast(hash == XMPPFED_HASH_SHA512 ? GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256,
                         c->chain[0].data, c->chain[0].size, f.octets),
        0);
    xmppfed_credentials_unref(c);
    return f;
}

/* The certificate of one side is judged by the other one. */
static void open_row(struct scene *s, const struct row *row, bool inbound)
{
    static xmppfed_fingerprint prints[2];
    struct loop_side *judge;
    struct loop_side *judged;
    struct loop_partner partner = {.type = XMPPFED_PARTNER_FEDERATED,
                                   .no_dialback = !row->dialback,
                                   .dane = row->dane,
                                   .posh = !row->no_posh};
    struct loop_partner partners[2] = {{.domain = NULL}, {.domain = NULL}};
    size_t count = 0;

    scene_init_certs(s, inbound ? cert_of(row->cert, true) : "contoso",
                     inbound ? "fabrikam" : row->cert);
    judge = inbound ? s->fabrikam : s->contoso;
    judged = inbound ? s->contoso : s->fabrikam;
    partner.domain = judged->domain;
    partner.number = judged->number;
    partners[0] = partner;
    loop_policy(judge, partners);
    scene_trust(s, judged, XMPPFED_PARTNER_FEDERATED,
                row->dialback ? BY_DIALBACK_TLS : BY_EXTERNAL);
    if (row->second)
        prints[count++] = print_of(s->ctx, "contoso-rsa", 0);
    if (row->published)
        prints[count++] = print_of(s->ctx, cert_of(row->published, inbound), row->hash);
    judge->published = prints;
    judge->published_count = count;
    judge->published_seconds = row->now_invalid ? 0 : 3600;
    judge->posh_silent = row->silent;
    if (!row->no_fetch)
        assert_int_equal(xmppfed_federation_set_option(judge->fed, XMPPFED_OPTION_POSH, 1), 0);
}

static void play(const struct row *row, bool inbound)
{
    const char *way = inbound ? "inbound" : "outbound";
    const struct loop_event *up;
    struct loop_side *judge;
    struct scene s;

    open_row(&s, row, inbound);
    judge = inbound ? s.fabrikam : s.contoso;
    scene_say(&s, "Hello", 7);
    loop_advance(&s.loop, 30 * 1000);
    up = loop_event(judge, XMPPFED_EVENT_STREAM_UP, 0);
    if ((up ? up->proof : 0) != row->proof)
        fail_msg("%s, %s: %s", row->name, way, up ? xmppfed_proof_name(up->proof) : "not up");
    if (loop_count(s.fabrikam, XMPPFED_EVENT_STANZA) != (row->proof ? 1 : 0))
        fail_msg("%s, %s: the message", row->name, way);
    if (!inbound && (loop_count(judge, XMPPFED_EVENT_POSH_WANTED) == 0) != row->unasked)
        fail_msg("%s, %s: %zu questions", row->name, way,
                 loop_count(judge, XMPPFED_EVENT_POSH_WANTED));
    if (loop_count(judge, XMPPFED_EVENT_POSH_WANTED) > 1)
        fail_msg("%s, %s: asked again", row->name, way);
    scene_fini(&s);
}

static void test_outbound(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        play(&rows[i], false);
}

static void test_inbound(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        play(&rows[i], true);
}

/* An answer that comes too late finds nobody, and the next stream asks anew only after a while. */
static void test_late_answer(void **state)
{
    const struct loop_event *asked;
    struct scene s;

    (void)state;
    open_row(&s, &rows[0], false);
    s.contoso->posh_silent = true;
    scene_say(&s, "Hello", 7);
    loop_advance(&s.loop, 14 * 1000);
    assert_int_equal(s.contoso->fed->posh.open.count, 1);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 0);
    loop_advance(&s.loop, 2 * 1000);
    assert_int_equal(s.contoso->fed->posh.open.count, 0);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 1);
    asked = loop_event(s.contoso, XMPPFED_EVENT_POSH_WANTED, 0);
    assert_string_equal(asked->remote, "fabrikam.example");
    assert_int_equal(xmppfed_federation_posh(s.contoso->fed, asked->token, s.contoso->published, 1,
                                             3600, s.loop.now),
                     XMPPFED_ERR_UNKNOWN_HANDLE);
    s.contoso->posh_silent = false;
    loop_advance(&s.loop, 10 * 1000);
    scene_say(&s, "Hello", 8);
    loop_advance(&s.loop, 10 * 1000);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_POSH_WANTED), 1);
    loop_advance(&s.loop, 300 * 1000);
    scene_say(&s, "Hello", 9);
    loop_advance(&s.loop, 10 * 1000);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_POSH_WANTED), 2);
    assert_int_equal(loop_outcome(s.contoso, 9), XMPPFED_OUTCOME_ACKNOWLEDGED);
    scene_fini(&s);
}

/* A proof ends with the document that gave it (RFC 7711 6); then it is fetched anew. */
static void test_end_of_document(void **state)
{
    struct scene s;

    (void)state;
    open_row(&s, &rows[0], false);
    s.contoso->published_seconds = 60;
    scene_say(&s, "Hello", 7);
    loop_advance(&s.loop, 50 * 1000);
    assert_int_equal(loop_outcome(s.contoso, 7), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 0);
    loop_advance(&s.loop, 20 * 1000);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 1);
    s.contoso->published_count = 0;
    scene_say(&s, "Hello", 8);
    loop_advance(&s.loop, 60 * 1000);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_POSH_WANTED), 2);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_UP), 1);
    scene_fini(&s);
}

/* A record that takes it no more ends what rests on it. */
static void test_reload(void **state)
{
    struct scene s;

    (void)state;
    open_row(&s, &rows[0], false);
    scene_say(&s, "Hello", 7);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_UP), 1);
    scene_trust(&s, s.contoso, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 1);
    scene_fini(&s);
}

/* Both ways at once ask once; who goes away while it waits is not told. */
static void test_one_question(void **state)
{
    struct scene s;

    (void)state;
    open_row(&s, &rows[0], true);
    s.fabrikam->posh_silent = true;
    scene_say(&s, "Hello", 7);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_POSH_WANTED), 1);
    assert_int_equal(s.fabrikam->fed->evidence_waits, 1);
    assert_int_equal(loop_send(s.fabrikam, loop_message(&s.loop, BOB, ALICE, "Hi"), 1), 0);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_POSH_WANTED), 1);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 0);
    loop_cut(s.contoso);
    loop_run(&s.loop);
    assert_int_equal(s.fabrikam->fed->evidence_waits, 0);
    assert_int_equal(
        xmppfed_federation_posh(s.fabrikam->fed,
                                loop_event(s.fabrikam, XMPPFED_EVENT_POSH_WANTED, 0)->token,
                                s.fabrikam->published, 1, 3600, s.loop.now),
        0);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DIAL), 1);
    assert_int_equal(loop_outcome(s.fabrikam, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    scene_fini(&s);
}

/* Domains beyond the bound push the oldest answers out, and never an open question. */
static void test_bounds(void **state)
{
    struct xfed_posh_asker asker = {.known = NULL};
    xmppfed_federation *fed;
    struct scene s;

    (void)state;
    open_row(&s, &rows[0], false);
    fed = s.contoso->fed;
    s.contoso->posh_silent = true;
    for (int i = 0; i < 1024; i++) {
        char domain[32];

        snprintf(domain, sizeof(domain), "d%d.example", i);
        assert_true(xfed_posh_ask(fed, domain, &asker, s.loop.now));
    }
    assert_false(xfed_posh_ask(fed, "one.too.many.example", &asker, s.loop.now));
    assert_int_equal(fed->posh.domains.count, 1024);
    xfed_posh_leave(&asker);
    loop_advance(&s.loop, 16 * 1000);
    assert_int_equal(fed->posh.open.count, 0);
    assert_true(xfed_posh_ask(fed, "one.too.many.example", &asker, s.loop.now));
    assert_int_equal(fed->posh.domains.count, 1024);
    xfed_posh_leave(&asker);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outbound),    cmocka_unit_test(test_inbound),
        cmocka_unit_test(test_late_answer), cmocka_unit_test(test_end_of_document),
        cmocka_unit_test(test_reload),      cmocka_unit_test(test_one_question),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests_name("posh", tests, NULL, NULL);
}
