/* sink.c - the inner side: stands for the host server and counts the stanzas that arrive. */
#include "bench/sink.h"

#include <gnutls/crypto.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "bench/fatal.h"
#include "bench/names.h"

#define TRIES 1000
#define TRY_NS 10000000 /* 10 ms */
#define ID_SIZE 128
#define SHA1_SIZE 20

static const char closing_tag[] = "</message>";

/* ---- connecting -------------------------------------------------------------------------- */

static int connect_path(const char *path)
{
    const struct timespec pause = {.tv_nsec = TRY_NS};
    const struct timeval patience = {.tv_sec = 10};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int i;

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    for (i = 0; i < TRIES; i++) {
        if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
            setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
            return fd;
        }
        nanosleep(&pause, NULL);
    }
    fatal_errno("the server does not listen inside");
}

static void say(const struct sink *s, const char *text)
{
    if (write(s->fd, text, strlen(text)) != (ssize_t)strlen(text))
        fatal_errno("the server does not read inside");
}

/* Reads until the server has said what is awaited; the text stays in the buffer. */
static char *await(struct sink *s, const char *needle)
{
    size_t used = 0;
    ssize_t rc;
    char *at;

    s->buffer[0] = '\0';
    while (!(at = strstr(s->buffer, needle))) {
        rc = read(s->fd, s->buffer + used, sizeof(s->buffer) - 1 - used);
        if (rc <= 0)
            fatal("the server did not say %s inside, but: %s", needle, s->buffer);
        used += (size_t)rc;
        s->buffer[used] = '\0';
    }
    return at;
}

/* The proof is the SHA-1 of the stream's id and the secret, in hexadecimal (XEP-0114 3). */
static void prove(const struct sink *s, const char *id, size_t id_len)
{
    char both[ID_SIZE + sizeof(HOST_SECRET)];
    char text[2 * SHA1_SIZE + 32];
    uint8_t digest[SHA1_SIZE];
    size_t used;
    size_t i;

    memcpy(both, id, id_len);
    memcpy(both + id_len, HOST_SECRET, strlen(HOST_SECRET));
    if (gnutls_hash_fast(GNUTLS_DIG_SHA1, both, id_len + strlen(HOST_SECRET), digest) < 0)
        fatal("SHA-1 is not to be had");
    used = (size_t)snprintf(text, sizeof(text), "<handshake>");
    for (i = 0; i < SHA1_SIZE; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%02x", digest[i]);
    snprintf(text + used, sizeof(text) - used, "</handshake>");
    say(s, text);
}

static void join_as_component(struct sink *s)
{
    const char *id;
    const char *end;

    say(s, "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
           "xmlns:stream='http://etherx.jabber.org/streams' to='" HOSTED_DOMAIN "'>");
    id = await(s, " id=") + strlen(" id='");
    end = strchr(id, id[-1]);
    if (!end || end - id > ID_SIZE)
        fatal("the server's header inside has no id: %s", s->buffer);
    prove(s, id, (size_t)(end - id));
    await(s, "<handshake");
}

void sink_open(struct sink *s, const char *path, bool xmpp)
{
    s->fd = connect_path(path);
    s->stanzas = 0;
    s->matched = 0;
    if (xmpp)
        join_as_component(s);
}

void sink_close(struct sink *s)
{
    close(s->fd);
}

/* ---- counting ---------------------------------------------------------------------------- */

/* The tag begins with its only '<', so a failed match starts anew without going back. */
static void count(struct sink *s, const char *data, size_t len)
{
    const char *end = data + len;

    while (data < end) {
        if (s->matched == 0) {
            data = memchr(data, '<', (size_t)(end - data));
            if (!data)
                return;
            s->matched = 1;
        } else if (*data == closing_tag[s->matched]) {
            s->matched++;
        } else {
            s->matched = *data == '<';
        }
        data++;
        if (closing_tag[s->matched] == '\0') {
            s->stanzas++;
            s->matched = 0;
        }
    }
}

void sink_wait(struct sink *s, size_t stanzas)
{
    ssize_t rc;

    while (s->stanzas < stanzas) {
        rc = read(s->fd, s->buffer, sizeof(s->buffer));
        if (rc <= 0)
            fatal("only %zu of %zu stanzas came through", s->stanzas, stanzas);
        count(s, s->buffer, (size_t)rc);
    }
}
