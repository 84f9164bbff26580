/* test_error.c - RFC 7247 tables 2 and 3 whole, and the stanzas and responses made of them. */
#include "translate/fixture.h"

#include "translate/error.h"

/* RFC 7247 table 2 with its notes: what is about a full JID, and what is about a bare one. */
static const struct {
    const char *condition;
    int full;
    int bare;
} conditions[] = {
    {"bad-request", 400, 400},
    {"conflict", 400, 400},
    {"feature-not-implemented", 405, 501},
    {"forbidden", 403, 603},
    {"gone", 410, 410},
    {"internal-server-error", 500, 500},
    {"item-not-found", 404, 604},
    {"jid-malformed", 400, 400},
    {"not-acceptable", 406, 606},
    {"not-allowed", 403, 403},
    {"not-authorized", 401, 401},
    {"policy-violation", 403, 403},
    {"recipient-unavailable", 480, 600},
    {"redirect", 302, 302},
    {"registration-required", 407, 407},
    {"remote-server-not-found", 404, 404},
    {"remote-server-timeout", 408, 408},
    {"resource-constraint", 500, 500},
    {"service-unavailable", 405, 403},
    {"subscription-required", 400, 400},
    {"undefined-condition", 400, 400},
    {"unexpected-request", 491, 400},
    {"of-another-time", 400, 400},
};

static void test_conditions(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(conditions); i++) {
        struct translate_error_case full = {.full = true}, bare = {.full = false};

        if (translate_error_status(conditions[i].condition, full) != conditions[i].full ||
            translate_error_status(conditions[i].condition, bare) != conditions[i].bare)
            fail_msg("%s: %d, %d", conditions[i].condition,
                     translate_error_status(conditions[i].condition, full),
                     translate_error_status(conditions[i].condition, bare));
    }
}

/* Notes 3 and 4, which look at more than the condition; 503 is never the answer (note 5). */
static void test_notes(void **state)
{
    struct translate_error_case address = {.address = true}, unresolved = {.unresolved = true};

    (void)state;
    assert_int_equal(translate_error_status("gone", address), 301);
    assert_int_equal(translate_error_status("redirect", address), 302);
    assert_int_equal(translate_error_status("remote-server-not-found", unresolved), 408);
    for (size_t i = 0; i < COUNT(conditions); i++) {
        for (unsigned bits = 0; bits < 8; bits++) {
            struct translate_error_case of = {bits & 1, bits & 2, bits & 4};

            assert_int_not_equal(translate_error_status(conditions[i].condition, of), 503);
        }
    }
}

/* RFC 7247 table 3, and the rows of no class of section 3.2. */
static const struct {
    int status;
    const char *condition;
} statuses[] = {
    {300, "redirect"},
    {301, "gone"},
    {302, "redirect"},
    {305, "redirect"},
    {380, "not-acceptable"},
    {399, "redirect"},
    {400, "bad-request"},
    {401, "not-authorized"},
    {402, "bad-request"},
    {403, "forbidden"},
    {404, "item-not-found"},
    {405, "feature-not-implemented"},
    {406, "not-acceptable"},
    {407, "registration-required"},
    {408, "remote-server-timeout"},
    {410, "gone"},
    {413, "policy-violation"},
    {414, "policy-violation"},
    {415, "not-acceptable"},
    {416, "not-acceptable"},
    {420, "feature-not-implemented"},
    {421, "not-acceptable"},
    {423, "resource-constraint"},
    {430, "recipient-unavailable"},
    {439, "feature-not-implemented"},
    {440, "policy-violation"},
    {480, "recipient-unavailable"},
    {481, "item-not-found"},
    {482, "not-acceptable"},
    {483, "not-acceptable"},
    {484, "item-not-found"},
    {485, "item-not-found"},
    {486, "recipient-unavailable"},
    {487, "recipient-unavailable"},
    {488, "not-acceptable"},
    {489, "policy-violation"},
    {491, "unexpected-request"},
    {493, "bad-request"},
    {499, "bad-request"},
    {500, "internal-server-error"},
    {501, "feature-not-implemented"},
    {502, "remote-server-not-found"},
    {503, "internal-server-error"},
    {504, "remote-server-timeout"},
    {505, "not-acceptable"},
    {513, "policy-violation"},
    {580, "internal-server-error"},
    {600, "recipient-unavailable"},
    {603, "recipient-unavailable"},
    {604, "item-not-found"},
    {606, "not-acceptable"},
    {607, "recipient-unavailable"},
};

static void test_statuses(void **state)
{
    static const int none[] = {-1, 0, 100, 180, 200, 202, 299, 700};

    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        const char *got = translate_error_condition(statuses[i].status);

        if (!got || strcmp(got, statuses[i].condition) != 0)
            fail_msg("%d: %s", statuses[i].status, got ? got : "none");
    }
    for (size_t i = 0; i < COUNT(none); i++)
        assert_null(translate_error_condition(none[i]));
}

#define NS "urn:ietf:params:xml:ns:xmpp-stanzas"

static const struct {
    const char *name;
    const char *stanza;
    bool unresolved;
    int status;
    const char *reason;
    const char *contact;
} to_sip[] = {
    {"a bare JID, no words",
     "<message from='r@example.net' to='j@example.com' type='error'><body>x</body><error "
     "type='cancel'><item-not-found xmlns='" NS "'/></error></message>",
     false, 604, "Does Not Exist Anywhere", ""},
    {"a full JID, words",
     "<message from='r@example.net/x' to='j@example.com' type='error'><error type='cancel'>"
     "<item-not-found xmlns='" NS "'/><text xmlns='" NS
     "'> Nobody&#13;&#10;Via: here </text></error>"
     "</message>",
     false, 404, "Nobody  Via: here", ""},
    {"words before the condition",
     "<presence from='r@example.net' type='error'><error type='auth'><text xmlns='" NS "'>No</text>"
     "<forbidden xmlns='" NS "'/></error></presence>",
     false, 603, "No", ""},
    {"note 3: gone with an address",
     "<message from='r@example.net' type='error'><error type='cancel'><gone xmlns='" NS
     "'>xmpp:romeo@afterlife.example.net</gone></error></message>",
     false, 301, "Moved Permanently", "<sip:romeo@afterlife.example.net>"},
    {"note 3: gone without",
     "<message from='r@example.net' type='error'><error type='cancel'><gone xmlns='" NS
     "'/></error></message>",
     false, 410, "Gone", ""},
    {"note 3: gone with an address that is none",
     "<message from='r@example.net' type='error'><error type='cancel'><gone xmlns='" NS
     "'>mailto:x</gone></error></message>",
     false, 410, "Gone", ""},
    {"redirect",
     "<message from='r@example.net' type='error'><error type='modify'><redirect xmlns='" NS
     "'>xmpp:m\\26m@example.org/a</redirect></error></message>",
     false, 302, "Moved Temporarily", "<sip:m&m@example.org;gr=a>"},
    {"note 4",
     "<message from='example.net' type='error'><error type='cancel'><remote-server-not-found "
     "xmlns='" NS "'/></error></message>",
     true, 408, "Request Timeout", ""},
    {"an unknown condition (RFC 6120 8.3.2)",
     "<message from='r@example.net' type='error'><error type='cancel'><else xmlns='" NS
     "'/></error></message>",
     false, 400, "Bad Request", ""},
    {"no condition at all", "<message from='r@example.net' type='error'/>", false, 400,
     "Bad Request", ""},
};

static void test_to_sip(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(to_sip); i++) {
        xmppfed_element *stanza = test_parse(f->setup.context, to_sip[i].stanza);
        struct translate_response got = {0};
        int rc = translate_error_to_sip(stanza, to_sip[i].unresolved, &f->text, &got, &f->problem);

        expect_code(to_sip[i].name, &f->problem, rc, 0);
        if (got.status != to_sip[i].status)
            fail_msg("%s: %d", to_sip[i].name, got.status);
        expect_text(to_sip[i].name, "the reason", got.reason, to_sip[i].reason);
        expect_text(to_sip[i].name, "the contact", got.contact, to_sip[i].contact);
        xmppfed_element_free(stanza);
    }
}

static void test_long_reason(void **state)
{
    struct fixture *f = *state;
    xmppfed_element *m = xmppfed_element_new(f->setup.context, "message", XMPPFED_NS_SERVER);
    xmppfed_element *error = xmppfed_element_add_child(m, "error", XMPPFED_NS_SERVER);
    xmppfed_element *words = xmppfed_element_add_child(error, "text", NS);
    struct translate_response got;

    xmppfed_element_set_attribute(m, "type", "error");
    xmppfed_element_add_text(words, "x");
    for (int i = 0; i < 200; i++)
        xmppfed_element_add_text(words, "\xc3\xbc");
    assert_int_equal(translate_error_to_sip(m, false, &f->text, &got, &f->problem), 0);
    assert_int_equal(got.reason.len, 119);
    assert_true(translate_slice_is_xml_text(got.reason));
    xmppfed_element_set_attribute(m, "type", "chat");
    assert_int_equal(translate_error_to_sip(m, false, &f->text, &got, &f->problem),
                     XMPPFED_ERR_ARGUMENT);
    xmppfed_element_free(m);
}

#define STANZA "<message from='j@example.com/a' to='r@example.net' id='7'><body>x</body></message>"
#define ANSWER(type, inside)                                                         \
    "<message from='r@example.net' id='7' to='j@example.com/a' type='error'><error " \
    "type='" type "'>" inside "</error></message>"

static const struct {
    const char *name;
    int status;
    const char *reason;
    const char *contact;
    const char *stanza;
} to_xmpp[] = {
    {"404 with a reason", 404, "Not Found", "",
     ANSWER("cancel",
            "<item-not-found xmlns='" NS "'/><text xml:lang='en' xmlns='" NS "'>Not Found</text>")},
    {"480 without", 480, "", "", ANSWER("wait", "<recipient-unavailable xmlns='" NS "'/>")},
    {"note 1: 301 has the new address", 301, "", "<sip:o'malley@sip.example>;q=1",
     ANSWER("cancel", "<gone xmlns='" NS "'>xmpp:o%5C27malley@sip.example</gone>")},
    {"note 1: 410 has none", 410, "", "<sip:r@example.org>",
     ANSWER("cancel", "<gone xmlns='" NS "'/>")},
    {"302", 302, "", "sip:r@example.org;gr=x",
     ANSWER("modify", "<redirect xmlns='" NS "'>xmpp:r@example.org/x</redirect>")},
    {"302 to a telephone", 302, "", "<tel:+1555>", ANSWER("modify", "<redirect xmlns='" NS "'/>")},
    {"404 has no address", 404, "", "<sip:r@example.org>",
     ANSWER("cancel", "<item-not-found xmlns='" NS "'/>")},
    {"a reason that XML cannot carry", 500,
     "a\x01"
     "b",
     "", ANSWER("cancel", "<internal-server-error xmlns='" NS "'/>")},
};

static void test_to_xmpp(void **state)
{
    struct fixture *f = *state;
    xmppfed_element *stanza = test_parse(f->setup.context, STANZA);

    for (size_t i = 0; i < COUNT(to_xmpp); i++) {
        struct translate_response response = {.status = to_xmpp[i].status,
                                              .reason = xmppfed_slice_of(to_xmpp[i].reason),
                                              .contact = xmppfed_slice_of(to_xmpp[i].contact)};
        xmppfed_element *got = NULL;
        int rc = translate_error_to_xmpp(stanza, &response, &f->text, &got, &f->problem);

        expect_code(to_xmpp[i].name, &f->problem, rc, 0);
        expect_xml(to_xmpp[i].name, got, to_xmpp[i].stanza);
    }
    xmppfed_element_free(stanza);
}

static void test_no_answer(void **state)
{
    struct fixture *f = *state;
    struct translate_response failed = {.status = 404}, fine = {.status = 200};
    struct translate_problem refused = {.condition = "policy-violation", .text = "Too long"};
    xmppfed_element *stanza = test_parse(f->setup.context, STANZA);
    xmppfed_element *error = test_parse(f->setup.context, "<message type='error'/>");
    xmppfed_element *got = NULL;

    assert_int_equal(translate_error_to_xmpp(stanza, &fine, &f->text, &got, &f->problem),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(translate_error_to_xmpp(error, &failed, &f->text, &got, &f->problem),
                     XMPPFED_ERR_ARGUMENT);
    assert_null(got);
    assert_int_equal(translate_error_of_problem(stanza, &refused, &got, &f->problem), 0);
    expect_xml("a refusal", got,
               ANSWER("modify", "<policy-violation xmlns='" NS "'/><text xml:lang='en' xmlns='" NS
                                "'>Too long</text>"));
    xmppfed_element_free(stanza);
    xmppfed_element_free(error);
}

struct failing {
    struct alloc_fail memory;
    xmppfed_allocator allocator;
};

static int translate_once(void *user)
{
    struct failing *failing = user;
    struct translate_response response = {.status = 301,
                                          .contact = xmppfed_slice_of("<sip:a@example.com>")};
    struct translate_text text;
    xmppfed_context *ctx;
    xmppfed_element *stanza, *answer = NULL;
    int rc = xmppfed_context_new(&failing->allocator, &ctx);

    if (rc < 0)
        return rc;
    translate_text_init(&text, &failing->allocator);
    stanza = xmppfed_element_new(ctx, "message", XMPPFED_NS_SERVER);
    xmppfed_element_set_attribute(stanza, "from", "a@example.com");
    rc = xmppfed_element_status(stanza);
    if (rc == 0)
        rc = translate_error_to_xmpp(stanza, &response, &text, &answer, NULL);
    if (rc == 0)
        rc = translate_error_to_sip(answer, false, &text, &response, NULL);
    if (rc == 0 && response.status != 301)
        fail_msg("an address was lost: %d", response.status);
    xmppfed_element_free(stanza);
    xmppfed_element_free(answer);
    translate_text_fini(&text);
    xmppfed_context_unref(ctx);
    return rc;
}

static void test_out_of_memory(void **state)
{
    struct failing failing = {.memory = {0}};

    (void)state;
    failing.allocator = alloc_fail_allocator(&failing.memory);
    assert_true(alloc_fail_each(&failing.memory, translate_once, &failing) >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions), cmocka_unit_test(test_notes),
        cmocka_unit_test(test_statuses),   fixture_test(test_to_sip),
        fixture_test(test_long_reason),    fixture_test(test_to_xmpp),
        fixture_test(test_no_answer),      cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("translate/error", tests, NULL, NULL);
}
