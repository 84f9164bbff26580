/* test_kept.c - what of a presence is kept, and the stanza that is made of it again. */
#include "bridge/fixture.h"
#include "bridge/kept.h"

#define ENDS "from='" BOB "/x' to='" ALICE "'"

/* What is made again of a stanza must be the other one. */
static void expect_again(struct fixture *f, const char *row, const char *xml, const char *want_xml)
{
    xmppfed_element *stanza = test_parse(f->ctx, xml);
    xmppfed_element *want = test_parse(f->ctx, want_xml);
    struct translate_setup setup;
    struct translate_text text;
    struct kept_presence kept;
    xmppfed_element *again;
    char *got_text, *want_text;
    size_t len;

    translate_setup_init(&setup, f->ctx);
    translate_text_init(&text, NULL);
    kept = kept_of_stanza(stanza, &text);
    assert_true(kept.known);
    again = kept_to_stanza(&setup, &kept, xmppfed_slice_of(BOB), xmppfed_slice_of(ALICE), &text);
    assert_non_null(again);
    assert_int_equal(xmppfed_element_write(again, XMPPFED_NS_SERVER, &got_text, &len), 0);
    assert_int_equal(xmppfed_element_write(want, XMPPFED_NS_SERVER, &want_text, &len), 0);
    if (strcmp(got_text, want_text) != 0)
        fail_msg("%s: %s is not %s", row, got_text, want_text);
    xmppfed_element_free_text(f->ctx, got_text);
    xmppfed_element_free_text(f->ctx, want_text);
    xmppfed_element_free(again);
    xmppfed_element_free(stanza);
    xmppfed_element_free(want);
    translate_text_fini(&text);
}

/* What RFC 8048 table 1 maps comes back; nothing else does, and nothing that is too long. */
static void test_round_trip(void **state)
{
    struct fixture *f = *state;
    char long_note[1200], with_long_note[1400];
    memset(long_note, 'x', sizeof(long_note));
    long_note[sizeof(long_note) - 1] = '\0';
    snprintf(with_long_note, sizeof(with_long_note),
             "<presence " ENDS "><show>dnd</show><status>%s</status></presence>", long_note);
    const struct row {
        const char *name;
        const char *stanza;
        const char *again;
    } rows[] = {
        {"available", "<presence " ENDS "/>", "<presence " ENDS "/>"},
        {"all of it",
         "<presence " ENDS " xml:lang='de' id='1'><show>away</show><status>Tee</status>"
         "<priority>5</priority><c xmlns='x'/></presence>",
         "<presence " ENDS " xml:lang='de'><show>away</show><status>Tee</status>"
         "<priority>5</priority></presence>"},
        {"the stanza's language",
         "<presence " ENDS " xml:lang='de'><status xml:lang='en'>tea</status>"
         "<status>Tee</status></presence>",
         "<presence " ENDS " xml:lang='de'><status>Tee</status></presence>"},
        {"unavailable",
         "<presence " ENDS " type='unavailable'><show>away</show><status>bye</status></presence>",
         "<presence " ENDS " type='unavailable'><status>bye</status></presence>"},
        {"no resource", "<presence from='" BOB "' to='" ALICE "'/>",
         "<presence from='" BOB "' to='" ALICE "'/>"},
        {"too long", with_long_note, "<presence " ENDS "><show>dnd</show></presence>"},
        {"no state", "<presence " ENDS "><show>as it is today</show></presence>",
         "<presence " ENDS "/>"},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        expect_again(f, rows[i].name, rows[i].stanza, rows[i].again);
}

/* Each part makes a difference. */
static void test_equal(void **state)
{
    struct kept_presence one = {.known = true, .open = true, .show = xmppfed_slice_of("away")};
    struct kept_presence others[7];

    (void)state;
    for (size_t i = 0; i < COUNT(others); i++)
        others[i] = one;
    others[0].known = false;
    others[1].open = false;
    others[2].resource = xmppfed_slice_of("x");
    others[3].show = xmppfed_slice_of("dnd");
    others[4].status = xmppfed_slice_of("x");
    others[5].language = xmppfed_slice_of("de");
    others[6].priority = xmppfed_slice_of("1");
    assert_true(kept_equal(&one, &one));
    for (size_t i = 0; i < COUNT(others); i++)
        if (kept_equal(&one, &others[i]) || kept_equal(&others[i], &one))
            fail_msg("row %zu makes no difference", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_round_trip),
        cmocka_unit_test(test_equal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
