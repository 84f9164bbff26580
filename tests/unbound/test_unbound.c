/* test_unbound.c - the validator: settings it refuses, queries that nobody answers, its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xmppfed/unbound.h>

#define PATIENCE_MS 20000

static const uint8_t query[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
                               "\x01"
                               "a\x07"
                               "example\x00\x00\x21\x00\x01";
static const xmppfed_dns_query asked = {.token = 7, .data = query, .len = sizeof(query) - 1};

struct fixture {
    xmppfed_unbound *u;
    unsigned answers;
    uint64_t token;
    uint8_t answer[512];
    size_t len;
    bool asks_again;
};

static void on_answer(uint64_t token, const uint8_t *data, size_t len, void *user)
{
    struct fixture *f = user;

    f->answers++;
    f->token = token;
    assert_true(len <= sizeof(f->answer));
    memcpy(f->answer, data, len);
    f->len = len;
    if (f->asks_again) {
        f->asks_again = false;
        assert_int_equal(xmppfed_unbound_ask(f->u, &asked), 0);
    }
}

static int setup(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    *state = &f;
    return xmppfed_unbound_new(on_answer, &f, &f.u);
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    xmppfed_unbound_free(f->u);
    xmppfed_unbound_free(NULL);
    return 0;
}

static void refuses_arguments(void **state)
{
    struct fixture *f = *state;
    xmppfed_unbound *none = NULL;
    xmppfed_dns_query cut = asked;

    assert_int_equal(xmppfed_unbound_new(NULL, f, &none), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_unbound_new(on_answer, f, NULL), XMPPFED_ERR_ARGUMENT);
    assert_null(none);
    assert_int_equal(xmppfed_unbound_add_anchors(f->u, NULL, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_unbound_add_anchors(f->u, "", NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_unbound_add_server(f->u, "ns.example", 53), XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_unbound_add_server(f->u, "127.0.0.1@53", 53), XMPPFED_ERR_ADDRESS);
    assert_int_equal(xmppfed_unbound_add_server(f->u, "127.0.0.1", 0), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_unbound_start(NULL, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_unbound_ask(f->u, &asked), XMPPFED_ERR_STATE);
    assert_int_equal(xmppfed_unbound_start(f->u, NULL), 0);
    cut.len--;
    assert_int_equal(xmppfed_unbound_ask(f->u, &cut), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_unbound_ask(f->u, NULL), XMPPFED_ERR_ARGUMENT);
}

static void settings_end_with_the_start(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(xmppfed_unbound_add_server(f->u, "::1", 53), 0);
    assert_int_equal(xmppfed_unbound_start(f->u, NULL), 0);
    assert_int_equal(xmppfed_unbound_start(f->u, NULL), 0);
    assert_int_equal(xmppfed_unbound_add_server(f->u, "::1", 53), XMPPFED_ERR_STATE);
    assert_int_equal(xmppfed_unbound_add_anchors(f->u, "/dev/null", NULL), XMPPFED_ERR_STATE);
}

/* Without the anchors that the host has named nothing may seem to be insecure: it does not start.
 */
static void needs_its_anchors(void **state)
{
    static const char *const texts[] = {
        NULL,
        "",
        "; example. IN DS 1 13 2 00\n",
        "example. IN A 192.0.2.1\n",
        "ds.example. IN A 192.0.2.1\n",
        "example. IN DS 1 13\n",
        "no record DS\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char path[] = "/tmp/xmppfed-anchors-XXXXXX";
        int fd = mkstemp(path);
        struct fixture f = {.answers = 0};
        xmppfed_problem why = {0};
        int rc;

        assert_true(fd >= 0);
        if (texts[i])
            assert_int_equal(write(fd, texts[i], strlen(texts[i])), strlen(texts[i]));
        close(fd);
        if (!texts[i])
            unlink(path);
        assert_int_equal(xmppfed_unbound_new(on_answer, &f, &f.u), 0);
        rc = xmppfed_unbound_add_anchors(f.u, path, &why);
        if (rc == 0)
            rc = xmppfed_unbound_start(f.u, &why);
        if (rc != XMPPFED_ERR_STATE || why.code != rc || !strstr(why.text, "trust anchor"))
            fail_msg("anchors '%s': %d %s", texts[i] ? texts[i] : "(no file)", rc, why.text);
        assert_int_equal(xmppfed_unbound_ask(f.u, &asked), XMPPFED_ERR_STATE);
        xmppfed_unbound_free(f.u);
        if (texts[i])
            unlink(path);
    }
}

static void wait_for(struct fixture *f, unsigned answers)
{
    struct pollfd fd = {.fd = xmppfed_unbound_fd(f->u), .events = POLLIN};

    while (f->answers < answers) {
        assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
        xmppfed_unbound_process(f->u);
    }
}

/* Nobody listens on the port, which nobody may use without being root. */
static void server_that_refuses_is_servfail(void **state)
{
    struct fixture *f = *state;

    f->asks_again = true;
    assert_int_equal(xmppfed_unbound_add_server(f->u, "127.0.0.1", 1), 0);
    assert_int_equal(xmppfed_unbound_start(f->u, NULL), 0);
    assert_int_equal(xmppfed_unbound_ask(f->u, &asked), 0);
    wait_for(f, 2);
    assert_int_equal(f->token, asked.token);
    assert_true(f->len >= asked.len);
    assert_memory_equal(f->answer, "\x12\x34\x81\x82\x00\x01\x00\x00", 8);
    assert_memory_equal(f->answer + 12, query + 12, asked.len - 12);
}

static void queries_are_bounded_and_end_with_it(void **state)
{
    struct fixture *f = *state;
    int rc = 0;
    unsigned count = 0;

    assert_int_equal(xmppfed_unbound_add_server(f->u, "192.0.2.1", 53), 0);
    assert_int_equal(xmppfed_unbound_start(f->u, NULL), 0);
    while (count < 2000 && (rc = xmppfed_unbound_ask(f->u, &asked)) == 0)
        count++;
    assert_int_equal(rc, XMPPFED_ERR_LIMIT_PENDING);
    assert_int_equal(count, 1024);
    assert_int_equal(f->answers, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses_arguments, setup, teardown),
        cmocka_unit_test_setup_teardown(settings_end_with_the_start, setup, teardown),
        cmocka_unit_test(needs_its_anchors),
        cmocka_unit_test_setup_teardown(server_that_refuses_is_servfail, setup, teardown),
        cmocka_unit_test_setup_teardown(queries_are_bounded_and_end_with_it, setup, teardown),
    };

    return cmocka_run_group_tests_name("unbound", tests, NULL, NULL);
}
