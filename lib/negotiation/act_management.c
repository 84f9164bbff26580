/* act_management.c - actions of stream management (XEP-0198). */
#include "negotiation/actions.h"

#include "base/memory.h"

#include <string.h>

static int send(struct xfed_negotiation *n, const struct xfed_management *m)
{
    return xfed_negotiation_send(n, xfed_management_write(n->ctx, m));
}

int xfed_act_find_session(struct xfed_negotiation *n, const struct xfed_row *row,
                          const struct xfed_input *in)
{
    const struct xfed_session_port *port = n->ports.session;
    const char *id = port ? port->left(n->ports.session_user, &n->acks_before) : NULL;

    (void)row;
    (void)in;
    if (!id)
        return XFED_EVENT_SESSION_NONE;
    n->session = xfed_strdup(n->ctx, id);
    return n->session ? XFED_EVENT_SESSION_LEFT : XMPPFED_ERR_NOMEM;
}

int xfed_act_send_enable(struct xfed_negotiation *n, const struct xfed_row *row,
                         const struct xfed_input *in)
{
    /* The peer may send before it answers. */
    int rc = xfed_bidi_begin(n);

    (void)row;
    (void)in;
    return rc < 0 ? rc
                  : send(n, &(struct xfed_management){.kind = XFED_MANAGEMENT_ENABLE,
                                                      .resume = n->ports.session != NULL});
}

int xfed_act_send_resume(struct xfed_negotiation *n, const struct xfed_row *row,
                         const struct xfed_input *in)
{
    /* As for <enable/>. */
    int rc = xfed_bidi_begin(n);

    (void)row;
    (void)in;
    return rc < 0 ? rc
                  : send(n, &(struct xfed_management){.kind = XFED_MANAGEMENT_RESUME,
                                                      .id = n->session,
                                                      .has_h = true,
                                                      .h = n->acks_before.handled});
}

/* A peer that only echoes our wish, without an id, keeps nothing that could be resumed. */
int xfed_act_acks_up(struct xfed_negotiation *n, const struct xfed_row *row,
                     const struct xfed_input *in)
{
    const struct xfed_management *m = in->management;

    xfed_acks_begin(&n->acks);
    if (n->ports.session && m->resume && m->id[0] && strlen(m->id) <= XFED_MANAGEMENT_ID_MAX) {
        n->session = xfed_strdup(n->ctx, m->id);
        if (!n->session)
            return XMPPFED_ERR_NOMEM;
        n->session_seconds = m->max;
    }
    return xfed_act_announce_up(n, row, in);
}

int xfed_act_resumed_up(struct xfed_negotiation *n, const struct xfed_row *row,
                        const struct xfed_input *in)
{
    if (strcmp(in->management->id, n->session) != 0)
        return XMPPFED_ERR_STREAM_ACK_MALFORMED;
    if (!xfed_acks_resume(&n->acks, &n->acks_before, in->management->h))
        return XMPPFED_ERR_STREAM_ACK_TOO_HIGH;
    n->ports.session->resumed(n->ports.session_user, in->management->h);
    return xfed_act_announce_up(n, row, in);
}

int xfed_act_end_session(struct xfed_negotiation *n, const struct xfed_row *row,
                         const struct xfed_input *in)
{
    const struct xfed_management *m = in->management;

    (void)row;
    xfed_free(n->ctx, n->session);
    n->session = NULL;
    n->ports.session->ended(n->ports.session_user, m->has_h ? &m->h : NULL);
    return XFED_EVENT_SESSION_NONE;
}

int xfed_act_send_enabled(struct xfed_negotiation *n, const struct xfed_row *row,
                          const struct xfed_input *in)
{
    struct xfed_management m = {.kind = XFED_MANAGEMENT_ENABLED};
    char id[XFED_MANAGEMENT_ID_MAX + 1] = "";

    (void)row;
    xfed_acks_begin(&n->acks);
    if (n->ports.session && in->management->resume) {
        int rc = n->ports.session->open(n->ports.session_user, id, sizeof(id), &m.max);

        if (rc < 0)
            return rc;
        m.resume = id[0] != '\0';
        m.id = id;
    }
    return send(n, &m);
}

int xfed_act_refuse_management(struct xfed_negotiation *n, const struct xfed_row *row,
                               const struct xfed_input *in)
{
    (void)row;
    (void)in;
    return xfed_negotiation_send(n, xfed_management_failed(n->ctx, "unexpected-request", NULL));
}

int xfed_act_answer_resume(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    struct xfed_session_answer answer = {.resumes = false};
    struct xfed_management m = {.kind = XFED_MANAGEMENT_RESUMED, .has_h = true};
    int rc;

    (void)row;
    if (n->ports.session)
        n->ports.session->take(n->ports.session_user, in->management, &answer);
    if (!answer.resumes)
        return xfed_negotiation_send(
            n, xfed_management_failed(n->ctx, "item-not-found",
                                      answer.known ? &answer.acks.handled : NULL));
    if (!xfed_acks_resume(&n->acks, &answer.acks, in->management->h))
        return XMPPFED_ERR_STREAM_ACK_TOO_HIGH;
    m.id = in->management->id;
    m.h = n->acks.handled;
    rc = send(n, &m);
    /* Afterwards, so that what is sent anew follows the answer (XEP-0198 5). */
    if (rc == 0)
        n->ports.session->resumed(n->ports.session_user, in->management->h);
    return rc;
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
