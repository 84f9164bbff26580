/* close.c - how a stream ends: what the peer is told, and the one STREAM_DOWN event. */
#include "connection/connection.h"

#include "connection/recording.h"
#include "stream/stream_error.h"

static const char CLOSING_TAG[] = "</stream:stream>";

/* An error before our header is preceded by a header (RFC 6120 4.9.1.2). */
static int tell_peer(xmppfed_connection *c, int code, const char *condition, const char *text)
{
    char id[40] = "";
    int rc = 0;

    if (!c->header_sent) {
        rc = c->negotiation.ports.stream->new_id(c, id, sizeof(id));
        if (rc == 0)
            rc = xfed_connection_write_header(c, c->negotiation.local, c->negotiation.remote, id);
    }
    if (rc == 0)
        rc = xfed_connection_last_ack(c);
    if (rc == 0 && condition[0]) {
        xmppfed_element *e = xfed_stream_error_write(c->ctx, condition, text);

        if (e && code == XMPPFED_ERR_STREAM_ACK_TOO_HIGH)
            xfed_management_too_high(e, c->negotiation.acks.claimed, c->negotiation.acks.sent);
        rc = e ? xfed_connection_write(c, e) : XMPPFED_ERR_NOMEM;
        xmppfed_element_free(e);
    }
    return rc < 0 ? rc : xfed_connection_write_raw(c, CLOSING_TAG);
}

/* During a TLS handshake, or without one that was to be, there is no stream to say anything on. */
static bool can_tell(const xmppfed_connection *c)
{
    return !c->transport_gone && (c->tls || !c->direct) &&
           c->negotiation.state != XFED_STATE_I_TLS && c->negotiation.state != XFED_STATE_R_TLS;
}

static void queue_down(xmppfed_connection *c, int code, const char *text)
{
    xmppfed_event *ev = xfed_event_new(c->ctx, XMPPFED_EVENT_STREAM_DOWN, c->negotiation.local,
                                       c->negotiation.remote);

    if (!ev)
        return; /* next_event makes up for it once memory is there again */
    ev->code = code;
    ev->direction = c->negotiation.role == XFED_INITIATOR ? XMPPFED_OUTBOUND : XMPPFED_INBOUND;
    (void)xfed_event_set(ev, &ev->text, text);
    xfed_event_queue_push(&c->events, ev);
    c->down_queued = true;
}

/* The wire condition says the class of the error, the text no more than the general sentence. */
static void end(xmppfed_connection *c, int code, const char *text, bool silent)
{
    const char *condition = silent ? "" : xmppfed_error_condition(code);

    if (c->down)
        return;
    if (can_tell(c) && !c->handshake_failed) {
        /* What cannot be said for want of memory is left unsaid: the transport is closed anyway. */
        int rc = tell_peer(c, code, condition, xmppfed_error_sentence(code));

        if (rc == 0)
            rc = xfed_connection_flush(c);
        if (rc == 0)
            xfed_connection_shut_tls(c);
    }
    c->down = true;
    c->down_code = code;
    xfed_buffer_clear(&c->in);
    queue_down(c, code, text);
}

void xfed_connection_requeue_down(xmppfed_connection *c)
{
    queue_down(c, c->down_code, xmppfed_error_sentence(c->down_code));
}

void xfed_connection_fail(xmppfed_connection *c, int code, const char *text)
{
    end(c, code, text, false);
}

void xfed_connection_end(xmppfed_connection *c)
{
    const xmppfed_problem *fault = &c->negotiation.fault;

    if (fault->code == 0)
        end(c, 0, "closed by the peer", true);
    else
        end(c, fault->code, fault->text, fault->code == XMPPFED_ERR_STREAM_ERROR_RECEIVED);
}

void xfed_connection_close_cleanly(xmppfed_connection *c, const char *text)
{
    end(c, 0, text, true);
}

void xmppfed_connection_close(xmppfed_connection *c, int code, const char *text)
{
    if (!c)
        return;
    if (!c->down)
        xfed_recording_call(c, "close %s", code ? xmppfed_error_name(code) : "OK");
    end(c, code, text ? text : xmppfed_error_sentence(code), code == 0);
}

void xmppfed_connection_transport_closed(xmppfed_connection *c)
{
    if (!c)
        return;
    if (!c->down)
        xfed_recording_call(c, "gone");
    c->transport_gone = true;
}
