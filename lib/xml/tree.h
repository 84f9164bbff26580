/*
 * tree.h - the inside of an element tree: nodes in one arena, text kept in order with children.
 *
 * A document is the arena, the sticky status and the root. Every node points to its document, so
 * that a builder call on any element finds all three. Names, namespaces and values are strings in
 * the arena; equal namespaces share one string wherever that is cheap to know.
 */
#ifndef XFED_XML_TREE_H
#define XFED_XML_TREE_H

#include <xmppfed/element.h>

#include "base/arena.h"

struct xfed_tree {
    struct xfed_arena arena; /* holds this struct as well */
    int status;              /* 0 or the first failure of a building call */
    xmppfed_element *root;
};

/* A child of an element: another element or a piece of text. */
struct xfed_tree_node {
    struct xfed_tree_node *next;
    xmppfed_element *parent;
    const char *text; /* NULL: this is the node of an element */
    size_t text_len;
};

struct xfed_tree_attribute {
    struct xfed_tree_attribute *next;
    const char *name;
    const char *ns; /* "" for none */
    const char *value;
};

/* Where the joined text of an element with several pieces is kept once somebody asks. */
struct xfed_tree_joined {
    const char *text;
};

struct xmppfed_element {
    struct xfed_tree_node node; /* first, so that a node without text is the element */
    struct xfed_tree *tree;
    const char *name;
    const char *ns;
    struct xfed_tree_attribute *attributes;
    struct xfed_tree_node *first;
    struct xfed_tree_node *last;
    struct xfed_tree_joined *joined; /* NULL while there is one piece of text or none */
};

/* A namespace that was copied to the tree already, known by the pointer that it was copied from. */
struct xfed_tree_ns {
    struct xfed_tree_ns *next;
    const char *source;
    const char *copy;
};

/* A tree with its root; the strings are copied and not checked. NULL when out of memory. */
xmppfed_element *xfed_tree_new(xmppfed_context *ctx, const char *name, const char *ns);

/* Records the first failure of a tree. */
void xfed_tree_fail(struct xfed_tree *tree, int code);

/*
 * The parts that the parser and the copier build with. They take strings that are checked already,
 * and ns by reference: it must live in the tree. NULL or false, and a status, when out of memory.
 */
xmppfed_element *xfed_tree_element(struct xfed_tree *tree, const char *name, size_t name_len,
                                   const char *ns);
struct xfed_tree_attribute *xfed_tree_attribute(struct xfed_tree *tree, const char *name,
                                                size_t name_len, const char *ns, const char *value,
                                                size_t value_len);
bool xfed_tree_text(xmppfed_element *e, const char *text, size_t len);
void xfed_tree_link(xmppfed_element *parent, struct xfed_tree_node *child);

/*
 * The tree's copy of a namespace, by the address of source: a hostile unit may use one long name
 * for very many elements. source NULL gives "". list begins NULL and dies with its sources.
 */
const char *xfed_tree_ns(struct xfed_tree *tree, struct xfed_tree_ns **list, const char *source);

/* The next node in document order after at and below top, or NULL. */
struct xfed_tree_node *xfed_tree_walk(const struct xfed_tree_node *at, const xmppfed_element *top);

/* The element that a node is; NULL for text and for NULL. */
static inline xmppfed_element *xfed_tree_of_node(struct xfed_tree_node *node)
{
    return !node || node->text ? NULL : (xmppfed_element *)(void *)node;
}

#endif
