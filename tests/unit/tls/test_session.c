/* test_session.c - the handshake, records and their ends, between two sessions and a raw peer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>

#include "support/context.h"
#include "support/raw_peer.h"
#include "support/certs.h"
#include "support/tls_pair.h"
#include "tls/session.h"
#include "tls/transport.h"

/* Reads all that is there; returns the code that ended it (0: more input needed). */
static int read_all(xmppfed_tls_session *s, char *ret, size_t size, size_t *ret_len)
{
    size_t len = 0;
    int n = 0;

    while (len < size && (n = xmppfed_tls_session_read(s, ret + len, size - len)) > 0)
        len += (size_t)n;
    *ret_len = len;
    return n < 0 ? n : 0;
}

static void assert_text_passes(const struct tls_pair *p, xmppfed_tls_session *from,
                               xmppfed_tls_session *to, const char *text)
{
    char got[256];
    size_t len = 0, part;

    assert_int_equal(xmppfed_tls_session_write(from, text, strlen(text)), 0);
    while (tls_pair_carry(p, from, to)) {
        assert_int_equal(read_all(to, got + len, sizeof(got) - len, &part), 0);
        len += part;
    }
    assert_int_equal(len, strlen(text));
    assert_memory_equal(got, text, len);
}

static void test_both_ways(void **state)
{
    static const size_t chunks[] = {0, 1, 7, 1000};
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        struct tls_pair p;

        tls_pair_init(&p, ctx, "contoso", "fabrikam");
        p.chunk = chunks[i];
        tls_pair_handshake(&p);
        assert_text_passes(&p, p.client, p.server, "<stream:stream>");
        assert_text_passes(&p, p.server, p.client, "<stream:features/>");
        assert_text_passes(&p, p.client, p.server, "x");
        tls_pair_fini(&p);
        assert_int_equal(xmppfed_context_memory_used(ctx), 0);
    }
    xmppfed_context_unref(ctx);
}

static void test_facts(void **state)
{
    static const uint8_t zero[32] = {0};
    xmppfed_context *ctx = test_context();
    struct xfed_tls_facts facts;
    struct tls_pair p;

    (void)state;
    tls_pair_init(&p, ctx, NULL, "fabrikam-expired");
    xfed_tls_session_facts(p.client, &facts);
    assert_string_equal(facts.version, "");
    assert_false(facts.has_certificate);
    tls_pair_handshake(&p);
    xfed_tls_session_facts(p.client, &facts);
    assert_string_equal(facts.version, "TLS1.3");
    assert_string_equal(facts.cipher, "AES-128-GCM");
    assert_true(facts.has_certificate);
    assert_memory_not_equal(facts.fingerprint, zero, 32);
    xfed_tls_session_facts(p.server, &facts);
    assert_string_equal(facts.version, "TLS1.3");
    assert_false(facts.has_certificate);
    assert_memory_equal(facts.fingerprint, zero, 32);
    tls_pair_fini(&p);
    xmppfed_context_unref(ctx);
}

static void test_close(void **state)
{
    xmppfed_context *ctx = test_context();
    struct tls_pair p;
    char got[64];
    size_t len;

    (void)state;
    tls_pair_init(&p, ctx, "contoso", "fabrikam");
    /* Nothing to close yet, and nothing to read or write. */
    xmppfed_tls_session_close(p.client);
    assert_int_equal(xmppfed_tls_session_output(p.client).len, 0);
    assert_int_equal(xmppfed_tls_session_read(p.client, got, 1), XMPPFED_ERR_STATE);
    assert_int_equal(xmppfed_tls_session_write(p.client, "x", 1), XMPPFED_ERR_STATE);

    tls_pair_handshake(&p);
    assert_int_equal(xmppfed_tls_session_read(p.server, got, sizeof(got)), 0);
    assert_int_equal(xmppfed_tls_session_write(p.client, "bye", 3), 0);
    xmppfed_tls_session_close(p.client);
    xmppfed_tls_session_close(p.client);
    assert_int_equal(xmppfed_tls_session_write(p.client, "more", 4), XMPPFED_ERR_STATE);
    assert_true(tls_pair_carry(&p, p.client, p.server));
    assert_int_equal(read_all(p.server, got, sizeof(got), &len), XMPPFED_ERR_TLS_CLOSED);
    assert_int_equal(len, 3);
    assert_int_equal(xmppfed_tls_session_read(p.server, got, 1), XMPPFED_ERR_TLS_CLOSED);
    /* What follows a close_notify is dropped, and the other direction still works. */
    assert_int_equal(xmppfed_tls_session_feed(p.server, "rubbish", 7), 0);
    assert_text_passes(&p, p.server, p.client, "</stream:stream>");
    assert_int_equal(xmppfed_tls_session_handshake(p.server, NULL), 1);
    tls_pair_fini(&p);
    xmppfed_context_unref(ctx);
}

/* Bytes that are no TLS: the injection after <starttls/> and the wrong port. */
static void test_plaintext(void **state)
{
    static const char xml[] = "<?xml version='1.0'?><stream:stream to='fabrikam.example'>";
    xmppfed_context *ctx = test_context();
    struct tls_pair p;

    (void)state;
    for (int end = 0; end < 2; end++) {
        xmppfed_problem why = {0, ""};
        xmppfed_tls_session *s;
        char got[8];

        tls_pair_init(&p, ctx, "contoso", "fabrikam");
        s = end == 0 ? p.client : p.server;
        assert_int_equal(xmppfed_tls_session_handshake(s, &why), 0);
        xmppfed_tls_session_sent(s, SIZE_MAX);
        assert_int_equal(xmppfed_tls_session_output(s).len, 0);
        assert_int_equal(xmppfed_tls_session_feed(s, xml, sizeof(xml) - 1), 0);
        assert_int_equal(xmppfed_tls_session_handshake(s, &why), XMPPFED_ERR_TLS_HANDSHAKE);
        assert_non_null(strstr(why.text, "not TLS"));
        /* The peer is told by an alert, and the failure is final. */
        assert_int_equal(xmppfed_tls_session_output(s).len, 7);
        assert_int_equal(xmppfed_tls_session_output(s).data[0], 21);
        assert_int_equal(xmppfed_tls_session_handshake(s, NULL), XMPPFED_ERR_TLS_HANDSHAKE);
        assert_int_equal(xmppfed_tls_session_read(s, got, sizeof(got)), XMPPFED_ERR_STATE);
        assert_int_equal(xmppfed_tls_session_feed(s, xml, 10), 0);
        tls_pair_fini(&p);
    }
    xmppfed_context_unref(ctx);
}

static void test_changed_record(void **state)
{
    xmppfed_context *ctx = test_context();
    struct tls_pair p;
    char record[64], got[64];
    xmppfed_slice out;

    (void)state;
    tls_pair_init(&p, ctx, "contoso", "fabrikam");
    tls_pair_handshake(&p);
    assert_int_equal(xmppfed_tls_session_write(p.client, "hello", 5), 0);
    out = xmppfed_tls_session_output(p.client);
    assert_true(out.len < sizeof(record));
    memcpy(record, out.data, out.len);
    record[out.len - 1] ^= 1;
    assert_int_equal(xmppfed_tls_session_feed(p.server, record, out.len), 0);
    assert_int_equal(xmppfed_tls_session_read(p.server, got, 64), XMPPFED_ERR_TLS_RECORD);
    assert_int_equal(xmppfed_tls_session_read(p.server, got, 64), XMPPFED_ERR_TLS_RECORD);
    assert_int_equal(xmppfed_tls_session_write(p.server, "x", 1), XMPPFED_ERR_TLS_RECORD);
    tls_pair_fini(&p);
    xmppfed_context_unref(ctx);
}

static void test_large_writes(void **state)
{
    enum { SIZE = 3 * 1024 * 1024 };
    xmppfed_context *ctx = test_context();
    char *sent = malloc(SIZE), *got = malloc(SIZE);
    size_t len = 0, part, before;
    struct tls_pair p;

    (void)state;
    assert_non_null(sent);
    assert_non_null(got);
    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (char)(i * 31 + i / 251);
    tls_pair_init(&p, ctx, "contoso", "fabrikam");
    tls_pair_handshake(&p);
    assert_int_equal(xmppfed_tls_session_write(p.client, sent, SIZE), 0);
    /* What does not fit any more is refused whole and harms nothing. */
    before = xmppfed_tls_session_output(p.client).len;
    assert_int_equal(xmppfed_tls_session_write(p.client, sent, SIZE), XMPPFED_ERR_LIMIT_SIZE);
    assert_int_equal(xmppfed_tls_session_output(p.client).len, before);
    p.chunk = 100000;
    while (tls_pair_carry(&p, p.client, p.server)) {
        assert_int_equal(read_all(p.server, got + len, SIZE - len, &part), 0);
        len += part;
    }
    assert_int_equal(len, SIZE);
    assert_memory_equal(got, sent, SIZE);
    assert_text_passes(&p, p.client, p.server, "still here");
    tls_pair_fini(&p);
    free(sent);
    free(got);
    xmppfed_context_unref(ctx);
}

static void test_input_limit(void **state)
{
    static char bytes[XFED_TLS_INPUT_MAX];
    xmppfed_context *ctx = test_context();
    struct tls_pair p;

    (void)state;
    tls_pair_init(&p, ctx, "contoso", "fabrikam");
    assert_int_equal(xmppfed_tls_session_feed(p.server, bytes, sizeof(bytes)), 0);
    assert_int_equal(xmppfed_tls_session_feed(p.server, bytes, 1), XMPPFED_ERR_LIMIT_SIZE);
    tls_pair_fini(&p);
    xmppfed_context_unref(ctx);
}

static void test_arguments(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_credentials *c = test_credentials(ctx, "contoso");
    xmppfed_tls_session *s = NULL;

    (void)state;
    assert_int_equal(xmppfed_tls_session_new(NULL, 0, NULL, NULL, &s), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_tls_session_new(ctx, 2, c, NULL, &s), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_tls_session_new(ctx, XMPPFED_TLS_SERVER, NULL, NULL, &s),
                     XMPPFED_ERR_TLS_CREDENTIALS);
    assert_int_equal(xmppfed_tls_session_new(ctx, XMPPFED_TLS_CLIENT, c, "not a name", &s),
                     XMPPFED_ERR_ARGUMENT);
    assert_null(s);
    /* An address is no server name but a peer to dial all the same. */
    assert_int_equal(xmppfed_tls_session_new(ctx, XMPPFED_TLS_CLIENT, c, "192.0.2.1", &s), 0);
    assert_int_equal(xmppfed_tls_session_handshake(s, NULL), 0);
    assert_int_equal(xmppfed_tls_session_feed(s, NULL, 1), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_tls_session_feed(NULL, "", 0), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_tls_session_handshake(NULL, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_tls_session_output(NULL).len, 0);
    xmppfed_tls_session_free(s);
    xmppfed_tls_session_free(NULL);
    xmppfed_credentials_unref(c);
    xmppfed_context_unref(ctx);
}

/* The account of a connection pays for the buffers and bounds them. */
static void test_account(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_credentials *c = test_credentials(ctx, "contoso");
    struct xfed_account account;
    xmppfed_tls_session *s;
    xmppfed_problem why = {0, ""};

    (void)state;
    xfed_account_init(&account, ctx, 4096);
    assert_int_equal(xfed_tls_session_new(&account, XMPPFED_TLS_CLIENT, c, NULL, &s), 0);
    assert_int_equal(xmppfed_tls_session_handshake(s, &why), 0);
    assert_true(account.used >= xmppfed_tls_session_output(s).len && account.used > 0);
    xmppfed_tls_session_free(s);
    assert_int_equal(account.used, 0);

    xfed_account_init(&account, ctx, 64);
    assert_int_equal(xfed_tls_session_new(&account, XMPPFED_TLS_CLIENT, c, NULL, &s), 0);
    assert_int_equal(xmppfed_tls_session_handshake(s, &why), XMPPFED_ERR_LIMIT_MEMORY);
    assert_int_equal(why.code, XMPPFED_ERR_LIMIT_MEMORY);
    assert_int_equal(xmppfed_tls_session_handshake(s, NULL), XMPPFED_ERR_LIMIT_MEMORY);
    xmppfed_tls_session_free(s);
    assert_int_equal(account.used, 0);
    xmppfed_credentials_unref(c);
    xmppfed_context_unref(ctx);
}

static void raw_init(struct raw_peer *r, xmppfed_context *ctx, const char *server,
                     const char *priority)
{
    xmppfed_credentials *c = test_credentials(ctx, server);

    assert_int_equal(xmppfed_tls_session_new(ctx, XMPPFED_TLS_SERVER, c, NULL, &r->other), 0);
    xmppfed_credentials_unref(c);
    assert_int_equal(gnutls_certificate_allocate_credentials(&r->credentials), 0);
    raw_peer_start(r, GNUTLS_CLIENT, priority);
}

/* The other way round: the plain GnuTLS end is a server with the certificate of fabrikam. */
static void raw_init_server(struct raw_peer *r, xmppfed_context *ctx, const char *priority)
{
    xmppfed_slice chain = test_data_read("fabrikam.pem");
    xmppfed_slice key = test_data_read("fabrikam.key");
    gnutls_datum_t chain_pem = {(unsigned char *)(uintptr_t)chain.data, (unsigned int)chain.len};
    gnutls_datum_t key_pem = {(unsigned char *)(uintptr_t)key.data, (unsigned int)key.len};

    assert_int_equal(
        xmppfed_tls_session_new(ctx, XMPPFED_TLS_CLIENT, NULL, "fabrikam.example", &r->other), 0);
    assert_int_equal(gnutls_certificate_allocate_credentials(&r->credentials), 0);
    assert_int_equal(gnutls_certificate_set_x509_key_mem(r->credentials, &chain_pem, &key_pem,
                                                         GNUTLS_X509_FMT_PEM),
                     0);
    test_data_free(chain);
    test_data_free(key);
    raw_peer_start(r, GNUTLS_SERVER, priority);
}

/* The code of our end when the handshake is over. */
static int raw_handshake(struct raw_peer *r, xmppfed_problem *why)
{
    for (int i = 0; i < 20; i++) {
        int theirs = gnutls_handshake(r->session);
        int ours = xmppfed_tls_session_handshake(r->other, why);

        if (ours < 0 || (ours == 1 && theirs == 0))
            return ours;
    }
    fail_msg("the handshake does not end");
    return 0;
}

/* Who dials must not be taken for an attacker who spoke first (RFC 5746 1). */
static void test_servers_without_rfc_5746(void **state)
{
    static const struct {
        const char *priority;
        int code;
    } rows[] = {
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2", 1},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION", XMPPFED_ERR_TLS_HANDSHAKE},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.3:%DISABLE_SAFE_RENEGOTIATION", 1},
    };
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_problem why = {0, ""};
        struct raw_peer r;
        int rc;

        raw_init_server(&r, ctx, rows[i].priority);
        rc = raw_handshake(&r, &why);
        if (rc != rows[i].code || (rc < 0 && !strstr(why.text, "renegotiation")))
            fail_msg("%s: %d, %s", rows[i].priority, rc, why.text);
        raw_peer_fini(&r);
    }
    xmppfed_context_unref(ctx);
}

static void test_what_peers_offer(void **state)
{
    static const struct {
        const char *name;
        const char *server;
        const char *priority;
        int code;
        const char *version; /* or what the sentence says */
    } rows[] = {
        {"default", "fabrikam", "NORMAL", 1, "TLS1.3"},
        {"1.2, ECDSA", "fabrikam", "NORMAL:-VERS-ALL:+VERS-TLS1.2", 1, "TLS1.2"},
        {"1.2, RSA", "contoso-rsa", "NORMAL:-VERS-ALL:+VERS-TLS1.2", 1, "TLS1.2"},
        {"1.3, RSA", "contoso-rsa", "NORMAL:-VERS-ALL:+VERS-TLS1.3", 1, "TLS1.3"},
        {"1.2, ChaCha20", "fabrikam",
         "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+CHACHA20-POLY1305", 1, "TLS1.2"},
        {"1.1 alone", "fabrikam", "NORMAL:-VERS-ALL:+VERS-TLS1.1:+SHA1", XMPPFED_ERR_TLS_HANDSHAKE,
         "no common version"},
        {"CBC alone", "fabrikam", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC",
         XMPPFED_ERR_TLS_HANDSHAKE, "no common cipher"},
        {"RSA key transport", "contoso-rsa", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA",
         XMPPFED_ERR_TLS_HANDSHAKE, "no common cipher"},
        {"finite-field DH", "contoso-rsa", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA",
         XMPPFED_ERR_TLS_HANDSHAKE, "no common cipher"},
        {"no RFC 5746", "fabrikam", "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION", 1,
         "TLS1.2"},
    };
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct xfed_tls_facts facts;
        xmppfed_problem why = {0, ""};
        struct raw_peer r;
        int rc;

        raw_init(&r, ctx, rows[i].server, rows[i].priority);
        rc = raw_handshake(&r, &why);
        xfed_tls_session_facts(r.other, &facts);
        if (rc != rows[i].code || !strstr(rc == 1 ? facts.version : why.text, rows[i].version))
            fail_msg("%s: %d, %s, \"%s\"", rows[i].name, rc, facts.version, why.text);
        raw_peer_fini(&r);
    }
    xmppfed_context_unref(ctx);
}

/* CVE-2021-32920: renegotiation is refused. */
static void test_renegotiation(void **state)
{
    xmppfed_context *ctx = test_context();
    struct raw_peer r;
    char got[16];

    (void)state;
    raw_init(&r, ctx, "fabrikam", "NORMAL:-VERS-ALL:+VERS-TLS1.2");
    assert_int_equal(raw_handshake(&r, NULL), 1);
    assert_int_equal(gnutls_record_send(r.session, "before", 6), 6);
    assert_int_equal(xmppfed_tls_session_read(r.other, got, sizeof(got)), 6);
    assert_int_equal(gnutls_handshake(r.session), GNUTLS_E_AGAIN);
    assert_int_equal(xmppfed_tls_session_read(r.other, got, sizeof(got)), XMPPFED_ERR_TLS_RECORD);
    assert_int_equal(xmppfed_tls_session_read(r.other, got, sizeof(got)), XMPPFED_ERR_TLS_RECORD);
    raw_peer_fini(&r);
    xmppfed_context_unref(ctx);
}

/* A key update asks for an answer and gives no text; reading goes on behind it. */
static void test_key_update(void **state)
{
    xmppfed_context *ctx = test_context();
    struct raw_peer r;
    char got[16];

    (void)state;
    raw_init(&r, ctx, "fabrikam", "NORMAL:-VERS-ALL:+VERS-TLS1.3");
    assert_int_equal(raw_handshake(&r, NULL), 1);
    assert_int_equal(gnutls_session_key_update(r.session, GNUTLS_KU_PEER), 0);
    assert_int_equal(gnutls_record_send(r.session, "after", 5), 5);
    assert_int_equal(xmppfed_tls_session_read(r.other, got, sizeof(got)), 5);
    assert_memory_equal(got, "after", 5);
    assert_int_equal(xmppfed_tls_session_write(r.other, "answer", 6), 0);
    while (gnutls_record_recv(r.session, got, sizeof(got)) != 6)
        assert_true(xmppfed_tls_session_output(r.other).len > 0);
    assert_memory_equal(got, "answer", 6);
    raw_peer_fini(&r);
    xmppfed_context_unref(ctx);
}

/* Drives a session of each role until both are done or one reports an error. */
static int run_to_end(struct tls_pair *p)
{
    char got[16];
    int rc = 0;

    for (int i = 0; i < 12 && rc >= 0; i++) {
        xmppfed_tls_session *from = i % 2 == 0 ? p->client : p->server;
        xmppfed_tls_session *to = i % 2 == 0 ? p->server : p->client;
        xmppfed_slice out;

        rc = xmppfed_tls_session_handshake(from, NULL);
        if (rc == 1)
            rc = xmppfed_tls_session_write(from, "text", 4);
        out = xmppfed_tls_session_output(from);
        if (rc >= 0 && out.len > 0)
            rc = xmppfed_tls_session_feed(to, out.data, out.len);
        xmppfed_tls_session_sent(from, out.len);
        if (rc >= 0 && xmppfed_tls_session_handshake(to, NULL) == 1)
            rc = xmppfed_tls_session_read(to, got, sizeof(got));
    }
    return rc < 0 ? rc : 0;
}

/* Each allocation of ours fails once, from the making of both sessions to their records. */
static void test_out_of_memory(void **state)
{
    struct alloc_fail counter;
    xmppfed_context *ctx = test_context_counted(&counter);
    bool done = false;

    (void)state;
    for (size_t n = 1; !done; n++) {
        xmppfed_credentials *c = test_credentials(ctx, "fabrikam");
        struct tls_pair p = {NULL, NULL, 0};
        int rc;

        counter.calls = 0;
        counter.fail_at = n;
        rc = xmppfed_tls_session_new(ctx, XMPPFED_TLS_CLIENT, NULL, "fabrikam.example", &p.client);
        if (rc == 0)
            rc = xmppfed_tls_session_new(ctx, XMPPFED_TLS_SERVER, c, NULL, &p.server);
        if (rc == 0)
            rc = run_to_end(&p);
        done = counter.calls < n;
        counter.fail_at = 0;
        /* Some get along with a smaller block; nothing else may be told. */
        assert_true(rc == 0 || (rc == XMPPFED_ERR_NOMEM && !done));
        tls_pair_fini(&p);
        xmppfed_credentials_unref(c);
        assert_int_equal(counter.live, 1);
        assert_int_equal(xmppfed_context_memory_used(ctx), 0);
    }
    test_context_counted_free(ctx, &counter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_plaintext),
        cmocka_unit_test(test_changed_record),
        cmocka_unit_test(test_large_writes),
        cmocka_unit_test(test_input_limit),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_account),
        cmocka_unit_test(test_what_peers_offer),
        cmocka_unit_test(test_renegotiation),
        cmocka_unit_test(test_key_update),
        cmocka_unit_test(test_servers_without_rfc_5746),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
