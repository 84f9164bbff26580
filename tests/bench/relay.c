/*
 * relay.c - the yardstick of the benchmarks: a bare GnuTLS relay on libuv.
 *
 * It ends mutual TLS outside and writes the plain bytes to one UNIX socket inside, as the proxy
 * does, but knows nothing of XMPP. With --expat each stream also goes through a namespace parser:
 * the least that anything which looks into the stanzas has to do. TLS works over memory buffers
 * with one large read for each readiness, which was measured to be the cheapest way.
 */
#include <expat.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "bench/names.h"

#define BACKLOG 1024
#define READ_SIZE 65536

/* The one program: what all connections share. */
static struct {
    uv_loop_t loop;
    uv_tcp_t outside;
    uv_pipe_t inside;
    uv_pipe_t sink; /* whoever connected inside */
    bool has_sink;
    bool parses;
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
    gnutls_datum_t ticket_key;
    char cipher[READ_SIZE];
    char plain[READ_SIZE];
} relay;

struct connection {
    uv_tcp_t tcp;
    gnutls_session_t tls;
    XML_Parser parser;
    bool up;
    size_t elements;
    /* Ciphertext that TLS has yet to read: borrowed from relay.cipher during one call. */
    const char *in;
    size_t in_len;
    /* Ciphertext that TLS has written; freed as soon as it is out. */
    char *out;
    size_t out_len;
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bench-relay: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void must(const char *what, int rc)
{
    if (rc < 0)
        fail(what, uv_strerror(rc));
}

static void must_tls(const char *what, int rc)
{
    if (rc < 0)
        fail(what, gnutls_strerror(rc));
}

/* ---- TLS over memory --------------------------------------------------------------------- */

static ssize_t on_pull(gnutls_transport_ptr_t user, void *data, size_t size)
{
    struct connection *c = user;
    size_t len = c->in_len < size ? c->in_len : size;

    if (len == 0) {
        gnutls_transport_set_errno(c->tls, EAGAIN);
        return -1;
    }
    memcpy(data, c->in, len);
    c->in += len;
    c->in_len -= len;
    return (ssize_t)len;
}

static int on_pull_timeout(gnutls_transport_ptr_t user, unsigned ms)
{
    const struct connection *c = user;

    (void)ms;
    return c->in_len > 0;
}

static ssize_t on_push(gnutls_transport_ptr_t user, const giovec_t *parts, int count)
{
    struct connection *c = user;
    size_t before = c->out_len;
    int i;

    for (i = 0; i < count; i++) {
        char *bigger = realloc(c->out, c->out_len + parts[i].iov_len);

        if (!bigger)
            fail("TLS", "out of memory");
        memcpy(bigger + c->out_len, parts[i].iov_base, parts[i].iov_len);
        c->out = bigger;
        c->out_len += parts[i].iov_len;
    }
    return (ssize_t)(c->out_len - before);
}

static void begin_tls(struct connection *c)
{
    must_tls("session", gnutls_init(&c->tls, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL));
    must_tls("session", gnutls_priority_set(c->tls, relay.priority));
    must_tls("session", gnutls_credentials_set(c->tls, GNUTLS_CRD_CERTIFICATE, relay.credentials));
    gnutls_certificate_server_set_request(c->tls, GNUTLS_CERT_REQUIRE);
    must_tls("tickets", gnutls_session_ticket_enable_server(c->tls, &relay.ticket_key));
    gnutls_handshake_set_timeout(c->tls, GNUTLS_INDEFINITE_TIMEOUT);
    gnutls_transport_set_ptr(c->tls, c);
    gnutls_transport_set_pull_function(c->tls, on_pull);
    gnutls_transport_set_pull_timeout_function(c->tls, on_pull_timeout);
    gnutls_transport_set_vec_push_function(c->tls, on_push);
}

/* ---- one connection ---------------------------------------------------------------------- */

static void on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct connection *c = user;

    (void)name;
    (void)attributes;
    c->elements++;
}

static void on_end(void *user, const XML_Char *name)
{
    (void)user;
    (void)name;
}

static void on_text(void *user, const XML_Char *text, int len)
{
    (void)user;
    (void)text;
    (void)len;
}

static void begin_parser(struct connection *c)
{
    c->parser = XML_ParserCreateNS(NULL, '|');
    if (!c->parser)
        fail("Expat", "out of memory");
    XML_SetUserData(c->parser, c);
    XML_SetElementHandler(c->parser, on_start, on_end);
    XML_SetCharacterDataHandler(c->parser, on_text);
}

static void on_closed(uv_handle_t *handle)
{
    struct connection *c = handle->data;

    gnutls_deinit(c->tls);
    if (c->parser)
        XML_ParserFree(c->parser);
    free(c->out);
    free(c);
}

static void close_connection(struct connection *c)
{
    if (!uv_is_closing((uv_handle_t *)&c->tcp))
        uv_close((uv_handle_t *)&c->tcp, on_closed);
}

/* Handshakes are small; a socket that does not take one at once belongs to a peer that is gone. */
static bool flush(struct connection *c)
{
    uv_buf_t buf = uv_buf_init(c->out, (unsigned)c->out_len);
    bool ok = c->out_len == 0 || uv_try_write((uv_stream_t *)&c->tcp, &buf, 1) == (int)c->out_len;

    free(c->out);
    c->out = NULL;
    c->out_len = 0;
    return ok;
}

static bool shake_hands(struct connection *c)
{
    unsigned status = 0;
    int rc = gnutls_handshake(c->tls);

    if (!flush(c) || (rc < 0 && gnutls_error_is_fatal(rc)))
        return false;
    if (rc < 0)
        return true;
    c->up = true;
    /* Bare: what the proxy judges again is believed here. */
    if (gnutls_session_is_resumed(c->tls))
        return true;
    return gnutls_certificate_verify_peers2(c->tls, &status) == 0 && status == 0;
}

/* ---- to the inside ----------------------------------------------------------------------- */

/* A write that could not be done at once, with its copy of the bytes. */
struct late {
    uv_write_t write;
    char data[];
};

static void on_late_written(uv_write_t *write, int status)
{
    (void)status;
    free(write->data);
}

static void write_late(const char *data, size_t len)
{
    struct late *late = malloc(sizeof(*late) + len);
    uv_buf_t buf;

    if (!late)
        fail("inside", "out of memory");
    memcpy(late->data, data, len);
    late->write.data = late;
    buf = uv_buf_init(late->data, (unsigned)len);
    must("inside", uv_write(&late->write, (uv_stream_t *)&relay.sink, &buf, 1, on_late_written));
}

static void write_inside(char *data, size_t len)
{
    uv_buf_t buf = uv_buf_init(data, (unsigned)len);
    int rc;

    if (!relay.has_sink || len == 0)
        return;
    rc = uv_try_write((uv_stream_t *)&relay.sink, &buf, 1);
    if (rc < 0 && rc != UV_EAGAIN)
        fail("inside", uv_strerror(rc));
    rc = rc < 0 ? 0 : rc;
    if ((size_t)rc < len)
        write_late(data + rc, len - (size_t)rc);
}

/* Everything that one read has brought goes inside in one write. */
static bool carry(struct connection *c)
{
    size_t len = 0;
    ssize_t rc;

    while ((rc = gnutls_record_recv(c->tls, relay.plain + len, sizeof(relay.plain) - len)) > 0) {
        if (c->parser && XML_Parse(c->parser, relay.plain + len, (int)rc, 0) != XML_STATUS_OK)
            return false;
        len += (size_t)rc;
        if (len == sizeof(relay.plain)) {
            write_inside(relay.plain, len);
            len = 0;
        }
    }
    write_inside(relay.plain, len);
    return rc == GNUTLS_E_AGAIN;
}

/* ---- sockets ----------------------------------------------------------------------------- */

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    (void)handle;
    (void)wanted;
    *ret = uv_buf_init(relay.cipher, sizeof(relay.cipher));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct connection *c = stream->data;
    bool ok = count >= 0;

    if (count == 0)
        return;
    if (ok) {
        c->in = buf->base;
        c->in_len = (size_t)count;
        ok = (c->up || shake_hands(c)) && (!c->up || carry(c));
    }
    if (!ok)
        close_connection(c);
}

static void on_outside(uv_stream_t *listener, int status)
{
    struct connection *c;

    if (status < 0)
        return;
    c = calloc(1, sizeof(*c));
    if (!c)
        fail("outside", "out of memory");
    begin_tls(c);
    if (relay.parses)
        begin_parser(c);
    uv_tcp_init(&relay.loop, &c->tcp);
    c->tcp.data = c;
    must("accept", uv_accept(listener, (uv_stream_t *)&c->tcp));
    uv_tcp_nodelay(&c->tcp, 1);
    must("read", uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read));
}

static void on_inside(uv_stream_t *listener, int status)
{
    if (status < 0 || relay.has_sink)
        return;
    uv_pipe_init(&relay.loop, &relay.sink, 0);
    must("accept", uv_accept(listener, (uv_stream_t *)&relay.sink));
    relay.has_sink = true;
}

static void listen_all(const char *port, const char *path)
{
    struct sockaddr_in address;

    must("port", uv_ip4_addr(LOOPBACK, (int)strtol(port, NULL, 10), &address));
    uv_tcp_init(&relay.loop, &relay.outside);
    must("bind", uv_tcp_bind(&relay.outside, (const struct sockaddr *)&address, 0));
    must("listen", uv_listen((uv_stream_t *)&relay.outside, BACKLOG, on_outside));
    unlink(path);
    uv_pipe_init(&relay.loop, &relay.inside, 0);
    must("bind", uv_pipe_bind(&relay.inside, path));
    must("listen", uv_listen((uv_stream_t *)&relay.inside, BACKLOG, on_inside));
}

static void load_credentials(const char *certificate, const char *key, const char *trust)
{
    must_tls("credentials", gnutls_certificate_allocate_credentials(&relay.credentials));
    must_tls(certificate, gnutls_certificate_set_x509_key_file(relay.credentials, certificate, key,
                                                               GNUTLS_X509_FMT_PEM));
    must_tls(trust,
             gnutls_certificate_set_x509_trust_file(relay.credentials, trust, GNUTLS_X509_FMT_PEM));
    must_tls("priority", gnutls_priority_init(&relay.priority, PRIORITY, NULL));
    must_tls("tickets", gnutls_session_ticket_key_generate(&relay.ticket_key));
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--expat") == 0) {
        relay.parses = true;
        argc--;
        argv++;
    }
    if (argc != 6) {
        fputs("Usage: bench-relay [--expat] PORT PATH CERTIFICATE KEY TRUST\n", stderr);
        return 2;
    }
    must("loop", uv_loop_init(&relay.loop));
    load_credentials(argv[3], argv[4], argv[5]);
    listen_all(argv[1], argv[2]);
    return uv_run(&relay.loop, UV_RUN_DEFAULT);
}
