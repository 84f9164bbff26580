/* stream.c - one stream of a partner to the server under test, on a blocking socket. */
#include "bench/stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bench/fatal.h"

#define PATH_SIZE 512
#define NAME_SIZE 64
#define HEADER_SIZE 512
#define ANSWER_SIZE 8192

/* ---- certificates ------------------------------------------------------------------------ */

static void must_tls(const char *what, int rc)
{
    if (rc < 0)
        fatal("%s: %s", what, gnutls_strerror(rc));
}

void partners_load(const char *folder, struct partners *ret)
{
    char certificate[PATH_SIZE];
    char key[PATH_SIZE];
    char trust[PATH_SIZE];
    size_t i;

    must_tls("priority", gnutls_priority_init(&ret->priority, PRIORITY, NULL));
    snprintf(trust, sizeof(trust), "%s/ca.pem", folder);
    for (i = 0; i < PARTNER_COUNT; i++) {
        snprintf(certificate, sizeof(certificate), "%s/partner%zu.pem", folder, i);
        snprintf(key, sizeof(key), "%s/partner%zu.key", folder, i);
        must_tls("credentials", gnutls_certificate_allocate_credentials(&ret->credentials[i]));
        must_tls(certificate, gnutls_certificate_set_x509_key_file(ret->credentials[i], certificate,
                                                                   key, GNUTLS_X509_FMT_PEM));
        must_tls(trust, gnutls_certificate_set_x509_trust_file(ret->credentials[i], trust,
                                                               GNUTLS_X509_FMT_PEM));
    }
}

void partners_fini(struct partners *p)
{
    size_t i;

    for (i = 0; i < PARTNER_COUNT; i++)
        gnutls_certificate_free_credentials(p->credentials[i]);
    gnutls_priority_deinit(p->priority);
}

/* ---- TCP and TLS ------------------------------------------------------------------------- */

static int connect_tcp(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    const struct timeval patience = {.tv_sec = 10};
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    inet_pton(AF_INET, LOOPBACK, &address.sin_addr);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        fatal_errno("cannot connect to the server");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return fd;
}

static void start_tls(const struct partners *p, size_t partner, struct stream *s)
{
    /* A partner sends its certificate whatever authorities the server names. */
    unsigned flags = GNUTLS_CLIENT | GNUTLS_NO_SIGNAL | GNUTLS_FORCE_CLIENT_CERT;
    int rc;

    must_tls("session", gnutls_init(&s->tls, flags));
    must_tls("session", gnutls_priority_set(s->tls, p->priority));
    must_tls("session",
             gnutls_credentials_set(s->tls, GNUTLS_CRD_CERTIFICATE, p->credentials[partner]));
    gnutls_session_set_verify_cert(s->tls, HOSTED_DOMAIN, 0);
    if (s->saved.data)
        must_tls("session", gnutls_session_set_data(s->tls, s->saved.data, s->saved.size));
    gnutls_transport_set_int(s->tls, s->fd);
    do {
        rc = gnutls_handshake(s->tls);
    } while (rc < 0 && !gnutls_error_is_fatal(rc));
    must_tls("the TLS handshake with the server", rc);
}

static void write_bytes(struct stream *s, const char *data, size_t len)
{
    ssize_t rc;

    while (len > 0) {
        rc = s->tls ? gnutls_record_send(s->tls, data, len) : write(s->fd, data, len);
        if (s->tls && (rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED))
            continue;
        if (rc <= 0)
            fatal("the server closed a stream");
        data += rc;
        len -= (size_t)rc;
    }
}

static size_t read_bytes(struct stream *s, char *buffer, size_t size)
{
    int tickets = 4; /* more do not come; each ends a call without data */
    ssize_t rc;

    do {
        rc = s->tls ? gnutls_record_recv(s->tls, buffer, size) : read(s->fd, buffer, size);
    } while (s->tls && (rc == GNUTLS_E_INTERRUPTED || (rc == GNUTLS_E_AGAIN && tickets-- > 0)));
    return rc > 0 ? (size_t)rc : 0;
}

/* ---- XMPP -------------------------------------------------------------------------------- */

static void say(struct stream *s, const char *text)
{
    write_bytes(s, text, strlen(text));
}

/* Reads until the server has said what is awaited. */
static void await(struct stream *s, const char *needle)
{
    char answer[ANSWER_SIZE];
    size_t used = 0;
    size_t len;

    answer[0] = '\0';
    while (!strstr(answer, needle)) {
        len =
            used < sizeof(answer) - 1 ? read_bytes(s, answer + used, sizeof(answer) - 1 - used) : 0;
        if (len == 0)
            fatal("the server did not say %s, but: %s", needle, answer);
        used += len;
        answer[used] = '\0';
    }
}

static void say_header(struct stream *s, size_t partner)
{
    char from[NAME_SIZE];
    char header[HEADER_SIZE];

    snprintf(from, sizeof(from), PARTNER_DOMAIN, partner);
    snprintf(header, sizeof(header),
             "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
             "xmlns:stream='http://etherx.jabber.org/streams' from='%s' to='" HOSTED_DOMAIN
             "' version='1.0'>",
             from);
    say(s, header);
}

static void open_with(const struct partners *p, size_t partner, uint16_t port, bool xmpp,
                      gnutls_datum_t saved, struct stream *ret)
{
    struct stream s = {.fd = connect_tcp(port), .saved = saved};

    if (xmpp) {
        say_header(&s, partner);
        await(&s, "</stream:features>");
        say(&s, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await(&s, "<proceed");
    }
    start_tls(p, partner, &s);
    say_header(&s, partner);
    if (xmpp) {
        await(&s, "</stream:features>");
        say(&s, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
        await(&s, "<success");
        say_header(&s, partner);
        await(&s, "<stream:features");
    }
    *ret = s;
}

void stream_open(const struct partners *p, size_t partner, uint16_t port, bool xmpp,
                 struct stream *ret)
{
    open_with(p, partner, port, xmpp, (gnutls_datum_t){NULL, 0}, ret);
}

void stream_lose(struct stream *s)
{
    /* On a blocking socket this reads on until there is a ticket. */
    must_tls("a ticket", gnutls_session_get_data2(s->tls, &s->saved));
    gnutls_deinit(s->tls);
    close(s->fd);
}

void stream_come_back(const struct partners *p, size_t partner, uint16_t port, bool xmpp,
                      struct stream *s)
{
    open_with(p, partner, port, xmpp, s->saved, s);
    if (!gnutls_session_is_resumed(s->tls))
        fatal("the server did not resume a session");
}

void stream_send(struct stream *s, const char *data, size_t len)
{
    write_bytes(s, data, len);
}

void stream_close(struct stream *s)
{
    gnutls_free(s->saved.data);
    gnutls_deinit(s->tls);
    close(s->fd);
}
