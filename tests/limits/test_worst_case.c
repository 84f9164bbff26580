/* test_worst_case.c - the published most that one connection can hold, against peers that try. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "connection/connection.h"
#include "stream/reader.h"
#include "support/alloc_count.h"
#include "support/sites.h"
#include "text.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"
#define ADDRESSES " from='a@fabrikam.example' to='b@contoso.example'"

enum { IDLE_MOST = 512 };

/*
 * How much of what is published the peers below reach, at least. A partner behind TLS could have
 * some more output wait than one without; the shape of its element is what costs most.
 */
enum { FAIR_PERCENT_BEFORE = 40, FAIR_PERCENT_AFTER = 35 };

struct scene {
    struct alloc_count memory;
    xmppfed_context *ctx;
    xmppfed_site *site;
    xmppfed_connection *c;
    xmppfed_time now;
    size_t before; /* what was held without the connection */
    struct text text;
    bool over;
};

static void open_scene(struct scene *s)
{
    xmppfed_allocator allocator;

    memset(s, 0, sizeof(*s));
    allocator = alloc_count_allocator(&s->memory);
    assert_int_equal(xmppfed_context_new(&allocator, &s->ctx), 0);
    s->site = test_site(s->ctx, CONTOSO, NULL, test_matrix_row(FABRIKAM, 17));
    text_init(&s->text);
}

static void start(struct scene *s)
{
    s->before = s->memory.live;
    s->memory.most = s->memory.live;
    s->over = false;
    assert_int_equal(xmppfed_connection_new_receiver(s->site, s->now, &s->c), 0);
}

static void stop(struct scene *s)
{
    xmppfed_connection_free(s->c);
    s->c = NULL;
    assert_int_equal(s->memory.live, s->before);
}

static void close_scene(struct scene *s)
{
    text_fini(&s->text);
    xmppfed_site_unref(s->site);
    xmppfed_context_unref(s->ctx);
    assert_int_equal(s->memory.live, 0);
}

/* ---- what the peer says ------------------------------------------------------------------ */

/* Hands over what was said; events are taken, what they would send is left lying. */
static void say(struct scene *s)
{
    const xmppfed_event *ev;

    s->now += 1000; /* as fast as a peer may be for long */
    if (!s->over && xmppfed_connection_feed(s->c, s->text.bytes, s->text.len) < 0)
        s->over = true;
    while (xmppfed_connection_next_event(s->c, s->now, &ev) == 1)
        s->over = s->over || xmppfed_event_kind(ev) == XMPPFED_EVENT_STREAM_DOWN;
    s->text.len = 0;
}

static uint64_t limit(const struct scene *s, int which, int when)
{
    return xmppfed_site_limit(s->site, which, when);
}

/* A header of the largest size, full of what has to be escaped. */
static void say_header(struct scene *s)
{
    text_add(&s->text,
             "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
             "version='1.0' from='" FABRIKAM "' to='" CONTOSO "' xmlns:db='jabber:server:dialback' "
             "xmlns:x='");
    text_fill(&s->text, '"',
              (size_t)limit(s, XMPPFED_LIMIT_HEADER_BYTES, XMPPFED_LIMIT_BEFORE) - s->text.len - 2);
    text_add(&s->text, "'>");
    say(s);
    assert_false(s->over);
}

/* More keys than are looked into at a time. */
static void say_keys(struct scene *s)
{
    for (size_t i = 0; i < 12; i++) {
        text_add_number(&s->text, "<db:result to='" CONTOSO "' from='a", i, "." FABRIKAM "'>");
        text_fill(&s->text, 'k', 64);
        text_add(&s->text, "</db:result>");
        say(s);
    }
}

/* A question whose answer repeats as much as it can, and escapes it; nobody looks at that. */
static void say_quietly(struct scene *s)
{
    text_add(&s->text, "<db:verify from='" FABRIKAM "' to='" CONTOSO "' id='");
    text_fill(&s->text, '"', 1023);
    text_add(&s->text, "'>k</db:verify>");
    say(s);
}

static void say_questions(struct scene *s, size_t count)
{
    for (size_t i = 0; i < count && !s->over; i++) {
        say_quietly(s);
        if (i % 2 == 0)
            (void)xmppfed_connection_output(s->c); /* looked at, but not taken */
    }
}

/* A tag with as many attributes of one letter as it may have. */
static void add_carrier(struct scene *s, size_t attributes)
{
    text_add(&s->text, "<a");
    for (size_t i = 0; i < attributes; i++) {
        char attribute[] = " a=''";

        attribute[1] = (char)(i < 26 ? 'a' + i : 'A' + (i - 26));
        text_add(&s->text, attribute);
    }
    text_add(&s->text, "/>");
}

/* An element of the largest size with all the elements it may have, in the dearest of shapes. */
static void add_dear_element(struct scene *s, int when)
{
    size_t bytes = (size_t)limit(s, XMPPFED_LIMIT_UNIT_BYTES, when) - 100;
    size_t elements = (size_t)limit(s, XMPPFED_LIMIT_ELEMENTS, when) - 1;
    size_t most = (size_t)limit(s, XMPPFED_LIMIT_ATTRIBUTES, when);
    size_t attributes = most < 52 ? most : 52;
    size_t carriers = (bytes - 5 * elements) / (5 * attributes);
    size_t begin = s->text.len;

    text_add(&s->text, "<message" ADDRESSES ">");
    for (size_t i = 0; i < elements - carriers; i++)
        text_add(&s->text, "<a/>x");
    for (size_t i = 0; i < carriers; i++)
        add_carrier(s, attributes);
    text_fill(&s->text, 'x', begin + bytes - s->text.len);
    text_add(&s->text, "</message>");
}

/* All of an element but its end, so that it stays, and as much input behind it as may wait. */
static void say_unfinished(struct scene *s, int when)
{
    add_dear_element(s, when);
    s->text.len -= 1;
    say(s);
}

static void bring_up(struct scene *s)
{
    const xmppfed_event *ev;

    text_add(&s->text, "<db:result to='" CONTOSO "' from='" FABRIKAM "'>k</db:result>");
    say(s);
    assert_int_equal(xmppfed_connection_checked(s->c, CONTOSO, FABRIKAM, 0, NULL), 0);
    assert_int_equal(xmppfed_connection_next_event(s->c, s->now, &ev), 1);
    assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_STREAM_UP);
}

/* ---- the bound --------------------------------------------------------------------------- */

/* No more than is published, and no less than most of it: else test or sum would be weak. */
static void check(struct scene *s, int when, const char *what)
{
    size_t most = s->memory.most - s->before;
    size_t published = xmppfed_site_worst_case(s->site, when);
    size_t fair = when == XMPPFED_LIMIT_BEFORE ? FAIR_PERCENT_BEFORE : FAIR_PERCENT_AFTER;

    print_message("# %s: %zu of %zu bytes\n", what, most, published);
    if (most > published)
        fail_msg("%s: %zu bytes are held, %zu are published", what, most, published);
    if (most < published / 100 * fair)
        fail_msg("%s: only %zu of %zu bytes are held: the test or the sum is weak", what, most,
                 published);
}

static void play_before(struct scene *s, const char *what)
{
    start(s);
    say_header(s);
    say_keys(s);
    say_questions(s, 1000);
    say_unfinished(s, XMPPFED_LIMIT_BEFORE);
    check(s, XMPPFED_LIMIT_BEFORE, what);
    stop(s);
}

/* Without TLS each of two buffers takes a MiB of output; a small account takes less. */
static size_t room_for_output(const struct scene *s)
{
    size_t quarter = (size_t)limit(s, XMPPFED_LIMIT_BUFFER_BYTES, XMPPFED_LIMIT_AFTER) / 4;

    return quarter < 1000000 ? quarter : 1000000;
}

/*
 * Output that nobody fetches, one half as it goes to the transport, the other in front of that; the
 * dear element is kept as an event while as much of the next one waits.
 */
static void play_after(struct scene *s, const char *what)
{
    const xmppfed_event *ev;
    int kind = 0;

    start(s);
    say_header(s);
    bring_up(s);
    while (!s->over && xfed_connection_backlog(s->c) < room_for_output(s))
        say_questions(s, 1);
    (void)xmppfed_connection_output(s->c);
    while (!s->over && xfed_connection_backlog(s->c) < 2 * room_for_output(s))
        say_quietly(s);
    assert_false(s->over);
    add_dear_element(s, XMPPFED_LIMIT_AFTER);
    assert_int_equal(xmppfed_connection_feed(s->c, s->text.bytes, s->text.len), 0);
    s->text.len = 0;
    while (kind != XMPPFED_EVENT_STANZA && xmppfed_connection_next_event(s->c, s->now, &ev) == 1)
        kind = xmppfed_event_kind(ev);
    assert_int_equal(kind, XMPPFED_EVENT_STANZA);
    add_dear_element(s, XMPPFED_LIMIT_AFTER);
    s->text.len -= 1;
    assert_int_equal(xmppfed_connection_feed(s->c, s->text.bytes, s->text.len), 0);
    s->text.len = 0;
    say_unfinished(s, XMPPFED_LIMIT_AFTER);
    say_questions(s, 1000);
    check(s, XMPPFED_LIMIT_AFTER, what);
    stop(s);
}

static void test_before(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    play_before(&s, "a stranger");
    assert_int_equal(
        xmppfed_site_set_limit(s.site, XMPPFED_LIMIT_BUFFER_BYTES, XMPPFED_LIMIT_BEFORE, 262144),
        0);
    play_before(&s, "a stranger with less");
    close_scene(&s);
}

static void test_after(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    play_after(&s, "a partner");
    assert_int_equal(
        xmppfed_site_set_limit(s.site, XMPPFED_LIMIT_BUFFER_BYTES, XMPPFED_LIMIT_AFTER, 3000000),
        0);
    play_after(&s, "a partner with less");
    assert_int_equal(
        xmppfed_site_set_limit(s.site, XMPPFED_LIMIT_UNIT_BYTES, XMPPFED_LIMIT_AFTER, 100000), 0);
    play_after(&s, "a partner with smaller elements");
    close_scene(&s);
}

/* The part for the tree, against the dearest element that we know of. */
static void test_tree(void **state)
{
    struct xfed_account account;
    struct xfed_reader *r;
    struct scene s;

    (void)state;
    open_scene(&s);
    xfed_account_init(&account, s.ctx, SIZE_MAX);
    for (int when = XMPPFED_LIMIT_BEFORE; when <= XMPPFED_LIMIT_AFTER; when++) {
        const struct xfed_xml_limits *limits =
            when == XMPPFED_LIMIT_BEFORE ? &xfed_xml_limits_before : &xfed_xml_limits_after;
        size_t published = xfed_xml_limits_tree(limits);
        xmppfed_element *e = NULL;
        size_t used = 0;
        size_t live;

        r = xfed_reader_new(&account, limits);
        assert_non_null(r);
        text_add(&s.text, "<stream:stream xmlns='jabber:server' "
                          "xmlns:stream='http://etherx.jabber.org/streams'>");
        assert_int_equal(xfed_reader_feed(r, s.text.bytes, s.text.len, &used, &e),
                         XFED_READER_HEADER);
        xmppfed_element_free(e);
        s.text.len = 0;
        add_dear_element(&s, when);
        assert_int_equal(xfed_reader_feed(r, s.text.bytes, s.text.len, &used, &e),
                         XFED_READER_ELEMENT);
        assert_int_equal(used, s.text.len);
        s.text.len = 0;
        live = s.memory.live;
        xmppfed_element_free(e);
        live -= s.memory.live;
        print_message("# %zu of %zu bytes\n", live, published);
        assert_in_range(live, published / 2, published);
        xfed_reader_free(r);
    }
    close_scene(&s);
}

/* Each option moves the sum. */
static void test_sum(void **state)
{
    static const int parts[] = {XMPPFED_LIMIT_HEADER_BYTES, XMPPFED_LIMIT_UNIT_BYTES,
                                XMPPFED_LIMIT_ELEMENTS, XMPPFED_LIMIT_BUFFER_BYTES};
    struct scene s;

    (void)state;
    open_scene(&s);
    assert_true(xmppfed_site_worst_case(s.site, XMPPFED_LIMIT_BEFORE) * 4 <
                xmppfed_site_worst_case(s.site, XMPPFED_LIMIT_AFTER));
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t sum = xmppfed_site_worst_case(s.site, XMPPFED_LIMIT_AFTER);
        uint64_t value = limit(&s, parts[i], XMPPFED_LIMIT_AFTER);

        assert_int_equal(
            xmppfed_site_set_limit(s.site, parts[i], XMPPFED_LIMIT_AFTER, value + 1000), 0);
        assert_true(xmppfed_site_worst_case(s.site, XMPPFED_LIMIT_AFTER) > sum);
    }
    close_scene(&s);
}

/* ---- idle streams ------------------------------------------------------------------------ */

/* What a stream of the usual kind holds in gate, parser and reader while nothing comes. */
static void test_idle(void **state)
{
    static const char *const items[] = {
        "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
        "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' "
        "from='" FABRIKAM "' to='" CONTOSO "' id='8c6b3f2e' version='1.0' xml:lang='en'>",
        "<message" ADDRESSES " id='1'><body>Hi</body></message>",
        "<iq" ADDRESSES " type='get' id='2'><ping xmlns='urn:xmpp:ping'/></iq> ",
    };
    struct xfed_account account;
    struct xfed_reader *r;
    struct scene s;
    size_t before;

    (void)state;
    open_scene(&s);
    before = s.memory.live;
    xfed_account_init(&account, s.ctx, SIZE_MAX);
    r = xfed_reader_new(&account, &xfed_xml_limits_before);
    assert_non_null(r);
    for (size_t i = 0; i < 3; i++) {
        xmppfed_element *e = NULL;
        size_t used = 0;

        assert_true(xfed_reader_feed(r, items[i], strlen(items[i]), &used, &e) > 0);
        xmppfed_element_free(e);
        print_message("# %zu bytes\n", s.memory.live - before);
        assert_true(s.memory.live - before < IDLE_MOST);
    }
    xfed_reader_free(r);
    assert_int_equal(s.memory.live, before);
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before), cmocka_unit_test(test_after), cmocka_unit_test(test_tree),
        cmocka_unit_test(test_sum),    cmocka_unit_test(test_idle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
