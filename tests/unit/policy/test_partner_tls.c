/* test_partner_tls.c - what a record asks of TLS: pins in all spellings, their notes, the version.
 */
#include "fixture.h"

#include <xmppfed/tls.h>

#define HEX "00112233445566778899aabbccddeeff0123456789abcdef0123456789ABCDEF"
#define COLONS                                         \
    "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:" \
    "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:AB:CD:EF"

static void test_pins(void **state)
{
    static const struct {
        const char *name;
        const char *pin;
        int code;
    } rows[] = {
        {"digits", HEX, 0},
        {"colons", COLONS, 0},
        {"empty", "", XMPPFED_ERR_ARGUMENT},
        {"short", "0011", XMPPFED_ERR_ARGUMENT},
        {"half an octet", "001", XMPPFED_ERR_ARGUMENT},
        {"one octet more", HEX "00", XMPPFED_ERR_ARGUMENT},
        {"colon at the end", HEX ":", XMPPFED_ERR_ARGUMENT},
        {"no digit", "g" HEX, XMPPFED_ERR_ARGUMENT},
        {"two colons", "00::11", XMPPFED_ERR_ARGUMENT},
        {"base64", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", XMPPFED_ERR_ARGUMENT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_policy_builder *b = fixture_builder();
        xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
        xmppfed_problem why = {0};
        xmppfed_policy *policy;
        const struct xfed_partner *r;
        int rc = xmppfed_partner_add_pin(p, rows[i].pin, &why);

        if (rc != rows[i].code || (rc < 0 && !strstr(why.text, "fabrikam.example")))
            fail_msg("%s: %d, '%s'", rows[i].name, rc, why.text);
        policy = fixture_finish(b);
        r = xfed_policy_find(policy, "fabrikam.example");
        assert_int_equal(r->pin_count, rc == 0);
        if (rc == 0) {
            assert_int_equal(r->pins[1], 0x11);
            assert_int_equal(r->pins[31], 0xef);
        }
        xmppfed_policy_unref(policy);
    }
}

/* Each record has its own, in order; the ninth is refused. */
static void test_many(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    const char *domains[] = {"a.example", "b.example"};
    xmppfed_policy *policy;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        xmppfed_partner *p = fixture_partner(b, domains[i]);
        char pin[] = HEX;

        for (size_t n = 0; n < XFED_PARTNER_PINS; n++) {
            pin[0] = (char)('1' + i);
            pin[1] = (char)('0' + n);
            assert_int_equal(xmppfed_partner_add_pin(p, pin, NULL), 0);
        }
        assert_int_equal(xmppfed_partner_add_pin(p, HEX, NULL), XMPPFED_ERR_ARGUMENT);
    }
    policy = fixture_finish(b);
    for (size_t i = 0; i < 2; i++) {
        const struct xfed_partner *r = xfed_policy_find(policy, domains[i]);

        assert_int_equal(r->pin_count, XFED_PARTNER_PINS);
        for (size_t n = 0; n < XFED_PARTNER_PINS; n++)
            assert_int_equal(r->pins[n * XFED_PARTNER_PIN_SIZE], 16 * (i + 1) + n);
    }
    xmppfed_policy_unref(policy);
}

/* Pins take dialback away, and what is left must be able to show a certificate. */
static void test_notes(void **state)
{
    static const struct {
        const char *name;
        int tls, sasl, dialback, plaintext, pin, only;
        int code;
        const char *note;
        uint32_t methods;
    } rows[] = {
        {"row 7", 1, 2, 1, 0, 1, 0, 0, NULL, XMPPFED_METHOD_EXTERNAL},
        {"row 7, only", 1, 2, 1, 0, 1, 1, 0, NULL, XMPPFED_METHOD_EXTERNAL},
        {"row 9, dialback on TCP is gone", 2, 2, 1, 0, 1, 0, 0, "W2", XMPPFED_METHOD_EXTERNAL},
        {"row 13", 1, 3, 1, 0, 1, 0, XMPPFED_ERR_POLICY_RECORD, "P2", 0},
        {"row 17", 3, 3, 1, 1, 1, 0, XMPPFED_ERR_POLICY_RECORD, "P2", 0},
        {"row 18", 3, 3, 0, 1, 1, 0, XMPPFED_ERR_POLICY_RECORD_E2, "E2", 0},
        {"only, no pin", 1, 2, 1, 0, 0, 1, XMPPFED_ERR_POLICY_RECORD, "P3", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_policy_builder *b = fixture_builder();
        xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
        const xmppfed_policy_note *note;
        xmppfed_policy *policy = NULL;
        int rc;

        assert_int_equal(xmppfed_partner_set_tls(p, rows[i].tls), 0);
        assert_int_equal(xmppfed_partner_set_sasl(p, rows[i].sasl), 0);
        xmppfed_partner_set_dialback(p, rows[i].dialback);
        xmppfed_partner_set_allow_plaintext(p, rows[i].plaintext);
        xmppfed_partner_set_pin_only(p, rows[i].only);
        if (rows[i].pin)
            assert_int_equal(xmppfed_partner_add_pin(p, HEX, NULL), 0);
        rc = xmppfed_policy_builder_finish(b, NULL, &policy);
        note = xmppfed_policy_builder_note(b, 0);
        if (rc != rows[i].code || (note != NULL) != (rows[i].note != NULL) ||
            (note && strcmp(note->code, rows[i].note) != 0) ||
            (rc == 0 &&
             xmppfed_policy_methods(policy, "fabrikam.example", NULL) != rows[i].methods))
            fail_msg("%s: %d, note %s", rows[i].name, rc, note ? note->code : "none");
        xmppfed_policy_unref(policy);
        xmppfed_policy_builder_free(b);
    }
}

static void test_open_federation(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p;

    (void)state;
    assert_int_equal(xmppfed_policy_builder_open_federation(b, &p), 0);
    assert_int_equal(xmppfed_partner_add_pin(p, HEX, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_partner_set_tls_minimum(p, XMPPFED_TLS_1_3), 0);
    xmppfed_policy_builder_free(b);
}

static void test_tls_minimum(void **state)
{
    xmppfed_partner_info info = {.size = sizeof(info)};
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
    xmppfed_policy *policy;

    (void)state;
    fixture_partner(b, "other.example");
    assert_int_equal(xmppfed_partner_set_tls_minimum(p, 11), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_partner_set_tls_minimum(p, XMPPFED_TLS_1_3), 0);
    assert_int_equal(xmppfed_partner_add_pin(p, HEX, NULL), 0);
    xmppfed_partner_set_pin_only(p, 1);
    policy = fixture_finish(b);
    assert_int_equal(xmppfed_policy_find_partner(policy, "fabrikam.example", &info), 0);
    assert_int_equal(info.tls_minimum, XMPPFED_TLS_1_3);
    assert_int_equal(info.pin_count, 1);
    assert_int_equal(info.pin_only, 1);
    assert_int_equal(xmppfed_policy_find_partner(policy, "other.example", &info), 0);
    assert_int_equal(info.tls_minimum, XMPPFED_TLS_1_2);
    assert_int_equal(info.pin_count, 0);
    xmppfed_policy_unref(policy);
}

static void test_ocsp(void **state)
{
    xmppfed_partner_info info = {.size = sizeof(info)};
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
    xmppfed_policy *policy;

    (void)state;
    fixture_partner(b, "other.example");
    assert_int_equal(xmppfed_partner_set_ocsp(NULL, XMPPFED_OCSP_USE), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_partner_set_ocsp(p, XMPPFED_OCSP_USE - 1), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_partner_set_ocsp(p, XMPPFED_OCSP_REQUIRE + 1), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_partner_set_ocsp(p, XMPPFED_OCSP_REQUIRE), 0);
    policy = fixture_finish(b);
    assert_int_equal(xmppfed_policy_find_partner(policy, "fabrikam.example", &info), 0);
    assert_int_equal(info.ocsp, XMPPFED_OCSP_REQUIRE);
    assert_int_equal(xmppfed_policy_find_partner(policy, "other.example", &info), 0);
    assert_int_equal(info.ocsp, XMPPFED_OCSP_USE);
    xmppfed_policy_unref(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pins),        cmocka_unit_test(test_many),
        cmocka_unit_test(test_notes),       cmocka_unit_test(test_open_federation),
        cmocka_unit_test(test_tls_minimum), cmocka_unit_test(test_ocsp),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
