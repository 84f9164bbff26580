/* scope.c - what a stream header declares, written as a start tag for each unit's own parser. */
#include "xml/scope.h"

#include "xml/writer.h"

struct xfed_xml_scope *xfed_xml_scope_new(xmppfed_context *ctx, const char *prefix)
{
    struct xfed_xml_scope *scope = xfed_zalloc(ctx, sizeof(*scope));
    if (!scope)
        return NULL;
    xfed_account_init(&scope->account, xmppfed_context_ref(ctx), SIZE_MAX);
    xfed_buffer_init(&scope->seed, &scope->account, SIZE_MAX);
    scope->prefix = xfed_strdup(ctx, prefix);
    scope->default_ns = xfed_strdup(ctx, "");
    if (!scope->prefix || !scope->default_ns || xfed_buffer_append_text(&scope->seed, "<scope")) {
        xfed_xml_scope_free(scope);
        return NULL;
    }
    return scope;
}

void xfed_xml_scope_free(struct xfed_xml_scope *scope)
{
    if (!scope)
        return;
    xmppfed_context *ctx = scope->account.ctx;
    xfed_buffer_fini(&scope->seed);
    xfed_free(ctx, scope->prefix);
    xfed_free(ctx, scope->default_ns);
    xfed_free(ctx, scope);
    xmppfed_context_unref(ctx);
}

static int set_default_ns(struct xfed_xml_scope *scope, const char *ns)
{
    char *copy = xfed_strdup(scope->account.ctx, ns);
    if (!copy)
        return XMPPFED_ERR_NOMEM;
    xfed_free(scope->account.ctx, scope->default_ns);
    scope->default_ns = copy;
    return 0;
}

int xfed_xml_scope_declare(struct xfed_xml_scope *scope, const char *prefix, const char *ns)
{
    int rc = xfed_buffer_append_text(&scope->seed, prefix ? " xmlns:" : " xmlns");
    if (rc == 0 && prefix)
        rc = xfed_buffer_append_text(&scope->seed, prefix);
    if (rc == 0)
        rc = xfed_buffer_append_text(&scope->seed, "='");
    if (rc == 0)
        rc = xfed_xml_write_value(&scope->seed, ns);
    if (rc == 0)
        rc = xfed_buffer_append_text(&scope->seed, "'");
    if (rc == 0 && !prefix)
        rc = set_default_ns(scope, ns);
    return rc;
}

int xfed_xml_scope_finish(struct xfed_xml_scope *scope)
{
    return xfed_buffer_append_text(&scope->seed, ">");
}

const char *xfed_xml_scope_prefix(const struct xfed_xml_scope *scope)
{
    return scope->prefix;
}

const char *xfed_xml_scope_default_ns(const struct xfed_xml_scope *scope)
{
    return scope->default_ns;
}
