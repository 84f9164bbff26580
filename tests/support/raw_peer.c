/* raw_peer.c - a peer that is plain GnuTLS, joined in memory to a session of the library. */
#include "support/raw_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

static ssize_t raw_push(gnutls_transport_ptr_t p, const void *data, size_t len)
{
    struct raw_peer *r = p;

    assert_int_equal(xmppfed_tls_session_feed(r->other, data, len), 0);
    return (ssize_t)len;
}

static ssize_t raw_pull(gnutls_transport_ptr_t p, void *data, size_t len)
{
    struct raw_peer *r = p;
    xmppfed_slice out = xmppfed_tls_session_output(r->other);

    if (out.len == 0) {
        gnutls_transport_set_errno(r->session, EAGAIN);
        return -1;
    }
    len = len < out.len ? len : out.len;
    memcpy(data, out.data, len);
    xmppfed_tls_session_sent(r->other, len);
    return (ssize_t)len;
}

void raw_peer_start(struct raw_peer *r, unsigned int role, const char *priority)
{
    assert_int_equal(gnutls_init(&r->session, role | GNUTLS_NONBLOCK), 0);
    assert_int_equal(gnutls_priority_set_direct(r->session, priority, NULL), 0);
    assert_int_equal(gnutls_credentials_set(r->session, GNUTLS_CRD_CERTIFICATE, r->credentials), 0);
    gnutls_transport_set_ptr(r->session, r);
    gnutls_transport_set_push_function(r->session, raw_push);
    gnutls_transport_set_pull_function(r->session, raw_pull);
}

void raw_peer_fini(struct raw_peer *r)
{
    gnutls_deinit(r->session);
    gnutls_certificate_free_credentials(r->credentials);
    xmppfed_tls_session_free(r->other);
}
