/* test_direct.c - direct TLS: what ALPN and SNI a server takes, and what a client sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include <gnutls/gnutls.h>

#include "base/slice.h"
#include "support/certs.h"
#include "support/context.h"
#include "support/raw_peer.h"
#include "support/tls_pair.h"
#include "tls/session.h"
#include <xmppfed/address.h>

#define TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

/* The server hosts two domains; without SNI it is contoso.example. */
struct hosted {
    xmppfed_credentials *contoso;
    xmppfed_credentials *fabrikam;
    char asked[XMPPFED_DOMAIN_SIZE];
};

static bool pick(void *user, const char *domain, struct xfed_tls_identity *ret)
{
    struct hosted *h = user;

    (void)xfed_text_copy(h->asked, sizeof(h->asked), domain);
    if (strcmp(domain, "contoso.example") == 0)
        ret->credentials = h->contoso;
    else if (strcmp(domain, "fabrikam.example") == 0)
        ret->credentials = h->fabrikam;
    else
        return false;
    return true;
}

struct row {
    const char *name;
    const char *priority;
    const char *sni;
    const char *alpn[2];
    const char *says; /* NULL: it succeeds, else what our sentence says */
    const char *certificate;
    int alert; /* what the client is told */
};

static const struct row rows[] = {
    {"neither", TLS13, NULL, {NULL}, NULL, "contoso.example", 0},
    {"both", TLS13, "fabrikam.example", {"xmpp-server"}, NULL, "fabrikam.example", 0},
    {"both, TLS 1.2", TLS12, "fabrikam.example", {"xmpp-server"}, NULL, "fabrikam.example", 0},
    {"SNI alone", TLS13, "fabrikam.example", {NULL}, NULL, "fabrikam.example", 0},
    {"in capitals", TLS12, "CONTOSO.example", {NULL}, NULL, "contoso.example", 0},
    {"one of two", TLS13, NULL, {"http/1.1", "xmpp-server"}, NULL, "contoso.example", 0},
    {"another protocol",
     TLS13,
     "fabrikam.example",
     {"xmpp-client"},
     "ALPN",
     NULL,
     GNUTLS_A_NO_APPLICATION_PROTOCOL},
    {"another, TLS 1.2",
     TLS12,
     NULL,
     {"h2", "http/1.1"},
     "ALPN",
     NULL,
     GNUTLS_A_NO_APPLICATION_PROTOCOL},
    {"foreign domain",
     TLS13,
     "northwind.example",
     {"xmpp-server"},
     "SNI",
     NULL,
     GNUTLS_A_UNRECOGNIZED_NAME},
    {"foreign domain, TLS 1.2",
     TLS12,
     "northwind.example",
     {NULL},
     "SNI",
     NULL,
     GNUTLS_A_UNRECOGNIZED_NAME},
};

static void raw_init(struct raw_peer *r, const struct row *row)
{
    gnutls_datum_t offers[2];
    unsigned count = 0;

    for (; count < 2 && row->alpn[count]; count++)
        offers[count] = (gnutls_datum_t){(unsigned char *)(uintptr_t)row->alpn[count],
                                         (unsigned)strlen(row->alpn[count])};
    assert_int_equal(gnutls_certificate_allocate_credentials(&r->credentials), 0);
    raw_peer_start(r, GNUTLS_CLIENT, row->priority);
    if (row->sni)
        assert_int_equal(
            gnutls_server_name_set(r->session, GNUTLS_NAME_DNS, row->sni, strlen(row->sni)), 0);
    if (count > 0)
        assert_int_equal(gnutls_alpn_set_protocols(r->session, offers, count, 0), 0);
}

/* The code of the server when the handshake is over; *ret_client is that of the client. */
static int raw_handshake(struct raw_peer *r, int *ret_client, xmppfed_problem *why)
{
    for (int i = 0; i < 20; i++) {
        int ours;

        *ret_client = gnutls_handshake(r->session);
        ours = xmppfed_tls_session_handshake(r->other, why);
        if (ours < 0)
            *ret_client = gnutls_handshake(r->session);
        if (ours < 0 || (ours == 1 && *ret_client == 0))
            return ours;
    }
    fail_msg("the handshake does not end");
    return 0;
}

/* Whether the server's certificate, as the client has got it, is that of a domain. */
static bool has_certificate(const struct raw_peer *r, const char *domain)
{
    gnutls_typed_vdata_st name = {.type = GNUTLS_DT_DNS_HOSTNAME};
    unsigned status = 0;

    name.data = (unsigned char *)(uintptr_t)domain;
    assert_int_equal(gnutls_certificate_verify_peers(r->session, &name, 1, &status), 0);
    return (status & GNUTLS_CERT_UNEXPECTED_OWNER) == 0;
}

static void check(const struct row *row, xmppfed_context *ctx, struct hosted *h)
{
    xmppfed_problem why = {0, ""};
    struct raw_peer r = {0};
    int client;
    int rc;

    assert_int_equal(xmppfed_tls_session_new(ctx, XMPPFED_TLS_SERVER, h->contoso, NULL, &r.other),
                     0);
    assert_int_equal(xfed_tls_session_set_direct(r.other, pick, h), 0);
    raw_init(&r, row);
    rc = raw_handshake(&r, &client, &why);
    if (row->says) {
        if (rc != XMPPFED_ERR_TLS_HANDSHAKE || !strstr(why.text, row->says))
            fail_msg("%s: %d \"%s\"", row->name, rc, why.text);
        assert_int_equal(client, GNUTLS_E_FATAL_ALERT_RECEIVED);
        assert_int_equal(gnutls_alert_get(r.session), row->alert);
    } else if (rc != 1 || !has_certificate(&r, row->certificate)) {
        fail_msg("%s: %d \"%s\"", row->name, rc, why.text);
    }
    raw_peer_fini(&r);
}

static void test_server(void **state)
{
    xmppfed_context *ctx = test_context();
    struct hosted h;

    (void)state;
    h.contoso = test_credentials(ctx, "contoso");
    h.fabrikam = test_credentials(ctx, "fabrikam");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(&rows[i], ctx, &h);
    xmppfed_credentials_unref(h.contoso);
    xmppfed_credentials_unref(h.fabrikam);
    xmppfed_context_unref(ctx);
}

/* Whether bytes hold a text. */
static bool holds(xmppfed_slice bytes, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i + len <= bytes.len; i++)
        if (memcmp(bytes.data + i, text, len) == 0)
            return true;
    return false;
}

/* A ClientHello is readable: protocol and domain are in that of direct TLS (XEP-0368 3). */
static void test_client(void **state)
{
    xmppfed_context *ctx = test_context();
    struct tls_pair p;
    struct hosted h = {NULL, NULL, ""};

    (void)state;
    h.fabrikam = test_credentials(ctx, "fabrikam");
    for (int direct = 0; direct < 2; direct++) {
        tls_pair_init(&p, ctx, "contoso", "fabrikam");
        if (direct) {
            assert_int_equal(xfed_tls_session_set_direct(p.client, NULL, NULL), 0);
            assert_int_equal(xfed_tls_session_set_direct(p.server, pick, &h), 0);
        }
        assert_int_equal(xmppfed_tls_session_handshake(p.client, NULL), 0);
        assert_true(holds(xmppfed_tls_session_output(p.client), "fabrikam.example"));
        assert_int_equal(holds(xmppfed_tls_session_output(p.client), "xmpp-server"), direct);
        tls_pair_handshake(&p);
        tls_pair_fini(&p);
    }
    assert_string_equal(h.asked, "fabrikam.example");
    /* A server that knows nothing of ALPN is taken as it is. */
    tls_pair_init(&p, ctx, "contoso", "fabrikam");
    assert_int_equal(xfed_tls_session_set_direct(p.client, NULL, NULL), 0);
    tls_pair_handshake(&p);
    tls_pair_fini(&p);
    xmppfed_credentials_unref(h.fabrikam);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_client),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
