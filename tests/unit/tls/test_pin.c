/* test_pin.c - pinned keys: one of several, none, and what the sentence tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "support/certs.h"
#include "support/context.h"
#include "tls/credentials.h"
#include "tls/pin.h"

/* openssl x509 -in fabrikam.pem -pubkey -noout | openssl pkey -pubin -outform der | sha256sum */
static const char fabrikam_hex[] =
    "eeeaf4eb82fce6d2bcbaa45b85daacde14ee14cfd1bc244291bff9fe33b5c39d";
static const uint8_t digests[2][XFED_TLS_PIN_SIZE] = {
    {0xd3, 0x16, 0x97, 0xd5, 0xe5, 0xf0, 0xde, 0x32, 0x46, 0xcd, 0x7b,
     0x33, 0x27, 0x22, 0xbc, 0xce, 0x4b, 0x10, 0xfc, 0x5c, 0xad, 0x2f,
     0x8c, 0x52, 0xfd, 0xdb, 0xeb, 0x84, 0x42, 0xd6, 0xde, 0xa6},
    {0xee, 0xea, 0xf4, 0xeb, 0x82, 0xfc, 0xe6, 0xd2, 0xbc, 0xba, 0xa4,
     0x5b, 0x85, 0xda, 0xac, 0xde, 0x14, 0xee, 0x14, 0xcf, 0xd1, 0xbc,
     0x24, 0x42, 0x91, 0xbf, 0xf9, 0xfe, 0x33, 0xb5, 0xc3, 0x9d},
};

static void test_rows(void **state)
{
    static const struct {
        const char *name;
        const char *certificate;
        size_t first;
        size_t count;
        int code;
    } rows[] = {
        {"the key", "fabrikam", 1, 1, 0},
        {"the second of two", "fabrikam", 0, 2, 0},
        {"the first of two", "contoso", 0, 2, 0},
        {"another key", "fabrikam", 0, 1, XMPPFED_ERR_TLS_PIN},
        {"none", "fabrikam", 0, 0, XMPPFED_ERR_TLS_PIN},
        {"same name, another key", "fabrikam-selfsigned", 0, 2, XMPPFED_ERR_TLS_PIN},
    };
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_credentials *c = test_credentials(ctx, rows[i].certificate);
        struct xfed_tls_pins pins = {digests[rows[i].first], rows[i].count};
        xmppfed_problem why = {0, ""};
        int rc = xfed_tls_pins_check(&pins, "fabrikam.example", &c->chain[0], &why);

        if (rc != rows[i].code || why.code != rc)
            fail_msg("%s: %d, '%s'", rows[i].name, rc, why.text);
        xmppfed_credentials_unref(c);
    }
    xmppfed_context_unref(ctx);
}

/* The sentence names the domain, and the key in the form in which a record takes it. */
static void test_sentence(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_credentials *c = test_credentials(ctx, "fabrikam");
    const struct xfed_tls_pins pins = {digests[0], 1};
    xmppfed_problem why;

    (void)state;
    assert_int_equal(xfed_tls_pins_check(&pins, "fabrikam.example", &c->chain[0], &why),
                     XMPPFED_ERR_TLS_PIN);
    assert_non_null(strstr(why.text, "fabrikam.example"));
    assert_non_null(strstr(why.text, fabrikam_hex));
    assert_non_null(strstr(why.text, "somebody may be in between"));
    assert_int_equal(xfed_tls_pins_check(&pins, NULL, &c->chain[0], &why), XMPPFED_ERR_TLS_PIN);
    assert_non_null(strstr(why.text, "the peer"));
    xmppfed_credentials_unref(c);
    xmppfed_context_unref(ctx);
}

static void test_unreadable(void **state)
{
    unsigned char junk[] = "no certificate";
    const gnutls_datum_t leaf = {junk, sizeof(junk)};
    const struct xfed_tls_pins pins = {digests[0], 1};

    (void)state;
    assert_int_equal(xfed_tls_pins_check(&pins, "fabrikam.example", &leaf, NULL),
                     XMPPFED_ERR_TLS_CERTIFICATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_sentence),
        cmocka_unit_test(test_unreadable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
