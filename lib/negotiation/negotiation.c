/* negotiation.c - the engine: the only writer of a stream's state. */
#include "negotiation/negotiation.h"

#include "base/context.h"
#include "base/fault.h"
#include "base/slice.h"
#include "negotiation/actions.h"
#include "stream/stream_error.h"

#include <string.h>

/* Actions that name a further event, one after another; more would be a loop in the tables. */
#define CHAIN_MAX 4

typedef int (*action_fn)(struct xfed_negotiation *n, const struct xfed_row *row,
                         const struct xfed_input *in);

static const action_fn actions[] = {
#define X(name, text) xfed_act_##name,
#include "negotiation/actions.def"
#undef X
};

void xfed_negotiation_init(struct xfed_negotiation *n, xmppfed_context *ctx, enum xfed_role role,
                           const char *local, const char *remote, const struct xfed_ports *ports)
{
    *n = (struct xfed_negotiation){.ctx = ctx, .role = role, .ports = *ports};
    n->state = role == XFED_INITIATOR ? XFED_STATE_I_HEADER : XFED_STATE_R_HEADER;
    (void)xfed_text_copy(n->local, sizeof(n->local), local);
    (void)xfed_text_copy(n->remote, sizeof(n->remote), remote);
    xfed_pairs_init(&n->proved, ctx);
    xfed_pairs_init(&n->checks, ctx);
    xfed_pairs_init(&n->further, ctx);
}

void xfed_negotiation_fini(struct xfed_negotiation *n)
{
    xfed_pairs_fini(&n->proved);
    xfed_pairs_fini(&n->checks);
    xfed_pairs_fini(&n->further);
    xfed_free(n->ctx, n->sasl_text);
    n->sasl_text = NULL;
    xfed_free(n->ctx, n->session);
    n->session = NULL;
}

int xfed_negotiation_begin(struct xfed_negotiation *n)
{
    return n->ports.stream->send_header(n->ports.user, n->local, n->remote, NULL);
}

bool xfed_negotiation_is_up(const struct xfed_negotiation *n)
{
    return n->state == XFED_STATE_I_UP || n->state == XFED_STATE_R_UP;
}

bool xfed_negotiation_takes_pair(struct xfed_negotiation *n, const char *local, const char *remote)
{
    const struct xfed_input in = {.local = local, .remote = remote};
    const struct xfed_row *row;

    if (n->state != XFED_STATE_I_UP || n->further.count >= XFED_PAIRS_MAX)
        return false;
    row = xfed_table_find(n->role, n->state, XFED_EVENT_PAIR_WANTED,
                          xfed_negotiation_facts(n, XFED_EVENT_PAIR_WANTED, &in));
    return row && row->action == XFED_ACTION_send_pair_key;
}

static const char *peer(const struct xfed_negotiation *n)
{
    return n->remote[0] ? n->remote : "a peer that did not name itself";
}

/* Keeps the first reason; a later failure while closing says less. */
static int end(struct xfed_negotiation *n, int code, const char *step)
{
    n->ended_in = n->state;
    n->state = XFED_STATE_CLOSED;
    if (n->fault.code == 0 && code != XMPPFED_ERR_STREAM_CLOSED)
        (void)xfed_fault_set(&n->fault, code, "%s: %s (while waiting for: %s)", peer(n),
                             xmppfed_error_sentence(code), step);
    return code;
}

static void remember_offers(struct xfed_negotiation *n, const struct xfed_stream_features *f)
{
    n->tls_offered = f->starttls;
    n->external_offered = f->sasl_external;
    n->scram_offered = f->sasl_scram;
    n->dialback_offered = n->dialback_offered || f->dialback;
    n->errors_offered = f->dialback_errors;
    n->bidi_offered = f->bidi;
    n->peer_max_bytes = f->max_bytes;
    n->acks.offered = n->acks.wanted && f->management;
}

/* For people: an unknown condition is kept as well, cut to what fits. */
static void remember_condition(struct xfed_negotiation *n, unsigned event,
                               const struct xfed_input *in)
{
    const xmppfed_element *child;
    const char *condition = NULL;
    const char *text;

    if (event == XFED_EVENT_STREAM_ERROR && in->element)
        (void)xfed_stream_error_read(in->element, &condition, &text);
    else if (event == XFED_EVENT_DB_ERROR && in->dialback)
        condition = in->dialback->condition;
    else if ((event == XFED_EVENT_FAILURE || event == XFED_EVENT_TLS_FAILURE) && in->element &&
             (child = xmppfed_element_first(in->element)))
        condition = xmppfed_element_name(child);
    if (condition)
        (void)xfed_text_copy(n->peer_condition, sizeof(n->peer_condition), condition);
}

static int step(struct xfed_negotiation *n, unsigned event, const struct xfed_input *in)
{
    unsigned facts = xfed_negotiation_facts(n, event, in);
    const struct xfed_row *row = xfed_table_find(n->role, n->state, event, facts);
    const char *waiting = xfed_state_text(n->state);
    int rc;

    if (!row)
        return end(n, xfed_event_refusal(event), waiting);
    if (event != XFED_EVENT_STANZA)
        xfed_trace(n->ctx, "negotiation peer=%s state=%s event=%s facts=%#x action=%s next=%s",
                   peer(n), xfed_state_name(n->state), xfed_event_id_name(event), facts,
                   xfed_action_name(row->action), xfed_state_name(row->next));
    rc = actions[row->action](n, row, in);
    if (rc < 0)
        return end(n, rc, waiting);
    n->state = row->next;
    return rc;
}

int xfed_negotiation_run(struct xfed_negotiation *n, unsigned event, const struct xfed_input *in)
{
    if (n->state == XFED_STATE_CLOSED)
        return XMPPFED_ERR_STREAM_CLOSED;
    if (in->features && n->role == XFED_INITIATOR)
        remember_offers(n, in->features);
    if (n->role == XFED_INITIATOR)
        remember_condition(n, event, in);
    n->heard = n->heard || event == XFED_EVENT_HEADER;
    for (int i = 0; i < CHAIN_MAX; i++) {
        int rc = step(n, event, in);

        if (rc <= 0)
            return rc;
        event = (unsigned)rc;
    }
    return end(n, XMPPFED_ERR_INTERNAL, xfed_state_text(n->state));
}
