/* test_uv.c - the adapter to libuv: its refusals, and an end that leaves nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uv.h>
#include <xmppfed/uv.h>

struct fixture {
    uv_loop_t loop;
    xmppfed_context *ctx;
    xmppfed_site *site;
    xmppfed_federation *fed;
    xmppfed_uv *edge;
    int closed; /* how often on_closed ran */
    uv_tcp_t client;
    uv_connect_t connect;
    uv_write_t write;
    const char *greeting; /* what the client sends; NULL: nothing */
    char received[1024];
};

static void on_event(const xmppfed_event *ev, void *user)
{
    (void)ev;
    (void)user;
}

/* Without a policy every connection is refused. */
static int give_policy(struct fixture *f)
{
    xmppfed_policy_builder *b = NULL;
    xmppfed_policy *policy = NULL;
    int rc = xmppfed_policy_builder_new(f->ctx, &b);

    if (rc == 0)
        rc = xmppfed_policy_builder_finish(b, NULL, &policy);
    xmppfed_policy_builder_free(b);
    xmppfed_site_set_policy(f->site, policy);
    xmppfed_policy_unref(policy);
    return rc;
}

static int setup(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    *state = &f;
    if (uv_loop_init(&f.loop) < 0 || xmppfed_context_new(NULL, &f.ctx) < 0 ||
        xmppfed_site_new(f.ctx, &f.site) < 0 || give_policy(&f) < 0 ||
        xmppfed_federation_new(f.ctx, f.site, &f.fed) < 0)
        return -1;
    return xmppfed_uv_new(&f.loop, f.fed, f.site, on_event, &f, &f.edge);
}

static void on_closed(void *user)
{
    struct fixture *f = user;

    f->closed++;
}

/* Nothing may be left on the loop, and the adapter says once that it is gone. */
static int teardown(void **state)
{
    struct fixture *f = *state;

    xmppfed_uv_free(f->edge, on_closed, f);
    xmppfed_uv_free(NULL, on_closed, f);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    xmppfed_federation_free(f->fed);
    xmppfed_site_unref(f->site);
    xmppfed_context_unref(f->ctx);
    return f->closed == 1 ? uv_loop_close(&f->loop) : -1;
}

static void new_needs_all(void **state)
{
    struct fixture *f = *state;
    xmppfed_uv *edge = NULL;

    assert_int_equal(xmppfed_uv_new(NULL, f->fed, f->site, on_event, f, &edge),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_uv_new(&f->loop, NULL, f->site, on_event, f, &edge),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_uv_new(&f->loop, f->fed, f->site, NULL, f, &edge),
                     XMPPFED_ERR_ARGUMENT);
    assert_null(edge);
}

static void listen_says_what_is_wrong(void **state)
{
    struct fixture *f = *state;
    xmppfed_problem why = {0};
    uint16_t port = 0;
    char wanted[96];

    assert_int_equal(xmppfed_uv_listen(f->edge, "localhost", 5269, &why, &port),
                     XMPPFED_ERR_ADDRESS);
    assert_int_equal(why.code, XMPPFED_ERR_ADDRESS);
    assert_string_equal(why.text,
                        "cannot listen on localhost port 5269: that is not an IP address");
    assert_int_equal(xmppfed_uv_listen(f->edge, "127.0.0.1", 0, &why, &port), 0);
    assert_int_not_equal(port, 0);
    assert_int_equal(xmppfed_uv_listen(f->edge, "127.0.0.1", port, &why, NULL), XMPPFED_ERR_STATE);
    snprintf(wanted, sizeof(wanted), "cannot listen on 127.0.0.1 port %u: ", (unsigned)port);
    assert_ptr_equal(strstr(why.text, wanted), why.text);
    assert_non_null(strstr(why.text, "in use"));
    assert_int_equal(xmppfed_uv_listen(f->edge, "127.0.0.1", port, NULL, NULL), XMPPFED_ERR_STATE);
    assert_int_equal(xmppfed_uv_listen_direct(f->edge, "127.0.0.1", port, NULL, NULL),
                     XMPPFED_ERR_STATE);
}

/* A TCP socket on a free port of loopback, as a service manager would pass it. */
static int bound_socket(uint16_t *ret_port)
{
    struct sockaddr_in at;
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &at), 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *ret_port = ntohs(at.sin_port);
    return fd;
}

/* Whatever is no bound TCP socket is refused with a sentence, and closed all the same. */
static void listen_fd_takes_no_other_descriptor(void **state)
{
    static const char wanted[] = "it is no TCP socket that is bound to a port";
    struct fixture *f = *state;
    xmppfed_problem why = {0};
    int pipes[2];
    int bad[4];
    uint16_t port;
    size_t i;

    assert_int_equal(pipe(pipes), 0);
    bad[0] = pipes[0];
    bad[1] = pipes[1];
    bad[2] = socket(AF_UNIX, SOCK_STREAM, 0);
    bad[3] = socket(AF_INET, SOCK_STREAM, 0);
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(xmppfed_uv_listen_fd(f->edge, bad[i], 0, &why), XMPPFED_ERR_STATE);
        assert_int_equal(why.code, XMPPFED_ERR_STATE);
        assert_non_null(strstr(why.text, wanted));
    }
    uv_run(&f->loop, UV_RUN_NOWAIT);
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(fcntl(bad[i], F_GETFD), -1);
    assert_int_equal(xmppfed_uv_listen_fd(f->edge, bad[0], 0, &why), XMPPFED_ERR_STATE);
    assert_int_equal(xmppfed_uv_listen_fd(f->edge, -1, 0, &why), XMPPFED_ERR_ARGUMENT);
    bad[0] = bound_socket(&port);
    assert_int_equal(xmppfed_uv_listen_fd(NULL, bad[0], 0, &why), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(fcntl(bad[0], F_GETFD), -1);
}

static void name_servers_are_four_at_most(void **state)
{
    struct fixture *f = *state;
    int i;

    assert_int_equal(xmppfed_uv_add_name_server(f->edge, "ns.example", 53), XMPPFED_ERR_ADDRESS);
    for (i = 0; i < 4; i++)
        assert_int_equal(xmppfed_uv_add_name_server(f->edge, i % 2 ? "::1" : "127.0.0.1", 53), 0);
    assert_int_equal(xmppfed_uv_add_name_server(f->edge, "127.0.0.1", 53), XMPPFED_ERR_ARGUMENT);
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    static char buffer[4096];

    (void)handle;
    (void)wanted;
    *ret = uv_buf_init(buffer, sizeof(buffer));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct fixture *f = stream->data;
    size_t used = strlen(f->received);

    if (count < 0)
        uv_close((uv_handle_t *)stream, NULL);
    else
        snprintf(f->received + used, sizeof(f->received) - used, "%.*s", (int)count, buf->base);
}

static void on_connected(uv_connect_t *req, int status)
{
    struct fixture *f = req->data;

    assert_int_equal(status, 0);
    f->client.data = f;
    assert_int_equal(uv_read_start(req->handle, on_alloc, on_read), 0);
    if (f->greeting) {
        uv_buf_t buf = uv_buf_init((char *)(uintptr_t)f->greeting, (unsigned)strlen(f->greeting));

        assert_int_equal(uv_write(&f->write, req->handle, &buf, 1, NULL), 0);
    }
}

static void dial_port(struct fixture *f, uint16_t port)
{
    struct sockaddr_in to;

    assert_int_equal(uv_ip4_addr("127.0.0.1", port, &to), 0);
    uv_tcp_init(&f->loop, &f->client);
    f->connect.data = f;
    assert_int_equal(
        uv_tcp_connect(&f->connect, &f->client, (const struct sockaddr *)&to, on_connected), 0);
}

static void dial(struct fixture *f, bool direct)
{
    uint16_t port = 0;

    assert_int_equal((direct ? xmppfed_uv_listen_direct : xmppfed_uv_listen)(f->edge, "127.0.0.1",
                                                                             0, NULL, &port),
                     0);
    dial_port(f, port);
}

/* A peer that speaks no XMPP reads a whole stream error before the connection ends. */
static void last_bytes_arrive(void **state)
{
    struct fixture *f = *state;

    f->greeting = "GET / HTTP/1.1\r\n\r\n";
    dial(f, false);
    while (!uv_is_closing((uv_handle_t *)&f->client))
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_non_null(strstr(f->received, "<stream:error>"));
    assert_non_null(strstr(f->received, "</stream:stream>"));
    assert_int_equal(xmppfed_federation_links(f->fed), 0);
}

/* A port for direct TLS says nothing in plain text; here there is not even a certificate. */
static void direct_port_is_silent(void **state)
{
    struct fixture *f = *state;

    f->greeting = "<stream:stream xmlns='jabber:server'>";
    dial(f, true);
    while (!uv_is_closing((uv_handle_t *)&f->client))
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_string_equal(f->received, "");
    assert_int_equal(xmppfed_federation_links(f->fed), 0);
}

/* The same on sockets that somebody else has bound. */
static void passed_sockets_serve(void **state)
{
    struct fixture *f = *state;
    uint16_t port;
    int fd = bound_socket(&port);

    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(xmppfed_uv_listen_fd(f->edge, fd, 0, NULL), 0);
    f->greeting = "GET / HTTP/1.1\r\n\r\n";
    dial_port(f, port);
    while (!uv_is_closing((uv_handle_t *)&f->client))
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_non_null(strstr(f->received, "<stream:error>"));
    xmppfed_uv_stop_listening(f->edge);
    uv_run(&f->loop, UV_RUN_NOWAIT);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void passed_direct_socket_is_silent(void **state)
{
    struct fixture *f = *state;
    uint16_t port;

    assert_int_equal(xmppfed_uv_listen_fd(f->edge, bound_socket(&port), 1, NULL), 0);
    f->greeting = "<stream:stream xmlns='jabber:server'>";
    dial_port(f, port);
    while (!uv_is_closing((uv_handle_t *)&f->client))
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_string_equal(f->received, "");
}

/* What a fast peer sends waits in the kernel: nothing is lost, and nothing piles up with us. */
static void fast_peer_is_slowed(void **state)
{
    static char greeting[300000];
    struct fixture *f = *state;
    uint64_t begun;

    memset(greeting, ' ', sizeof(greeting) - 1);
    memcpy(greeting + sizeof(greeting) - 3, "</", 2);
    f->greeting = greeting;
    assert_int_equal(
        xmppfed_site_set_limit(f->site, XMPPFED_LIMIT_RATE_BYTES, XMPPFED_LIMIT_BEFORE, 400000), 0);
    assert_int_equal(
        xmppfed_site_set_limit(f->site, XMPPFED_LIMIT_BURST_BYTES, XMPPFED_LIMIT_BEFORE, 16384), 0);
    dial(f, false);
    begun = uv_now(&f->loop);
    while (!uv_is_closing((uv_handle_t *)&f->client))
        uv_run(&f->loop, UV_RUN_ONCE);
    /* Three quarters of a second, less the burst and the piece that was read last. */
    assert_true(uv_now(&f->loop) - begun >= 450);
    assert_non_null(strstr(f->received, "<not-well-formed "));
    assert_int_equal(xmppfed_federation_links(f->fed), 0);
}

/* The adapter may be freed while a connection rests. */
static void may_end_while_resting(void **state)
{
    static char greeting[100000];
    struct fixture *f = *state;
    uint64_t begun;

    memset(greeting, ' ', sizeof(greeting) - 1);
    f->greeting = greeting;
    assert_int_equal(
        xmppfed_site_set_limit(f->site, XMPPFED_LIMIT_RATE_BYTES, XMPPFED_LIMIT_BEFORE, 1024), 0);
    assert_int_equal(
        xmppfed_site_set_limit(f->site, XMPPFED_LIMIT_BURST_BYTES, XMPPFED_LIMIT_BEFORE, 16384), 0);
    dial(f, false);
    begun = uv_hrtime();
    while (uv_hrtime() - begun < 100 * UINT64_C(1000000))
        uv_run(&f->loop, UV_RUN_NOWAIT);
    assert_int_equal(xmppfed_federation_links(f->fed), 1);
    uv_close((uv_handle_t *)&f->client, NULL);
}

/* The adapter may be freed while a connection stands: the teardown finds nothing left. */
static void may_end_at_any_time(void **state)
{
    struct fixture *f = *state;

    dial(f, false);
    while (xmppfed_federation_links(f->fed) == 0)
        uv_run(&f->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&f->client, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(new_needs_all, setup, teardown),
        cmocka_unit_test_setup_teardown(listen_says_what_is_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(listen_fd_takes_no_other_descriptor, setup, teardown),
        cmocka_unit_test_setup_teardown(name_servers_are_four_at_most, setup, teardown),
        cmocka_unit_test_setup_teardown(last_bytes_arrive, setup, teardown),
        cmocka_unit_test_setup_teardown(direct_port_is_silent, setup, teardown),
        cmocka_unit_test_setup_teardown(passed_sockets_serve, setup, teardown),
        cmocka_unit_test_setup_teardown(passed_direct_socket_is_silent, setup, teardown),
        cmocka_unit_test_setup_teardown(fast_peer_is_slowed, setup, teardown),
        cmocka_unit_test_setup_teardown(may_end_while_resting, setup, teardown),
        cmocka_unit_test_setup_teardown(may_end_at_any_time, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
