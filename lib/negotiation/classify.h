/* classify.h - which event an element is, by namespace and name, before any action sees it. */
#ifndef XFED_NEGOTIATION_CLASSIFY_H
#define XFED_NEGOTIATION_CLASSIFY_H

#include "negotiation/negotiation.h"

/* Room for what an input points into. */
struct xfed_classified {
    struct xfed_input input;
    struct xfed_stream_features features;
    struct xfed_dialback_message dialback;
    struct xfed_management management;
    char from[XMPPFED_DOMAIN_SIZE];
    char to[XMPPFED_DOMAIN_SIZE];
};

/* The event (never NONE) with its input filled in; e must live as long as ret is used. */
unsigned xfed_classify(const xmppfed_element *e, struct xfed_classified *ret);

#endif
