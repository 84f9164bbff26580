/* attempt.c - one server of a partner, tried: a socket, a stream, and what was seen. */
#include "proxy/diagnose/attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/endpoint_text.h"

struct attempt {
    struct attempt_plan plan;
    struct attempt_seen seen;
    attempt_fn done;
    void *user;
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_connect_t connect;
    xmppfed_connection *stream;
    uint64_t began;
    uint64_t give_up_at;
    bool over; /* what was seen is told */
    int handles;
    char input[8192];
};

/* Bytes on their way out. */
struct output {
    uv_write_t request;
    char data[];
};

static void pump(struct attempt *a);

/* ---- the end ----------------------------------------------------------------------------- */

static void keep(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text);
}

static void gather_certificate(struct attempt *a)
{
    struct attempt_seen *s = &a->seen;

    s->certificate.size = sizeof(s->certificate);
    s->has_certificate =
        xmppfed_connection_certificate(a->stream, &s->certificate, &s->proof, &s->verdict) == 0;
}

static void gather(struct attempt *a)
{
    xmppfed_progress p = {.size = sizeof(p)};
    struct attempt_seen *s = &a->seen;

    s->total_ms = uv_now(a->plan.loop) - a->began;
    if (!a->stream || xmppfed_connection_progress(a->stream, &p) < 0)
        return;
    s->stage = p.stage;
    s->offers_tls = p.offers_tls;
    s->offers_external = p.offers_external;
    s->offers_scram = p.offers_scram;
    s->offers_dialback = p.offers_dialback;
    s->tried = p.tried;
    keep(s->waiting, sizeof(s->waiting), p.waiting);
    keep(s->condition, sizeof(s->condition), p.condition);
    keep(s->tls_version, sizeof(s->tls_version), p.tls_version);
    keep(s->cipher, sizeof(s->cipher), p.cipher);
    gather_certificate(a);
}

static void finish(struct attempt *a)
{
    if (a->over)
        return;
    a->over = true;
    uv_timer_stop(&a->timer);
    gather(a);
    a->done(&a->seen, a->user);
}

/* ---- bytes ------------------------------------------------------------------------------- */

static void on_written(uv_write_t *request, int status)
{
    (void)status; /* that the connection broke shows on the reading side */
    free(request->data);
}

static bool flush(struct attempt *a)
{
    xmppfed_slice bytes = xmppfed_connection_output(a->stream);
    struct output *out;
    uv_buf_t buffer;
    int rc;

    if (bytes.len == 0)
        return true;
    out = malloc(sizeof(*out) + bytes.len);
    if (!out)
        return false;
    memcpy(out->data, bytes.data, bytes.len);
    out->request.data = out;
    buffer = uv_buf_init(out->data, (unsigned)bytes.len);
    rc = uv_write(&out->request, (uv_stream_t *)&a->tcp, &buffer, 1, on_written);
    if (rc < 0) {
        free(out);
        return false;
    }
    xmppfed_connection_sent(a->stream, bytes.len);
    return true;
}

static void take(struct attempt *a, const xmppfed_event *ev)
{
    struct attempt_seen *s = &a->seen;

    if (xmppfed_event_kind(ev) == XMPPFED_EVENT_STREAM_UP) {
        s->up = true;
        s->up_proof = xmppfed_event_proof(ev)->kind;
    } else if (xmppfed_event_kind(ev) == XMPPFED_EVENT_STREAM_DOWN && !s->up) {
        s->code = xmppfed_event_code(ev);
        keep(s->text, sizeof(s->text), xmppfed_event_text(ev));
    }
}

static bool is_down(const xmppfed_event *ev)
{
    return xmppfed_event_kind(ev) == XMPPFED_EVENT_STREAM_DOWN;
}

static void on_timer(uv_timer_t *timer)
{
    struct attempt *a = timer->data;
    xmppfed_time now = uv_now(a->plan.loop);

    if (now >= a->give_up_at) {
        a->seen.timed_out = true;
        finish(a);
        return;
    }
    if (a->stream)
        xmppfed_connection_tick(a->stream, now);
    pump(a);
}

static void arm(struct attempt *a)
{
    uint64_t now = uv_now(a->plan.loop);
    uint64_t due = a->stream ? xmppfed_connection_deadline(a->stream) : a->give_up_at;

    due = due < a->give_up_at ? due : a->give_up_at;
    uv_timer_start(&a->timer, on_timer, due > now ? due - now : 1, 0);
}

/* Takes events and sends output, until the stream is up, which is all that is wanted, or down. */
static void pump(struct attempt *a)
{
    const xmppfed_event *ev;
    bool down = false;

    while (a->stream && !a->seen.up && !down &&
           xmppfed_connection_next_event(a->stream, uv_now(a->plan.loop), &ev) == 1) {
        take(a, ev);
        down = is_down(ev);
    }
    if (a->seen.up)
        xmppfed_connection_close(a->stream, 0, "diagnosed");
    if (a->stream && !flush(a))
        down = true;
    if (a->seen.up || down)
        finish(a);
    else
        arm(a);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    struct attempt *a = handle->data;

    (void)suggested;
    *ret = uv_buf_init(a->input, sizeof(a->input));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
    struct attempt *a = stream->data;
    int rc = 0;

    if (a->over || count == 0)
        return;
    if (count < 0) {
        a->seen.socket = count == UV_EOF ? 0 : (int)count;
        xmppfed_connection_transport_closed(a->stream);
    } else {
        a->seen.bytes = true;
        rc = xmppfed_connection_feed(a->stream, bytes->base, (size_t)count);
    }
    if (rc < 0)
        xmppfed_connection_close(a->stream, rc, NULL);
    pump(a);
}

/* ---- the beginning ----------------------------------------------------------------------- */

static int begin_stream(struct attempt *a)
{
    const struct attempt_plan *p = &a->plan;
    const xmppfed_endpoint *e = p->endpoint;
    int rc = (e->direct_tls ? xmppfed_connection_new_initiator_direct
                            : xmppfed_connection_new_initiator)(
        p->site, p->local, p->remote, XMPPFED_PURPOSE_STANZAS, uv_now(p->loop), &a->stream);

    if (rc == 0 && (e->secure & XMPPFED_SECURE_NAME))
        rc = xmppfed_connection_set_tlsa(a->stream, e->host, p->tlsa, p->tlsa_count);
    return rc;
}

static void on_connected(uv_connect_t *request, int status)
{
    struct attempt *a = request->data;
    int rc;

    if (a->over)
        return;
    a->seen.connect_ms = uv_now(a->plan.loop) - a->began;
    a->seen.tcp = status == 0;
    a->seen.socket = status;
    if (status < 0) {
        finish(a);
        return;
    }
    rc = begin_stream(a);
    if (rc < 0) {
        a->seen.code = rc;
        keep(a->seen.text, sizeof(a->seen.text), xmppfed_error_sentence(rc));
        finish(a);
        return;
    }
    a->seen.socket = uv_read_start((uv_stream_t *)&a->tcp, give_room, on_read);
    pump(a);
}

/* What cannot even begin is told by the timer, as all else is told later. */
static void on_begin(uv_timer_t *timer)
{
    struct attempt *a = timer->data;
    struct sockaddr_storage at;
    const xmppfed_endpoint *e = a->plan.endpoint;
    int rc = endpoint_text_socket(e->address, e->port, &at);

    if (rc == 0)
        rc = uv_tcp_connect(&a->connect, &a->tcp, (const struct sockaddr *)&at, on_connected);
    if (rc == 0) {
        arm(a);
        return;
    }
    a->seen.socket = rc;
    finish(a);
}

struct attempt *attempt_start(const struct attempt_plan *plan, attempt_fn done, void *user)
{
    struct attempt *a = calloc(1, sizeof(*a));

    if (!a)
        return NULL;
    a->plan = *plan;
    a->done = done;
    a->user = user;
    a->began = uv_now(plan->loop);
    a->give_up_at = a->began + plan->patience;
    a->connect.data = a;
    uv_tcp_init(plan->loop, &a->tcp);
    uv_timer_init(plan->loop, &a->timer);
    a->tcp.data = a;
    a->timer.data = a;
    a->handles = 2;
    uv_timer_start(&a->timer, on_begin, 0, 0);
    return a;
}

static void on_closed(uv_handle_t *handle)
{
    struct attempt *a = handle->data;

    if (--a->handles == 0)
        free(a);
}

void attempt_end(struct attempt *a)
{
    if (!a)
        return;
    a->over = true;
    xmppfed_connection_free(a->stream);
    a->stream = NULL;
    uv_close((uv_handle_t *)&a->timer, on_closed);
    uv_close((uv_handle_t *)&a->tcp, on_closed);
}
