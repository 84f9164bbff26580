/* output.c - from elements to wire bytes, and which of them the transport has taken. */
#include "connection/connection.h"

#include "connection/recording.h"
#include "stream/header.h"
#include "xml/ns.h"
#include "xml/writer.h"

#include <string.h>

/* The most plaintext in one TLS record (RFC 8446 5.1). */
#define RECORD_MAX 16384u

/*
 * What answers a header names a domain of ours even to a peer that asked for another or for none
 * (RFC 6120 4.7.1, 4.9.1.3) and the language of our error texts (4.7.4), and it has no version for
 * a peer that has none (4.7.5). What opens a stream has no language: that would become the language
 * of every stanza that we pass on without one (4.7.4).
 */
int xfed_connection_write_header(xmppfed_connection *c, const char *from, const char *to,
                                 const char *id)
{
    bool answers = c->negotiation.role == XFED_RECEIVER;
    const char *shown =
        answers && !xfed_site_hosts(c->site, from) ? xfed_site_any_domain(c->site) : from;
    size_t before = xfed_buffer_length(&c->plain);
    int rc =
        xfed_stream_header_write(&c->plain, XFED_NS_SERVER, shown, to, id, answers ? "en" : NULL,
                                 answers && c->peer_version_0 ? NULL : "1.0");

    if (rc == 0)
        xfed_recording_said(c, before, NULL, id);
    c->header_sent = true;
    return rc;
}

int xfed_connection_write(xmppfed_connection *c, const xmppfed_element *e)
{
    size_t before = xfed_buffer_length(&c->plain);
    int rc = xfed_xml_write(&c->plain, e, XFED_NS_SERVER);

    if (rc == 0)
        xfed_recording_said(c, before, e, NULL);
    return rc;
}

int xfed_connection_write_raw(xmppfed_connection *c, const char *text)
{
    size_t before = xfed_buffer_length(&c->plain);
    int rc = xfed_buffer_append_text(&c->plain, text);

    if (rc == 0)
        xfed_recording_said(c, before, NULL, NULL);
    return rc;
}

static xmppfed_slice tls_output(const xmppfed_connection *c)
{
    return c->tls ? xmppfed_tls_session_output(c->tls) : (xmppfed_slice){NULL, 0};
}

/* Without TLS a plaintext byte is a wire byte. */
static int flush_plain(xmppfed_connection *c)
{
    xmppfed_slice bytes = xfed_buffer_bytes(&c->plain);
    int rc = xfed_buffer_append(&c->wire, bytes.data, bytes.len);

    if (rc < 0)
        return rc;
    c->plain_total += bytes.len;
    c->wire_total += bytes.len;
    xfed_buffer_consume(&c->plain, bytes.len);
    return 0;
}

static int flush_record(xmppfed_connection *c)
{
    xmppfed_slice bytes = xfed_buffer_bytes(&c->plain);
    size_t len = bytes.len < RECORD_MAX ? bytes.len : RECORD_MAX;
    size_t before = tls_output(c).len;
    unsigned at = (c->flush_first + c->flush_count) % XFED_FLUSH_MAX;
    int rc = xmppfed_tls_session_write(c->tls, bytes.data, len);

    if (rc < 0)
        return rc;
    c->plain_total += len;
    c->wire_total += tls_output(c).len - before;
    c->flushes[at] = (struct xfed_flush){c->plain_total, c->wire_total};
    c->flush_count++;
    xfed_buffer_consume(&c->plain, len);
    return 0;
}

/*
 * What the handshake itself puts into the output is part of no plaintext; the totals learn of it
 * here, before a record is made.
 */
static void count_handshake(xmppfed_connection *c)
{
    uint64_t waiting = xfed_buffer_length(&c->wire) + tls_output(c).len;

    c->wire_total = c->wire_sent + waiting;
}

int xfed_connection_flush(xmppfed_connection *c)
{
    int rc = 0;

    count_handshake(c);
    if (xfed_buffer_length(&c->plain) == 0)
        return 0;
    if (!c->tls)
        return flush_plain(c);
    if (!c->flushes) {
        c->flushes = xfed_zalloc(c->ctx, XFED_FLUSH_MAX * sizeof(*c->flushes));
        if (!c->flushes)
            return XMPPFED_ERR_NOMEM;
    }
    while (rc == 0 && xfed_buffer_length(&c->plain) > 0 && c->flush_count < XFED_FLUSH_MAX)
        rc = flush_record(c);
    return rc;
}

void xfed_connection_shut_tls(xmppfed_connection *c)
{
    if (c->tls && xfed_buffer_length(&c->plain) == 0)
        xmppfed_tls_session_close(c->tls);
}

bool xfed_connection_has_output(const xmppfed_connection *c)
{
    return xfed_connection_backlog(c) > 0;
}

size_t xfed_connection_backlog(const xmppfed_connection *c)
{
    return xfed_buffer_length(&c->plain) + xfed_buffer_length(&c->wire) + tls_output(c).len;
}

xmppfed_slice xmppfed_connection_output(xmppfed_connection *c)
{
    int rc;

    if (!c)
        return (xmppfed_slice){NULL, 0};
    /* Once for all that was sent since the last call. */
    rc = xfed_connection_ask_ack(c);
    if (rc == 0)
        rc = xfed_connection_flush(c);
    if (rc < 0)
        xfed_connection_fail(c, rc, xmppfed_error_sentence(rc));
    else if (c->down)
        xfed_connection_shut_tls(c); /* the ring was full when the stream ended */
    if (xfed_buffer_length(&c->wire) > 0)
        return xfed_buffer_bytes(&c->wire);
    return tls_output(c);
}

/* An idle stream holds no ring: it is back when something is sent. */
static void note_acked(xmppfed_connection *c)
{
    while (c->flush_count > 0 && c->flushes[c->flush_first].wire_end <= c->wire_sent) {
        c->plain_acked = c->flushes[c->flush_first].plain_end;
        c->flush_first = (c->flush_first + 1) % XFED_FLUSH_MAX;
        c->flush_count--;
    }
    if (c->flush_count == 0 && c->flushes) {
        xfed_free(c->ctx, c->flushes);
        c->flushes = NULL;
        c->flush_first = 0;
    }
}

void xmppfed_connection_sent(xmppfed_connection *c, size_t len)
{
    size_t plain;

    if (!c)
        return;
    plain = xfed_buffer_length(&c->wire);
    if (plain > 0) {
        len = len < plain ? len : plain;
        xfed_buffer_consume(&c->wire, len);
        c->wire_sent += len;
        if (!c->tls)
            c->plain_acked = c->wire_sent;
        return;
    }
    if (!c->tls)
        return;
    plain = tls_output(c).len;
    len = len < plain ? len : plain;
    xmppfed_tls_session_sent(c->tls, len);
    c->wire_sent += len;
    note_acked(c);
}

uint64_t xmppfed_connection_acked(const xmppfed_connection *c)
{
    return c ? c->plain_acked : 0;
}
