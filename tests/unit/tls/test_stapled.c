/* test_stapled.c - own credentials with a staple: what is taken, and when it goes out to whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "support/alloc_fail.h"
#include "support/certs.h"
#include "support/context.h"
#include "support/ocsp.h"
#include "support/tls_pair.h"
#include "tls/credentials.h"
#include "tls/session.h"
#include "tls/staple.h"

static const struct {
    const char *name;
    const char *own;
    struct test_ocsp response;
    int code;
    const char *says;
} rows[] = {
    {"good", "fabrikam", {0}, 0, ""},
    {"with its issuer", "fabrikam-chain", {.about = "fabrikam-chain", .issuer = "sub-ca"}, 0, ""},
    {"signed by another",
     "fabrikam-chain",
     {.about = "fabrikam-chain", .issuer = "sub-ca", .spoilt = true},
     XMPPFED_ERR_TLS_STAPLE,
     "not signed by the issuer"},
    {"about another",
     "contoso",
     {0},
     XMPPFED_ERR_TLS_STAPLE,
     "is about another certificate; get the one for the own certificate, in DER"},
    {"out of date",
     "fabrikam",
     {.age = TEST_OCSP_LIFE + 1},
     XMPPFED_ERR_TLS_STAPLE,
     "is out of date"},
    {"revoked",
     "fabrikam",
     {.status = TEST_OCSP_REVOKED},
     XMPPFED_ERR_TLS_REVOKED,
     "own certificate was revoked"},
    {"too large", "fabrikam", {.filling = 60}, XMPPFED_ERR_TLS_STAPLE, "too large"},
};

static void test_rows(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_slice response = test_ocsp(rows[i].response);
        xmppfed_credentials *bare = test_credentials(ctx, rows[i].own), *c = NULL;
        xmppfed_problem why = {0, ""};
        int rc = xmppfed_credentials_staple(bare, response, TEST_TIME, &why, &c);

        if (rc != rows[i].code || why.code != rc || !strstr(why.text, rows[i].says))
            fail_msg("%s: %d, \"%s\"", rows[i].name, rc, why.text);
        assert_true((rc == 0) == (c != NULL));
        if (rc < 0)
            assert_int_equal(xmppfed_credentials_staple(bare, response, TEST_TIME, NULL, &c), rc);
        xmppfed_credentials_unref(bare);
        xmppfed_credentials_unref(c);
        test_data_free(response);
    }
    xmppfed_context_unref(ctx);
}

/* The verdict of one end on the other, of which the staple is told. */
static int judge(xmppfed_tls_session *s, xmppfed_trust *trust, const char *domain, int *ret_staple)
{
    const struct xfed_tls_demand demand = {.trust = trust, .unix_seconds = TEST_TIME};
    struct xfed_tls_standing standing = {.staple = -1};
    int rc = xfed_tls_session_prove(s, &demand, domain, &standing, NULL);

    *ret_staple = standing.staple;
    return rc;
}

/* The same session in both roles: who accepts shows its staple, and so does who dials in TLS 1.3.
 */
static void test_both_roles(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_trust *trust = test_trust(ctx);
    xmppfed_slice response = test_ocsp((struct test_ocsp){.about = "fabrikam-muststaple"});
    xmppfed_credentials *bare = test_credentials(ctx, "fabrikam-muststaple"), *own = NULL;

    (void)state;
    assert_int_equal(xmppfed_credentials_staple(bare, response, TEST_TIME, NULL, &own), 0);
    for (int without = 0; without < 2; without++) {
        xmppfed_credentials *shown = xfed_tls_credentials_at(
            own, TEST_TIME + TEST_OCSP_LIFE + without); /* the last second, and one more */
        int expected = without ? XMPPFED_ERR_TLS_STAPLE : 0;
        int staple, good = without ? -1 : XMPPFED_STAPLE_GOOD;
        struct tls_pair p = {0};

        assert_ptr_equal(shown, without ? bare : own);
        assert_int_equal(xmppfed_tls_session_new(ctx, XMPPFED_TLS_CLIENT, shown, NULL, &p.client),
                         0);
        assert_int_equal(xmppfed_tls_session_new(ctx, XMPPFED_TLS_SERVER, shown, NULL, &p.server),
                         0);
        tls_pair_handshake(&p);
        assert_int_equal(judge(p.client, trust, "fabrikam.example", &staple), expected);
        assert_int_equal(staple, good);
        assert_int_equal(judge(p.server, trust, "fabrikam.example", &staple), expected);
        assert_int_equal(staple, good);
        tls_pair_fini(&p);
    }
    assert_null(xfed_tls_credentials_at(NULL, 0));
    assert_ptr_equal(xfed_tls_credentials_at(bare, INT64_MAX), bare);
    xmppfed_credentials_unref(own);
    xmppfed_credentials_unref(bare);
    test_data_free(response);
    xmppfed_trust_unref(trust);
    xmppfed_context_unref(ctx);
}

/* A newer response takes the place of the older one. */
static void test_again(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_slice older = test_ocsp((struct test_ocsp){.age = 3600});
    xmppfed_slice newer = test_ocsp((struct test_ocsp){0});
    xmppfed_credentials *bare = test_credentials(ctx, "fabrikam"), *first, *second;

    (void)state;
    assert_int_equal(xmppfed_credentials_staple(bare, older, TEST_TIME, NULL, &first), 0);
    assert_int_equal(xmppfed_credentials_staple(first, newer, TEST_TIME, NULL, &second), 0);
    assert_ptr_equal(second->bare, bare);
    assert_int_equal(first->staple_until, TEST_TIME + TEST_OCSP_LIFE - 3600);
    assert_int_equal(second->staple_until, TEST_TIME + TEST_OCSP_LIFE);
    /* It is the same certificate. */
    assert_int_equal(xmppfed_credentials_check(second, "fabrikam.example", TEST_TIME, NULL), 0);
    xmppfed_credentials_unref(first);
    xmppfed_credentials_unref(bare);
    assert_int_equal(xmppfed_credentials_staple(NULL, newer, TEST_TIME, NULL, &first),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_credentials_staple(second, newer, TEST_TIME, NULL, NULL),
                     XMPPFED_ERR_ARGUMENT);
    xmppfed_credentials_unref(second);
    test_data_free(older);
    test_data_free(newer);
    xmppfed_context_unref(ctx);
}

static void test_findings(void **state)
{
    static const struct {
        const char *name;
        const char *own;
        bool bare;
        int later; /* seconds after TEST_TIME */
        const char *says;
    } finding_rows[] = {
        {"none due", "fabrikam", true, 0, NULL},
        {"due, and none", "fabrikam-muststaple", true, 0, "says that an OCSP response is sent"},
        {"due, and there", "fabrikam-muststaple", false, 0, NULL},
        {"a day left", "fabrikam", false, TEST_OCSP_LIFE - 24 * 3600, NULL},
        {"a second less", "fabrikam", false, TEST_OCSP_LIFE - 24 * 3600 + 1,
         "ends in less than a day"},
        {"the last second", "fabrikam", false, TEST_OCSP_LIFE, "ends in less than a day"},
        {"ended", "fabrikam", false, TEST_OCSP_LIFE + 1, "out of date and is not sent"},
    };
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(finding_rows) / sizeof(finding_rows[0]); i++) {
        xmppfed_slice response = test_ocsp((struct test_ocsp){.about = finding_rows[i].own});
        xmppfed_credentials *bare = test_credentials(ctx, finding_rows[i].own), *own = NULL;
        xmppfed_problem found = {0, ""};
        int rc;

        assert_int_equal(xmppfed_credentials_staple(bare, response, TEST_TIME, NULL, &own), 0);
        rc = xmppfed_credentials_finding(finding_rows[i].bare ? bare : own, "fabrikam.example",
                                         TEST_TIME + finding_rows[i].later, 0, &found);
        if (rc != (finding_rows[i].says ? 1 : 0) ||
            (rc == 1 &&
             (found.code != XMPPFED_ERR_TLS_STAPLE || !strstr(found.text, finding_rows[i].says))))
            fail_msg("%s: %d, \"%s\"", finding_rows[i].name, rc, found.text);
        xmppfed_credentials_unref(bare);
        xmppfed_credentials_unref(own);
        test_data_free(response);
    }
    xmppfed_context_unref(ctx);
}

/* Each allocation of ours fails once. */
static void test_out_of_memory(void **state)
{
    struct alloc_fail counter;
    xmppfed_context *ctx = test_context_counted(&counter);
    xmppfed_credentials *bare = test_credentials(ctx, "fabrikam-chain"), *c = NULL;
    xmppfed_slice response =
        test_ocsp((struct test_ocsp){.about = "fabrikam-chain", .issuer = "sub-ca"});
    xmppfed_problem why = {0, ""};
    int rc = XMPPFED_ERR_NOMEM;

    (void)state;
    for (size_t n = 1; rc < 0; n++) {
        counter.calls = 0;
        counter.fail_at = n;
        rc = xmppfed_credentials_staple(bare, response, TEST_TIME, &why, &c);
        counter.fail_at = 0;
        assert_true(rc == 0 || rc == XMPPFED_ERR_NOMEM);
        assert_true(rc == 0 ? n > 2 : c == NULL && why.code == rc);
    }
    xmppfed_credentials_unref(c);
    xmppfed_credentials_unref(bare);
    test_data_free(response);
    test_context_counted_free(ctx, &counter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),          cmocka_unit_test(test_both_roles),
        cmocka_unit_test(test_again),         cmocka_unit_test(test_findings),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
