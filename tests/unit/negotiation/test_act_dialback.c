/* test_act_dialback.c - actions of server dialback. */
#include "fixture.h"

#include <stdio.h>

#include "dialback/key.h"

#define PEER_KEY "<db:result from='fabrikam.example' to='contoso.example'>k1</db:result>"
#define ANSWER(type) "send <db:result from='contoso.example' to='fabrikam.example' type='" type "'"
#define ERROR(type, condition)                                                             \
    "><error type='" type "'><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>" \
    "</error></db:result>\n"

#define SENDER "im.contoso.example"
#define TARGET "im.fabrikam.example"

static void open_with_key(struct fixture *f, bool tls)
{
    fixture_open(f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(f, tls ? XFED_STATE_R_TLS_OPEN : XFED_STATE_R_OPEN, tls);
    assert_int_equal(fixture_receive(f, PEER_KEY), 0);
    fake_ports_expect(&f->ports, "check contoso.example fabrikam.example id0 k1\n");
}

static void test_verdicts(void **state)
{
    struct fixture f;

    (void)state;
    open_with_key(&f, true);
    assert_int_equal(fixture_checked(&f, 0, NULL), 0);
    fake_ports_expect(&f.ports, ANSWER("valid") "/>\nup contoso.example fabrikam.example 2\n");
    assert_state(&f, "R_UP");
    /* The check is settled: a second verdict is about nothing. */
    assert_int_equal(fixture_checked(&f, 0, NULL), 0);
    fake_ports_expect(&f.ports, "");
    fixture_close(&f);

    open_with_key(&f, false);
    assert_int_equal(fixture_checked(&f, 0, NULL), 0);
    fake_ports_expect(&f.ports, ANSWER("valid") "/>\nup contoso.example fabrikam.example 4\n");
    fixture_close(&f);

    open_with_key(&f, true);
    assert_int_equal(fixture_checked(&f, XMPPFED_ERR_DIALBACK_INVALID, NULL),
                     XMPPFED_ERR_DIALBACK_INVALID);
    fake_ports_expect(&f.ports, ANSWER("invalid") "/>\n");
    fixture_close(&f);

    open_with_key(&f, true);
    assert_int_equal(fixture_checked(&f, XMPPFED_ERR_DNS_TIMEOUT, "remote-server-timeout"), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("wait", "remote-server-timeout"));
    assert_state(&f, "R_TLS_OPEN");
    fixture_close(&f);
}

/* XEP-0220 2.2.1, 2.1.2: the stream lives on if other pairs live on it, at the peer's end too. */
static void test_invalid_beside_a_proved_pair(void **state)
{
    struct fixture f;

    (void)state;
    open_with_key(&f, true);
    f.n.state = XFED_STATE_R_UP;
    assert_int_equal(xfed_pairs_add(&f.n.proved, "contoso.example", "other.example",
                                    XMPPFED_METHOD_DIALBACK_TLS),
                     0);
    assert_int_equal(fixture_checked(&f, XMPPFED_ERR_DIALBACK_INVALID, NULL), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("auth", "forbidden"));
    assert_state(&f, "R_UP");
    fixture_close(&f);
}

/* XEP-0220 2.2.1: a must where nothing is proved, and a check that is open proves nothing. */
static void test_invalid_beside_an_open_check(void **state)
{
    struct fixture f;

    (void)state;
    open_with_key(&f, true);
    assert_int_equal(xfed_pairs_add(&f.n.checks, "contoso.example", "other.example", 0), 0);
    assert_int_equal(fixture_checked(&f, XMPPFED_ERR_DIALBACK_INVALID, NULL),
                     XMPPFED_ERR_DIALBACK_INVALID);
    fake_ports_expect(&f.ports, ANSWER("invalid") "/>\n");
    fixture_close(&f);
}

static void test_one_check_a_pair(void **state)
{
    struct fixture f;

    (void)state;
    open_with_key(&f, true);
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, "");
    assert_int_equal(f.n.checks.count, 1);
    fixture_close(&f);
}

static void test_bound_of_checks(void **state)
{
    struct fixture f;
    char name[64];

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_UP, true);
    for (int i = 0; i < XFED_PAIRS_MAX; i++) {
        snprintf(name, sizeof(name), "n%d.example", i);
        assert_int_equal(xfed_pairs_add(i % 2 ? &f.n.checks : &f.n.proved, "contoso.example", name,
                                        i % 2 ? 0 : XMPPFED_METHOD_DIALBACK_TLS),
                         0);
    }
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("wait", "resource-constraint"));
    fixture_close(&f);
}

/* Who has proved nothing yet has few checks open at a time. */
static void test_bound_of_a_stranger(void **state)
{
    struct fixture f;
    char name[64];

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_TLS_OPEN, true);
    for (int i = 0; i < XFED_CHECKS_OF_STRANGER; i++) {
        snprintf(name, sizeof(name), "n%d.example", i);
        assert_int_equal(xfed_pairs_add(&f.n.checks, "contoso.example", name, 0), 0);
    }
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("wait", "resource-constraint"));
    fixture_close(&f);
}

/* The key was for the stream before STARTTLS; its verdict must not prove the peer inside TLS. */
static void test_verdict_after_the_restart(void **state)
{
    struct fixture f;

    (void)state;
    open_with_key(&f, false);
    assert_int_equal(fixture_receive(&f, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), 0);
    assert_int_equal(fixture_happens(&f, XFED_EVENT_TLS_UP), 0);
    f.n.state = XFED_STATE_R_TLS_OPEN;
    f.ports.log[0] = '\0';
    /* A new key for the pair has to wait: the host could not tell the two verdicts apart. */
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("wait", "resource-constraint"));
    assert_int_equal(fixture_checked(&f, 0, NULL), 0);
    fake_ports_expect(&f.ports, "");
    assert_int_equal(f.n.proved.count, 0);
    assert_int_equal(f.n.checks.count, 0);
    assert_state(&f, "R_TLS_OPEN");
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    assert_int_equal(f.n.checks.count, 1);
    fixture_close(&f);
}

static void test_verdict_while_the_handshake_runs(void **state)
{
    static const unsigned states[] = {XFED_STATE_R_TLS, XFED_STATE_R_TLS_HEADER,
                                      XFED_STATE_R_AUTH_HEADER};

    (void)state;
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        struct fixture f;

        open_with_key(&f, false);
        f.n.checks.items[0].method = XFED_CHECK_STALE;
        f.n.state = states[i];
        if (fixture_checked(&f, i % 2 ? 0 : XMPPFED_ERR_DIALBACK_INVALID, NULL) != 0 ||
            f.n.state != states[i] || f.n.checks.count != 0)
            fail_msg("%s", xfed_state_name(states[i]));
        fake_ports_expect(&f.ports, "");
        fixture_close(&f);
    }
}

static void test_refused_keys(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, XMPPFED_METHOD_EXTERNAL);
    fixture_jump(&f, XFED_STATE_R_OPEN, false);
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("modify", "policy-violation"));
    fixture_jump(&f, XFED_STATE_R_TLS_OPEN, true);
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("auth", "not-authorized"));
    assert_int_equal(
        fixture_receive(&f, "<db:result from='fabrikam.example' to='x.example'>k</db:result>"), 0);
    fake_ports_expect(&f.ports, "send <db:result from='x.example' to='fabrikam.example' "
                                "type='error'" ERROR("cancel", "item-not-found"));
    assert_int_equal(
        fixture_receive(&f, "<db:result from='evil.example' to='contoso.example'>k</db:result>"),
        0);
    fake_ports_expect(&f.ports, "send <db:result from='contoso.example' to='evil.example' "
                                "type='error'" ERROR("modify", "policy-violation"));
    fixture_close(&f);
}

/* ---- certificates in place of keys (XEP-0344) ------------------------------------------------ */

/* When a certificate stands for the check of a key, and when a key is checked as ever. */
struct key_case {
    const char *name;
    uint32_t methods;
    int dane;
    int prove_rc;      /* about fabrikam.example */
    const char *other; /* another domain that it proves */
    const char *from;  /* the key's domain; NULL: fabrikam.example */
    bool off;
    bool plain;
    bool unnamed; /* the header has no 'from' */
    bool proved;
    bool refused; /* nor is it checked */
};

static const struct key_case key_cases[] = {
    {.name = "proved", .methods = ALL_METHODS, .proved = true},
    {.name = "not set", .methods = ALL_METHODS, .off = true},
    {.name = "proves nothing", .methods = ALL_METHODS, .prove_rc = XMPPFED_ERR_TLS_IDENTITY},
    {.name = "no TLS", .methods = ALL_METHODS, .plain = true},
    {.name = "the record takes no certificate",
     .methods = XMPPFED_METHOD_DIALBACK_TLS | XMPPFED_METHOD_DIALBACK_TCP},
    {.name = "the record takes no dialback", .methods = XMPPFED_METHOD_EXTERNAL, .refused = true},
    {.name = "the record asks for DANE",
     .methods = ALL_METHODS,
     .dane = XMPPFED_DANE_REQUIRED,
     .refused = true},
    {.name = "another domain of the certificate",
     .methods = ALL_METHODS,
     .from = TARGET,
     .other = TARGET,
     .proved = true},
    {.name = "another domain, which it does not name", .methods = ALL_METHODS, .from = TARGET},
    {.name = "who has not named itself is proved by name",
     .methods = ALL_METHODS,
     .unnamed = true,
     .other = "fabrikam.example",
     .proved = true},
    {.name = "... and by nothing else", .methods = ALL_METHODS, .unnamed = true},
};

static void test_certificate_for_a_key(void **state)
{
    static const unsigned states[] = {XFED_STATE_R_TLS_OPEN, XFED_STATE_R_UP};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(key_cases) / sizeof(key_cases[0]); i++) {
        const struct key_case *row = &key_cases[i / 2];
        const char *from = row->from ? row->from : "fabrikam.example";
        struct fixture f;
        char key[256];

        fixture_open(&f, XFED_RECEIVER, row->methods);
        (void)fake_ports_partner(&f.ports, TARGET, row->methods);
        fixture_jump(&f, states[i % 2], !row->plain);
        if (row->plain && i % 2 == 0)
            f.n.state = XFED_STATE_R_OPEN;
        if (row->unnamed)
            f.n.remote[0] = '\0';
        f.ports.prove_rc = row->prove_rc;
        f.ports.proved_other = row->other;
        for (size_t k = 0; k < 2; k++) {
            f.ports.partners[k].key_by_certificate = !row->off;
            f.ports.partners[k].dane = row->dane;
        }
        snprintf(key, sizeof(key), "<db:result from='%s' to='contoso.example'>k1</db:result>",
                 from);
        assert_int_equal(fixture_receive(&f, key), 0);
        if ((strstr(f.ports.log, "type='valid'") != NULL) != row->proved ||
            (strstr(f.ports.log, "check ") != NULL) != (!row->proved && !row->refused) ||
            xfed_negotiation_method_of(&f.n, "contoso.example", from) !=
                (row->proved ? XMPPFED_METHOD_EXTERNAL : 0))
            fail_msg("%s: %s", row->name, f.ports.log);
        if (row->proved)
            assert_state(&f, "R_UP");
        fixture_close(&f);
    }
}

/* What it has proved holds as long as it does so, for each domain by itself. */
static void test_certificate_for_a_key_taken_back(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fake_ports_partner(&f.ports, TARGET, ALL_METHODS)->key_by_certificate = true;
    fixture_jump(&f, XFED_STATE_R_UP, true);
    f.ports.proved_other = TARGET;
    assert_int_equal(
        fixture_receive(&f, "<db:result from='" TARGET "' to='contoso.example'>k1</db:result>"), 0);
    f.ports.log[0] = '\0';
    assert_int_equal(fixture_receive(&f, "<message xmlns='jabber:server' from='a@" TARGET
                                         "' to='b@contoso.example'/>"),
                     0);
    fake_ports_expect(&f.ports, "stanza contoso.example " TARGET "\n");
    assert_true(xfed_negotiation_stands(&f.n));
    f.ports.proved_other = "fabrikam.example";
    assert_false(xfed_negotiation_stands(&f.n));
    assert_int_equal(fixture_receive(&f, "<message xmlns='jabber:server' from='a@" TARGET
                                         "' to='b@contoso.example'/>"),
                     XMPPFED_ERR_STREAM_INVALID_FROM);
    fixture_close(&f);
}

static void test_bound_of_certificates_for_keys(void **state)
{
    struct fixture f;
    char name[64];

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    f.ports.partners[0].key_by_certificate = true;
    f.ports.prove_rc = 0;
    fixture_jump(&f, XFED_STATE_R_UP, true);
    for (int i = 0; i < XFED_PAIRS_MAX; i++) {
        snprintf(name, sizeof(name), "n%d.example", i);
        assert_int_equal(
            xfed_pairs_add(&f.n.proved, "contoso.example", name, XMPPFED_METHOD_DIALBACK_TLS), 0);
    }
    assert_int_equal(fixture_receive(&f, PEER_KEY), 0);
    fake_ports_expect(&f.ports, ANSWER("error") ERROR("wait", "resource-constraint"));
    fixture_close(&f);
}

/* The authoritative server's part: yes to our own key, no to any other. */
static void test_verify(void **state)
{
    char key[XFED_DIALBACK_KEY_SIZE];
    char xml[512];
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_R_OPEN, false);
    assert_int_equal(xfed_dialback_key_make(f.ctx, xmppfed_slice_of("a secret of the tests"),
                                            "fabrikam.example", "contoso.example", "s9", key),
                     0);
    snprintf(xml, sizeof(xml),
             "<db:verify from='fabrikam.example' to='contoso.example' id='s9'>%s</db:verify>", key);
    assert_int_equal(fixture_receive(&f, xml), 0);
    fake_ports_expect(&f.ports, "send <db:verify from='contoso.example' id='s9' "
                                "to='fabrikam.example' type='valid'/>\n");
    snprintf(xml, sizeof(xml),
             "<db:verify from='fabrikam.example' to='contoso.example' id='s8'>%s</db:verify>", key);
    assert_int_equal(fixture_receive(&f, xml), 0);
    fake_ports_expect(&f.ports, "send <db:verify from='contoso.example' id='s8' "
                                "to='fabrikam.example' type='invalid'/>\n");
    assert_int_equal(fixture_receive(&f, "<db:verify from='fabrikam.example' to='x.example' "
                                         "id='s9'>k</db:verify>"),
                     0);
    fake_ports_expect(&f.ports, "send <db:verify from='x.example' id='s9' to='fabrikam.example' "
                                "type='error'><error type='cancel'><item-not-found "
                                "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
                                "</db:verify>\n");
    assert_int_equal(fixture_receive(&f, "<db:verify from='evil.example' to='contoso.example' "
                                         "id='s9'>k</db:verify>"),
                     0);
    fake_ports_expect(&f.ports, "send <db:verify from='contoso.example' id='s9' "
                                "to='evil.example' type='invalid'/>\n");
    fixture_close(&f);
}

static void test_pass_verify_answer(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, ALL_METHODS);
    fixture_jump(&f, XFED_STATE_I_VERIFY, false);
    assert_int_equal(fixture_receive(&f, "<db:verify from='fabrikam.example' to='contoso.example' "
                                         "id='s9' type='invalid'/>"),
                     0);
    fake_ports_expect(&f.ports, "answer contoso.example fabrikam.example s9 2\n");
    fixture_close(&f);
}

/* ---- further pairs on a stream of ours (XEP-0220 2.6) ---------------------------------------- */

/* A stream to fabrikam.example that is up by dialback, with errors, and partners of its server. */
static void open_up(struct fixture *f, bool tls)
{
    fixture_open(f, XFED_INITIATOR, ALL_METHODS);
    fixture_jump(f, XFED_STATE_I_UP, tls);
    fake_ports_host(&f->ports, SENDER);
    (void)fake_ports_partner(&f->ports, TARGET, ALL_METHODS);
    f->n.method = tls ? XMPPFED_METHOD_DIALBACK_TLS : XMPPFED_METHOD_DIALBACK_TCP;
    f->n.errors_offered = true;
}

static int ask(struct fixture *f, const char *local, const char *remote)
{
    return xfed_negotiation_run(&f->n, XFED_EVENT_PAIR_WANTED,
                                &(struct xfed_input){.local = local, .remote = remote});
}

/* The key of a pair is made of its own two domains and the id of the stream. */
static void test_key_of_a_further_pair(void **state)
{
    char key[XFED_DIALBACK_KEY_SIZE];
    char line[256];
    struct fixture f;

    (void)state;
    open_up(&f, true);
    assert_int_equal(xfed_dialback_key_make(f.ctx, xmppfed_slice_of("a secret of the tests"),
                                            TARGET, SENDER, "id0", key),
                     0);
    assert_true(xfed_negotiation_takes_pair(&f.n, SENDER, TARGET));
    assert_int_equal(ask(&f, SENDER, TARGET), 0);
    snprintf(line, sizeof(line), "send <db:result from='%s' to='%s'>%s</db:result>\n", SENDER,
             TARGET, key);
    fake_ports_expect(&f.ports, line);
    assert_false(xfed_negotiation_takes_pair(&f.n, SENDER, TARGET));
    assert_false(xfed_negotiation_may_send(&f.n, SENDER, TARGET));
    assert_int_equal(
        fixture_receive(&f, "<db:result type='valid' from='" TARGET "' to='" SENDER "'/>"), 0);
    fake_ports_expect(&f.ports, "up " SENDER " " TARGET " 2\n");
    assert_true(xfed_negotiation_may_send(&f.n, SENDER, TARGET));
    /* Neither half of it belongs to any other pair. */
    assert_false(xfed_negotiation_may_send(&f.n, SENDER, "fabrikam.example"));
    assert_false(xfed_negotiation_may_send(&f.n, "contoso.example", TARGET));
    /* Its record counts whenever a stanza goes, and so does ours. */
    f.ports.partners[1].methods = XMPPFED_METHOD_EXTERNAL;
    assert_false(xfed_negotiation_may_send(&f.n, SENDER, TARGET));
    f.ports.partners[1].methods = ALL_METHODS;
    f.ports.hosted[1] = NULL;
    assert_false(xfed_negotiation_may_send(&f.n, SENDER, TARGET));
    fixture_close(&f);
}

/* What a stream of ours is no place for. */
struct further {
    const char *name;
    const char *local;
    const char *remote;
    uint32_t methods; /* of the record of the target; 0: all */
    int dane;
    unsigned state; /* 0: I_UP */
    bool plain;
    bool no_errors;
    bool bidi;
    bool bound;
    int tls_minimum;
    bool taken;
};

static const struct further places[] = {
    {.name = "another sender", .local = SENDER, .remote = "fabrikam.example", .taken = true},
    {.name = "another target", .local = "contoso.example", .remote = TARGET, .taken = true},
    {.name = "the pair of the stream", .local = "contoso.example", .remote = "fabrikam.example"},
    {.name = "not ours", .local = "x.example", .remote = "fabrikam.example"},
    {.name = "no partner", .local = "contoso.example", .remote = "evil.example"},
    {.name = "a peer without errors", .local = SENDER, .remote = TARGET, .no_errors = true},
    {.name = "SASL demanded",
     .local = SENDER,
     .remote = TARGET,
     .methods = XMPPFED_METHOD_EXTERNAL},
    {.name = "TLS demanded, and there is none",
     .local = SENDER,
     .remote = TARGET,
     .methods = XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS,
     .plain = true},
    {.name = "without TLS by consent",
     .local = SENDER,
     .remote = TARGET,
     .plain = true,
     .taken = true},
    {.name = "TLS 1.3 demanded", .local = SENDER, .remote = TARGET, .tls_minimum = XMPPFED_TLS_1_3},
    {.name = "DANE demanded", .local = SENDER, .remote = TARGET, .dane = XMPPFED_DANE_REQUIRED},
    {.name = "records that bind the server", .local = SENDER, .remote = TARGET, .bound = true},
    {.name = "both ways, the same peer",
     .local = SENDER,
     .remote = "fabrikam.example",
     .bidi = true,
     .taken = true},
    {.name = "both ways, another target", .local = SENDER, .remote = TARGET, .bidi = true},
    {.name = "before it is up", .local = SENDER, .remote = TARGET, .state = XFED_STATE_I_DIALBACK},
    {.name = "while it resumes", .local = SENDER, .remote = TARGET, .state = XFED_STATE_I_RESUME},
    {.name = "a stream for checks",
     .local = SENDER,
     .remote = TARGET,
     .state = XFED_STATE_I_VERIFY},
};

static void test_places_for_further_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const struct further *row = &places[i];
        struct fixture f;

        open_up(&f, !row->plain);
        if (row->state)
            f.n.state = row->state;
        f.n.errors_offered = !row->no_errors;
        f.n.bidi = row->bidi;
        f.ports.bound = row->bound;
        f.ports.tls_version = XMPPFED_TLS_1_2;
        f.ports.partners[1].dane = row->dane;
        f.ports.partners[1].tls_minimum = row->tls_minimum;
        if (row->methods)
            f.ports.partners[1].methods = row->methods;
        if (xfed_negotiation_takes_pair(&f.n, row->local, row->remote) != row->taken)
            fail_msg("%s", row->name);
        /* Looking does nothing, and says nothing about the certificate of the stream's own peer. */
        assert_int_equal(f.n.further.count, 0);
        if (strcmp(row->remote, "fabrikam.example") != 0) {
            assert_int_equal(f.ports.proofs_asked, 0);
            assert_int_equal(f.n.certificate, XFED_CERTIFICATE_UNCHECKED);
        }
        fixture_close(&f);
    }
}

/* XEP-0288 2.2: what is a sender on a stream that goes both ways is a target on it too. */
static void test_further_sender_goes_both_ways(void **state)
{
    struct fixture f;

    (void)state;
    open_up(&f, true);
    f.ports.prove_rc = 0;
    f.ports.partners[0].bidi = XMPPFED_BIDI_CERTIFICATE;
    f.n.bidi = true;
    assert_int_equal(ask(&f, SENDER, "fabrikam.example"), 0);
    assert_int_equal(
        fixture_receive(&f, "<db:result type='valid' from='fabrikam.example' to='" SENDER "'/>"),
        0);
    f.ports.log[0] = '\0';
    assert_int_equal(fixture_receive(&f, "<message xmlns='jabber:server' from='a@fabrikam.example' "
                                         "to='b@" SENDER "'/>"),
                     0);
    fake_ports_expect(&f.ports, "stanza " SENDER " fabrikam.example\n");
    fixture_close(&f);
}

static void test_bound_of_further_pairs(void **state)
{
    struct fixture f;
    char name[64];

    (void)state;
    open_up(&f, true);
    for (int i = 0; i < XFED_PAIRS_MAX; i++) {
        snprintf(name, sizeof(name), "n%d.example", i);
        assert_true(xfed_negotiation_takes_pair(&f.n, SENDER, TARGET));
        assert_int_equal(xfed_pairs_add(&f.n.further, SENDER, name, XFED_PAIR_REFUSED), 0);
    }
    assert_false(xfed_negotiation_takes_pair(&f.n, SENDER, TARGET));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_invalid_beside_a_proved_pair),
        cmocka_unit_test(test_invalid_beside_an_open_check),
        cmocka_unit_test(test_one_check_a_pair),
        cmocka_unit_test(test_bound_of_checks),
        cmocka_unit_test(test_bound_of_a_stranger),
        cmocka_unit_test(test_verdict_after_the_restart),
        cmocka_unit_test(test_verdict_while_the_handshake_runs),
        cmocka_unit_test(test_refused_keys),
        cmocka_unit_test(test_certificate_for_a_key),
        cmocka_unit_test(test_certificate_for_a_key_taken_back),
        cmocka_unit_test(test_bound_of_certificates_for_keys),
        cmocka_unit_test(test_verify),
        cmocka_unit_test(test_pass_verify_answer),
        cmocka_unit_test(test_key_of_a_further_pair),
        cmocka_unit_test(test_places_for_further_pairs),
        cmocka_unit_test(test_further_sender_goes_both_ways),
        cmocka_unit_test(test_bound_of_further_pairs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
