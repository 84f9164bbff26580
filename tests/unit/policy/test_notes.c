/* test_notes.c - errors and warnings of a record, each with its own wording and remedy. */
#include "fixture.h"

#define REQ XMPPFED_REQUIRED
#define OPT XMPPFED_OPTIONAL
#define NOT XMPPFED_NOT_SUPPORTED

static const struct row {
    const char *name;
    int tls, sasl, dialback, plaintext, strict;
    int code;
    const char *notes; /* codes in order */
    const char *text;  /* in the first note */
} rows[] = {
    {"1", REQ, REQ, 1, 0, 0, 0, "W1 ", "no effect"},
    {"2", REQ, REQ, 0, 0, 0, 0, "", ""},
    {"3 with consent", OPT, REQ, 1, 1, 0, 0, "W2 ", "only optional"},
    {"3", OPT, REQ, 1, 0, 0, XMPPFED_ERR_POLICY_RECORD_PLAINTEXT, "W2 P1 ", "only optional"},
    {"3 strict", OPT, REQ, 1, 0, 1, 0, "W2 ", "only optional"},
    {"4", OPT, REQ, 0, 0, 0, 0, "W2 ", "only optional"},
    {"5 with consent", NOT, REQ, 1, 1, 0, 0, "W2 ", "SASL is never used"},
    {"5 strict", NOT, REQ, 1, 1, 1, XMPPFED_ERR_POLICY_RECORD_E1, "E1 ", "strict reading"},
    {"6", NOT, REQ, 0, 0, 0, XMPPFED_ERR_POLICY_RECORD_E1, "E1 ", "dialback is off"},
    {"7", REQ, OPT, 1, 0, 0, 0, "", ""},
    {"9", OPT, OPT, 1, 0, 0, XMPPFED_ERR_POLICY_RECORD_PLAINTEXT, "W2 P1 ", "only optional"},
    {"10", OPT, OPT, 0, 0, 0, 0, "W2 ", "only optional"},
    {"11 with consent", NOT, OPT, 1, 1, 0, 0, "W2 ", "SASL is never used"},
    {"12", NOT, OPT, 0, 1, 0, XMPPFED_ERR_POLICY_RECORD_E1, "E1 ", "dialback is off"},
    {"13", REQ, NOT, 1, 0, 0, 0, "", ""},
    {"14", REQ, NOT, 0, 0, 0, XMPPFED_ERR_POLICY_RECORD_E2, "E2 ", "neither SASL nor dialback"},
    {"15", OPT, NOT, 1, 0, 0, XMPPFED_ERR_POLICY_RECORD_PLAINTEXT, "P1 ", "AllowPlaintext"},
    {"15 with consent", OPT, NOT, 1, 1, 0, 0, "", ""},
    {"16", OPT, NOT, 0, 1, 0, XMPPFED_ERR_POLICY_RECORD_E2, "E2 ", "neither SASL nor dialback"},
    {"17", NOT, NOT, 1, 0, 0, XMPPFED_ERR_POLICY_RECORD_PLAINTEXT, "P1 ", "TlsNegotiation"},
    {"17 with consent", NOT, NOT, 1, 1, 0, 0, "", ""},
    {"18", NOT, NOT, 0, 1, 0, XMPPFED_ERR_POLICY_RECORD_E2, "E2 ", "neither SASL nor dialback"},
};

static void collect(const xmppfed_policy_builder *b, char *ret, size_t size)
{
    const xmppfed_policy_note *note;
    size_t len = 0;

    ret[0] = '\0';
    for (size_t i = 0; (note = xmppfed_policy_builder_note(b, i)) != NULL; i++) {
        assert_true(len + strlen(note->code) + 2 < size);
        memcpy(ret + len, note->code, strlen(note->code));
        len += strlen(note->code);
        ret[len++] = ' ';
        ret[len] = '\0';
        assert_int_equal(note->is_error, note->code[0] != 'W');
    }
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        xmppfed_policy_builder *b = fixture_builder();
        xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
        xmppfed_policy *policy = NULL;
        xmppfed_problem why = {0};
        char codes[64];
        int rc;

        assert_int_equal(xmppfed_partner_set_tls(p, r->tls), 0);
        assert_int_equal(xmppfed_partner_set_sasl(p, r->sasl), 0);
        xmppfed_partner_set_dialback(p, r->dialback);
        xmppfed_partner_set_allow_plaintext(p, r->plaintext);
        xmppfed_policy_builder_set_strict(b, r->strict);
        rc = xmppfed_policy_builder_finish(b, &why, &policy);
        collect(b, codes, sizeof(codes));
        if (rc != r->code || strcmp(codes, r->notes) != 0 || (rc == 0) != (policy != NULL))
            fail_msg("row %s: code %d, notes '%s'", r->name, rc, codes);
        if (r->notes[0] && !strstr(xmppfed_policy_builder_note(b, 0)->text, r->text))
            fail_msg("row %s: '%s'", r->name, xmppfed_policy_builder_note(b, 0)->text);
        if (rc < 0 && (why.code != rc || !strstr(why.text, "fabrikam.example")))
            fail_msg("row %s: why is %d '%s'", r->name, why.code, why.text);
        xmppfed_policy_unref(policy);
        xmppfed_policy_builder_free(b);
    }
}

/* DANE is about certificates: required, it leaves EXTERNAL alone, and a record without is refused.
 */
static void test_required_dane(void **state)
{
    static const struct {
        const char *name;
        int tls, sasl, dane;
        bool dialback;
        const char *notes;
        uint32_t methods;
    } cases[] = {
        {"with EXTERNAL", REQ, OPT, XMPPFED_DANE_REQUIRED, false, "", XMPPFED_METHOD_EXTERNAL},
        {"EXTERNAL beside dialback", REQ, OPT, XMPPFED_DANE_REQUIRED, true, "",
         XMPPFED_METHOD_EXTERNAL},
        {"no consent to what is left out", OPT, OPT, XMPPFED_DANE_REQUIRED, true, "W2 ",
         XMPPFED_METHOD_EXTERNAL},
        {"dialback alone", REQ, NOT, XMPPFED_DANE_REQUIRED, true, "D1 ", 0},
        {"nothing at all", REQ, NOT, XMPPFED_DANE_REQUIRED, false, "E2 ", 0},
        {"not required", REQ, NOT, XMPPFED_DANE_OPPORTUNISTIC, true, "",
         XMPPFED_METHOD_DIALBACK_TLS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        xmppfed_policy_builder *b = fixture_builder();
        xmppfed_partner *p = fixture_partner(b, "fabrikam.example");
        xmppfed_policy *policy = NULL;
        xmppfed_problem why = {0};
        char codes[64];

        assert_int_equal(xmppfed_partner_set_tls(p, cases[i].tls), 0);
        assert_int_equal(xmppfed_partner_set_sasl(p, cases[i].sasl), 0);
        assert_int_equal(xmppfed_partner_set_dane(p, cases[i].dane), 0);
        xmppfed_partner_set_dialback(p, cases[i].dialback);
        (void)!xmppfed_policy_builder_finish(b, &why, &policy);
        collect(b, codes, sizeof(codes));
        if (strcmp(codes, cases[i].notes) != 0 || (policy != NULL) != (cases[i].methods != 0))
            fail_msg("%s: '%s'", cases[i].name, codes);
        if (policy && xmppfed_policy_methods(policy, "fabrikam.example", NULL) != cases[i].methods)
            fail_msg("%s: methods", cases[i].name);
        xmppfed_policy_unref(policy);
        xmppfed_policy_builder_free(b);
    }
}

static void test_first_error_decides_and_all_are_noted(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_policy *policy = NULL;
    xmppfed_problem why = {0};
    xmppfed_partner *p;
    char codes[64];

    (void)state;
    p = fixture_partner(b, "one.example");
    assert_int_equal(xmppfed_partner_set_sasl(p, REQ), 0);
    p = fixture_partner(b, "two.example");
    assert_int_equal(xmppfed_partner_set_sasl(p, NOT), 0);
    xmppfed_partner_set_dialback(p, 0);
    assert_int_equal(xmppfed_policy_builder_open_federation(b, &p), 0);
    assert_int_equal(xmppfed_partner_set_tls(p, OPT), 0);
    assert_int_equal(
        xmppfed_policy_builder_add_user(b, "ann@contoso.example", "", "sales", 0, NULL), 0);
    assert_int_equal(xmppfed_policy_builder_finish(b, &why, &policy), XMPPFED_ERR_POLICY_RECORD_E2);
    assert_non_null(strstr(why.text, "two.example"));
    assert_null(policy);
    collect(b, codes, sizeof(codes));
    assert_string_equal(codes, "W1 E2 W2 P1 G1 ");
    assert_string_equal(xmppfed_policy_builder_note(b, 3)->domain, "");
    assert_string_equal(xmppfed_policy_builder_note(b, 4)->domain, "ann@contoso.example");
    xmppfed_policy_builder_free(b);
}

static void test_corrected_builder_finishes(void **state)
{
    xmppfed_policy_builder *b = fixture_builder();
    xmppfed_policy *policy = NULL;
    xmppfed_problem why = {0};

    (void)state;
    assert_int_equal(
        xmppfed_policy_builder_add_user(b, "ann@contoso.example", "", "sales", 0, NULL), 0);
    assert_int_equal(xmppfed_policy_builder_finish(b, &why, &policy), XMPPFED_ERR_POLICY_RECORD);
    assert_non_null(strstr(why.text, "ann@contoso.example"));
    assert_int_equal(xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_USER, "sales", 3, NULL), 0);
    assert_int_equal(xmppfed_policy_builder_finish(b, &why, &policy), 0);
    assert_null(xmppfed_policy_builder_note(b, 0));
    xmppfed_policy_unref(policy);
    xmppfed_policy_builder_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_required_dane),
        cmocka_unit_test(test_first_error_decides_and_all_are_noted),
        cmocka_unit_test(test_corrected_builder_finishes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
