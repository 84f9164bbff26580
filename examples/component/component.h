/*
 * component.h - one end of a component stream (XEP-0114) over memory.
 *
 * The link between the proxy and the host servers inside. Bytes go in and come out; items are
 * pulled. Stanzas are in the namespace of federation ("jabber:server") on this side of the API and
 * in "jabber:component:accept" on the wire. With a trust store the stream runs inside mutual TLS.
 */
#ifndef EXAMPLE_COMPONENT_H
#define EXAMPLE_COMPONENT_H

#include <stdbool.h>
#include <xmppfed/stream.h>
#include <xmppfed/tls.h>

struct component;

enum component_role {
    COMPONENT_SERVER = 1, /* accepts: checks the secret */
    COMPONENT_CLIENT = 2  /* connects: proves that it knows the secret */
};

/* The secret of a host by its prepared name, or NULL; borrowed until the next call. */
typedef const char *(*component_secret_fn)(const char *name, void *user);

struct component_options {
    xmppfed_context *ctx;
    int role;
    const char *name;                /* client: the domain it serves */
    const char *secret;              /* client */
    component_secret_fn find_secret; /* server */
    void *secret_user;
    xmppfed_credentials *credentials; /* with trust: our certificate */
    xmppfed_trust *trust;             /* NULL: without TLS */
    size_t output_limit;              /* most bytes that may wait to be sent */
    bool acks; /* client: the server is to acknowledge stanzas (acks.h); it must know how to */
};

enum component_item_kind {
    COMPONENT_UP = 1, /* the secret was accepted: stanzas may be sent */
    COMPONENT_STANZA, /* stanza; it counts as handled when the next item is asked for */
    COMPONENT_ACKED, /* the peer has handled all stanzas up to number; the first is of acks alone */
    COMPONENT_UNACKED, /* server: stanza, the one of that number, may have arrived or not */
    COMPONENT_DOWN     /* text says why; the last item */
};

struct component_item {
    int kind;
    xmppfed_element *stanza; /* the receiver's own, to be freed */
    uint64_t number;
    const char *text;
};

/* Makes an end; takes references or copies of all that it needs, but for secret_user. */
int component_new(const struct component_options *options, struct component **ret);
void component_free(struct component *c);

/* Received bytes; take all items before feeding more. An error shows up as COMPONENT_DOWN. */
void component_feed(struct component *c, const void *data, size_t len);
/* Nothing can be sent any more; what the peer had said before that is still to be fed. */
void component_transport_broken(struct component *c, const char *why);
/* The transport was closed by the peer or broke. */
void component_transport_closed(struct component *c, const char *why);
/* The next item: true with *ret. */
bool component_next(struct component *c, struct component_item *ret);

/* Bytes for the transport, and dropping those that it took. */
xmppfed_slice component_output(const struct component *c);
void component_sent(struct component *c, size_t len);

/*
 * Sends a stanza (namespace "jabber:server"). Errors: XMPPFED_ERR_STATE (not up),
 * XMPPFED_ERR_LIMIT_QUEUE (too much waits already), XMPPFED_ERR_NOMEM.
 */
int component_send(struct component *c, const xmppfed_element *stanza);
/* How many stanzas were sent, which is the number of the last one; COMPONENT_ACKED tells of them.
 */
uint64_t component_sent_count(const struct component *c);
/*
 * Asks what the peer has handled, if acknowledgements are on and it has not been asked since the
 * last stanza; for the end of a batch. Within one it is asked every 64 stanzas by itself.
 */
void component_ask(struct component *c);
/* Server: a host that wanted acknowledgements would have said so by now; copies are not kept. */
void component_forget_early(struct component *c);
/*
 * Says that the stream is over, as component_close() does, and goes on giving the stanzas that the
 * peer had sent before it heard it, until it closes the stream too (RFC 6120 4.4).
 */
void component_end(struct component *c, const char *condition, const char *text);
/* Closes the stream, with a stream error if condition is not NULL. */
void component_close(struct component *c, const char *condition, const char *text);

/* The prepared name of the host; "" before it is known. */
const char *component_name(const struct component *c);
bool component_is_up(const struct component *c);

#endif
