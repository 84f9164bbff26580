/* scope.c - what a stream header declares, written as a start tag for each unit's own parser. */
#include "xml/scope.h"

#include <string.h>

#include "xml/writer.h"

void xfed_xml_scope_init(struct xfed_xml_scope_builder *b, xmppfed_context *ctx)
{
    xfed_account_init(&b->account, ctx, SIZE_MAX);
    xfed_buffer_init(&b->seed, &b->account, SIZE_MAX);
    b->default_ns = "";
}

void xfed_xml_scope_fini(struct xfed_xml_scope_builder *b)
{
    xfed_buffer_fini(&b->seed);
}

void xfed_xml_scope_free(struct xfed_xml_scope *scope)
{
    if (!scope)
        return;
    xmppfed_context *ctx = scope->ctx;
    xfed_free(ctx, scope);
    xmppfed_context_unref(ctx);
}

/* The start tag begins with its first declaration, or with its end. */
static int begin(struct xfed_xml_scope_builder *b)
{
    return xfed_buffer_length(&b->seed) == 0 ? xfed_buffer_append_text(&b->seed, "<scope") : 0;
}

int xfed_xml_scope_declare(struct xfed_xml_scope_builder *b, const char *prefix, const char *ns)
{
    int rc = begin(b);
    if (rc == 0)
        rc = xfed_buffer_append_text(&b->seed, prefix ? " xmlns:" : " xmlns");
    if (rc == 0 && prefix)
        rc = xfed_buffer_append_text(&b->seed, prefix);
    if (rc == 0)
        rc = xfed_buffer_append_text(&b->seed, "='");
    if (rc == 0)
        rc = xfed_xml_write_value(&b->seed, ns);
    if (rc == 0)
        rc = xfed_buffer_append_text(&b->seed, "'");
    if (!prefix)
        b->default_ns = ns;
    return rc;
}

/* Copies bytes to a place and returns the place behind them. */
static char *put(char *at, const char *data, size_t len)
{
    memcpy(at, data, len);
    return at + len;
}

int xfed_xml_scope_finish(struct xfed_xml_scope_builder *b, const char *prefix,
                          struct xfed_xml_scope **ret)
{
    size_t prefix_size = strlen(prefix) + 1;
    size_t ns_size = strlen(b->default_ns) + 1;
    int rc = begin(b);
    if (rc == 0)
        rc = xfed_buffer_append_text(&b->seed, ">");
    if (rc < 0)
        return rc;
    xmppfed_slice seed = xfed_buffer_bytes(&b->seed);
    struct xfed_xml_scope *scope =
        xfed_alloc(b->account.ctx, sizeof(*scope) + prefix_size + ns_size + seed.len);
    if (!scope)
        return XMPPFED_ERR_NOMEM;
    char *at = (char *)(scope + 1);
    scope->ctx = xmppfed_context_ref(b->account.ctx);
    scope->prefix = at;
    at = put(at, prefix, prefix_size);
    scope->default_ns = at;
    at = put(at, b->default_ns, ns_size);
    scope->seed = (xmppfed_slice){at, seed.len};
    (void)put(at, seed.data, seed.len);
    *ret = scope;
    return 0;
}

const char *xfed_xml_scope_prefix(const struct xfed_xml_scope *scope)
{
    return scope->prefix;
}

const char *xfed_xml_scope_default_ns(const struct xfed_xml_scope *scope)
{
    return scope->default_ns;
}
