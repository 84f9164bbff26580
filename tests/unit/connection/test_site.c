/* test_site.c - the domains, certificates, trust, policy, secret and clock of a host. */
#include "fixture.h"

#include "support/certs.h"
#include "support/test_random.h"

static void test_domains(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_int_equal(xmppfed_site_hosts(f.site, CONTOSO), 1);
    assert_int_equal(xmppfed_site_hosts(f.site, "CONTOSO.Example"), 1);
    assert_int_equal(xmppfed_site_hosts(f.site, FABRIKAM), 0);
    assert_int_equal(xmppfed_site_hosts(f.site, "a b"), 0);
    assert_int_equal(xmppfed_site_hosts(NULL, CONTOSO), 0);
    assert_int_equal(xmppfed_site_set_domain(f.site, "Second.Example", NULL), 0);
    assert_true(xfed_site_hosts(f.site, "second.example"));
    assert_int_equal(xmppfed_site_set_domain(f.site, "a@b", NULL), XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_site_remove_domain(f.site, "SECOND.example"), 0);
    assert_int_equal(xmppfed_site_remove_domain(f.site, "second.example"),
                     XMPPFED_ERR_UNKNOWN_HANDLE);
    assert_int_equal(xmppfed_site_hosts(f.site, "second.example"), 0);
    fixture_close(&f);
}

static void test_credentials_of_domains(void **state)
{
    xmppfed_credentials *first, *second;
    struct fixture f;

    (void)state;
    fixture_open(&f);
    first = test_credentials(f.ctx, "contoso");
    second = test_credentials(f.ctx, "fabrikam");
    assert_null(xfed_site_any_credentials(f.site));
    assert_int_equal(xmppfed_site_set_domain(f.site, CONTOSO, first), 0);
    assert_ptr_equal(xfed_site_credentials(f.site, CONTOSO), first);
    assert_ptr_equal(xfed_site_any_credentials(f.site), first);
    assert_int_equal(xmppfed_site_set_domain(f.site, CONTOSO, second), 0);
    assert_ptr_equal(xfed_site_credentials(f.site, CONTOSO), second);
    /* The same ones once more. */
    assert_int_equal(xmppfed_site_set_domain(f.site, CONTOSO, second), 0);
    assert_null(xfed_site_credentials(f.site, "other.example"));
    xmppfed_credentials_unref(first);
    xmppfed_credentials_unref(second);
    assert_ptr_equal(xfed_site_credentials(f.site, CONTOSO), second);
    fixture_close(&f);
}

/* A store of a partner's own takes the place of the common one, and can be taken back. */
static void test_partner_trust(void **state)
{
    xmppfed_trust *own;
    struct fixture f;
    uint64_t before;

    (void)state;
    fixture_open(&f);
    own = test_trust_of(f.ctx, "unknown-ca.pem", NULL);
    assert_ptr_equal(xfed_site_trust_for(f.site, FABRIKAM), f.site->trust);
    before = f.site->generation;
    assert_int_equal(xmppfed_site_set_partner_trust(f.site, "Fabrikam.Example", own), 0);
    assert_int_equal(xmppfed_site_set_partner_trust(f.site, FABRIKAM, own), 0);
    assert_true(f.site->generation > before);
    assert_ptr_equal(xfed_site_trust_for(f.site, FABRIKAM), own);
    assert_ptr_equal(xfed_site_trust_for(f.site, CONTOSO), f.site->trust);
    assert_ptr_equal(xfed_site_trust_for(f.site, ""), f.site->trust);
    assert_int_equal(xmppfed_site_set_partner_trust(f.site, FABRIKAM, NULL), 0);
    assert_ptr_equal(xfed_site_trust_for(f.site, FABRIKAM), f.site->trust);
    assert_int_equal(xmppfed_site_set_partner_trust(f.site, "*.Fabrikam.Example", own), 0);
    assert_ptr_equal(xfed_site_trust_for(f.site, "*.fabrikam.example"), own);
    assert_ptr_equal(xfed_site_trust_for(f.site, FABRIKAM), f.site->trust);
    assert_int_equal(xmppfed_site_set_partner_trust(f.site, "a b", own), XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_site_set_partner_trust(f.site, NULL, own), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_site_set_partner_trust(f.site, FABRIKAM, own), 0);
    xmppfed_trust_unref(own);
    fixture_close(&f);
}

static void test_monotonic(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    xmppfed_site_set_clock(f.site, 1000, 5000);
    assert_int_equal(xfed_site_monotonic(f.site, 1000), 5000);
    assert_int_equal(xfed_site_monotonic(f.site, 1060), 65000);
    assert_int_equal(xfed_site_monotonic(f.site, 998), 3000);
    assert_int_equal(xfed_site_monotonic(f.site, 0), 0);
    assert_int_equal(xfed_site_monotonic(f.site, INT64_MIN), 0);
    assert_true(xfed_site_monotonic(f.site, INT64_MAX) == XMPPFED_TIME_NEVER);
    fixture_close(&f);
}

static void test_secret(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_int_equal(xmppfed_site_set_dialback_secret(f.site, xmppfed_slice_of("fifteen bytes..")),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xfed_site_secret(f.site).len, strlen("the secret of " CONTOSO));
    assert_int_equal(xmppfed_site_set_dialback_secret(f.site, xmppfed_slice_of("sixteen bytes...")),
                     0);
    assert_memory_equal(xfed_site_secret(f.site).data, "sixteen bytes...", 16);
    fixture_close(&f);
}

/* Two sites without a secret of their own do not share one. */
static void test_random_secret(void **state)
{
    xmppfed_site *one = NULL, *two = NULL;
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_int_equal(xmppfed_site_new(f.ctx, &one), 0);
    assert_int_equal(xmppfed_site_new(f.ctx, &two), 0);
    assert_int_equal(xfed_site_secret(one).len, 32);
    assert_memory_not_equal(xfed_site_secret(one).data, xfed_site_secret(two).data, 32);
    xmppfed_site_unref(one);
    xmppfed_site_unref(two);
    fixture_close(&f);
}

static void test_no_randomness(void **state)
{
    xmppfed_site *site = NULL;
    struct fixture f;

    (void)state;
    fixture_open(&f);
    xmppfed_context_set_random(f.ctx, test_random_failing, NULL);
    assert_int_equal(xmppfed_site_new(f.ctx, &site), XMPPFED_ERR_INTERNAL);
    assert_null(site);
    fixture_close(&f);
}

static void test_clock(void **state)
{
    static const struct {
        xmppfed_time now;
        int64_t wall;
    } rows[] = {{5000, 100}, {5999, 100}, {6000, 101}, {65000, 160}, {4000, 99}, {0, 95}};
    struct fixture f;

    (void)state;
    fixture_open(&f);
    xmppfed_site_set_clock(f.site, 100, 5000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (xfed_site_wall(f.site, rows[i].now) != rows[i].wall)
            fail_msg("at %u: %d", (unsigned)rows[i].now, (int)xfed_site_wall(f.site, rows[i].now));
    fixture_close(&f);
}

static void test_references(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_ptr_equal(xmppfed_site_ref(f.site), f.site);
    xmppfed_site_unref(f.site);
    assert_int_equal(xmppfed_site_hosts(f.site, CONTOSO), 1);
    assert_null(xmppfed_site_ref(NULL));
    xmppfed_site_unref(NULL);
    xmppfed_site_set_policy(f.site, NULL);
    assert_null(xmppfed_site_policy(f.site));
    fixture_close(&f);
}

static void test_no_memory(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    for (size_t n = 1; n <= 2; n++) {
        f.memory.fail_at = f.memory.calls + n;
        assert_int_equal(xmppfed_site_set_domain(f.site, "second.example", NULL),
                         XMPPFED_ERR_NOMEM);
        assert_int_equal(xmppfed_site_hosts(f.site, "second.example"), 0);
    }
    f.memory.fail_at = f.memory.calls + 1;
    assert_int_equal(xmppfed_site_set_dialback_secret(f.site, xmppfed_slice_of("sixteen bytes...")),
                     XMPPFED_ERR_NOMEM);
    assert_int_equal(xfed_site_secret(f.site).len, strlen("the secret of " CONTOSO));
    fixture_close(&f);
}

/* A key lasts a day, not longer than the credentials, and each domain has its own. */
static void test_ticket_keys(void **state)
{
    const xmppfed_time day = 24 * 3600 * 1000;
    uint8_t first[XFED_TLS_TICKET_KEY_SIZE];
    xmppfed_credentials *own, *other;
    struct fixture f;

    (void)state;
    fixture_open(&f);
    own = test_credentials(f.ctx, "contoso");
    other = test_credentials(f.ctx, "contoso");
    assert_null(xfed_site_ticket_key(f.site, CONTOSO, 5));
    assert_null(xfed_site_ticket_key(f.site, "unknown.example", 5));
    assert_int_equal(xmppfed_site_set_domain(f.site, CONTOSO, own), 0);
    assert_int_equal(xmppfed_site_set_domain(f.site, "second.example", own), 0);
    memcpy(first, xfed_site_ticket_key(f.site, CONTOSO, 5), sizeof(first));
    assert_memory_equal(xfed_site_ticket_key(f.site, CONTOSO, day + 5), first, sizeof(first));
    assert_memory_not_equal(xfed_site_ticket_key(f.site, "second.example", 5), first,
                            sizeof(first));
    /* The same credentials again are no change. */
    assert_int_equal(xmppfed_site_set_domain(f.site, CONTOSO, own), 0);
    assert_memory_equal(xfed_site_ticket_key(f.site, CONTOSO, day + 5), first, sizeof(first));
    assert_memory_not_equal(xfed_site_ticket_key(f.site, CONTOSO, day + 6), first, sizeof(first));
    memcpy(first, xfed_site_ticket_key(f.site, CONTOSO, day + 6), sizeof(first));
    assert_int_equal(xmppfed_site_set_domain(f.site, CONTOSO, other), 0);
    assert_memory_not_equal(xfed_site_ticket_key(f.site, CONTOSO, day + 6), first, sizeof(first));
    xmppfed_credentials_unref(own);
    xmppfed_credentials_unref(other);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_domains),       cmocka_unit_test(test_credentials_of_domains),
        cmocka_unit_test(test_partner_trust), cmocka_unit_test(test_monotonic),
        cmocka_unit_test(test_secret),        cmocka_unit_test(test_random_secret),
        cmocka_unit_test(test_no_randomness), cmocka_unit_test(test_clock),
        cmocka_unit_test(test_references),    cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_ticket_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
