/* actions.h - what a row of a table does: one function for each entry of actions.def. */
#ifndef XFED_NEGOTIATION_ACTIONS_H
#define XFED_NEGOTIATION_ACTIONS_H

#include "negotiation/negotiation.h"

/*
 * Each returns 0, a further event (enum xfed_event_id) that is to happen in the row's next state,
 * or a negative error, which ends the stream. None writes the state.
 */
#define X(name, text)                                                           \
    int xfed_act_##name(struct xfed_negotiation *n, const struct xfed_row *row, \
                        const struct xfed_input *in);
#include "negotiation/actions.def"
#undef X

/* Sends an element and frees it; XMPPFED_ERR_NOMEM for NULL. */
int xfed_negotiation_send(struct xfed_negotiation *n, xmppfed_element *e) XMPPFED_MUST_CHECK;

/*
 * Where <bidi/> was sent: stanzas of the peer to our domain are proved from now on, by the shared
 * secret or by its certificate alone, whatever proves us (facts.c). XMPPFED_ERR_NOMEM or 0.
 */
int xfed_bidi_begin(struct xfed_negotiation *n) XMPPFED_MUST_CHECK;
/* The same for one more domain of ours with the same peer. */
int xfed_bidi_admit(struct xfed_negotiation *n, const char *local) XMPPFED_MUST_CHECK;

#endif
