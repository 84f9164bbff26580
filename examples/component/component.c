/* component.c - one end of a component stream (XEP-0114): its states and its stanzas. */
#include "component/component.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmppfed/address.h>

#include "component/acks.h"
#include "component/handshake.h"
#include "component/transport.h"

#define NS_STREAMS "http://etherx.jabber.org/streams"
#define NS_STREAM_ERRORS "urn:ietf:params:xml:ns:xmpp-streams"
#define CLOSE_TAG "</stream:stream>"
#define ERROR_CLOSE_TAG "</stream:error>"
#define ENABLE "<enable xmlns='" NS_ACKS "'/>"
#define ENABLED "<enabled xmlns='" NS_ACKS "'/>"
#define QUESTION "<r xmlns='" NS_ACKS "'/>"
#define ANSWER "<a xmlns='" NS_ACKS "' h='%" PRIu32 "'/>"
#define TOO_HIGH \
    "<handled-count-too-high xmlns='" NS_ACKS "' h='%" PRIu32 "' send-count='%" PRIu32 "'/>"

enum component_state {
    STATE_TLS = 1,   /* waits for the TLS handshake */
    STATE_HEADER,    /* waits for the peer's stream header */
    STATE_HANDSHAKE, /* waits for the proof, or for its acceptance */
    STATE_UP,
    STATE_ENDING, /* we have said that it is over; the peer has not */
    STATE_DOWN,   /* the last item is still to be given */
    STATE_OVER
};

struct component {
    xmppfed_context *ctx;
    int role;
    enum component_state state;
    struct transport transport;
    xmppfed_stream *stream;
    struct acks acks;
    bool wants_acks; /* client */
    size_t output_limit;
    component_secret_fn find_secret;
    void *secret_user;
    char *secret; /* client */
    char name[XMPPFED_DOMAIN_SIZE];
    char id[HANDSHAKE_ID_SIZE]; /* server */
    bool header_sent;
    int feed_error; /* acts once everything that came before it is parsed */
    xmppfed_problem why;
};

/* ---- beginning and end ------------------------------------------------------------------- */

static void begin(struct component *c);

static int set_up(struct component *c, const struct component_options *options)
{
    int rc;

    c->ctx = options->ctx;
    c->role = options->role;
    c->state = STATE_TLS;
    c->find_secret = options->find_secret;
    c->secret_user = options->secret_user;
    c->output_limit = options->output_limit;
    c->wants_acks = options->acks;
    acks_init(&c->acks, c->role == COMPONENT_SERVER ? ACKS_EARLY : ACKS_NEVER, c->output_limit);
    if (c->role == COMPONENT_CLIENT) {
        rc = xmppfed_domain_prepare(options->name, c->name);
        if (rc < 0)
            return rc;
        c->secret = strdup(options->secret);
        if (!c->secret)
            return XMPPFED_ERR_NOMEM;
    }
    rc = xmppfed_stream_new(c->ctx, XMPPFED_NS_COMPONENT, &c->stream);
    if (rc == 0)
        rc = transport_init(&c->transport, options);
    return rc;
}

int component_new(const struct component_options *options, struct component **ret)
{
    struct component *c = calloc(1, sizeof(*c));
    xmppfed_problem why;
    int rc = XMPPFED_ERR_NOMEM;

    if (c)
        rc = set_up(c, options);
    if (rc < 0) {
        component_free(c);
        return rc;
    }
    if (c->transport.ready)
        begin(c);
    else if (c->role == COMPONENT_CLIENT)
        /* A TLS client speaks first; a failure shows again when the answer is fed. */
        (void)!xmppfed_tls_session_handshake(c->transport.tls, &why);
    *ret = c;
    return 0;
}

void component_free(struct component *c)
{
    if (!c)
        return;
    transport_fini(&c->transport);
    acks_fini(&c->acks);
    xmppfed_stream_free(c->stream);
    if (c->secret)
        memset(c->secret, 0, strlen(c->secret));
    free(c->secret);
    free(c);
}

const char *component_name(const struct component *c)
{
    return c->name;
}

bool component_is_up(const struct component *c)
{
    return c->state == STATE_UP;
}

/* ---- writing ----------------------------------------------------------------------------- */

static void down(struct component *c, const char *why)
{
    if (c->state >= STATE_DOWN)
        return;
    c->state = STATE_DOWN;
    if (why != c->why.text)
        snprintf(c->why.text, sizeof(c->why.text), "%s", why);
    transport_close(&c->transport);
}

static void write_text(struct component *c, const char *text, size_t len)
{
    if (c->state < STATE_DOWN && transport_write(&c->transport, text, len) < 0)
        down(c, "the bytes could not be written");
}

static void write_header(struct component *c)
{
    bool client = c->role == COMPONENT_CLIENT;
    const char *name = c->name[0] ? c->name : NULL;
    char *text = NULL;
    size_t len = 0;

    /* 'to' and 'from' both name the component, not the server (XEP-0114 3). */
    if (xmppfed_stream_header_write(c->ctx, XMPPFED_NS_COMPONENT, client ? NULL : name,
                                    client ? name : NULL, client ? NULL : c->id, &text, &len) < 0) {
        down(c, "out of memory");
        return;
    }
    c->header_sent = true;
    write_text(c, text, len);
    xmppfed_element_free_text(c->ctx, text);
}

/* Writes a stream error; detail is an element of its application, or "" (RFC 6120 4.9.4). */
static void write_error(struct component *c, const char *condition, const char *text,
                        const char *detail)
{
    char *error = NULL;
    size_t len = 0;

    if (xmppfed_stream_error_write(c->ctx, condition, text, &error, &len) == 0) {
        write_text(c, error, len - strlen(ERROR_CLOSE_TAG));
        write_text(c, detail, strlen(detail));
        write_text(c, ERROR_CLOSE_TAG, strlen(ERROR_CLOSE_TAG));
    }
    xmppfed_element_free_text(c->ctx, error);
}

/* Writes the end of the stream, with an error if there is a condition. */
static void write_end(struct component *c, const char *condition, const char *text,
                      const char *detail)
{
    char answer[sizeof(ANSWER) + 10];

    /* What came until now needs no guessing by the peer (XEP-0198 4). */
    if (c->state == STATE_UP && c->acks.state == ACKS_ON)
        write_text(c, answer, (size_t)snprintf(answer, sizeof(answer), ANSWER, c->acks.handled));
    if (condition)
        write_error(c, condition, text, detail);
    write_text(c, CLOSE_TAG, strlen(CLOSE_TAG));
}

void component_end(struct component *c, const char *condition, const char *text)
{
    if (c->state != STATE_UP) {
        component_close(c, condition, text);
        return;
    }
    write_end(c, condition, text, "");
    if (c->state != STATE_UP)
        return;
    snprintf(c->why.text, sizeof(c->why.text), "%s", text);
    c->state = STATE_ENDING;
}

static void close_stream(struct component *c, const char *condition, const char *text,
                         const char *detail)
{
    if (c->state >= STATE_DOWN)
        return;
    if (c->state == STATE_ENDING) {
        down(c, c->why.text);
        return;
    }
    if (c->state != STATE_TLS) {
        /* An error needs an open stream around it (RFC 6120 4.9.1.2). */
        if (!c->header_sent)
            write_header(c);
        write_end(c, condition, text, detail);
    }
    down(c, text ? text : "the stream was closed here");
}

void component_close(struct component *c, const char *condition, const char *text)
{
    close_stream(c, condition, text, "");
}

/* Puts a written stanza into the output, with a copy aside if one is to be kept. */
static int put(struct component *c, const xmppfed_element *stanza, const char *text, size_t len)
{
    struct acks_copy *copy;
    int rc;

    if (transport_output(&c->transport).len + len > c->output_limit)
        return XMPPFED_ERR_LIMIT_QUEUE;
    rc = acks_copy(&c->acks, stanza, len, &copy);
    if (rc < 0)
        return rc;
    rc = transport_write(&c->transport, text, len);
    if (rc == 0) {
        acks_sent(&c->acks, copy);
        return 0;
    }
    acks_not_sent(copy);
    /* A TLS session has a limit of its own; either leaves the stream as it was. */
    if (rc == XMPPFED_ERR_LIMIT_SIZE)
        return XMPPFED_ERR_LIMIT_QUEUE;
    down(c, "the bytes could not be written");
    return rc;
}

int component_send(struct component *c, const xmppfed_element *stanza)
{
    char *text;
    size_t len;
    int rc;

    if (c->state != STATE_UP)
        return XMPPFED_ERR_STATE;
    /* Written for a stream of its own namespace the stanza declares none, and so takes on that of
     * the stream it is put into: jabber:server becomes jabber:component:accept. */
    rc = xmppfed_element_write(stanza, XMPPFED_NS_SERVER, &text, &len);
    if (rc < 0)
        return rc;
    rc = put(c, stanza, text, len);
    xmppfed_element_free_text(c->ctx, text);
    if (c->acks.sent - c->acks.asked >= ACKS_ASK_EVERY)
        component_ask(c);
    return rc;
}

uint64_t component_sent_count(const struct component *c)
{
    return c->acks.sent;
}

/*
 * Says an element of XEP-0198, if there is room for it: a peer that asks and does not read must not
 * fill the memory. False if it is to be tried again.
 */
static bool say(struct component *c, const char *text)
{
    size_t len = strlen(text);
    int rc = XMPPFED_ERR_LIMIT_SIZE;

    if (c->state != STATE_UP)
        return true;
    if (transport_output(&c->transport).len + len <= c->output_limit)
        rc = transport_write(&c->transport, text, len);
    if (rc < 0 && rc != XMPPFED_ERR_LIMIT_SIZE)
        down(c, "the bytes could not be written");
    return rc != XMPPFED_ERR_LIMIT_SIZE;
}

static void answer(struct component *c)
{
    char text[sizeof(ANSWER) + 10];

    snprintf(text, sizeof(text), ANSWER, c->acks.handled);
    c->acks.owes_answer = !say(c, text);
}

void component_ask(struct component *c)
{
    if (!acks_wants_question(&c->acks))
        return;
    c->acks.owes_question = !say(c, QUESTION);
    if (!c->acks.owes_question)
        c->acks.asked = c->acks.sent;
}

void component_forget_early(struct component *c)
{
    acks_forget_early(&c->acks);
}

xmppfed_slice component_output(const struct component *c)
{
    return transport_output(&c->transport);
}

void component_sent(struct component *c, size_t len)
{
    transport_sent(&c->transport, len);
    if (c->acks.owes_answer)
        answer(c);
    if (c->acks.owes_question)
        component_ask(c);
}

/* ---- negotiation ------------------------------------------------------------------------- */

static void begin(struct component *c)
{
    c->state = STATE_HEADER;
    if (c->role == COMPONENT_CLIENT)
        write_header(c);
}

static void send_handshake(struct component *c, const char *digest)
{
    xmppfed_element *e = xmppfed_element_new(c->ctx, "handshake", XMPPFED_NS_COMPONENT);
    char *text = NULL;
    size_t len = 0;

    if (digest)
        xmppfed_element_add_text(e, digest);
    if (xmppfed_element_write(e, XMPPFED_NS_COMPONENT, &text, &len) == 0)
        write_text(c, text, len);
    else
        down(c, "out of memory");
    xmppfed_element_free_text(c->ctx, text);
    xmppfed_element_free(e);
}

static void server_header(struct component *c, const xmppfed_element *header)
{
    const char *to = xmppfed_element_attribute(header, "to");
    char name[XMPPFED_DOMAIN_SIZE];

    if (!handshake_id(c->id)) {
        component_close(c, "internal-server-error", "no randomness is to be had");
        return;
    }
    if (!to || xmppfed_domain_prepare(to, name) < 0) {
        component_close(c, "improper-addressing", "the 'to' of the stream names no component");
        return;
    }
    memcpy(c->name, name, sizeof(name));
    if (!c->find_secret(name, c->secret_user)) {
        component_close(c, "host-unknown", "no such host is configured");
        return;
    }
    write_header(c);
    c->state = c->state < STATE_DOWN ? STATE_HANDSHAKE : c->state;
}

static void client_header(struct component *c, const xmppfed_element *header)
{
    const char *id = xmppfed_element_attribute(header, "id");
    char digest[HANDSHAKE_DIGEST_SIZE];

    if (!id || !handshake_digest(id, c->secret, digest)) {
        /* A server that refuses the name may leave out the id; its error follows. */
        c->state = STATE_HANDSHAKE;
        return;
    }
    send_handshake(c, digest);
    c->state = c->state < STATE_DOWN ? STATE_HANDSHAKE : c->state;
}

/* Whether the element ends the negotiation well. */
static bool proved(struct component *c, const xmppfed_element *e)
{
    char expected[HANDSHAKE_DIGEST_SIZE];
    const char *secret;

    if (!xmppfed_element_is(e, "handshake", XMPPFED_NS_COMPONENT))
        return false;
    if (c->role == COMPONENT_CLIENT)
        return true;
    /* A reload may have taken the host out of the configuration in the meantime. */
    secret = c->find_secret(c->name, c->secret_user);
    return secret && handshake_digest(c->id, secret, expected) &&
           handshake_equal(xmppfed_element_text(e), expected);
}

static bool negotiate(struct component *c, const xmppfed_element *e, struct component_item *ret)
{
    if (!proved(c, e)) {
        component_close(c, "not-authorized", "the handshake does not fit the secret of the host");
        return false;
    }
    if (c->role == COMPONENT_SERVER)
        send_handshake(c, NULL);
    if (c->state >= STATE_DOWN)
        return false;
    c->state = STATE_UP;
    xmppfed_stream_set_trusted(c->stream, 1);
    if (c->wants_acks) {
        write_text(c, ENABLE, strlen(ENABLE));
        acks_ask_server(&c->acks);
    }
    *ret = (struct component_item){.kind = COMPONENT_UP};
    return true;
}

/* ---- reading ----------------------------------------------------------------------------- */

static bool is_stanza(const xmppfed_element *e)
{
    return xmppfed_element_is(e, "message", XMPPFED_NS_COMPONENT) ||
           xmppfed_element_is(e, "presence", XMPPFED_NS_COMPONENT) ||
           xmppfed_element_is(e, "iq", XMPPFED_NS_COMPONENT);
}

static void peer_error(struct component *c, const xmppfed_element *error)
{
    const xmppfed_element *e = xmppfed_element_first(error);

    while (e && strcmp(xmppfed_element_ns(e), NS_STREAM_ERRORS) != 0)
        e = xmppfed_element_next(e);
    snprintf(c->why.text, sizeof(c->why.text), "the peer ended the stream with the error %.64s",
             e ? xmppfed_element_name(e) : "undefined-condition");
    if (c->state != STATE_ENDING)
        write_end(c, NULL, NULL, "");
    down(c, c->why.text);
}

static void refuse_acks(struct component *c, int code)
{
    const char *text = xmppfed_error_sentence(code);
    char detail[sizeof(TOO_HIGH) + 20] = "";

    if (code == XMPPFED_ERR_STREAM_ACK_TOO_HIGH)
        snprintf(detail, sizeof(detail), TOO_HIGH, c->acks.claimed,
                 (uint32_t)(c->acks.sent - c->acks.base));
    if (c->acks.state == ACKS_ASKED)
        text = "the server does not acknowledge stanzas";
    close_stream(c, xmppfed_error_condition(code), text, detail);
}

static bool on_acks(struct component *c, const xmppfed_element *e, struct component_item *ret)
{
    int step;

    /* After our end of the stream nothing can be said any more. */
    if (c->state == STATE_ENDING && strcmp(xmppfed_element_name(e), "a") != 0)
        return false;
    step = acks_take(&c->acks, e);
    if (step < 0)
        refuse_acks(c, step);
    else if (step == ACKS_STEP_ENABLE)
        write_text(c, ENABLED, strlen(ENABLED));
    else if (step == ACKS_STEP_ANSWER)
        answer(c);
    if (step <= ACKS_STEP_NONE || step == ACKS_STEP_ANSWER || c->state >= STATE_DOWN)
        return false;
    *ret = (struct component_item){.kind = COMPONENT_ACKED, .number = c->acks.acked};
    return true;
}

/* True if the element gave an item; then a stanza belongs to the item. */
static bool on_element(struct component *c, xmppfed_element *e, struct component_item *ret)
{
    if (xmppfed_element_is(e, "error", NS_STREAMS)) {
        peer_error(c, e);
        return false;
    }
    if (c->state == STATE_HANDSHAKE)
        return negotiate(c, e, ret);
    if (strcmp(xmppfed_element_ns(e), NS_ACKS) == 0)
        return on_acks(c, e, ret);
    if (!is_stanza(e)) {
        component_close(c, "unsupported-stanza-type", "the element is no stanza");
        return false;
    }
    xmppfed_element_change_ns(e, XMPPFED_NS_COMPONENT, XMPPFED_NS_SERVER);
    acks_given(&c->acks);
    *ret = (struct component_item){.kind = COMPONENT_STANZA, .stanza = e};
    return true;
}

/* Works on one item of the parser; true if it gave one for the caller. */
static bool on_item(struct component *c, xmppfed_stream_item *item, struct component_item *ret)
{
    bool given = false;

    if (item->kind == XMPPFED_STREAM_CLOSE)
        component_close(c, NULL, "the peer closed the stream");
    else if (item->kind == XMPPFED_STREAM_ELEMENT)
        given = on_element(c, item->element, ret);
    else if (c->role == COMPONENT_SERVER)
        server_header(c, item->element);
    else
        client_header(c, item->element);
    if (!given || ret->stanza != item->element)
        xmppfed_element_free(item->element);
    return given;
}

void component_feed(struct component *c, const void *data, size_t len)
{
    bool was_ready = c->transport.ready;

    if (c->state >= STATE_DOWN || c->feed_error < 0)
        return;
    c->feed_error = transport_feed(&c->transport, c->stream, data, len, &c->why);
    if (!was_ready && c->transport.ready)
        begin(c);
}

void component_transport_broken(struct component *c, const char *why)
{
    if (c->state != STATE_UP) {
        down(c, why);
        return;
    }
    snprintf(c->why.text, sizeof(c->why.text), "%s", why);
    c->state = STATE_ENDING;
}

void component_transport_closed(struct component *c, const char *why)
{
    down(c, why);
}

bool component_next(struct component *c, struct component_item *ret)
{
    xmppfed_stream_item item;
    int rc = 1;

    acks_handled(&c->acks);
    while (rc == 1 && c->state < STATE_DOWN && c->state != STATE_TLS) {
        rc = xmppfed_stream_next(c->stream, &item);
        if (rc == 1 && on_item(c, &item, ret))
            return true;
    }
    if (rc < 0) {
        const char *condition = xmppfed_error_condition(rc);

        component_close(c, *condition ? condition : "internal-server-error",
                        xmppfed_error_sentence(rc));
    }
    if (c->feed_error < 0)
        down(c, c->why.text);
    if (c->state != STATE_DOWN)
        return false;
    *ret = (struct component_item){.kind = COMPONENT_UNACKED};
    ret->stanza = acks_unacknowledged(&c->acks, &ret->number);
    if (ret->stanza)
        return true;
    c->state = STATE_OVER;
    *ret = (struct component_item){.kind = COMPONENT_DOWN, .text = c->why.text};
    return true;
}
