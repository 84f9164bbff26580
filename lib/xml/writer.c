/* writer.c - writes element trees in one canonical, namespace-correct form. */
#include "xml/writer.h"

#include <stdio.h>
#include <string.h>

#include "xml/ns.h"
#include "xml/tree.h"

struct writer {
    struct xfed_buffer *out;
    const char *content_ns;
    int rc; /* the first failure; nothing is written after it */
};

static void put(struct writer *w, const char *text)
{
    if (w->rc == 0)
        w->rc = xfed_buffer_append_text(w->out, text);
}

static void put_value(struct writer *w, const char *value)
{
    put(w, "='");
    if (w->rc == 0)
        w->rc = xfed_xml_write_value(w->out, value);
    put(w, "'");
}

/* The fixed prefix for elements of a namespace, or NULL: see writer.h. */
static const char *fixed_prefix(const char *ns)
{
    if (strcmp(ns, XFED_NS_STREAM) == 0)
        return "stream";
    if (strcmp(ns, XFED_NS_DIALBACK) == 0)
        return "db";
    return strcmp(ns, XMPPFED_NS_XML) == 0 ? "xml" : NULL;
}

static void put_element_name(struct writer *w, const xmppfed_element *e)
{
    const char *prefix = fixed_prefix(e->ns);
    if (prefix) {
        put(w, prefix);
        put(w, ":");
    }
    put(w, e->name);
}

/* The default namespace where e stands: that of the nearest ancestor without prefix. */
static const char *default_ns(const struct writer *w, const xmppfed_element *e,
                              const xmppfed_element *top)
{
    while (e != top) {
        e = e->node.parent;
        if (!fixed_prefix(e->ns))
            return e->ns;
    }
    return w->content_ns;
}

static void declare_element_ns(struct writer *w, const xmppfed_element *e,
                               const xmppfed_element *top)
{
    const char *prefix = fixed_prefix(e->ns);
    if (!prefix && strcmp(e->ns, default_ns(w, e, top)) != 0) {
        put(w, " xmlns");
        put_value(w, e->ns);
    }
    if (prefix && strcmp(prefix, "db") == 0 && strcmp(w->content_ns, XFED_NS_SERVER) != 0) {
        put(w, " xmlns:db");
        put_value(w, e->ns);
    }
}

/* The number of the generated prefix: the place of the first attribute in the same namespace. */
static unsigned prefix_number(const xmppfed_element *e, const struct xfed_tree_attribute *attribute)
{
    unsigned n = 1;
    for (const struct xfed_tree_attribute *a = e->attributes; a != attribute; a = a->next, n++) {
        if (a->ns == attribute->ns || strcmp(a->ns, attribute->ns) == 0)
            break;
    }
    return n;
}

static bool is_first_of_ns(const xmppfed_element *e, const struct xfed_tree_attribute *attribute)
{
    const struct xfed_tree_attribute *a = e->attributes;
    while (a != attribute && strcmp(a->ns, attribute->ns) != 0)
        a = a->next;
    return a == attribute;
}

static void put_attribute(struct writer *w, const xmppfed_element *e,
                          const struct xfed_tree_attribute *a)
{
    char prefix[sizeof("ns4294967295")] = "xml";

    put(w, " ");
    if (*a->ns) {
        if (strcmp(a->ns, XMPPFED_NS_XML) != 0) {
            (void)snprintf(prefix, sizeof(prefix), "ns%u", prefix_number(e, a));
            if (is_first_of_ns(e, a)) {
                put(w, "xmlns:");
                put(w, prefix);
                put_value(w, a->ns);
                put(w, " ");
            }
        }
        put(w, prefix);
        put(w, ":");
    }
    put(w, a->name);
    put_value(w, a->value);
}

static void put_start(struct writer *w, const xmppfed_element *e, const xmppfed_element *top)
{
    put(w, "<");
    put_element_name(w, e);
    declare_element_ns(w, e, top);
    for (const struct xfed_tree_attribute *a = e->attributes; a; a = a->next)
        put_attribute(w, e, a);
    put(w, e->first ? ">" : "/>");
}

static void put_end(struct writer *w, const xmppfed_element *e)
{
    put(w, "</");
    put_element_name(w, e);
    put(w, ">");
}

int xfed_xml_write(struct xfed_buffer *out, const xmppfed_element *e, const char *content_ns)
{
    struct writer w = {.out = out, .content_ns = content_ns, .rc = xmppfed_element_status(e)};
    const xmppfed_element *open = NULL; /* the innermost element whose end tag is to come */
    const struct xfed_tree_node *node = w.rc == 0 ? &e->node : NULL;

    /* Not recursive: a host may build trees of any depth. */
    while (node && w.rc == 0) {
        while (open && open != node->parent) {
            put_end(&w, open);
            open = open->node.parent;
        }
        if (node->text) {
            w.rc = xfed_xml_write_text(out, node->text);
        } else {
            const xmppfed_element *element = (const xmppfed_element *)(const void *)node;
            put_start(&w, element, e);
            if (element->first)
                open = element;
        }
        node = xfed_tree_walk(node, e);
    }
    for (; open && w.rc == 0; open = open == e ? NULL : open->node.parent)
        put_end(&w, open);
    return w.rc;
}

int xmppfed_element_write(const xmppfed_element *e, const char *content_ns, char **ret,
                          size_t *ret_len)
{
    struct xfed_account account;
    struct xfed_buffer out;

    if (!e || !content_ns || !ret || !ret_len || xmppfed_element_status(e) < 0)
        return XMPPFED_ERR_ARGUMENT;
    xmppfed_context *ctx = e->tree->arena.ctx;
    xfed_account_init(&account, ctx, SIZE_MAX);
    xfed_buffer_init(&out, &account, SIZE_MAX);
    int rc = xfed_xml_write(&out, e, content_ns);
    xmppfed_slice bytes = xfed_buffer_bytes(&out);
    char *text = rc == 0 ? xfed_strndup(ctx, bytes.data, bytes.len) : NULL;
    if (text) {
        *ret = text;
        *ret_len = bytes.len;
    }
    xfed_buffer_fini(&out);
    return text ? 0 : XMPPFED_ERR_NOMEM;
}

void xmppfed_element_free_text(xmppfed_context *ctx, char *text)
{
    if (ctx)
        xfed_free(ctx, text);
}
