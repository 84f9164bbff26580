/* test_direct.c - direct TLS (XEP-0368) between two connections and between two federations. */
#include "ends.h"
#include "scene.h"

#include "support/certs.h"

/* ---- two connections ------------------------------------------------------------------------- */

/* Rows of the matrix on both sides; fabrikam_cert NULL: without TLS. */
static void open_ends(struct ends *e, unsigned contoso_row, const char *fabrikam_cert,
                      unsigned fabrikam_row, enum dialled dialled)
{
    ends_init_rows(e, "contoso", contoso_row, fabrikam_cert, fabrikam_row);
    e->pair.dialled = dialled;
}

static const struct seen_event *down_of(const struct seen *seen)
{
    const struct seen_event *down = seen_find(seen, XMPPFED_EVENT_STREAM_DOWN);

    if (!down)
        fail_msg("the stream is not over");
    return down;
}

/* The documented rows and what proves a partner inside TLS: RFC 6120, XEP-0178, XEP-0220. */
static const struct matrix_row {
    unsigned number;
    bool external;
    bool dialback; /* inside TLS */
    bool no_tls;
} matrix[] = {
    {1, true, false, false},  {2, true, false, false},  {3, true, true, false},
    {4, true, false, false},  {5, false, false, true},  {7, true, true, false},
    {8, true, false, false},  {9, true, true, false},   {10, true, false, false},
    {11, false, false, true}, {13, false, true, false}, {15, false, true, false},
    {17, false, false, true},
};

enum { ROWS = sizeof(matrix) / sizeof(matrix[0]) };

static int oracle(const struct matrix_row *ours, const struct matrix_row *theirs)
{
    if (ours->no_tls || theirs->no_tls)
        return 0;
    if (ours->external && theirs->external)
        return XMPPFED_PROOF_PKIX;
    return ours->dialback && theirs->dialback ? XMPPFED_PROOF_DIALBACK_TLS : 0;
}

static void check_rows(const struct matrix_row *ours, const struct matrix_row *theirs,
                       enum dialled dialled)
{
    int expected = oracle(ours, theirs);
    struct ends e;

    open_ends(&e, ours->number, "fabrikam", theirs->number, dialled);
    if (ours->no_tls) {
        /* A record that says no TLS is never dialled by it. */
        assert_int_equal(xmppfed_connection_new_initiator_direct(e.contoso, CONTOSO, FABRIKAM,
                                                                 XMPPFED_PURPOSE_STANZAS, 1000,
                                                                 &e.pair.initiator),
                         XMPPFED_ERR_TLS_UNAVAILABLE);
        assert_null(e.pair.initiator);
    } else {
        ends_dial(&e, false);
        if (seen_proof(&e.pair.at_initiator) != expected ||
            seen_proof(&e.pair.at_receiver) != expected)
            fail_msg("row %u to row %u: %s and %s, not %s", ours->number, theirs->number,
                     xmppfed_proof_name(seen_proof(&e.pair.at_initiator)),
                     xmppfed_proof_name(seen_proof(&e.pair.at_receiver)),
                     xmppfed_proof_name(expected));
        if (expected == 0)
            assert_true(down_of(&e.pair.at_initiator)->code < 0);
    }
    ends_fini(&e);
}

static void test_matrix(void **state)
{
    (void)state;
    for (size_t i = 0; i < (size_t)ROWS * ROWS; i++) {
        check_rows(&matrix[i / ROWS], &matrix[i % ROWS], DIAL_DIRECT);
        check_rows(&matrix[i / ROWS], &matrix[i % ROWS], DIAL_DIRECT_SHARED);
    }
}

/* On a shared port the first byte alone decides, however few come with it. */
static void test_byte_by_byte(void **state)
{
    static const enum dialled ports[] = {DIAL_DIRECT, DIAL_DIRECT_SHARED};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct ends e;

        open_ends(&e, 8, "fabrikam", 8, ports[i]);
        e.pair.carry = CARRY_BYTES;
        ends_dial(&e, false);
        assert_int_equal(seen_proof(&e.pair.at_initiator), XMPPFED_PROOF_PKIX);
        assert_int_equal(seen_proof(&e.pair.at_receiver), XMPPFED_PROOF_PKIX);
        ends_fini(&e);
    }
}

/* The peer must get the certificate of the domain that it has dialled, whichever others there are.
 */
static void test_certificate_by_sni(void **state)
{
    static const char *const others[] = {"a.example", "b.example", "c.example", "d.example"};
    struct ends e;

    (void)state;
    open_ends(&e, 8, "fabrikam", 8, DIAL_DIRECT);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        xmppfed_credentials *c = test_credentials(e.ctx, "fabrikam-wrongname");

        assert_int_equal(xmppfed_site_set_domain(e.fabrikam, others[i], c), 0);
        xmppfed_credentials_unref(c);
    }
    ends_dial(&e, false);
    assert_int_equal(seen_proof(&e.pair.at_initiator), XMPPFED_PROOF_PKIX);
    ends_fini(&e);
}

/* The first bytes of the initiator reach the receiver with a text changed for one as long. */
static void dial_changed(struct ends *e, const char *from, const char *to)
{
    char hello[4096];
    xmppfed_slice out;
    size_t changed = 0;

    ends_start(e, false);
    stream_pair_take(&e->pair, e->pair.initiator, &e->pair.at_initiator);
    out = xmppfed_connection_output(e->pair.initiator);
    assert_in_range(out.len, 1, sizeof(hello));
    assert_int_equal(out.data[0], 0x16);
    memcpy(hello, out.data, out.len);
    for (size_t i = 0; i + strlen(from) <= out.len; i++) {
        if (memcmp(hello + i, from, strlen(from)) != 0)
            continue;
        memcpy(hello + i, to, strlen(to));
        changed++;
    }
    assert_int_equal(changed, 1);
    assert_int_equal(xmppfed_connection_feed(e->pair.receiver, hello, out.len), 0);
    xmppfed_connection_sent(e->pair.initiator, out.len);
    stream_pair_run(&e->pair);
}

static void test_other_protocol_or_domain(void **state)
{
    static const struct {
        const char *name, *from, *to;
        const char *receiver, *initiator; /* what their sentences say */
    } rows[] = {
        {"ALPN of clients", "xmpp-server", "xmpp-client", "ALPN", "application protocol"},
        {"SNI of nobody here", "fabrikam.example", "northwin.example", "SNI", "server name"},
    };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        const struct seen_event *down;
        struct ends e;

        print_message("# %s\n", rows[i / 2].name);
        open_ends(&e, 8, "fabrikam", 8, i % 2 ? DIAL_DIRECT : DIAL_DIRECT_SHARED);
        dial_changed(&e, rows[i / 2].from, rows[i / 2].to);
        down = down_of(&e.pair.at_receiver);
        assert_int_equal(down->code, XMPPFED_ERR_TLS_HANDSHAKE);
        if (!strstr(down->text, rows[i / 2].receiver))
            fail_msg("%s", down->text);
        down = down_of(&e.pair.at_initiator);
        assert_int_equal(down->code, XMPPFED_ERR_TLS_HANDSHAKE);
        if (!strstr(down->text, rows[i / 2].initiator))
            fail_msg("%s", down->text);
        ends_fini(&e);
    }
}

/* Where no certificate is: the shared port says nothing in plain text, the other is never open. */
static void test_without_certificate(void **state)
{
    struct ends e;

    (void)state;
    open_ends(&e, 8, NULL, 8, DIAL_DIRECT_SHARED);
    ends_dial(&e, false);
    assert_int_equal(down_of(&e.pair.at_receiver)->code, XMPPFED_ERR_TLS_UNAVAILABLE);
    assert_int_equal(e.pair.carried[1], 0);
    assert_int_equal(
        xmppfed_connection_new_receiver_direct(e.fabrikam, 1000, &(xmppfed_connection *){NULL}),
        XMPPFED_ERR_TLS_UNAVAILABLE);
    ends_fini(&e);
}

/* A stream header has no business on a port for direct TLS: an alert is all that it gets. */
static void test_plain_text_on_its_port(void **state)
{
    static const char header[] = "<?xml version='1.0'?><stream:stream to='fabrikam.example'>";
    struct ends e;
    xmppfed_slice out;

    (void)state;
    open_ends(&e, 8, "fabrikam", 8, DIAL_DIRECT);
    assert_int_equal(xmppfed_connection_new_receiver_direct(e.fabrikam, 1000, &e.pair.receiver), 0);
    assert_int_equal(xmppfed_connection_feed(e.pair.receiver, header, sizeof(header) - 1), 0);
    stream_pair_take(&e.pair, e.pair.receiver, &e.pair.at_receiver);
    assert_int_equal(down_of(&e.pair.at_receiver)->code, XMPPFED_ERR_TLS_HANDSHAKE);
    out = xmppfed_connection_output(e.pair.receiver);
    assert_int_equal(out.len, 7);
    assert_int_equal(out.data[0], 21);
    ends_fini(&e);
}

/* Only the first byte of all says TLS; later a control character is what it is in XML. */
static void test_record_inside_a_stream(void **state)
{
    static const char *const texts[] = {" \x16", "<?xml version='1.0'?>\x16"};
    struct ends e;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_ends(&e, 8, "fabrikam", 8, DIAL_STARTTLS);
        assert_int_equal(xmppfed_connection_new_receiver(e.fabrikam, 1000, &e.pair.receiver), 0);
        assert_int_equal(xmppfed_connection_feed(e.pair.receiver, texts[i], strlen(texts[i])), 0);
        stream_pair_take(&e.pair, e.pair.receiver, &e.pair.at_receiver);
        assert_int_equal(down_of(&e.pair.at_receiver)->code, XMPPFED_ERR_XML_NOT_WELL_FORMED);
        ends_fini(&e);
    }
}

/* ---- two federations ------------------------------------------------------------------------- */

/* Contoso finds Fabrikam in DNS, with a record of _xmpps-server alone. */
static void scene_direct(struct scene *s, enum scene_proof proof, unsigned port)
{
    struct loop_partner partner = scene_partner(FABRIKAM, 0, XMPPFED_PARTNER_FEDERATED, proof);
    const struct loop_partner partners[] = {partner, {.domain = NULL}};

    scene_init(s, proof);
    loop_policy(s->contoso, partners);
    s->contoso->rcode = 0;
    s->contoso->hosts[0] = s->fabrikam->number;
    s->contoso->direct_port = port;
}

static void test_federations(void **state)
{
    static const struct {
        const char *name;
        enum scene_proof proof;
        unsigned port;
        int kind;
    } rows[] = {
        {"EXTERNAL, own port", BY_EXTERNAL, LOOP_DIRECT, XMPPFED_PROOF_PKIX},
        {"EXTERNAL, shared port", BY_EXTERNAL, 5269, XMPPFED_PROOF_PKIX},
        {"dialback, own port", BY_DIALBACK_TLS, LOOP_DIRECT, XMPPFED_PROOF_DIALBACK_TLS},
        {"dialback, shared port", BY_DIALBACK_TLS, 5269, XMPPFED_PROOF_DIALBACK_TLS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct loop_event *got;
        struct scene s;

        print_message("# %s\n", rows[i].name);
        scene_direct(&s, rows[i].proof, rows[i].port);
        scene_say(&s, "Hello", 1);
        loop_run(&s.loop);
        assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
        got = loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 0);
        assert_non_null(got);
        assert_string_equal(scene_body(got->element), "Hello");
        assert_int_equal(got->proof, rows[i].kind);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 1);
        scene_fini(&s);
    }
}

/* A record that says no TLS leaves nothing to dial where all of DNS is direct TLS. */
static void test_no_tls_is_not_dialled(void **state)
{
    const struct loop_event *end;
    struct scene s;

    (void)state;
    scene_direct(&s, BY_DIALBACK_TCP, LOOP_DIRECT);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 0);
    end = loop_event(s.contoso, XMPPFED_EVENT_OUTCOME, 0);
    assert_non_null(end);
    assert_int_equal(end->outcome, XMPPFED_OUTCOME_BOUNCED);
    assert_int_equal(end->code, XMPPFED_ERR_DNS_NO_SERVICE);
    /* The look-up itself has found a server. */
    assert_int_equal(xmppfed_federation_looked_up(s.contoso->fed, 0), 1);
    scene_fini(&s);
}

/* Where direct TLS fails, the next record in order is tried, and the record decides as ever. */
static void test_falls_back_to_starttls(void **state)
{
    struct loop_partner partners[] = {{.domain = FABRIKAM,
                                       .type = XMPPFED_PARTNER_FEDERATED,
                                       .tls = XMPPFED_OPTIONAL,
                                       .sasl = XMPPFED_NOT_SUPPORTED,
                                       .plaintext = true},
                                      {.domain = NULL}};
    struct scene s;

    (void)state;
    /* Fabrikam has no certificate: its direct port refuses, its other one offers no TLS. */
    scene_init_certs(&s, "contoso", NULL);
    scene_trust(&s, s.fabrikam, XMPPFED_PARTNER_FEDERATED, BY_DIALBACK_TCP);
    loop_policy(s.contoso, partners);
    s.contoso->rcode = 0;
    s.contoso->hosts[0] = s.fabrikam->number;
    s.contoso->direct_port = LOOP_DIRECT;
    s.contoso->starttls_port = 5269;
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_DIAL), 2);
    assert_int_equal(loop_event(s.fabrikam, XMPPFED_EVENT_STANZA, 0)->proof,
                     XMPPFED_PROOF_DIALBACK_TCP);
    scene_fini(&s);
}

static void test_accept_direct_without_certificate(void **state)
{
    uint64_t link = 0;
    struct scene s;

    (void)state;
    scene_init_certs(&s, "contoso", NULL);
    scene_trust(&s, s.fabrikam, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL);
    assert_int_equal(xmppfed_federation_accept_direct(s.fabrikam->fed, "192.0.2.9", 1, &link),
                     XMPPFED_ERR_TLS_UNAVAILABLE);
    assert_int_equal(xmppfed_federation_accept_direct(NULL, "192.0.2.9", 1, &link),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_federation_links(s.fabrikam->fed), 0);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_certificate_by_sni),
        cmocka_unit_test(test_other_protocol_or_domain),
        cmocka_unit_test(test_without_certificate),
        cmocka_unit_test(test_plain_text_on_its_port),
        cmocka_unit_test(test_record_inside_a_stream),
        cmocka_unit_test(test_federations),
        cmocka_unit_test(test_no_tls_is_not_dialled),
        cmocka_unit_test(test_falls_back_to_starttls),
        cmocka_unit_test(test_accept_direct_without_certificate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
