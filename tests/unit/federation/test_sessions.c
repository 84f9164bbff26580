/* test_sessions.c - TLS sessions are handed out once, to whom they belong, and are bounded. */
#include "support.h"

#include <stdio.h>

#include "federation/sessions.h"
#include "support/certs.h"
#include "support/context.h"

#define DAY ((xmppfed_time)24 * 60 * 60 * 1000)

struct fixture {
    struct alloc_fail memory;
    xmppfed_context *ctx;
    struct xfed_sessions sessions;
    xmppfed_endpoint at;
    struct xfed_session_peer peer;
};

static void set_up(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    f->ctx = test_context_counted(&f->memory);
    xfed_sessions_init(&f->sessions, f->ctx, 7);
    (void)snprintf(f->at.host, sizeof(f->at.host), "xmpp.fabrikam.example");
    (void)snprintf(f->at.address, sizeof(f->at.address), "192.0.2.1");
    f->at.port = 5269;
    f->peer = (struct xfed_session_peer){"contoso.example", "fabrikam.example", &f->at, NULL};
}

static void tear_down(struct fixture *f)
{
    xfed_sessions_fini(&f->sessions);
    test_context_counted_free(f->ctx, &f->memory);
}

static void keep(struct fixture *f, const char *text, size_t len, xmppfed_time since)
{
    struct xfed_saved_session saved = {xfed_alloc(f->ctx, len), len};

    assert_non_null(saved.data);
    memset(saved.data, text[0], len);
    xfed_sessions_keep(&f->sessions, &f->peer, &saved, since);
    assert_null(saved.data);
}

/* The first letter of what is handed out; 0: nothing. */
static char take(struct fixture *f, xmppfed_time now, xmppfed_time *ret_since)
{
    struct xfed_saved_session saved = {NULL, 0};
    char letter = 0;

    if (xfed_sessions_take(&f->sessions, &f->peer, now, &saved, ret_since))
        letter = saved.data[0];
    xfed_saved_session_free(f->ctx, &saved);
    return letter;
}

static void test_once(void **state)
{
    xmppfed_time since = 0;
    struct fixture f;
    (void)state;

    set_up(&f);
    assert_int_equal(take(&f, 0, &since), 0);
    keep(&f, "a", 10, 3);
    keep(&f, "b", 20, 4);
    assert_int_equal(f.sessions.bytes, 20);
    assert_int_equal(take(&f, 5, &since), 'b');
    assert_int_equal(since, 4);
    assert_int_equal(f.sessions.bytes, 0);
    assert_int_equal(take(&f, 5, &since), 0);
    keep(&f, "c", 10, 3);
    tear_down(&f);
}

static void test_each_part_of_the_peer_counts(void **state)
{
    xmppfed_time since;
    struct fixture f;
    (void)state;

    set_up(&f);
    keep(&f, "a", 10, 0);
    f.peer.local = "second.example";
    assert_int_equal(take(&f, 0, &since), 0);
    f.peer.local = "contoso.example";
    f.peer.remote = "other.example";
    assert_int_equal(take(&f, 0, &since), 0);
    f.peer.remote = "fabrikam.example";
    f.at.port = 5270;
    assert_int_equal(take(&f, 0, &since), 0);
    f.at.port = 5269;
    f.at.address[0] = '2';
    assert_int_equal(take(&f, 0, &since), 0);
    f.at.address[0] = '1';
    f.at.host[0] = 'y';
    assert_int_equal(take(&f, 0, &since), 0);
    f.at.host[0] = 'x';
    assert_int_equal(take(&f, 0, &since), 'a');
    tear_down(&f);
}

/* The server goes by the certificate that it was shown, so that a new one must be shown. */
static void test_own_certificate(void **state)
{
    xmppfed_credentials *first, *second;
    xmppfed_time since;
    struct fixture f;
    (void)state;

    set_up(&f);
    first = test_credentials(f.ctx, "contoso");
    second = test_credentials(f.ctx, "contoso");
    f.peer.own = first;
    keep(&f, "a", 10, 0);
    f.peer.own = second;
    assert_int_equal(take(&f, 0, &since), 0);
    f.peer.own = first;
    assert_int_equal(take(&f, 0, &since), 0);
    keep(&f, "b", 10, 0);
    xmppfed_credentials_unref(first);
    assert_int_equal(take(&f, 0, &since), 'b');
    xmppfed_credentials_unref(second);
    tear_down(&f);
}

static void test_age(void **state)
{
    xmppfed_time since;
    struct fixture f;
    (void)state;

    set_up(&f);
    keep(&f, "a", 10, 1000);
    assert_int_equal(take(&f, DAY + 1000, &since), 'a');
    keep(&f, "a", 10, since);
    assert_int_equal(take(&f, DAY + 1001, &since), 0);
    assert_int_equal(f.sessions.known.count, 0);
    tear_down(&f);
}

static void test_bounded(void **state)
{
    xmppfed_time since;
    struct fixture f;
    (void)state;

    set_up(&f);
    for (unsigned i = 0; i <= XFED_SESSIONS_MAX; i++) {
        f.at.port = (uint16_t)(i + 1);
        keep(&f, "a", 1, 0);
    }
    assert_int_equal(f.sessions.known.count, XFED_SESSIONS_MAX);
    f.at.port = 1;
    assert_int_equal(take(&f, 0, &since), 0);
    f.at.port = 2;
    assert_int_equal(take(&f, 0, &since), 'a');
    for (unsigned i = 0; i <= XFED_SESSIONS_BYTES_MAX / XFED_TLS_SAVED_MAX; i++) {
        f.at.port = (uint16_t)(i + 10001);
        keep(&f, "b", XFED_TLS_SAVED_MAX, 0);
        assert_true(f.sessions.bytes <= XFED_SESSIONS_BYTES_MAX);
    }
    assert_int_equal(f.sessions.known.count, XFED_SESSIONS_BYTES_MAX / XFED_TLS_SAVED_MAX);
    f.at.port = 10001;
    assert_int_equal(take(&f, 0, &since), 0);
    f.at.port = 10002;
    assert_int_equal(take(&f, 0, &since), 'b');
    tear_down(&f);
}

static void test_no_memory(void **state)
{
    xmppfed_time since;
    struct fixture f;
    (void)state;

    set_up(&f);
    for (size_t n = 1; n <= 2; n++) {
        struct xfed_saved_session saved = {xfed_zalloc(f.ctx, 10), 10};

        assert_non_null(saved.data);
        f.memory.fail_at = f.memory.calls + n;
        xfed_sessions_keep(&f.sessions, &f.peer, &saved, 0);
        assert_null(saved.data);
        assert_int_equal(take(&f, 0, &since), 0);
        assert_int_equal(f.sessions.bytes, 0);
    }
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_each_part_of_the_peer_counts),
        cmocka_unit_test(test_own_certificate),
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
