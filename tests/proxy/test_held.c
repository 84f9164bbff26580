/* test_held.c - what nobody answers waits for a host: in order, within limits, for its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/held.h"
#include "proxy/local_host.h"
#include "proxy/relay.h"

#define DOMAIN "contoso.example"
#define SECONDS 2
#define ROOM 6

/* A proxy without an outside, and a host in its process that answers as it is told. */
struct scene {
    struct proxy proxy;
    uv_loop_t loop;
    struct config config;
    struct loaded loaded;
    struct local_host host;
    uint64_t counts[EVENT_COUNT];
    int answer;
    char got[256]; /* the ids of what the host took, each with a blank */
};

static int take(const xmppfed_element *stanza, void *user)
{
    struct scene *s = user;
    size_t len = strlen(s->got);

    if (s->answer == 0)
        snprintf(s->got + len, sizeof(s->got) - len, "%s ",
                 xmppfed_element_attribute(stanza, "id"));
    return s->answer;
}

static int setup(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));
    struct proxy *p = &s->proxy;

    *state = s;
    s->config =
        (struct config){.queue_seconds = SECONDS, .queue_stanzas = ROOM, .queue_bytes = 64 * 1024};
    s->loaded.config = &s->config;
    s->host = (struct local_host){take, s};
    s->answer = XMPPFED_ERR_STATE;
    p->loop = &s->loop;
    p->loaded = &s->loaded;
    p->local = &s->host;
    p->log = (struct log){.level = LOG_LEVEL_ERROR, .counts = s->counts};
    if (uv_loop_init(&s->loop) < 0 || xmppfed_context_new(NULL, &p->ctx) < 0)
        return -1;
    held_start(p);
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;
    int rc;

    if (!uv_is_closing((uv_handle_t *)&s->proxy.held_timer))
        held_stop(&s->proxy);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    rc = uv_loop_close(&s->loop);
    waiting_fini(&s->proxy.held);
    xmppfed_context_unref(s->proxy.ctx);
    free(s);
    return rc;
}

static xmppfed_element *stanza(struct scene *s, const char *kind, const char *type, const char *id)
{
    xmppfed_element *e = xmppfed_element_new(s->proxy.ctx, kind, XMPPFED_NS_SERVER);

    xmppfed_element_set_attribute(e, "type", type);
    xmppfed_element_set_attribute(e, "id", id);
    xmppfed_element_set_attribute(e, "from", "bob@fabrikam.example");
    xmppfed_element_set_attribute(e, "to", "alice@" DOMAIN);
    return e;
}

static int give(struct scene *s, const char *kind, const char *type, const char *id)
{
    xmppfed_element *e = stanza(s, kind, type, id);
    int rc = relay_to_host(&s->proxy, NULL, DOMAIN, e);

    xmppfed_element_free(e);
    return rc;
}

static void run_for(struct scene *s, uint64_t ms)
{
    uint64_t until = uv_hrtime() + ms * 1000000;

    while (uv_hrtime() < until) {
        uv_run(&s->loop, UV_RUN_NOWAIT);
        uv_sleep(5);
    }
}

/* ---- what is held ------------------------------------------------------------------------ */

static const struct {
    const char *kind;
    const char *type;
    int answer; /* of the host */
    bool held;
} rows[] = {
    {"message", NULL, XMPPFED_ERR_STATE, false},
    {"message", "chat", XMPPFED_ERR_STATE, false},
    {"message", "groupchat", XMPPFED_ERR_STATE, false},
    {"message", "error", XMPPFED_ERR_STATE, true},
    {"message", "error", XMPPFED_ERR_LIMIT_QUEUE, true},
    {"message", "error", XMPPFED_ERR_NOMEM, false},
    {"iq", "get", XMPPFED_ERR_STATE, false},
    {"iq", "set", XMPPFED_ERR_STATE, false},
    {"iq", "result", XMPPFED_ERR_STATE, true},
    {"iq", "error", XMPPFED_ERR_STATE, true},
    {"presence", NULL, XMPPFED_ERR_STATE, true},
    {"presence", "subscribed", XMPPFED_ERR_STATE, true},
    {"presence", "error", XMPPFED_ERR_STATE, true},
};

static void test_only_what_nobody_answers(void **state)
{
    struct scene *s = *state;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("# row '%s' '%s' %d\n", rows[i].kind, rows[i].type ? rows[i].type : "",
                      rows[i].answer);
        s->answer = rows[i].answer;
        assert_int_equal(give(s, rows[i].kind, rows[i].type, "x"),
                         rows[i].held ? 0 : rows[i].answer);
        assert_int_equal(s->proxy.held.count, rows[i].held);
        s->answer = 0;
        held_send(&s->proxy, NULL);
        assert_int_equal(s->proxy.held.count, 0);
    }
    assert_int_equal(s->counts[EVENT_INSIDE_DROPPED], 0);
}

static void test_only_for_domains_with_hosts(void **state)
{
    struct scene *s = *state;

    s->proxy.local = NULL;
    assert_int_equal(give(s, "message", "error", "x"), XMPPFED_ERR_STATE);
    assert_int_equal(s->proxy.held.count, 0);
}

static void test_in_order(void **state)
{
    struct scene *s = *state;

    give(s, "presence", NULL, "1");
    give(s, "message", "error", "2");
    give(s, "presence", "unavailable", "3");
    s->answer = 0;
    /* A message does not wait for them, but a later presence must not be the earlier one. */
    give(s, "message", NULL, "4");
    assert_string_equal(s->got, "4 ");
    give(s, "presence", NULL, "5");
    assert_string_equal(s->got, "4 1 2 3 5 ");
    give(s, "presence", NULL, "6");
    assert_string_equal(s->got, "4 1 2 3 5 6 ");
    assert_int_equal(s->proxy.held.count, 0);
}

static void test_goes_to_who_comes(void **state)
{
    struct scene *s = *state;

    give(s, "message", "error", "1");
    relay_host_up(&s->proxy, "tailspin.example");
    s->answer = 0;
    relay_host_up(&s->proxy, "tailspin.example");
    assert_string_equal(s->got, "");
    relay_host_up(&s->proxy, DOMAIN);
    assert_string_equal(s->got, "1 ");
}

/* The host was there all the time and had no room: nobody comes, and still it is given. */
static void test_tries_again_by_itself(void **state)
{
    struct scene *s = *state;

    s->answer = XMPPFED_ERR_LIMIT_QUEUE;
    give(s, "message", "error", "1");
    s->answer = 0;
    run_for(s, 1300);
    assert_string_equal(s->got, "1 ");
    assert_false(uv_is_active((uv_handle_t *)&s->proxy.held_timer));
}

/* ---- limits ------------------------------------------------------------------------------ */

static void test_is_bounded(void **state)
{
    struct scene *s = *state;
    int i;

    for (i = 0; i < ROOM; i++)
        give(s, "presence", NULL, "p");
    assert_int_equal(s->proxy.held.count, ROOM / 2);
    assert_int_equal(s->counts[EVENT_INSIDE_DROPPED], ROOM - ROOM / 2);
    for (i = 0; i < ROOM; i++)
        assert_int_equal(give(s, "message", "error", "e"), i < ROOM / 2 ? 0 : XMPPFED_ERR_STATE);
    assert_int_equal(s->proxy.held.count, ROOM);
    assert_int_equal(s->counts[EVENT_INSIDE_DROPPED], ROOM);
}

static void test_is_bounded_in_bytes(void **state)
{
    struct scene *s = *state;
    char large[40 * 1024];

    memset(large, 'x', sizeof(large));
    large[sizeof(large) - 1] = '\0';
    assert_int_equal(give(s, "presence", NULL, large), XMPPFED_ERR_STATE);
    assert_int_equal(give(s, "message", "error", large), 0);
    assert_int_equal(give(s, "message", "error", large), XMPPFED_ERR_STATE);
    assert_int_equal(s->counts[EVENT_INSIDE_DROPPED], 2);
}

static void test_has_its_time(void **state)
{
    struct scene *s = *state;

    give(s, "message", "error", "1");
    run_for(s, SECONDS * 1000 - 500);
    assert_int_equal(s->proxy.held.count, 1);
    give(s, "message", "error", "2");
    run_for(s, 1600);
    assert_int_equal(s->proxy.held.count, 1);
    assert_int_equal(s->counts[EVENT_INSIDE_DROPPED], 1);
    s->answer = 0;
    held_send(&s->proxy, NULL);
    assert_string_equal(s->got, "2 ");
}

static void test_nothing_outlives_the_proxy(void **state)
{
    struct scene *s = *state;

    give(s, "message", "error", "1");
    held_stop(&s->proxy);
    assert_int_equal(s->proxy.held.count, 0);
    assert_int_equal(s->counts[EVENT_INSIDE_DROPPED], 1);
    assert_int_equal(give(s, "message", "error", "2"), XMPPFED_ERR_STATE);
    assert_int_equal(s->counts[EVENT_INSIDE_DROPPED], 2);
}

/* ---- what a host leaves behind ----------------------------------------------------------- */

static void test_another_host_gets_what_does_no_harm(void **state)
{
    struct scene *s = *state;
    xmppfed_element *error = stanza(s, "message", "error", "1");
    xmppfed_element *message = stanza(s, "message", NULL, "2");

    s->answer = 0;
    relay_unacknowledged(&s->proxy, DOMAIN, error);
    relay_unacknowledged(&s->proxy, DOMAIN, message);
    assert_string_equal(s->got, "1 ");
    s->answer = XMPPFED_ERR_STATE;
    relay_unacknowledged(&s->proxy, DOMAIN, error);
    relay_unacknowledged(&s->proxy, DOMAIN, message);
    assert_int_equal(s->proxy.held.count, 1);
    xmppfed_element_free(error);
    xmppfed_element_free(message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_only_what_nobody_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_for_domains_with_hosts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_goes_to_who_comes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tries_again_by_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(test_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_is_bounded_in_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_has_its_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_outlives_the_proxy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_another_host_gets_what_does_no_harm, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
