/* element.c - reading an element tree. */
#include <string.h>

#include "base/slice.h"
#include "xml/tree.h"

int xmppfed_element_status(const xmppfed_element *e)
{
    return e ? e->tree->status : XMPPFED_ERR_NOMEM;
}

const char *xmppfed_element_name(const xmppfed_element *e)
{
    return e ? e->name : "";
}

const char *xmppfed_element_ns(const xmppfed_element *e)
{
    return e ? e->ns : "";
}

int xmppfed_element_is(const xmppfed_element *e, const char *name, const char *ns)
{
    return e && xfed_text_equal(e->name, name) && xfed_text_equal(e->ns, ns);
}

const char *xmppfed_element_attribute(const xmppfed_element *e, const char *name)
{
    return xmppfed_element_attribute_ns(e, name, "");
}

const char *xmppfed_element_attribute_ns(const xmppfed_element *e, const char *name, const char *ns)
{
    const struct xfed_tree_attribute *a = e ? e->attributes : NULL;
    for (; a; a = a->next) {
        if (xfed_text_equal(a->name, name) && xfed_text_equal(a->ns, ns))
            return a->value;
    }
    return NULL;
}

/* The first element from node on, among siblings. */
static xmppfed_element *element_from(struct xfed_tree_node *node)
{
    while (node && node->text)
        node = node->next;
    return xfed_tree_of_node(node);
}

xmppfed_element *xmppfed_element_first(const xmppfed_element *e)
{
    return e ? element_from(e->first) : NULL;
}

xmppfed_element *xmppfed_element_next(const xmppfed_element *e)
{
    return e ? element_from(e->node.next) : NULL;
}

xmppfed_element *xmppfed_element_child(const xmppfed_element *e, const char *name, const char *ns)
{
    xmppfed_element *child = xmppfed_element_first(e);
    while (child && !xmppfed_element_is(child, name, ns))
        child = xmppfed_element_next(child);
    return child;
}

/* Joins the pieces of text of an element into one string of the arena. */
static const char *join(const xmppfed_element *e)
{
    const struct xfed_tree_node *node;
    size_t len = 0;
    for (node = e->first; node; node = node->next)
        len += node->text_len;

    char *joined = xfed_arena_alloc(&e->tree->arena, len + 1);
    if (!joined) {
        xfed_tree_fail(e->tree, XMPPFED_ERR_NOMEM);
        return "";
    }
    char *at = joined;
    for (node = e->first; node; node = node->next) {
        if (!node->text)
            continue;
        memcpy(at, node->text, node->text_len);
        at += node->text_len;
    }
    *at = '\0';
    e->joined->text = joined;
    return joined;
}

const char *xmppfed_element_text(const xmppfed_element *e)
{
    if (!e)
        return "";
    if (e->joined)
        return e->joined->text ? e->joined->text : join(e);
    for (const struct xfed_tree_node *node = e->first; node; node = node->next) {
        if (node->text)
            return node->text;
    }
    return "";
}
