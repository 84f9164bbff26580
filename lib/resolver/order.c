/* order.c - SRV records by priority and weight, as RFC 2782 "Usage rules" says. */
#include "resolver/order.h"

#include "crypto/random.h"

static void swap(struct xfed_srv *a, struct xfed_srv *b)
{
    struct xfed_srv keep = *a;

    *a = *b;
    *b = keep;
}

/* Lowest priority first; an insertion sort is enough for so few. */
static void sort_by_priority(struct xfed_srv *srv, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t j = i; j > 0 && srv[j].priority < srv[j - 1].priority; j--)
            swap(&srv[j], &srv[j - 1]);
    }
}

/* Every order equally likely, so that records of weight 0 share the load as well. */
static int shuffle(xmppfed_context *ctx, struct xfed_srv *srv, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        uint32_t j;
        int rc = xfed_random_below(ctx, (uint32_t)i, &j);

        if (rc < 0)
            return rc;
        swap(&srv[i - 1], &srv[j]);
    }
    return 0;
}

static void weightless_first(struct xfed_srv *srv, size_t count)
{
    size_t front = 0;

    for (size_t i = 0; i < count; i++) {
        if (srv[i].weight == 0)
            swap(&srv[i], &srv[front++]);
    }
}

/*
 * Draws the record to go to the front: the first whose running sum of weights reaches a number from
 * 0 to the whole sum. Those of weight 0 stand first and so have a small chance, not none.
 */
static int draw(xmppfed_context *ctx, const struct xfed_srv *srv, size_t count, size_t *ret)
{
    uint32_t sum = 0;
    uint32_t number;
    uint32_t running = 0;
    size_t i = 0;
    int rc;

    for (size_t k = 0; k < count; k++)
        sum += srv[k].weight;
    rc = xfed_random_below(ctx, sum + 1, &number);
    if (rc < 0)
        return rc;
    while (i + 1 < count && (running += srv[i].weight) < number)
        i++;
    *ret = i;
    return 0;
}

/* Orders records of one priority. */
static int order_by_weight(xmppfed_context *ctx, struct xfed_srv *srv, size_t count)
{
    int rc = shuffle(ctx, srv, count);

    for (size_t at = 0; at + 1 < count && rc == 0; at++) {
        size_t chosen;

        weightless_first(srv + at, count - at);
        rc = draw(ctx, srv + at, count - at, &chosen);
        if (rc == 0)
            swap(&srv[at], &srv[at + chosen]);
    }
    return rc;
}

int xfed_srv_order(xmppfed_context *ctx, struct xfed_srv *srv, size_t count)
{
    int rc = 0;

    sort_by_priority(srv, count);
    for (size_t start = 0; start < count && rc == 0;) {
        size_t end = start + 1;

        while (end < count && srv[end].priority == srv[start].priority)
            end++;
        rc = order_by_weight(ctx, srv + start, end - start);
        start = end;
    }
    return rc;
}
