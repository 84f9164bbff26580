/* test_presence.c - notifications of presence: the examples of RFC 8048, profiles, several devices.
 */
#include "translate/fixture.h"

#include "translate/presence.h"

#define XML "<?xml version='1.0' encoding='UTF-8'?>\n"
#define PIDF(who, inside)                                                                  \
    XML "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:" who "'>" inside "</" \
        "presence>"
#define TUPLE(id, inside) "<tuple id='" id "'>" inside "</tuple>"
#define OPEN "<status><basic>open</basic></status>"
#define CLOSED "<status><basic>closed</basic></status>"
#define OPEN_SHOW(show) \
    "<status><basic>open</basic><show xmlns='jabber:client'>" show "</show></status>"
#define PERSON(activity)                                                              \
    "<person xmlns='urn:ietf:params:xml:ns:pidf:data-model' id='person'><activities " \
    "xmlns='urn:ietf:params:xml:ns:pidf:rpid'><" activity "/></activities></person>"
#define FROM "<presence from='juliet@example.com/yn0cl4bnw0yr3vym' to='romeo@example.net'"

static const struct {
    const char *clause;
    const struct translate_profile *profile;
    const char *stanza;
    const char *body;
    const char *language;
} to_notify[] = {
    {"RFC 8048 examples 18 and 19, away as the example shows it", &translate_profile_plain,
     FROM "><show>away</show></presence>",
     PIDF("juliet@example.com", TUPLE("ID-yn0cl4bnw0yr3vym", OPEN_SHOW("away"))), ""},
    {"RFC 8048 example 18 itself", &translate_profile_plain, FROM "/>",
     PIDF("juliet@example.com", TUPLE("ID-yn0cl4bnw0yr3vym", OPEN)), ""},
    {"RFC 8048 4.2 note 5: unavailable is closed", &translate_profile_plain,
     FROM " type='unavailable'><show>away</show></presence>",
     PIDF("juliet@example.com", TUPLE("ID-yn0cl4bnw0yr3vym", CLOSED)), ""},
    {"RFC 8048 table 1: note, language, priority", &translate_profile_plain,
     FROM " xml:lang='en'><status>on &lt;stage></status><priority>1</priority></presence>",
     PIDF("juliet@example.com",
          TUPLE("ID-yn0cl4bnw0yr3vym", OPEN
                "<contact priority='0.007'>sip:juliet@example.com;gr=yn0cl4bnw0yr3vym</contact>"
                "<note xml:lang='en'>on &lt;stage&gt;</note>")),
     "en"},
    {"RFC 8048 4.2 note 6: a negative priority is not mapped", &translate_profile_plain,
     FROM "><priority>-1</priority></presence>",
     PIDF("juliet@example.com", TUPLE("ID-yn0cl4bnw0yr3vym", OPEN)), ""},
    {"no priority that is none", &translate_profile_plain,
     FROM "><priority>128</priority></presence>",
     PIDF("juliet@example.com", TUPLE("ID-yn0cl4bnw0yr3vym", OPEN)), ""},
    {"Lync: away with RPID beside it", &translate_profile_lync,
     FROM "><show>away</show></presence>",
     PIDF("juliet@example.com", TUPLE("ID-yn0cl4bnw0yr3vym", OPEN_SHOW("away")) PERSON("away")),
     ""},
    {"Lync: dnd is Busy", &translate_profile_lync, FROM "><show>dnd</show></presence>",
     PIDF("juliet@example.com", TUPLE("ID-yn0cl4bnw0yr3vym", OPEN_SHOW("dnd")) PERSON("busy")), ""},
    {"Lync: xa is Away", &translate_profile_lync, FROM "><show>xa</show></presence>",
     PIDF("juliet@example.com", TUPLE("ID-yn0cl4bnw0yr3vym", OPEN_SHOW("xa")) PERSON("away")), ""},
    {"Lync: chat is Available", &translate_profile_lync, FROM "><show>chat</show></presence>",
     PIDF("juliet@example.com", TUPLE("ID-yn0cl4bnw0yr3vym", OPEN_SHOW("chat"))), ""},
    {"a show that is none", &translate_profile_lync, FROM "><show>asleep</show></presence>",
     PIDF("juliet@example.com", TUPLE("ID-yn0cl4bnw0yr3vym", OPEN)), ""},
};

static void test_to_notify(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(to_notify); i++) {
        const char *row = to_notify[i].clause;
        xmppfed_element *stanza = test_parse(f->setup.context, to_notify[i].stanza);
        const xmppfed_element *only = stanza;
        struct translate_sip got;
        int rc;

        f->setup.profile = to_notify[i].profile;
        rc = translate_presence_to_notify(&f->setup, &only, 1, 599, &f->text, &got, &f->problem);
        expect_code(row, &f->problem, rc, 0);
        expect_text(row, "the method", got.method, "NOTIFY");
        expect_text(row, "the URI", got.uri, "sip:romeo@example.net");
        expect_text(row, "From", got.from, "<sip:juliet@example.com>");
        expect_text(row, "To", got.to, "<sip:romeo@example.net>");
        expect_text(row, "Contact", got.contact, "<sip:juliet@example.com;gr=yn0cl4bnw0yr3vym>");
        expect_text(row, "Event", got.event, "presence");
        expect_text(row, "the state", got.subscription_state, "active;expires=599");
        expect_text(row, "Content-Type", got.content_type, "application/pidf+xml");
        expect_text(row, "Content-Language", got.content_language, to_notify[i].language);
        expect_text(row, "the body", got.body, to_notify[i].body);
        xmppfed_element_free(stanza);
    }
}

/* RFC 8048 4.2, last paragraph: of several devices the most available, or a tuple for each. */
static void test_several(void **state)
{
    static const char *const stanzas[] = {
        "<presence from='j@example.com/a' to='r@example.net'><show>away</show></presence>",
        "<presence from='j@example.com/d' to='r@example.net'><show>dnd</show></presence>",
        "<presence from='j@example.com/x' to='r@example.net'/>",
        "<presence from='j@example.com/u' to='r@example.net' type='unavailable'/>"};
    struct fixture *f = *state;
    xmppfed_element *trees[COUNT(stanzas)];
    const xmppfed_element *presences[COUNT(stanzas)];
    struct translate_sip got;

    for (size_t i = 0; i < COUNT(stanzas); i++)
        presences[i] = trees[i] = test_parse(f->setup.context, stanzas[i]);
    assert_int_equal(translate_presence_to_notify(&f->setup, presences, 4, 1, &f->text, &got, NULL),
                     0);
    expect_text("one tuple", "the body", got.body, PIDF("j@example.com", TUPLE("ID-x", OPEN)));
    expect_text("one tuple", "Contact", got.contact, "<sip:j@example.com;gr=x>");
    assert_int_equal(translate_presence_to_notify(&f->setup, presences, 2, 1, &f->text, &got, NULL),
                     0);
    expect_text("two of them", "the body", got.body,
                PIDF("j@example.com", TUPLE("ID-a", OPEN_SHOW("away")) PERSON("away")));
    f->setup.profile = &translate_profile_plain;
    assert_int_equal(translate_presence_to_notify(&f->setup, presences, 4, 1, &f->text, &got, NULL),
                     0);
    expect_text("all tuples", "the body", got.body,
                PIDF("j@example.com",
                     TUPLE("ID-a", OPEN_SHOW("away")) TUPLE("ID-d", OPEN_SHOW("dnd"))
                         TUPLE("ID-x", OPEN) TUPLE("ID-u", CLOSED)));
    assert_int_equal(translate_presence_to_publish(&f->setup, presences, 4, &f->text, &got, NULL),
                     0);
    expect_text("PUBLISH", "the method", got.method, "PUBLISH");
    expect_text("PUBLISH", "the URI (RFC 3903 4.1)", got.uri, "sip:j@example.com");
    expect_text("PUBLISH", "To", got.to, "<sip:j@example.com>");
    assert_int_equal(got.expires, 3600);
    assert_int_equal(
        translate_presence_to_publish(&f->setup, presences + 3, 1, &f->text, &got, NULL), 0);
    assert_int_equal(got.expires, 0);
    assert_int_equal(translate_presence_to_notify(&f->setup, presences, 0, 1, &f->text, &got, NULL),
                     XMPPFED_ERR_ARGUMENT);
    xmppfed_element_set_attribute(trees[1], "from", "other@example.com/d");
    assert_int_equal(translate_presence_to_notify(&f->setup, presences, 2, 1, &f->text, &got, NULL),
                     XMPPFED_ERR_ARGUMENT);
    for (size_t i = 0; i < COUNT(stanzas); i++)
        xmppfed_element_free(trees[i]);
}

/* Notes do not leave where the profile says so, either way. */
static void test_notes(void **state)
{
    struct fixture *f = *state;
    struct translate_profile silent = translate_profile_plain;
    struct translate_sip sip = translate_sip_empty();
    xmppfed_element *stanza =
        test_parse(f->setup.context, FROM "><status>secret</status></presence>");
    const xmppfed_element *only = stanza;
    xmppfed_element *back;

    silent.notes = false;
    assert_int_equal(translate_presence_to_notify(&f->setup, &only, 1, 1, &f->text, &sip, NULL), 0);
    assert_non_null(strstr(sip.body.data, "secret"));
    f->setup.profile = &silent;
    assert_int_equal(translate_presence_to_xmpp(&f->setup, &sip, &f->text, &back, NULL), 0);
    expect_xml("no note", back,
               "<presence from='juliet@example.com/yn0cl4bnw0yr3vym' to='romeo@example.net'/>");
    assert_int_equal(translate_presence_to_notify(&f->setup, &only, 1, 1, &f->text, &sip, NULL), 0);
    assert_null(strstr(sip.body.data, "secret"));
    xmppfed_element_free(stanza);
}

#define SIP_PIDF(inside)                                                                    \
    "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:romeo@example.net'>" inside \
    "</presence>"

static const struct {
    const char *clause;
    const char *from;
    const char *contact;
    const char *uri;
    const char *language;
    const char *body;
    const char *stanza;
} to_xmpp[] = {
    {"RFC 8048 examples 20 and 21, with the device of Contact", "<sip:romeo@example.net>;tag=yt66",
     "<sip:romeo@example.net>;gr=dr4hcr0st3lup4c", "sip:juliet@example.com;gr=yn0cl4bnw0yr3vym", "",
     SIP_PIDF(TUPLE("ID-dr4hcr0st3lup4c", CLOSED)),
     "<presence from='romeo@example.net/dr4hcr0st3lup4c' to='juliet@example.com/yn0cl4bnw0yr3vym' "
     "type='unavailable'/>"},
    {"RFC 8048 table 2: note, show, priority, language", "<sip:romeo@example.net>", "",
     "sip:juliet@example.com", "en",
     SIP_PIDF(TUPLE("ID-a", OPEN_SHOW("dnd") "<contact priority='1'>sip:romeo@example.net</contact>"
                                             "<note xml:lang='it'>impegnato</note>")),
     "<presence from='romeo@example.net' to='juliet@example.com' xml:lang='en'><show>dnd</show>"
     "<status xml:lang='it'>impegnato</status><priority>127</priority></presence>"},
    {"the most available of three", "<sip:romeo@example.net>", "", "sip:juliet@example.com", "",
     SIP_PIDF(TUPLE("ID-a", OPEN_SHOW("xa")) TUPLE("ID-b", OPEN_SHOW("away"))
                  TUPLE("ID-c", CLOSED)),
     "<presence from='romeo@example.net' to='juliet@example.com'><show>away</show></presence>"},
    {"no tuple is not there", "<sip:romeo@example.net>", "", "sip:juliet@example.com", "",
     SIP_PIDF(""),
     "<presence from='romeo@example.net' to='juliet@example.com' type='unavailable'/>"},
    {"RFC 8048 3.1: no body is not there", "<sip:romeo@example.net>", "", "sip:juliet@example.com",
     "", "", "<presence from='romeo@example.net' to='juliet@example.com' type='unavailable'/>"},
};

static void test_to_xmpp(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(to_xmpp); i++) {
        struct translate_sip sip = translate_sip_empty();
        xmppfed_element *got = NULL;
        int rc;

        sip.method = xmppfed_slice_of("NOTIFY");
        sip.from = xmppfed_slice_of(to_xmpp[i].from);
        sip.contact = xmppfed_slice_of(to_xmpp[i].contact);
        sip.uri = xmppfed_slice_of(to_xmpp[i].uri);
        sip.content_language = xmppfed_slice_of(to_xmpp[i].language);
        sip.content_type = xmppfed_slice_of("application/pidf+xml;charset=utf-8");
        sip.body = xmppfed_slice_of(to_xmpp[i].body);
        rc = translate_presence_to_xmpp(&f->setup, &sip, &f->text, &got, &f->problem);
        expect_code(to_xmpp[i].clause, &f->problem, rc, 0);
        expect_xml(to_xmpp[i].clause, got, to_xmpp[i].stanza);
        if (sip.body.len == 0)
            continue;
        sip.content_type = xmppfed_slice_of("application/xpidf+xml");
        assert_int_equal(translate_presence_to_xmpp(&f->setup, &sip, &f->text, &got, &f->problem),
                         XMPPFED_ERR_STREAM_UNEXPECTED);
        assert_int_equal(f->problem.status, 415);
    }
}

/* RFC 8048 example 6: the device of the tuple, for hosts that tell of each. */
static void test_each(void **state)
{
    struct fixture *f = *state;
    struct translate_pidf pidf;
    xmppfed_element *got;
    xmppfed_slice none = {NULL, 0};

    assert_int_equal(translate_pidf_read(
                         &f->setup, xmppfed_slice_of(SIP_PIDF(TUPLE("ID-dr4hcr0st3lup4c", OPEN))),
                         &f->text, &pidf, NULL),
                     0);
    assert_int_equal(translate_presence_of_tuple(
                         &f->setup, &pidf.tuples[0], xmppfed_slice_of("romeo@example.net/old"),
                         xmppfed_slice_of("juliet@example.com"), none, &f->text, &got, NULL),
                     0);
    expect_xml("example 6", got,
               "<presence from='romeo@example.net/dr4hcr0st3lup4c' to='juliet@example.com'/>");
}

/* No stanza is larger than every server takes (RFC 6120 13.12), however long a note is. */
static void test_long_note(void **state)
{
    struct fixture *f = *state;
    struct translate_tuple tuple = {.open = true, .show = "", .activity = "", .priority = -1};
    xmppfed_slice none = {NULL, 0};
    xmppfed_element *got;
    char note[10000];

    memset(note, 'x', sizeof(note));
    note[sizeof(note) - 1] = '\0';
    tuple.note = xmppfed_slice_of(note);
    assert_int_equal(translate_presence_of_tuple(
                         &f->setup, &tuple, xmppfed_slice_of("romeo@example.net"),
                         xmppfed_slice_of("juliet@example.com"), none, &f->text, &got, &f->problem),
                     XMPPFED_ERR_LIMIT_SIZE);
    assert_int_equal(f->problem.status, 413);
}

static void test_refused(void **state)
{
    static const char *const stanzas[] = {
        "<presence from='j@example.com' to='r@example.net' type='subscribe'/>",
        "<presence from='j@example.com' to='r@example.net' type='error'/>",
        "<presence to='r@example.net'/>", "<message from='j@example.com' to='r@example.net'/>"};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(stanzas); i++) {
        xmppfed_element *stanza = test_parse(f->setup.context, stanzas[i]);
        struct translate_tuple tuple;

        expect_code(stanzas[i], &f->problem,
                    translate_presence_to_tuple(&f->setup, stanza, &f->text, &tuple, &f->problem),
                    XMPPFED_ERR_ARGUMENT);
        xmppfed_element_free(stanza);
    }
}

struct failing {
    struct alloc_fail memory;
    xmppfed_allocator allocator;
};

static int translate_once(void *user)
{
    struct failing *failing = user;
    struct translate_setup setup;
    struct translate_text text;
    struct translate_sip sip;
    struct translate_tuple tuple = {.resource = xmppfed_slice_of("a b"),
                                    .open = true,
                                    .show = "away",
                                    .priority = 3,
                                    .note = xmppfed_slice_of("note"),
                                    .language = xmppfed_slice_of("en")};
    xmppfed_context *ctx;
    xmppfed_element *stanza = NULL, *back = NULL;
    const xmppfed_element *only;
    int rc = xmppfed_context_new(&failing->allocator, &ctx);

    if (rc < 0)
        return rc;
    translate_setup_init(&setup, ctx);
    translate_text_init(&text, &failing->allocator);
    rc = translate_presence_of_tuple(&setup, &tuple, xmppfed_slice_of("j@example.com"),
                                     xmppfed_slice_of("r@example.net"), xmppfed_slice_of("en"),
                                     &text, &stanza, NULL);
    only = stanza;
    if (rc == 0)
        rc = translate_presence_to_notify(&setup, &only, 1, 60, &text, &sip, NULL);
    if (rc == 0)
        rc = translate_presence_to_xmpp(&setup, &sip, &text, &back, NULL);
    xmppfed_element_free(stanza);
    xmppfed_element_free(back);
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
        fixture_test(test_to_notify), fixture_test(test_several),
        fixture_test(test_notes),     fixture_test(test_to_xmpp),
        fixture_test(test_each),      fixture_test(test_long_note),
        fixture_test(test_refused),   cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("translate/presence", tests, NULL, NULL);
}
