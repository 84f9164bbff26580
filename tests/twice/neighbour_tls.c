/* neighbour_tls.c - a user of GnuTLS with a log, an audit log and a session pair of its own. */
#include "neighbour.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* Unlike anything that the library would take: no certificate, TLS 1.2 alone. */
#define PRIORITY                                                                \
    "NONE:+VERS-TLS1.2:+ANON-ECDH:+CHACHA20-POLY1305:+AES-128-CBC:+SHA1:+AEAD:" \
    "+SIGN-ALL:+GROUP-SECP256R1"
#define DESCRIPTION "(TLS1.2)-(ANON-ECDH)-(AES-128-CBC)-(SHA1)"

enum {
    PIPE_SIZE = 16384,
    /* Above it GnuTLS tells everybody's steps to whoever listens. */
    LOG_LEVEL = 1
};

/* Bytes on their way to one end. */
struct pipe {
    unsigned char bytes[PIPE_SIZE];
    size_t len;
};

struct end {
    gnutls_session_t session;
    struct pipe in;
    struct end *other;
    bool ready;
};

static struct {
    struct end client;
    struct end server;
    gnutls_anon_client_credentials_t client_credentials;
    gnutls_anon_server_credentials_t server_credentials;
    gnutls_alloc_function malloc_fn;
    gnutls_free_function free_fn;
    unsigned lines; /* that went through the session */
} tls;

static void on_log(int level, const char *text)
{
    (void)level;
    (void)text;
    neighbour_heard.tls_log++;
}

/* GnuTLS tells of bad records in sessions of others, too; but whose they are can be seen. */
static void on_audit(gnutls_session_t session, const char *text)
{
    (void)text;
    if (!session || session == tls.client.session || session == tls.server.session)
        neighbour_heard.tls_audit++;
    else
        neighbour_heard.tls_audit_of_others++;
}

static ssize_t push(gnutls_transport_ptr_t pointer, const void *data, size_t len)
{
    struct end *end = pointer;
    struct pipe *pipe = &end->other->in;

    assert_true(len <= PIPE_SIZE - pipe->len);
    memcpy(pipe->bytes + pipe->len, data, len);
    pipe->len += len;
    return (ssize_t)len;
}

static ssize_t pull(gnutls_transport_ptr_t pointer, void *ret, size_t size)
{
    struct end *end = pointer;
    struct pipe *pipe = &end->in;

    if (pipe->len == 0) {
        gnutls_transport_set_errno(end->session, EAGAIN);
        return -1;
    }
    if (size > pipe->len)
        size = pipe->len;
    memcpy(ret, pipe->bytes, size);
    pipe->len -= size;
    memmove(pipe->bytes, pipe->bytes + size, pipe->len);
    return (ssize_t)size;
}

static int pull_timeout(gnutls_transport_ptr_t pointer, unsigned milliseconds)
{
    const struct end *end = pointer;

    (void)milliseconds;
    return end->in.len > 0;
}

static void begin_end(struct end *end, struct end *other, unsigned flags, void *credentials)
{
    end->other = other;
    assert_int_equal(gnutls_init(&end->session, flags | GNUTLS_NONBLOCK), 0);
    assert_int_equal(gnutls_priority_set_direct(end->session, PRIORITY, NULL), 0);
    assert_int_equal(gnutls_credentials_set(end->session, GNUTLS_CRD_ANON, credentials), 0);
    gnutls_transport_set_ptr(end->session, end);
    gnutls_transport_set_push_function(end->session, push);
    gnutls_transport_set_pull_function(end->session, pull);
    gnutls_transport_set_pull_timeout_function(end->session, pull_timeout);
}

void neighbour_tls_begin(void)
{
    memset(&tls, 0, sizeof(tls));
    tls.malloc_fn = gnutls_malloc;
    tls.free_fn = gnutls_free;
    assert_int_equal(gnutls_global_init(), 0);
    gnutls_global_set_log_level(LOG_LEVEL);
    gnutls_global_set_log_function(on_log);
    gnutls_global_set_audit_log_function(on_audit);
    assert_int_equal(gnutls_anon_allocate_client_credentials(&tls.client_credentials), 0);
    assert_int_equal(gnutls_anon_allocate_server_credentials(&tls.server_credentials), 0);
    begin_end(&tls.client, &tls.server, GNUTLS_CLIENT, tls.client_credentials);
    begin_end(&tls.server, &tls.client, GNUTLS_SERVER, tls.server_credentials);
}

static void shake_hands(struct end *end)
{
    int rc;

    if (end->ready)
        return;
    rc = gnutls_handshake(end->session);
    end->ready = rc == 0;
    if (rc != 0 && rc != GNUTLS_E_AGAIN)
        fail_msg("handshake of the program: %s", gnutls_strerror(rc));
}

static void tell(struct end *from, struct end *to)
{
    char line[32];
    char got[32] = "";
    int len = snprintf(line, sizeof(line), "line %u", tls.lines++);

    assert_int_equal(gnutls_record_send(from->session, line, (size_t)len), len);
    assert_int_equal(gnutls_record_recv(to->session, got, sizeof(got)), len);
    assert_string_equal(got, line);
}

void neighbour_tls_step(void)
{
    char *description;

    if (!tls.client.ready || !tls.server.ready) {
        shake_hands(&tls.client);
        shake_hands(&tls.server);
        return;
    }
    tell(&tls.client, &tls.server);
    tell(&tls.server, &tls.client);
    description = gnutls_session_get_desc(tls.client.session);
    assert_string_equal(description, DESCRIPTION);
    gnutls_free(description);
}

void neighbour_tls_check(void)
{
    assert_true(gnutls_malloc == tls.malloc_fn);
    assert_true(gnutls_free == tls.free_fn);
}

/* What nobody can read back is seen by its work. */
static void check_log(void)
{
    static const unsigned char text[] = "no certificate";
    gnutls_datum_t data = {(unsigned char *)(uintptr_t)text, sizeof(text)};
    gnutls_x509_crt_t certificate;
    unsigned lines = neighbour_heard.tls_log;

    assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
    assert_true(gnutls_x509_crt_import(certificate, &data, GNUTLS_X509_FMT_DER) < 0);
    assert_int_equal(neighbour_heard.tls_log, lines);
    gnutls_global_set_log_level(9);
    assert_true(gnutls_x509_crt_import(certificate, &data, GNUTLS_X509_FMT_DER) < 0);
    assert_true(neighbour_heard.tls_log > lines);
    gnutls_x509_crt_deinit(certificate);
}

/* A record that is none ends a session of the program, of which its audit log hears. */
static void check_audit(void)
{
    static const char text[] = "no record of TLS";
    unsigned heard = neighbour_heard.tls_audit;
    char got[32];

    assert_int_equal(push(&tls.client, text, sizeof(text)), sizeof(text));
    assert_true(gnutls_record_recv(tls.server.session, got, sizeof(got)) < 0);
    assert_true(neighbour_heard.tls_audit > heard);
}

void neighbour_tls_end(void)
{
    neighbour_tls_check();
    check_log();
    check_audit();
    assert_true(tls.lines > 0);
    assert_int_equal(gnutls_bye(tls.client.session, GNUTLS_SHUT_WR), 0);
    gnutls_deinit(tls.client.session);
    gnutls_deinit(tls.server.session);
    gnutls_anon_free_client_credentials(tls.client_credentials);
    gnutls_anon_free_server_credentials(tls.server_credentials);
    gnutls_global_set_log_level(0);
    gnutls_global_set_log_function(NULL);
    gnutls_global_set_audit_log_function(NULL);
    gnutls_global_deinit();
}
