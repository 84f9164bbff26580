/* test_posh.c - certificates and the fingerprints that a domain publishes: hashes, dates,
 * sentences.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "support/certs.h"
#include "support/context.h"
#include "tls/credentials.h"
#include "tls/posh.h"

static const struct {
    const char *name;
    const char *certificate;
    const char *published;
    int hash;
    size_t wrong_octet; /* + 1 of the one that differs; 0: none */
    const char *says;   /* NULL: it matches */
} rows[] = {
    {"SHA-256", "fabrikam", "fabrikam", XMPPFED_HASH_SHA256, 0, NULL},
    {"SHA-512", "fabrikam", "fabrikam", XMPPFED_HASH_SHA512, 0, NULL},
    {"self-signed", "fabrikam-selfsigned", "fabrikam-selfsigned", XMPPFED_HASH_SHA256, 0, NULL},
    {"another one", "fabrikam", "fabrikam-selfsigned", XMPPFED_HASH_SHA256, 0, "none of those"},
    {"the last octet", "fabrikam", "fabrikam", XMPPFED_HASH_SHA256, 32, "none of those"},
    {"the last octet of SHA-512", "fabrikam", "fabrikam", XMPPFED_HASH_SHA512, 64, "none of those"},
    {"behind SHA-256", "fabrikam", "fabrikam", XMPPFED_HASH_SHA256, 33, NULL},
    {"hash 0", "fabrikam", "fabrikam", 0, 0, "none of those"},
    {"hash 3", "fabrikam", "fabrikam", 3, 0, "none of those"},
    {"expired", "fabrikam-expired", "fabrikam-expired", XMPPFED_HASH_SHA256, 0, "expired since"},
    {"not yet", "fabrikam-notyet", "fabrikam-notyet", XMPPFED_HASH_SHA256, 0, "not valid before"},
};

static void test_rows(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_credentials *c = test_credentials(ctx, rows[i].certificate);
        xmppfed_credentials *p = test_credentials(ctx, rows[i].published);
        xmppfed_fingerprint f = {.hash = rows[i].hash};
        xmppfed_problem why = {0, ""};
        int64_t until = 0;
        int rc;

        assert_int_equal(
            gnutls_hash_fast(f.hash == XMPPFED_HASH_SHA512 ? GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256,
                             p->chain[0].data, p->chain[0].size, f.octets),
            0);
        if (rows[i].wrong_octet)
            f.octets[rows[i].wrong_octet - 1] ^= 1;
        rc = xfed_posh_match(&f, 1, &c->chain[0], "fabrikam.example", TEST_TIME, &until, &why);
        if (rc != (rows[i].says ? XMPPFED_ERR_TLS_CERTIFICATE : 0) || why.code != rc ||
            (until > TEST_TIME) != (rc == 0) ||
            (rows[i].says &&
             !(strstr(why.text, rows[i].says) && strstr(why.text, "fabrikam.example"))))
            fail_msg("%s: %d, '%s'", rows[i].name, rc, why.text);
        assert_int_equal(
            xfed_posh_match(&f, 0, &c->chain[0], "fabrikam.example", TEST_TIME, &until, NULL),
            XMPPFED_ERR_TLS_CERTIFICATE);
        xmppfed_credentials_unref(c);
        xmppfed_credentials_unref(p);
    }
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

    return cmocka_run_group_tests_name("tls/posh", tests, NULL, NULL);
}
