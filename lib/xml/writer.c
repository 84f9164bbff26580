/* writer.c - writes element trees in one canonical, namespace-correct form. */
#include "xml/writer.h"

#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "xml/ns.h"
#include "xml/tree.h"

/* Most stanzas are shorter: their text then stays where it was begun. */
enum { USUAL_TEXT = 1024 };

struct writer {
    struct xfed_buffer *out;
    const char *content_ns;
    int rc; /* the first failure; nothing is written after it */
};

static void put_bytes(struct writer *w, const char *data, size_t len)
{
    if (w->rc == 0)
        w->rc = xfed_buffer_append(w->out, data, len);
}

static void put(struct writer *w, const char *text)
{
    put_bytes(w, text, strlen(text));
}

/* A string literal, of which the compiler knows the length. */
#define PUT(w, literal) put_bytes((w), (literal), sizeof(literal) - 1)

static void put_value(struct writer *w, const char *value)
{
    PUT(w, "='");
    if (w->rc == 0)
        w->rc = xfed_xml_write_value(w->out, value);
    PUT(w, "'");
}

/* The fixed prefix for elements of a namespace, or NULL: see writer.h. */
static const char *fixed_prefix(const char *ns)
{
    if (xfed_text_equal(ns, XFED_NS_STREAM))
        return "stream";
    if (xfed_text_equal(ns, XFED_NS_DIALBACK))
        return "db";
    return xfed_text_equal(ns, XMPPFED_NS_XML) ? "xml" : NULL;
}

static void put_element_name(struct writer *w, const xmppfed_element *e, const char *prefix)
{
    if (prefix) {
        put(w, prefix);
        PUT(w, ":");
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

static void declare_element_ns(struct writer *w, const xmppfed_element *e, const char *prefix,
                               const xmppfed_element *top)
{
    if (!prefix && !xfed_text_equal(e->ns, default_ns(w, e, top))) {
        PUT(w, " xmlns");
        put_value(w, e->ns);
    }
    if (prefix && strcmp(prefix, "db") == 0 && strcmp(w->content_ns, XFED_NS_SERVER) != 0) {
        PUT(w, " xmlns:db");
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

    PUT(w, " ");
    if (*a->ns) {
        if (strcmp(a->ns, XMPPFED_NS_XML) != 0) {
            (void)snprintf(prefix, sizeof(prefix), "ns%u", prefix_number(e, a));
            if (is_first_of_ns(e, a)) {
                PUT(w, "xmlns:");
                put(w, prefix);
                put_value(w, a->ns);
                PUT(w, " ");
            }
        }
        put(w, prefix);
        PUT(w, ":");
    }
    put(w, a->name);
    put_value(w, a->value);
}

static void put_start(struct writer *w, const xmppfed_element *e, const xmppfed_element *top)
{
    const char *prefix = fixed_prefix(e->ns);

    PUT(w, "<");
    put_element_name(w, e, prefix);
    declare_element_ns(w, e, prefix, top);
    for (const struct xfed_tree_attribute *a = e->attributes; a; a = a->next)
        put_attribute(w, e, a);
    if (e->first)
        PUT(w, ">");
    else
        PUT(w, "/>");
}

static void put_end(struct writer *w, const xmppfed_element *e)
{
    PUT(w, "</");
    put_element_name(w, e, fixed_prefix(e->ns));
    PUT(w, ">");
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
    if (!xfed_buffer_reserve(&out, USUAL_TEXT))
        return XMPPFED_ERR_NOMEM;
    int rc = xfed_xml_write(&out, e, content_ns);
    size_t len = xfed_buffer_length(&out);
    if (rc == 0)
        rc = xfed_buffer_append(&out, "", 1); /* NUL */
    if (rc == 0) {
        *ret = xfed_buffer_detach(&out);
        *ret_len = len;
    }
    xfed_buffer_fini(&out);
    return rc == 0 ? 0 : XMPPFED_ERR_NOMEM;
}

void xmppfed_element_free_text(xmppfed_context *ctx, char *text)
{
    if (ctx)
        xfed_free(ctx, text);
}
