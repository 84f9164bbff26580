/* test_dane.c - TLSA records against chains: usages, selectors, digests, names, dates, nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "support/certs.h"
#include "support/context.h"
#include "support/tlsa.h"
#include "tls/dane.h"

enum { RECORDS = 5 };

static const struct row {
    const char *name;
    const char *peer;
    struct test_promise promises[RECORDS];
    enum xfed_dane_verdict verdict;
    const char *says;
    const char *names[3]; /* none: fabrikam.example */
    unsigned record;      /* which one decides */
    bool no_trust;        /* ca.pem is not trusted */
} rows[] = {
    /* DANE-EE: the certificate or its key, and nothing else. */
    {"3 0 0", "fabrikam", {{3, 0, 0, "fabrikam"}}},
    {"3 0 1", "fabrikam", {{3, 0, 1, "fabrikam"}}},
    {"3 0 2", "fabrikam", {{3, 0, 2, "fabrikam"}}},
    {"3 1 0", "fabrikam", {{3, 1, 0, "fabrikam"}}},
    {"3 1 1", "fabrikam", {{3, 1, 1, "fabrikam"}}},
    {"3 1 2", "fabrikam", {{3, 1, 2, "fabrikam"}}},
    {"3 1 1 with RSA", "contoso-rsa", {{3, 1, 1, "contoso-rsa"}}},
    {"3 1 1, expired", "fabrikam-expired", {{3, 1, 1, "fabrikam-expired"}}},
    {"3 1 1, not yet valid", "fabrikam-notyet", {{3, 1, 1, "fabrikam-notyet"}}},
    {"3 1 1, another name", "fabrikam-wrongname", {{3, 1, 1, "fabrikam-wrongname"}}},
    {"3 1 1, self-signed", "fabrikam-selfsigned", {{3, 1, 1, "fabrikam-selfsigned"}}},
    {"3 1 1, for clients only", "fabrikam-clientauth", {{3, 1, 1, "fabrikam-clientauth"}}},
    {"3 1 1, unknown authority", "fabrikam-unknownca", {{3, 1, 1, "fabrikam-unknownca"}}},
    {"3 1 1 of another key", "fabrikam", {{3, 1, 1, "contoso"}}, XFED_DANE_NO_MATCH, "not the one"},
    {"3 0 1 of the key", "fabrikam", {{3, 0, 1, "contoso"}}, XFED_DANE_NO_MATCH},
    {"3 1 1, one bit off",
     "fabrikam",
     {{3, 1, 1, "fabrikam", .spoiled = CHANGED}},
     XFED_DANE_NO_MATCH},
    {"3 0 1 of the issuer", "fabrikam-chain", {{3, 0, 1, "fabrikam-chain", 1}}, XFED_DANE_NO_MATCH},
    {"3 1 1 with a chain", "fabrikam-chain", {{3, 1, 1, "fabrikam-chain"}}},
    /* PKIX-EE: the same, and PKIX as without the record. */
    {"1 1 1", "fabrikam", {{1, 1, 1, "fabrikam"}}},
    {"1 0 2", "fabrikam-chain", {{1, 0, 2, "fabrikam-chain"}}},
    {"1 1 1 without trust",
     "fabrikam",
     {{1, 1, 1, "fabrikam"}},
     XFED_DANE_NO_MATCH,
     "trust store",
     .no_trust = true},
    {"1 1 1, expired",
     "fabrikam-expired",
     {{1, 1, 1, "fabrikam-expired"}},
     XFED_DANE_NO_MATCH,
     "expired"},
    {"1 1 1, another name",
     "fabrikam-wrongname",
     {{1, 1, 1, "fabrikam-wrongname"}},
     XFED_DANE_NO_MATCH,
     "does not cover"},
    {"1 1 1, the name of the server",
     "fabrikam-wrongname",
     {{1, 1, 1, "fabrikam-wrongname"}},
     .names = {"fabrikam.example", "other.example"}},
    {"1 1 1, self-signed",
     "fabrikam-selfsigned",
     {{1, 1, 1, "fabrikam-selfsigned"}},
     XFED_DANE_NO_MATCH,
     "self-signed"},
    {"1 1 1 of another key", "fabrikam", {{1, 1, 1, "contoso"}}, XFED_DANE_NO_MATCH},
    /* DANE-TA: a chain to the certificate of the record, whoever else trusts it. */
    {"2 0 1", "fabrikam-chain", {{2, 0, 1, "sub-ca"}}},
    {"2 1 1", "fabrikam-chain", {{2, 1, 1, "sub-ca"}}},
    {"2 1 2 without trust", "fabrikam-chain", {{2, 1, 2, "sub-ca"}}, .no_trust = true},
    {"2 0 0, sent", "fabrikam-chain", {{2, 0, 0, "sub-ca"}}, .no_trust = true},
    {"2 0 0, not sent", "fabrikam", {{2, 0, 0, "ca"}}, .no_trust = true},
    {"2 0 0 of the root above", "fabrikam-chain", {{2, 0, 0, "ca"}}, .no_trust = true},
    {"2 1 0, sent", "fabrikam-chain", {{2, 1, 0, "sub-ca"}}},
    {"2 0 1, not sent", "fabrikam", {{2, 0, 1, "ca"}}, XFED_DANE_NO_MATCH, "not the one"},
    {"2 0 1 of the leaf", "fabrikam-chain", {{2, 0, 1, "fabrikam-chain"}}, XFED_DANE_NO_MATCH},
    {"2 0 0 of the leaf", "fabrikam-selfsigned", {{2, 0, 0, "contoso"}}, XFED_DANE_NO_MATCH},
    {"2 0 1, another name",
     "fabrikam-chain",
     {{2, 0, 1, "sub-ca"}},
     XFED_DANE_NO_MATCH,
     "does not cover",
     .names = {"contoso.example"}},
    {"2 0 1, the name of the server",
     "fabrikam-chain",
     {{2, 0, 1, "sub-ca"}},
     .names = {"contoso.example", "fabrikam.example"}},
    {"2 0 1 of an expired authority",
     "fabrikam-chain-expired",
     {{2, 0, 1, "sub-ca-expired"}},
     XFED_DANE_NO_MATCH,
     "expired"},
    {"2 0 0 of an authority that did not sign",
     "fabrikam",
     {{2, 0, 0, "unknown-ca"}},
     XFED_DANE_NO_MATCH,
     "unknown issuer",
     .no_trust = true},
    {"2 0 1 with a constraint",
     "fabrikam-chain-constrained",
     {{2, 0, 1, "sub-ca-constrained"}},
     XFED_DANE_NO_MATCH},
    /* Several records: one that is kept is enough. */
    {"old key, new key", "fabrikam", {{3, 1, 1, "contoso"}, {3, 1, 1, "fabrikam"}}, .record = 1},
    {"new key, old key", "fabrikam", {{3, 1, 1, "fabrikam"}, {3, 1, 1, "contoso"}}},
    {"a wrong authority, the right key",
     "fabrikam",
     {{2, 0, 1, "unknown-ca"}, {3, 1, 1, "fabrikam"}},
     .record = 1},
    {"a wrong key, the right authority",
     "fabrikam-chain",
     {{3, 1, 1, "contoso"}, {2, 0, 1, "sub-ca"}},
     .record = 1},
    {"PKIX fails, DANE-EE holds",
     "fabrikam-expired",
     {{1, 1, 1, "fabrikam-expired"}, {3, 1, 1, "fabrikam-expired"}},
     .record = 1},
    {"all wrong",
     "fabrikam",
     {{1, 1, 1, "contoso"}, {2, 0, 1, "unknown-ca"}, {3, 1, 1, "contoso"}},
     XFED_DANE_NO_MATCH},
    /* Several digests: only the strongest counts, wherever it stands (RFC 7671 9). */
    {"both digests", "fabrikam", {{3, 1, 1, "fabrikam"}, {3, 1, 2, "fabrikam"}}, .record = 1},
    {"both digests, the other way", "fabrikam", {{3, 1, 2, "fabrikam"}, {3, 1, 1, "fabrikam"}}},
    {"the weak one alone is right",
     "fabrikam",
     {{3, 1, 1, "fabrikam"}, {3, 1, 2, "contoso"}},
     XFED_DANE_NO_MATCH},
    {"... the other way",
     "fabrikam",
     {{3, 1, 2, "contoso"}, {3, 1, 1, "fabrikam"}},
     XFED_DANE_NO_MATCH},
    {"the strong one of another selector",
     "fabrikam",
     {{3, 0, 2, "contoso"}, {3, 1, 1, "fabrikam"}},
     .record = 1},
    {"in full beside a strong digest",
     "fabrikam",
     {{3, 1, 2, "contoso"}, {3, 1, 0, "fabrikam"}},
     .record = 1},
    {"a broken strong one does not outdo",
     "fabrikam",
     {{3, 1, 2, "contoso", .spoiled = SHORT}, {3, 1, 1, "fabrikam"}},
     .record = 1},
    /* Unusable ones: as if they were not there, and never a success. */
    {"no record", "fabrikam", {{0}}, XFED_DANE_UNUSABLE, "none of the 0"},
    {"usage 0", "fabrikam", {{0, 0, 1, "ca"}}, XFED_DANE_UNUSABLE, "none of the 1"},
    {"usage 4", "fabrikam", {{4, 1, 1, "fabrikam"}}, XFED_DANE_UNUSABLE},
    {"usage 255", "fabrikam", {{255, 1, 1, "fabrikam"}}, XFED_DANE_UNUSABLE},
    {"selector 2", "fabrikam", {{3, 2, 1, "fabrikam"}}, XFED_DANE_UNUSABLE},
    {"matching 3", "fabrikam", {{3, 1, 3, "fabrikam"}}, XFED_DANE_UNUSABLE},
    {"a short digest", "fabrikam", {{3, 1, 1, "fabrikam", .spoiled = SHORT}}, XFED_DANE_UNUSABLE},
    {"no digest", "fabrikam", {{3, 1, 2, "fabrikam", .spoiled = EMPTY}}, XFED_DANE_UNUSABLE},
    {"no certificate", "fabrikam", {{3, 0, 0, "fabrikam", .spoiled = EMPTY}}, XFED_DANE_UNUSABLE},
    {"half a certificate",
     "fabrikam",
     {{3, 0, 0, "fabrikam", .spoiled = SHORT}},
     XFED_DANE_UNUSABLE},
    {"half a key", "fabrikam", {{2, 1, 0, "sub-ca", .spoiled = SHORT}}, XFED_DANE_UNUSABLE},
    {"an unusable one and a right one",
     "fabrikam",
     {{0, 0, 1, "ca"}, {9, 9, 9, "fabrikam"}, {3, 1, 1, "fabrikam"}},
     .record = 2},
    {"an unusable one and a wrong one",
     "fabrikam",
     {{3, 1, 1, "fabrikam", .spoiled = SHORT}, {3, 1, 1, "contoso"}},
     XFED_DANE_NO_MATCH},
};

static xmppfed_context *ctx;

static size_t count_names(const struct row *r)
{
    size_t count = 0;

    while (count < 3 && r->names[count])
        count++;
    return count;
}

static void check_row(const struct row *r, const struct xmppfed_trust *trust)
{
    static const char *const fabrikam[] = {"fabrikam.example"};
    static uint8_t octets[RECORDS][TEST_TLSA_SIZE];
    xmppfed_tlsa records[RECORDS];
    struct xfed_dane_question q = {.tls = {.ctx = ctx,
                                           .trust = r->no_trust ? NULL : trust,
                                           .peer_accepted = true,
                                           .unix_seconds = TEST_TIME,
                                           .domain = "fabrikam.example"},
                                   .names = fabrikam,
                                   .name_count = 1};
    gnutls_datum_t der[TEST_CHAIN];
    size_t der_count = test_chain_load(r->peer, der);
    xmppfed_problem why = {0};
    size_t count = 0;
    size_t record = 99;
    int verdict;

    for (; count < RECORDS && r->promises[count].file; count++)
        records[count] = test_tlsa(&r->promises[count], octets[count]);
    if (r->names[0]) {
        q.names = r->names;
        q.name_count = count_names(r);
    }
    verdict = xfed_dane_match(&q, records, count, der, der_count, &record, &why);
    if (verdict != (int)r->verdict)
        fail_msg("%s: verdict %d, '%s'", r->name, verdict, why.text);
    if (verdict == XFED_DANE_MATCH && record != r->record)
        fail_msg("%s: record %zu", r->name, record);
    if (verdict != XFED_DANE_MATCH && (record != 99 || !why.text[0]))
        fail_msg("%s: record %zu, '%s'", r->name, record, why.text);
    if (r->says && !strstr(why.text, r->says))
        fail_msg("%s: says '%s'", r->name, why.text);
    test_chain_free(der, der_count);
}

static void test_rows(void **state)
{
    xmppfed_trust *trust = test_trust(ctx);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_row(&rows[i], trust);
    xmppfed_trust_unref(trust);
}

/* A chain that cannot be read keeps no promise; without usable records nothing is asked of it. */
static void test_broken_chains(void **state)
{
    static const char *const names[] = {"fabrikam.example"};
    static uint8_t octets[TEST_TLSA_SIZE];
    struct xfed_dane_question q = {
        .tls = {.ctx = ctx, .unix_seconds = TEST_TIME}, .names = names, .name_count = 1};
    gnutls_datum_t garbage = {(unsigned char *)(uintptr_t) "garbage", 7};
    xmppfed_tlsa record = test_tlsa(&(struct test_promise){3, 1, 1, "fabrikam"}, octets);
    xmppfed_problem why = {0};
    size_t which;

    (void)state;
    assert_int_equal(xfed_dane_match(&q, &record, 1, &garbage, 1, &which, &why),
                     XFED_DANE_NO_MATCH);
    assert_int_equal(xfed_dane_match(&q, &record, 1, NULL, 0, &which, &why), XFED_DANE_NO_MATCH);
    assert_non_null(strstr(why.text, "the peer sent no chain"));
    record.usage = 77;
    assert_int_equal(xfed_dane_match(&q, &record, 1, NULL, 0, &which, NULL), XFED_DANE_UNUSABLE);
}

/* Records beyond the limit are not looked at, so that they cost nothing. */
static void test_record_limit(void **state)
{
    static const char *const names[] = {"fabrikam.example"};
    static uint8_t octets[2][4096];
    xmppfed_tlsa records[XFED_TLSA_MAX + 1];
    struct xfed_dane_question q = {
        .tls = {.ctx = ctx, .unix_seconds = TEST_TIME}, .names = names, .name_count = 1};
    gnutls_datum_t der[TEST_CHAIN];
    size_t count = test_chain_load("fabrikam", der);
    size_t which = 0;

    (void)state;
    records[0] = test_tlsa(&(struct test_promise){3, 1, 1, "contoso"}, octets[0]);
    for (size_t i = 1; i < XFED_TLSA_MAX; i++)
        records[i] = records[0];
    records[XFED_TLSA_MAX] = test_tlsa(&(struct test_promise){3, 1, 1, "fabrikam"}, octets[1]);
    assert_int_equal(xfed_dane_match(&q, records, XFED_TLSA_MAX + 1, der, count, &which, NULL),
                     XFED_DANE_NO_MATCH);
    records[XFED_TLSA_MAX - 1] = records[XFED_TLSA_MAX];
    assert_int_equal(xfed_dane_match(&q, records, XFED_TLSA_MAX + 1, der, count, &which, NULL),
                     XFED_DANE_MATCH);
    assert_int_equal(which, XFED_TLSA_MAX - 1);
    test_chain_free(der, count);
}

static int make_context(void **state)
{
    (void)state;
    ctx = test_context();
    return 0;
}

static int drop_context(void **state)
{
    (void)state;
    assert_int_equal(xmppfed_context_memory_used(ctx), 0);
    xmppfed_context_unref(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_broken_chains),
        cmocka_unit_test(test_record_limit),
    };

    return cmocka_run_group_tests(tests, make_context, drop_context);
}
