/* test_certificates.c - what a partner's certificate must be: pins, anchors, version, and for how
 * long. */
#include "ends.h"

#include "support/certs.h"
#include "tls/credentials.h"

#define PIN_FABRIKAM "eeeaf4eb82fce6d2bcbaa45b85daacde14ee14cfd1bc244291bff9fe33b5c39d"
#define PIN_CONTOSO "d31697d5e5f0de3246cd7b332722bcce4b10fc5cad2f8c52fddbeb8442d6dea6"
#define PIN_SELF_SIGNED "4385bc8bf398e8a6331056fa553540a76b9b2454f2cb4629293711c4a7fc2cef"
#define PIN_EXPIRED "d77215222a859f669cb11aab6325f66734ce15f6dd76498947b684ac0d23bf61"

/* The last second of fabrikam-expired. */
#define EXPIRY INT64_C(1735776000)

/* contoso.example, which asks for what partner says, and fabrikam.example with a certificate. */
static void open_scene(struct ends *s, struct test_partner partner, const char *certificate)
{
    ends_init(s, "contoso", partner, certificate, (struct test_partner){0});
}

static const struct row {
    const char *name;
    struct test_partner partner;
    const char *certificate;
    const char *anchor; /* fabrikam's own */
    int proof;          /* at contoso.example; NONE: refused */
    const char *says;
} rows[] = {
    {"no pin", {0}, "fabrikam", NULL, XMPPFED_PROOF_PKIX, NULL},
    {"pinned", {.pin = PIN_FABRIKAM}, "fabrikam", NULL, XMPPFED_PROOF_PKIX, NULL},
    {"another key, and no way round by dialback",
     {.pin = PIN_CONTOSO},
     "fabrikam",
     NULL,
     XMPPFED_PROOF_NONE,
     PIN_FABRIKAM},
    {"pinned, but the chain fails",
     {.pin = PIN_SELF_SIGNED},
     "fabrikam-selfsigned",
     NULL,
     XMPPFED_PROOF_NONE,
     "self-signed"},
    {"pinned, expired",
     {.pin = PIN_EXPIRED},
     "fabrikam-expired",
     NULL,
     XMPPFED_PROOF_NONE,
     "expired"},
    {"pin only, self-signed",
     {.pin = PIN_SELF_SIGNED, .pin_only = true},
     "fabrikam-selfsigned",
     NULL,
     XMPPFED_PROOF_PKIX,
     NULL},
    {"pin only, expired",
     {.pin = PIN_EXPIRED, .pin_only = true},
     "fabrikam-expired",
     NULL,
     XMPPFED_PROOF_PKIX,
     NULL},
    {"pin only, another key",
     {.pin = PIN_CONTOSO, .pin_only = true},
     "fabrikam-selfsigned",
     NULL,
     XMPPFED_PROOF_NONE,
     PIN_SELF_SIGNED},
    {"own anchor",
     {.no_dialback = true},
     "fabrikam-unknownca",
     "unknown-ca.pem",
     XMPPFED_PROOF_PKIX,
     NULL},
    {"own anchor, and the common one does not count",
     {.no_dialback = true},
     "fabrikam",
     "unknown-ca.pem",
     XMPPFED_PROOF_NONE,
     "unknown issuer"},
    {"TLS 1.3 asked for and spoken",
     {.tls_minimum = XMPPFED_TLS_1_3},
     "fabrikam",
     NULL,
     XMPPFED_PROOF_PKIX,
     NULL},
};

static void check_row(const struct row *row, bool dialled_by)
{
    const struct seen_event *up, *down;
    const struct seen *seen;
    struct ends s;

    open_scene(&s, row->partner, row->certificate);
    if (row->anchor) {
        xmppfed_trust *own = test_trust_of(s.ctx, row->anchor, NULL);

        assert_int_equal(xmppfed_site_set_partner_trust(s.contoso, FABRIKAM, own), 0);
        xmppfed_trust_unref(own);
    }
    ends_dial(&s, dialled_by);
    seen = dialled_by ? &s.pair.at_receiver : &s.pair.at_initiator;
    up = seen_find(seen, XMPPFED_EVENT_STREAM_UP);
    down = seen_find(seen, XMPPFED_EVENT_STREAM_DOWN);
    if ((up ? up->proof.kind : XMPPFED_PROOF_NONE) != row->proof)
        fail_msg("%s, %d: proof %d, %s", row->name, dialled_by, up ? up->proof.kind : 0,
                 down ? down->text : "");
    if (row->says && (!down || !strstr(down->text, row->says)))
        fail_msg("%s, %d: says %s", row->name, dialled_by, down ? down->text : "nothing");
    ends_fini(&s);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_row(&rows[i], false);
        check_row(&rows[i], true);
    }
}

/* A peer that speaks TLS 1.2 only, and a record that asks for 1.3. */
static void test_tls_minimum(void **state)
{
    (void)state;
    for (int dialled_by = 0; dialled_by < 2; dialled_by++) {
        for (int minimum = XMPPFED_TLS_1_2; minimum <= XMPPFED_TLS_1_3; minimum++) {
            const struct seen_event *down;
            xmppfed_credentials *old;
            const struct seen *seen;
            struct ends s;

            open_scene(&s, (struct test_partner){.tls_minimum = minimum}, "fabrikam");
            old = test_credentials(s.ctx, "fabrikam");
            gnutls_priority_deinit(old->priority);
            assert_int_equal(
                gnutls_priority_init(&old->priority, "SECURE128:-VERS-ALL:+VERS-TLS1.2", NULL), 0);
            assert_int_equal(xmppfed_site_set_domain(s.fabrikam, FABRIKAM, old), 0);
            xmppfed_credentials_unref(old);
            ends_dial(&s, dialled_by);
            seen = dialled_by ? &s.pair.at_receiver : &s.pair.at_initiator;
            down = seen_find(seen, XMPPFED_EVENT_STREAM_DOWN);
            if (minimum == XMPPFED_TLS_1_2) {
                assert_non_null(seen_find(seen, XMPPFED_EVENT_STREAM_UP));
            } else {
                assert_null(seen_find(seen, XMPPFED_EVENT_STREAM_UP));
                assert_non_null(down);
                assert_int_equal(down->code, XMPPFED_ERR_TLS_VERSION);
                assert_non_null(strstr(down->text, "asks for 1.3"));
            }
            ends_fini(&s);
        }
    }
}

/* RFC 9266: both ends have the same value, and another session has another. */
static void test_binding(void **state)
{
    uint8_t first[32] = {0};

    (void)state;
    for (int n = 0; n < 2; n++) {
        const struct seen_event *a, *b;
        struct ends s;

        open_scene(&s, (struct test_partner){0}, "fabrikam");
        ends_dial(&s, false);
        a = seen_find(&s.pair.at_initiator, XMPPFED_EVENT_STREAM_UP);
        b = seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_UP);
        assert_non_null(a);
        assert_non_null(b);
        assert_true(a->proof.has_binding);
        assert_true(b->proof.has_binding);
        assert_memory_equal(a->proof.binding, b->proof.binding, 32);
        assert_memory_not_equal(a->proof.binding, first, 32);
        memcpy(first, a->proof.binding, 32);
        ends_fini(&s);
    }
}

static int send_to(xmppfed_connection *c, xmppfed_context *ctx, const char *from, const char *to)
{
    xmppfed_element *e = xmppfed_element_new(ctx, "message", XMPPFED_NS_SERVER);
    int rc;

    xmppfed_element_set_attribute(e, "from", from);
    xmppfed_element_set_attribute(e, "to", to);
    rc = xmppfed_connection_send(c, e, NULL);
    xmppfed_element_free(e);
    return rc;
}

/* One second before the certificate's end a stanza passes; with it the stream closes, cleanly. */
static void test_expiry(void **state)
{
    (void)state;
    for (int dialled_by = 0; dialled_by < 2; dialled_by++) {
        const struct seen_event *down;
        xmppfed_connection *ours;
        struct seen *seen;
        struct ends s;

        open_scene(&s, (struct test_partner){.no_keep_alive = true}, "fabrikam-expired");
        xmppfed_site_set_clock(s.contoso, EXPIRY - 100, 1000);
        ends_dial(&s, dialled_by);
        ours = dialled_by ? s.pair.receiver : s.pair.initiator;
        seen = dialled_by ? &s.pair.at_receiver : &s.pair.at_initiator;
        assert_non_null(seen_find(seen, XMPPFED_EVENT_STREAM_UP));
        assert_int_equal(xmppfed_connection_deadline(ours), 1000 + 101 * 1000);
        xmppfed_connection_tick(ours, 1000 + 101 * 1000 - 1);
        s.pair.now = 1000 + 101 * 1000 - 1;
        stream_pair_run(&s.pair);
        assert_null(seen_find(seen, XMPPFED_EVENT_STREAM_DOWN));
        if (!dialled_by)
            assert_int_equal(send_to(ours, s.ctx, CONTOSO, FABRIKAM), 0);
        s.pair.now++;
        xmppfed_connection_tick(ours, s.pair.now);
        if (!dialled_by)
            assert_int_equal(send_to(ours, s.ctx, CONTOSO, FABRIKAM), XMPPFED_ERR_STATE);
        stream_pair_run(&s.pair);
        down = seen_find(seen, XMPPFED_EVENT_STREAM_DOWN);
        assert_non_null(down);
        assert_int_equal(down->code, 0);
        assert_non_null(strstr(down->text, "expired on 2025-01-02"));
        assert_int_equal(xmppfed_connection_deadline(ours), XMPPFED_TIME_NEVER);
        down = seen_find(dialled_by ? &s.pair.at_initiator : &s.pair.at_receiver,
                         XMPPFED_EVENT_STREAM_DOWN);
        assert_non_null(down);
        assert_int_equal(down->code, 0);
        ends_fini(&s);
    }
}

/*
 * A partner proved by dialback inside TLS, whose certificate had a part only in that its stream
 * goes both ways. With the certificate that ends, unless any proof is enough for it; then the time
 * that has passed is not due again and again.
 */
static void test_expiry_of_the_way_back(void **state)
{
    static const struct {
        const char *name;
        int bidi;
        bool stays;
    } ways[] = {{"by certificate", XMPPFED_BIDI_CERTIFICATE, false},
                {"by any proof", XMPPFED_BIDI_ANY_PROOF, true}};

    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        const xmppfed_time end = 1000 + 101 * 1000;
        const struct seen_event *up, *down;
        struct ends s;

        print_message("# %s\n", ways[i].name);
        open_scene(&s, (struct test_partner){.no_keep_alive = true, .bidi = ways[i].bidi},
                   "fabrikam-expired");
        xmppfed_site_set_clock(s.contoso, EXPIRY - 100, 1000);
        ends_start(&s, true);
        xfed_connection_prefer_dialback(s.pair.initiator);
        stream_pair_run(&s.pair);
        up = seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_UP);
        assert_non_null(up);
        assert_int_equal(up->proof.kind, XMPPFED_PROOF_DIALBACK_TLS);
        assert_int_equal(send_to(s.pair.receiver, s.ctx, CONTOSO, FABRIKAM), 0);
        assert_int_equal(xmppfed_connection_deadline(s.pair.receiver), end);
        s.pair.now = end;
        xmppfed_connection_tick(s.pair.receiver, end);
        stream_pair_run(&s.pair);
        down = seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_DOWN);
        assert_int_equal(down != NULL, !ways[i].stays);
        if (ways[i].stays) {
            assert_true(xmppfed_connection_deadline(s.pair.receiver) > end);
            assert_int_equal(send_to(s.pair.receiver, s.ctx, CONTOSO, FABRIKAM), 0);
        } else {
            assert_int_equal(down->code, 0);
            assert_non_null(strstr(down->text, "both ways"));
            down = seen_find(&s.pair.at_initiator, XMPPFED_EVENT_STREAM_DOWN);
            assert_non_null(down);
            assert_int_equal(down->code, 0);
        }
        ends_fini(&s);
    }
}

/* A late tick delivers nothing that came after the end. */
static void test_expiry_before_tick(void **state)
{
    struct ends s;

    (void)state;
    open_scene(&s, (struct test_partner){.no_keep_alive = true}, "fabrikam-expired");
    xmppfed_site_set_clock(s.contoso, EXPIRY - 100, 1000);
    ends_dial(&s, true);
    assert_non_null(seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STREAM_UP));
    s.pair.now = 1000 + 101 * 1000;
    assert_int_equal(send_to(s.pair.initiator, s.ctx, FABRIKAM, CONTOSO), 0);
    stream_pair_run(&s.pair);
    assert_null(seen_find(&s.pair.at_receiver, XMPPFED_EVENT_STANZA));
    ends_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_tls_minimum),
        cmocka_unit_test(test_binding),
        cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_expiry_of_the_way_back),
        cmocka_unit_test(test_expiry_before_tick),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
