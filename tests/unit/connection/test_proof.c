/* test_proof.c - evidence about the peer; that of TLS is tested in tests/pair. */
#include "fixture.h"

/* Each event has the kind by which its own pair was proved. */
static void test_kinds(void **state)
{
    static const struct {
        int method;
        int kind;
    } rows[] = {
        {XMPPFED_METHOD_EXTERNAL, XMPPFED_PROOF_PKIX},
        {XMPPFED_METHOD_DIALBACK_TLS, XMPPFED_PROOF_DIALBACK_TLS},
        {XMPPFED_METHOD_DIALBACK_TCP, XMPPFED_PROOF_DIALBACK_TCP},
        {0, XMPPFED_PROOF_NONE},
    };
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    xfed_connection_note_proof(f.c, FABRIKAM, XMPPFED_METHOD_EXTERNAL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_event *ev = xfed_event_new(f.ctx, XMPPFED_EVENT_STANZA, CONTOSO, FABRIKAM);

        assert_null(xmppfed_event_proof(ev));
        xfed_connection_attach_proof(f.c, rows[i].method, ev);
        assert_int_equal(xmppfed_event_proof(ev)->kind, rows[i].kind);
        xfed_event_free(ev);
    }
    fixture_close(&f);
}

static void test_without_tls(void **state)
{
    const xmppfed_proof *proof;
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    f.now = 4242;
    fixture_bring_up(&f);
    proof = xmppfed_event_proof(
        fixture_receive(&f, "<message from='fabrikam.example' to='contoso.example'/>"));
    assert_int_equal(proof->kind, XMPPFED_PROOF_DIALBACK_TCP);
    assert_int_equal(proof->proved_at, 4242);
    assert_string_equal(proof->tls_version, "");
    assert_string_equal(proof->cipher, "");
    assert_int_equal(proof->has_certificate, 0);
    assert_memory_equal(proof->fingerprint, (uint8_t[32]){0}, 32);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_without_tls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
