/* queue.c - the stanzas of one pair of domains on their way out, in order. */
#include "federation/queue.h"

#include "xml/tree.h"

static struct xfed_queued *queued_of(struct xfed_node *node)
{
    return XFED_CONTAINER(node, struct xfed_queued, node);
}

void xfed_queue_init(struct xfed_queue *q, xmppfed_context *ctx)
{
    *q = (struct xfed_queue){.ctx = ctx};
    xfed_list_init(&q->stanzas);
    q->unsent = &q->stanzas;
}

struct xfed_queued *xfed_queued_new(xmppfed_context *ctx, xmppfed_element *stanza,
                                    xmppfed_event *outcome)
{
    struct xfed_queued *s = xfed_zalloc(ctx, sizeof(*s));

    if (!s)
        return NULL;
    s->stanza = stanza;
    s->outcome = outcome;
    s->bytes = stanza->tree->arena.total; /* what it holds, not what it would print */
    return s;
}

void xfed_queued_free(xmppfed_context *ctx, struct xfed_queued *s)
{
    xmppfed_element_free(s->stanza);
    xfed_event_free(s->outcome);
    xfed_free(ctx, s);
}

void xfed_queue_fini(struct xfed_queue *q)
{
    struct xfed_queued *s;

    while ((s = xfed_queue_first(q)) != NULL) {
        xfed_queue_remove(q, s);
        xfed_queued_free(q->ctx, s);
    }
}

int xfed_queue_add(struct xfed_queue *q, struct xfed_queued *s, size_t max_count, size_t max_bytes)
{
    if (q->count >= max_count || s->bytes > max_bytes || q->bytes > max_bytes - s->bytes)
        return XMPPFED_ERR_LIMIT_QUEUE;
    xfed_list_append(&q->stanzas, &s->node);
    if (q->unsent == &q->stanzas)
        q->unsent = &s->node;
    q->count++;
    q->bytes += s->bytes;
    return 0;
}

bool xfed_queue_empty(const struct xfed_queue *q)
{
    return q->count == 0;
}

struct xfed_queued *xfed_queue_first(const struct xfed_queue *q)
{
    return q->count == 0 ? NULL : queued_of(q->stanzas.next);
}

struct xfed_queued *xfed_queue_unsent(const struct xfed_queue *q)
{
    return q->unsent == &q->stanzas ? NULL : queued_of(q->unsent);
}

bool xfed_queue_is_sent(const struct xfed_queue *q, const struct xfed_queued *s)
{
    return q->unsent != &s->node;
}

void xfed_queue_sent(struct xfed_queue *q, uint64_t mark)
{
    queued_of(q->unsent)->mark = mark;
    q->unsent = q->unsent->next;
}

void xfed_queue_unsend(struct xfed_queue *q)
{
    q->unsent = q->stanzas.next;
}

const struct xfed_queued *xfed_queue_last_taken(const struct xfed_queue *q, uint64_t taken)
{
    const struct xfed_queued *last = NULL;

    for (struct xfed_node *at = q->stanzas.next; at != q->unsent && queued_of(at)->mark <= taken;
         at = at->next)
        last = queued_of(at);
    return last;
}

const struct xfed_queued *xfed_queue_unsend_after(struct xfed_queue *q, uint64_t taken)
{
    const struct xfed_queued *last = xfed_queue_last_taken(q, taken);

    q->unsent = last ? last->node.next : q->stanzas.next;
    return last;
}

struct xfed_queued *xfed_queue_handed(const struct xfed_queue *q, uint64_t acked)
{
    struct xfed_queued *s = xfed_queue_first(q);

    return s && xfed_queue_is_sent(q, s) && s->mark <= acked ? s : NULL;
}

void xfed_queue_remove(struct xfed_queue *q, struct xfed_queued *s)
{
    if (q->unsent == &s->node)
        q->unsent = s->node.next;
    xfed_list_remove(&s->node);
    q->count--;
    q->bytes -= s->bytes;
}
