/* test_sasl.c - the allow-list, and EXTERNAL on both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/slice.h"
#include "sasl/sasl.h"
#include "support/context.h"

static const xmppfed_slice absent = {NULL, 0};
static const xmppfed_slice empty = {"", 0};

static void test_allow_list(void **state)
{
    /* All of these are in libgsasl's own list, or look like what is in ours. */
    static const char *const refused[] = {
        "PLAIN",
        "LOGIN",
        "ANONYMOUS",
        "NTLM",
        "GSSAPI",
        "SCRAM-SHA-1",
        "SCRAM-SHA-256",
        "SCRAM-SHA-1-PLUS",
        "DIGEST-MD5",
        "external",
        "EXTERNAL ",
        "EXTERNALLY",
        "EXTER",
        "OPENID20",
        "",
        NULL,
    };

    (void)state;
    assert_int_equal(xfed_sasl_find("EXTERNAL"), XFED_SASL_EXTERNAL);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (xfed_sasl_find(refused[i]) != XFED_SASL_NONE)
            fail_msg("%s", refused[i]);
    }
    assert_int_equal(xfed_sasl_find("SCRAM-SHA-256-PLUS"), XFED_SASL_SCRAM);
    assert_string_equal(xfed_sasl_name(XFED_SASL_EXTERNAL), "EXTERNAL");
    assert_string_equal(xfed_sasl_name(XFED_SASL_SCRAM), "SCRAM-SHA-256-PLUS");
    assert_null(xfed_sasl_name(XFED_SASL_NONE));
}

struct initiator_row {
    const char *name;
    const char *authzid;
    const char *sends;
};

static const struct initiator_row initiator_rows[] = {
    {.name = "the stream's from", .authzid = NULL, .sends = ""},
    {.name = "empty", .authzid = "", .sends = ""},
    {.name = "said", .authzid = "contoso.example", .sends = "contoso.example"},
};

static void test_initiator(void **state)
{
    for (size_t i = 0; i < sizeof(initiator_rows) / sizeof(initiator_rows[0]); i++) {
        const struct initiator_row *row = &initiator_rows[i];
        struct xfed_sasl *s;
        xmppfed_slice out = absent;
        int rc;

        assert_int_equal(xfed_sasl_external_initiator(*state, row->authzid, &s), 0);
        rc = xfed_sasl_step(s, absent, &out);
        if (rc != XFED_SASL_DONE || !out.data || !xfed_slice_is(out, row->sends))
            fail_msg("%s: %d", row->name, rc);
        /* It has nothing to say to a challenge that follows. */
        assert_int_equal(xfed_sasl_step(s, empty, &out), XMPPFED_ERR_SASL_REFUSED);
        xfed_sasl_free(s);
    }
}

struct receiver_row {
    const char *name;
    xmppfed_slice input;
    int rc;
};

static const struct receiver_row receiver_rows[] = {
    {.name = "empty", .input = {"", 0}, .rc = XFED_SASL_DONE},
    {.name = "same", .input = {"contoso.example", 15}, .rc = XFED_SASL_DONE},
    {.name = "same after preparation", .input = {"Contoso.EXAMPLE.", 16}, .rc = XFED_SASL_DONE},
    {.name = "part of a longer input", .input = {"contoso.example.org", 15}, .rc = XFED_SASL_DONE},
    {.name = "another", .input = {"fabrikam.example", 16}, .rc = XMPPFED_ERR_SASL_AUTHZID},
    {.name = "subdomain", .input = {"im.contoso.example", 18}, .rc = XMPPFED_ERR_SASL_AUTHZID},
    {.name = "parent", .input = {"example", 7}, .rc = XMPPFED_ERR_SASL_AUTHZID},
    {.name = "user", .input = {"a@contoso.example", 17}, .rc = XMPPFED_ERR_SASL_AUTHZID},
    {.name = "resource", .input = {"contoso.example/a", 17}, .rc = XMPPFED_ERR_SASL_AUTHZID},
    {.name = "a space", .input = {" ", 1}, .rc = XMPPFED_ERR_SASL_AUTHZID},
    {.name = "not UTF-8", .input = {"contoso\xff.example", 16}, .rc = XMPPFED_ERR_SASL_AUTHZID},
    {.name = "NUL and more",
     .input = {"contoso.example\0.evil", 21},
     .rc = XMPPFED_ERR_SASL_MALFORMED},
    {.name = "NUL at the end", .input = {"contoso.example", 16}, .rc = XMPPFED_ERR_SASL_MALFORMED},
    {.name = "only a NUL", .input = {"", 1}, .rc = XMPPFED_ERR_SASL_MALFORMED},
};

/* One payload in <auth/>, or in the <response/> to an empty challenge. */
static void check_receiver(xmppfed_context *ctx, const struct receiver_row *row, bool challenged)
{
    struct xfed_sasl *s;
    xmppfed_slice out = {"untouched", 9};
    int rc;

    assert_int_equal(xfed_sasl_external_receiver(ctx, "contoso.example", &s), 0);
    if (challenged) {
        assert_int_equal(xfed_sasl_step(s, absent, &out), XFED_SASL_CONTINUE);
        assert_non_null(out.data);
        assert_int_equal(out.len, 0);
    }
    rc = xfed_sasl_step(s, row->input, &out);
    if (rc != row->rc)
        fail_msg("%s: %d", row->name, rc);
    if (rc == XFED_SASL_DONE)
        assert_null(out.data);
    /* A verdict is final: neither a success nor a failure can be tried again. */
    rc = xfed_sasl_step(s, xmppfed_slice_of("contoso.example"), &out);
    if (rc != (row->rc < 0 ? row->rc : XMPPFED_ERR_SASL_REFUSED))
        fail_msg("%s: then %d", row->name, rc);
    xfed_sasl_free(s);
}

static void test_receiver(void **state)
{
    for (size_t i = 0; i < sizeof(receiver_rows) / sizeof(receiver_rows[0]); i++) {
        check_receiver(*state, &receiver_rows[i], false);
        check_receiver(*state, &receiver_rows[i], true);
    }
}

static void test_response_without_text(void **state)
{
    struct xfed_sasl *s;
    xmppfed_slice out;

    assert_int_equal(xfed_sasl_external_receiver(*state, "contoso.example", &s), 0);
    assert_int_equal(xfed_sasl_step(s, absent, &out), XFED_SASL_CONTINUE);
    assert_int_equal(xfed_sasl_step(s, absent, &out), XFED_SASL_DONE);
    xfed_sasl_free(s);
}

static void test_no_exchange(void **state)
{
    char too_long[400];
    const char *const proved[] = {NULL, "", too_long};
    struct xfed_sasl *s = NULL;

    memset(too_long, 'a', sizeof(too_long) - 1);
    too_long[sizeof(too_long) - 1] = '\0';
    for (size_t i = 0; i < sizeof(proved) / sizeof(proved[0]); i++)
        assert_int_equal(xfed_sasl_external_receiver(*state, proved[i], &s),
                         XMPPFED_ERR_SASL_MECHANISM);
    assert_null(s);
    xfed_sasl_free(NULL);
}

static void test_out_of_memory(void **state)
{
    struct alloc_fail memory;
    xmppfed_context *ctx = test_context_counted(&memory);
    struct xfed_sasl *s = NULL;

    (void)state;
    memory.fail_at = memory.calls + 1;
    assert_int_equal(xfed_sasl_external_initiator(ctx, NULL, &s), XMPPFED_ERR_NOMEM);
    memory.fail_at = memory.calls + 1;
    assert_int_equal(xfed_sasl_external_receiver(ctx, "contoso.example", &s), XMPPFED_ERR_NOMEM);
    assert_null(s);
    test_context_counted_free(ctx, &memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allow_list),  cmocka_unit_test(test_initiator),
        cmocka_unit_test(test_receiver),    cmocka_unit_test(test_response_without_text),
        cmocka_unit_test(test_no_exchange), cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, test_context_setup, test_context_teardown);
}
