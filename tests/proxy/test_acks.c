/* test_acks.c - what is acknowledged on a component stream (XEP-0198), and who is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "component/acks.h"
#include "component/handshake.h"
#include "proxy/component_pair.h"

#define NAME "contoso.example"
#define SECRET "inside secret"
#define STREAM                                                        \
    "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' " \
    "xmlns='jabber:component:accept' "
#define SM(rest) "<" rest " xmlns='urn:xmpp:sm:3'"
#define ENABLE SM("enable") "/>"
#define ENABLED SM("enabled") "/>"
#define QUESTION SM("r") "/>"
#define ANSWER(h) SM("a") " h='" h "'/>"
#define MESSAGE "<message from='a@contoso.example'><body>Hello</body></message>"
#define LIMIT 20000
/* Longer than any exchange of one direction at a time. */
#define CUTS 500

enum { CLIENT, SERVER };

static xmppfed_context *ctx;

static const char *find_secret(const char *name, void *user)
{
    (void)user;
    return strcmp(name, NAME) == 0 ? SECRET : NULL;
}

static struct component *make(int role, bool acks)
{
    struct component_options options = {
        .ctx = ctx,
        .role = role,
        .name = NAME,
        .secret = SECRET,
        .find_secret = find_secret,
        .output_limit = LIMIT,
        .acks = acks,
    };
    struct component *c = NULL;

    assert_int_equal(component_new(&options, &c), 0);
    return c;
}

/* ---- one end with a peer that follows a script ------------------------------------------- */

/* What an end has to say, which is then gone. */
static const char *said(struct pair *p, int i)
{
    static char text[LIMIT + 1];
    xmppfed_slice out = component_output(p->ends[i]);

    assert_true(out.len < sizeof(text));
    snprintf(text, sizeof(text), "%.*s", (int)out.len, out.data ? out.data : "");
    component_sent(p->ends[i], out.len);
    return text;
}

static void hear(struct pair *p, int i, const char *text, size_t step)
{
    size_t len = strlen(text);
    size_t at;

    for (at = 0; at < len; at += step) {
        component_feed(p->ends[i], text + at, step < len - at ? step : len - at);
        pair_take(p, i);
    }
}

static struct pair server_up(void)
{
    struct pair p = {.ctx = ctx, .ends = {NULL, make(COMPONENT_SERVER, false)}};
    char id[HANDSHAKE_ID_SIZE];
    char digest[HANDSHAKE_DIGEST_SIZE];
    char text[128];

    hear(&p, SERVER, STREAM "to='" NAME "'>", SIZE_MAX);
    snprintf(id, sizeof(id), "%s", strstr(said(&p, SERVER), " id='") + strlen(" id='"));
    assert_true(handshake_digest(id, SECRET, digest));
    snprintf(text, sizeof(text), "<handshake>%s</handshake>", digest);
    hear(&p, SERVER, text, SIZE_MAX);
    assert_string_equal(said(&p, SERVER), "<handshake/>");
    assert_int_equal(p.ups[SERVER], 1);
    return p;
}

static struct pair client_up(bool acks)
{
    struct pair p = {.ctx = ctx, .ends = {make(COMPONENT_CLIENT, acks), NULL}};

    hear(&p, CLIENT, STREAM "id='x'>", SIZE_MAX);
    (void)said(&p, CLIENT);
    hear(&p, CLIENT, "<handshake/>", SIZE_MAX);
    assert_string_equal(said(&p, CLIENT), acks ? ENABLE : "");
    assert_int_equal(p.ups[CLIENT], 1);
    return p;
}

static void cut_off(struct pair *p, int i)
{
    component_transport_closed(p->ends[i], "cut");
    pair_take(p, i);
    assert_int_equal(p->downs[i], 1);
}

/* ---- both ends --------------------------------------------------------------------------- */

/* Both count from the start, tell each other, and nothing is left in the end. */
static void converse(size_t cut, size_t step)
{
    struct pair p = {.ctx = ctx,
                     .ends = {make(COMPONENT_CLIENT, true), make(COMPONENT_SERVER, false)}};
    int i, n;

    pair_settle(&p, cut, step);
    for (i = 0; i < 2; i++) {
        assert_int_equal(p.ups[i], 1);
        assert_int_equal(p.ack_count[i], 1);
        assert_int_equal(p.acked[i], 0);
        for (n = 0; n < 3; n++)
            pair_send(&p, i, "Hello");
        assert_int_equal(component_sent_count(p.ends[i]), 3);
        component_ask(p.ends[i]);
        component_ask(p.ends[i]);
    }
    pair_settle(&p, cut, step);
    for (i = 0; i < 2; i++) {
        assert_int_equal(p.stanza_count[i], 3);
        assert_int_equal(p.acked[i], 3);
    }
    /* What an end has handled it says before it goes, unasked. */
    pair_send(&p, 0, "Bye");
    pair_send(&p, 1, "Bye");
    pair_settle(&p, cut, step);
    component_close(p.ends[0], NULL, NULL);
    pair_settle(&p, cut, step);
    assert_int_equal(p.downs[0] + p.downs[1], 2);
    assert_int_equal(p.acked[1], 4);
    assert_int_equal(p.unacked_count, 0);
    pair_free(&p);
}

static void test_cut_at_every_byte(void **state)
{
    size_t cut;

    (void)state;
    for (cut = 1; cut < CUTS; cut++)
        converse(cut, SIZE_MAX);
}

static void test_in_small_steps(void **state)
{
    size_t step;

    (void)state;
    for (step = 1; step < 20; step++)
        converse(0, step);
    converse(0, SIZE_MAX);
}

static void test_without_is_as_ever(void **state)
{
    struct pair p = {.ctx = ctx,
                     .ends = {make(COMPONENT_CLIENT, false), make(COMPONENT_SERVER, false)}};
    int i;

    (void)state;
    pair_settle(&p, 0, SIZE_MAX);
    for (i = 0; i < 2; i++) {
        pair_send(&p, i, "Hello");
        component_ask(p.ends[i]);
        assert_string_equal(said(&p, i), MESSAGE);
        assert_int_equal(p.ack_count[i], 0);
    }
    cut_off(&p, SERVER);
    assert_int_equal(p.unacked_count, 0);
    pair_free(&p);
}

/* ---- what is asked and answered ---------------------------------------------------------- */

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (text = strstr(text, part); text; text = strstr(text + 1, part))
        count++;
    return count;
}

static void test_asks_within_a_long_batch(void **state)
{
    struct pair p = client_up(true);
    int i;

    (void)state;
    hear(&p, CLIENT, ENABLED, SIZE_MAX);
    for (i = 0; i < 2 * ACKS_ASK_EVERY + 1; i++)
        pair_send(&p, CLIENT, "Hello");
    assert_int_equal(count_of(said(&p, CLIENT), QUESTION), 2);
    component_ask(p.ends[CLIENT]);
    assert_string_equal(said(&p, CLIENT), QUESTION);
    component_ask(p.ends[CLIENT]);
    assert_string_equal(said(&p, CLIENT), "");
    pair_free(&p);
}

/* A client may send as soon as it has said <enable/>; it asks once it knows that it may. */
static void test_client_sends_early(void **state)
{
    struct pair p = client_up(true);

    (void)state;
    pair_send(&p, CLIENT, "Hello");
    component_ask(p.ends[CLIENT]);
    assert_string_equal(said(&p, CLIENT), MESSAGE);
    hear(&p, CLIENT, ENABLED, SIZE_MAX);
    component_ask(p.ends[CLIENT]);
    assert_string_equal(said(&p, CLIENT), QUESTION);
    hear(&p, CLIENT, ANSWER("1"), SIZE_MAX);
    assert_int_equal(p.acked[CLIENT], 1);
    pair_free(&p);
}

/* What is still in its receiver's hands when the stream ends has not been handled. */
static void test_handled_when_the_next_is_asked_for(void **state)
{
    int asked;

    (void)state;
    for (asked = 0; asked < 2; asked++) {
        struct pair p = server_up();
        struct component_item item;

        hear(&p, SERVER, ENABLE, SIZE_MAX);
        assert_string_equal(said(&p, SERVER), ENABLED);
        component_feed(p.ends[SERVER], MESSAGE, strlen(MESSAGE));
        assert_true(component_next(p.ends[SERVER], &item));
        xmppfed_element_free(item.stanza);
        assert_false(asked && component_next(p.ends[SERVER], &item));
        component_close(p.ends[SERVER], NULL, NULL);
        assert_string_equal(said(&p, SERVER), asked ? ANSWER("1") "</stream:stream>"
                                                    : ANSWER("0") "</stream:stream>");
        pair_free(&p);
    }
}

static void test_each_question_is_answered(void **state)
{
    struct pair p = server_up();

    (void)state;
    hear(&p, SERVER, MESSAGE ENABLE QUESTION MESSAGE QUESTION MESSAGE MESSAGE QUESTION, 1);
    assert_string_equal(said(&p, SERVER), ENABLED ANSWER("0") ANSWER("1") ANSWER("3"));
    pair_free(&p);
}

/* Who asks and does not read gets one answer when there is room again. */
static void test_answers_are_bounded(void **state)
{
    struct pair p = server_up();
    const char *last;
    int i;

    (void)state;
    hear(&p, SERVER, ENABLE MESSAGE, SIZE_MAX);
    for (i = 0; i < LIMIT / 20; i++)
        hear(&p, SERVER, QUESTION, SIZE_MAX);
    assert_true(component_output(p.ends[SERVER]).len <= LIMIT);
    assert_true(component_output(p.ends[SERVER]).len > LIMIT - 100);
    hear(&p, SERVER, MESSAGE QUESTION, SIZE_MAX);
    last = said(&p, SERVER);
    assert_null(strstr(last, ANSWER("2")));
    assert_string_equal(said(&p, SERVER), ANSWER("2"));
    assert_string_equal(said(&p, SERVER), "");
    pair_free(&p);
}

/* ---- what is kept ------------------------------------------------------------------------ */

static void test_unacknowledged_come_back(void **state)
{
    struct pair p = server_up();
    int i;

    (void)state;
    hear(&p, SERVER, ENABLE, SIZE_MAX);
    for (i = 0; i < 5; i++)
        pair_send(&p, SERVER, "Hello");
    hear(&p, SERVER, ANSWER("2") ANSWER("2"), SIZE_MAX);
    assert_int_equal(p.acked[SERVER], 2);
    assert_int_equal(p.ack_count[SERVER], 2);
    cut_off(&p, SERVER);
    assert_int_equal(p.unacked_count, 3);
    assert_int_equal(p.unacked[0], 3);
    assert_int_equal(p.unacked[2], 5);
    assert_string_equal(p.stanzas[SERVER], MESSAGE);
    pair_free(&p);
}

/* Nobody takes what is left: then it is freed. */
static void test_unacknowledged_may_be_left(void **state)
{
    struct pair p = server_up();

    (void)state;
    hear(&p, SERVER, ENABLE, SIZE_MAX);
    pair_send(&p, SERVER, "Hello");
    pair_free(&p);
}

static void test_client_keeps_no_copies(void **state)
{
    struct pair p = client_up(true);

    (void)state;
    hear(&p, CLIENT, ENABLED, SIZE_MAX);
    pair_send(&p, CLIENT, "Hello");
    cut_off(&p, CLIENT);
    pair_free(&p);
}

static const struct {
    const char *name;
    bool forgotten; /* before the client said anything */
    const char *input;
    uint64_t acked;
    size_t unacked;
} early_rows[] = {
    {"never wanted", false, "", 0, 0},
    {"wanted, nothing said", false, ENABLE, 0, 3},
    {"it answers what it was asked: all before is handled", false, ENABLE ANSWER("0"), 2, 1},
    {"it has handled the next", false, ENABLE ANSWER("1"), 3, 0},
    {"wanted late", true, ENABLE, 0, 1},
    {"wanted late and answered", true, ENABLE ANSWER("0"), 2, 1},
};

/* Two stanzas go out before the client has asked for acknowledgements, one after. */
static void test_sent_before_it_was_on(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(early_rows) / sizeof(early_rows[0]); i++) {
        struct pair p = server_up();
        const char *answer = strchr(early_rows[i].input, '>');

        print_message("# row '%s'\n", early_rows[i].name);
        pair_send(&p, SERVER, "Hello");
        pair_send(&p, SERVER, "Hello");
        if (early_rows[i].forgotten)
            component_forget_early(p.ends[SERVER]);
        hear(&p, SERVER, answer ? ENABLE : "", SIZE_MAX);
        component_ask(p.ends[SERVER]);
        assert_string_equal(said(&p, SERVER),
                            answer ? MESSAGE MESSAGE ENABLED QUESTION : MESSAGE MESSAGE);
        pair_send(&p, SERVER, "Hello");
        hear(&p, SERVER, answer ? answer + 1 : "", SIZE_MAX);
        assert_int_equal(p.acked[SERVER], early_rows[i].acked);
        cut_off(&p, SERVER);
        assert_int_equal(p.unacked_count, early_rows[i].unacked);
        pair_free(&p);
    }
}

static int send_one(struct pair *p)
{
    xmppfed_element *m = xmppfed_element_new(ctx, "message", XMPPFED_NS_SERVER);
    int rc = component_send(p->ends[SERVER], m);

    xmppfed_element_free(m);
    (void)said(p, SERVER);
    return rc;
}

static void test_copies_are_bounded(void **state)
{
    struct pair p = server_up();
    uint64_t sent;
    char text[64];

    (void)state;
    hear(&p, SERVER, ENABLE, SIZE_MAX);
    while (send_one(&p) == 0)
        assert_true(component_sent_count(p.ends[SERVER]) < LIMIT / 1000);
    sent = component_sent_count(p.ends[SERVER]);
    assert_true(sent > 10);
    assert_int_equal(send_one(&p), XMPPFED_ERR_LIMIT_QUEUE);
    assert_int_equal(component_sent_count(p.ends[SERVER]), sent);
    assert_true(component_is_up(p.ends[SERVER]));
    snprintf(text, sizeof(text), ANSWER("%d"), (int)sent - 1);
    hear(&p, SERVER, text, SIZE_MAX);
    assert_int_equal(send_one(&p), 0);
    cut_off(&p, SERVER);
    assert_int_equal(p.unacked_count, 2);
    pair_free(&p);
}

/* A host that knows no acknowledgements is not held up by copies. */
static void test_copies_hinder_nobody_else(void **state)
{
    struct pair p = server_up();
    int i;

    (void)state;
    for (i = 0; i < 100; i++)
        assert_int_equal(send_one(&p), 0);
    hear(&p, SERVER, ENABLE, SIZE_MAX);
    assert_int_equal(send_one(&p), 0);
    cut_off(&p, SERVER);
    assert_int_equal(p.unacked_count, 1);
    assert_int_equal(p.unacked[0], 101);
    pair_free(&p);
}

/* ---- the end ----------------------------------------------------------------------------- */

/* After its own end of the stream a server still counts what it hears, and says nothing. */
static void test_ends_while_the_client_speaks(void **state)
{
    struct pair p = server_up();

    (void)state;
    hear(&p, SERVER, ENABLE MESSAGE, SIZE_MAX);
    pair_send(&p, SERVER, "Hello");
    pair_send(&p, SERVER, "Hello");
    (void)said(&p, SERVER);
    component_end(p.ends[SERVER], "system-shutdown", "bye");
    assert_memory_equal(said(&p, SERVER), ANSWER("1") "<stream:error>",
                        strlen(ANSWER("1") "<stream:error>"));
    hear(&p, SERVER, MESSAGE QUESTION ANSWER("1") "</stream:stream>", SIZE_MAX);
    assert_string_equal(said(&p, SERVER), "");
    assert_int_equal(p.stanza_count[SERVER], 2);
    assert_int_equal(p.acked[SERVER], 1);
    assert_int_equal(p.unacked_count, 1);
    assert_int_equal(p.unacked[0], 2);
    assert_int_equal(p.downs[SERVER], 1);
    pair_free(&p);
}

/* The transport takes nothing any more, and the client had said something before it went. */
static void test_broken_is_not_deaf(void **state)
{
    struct pair p = server_up();

    (void)state;
    hear(&p, SERVER, ENABLE, SIZE_MAX);
    pair_send(&p, SERVER, "Hello");
    component_transport_broken(p.ends[SERVER], "broken");
    assert_false(component_is_up(p.ends[SERVER]));
    hear(&p, SERVER, ANSWER("1") MESSAGE, SIZE_MAX);
    assert_int_equal(p.acked[SERVER], 1);
    assert_int_equal(p.stanza_count[SERVER], 1);
    cut_off(&p, SERVER);
    assert_int_equal(p.unacked_count, 0);
    pair_free(&p);
}

/* An error of the server does not keep the client from saying what it has handled. */
static void test_client_answers_an_error(void **state)
{
    struct pair p = client_up(true);

    (void)state;
    hear(&p, CLIENT,
         ENABLED MESSAGE ANSWER("0") "<stream:error><system-shutdown "
                                     "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
         SIZE_MAX);
    assert_string_equal(said(&p, CLIENT), ANSWER("1") "</stream:stream>");
    assert_int_equal(p.downs[CLIENT], 1);
    pair_free(&p);
}

/* ---- who is not believed ----------------------------------------------------------------- */

#define TOO_HIGH(h)                                                       \
    "<undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>|" \
    "<handled-count-too-high xmlns='urn:xmpp:sm:3' h='" h "' send-count='3'/></stream:error>"

/* Three stanzas are sent before the input; wanted has parts with | between them. */
static const struct {
    const char *name;
    bool client;
    const char *input;
    const char *wanted;
    size_t unacked;
} refused_rows[] = {
    {"asked before it is on", false, QUESTION, "<unsupported-stanza-type ", 0},
    {"answered before it is on", false, ANSWER("0"), "<unsupported-stanza-type ", 0},
    {"resumption", false, SM("resume") " previd='x' h='0'/>", "<unsupported-stanza-type ", 0},
    {"enabled by a client", false, ENABLED, "<unsupported-stanza-type ", 0},
    {"enable twice", false, ENABLE ENABLE, "<unsupported-stanza-type ", 3},
    {"an element that is none", false, ENABLE SM("b") "/>", "<unsupported-stanza-type ", 3},
    {"no count", false, ENABLE SM("a") "/>", "<invalid-xml ", 3},
    {"an empty count", false, ENABLE ANSWER(""), "<invalid-xml ", 3},
    {"a word", false, ENABLE ANSWER("one"), "<invalid-xml ", 3},
    {"a number and a word", false, ENABLE ANSWER("1 one"), "<invalid-xml ", 3},
    {"below zero", false, ENABLE ANSWER("-1"), "<invalid-xml ", 3},
    {"beyond 32 bits", false, ENABLE ANSWER("4294967296"), "<invalid-xml ", 3},
    {"more than was sent since", false, ENABLE ANSWER("1"),
     "<undefined-condition |<handled-count-too-high |h='1' send-count='0'/></stream:error>", 3},
    {"asked, then <failed/>", true, SM("failed") "/>", "does not acknowledge", 0},
    {"asked, then a question", true, QUESTION, "<unsupported-stanza-type ", 0},
    {"enabled twice", true, ENABLED ENABLED, "<unsupported-stanza-type ", 0},
    {"enable by a server", true, ENABLED ENABLE, "<unsupported-stanza-type ", 0},
    {"more than was sent", true, ENABLED ANSWER("4"), TOO_HIGH("4"), 0},
    {"much more", true, ENABLED ANSWER("4294967295"), TOO_HIGH("4294967295"), 0},
    {"backwards", true, ENABLED ANSWER("2") ANSWER("1"), TOO_HIGH("1"), 0},
    {"backwards to nothing", true, ENABLED ANSWER("3") ANSWER("0"), TOO_HIGH("0"), 0},
};

static void assert_parts(const char *text, const char *parts)
{
    char part[256];
    const char *end;

    for (; *parts; parts = *end ? end + 1 : end) {
        end = parts + strcspn(parts, "|");
        snprintf(part, sizeof(part), "%.*s", (int)(end - parts), parts);
        if (!strstr(text, part))
            fail_msg("no '%s' in '%s'", part, text);
    }
}

static void test_refuses(void **state)
{
    static const size_t steps_of_bytes[] = {1, 7, SIZE_MAX};
    size_t i, n;

    (void)state;
    for (i = 0; i < 3 * sizeof(refused_rows) / sizeof(refused_rows[0]); i++) {
        int side = refused_rows[i / 3].client ? CLIENT : SERVER;
        struct pair p = side == CLIENT ? client_up(true) : server_up();

        print_message("# row '%s'\n", refused_rows[i / 3].name);
        for (n = 0; n < 3; n++)
            pair_send(&p, side, "Hello");
        hear(&p, side, refused_rows[i / 3].input, steps_of_bytes[i % 3]);
        assert_int_equal(p.downs[side], 1);
        assert_parts(said(&p, side), refused_rows[i / 3].wanted);
        assert_int_equal(p.unacked_count, refused_rows[i / 3].unacked);
        pair_free(&p);
    }
}

static void test_unwanted_by_this_client(void **state)
{
    static const char *const inputs[] = {ENABLE, ENABLED, QUESTION, ANSWER("0")};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        struct pair p = client_up(false);

        print_message("# input '%s'\n", inputs[i]);
        hear(&p, CLIENT, inputs[i], SIZE_MAX);
        assert_int_equal(p.downs[CLIENT], 1);
        assert_non_null(strstr(said(&p, CLIENT), "<unsupported-stanza-type "));
        pair_free(&p);
    }
}

/* ---- counts beyond 32 bits --------------------------------------------------------------- */

static const struct {
    const char *name;
    uint64_t sent;
    uint64_t base;
    uint64_t acked;
    const char *h;
    int step;
    uint64_t now;
} count_rows[] = {
    {"up to the last one of 32 bits", UINT64_C(0x100000005), 0, 7, "4294967295", ACKS_STEP_ACKED,
     UINT64_C(0xffffffff)},
    {"over the edge", UINT64_C(0x100000005), 0, UINT64_C(0xfffffff0), "3", ACKS_STEP_ACKED,
     UINT64_C(0x100000003)},
    {"all of it", UINT64_C(0x100000005), 0, UINT64_C(0xfffffff0), "5", ACKS_STEP_ACKED,
     UINT64_C(0x100000005)},
    {"one more", UINT64_C(0x100000005), 0, UINT64_C(0xfffffff0), "6",
     XMPPFED_ERR_STREAM_ACK_TOO_HIGH, UINT64_C(0xfffffff0)},
    {"back over the edge", UINT64_C(0x100000005), 0, UINT64_C(0x100000001), "4294967295",
     XMPPFED_ERR_STREAM_ACK_TOO_HIGH, UINT64_C(0x100000001)},
    {"from a base", UINT64_C(0x100000014), 10, UINT64_C(0xffffffff), " 2\n", ACKS_STEP_ACKED,
     UINT64_C(0x10000000c)},
    {"the same again", 9, 4, 6, "2", ACKS_STEP_NONE, 6},
    {"leading zeros", 9, 4, 6, "0000000000005", ACKS_STEP_ACKED, 9},
};

static void test_counts_go_round(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(count_rows) / sizeof(count_rows[0]); i++) {
        xmppfed_element *e = xmppfed_element_new(ctx, "a", NS_ACKS);
        struct acks a;

        print_message("# row '%s'\n", count_rows[i].name);
        acks_init(&a, ACKS_EARLY, LIMIT);
        a.state = ACKS_ON;
        a.sent = count_rows[i].sent;
        a.base = count_rows[i].base;
        a.acked = count_rows[i].acked;
        xmppfed_element_set_attribute(e, "h", count_rows[i].h);
        assert_int_equal(acks_take(&a, e), count_rows[i].step);
        assert_true(a.acked == count_rows[i].now);
        acks_fini(&a);
        xmppfed_element_free(e);
    }
}

static int setup(void **state)
{
    (void)state;
    return xmppfed_context_new(NULL, &ctx);
}

static int teardown(void **state)
{
    (void)state;
    xmppfed_context_unref(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_in_small_steps),
        cmocka_unit_test(test_without_is_as_ever),
        cmocka_unit_test(test_asks_within_a_long_batch),
        cmocka_unit_test(test_client_sends_early),
        cmocka_unit_test(test_handled_when_the_next_is_asked_for),
        cmocka_unit_test(test_each_question_is_answered),
        cmocka_unit_test(test_answers_are_bounded),
        cmocka_unit_test(test_unacknowledged_come_back),
        cmocka_unit_test(test_unacknowledged_may_be_left),
        cmocka_unit_test(test_client_keeps_no_copies),
        cmocka_unit_test(test_sent_before_it_was_on),
        cmocka_unit_test(test_copies_are_bounded),
        cmocka_unit_test(test_copies_hinder_nobody_else),
        cmocka_unit_test(test_ends_while_the_client_speaks),
        cmocka_unit_test(test_broken_is_not_deaf),
        cmocka_unit_test(test_client_answers_an_error),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_unwanted_by_this_client),
        cmocka_unit_test(test_counts_go_round),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
