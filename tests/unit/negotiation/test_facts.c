/* test_facts.c - what holds at the moment of an event. */
#include "base/slice.h"
#include "fixture.h"

#define S XMPPFED_METHOD_EXTERNAL
#define TLS_DB XMPPFED_METHOD_DIALBACK_TLS
#define TCP_DB XMPPFED_METHOD_DIALBACK_TCP
#define FACT(name) XFED_FACT_##name

/* Facts of a <features/> or of the state as it is; the partner is fabrikam.example. */
struct row {
    const char *name;
    enum xfed_role role;
    uint32_t methods;
    unsigned event;
    bool tls_on;
    bool certificate;      /* proves the peer */
    bool bound;            /* ... by TLSA records */
    int dane;              /* of the partner record */
    bool cannot_serve;     /* we have no certificate */
    bool no_offers;        /* nothing was offered on the stream */
    unsigned holds, fails; /* of those that are looked at */
};

static const struct row rows[] = {
    {.name = "initiator, TLS can be used",
     .role = XFED_INITIATOR,
     .methods = S | TLS_DB,
     .event = XFED_EVENT_FEATURES,
     .holds = FACT(TLS_USABLE) | FACT(TLS_REQUIRED) | FACT(PARTNER_LISTED) | FACT(DIALBACK_OFFERED),
     .fails = FACT(DIALBACK_OPEN) | FACT(SASL_OPEN) | FACT(VERIFY_ONLY)},
    {.name = "initiator, TLS was not offered",
     .role = XFED_INITIATOR,
     .methods = S | TLS_DB,
     .event = XFED_EVENT_FEATURES,
     .no_offers = true,
     .holds = FACT(TLS_REQUIRED),
     .fails = FACT(TLS_USABLE) | FACT(DIALBACK_OFFERED)},
    {.name = "initiator, direct TLS is its own offer",
     .role = XFED_INITIATOR,
     .methods = S | TLS_DB,
     .event = XFED_EVENT_DIRECT_TLS,
     .no_offers = true,
     .holds = FACT(TLS_USABLE) | FACT(TLS_REQUIRED),
     .fails = FACT(SASL_OPEN) | FACT(DIALBACK_OPEN)},
    {.name = "initiator, direct TLS against the record",
     .role = XFED_INITIATOR,
     .methods = TCP_DB,
     .event = XFED_EVENT_DIRECT_TLS,
     .no_offers = true,
     .fails = FACT(TLS_USABLE)},
    {.name = "initiator, the record says no TLS",
     .role = XFED_INITIATOR,
     .methods = TCP_DB,
     .event = XFED_EVENT_FEATURES,
     .holds = FACT(DIALBACK_OPEN),
     .fails = FACT(TLS_USABLE) | FACT(TLS_REQUIRED)},
    {.name = "initiator, TLS, all methods",
     .role = XFED_INITIATOR,
     .methods = S | TLS_DB | TCP_DB,
     .event = XFED_EVENT_FEATURES,
     .tls_on = true,
     .certificate = true,
     .holds = FACT(SASL_OPEN) | FACT(DIALBACK_OPEN),
     .fails = FACT(TLS_USABLE) | FACT(TLS_REQUIRED)},
    {.name = "initiator, TLS, the peer's certificate is no proof",
     .role = XFED_INITIATOR,
     .methods = S | TLS_DB,
     .event = XFED_EVENT_FEATURES,
     .tls_on = true,
     .holds = FACT(DIALBACK_OPEN),
     .fails = FACT(SASL_OPEN)},
    {.name = "initiator, TLS, EXTERNAL was not offered",
     .role = XFED_INITIATOR,
     .methods = S | TLS_DB,
     .event = XFED_EVENT_FEATURES,
     .tls_on = true,
     .certificate = true,
     .no_offers = true,
     .holds = FACT(DIALBACK_OPEN),
     .fails = FACT(SASL_OPEN)},
    {.name = "initiator, TLS, no certificate of ours to show",
     .role = XFED_INITIATOR,
     .methods = S | TLS_DB,
     .event = XFED_EVENT_FEATURES,
     .tls_on = true,
     .certificate = true,
     .cannot_serve = true,
     .holds = FACT(DIALBACK_OPEN),
     .fails = FACT(SASL_OPEN)},
    {.name = "initiator, TLS, dialback on TCP only",
     .role = XFED_INITIATOR,
     .methods = S | TCP_DB,
     .event = XFED_EVENT_FEATURES,
     .tls_on = true,
     .fails = FACT(DIALBACK_OPEN) | FACT(SASL_OPEN)},
    {.name = "receiver, no certificate of ours",
     .role = XFED_RECEIVER,
     .methods = S | TLS_DB,
     .event = XFED_EVENT_STARTTLS,
     .cannot_serve = true,
     .holds = FACT(TLS_REQUIRED) | FACT(TARGET_HOSTED),
     .fails = FACT(TLS_USABLE)},
    {.name = "receiver, EXTERNAL was not offered",
     .role = XFED_RECEIVER,
     .methods = S | TLS_DB,
     .event = XFED_EVENT_AUTH,
     .tls_on = true,
     .certificate = true,
     .no_offers = true,
     .holds = FACT(TRIES_LEFT),
     .fails = FACT(SASL_OPEN)},
    {.name = "receiver, EXTERNAL without TLS",
     .role = XFED_RECEIVER,
     .methods = S | TCP_DB,
     .event = XFED_EVENT_AUTH,
     .certificate = true,
     .holds = FACT(DIALBACK_OPEN),
     .fails = FACT(SASL_OPEN)},
    {.name = "receiver, EXTERNAL is not in the record",
     .role = XFED_RECEIVER,
     .methods = TLS_DB,
     .event = XFED_EVENT_AUTH,
     .tls_on = true,
     .certificate = true,
     .holds = FACT(DIALBACK_OPEN),
     .fails = FACT(SASL_OPEN)},
    /* TLSA records of the server dialled, and what the partner record makes of them. */
    {.name = "initiator, TLSA records promise TLS",
     .role = XFED_INITIATOR,
     .methods = S | TCP_DB,
     .event = XFED_EVENT_FEATURES,
     .bound = true,
     .holds = FACT(TLS_REQUIRED)},
    {.name = "initiator, TLSA records that do not count",
     .role = XFED_INITIATOR,
     .methods = S | TCP_DB,
     .event = XFED_EVENT_FEATURES,
     .bound = true,
     .dane = XMPPFED_DANE_OFF,
     .fails = FACT(TLS_REQUIRED)},
    {.name = "initiator, TLSA records hold",
     .role = XFED_INITIATOR,
     .methods = S | TLS_DB,
     .event = XFED_EVENT_FEATURES,
     .tls_on = true,
     .bound = true,
     .certificate = true,
     .dane = XMPPFED_DANE_REQUIRED,
     .holds = FACT(SASL_OPEN),
     .fails = FACT(DIALBACK_OPEN)},
    {.name = "initiator, TLSA records refute",
     .role = XFED_INITIATOR,
     .methods = S | TLS_DB,
     .event = XFED_EVENT_FEATURES,
     .tls_on = true,
     .bound = true,
     .fails = FACT(SASL_OPEN) | FACT(DIALBACK_OPEN)},
    {.name = "initiator, DANE is required and there is PKIX",
     .role = XFED_INITIATOR,
     .methods = S | TLS_DB,
     .event = XFED_EVENT_FEATURES,
     .tls_on = true,
     .certificate = true,
     .dane = XMPPFED_DANE_REQUIRED,
     .holds = FACT(TLS_REQUIRED),
     .fails = FACT(SASL_OPEN) | FACT(DIALBACK_OPEN)},
    {.name = "receiver, records of a server bind nobody who dials in",
     .role = XFED_RECEIVER,
     .methods = S | TCP_DB,
     .event = XFED_EVENT_HEADER,
     .bound = true,
     .holds = FACT(DIALBACK_OPEN),
     .fails = FACT(TLS_REQUIRED)},
};

static void test_methods(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct fixture f;
        unsigned facts;

        fixture_open(&f, row->role, row->methods);
        fixture_jump(&f, XFED_STATE_CLOSED, row->tls_on);
        f.ports.prove_rc = row->certificate ? 0 : XMPPFED_ERR_TLS_CERTIFICATE;
        f.ports.can_serve = !row->cannot_serve;
        f.ports.bound = row->bound;
        f.ports.partners[0].dane = row->dane;
        f.n.tls_offered = !row->no_offers;
        f.n.external_offered = !row->no_offers;
        f.n.dialback_offered = !row->no_offers;
        facts = xfed_negotiation_facts(&f.n, row->event, &(struct xfed_input){0});
        if ((facts & row->holds) != row->holds || (facts & row->fails) != 0)
            fail_msg("%s: facts %#x", row->name, facts);
        fixture_close(&f);
    }
}

/* After a refusal dialback goes first, but EXTERNAL stays where there is nothing else. */
static void test_dialback_first(void **state)
{
    static const struct {
        uint32_t methods;
        bool offered;
        unsigned external;
    } cases[] = {
        {S | TLS_DB, true, 0},
        {S | TLS_DB, false, FACT(SASL_OPEN)},
        {S, true, FACT(SASL_OPEN)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture f;
        unsigned facts;

        fixture_open(&f, XFED_INITIATOR, cases[i].methods);
        fixture_jump(&f, XFED_STATE_I_TLS_FEATURES, true);
        f.ports.prove_rc = 0;
        f.n.external_offered = true;
        f.n.dialback_offered = cases[i].offered;
        f.n.dialback_first = true;
        facts = xfed_negotiation_facts(&f.n, XFED_EVENT_FEATURES, &(struct xfed_input){0});
        assert_int_equal(facts & FACT(SASL_OPEN), cases[i].external);
        fixture_close(&f);
    }
}

static unsigned header_facts(struct fixture *f, const char *from, const char *to)
{
    struct xfed_stream_header h = {.version_1 = true};

    (void)xfed_text_copy(h.from, sizeof(h.from), from);
    (void)xfed_text_copy(h.to, sizeof(h.to), to);
    return xfed_negotiation_facts(&f->n, XFED_EVENT_HEADER, &(struct xfed_input){.header = &h});
}

static void test_first_header(void **state)
{
    struct fixture f;
    unsigned facts;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, S | TLS_DB);
    facts = header_facts(&f, "fabrikam.example", "contoso.example");
    assert_int_equal(facts & (FACT(TARGET_HOSTED) | FACT(PARTNER_LISTED) | FACT(SAME_ADDRESSES)),
                     FACT(TARGET_HOSTED) | FACT(PARTNER_LISTED) | FACT(SAME_ADDRESSES));
    assert_true(facts & FACT(VERSION_1));
    facts = header_facts(&f, "fabrikam.example", "other.example");
    assert_int_equal(facts & FACT(TARGET_HOSTED), 0);
    facts = header_facts(&f, "evil.example", "contoso.example");
    assert_int_equal(facts & FACT(PARTNER_LISTED), 0);
    assert_int_equal(facts & (FACT(TLS_USABLE) | FACT(DIALBACK_OPEN) | FACT(SASL_OPEN)), 0);
    /* Who does not say a name may still come to it. */
    facts = header_facts(&f, "", "");
    assert_int_equal(
        facts &
            (FACT(TARGET_HOSTED) | FACT(PARTNER_LISTED) | FACT(TLS_USABLE) | FACT(DIALBACK_OPEN)),
        FACT(TARGET_HOSTED) | FACT(PARTNER_LISTED) | FACT(TLS_USABLE) | FACT(DIALBACK_OPEN));
    fixture_close(&f);
}

/* CVE-2018-10847: the domains of a stream do not change when it is restarted. */
static void test_later_header(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, S | TLS_DB);
    fixture_jump(&f, XFED_STATE_R_TLS_HEADER, true);
    assert_true(header_facts(&f, "fabrikam.example", "contoso.example") & FACT(SAME_ADDRESSES));
    assert_true(header_facts(&f, "", "") & FACT(SAME_ADDRESSES));
    assert_false(header_facts(&f, "evil.example", "contoso.example") & FACT(SAME_ADDRESSES));
    assert_false(header_facts(&f, "fabrikam.example", "other.example") & FACT(SAME_ADDRESSES));
    fixture_close(&f);
}

/* The certificate was checked for the stream's own peer: it proves no other domain. */
static void test_certificate_is_of_the_streams_peer(void **state)
{
    struct xfed_dialback_message m = {.from = "other.example", .to = "contoso.example"};
    struct fixture f;
    unsigned facts;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, S | TLS_DB);
    (void)fake_ports_partner(&f.ports, "other.example", S);
    fixture_jump(&f, XFED_STATE_R_TLS_OPEN, true);
    f.ports.prove_rc = 0;
    facts =
        xfed_negotiation_facts(&f.n, XFED_EVENT_DB_RESULT, &(struct xfed_input){.dialback = &m});
    assert_int_equal(facts & (FACT(SASL_OPEN) | FACT(DIALBACK_OPEN)), 0);
    assert_true(facts & FACT(PARTNER_LISTED));
    assert_int_equal(f.ports.proofs_asked, 0);
    fixture_close(&f);
}

static unsigned evidence_at_header(struct fixture *f)
{
    return header_facts(f, "fabrikam.example", "contoso.example") & FACT(EVIDENCE_WANTED);
}

/* Nobody is asked about a certificate that needs nothing, or that nothing could help. */
static void test_evidence(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, S | TLS_DB);
    fixture_jump(&f, XFED_STATE_R_TLS_HEADER, true);
    assert_int_equal(evidence_at_header(&f), 0); /* the host can get nothing */
    f.ports.evidence = XMPPFED_EVIDENCE_TLSA;
    assert_int_equal(evidence_at_header(&f), FACT(EVIDENCE_WANTED));
    f.ports.partners[0].dane = XMPPFED_DANE_OFF;
    assert_int_equal(evidence_at_header(&f), 0);
    f.ports.partners[0].dane = XMPPFED_DANE_OPPORTUNISTIC;
    f.ports.partners[0].methods = TLS_DB;
    assert_int_equal(evidence_at_header(&f), 0);
    f.ports.partners[0].methods = S;
    f.n.tls_on = false;
    assert_int_equal(evidence_at_header(&f), 0);
    f.n.tls_on = true;
    f.n.evidence_asked = true;
    assert_int_equal(evidence_at_header(&f), 0);
    f.n.evidence_asked = false;
    f.ports.prove_rc = 0;
    f.ports.epoch++;
    assert_int_equal(evidence_at_header(&f), 0); /* PKIX does */
    f.ports.partners[0].dane = XMPPFED_DANE_REQUIRED;
    assert_int_equal(evidence_at_header(&f), FACT(EVIDENCE_WANTED));
    fixture_close(&f);
    fixture_open(&f, XFED_INITIATOR, S);
    fixture_jump(&f, XFED_STATE_I_TLS_HEADER, true);
    f.ports.evidence = XMPPFED_EVIDENCE_TLSA;
    assert_int_equal(evidence_at_header(&f), 0);
    fixture_close(&f);
}

/* A check of a certificate costs signatures: once a stream, with the record's rule. */
static void test_certificate_is_checked_once(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, S);
    f.ports.partners[0].eku = XMPPFED_EKU_STRICT_ROLE;
    fixture_jump(&f, XFED_STATE_R_TLS_OPEN, true);
    for (int i = 0; i < 3; i++)
        (void)xfed_negotiation_facts(&f.n, XFED_EVENT_AUTH, &(struct xfed_input){0});
    assert_int_equal(f.ports.proofs_asked, 1);
    assert_int_equal(f.ports.proved_eku, XMPPFED_EKU_STRICT_ROLE);
    assert_int_equal(f.n.why_not_proved.code, XMPPFED_ERR_TLS_CERTIFICATE);
    fixture_close(&f);
}

static unsigned stanza_facts(struct fixture *f, const char *local, const char *remote)
{
    return xfed_negotiation_facts(&f->n, XFED_EVENT_STANZA,
                                  &(struct xfed_input){.local = local, .remote = remote});
}

static void test_stanzas(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fake_ports_host(&f.ports, "second.example");
    fixture_jump(&f, XFED_STATE_R_UP, true);
    f.ports.prove_rc = 0;
    assert_int_equal(stanza_facts(&f, "contoso.example", "fabrikam.example"), 0);
    assert_int_equal(xfed_pairs_add(&f.n.proved, "contoso.example", "fabrikam.example", TLS_DB), 0);
    assert_int_equal(stanza_facts(&f, "contoso.example", "fabrikam.example"), FACT(PAIR_PROVED));
    assert_int_equal(stanza_facts(&f, "contoso.example", "evil.example"), 0);
    assert_int_equal(stanza_facts(&f, "contoso.example", "sub.fabrikam.example"), 0);
    /* Dialback proves a pair, a certificate proves the peer towards all that we host. */
    assert_int_equal(stanza_facts(&f, "second.example", "fabrikam.example"), 0);
    assert_int_equal(xfed_pairs_add(&f.n.proved, "contoso.example", "fabrikam.example", S), 0);
    assert_int_equal(stanza_facts(&f, "second.example", "fabrikam.example"), FACT(PAIR_PROVED));
    assert_int_equal(stanza_facts(&f, "third.example", "fabrikam.example"), 0);
    fixture_close(&f);
}

/* What was proved counts only as long as the record accepts that kind of proof. */
static void test_stanzas_under_another_record(void **state)
{
    static const struct {
        const char *name;
        int method;
        uint32_t methods; /* of the new record */
        int prove_rc;     /* of the certificate under the new rule */
        bool passes;
    } changes[] = {
        {"dialback, unchanged", TLS_DB, S | TLS_DB, 0, true},
        {"dialback, the record wants a certificate", TLS_DB, S, 0, false},
        {"plain dialback, the record wants TLS", TCP_DB, S | TLS_DB, 0, false},
        {"certificate, the record wants dialback", S, TLS_DB, 0, false},
        {"certificate, another rule that it meets", S, S, 0, true},
        {"certificate, another rule", S, S, XMPPFED_ERR_TLS_CERTIFICATE, false},
        {"no record at all", S, 0, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct fixture f;
        bool passes;

        fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
        fixture_jump(&f, XFED_STATE_R_UP, true);
        f.ports.prove_rc = 0;
        assert_int_equal(
            xfed_pairs_add(&f.n.proved, "contoso.example", "fabrikam.example", changes[i].method),
            0);
        assert_int_equal(stanza_facts(&f, "contoso.example", "fabrikam.example"),
                         FACT(PAIR_PROVED));
        f.ports.prove_rc = changes[i].prove_rc;
        f.ports.partners[0].methods = changes[i].methods;
        f.ports.partners[0].eku = XMPPFED_EKU_STRICT_ROLE;
        passes = stanza_facts(&f, "contoso.example", "fabrikam.example") != 0;
        if (passes != changes[i].passes)
            fail_msg("%s: passes %d", changes[i].name, passes);
        fixture_close(&f);
    }
}

static void test_sending_under_another_record(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, S | TLS_DB);
    assert_false(xfed_negotiation_may_send(&f.n, "contoso.example", "fabrikam.example"));
    fixture_jump(&f, XFED_STATE_I_UP, true);
    f.n.method = TLS_DB;
    assert_true(xfed_negotiation_may_send(&f.n, "contoso.example", "fabrikam.example"));
    f.ports.partners[0].methods = S;
    assert_false(xfed_negotiation_may_send(&f.n, "contoso.example", "fabrikam.example"));
    fixture_close(&f);
}

/* A verdict by one rule of purposes says nothing under another. */
static void test_certificate_is_checked_by_rule(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, S);
    f.ports.partners[0].eku = XMPPFED_EKU_ANY;
    fixture_jump(&f, XFED_STATE_R_TLS_OPEN, true);
    f.ports.prove_rc = 0;
    assert_true(xfed_negotiation_facts(&f.n, XFED_EVENT_AUTH, &(struct xfed_input){0}) &
                FACT(SASL_OPEN));
    f.ports.prove_rc = XMPPFED_ERR_TLS_CERTIFICATE;
    f.ports.partners[0].eku = XMPPFED_EKU_SERVER;
    assert_false(xfed_negotiation_facts(&f.n, XFED_EVENT_AUTH, &(struct xfed_input){0}) &
                 FACT(SASL_OPEN));
    assert_int_equal(f.ports.proofs_asked, 2);
    fixture_close(&f);
}

/* A reload of trust, or an expiry, takes a verdict back. */
static void test_certificate_is_checked_by_epoch(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, S);
    fixture_jump(&f, XFED_STATE_I_UP, true);
    f.n.method = S;
    f.ports.prove_rc = 0;
    assert_true(xfed_negotiation_may_send(&f.n, "contoso.example", "fabrikam.example"));
    assert_true(xfed_negotiation_uses_certificate(&f.n));
    f.ports.prove_rc = XMPPFED_ERR_TLS_CERTIFICATE;
    assert_true(xfed_negotiation_may_send(&f.n, "contoso.example", "fabrikam.example"));
    f.ports.epoch++;
    assert_false(xfed_negotiation_may_send(&f.n, "contoso.example", "fabrikam.example"));
    assert_false(xfed_negotiation_stands(&f.n));
    assert_false(xfed_negotiation_uses_certificate(&f.n));
    fixture_close(&f);
}

/* One proof that stands keeps a stream, and all of them are looked at. */
static void test_receiver_stands(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, S | TLS_DB);
    (void)fake_ports_partner(&f.ports, "other.example", TLS_DB);
    fixture_jump(&f, XFED_STATE_R_UP, true);
    assert_false(xfed_negotiation_stands(&f.n));
    f.ports.prove_rc = 0;
    assert_int_equal(xfed_pairs_add(&f.n.proved, "contoso.example", "other.example", TLS_DB), 0);
    assert_int_equal(xfed_pairs_add(&f.n.proved, "contoso.example", "fabrikam.example", S), 0);
    assert_true(xfed_negotiation_stands(&f.n));
    assert_true(xfed_negotiation_uses_certificate(&f.n));
    f.ports.prove_rc = XMPPFED_ERR_TLS_CERTIFICATE;
    f.ports.epoch++;
    assert_true(xfed_negotiation_stands(&f.n));
    assert_false(xfed_negotiation_uses_certificate(&f.n));
    f.ports.partners[1].methods = S;
    assert_false(xfed_negotiation_stands(&f.n));
    fixture_close(&f);
}

/* The least version holds for each method inside TLS, also while a stream is up. */
static void test_tls_minimum(void **state)
{
    struct fixture f;
    unsigned facts;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, S | TLS_DB);
    f.ports.prove_rc = 0;
    f.ports.partners[0].tls_minimum = XMPPFED_TLS_1_3;
    f.ports.tls_version = XMPPFED_TLS_1_2;
    fixture_jump(&f, XFED_STATE_R_TLS_OPEN, true);
    facts = xfed_negotiation_facts(&f.n, XFED_EVENT_AUTH, &(struct xfed_input){0});
    assert_int_equal(facts & (FACT(SASL_OPEN) | FACT(DIALBACK_OPEN)), 0);
    assert_int_equal(f.n.why_not_proved.code, XMPPFED_ERR_TLS_VERSION);
    assert_int_equal(xfed_pairs_add(&f.n.proved, "contoso.example", "fabrikam.example", TLS_DB), 0);
    assert_int_equal(stanza_facts(&f, "contoso.example", "fabrikam.example"), 0);
    f.ports.tls_version = XMPPFED_TLS_1_3;
    facts = xfed_negotiation_facts(&f.n, XFED_EVENT_AUTH, &(struct xfed_input){0});
    assert_true(facts & FACT(SASL_OPEN));
    assert_true(facts & FACT(DIALBACK_OPEN));
    assert_true(stanza_facts(&f, "contoso.example", "fabrikam.example"));
    fixture_close(&f);
}

static void test_pair_is_ours(void **state)
{
    struct xfed_dialback_message m = {.from = "fabrikam.example", .to = "contoso.example"};
    struct xfed_input answer = {.dialback = &m};
    struct xfed_input verdict = {.local = "contoso.example", .remote = "fabrikam.example"};
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
    assert_true(xfed_negotiation_facts(&f.n, XFED_EVENT_DB_VALID, &answer) & FACT(PAIR_OURS));
    (void)xfed_text_copy(m.from, sizeof(m.from), "evil.example");
    assert_false(xfed_negotiation_facts(&f.n, XFED_EVENT_DB_VALID, &answer) & FACT(PAIR_OURS));
    assert_false(xfed_negotiation_facts(&f.n, XFED_EVENT_CHECK_VALID, &verdict) & FACT(PAIR_OURS));
    assert_int_equal(xfed_pairs_add(&f.n.checks, "contoso.example", "fabrikam.example", 0), 0);
    assert_true(xfed_negotiation_facts(&f.n, XFED_EVENT_CHECK_VALID, &verdict) & FACT(PAIR_OURS));
    /* A key for the stream before its restart proves nothing afterwards. */
    f.n.checks.items[0].method = XFED_CHECK_STALE;
    assert_false(xfed_negotiation_facts(&f.n, XFED_EVENT_CHECK_VALID, &verdict) & FACT(PAIR_OURS));
    fixture_close(&f);
}

static void test_tries(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, S);
    fixture_jump(&f, XFED_STATE_R_TLS_OPEN, true);
    f.n.sasl_tries = XFED_SASL_TRIES - 1;
    assert_true(xfed_negotiation_facts(&f.n, XFED_EVENT_AUTH, &(struct xfed_input){0}) &
                FACT(TRIES_LEFT));
    f.n.sasl_tries = XFED_SASL_TRIES;
    assert_false(xfed_negotiation_facts(&f.n, XFED_EVENT_AUTH, &(struct xfed_input){0}) &
                 FACT(TRIES_LEFT));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_dialback_first),
        cmocka_unit_test(test_first_header),
        cmocka_unit_test(test_later_header),
        cmocka_unit_test(test_certificate_is_of_the_streams_peer),
        cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_certificate_is_checked_once),
        cmocka_unit_test(test_certificate_is_checked_by_rule),
        cmocka_unit_test(test_certificate_is_checked_by_epoch),
        cmocka_unit_test(test_receiver_stands),
        cmocka_unit_test(test_tls_minimum),
        cmocka_unit_test(test_stanzas),
        cmocka_unit_test(test_stanzas_under_another_record),
        cmocka_unit_test(test_sending_under_another_record),
        cmocka_unit_test(test_pair_is_ours),
        cmocka_unit_test(test_tries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
