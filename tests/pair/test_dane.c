/* test_dane.c - two connections with real TLS, judged by TLSA records (RFC 7673). */
#include "ends.h"

#include "support/tlsa.h"

#define PIN_CONTOSO "d31697d5e5f0de3246cd7b332722bcce4b10fc5cad2f8c52fddbeb8442d6dea6"
#define HOST "xmpp.hosting.example"

enum { RECORDS = 3 };

/* contoso.example trusts ca.pem and dials fabrikam.example. */
static const struct row {
    const char *name;
    const char *cert; /* of the peer */
    struct test_promise promises[RECORDS];
    const char *base; /* whose records they are; NULL: HOST */
    const char *host; /* what the SRV record is proved to name; NULL: nothing */
    int dane;         /* of the partner record */
    bool no_dialback;
    int proof; /* of the initiator; 0: it is refused */
    const char *says;
} rows[] = {
    {"no record", "fabrikam", {{0}}, .proof = XMPPFED_PROOF_PKIX},
    {"its key", "fabrikam", {{3, 1, 1, "fabrikam"}}, .proof = XMPPFED_PROOF_DANE},
    {"its key, expired",
     "fabrikam-expired",
     {{3, 1, 1, "fabrikam-expired"}},
     .proof = XMPPFED_PROOF_DANE},
    {"its key, another name",
     "fabrikam-wrongname",
     {{3, 1, 1, "fabrikam-wrongname"}},
     .proof = XMPPFED_PROOF_DANE},
    {"its key, self-signed",
     "fabrikam-selfsigned",
     {{3, 1, 2, "fabrikam-selfsigned"}},
     .proof = XMPPFED_PROOF_DANE},
    {"another key beside a good PKIX certificate",
     "fabrikam",
     {{3, 1, 1, "contoso"}},
     .says = "TLSA"},
    {"one bit off", "fabrikam", {{3, 1, 1, "fabrikam", .spoiled = CHANGED}}, .says = "TLSA"},
    {"another key, without dialback",
     "fabrikam",
     {{3, 1, 1, "contoso"}},
     .no_dialback = true,
     .says = "TLSA"},
    {"another key, self-signed", "fabrikam-selfsigned", {{3, 1, 1, "contoso"}}, .says = "TLSA"},
    {"both digests",
     "fabrikam",
     {{3, 1, 1, "fabrikam"}, {3, 1, 2, "fabrikam"}},
     .proof = XMPPFED_PROOF_DANE},
    {"both digests, the other way",
     "fabrikam",
     {{3, 1, 2, "fabrikam"}, {3, 1, 1, "fabrikam"}},
     .proof = XMPPFED_PROOF_DANE},
    {"only the weak digest is right",
     "fabrikam",
     {{3, 1, 1, "fabrikam"}, {3, 1, 2, "contoso"}},
     .says = "TLSA"},
    {"the key to come and the key that is",
     "fabrikam",
     {{3, 1, 1, "contoso"}, {3, 1, 1, "fabrikam"}},
     .proof = XMPPFED_PROOF_DANE},
    {"its authority", "fabrikam-chain", {{2, 0, 1, "sub-ca"}}, .proof = XMPPFED_PROOF_DANE},
    {"another authority", "fabrikam-chain", {{2, 0, 1, "unknown-ca"}}, .says = "TLSA"},
    {"its authority, another name", "fabrikam-wrongname", {{2, 0, 0, "ca"}}, .says = "cover"},
    {"its authority, the name of the server",
     "fabrikam-wrongname",
     {{2, 0, 0, "ca"}},
     .base = "other.example",
     .proof = XMPPFED_PROOF_DANE},
    {"PKIX and its key", "fabrikam", {{1, 1, 1, "fabrikam"}}, .proof = XMPPFED_PROOF_DANE},
    {"PKIX and its key, expired",
     "fabrikam-expired",
     {{1, 1, 1, "fabrikam-expired"}},
     .says = "expired"},
    /* Records that nobody understands are as if they were not there, never a success. */
    {"unusable, PKIX good", "fabrikam", {{9, 1, 1, "contoso"}}, .proof = XMPPFED_PROOF_PKIX},
    {"unusable, PKIX bad",
     "fabrikam-expired",
     {{9, 1, 1, "fabrikam-expired"}},
     .no_dialback = true,
     .says = "expired"},
    {"unusable, dialback",
     "fabrikam-expired",
     {{9, 1, 1, "fabrikam-expired"}},
     .proof = XMPPFED_PROOF_DIALBACK_TLS},
    {"malformed",
     "fabrikam",
     {{3, 1, 1, "fabrikam", .spoiled = SHORT}},
     .proof = XMPPFED_PROOF_PKIX},
    /* The name of the server counts for PKIX where DNSSEC has proved it. */
    {"a proved delegation",
     "fabrikam-wrongname",
     {{0}},
     .host = "other.example",
     .no_dialback = true,
     .proof = XMPPFED_PROOF_PKIX},
    {"no proved delegation", "fabrikam-wrongname", {{0}}, .no_dialback = true, .says = "cover"},
    {"a delegation elsewhere",
     "fabrikam-wrongname",
     {{0}},
     .host = HOST,
     .no_dialback = true,
     .says = "cover"},
    /* What the partner record says. */
    {"off: another key",
     "fabrikam",
     {{3, 1, 1, "contoso"}},
     .dane = XMPPFED_DANE_OFF,
     .proof = XMPPFED_PROOF_PKIX},
    {"off: its key, expired",
     "fabrikam-expired",
     {{3, 1, 1, "fabrikam-expired"}},
     .dane = XMPPFED_DANE_OFF,
     .no_dialback = true,
     .says = "expired"},
    {"off: a proved delegation",
     "fabrikam-wrongname",
     {{0}},
     .host = "other.example",
     .dane = XMPPFED_DANE_OFF,
     .no_dialback = true,
     .says = "cover"},
    {"required: its key",
     "fabrikam",
     {{3, 1, 1, "fabrikam"}},
     .dane = XMPPFED_DANE_REQUIRED,
     .proof = XMPPFED_PROOF_DANE},
    {"required: no record", "fabrikam", {{0}}, .dane = XMPPFED_DANE_REQUIRED, .says = FABRIKAM},
    {"required: unusable",
     "fabrikam",
     {{9, 1, 1, "fabrikam"}},
     .dane = XMPPFED_DANE_REQUIRED,
     .says = FABRIKAM},
    {"required: another key",
     "fabrikam",
     {{3, 1, 1, "contoso"}},
     .dane = XMPPFED_DANE_REQUIRED,
     .says = "TLSA"},
};

static void open_scene(struct ends *s, const struct row *row, enum dialled dialled)
{
    const struct test_partner partner = {.no_dialback = row->no_dialback, .dane = row->dane};

    ends_init(s, "contoso", partner, row->cert, (struct test_partner){0});
    s->pair.dialled = dialled;
    ends_start(s, false);
}

/* Hands the row's records to the initiator. */
static void tell_records(const struct ends *s, const struct row *row)
{
    static uint8_t octets[RECORDS][TEST_TLSA_SIZE];
    xmppfed_tlsa records[RECORDS];
    size_t count = 0;

    for (; count < RECORDS && row->promises[count].file; count++) {
        records[count] = test_tlsa(&row->promises[count], octets[count]);
        records[count].base = row->base ? row->base : HOST;
    }
    assert_int_equal(xmppfed_connection_set_tlsa(s->pair.initiator, row->host, records, count), 0);
}

static void check_row(const struct row *row, enum dialled dialled)
{
    const struct seen_event *up;
    const struct seen_event *down;
    struct ends s;

    open_scene(&s, row, dialled);
    tell_records(&s, row);
    stream_pair_run(&s.pair);
    up = seen_find(&s.pair.at_initiator, XMPPFED_EVENT_STREAM_UP);
    down = seen_find(&s.pair.at_initiator, XMPPFED_EVENT_STREAM_DOWN);
    if ((up ? up->proof.kind : 0) != row->proof)
        fail_msg("%s: %s, '%s'", row->name, up ? xmppfed_proof_name(up->proof.kind) : "refused",
                 down ? down->text : "");
    if (row->proof == 0 && !(down && down->code < 0 && strstr(down->text, row->says)))
        fail_msg("%s: ends in %d '%s'", row->name, down ? down->code : 0, down ? down->text : "");
    if (row->says && strcmp(row->says, "TLSA") == 0 && down->code != XMPPFED_ERR_TLS_CERTIFICATE)
        fail_msg("%s: ends in %d", row->name, down->code);
    if (row->proof == 0 && seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_UP))
        fail_msg("%s: the peer thinks that it was accepted", row->name);
    ends_fini(&s);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (int dialled = DIAL_STARTTLS; dialled <= DIAL_DIRECT_SHARED; dialled++)
            check_row(&rows[i], (enum dialled)dialled);
}

/* ---- the other way: who dials in has the certificate of a server of its domain -------------- */

static const char *const OTHER_HOST = "other.hosting.example";

/* fabrikam.example trusts ca.pem; contoso.example, with a certificate of fabrikam's, dials it. */
static const struct inbound {
    const char *name;
    const char *cert;
    struct test_promise promises[RECORDS]; /* of contoso.example's servers */
    const char *base;                      /* whose they are; NULL: HOST */
    bool two_servers;                      /* the last record is of another one */
    int dane;
    bool no_dialback;
    const char *pin; /* the key that the record pins */
    bool unasked;
    int proof; /* at the receiver */
    const char *says;
} inbound[] = {
    {"PKIX is enough",
     "contoso",
     {{3, 1, 1, "fabrikam"}},
     .unasked = true,
     .proof = XMPPFED_PROOF_PKIX},
    {"its key",
     "fabrikam-selfsigned",
     {{3, 1, 1, "fabrikam-selfsigned"}},
     .proof = XMPPFED_PROOF_DANE},
    {"its certificate",
     "fabrikam-selfsigned",
     {{3, 0, 0, "fabrikam-selfsigned"}},
     .proof = XMPPFED_PROOF_DANE},
    {"its key, expired",
     "fabrikam-expired",
     {{3, 1, 2, "fabrikam-expired"}},
     .proof = XMPPFED_PROOF_DANE},
    {"one bit off",
     "fabrikam-selfsigned",
     {{3, 1, 1, "fabrikam-selfsigned", .spoiled = CHANGED}},
     .no_dialback = true,
     .says = "certificate"},
    {"another key",
     "fabrikam-selfsigned",
     {{3, 1, 1, "contoso"}},
     .no_dialback = true,
     .says = "certificate"},
    {"another key refutes nothing",
     "fabrikam-selfsigned",
     {{3, 1, 1, "contoso"}},
     .proof = XMPPFED_PROOF_DIALBACK_TLS},
    {"no record", "fabrikam-selfsigned", {{0}}, .no_dialback = true, .says = "certificate"},
    {"its authority does not count",
     "fabrikam-wrongname",
     {{2, 0, 0, "ca"}},
     .base = "other.example",
     .no_dialback = true,
     .says = "cover"},
    {"PKIX and its key do not count",
     "fabrikam-wrongname",
     {{1, 1, 1, "fabrikam-wrongname"}},
     .base = "other.example",
     .no_dialback = true,
     .says = "cover"},
    {"the key of its second server",
     "fabrikam-selfsigned",
     {{3, 1, 1, "contoso"}, {3, 1, 1, "fabrikam-selfsigned"}},
     .two_servers = true,
     .proof = XMPPFED_PROOF_DANE},
    {"the digest of one server is no weaker for another",
     "fabrikam-selfsigned",
     {{3, 1, 1, "fabrikam-selfsigned"}, {3, 1, 2, "contoso"}},
     .two_servers = true,
     .proof = XMPPFED_PROOF_DANE},
    {"only the weak digest is right",
     "fabrikam-selfsigned",
     {{3, 1, 1, "fabrikam-selfsigned"}, {3, 1, 2, "contoso"}},
     .no_dialback = true,
     .says = "certificate"},
    {"off",
     "fabrikam-selfsigned",
     {{3, 1, 1, "fabrikam-selfsigned"}},
     .dane = XMPPFED_DANE_OFF,
     .no_dialback = true,
     .unasked = true,
     .says = "certificate"},
    {"required: its key",
     "fabrikam-selfsigned",
     {{3, 1, 1, "fabrikam-selfsigned"}},
     .dane = XMPPFED_DANE_REQUIRED,
     .proof = XMPPFED_PROOF_DANE},
    {"required: PKIX and its key",
     "contoso",
     {{3, 1, 1, "contoso"}},
     .dane = XMPPFED_DANE_REQUIRED,
     .proof = XMPPFED_PROOF_DANE},
    {"required: PKIX, no record", "contoso", {{0}}, .dane = XMPPFED_DANE_REQUIRED, .says = "TLSA"},
    {"required: no dialback either",
     "fabrikam-selfsigned",
     {{3, 1, 1, "contoso"}},
     .dane = XMPPFED_DANE_REQUIRED,
     .says = "TLSA"},
    {"unusable",
     "fabrikam-selfsigned",
     {{9, 1, 1, "fabrikam-selfsigned"}},
     .no_dialback = true,
     .says = "certificate"},
    {"no pinned key, whatever DNS says",
     "fabrikam-selfsigned",
     {{3, 1, 1, "fabrikam-selfsigned"}},
     .no_dialback = true,
     .pin = PIN_CONTOSO,
     .unasked = true,
     .says = "pin"},
};

static void open_inbound(struct ends *s, const struct inbound *row, enum dialled dialled)
{
    struct test_partner partner = {
        .no_dialback = row->no_dialback, .dane = row->dane, .pin = row->pin};

    ends_init(s, row->cert, (struct test_partner){0}, "fabrikam", partner);
    s->pair.dialled = dialled;
    ends_start(s, false);
    assert_int_equal(xmppfed_connection_set_evidence(s->pair.receiver, XMPPFED_EVIDENCE_TLSA), 0);
}

/* Answers what the receiver asks, with the row's records. */
static void answer_inbound(struct ends *s, const struct inbound *row)
{
    static uint8_t octets[RECORDS][TEST_TLSA_SIZE];
    xmppfed_tlsa records[RECORDS];
    size_t count = 0;

    for (; count < RECORDS && row->promises[count].file; count++) {
        records[count] = test_tlsa(&row->promises[count], octets[count]);
        records[count].base = row->base                       ? row->base
                              : count > 0 && row->two_servers ? OTHER_HOST
                                                              : HOST;
    }
    assert_false(xmppfed_connection_wants_input(s->pair.receiver));
    assert_int_equal(xmppfed_connection_set_tlsa(s->pair.receiver, NULL, records, count), 0);
    assert_int_equal(xmppfed_connection_evidence_known(s->pair.receiver), 0);
    assert_true(xmppfed_connection_wants_input(s->pair.receiver));
    assert_int_equal(xmppfed_connection_evidence_known(s->pair.receiver), XMPPFED_ERR_STATE);
}

static void check_inbound(const struct inbound *row, enum dialled dialled)
{
    const struct seen_event *up;
    const struct seen_event *down;
    const struct seen_event *asked;
    struct ends s;

    open_inbound(&s, row, dialled);
    stream_pair_run(&s.pair);
    asked = seen_find(&s.pair.at_receiver, XMPPFED_EVENT_EVIDENCE_WANTED);
    if (!asked != row->unasked)
        fail_msg("%s: %s", row->name, asked ? "asked" : "not asked");
    if (asked) {
        assert_string_equal(asked->remote, CONTOSO);
        answer_inbound(&s, row);
    }
    stream_pair_run(&s.pair);
    up = seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_UP);
    down = seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_DOWN);
    if ((up ? up->proof.kind : 0) != row->proof)
        fail_msg("%s: %s, '%s'", row->name, up ? xmppfed_proof_name(up->proof.kind) : "refused",
                 down ? down->text : "");
    if (row->proof == 0 && !(down && down->code < 0 && strstr(down->text, row->says)))
        fail_msg("%s: ends in %d '%s'", row->name, down ? down->code : 0, down ? down->text : "");
    ends_fini(&s);
}

static void test_inbound(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(inbound) / sizeof(inbound[0]); i++)
        for (int dialled = DIAL_STARTTLS; dialled <= DIAL_DIRECT_SHARED; dialled++)
            check_inbound(&inbound[i], (enum dialled)dialled);
}

/* With the time of its records a proof ends, by a clean close; PKIX does not take their place. */
static void check_time(bool dialled_by, uint32_t ttl, xmppfed_time seconds)
{
    static uint8_t octets[TEST_TLSA_SIZE];
    static const struct row out = {.cert = "fabrikam"};
    static const struct inbound in = {.cert = "fabrikam-selfsigned"};
    xmppfed_tlsa record =
        test_tlsa(&(struct test_promise){3, 1, 1, dialled_by ? in.cert : out.cert}, octets);
    const struct seen_event *event;
    xmppfed_connection *ours;
    struct seen *seen;
    struct ends s;

    record.base = HOST;
    record.ttl = ttl;
    if (dialled_by) {
        open_inbound(&s, &in, DIAL_STARTTLS);
        stream_pair_run(&s.pair);
        assert_int_equal(xmppfed_connection_set_tlsa(s.pair.receiver, NULL, &record, 1), 0);
        assert_int_equal(xmppfed_connection_evidence_known(s.pair.receiver), 0);
    } else {
        open_scene(&s, &out, DIAL_STARTTLS);
        assert_int_equal(xmppfed_connection_set_tlsa(s.pair.initiator, NULL, &record, 1), 0);
    }
    stream_pair_run(&s.pair);
    ours = dialled_by ? s.pair.receiver : s.pair.initiator;
    seen = dialled_by ? &s.pair.at_receiver : &s.pair.at_initiator;
    event = seen_find(seen, XMPPFED_EVENT_STREAM_UP);
    assert_non_null(event);
    assert_int_equal(event->proof.kind, XMPPFED_PROOF_DANE);
    s.pair.now = 1000 + seconds * 1000;
    ours->last_read = ours->last_stanza = s.pair.now; /* nobody is idle here */
    xmppfed_connection_tick(ours, s.pair.now);
    stream_pair_run(&s.pair);
    assert_null(seen_find(seen, XMPPFED_EVENT_STREAM_DOWN));
    s.pair.now += 1000;
    ours->last_read = ours->last_stanza = s.pair.now; /* nobody is idle here */
    xmppfed_connection_tick(ours, s.pair.now);
    stream_pair_run(&s.pair);
    event = seen_find(seen, XMPPFED_EVENT_STREAM_DOWN);
    if (ttl == 0) {
        assert_null(event);
    } else {
        assert_non_null(event);
        assert_int_equal(event->code, 0);
        assert_non_null(strstr(event->text, "stands no longer"));
    }
    ends_fini(&s);
}

static void test_time_of_records(void **state)
{
    (void)state;
    for (int dialled_by = 0; dialled_by < 2; dialled_by++) {
        check_time(dialled_by, 7200, 7200);
        check_time(dialled_by, 60, 3600);
        check_time(dialled_by, 0, 7200);
    }
}

static xmppfed_policy *policy_of(const struct ends *s, int dane, bool no_dialback)
{
    return test_policy(
        s->ctx,
        &(struct test_partner){.domain = FABRIKAM, .no_dialback = no_dialback, .dane = dane}, 1);
}

static int send_message(const struct ends *s)
{
    xmppfed_element *e = xmppfed_element_new(s->ctx, "message", XMPPFED_NS_SERVER);
    int rc;

    xmppfed_element_set_attribute(e, "from", "romeo@" CONTOSO);
    xmppfed_element_set_attribute(e, "to", "juliet@" FABRIKAM);
    rc = xmppfed_connection_send(s->pair.initiator, e, NULL);
    xmppfed_element_free(e);
    return rc;
}

/* A proof ends with the rule that made it, whichever way the rule changes. */
static void test_reload(void **state)
{
    static const struct {
        const char *name;
        const char *cert;
        const char *record; /* NULL: none */
        int before, after;
        int rc;
    } changes[] = {
        {"stays", "fabrikam-expired", "fabrikam-expired", XMPPFED_DANE_OPPORTUNISTIC,
         XMPPFED_DANE_REQUIRED, 0},
        {"trust in DNS ends", "fabrikam-expired", "fabrikam-expired", XMPPFED_DANE_OPPORTUNISTIC,
         XMPPFED_DANE_OFF, XMPPFED_ERR_STATE},
        {"PKIX takes over", "fabrikam", "fabrikam", XMPPFED_DANE_OPPORTUNISTIC, XMPPFED_DANE_OFF,
         0},
        {"DNS is heeded", "fabrikam", "contoso", XMPPFED_DANE_OFF, XMPPFED_DANE_OPPORTUNISTIC,
         XMPPFED_ERR_STATE},
        {"PKIX is not enough any more", "fabrikam", NULL, XMPPFED_DANE_OPPORTUNISTIC,
         XMPPFED_DANE_REQUIRED, XMPPFED_ERR_STATE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct row row = {.cert = changes[i].cert, .dane = changes[i].before, .no_dialback = true};
        xmppfed_policy *policy;
        struct ends s;

        if (changes[i].record)
            row.promises[0] = (struct test_promise){3, 1, 1, changes[i].record};
        open_scene(&s, &row, DIAL_STARTTLS);
        tell_records(&s, &row);
        stream_pair_run(&s.pair);
        assert_int_equal(send_message(&s), 0);
        policy = policy_of(&s, changes[i].after, true);
        xmppfed_site_set_policy(s.contoso, policy);
        xmppfed_policy_unref(policy);
        if (send_message(&s) != changes[i].rc)
            fail_msg("%s", changes[i].name);
        ends_fini(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_inbound),
        cmocka_unit_test(test_time_of_records),
        cmocka_unit_test(test_reload),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
