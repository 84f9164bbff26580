/* sites.c - a policy of a few partner records, and a site that uses it. */
#include "support/sites.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/certs.h"

static void add_partner(xmppfed_policy_builder *b, const struct test_partner *row)
{
    xmppfed_partner *p = NULL;
    xmppfed_problem why = {0};

    if (xmppfed_policy_builder_add_partner(b, row->domain, &why, &p) < 0)
        fail_msg("%s: %s", row->domain, why.text);
    assert_int_equal(xmppfed_partner_set_type(p, XMPPFED_PARTNER_FEDERATED), 0);
    if (row->tls)
        assert_int_equal(xmppfed_partner_set_tls(p, row->tls), 0);
    if (row->sasl)
        assert_int_equal(xmppfed_partner_set_sasl(p, row->sasl), 0);
    xmppfed_partner_set_dialback(p, !row->no_dialback);
    xmppfed_partner_set_allow_plaintext(p, row->plaintext);
    xmppfed_partner_set_key_by_certificate(p, row->key_by_certificate);
    xmppfed_partner_set_keep_alive(p, !row->no_keep_alive);
    assert_int_equal(xmppfed_partner_set_eku(p, row->eku), 0);
    assert_int_equal(xmppfed_partner_set_dane(p, row->dane), 0);
    if (row->bidi)
        assert_int_equal(xmppfed_partner_set_bidi(p, row->bidi), 0);
    if (row->pin)
        assert_int_equal(xmppfed_partner_add_pin(p, row->pin, NULL), 0);
    xmppfed_partner_set_pin_only(p, row->pin_only);
    assert_int_equal(xmppfed_partner_set_ocsp(p, row->ocsp), 0);
    xmppfed_partner_set_shared_secret(p, row->secret != NULL);
    assert_int_equal(xmppfed_partner_set_minimum_proof(p, row->minimum_proof), 0);
    if (row->ping)
        assert_int_equal(xmppfed_partner_set_gateway(p, XMPPFED_GATEWAY_KEEP_ALIVE_PING,
                                                     (uint32_t)row->ping, NULL),
                         0);
    if (row->tls_minimum)
        assert_int_equal(xmppfed_partner_set_tls_minimum(p, row->tls_minimum), 0);
}

/* A builder of these records with everybody allowed. */
static xmppfed_policy_builder *new_builder(xmppfed_context *ctx,
                                           const struct test_partner *partners, size_t count)
{
    const uint32_t flags = XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP;
    xmppfed_policy_builder *b = NULL;

    assert_int_equal(xmppfed_policy_builder_new(ctx, &b), 0);
    xmppfed_policy_builder_set_federation(b, 1);
    assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "", flags, NULL),
                     0);
    for (size_t i = 0; i < count; i++)
        if (partners[i].domain)
            add_partner(b, &partners[i]);
    return b;
}

xmppfed_policy *test_policy(xmppfed_context *ctx, const struct test_partner *partners, size_t count)
{
    xmppfed_policy_builder *b = new_builder(ctx, partners, count);
    xmppfed_policy *policy = NULL;
    xmppfed_problem why = {0};

    if (xmppfed_policy_builder_finish(b, &why, &policy) < 0)
        fail_msg("%s", why.text);
    xmppfed_policy_builder_free(b);
    return policy;
}

int test_policy_read(xmppfed_context *ctx, struct test_partner partner, bool strict,
                     xmppfed_policy **ret)
{
    xmppfed_policy_builder *b = new_builder(ctx, &partner, 1);
    int rc;

    xmppfed_policy_builder_set_strict(b, strict);
    rc = xmppfed_policy_builder_finish(b, NULL, ret);
    xmppfed_policy_builder_free(b);
    return rc;
}

xmppfed_site *test_site(xmppfed_context *ctx, const char *domain, const char *cert,
                        struct test_partner partner)
{
    xmppfed_credentials *credentials = cert ? test_credentials(ctx, cert) : NULL;
    xmppfed_trust *trust = test_trust(ctx);
    xmppfed_policy *policy = test_policy(ctx, &partner, 1);
    xmppfed_site *site = NULL;
    char secret[64];

    assert_int_equal(xmppfed_site_new(ctx, &site), 0);
    assert_int_equal(xmppfed_site_set_domain(site, domain, credentials), 0);
    xmppfed_site_set_trust(site, trust);
    xmppfed_site_set_policy(site, policy);
    xmppfed_site_set_clock(site, TEST_TIME, 0);
    snprintf(secret, sizeof(secret), "the secret of %s", domain);
    assert_int_equal(xmppfed_site_set_dialback_secret(site, xmppfed_slice_of(secret)), 0);
    if (partner.secret)
        assert_int_equal(
            xmppfed_site_set_partner_secret(site, partner.domain, xmppfed_slice_of(partner.secret)),
            0);
    /* The site keeps references of its own. */
    xmppfed_credentials_unref(credentials);
    xmppfed_trust_unref(trust);
    xmppfed_policy_unref(policy);
    return site;
}

struct test_partner test_matrix_row(const char *domain, unsigned number)
{
    /* Rows go by SASL, then TLS, then dialback true before false. */
    return (struct test_partner){
        .domain = domain,
        .sasl = (int)((number - 1) / 6) + XMPPFED_REQUIRED,
        .tls = (int)((number - 1) % 6 / 2) + XMPPFED_REQUIRED,
        .no_dialback = number % 2 == 0,
        .plaintext = true,
    };
}
