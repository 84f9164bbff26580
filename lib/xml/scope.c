/* scope.c - what a stream header declares, written as start tags for each unit's own parser. */
#include "xml/scope.h"

#include <string.h>

#include "base/slice.h"
#include "xml/writer.h"

void xfed_xml_scope_init(struct xfed_xml_scope_builder *b, xmppfed_context *ctx)
{
    xfed_account_init(&b->account, ctx, SIZE_MAX);
    xfed_buffer_init(&b->outer, &b->account, SIZE_MAX);
    xfed_buffer_init(&b->inner, &b->account, SIZE_MAX);
    xfed_buffer_init(&b->prefixes, &b->account, SIZE_MAX);
    b->default_ns = "";
}

void xfed_xml_scope_fini(struct xfed_xml_scope_builder *b)
{
    xfed_buffer_fini(&b->outer);
    xfed_buffer_fini(&b->inner);
    xfed_buffer_fini(&b->prefixes);
}

void xfed_xml_scope_free(struct xfed_xml_scope *scope)
{
    if (!scope)
        return;
    xmppfed_context *ctx = scope->ctx;
    xfed_free(ctx, scope);
    xmppfed_context_unref(ctx);
}

/* A start tag begins with its first declaration, or with its end. */
static int begin(struct xfed_buffer *tag)
{
    return xfed_buffer_length(tag) == 0 ? xfed_buffer_append_text(tag, "<scope") : 0;
}

static int end(struct xfed_buffer *tag)
{
    int rc = begin(tag);
    return rc == 0 ? xfed_buffer_append_text(tag, ">") : rc;
}

static int note_prefix(struct xfed_xml_scope_builder *b, const char *prefix)
{
    int rc = xfed_buffer_append_text(&b->prefixes, prefix);
    return rc == 0 ? xfed_buffer_append(&b->prefixes, ":", sizeof(":")) : rc;
}

int xfed_xml_scope_declare(struct xfed_xml_scope_builder *b, const char *prefix, const char *ns)
{
    struct xfed_buffer *tag = prefix ? &b->inner : &b->outer;
    int rc = begin(tag);
    if (rc == 0)
        rc = xfed_buffer_append_text(tag, prefix ? " xmlns:" : " xmlns");
    if (rc == 0 && prefix)
        rc = xfed_buffer_append_text(tag, prefix);
    if (rc == 0)
        rc = xfed_buffer_append_text(tag, "='");
    if (rc == 0)
        rc = xfed_xml_write_value(tag, ns);
    if (rc == 0)
        rc = xfed_buffer_append_text(tag, "'");
    if (rc == 0 && prefix)
        rc = note_prefix(b, prefix);
    if (!prefix)
        b->default_ns = ns;
    return rc;
}

/* Copies bytes to a place and returns the place behind them. */
static char *put(char *at, const char *data, size_t len)
{
    if (len > 0)
        memcpy(at, data, len);
    return at + len;
}

int xfed_xml_scope_finish(struct xfed_xml_scope_builder *b, const char *prefix,
                          struct xfed_xml_scope **ret)
{
    size_t prefix_size = strlen(prefix) + 1;
    size_t ns_size = strlen(b->default_ns) + 1;
    int rc = end(&b->outer);
    if (rc == 0 && xfed_buffer_length(&b->inner) > 0)
        rc = end(&b->inner);
    if (rc < 0)
        return rc;
    xmppfed_slice outer = xfed_buffer_bytes(&b->outer);
    xmppfed_slice inner = xfed_buffer_bytes(&b->inner);
    xmppfed_slice prefixes = xfed_buffer_bytes(&b->prefixes);
    struct xfed_xml_scope *scope =
        xfed_alloc(b->account.ctx,
                   sizeof(*scope) + prefix_size + ns_size + outer.len + inner.len + prefixes.len);
    if (!scope)
        return XMPPFED_ERR_NOMEM;
    char *at = (char *)(scope + 1);
    scope->ctx = xmppfed_context_ref(b->account.ctx);
    scope->prefix = at;
    at = put(at, prefix, prefix_size);
    scope->default_ns = at;
    at = put(at, b->default_ns, ns_size);
    scope->seed = xfed_slice(at, outer.len + inner.len);
    scope->outer_len = outer.len;
    at = put(at, outer.data, outer.len);
    at = put(at, inner.data, inner.len);
    scope->prefixes = xfed_slice(at, prefixes.len);
    (void)put(at, prefixes.data, prefixes.len);
    *ret = scope;
    return 0;
}

/* Whether text that ends in a colon stands anywhere in the unit, be it within words. */
static bool contains(xmppfed_slice unit, xmppfed_slice text)
{
    const char *end_of_unit = unit.data + unit.len;
    const char *at = unit.data;

    while ((at = memchr(at, ':', (size_t)(end_of_unit - at))) != NULL) {
        at++;
        if ((size_t)(at - unit.data) >= text.len && memcmp(at - text.len, text.data, text.len) == 0)
            return true;
    }
    return false;
}

/*
 * To read a declaration costs libxml2 as much as an element, for it parses each namespace as a URI,
 * and every header declares prefixes that stanzas hardly ever use. One that stands before no colon
 * of the unit is not needed there.
 */
struct xfed_xml_seed xfed_xml_scope_seed(const struct xfed_xml_scope *scope, xmppfed_slice unit)
{
    xmppfed_slice left = scope->prefixes;

    while (left.len > 0) {
        xmppfed_slice prefix = xmppfed_slice_of(left.data);

        if (contains(unit, prefix))
            return (struct xfed_xml_seed){scope->seed, 2};
        left = xfed_slice(left.data + prefix.len + 1, left.len - prefix.len - 1);
    }
    return (struct xfed_xml_seed){xfed_slice(scope->seed.data, scope->outer_len), 1};
}

const char *xfed_xml_scope_prefix(const struct xfed_xml_scope *scope)
{
    return scope->prefix;
}

const char *xfed_xml_scope_default_ns(const struct xfed_xml_scope *scope)
{
    return scope->default_ns;
}
