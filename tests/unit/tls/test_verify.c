/* test_verify.c - the verdict on a peer's chain: every certificate, eku rule and role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "support/context.h"
#include "support/certs.h"
#include "support/tls_pair.h"
#include "tls/session.h"
#include "tls/verify.h"

/* The domain asked about, unless a row says otherwise. */
static const char fabrikam[] = "fabrikam.example";

struct row {
    const char *name;
    const char *peer; /* certificate; NULL: the peer dials without one */
    const char *anchor;
    const char *crl;
    const char *domain;
    int64_t time; /* 0: TEST_TIME */
    int code;
    const char *says;
};

#define CERTIFICATE .code = XMPPFED_ERR_TLS_CERTIFICATE
#define IDENTITY .code = XMPPFED_ERR_TLS_IDENTITY

/* Rows whose outcome depends on neither the eku rule nor the role. */
static const struct row rows[] = {
    {.name = "good", .peer = "fabrikam"},
    {.name = "any purpose", .peer = "fabrikam-anyeku"},
    {.name = "no purpose", .peer = "fabrikam-noeku"},
    {.name = "intermediate", .peer = "fabrikam-chain"},
    {.name = "RSA", .peer = "contoso-rsa", .domain = "contoso.example"},
    {.name = "SRVName", .peer = "fabrikam-srvname"},
    {.name = "xmppAddr", .peer = "fabrikam-xmppaddr"},
    {.name = "SRVName, another domain",
     .peer = "fabrikam-srvname",
     .domain = "contoso.example",
     IDENTITY},
    {.name = "wildcard", .peer = "fabrikam-wildcard", .domain = "chat.fabrikam.example"},
    {.name = "wildcard, the domain itself",
     .peer = "fabrikam-wildcard",
     IDENTITY,
     .says = "does not cover fabrikam.example"},
    {.name = "wildcard, two labels",
     .peer = "fabrikam-wildcard",
     .domain = "a.b.fabrikam.example",
     IDENTITY},
    {.name = "upper case asked", .peer = "fabrikam", .domain = "FABRIKAM.Example."},
    {.name = "wrong name", .peer = "fabrikam-wrongname", IDENTITY, .says = "\"other.example\""},
    {.name = "CN only", .peer = "fabrikam-cnonly", IDENTITY, .says = "no dNSName"},
    {.name = "NUL in the name", .peer = "fabrikam-nul", .code = XMPPFED_ERR_TLS_IDENTITY},
    {.name = "self-signed",
     .peer = "fabrikam-selfsigned",
     CERTIFICATE,
     .says = "certificate of fabrikam.example is self-signed"},
    {.name = "self-signed and trusted",
     .peer = "fabrikam-selfsigned",
     .anchor = "fabrikam-selfsigned.pem"},
    {.name = "self-signed, trusted, expired",
     .peer = "fabrikam-selfsigned-expired",
     .anchor = "fabrikam-selfsigned-expired.pem",
     CERTIFICATE,
     .says = "expired"},
    {.name = "expired",
     .peer = "fabrikam-expired",
     CERTIFICATE,
     .says = "certificate of fabrikam.example expired on 2025-01-02"},
    {.name = "expired, but not then", .peer = "fabrikam-expired", .time = INT64_C(1600000000)},
    {.name = "last second", .peer = "fabrikam-expired", .time = INT64_C(1735776000)},
    {.name = "one second later",
     .peer = "fabrikam-expired",
     .time = INT64_C(1735776001),
     CERTIFICATE,
     .says = "expired"},
    {.name = "not yet valid",
     .peer = "fabrikam-notyet",
     CERTIFICATE,
     .says = "not valid before 2050-01-01"},
    {.name = "not yet valid, but then", .peer = "fabrikam-notyet", .time = INT64_C(2600000000)},
    {.name = "before all", .peer = "fabrikam", .time = 1, CERTIFICATE, .says = "2020-01-01"},
    {.name = "unknown authority",
     .peer = "fabrikam-unknownca",
     CERTIFICATE,
     .says = "unknown issuer \"CN=Unknown Root CA\""},
    {.name = "that authority trusted", .peer = "fabrikam-unknownca", .anchor = "unknown-ca.pem"},
    {.name = "expired anchor",
     .peer = "fabrikam-expiredca",
     .anchor = "expired-ca.pem",
     CERTIFICATE,
     .says = "trust anchor for fabrikam.example expired"},
    {.name = "expired intermediate",
     .peer = "fabrikam-chain-expired",
     CERTIFICATE,
     .says = "issuing certificate in the chain of fabrikam.example expired"},
    {.name = "intermediate as anchor", .peer = "fabrikam-chain", .anchor = "sub-ca.pem"},
    {.name = "revoked, no list", .peer = "fabrikam-revoked"},
    {.name = "revoked",
     .peer = "fabrikam-revoked",
     .crl = "crl.pem",
     .code = XMPPFED_ERR_TLS_REVOKED,
     .says = "was revoked"},
    {.name = "not the revoked one", .peer = "fabrikam", .crl = "crl.pem"},
    {.name = "too many names", .peer = "fabrikam-manynames", CERTIFICATE, .says = "256 names"},
    {.name = "outside a constraint",
     .peer = "fabrikam-chain-constrained",
     CERTIFICATE,
     .says = "constraint"},
    {.name = "inside a constraint", .peer = "fabrikam-chain-slipped", .domain = "contoso.example"},
    {.name = "past a constraint by type", .peer = "fabrikam-chain-slipped", IDENTITY},
    {.name = "not a domain",
     .peer = "fabrikam",
     .domain = "not a domain",
     .code = XMPPFED_ERR_ADDRESS},
};

/* Rows about key purposes: the codes for server, any and strict rule of a peer in each role. */
static const struct {
    const char *peer;
    int accepted[3];
    int dialled[3];
    const char *says;
} purpose_rows[] = {
#define BAD XMPPFED_ERR_TLS_CERTIFICATE
    {"fabrikam", {0, 0, 0}, {0, 0, 0}, ""},
    {"fabrikam-noeku", {0, 0, 0}, {0, 0, 0}, ""},
    {"fabrikam-anyeku", {0, 0, 0}, {0, 0, 0}, ""},
    {"fabrikam-serverauth", {0, 0, 0}, {0, 0, BAD}, "is for serverAuth only"},
    {"fabrikam-clientauth", {BAD, 0, BAD}, {BAD, 0, 0}, "is for clientAuth only"},
    {"fabrikam-chain-clientauth", {BAD, 0, BAD}, {BAD, 0, 0}, "issuing certificate"},
#undef BAD
};

/* The verdict on a peer that accepted (a TLS server) or dialled. */
static int judge(xmppfed_context *ctx, const struct row *row, int eku, bool accepted,
                 xmppfed_problem *why)
{
    xmppfed_trust *trust = test_trust_of(ctx, row->anchor ? row->anchor : "ca.pem", row->crl);
    struct tls_pair pair;
    int rc;

    if (accepted)
        tls_pair_init(&pair, ctx, "contoso", row->peer);
    else
        tls_pair_init(&pair, ctx, row->peer, "contoso");
    tls_pair_handshake(&pair);
    rc = xmppfed_tls_session_verify(accepted ? pair.client : pair.server, trust, eku,
                                    row->time ? row->time : TEST_TIME,
                                    row->domain ? row->domain : fabrikam, why);
    tls_pair_fini(&pair);
    xmppfed_trust_unref(trust);
    return rc;
}

static void test_rows(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int eku = XMPPFED_EKU_SERVER; eku <= XMPPFED_EKU_STRICT_ROLE; eku++) {
            xmppfed_problem why = {0, ""};
            bool accepted = (i + (size_t)eku) % 2 == 0;
            int rc = judge(ctx, &rows[i], eku, accepted, &why);

            if (rc != rows[i].code || why.code != rc ||
                !strstr(why.text, rows[i].says ? rows[i].says : ""))
                fail_msg("%s, rule %d: %d, \"%s\"", rows[i].name, eku, rc, why.text);
        }
    }
    xmppfed_context_unref(ctx);
}

static void test_purposes(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(purpose_rows) / sizeof(purpose_rows[0]); i++) {
        for (int n = 0; n < 6; n++) {
            struct row row = {.peer = purpose_rows[i].peer};
            xmppfed_problem why = {0, ""};
            int eku = n / 2;
            bool accepted = n % 2 == 0;
            int expected = accepted ? purpose_rows[i].accepted[eku] : purpose_rows[i].dialled[eku];
            int rc = judge(ctx, &row, eku, accepted, &why);

            if (rc != expected || (rc < 0 && !strstr(why.text, purpose_rows[i].says)))
                fail_msg("%s, rule %d, %s: %d, \"%s\"", row.peer, eku,
                         accepted ? "accepted" : "dialled", rc, why.text);
        }
    }
    xmppfed_context_unref(ctx);
}

static void test_without(void **state)
{
    struct row nobody = {.peer = NULL};
    xmppfed_problem why = {0, ""};
    struct tls_pair pair;
    xmppfed_context *ctx = test_context();
    xmppfed_trust *trust;

    (void)state;
    assert_int_equal(judge(ctx, &nobody, XMPPFED_EKU_ANY, false, &why),
                     XMPPFED_ERR_TLS_CERTIFICATE);
    assert_non_null(strstr(why.text, "fabrikam.example sent no certificate"));

    trust = test_trust(ctx);
    tls_pair_init(&pair, ctx, "contoso", "fabrikam");
    assert_int_equal(xmppfed_tls_session_verify(pair.client, trust, 0, TEST_TIME, NULL, &why),
                     XMPPFED_ERR_STATE);
    tls_pair_handshake(&pair);
    assert_int_equal(xmppfed_tls_session_verify(pair.client, NULL, 0, TEST_TIME, NULL, &why),
                     XMPPFED_ERR_TLS_CERTIFICATE);
    assert_non_null(strstr(why.text, "trust store"));
    assert_int_equal(xmppfed_tls_session_verify(pair.client, trust, 3, TEST_TIME, NULL, &why),
                     XMPPFED_ERR_ARGUMENT);
    /* Without a domain only the chain is asked about, and the sentence is optional. */
    assert_int_equal(xmppfed_tls_session_verify(pair.client, trust, 0, TEST_TIME, NULL, NULL), 0);
    assert_int_equal(
        xmppfed_tls_session_verify(pair.client, trust, 0, TEST_TIME, "other.example", NULL),
        XMPPFED_ERR_TLS_IDENTITY);
    tls_pair_fini(&pair);
    xmppfed_trust_unref(trust);
    xmppfed_context_unref(ctx);
}

/* What no handshake would carry is still refused before any work is done on it. */
static void test_limits(void **state)
{
    static unsigned char large[16 * 1024 + 1];
    struct xfed_tls_question q = {.eku = XMPPFED_EKU_SERVER, .unix_seconds = TEST_TIME};
    gnutls_datum_t many[11], rubbish = {large, 100}, oversized = {large, sizeof(large)};
    xmppfed_problem why = {0, ""};
    xmppfed_context *ctx = test_context();
    xmppfed_trust *trust;

    (void)state;
    trust = test_trust(ctx);
    q.ctx = ctx;
    q.trust = trust;
    for (size_t i = 0; i < 11; i++)
        many[i] = rubbish;
    assert_int_equal(xfed_tls_verify(&q, many, 11, &why), XMPPFED_ERR_TLS_CERTIFICATE);
    assert_non_null(strstr(why.text, "11 certificates"));
    assert_int_equal(xfed_tls_verify(&q, many, 10, &why), XMPPFED_ERR_TLS_CERTIFICATE);
    assert_non_null(strstr(why.text, "cannot be read"));
    assert_int_equal(xfed_tls_verify(&q, &oversized, 1, &why), XMPPFED_ERR_TLS_CERTIFICATE);
    assert_non_null(strstr(why.text, "16384 bytes"));
    xmppfed_trust_unref(trust);
    xmppfed_context_unref(ctx);
}

/* Each allocation of ours fails once, in credentials, handshake and verification. */
static void test_out_of_memory(void **state)
{
    struct alloc_fail counter;
    xmppfed_context *plain, *ctx;
    xmppfed_trust *trust;
    struct tls_pair pair;
    bool done = false;

    (void)state;
    plain = test_context();
    ctx = test_context_counted(&counter);
    trust = test_trust(plain);
    tls_pair_init(&pair, ctx, "contoso", "fabrikam-chain");
    tls_pair_handshake(&pair);
    for (size_t n = 1; !done; n++) {
        xmppfed_problem why = {0, ""};
        int rc;

        counter.calls = 0;
        counter.fail_at = n;
        rc = xmppfed_tls_session_verify(pair.client, trust, 0, TEST_TIME, fabrikam, &why);
        done = counter.calls < n;
        counter.fail_at = 0;
        /* Some get along with a smaller block; nothing else may be told. */
        assert_true(rc == 0 || (rc == XMPPFED_ERR_NOMEM && !done));
        assert_int_equal(why.code, rc);
    }
    tls_pair_fini(&pair);
    test_context_counted_free(ctx, &counter);
    xmppfed_trust_unref(trust);
    xmppfed_context_unref(plain);
}

/* Until when a verdict can stand: the first certificate of the path to expire ends it. */
static void test_until(void **state)
{
    static const struct {
        const char *peer;
        const char *anchor;
        int64_t until;
    } until_rows[] = {
        {"fabrikam", "ca.pem", INT64_C(2840140800)},
        {"fabrikam-expired", "ca.pem", INT64_C(1735776000)},
        {"fabrikam-chain-expired", "ca.pem", INT64_C(1735776000)},
        {"fabrikam-expiredca", "expired-ca.pem", INT64_C(1735776000)},
    };
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(until_rows) / sizeof(until_rows[0]); i++) {
        xmppfed_trust *trust = test_trust_of(ctx, until_rows[i].anchor, NULL);
        struct tls_pair pair;
        const struct xfed_tls_demand demand = {.trust = trust, .unix_seconds = INT64_C(1600000000)};
        struct xfed_tls_standing standing = {0};
        int rc;

        tls_pair_init(&pair, ctx, "contoso", until_rows[i].peer);
        tls_pair_handshake(&pair);
        rc = xfed_tls_session_prove(pair.client, &demand, fabrikam, &standing, NULL);
        if (rc != 0 || standing.until != until_rows[i].until)
            fail_msg("%s: %d, until %lld", until_rows[i].peer, rc, (long long)standing.until);
        standing.until = 1;
        assert_true(xfed_tls_session_prove(pair.client, &demand, "other.example", &standing, NULL) <
                    0);
        assert_int_equal(standing.until, 1);
        tls_pair_fini(&pair);
        xmppfed_trust_unref(trust);
    }
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),          cmocka_unit_test(test_purposes),
        cmocka_unit_test(test_without),       cmocka_unit_test(test_limits),
        cmocka_unit_test(test_out_of_memory), cmocka_unit_test(test_until),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
