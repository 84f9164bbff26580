/* gate_names.c - the gate's names: their shape, repeated attributes, tags that must match. */
#include <string.h>

#include "base/slice.h"
#include "xml/gate_state.h"
#include "xml/names.h"

/* What most tags and elements need. */
enum { SPANS_FIRST = 8 };

static int spans_grow(struct xfed_gate *g, struct xfed_gate_spans *s)
{
    uint32_t capacity = s->capacity ? s->capacity * 2 : SPANS_FIRST;
    size_t more = (capacity - s->capacity) * sizeof(*s->items);
    int rc = xfed_account_take(g->account, more);
    if (rc < 0)
        return rc;
    struct xfed_gate_span *items =
        xfed_realloc(g->account->ctx, s->items, capacity * sizeof(*s->items));
    if (!items) {
        xfed_account_give(g->account, more);
        return XMPPFED_ERR_NOMEM;
    }
    s->items = items;
    s->capacity = capacity;
    return 0;
}

static int spans_push(struct xfed_gate *g, struct xfed_gate_spans *s)
{
    if (s->count == s->capacity) {
        int rc = spans_grow(g, s);
        if (rc < 0)
            return rc;
    }
    s->items[s->count++] = g->name;
    return 0;
}

void xfed_gate_spans_free(struct xfed_gate *g, struct xfed_gate_spans *s)
{
    xfed_free(g->account->ctx, s->items);
    xfed_account_give(g->account, s->capacity * sizeof(*s->items));
    *s = (struct xfed_gate_spans){0};
}

/* FNV-1a: repeated attributes are found by hash first, so that a wide tag costs little. */
static void hash_code(struct xfed_gate *g, uint32_t code)
{
    g->name.hash = (g->name.hash ^ code) * UINT32_C(16777619);
}

void xfed_gate_name_begin(struct xfed_gate *g, uint32_t code)
{
    g->name.at = (uint32_t)g->char_at;
    g->name.len = (uint32_t)(g->unit_len - g->char_at);
    g->name.hash = UINT32_C(2166136261);
    g->colon_seen = false;
    g->after_colon = false;
    hash_code(g, code);
}

int xfed_gate_name_add(struct xfed_gate *g, uint32_t code, bool *ret_ended)
{
    bool belongs = xfed_xml_is_name_char(code);
    *ret_ended = false;
    if (code == ':') {
        if (g->colon_seen)
            return XMPPFED_ERR_XML_NOT_WELL_FORMED; /* XML-NAMES, production QName */
        g->colon_seen = true;
        g->after_colon = true;
    } else if (g->after_colon) {
        if (!xfed_xml_is_name_start(code))
            return XMPPFED_ERR_XML_NOT_WELL_FORMED;
        g->after_colon = false;
    } else if (!belongs) {
        *ret_ended = true;
        return 0;
    }
    g->name.len = (uint32_t)g->unit_len - g->name.at;
    if (g->name.len > g->limits->name_bytes)
        return XMPPFED_ERR_LIMIT_SHAPE;
    hash_code(g, code);
    return 0;
}

size_t xfed_gate_name_run(struct xfed_gate *g, const char *data, size_t len)
{
    size_t most = g->limits->name_bytes > g->name.len ? g->limits->name_bytes - g->name.len : 0;
    size_t run = 0;

    if (g->after_colon)
        return 0;
    if (most > len)
        most = len;
    for (; run < most && data[run] >= 'a' && data[run] <= 'z'; run++)
        hash_code(g, (uint8_t)data[run]);
    g->name.len += (uint32_t)run;
    return run;
}

xmppfed_slice xfed_gate_name_bytes(const struct xfed_gate *g, const struct xfed_gate_span *name)
{
    return xfed_slice(xfed_buffer_bytes(&g->buffer).data + name->at, name->len);
}

static bool declares_namespace(xmppfed_slice name)
{
    static const char word[] = "xmlns";
    size_t len = sizeof(word) - 1;
    return name.len >= len && memcmp(name.data, word, len) == 0 &&
           (name.len == len || name.data[len] == ':');
}

int xfed_gate_attribute_named(struct xfed_gate *g)
{
    int rc = xfed_gate_flush(g);
    if (rc < 0)
        return rc;
    xmppfed_slice name = xfed_gate_name_bytes(g, &g->name);
    for (size_t i = 0; i < g->attributes.count; i++) {
        const struct xfed_gate_span *other = &g->attributes.items[i];
        if (other->hash == g->name.hash && xfed_slice_equal(xfed_gate_name_bytes(g, other), name))
            return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    }
    if (declares_namespace(name) && ++g->namespaces > g->limits->namespaces)
        return XMPPFED_ERR_LIMIT_SHAPE;
    return spans_push(g, &g->attributes);
}

int xfed_gate_start_named(struct xfed_gate *g)
{
    g->attributes.count = 0;
    if (g->phase == GATE_STREAM)
        return spans_push(g, &g->open);
    int rc = xfed_gate_flush(g);
    if (rc < 0)
        return rc;
    xmppfed_slice name = xfed_gate_name_bytes(g, &g->name);
    rc = xfed_account_take(g->account, name.len);
    if (rc < 0)
        return rc;
    g->header_name_len = name.len;
    g->header_name = xfed_strndup(g->account->ctx, name.data, name.len);
    return g->header_name ? 0 : XMPPFED_ERR_NOMEM;
}

int xfed_gate_end_named(struct xfed_gate *g)
{
    int rc = xfed_gate_flush(g);
    if (rc < 0)
        return rc;
    xmppfed_slice wanted = xfed_slice(g->header_name, g->header_name_len);
    if (g->open.count > 0)
        wanted = xfed_gate_name_bytes(g, &g->open.items[g->open.count - 1]);
    if (!xfed_slice_equal(wanted, xfed_gate_name_bytes(g, &g->name)))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    return 0;
}
