/* tree.c - makes the parts of an element tree in its arena. */
#include "xml/tree.h"

#include <string.h>

static const struct xfed_tree_node no_node;

void xfed_tree_fail(struct xfed_tree *tree, int code)
{
    if (tree->status == 0)
        tree->status = code;
}

static void *tree_alloc(struct xfed_tree *tree, size_t size)
{
    void *p = xfed_arena_alloc(&tree->arena, size);
    if (!p)
        xfed_tree_fail(tree, XMPPFED_ERR_NOMEM);
    return p;
}

static char *tree_strndup(struct xfed_tree *tree, const char *text, size_t len)
{
    char *copy = xfed_arena_strndup(&tree->arena, text, len);
    if (!copy)
        xfed_tree_fail(tree, XMPPFED_ERR_NOMEM);
    return copy;
}

xmppfed_element *xfed_tree_new(xmppfed_context *ctx, const char *name, const char *ns)
{
    struct xfed_arena arena;
    xfed_arena_init(&arena, ctx);
    struct xfed_tree *tree = xfed_arena_alloc(&arena, sizeof(*tree));
    char *own_ns = tree ? xfed_arena_strndup(&arena, ns, strlen(ns)) : NULL;
    if (!own_ns) {
        xfed_arena_fini(&arena);
        return NULL;
    }
    *tree = (struct xfed_tree){.arena = arena};
    tree->root = xfed_tree_element(tree, name, strlen(name), own_ns);
    if (!tree->root) {
        arena = tree->arena;
        xfed_arena_fini(&arena);
        return NULL;
    }
    xmppfed_context_ref(ctx);
    return tree->root;
}

void xmppfed_element_free(xmppfed_element *root)
{
    if (!root || root->tree->root != root)
        return;
    /* The struct that holds the arena lies within it. */
    struct xfed_arena arena = root->tree->arena;
    xmppfed_context *ctx = arena.ctx;
    xfed_arena_fini(&arena);
    xmppfed_context_unref(ctx);
}

/*
 * A piece of the arena for a struct and the texts behind it, NULs included. One piece, because
 * elements, attributes and texts are what units consist of.
 */
static void *alloc_with_text(struct xfed_tree *tree, size_t size, size_t text_size)
{
    if (xfed_size_add(size, text_size, &size))
        return tree_alloc(tree, size);
    xfed_tree_fail(tree, XMPPFED_ERR_NOMEM);
    return NULL;
}

/* Copies text with a NUL to a place that has room for it. */
static char *put_text(void *place, const char *text, size_t len)
{
    char *copy = place;

    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

xmppfed_element *xfed_tree_element(struct xfed_tree *tree, const char *name, size_t name_len,
                                   const char *ns)
{
    xmppfed_element *e = alloc_with_text(tree, sizeof(*e), name_len + 1);
    if (!e)
        return NULL;
    *e = (xmppfed_element){
        .node = no_node, .tree = tree, .name = put_text(e + 1, name, name_len), .ns = ns};
    return e;
}

struct xfed_tree_attribute *xfed_tree_attribute(struct xfed_tree *tree, const char *name,
                                                size_t name_len, const char *ns, const char *value,
                                                size_t value_len)
{
    size_t name_size = name_len + 1;
    struct xfed_tree_attribute *a = alloc_with_text(tree, sizeof(*a) + name_size, value_len + 1);
    if (!a)
        return NULL;
    char *own_name = put_text(a + 1, name, name_len);
    char *own_value = put_text(own_name + name_size, value, value_len);
    *a = (struct xfed_tree_attribute){.name = own_name, .ns = ns, .value = own_value};
    return a;
}

static bool has_text(const xmppfed_element *e)
{
    const struct xfed_tree_node *node = e->first;
    while (node && !node->text)
        node = node->next;
    return node != NULL;
}

bool xfed_tree_text(xmppfed_element *e, const char *text, size_t len)
{
    if (len == 0)
        return true;
    struct xfed_tree_node *node = alloc_with_text(e->tree, sizeof(*node), len + 1);
    if (!node)
        return false;
    if (!e->joined && has_text(e)) {
        e->joined = tree_alloc(e->tree, sizeof(*e->joined));
        if (!e->joined)
            return false;
    }
    if (e->joined)
        e->joined->text = NULL;
    *node = (struct xfed_tree_node){.text = put_text(node + 1, text, len), .text_len = len};
    xfed_tree_link(e, node);
    return true;
}

void xfed_tree_link(xmppfed_element *parent, struct xfed_tree_node *child)
{
    child->parent = parent;
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

const char *xfed_tree_ns(struct xfed_tree *tree, struct xfed_tree_ns **list, const char *source)
{
    if (!source || !*source)
        return "";
    for (struct xfed_tree_ns **at = list; *at; at = &(*at)->next) {
        struct xfed_tree_ns *found = *at;
        if (found->source != source)
            continue;
        /* To the front: neighbours tend to be of one namespace. */
        *at = found->next;
        found->next = *list;
        *list = found;
        return found->copy;
    }
    struct xfed_tree_ns *added = tree_alloc(tree, sizeof(*added));
    char *copy = added ? tree_strndup(tree, source, strlen(source)) : NULL;
    if (!copy)
        return NULL;
    *added = (struct xfed_tree_ns){.next = *list, .source = source, .copy = copy};
    *list = added;
    return copy;
}

struct xfed_tree_node *xfed_tree_walk(const struct xfed_tree_node *at, const xmppfed_element *top)
{
    if (!at->text) {
        const xmppfed_element *e = (const xmppfed_element *)(const void *)at;
        if (e->first)
            return e->first;
    }
    while (at != &top->node && !at->next)
        at = &at->parent->node;
    return at == &top->node ? NULL : at->next;
}
