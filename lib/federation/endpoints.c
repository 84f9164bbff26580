/* endpoints.c - the candidates of one round: where a partner may be reached, in order of trying. */
#include "federation/endpoints.h"

#include <string.h>

void xfed_endpoints_init(struct xfed_endpoints *e, xmppfed_context *ctx)
{
    *e = (struct xfed_endpoints){.ctx = ctx};
}

void xfed_endpoints_clear(struct xfed_endpoints *e)
{
    for (size_t i = 0; i < e->count; i++)
        xfed_free(e->ctx, e->items[i].tlsa);
    xfed_free(e->ctx, e->items);
    xfed_endpoints_init(e, e->ctx);
}

/* Adds what the octets and the name of a record take; false on overflow. */
static bool add_size(const xmppfed_tlsa *record, size_t *size)
{
    return xfed_size_add(*size, record->data.len, size) &&
           (!record->base || xfed_size_add(*size, strlen(record->base) + 1, size));
}

/* A copy of records in one block with all they point to; NULL when out of memory. */
static xmppfed_tlsa *copy_tlsa(xmppfed_context *ctx, const xmppfed_tlsa *records, size_t count)
{
    xmppfed_tlsa *copy;
    size_t size;
    char *at;

    if (!xfed_size_mul(count, sizeof(*copy), &size))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!add_size(&records[i], &size))
            return NULL;
    copy = xfed_alloc(ctx, size);
    if (!copy)
        return NULL;
    at = (char *)(copy + count);
    for (size_t i = 0; i < count; i++) {
        copy[i] = records[i];
        if (records[i].data.len > 0)
            memcpy(at, records[i].data.data, records[i].data.len);
        copy[i].data.data = at;
        at += records[i].data.len;
        if (!records[i].base)
            continue;
        size = strlen(records[i].base) + 1;
        memcpy(at, records[i].base, size);
        copy[i].base = at;
        at += size;
    }
    return copy;
}

int xfed_endpoints_add(struct xfed_endpoints *e, const xmppfed_endpoint *endpoint,
                       const xmppfed_tlsa *tlsa)
{
    struct xfed_candidate *items;
    struct xfed_candidate added = {.endpoint = *endpoint};

    if (e->count == XFED_ENDPOINTS_MAX)
        return 0;
    items = xfed_realloc(e->ctx, e->items, (e->count + 1) * sizeof(*items));
    if (!items)
        return XMPPFED_ERR_NOMEM;
    e->items = items;
    if (endpoint->tlsa_count > 0) {
        added.tlsa = copy_tlsa(e->ctx, tlsa + endpoint->tlsa_first, endpoint->tlsa_count);
        if (!added.tlsa)
            return XMPPFED_ERR_NOMEM;
    }
    added.endpoint.tlsa_first = 0;
    e->items[e->count++] = added;
    return 0;
}

void xfed_endpoints_keep_better(struct xfed_endpoints *e, uint16_t priority)
{
    size_t kept = 0;

    for (size_t i = 0; i < e->count; i++) {
        if (e->items[i].endpoint.priority < priority)
            e->items[kept++] = e->items[i];
        else
            xfed_free(e->ctx, e->items[i].tlsa);
    }
    e->count = kept;
}

const xmppfed_endpoint *xfed_endpoints_at(const struct xfed_endpoints *e, size_t index)
{
    return index < e->count ? &e->items[index].endpoint : NULL;
}

const xmppfed_tlsa *xfed_endpoints_tlsa(const struct xfed_endpoints *e, size_t index,
                                        size_t *ret_count)
{
    *ret_count = index < e->count ? e->items[index].endpoint.tlsa_count : 0;
    return index < e->count ? e->items[index].tlsa : NULL;
}
