/* test_pidf.c - presence documents: what RFC 3863, 4480 and 8048 show, and what is no document. */
#include "translate/fixture.h"

#include "translate/pidf.h"

#define PIDF(inside)                                                                    \
    "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:a@example.com'>" inside \
    "</presence>"
#define TUPLE(inside) PIDF("<tuple id='ID-x'>" inside "</tuple>")
#define SHOW(show) "<show xmlns='jabber:client'>" show "</show>"
#define RPID(inside)                                                                \
    PIDF("<tuple id='ID-x'><status><basic>open</basic></status></tuple><dm:person " \
         "xmlns:dm='urn:ietf:params:xml:ns:pidf:data-model' "                       \
         "xmlns:rpid='urn:ietf:params:xml:ns:pidf:rpid' id='p'>" inside "</dm:person>")
#define OLD_RPID(activity)                                                                   \
    TUPLE("<status><basic>open</basic><ep:activities "                                       \
          "xmlns:ep='urn:ietf:params:xml:ns:pidf:status:rpid-status'><ep:activity>" activity \
          "</ep:activity></ep:activities></status>")

/* The first tuple of each, read by the profile of Lync. */
static const struct {
    const char *clause;
    const char *body;
    size_t count;
    struct {
        const char *resource;
        bool open;
        const char *show;
        int priority;
        const char *note;
        const char *language;
    } first;
} rows[] = {
    {"RFC 8048 example 4",
     "\r\n<?xml version='1.0' encoding='UTF-8'?>\r\n"
     "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:romeo@example.net'>"
     "<tuple id='ID-dr4hcr0st3lup4c'><status><basic>open</basic>"
     "<show xmlns='jabber:client'>away</show></status></tuple></presence>",
     1,
     {"dr4hcr0st3lup4c", true, "away", -1, "", ""}},
    {"RFC 8048 example 20",
     "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:romeo@example.net'>\n"
     "  <tuple id='ID-dr4hcr0st3lup4c'>\n    <status>\n      <basic>closed</basic>\n    </status>\n"
     "  </tuple>\n</presence>\n",
     1,
     {"dr4hcr0st3lup4c", false, "", -1, "", ""}},
    {"RFC 3863 4.3, with extensions, two notes and two tuples",
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
     "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:im=\"urn:ietf:params:xml:ns:pidf:im\" "
     "xmlns:myex=\"http://id.example.com/presence/\" entity=\"pres:someone@example.com\">"
     "<tuple id=\"bs35r9\"><status><basic>open</basic><im:im>busy</im:im><myex:location>home"
     "</myex:location></status><contact priority=\"0.8\">im:someone@mobilecarrier.net</contact>"
     "<note xml:lang=\"en\">Don't Disturb Please!</note>"
     "<note xml:lang=\"fr\">Ne derangez pas, s'il vous plait</note>"
     "<timestamp>2001-10-27T16:49:29Z</timestamp></tuple>"
     "<tuple id=\"eg92n8\"><status><basic>open</basic></status>"
     "<contact priority=\"1.0\">mailto:someone@example.com</contact></tuple>"
     "<note>I'll be in Tokyo next week</note></presence>",
     2,
     {"", true, "", 102, "Don't Disturb Please!", "en"}},
    {"RFC 3863 4.1.6: a note of the whole",
     PIDF("<tuple id='x'><status><basic>open</basic></status></tuple><note "
          "xml:lang='de'>weg</note>"),
     1,
     {"", true, "", -1, "weg", "de"}},
    {"RFC 3863 4.1.4: a status without basic", TUPLE("<status/>"), 1, {"x", false, "", -1, "", ""}},
    {"... but with a show",
     TUPLE("<status>" SHOW("xa") "</status>"),
     1,
     {"x", true, "xa", -1, "", ""}},
    {"no status", TUPLE(""), 1, {"x", false, "", -1, "", ""}},
    {"no tuple", PIDF(""), 0, {0}},
    {"RFC 6121 4.7.2.1: a show that is none",
     TUPLE("<status><basic>open</basic>" SHOW("asleep") "</status>"),
     1,
     {"x", true, "", -1, "", ""}},
    {"closed has no show",
     TUPLE("<status><basic>closed</basic>" SHOW("away") "</status>"),
     1,
     {"x", false, "", -1, "", ""}},
    {"RFC 4480 3.2: on-the-phone of a person",
     RPID("<rpid:activities><rpid:on-the-phone/></rpid:activities>"),
     1,
     {"x", true, "dnd", -1, "", ""}},
    {"RFC 4480 3.2: the first that is known",
     RPID("<rpid:activities><rpid:unknown/><rpid:vacation/><rpid:busy/></rpid:activities>"),
     1,
     {"x", true, "xa", -1, "", ""}},
    {"RFC 4480 3.11: idle",
     RPID("<rpid:user-input>idle</rpid:user-input>"),
     1,
     {"x", true, "away", -1, "", ""}},
    {"RFC 4479 3.5: the note of a person",
     RPID("<dm:note>lunch</dm:note>"),
     1,
     {"x", true, "", -1, "lunch", ""}},
    {"the form of before RFC 4480", OLD_RPID("busy"), 1, {"x", true, "dnd", -1, "", ""}},
    {"RFC 8048 note 7: show goes before activities",
     TUPLE("<status><basic>open</basic>" SHOW(
         "chat") "<activities "
                 "xmlns='urn:ietf:params:xml:ns:pidf:rpid'><away/></activities></status>"),
     1,
     {"x", true, "chat", -1, "", ""}},
    {"an unknown element everywhere",
     TUPLE("<x xmlns='y'/><status><x xmlns='y'/><basic> open </basic></status>"),
     1,
     {"x", true, "", -1, "", ""}},
};

static void test_rows(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct translate_pidf got;
        int rc = translate_pidf_read(&f->setup, xmppfed_slice_of(rows[i].body), &f->text, &got,
                                     &f->problem);

        expect_code(rows[i].clause, &f->problem, rc, 0);
        if (got.count != rows[i].count)
            fail_msg("%s: %zu tuples", rows[i].clause, got.count);
        if (got.count == 0)
            continue;
        expect_text(rows[i].clause, "the resource", got.tuples[0].resource, rows[i].first.resource);
        expect_text(rows[i].clause, "the note", got.tuples[0].note, rows[i].first.note);
        expect_text(rows[i].clause, "its language", got.tuples[0].language, rows[i].first.language);
        if (got.tuples[0].open != rows[i].first.open ||
            strcmp(got.tuples[0].show, rows[i].first.show) != 0 ||
            got.tuples[0].priority != rows[i].first.priority)
            fail_msg("%s: %d, \"%s\", %d", rows[i].clause, got.tuples[0].open, got.tuples[0].show,
                     got.tuples[0].priority);
    }
}

static const struct {
    const char *name;
    const char *body;
    int code;
} refused[] = {
    {"nothing", "", XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"white space", " \n", XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"text", "open", XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"a declaration alone", "<?xml version='1.0'?>", XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"an open declaration", "<?xml version='1.0'", XMPPFED_ERR_XML_ENCODING},
    {"another encoding", "<?xml version='1.0' encoding='ISO-8859-1'?>" TUPLE(""),
     XMPPFED_ERR_XML_ENCODING},
    {"UTF-16", "\xff\xfe<\0p\0", XMPPFED_ERR_XML_ENCODING},
    {"no UTF-8", TUPLE("<note>\xff</note>"), XMPPFED_ERR_XML_ENCODING},
    {"an element that does not end", "<presence xmlns='urn:ietf:params:xml:ns:pidf'>",
     XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"a wrong end", "<presence xmlns='urn:ietf:params:xml:ns:pidf'></tuple>",
     XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"two elements", TUPLE("") TUPLE(""), XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"text behind it", TUPLE("") "x", XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"the end of our own stream", "</stream:stream>", XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"... behind it", TUPLE("") "</stream:stream>", XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"a document type", "<!DOCTYPE p [<!ENTITY a 'b'>]>" TUPLE(""), XMPPFED_ERR_XML_RESTRICTED},
    {"an entity", TUPLE("<note>&lol;</note>"), XMPPFED_ERR_XML_RESTRICTED},
    {"a comment", TUPLE("<!-- x -->"), XMPPFED_ERR_XML_RESTRICTED},
    {"an instruction", TUPLE("<?x y?>"), XMPPFED_ERR_XML_RESTRICTED},
    {"another root", "<presence xmlns='jabber:client'/>", XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"no namespace", "<presence/>", XMPPFED_ERR_XML_NOT_WELL_FORMED},
    {"a prefix of nobody", "<p:presence/>", XMPPFED_ERR_XML_NOT_WELL_FORMED},
};

static void test_refused(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(refused); i++) {
        struct translate_pidf got = {.count = 77};
        int rc = translate_pidf_read(&f->setup, xmppfed_slice_of(refused[i].body), &f->text, &got,
                                     &f->problem);

        expect_code(refused[i].name, &f->problem, rc, refused[i].code);
        if (got.count != 77 || f->problem.status != 400 || f->problem.code != rc)
            fail_msg("%s: status %d", refused[i].name, f->problem.status);
    }
}

/* A document cut anywhere is none. */
static void test_cut(void **state)
{
    struct fixture *f = *state;
    xmppfed_slice body = xmppfed_slice_of(rows[2].body);
    struct translate_pidf got;

    for (size_t len = 0; len < body.len; len++)
        assert_true(translate_pidf_read(&f->setup, translate_slice_until(body, len), &f->text, &got,
                                        &f->problem) < 0);
    assert_int_equal(translate_pidf_read(&f->setup, body, &f->text, &got, &f->problem), 0);
}

/* Bytes, depth and tuples are bounded. */
static void test_limits(void **state)
{
    struct fixture *f = *state;
    static char body[100000];
    struct translate_pidf got;
    size_t at;

    at = (size_t)snprintf(body, sizeof(body), "%s",
                          "<presence xmlns='urn:ietf:params:xml:ns:pidf'>");
    for (int i = 0; i < 20; i++)
        at += (size_t)snprintf(body + at, sizeof(body) - at, "<tuple id='ID-%d'/>", i);
    at += (size_t)snprintf(body + at, sizeof(body) - at, "</presence>");
    assert_int_equal(translate_pidf_read(&f->setup, xmppfed_slice_of(body), &f->text, &got, NULL),
                     0);
    assert_int_equal(got.count, TRANSLATE_TUPLES);
    f->setup.document_max = at - 1;
    assert_int_equal(
        translate_pidf_read(&f->setup, xmppfed_slice_of(body), &f->text, &got, &f->problem),
        XMPPFED_ERR_LIMIT_SIZE);
    assert_int_equal(f->problem.status, 413);
    f->setup.document_max = 65536;
    at = 0;
    for (int i = 0; i < 10000; i++)
        at += (size_t)snprintf(body + at, sizeof(body) - at, "<a>");
    assert_int_equal(
        translate_pidf_read(&f->setup, xmppfed_slice_of(body), &f->text, &got, &f->problem),
        XMPPFED_ERR_LIMIT_SHAPE);
    assert_int_equal(f->problem.status, 413);
}

/* RFC 8048 4.2 note 6: its four values, and that all are different and come back. */
static void test_priorities(void **state)
{
    static const struct {
        const char *decimal;
        int thousandths;
    } decimals[] = {{"0", 0},     {"1", 1000},   {"0.8", 800}, {"1.000", 1000}, {"0.007", 7},
                    {"0.", 0},    {"1.001", -1}, {"2", -1},    {"0.1234", -1},  {"", -1},
                    {"-0.1", -1}, {".5", -1},    {"0,5", -1},  {"0.x", -1},     {"01", -1}};

    (void)state;
    assert_int_equal(translate_priority_to_thousandths(0), 0);
    assert_int_equal(translate_priority_to_thousandths(1), 7);
    assert_int_equal(translate_priority_to_thousandths(2), 15);
    assert_int_equal(translate_priority_to_thousandths(126), 992);
    assert_int_equal(translate_priority_to_thousandths(127), 1000);
    assert_int_equal(translate_priority_to_thousandths(-1), -1);
    assert_int_equal(translate_priority_to_thousandths(128), -1);
    for (int p = 0; p <= 127; p++)
        assert_int_equal(translate_priority_of_thousandths(translate_priority_to_thousandths(p)),
                         p);
    for (size_t i = 0; i < COUNT(decimals); i++)
        if (translate_priority_read(xmppfed_slice_of(decimals[i].decimal)) !=
            decimals[i].thousandths)
            fail_msg("%s: %d", decimals[i].decimal,
                     translate_priority_read(xmppfed_slice_of(decimals[i].decimal)));
}

/* RFC 8048 4.2 note 2: ID- in front, and what no xs:ID has written so that it comes back. */
static void test_ids(void **state)
{
    static const struct {
        const char *resource;
        const char *id;
    } ids[] = {{"yn0cl4bnw0yr3vym", "ID-yn0cl4bnw0yr3vym"},
               {"1st", "ID-1st"},
               {"my phone", "ID-my_20phone"},
               {"a_b", "ID-a_5fb"},
               {"_20", "ID-_5f20"},
               {"b\xc3\xbcro", "ID-b_c3_bcro"},
               {"<\"'&>", "ID-_3c_22_27_26_3e"}};
    static const struct {
        const char *id;
        const char *resource;
    } foreign[] = {{"bs35r9", ""},      {"ID-", ""},       {"ID-my_phone", "my_phone"},
                   {"ID-x_41", "x_41"}, {"ID-a_", "a_"},   {"ID-a_2", "a_2"},
                   {"ID-a_ff", "a_ff"}, {"ID-a b", "a b"}, {"ID-_2F", "_2F"}};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(ids); i++) {
        xmppfed_slice id = translate_tuple_id(xmppfed_slice_of(ids[i].resource), &f->text);

        expect_text(ids[i].resource, "the id", id, ids[i].id);
        expect_text(ids[i].id, "the resource", translate_tuple_resource(id, &f->text),
                    ids[i].resource);
    }
    for (size_t i = 0; i < COUNT(foreign); i++)
        expect_text(foreign[i].id, "the resource",
                    translate_tuple_resource(xmppfed_slice_of(foreign[i].id), &f->text),
                    foreign[i].resource);
}

/* RFC 8048 4.2: away, dnd and available together are available; then the priority decides. */
static void test_best(void **state)
{
    struct translate_tuple tuples[] = {
        {.open = false, .show = "", .priority = 127}, {.open = true, .show = "xa", .priority = 9},
        {.open = true, .show = "dnd", .priority = 8}, {.open = true, .show = "away", .priority = 7},
        {.open = true, .show = "", .priority = -1},   {.open = true, .show = "", .priority = 5},
        {.open = true, .show = "chat", .priority = 0}};

    (void)state;
    for (size_t n = 1; n <= COUNT(tuples); n++)
        assert_ptr_equal(translate_tuple_best(tuples, n), &tuples[n - 1]);
    assert_null(translate_tuple_best(tuples, 0));
}

/* What is written is read again, by every profile. */
static void test_there_and_back(void **state)
{
    static const struct translate_profile *const profiles[] = {
        &translate_profile_lync, &translate_profile_lync_dnd, &translate_profile_plain};
    static const char *const shows[] = {"", "away", "chat", "dnd", "xa"};
    struct fixture *f = *state;

    for (size_t p = 0; p < COUNT(profiles); p++) {
        struct translate_pidf pidf = {.entity = xmppfed_slice_of("pres:a@example.com"), .count = 1},
                              got;

        f->setup.profile = profiles[p];
        for (size_t i = 0; i < COUNT(shows); i++) {
            xmppfed_slice body;

            pidf.tuples[0] = (struct translate_tuple){
                .resource = xmppfed_slice_of("a b"),
                .open = true,
                .show = shows[i],
                .activity = translate_state_of_show(profiles[p], shows[i])->activity,
                .priority = (int)i * 30,
                .contact = xmppfed_slice_of("sip:a@example.com"),
                .note = xmppfed_slice_of("<&>"),
                .language = xmppfed_slice_of("en")};
            assert_int_equal(translate_pidf_write(&f->setup, &pidf, &f->text, &body, &f->problem),
                             0);
            assert_int_equal(translate_pidf_read(&f->setup, body, &f->text, &got, &f->problem), 0);
            assert_int_equal(got.count, 1);
            expect_text(shows[i], "the entity", got.entity, "pres:a@example.com");
            expect_text(shows[i], "the resource", got.tuples[0].resource, "a b");
            expect_text(shows[i], "the note", got.tuples[0].note, "<&>");
            expect_text(shows[i], "the language", got.tuples[0].language, "en");
            assert_string_equal(got.tuples[0].show, shows[i]);
            assert_int_equal(got.tuples[0].priority, (int)i * 30);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_rows),     fixture_test(test_refused),        fixture_test(test_cut),
        fixture_test(test_limits),   cmocka_unit_test(test_priorities), fixture_test(test_ids),
        cmocka_unit_test(test_best), fixture_test(test_there_and_back),
    };

    return cmocka_run_group_tests_name("translate/pidf", tests, NULL, NULL);
}
