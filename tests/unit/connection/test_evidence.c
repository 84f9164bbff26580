/* test_evidence.c - what a receiver may be told, and when; the wait itself is tested in tests/pair.
 */
#include "fixture.h"

static void test_misuse(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(xmppfed_connection_set_evidence(NULL, 0), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_evidence_known(NULL), XMPPFED_ERR_ARGUMENT);
    fixture_open_initiator(&f);
    assert_int_equal(xmppfed_connection_set_evidence(f.c, XMPPFED_EVIDENCE_TLSA),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_evidence_known(f.c), XMPPFED_ERR_STATE);
    fixture_close(&f);
    fixture_open_receiver(&f);
    assert_int_equal(xmppfed_connection_set_evidence(f.c, UINT32_C(1) << 31), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_set_evidence(f.c, XMPPFED_EVIDENCE_TLSA), 0);
    assert_int_equal(xmppfed_connection_evidence_known(f.c), XMPPFED_ERR_STATE);
    assert_true(xmppfed_connection_wants_input(f.c));
    fixture_close(&f);
}

/* Where nothing heeds DNS, or nobody can ask it, there is nothing to wait for; TLS is not asked. */
static void test_nothing_open(void **state)
{
    const struct xfed_partner heeds = {.domain = FABRIKAM};
    const struct xfed_partner ignores = {.domain = FABRIKAM, .dane = XMPPFED_DANE_OFF};
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    assert_int_equal(xfed_connection_open_evidence(f.c, FABRIKAM, &heeds), 0);
    assert_int_equal(xmppfed_connection_set_evidence(f.c, XMPPFED_EVIDENCE_TLSA), 0);
    assert_int_equal(xfed_connection_open_evidence(f.c, FABRIKAM, &ignores), 0);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_nothing_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
