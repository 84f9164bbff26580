/* test_watch_dialog.c - what a dialog takes from messages (RFC 3261 section 12). */
#include "bridge/fixture.h"
#include "bridge/watch_dialog.h"

static xmppfed_slice slice(const char *text)
{
    return xmppfed_slice_of(text);
}

static void expect_slice(const char *row, xmppfed_slice got, const char *want)
{
    if (!translate_slice_is(got, want))
        fail_msg("%s: %.*s is not %s", row, (int)got.len, got.len ? got.data : "", want);
}

/* RFC 3261 12.1.2: of a response in reverse; commas within quotes and brackets are none. */
static void test_reverse(void **state)
{
    static const struct row {
        const char *route;
        const char *reversed;
    } rows[] = {
        {"", ""},
        {"<sip:a;lr>", "<sip:a;lr>"},
        {"<sip:a;lr>,<sip:b;lr>", "<sip:b;lr>, <sip:a;lr>"},
        {" <sip:a> , <sip:b>;x=1 ,\t<sip:c>", "<sip:c>, <sip:b>;x=1, <sip:a>"},
        {"\"A, <B>\" <sip:a>, <sip:b?x=1,2>", "<sip:b?x=1,2>, \"A, <B>\" <sip:a>"},
        {"<sip:a>;p=\",\",<sip:b>", "<sip:b>, <sip:a>;p=\",\""},
        {",", ", "},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct translate_text text;

        translate_text_init(&text, NULL);
        expect_slice(rows[i].route, watch_dialog_reverse(slice(rows[i].route), &text),
                     rows[i].reversed);
        translate_text_fini(&text);
    }
}

/* Who is first is the other end; another one is refused, and its own Contact may change. */
static void test_learn(void **state)
{
    struct translate_text text;
    struct watch_dialog d;

    (void)state;
    translate_text_init(&text, NULL);
    assert_true(watch_dialog_begin(&d, &text));
    assert_false(watch_dialog_learn(&d, slice(""), slice("<sip:x>"), slice(""), false, &text));
    assert_int_equal(d.target.len, 0);
    assert_true(watch_dialog_learn(&d, slice("a"), slice("<sip:one>;q=1"),
                                   slice("<sip:r1;lr>, <sip:r2;lr>"), true, &text));
    expect_slice("target", d.target, "sip:one");
    expect_slice("route", d.route, "<sip:r2;lr>, <sip:r1;lr>");
    assert_false(watch_dialog_learn(&d, slice("b"), slice("<sip:evil>"), slice(""), false, &text));
    expect_slice("another end", d.target, "sip:one");
    /* RFC 3261 12.2: a new target, but no new route set. */
    assert_true(
        watch_dialog_learn(&d, slice("a"), slice("sip:two"), slice("<sip:r3;lr>"), false, &text));
    expect_slice("a new Contact", d.target, "sip:two");
    expect_slice("the same route", d.route, "<sip:r2;lr>, <sip:r1;lr>");
    assert_true(watch_dialog_learn(&d, slice("a"), slice(""), slice(""), false, &text));
    expect_slice("no Contact", d.target, "sip:two");
    translate_text_fini(&text);
}

/* Nobody can guess the tags of another dialog, which are all that tells a request to be of it. */
static void test_begin(void **state)
{
    struct watch_dialog a, b;
    struct translate_text text;

    (void)state;
    translate_text_init(&text, NULL);
    assert_true(watch_dialog_begin(&a, &text) && watch_dialog_begin(&b, &text));
    assert_int_equal(a.call_id.len, 32);
    assert_int_equal(a.local_tag.len, 32);
    assert_false(translate_slice_equal(a.call_id, a.local_tag));
    assert_false(translate_slice_equal(a.call_id, b.call_id));
    assert_false(translate_slice_equal(a.local_tag, b.local_tag));
    translate_text_fini(&text);
}

/* RFC 3261 12.1.1. */
static void test_accept(void **state)
{
    struct bridge_request request = {.sip = translate_sip_empty(), .cseq = 7};
    struct translate_text text;
    struct watch_dialog d;

    (void)state;
    translate_text_init(&text, NULL);
    request.sip.call_id = slice("call");
    request.sip.from = slice("\"A\" <sip:alice@contoso.example;x=1>;tag=t");
    request.sip.to = slice("sip:bob@fabrikam.example");
    assert_false(watch_dialog_accept(&request, &text, &d));
    request.sip.contact = slice("<sip:phone>");
    assert_false(watch_dialog_accept(&request, &text, &d));
    request.from_tag = slice("t");
    request.record_route = slice("<sip:r1;lr>, <sip:r2;lr>");
    assert_true(watch_dialog_accept(&request, &text, &d));
    expect_slice("remote", d.remote_uri, "sip:alice@contoso.example;x=1");
    expect_slice("local", d.local_uri, "sip:bob@fabrikam.example");
    expect_slice("target", d.target, "sip:phone");
    expect_slice("route", d.route, "<sip:r1;lr>, <sip:r2;lr>");
    assert_int_equal(d.remote_cseq, 7);
    assert_true(watch_dialog_is_from(&d, &request));
    request.sip.from = slice("<sip:carol@contoso.example>;tag=t");
    assert_false(watch_dialog_is_from(&d, &request));
    translate_text_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reverse),
        cmocka_unit_test(test_learn),
        cmocka_unit_test(test_begin),
        cmocka_unit_test(test_accept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
