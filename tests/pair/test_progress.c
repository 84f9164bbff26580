/* test_progress.c - what a host is told of a stream inside TLS, and of the peer's certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/certs.h"
#include "support/context.h"
#include "support/sites.h"
#include "support/stream_pair.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"

/* contoso.example dials fabrikam.example, whose record is partner and which has a certificate. */
static const struct row {
    const char *name;
    struct test_partner partner; /* at contoso.example */
    const char *certificate;
    int stage;
    uint32_t tried;
    int proof;
    const char *says; /* in the verdict */
    const char *names;
} rows[] = {
    {"EXTERNAL",
     {0},
     "fabrikam",
     XMPPFED_STAGE_UP,
     XMPPFED_METHOD_EXTERNAL,
     XMPPFED_PROOF_PKIX,
     "",
     "DNS:fabrikam.example"},
    {"expired, dialback takes its place",
     {0},
     "fabrikam-expired",
     XMPPFED_STAGE_UP,
     XMPPFED_METHOD_DIALBACK_TLS,
     XMPPFED_PROOF_NONE,
     "expired on 2025-01-02; it must be renewed",
     "DNS:fabrikam.example"},
    {"expired, and nothing else",
     {.no_dialback = true},
     "fabrikam-expired",
     XMPPFED_STAGE_TLS_STREAM,
     0,
     XMPPFED_PROOF_NONE,
     "expired on 2025-01-02; it must be renewed",
     "DNS:fabrikam.example"},
    {"wrong name, not asked about",
     {.sasl = XMPPFED_NOT_SUPPORTED},
     "fabrikam-wrongname",
     XMPPFED_STAGE_UP,
     XMPPFED_METHOD_DIALBACK_TLS,
     XMPPFED_PROOF_NONE,
     "does not cover fabrikam.example",
     "DNS:"},
    {"no name at all",
     {.no_dialback = true},
     "fabrikam-cnonly",
     XMPPFED_STAGE_TLS_STREAM,
     0,
     XMPPFED_PROOF_NONE,
     "with the domain as dNSName",
     ""},
    {"SRVName",
     {0},
     "fabrikam-srvname",
     XMPPFED_STAGE_UP,
     XMPPFED_METHOD_EXTERNAL,
     XMPPFED_PROOF_PKIX,
     "",
     "SRV:_xmpp-server.fabrikam.example"},
    {"xmppAddr",
     {0},
     "fabrikam-xmppaddr",
     XMPPFED_STAGE_UP,
     XMPPFED_METHOD_EXTERNAL,
     XMPPFED_PROOF_PKIX,
     "",
     "XMPP:fabrikam.example"},
    {"TLSA records are missing",
     {.dane = XMPPFED_DANE_REQUIRED},
     "fabrikam",
     XMPPFED_STAGE_TLS_STREAM,
     0,
     XMPPFED_PROOF_NONE,
     "no TLSA record that DNSSEC proves",
     "DNS:fabrikam.example"},
};

/* The verdict that is not asked for must not become the one by which the stream goes on. */
static void look(const struct row *row, xmppfed_connection *c)
{
    xmppfed_progress at = {.size = sizeof(at)};
    xmppfed_certificate seen = {.size = sizeof(seen)};
    xmppfed_problem verdict = {42, "untouched"};
    int proof = -1;
    int rc = xmppfed_connection_certificate(c, &seen, &proof, &verdict);

    if (rc != 0 || proof != row->proof || !strstr(verdict.text, row->says) ||
        (verdict.code == 0) != (proof != XMPPFED_PROOF_NONE))
        fail_msg("%s: %d, proof %d, '%s'", row->name, rc, proof, verdict.text);
    assert_int_equal(xmppfed_connection_progress(c, &at), 0);
    if (at.stage != row->stage || at.tried != row->tried || strcmp(at.tls_version, "TLS1.3") != 0 ||
        !*at.cipher)
        fail_msg("%s: stage %d (%s), tried %u", row->name, at.stage, at.waiting, at.tried);
    if (!strstr(seen.names, row->names) || !*seen.subject || !*seen.issuer ||
        seen.not_before >= seen.not_after || !seen.for_server)
        fail_msg("%s: names '%s', subject '%s'", row->name, seen.names, seen.subject);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct test_partner partner = rows[i].partner;
        xmppfed_context *ctx = test_context();
        struct stream_pair pair = {.now = 1000};
        xmppfed_site *contoso;
        xmppfed_site *fabrikam;

        partner.domain = FABRIKAM;
        contoso = test_site(ctx, CONTOSO, "contoso", partner);
        fabrikam = test_site(ctx, FABRIKAM, rows[i].certificate, (struct test_partner){CONTOSO});
        stream_pair_start(&pair, ctx, contoso, fabrikam, XMPPFED_PURPOSE_STANZAS);
        stream_pair_run(&pair);
        look(&rows[i], pair.initiator);
        look(&rows[i], pair.initiator);
        stream_pair_stop(&pair);
        xmppfed_site_unref(contoso);
        xmppfed_site_unref(fabrikam);
        xmppfed_context_unref(ctx);
    }
}

/* A record that went leaves nothing to judge by. */
static void test_no_partner(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_site *contoso = test_site(ctx, CONTOSO, "contoso", (struct test_partner){FABRIKAM});
    xmppfed_site *fabrikam = test_site(ctx, FABRIKAM, "fabrikam", (struct test_partner){CONTOSO});
    struct stream_pair pair = {.now = 1000};
    xmppfed_certificate seen = {.size = sizeof(seen)};
    int proof = 42;

    (void)state;
    stream_pair_start(&pair, ctx, contoso, fabrikam, XMPPFED_PURPOSE_STANZAS);
    stream_pair_run(&pair);
    assert_int_equal(xmppfed_connection_certificate(pair.initiator, &seen, &proof, NULL), 0);
    assert_int_equal(proof, XMPPFED_PROOF_PKIX);
    xmppfed_site_set_policy(contoso, NULL);
    assert_int_equal(xmppfed_connection_certificate(pair.initiator, &seen, &proof, NULL),
                     XMPPFED_ERR_POLICY_UNKNOWN_PARTNER);
    stream_pair_stop(&pair);
    xmppfed_site_unref(contoso);
    xmppfed_site_unref(fabrikam);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_no_partner)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
