/* transport.h - what carries a component stream: plain bytes, or mutual TLS. */
#ifndef EXAMPLE_COMPONENT_TRANSPORT_H
#define EXAMPLE_COMPONENT_TRANSPORT_H

#include "component/component.h"

struct transport {
    xmppfed_tls_session *tls; /* NULL: plain */
    xmppfed_trust *trust;
    bool ready; /* the stream may start */
    char *out;  /* plain: bytes not yet sent */
    size_t out_len;
    size_t out_size;
};

/* 0, or an error code. */
int transport_init(struct transport *t, const struct component_options *options);
void transport_fini(struct transport *t);

/* Puts what arrived, decrypted, into the parser. An error code with a sentence in why, or 0. */
int transport_feed(struct transport *t, xmppfed_stream *into, const void *data, size_t len,
                   xmppfed_problem *why);
int transport_write(struct transport *t, const char *data, size_t len);
/* No more will be written. */
void transport_close(struct transport *t);
xmppfed_slice transport_output(const struct transport *t);
void transport_sent(struct transport *t, size_t len);

#endif
