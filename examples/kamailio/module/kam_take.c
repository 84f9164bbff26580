/* kam_take.c - what runs in Kamailio's processes: packets are copied and handed to ours. */
#include "kamailio/module/kam.h"

#include <string.h>

#include "kamailio/module/crossing.h"

/* For which a worker waits with a response, which nobody would repeat. */
#define PATIENCE_MS 5000

static bool hand_over(struct sip_msg *msg, unsigned hash, unsigned label)
{
    const str *uri = GET_RURI(msg);
    struct crossing *c = crossing_new(CROSSING_REQUEST, (size_t)uri->len, msg->len);

    if (!c)
        return false;
    c->hash = hash;
    c->label = label;
    memcpy(c->bytes, uri->s, (size_t)uri->len);
    memcpy(c->bytes + uri->len, msg->buf, msg->len);
    if (crossing_send(c, 0))
        return true;
    crossing_free(c);
    return false;
}

int kam_take(struct sip_msg *msg, char *unused1, char *unused2)
{
    struct cell *cell = kam_tm.t_gett();
    unsigned hash;
    unsigned label;
    int rc;

    (void)unused1;
    (void)unused2;
    if (!cell || cell == T_UNDEFINED) {
        rc = kam_tm.t_newtran(msg);
        /* 0: the request is one that came before; tm has repeated the answer if there is one. */
        if (rc <= 0)
            return rc;
    }
    /* The transaction outlives this process' work on it, and ends by itself without an answer. */
    if (kam_tm.t_suspend(msg, &hash, &label) < 0)
        return -1;
    if (hand_over(msg, hash, label))
        return 0;
    LM_ERR("a request could not be handed over: the process for XMPP does not keep up\n");
    (void)kam_tm.t_cancel_suspend(hash, label);
    return -1;
}

void kam_completed(struct cell *cell, int type, struct tmcb_params *params)
{
    const struct sip_msg *msg = params->rpl;
    struct crossing *c = *params->param;
    struct crossing *whole = NULL;

    (void)cell;
    (void)type;
    /* Without memory for the packet the status alone crosses over. */
    if (msg && msg != FAKED_REPLY)
        whole = crossing_new(CROSSING_RESPONSE, 0, msg->len);
    if (whole) {
        memcpy(whole->bytes, msg->buf, msg->len);
        whole->token = c->token;
        crossing_free(c);
        c = whole;
    }
    c->status = params->code;
    if (crossing_send(c, PATIENCE_MS))
        return;
    LM_ERR("a response was lost: the process for XMPP does not keep up\n");
    crossing_free(c);
}
