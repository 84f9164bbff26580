/* test_posh.c - fingerprints handed to a stream: when, how many, and at whose cost. */
#include "fixture.h"

static void test_misuse(void **state)
{
    static const xmppfed_fingerprint print = {.hash = XMPPFED_HASH_SHA256};
    struct fixture f;

    (void)state;
    assert_int_equal(xmppfed_connection_set_fingerprints(NULL, &print, 1, 60),
                     XMPPFED_ERR_ARGUMENT);
    fixture_open_receiver(&f);
    assert_int_equal(xmppfed_connection_set_fingerprints(f.c, &print, 1, 60), XMPPFED_ERR_STATE);
    assert_int_equal(xmppfed_connection_set_evidence(f.c, XMPPFED_EVIDENCE_POSH), 0);
    fixture_close(&f);
    fixture_open_initiator(&f);
    assert_int_equal(xmppfed_connection_set_fingerprints(f.c, NULL, 1, 60), XMPPFED_ERR_ARGUMENT);
    xmppfed_connection_close(f.c, 0, NULL);
    assert_int_equal(xmppfed_connection_set_fingerprints(f.c, &print, 1, 60), XMPPFED_ERR_STATE);
    fixture_close(&f);
}

/* The last list counts, is cut to its bound, and is paid for once. */
static void test_keeping(void **state)
{
    static xmppfed_fingerprint prints[100];
    struct fixture f;
    size_t none;
    size_t most;

    (void)state;
    fixture_open_initiator(&f);
    none = f.c->account.used;
    assert_int_equal(xmppfed_connection_set_fingerprints(f.c, prints, 100, 60), 0);
    most = f.c->account.used;
    assert_in_range(most - none, 32 * sizeof(prints[0]), 33 * sizeof(prints[0]));
    assert_int_equal(xmppfed_connection_set_fingerprints(f.c, prints, 32, 60), 0);
    assert_int_equal(f.c->account.used, most);
    xfed_connection_forget_posh(f.c);
    assert_int_equal(f.c->account.used, none);
    fixture_close(&f);
}

/* Without TLS or a list nothing is asked; a record that is against it does not even look. */
static void test_nothing_known(void **state)
{
    const struct xfed_partner takes = {.domain = FABRIKAM, .posh = true};
    const struct xfed_partner ignores = {.domain = FABRIKAM};
    static const xmppfed_fingerprint print = {.hash = XMPPFED_HASH_SHA256};
    struct fixture f;

    (void)state;
    fixture_open_initiator(&f);
    assert_false(xfed_connection_is_published(f.c, FABRIKAM, &takes, NULL));
    assert_int_equal(xmppfed_connection_set_fingerprints(f.c, &print, 1, 0), 0);
    assert_false(xfed_connection_is_published(f.c, FABRIKAM, &takes, NULL));
    assert_int_equal(xmppfed_connection_set_fingerprints(f.c, &print, 1, 60), 0);
    assert_false(xfed_connection_is_published(f.c, FABRIKAM, &ignores, NULL));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_keeping),
        cmocka_unit_test(test_nothing_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
