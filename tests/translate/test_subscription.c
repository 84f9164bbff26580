/* test_subscription.c - authorizations and dialogs: the examples of RFC 8048, every reason,
 * failures. */
#include "translate/fixture.h"

#include "translate/subscription.h"

#define PIDF(who, basic)                                                                    \
    "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:" who "'><tuple id='ID-x'>" \
    "<status><basic>" basic "</basic></status></tuple></presence>"
#define P(from, to, rest) "<presence from='" from "' to='" to "'" rest "/>"
#define J "juliet@example.com"
#define R "romeo@example.net"

static const struct {
    const char *clause;
    const char *stanza;
    const char *method;
    const char *contact;
    const char *accept;
    const char *state;
    long expires;
    enum translate_dialog dialog;
    const char *body; /* a part of it; NULL: there is none */
} to_sip[] = {
    {"RFC 8048 examples 1 and 2", P(J, R, " type='subscribe'"), "SUBSCRIBE",
     "<sip:juliet@example.com>", "application/pidf+xml", "", 3600, TRANSLATE_DIALOG_NEW, NULL},
    {"RFC 8048 examples 7 and 8", P(J, R, " type='unsubscribe'"), "SUBSCRIBE",
     "<sip:juliet@example.com>", "application/pidf+xml", "", 0, TRANSLATE_DIALOG_OUTBOUND, NULL},
    {"RFC 8048 examples 22 and 23", P(J "/chamber", R, " type='probe'"), "SUBSCRIBE",
     "<sip:juliet@example.com;gr=chamber>", "application/pidf+xml", "", 0, TRANSLATE_DIALOG_NEW,
     NULL},
    {"RFC 8048 examples 13 and 14", P(J, R, " type='subscribed'"), "NOTIFY",
     "<sip:juliet@example.com>", "", "active;expires=599", -1, TRANSLATE_DIALOG_INBOUND, NULL},
    {"RFC 8048 examples 15 and 16", P(J, R, " type='unsubscribed'"), "NOTIFY",
     "<sip:juliet@example.com>", "", "terminated;reason=rejected", -1, TRANSLATE_DIALOG_INBOUND,
     NULL},
    {"RFC 8048 4.2: available", P(J, R, ""), "NOTIFY", "<sip:juliet@example.com>", "",
     "active;expires=599", -1, TRANSLATE_DIALOG_INBOUND, "<basic>open</basic>"},
    {"RFC 8048 4.2 note 5: unavailable", P(J, R, " type='unavailable'"), "NOTIFY",
     "<sip:juliet@example.com>", "", "active;expires=599", -1, TRANSLATE_DIALOG_INBOUND,
     "<basic>closed</basic>"},
};

static void test_to_sip(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(to_sip); i++) {
        const char *row = to_sip[i].clause;
        xmppfed_element *stanza = test_parse(f->setup.context, to_sip[i].stanza);
        enum translate_dialog dialog = TRANSLATE_DIALOG_NEW;
        struct translate_sip got;
        int rc = translate_subscription_to_sip(&f->setup, stanza, 599, &f->text, &got, &dialog,
                                               &f->problem);

        expect_code(row, &f->problem, rc, 0);
        expect_text(row, "the method", got.method, to_sip[i].method);
        expect_text(row, "the URI", got.uri, "sip:romeo@example.net");
        expect_text(row, "From", got.from, "<sip:juliet@example.com>");
        expect_text(row, "To", got.to, "<sip:romeo@example.net>");
        expect_text(row, "Contact", got.contact, to_sip[i].contact);
        expect_text(row, "Event", got.event, "presence");
        expect_text(row, "Accept", got.accept, to_sip[i].accept);
        expect_text(row, "Subscription-State", got.subscription_state, to_sip[i].state);
        if (got.expires != to_sip[i].expires || dialog != to_sip[i].dialog)
            fail_msg("%s: Expires %ld, dialog %d", row, got.expires, dialog);
        if (to_sip[i].body ? !strstr(got.body.data, to_sip[i].body) : got.body.len > 0)
            fail_msg("%s: the body is \"%s\"", row, got.body.data);
        xmppfed_element_free(stanza);
    }
}

static void test_refused_stanzas(void **state)
{
    static const struct {
        const char *stanza;
        int code;
    } rows[] = {{P(J, R, " type='error'"), XMPPFED_ERR_ARGUMENT},
                {P(J, R, " type='dance'"), XMPPFED_ERR_STREAM_UNEXPECTED},
                {"<message from='" J "' to='" R "' type='subscribe'/>", XMPPFED_ERR_ARGUMENT},
                {"<presence from='" J "' type='subscribe'/>", XMPPFED_ERR_ARGUMENT},
                {P("a:b@example.com", R, " type='subscribe'"), XMPPFED_ERR_ADDRESS}};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        xmppfed_element *stanza = test_parse(f->setup.context, rows[i].stanza);
        enum translate_dialog dialog;
        struct translate_sip got;

        expect_code(rows[i].stanza, &f->problem,
                    translate_subscription_to_sip(&f->setup, stanza, 1, &f->text, &got, &dialog,
                                                  &f->problem),
                    rows[i].code);
        xmppfed_element_free(stanza);
    }
}

static const struct {
    const char *clause;
    const char *method;
    const char *state;
    long expires;
    struct translate_known known;
    const char *body;
    const char *first;
    const char *second;
    enum translate_next next;
    unsigned granted;
    unsigned after;
} to_xmpp[] = {
    {"RFC 8048 examples 11 and 12",
     "SUBSCRIBE",
     "",
     -1,
     {0},
     "",
     P(R, J, " type='subscribe'"),
     NULL,
     TRANSLATE_NEXT_NOTIFY,
     3600,
     0},
    {"a shorter time is granted",
     "SUBSCRIBE",
     "",
     600,
     {0},
     "",
     P(R, J, " type='subscribe'"),
     NULL,
     TRANSLATE_NEXT_NOTIFY,
     600,
     0},
    {"a longer one is not",
     "SUBSCRIBE",
     "",
     86400,
     {0},
     "",
     P(R, J, " type='subscribe'"),
     NULL,
     TRANSLATE_NEXT_NOTIFY,
     3600,
     0},
    {"RFC 8048 3.2.2: a refresh",
     "SUBSCRIBE",
     "",
     3600,
     {.dialog = true},
     "",
     NULL,
     NULL,
     TRANSLATE_NEXT_NOTIFY,
     3600,
     0},
    {"RFC 8048 example 17",
     "SUBSCRIBE",
     "",
     0,
     {.dialog = true},
     "",
     P(R, J, " type='unavailable'"),
     NULL,
     TRANSLATE_NEXT_CLOSE,
     0,
     0},
    {"RFC 8048 examples 24 and 25",
     "SUBSCRIBE",
     "",
     0,
     {0},
     "",
     P(R, J, " type='probe'"),
     NULL,
     TRANSLATE_NEXT_NOTIFY,
     0,
     0},
    {"RFC 8048 examples 4 to 6",
     "NOTIFY",
     "active;expires=499",
     -1,
     {0},
     PIDF(R, "open"),
     P(R, J, " type='subscribed'"),
     P(R, J, ""),
     TRANSLATE_NEXT_KEEP,
     0,
     0},
    {"RFC 8048 3.1: accepted, without a body",
     "NOTIFY",
     "active",
     -1,
     {0},
     "",
     P(R, J, " type='subscribed'"),
     P(R, J, " type='unavailable'"),
     TRANSLATE_NEXT_KEEP,
     0,
     0},
    {"RFC 8048 3.1: pending",
     "NOTIFY",
     "pending;expires=1",
     -1,
     {0},
     PIDF(R, "open"),
     NULL,
     NULL,
     TRANSLATE_NEXT_KEEP,
     0,
     0},
    {"RFC 8048 example 20",
     "NOTIFY",
     "Active;expires=499",
     -1,
     {.accepted = true},
     PIDF(R, "closed"),
     P(R, J, " type='unavailable'"),
     NULL,
     TRANSLATE_NEXT_KEEP,
     0,
     0},
    {"a later one without body says nothing",
     "NOTIFY",
     "active",
     -1,
     {.accepted = true},
     "",
     NULL,
     NULL,
     TRANSLATE_NEXT_KEEP,
     0,
     0},
    {"section 8: terminated, rejected",
     "NOTIFY",
     "terminated;reason=rejected",
     -1,
     {.accepted = true},
     "",
     P(R, J, " type='unsubscribed'"),
     NULL,
     TRANSLATE_NEXT_END,
     0,
     0},
    {"RFC 6665 4.1.3: noresource",
     "NOTIFY",
     "terminated;reason=noresource",
     -1,
     {.accepted = true},
     "",
     P(R, J, " type='unsubscribed'"),
     NULL,
     TRANSLATE_NEXT_END,
     0,
     0},
    {"RFC 6665 4.1.3: deactivated",
     "NOTIFY",
     "terminated;reason=deactivated",
     -1,
     {.accepted = true},
     "",
     NULL,
     NULL,
     TRANSLATE_NEXT_RENEW,
     0,
     0},
    {"RFC 6665 4.1.3: timeout, with what is known",
     "NOTIFY",
     "terminated;reason=timeout",
     -1,
     {.accepted = true},
     PIDF(R, "open"),
     P(R, J, ""),
     NULL,
     TRANSLATE_NEXT_RENEW,
     0,
     0},
    {"RFC 6665 4.1.3: probation",
     "NOTIFY",
     "terminated; reason=probation; retry-after=30",
     -1,
     {.accepted = true},
     "",
     P(R, J, " type='unavailable'"),
     NULL,
     TRANSLATE_NEXT_LATER,
     0,
     30},
    {"RFC 6665 4.1.3: giveup",
     "NOTIFY",
     "terminated;reason=giveup",
     -1,
     {.accepted = true},
     "",
     P(R, J, " type='unavailable'"),
     NULL,
     TRANSLATE_NEXT_LATER,
     0,
     0},
    {"RFC 6665 4.1.3: invariant",
     "NOTIFY",
     "terminated;reason=invariant",
     -1,
     {.accepted = true},
     "",
     NULL,
     NULL,
     TRANSLATE_NEXT_KEEP,
     0,
     0},
    {"RFC 6665 4.1.3: a reason of another time",
     "NOTIFY",
     "terminated;reason=moon;retry-after=x",
     -1,
     {.accepted = true},
     "",
     P(R, J, " type='unavailable'"),
     NULL,
     TRANSLATE_NEXT_LATER,
     0,
     0},
    {"RFC 3903: a publication",
     "PUBLISH",
     "",
     3600,
     {0},
     PIDF(R, "open"),
     P(R, J, ""),
     NULL,
     TRANSLATE_NEXT_KEEP,
     0,
     0},
};

static struct translate_sip request(const char *method, const char *state, long expires,
                                    const char *body)
{
    struct translate_sip sip = translate_sip_empty();

    sip.method = xmppfed_slice_of(method);
    sip.uri = xmppfed_slice_of("sip:juliet@example.com");
    sip.from = xmppfed_slice_of("<sip:romeo@example.net>;tag=xfg9");
    sip.to = xmppfed_slice_of("<sip:juliet@example.com>;tag=ur93");
    sip.event = xmppfed_slice_of("presence;id=7");
    sip.subscription_state = xmppfed_slice_of(state);
    sip.expires = expires;
    sip.content_type = xmppfed_slice_of(*body ? "application/pidf+xml" : "");
    sip.body = xmppfed_slice_of(body);
    return sip;
}

static void test_to_xmpp(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(to_xmpp); i++) {
        const char *row = to_xmpp[i].clause;
        struct translate_sip sip =
            request(to_xmpp[i].method, to_xmpp[i].state, to_xmpp[i].expires, to_xmpp[i].body);
        struct translate_outcome got = {0};
        int rc = translate_subscription_to_xmpp(&f->setup, &sip, to_xmpp[i].known, &f->text, &got,
                                                &f->problem);

        expect_code(row, &f->problem, rc, 0);
        if ((got.first != NULL) != (to_xmpp[i].first != NULL) ||
            (got.second != NULL) != (to_xmpp[i].second != NULL) || got.next != to_xmpp[i].next ||
            got.expires != to_xmpp[i].granted || got.after != to_xmpp[i].after)
            fail_msg("%s: %d %d, next %d, expires %u, after %u", row, got.first != NULL,
                     got.second != NULL, got.next, got.expires, got.after);
        if (got.first)
            expect_xml(row, got.first, to_xmpp[i].first);
        if (got.second)
            expect_xml(row, got.second, to_xmpp[i].second);
    }
}

static void test_refused_requests(void **state)
{
    static const struct {
        const char *name;
        const char *method;
        const char *event;
        const char *state;
        const char *body;
        int code;
        int status;
    } rows[] = {
        {"another package", "SUBSCRIBE", "dialog", "", "", XMPPFED_ERR_STREAM_UNEXPECTED, 489},
        {"presence.winfo", "SUBSCRIBE", "presence.winfo", "", "", XMPPFED_ERR_STREAM_UNEXPECTED,
         489},
        {"no package", "SUBSCRIBE", "", "", "", XMPPFED_ERR_STREAM_UNEXPECTED, 489},
        {"another method", "OPTIONS", "presence", "", "", XMPPFED_ERR_ARGUMENT, 400},
        {"NOTIFY without state", "NOTIFY", "presence", "", "", XMPPFED_ERR_ARGUMENT, 400},
        {"a state that is none", "NOTIFY", "presence", "waiting", "", XMPPFED_ERR_ARGUMENT, 400},
        {"a body that is none", "NOTIFY", "presence", "active", "<presence",
         XMPPFED_ERR_XML_NOT_WELL_FORMED, 400},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct translate_sip sip = request(rows[i].method, rows[i].state, -1, rows[i].body);
        struct translate_known known = {0};
        struct translate_outcome got = {0};
        int rc;

        sip.event = xmppfed_slice_of(rows[i].event);
        rc = translate_subscription_to_xmpp(&f->setup, &sip, known, &f->text, &got, &f->problem);
        expect_code(rows[i].name, &f->problem, rc, rows[i].code);
        if (f->problem.status != rows[i].status || got.first)
            fail_msg("%s: %d", rows[i].name, f->problem.status);
    }
}

/* RFC 8048 3.2.3: the last NOTIFY, from whom he watched, to him. */
static void test_closed(void **state)
{
    struct fixture *f = *state;
    struct translate_sip sip = request("SUBSCRIBE", "", 0, "");
    struct translate_sip got;

    assert_int_equal(translate_subscription_closed(&f->setup, &sip, &f->text, &got, &f->problem),
                     0);
    expect_text("closed", "the method", got.method, "NOTIFY");
    expect_text("closed", "the URI", got.uri, "sip:romeo@example.net");
    expect_text("closed", "From", got.from, "<sip:juliet@example.com>");
    expect_text("closed", "the state", got.subscription_state, "terminated;reason=timeout");
    assert_non_null(strstr(got.body.data, "<basic>closed</basic>"));
}

/* RFC 8048 3.1.1: which failures end an authorization. */
static void test_failed(void **state)
{
    static const struct {
        int status;
        const char *type;
        enum translate_next next;
        const char *stanza; /* a part of it; NULL: there is none */
    } rows[] = {
        {403, "subscribe", TRANSLATE_NEXT_END, "type='unsubscribed'"},
        {489, "subscribe", TRANSLATE_NEXT_END, "type='unsubscribed'"},
        {603, "probe", TRANSLATE_NEXT_END, "type='unsubscribed'"},
        {423, "subscribe", TRANSLATE_NEXT_RENEW, NULL},
        {481, "subscribe", TRANSLATE_NEXT_RENEW, NULL},
        {404, "subscribe", TRANSLATE_NEXT_LATER, "<item-not-found"},
        {503, "subscribe", TRANSLATE_NEXT_LATER, "<internal-server-error"},
        {408, "probe", TRANSLATE_NEXT_LATER, NULL},
    };
    struct fixture *f = *state;
    xmppfed_element *stanza = test_parse(f->setup.context, P(J "/x", R, " type='subscribe'"));
    struct translate_response fine = {.status = 202};
    enum translate_next next;
    xmppfed_element *got;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct translate_response response = {.status = rows[i].status};
        char *written = NULL;
        size_t len;

        xmppfed_element_set_attribute(stanza, "type", rows[i].type);
        got = NULL;
        assert_int_equal(translate_subscription_failed(&f->setup, stanza, &response, &f->text, &got,
                                                       &next, &f->problem),
                         0);
        if (next != rows[i].next || (got != NULL) != (rows[i].stanza != NULL))
            fail_msg("%d: next %d", rows[i].status, next);
        if (!got)
            continue;
        assert_int_equal(xmppfed_element_write(got, XMPPFED_NS_SERVER, &written, &len), 0);
        assert_non_null(strstr(written, rows[i].stanza));
        xmppfed_element_free_text(f->setup.context, written);
        xmppfed_element_free(got);
    }
    assert_int_equal(
        translate_subscription_failed(&f->setup, stanza, &fine, &f->text, &got, &next, &f->problem),
        XMPPFED_ERR_ARGUMENT);
    xmppfed_element_set_attribute(stanza, "type", "unsubscribe");
    assert_int_equal(
        translate_subscription_unsubscribed(&f->setup, stanza, &f->text, &got, &f->problem), 0);
    expect_xml("RFC 8048 example 9", got, P(R, J, " type='unsubscribed'"));
    xmppfed_element_free(stanza);
}

struct failing {
    struct alloc_fail memory;
    xmppfed_allocator allocator;
};

static int translate_once(void *user)
{
    struct failing *failing = user;
    struct translate_sip sip = request("NOTIFY", "active;expires=499", -1, PIDF(R, "open"));
    struct translate_known known = {0};
    struct translate_outcome outcome = {0};
    struct translate_setup setup;
    struct translate_text text;
    enum translate_dialog dialog;
    xmppfed_context *ctx;
    int rc = xmppfed_context_new(&failing->allocator, &ctx);

    if (rc < 0)
        return rc;
    translate_setup_init(&setup, ctx);
    translate_text_init(&text, &failing->allocator);
    rc = translate_subscription_to_xmpp(&setup, &sip, known, &text, &outcome, NULL);
    if (rc == 0)
        rc = translate_subscription_to_sip(&setup, outcome.first, 5, &text, &sip, &dialog, NULL);
    if (rc == 0)
        rc = translate_subscription_closed(&setup, &sip, &text, &sip, NULL);
    translate_outcome_fini(&outcome);
    translate_text_fini(&text);
    xmppfed_context_unref(ctx);
    return rc == XMPPFED_ERR_LIMIT_MEMORY ? XMPPFED_ERR_NOMEM : rc;
}

static void test_out_of_memory(void **state)
{
    struct failing failing = {.memory = {0}};

    (void)state;
    failing.allocator = alloc_fail_allocator(&failing.memory);
    assert_true(alloc_fail_each(&failing.memory, translate_once, &failing) >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_to_sip),
        fixture_test(test_refused_stanzas),
        fixture_test(test_to_xmpp),
        fixture_test(test_refused_requests),
        fixture_test(test_closed),
        fixture_test(test_failed),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("translate/subscription", tests, NULL, NULL);
}
