/*
 * component.c - fuzzes one end of a component stream (XEP-0114), accepting or connecting.
 *
 * Input: a byte ('s' accepts, 'a' connects and wants acknowledgements, any other connects), a byte
 * that chooses the pieces (fuzz.h), and what the peer sends. Byte 1 in it is a right handshake,
 * byte 2 makes us send a stanza, byte 3 makes us close.
 */
#include <stdio.h>
#include <string.h>

#include "component/component.h"
#include "component/handshake.h"
#include "fuzz.h"

#define SECRET "between us"

struct end {
    xmppfed_context *ctx;
    struct component *component;
    char id[HANDSHAKE_ID_SIZE]; /* of the stream that we answered with */
    bool proved;                /* byte 1 has come */
    bool up;
    bool down;
    uint64_t acked;   /* as told last */
    uint64_t unacked; /* the number of the stanza that came back last */
};

static const char *find_secret(const char *name, void *user)
{
    (void)user;
    return strcmp(name, "contoso.example") == 0 ? SECRET : NULL;
}

/* Takes what is to be sent, and keeps the id of our header: the first id in the output. */
static void take_output(struct end *e)
{
    xmppfed_slice out = component_output(e->component);

    for (size_t i = 0; !*e->id && i + 4 + HANDSHAKE_ID_SIZE <= out.len; i++)
        if (memcmp(out.data + i, " id='", 5) == 0)
            snprintf(e->id, sizeof(e->id), "%.*s", HANDSHAKE_ID_SIZE - 1, out.data + i + 5);
    component_sent(e->component, out.len);
}

/* What is handled grows up to what was sent; what comes back is all behind that, in order. */
static void check_number(struct end *e, bool server, const struct component_item *item)
{
    uint64_t sent = component_sent_count(e->component);

    FUZZ_CHECK(e->up && item->number <= sent);
    if (item->kind == COMPONENT_ACKED) {
        FUZZ_CHECK(item->number >= e->acked && e->unacked == 0);
        e->acked = item->number;
    } else {
        FUZZ_CHECK(server && item->number > e->acked && item->number > e->unacked);
        e->unacked = item->number;
    }
}

static void take_items(struct end *e, bool server)
{
    struct component_item item;

    while (component_next(e->component, &item)) {
        FUZZ_CHECK(!e->down);
        if (item.kind == COMPONENT_UP) {
            FUZZ_CHECK(!e->up && (e->proved || !server));
            e->up = true;
        } else if (item.kind == COMPONENT_STANZA) {
            FUZZ_CHECK(e->up && strcmp(xmppfed_element_ns(item.stanza), XMPPFED_NS_SERVER) == 0);
            (void)component_send(e->component, item.stanza);
            xmppfed_element_free(item.stanza);
        } else if (item.kind == COMPONENT_ACKED || item.kind == COMPONENT_UNACKED) {
            check_number(e, server, &item);
            xmppfed_element_free(item.stanza);
        } else {
            FUZZ_CHECK(item.kind == COMPONENT_DOWN && item.text && *item.text);
            e->down = true;
        }
    }
    component_ask(e->component);
    take_output(e);
}

static void send_handshake(struct end *e)
{
    char digest[HANDSHAKE_DIGEST_SIZE];
    char text[128];

    if (!*e->id || !handshake_digest(e->id, SECRET, digest))
        return;
    e->proved = true;
    snprintf(text, sizeof(text), "<handshake>%s</handshake>", digest);
    component_feed(e->component, text, strlen(text));
}

static void send_stanza(struct end *e)
{
    xmppfed_element *m = xmppfed_element_new(e->ctx, "message", XMPPFED_NS_SERVER);
    int rc;

    xmppfed_element_add_text(m, "Hello");
    rc = component_send(e->component, m);
    FUZZ_CHECK((rc == 0 || rc == XMPPFED_ERR_LIMIT_QUEUE) == component_is_up(e->component));
    xmppfed_element_free(m);
}

static void go_on(struct end *e, bool server, struct fuzz_cut cut, struct fuzz_input *in)
{
    xmppfed_slice piece;

    take_items(e, server);
    while (in->len > 0) {
        xmppfed_slice sent = {in->data, 0};

        while (sent.len < in->len && (sent.data[sent.len] < 1 || sent.data[sent.len] > 3))
            sent.len++;
        in->data += sent.len;
        in->len -= sent.len;
        while (fuzz_piece(&cut, &sent, &piece)) {
            component_feed(e->component, piece.data, piece.len);
            take_items(e, server);
        }
        switch (in->len > 0 ? fuzz_byte(in) : 0) {
        case 1:
            send_handshake(e);
            break;
        case 2:
            send_stanza(e);
            break;
        case 3:
            component_close(e->component, "system-shutdown", "The host goes down");
            break;
        default:
            break;
        }
        take_items(e, server);
    }
    component_transport_closed(e->component, "the connection was closed");
    take_items(e, server);
    FUZZ_CHECK(e->down);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    uint8_t role = fuzz_byte(&in);
    bool server = role == 's';
    struct fuzz_cut cut = fuzz_cut(fuzz_byte(&in));
    struct end e = {.ctx = fuzz_context()};
    struct component_options options = {.ctx = e.ctx,
                                        .role = server ? COMPONENT_SERVER : COMPONENT_CLIENT,
                                        .name = "contoso.example",
                                        .secret = SECRET,
                                        .find_secret = find_secret,
                                        .output_limit = 1 << 20,
                                        .acks = role == 'a'};

    FUZZ_CHECK(component_new(&options, &e.component) == 0);
    go_on(&e, server, cut, &in);
    component_free(e.component);
    fuzz_context_end(e.ctx);
    return 0;
}
