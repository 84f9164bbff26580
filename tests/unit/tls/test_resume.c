/* test_resume.c - coming back by a ticket: what it takes, and that the certificate is judged anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>

#include "base/slice.h"
#include "support/certs.h"
#include "support/context.h"
#include "support/tls_pair.h"
#include "tls/credentials.h"
#include "tls/session.h"

#define FABRIKAM "fabrikam.example"

/* The end of fabrikam-expired. */
#define EXPIRY INT64_C(1735776000)

/* A client and a server of the library, as connections make them. */
struct ends {
    xmppfed_context *ctx;
    struct xfed_account account;
    xmppfed_credentials *client;
    xmppfed_credentials *server;
    uint8_t key[XFED_TLS_TICKET_KEY_SIZE];
    char *saved;
    size_t saved_len;
    struct tls_pair pair;
};

static void open_ends(struct ends *e, const char *client, const char *server)
{
    memset(e, 0, sizeof(*e));
    e->ctx = test_context();
    xfed_account_init(&e->account, e->ctx, SIZE_MAX);
    e->client = test_credentials(e->ctx, client);
    e->server = test_credentials(e->ctx, server);
    assert_int_equal(xfed_tls_ticket_key_new(e->key), 0);
}

static void close_ends(struct ends *e)
{
    tls_pair_fini(&e->pair);
    xfed_free(e->ctx, e->saved);
    xmppfed_credentials_unref(e->client);
    xmppfed_credentials_unref(e->server);
    xmppfed_context_unref(e->ctx);
}

/* Takes both up to the handshake, the client with what it has saved. */
static void prepare(struct ends *e)
{
    tls_pair_fini(&e->pair);
    assert_int_equal(
        xfed_tls_session_new(&e->account, XMPPFED_TLS_CLIENT, e->client, FABRIKAM, &e->pair.client),
        0);
    assert_int_equal(
        xfed_tls_session_new(&e->account, XMPPFED_TLS_SERVER, e->server, NULL, &e->pair.server), 0);
    assert_int_equal(xfed_tls_session_set_tickets(e->pair.server, e->key), 0);
    if (e->saved)
        xfed_tls_session_offer(e->pair.client, xfed_slice(e->saved, e->saved_len));
}

/* Shakes hands and lets the client see what came after; it saves what it can. */
static int meet(struct ends *e)
{
    char byte;

    tls_pair_handshake(&e->pair);
    assert_int_equal(xmppfed_tls_session_read(e->pair.client, &byte, 1), 0);
    xfed_free(e->ctx, e->saved);
    e->saved = NULL;
    return xfed_tls_session_save(e->pair.client, &e->saved, &e->saved_len);
}

static bool resumed(const xmppfed_tls_session *s)
{
    struct xfed_tls_facts facts;

    xfed_tls_session_facts(s, &facts);
    return facts.resumed;
}

/* Again and again, each time with a new ticket and with keys of its own. */
static void test_resumes(void **state)
{
    struct xfed_tls_facts first, facts;
    struct ends e;

    (void)state;
    open_ends(&e, "contoso", "fabrikam");
    prepare(&e);
    assert_int_equal(meet(&e), 1);
    assert_false(resumed(e.pair.client));
    assert_false(resumed(e.pair.server));
    xfed_tls_session_facts(e.pair.client, &first);
    for (int i = 0; i < 3; i++) {
        prepare(&e);
        assert_int_equal(meet(&e), 1);
        assert_true(resumed(e.pair.client));
        assert_true(resumed(e.pair.server));
        xfed_tls_session_facts(e.pair.client, &facts);
        assert_true(facts.has_certificate);
        assert_memory_equal(facts.fingerprint, first.fingerprint, 32);
        assert_true(facts.has_binding);
        assert_memory_not_equal(facts.binding, first.binding, 32);
    }
    /* The server knows the client's certificate by the ticket. */
    xfed_tls_session_facts(e.pair.server, &facts);
    assert_true(facts.has_certificate);
    assert_memory_not_equal(facts.fingerprint, first.fingerprint, 32);
    close_ends(&e);
}

/* Both ends judge a certificate that comes with a ticket by the trust and the time as they are. */
static void test_judged_anew(void **state)
{
    xmppfed_trust *trust, *other, *revoking;
    struct ends e;
    int rc;

    (void)state;
    open_ends(&e, "fabrikam-revoked", "fabrikam-expired");
    trust = test_trust(e.ctx);
    other = test_trust_of(e.ctx, "unknown-ca.pem", NULL);
    revoking = test_trust_of(e.ctx, "ca.pem", "crl.pem");
    prepare(&e);
    assert_int_equal(meet(&e), 1);
    prepare(&e);
    assert_int_equal(meet(&e), 1);
    assert_true(resumed(e.pair.client));
    rc = xmppfed_tls_session_verify(e.pair.client, trust, 0, EXPIRY - 1, FABRIKAM, NULL);
    assert_int_equal(rc, 0);
    rc = xmppfed_tls_session_verify(e.pair.client, trust, 0, EXPIRY + 1, FABRIKAM, NULL);
    assert_int_equal(rc, XMPPFED_ERR_TLS_CERTIFICATE);
    rc = xmppfed_tls_session_verify(e.pair.client, other, 0, EXPIRY - 1, FABRIKAM, NULL);
    assert_int_equal(rc, XMPPFED_ERR_TLS_CERTIFICATE);
    rc = xmppfed_tls_session_verify(e.pair.client, NULL, 0, EXPIRY - 1, FABRIKAM, NULL);
    assert_int_equal(rc, XMPPFED_ERR_TLS_CERTIFICATE);
    rc = xmppfed_tls_session_verify(e.pair.client, trust, 0, EXPIRY - 1, "other.example", NULL);
    assert_int_equal(rc, XMPPFED_ERR_TLS_IDENTITY);
    rc = xmppfed_tls_session_verify(e.pair.server, trust, 0, TEST_TIME, FABRIKAM, NULL);
    assert_int_equal(rc, 0);
    rc = xmppfed_tls_session_verify(e.pair.server, revoking, 0, TEST_TIME, FABRIKAM, NULL);
    assert_int_equal(rc, XMPPFED_ERR_TLS_REVOKED);
    xmppfed_trust_unref(trust);
    xmppfed_trust_unref(other);
    xmppfed_trust_unref(revoking);
    close_ends(&e);
}

/* A ticket of another domain, of yesterday, or no ticket at all: a whole handshake. */
static void test_what_is_no_ticket(void **state)
{
    struct ends e;

    (void)state;
    open_ends(&e, "contoso", "fabrikam");
    prepare(&e);
    assert_int_equal(meet(&e), 1);
    assert_int_equal(xfed_tls_ticket_key_new(e.key), 0);
    prepare(&e);
    assert_int_equal(meet(&e), 1);
    assert_false(resumed(e.pair.client));
    assert_false(resumed(e.pair.server));
    memset(e.saved, 'x', e.saved_len);
    prepare(&e);
    assert_int_equal(meet(&e), 1);
    assert_false(resumed(e.pair.client));
    close_ends(&e);
}

static void speak(xmppfed_credentials *c, const char *priority)
{
    gnutls_priority_deinit(c->priority);
    assert_int_equal(gnutls_priority_init(&c->priority, priority, NULL), 0);
}

/* TLS 1.2 is not resumed: its tickets show the client's certificate to the path. */
static void test_tls12(void **state)
{
    struct ends e;

    (void)state;
    open_ends(&e, "contoso", "fabrikam");
    speak(e.server, "SECURE128:-VERS-ALL:+VERS-TLS1.2");
    prepare(&e);
    assert_int_equal(meet(&e), 0);
    prepare(&e);
    assert_int_equal(meet(&e), 0);
    assert_false(resumed(e.pair.client));
    close_ends(&e);
}

/* Where an extension's body begins in a ClientHello; NULL: it is not there. */
static const uint8_t *find_extension(xmppfed_slice hello, unsigned type, size_t *ret_len)
{
    const uint8_t *at = (const uint8_t *)hello.data;
    size_t i = 5 + 4 + 2 + 32;
    size_t end;

    assert_true(hello.len > i);
    i += 1u + at[i];
    i += 2u + (size_t)(at[i] << 8 | at[i + 1]);
    i += 1u + at[i];
    end = i + 2 + (size_t)(at[i] << 8 | at[i + 1]);
    assert_true(end <= hello.len);
    for (i += 2; i + 4 <= end; i += 4 + *ret_len) {
        *ret_len = (size_t)(at[i + 2] << 8 | at[i + 3]);
        if ((unsigned)(at[i] << 8 | at[i + 1]) == type)
            return at + i + 4;
    }
    return NULL;
}

static bool offers_suite(xmppfed_slice hello, uint8_t high, uint8_t low)
{
    const uint8_t *at = (const uint8_t *)hello.data + 5 + 4 + 2 + 32;
    size_t len;

    at += 1 + at[0];
    len = (size_t)(at[0] << 8 | at[1]);
    for (size_t i = 2; i < len + 2; i += 2)
        if (at[i] == high && at[i + 1] == low)
            return true;
    return false;
}

/* Fresh Diffie-Hellman keys with each ticket (psk_dhe_ke alone), and no early data. */
static void test_what_a_client_says(void **state)
{
    const uint8_t *modes;
    xmppfed_slice hello;
    struct ends e;
    size_t len = 0;

    (void)state;
    open_ends(&e, "contoso", "fabrikam");
    prepare(&e);
    assert_int_equal(meet(&e), 1);
    prepare(&e);
    assert_int_equal(xmppfed_tls_session_handshake(e.pair.client, NULL), 0);
    hello = xmppfed_tls_session_output(e.pair.client);
    assert_non_null(find_extension(hello, 41, &len)); /* pre_shared_key: there is an offer */
    modes = find_extension(hello, 45, &len);          /* RFC 8446 4.2.9 */
    assert_non_null(modes);
    assert_int_equal(len, 2);
    assert_int_equal(modes[0], 1);
    assert_int_equal(modes[1], 1);
    assert_null(find_extension(hello, 42, &len));  /* early_data */
    assert_false(offers_suite(hello, 0xcc, 0xac)); /* ECDHE-PSK of TLS 1.2 (lib/tls/priority.c) */
    assert_true(offers_suite(hello, 0xcc, 0xa9));
    close_ends(&e);
}

/* A client that would do without fresh keys has to do without its ticket. */
static void test_psk_alone(void **state)
{
    struct xfed_tls_facts facts;
    const uint8_t *modes;
    xmppfed_slice hello;
    struct ends e;
    size_t len = 0;

    (void)state;
    open_ends(&e, "contoso", "fabrikam");
    prepare(&e);
    assert_int_equal(meet(&e), 1);
    speak(e.client, "NONE:+VERS-TLS1.3:+CTYPE-X509:+COMP-NULL:+PSK:+AES-128-GCM:+AEAD"
                    ":+GROUP-X25519:+SIGN-ECDSA-SECP256R1-SHA256");
    prepare(&e);
    assert_int_equal(xmppfed_tls_session_handshake(e.pair.client, NULL), 0);
    hello = xmppfed_tls_session_output(e.pair.client);
    assert_non_null(find_extension(hello, 41, &len));
    modes = find_extension(hello, 45, &len);
    assert_non_null(modes);
    assert_int_equal(len, 2);
    assert_int_equal(modes[1], 0);
    (void)meet(&e);
    xfed_tls_session_facts(e.pair.server, &facts);
    assert_false(facts.resumed);
    close_ends(&e);
}

/* A host's own sessions know nothing of tickets. */
static void test_public_sessions(void **state)
{
    char *saved = NULL;
    size_t saved_len;
    struct ends e;

    (void)state;
    open_ends(&e, "contoso", "fabrikam");
    tls_pair_init(&e.pair, e.ctx, "contoso", "fabrikam");
    assert_int_equal(meet(&e), 0);
    assert_int_equal(xfed_tls_session_save(e.pair.server, &saved, &saved_len), 0);
    close_ends(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resumes),
        cmocka_unit_test(test_judged_anew),
        cmocka_unit_test(test_what_is_no_ticket),
        cmocka_unit_test(test_tls12),
        cmocka_unit_test(test_what_a_client_says),
        cmocka_unit_test(test_psk_alone),
        cmocka_unit_test(test_public_sessions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
