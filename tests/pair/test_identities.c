/* test_identities.c - which certificates prove a domain, and what comes of those that do not. */
#include "ends.h"

static const struct certificate {
    const char *name;
    int error; /* why it proves nothing; 0: it proves fabrikam.example */
} certificates[] = {
    {"fabrikam", 0},
    {"fabrikam-serverauth", 0},
    {"fabrikam-anyeku", 0},
    {"fabrikam-chain", 0},
    {"fabrikam-srvname", 0},
    {"fabrikam-xmppaddr", 0},
    {"fabrikam-clientauth", XMPPFED_ERR_TLS_CERTIFICATE},
    {"fabrikam-cnonly", XMPPFED_ERR_TLS_IDENTITY},
    {"fabrikam-wrongname", XMPPFED_ERR_TLS_IDENTITY},
    {"fabrikam-wildcard", XMPPFED_ERR_TLS_IDENTITY},
    {"fabrikam-expired", XMPPFED_ERR_TLS_CERTIFICATE},
    {"fabrikam-notyet", XMPPFED_ERR_TLS_CERTIFICATE},
    {"fabrikam-selfsigned", XMPPFED_ERR_TLS_CERTIFICATE},
    {"fabrikam-unknownca", XMPPFED_ERR_TLS_CERTIFICATE},
    {"fabrikam-expiredca", XMPPFED_ERR_TLS_CERTIFICATE},
};

enum { CERTIFICATES = sizeof(certificates) / sizeof(certificates[0]) };

/* fabrikam.example shows the certificate, as the one who dials or the one who is dialled. */
static void show(struct ends *s, const struct certificate *c, unsigned row, bool dials)
{
    ends_init_rows(s, "contoso", row, c->name, row);
    ends_dial(s, dials);
}

/* Row 7: what EXTERNAL cannot prove is proved by dialback inside TLS. */
static void test_certificates_or_dialback(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * CERTIFICATES; i++) {
        const struct certificate *c = &certificates[i / 2];
        int expected = c->error ? XMPPFED_PROOF_DIALBACK_TLS : XMPPFED_PROOF_PKIX;
        struct ends s;

        show(&s, c, 7, i % 2);
        if (seen_proof(&s.pair.at_initiator) != expected ||
            seen_proof(&s.pair.at_receiver) != expected)
            fail_msg("%s, %s: %s and %s", c->name, i % 2 ? "dials" : "is dialled",
                     xmppfed_proof_name(seen_proof(&s.pair.at_initiator)),
                     xmppfed_proof_name(seen_proof(&s.pair.at_receiver)));
        ends_fini(&s);
    }
}

/* Row 8: there is no other method, and the sentence says what is wrong with the certificate. */
static void test_certificates_or_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * CERTIFICATES; i++) {
        const struct certificate *c = &certificates[i / 2];
        const struct seen *judge;
        struct ends s;

        show(&s, c, 8, i % 2);
        judge = i % 2 ? &s.pair.at_receiver : &s.pair.at_initiator;
        if (seen_proof(judge) != (c->error ? 0 : XMPPFED_PROOF_PKIX))
            fail_msg("%s, %s: %s", c->name, i % 2 ? "dials" : "is dialled",
                     xmppfed_proof_name(seen_proof(judge)));
        if (c->error && (seen_down_code(judge) != c->error ||
                         !strstr(seen_find(judge, XMPPFED_EVENT_STREAM_DOWN)->text, FABRIKAM)))
            fail_msg("%s, %s: %s", c->name, i % 2 ? "dials" : "is dialled",
                     xmppfed_error_name(seen_down_code(judge)));
        if (c->error && seen_proof(&s.pair.at_initiator) + seen_proof(&s.pair.at_receiver) != 0)
            fail_msg("%s: somebody is up", c->name);
        ends_fini(&s);
    }
}

static void test_who_dials_without_certificate(void **state)
{
    struct ends s;

    (void)state;
    ends_init_rows(&s, NULL, 7, "fabrikam", 7);
    ends_dial(&s, false);
    assert_int_equal(seen_proof(&s.pair.at_receiver), XMPPFED_PROOF_DIALBACK_TLS);
    ends_fini(&s);
    ends_init_rows(&s, NULL, 8, "fabrikam", 8);
    ends_dial(&s, false);
    assert_int_equal(seen_proof(&s.pair.at_receiver), 0);
    assert_int_equal(seen_down_code(&s.pair.at_receiver), XMPPFED_ERR_TLS_CERTIFICATE);
    assert_int_equal(seen_down_code(&s.pair.at_initiator), XMPPFED_ERR_STREAM_ERROR_RECEIVED);
    ends_fini(&s);
}

/* The rule of the record decides which key usage is asked of whom. */
static void test_key_usage_rules(void **state)
{
    static const struct {
        const char *name;
        int rule;
        bool proved;
    } rows[] = {
        {"fabrikam-clientauth", XMPPFED_EKU_SERVER, false},
        {"fabrikam-clientauth", XMPPFED_EKU_ANY, true},
        {"fabrikam-clientauth", XMPPFED_EKU_STRICT_ROLE, true},
        {"fabrikam-serverauth", XMPPFED_EKU_ANY, true},
        {"fabrikam-serverauth", XMPPFED_EKU_STRICT_ROLE, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct test_partner partner = test_matrix_row(FABRIKAM, 8);
        xmppfed_policy *policy;
        struct ends s;

        ends_init_rows(&s, "contoso", 8, rows[i].name, 8);
        partner.eku = rows[i].rule;
        policy = test_policy(s.ctx, &partner, 1);
        xmppfed_site_set_policy(s.contoso, policy);
        xmppfed_policy_unref(policy);
        ends_dial(&s, true);
        if ((seen_proof(&s.pair.at_receiver) == XMPPFED_PROOF_PKIX) != rows[i].proved)
            fail_msg("%s with rule %d", rows[i].name, rows[i].rule);
        ends_fini(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certificates_or_dialback),
        cmocka_unit_test(test_certificates_or_nothing),
        cmocka_unit_test(test_who_dials_without_certificate),
        cmocka_unit_test(test_key_usage_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
