/* test_link.c - a component stream on a socket: what is asked when, and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "component/handshake.h"
#include "component/link.h"

#define NAME "contoso.example"
#define SECRET "inside secret"
#define OPEN                                                          \
    "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' " \
    "xmlns='jabber:component:accept' to='contoso.example'>"
#define ENABLE "<enable xmlns='urn:xmpp:sm:3'/>"
#define ENABLED "<enabled xmlns='urn:xmpp:sm:3'/>"
#define QUESTION "<r xmlns='urn:xmpp:sm:3'/>"
#define ANSWER(h) "<a xmlns='urn:xmpp:sm:3' h='" h "'/>"
#define MESSAGE "<message from='a@contoso.example'/>"
#define WAIT_MS 10000

/* A server's link, and a peer that is this test. */
struct scene {
    uv_loop_t loop;
    xmppfed_context *ctx;
    char folder[32];
    char path[64];
    uv_pipe_t listener;
    struct link *link;
    int peer;
    char heard[65536];
    size_t heard_len;
    int items[COMPONENT_DOWN + 1]; /* by their kinds */
    uint64_t acked;
    uint64_t down_at;
};

static const char *find_secret(const char *name, void *user)
{
    (void)user;
    return strcmp(name, NAME) == 0 ? SECRET : NULL;
}

static void on_item(struct link *l, const struct component_item *item, void *user)
{
    struct scene *s = user;

    assert_true(item->kind == COMPONENT_DOWN || l == s->link);
    s->items[item->kind]++;
    if (item->kind == COMPONENT_ACKED)
        s->acked = item->number;
    if (item->kind == COMPONENT_DOWN)
        s->down_at = uv_now(&s->loop);
    xmppfed_element_free(item->stanza);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct scene *s = listener->data;
    struct component_options options = {.ctx = s->ctx,
                                        .role = COMPONENT_SERVER,
                                        .find_secret = find_secret,
                                        .output_limit = 100000};

    assert_int_equal(status, 0);
    assert_int_equal(link_accept(listener, &options, on_item, s, &s->link), 0);
}

/* ---- the peer ---------------------------------------------------------------------------- */

static void say(struct scene *s, const char *text)
{
    assert_int_equal(send(s->peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* One turn of the loop, and what came of it. */
static void turn(struct scene *s)
{
    ssize_t got;

    uv_run(&s->loop, UV_RUN_NOWAIT);
    if (s->peer < 0)
        return;
    got = recv(s->peer, s->heard + s->heard_len, sizeof(s->heard) - 1 - s->heard_len, MSG_DONTWAIT);
    if (got > 0)
        s->heard_len += (size_t)got;
    s->heard[s->heard_len] = '\0';
}

static void run_for(struct scene *s, uint64_t ms)
{
    uint64_t until = uv_hrtime() + ms * 1000000;

    while (uv_hrtime() < until) {
        turn(s);
        uv_sleep(1);
    }
}

/* Runs until the peer has heard something, and forgets all that it heard. */
static void wait_for(struct scene *s, const char *text)
{
    uint64_t until = uv_hrtime() + (uint64_t)WAIT_MS * 1000000;

    for (turn(s); !strstr(s->heard, text); turn(s))
        if (uv_hrtime() > until)
            fail_msg("no '%s' in '%s'", text, s->heard);
    s->heard_len = 0;
    s->heard[0] = '\0';
}

static void wait_down(struct scene *s)
{
    uint64_t until = uv_hrtime() + (uint64_t)WAIT_MS * 1000000;

    while (s->items[COMPONENT_DOWN] == 0 && uv_hrtime() < until)
        turn(s);
    assert_int_equal(s->items[COMPONENT_DOWN], 1);
}

static void hang_up(struct scene *s)
{
    close(s->peer);
    s->peer = -1;
}

static void connect_peer(struct scene *s)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", s->path);
    s->peer = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(s->peer, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void prove(struct scene *s, const char *secret)
{
    char id[HANDSHAKE_ID_SIZE];
    char digest[HANDSHAKE_DIGEST_SIZE];
    char text[128];
    const char *at = NULL;

    say(s, OPEN);
    while (!(at = strstr(s->heard, " id='")) || !strchr(at, '>'))
        turn(s);
    snprintf(id, sizeof(id), "%s", at + strlen(" id='"));
    assert_true(handshake_digest(id, secret, digest));
    snprintf(text, sizeof(text), "<handshake>%s</handshake>", digest);
    say(s, text);
}

static void come_up(struct scene *s)
{
    connect_peer(s);
    prove(s, SECRET);
    wait_for(s, "<handshake/>");
    assert_int_equal(s->items[COMPONENT_UP], 1);
}

static void send_messages(struct scene *s, int count)
{
    xmppfed_element *m = xmppfed_element_new(s->ctx, "message", XMPPFED_NS_SERVER);

    while (count-- > 0)
        assert_int_equal(link_send(s->link, m), 0);
    xmppfed_element_free(m);
}

/* ---- tests ------------------------------------------------------------------------------- */

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (text = strstr(text, part); text; text = strstr(text + 1, part))
        count++;
    return count;
}

static void test_asks_once_a_turn(void **state)
{
    struct scene *s = *state;

    come_up(s);
    say(s, ENABLE);
    wait_for(s, ENABLED);
    send_messages(s, 10);
    assert_int_equal(link_sent_count(s->link), 10);
    run_for(s, 50);
    assert_int_equal(count_of(s->heard, "<message/>"), 10);
    assert_int_equal(count_of(s->heard, QUESTION), 1);
    say(s, ANSWER("10"));
    run_for(s, 50);
    assert_int_equal(count_of(s->heard, QUESTION), 1);
    assert_int_equal(s->items[COMPONENT_ACKED], 2);
    assert_int_equal(s->acked, 10);
}

static void test_without_acks_nothing_is_asked(void **state)
{
    struct scene *s = *state;

    come_up(s);
    send_messages(s, 100);
    run_for(s, 50);
    assert_int_equal(strlen(s->heard), 100 * strlen("<message/>"));
    assert_int_equal(s->items[COMPONENT_ACKED], 0);
}

/* The link writes to a peer that has gone before it reads what the peer had said. */
static void test_last_words_are_heard(void **state)
{
    struct scene *s = *state;

    come_up(s);
    say(s, ENABLE);
    wait_for(s, ENABLED);
    send_messages(s, 1);
    wait_for(s, QUESTION);
    say(s, ANSWER("1") MESSAGE MESSAGE);
    hang_up(s);
    send_messages(s, 1);
    wait_down(s);
    assert_int_equal(s->acked, 1);
    assert_int_equal(s->items[COMPONENT_STANZA], 2);
    assert_int_equal(s->items[COMPONENT_UNACKED], 1);
}

/* What was sent before <enable/> is kept for a second, and not for ever. */
static void test_early_stanzas(void **state)
{
    struct scene *s = *state;
    int late;

    for (late = 0; late < 2; late++) {
        memset(s->items, 0, sizeof(s->items));
        come_up(s);
        send_messages(s, 1);
        run_for(s, late ? 1200 : 10);
        say(s, ENABLE);
        wait_for(s, ENABLED);
        hang_up(s);
        wait_down(s);
        assert_int_equal(s->items[COMPONENT_UNACKED], 1 - late);
    }
}

/* ---- who is refused ---------------------------------------------------------------------- */

static uint64_t ms_since(uint64_t begun)
{
    return (uv_hrtime() - begun) / 1000000;
}

/* The refusal takes its time; others do not wait for it. */
static void test_refused_in_a_while(void **state)
{
    struct scene *s = *state;
    uint64_t begun = uv_hrtime();
    int refused;

    connect_peer(s);
    prove(s, "wrong");
    run_for(s, 50);
    refused = s->peer;
    s->heard_len = 0;
    s->heard[0] = '\0';
    come_up(s);
    assert_true(ms_since(begun) < 900);
    assert_int_equal(s->items[COMPONENT_DOWN], 0);
    hang_up(s);
    s->peer = refused;
    wait_for(s, "</stream:stream>");
    assert_in_range(ms_since(begun), 990, 5000);
    assert_int_equal(s->items[COMPONENT_DOWN], 2); /* that which was up has hung up */
}

static const struct {
    const char *name;
    const char *input;
    const char *condition;
} refusal_rows[] = {
    {"another domain",
     "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
     "xmlns='jabber:component:accept' to='elsewhere.example'>",
     "<host-unknown "},
    {"a stanza before the handshake", OPEN MESSAGE, "<not-authorized "},
    {"no XML", "hello", "<not-well-formed "},
};

static void test_each_refusal_waits(void **state)
{
    struct scene *s = *state;
    size_t i;

    for (i = 0; i < sizeof(refusal_rows) / sizeof(refusal_rows[0]); i++) {
        uint64_t begun = uv_hrtime();

        print_message("# row '%s'\n", refusal_rows[i].name);
        connect_peer(s);
        say(s, refusal_rows[i].input);
        wait_for(s, refusal_rows[i].condition);
        assert_in_range(ms_since(begun), 990, 5000);
        assert_int_equal(s->items[COMPONENT_DOWN], i + 1);
        hang_up(s);
    }
}

/* Who does not wait for it is gone at once, and who ends the link need not wait either. */
static void test_refusal_cut_short(void **state)
{
    struct scene *s = *state;
    uint64_t begun = uv_hrtime();

    connect_peer(s);
    prove(s, "wrong");
    run_for(s, 50);
    hang_up(s);
    wait_down(s);
    connect_peer(s);
    s->heard_len = 0;
    s->heard[0] = '\0';
    prove(s, "wrong");
    run_for(s, 50);
    link_close(s->link, "system-shutdown", "bye");
    wait_for(s, "<not-authorized ");
    hang_up(s);
    run_for(s, 50);
    assert_int_equal(s->items[COMPONENT_DOWN], 2);
    assert_true(ms_since(begun) < 900);
}

static int setup(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));

    *state = s;
    snprintf(s->folder, sizeof(s->folder), "/tmp/link-XXXXXX");
    s->peer = -1;
    if (!mkdtemp(s->folder) || uv_loop_init(&s->loop) < 0 || xmppfed_context_new(NULL, &s->ctx) < 0)
        return -1;
    snprintf(s->path, sizeof(s->path), "%s/socket", s->folder);
    s->listener.data = s;
    return uv_pipe_init(&s->loop, &s->listener, 0) < 0 || uv_pipe_bind(&s->listener, s->path) < 0 ||
                   uv_listen((uv_stream_t *)&s->listener, 5, on_connection) < 0
               ? -1
               : 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;
    int rc;

    if (s->peer >= 0)
        hang_up(s);
    uv_close((uv_handle_t *)&s->listener, NULL);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    rc = uv_loop_close(&s->loop);
    unlink(s->path);
    rmdir(s->folder);
    xmppfed_context_unref(s->ctx);
    free(s);
    return rc;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_asks_once_a_turn, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_acks_nothing_is_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_last_words_are_heard, setup, teardown),
        cmocka_unit_test_setup_teardown(test_early_stanzas, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_in_a_while, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_refusal_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusal_cut_short, setup, teardown),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
