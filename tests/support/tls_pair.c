/* tls_pair.c - two TLS sessions of the library joined in memory. */
#include "support/tls_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/certs.h"

void tls_pair_init(struct tls_pair *p, xmppfed_context *ctx, const char *client_name,
                   const char *server_name)
{
    xmppfed_credentials *client = client_name ? test_credentials(ctx, client_name) : NULL;
    xmppfed_credentials *server = test_credentials(ctx, server_name);

    p->chunk = 0;
    assert_int_equal(
        xmppfed_tls_session_new(ctx, XMPPFED_TLS_CLIENT, client, "fabrikam.example", &p->client),
        0);
    assert_int_equal(xmppfed_tls_session_new(ctx, XMPPFED_TLS_SERVER, server, NULL, &p->server), 0);
    /* The sessions keep references of their own. */
    xmppfed_credentials_unref(client);
    xmppfed_credentials_unref(server);
}

void tls_pair_fini(struct tls_pair *p)
{
    xmppfed_tls_session_free(p->client);
    xmppfed_tls_session_free(p->server);
    p->client = NULL;
    p->server = NULL;
}

bool tls_pair_carry(const struct tls_pair *p, xmppfed_tls_session *from, xmppfed_tls_session *to)
{
    xmppfed_slice bytes = xmppfed_tls_session_output(from);
    size_t len = p->chunk > 0 && bytes.len > p->chunk ? p->chunk : bytes.len;

    if (len == 0)
        return false;
    assert_int_equal(xmppfed_tls_session_feed(to, bytes.data, len), 0);
    xmppfed_tls_session_sent(from, len);
    return true;
}

void tls_pair_handshake(const struct tls_pair *p)
{
    xmppfed_problem why = {0, ""};
    int client = 0, server = 0;
    bool moved = true;

    while (moved) {
        client = xmppfed_tls_session_handshake(p->client, &why);
        server = client < 0 ? 0 : xmppfed_tls_session_handshake(p->server, &why);
        if (client < 0 || server < 0)
            fail_msg("%s", why.text);
        moved = tls_pair_carry(p, p->client, p->server);
        moved = tls_pair_carry(p, p->server, p->client) || moved;
    }
    assert_int_equal(client, 1);
    assert_int_equal(server, 1);
}
