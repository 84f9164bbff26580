/* test_transport.c - what GnuTLS sees of the memory buffers, with a client that only says hello. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/context.h"
#include "tls/priority.h"
#include "tls/transport.h"

struct fixture {
    xmppfed_context *ctx;
    struct xfed_account account;
    gnutls_session_t session;
    gnutls_priority_t priority;
    gnutls_certificate_credentials_t credentials;
    struct xfed_tls_transport transport;
};

static void set_up(struct fixture *f, size_t limit)
{
    f->ctx = test_context();
    xfed_account_init(&f->account, f->ctx, limit);
    assert_int_equal(gnutls_init(&f->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK), 0);
    assert_int_equal(xfed_tls_priority_new(&f->priority), 0);
    assert_int_equal(gnutls_certificate_allocate_credentials(&f->credentials), 0);
    assert_int_equal(gnutls_priority_set(f->session, f->priority), 0);
    assert_int_equal(gnutls_credentials_set(f->session, GNUTLS_CRD_CERTIFICATE, f->credentials), 0);
    xfed_tls_transport_init(&f->transport, &f->account, f->session);
}

static void tear_down(struct fixture *f)
{
    gnutls_deinit(f->session);
    xfed_tls_transport_fini(&f->transport);
    assert_int_equal(f->account.used, 0);
    gnutls_priority_deinit(f->priority);
    gnutls_certificate_free_credentials(f->credentials);
    xmppfed_context_unref(f->ctx);
}

static void test_push_and_starve(void **state)
{
    struct fixture f;
    xmppfed_slice hello;

    (void)state;
    set_up(&f, 1 << 20);
    assert_int_equal(gnutls_handshake(f.session), GNUTLS_E_AGAIN);
    assert_true(f.transport.starved);
    assert_int_equal(f.transport.error, 0);
    hello = xfed_buffer_bytes(&f.transport.output);
    assert_true(hello.len > 100 && f.account.used >= hello.len);
    assert_int_equal(hello.data[0], 22); /* a handshake record */

    /* Half a record header is taken and waited upon. */
    assert_int_equal(xfed_buffer_append(&f.transport.input, "\x16\x03", 2), 0);
    f.transport.starved = false;
    assert_int_equal(gnutls_handshake(f.session), GNUTLS_E_AGAIN);
    assert_true(f.transport.starved);
    assert_int_equal(xfed_buffer_length(&f.transport.input), 0);
    tear_down(&f);
}

static void test_output_refused(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 64);
    assert_int_equal(gnutls_handshake(f.session), GNUTLS_E_PUSH_ERROR);
    assert_int_equal(f.transport.error, XMPPFED_ERR_LIMIT_MEMORY);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_push_and_starve),
        cmocka_unit_test(test_output_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
