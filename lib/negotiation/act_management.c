/* act_management.c - actions of stream management (XEP-0198). */
#include "negotiation/actions.h"

static int send(struct xfed_negotiation *n, const struct xfed_management *m)
{
    return xfed_negotiation_send(n, xfed_management_write(n->ctx, m));
}

int xfed_act_send_enable(struct xfed_negotiation *n, const struct xfed_row *row,
                         const struct xfed_input *in)
{
    /* The peer may send before it answers. */
    int rc = xfed_bidi_begin(n);

    (void)row;
    (void)in;
    return rc < 0 ? rc : send(n, &(struct xfed_management){.kind = XFED_MANAGEMENT_ENABLE});
}

int xfed_act_acks_up(struct xfed_negotiation *n, const struct xfed_row *row,
                     const struct xfed_input *in)
{
    xfed_acks_begin(&n->acks);
    return xfed_act_announce_up(n, row, in);
}

int xfed_act_send_enabled(struct xfed_negotiation *n, const struct xfed_row *row,
                          const struct xfed_input *in)
{
    (void)row;
    (void)in;
    xfed_acks_begin(&n->acks);
    return send(n, &(struct xfed_management){.kind = XFED_MANAGEMENT_ENABLED});
}

int xfed_act_refuse_management(struct xfed_negotiation *n, const struct xfed_row *row,
                               const struct xfed_input *in)
{
    (void)row;
    (void)in;
    return xfed_negotiation_send(n, xfed_management_failed(n->ctx, "unexpected-request"));
}

int xfed_act_refuse_resume(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    (void)row;
    (void)in;
    return xfed_negotiation_send(n, xfed_management_failed(n->ctx, "item-not-found"));
}

int xfed_act_answer_request(struct xfed_negotiation *n, const struct xfed_row *row,
                            const struct xfed_input *in)
{
    (void)row;
    (void)in;
    return send(n, &(struct xfed_management){
                       .kind = XFED_MANAGEMENT_ACK, .has_h = true, .h = n->acks.handled});
}

int xfed_act_take_ack(struct xfed_negotiation *n, const struct xfed_row *row,
                      const struct xfed_input *in)
{
    (void)row;
    return xfed_acks_take(&n->acks, in->management->h) ? 0 : XMPPFED_ERR_STREAM_ACK_TOO_HIGH;
}
