/* builder.c - building and changing an element tree, with a status that sticks. */
#include <string.h>

#include "base/slice.h"
#include "base/utf8.h"
#include "xml/names.h"
#include "xml/tree.h"

/* The namespace of declarations, which nothing else may be in (XML-NAMES 3). */
#define NS_XMLNS "http://www.w3.org/2000/xmlns/"

static bool ns_accepted(const char *ns)
{
    return ns && xfed_xml_is_text(ns) && strcmp(ns, NS_XMLNS) != 0;
}

static bool name_accepted(const char *name, const char *ns)
{
    return name && xfed_xml_is_ncname(name) && ns_accepted(ns);
}

xmppfed_element *xmppfed_element_new(xmppfed_context *ctx, const char *name, const char *ns)
{
    return ctx && name_accepted(name, ns) ? xfed_tree_new(ctx, name, ns) : NULL;
}

/* The string for ns in the tree of near: often that of near or of the root. */
static const char *own_ns(const xmppfed_element *near, const char *ns)
{
    if (!*ns)
        return "";
    if (strcmp(near->ns, ns) == 0)
        return near->ns;
    if (strcmp(near->tree->root->ns, ns) == 0)
        return near->tree->root->ns;
    const char *copy = xfed_arena_strndup(&near->tree->arena, ns, strlen(ns));
    if (!copy)
        xfed_tree_fail(near->tree, XMPPFED_ERR_NOMEM);
    return copy;
}

/* Whether building may go on; arguments that could break the XML stop it for good. */
static bool may_build(xmppfed_element *e, bool accepted)
{
    if (!e)
        return false;
    if (!accepted)
        xfed_tree_fail(e->tree, XMPPFED_ERR_ARGUMENT);
    return e->tree->status == 0;
}

xmppfed_element *xmppfed_element_add_child(xmppfed_element *e, const char *name, const char *ns)
{
    if (!may_build(e, name_accepted(name, ns)))
        return NULL;
    const char *ns_copy = own_ns(e, ns);
    if (!ns_copy)
        return NULL;
    xmppfed_element *child = xfed_tree_element(e->tree, name, strlen(name), ns_copy);
    if (child)
        xfed_tree_link(e, &child->node);
    return child;
}

void xmppfed_element_add_text(xmppfed_element *e, const char *text)
{
    /* A failure has set the status, which is all that anybody asks for. */
    if (may_build(e, text && xfed_xml_is_text(text)))
        (void)xfed_tree_text(e, text, strlen(text));
}

void xmppfed_element_set_attribute(xmppfed_element *e, const char *name, const char *value)
{
    xmppfed_element_set_attribute_ns(e, name, "", value);
}

/* The link to the attribute, or the link at the end of the list. */
static struct xfed_tree_attribute **find_attribute(xmppfed_element *e, const char *name,
                                                   const char *ns)
{
    struct xfed_tree_attribute **at = &e->attributes;
    while (*at && (strcmp((*at)->name, name) != 0 || strcmp((*at)->ns, ns) != 0))
        at = &(*at)->next;
    return at;
}

static bool attribute_accepted(const char *name, const char *ns, const char *value)
{
    /* "xmlns" would be written as a declaration; those are the writer's alone. */
    return name_accepted(name, ns) && strcmp(name, "xmlns") != 0 &&
           (!value || xfed_xml_is_text(value));
}

void xmppfed_element_set_attribute_ns(xmppfed_element *e, const char *name, const char *ns,
                                      const char *value)
{
    if (!may_build(e, attribute_accepted(name, ns, value)))
        return;
    struct xfed_tree_attribute **at = find_attribute(e, name, ns);
    if (!value) {
        if (*at)
            *at = (*at)->next;
        return;
    }
    const char *ns_copy = own_ns(e, ns);
    if (!ns_copy)
        return;
    struct xfed_tree_attribute *added =
        xfed_tree_attribute(e->tree, name, strlen(name), ns_copy, value, strlen(value));
    if (!added)
        return;
    added->next = *at ? (*at)->next : NULL;
    *at = added;
}

void xmppfed_element_remove(xmppfed_element *child)
{
    if (!child || !child->node.parent)
        return;
    xmppfed_element *parent = child->node.parent;
    struct xfed_tree_node *before = NULL;
    for (struct xfed_tree_node *node = parent->first; node != &child->node; node = node->next)
        before = node;
    if (before)
        before->next = child->node.next;
    else
        parent->first = child->node.next;
    if (parent->last == &child->node)
        parent->last = before;
    child->node.parent = NULL;
    child->node.next = NULL;
}

void xmppfed_element_change_ns(xmppfed_element *root, const char *from, const char *to)
{
    if (!may_build(root, from && ns_accepted(to)))
        return;
    const char *ns = own_ns(root, to);
    if (!ns)
        return;
    for (struct xfed_tree_node *node = &root->node; node; node = xfed_tree_walk(node, root)) {
        xmppfed_element *e = xfed_tree_of_node(node);
        if (e && strcmp(e->ns, from) == 0)
            e->ns = ns;
    }
}

/* Copies the attributes of one element to another that has none. */
static bool copy_attributes(xmppfed_element *to, const xmppfed_element *from,
                            struct xfed_tree_ns **list)
{
    struct xfed_tree_attribute **end = &to->attributes;
    for (const struct xfed_tree_attribute *a = from->attributes; a; a = a->next) {
        const char *ns = xfed_tree_ns(to->tree, list, a->ns);
        if (!ns)
            return false;
        *end =
            xfed_tree_attribute(to->tree, a->name, strlen(a->name), ns, a->value, strlen(a->value));
        if (!*end)
            return false;
        end = &(*end)->next;
    }
    return true;
}

/* A copy of one element without its content, in tree. */
static xmppfed_element *copy_shallow(struct xfed_tree *tree, const xmppfed_element *from,
                                     struct xfed_tree_ns **list)
{
    const char *ns = xfed_tree_ns(tree, list, from->ns);
    if (!ns)
        return NULL;
    xmppfed_element *copy = xfed_tree_element(tree, from->name, strlen(from->name), ns);
    return copy && copy_attributes(copy, from, list) ? copy : NULL;
}

/*
 * Copies all below from to the element to. Not recursive: a host may build trees of any depth.
 * to is not linked yet, so an element can be copied into itself.
 */
static bool copy_content(xmppfed_element *to, const xmppfed_element *from,
                         struct xfed_tree_ns **list)
{
    const xmppfed_element *from_parent = from;
    struct xfed_tree_node *node = xfed_tree_walk(&from->node, from);
    for (; node; node = xfed_tree_walk(node, from)) {
        /* Going up in the source is going up in the copy. */
        while (from_parent != node->parent) {
            from_parent = from_parent->node.parent;
            to = to->node.parent;
        }
        if (node->text) {
            if (!xfed_tree_text(to, node->text, node->text_len))
                return false;
            continue;
        }
        xmppfed_element *copy = copy_shallow(to->tree, xfed_tree_of_node(node), list);
        if (!copy)
            return false;
        xfed_tree_link(to, &copy->node);
        from_parent = xfed_tree_of_node(node);
        to = copy;
    }
    return true;
}

xmppfed_element *xmppfed_element_copy(const xmppfed_element *e)
{
    struct xfed_tree_ns *list = NULL;

    if (xmppfed_element_status(e) < 0)
        return NULL;
    xmppfed_element *copy = xfed_tree_new(e->tree->arena.ctx, e->name, e->ns);
    if (!copy)
        return NULL;
    if (!copy_attributes(copy, e, &list) || !copy_content(copy, e, &list)) {
        xmppfed_element_free(copy);
        return NULL;
    }
    return copy;
}

xmppfed_element *xmppfed_element_add_copy(xmppfed_element *e, const xmppfed_element *other)
{
    struct xfed_tree_ns *list = NULL;

    if (!e || !may_build(e, other != NULL))
        return NULL;
    if (other->tree->status < 0) {
        xfed_tree_fail(e->tree, other->tree->status);
        return NULL;
    }
    xmppfed_element *copy = copy_shallow(e->tree, other, &list);
    if (!copy || !copy_content(copy, other, &list))
        return NULL;
    xfed_tree_link(e, &copy->node);
    return copy;
}
