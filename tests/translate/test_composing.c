/* test_composing.c - isComposing and chat states: tables 3 and 4 of RFC 7573, seconds, refusals. */
#include "translate/fixture.h"

#include "translate/composing.h"

#define DOCUMENT(inside) \
    "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'>" inside "</isComposing>"

/* RFC 3994 section 4: what the document says, and what it means where it says nothing. */
static const struct {
    const char *clause;
    const char *body;
    bool active;
    unsigned refresh;
    const char *type;
} rows[] = {
    {"RFC 3994 4: the default of refresh", DOCUMENT("<state>active</state>"), true, 120, ""},
    {"RFC 3994 5, example of active",
     DOCUMENT("<state>active</state><contenttype>text/plain</contenttype><refresh>90</refresh>"),
     true, 90, "text/plain"},
    {"RFC 3994 5, example of idle",
     DOCUMENT("<state>idle</state><lastactive>2003-01-27T10:43:00Z</lastactive>"
              "<contenttype>audio</contenttype>"),
     false, 120, "audio"},
    {"RFC 3994 3.3: an unknown state is idle", DOCUMENT("<state>dreaming</state>"), false, 120, ""},
    {"blanks", DOCUMENT("<state>\n active </state><refresh> 60 </refresh>"), true, 60, ""},
    {"no seconds", DOCUMENT("<state>active</state><refresh>0</refresh>"), true, 120, ""},
    {"no number", DOCUMENT("<state>active</state><refresh>-1</refresh>"), true, 120, ""},
    {"a day at most", DOCUMENT("<state>active</state><refresh>86401</refresh>"), true, 86400, ""},
    {"more than any number has",
     DOCUMENT("<state>active</state><refresh>99999999999999999999</refresh>"), true, 86400, ""},
    {"elements of others", DOCUMENT("<x xmlns='y'>idle</x><state>active</state>"), true, 120, ""},
};

static void test_rows(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct translate_composing got, again;
        xmppfed_slice body;

        expect_code(rows[i].clause, &f->problem,
                    translate_composing_read(&f->setup, xmppfed_slice_of(rows[i].body), &f->text,
                                             &got, &f->problem),
                    0);
        if (got.active != rows[i].active || got.refresh != rows[i].refresh)
            fail_msg("%s: %d, %u", rows[i].clause, got.active, got.refresh);
        expect_text(rows[i].clause, "the type", got.type, rows[i].type);
        assert_int_equal(translate_composing_write(&f->setup, &got, &f->text, &body, NULL), 0);
        assert_int_equal(translate_composing_read(&f->setup, body, &f->text, &again, NULL), 0);
        assert_int_equal(again.active, got.active);
        assert_int_equal(again.refresh, got.active ? got.refresh : 120);
    }
}

static void test_refused(void **state)
{
    static const char *const bodies[] = {DOCUMENT(""),
                                         DOCUMENT("<state> </state>"),
                                         DOCUMENT("<state xmlns='y'>active</state>"),
                                         "<isComposing><state>active</state></isComposing>",
                                         "",
                                         "idle"};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct translate_composing got;

        expect_code(bodies[i], &f->problem,
                    translate_composing_read(&f->setup, xmppfed_slice_of(bodies[i]), &f->text, &got,
                                             &f->problem),
                    XMPPFED_ERR_XML_NOT_WELL_FORMED);
    }
}

/* RFC 7573 table 4, and table 3 the other way. */
static void test_states(void **state)
{
    static const struct {
        const char *state;
        enum translate_state_event event;
        const char *back; /* NULL: none */
    } states[] = {{"active", TRANSLATE_STATE_IDLE, "active"},
                  {"inactive", TRANSLATE_STATE_IDLE, "active"},
                  {"paused", TRANSLATE_STATE_IDLE, "active"},
                  {"composing", TRANSLATE_STATE_ACTIVE, "composing"},
                  {"gone", TRANSLATE_STATE_GONE, "gone"},
                  {"asleep", TRANSLATE_STATE_NONE, NULL}};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(states); i++) {
        xmppfed_element *m = xmppfed_element_new(f->setup.context, "message", XMPPFED_NS_SERVER);
        xmppfed_element *back = xmppfed_element_new(f->setup.context, "message", XMPPFED_NS_SERVER);
        const xmppfed_element *made;

        xmppfed_element_add_child(m, "active", "urn:example:other");
        xmppfed_element_add_child(m, states[i].state, TRANSLATE_NS_CHAT_STATES);
        if (translate_composing_state(m) != states[i].event)
            fail_msg("%s: %d", states[i].state, translate_composing_state(m));
        translate_composing_add(back, states[i].event);
        made = xmppfed_element_first(back);
        assert_int_equal(made != NULL, states[i].back != NULL);
        if (made)
            assert_true(xmppfed_element_is(made, states[i].back, TRANSLATE_NS_CHAT_STATES));
        xmppfed_element_free(m);
        xmppfed_element_free(back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_rows),
        fixture_test(test_refused),
        fixture_test(test_states),
    };

    return cmocka_run_group_tests_name("translate/composing", tests, NULL, NULL);
}
