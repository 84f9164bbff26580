/* test_secure_dns.c - a federation dials by DNS answers that DNSSEC has proved (RFC 7673). */
#include "scene.h"

#include "federation/quota.h"
#include "support/tlsa.h"

enum { RECORDS = 2 };

/* contoso.example sends to fabrikam.example, which has no fixed address. */
static const struct row {
    const char *name;
    const char *cert; /* of fabrikam.example */
    struct test_promise promises[RECORDS];
    bool untrusted; /* nobody has said that the name server validates */
    bool insecure;  /* it does not say that it has validated */
    bool dialback;  /* the record allows it beside EXTERNAL */
    int proof;      /* 0: the message is not delivered */
    const char *says;
} rows[] = {
    {"no record", "fabrikam", {{0}}, .proof = XMPPFED_PROOF_PKIX},
    {"its key, expired",
     "fabrikam-expired",
     {{3, 1, 1, "fabrikam-expired"}},
     .proof = XMPPFED_PROOF_DANE},
    {"another key", "fabrikam", {{3, 1, 1, "contoso"}}, .says = "TLSA"},
    {"another key, dialback", "fabrikam", {{3, 1, 1, "contoso"}}, .dialback = true, .says = "TLSA"},
    {"the second key",
     "fabrikam",
     {{3, 1, 1, "contoso"}, {3, 1, 1, "fabrikam"}},
     .proof = XMPPFED_PROOF_DANE},
    {"unusable, PKIX", "fabrikam", {{7, 1, 1, "contoso"}}, .proof = XMPPFED_PROOF_PKIX},
    {"nobody trusts the server",
     "fabrikam",
     {{3, 1, 1, "contoso"}},
     .untrusted = true,
     .proof = XMPPFED_PROOF_PKIX},
    {"... and it cannot prove",
     "fabrikam-expired",
     {{3, 1, 1, "fabrikam-expired"}},
     .untrusted = true,
     .says = "expired"},
    {"not validated",
     "fabrikam-expired",
     {{3, 1, 1, "fabrikam-expired"}},
     .insecure = true,
     .says = "expired"},
};

static void open_row(struct scene *s, const struct row *row)
{
    static uint8_t octets[RECORDS][TEST_TLSA_SIZE];
    static xmppfed_tlsa records[RECORDS];
    struct loop_partner partner = {.domain = "fabrikam.example",
                                   .type = XMPPFED_PARTNER_FEDERATED,
                                   .no_dialback = !row->dialback};
    const struct loop_partner partners[] = {partner, {.domain = NULL}};
    size_t count = 0;

    scene_init_certs(s, "contoso", row->cert);
    loop_policy(s->contoso, partners);
    scene_trust(s, s->fabrikam, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL);
    for (; count < RECORDS && row->promises[count].file; count++)
        records[count] = test_tlsa(&row->promises[count], octets[count]);
    s->contoso->rcode = 0;
    s->contoso->hosts[0] = s->fabrikam->number;
    s->contoso->starttls_port = 5269;
    s->contoso->secure = !row->insecure;
    s->contoso->tlsa = records;
    s->contoso->tlsa_count = count;
    if (!row->untrusted)
        assert_int_equal(
            xmppfed_federation_set_option(s->contoso->fed, XMPPFED_OPTION_DNS_TRUSTED, 1), 0);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        const struct loop_event *up;
        const struct loop_event *down;
        struct scene s;

        open_row(&s, row);
        scene_say(&s, "Hello", 7);
        loop_run(&s.loop);
        up = loop_event(s.contoso, XMPPFED_EVENT_STREAM_UP, 0);
        down = loop_event(s.contoso, XMPPFED_EVENT_STREAM_DOWN, 0);
        if ((up ? up->proof : 0) != row->proof)
            fail_msg("%s: %s '%s'", row->name, up ? xmppfed_proof_name(up->proof) : "not up",
                     down ? down->text : "");
        if (loop_count(s.fabrikam, XMPPFED_EVENT_STANZA) != (row->proof ? 1 : 0))
            fail_msg("%s: the message", row->name);
        if (row->says && !(down && strstr(down->text, row->says)))
            fail_msg("%s: says '%s'", row->name, down ? down->text : "");
        if (loop_outcome(s.contoso, 7) !=
            (row->proof ? XMPPFED_OUTCOME_ACKNOWLEDGED : XMPPFED_OUTCOME_BOUNCED))
            fail_msg("%s: the outcome", row->name);
        scene_fini(&s);
    }
}

/*
 * A look-up that fails, for whatever reason, ends in no dial: neither to the domain's own address
 * nor by records that nobody has proved. Each reason has a code and a sentence of its own.
 */
static void test_failures(void **state)
{
    static const struct {
        const char *name;
        int rcode;
        bool waits; /* for a better answer, until the stanza expires */
        const char *says;
        const char *condition;
    } failures[] = {
        {"bogus", 0, true, "DNSSEC", "remote-server-timeout"},
        {"server failure", 2, true, "the name servers failed", "remote-server-timeout"},
        {"no such domain", 3, false, "does not exist", "remote-server-not-found"},
        {"silence", -2, true, "did not answer in time", "remote-server-timeout"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        const struct loop_event *outcome;
        struct scene s;

        open_row(&s, &rows[1]);
        s.contoso->rcode = failures[i].rcode;
        s.contoso->bogus = failures[i].rcode == 0;
        scene_say(&s, "Hello", 7);
        loop_advance(&s.loop, 120 * 1000);
        outcome = loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, 0);
        if (loop_count(s.contoso, XMPPFED_EVENT_DIAL) != 0)
            fail_msg("%s: dialled", failures[i].name);
        if (!outcome || outcome->outcome !=
                            (failures[i].waits ? XMPPFED_OUTCOME_EXPIRED : XMPPFED_OUTCOME_BOUNCED))
            fail_msg("%s: %s", failures[i].name,
                     outcome ? xmppfed_outcome_name(outcome->outcome) : "no outcome");
        if (!strstr(outcome->text, failures[i].says))
            fail_msg("%s: says '%s'", failures[i].name, outcome->text);
        if (strcmp(scene_condition(outcome->element), failures[i].condition) != 0)
            fail_msg("%s: %s", failures[i].name, scene_condition(outcome->element));
        scene_fini(&s);
    }
}

/* A stream that TLSA records have proved ends with the trust in them. */
static void test_reload(void **state)
{
    const struct loop_partner partners[] = {
        {.domain = "fabrikam.example", .type = XMPPFED_PARTNER_FEDERATED, .dane = XMPPFED_DANE_OFF},
        {.domain = NULL}};
    struct scene s;

    (void)state;
    open_row(&s, &rows[1]);
    scene_say(&s, "Hello", 7);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 0);
    loop_policy(s.contoso, partners);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 1);
    scene_fini(&s);
}

/* ---- the other way: fabrikam.example is dialled, and looks up who says that it is contoso ---- */

static const struct inbound {
    const char *name;
    const char *cert; /* of contoso.example */
    struct test_promise promises[RECORDS];
    bool untrusted, insecure;
    int rcode; /* of fabrikam's name server */
    bool bogus;
    int code; /* how it is refused; 0: as its certificate is worth nothing */
    bool dialback;
    int dane;
    int proof; /* 0: refused */
    bool unasked;
} inbound[] = {
    {"its key",
     "fabrikam-selfsigned",
     {{3, 1, 1, "fabrikam-selfsigned"}},
     .proof = XMPPFED_PROOF_DANE},
    {"the second key",
     "fabrikam-selfsigned",
     {{3, 1, 1, "contoso"}, {3, 1, 1, "fabrikam-selfsigned"}},
     .proof = XMPPFED_PROOF_DANE},
    {"required",
     "contoso",
     {{3, 1, 1, "contoso"}},
     .dane = XMPPFED_DANE_REQUIRED,
     .proof = XMPPFED_PROOF_DANE},
    {"required, PKIX only", "contoso", {{0}}, .dane = XMPPFED_DANE_REQUIRED},
    {"PKIX", "contoso", {{3, 1, 1, "fabrikam"}}, .proof = XMPPFED_PROOF_PKIX, .unasked = true},
    {"another key", "fabrikam-selfsigned", {{3, 1, 1, "contoso"}}},
    /* The same records stop the check, which is on a stream that we dial. */
    {"another key, dialback", "fabrikam-selfsigned", {{3, 1, 1, "contoso"}}, .dialback = true},
    {"no record", "fabrikam-selfsigned", {{0}}},
    {"no record, dialback",
     "fabrikam-selfsigned",
     {{0}},
     .dialback = true,
     .proof = XMPPFED_PROOF_DIALBACK_TLS},
    {"not validated", "fabrikam-selfsigned", {{3, 1, 1, "fabrikam-selfsigned"}}, .insecure = true},
    {"nobody trusts the server",
     "fabrikam-selfsigned",
     {{3, 1, 1, "fabrikam-selfsigned"}},
     .untrusted = true,
     .unasked = true},
    {"off",
     "fabrikam-selfsigned",
     {{3, 1, 1, "fabrikam-selfsigned"}},
     .dane = XMPPFED_DANE_OFF,
     .unasked = true},
    {"bogus", "fabrikam-selfsigned", {{3, 1, 1, "fabrikam-selfsigned"}}, .bogus = true},
    /* Not even dialback: the check would have to find the same servers. */
    {"bogus, dialback",
     "fabrikam-selfsigned",
     {{3, 1, 1, "fabrikam-selfsigned"}},
     .bogus = true,
     .dialback = true,
     .code = XMPPFED_ERR_DIALBACK_REFUSED},
    {"server failure", "fabrikam-selfsigned", {{3, 1, 1, "fabrikam-selfsigned"}}, .rcode = 2},
    {"no such domain", "fabrikam-selfsigned", {{3, 1, 1, "fabrikam-selfsigned"}}, .rcode = 3},
    {"silence", "fabrikam-selfsigned", {{3, 1, 1, "fabrikam-selfsigned"}}, .rcode = -2},
    {"no name server", "fabrikam-selfsigned", {{3, 1, 1, "fabrikam-selfsigned"}}, .rcode = -1},
};

static void open_inbound(struct scene *s, const struct inbound *row)
{
    static uint8_t octets[RECORDS][TEST_TLSA_SIZE];
    static xmppfed_tlsa records[RECORDS];
    const struct loop_partner partners[] = {{.domain = "contoso.example",
                                             .type = XMPPFED_PARTNER_FEDERATED,
                                             .no_dialback = !row->dialback,
                                             .dane = row->dane},
                                            {.domain = NULL}};
    size_t count = 0;

    scene_init_certs(s, row->cert, "fabrikam");
    loop_policy(s->fabrikam, partners);
    scene_trust(s, s->contoso, XMPPFED_PARTNER_FEDERATED,
                row->dialback ? BY_DIALBACK_TLS : BY_EXTERNAL);
    for (; count < RECORDS && row->promises[count].file; count++)
        records[count] = test_tlsa(&row->promises[count], octets[count]);
    s->fabrikam->rcode = row->rcode;
    s->fabrikam->bogus = row->bogus;
    s->fabrikam->hosts[0] = s->contoso->number;
    s->fabrikam->starttls_port = 5269;
    s->fabrikam->secure = !row->insecure;
    s->fabrikam->tlsa = records;
    s->fabrikam->tlsa_count = count;
    if (!row->untrusted)
        assert_int_equal(
            xmppfed_federation_set_option(s->fabrikam->fed, XMPPFED_OPTION_DNS_TRUSTED, 1), 0);
}

static void test_inbound(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(inbound) / sizeof(inbound[0]); i++) {
        const struct inbound *row = &inbound[i];
        const struct loop_event *up;
        const struct loop_event *down;
        struct scene s;

        open_inbound(&s, row);
        scene_say(&s, "Hello", 7);
        loop_advance(&s.loop, 25 * 1000);
        up = loop_event(s.fabrikam, XMPPFED_EVENT_STREAM_UP, 0);
        down = loop_event(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN, 0);
        if ((up ? up->proof : 0) != row->proof)
            fail_msg("%s: %s '%s'", row->name, up ? xmppfed_proof_name(up->proof) : "not up",
                     down ? down->text : "");
        if (row->proof == 0 && !row->code && !(down && down->code == XMPPFED_ERR_TLS_CERTIFICATE))
            fail_msg("%s: '%s'", row->name, down ? down->text : "");
        if (loop_count(s.fabrikam, XMPPFED_EVENT_STANZA) != (row->proof ? 1 : 0))
            fail_msg("%s: the message", row->name);
        if ((loop_count(s.fabrikam, XMPPFED_EVENT_DNS) == 0) != row->unasked)
            fail_msg("%s: %zu queries", row->name, loop_count(s.fabrikam, XMPPFED_EVENT_DNS));
        scene_fini(&s);
    }
}

/* The wait has an end of its own, long before that of the look-up and of the stream. */
static void test_inbound_time(void **state)
{
    struct scene s;

    (void)state;
    open_inbound(&s, &inbound[0]);
    s.fabrikam->rcode = -2;
    scene_say(&s, "Hello", 7);
    loop_advance(&s.loop, 9900);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN), 0);
    loop_advance(&s.loop, 200);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN), 1);
    assert_int_equal(s.fabrikam->fed->evidence_waits, 0);
    assert_int_equal(s.fabrikam->fed->peer_lookups.count, 0);
    scene_fini(&s);
}

/* A peer that goes away takes its question with it. */
static void test_inbound_gone(void **state)
{
    struct scene s;

    (void)state;
    open_inbound(&s, &inbound[0]);
    s.fabrikam->rcode = -2;
    scene_say(&s, "Hello", 7);
    loop_run(&s.loop);
    assert_int_equal(s.fabrikam->fed->evidence_waits, 1);
    assert_int_equal(s.fabrikam->fed->peer_lookups.count, 1);
    loop_cut(s.contoso);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN), 1);
    assert_int_equal(s.fabrikam->fed->evidence_waits, 0);
    assert_int_equal(s.fabrikam->fed->peer_lookups.count, 0);
    scene_fini(&s);
}

/* The question ends with the stream, not with what is left to be sent of it. */
static void test_inbound_shutdown(void **state)
{
    struct scene s;

    (void)state;
    open_inbound(&s, &inbound[0]);
    s.fabrikam->rcode = -2;
    scene_say(&s, "Hello", 7);
    loop_run(&s.loop);
    s.fabrikam->stuck = true;
    xmppfed_federation_shutdown(s.fabrikam->fed, s.loop.now);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN), 1);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_CLOSE), 0);
    assert_int_equal(s.fabrikam->fed->evidence_waits, 0);
    assert_int_equal(s.fabrikam->fed->peer_lookups.count, 0);
    scene_fini(&s);
}

/* Beyond its bounds nobody is looked up, and the peer is told so at once. */
static void test_inbound_bounds(void **state)
{
    struct scene s;

    (void)state;
    open_inbound(&s, &inbound[0]);
    s.fabrikam->fed->evidence_waits = 256;
    scene_say(&s, "Hello", 7);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_DNS), 0);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN), 1);
    s.fabrikam->fed->evidence_waits = 0;
    scene_fini(&s);
}

/* One address has its share only, whatever names it says; here all peers are at one. */
static void test_inbound_share(void **state)
{
    const struct loop_partner partners[] = {
        {.domain = "contoso.example", .type = XMPPFED_PARTNER_FEDERATED, .no_dialback = true},
        {.domain = "northwind.example", .type = XMPPFED_PARTNER_FEDERATED, .no_dialback = true},
        {.domain = NULL}};
    const struct loop_partner fabrikam[] = {
        scene_partner("fabrikam.example", 2, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL),
        {.domain = NULL}};
    struct xfed_map_cursor cursor = {0};
    struct loop_side *northwind;
    struct scene s;
    void *stranger = NULL;

    (void)state;
    open_inbound(&s, &inbound[0]);
    loop_policy(s.fabrikam, partners);
    northwind = loop_add(&s.loop, "northwind.example", "fabrikam-selfsigned");
    loop_policy(northwind, fabrikam);
    s.fabrikam->rcode = -2;
    scene_say(&s, "Hello", 7);
    loop_run(&s.loop);
    assert_true(xfed_map_next(&s.fabrikam->fed->strangers, &cursor, NULL, &stranger));
    assert_int_equal(((struct xfed_quota *)stranger)->waits, 1);
    ((struct xfed_quota *)stranger)->waits = 16;
    assert_int_equal(
        loop_send(northwind, loop_message(&s.loop, "a@northwind.example", BOB, "Hello"), 8), 0);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN), 1);
    assert_string_equal(loop_event(s.fabrikam, XMPPFED_EVENT_STREAM_DOWN, 0)->remote,
                        "northwind.example");
    assert_int_equal(s.fabrikam->fed->evidence_waits, 1);
    ((struct xfed_quota *)stranger)->waits = 1;
    scene_fini(&s);
}

static void test_options(void **state)
{
    static const struct {
        int option;
        uint64_t value;
        int rc;
    } calls[] = {
        {XMPPFED_OPTION_DNS_TRUSTED, 1, 0},
        {XMPPFED_OPTION_DNS_TRUSTED, 2, XMPPFED_ERR_ARGUMENT},
        {XMPPFED_OPTION_DNS_CACHE, 0, 0},
        {XMPPFED_OPTION_DNS_CACHE, 1000001, XMPPFED_ERR_ARGUMENT},
        {XMPPFED_OPTION_DNS_MIXED_CASE, 0, 0},
        {XMPPFED_OPTION_DNS_MIXED_CASE, 2, XMPPFED_ERR_ARGUMENT},
        {XMPPFED_OPTION_DNS_MIXED_CASE + 1, 0, XMPPFED_ERR_ARGUMENT},
    };
    struct scene s;

    (void)state;
    scene_init(&s, BY_EXTERNAL);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (xmppfed_federation_set_option(s.contoso->fed, calls[i].option, calls[i].value) !=
            calls[i].rc)
            fail_msg("option %d = %u", calls[i].option, (unsigned)calls[i].value);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_inbound),
        cmocka_unit_test(test_inbound_time),
        cmocka_unit_test(test_inbound_gone),
        cmocka_unit_test(test_inbound_shutdown),
        cmocka_unit_test(test_inbound_bounds),
        cmocka_unit_test(test_inbound_share),
        cmocka_unit_test(test_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
