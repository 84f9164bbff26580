/* act_bidi.c - actions of streams that carry stanzas both ways (XEP-0288). */
#include "negotiation/actions.h"

#include "xml/ns.h"

int xfed_bidi_admit(struct xfed_negotiation *n, const char *local)
{
    int method = n->method == XMPPFED_METHOD_SCRAM ? n->method : XMPPFED_METHOD_EXTERNAL;

    return n->bidi ? xfed_pairs_add(&n->proved, local, n->remote, method) : 0;
}

int xfed_bidi_begin(struct xfed_negotiation *n)
{
    return xfed_bidi_admit(n, n->local);
}

/* The features are still to be answered: with <auth/>, or with a key (XEP-0288 2.2). */
int xfed_act_send_bidi(struct xfed_negotiation *n, const struct xfed_row *row,
                       const struct xfed_input *in)
{
    int rc = xfed_negotiation_send(n, xmppfed_element_new(n->ctx, "bidi", XFED_NS_BIDI));

    (void)row;
    (void)in;
    n->bidi = true;
    return rc < 0 ? rc : XFED_EVENT_FEATURES;
}

int xfed_act_note_bidi(struct xfed_negotiation *n, const struct xfed_row *row,
                       const struct xfed_input *in)
{
    (void)row;
    (void)in;
    n->bidi = true;
    return 0;
}
