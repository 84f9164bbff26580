/* test_staples.c - what comes of an OCSP response beside a partner's certificate, and of our own.
 */
#include "ends.h"

#include "support/certs.h"
#include "support/ocsp.h"
#include "tls/credentials.h"

#define GOOD XMPPFED_STAPLE_GOOD
#define UNUSABLE XMPPFED_STAPLE_UNUSABLE
#define USE XMPPFED_OCSP_USE
#define IGNORE XMPPFED_OCSP_IGNORE
#define REQUIRE XMPPFED_OCSP_REQUIRE
#define LACKS XMPPFED_ERR_TLS_STAPLE
#define DAY (24 * 3600)

/* contoso.example, whose record of fabrikam.example says what is asked of staples. */
static void open_scene(struct ends *s, struct test_partner partner)
{
    ends_init(s, "contoso", partner, "fabrikam", (struct test_partner){0});
    xmppfed_site_set_clock(s->contoso, TEST_TIME, s->pair.now);
    xmppfed_site_set_clock(s->fabrikam, TEST_TIME, s->pair.now);
}

/* contoso.example dials fabrikam.example, or is dialled by it; what contoso.example has seen. */
static const struct seen *dial(struct ends *s, bool dialled_by)
{
    ends_dial(s, dialled_by);
    return dialled_by ? &s->pair.at_receiver : &s->pair.at_initiator;
}

static void give(xmppfed_site *site, const char *domain, xmppfed_credentials *own)
{
    assert_int_equal(xmppfed_site_set_domain(site, domain, own), 0);
    xmppfed_credentials_unref(own);
}

/* What fabrikam.example shows; response NULL: no staple. */
static void show(struct ends *s, const char *certificate, const struct test_ocsp *response)
{
    give(s->fabrikam, FABRIKAM,
         response ? test_credentials_stapled(s->ctx, certificate, *response)
                  : test_credentials(s->ctx, certificate));
}

static const struct test_ocsp good = {0}, by_responder = {.signer = "ocsp-responder"},
                              revoked = {.status = TEST_OCSP_REVOKED},
                              old = {.age = TEST_OCSP_LIFE + 1},
                              forged = {.status = TEST_OCSP_REVOKED, .issuer = "unknown-ca"},
                              forged_good = {.issuer = "unknown-ca"},
                              of_another = {.about = "contoso"};

static const struct row {
    const char *name;
    int rule;
    const char *certificate;
    const struct test_ocsp *response;
    int staple; /* told with the proof */
    int code;   /* 0: proved by the certificate; else refused for this */
    const char *says;
} rows[] = {
    {"none", USE, "fabrikam", NULL, 0, 0, NULL},
    {"good", USE, "fabrikam", &good, GOOD, 0, NULL},
    {"by a responder", USE, "fabrikam", &by_responder, GOOD, 0, NULL},
    {"out of date", USE, "fabrikam", &old, UNUSABLE, 0, NULL},
    {"of another", USE, "fabrikam", &of_another, UNUSABLE, 0, NULL},
    {"revoked, a forgery", USE, "fabrikam", &forged, UNUSABLE, 0, NULL},
    {"revoked", USE, "fabrikam", &revoked, 0, XMPPFED_ERR_TLS_REVOKED,
     "certificate of fabrikam.example was revoked by its authority"},
    {"revoked, looked away", IGNORE, "fabrikam", &revoked, 0, 0, NULL},
    {"good, looked away", IGNORE, "fabrikam", &good, 0, 0, NULL},
    {"due and none", USE, "fabrikam-muststaple", NULL, 0, LACKS,
     "(it says so itself, RFC 7633), and none came; its operator must have its server staple one"},
    {"due and good", USE, "fabrikam-muststaple", &good, GOOD, 0, NULL},
    {"due and out of date", USE, "fabrikam-muststaple", &old, 0, LACKS,
     "the one that came is out of date"},
    {"due and of another", USE, "fabrikam-muststaple", &of_another, 0, LACKS,
     "is about another certificate"},
    {"due and forged", USE, "fabrikam-muststaple", &forged_good, 0, LACKS, "is not signed by"},
    {"due and revoked", USE, "fabrikam-muststaple", &revoked, 0, XMPPFED_ERR_TLS_REVOKED,
     "revoked"},
    {"due, looked away", IGNORE, "fabrikam-muststaple", NULL, 0, 0, NULL},
    {"required and none", REQUIRE, "fabrikam", NULL, 0, LACKS,
     "(the partner record asks for one), and none came"},
    {"required and good", REQUIRE, "fabrikam", &good, GOOD, 0, NULL},
    {"required and out of date", REQUIRE, "fabrikam", &old, 0, LACKS, "out of date"},
    {"required and forged", REQUIRE, "fabrikam", &forged_good, 0, LACKS, "is not signed by"},
};

static void check_row(const struct row *row, bool dialled_by, bool dialback)
{
    const struct seen_event *up, *down;
    const struct seen *seen;
    struct ends s;
    int proof = XMPPFED_PROOF_PKIX;

    if (row->code)
        proof = dialback ? XMPPFED_PROOF_DIALBACK_TLS : XMPPFED_PROOF_NONE;
    open_scene(&s, (struct test_partner){.ocsp = row->rule, .no_dialback = !dialback});
    show(&s, row->certificate, row->response);
    seen = dial(&s, dialled_by);
    up = seen_find(seen, XMPPFED_EVENT_STREAM_UP);
    down = seen_find(seen, XMPPFED_EVENT_STREAM_DOWN);
    if ((up ? up->proof.kind : XMPPFED_PROOF_NONE) != proof)
        fail_msg("%s, %d, %d: proof %d, %s", row->name, dialled_by, dialback,
                 up ? up->proof.kind : 0, down ? down->text : "");
    if (up && proof == XMPPFED_PROOF_PKIX && up->proof.staple != row->staple)
        fail_msg("%s, %d: staple %d", row->name, dialled_by, up->proof.staple);
    if (!up && (!down || !strstr(down->text, row->says)))
        fail_msg("%s, %d: says %s", row->name, dialled_by, down ? down->text : "nothing");
    if (!up && !dialled_by && down->code != row->code)
        fail_msg("%s: code %d", row->name, down->code);
    ends_fini(&s);
}

/* In both roles; where the record allows dialback, that is what is left of a refused certificate.
 */
static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (int n = 0; n < 4; n++)
            check_row(&rows[i], n % 2 == 1, n / 2 == 1);
}

/* In TLS 1.2 who dials cannot staple: what is due is then not there, whatever it would show. */
static void test_old_tls(void **state)
{
    (void)state;
    for (int dialled_by = 0; dialled_by < 2; dialled_by++) {
        const struct seen_event *up;
        xmppfed_credentials *own;
        struct ends s;

        open_scene(&s, (struct test_partner){0});
        own = test_credentials_stapled(s.ctx, "fabrikam-muststaple", good);
        gnutls_priority_deinit(own->priority);
        assert_int_equal(
            gnutls_priority_init(&own->priority, "SECURE128:-VERS-ALL:+VERS-TLS1.2", NULL), 0);
        give(s.fabrikam, FABRIKAM, own);
        up = seen_find(dial(&s, dialled_by), XMPPFED_EVENT_STREAM_UP);
        assert_non_null(up);
        assert_string_equal(up->proof.tls_version, "TLS1.2");
        assert_int_equal(up->proof.kind,
                         dialled_by ? XMPPFED_PROOF_DIALBACK_TLS : XMPPFED_PROOF_PKIX);
        ends_fini(&s);
    }
}

/* A proof that needs its staple ends with it, cleanly; one that does not goes on. */
static void test_end_of_proof(void **state)
{
    (void)state;
    for (int n = 0; n < 4; n++) {
        const struct seen_event *down;
        const struct seen *seen;
        xmppfed_connection *ours;
        bool due = n / 2 == 1;
        struct ends s;

        open_scene(&s, (struct test_partner){.no_keep_alive = true});
        show(&s, due ? "fabrikam-muststaple" : "fabrikam", &(struct test_ocsp){.life = 100});
        seen = dial(&s, n % 2 == 1);
        ours = n % 2 == 1 ? s.pair.receiver : s.pair.initiator;
        assert_non_null(seen_find(seen, XMPPFED_EVENT_STREAM_UP));
        s.pair.now = 1000 + 100 * 1000;
        xmppfed_connection_tick(ours, s.pair.now);
        stream_pair_run(&s.pair);
        assert_null(seen_find(seen, XMPPFED_EVENT_STREAM_DOWN));
        s.pair.now += 1000;
        xmppfed_connection_tick(ours, s.pair.now);
        stream_pair_run(&s.pair);
        down = seen_find(seen, XMPPFED_EVENT_STREAM_DOWN);
        assert_int_equal(down != NULL, due);
        if (down)
            assert_non_null(strstr(down->text, "the one that came is out of date"));
        ends_fini(&s);
    }
}

/* Our own goes out in both roles while it is good by the site's clock; a newer one replaces it. */
static void test_own(void **state)
{
    (void)state;
    for (int dialled_by = 0; dialled_by < 2; dialled_by++) {
        xmppfed_credentials *bare, *stapled;
        const struct seen_event *up;
        xmppfed_slice response;
        struct ends s;

        open_scene(&s, (struct test_partner){.ocsp = REQUIRE});
        bare = test_credentials(s.ctx, "fabrikam");
        for (int days = 0; days <= 8; days += 4) {
            response = test_ocsp((struct test_ocsp){.age = days == 4 ? -3 * DAY : 0});
            assert_int_equal(xmppfed_credentials_staple(bare, response,
                                                        TEST_TIME + (days == 4 ? 4 * DAY : 0), NULL,
                                                        &stapled),
                             0);
            give(s.fabrikam, FABRIKAM, stapled);
            xmppfed_site_set_clock(s.fabrikam, TEST_TIME + days * DAY, s.pair.now);
            xmppfed_site_set_clock(s.contoso, TEST_TIME + days * DAY, s.pair.now);
            up = seen_find(dial(&s, dialled_by), XMPPFED_EVENT_STREAM_UP);
            assert_non_null(up);
            assert_int_equal(up->proof.kind,
                             days == 8 ? XMPPFED_PROOF_DIALBACK_TLS : XMPPFED_PROOF_PKIX);
            stream_pair_stop(&s.pair);
            memset(&s.pair, 0, sizeof(s.pair));
            s.pair.now = 1000;
            test_data_free(response);
        }
        xmppfed_credentials_unref(bare);
        ends_fini(&s);
    }
}

/* One that is out of date is not sent at all: a peer that looks finds none. */
static void test_own_out_of_date(void **state)
{
    xmppfed_slice response = test_ocsp(good);
    xmppfed_credentials *bare, *stapled;
    const struct seen_event *up;
    struct ends s;

    (void)state;
    for (int dialled = DIAL_STARTTLS; dialled <= DIAL_DIRECT; dialled++) {
        for (int late = 0; late < 2; late++) {
            open_scene(&s, (struct test_partner){0});
            bare = test_credentials(s.ctx, "fabrikam");
            assert_int_equal(xmppfed_credentials_staple(bare, response, TEST_TIME, NULL, &stapled),
                             0);
            xmppfed_credentials_unref(bare);
            give(s.fabrikam, FABRIKAM, stapled);
            xmppfed_site_set_clock(s.fabrikam, TEST_TIME + TEST_OCSP_LIFE + late, s.pair.now);
            s.pair.dialled = dialled;
            up = seen_find(dial(&s, false), XMPPFED_EVENT_STREAM_UP);
            assert_non_null(up);
            assert_int_equal(up->proof.staple, late ? XMPPFED_STAPLE_NONE : GOOD);
            ends_fini(&s);
        }
    }
    test_data_free(response);
}

/* A session is not kept for longer than what came with it is good. */
static void test_no_ticket_past_the_end(void **state)
{
    (void)state;
    for (int days = 1; days <= 2; days++) {
        struct xfed_saved_session saved;
        struct ends s;

        open_scene(&s, (struct test_partner){0});
        show(&s, "fabrikam-muststaple", &(struct test_ocsp){.life = days * DAY - 1});
        assert_non_null(seen_find(dial(&s, false), XMPPFED_EVENT_STREAM_UP));
        saved = xfed_connection_save_session(s.pair.initiator);
        assert_int_equal(saved.data != NULL, days == 2);
        xfed_saved_session_free(s.ctx, &saved);
        ends_fini(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_old_tls),
        cmocka_unit_test(test_end_of_proof),
        cmocka_unit_test(test_own),
        cmocka_unit_test(test_own_out_of_date),
        cmocka_unit_test(test_no_ticket_past_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
