/* input.c - from wire bytes to events of the state machine, one item at a time. */
#include "connection/connection.h"

#include "base/fault.h"
#include "base/slice.h"
#include "connection/recording.h"
#include "negotiation/classify.h"
#include "xml/ns.h"

/* Plaintext read from TLS in one go. */
#define READ_SIZE 16384

/* The type of a TLS record that begins a handshake (RFC 8446 5.1); no XML begins with it. */
#define TLS_HANDSHAKE 0x16

static void run(xmppfed_connection *c, unsigned event, const struct xfed_input *in)
{
    if (xfed_negotiation_run(&c->negotiation, event, in) < 0)
        xfed_connection_end(c);
    else if (!c->trusted && xfed_connection_is_heard(c))
        xfed_connection_trust(c);
}

static const char *peer_name(const xmppfed_connection *c)
{
    return c->negotiation.remote[0] ? c->negotiation.remote : "the peer";
}

static void fail(xmppfed_connection *c, int code, const char *where)
{
    unsigned long long offset = c->reader ? xfed_reader_offset(c->reader) : 0;
    xmppfed_problem why;

    (void)xfed_fault_set(&why, code, "%s: %s (%s, byte %llu of the stream)", peer_name(c),
                         xmppfed_error_sentence(code), where, offset);
    xfed_connection_fail(c, code, why.text);
}

static bool handshaking(const xmppfed_connection *c)
{
    return c->negotiation.state == XFED_STATE_I_TLS || c->negotiation.state == XFED_STATE_R_TLS;
}

int xfed_connection_begin_direct(xmppfed_connection *c)
{
    c->direct = true;
    return xfed_negotiation_run(&c->negotiation, XFED_EVENT_DIRECT_TLS, &(struct xfed_input){0});
}

/* Whether a peer has begun with TLS on a port where a stream header was expected. */
static bool begins_with_tls(const xmppfed_connection *c)
{
    return c->negotiation.state == XFED_STATE_R_HEADER && !c->reader &&
           xfed_buffer_bytes(&c->in).data[0] == TLS_HANDSHAKE;
}

static void take_first_record(xmppfed_connection *c)
{
    xmppfed_slice bytes;
    int rc = xfed_connection_begin_direct(c);

    if (rc < 0) {
        xfed_connection_end(c);
        return;
    }
    bytes = xfed_buffer_bytes(&c->in);
    rc = xmppfed_tls_session_feed(c->tls, bytes.data, bytes.len);
    xfed_buffer_clear(&c->in);
    if (rc < 0)
        fail(c, rc, "at the start of TLS");
}

/* true if the handshake moved on or failed. */
static bool work_handshake(xmppfed_connection *c)
{
    xmppfed_problem why = {0};
    int rc = xmppfed_tls_session_handshake(c->tls, &why);

    if (rc < 0) {
        xmppfed_problem named;

        c->handshake_failed = true;
        xfed_recording_tls(c, true);
        (void)xfed_fault_set(&named, rc, "%s: %s", peer_name(c), why.text);
        xfed_connection_fail(c, rc, named.text);
        return true;
    }
    if (rc == 0)
        return false;
    xfed_recording_tls(c, false);
    run(c, xfed_negotiation_refuted(&c->negotiation) ? XFED_EVENT_TLS_REFUTED : XFED_EVENT_TLS_UP,
        &(struct xfed_input){0});
    return true;
}

/* In TLS 1.3 a server says only now what it thinks of our certificate (RFC 8446 4.4.2.4). */
static void fail_by_alert(xmppfed_connection *c, int code)
{
    xmppfed_problem why;

    (void)xfed_fault_set(&why, code, "%s ended TLS with the alert \"%s\"%s", peer_name(c),
                         xfed_tls_session_alert(c->tls),
                         xfed_tls_session_refused(c->tls)
                             ? ": it does not take our certificate; its operator must trust our "
                               "authority, or its record here allow dialback"
                             : "");
    xfed_connection_fail(c, code, why.text);
}

/* Decrypts more plaintext; true if there is some or the session failed. */
static bool work_decrypt(xmppfed_connection *c)
{
    char room[READ_SIZE];
    int rc = xmppfed_tls_session_read(c->tls, room, READ_SIZE);

    if (rc > 0) {
        if (xfed_buffer_append(&c->in, room, (size_t)rc) < 0)
            fail(c, XMPPFED_ERR_LIMIT_MEMORY, "while decrypting");
        return true;
    }
    if (rc == 0)
        return false;
    if (rc == XMPPFED_ERR_TLS_CLOSED) {
        /* Nothing more can come: from here on it is as if the transport had been closed. */
        c->transport_gone = true;
        c->tls_closed = true;
        return false;
    }
    if (xfed_tls_session_alert(c->tls))
        fail_by_alert(c, rc);
    else
        fail(c, rc, "while decrypting");
    return true;
}

static void take_header(xmppfed_connection *c, const xmppfed_element *e)
{
    struct xfed_stream_header header;
    int rc =
        xfed_stream_header_read(e, xfed_reader_prefix(c->reader), xfed_reader_default_ns(c->reader),
                                xfed_reader_declares_dialback(c->reader), XFED_NS_SERVER, &header);

    c->peer_version_0 = header.version_0;
    if (rc < 0) {
        /* The answer and the event name whom the header names. */
        xfed_negotiation_freeze(&c->negotiation, &header);
        fail(c, rc, "in the stream header");
    } else {
        run(c, XFED_EVENT_HEADER, &(struct xfed_input){.element = e, .header = &header});
    }
    (void)xfed_text_copy(c->lang, sizeof(c->lang), header.lang);
}

/*
 * A stanza without a language of its own has that of its stream (RFC 6120 4.7.4, 8.1.5), which it
 * must carry itself once it leaves the stream. Errors: XMPPFED_ERR_NOMEM.
 */
static int inherit_language(const xmppfed_connection *c, xmppfed_element *stanza)
{
    if (c->lang[0] && !xmppfed_element_attribute_ns(stanza, "lang", XMPPFED_NS_XML))
        xmppfed_element_set_attribute_ns(stanza, "lang", XMPPFED_NS_XML, c->lang);
    return xmppfed_element_status(stanza);
}

static void take_element(xmppfed_connection *c, xmppfed_element *e)
{
    struct xfed_classified classified;
    unsigned event = xfed_classify(e, &classified);

    if (event == XFED_EVENT_STANZA) {
        int rc = inherit_language(c, e);

        if (rc < 0) {
            fail(c, rc, "at a stanza");
            return;
        }
        if (xfed_connection_is_pong(c, classified.input.local, classified.input.remote, e))
            return; /* its bytes have said it already; nobody else has asked */
        if (!xfed_connection_is_upkeep(e))
            c->last_stanza = c->now;
    }
    run(c, event, &classified.input);
    if (event == XFED_EVENT_SM_ACK && !c->down)
        xfed_connection_note_ack(c);
}

/* Reads one item from the plaintext; true if bytes were used. */
static bool work_read(xmppfed_connection *c)
{
    xmppfed_slice bytes = xfed_buffer_bytes(&c->in);
    size_t used = 0;
    int rc;

    if (!c->reader) {
        c->reader = xfed_reader_new(&c->account, xfed_connection_xml_limits(c));
        if (!c->reader) {
            xfed_connection_fail(c, XMPPFED_ERR_NOMEM, xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
            return true;
        }
    }
    rc = xfed_reader_feed(c->reader, bytes.data, bytes.len, &used, &c->item);
    xfed_recording_heard(c, (xmppfed_slice){bytes.data, used});
    xfed_buffer_consume(&c->in, used);
    if (rc >= 0) {
        int verdict = xfed_connection_note_read(c, used, rc);

        rc = verdict < 0 ? verdict : rc;
    }
    if (rc != XFED_READER_MORE)
        xfed_recording_unit(c, rc < 0 ? NULL : c->item);
    if (rc < 0)
        fail(c, rc, "in the XML");
    else if (rc == XFED_READER_HEADER)
        take_header(c, c->item);
    else if (rc == XFED_READER_ELEMENT)
        take_element(c, c->item);
    else if (rc == XFED_READER_CLOSE)
        run(c, XFED_EVENT_STREAM_CLOSE, &(struct xfed_input){0});
    xfed_recording_settled(c);
    xmppfed_element_free(c->item);
    c->item = NULL;
    return true;
}

static void note_gone(xmppfed_connection *c)
{
    xmppfed_problem why;

    (void)xfed_fault_set(&why, XMPPFED_ERR_STREAM_CLOSED,
                         "%s closed the connection while we waited for: %s", peer_name(c),
                         xfed_state_text(c->negotiation.state));
    xfed_connection_fail(c, why.code, why.text);
}

bool xfed_connection_work(xmppfed_connection *c)
{
    if (c->down)
        return false;
    if (handshaking(c)) {
        if (work_handshake(c))
            return true;
    } else if (xfed_connection_awaits_evidence(c)) {
        /* Whatever the peer says now it says too early; only its going is heard. */
    } else if (!xfed_connection_may_read(c)) {
        return false;
    } else if (xfed_buffer_length(&c->in) > 0) {
        if (!begins_with_tls(c))
            return work_read(c);
        take_first_record(c);
        return true;
    } else if (c->tls && work_decrypt(c)) {
        return true;
    }
    if (!c->transport_gone)
        return false;
    note_gone(c);
    return true;
}
